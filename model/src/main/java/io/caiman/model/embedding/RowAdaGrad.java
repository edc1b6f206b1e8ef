package io.caiman.model.embedding;

import io.caiman.model.spec.AdaGradSpec;

/**
 * Row-wise AdaGrad: for an embedding w of a row with gradient g and accumulator a,
 *
 * <pre>
 * a := a + mean(g_j^2)
 * w := w - learningRate * g / sqrt(a)
 * </pre>
 *
 * <p>That is AdaGrad (Duchi, Hazan and Singer 2011) with one accumulator for each embedding in place of one for each
 * weight, which a store of many rows cannot afford. An embedding whose gradient is 0 stays as it is.
 */
public final class RowAdaGrad {

    private final RowLayout layout;
    private final float learningRate;

    public RowAdaGrad(RowLayout layout, AdaGradSpec spec) {
        this.layout = layout;
        this.learningRate = spec.learningRate();
    }

    /**
     * Updates all embeddings of {@code count} rows.
     *
     * @param rows {@code [count, stride]}; of no use any more if a gradient is not finite
     * @param gradients {@code [count, embeddings, dimension]}
     * @param scale what the gradients are multiplied by
     * @return the square of the Euclidean norm of the gradients as given, not finite if any of them is not
     */
    public double update(float[] rows, float[] gradients, int count, float scale) {
        int dimension = layout.dimension();
        int embeddings = layout.embeddings();
        double sum = 0;
        for (int row = 0; row < count; row++) {
            int rowStart = row * layout.stride();
            for (int embedding = 0; embedding < embeddings; embedding++) {
                int gradient = (row * embeddings + embedding) * dimension;
                float square = SquaredNorm.of(gradients, gradient, dimension);
                sum += square;
                if (square > 0) {
                    int accumulator = rowStart + layout.accumulator(embedding);
                    rows[accumulator] += scale * scale * square / dimension;
                    float step = scale * learningRate / (float) Math.sqrt(rows[accumulator]);
                    int weights = rowStart + layout.weights(embedding);
                    for (int j = 0; j < dimension; j++) {
                        rows[weights + j] -= step * gradients[gradient + j];
                    }
                }
            }
        }
        return sum;
    }
}
