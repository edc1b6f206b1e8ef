package io.caiman.model.train;

import io.caiman.model.spec.Gate;
import io.caiman.model.spec.LossSpec.CrossEntropy;
import io.caiman.model.spec.LossSpec.Normalization;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Crocodile written from the paper's formulas, sample by sample, in doubles and plain loops: the slow, obvious twin that
 * the tests compare with. Weights and rows are numbers in maps; gradients come from finite differences.
 */
final class ReferenceModel {

    /** One impression: for each feature its row keys, each of weight 1. */
    record Sample(int domain, boolean label, long[][] keys) {}

    private final ModelSpec spec;
    final Map<String, double[]> dense = new HashMap<>();
    /** By row key: embeddings of all sets, then the prior one, end to end. */
    final Map<Long, double[]> rows = new HashMap<>();

    ReferenceModel(ModelSpec spec) {
        this.spec = spec;
    }

    /** Eq. 7, with the wide logits as constants. */
    double loss(List<Sample> batch, double[] wide) {
        double loss = 0;
        List<double[][]> outputs = new ArrayList<>();
        for (int k = 0; k < batch.size(); k++) {
            Sample sample = batch.get(k);
            outputs.add(experts(sample));
            double probability = 1 / (1 + Math.exp(-(logit(sample) + wide[k])));
            double entropy = -Math.log(sample.label() ? probability : 1 - probability);
            long sameDomain = batch.stream()
                    .filter(other -> other.domain() == sample.domain())
                    .count();
            loss += entropy / (spec.loss().crossEntropy() == CrossEntropy.DOMAIN_MEAN ? sameDomain : batch.size());
        }
        return loss + spec.loss().disentanglingWeight() * covariance(outputs);
    }

    /** The deep logit of a sample: Eq. 3, 4, 9, 10, 8 and 5 in turn. */
    double logit(Sample sample) {
        double[][] outputs = experts(sample);
        int experts = outputs.length;
        int outputWidth = outputs[0].length;
        String domain = spec.domains().get(sample.domain());
        int gateWidth = spec.gate() == Gate.PRIOR_ELEMENTWISE ? outputWidth : 1;
        double[] gateInput = spec.gate() == Gate.MMOE
                ? concatenated(sample, sample.domain() % spec.embeddingSets(), spec.features())
                : concatenated(sample, spec.embeddingSets(), spec.priorFeatures());
        double[] gateWeight = array("gate." + domain + ".weight");
        double[] mixed = new double[outputWidth];
        for (int j = 0; j < outputWidth; j++) {
            double[] scores = new double[experts];
            double total = 0;
            for (int p = 0; p < experts; p++) {
                for (int i = 0; i < gateInput.length; i++) {
                    int column = p * gateWidth + (gateWidth == 1 ? 0 : j);
                    scores[p] += gateInput[i] * gateWeight[i * experts * gateWidth + column];
                }
                scores[p] = Math.exp(scores[p]);
                total += scores[p];
            }
            for (int p = 0; p < experts; p++) {
                mixed[j] += scores[p] / total * outputs[p][j];
            }
        }
        double[] hidden = mixed;
        for (int layer = 0; layer <= spec.towers().size(); layer++) {
            String name = "tower." + domain + "." + layer;
            boolean last = layer == spec.towers().size();
            int width = last ? 1 : spec.towers().get(layer);
            hidden = linear(hidden, array(name + ".weight"), array(name + ".bias"), 0, width, !last);
        }
        return hidden[0];
    }

    /** Eq. 4 of each expert. */
    double[][] experts(Sample sample) {
        double[][] outputs = new double[spec.experts().count()][];
        for (int p = 0; p < outputs.length; p++) {
            double[] hidden = concatenated(sample, spec.embeddingSets() == 1 ? 0 : p, spec.features());
            for (int layer = 0; layer < spec.experts().layers().size(); layer++) {
                double[] weight = array("experts." + layer + ".weight");
                double[] bias = array("experts." + layer + ".bias");
                hidden = linear(hidden, weight, bias, p, spec.experts().layers().get(layer), true);
            }
            outputs[p] = hidden;
        }
        return outputs;
    }

    /** A linear layer and, if asked for, ReLU; the unit-th of several whose weights lie one behind the other. */
    private static double[] linear(double[] in, double[] weight, double[] bias, int unit, int width, boolean relu) {
        double[] out = new double[width];
        for (int j = 0; j < width; j++) {
            out[j] = bias[unit * width + j];
            for (int i = 0; i < in.length; i++) {
                out[j] += in[i] * weight[(unit * in.length + i) * width + j];
            }
            out[j] = relu ? Math.max(0, out[j]) : out[j];
        }
        return out;
    }

    private double covariance(List<double[][]> outputs) {
        int n = outputs.size();
        int sets = spec.experts().count();
        int width = outputs.get(0)[0].length;
        double sum = 0;
        for (int p = 0; p < sets; p++) {
            for (int q = 0; q < p; q++) {
                for (int i = 0; i < width; i++) {
                    for (int j = 0; j < width; j++) {
                        double meanP = 0;
                        double meanQ = 0;
                        for (double[][] output : outputs) {
                            meanP += output[p][i] / n;
                            meanQ += output[q][j] / n;
                        }
                        double product = 0;
                        for (double[][] output : outputs) {
                            product += (output[p][i] - meanP) * (output[q][j] - meanQ);
                        }
                        sum += Math.abs(product);
                    }
                }
            }
        }
        int samples = spec.loss().normalization() == Normalization.BATCH ? n : 1;
        return sum / (width * width * (double) samples);
    }

    private double[] concatenated(Sample sample, int embedding, List<String> features) {
        int dimension = spec.embedding().dimension();
        double[] result = new double[features.size() * dimension];
        for (int f = 0; f < features.size(); f++) {
            long[] keys = sample.keys()[spec.features().indexOf(features.get(f))];
            for (long key : keys) {
                for (int j = 0; j < dimension; j++) {
                    result[f * dimension + j] +=
                            Objects.requireNonNull(rows.get(key))[embedding * dimension + j] / keys.length;
                }
            }
        }
        return result;
    }

    private double[] array(String name) {
        return Objects.requireNonNull(dense.get(name), name);
    }

    /** The derivative of the loss by one number, from the losses a small step to both sides of it. */
    double slope(List<Sample> batch, double[] wide, double[] array, int index, double step) {
        double value = array[index];
        array[index] = value + step;
        double above = loss(batch, wide);
        array[index] = value - step;
        double below = loss(batch, wide);
        array[index] = value;
        return (above - below) / (2 * step);
    }
}
