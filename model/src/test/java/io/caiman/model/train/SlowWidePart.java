package io.caiman.model.train;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.ReferenceModel.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The wide part written from its formula in doubles, maps and texts: what the quick one is compared with. */
final class SlowWidePart {

    private final ModelSpec spec;
    private final Function<Long, double[]> firstFactors;
    final Map<Long, Double> biases = new HashMap<>();
    final Map<Long, double[]> factors = new HashMap<>();
    private final Map<String, Double> crosses = new HashMap<>();
    private final Map<String, Double> accumulators = new HashMap<>();

    SlowWidePart(ModelSpec spec, Function<Long, double[]> firstFactors) {
        this.spec = spec;
        this.firstFactors = firstFactors;
    }

    double logit(Sample sample) {
        double sum = 0;
        for (long[] keys : sample.keys()) {
            for (long key : keys) {
                sum += biases.getOrDefault(key, 0.0) / keys.length;
            }
        }
        for (List<String> pair : spec.wide().crosses().pairs()) {
            List<String> names = pairs(sample, pair);
            for (String name : names) {
                sum += crosses.getOrDefault(name, 0.0) / Math.sqrt(names.size());
            }
        }
        List<Term> terms = terms(sample);
        for (int i = 0; i < terms.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += terms.get(i).share
                        * terms.get(j).share
                        * dot(factors(terms.get(i).key), factors(terms.get(j).key));
            }
        }
        return sum;
    }

    /** Learns from a sample, given the derivative of the loss by its logit. */
    void learn(Sample sample, double slope) {
        List<Term> terms = terms(sample);
        List<double[]> gradients = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            double[] gradient = new double[spec.wide().factors().dimension()];
            for (int j = 0; j < terms.size(); j++) {
                for (int d = 0; d < gradient.length && j != i; d++) {
                    gradient[d] += slope * terms.get(i).share * terms.get(j).share * factors(terms.get(j).key)[d];
                }
            }
            gradients.add(gradient);
        }
        for (int i = 0; i < terms.size(); i++) {
            double[] gradient = gradients.get(i);
            double mean = dot(gradient, gradient) / gradient.length;
            double accumulator = accumulated(
                    "v" + terms.get(i).key, mean, spec.wide().factors().initialAccumulator());
            double[] vector = factors(terms.get(i).key);
            for (int d = 0; d < gradient.length; d++) {
                vector[d] -= spec.wide().factors().learningRate() * gradient[d] / Math.sqrt(accumulator);
            }
        }
        for (long[] keys : sample.keys()) {
            for (long key : keys) {
                double gradient = slope / keys.length;
                double accumulator =
                        accumulated("b" + key, gradient * gradient, spec.wide().initialAccumulator());
                biases.merge(key, -spec.wide().learningRate() * gradient / Math.sqrt(accumulator), Double::sum);
            }
        }
        for (List<String> pair : spec.wide().crosses().pairs()) {
            List<String> names = pairs(sample, pair);
            for (String name : names) {
                double gradient = slope / Math.sqrt(names.size());
                double accumulator = accumulated(
                        name, gradient * gradient, spec.wide().crosses().initialAccumulator());
                crosses.merge(
                        name, -spec.wide().crosses().learningRate() * gradient / Math.sqrt(accumulator), Double::sum);
            }
        }
    }

    private double accumulated(String name, double square, double initial) {
        return accumulators.merge(name, initial + square, (old, fresh) -> old + square);
    }

    private List<String> pairs(Sample sample, List<String> pair) {
        List<String> names = new ArrayList<>();
        for (long first : sample.keys()[spec.features().indexOf(pair.get(0))]) {
            for (long second : sample.keys()[spec.features().indexOf(pair.get(1))]) {
                names.add(pair + ":" + first + ":" + second);
            }
        }
        return names;
    }

    private record Term(long key, double share) {}

    private List<Term> terms(Sample sample) {
        List<Term> terms = new ArrayList<>();
        for (String feature : spec.wide().factors().features()) {
            long[] keys = sample.keys()[spec.features().indexOf(feature)];
            for (long key : keys) {
                terms.add(new Term(key, 1.0 / keys.length));
            }
        }
        return terms;
    }

    private double[] factors(long key) {
        return factors.computeIfAbsent(key, firstFactors);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
