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
     * The squared Euclidean norm of the gradient of each embedding of {@code count} rows.
     *
     * @param gradients {@code [count, embeddings, dimension]}
     * @param squares receives them, {@code [count, embeddings]}
     * @return their sum, not finite if any gradient is not
     */
    public double squares(float[] gradients, int count, float[] squares) {
        int dimension = layout.dimension();
        double sum = 0;
        for (int embedding = 0; embedding < count * layout.embeddings(); embedding++) {
            squares[embedding] = SquaredNorm.of(gradients, embedding * dimension, dimension);
            sum += squares[embedding];
        }
        return sum;
    }

    /**
     * Updates all embeddings of {@code count} rows.
     *
     * @param rows {@code [count, stride]}
     * @param gradients {@code [count, embeddings, dimension]}, all finite
     * @param squares what {@link #squares} gave of them
     * @param scale what the gradients are multiplied by
     */
    public void update(float[] rows, float[] gradients, float[] squares, int count, float scale) {
        int dimension = layout.dimension();
        int embeddings = layout.embeddings();
        for (int row = 0; row < count; row++) {
            int rowStart = row * layout.stride();
            for (int embedding = 0; embedding < embeddings; embedding++) {
                int gradient = (row * embeddings + embedding) * dimension;
                float square = squares[row * embeddings + embedding];
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
    }
}
