package io.caiman.jobs.predictions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.openhft.hashing.LongHashFunction;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Model, task and domain of a prediction in UTF-8, as they lie in the log, so that they are compared without decoding. */
public final class Names {

    private static final LongHashFunction HASH = LongHashFunction.xx3();

    private final byte[] model;
    private final byte[] task;
    private final byte[] domain;
    private final int hash;

    Names(byte[] model, byte[] task, byte[] domain) {
        this.model = model;
        this.task = task;
        this.domain = domain;
        this.hash = hash(model, 0, model.length, task, 0, task.length, domain, 0, domain.length);
    }

    /** The names in UTF-8. */
    public static Names of(String model, String task, String domain) {
        return new Names(utf8(model), utf8(task), utf8(domain));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The hash of names with these bytes. */
    @SuppressWarnings("TooManyParameters") // three stretches of bytes
    static int hash(
            byte[] models,
            int model,
            int modelLength,
            byte[] tasks,
            int task,
            int taskLength,
            byte[] domains,
            int domain,
            int domainLength) {
        long hash = HASH.hashBytes(models, model, modelLength);
        hash = hash * 31 + HASH.hashBytes(tasks, task, taskLength);
        hash = hash * 31 + HASH.hashBytes(domains, domain, domainLength);
        return Long.hashCode(hash);
    }

    byte[] model() {
        return model;
    }

    /** Whether they are of a prediction of this model, in UTF-8. */
    boolean isOf(byte[] otherModel) {
        return Arrays.equals(model, otherModel);
    }

    byte[] task() {
        return task;
    }

    byte[] domain() {
        return domain;
    }

    /** The model, task and domain. */
    public Scope domainScope() {
        return Scope.ofDomain(text(model), text(task), text(domain));
    }

    /** The model and task, over all domains. */
    public Scope overallScope() {
        return Scope.overall(text(model), text(task));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Names that
                        && hash == that.hash
                        && Arrays.equals(model, that.model)
                        && Arrays.equals(task, that.task)
                        && Arrays.equals(domain, that.domain));
    }

    void write(DataOutputView target) throws IOException {
        for (byte[] name : new byte[][] {model, task, domain}) {
            target.writeInt(name.length);
            target.write(name);
        }
    }

    static Names read(DataInputView source) throws IOException {
        byte[][] names = new byte[3][];
        for (int i = 0; i < names.length; i++) {
            names[i] = new byte[source.readInt()];
            source.readFully(names[i]);
        }
        return new Names(names[0], names[1], names[2]);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
