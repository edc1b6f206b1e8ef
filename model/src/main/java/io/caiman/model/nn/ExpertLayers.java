package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * M expert MLPs of the same shape side by side (Crocodile, Eq. 4): ReLU after every layer, the last one too, so that
 * outputs are not negative (Sec. 4.5).
 */
public final class ExpertLayers {

    private final List<Integer> weights = new ArrayList<>();
    private final List<Integer> biases = new ArrayList<>();

    /**
     * Adds the experts' weights to a layout.
     *
     * @param name of the experts within the layout
     * @param experts number of experts
     * @param inputWidth width of each expert's input
     * @param widths widths of the layers
     */
    public ExpertLayers(DenseLayout layout, String name, int experts, int inputWidth, List<Integer> widths) {
        int in = inputWidth;
        for (int layer = 0; layer < widths.size(); layer++) {
            int out = widths.get(layer);
            double bound = 1 / Math.sqrt(in);
            weights.add(layout.add(name + "." + layer + ".weight", new Shape(experts, in, out), bound));
            biases.add(layout.add(name + "." + layer + ".bias", new Shape(experts, 1, out), bound));
            in = out;
        }
    }

    /**
     * The experts' outputs.
     *
     * @param input {@code [experts, batch, inputWidth]}, or {@code [1, batch, inputWidth]} for the same input to all
     * @return {@code [experts, batch, last width]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        long batch = input.getShape().get(1);
        Shape first = leaves.get(weights.get(0)).getShape().slice(1);
        return MatrixProduct.isLarge(input, batch, first) ? oneByOne(leaves, input) : together(leaves, input);
    }

    /**
     * With one batched product a layer: few native calls, which is what a small batch's time goes to. {@code matMul} would
     * turn both arrays into views of themselves first, and go back through those. An input that all share is repeated here, as
     * PyTorch would do it in one way while recording and in another, which rounds otherwise, while not.
     */
    private NDArray together(Leaves leaves, NDArray input) {
        Shape shape = input.getShape();
        long experts = leaves.get(weights.get(0)).getShape().get(0);
        NDArray hidden =
                shape.get(0) == experts ? input : input.broadcast(new Shape(experts, shape.get(1), shape.get(2)));
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray linear = hidden.batchMatMul(leaves.get(weights.get(layer)));
            hidden = Activation.relu(linear.addi(leaves.get(biases.get(layer))));
        }
        return hidden;
    }

    /** With products as quick as {@link MatrixProduct} makes them. */
    private NDArray oneByOne(Leaves leaves, NDArray input) {
        NDList hidden = each(input);
        for (int layer = 0; layer < weights.size(); layer++) {
            NDList weight = each(leaves.get(weights.get(layer)));
            NDList bias = each(leaves.get(biases.get(layer)));
            NDList outputs = new NDList();
            for (int expert = 0; expert < weight.size(); expert++) {
                NDArray own = hidden.get(hidden.size() == 1 ? 0 : expert);
                outputs.add(Activation.relu(MatrixProduct.of(own, weight.get(expert), bias.get(expert))));
            }
            hidden = outputs;
        }
        return hidden.size() == 1 ? hidden.get(0).expandDims(0) : NDArrays.stack(hidden);
    }

    /** The matrices {@code [rows, columns]} of an array {@code [matrices, rows, columns]}, not copied. */
    private static NDList each(NDArray array) {
        Shape matrix = array.getShape().slice(1);
        NDList matrices = new NDList();
        for (NDArray part : JniUtils.split((PtNDArray) array, 1, 0)) {
            matrices.add(part.reshape(matrix));
        }
        return matrices;
    }
}
