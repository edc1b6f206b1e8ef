package io.caiman.jobs.connect;

import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.runtime.state.ManagedInitializationContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An operator's log, in lines that programs read too: {@code event=restored job=ID name="training crocodile" attempt=2 task=1/1},
 * then what belongs to the event, likewise {@code key=value}; a value with other characters than those of names, numbers and
 * paths stands in quotation marks.
 */
public final class JobLog {

    private static final Pattern PLAIN = Pattern.compile("[\\w.:/+-]+");

    private final Logger log;
    private final String origin;

    /**
     * The log of an operator.
     *
     * @param operator names the logger
     */
    public JobLog(Class<?> operator, RuntimeContext context) {
        this(
                LoggerFactory.getLogger(operator),
                origin(
                        context.getJobInfo().getJobId(),
                        context.getJobInfo().getJobName(),
                        context.getTaskInfo().getAttemptNumber(),
                        context.getTaskInfo().getIndexOfThisSubtask(),
                        context.getTaskInfo().getNumberOfParallelSubtasks()));
    }

    /**
     * The log of a source's reader.
     *
     * @param source names the logger
     */
    JobLog(Class<?> source, SourceReaderContext context) {
        this(
                LoggerFactory.getLogger(source),
                origin(context, context.metricGroup().getAllVariables()));
    }

    JobLog(Logger log, String origin) {
        this.log = log;
        this.origin = origin;
    }

    /**
     * What an operator is in the course of.
     *
     * @param keysAndValues in turn
     */
    public void info(String event, Object... keysAndValues) {
        if (log.isInfoEnabled()) {
            log.info("{}", line(event, keysAndValues));
        }
    }

    /** That an operator has its state from a checkpoint, and from which. */
    public void restored(ManagedInitializationContext context) {
        info("restored", "checkpoint", context.getRestoredCheckpointId().orElseThrow());
    }

    /** As {@link #info}, for what somebody should look at. */
    public void warn(String event, Object... keysAndValues) {
        log.warn("{}", line(event, keysAndValues));
    }

    private String line(String event, Object... keysAndValues) {
        StringBuilder line =
                new StringBuilder("event=").append(event).append(' ').append(origin);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            line.append(' ').append(keysAndValues[i]).append('=').append(value(keysAndValues[i + 1]));
        }
        return line.toString();
    }

    /** A reader is told of its job by the labels of its metrics only. */
    private static String origin(SourceReaderContext context, Map<String, String> labels) {
        return origin(
                labels.get(ScopeFormat.SCOPE_JOB_ID),
                labels.get(ScopeFormat.SCOPE_JOB_NAME),
                labels.get(ScopeFormat.SCOPE_TASK_ATTEMPT_NUM),
                context.getIndexOfSubtask(),
                context.currentParallelism());
    }

    private static String origin(
            @Nullable Object job, @Nullable Object name, @Nullable Object attempt, int task, int tasks) {
        return "job=%s name=%s attempt=%s task=%d/%d".formatted(job, value(name), attempt, task + 1, tasks);
    }

    private static String value(@Nullable Object value) {
        String text = String.valueOf(value);
        return PLAIN.matcher(text).matches()
                ? text
                : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
