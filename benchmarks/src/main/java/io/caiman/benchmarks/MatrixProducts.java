package io.caiman.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products of one Crocodile step, forward and backward, and nothing else: what a step cannot be quicker than
 * with the same native library. Those of experts, gates, towers and the covariance loss; domains share the batch evenly.
 */
final class MatrixProducts implements AutoCloseable {

    private record Product(NDArray left, NDArray right) {}

    private final NDManager manager = ComputeDevice.CPU.open();
    private final List<Product> products = new ArrayList<>();

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
    }

    /** A layer's product, and the two of its backward pass. */
    private void layer(Shape input, Shape weight) {
        NDArray x = random(input);
        NDArray w = random(weight);
        NDArray gradient = x.matMul(w);
        products.add(new Product(x, w));
        products.add(new Product(gradient, turned(w)));
        products.add(new Product(turned(x), gradient));
    }

    private static NDArray turned(NDArray array) {
        return array.getShape().dimension() == 2 ? array.transpose() : array.transpose(0, 2, 1);
    }

    private NDArray random(Shape shape) {
        return manager.randomNormal(shape);
    }

    /** Computes all of them once. */
    void run() {
        JniUtils.setGradMode(false);
        for (Product product : products) {
            product.left().matMul(product.right()).close();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
