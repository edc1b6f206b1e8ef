package io.caiman.benchmarks;

import java.util.List;

/** What the training job does with an impression, told by the methods that are running. */
enum Stage {
    KAFKA_READ(
            "Kafka read",
            "org.apache.flink.connector.kafka.source.",
            "org.apache.flink.connector.base.source.",
            "org.apache.flink.streaming.api.operators.SourceOperator.",
            "io.caiman.jobs.connect.ConsumedRecordSchema."),
    DECODE("Avro decode", "io.caiman.jobs.connect.RecordDecoder."),
    FEATURISE("featurise", "io.caiman.jobs.training.ImpressionFeatures.add", "io.caiman.model.train.MiniBatch."),
    GATHER(
            "row gather",
            "io.caiman.model.train.RowTable.load",
            "io.caiman.model.train.RowTable.number",
            "io.caiman.model.train.DeviceRows.load",
            "io.caiman.model.train.Crosses.load"),
    TO_DEVICE(
            "host to device",
            "io.caiman.model.train.Assembly.order",
            "io.caiman.model.train.Assembly.fill",
            "io.caiman.model.train.HostEmbeddings.input",
            "io.caiman.model.train.DeviceEmbeddings.input",
            "io.caiman.model.train.DirectFloats."),
    FORWARD("forward", "io.caiman.model.zoo.", "io.caiman.model.nn.Leaves.get"),
    BACKWARD("backward", "io.caiman.model.nn.Autograd.backward"),
    TO_HOST(
            "device to host",
            "io.caiman.model.train.Trainer.deepLogits",
            "io.caiman.model.train.Assembly.rowGradients",
            "io.caiman.model.train.DeviceEmbeddings.takeGradients",
            "io.caiman.model.nn.DenseGradients.load"),
    UPDATE(
            "row and weight update",
            "io.caiman.model.embedding.RowAdaGrad.",
            "io.caiman.model.train.DeviceEmbeddings.learn",
            "io.caiman.model.nn.Adam.",
            "io.caiman.model.train.WidePart.",
            "io.caiman.model.train.TaskLoss."),
    WRITE_ROWS(
            "row write",
            "io.caiman.model.train.RowTable.store",
            "io.caiman.model.train.DeviceRows.store",
            "io.caiman.model.train.RowLifecycle."),
    FREE("native memory freed", "ai.djl.ndarray.BaseNDManager.close", "ai.djl.pytorch.engine.PtNDManager.close"),
    HEALTH("health", "io.caiman.model.train.HealthProbe."),
    ENCODE(
            "prediction encode",
            "io.caiman.jobs.connect.RecordSchema.",
            "io.caiman.jobs.training.TrainingOperator.emit",
            "io.caiman.jobs.training.NotYetPublished."),
    KAFKA_WRITE("Kafka write", "org.apache.kafka.clients.producer.", "org.apache.flink.connector.kafka.sink."),
    /** Anything that a checkpoint has the task do: rows and weights to the state, transactions. Wherever it is in a stack. */
    CHECKPOINT(
            "checkpoint",
            "org.apache.flink.streaming.runtime.tasks.SubtaskCheckpointCoordinatorImpl.",
            "org.apache.flink.streaming.runtime.tasks.StreamTask.performCheckpoint",
            "org.apache.flink.streaming.runtime.tasks.StreamTask.notifyCheckpoint"),
    /** The learner's thread gives a result to the task's, and has no mini-batch yet. */
    WAIT(
            "wait for a mini-batch",
            "java.util.concurrent.ThreadPoolExecutor.getTask",
            "io.caiman.jobs.training.TrainingOperator.publishLater"),
    /** The task's thread has no impression, or as many mini-batches as it may are being learned from. */
    IDLE("idle", "org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl.take"),
    OTHER("none of these");

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<String> methods;

    /**
     * @param methods what the full name of a running method begins with
     */
    Stage(String title, String... methods) {
        this.title = title;
        this.methods = List.of(methods);
    }

    /** What the innermost method of a stack that any stage names belongs to. */
    static Stage of(StackTraceElement[] stack) {
        Stage innermost = OTHER;
        for (StackTraceElement frame : stack) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (CHECKPOINT.has(method)) {
                return CHECKPOINT;
            }
            for (Stage stage : values()) {
                if (innermost == OTHER && stage.has(method)) {
                    innermost = stage;
                }
            }
        }
        return innermost;
    }

    private boolean has(String method) {
        for (String start : methods) {
            if (method.startsWith(start)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return title;
    }
}
