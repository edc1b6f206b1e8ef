package io.caiman.model.nn;

import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Adam (Kingma and Ba 2015, Algorithm 1) over {@link DenseParameters}. For a weight w with gradient g at its t-th step:
 *
 * <pre>
 * m := beta1 * m + (1 - beta1) * g
 * v := beta2 * v + (1 - beta2) * g^2
 * w := w - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 *
 * <p>Each array counts its own steps: one that took no part in a batch, such as the tower of an absent domain, keeps
 * its weights and moments.
 */
public final class Adam {

    private final AdamSpec spec;
    private final DenseParameters parameters;
    private final float[] first;
    private final float[] second;
    private final long[] steps;
    private final float[] gradients;
    private final float[] weights;

    public Adam(AdamSpec spec, DenseParameters parameters) {
        this.spec = spec;
        this.parameters = parameters;
        this.first = new float[parameters.values().capacity()];
        this.second = new float[parameters.values().capacity()];
        this.steps = new long[parameters.slices().size()];
        int longest = parameters.slices().stream()
                .mapToInt(DenseLayout.Slice::length)
                .max()
                .orElse(0);
        this.gradients = new float[longest];
        this.weights = new float[longest];
    }

    /** Updates every array that has a gradient in these leaves. */
    public void update(Leaves leaves) {
        for (int number = 0; number < steps.length; number++) {
            DenseLayout.Slice slice = parameters.slices().get(number);
            int array = number;
            leaves.gradient(number).ifPresent(gradient -> update(slice, ++steps[array], gradient));
        }
    }

    private void update(DenseLayout.Slice slice, long step, FloatBuffer gradient) {
        FloatBuffer values = parameters.values();
        float beta1 = spec.beta1();
        float beta2 = spec.beta2();
        float epsilon = spec.epsilon();
        float rate = (float) (spec.learningRate() / (1 - Math.pow(beta1, (double) step)));
        float secondScale = (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) step)));
        int offset = slice.offset();
        int length = slice.length();
        // Over plain arrays the loop vectorizes; element by element through buffers it is several times slower.
        gradient.get(0, gradients, 0, length);
        values.get(offset, weights, 0, length);
        for (int i = 0; i < length; i++) {
            float g = gradients[i];
            float m = beta1 * first[offset + i] + (1 - beta1) * g;
            float v = beta2 * second[offset + i] + (1 - beta2) * g * g;
            first[offset + i] = m;
            second[offset + i] = v;
            weights[i] -= rate * m / ((float) Math.sqrt(v) * secondScale + epsilon);
        }
        values.put(offset, weights, 0, length);
    }

    /** Bytes that {@link #write} writes. */
    public int snapshotBytes() {
        return Float.BYTES * 2 * first.length + Long.BYTES * steps.length;
    }

    /** Writes moments and step counts. */
    public void write(ByteBuffer target) {
        for (float[] moments : new float[][] {first, second}) {
            target.asFloatBuffer().put(moments);
            target.position(target.position() + Float.BYTES * moments.length);
        }
        target.asLongBuffer().put(steps);
        target.position(target.position() + Long.BYTES * steps.length);
    }

    /** Takes over what {@link #write} wrote. */
    public void read(ByteBuffer source) {
        for (float[] moments : new float[][] {first, second}) {
            source.asFloatBuffer().get(moments);
            source.position(source.position() + Float.BYTES * moments.length);
        }
        source.asLongBuffer().get(steps);
        source.position(source.position() + Long.BYTES * steps.length);
    }
}
