package io.caiman.model.nn;

import ai.djl.ndarray.NDManager;
import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.util.List;

/** Dense weights that a network on the CPU sees without copying. */
final class HostWeights implements DenseWeights {

    private final DenseParameters parameters;
    private final DenseGradients gradients;
    private final Adam adam;

    HostWeights(AdamSpec spec, DenseLayout layout, DenseParameters parameters) {
        this.parameters = parameters;
        this.gradients = new DenseGradients(layout);
        this.adam = new Adam(spec, parameters);
    }

    @Override
    public Leaves leaves(NDManager scope) {
        return parameters.leaves(scope);
    }

    @Override
    public double takeGradients(Leaves leaves) {
        return gradients.load(leaves);
    }

    @Override
    public void update(float scale) {
        adam.update(gradients, scale);
    }

    @Override
    public void set(List<Statistic> statistics) {
        statistics.forEach(statistic -> parameters.set(statistic.number(), statistic.value()));
    }

    @Override
    public void begin(int domain, List<Integer> sources) {
        parameters.begin(domain, sources);
    }

    @Override
    public DenseParameters now() {
        return parameters;
    }

    @Override
    public int snapshotBytes() {
        return parameters.snapshotBytes() + adam.snapshotBytes();
    }

    @Override
    public void write(ByteBuffer target) {
        parameters.write(target);
        adam.write(target);
    }

    @Override
    public void read(ByteBuffer source) {
        parameters.read(source);
        adam.read(source);
    }
}
