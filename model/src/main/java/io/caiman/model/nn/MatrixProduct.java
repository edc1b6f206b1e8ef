package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Optional;

/**
 * Products of matrices, which are nearly all of a network's arithmetic.
 *
 * <p>On a CPU large ones are handed to PyTorch as a convolution with a kernel of one pixel, over images whose pixels are
 * the left matrix's rows. That is the same sum of products, but PyTorch has it computed by oneDNN, which uses all that
 * the processor offers, while its matrix products are MKL's, which on an AMD processor keeps to AVX2 and so to half of
 * the speed of AVX-512. The sums are taken in another order, so the two round differently; which one is used depends on
 * nothing but the shapes.
 */
public final class MatrixProduct {

    /** With fewer images PyTorch does not hand a convolution by one thread to oneDNN. */
    private static final long LEAST_IMAGES = 16;

    /** With fewer pixels, or fewer products, making ready for oneDNN costs more than is won. */
    private static final long LEAST_PIXELS = 16;

    private static final long LEAST_PRODUCTS = 8_000_000;

    private static final Shape ONE = new Shape(1, 1);
    private static final Shape NO_PADDING = new Shape(0, 0);

    private MatrixProduct() {}

    /**
     * The product.
     *
     * @param left {@code [rows, inner]}
     * @param right {@code [inner, columns]}
     * @return {@code [rows, columns]}
     */
    public static NDArray of(NDArray left, NDArray right) {
        return isLarge(left, left.getShape().get(0), right.getShape())
                ? convolution(left, right, Optional.empty())
                : left.matMul(right);
    }

    /**
     * The product, with something added to each row.
     *
     * @param left {@code [rows, inner]}
     * @param right {@code [inner, columns]}
     * @param bias {@code [1, columns]}
     * @return {@code [rows, columns]}
     */
    static NDArray of(NDArray left, NDArray right, NDArray bias) {
        return isLarge(left, left.getShape().get(0), right.getShape())
                ? convolution(left, right, Optional.of(bias))
                : left.matMul(right).addi(bias);
    }

    /** Whether a product of so many rows with such a matrix, on this array's device, is computed as a convolution. */
    static boolean isLarge(NDArray array, long rows, Shape right) {
        return rows * right.get(0) * right.get(1) >= LEAST_PRODUCTS
                && images(rows) > 0
                && !array.getDevice().isGpu();
    }

    private static NDArray convolution(NDArray left, NDArray right, Optional<NDArray> bias) {
        long rows = left.getShape().get(0);
        long inner = right.getShape().get(0);
        long columns = right.getShape().get(1);
        long images = images(rows);
        // A pixel's channels lie side by side in memory, as a row's values do; nothing is copied.
        NDArray pixels = left.reshape(images, rows / images, 1, inner).transpose(0, 3, 1, 2);
        // Made flat on the way: PyTorch turns a matrix around several times as fast as a kernel's four dimensions.
        NDArray kernel = right.transpose().reshape(-1).reshape(columns, inner, 1, 1);
        PtNDArray added = (PtNDArray) bias.map(array -> array.reshape(columns)).orElse(null);
        return JniUtils.convolution((PtNDArray) pixels, (PtNDArray) kernel, added, ONE, NO_PADDING, ONE, 1)
                .transpose(0, 2, 3, 1)
                .reshape(rows, columns);
    }

    /** In how many images of the same size the rows come, or 0 if there is no way to share them. */
    private static long images(long rows) {
        for (long images = LEAST_IMAGES; images * LEAST_PIXELS <= rows; images++) {
            if (rows % images == 0) {
                return images;
            }
        }
        return 0;
    }
}
