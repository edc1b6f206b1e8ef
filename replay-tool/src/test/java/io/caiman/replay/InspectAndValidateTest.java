package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectAndValidateTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write_movies() throws IOException {
        write("movies.csv", "movieId,title,genres", "1,Toy Story (1995),Adventure|Children", "2,Heat (1995),Action");
    }

    private void write(String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    private int run(Callable<Integer> command, String... more) {
        String[] arguments = {"--dataset", "movielens", "--data", folder.toString()};
        CommandLine commandLine =
                new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return commandLine.execute(Stream.concat(List.of(arguments).stream(), List.of(more).stream())
                .toArray(String[]::new));
    }

    private List<String> lines() {
        return out.toString()
                .lines()
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .toList();
    }

    @Test
    void inspect_counts_what_is_in_a_log_and_groups_bad_lines_by_reason() throws IOException {
        write(
                "ratings.csv",
                "userId,movieId,rating,timestamp",
                "1,1,4.5,1",
                "1,2,2.0,3600",
                "2,1,5.0,86400",
                "3,1,noise,5",
                "3,1,other,6",
                "3,1");

        assertThat(run(new InspectCommand())).isZero();

        assertThat(lines())
                .contains(
                        "movielens: 6 lines read: 3 impressions, 3 bad, 0 left out by options",
                        "2 users, 2 items",
                        "1970-01-01T00:00:01Z to 1970-01-02T00:00:00Z",
                        "Action 1 33.33% ████████ 0.00%",
                        "Adventure 2 66.67% ████████████████ 100.00%",
                        "all 3 100.00% ████████████████████████ 66.67%",
                        "like 1 of 2",
                        "impressions in each 2 h",
                        "3 bad lines, 50.0000% of those read")
                .anySatisfy(line -> assertThat(line)
                        .startsWith("2 ")
                        .contains("column rating: expected a rating from 0.5 to 5, found …"))
                .anySatisfy(line -> assertThat(line).startsWith("first:").contains("ratings.csv, line 5", "noise"))
                .anySatisfy(line -> assertThat(line).startsWith("first:").contains("ratings.csv, line 7"));
    }

    @Test
    void inspect_of_a_log_of_bad_lines_only_has_no_rates() throws IOException {
        write("ratings.csv", "userId,movieId,rating,timestamp", "1,1,x,1");

        assertThat(run(new InspectCommand())).isZero();

        assertThat(out.toString()).contains("1 bad lines, 100.0000%").doesNotContain("NaN");
    }

    @Test
    void validate_is_content_with_a_log_without_bad_lines() throws IOException {
        write("ratings.csv", "userId,movieId,rating,timestamp", "1,1,4.5,1");

        assertThat(run(new ValidateCommand())).isZero();
        assertThat(lines()).containsExactly("1 lines read, 1 impressions, 0 bad lines");
    }

    @Test
    void validate_names_the_lines_a_replay_would_drop() throws IOException {
        write("ratings.csv", "userId,movieId,rating,timestamp", "1,1,4.5,1", "1,1,x,1", "1,1,y,1", "1,1,z,1");

        assertThat(run(new ValidateCommand(), "--show", "2")).isEqualTo(1);

        assertThat(lines()).hasSize(4);
        assertThat(lines().get(0)).contains("ratings.csv, line 3", "'x'");
        assertThat(lines().get(1)).contains("ratings.csv, line 4", "'y'");
        assertThat(lines().subList(2, 4)).containsExactly("... and 1 more", "4 lines read, 1 impressions, 3 bad lines");
    }

    @Test
    void what_cannot_be_read_is_told_without_a_stack_trace() {
        assertThat(run(new ValidateCommand())).isEqualTo(2);
        assertThat(err.toString())
                .contains("validate: ", "ratings.csv is missing")
                .doesNotContain("\tat ");
        assertThat(run(new InspectCommand())).isEqualTo(2);
        assertThat(err.toString()).contains("inspect: ");
    }
}
