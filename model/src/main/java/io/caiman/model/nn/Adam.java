package io.caiman.model.nn;

import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;

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

    /**
     * Added to a gradient and taken off again, it turns what is below 1e-17 into 0 and leaves what matters as it is; so
     * does the other with moments below 1e-27. Without it the moments of a weight whose gradient has become 0, and squares
     * of tiny gradients, end as subnormal numbers, with which arithmetic is ten times slower.
     */
    private static final float FLUSH_GRADIENT = 1e-10f;

    private static final float FLUSH_MOMENT = 1e-20f;

    /** Weights that are updated and then published: they are still in the processor's first cache. */
    private static final int BLOCK = 1 << 12;

    private final AdamSpec spec;
    private final DenseParameters parameters;
    private final float[] first;
    private final float[] second;
    private final long[] steps;

    public Adam(AdamSpec spec, DenseParameters parameters) {
        this.spec = spec;
        this.parameters = parameters;
        this.first = new float[parameters.values().length];
        this.second = new float[parameters.values().length];
        this.steps = new long[parameters.slices().size()];
    }

    /**
     * Updates every array that has a gradient.
     *
     * @param scale what the gradients are multiplied by
     */
    public void update(DenseGradients gradients, float scale) {
        for (int number = 0; number < steps.length; number++) {
            if (gradients.present(number)) {
                DenseLayout.Slice slice = parameters.slices().get(number);
                steps[number]++;
                int end = slice.offset() + slice.length();
                for (int from = slice.offset(); from < end; from += BLOCK) {
                    int to = Math.min(end, from + BLOCK);
                    update(from, to, steps[number], gradients.values(), scale);
                    parameters.publish(from, to - from);
                }
            }
        }
    }

    private void update(int from, int to, long step, float[] gradients, float scale) {
        float[] weights = parameters.values();
        float beta1 = spec.beta1();
        float beta2 = spec.beta2();
        float epsilon = spec.epsilon();
        float rate = (float) (spec.learningRate() / (1 - Math.pow(beta1, (double) step)));
        float secondScale = (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) step)));
        for (int i = from; i < to; i++) {
            float g = scale * gradients[i] + FLUSH_GRADIENT - FLUSH_GRADIENT;
            float m = beta1 * first[i] + (1 - beta1) * g + FLUSH_MOMENT - FLUSH_MOMENT;
            float v = beta2 * second[i] + (1 - beta2) * g * g + FLUSH_MOMENT - FLUSH_MOMENT;
            first[i] = m;
            second[i] = v;
            weights[i] -= rate * m / ((float) Math.sqrt(v) * secondScale + epsilon);
        }
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
