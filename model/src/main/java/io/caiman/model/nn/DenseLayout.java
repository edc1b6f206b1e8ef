package io.caiman.model.nn;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Which dense weights a network has, and where each stands in one flat buffer. Layers add theirs when they are made. */
public final class DenseLayout {

    /** The parts of an array that is of one piece. */
    private static final List<Integer> WHOLE = List.of(0);

    private final List<Slice> slices;
    private final OptionalInt domain;

    public DenseLayout() {
        this(new ArrayList<>(), OptionalInt.empty());
    }

    private DenseLayout(List<Slice> slices, OptionalInt domain) {
        this.slices = slices;
        this.domain = domain;
    }

    /**
     * The same layout; arrays that are added through it are a domain's own. Every domain adds the same arrays in the same
     * order, for one may come to start from those of another.
     */
    public DenseLayout ofDomain(int number) {
        return new DenseLayout(slices, OptionalInt.of(number));
    }

    /**
     * Adds an array of weights.
     *
     * @param name what it is, unique in the layout
     * @param bound its first values are uniform in [-bound, bound)
     * @return its number, for {@link Leaves#get}
     */
    public int add(String name, Shape shape, double bound) {
        return add(name, shape, bound, 0, WHOLE);
    }

    /**
     * Adds an array of weights whose columns are about different things, as those of a gate about experts. Two domains may
     * have columns about different ones.
     *
     * @param parts what each of so many runs of columns, all of the same width, is about: a number that means the same in
     *     the arrays of all domains
     * @return its number, for {@link Leaves#get}
     */
    public int add(String name, Shape shape, double bound, List<Integer> parts) {
        return add(name, shape, bound, 0, parts);
    }

    /**
     * Adds an array of weights that all start with the same value.
     *
     * @return its number, for {@link Leaves#get}
     */
    public int addConstant(String name, Shape shape, double value) {
        return add(name, shape, 0, value, WHOLE);
    }

    private int add(String name, Shape shape, double bound, double constant, List<Integer> parts) {
        // Every array starts where a cache line starts.
        int lines = (int) (((long) size() + AlignedFloats.LINE_FLOATS - 1) / AlignedFloats.LINE_FLOATS);
        int offset = Math.multiplyExact(lines, AlignedFloats.LINE_FLOATS);
        Math.addExact(offset, Math.toIntExact(shape.size()));
        slices.add(new Slice(name, shape, offset, (float) bound, (float) constant, domain, parts));
        return slices.size() - 1;
    }

    /** Floats in the buffer, the gaps between arrays included. */
    public int size() {
        if (slices.isEmpty()) {
            return 0;
        }
        Slice last = slices.get(slices.size() - 1);
        return last.offset() + last.length();
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
     * @param bound its first values are uniform in [-bound, bound); 0: they are the constant
     * @param constant what all first values are if the bound is 0
     * @param domain whose own it is; empty: all domains share it
     * @param parts what its columns are about, see {@link DenseLayout#add(String, Shape, double, List)}
     */
    public record Slice(
            String name,
            Shape shape,
            int offset,
            float bound,
            float constant,
            OptionalInt domain,
            List<Integer> parts) {

        public Slice {
            parts = List.copyOf(parts);
        }

        /** Weights in the array. */
        public int length() {
            return Math.toIntExact(shape.size());
        }

        /** Weights in one of its parts. */
        int partLength() {
            return length() / parts.size();
        }

        /** Where a weight of a part stands in the flat buffer. */
        int at(int part, int weight) {
            int width = Math.toIntExact(shape.get(shape.dimension() - 1)) / parts.size();
            return offset + (weight / width * parts.size() + part) * width + weight % width;
        }
    }
}
