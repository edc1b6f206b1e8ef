package io.caiman.model.nn;

import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

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

    /** Weights that are fetched, updated and put back: meanwhile they are in the processor's first cache. */
    private static final int BLOCK = 1 << 12;

    private final AdamSpec spec;
    private final DenseParameters parameters;
    /** Moments, {@code [blocks, BLOCK]}. Those of a weight stand where it stands in its block, else the loop would not vectorize. */
    private final float[][] first;

    private final float[][] second;
    /** A block's weights and their gradients. */
    private final float[] weights = new float[BLOCK];

    private final float[] gradients = new float[BLOCK];
    private final long[] steps;

    public Adam(AdamSpec spec, DenseParameters parameters) {
        this.spec = spec;
        this.parameters = parameters;
        int blocks = (parameters.size() + BLOCK - 1) / BLOCK;
        this.first = new float[blocks][BLOCK];
        this.second = new float[blocks][BLOCK];
        this.steps = new long[parameters.slices().size()];
    }

    /**
     * Updates every array that has a gradient.
     *
     * @param scale what the gradients are multiplied by
     */
    public void update(DenseGradients all, float scale) {
        for (int number = 0; number < steps.length; number++) {
            if (all.present(number)) {
                steps[number]++;
                DenseLayout.Slice slice = parameters.slices().get(number);
                int from = slice.offset();
                int end = from + slice.length();
                while (from < end) {
                    int place = from % BLOCK;
                    int count = Math.min(BLOCK - place, end - from);
                    all.get(number, from - slice.offset(), gradients, place, count);
                    parameters.get(from, weights, place, count);
                    update(first[from / BLOCK], second[from / BLOCK], place, place + count, steps[number], scale);
                    parameters.put(from, weights, place, count);
                    from += count;
                }
            }
        }
    }

    private void update(float[] first, float[] second, int from, int to, long step, float scale) {
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
        return Float.BYTES * 2 * parameters.size() + Long.BYTES * steps.length;
    }

    /** Writes moments and step counts. */
    public void write(ByteBuffer target) {
        for (float[][] moments : List.of(first, second)) {
            FloatBuffer floats = floats(target);
            for (float[] block : moments) {
                floats.put(block, 0, Math.min(BLOCK, floats.remaining()));
            }
        }
        target.asLongBuffer().put(steps);
        target.position(target.position() + Long.BYTES * steps.length);
    }

    /** Takes over what {@link #write} wrote. */
    public void read(ByteBuffer source) {
        for (float[][] moments : List.of(first, second)) {
            FloatBuffer floats = floats(source);
            for (float[] block : moments) {
                floats.get(block, 0, Math.min(BLOCK, floats.remaining()));
            }
        }
        source.asLongBuffer().get(steps);
        source.position(source.position() + Long.BYTES * steps.length);
    }

    /** The next moments in a snapshot, which goes on behind them. */
    private FloatBuffer floats(ByteBuffer snapshot) {
        int bytes = Float.BYTES * parameters.size();
        FloatBuffer floats = snapshot.slice(snapshot.position(), bytes)
                .order(snapshot.order())
                .asFloatBuffer();
        snapshot.position(snapshot.position() + bytes);
        return floats;
    }
}
