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
 * The dense weights of a network, in a direct buffer that a training step on the CPU sees as leaves without copying. There is no
 * second copy in a plain array, for which a loop would vectorize: at small batches a step waits for the memory that it goes
 * through. {@link Adam} fetches a few at a time.
 */
public final class DenseParameters {

    private final List<DenseLayout.Slice> slices;
    private final ByteBuffer bytes;
    private final FloatBuffer weights;

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
        this.weights = bytes.asFloatBuffer().limit(layout.size());
        for (DenseLayout.Slice slice : slices) {
            long state = RowKeys.mix(seed) ^ RowKeys.hash(slice.name());
            if (slice.domain().orElse(0) >= domains) {
                continue;
            }
            float[] values = new float[slice.length()];
            if (slice.bound() == 0) {
                Arrays.fill(values, slice.constant());
            } else {
                UniformValues.fill(state, slice.bound(), values, 0, values.length);
            }
            put(slice.offset(), values, 0, values.length);
        }
    }

    /** The arrays' names, shapes and places. */
    public List<DenseLayout.Slice> slices() {
        return slices;
    }

    /** How many there are, the gaps between arrays included. */
    public int size() {
        return weights.limit();
    }

    /** A copy of all weights. */
    public float[] values() {
        float[] values = new float[size()];
        get(0, values, 0, values.length);
        return values;
    }

    /** Copies so many weights to an array. */
    void get(int offset, float[] target, int to, int count) {
        weights.get(offset, target, to, count);
    }

    /** Lets so many weights be those of an array; the network sees them at once. */
    public void put(int offset, float[] source, int from, int count) {
        weights.put(offset, source, from, count);
    }

    /** Lets an array of weights hold these values from now on. */
    public void set(int number, NDArray array) {
        DenseLayout.Slice slice = slices.get(number);
        weights.put(slice.offset(), Leaves.floats(array), 0, slice.length());
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
                            sums[i] += weights.get(source.at(other, i));
                        }
                        count++;
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                weights.put(target.at(part, i), (float) (sums[i] / count));
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
        return Float.BYTES * size();
    }

    /** Writes the weights. */
    void write(ByteBuffer target) {
        target.asFloatBuffer().put(0, weights, 0, size());
        target.position(target.position() + snapshotBytes());
    }

    /** Takes over what {@link #write} wrote. */
    void read(ByteBuffer source) {
        weights.put(0, source.asFloatBuffer(), 0, size());
        source.position(source.position() + snapshotBytes());
    }
}
