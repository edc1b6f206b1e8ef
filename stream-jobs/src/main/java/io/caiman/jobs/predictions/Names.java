package io.caiman.jobs.predictions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.openhft.hashing.LongHashFunction;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Model, task and domain of a prediction in UTF-8, as they lie in the log, so that they are compared without decoding. */
public final class Names {

    private static final LongHashFunction HASH = LongHashFunction.xx3();

    /** The three names one behind the other. */
    private final byte[] utf8;

    private final int task;
    private final int domain;
    private final int hash;

    /**
     * Names that lie one behind the other.
     *
     * @param utf8 not to be changed
     * @param task where the model's name ends and the task's begins
     * @param domain where the task's ends and the domain's begins, up to the end of the array
     */
    Names(byte[] utf8, int task, int domain) {
        this.utf8 = utf8;
        this.task = task;
        this.domain = domain;
        this.hash = hash(utf8, utf8.length, task, domain);
    }

    /** The names in UTF-8. */
    public static Names of(String model, String task, String domain) {
        byte[] models = utf8(model);
        byte[] tasks = utf8(task);
        byte[] domains = utf8(domain);
        ByteBuffer all = ByteBuffer.allocate(models.length + tasks.length + domains.length);
        all.put(models).put(tasks).put(domains);
        return new Names(all.array(), models.length, models.length + tasks.length);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The hash of names that lie at the beginning of an array. */
    static int hash(byte[] utf8, int length, int task, int domain) {
        return Long.hashCode(HASH.hashBytes(utf8, 0, length) + 31L * task + domain);
    }

    /** Whether these are the names at the beginning of an array. */
    boolean areAt(byte[] other, int length, int otherTask, int otherDomain) {
        return task == otherTask && domain == otherDomain && Arrays.equals(utf8, 0, utf8.length, other, 0, length);
    }

    /** Whether both are of predictions of the same model. */
    public boolean sameModel(Names other) {
        return Arrays.equals(utf8, 0, task, other.utf8, 0, other.task);
    }

    byte[] utf8() {
        return utf8;
    }

    /** Whether they are of a prediction of this model, in UTF-8. */
    boolean isOf(byte[] model) {
        return Arrays.equals(utf8, 0, task, model, 0, model.length);
    }

    /** The model in UTF-8. */
    byte[] model() {
        return Arrays.copyOf(utf8, task);
    }

    /** Where the task's name begins. */
    int task() {
        return task;
    }

    /** Where the domain's name begins. */
    int domain() {
        return domain;
    }

    /** The model, task and domain. */
    public Scope domainScope() {
        return Scope.ofDomain(text(0, task), text(task, domain), text(domain, utf8.length));
    }

    /** The model and task, over all domains. */
    public Scope overallScope() {
        return Scope.overall(text(0, task), text(task, domain));
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
                        && areAt(that.utf8, that.utf8.length, that.task, that.domain));
    }

    void write(DataOutputView target) throws IOException {
        int[] ends = {task, domain, utf8.length};
        int from = 0;
        for (int end : ends) {
            target.writeInt(end - from);
            target.write(utf8, from, end - from);
            from = end;
        }
    }

    static Names read(DataInputView source) throws IOException {
        byte[] utf8 = {};
        int[] ends = new int[3];
        for (int i = 0; i < ends.length; i++) {
            int from = utf8.length;
            ends[i] = from + source.readInt();
            utf8 = Arrays.copyOf(utf8, ends[i]);
            source.readFully(utf8, from, ends[i] - from);
        }
        return new Names(utf8, ends[0], ends[1]);
    }

    private String text(int from, int to) {
        return new String(utf8, from, to - from, StandardCharsets.UTF_8);
    }
}
