package io.caiman.local.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.model.spec.SpecReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {

    @TempDir
    Path directory;

    private Path small = Path.of("");
    private Path large = Path.of("");

    @BeforeEach
    void writeSpecs() throws IOException {
        small = write("small", 32);
        large = write("large", 100);
    }

    private Path write(String name, int batch) throws IOException {
        return Files.writeString(directory.resolve(name + ".yaml"), SpecReader.write(Logs.spec(name, batch)));
    }

    private record Result(int exitCode, String output, String error) {}

    private static Result execute(String... arguments) {
        StringWriter output = new StringWriter();
        StringWriter error = new StringWriter();
        int exitCode = new CommandLine(new CompareCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(error))
                .execute(arguments);
        return new Result(exitCode, output.toString(), error.toString());
    }

    private Result compare(Object... more) {
        List<String> arguments = new ArrayList<>(List.of("--specs", small + "," + large, "--device", "cpu"));
        for (Object argument : more) {
            arguments.add(argument.toString());
        }
        return execute(arguments.toArray(String[]::new));
    }

    private void refused(Result result, String... parts) {
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.error()).contains(parts);
    }

    @Test
    void a_comparison_ends_with_tables_on_the_terminal_in_markdown_and_json() throws IOException {
        Path markdown = directory.resolve("table.md");
        Path json = directory.resolve("table.json");

        Result result = compare(
                "--limit",
                1200,
                "--seeds",
                2,
                "--protocol",
                "holdout",
                "--conflict-on",
                "tag",
                "--markdown",
                markdown,
                "--json",
                json);

        assertThat(result.error()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .contains("1,200 impressions: 960 learned from, 240 scored", "4 runs", "small", "large", "DI AF");
        assertThat(Files.readString(markdown)).contains("# Comparison on synthetic", "| large |");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/tasks/0/models/1/auc/overall/mean").asDouble()).isBetween(0.2, 0.9);
        assertThat(report.at("/tasks/0/models/1/auc/overall/bySeed").size()).isEqualTo(2);
        assertThat(report.at("/models/0/itemAbundance/mean/mean").asDouble()).isGreaterThan(1);
        assertThat(report.at("/tasks/0/models/0/diversity/mean/mean").isNumber())
                .isTrue();
    }

    @Test
    void help_teaches_the_protocols_by_example() {
        Result help = execute("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.output()).contains("Examples:", "caiman compare --", "holdout", "--train-until", "Default: 1");
    }

    @Test
    void models_that_cannot_be_compared_are_refused() throws IOException {
        refused(execute("--specs", small + "," + small), "--specs", "both named 'small'", "'name'");
        Path other = directory.resolve("other.yaml");
        String yaml = Files.readString(large);
        Files.writeString(other, yaml.replace("task: \"click\"", "task: \"like\""));
        refused(execute("--specs", small + "," + other), "other.yaml predicts [like]", "the same 'tasks'");
        Files.writeString(
                other, yaml.replace("task: \"click\"", "tasks: [click, like]").replace("per-impression", "none"));
        refused(execute("--specs", small + "," + other), "other.yaml predicts [click, like]", "the same 'tasks'");
        Files.writeString(other, yaml.replace("- \"6\"\n", ""));
        refused(execute("--specs", small + "," + other), "other.yaml has the domains", "the same 'domains'");
        Files.writeString(other, yaml.replace("max-domains: 0", "max-domains: 7"));
        refused(execute("--specs", small + "," + other), "other.yaml has 'max-domains' 7", "has 0", "the same for all");
        refused(execute("--specs", directory.resolve("none.yaml").toString()), "none.yaml");
        refused(execute(), "--specs");
    }

    @Test
    void options_without_sense_are_refused_by_name_value_and_remedy() {
        refused(compare("--seeds", 0), "--seeds is 0", "1 or more");
        refused(compare("--threads", 0), "--threads is 0", "1 or more");
        refused(compare("--train-fraction", 0.5), "--train-fraction is 0.5", "--protocol holdout");
        refused(compare("--train-until", 5), "--train-until is 5", "--protocol holdout");
        refused(compare("--from-fraction", 1), "--from-fraction is 1.0", "below 1");
        refused(compare("--protocol", "holdout", "--from-fraction", 0.2), "--from-fraction is 0.2", "--train-fraction");
        refused(compare("--conflict-on", "tag"), "--conflict-on is tag", "--protocol holdout");
        refused(compare("--protocol", "holdout", "--train-fraction", 1), "--train-fraction is 1.0", "0.8");
        refused(compare("--protocol", "holdout", "--train-until", "May"), "'May'", "2022-05-01T00:00:00Z");
        refused(
                compare("--protocol", "holdout", "--train-until", 5, "--train-fraction", 0.5),
                "--train-fraction is 0.5",
                "--train-until is 5",
                "one of them");
        refused(compare("--protocol", "holdout", "--conflict-on", "tga"), "'tga'", "item, tag");
        refused(compare("--protocol", "cross"), "--protocol", "cross");
        refused(compare("--json", directory.resolve("no/where")), "--json is", "can be written");
        refused(compare("--dataset", "movielens", "--data", directory), "ratings.csv is missing", "--data");
    }

    @Test
    void a_device_that_does_not_exist_or_is_not_there_is_refused() {
        String both = small + "," + large;
        refused(execute("--specs", both, "--device", "tpu"), "--device", "tpu", "gpu:N");
        refused(execute("--specs", both, "--device", "gpu:99"), "device gpu:99", "or choose cpu");
    }

    @Test
    void models_of_another_log_are_refused_with_the_reason() throws IOException {
        Path other = Files.writeString(
                directory.resolve("other.yaml"),
                Files.readString(small).replace("task: \"click\"", "task: \"long_view\""));

        refused(execute("--specs", other.toString(), "--limit", "50"), "50 impressions", "long_view", "'task'");
    }

    @Test
    void a_comparison_that_is_refused_leaves_the_files_of_an_earlier_one() throws IOException {
        Path json = Files.writeString(directory.resolve("earlier.json"), "{}");
        Path other = Files.writeString(
                directory.resolve("other.yaml"),
                Files.readString(small).replace("task: \"click\"", "task: \"long_view\""));

        refused(execute("--specs", other.toString(), "--limit", "50", "--json", json.toString()), "50 impressions");

        assertThat(json).hasContent("{}");
    }
}
