package io.caiman.model.nn;

import ai.djl.ndarray.NDManager;
import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.util.List;

/** The dense weights of a network while they learn, with their optimizer, where the network computes. */
public interface DenseWeights {

    /**
     * The weights where a manager's arrays are: on the CPU in Java's memory, elsewhere in the device's.
     *
     * @param manager to outlive the weights
     * @param layout which weights there are
     * @param parameters their first values, for the same layout
     */
    static DenseWeights on(NDManager manager, AdamSpec spec, DenseLayout layout, DenseParameters parameters) {
        return manager.getDevice().isGpu()
                ? new DeviceWeights(manager, spec, parameters)
                : new HostWeights(spec, layout, parameters);
    }

    /** Leaves for one forward and backward pass; they and all that is computed from them belong to the manager. */
    Leaves leaves(NDManager scope);

    /**
     * Takes over the gradients of these leaves.
     *
     * @return the square of their Euclidean norm, not finite if any of them is not
     */
    double takeGradients(Leaves leaves);

    /**
     * One step of Adam with the gradients taken over.
     *
     * @param scale what the gradients are multiplied by
     */
    void update(float scale);

    /** Lets arrays of weights hold what no gradient teaches them. */
    void set(List<Statistic> statistics);

    /** Gives what is a domain's own its first values, see {@link DenseParameters#begin}. */
    void begin(int domain, List<Integer> sources);

    /** The weights as they are now, in Java's memory; to be read only. */
    DenseParameters now();

    /** Bytes that {@link #write} writes. */
    int snapshotBytes();

    /** Writes weights, moments and step counts, the same wherever they live. */
    void write(ByteBuffer target);

    /** Takes over what {@link #write} wrote. */
    void read(ByteBuffer source);
}
