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
        assertThat(err.toString()).contains("expected one of synthetic, movielens, kuairand, got 'netflix'");
    }

    @Test
    void wrong_input_ends_before_anything_starts(@TempDir Path folder) {
        String[] dataset = {"--bootstrap-servers", "localhost:1", "--dataset", "movielens", "--data", folder.toString()
        };
        assertThat(run(dataset)).isEqualTo(2);
        assertThat(err.toString()).contains("movies.csv is missing");
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
}
