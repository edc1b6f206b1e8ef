package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** A vector for each domain, the embedding of a domain indicator. */
public final class DomainVectors {

    private final List<Integer> vectors = new ArrayList<>();

    /**
     * Adds the vectors to a layout, first uniform in (-1, 1) over the root of their width.
     *
     * @param name of the vectors within the layout
     * @param domains names of the domains
     * @param width of a vector
     */
    public DomainVectors(DenseLayout layout, String name, List<String> domains, int width) {
        for (String domain : domains) {
            vectors.add(layout.ofDomain(vectors.size())
                    .add(name + "." + domain, new Shape(1, width), 1 / Math.sqrt(width)));
        }
    }

    /** A domain's vector, {@code [1, width]}. */
    public NDArray get(Leaves leaves, int domain) {
        return leaves.get(vectors.get(domain));
    }

    /**
     * A domain's vector beside each of its samples, {@code [samples, width + in]}.
     *
     * @param input {@code [samples, in]}
     */
    public NDArray beside(Leaves leaves, NDArray input, int domain) {
        NDArray vector = get(leaves, domain);
        NDArray each = vector.broadcast(
                new Shape(input.getShape().get(0), vector.getShape().get(1)));
        return NDArrays.concat(new NDList(each, input), 1);
    }
}
