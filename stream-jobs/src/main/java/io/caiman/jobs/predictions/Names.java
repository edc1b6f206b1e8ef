package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.VariableLength;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.openhft.hashing.LongHashFunction;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Model, task and domain of a prediction in UTF-8, as they lie in the log, so that they are told apart without decoding: by
 * their number, which stands for them as a user's number does for the user, see {@link IncomingPrediction#user(byte[], int,
 * int)}.
 */
public final class Names {

    private static final LongHashFunction HASH = LongHashFunction.xx3();

    /** In place of where the domain begins: over all domains. */
    private static final int NO_DOMAIN = -1;

    /** Empty ones, before which there are none. */
    public static final Names NONE = new Names(new byte[0], 0, 0);

    /** The three names one behind the other. */
    private final byte[] utf8;

    private final int task;
    private final int domain;
    private final long number;

    /**
     * Names that lie one behind the other.
     *
     * @param utf8 not to be changed
     * @param task where the model's name ends and the task's begins
     * @param domain where the task's ends and the domain's begins, up to the end of the array; or {@value #NO_DOMAIN}
     */
    Names(byte[] utf8, int task, int domain) {
        this.utf8 = utf8;
        this.task = task;
        this.domain = domain;
        this.number = HASH.hashBytes(utf8) + ((long) task << Integer.SIZE) + domain;
    }

    /** The names of a scope. */
    public static Names of(Scope scope) {
        byte[] model = utf8(scope.model());
        byte[] task = utf8(scope.task());
        byte[] domain = scope.domain().map(Names::utf8).orElse(new byte[0]);
        ByteBuffer all = ByteBuffer.allocate(model.length + task.length + domain.length);
        all.put(model).put(task).put(domain);
        return new Names(all.array(), model.length, scope.isOverall() ? NO_DOMAIN : model.length + task.length);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Stands for the names: equal names have the same number, others almost surely another. */
    public long number() {
        return number;
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

    /** The same model and task over all domains. */
    public Names overall() {
        return new Names(Arrays.copyOf(utf8, domain), task, NO_DOMAIN);
    }

    /** What they are the names of. */
    public Scope scope() {
        return domain == NO_DOMAIN
                ? Scope.overall(text(0, task), text(task, utf8.length))
                : Scope.ofDomain(text(0, task), text(task, domain), text(domain, utf8.length));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Names that && number == that.number;
    }

    /** Writes them without the beginning that they share with those before: domains of one task differ at the end. */
    public void write(DataOutputView target, Names before) throws IOException {
        int differs = Arrays.mismatch(utf8, before.utf8);
        int shared = differs < 0 ? utf8.length : differs;
        VariableLength.write(task, target);
        VariableLength.write(domain - NO_DOMAIN, target);
        VariableLength.write(utf8.length, target);
        VariableLength.write(shared, target);
        target.write(utf8, shared, utf8.length - shared);
    }

    /** What {@link #write} wrote, given the same names before. */
    public static Names read(DataInputView source, Names before) throws IOException {
        int task = (int) VariableLength.read(source);
        int domain = (int) VariableLength.read(source) + NO_DOMAIN;
        byte[] utf8 = new byte[(int) VariableLength.read(source)];
        int shared = (int) VariableLength.read(source);
        System.arraycopy(before.utf8, 0, utf8, 0, shared);
        source.readFully(utf8, shared, utf8.length - shared);
        return new Names(utf8, task, domain);
    }

    private String text(int from, int to) {
        return new String(utf8, from, to - from, StandardCharsets.UTF_8);
    }
}
