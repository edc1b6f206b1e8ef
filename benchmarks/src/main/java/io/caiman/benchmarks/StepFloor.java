package io.caiman.benchmarks;

import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;

/**
 * What a Crocodile step cannot do without, and so the time that it cannot be quicker than: the operations of its matrix
 * products, forward and backward; the fewest bytes through the device's memory (inputs read once, their gradients written
 * once, dense weights and both moments read and written once); and the bytes that cross to the device and back if all rows are
 * there: the places of each impression's rows and the slopes, and the logits.
 *
 * @param operations floating-point operations, a multiplication and an addition being two
 * @param deviceBytes read and written in the device's memory
 * @param upBytes from Java to the device
 * @param downBytes from the device to Java
 */
record StepFloor(double operations, double deviceBytes, double upBytes, double downBytes) {

    /** A layer's product, and the two of its backward pass. */
    private static final double PASSES = 3;

    /** Weights, first and second moments, each read and written. */
    private static final double WEIGHT_PASSES = 6;

    /** The floor of one step with this batch. */
    static StepFloor of(ModelSpec spec, int batch) {
        RowLayout layout = RowLayout.of(spec);
        double experts = spec.experts().count();
        double in = (double) spec.features().size() * layout.dimension();
        double priorWidth = (double) spec.priorInputs().size() * layout.dimension();
        double products = 0;
        double width = in;
        for (int out : spec.experts().layers()) {
            products += experts * width * out;
            width = out;
        }
        double outputs = experts * width;
        products += priorWidth * outputs;
        for (int hidden : spec.towers()) {
            products += width * hidden;
            width = hidden;
        }
        products += width;
        double covariance = 2 * outputs * outputs;
        double inputs = batch * (layout.sets() * in + priorWidth);
        double logits = (double) batch * spec.tasks().size();
        double weights = Network.of(spec).layout().size();
        return new StepFloor(
                2 * batch * (PASSES * products + covariance),
                Float.BYTES * (2 * inputs + WEIGHT_PASSES * weights),
                Float.BYTES * (batch * (double) spec.features().size() + logits),
                Float.BYTES * logits);
    }

    /** Milliseconds of the arithmetic or of the device's memory, whichever takes longer. */
    double computeMillis(DeviceRates rates) {
        return 1e3 * Math.max(operations / rates.operations(), deviceBytes / rates.copiedBytes());
    }

    /** Milliseconds of the way to the device and back; none where the device is the CPU. */
    double crossingMillis(DeviceRates rates) {
        return rates.crossing()
                .map(crossing -> 1e3 * (upBytes / crossing.upBytes() + downBytes / crossing.downBytes()))
                .orElse(0.0);
    }

    /** The least milliseconds of a step that computes while nothing crosses. */
    double millis(DeviceRates rates) {
        return computeMillis(rates) + crossingMillis(rates);
    }
}
