package io.caiman.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class JobLogTest {

    private final List<String> lines = new ArrayList<>();
    private final JobLog log = new JobLog(recording(), "job=0a name=\"training crocodile\" attempt=1 task=1/1");

    @Test
    void a_line_is_an_event_its_origin_and_keys_with_values() {
        log.info("restored", "steps", 12L, "pending", "0:15-78,1:40-40");
        log.warn("skipped-step", "reason", "the loss is \"NaN\"\nand nothing else");

        assertThat(lines)
                .containsExactly(
                        "event=restored job=0a name=\"training crocodile\" attempt=1 task=1/1 steps=12 pending=\"0:15-78,1:40-40\"",
                        "event=skipped-step job=0a name=\"training crocodile\" attempt=1 task=1/1"
                                + " reason=\"the loss is \\\"NaN\\\"\\nand nothing else\"");
    }

    /** A logger that keeps the first argument of what it is told. */
    private Logger recording() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == boolean.class) {
                        return true;
                    }
                    lines.add(String.valueOf(arguments[1]));
                    return null;
                });
    }
}
