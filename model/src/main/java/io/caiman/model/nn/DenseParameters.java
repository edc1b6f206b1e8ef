package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.UniformValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * The dense weights of a network, twice: in a plain array, which the optimizer and snapshots work on, for over one a
 * loop vectorizes; and in a direct buffer, which a training step sees as leaves without copying. {@link #publish} makes
 * the second equal the first.
 */
public final class DenseParameters {

    private final List<DenseLayout.Slice> slices;
    private final ByteBuffer bytes;
    private final FloatBuffer published;
    private final float[] values;

    /** First weights, a function of the layout and the seed alone. */
    public DenseParameters(DenseLayout layout, long seed) {
        this(layout, seed, Integer.MAX_VALUE);
    }

    /**
     * First weights, a function of the layout and the seed alone.
     *
     * @param domains how many domains there are from the start; what is of others' own is 0 until they {@link #begin}
     */
    public DenseParameters(DenseLayout layout, long seed, int domains) {
        this.slices = layout.slices();
        this.bytes = AlignedFloats.allocate(layout.size());
        this.published = bytes.asFloatBuffer();
        this.values = new float[layout.size()];
        for (DenseLayout.Slice slice : slices) {
            long state = RowKeys.mix(seed) ^ RowKeys.hash(slice.name());
            if (slice.domain().orElse(0) >= domains) {
                continue;
            }
            if (slice.bound() == 0) {
                Arrays.fill(values, slice.offset(), slice.offset() + slice.length(), slice.constant());
            } else {
                UniformValues.fill(state, slice.bound(), values, slice.offset(), slice.length());
            }
        }
        publish(0, values.length);
    }

    /** The arrays' names, shapes and places. */
    public List<DenseLayout.Slice> slices() {
        return slices;
    }

    /** All weights; what is written here changes the network once it is published. */
    public float[] values() {
        return values;
    }

    /** Lets the network see these weights as they are now. */
    public void publish(int offset, int length) {
        published.put(offset, values, offset, length);
    }

    /** Lets an array of weights hold these values from now on. */
    public void set(int number, NDArray array) {
        DenseLayout.Slice slice = slices.get(number);
        Leaves.floats(array).get(0, values, slice.offset(), slice.length());
        publish(slice.offset(), slice.length());
    }

    /**
     * Gives what is a domain's own its first values: the means of those of other domains. Columns about something are the
     * mean of the columns about the same; where no other domain has such columns, of all columns.
     *
     * @param sources numbers of the other domains, at least one
     */
    public void begin(int domain, List<Integer> sources) {
        List<List<DenseLayout.Slice>> others = sources.stream().map(this::of).toList();
        List<DenseLayout.Slice> own = of(domain);
        for (int i = 0; i < own.size(); i++) {
            int place = i;
            DenseLayout.Slice slice = own.get(i);
            average(slice, others.stream().map(other -> other.get(place)).toList());
            publish(slice.offset(), slice.length());
        }
    }

    /** What is a domain's own. */
    private List<DenseLayout.Slice> of(int domain) {
        return slices.stream()
                .filter(slice -> slice.domain().equals(OptionalInt.of(domain)))
                .toList();
    }

    private void average(DenseLayout.Slice target, List<DenseLayout.Slice> sources) {
        for (int part = 0; part < target.parts().size(); part++) {
            Integer about = target.parts().get(part);
            boolean known = sources.stream().anyMatch(source -> source.parts().contains(about));
            double[] sums = new double[target.partLength()];
            int count = 0;
            for (DenseLayout.Slice source : sources) {
                for (int other = 0; other < source.parts().size(); other++) {
                    if (!known || source.parts().get(other).equals(about)) {
                        for (int i = 0; i < sums.length; i++) {
                            sums[i] += values[source.at(other, i)];
                        }
                        count++;
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                values[target.at(part, i)] = (float) (sums[i] / count);
            }
        }
    }

    /** Leaves for one forward and backward pass; they and all that is computed from them belong to the manager. */
    public Leaves leaves(NDManager manager) {
        return new Leaves(
                slices.size(),
                number -> {
                    NDArray leaf = array(manager, number);
                    leaf.setRequiresGradient(true);
                    return leaf;
                },
                number -> array(manager, number));
    }

    /** One array's weights; on the CPU shared and not copied. */
    private NDArray array(NDManager manager, int number) {
        DenseLayout.Slice slice = slices.get(number);
        ByteBuffer own = bytes.slice(slice.offset() * Float.BYTES, slice.length() * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        return manager.create(own, slice.shape(), DataType.FLOAT32);
    }

    /** Bytes that {@link #write} writes. */
    int snapshotBytes() {
        return Float.BYTES * values.length;
    }

    /** Writes the weights. */
    void write(ByteBuffer target) {
        target.asFloatBuffer().put(values);
        target.position(target.position() + snapshotBytes());
    }

    /** Takes over what {@link #write} wrote. */
    void read(ByteBuffer source) {
        source.asFloatBuffer().get(values);
        source.position(source.position() + snapshotBytes());
        publish(0, values.length);
    }
}
