package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dense weights in a device's memory, with their moments: {@link Adam} as a few kernels over flat arrays. A step sees the
 * weights as pieces of one leaf, so that the backward pass leaves one flat gradient. Nothing of them crosses to Java but the
 * norm of a gradient, unless somebody asks for them.
 *
 * <p>It rounds otherwise than {@link Adam}, and does not flush tiny moments, which cost a GPU nothing.
 */
final class DeviceWeights implements DenseWeights {

    /** DJL's way to ask for no limit of single gradients. */
    private static final float NO_CLIPPING = -1;

    private final NDManager manager;
    private final AdamSpec spec;
    private final DenseParameters parameters;
    /** Lengths of all arrays and of the gaps between them, in order. */
    private final long[] pieces;
    /** For each array its place among the pieces. */
    private final int[] places;

    private final long[] steps;
    private final boolean[] present;
    private NDArray weights;
    private NDArray first;
    private NDArray second;
    /** All weights' gradients, belonging to the step's manager: there from when they are taken until the weights are updated. */
    private Optional<NDArray> gradient = Optional.empty();

    /** The leaf that the arrays given out last are pieces of. */
    private Optional<NDArray> leaf = Optional.empty();

    DeviceWeights(NDManager manager, AdamSpec spec, DenseParameters parameters) {
        this.manager = manager;
        this.spec = spec;
        this.parameters = parameters;
        List<DenseLayout.Slice> slices = parameters.slices();
        this.places = new int[slices.size()];
        this.steps = new long[slices.size()];
        this.present = new boolean[slices.size()];
        List<Long> lengths = new ArrayList<>();
        int end = 0;
        for (int number = 0; number < places.length; number++) {
            DenseLayout.Slice slice = slices.get(number);
            if (slice.offset() > end) {
                lengths.add((long) slice.offset() - end);
            }
            places[number] = lengths.size();
            lengths.add((long) slice.length());
            end = slice.offset() + slice.length();
        }
        this.pieces = lengths.stream().mapToLong(Long::longValue).toArray();
        this.weights = upload(parameters.values());
        this.first = manager.zeros(weights.getShape());
        this.second = manager.zeros(weights.getShape());
    }

    private NDArray upload(float[] values) {
        return manager.create(values, new Shape(values.length));
    }

    /** What is made on the way belongs to a manager that is closed at once: that of the weights lives on. */
    private void download(NDArray array, float[] target) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray view = array.stopGradient();
            view.attach(scope);
            Leaves.floats(view).get(target);
        }
    }

    private NDArray replaced(NDArray before, float[] values) {
        before.close();
        return upload(values);
    }

    @Override
    public Leaves leaves(NDManager scope) {
        NDArray whole = weights.stopGradient();
        whole.attach(scope);
        whole.setRequiresGradient(true);
        leaf = Optional.of(whole);
        NDList parts = JniUtils.split((PtNDArray) whole, pieces, 0);
        return new Leaves(
                places.length,
                number -> array(parts, number),
                number -> array(parts, number).stopGradient());
    }

    private NDArray array(NDList parts, int number) {
        return parts.get(places[number]).reshape(parameters.slices().get(number).shape());
    }

    @Override
    public double takeGradients(Leaves leaves) {
        for (int number = 0; number < present.length; number++) {
            present[number] = leaves.present(number);
        }
        NDArray all = leaf.orElseThrow().getGradient();
        gradient = Optional.of(all);
        return all.square().sum().getFloat();
    }

    /** Arrays that stand side by side and have learned as often as each other are updated as one. */
    @Override
    public void update(float scale) {
        for (int number = 0; number < steps.length; number++) {
            steps[number] += present[number] ? 1 : 0;
        }
        int start = 0;
        while (start < steps.length) {
            int end = start + 1;
            while (end < steps.length && present[end] == present[start] && steps[end] == steps[start]) {
                end++;
            }
            if (present[start]) {
                update(start, end, scale);
            }
            start = end;
        }
        gradient = Optional.empty();
        leaf = Optional.empty();
    }

    /**
     * Updates the arrays in [start, end). DJL's Adam has no bias correction of the second moment: with learning rate and
     * epsilon both divided by that correction's root, it is the same.
     */
    private void update(int start, int end, float scale) {
        long step = steps[start];
        DenseLayout.Slice last = parameters.slices().get(end - 1);
        long from = parameters.slices().get(start).offset();
        long to = (long) last.offset() + last.length();
        double root = Math.sqrt(1 - Math.pow(spec.beta2(), (double) step));
        double rate = spec.learningRate() * root / (1 - Math.pow(spec.beta1(), (double) step));
        NDArray gradients = gradient.orElseThrow();
        PtNDManager scope = (PtNDManager) gradients.getManager();
        JniUtils.adamUpdate(
                part(weights, from, to, scope),
                part(gradients, from, to, scope),
                part(first, from, to, scope),
                part(second, from, to, scope),
                spec.learningRate(),
                (float) rate,
                0,
                scale,
                NO_CLIPPING,
                spec.beta1(),
                spec.beta2(),
                (float) (spec.epsilon() * root),
                false);
    }

    /** Some of a flat array's values, not copied. */
    private static PtNDArray part(NDArray array, long from, long to, PtNDManager scope) {
        return JniUtils.index((PtNDArray) array, new long[] {from}, new long[] {to}, new long[] {1}, scope);
    }

    @Override
    public void set(List<Statistic> statistics) {
        for (Statistic statistic : statistics) {
            DenseLayout.Slice slice = parameters.slices().get(statistic.number());
            weights.set(
                    new NDIndex().addSliceDim(slice.offset(), slice.offset() + slice.length()),
                    statistic.value().reshape(-1));
        }
    }

    @Override
    public void begin(int domain, List<Integer> sources) {
        now().begin(domain, sources);
        weights = replaced(weights, parameters.values());
    }

    @Override
    public DenseParameters now() {
        float[] values = new float[parameters.size()];
        download(weights, values);
        parameters.put(0, values, 0, values.length);
        return parameters;
    }

    @Override
    public int snapshotBytes() {
        return 3 * parameters.snapshotBytes() + Long.BYTES * steps.length;
    }

    @Override
    public void write(ByteBuffer target) {
        now().write(target);
        float[] moments = new float[parameters.size()];
        for (NDArray array : List.of(first, second)) {
            download(array, moments);
            target.asFloatBuffer().put(moments);
            target.position(target.position() + parameters.snapshotBytes());
        }
        target.asLongBuffer().put(steps);
        target.position(target.position() + Long.BYTES * steps.length);
    }

    @Override
    public void read(ByteBuffer source) {
        parameters.read(source);
        weights = replaced(weights, parameters.values());
        first = replaced(first, moments(source));
        second = replaced(second, moments(source));
        source.asLongBuffer().get(steps);
        source.position(source.position() + Long.BYTES * steps.length);
    }

    private float[] moments(ByteBuffer source) {
        float[] moments = new float[parameters.size()];
        source.asFloatBuffer().get(moments);
        source.position(source.position() + parameters.snapshotBytes());
        return moments;
    }
}
