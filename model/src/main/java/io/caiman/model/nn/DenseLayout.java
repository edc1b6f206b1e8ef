package io.caiman.model.nn;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Which dense weights a network has, and where each stands in one flat buffer. Layers add theirs when they are made. */
public final class DenseLayout {

    private final List<Slice> slices = new ArrayList<>();
    private int size;

    /**
     * Adds an array of weights.
     *
     * @param name what it is, unique in the layout
     * @param bound its first values are uniform in (-bound, bound)
     * @return its number, for {@link Leaves#get}
     */
    public int add(String name, Shape shape, double bound) {
        return add(name, shape, bound, 0);
    }

    /**
     * Adds an array of weights that all start with the same value.
     *
     * @return its number, for {@link Leaves#get}
     */
    public int addConstant(String name, Shape shape, double value) {
        return add(name, shape, 0, value);
    }

    private int add(String name, Shape shape, double bound, double constant) {
        // Every array starts where a cache line starts.
        int offset = (size + AlignedFloats.LINE_FLOATS - 1) / AlignedFloats.LINE_FLOATS * AlignedFloats.LINE_FLOATS;
        slices.add(new Slice(name, shape, offset, (float) bound, (float) constant));
        size = Math.addExact(offset, Math.toIntExact(shape.size()));
        return slices.size() - 1;
    }

    /** Floats in the buffer, the gaps between arrays included. */
    public int size() {
        return size;
    }

    /** The arrays, by number. */
    public List<Slice> slices() {
        return List.copyOf(slices);
    }

    /**
     * One array of weights.
     *
     * @param name what it is
     * @param shape its shape
     * @param offset where its first weight stands in the flat buffer, in floats
     * @param bound its first values are uniform in (-bound, bound); 0: they are the constant
     * @param constant what all first values are if the bound is 0
     */
    public record Slice(String name, Shape shape, int offset, float bound, float constant) {

        /** Weights in the array. */
        public int length() {
            return Math.toIntExact(shape.size());
        }
    }
}
