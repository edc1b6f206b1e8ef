package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class JobProgramTest {

    @Command(name = "ends")
    private static final class Ends implements Callable<Integer> {
        private final int exitCode;

        Ends(int exitCode) {
            this.exitCode = exitCode;
        }

        @Override
        public Integer call() {
            return exitCode;
        }
    }

    @Command(name = "throws")
    private static final class Throws implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            throw new IOException("the disk is full");
        }
    }

    @Test
    void what_a_job_throws_is_thrown_as_it_is() {
        assertThatThrownBy(() -> JobProgram.run(new Throws(), new String[0]))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the disk is full");
    }

    @Test
    void a_job_that_ends_well_throws_nothing() {
        assertThatCode(() -> JobProgram.run(new Ends(0), new String[0])).doesNotThrowAnyException();
    }

    @Test
    void an_exit_code_that_tells_of_failure_is_thrown() {
        assertThatIllegalArgumentException().isThrownBy(() -> JobProgram.run(new Ends(2), new String[0]));
    }

    @Test
    void arguments_that_are_not_known_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobProgram.run(new Ends(0), new String[] {"--no-such-option"}));
    }
}
