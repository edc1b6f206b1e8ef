package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "--label-window, soon",
        "--label-window, 0s",
        "--label-window, -1h",
        "--label-window, 10000000000000d",
    })
    void a_window_for_labels_that_is_none_is_refused_with_what_was_expected(String option, String length)
            throws Exception {
        assertThat(refusal(option, length)).contains(option + " = " + length, "expected a length of time", "30min");
    }

    @Test
    void an_idleness_that_is_none_is_refused_and_so_is_one_without_a_window() throws Exception {
        assertThat(refusal("--label-window", "1h", "--label-idleness", "0s"))
                .contains("--label-idleness = 0s", "expected a length of time");
        assertThat(refusal("--label-idleness", "1m")).contains("--label-idleness", "with --label-window only");
    }

    /** What a command line is refused with. */
    private String refusal(String... options) throws Exception {
        Path spec = Files.writeString(directory.resolve("spec.yaml"), """
                name: crocodile
                task: click
                domains: [a]
                features: [user, item, domain]
                """);
        List<String> arguments = new ArrayList<>(List.of("--spec", spec.toString()));
        arguments.addAll(List.of(options));
        StringWriter errors = new StringWriter();
        int exit = new CommandLine(new TrainCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setErr(new PrintWriter(errors))
                .execute(arguments.toArray(String[]::new));
        assertThat(exit).isEqualTo(CommandLine.ExitCode.USAGE);
        return errors.toString();
    }
}
