package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReplayCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new ReplayCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void help_teaches_by_example() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("synthetic, movielens, kuairand")
                .contains("caiman replay --bootstrap-servers localhost:9092");
    }

    @Test
    void the_oracle_needs_no_broker() {
        assertThat(run("--oracle", "--limit", "2000", "--users", "50", "--items", "100"))
                .isZero();
        assertThat(out.toString().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly("domain", "0", "1", "2", "4", "6", "all");
    }

    @Test
    void brokers_have_to_be_named() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("--bootstrap-servers is missing");
    }

    @Test
    void an_unknown_dataset_is_answered_with_the_known_ones() {
        assertThat(run("--dataset", "netflix")).isEqualTo(2);
        assertThat(err.toString())
                .contains("expected one of synthetic, movielens, kuairand, aliccp, own, prepared, got 'netflix'");
    }

    @Test
    void a_layout_belongs_to_an_own_log_and_an_own_log_needs_one(@TempDir Path folder) {
        String[] misplaced = {"--bootstrap-servers", "localhost:1", "--dataset", "movielens", "--layout", "log.yaml"};
        assertThat(run(misplaced)).isEqualTo(2);
        assertThat(err.toString()).contains("--layout: describes an own log and has no meaning for movielens");

        assertThat(run("--bootstrap-servers", "localhost:1", "--dataset", "own", "--data", folder.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("dataset own is read as a file says: name one with --layout FILE");
    }

    @Test
    void wrong_input_ends_before_anything_starts(@TempDir Path folder) {
        String[] dataset = {"--bootstrap-servers", "localhost:1", "--dataset", "movielens", "--data", folder.toString()
        };
        assertThat(run(dataset)).isEqualTo(2);
        assertThat(err.toString()).contains("ratings.csv is missing");
    }

    @Test
    void options_of_another_dataset_are_refused() {
        assertThat(run("--bootstrap-servers", "localhost:1", "--dataset", "movielens", "--conflict", "1"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--conflict: shapes the synthetic log and has no meaning for movielens");
        assertThat(run("--oracle", "--users", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--users: expected 2 or more, got 0");
        assertThat(run("--oracle", "--limit", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--limit: expected 1 or more impressions, got 0");
        assertThat(run("--oracle", "--domains", "0,3")).isEqualTo(2);
        assertThat(err.toString()).contains("--domains: expected some of 0, 1, 2, 4, 6");
        assertThat(run("--bootstrap-servers", "localhost:1", "--rate", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("expected a number above 0, or max, got 0");
    }

    @Test
    void the_pace_is_set_once() {
        assertThat(run("--bootstrap-servers", "localhost:1", "--rate", "5", "--speed", "60x"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--rate and --speed both set the pace");
        assertThat(run("--bootstrap-servers", "localhost:1", "--speed", "60")).isEqualTo(2);
        assertThat(err.toString()).contains("expected a number above 0 and an x, such as 60x, got '60'");
    }

    @Test
    void delays_and_loops_that_make_no_sense_are_refused() {
        assertThat(run("--bootstrap-servers", "localhost:1", "--label-delay", "soon"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--label-delay: expected delays such as 10m");
        assertThat(run("--bootstrap-servers", "localhost:1", "--loop", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--loop: expected 1 or more times, got 0");
        assertThat(run("--bootstrap-servers", "localhost:1", "--loop", "often")).isEqualTo(2);
        assertThat(err.toString()).contains("expected a number of times, or forever, got 'often'");
        assertThat(run("--bootstrap-servers", "localhost:1", "--catch-up", "10"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected a time such as 30s, 10m or 1d, got '10'");
    }
}
