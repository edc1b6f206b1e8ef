package io.caiman.replay.synthetic;

import io.caiman.schemas.avro.Slot;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The users, or the items: how often each occurs, what can be observed of each, and hidden traits partly predictable from
 * that.
 *
 * <p>A trait is {@code sqrt(r) * o + sqrt(1 - r) * e} with {@code r} = {@value #OBSERVABLE}: {@code o} is the sum of one
 * normal effect for each attribute's value, {@code e} is the entity's own, both brought to mean 0 and variance 1 over
 * <em>impressions</em> (entities weighted by how often they occur), so that variances stated for parts of the logit are
 * those found in the log.
 */
final class Population {

    /** Share of a trait's variance that follows from the observable attributes. */
    static final double OBSERVABLE = 0.5;

    private final WeightedChoice exposure;
    private final List<List<Slot>> slots;
    private final double[][] traits;

    Population(int size, double zipfExponent, List<Attribute> attributes, int traitCount, Draws draws) {
        exposure = WeightedChoice.zipf(size, zipfExponent);
        List<int[]> values = attributes.stream()
                .map(attribute -> attribute.draw(size, draws))
                .toList();
        slots = IntStream.range(0, size)
                .mapToObj(entity -> IntStream.range(0, attributes.size())
                        .mapToObj(a -> attributes.get(a).slot(values.get(a)[entity]))
                        .toList())
                .toList();
        traits = new double[size][traitCount];
        for (int trait = 0; trait < traitCount; trait++) {
            double[] observable = standardized(effects(attributes, values, draws));
            double[] own = standardized(normals(size, draws));
            for (int entity = 0; entity < size; entity++) {
                traits[entity][trait] = StrictMath.sqrt(OBSERVABLE) * observable[entity]
                        + StrictMath.sqrt(1 - OBSERVABLE) * own[entity];
            }
        }
    }

    private static double[] effects(List<Attribute> attributes, List<int[]> values, Draws draws) {
        double[] sums = new double[values.get(0).length];
        for (int a = 0; a < attributes.size(); a++) {
            double[] effects = normals(attributes.get(a).values(), draws);
            for (int entity = 0; entity < sums.length; entity++) {
                sums[entity] += effects[values.get(a)[entity]];
            }
        }
        return sums;
    }

    private static double[] normals(int size, Draws draws) {
        double[] normals = new double[size];
        for (int i = 0; i < size; i++) {
            normals[i] = draws.normal();
        }
        return normals;
    }

    private double[] standardized(double[] values) {
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            mean += exposure.probability(i) * values[i];
        }
        double variance = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] -= mean;
            variance += exposure.probability(i) * values[i] * values[i];
        }
        // All alike, as two entities with the same attributes can be: there is nothing to scale.
        double scale = variance > 0 ? 1 / StrictMath.sqrt(variance) : 0;
        for (int i = 0; i < values.length; i++) {
            values[i] *= scale;
        }
        return values;
    }

    int draw(Draws draws) {
        return exposure.draw(draws);
    }

    int size() {
        return traits.length;
    }

    List<Slot> slots(int entity) {
        return slots.get(entity);
    }

    /** The traits of an entity: mean 0 and variance 1 each, over impressions. Not to be changed. */
    double[] traits(int entity) {
        return traits[entity];
    }
}
