package io.caiman.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.MatrixProduct;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products of one Crocodile step, forward and backward, and nothing else: what a step cannot be quicker than
 * with the same native library. Those of experts, gates, towers and the covariance loss; domains share the batch evenly.
 * The experts' are computed in two ways, all experts' of a layer as one batched product, and one after the other as {@link
 * MatrixProduct} does it.
 */
final class MatrixProducts implements AutoCloseable {

    private record Product(NDArray left, NDArray right) {

        /** Of several matrices, the product of each with its own. */
        List<Product> single() {
            List<Product> single = new ArrayList<>();
            for (int i = 0; i < left.getShape().get(0); i++) {
                single.add(new Product(left.get(i), right.get(i)));
            }
            return single;
        }
    }

    private final NDManager manager = ComputeDevice.CPU.open();
    private final List<Product> products = new ArrayList<>();
    private final List<Product> batched = new ArrayList<>();
    private final List<Product> single;

    MatrixProducts(ModelSpec spec, int batch) {
        JniUtils.setGradMode(false);
        long experts = spec.experts().count();
        long dimension = spec.embedding().dimension();
        long in = spec.features().size() * dimension;
        for (int out : spec.experts().layers()) {
            layer(new Shape(experts, batch, in), new Shape(experts, in, out));
            in = out;
        }
        long outputs = experts * in;
        int domains = Math.min(batch, spec.domains().size());
        for (int domain = 0; domain < domains; domain++) {
            long samples = batch / domains;
            long prior = spec.priorFeatures().size() * dimension;
            layer(new Shape(samples, prior), new Shape(prior, outputs));
            long width = in;
            for (int hidden : spec.towers()) {
                layer(new Shape(samples, width), new Shape(width, hidden));
                width = hidden;
            }
            layer(new Shape(samples, width), new Shape(width, 1));
        }
        NDArray all = random(new Shape(batch, outputs));
        products.add(new Product(all.transpose(), all));
        products.add(new Product(all, random(new Shape(outputs, outputs))));
        single = batched.stream().flatMap(product -> product.single().stream()).toList();
    }

    /** A layer's product, and the two of its backward pass. */
    private void layer(Shape input, Shape weight) {
        NDArray x = random(input);
        NDArray w = random(weight);
        NDArray gradient = x.matMul(w);
        List<Product> own = input.dimension() == 3 ? batched : products;
        own.add(new Product(x, w));
        own.add(new Product(gradient, turned(w)));
        own.add(new Product(turned(x), gradient));
    }

    private static NDArray turned(NDArray array) {
        return array.getShape().dimension() == 2 ? array.transpose() : array.transpose(0, 2, 1);
    }

    private NDArray random(Shape shape) {
        return manager.randomNormal(shape);
    }

    /** Milliseconds that all of them take once, the experts' in the way that is quicker. */
    double millis() {
        JniUtils.setGradMode(false);
        return StepShape.millis(this::others)
                + Math.min(
                        StepShape.millis(() -> batched.forEach(product ->
                                product.left().matMul(product.right()).close())),
                        StepShape.millis(() -> single.forEach(MatrixProducts::compute)));
    }

    private void others() {
        products.forEach(MatrixProducts::compute);
    }

    private static void compute(Product product) {
        try (NDScope ofIntermediates = new NDScope()) {
            MatrixProduct.of(product.left(), product.right());
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
