package io.caiman.model.zoo;

import io.caiman.model.spec.Gate;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Attention;
import io.caiman.model.spec.NetworkOptions.CompressedInteraction;
import io.caiman.model.spec.NetworkOptions.Cross;
import io.caiman.model.spec.NetworkOptions.ExpertGroups;
import io.caiman.model.spec.NetworkOptions.Extraction;
import io.caiman.model.spec.NetworkOptions.Personalization;
import io.caiman.model.spec.NetworkOptions.Pruning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every network once more, from its paper's formulas, sample by sample, in doubles and plain loops. What a formula takes
 * as a constant it reads at a point of its own, so that finite differences see what the backward pass should.
 */
final class ReferenceNetwork {

    private final ModelSpec spec;
    private final int task;
    private final int dimension;
    private final int features;
    private final int towerLayers;
    private final int layers;
    /** What PPNet makes of the sample at hand, by layer; nothing without it. */
    private double[][] gates = {};

    /** The network's part that predicts this task, by its number. */
    ReferenceNetwork(ModelSpec spec, int task) {
        this.spec = spec;
        this.task = task;
        this.dimension = spec.embedding().dimension();
        this.features = spec.features().size();
        this.towerLayers = spec.towers().size();
        this.layers = spec.layers().size();
    }

    /**
     * The logit of a sample.
     *
     * @param at the point
     * @param constant the point at which what the network takes as a constant is evaluated
     */
    double logit(Point at, Point constant, int sample, int domain) {
        if (!spec.plugIns().any()) {
            return alone(at, constant, sample, domain);
        }
        Point scaledConstant = scaled(constant, constant, sample);
        gates = ppNet(at, scaledConstant, sample);
        return alone(scaled(at, constant, sample), scaledConstant, sample, domain);
    }

    /** Chang et al. 2023, Eq. 5-6: the point at which the network reads the sample. The gate reads E at the constant point. */
    private Point scaled(Point at, Point constant, int sample) {
        double[][][] embeddings = at.embeddings().clone();
        if (!spec.plugIns().epnet().isEmpty()) {
            double[] input = Slow.concat(priors(at, sample, spec.plugIns().epnet()), allSets(constant, sample));
            double[] scaled = Slow.times(gateUnit(at, "epnet", input), allSets(at, sample));
            for (int set = 0; set < embeddings.length; set++) {
                embeddings[set] = embeddings[set].clone();
                embeddings[set][sample] = Slow.part(scaled, set, embeddings[set][sample].length);
            }
        }
        double[][] prior = at.prior().clone();
        prior[sample] = spec.readsPrior() ? priors(at, sample, spec.priorFeatures()) : new double[0];
        return new Point(at.dense(), embeddings, prior);
    }

    /** Chang et al. 2023, Eq. 7: the gates of each layer, with O_ep at the constant point. */
    private double[][] ppNet(Point at, Point scaledConstant, int sample) {
        List<double[]> layers = new ArrayList<>();
        double[] input = Slow.concat(priors(at, sample, spec.plugIns().ppnet()), allSets(scaledConstant, sample));
        while (at.dense().containsKey("ppnet." + layers.size() + ".0.weight")) {
            layers.add(gateUnit(at, "ppnet." + layers.size(), input));
        }
        return layers.toArray(double[][]::new);
    }

    /** All embedding sets of a sample, end to end. */
    private static double[] allSets(Point at, int sample) {
        double[] all = {};
        for (double[][] set : at.embeddings()) {
            all = Slow.concat(all, set[sample]);
        }
        return all;
    }

    private double[] priors(Point at, int sample, List<String> ofFeatures) {
        double[] priors = {};
        for (String feature : ofFeatures) {
            priors = Slow.concat(
                    priors, Slow.part(at.prior()[sample], spec.priorInputs().indexOf(feature), spec.embeddingWidth()));
        }
        return priors;
    }

    /** A layer's input times this task's gates, Eq. 8-9; a tower that all tasks share has gates that they share. */
    private double[] gated(int layer, double... x) {
        if (gates.length == 0) {
            return x;
        }
        boolean shared = gates[layer].length == x.length;
        return Slow.times(Slow.part(gates[layer], shared ? 0 : task, x.length), x);
    }

    /** An MLP and one more layer, of which one output, gated. */
    private double tower(Point at, String name, int hiddenLayers, int output, double... x) {
        double[] hidden = mlp(at, name, hiddenLayers, x);
        return Slow.linear(at, name + "." + hiddenLayers, gated(hiddenLayers, hidden))[output];
    }

    private double[] mlp(Point at, String name, int hiddenLayers, double... x) {
        double[] hidden = x;
        for (int layer = 0; layer < hiddenLayers; layer++) {
            hidden = Slow.relu(Slow.linear(at, name + "." + layer, gated(layer, hidden)));
        }
        return hidden;
    }

    private double alone(Point at, Point constant, int sample, int domain) {
        double[] x = at.embeddings()[0][sample];
        return switch (spec.network()) {
            case CROCODILE -> crocodile(at, sample, domain);
            case MMOE, ME_MMOE -> mmoe(at, sample, domain);
            case SINGLE_DOMAIN ->
                tower(
                        at,
                        ofTask("network." + spec.domains().get(domain)),
                        layers + towerLayers,
                        0,
                        at.embeddings()[domain][sample]);
            case SHARED_BOTTOM -> domainTower(at, domain, Slow.mlp(at, "bottom", layers, x));
            case PLE, ME_PLE -> ple(at, sample, domain);
            case STEM -> stem(at, constant, sample, domain);
            case STAR -> star(at, x, domain);
            case HINET -> hiNet(at, x, domain);
            case ADASPARSE -> adaSparse(at, x, domain).logit();
            case PEPNET -> pepNet(at, constant, sample);
            case LR -> Arrays.stream(at.embeddings()[task][sample]).sum() + at.array("bias")[task];
            case FM -> factorizationMachine(at, at.embeddings()[task][sample]);
            case MLP -> tower(at, "deep", layers, task, x);
            case WIDE_DEEP -> weights(x) + tower(at, "deep", layers, task, Slow.concat(vectors(x)));
            case DEEPFM -> weights(x) + innerProducts(x) + tower(at, "deep", layers, task, Slow.concat(vectors(x)));
            case NFM -> weights(x) + tower(at, "deep", layers, task, pooledPairs(x));
            case AUTOINT -> autoInt(at, x);
            case DCN -> dcn(at, x, false);
            case DCNV2 -> dcn(at, x, true);
            case XDEEPFM -> xDeepFm(at, x);
        };
    }

    /** What the network adds to the loss of a batch. */
    double penalty(Point at, Point constant, int[] domains) {
        return switch (spec.network()) {
            case ADASPARSE -> sparsity(at, constant, domains);
            default -> 0;
        };
    }

    private double domainTower(Point at, int domain, double... hidden) {
        return tower(at, ofTask("tower." + spec.domains().get(domain)), towerLayers, 0, hidden);
    }

    /** The name of what the task has for itself. */
    private String ofTask(String name) {
        return spec.tasks().size() == 1 ? name : name + "." + spec.tasks().get(task);
    }

    /** Lin et al. 2024, Eq. 4, 8, 10 and 5, with an element-wise gate of the prior. */
    private double crocodile(Point at, int sample, int domain) {
        if (spec.gate() != Gate.PRIOR_ELEMENTWISE) {
            throw new IllegalArgumentException("only element-wise gates");
        }
        double[][] outputs = experts(at, sample);
        int width = outputs[0].length;
        double[] scores = Slow.product(
                at.prior()[sample], at.array("gate." + spec.domains().get(domain) + ".weight"), outputs.length * width);
        double[] mixed = new double[width];
        for (int j = 0; j < width; j++) {
            double[] own = new double[outputs.length];
            for (int p = 0; p < outputs.length; p++) {
                own[p] = scores[p * width + j];
            }
            double[] weights = Slow.softmax(own);
            for (int p = 0; p < outputs.length; p++) {
                mixed[j] += weights[p] * outputs[p][j];
            }
        }
        return domainTower(at, domain, mixed);
    }

    private double[][] experts(Point at, int sample) {
        double[][] outputs = new double[spec.experts().count()][];
        for (int p = 0; p < outputs.length; p++) {
            double[] x = at.embeddings()[spec.embeddingSets() == 1 ? 0 : p][sample];
            outputs[p] = Slow.expert(at, "experts", p, spec.experts().layers(), x);
        }
        return outputs;
    }

    /** Ma et al. 2018, Sec. 4.2. */
    private double mmoe(Point at, int sample, int domain) {
        double[] gateInput = at.embeddings()[domain % spec.embeddingSets()][sample];
        double[] gate =
                gate(at, "gate." + spec.domains().get(domain), spec.experts().count(), gateInput);
        return domainTower(at, domain, Slow.mix(gate, experts(at, sample)));
    }

    private static double[] gate(Point at, String name, int experts, double... x) {
        return Slow.softmax(Slow.product(x, at.array(name + ".weight"), experts));
    }

    /** Tang et al. 2020, Sec. 4: inputs of every domain and the shared one, level by level, with nothing left out. */
    private double ple(Point at, int sample, int target) {
        Extraction options = (Extraction) spec.options();
        int domains = spec.domains().size();
        double[][] inputs = new double[domains + 1][];
        for (int k = 0; k <= domains; k++) {
            inputs[k] = at.embeddings()[spec.embeddingSets() == 1 ? 0 : k][sample];
        }
        for (int level = 0; level < options.levels(); level++) {
            String name = "level." + level;
            List<List<double[]>> own = new ArrayList<>();
            for (int k = 0; k < domains; k++) {
                own.add(group(at, name + ".experts." + spec.domains().get(k), options.domainExperts(), inputs[k]));
            }
            List<double[]> shared = group(at, name + ".shared", options.sharedExperts(), inputs[domains]);
            double[][] next = new double[domains + 1][];
            List<double[]> all = new ArrayList<>();
            for (int k = 0; k < domains; k++) {
                all.addAll(own.get(k));
                List<double[]> both = new ArrayList<>(own.get(k));
                both.addAll(shared);
                next[k] = gated(at, name + ".gate." + spec.domains().get(k), inputs[k], both);
            }
            all.addAll(shared);
            if (level < options.levels() - 1) {
                next[domains] = gated(at, name + ".gate", inputs[domains], all);
            }
            inputs = next;
        }
        return domainTower(at, target, inputs[target]);
    }

    private List<double[]> group(Point at, String name, int count, double... x) {
        List<double[]> outputs = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            outputs.add(Slow.expert(at, name, p, spec.experts().layers(), x));
        }
        return outputs;
    }

    private static double[] gated(Point at, String name, double[] x, List<double[]> experts) {
        return Slow.mix(gate(at, name, experts.size(), x), experts.toArray(double[][]::new));
    }

    /** Su et al. 2024: other domains' experts at the constant point. */
    private double stem(Point at, Point constant, int sample, int domain) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        int domains = spec.domains().size();
        List<double[]> outputs = new ArrayList<>();
        for (int k = 0; k < domains; k++) {
            Point read = k == domain ? at : constant;
            outputs.addAll(group(
                    read, "experts." + spec.domains().get(k), groups.domainExperts(), read.embeddings()[k][sample]));
        }
        outputs.addAll(group(at, "shared", groups.sharedExperts(), at.embeddings()[domains][sample]));
        double[] gateInput = Slow.plus(at.embeddings()[domain][sample], at.embeddings()[domains][sample]);
        return domainTower(at, domain, gated(at, "gate." + spec.domains().get(domain), gateInput, outputs));
    }

    /** Sheng et al. 2021. */
    private double star(Point at, double[] x, int domain) {
        String name = spec.domains().get(domain);
        String own = "normalization." + name;
        double[] hidden = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            double z = (x[j] - at.array(own + ".mean")[j]) / Math.sqrt(at.array(own + ".variance")[j] + 1e-5);
            hidden[j] = at.array("normalization.scale")[j] * at.array(own + ".scale")[j] * z
                    + at.array("normalization.shift")[j]
                    + at.array(own + ".shift")[j];
        }
        for (int layer = 0; layer <= layers; layer++) {
            String shared = "star." + layer;
            String special = shared + "." + name;
            double[] weight = Slow.times(at.array(shared + ".weight"), at.array(special + ".weight"));
            double[] bias = Slow.plus(at.array(shared + ".bias"), at.array(special + ".bias"));
            double[] linear = Slow.plus(Slow.product(gated(layer, hidden), weight, bias.length), bias);
            hidden = layer == layers ? linear : Slow.relu(linear);
        }
        return hidden[task] + Slow.tower(at, "auxiliary", 1, task, Slow.concat(at.array("indicator." + name), x));
    }

    /** Zhou et al. 2023. */
    private double hiNet(Point at, double[] x, int domain) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        double[] general = gated(at, "shared.gate", x, group(at, "shared", groups.sharedExperts(), x));
        List<double[]> others = new ArrayList<>();
        double[] own = {};
        for (int k = 0; k < spec.domains().size(); k++) {
            String name = "experts." + spec.domains().get(k);
            double[] output = gated(at, name + ".gate", x, group(at, name, groups.domainExperts(), x));
            if (k == domain) {
                own = output;
            } else {
                others.add(output);
            }
        }
        if (others.isEmpty()) {
            return domainTower(at, domain, Slow.concat(general, own));
        }
        String name = spec.domains().get(domain);
        double[] attended = gated(at, "attention." + name, at.array("indicator." + name), others);
        return domainTower(at, domain, Slow.concat(general, own, attended));
    }

    /** A logit, and the share of pruned neurons of each layer. */
    private record Pruned(double logit, double[] share) {}

    /** Yang et al. 2022, fusion. */
    private Pruned adaSparse(Point at, double[] x, int domain) {
        Pruning options = (Pruning) spec.options();
        double[] hidden = x;
        double[] share = new double[layers];
        for (int layer = 0; layer < layers; layer++) {
            hidden = Slow.relu(Slow.linear(at, "layer." + layer, gated(layer, hidden)));
            double[] indicator = at.array("indicator." + spec.domains().get(domain));
            double[] in = Slow.linear(at, "pruner." + layer, Slow.concat(indicator, hidden));
            for (int j = 0; j < hidden.length; j++) {
                double weight = options.scale() * Slow.sigmoid(options.sharpness() * in[j]);
                hidden[j] *= weight > options.threshold() ? weight : 0;
                share[layer] += Slow.sigmoid(20 * (options.threshold() - weight)) / hidden.length;
            }
        }
        return new Pruned(Slow.linear(at, "last", gated(layers, hidden))[task], share);
    }

    private double sparsity(Point at, Point constant, int[] domains) {
        Pruning options = (Pruning) spec.options();
        double sum = 0;
        for (int layer = 0; layer < layers; layer++) {
            double share = 0;
            for (int k = 0; k < domains.length; k++) {
                Point read = at;
                if (spec.plugIns().any()) {
                    gates = ppNet(at, scaled(constant, constant, k), k);
                    read = scaled(at, constant, k);
                }
                share += adaSparse(at, read.embeddings()[0][k], domains[k]).share()[layer] / domains.length;
            }
            double middle = (options.leastSparsity() + options.mostSparsity()) / 2.0;
            boolean within = share >= options.leastSparsity() && share <= options.mostSparsity();
            sum += within ? 0 : (share - middle) * (share - middle);
        }
        return options.sparsityWeight() / layers * sum;
    }

    /** Chang et al. 2023, Eq. 2-9, with the embeddings and O_ep that gates read at the constant point. */
    private double pepNet(Point at, Point constant, int sample) {
        List<String> ofDomain = ((Personalization) spec.options()).domainFeatures();
        double[] domain = {};
        double[] personal = {};
        for (int f = 0; f < spec.priorFeatures().size(); f++) {
            double[] prior = Slow.part(at.prior()[sample], f, dimension);
            if (ofDomain.contains(spec.priorFeatures().get(f))) {
                domain = Slow.concat(domain, prior);
            } else {
                personal = Slow.concat(personal, prior);
            }
        }
        double[] scaled = scaledEmbeddings(at, constant, sample, domain);
        double[] gateInput =
                Slow.concat(personal, scaledEmbeddings(constant, constant, sample, ofDomain(constant, sample)));
        double[] hidden = scaled;
        for (int layer = 0; layer <= layers; layer++) {
            double[] gates = gateUnit(at, "tower." + layer + ".gate", gateInput);
            double[] gated = Slow.times(Slow.part(gates, task, hidden.length), hidden);
            double[] linear = Slow.linear(at, ofTask("tower." + layer), gated);
            hidden = layer == layers ? linear : Slow.relu(linear);
        }
        return hidden[0];
    }

    private double[] ofDomain(Point at, int sample) {
        double[] domain = {};
        for (String feature : spec.priorFeatures()) {
            if (((Personalization) spec.options()).domainFeatures().contains(feature)) {
                domain = Slow.concat(
                        domain,
                        Slow.part(at.prior()[sample], spec.priorFeatures().indexOf(feature), dimension));
            }
        }
        return domain;
    }

    private static double[] scaledEmbeddings(Point at, Point constant, int sample, double... domain) {
        double[] input = Slow.concat(domain, constant.embeddings()[0][sample]);
        return Slow.times(gateUnit(at, "embedding-gate", input), at.embeddings()[0][sample]);
    }

    private static double[] gateUnit(Point at, String name, double... x) {
        double[] out = Slow.linear(at, name + ".1", Slow.relu(Slow.linear(at, name + ".0", x)));
        return Arrays.stream(out).map(value -> 2 * Slow.sigmoid(value)).toArray();
    }

    /** The vectors of the features, each followed by a weight. */
    private double[][] vectors(double... x) {
        double[][] vectors = new double[features][];
        Arrays.setAll(vectors, f -> Arrays.copyOfRange(x, f * (dimension + 1), f * (dimension + 1) + dimension));
        return vectors;
    }

    private double weights(double... x) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
            sum += x[f * (dimension + 1) + dimension];
        }
        return sum;
    }

    /** Pair by pair. */
    private double innerProducts(double... x) {
        double[][] v = vectors(x);
        double sum = 0;
        for (int i = 0; i < features; i++) {
            for (int j = i + 1; j < features; j++) {
                sum += Slow.dot(v[i], v[j]);
            }
        }
        return sum;
    }

    /** Rendle 2010, Eq. 1. */
    private double factorizationMachine(Point at, double... x) {
        return weights(x) + innerProducts(x) + at.array("bias")[task];
    }

    private double[] pooledPairs(double... x) {
        double[][] v = vectors(x);
        double[] sum = new double[dimension];
        for (int i = 0; i < features; i++) {
            for (int j = i + 1; j < features; j++) {
                sum = Slow.plus(sum, Slow.times(v[i], v[j]));
            }
        }
        return sum;
    }

    /** Song et al. 2019, Eq. 5-9. */
    private double autoInt(Point at, double... x) {
        Attention options = (Attention) spec.options();
        double[][] hidden = new double[features][];
        Arrays.setAll(hidden, f -> Slow.part(x, f, dimension));
        int all = options.heads() * options.width();
        for (int level = 0; level < options.levels(); level++) {
            String name = "level." + level;
            double[][] next = new double[features][];
            for (int m = 0; m < features; m++) {
                double[] attended = {};
                for (int h = 0; h < options.heads(); h++) {
                    double[] query =
                            Slow.part(Slow.product(hidden[m], at.array(name + ".query"), all), h, options.width());
                    double[] scores = new double[features];
                    double[][] values = new double[features][];
                    for (int k = 0; k < features; k++) {
                        double[] key =
                                Slow.part(Slow.product(hidden[k], at.array(name + ".key"), all), h, options.width());
                        scores[k] = Slow.dot(query, key);
                        values[k] =
                                Slow.part(Slow.product(hidden[k], at.array(name + ".value"), all), h, options.width());
                    }
                    attended = Slow.concat(attended, Slow.mix(Slow.softmax(scores), values));
                }
                next[m] = Slow.relu(Slow.plus(attended, Slow.product(hidden[m], at.array(name + ".residual"), all)));
            }
            hidden = next;
        }
        return Slow.linear(at, "last", gated(0, Slow.concat(hidden)))[task];
    }

    /** Wang et al. 2017, Eq. 3; Wang et al. 2021, Eq. 1. */
    private double dcn(Point at, double[] x, boolean matrix) {
        double[] crossed = x;
        for (int layer = 0; layer < ((Cross) spec.options()).depth(); layer++) {
            double[] weight = at.array("cross." + layer + ".weight");
            double[] bias = at.array("cross." + layer + ".bias");
            double[] next = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                double inner = 0;
                for (int j = 0; j < x.length; j++) {
                    inner += crossed[j] * (matrix ? weight[j * x.length + i] : weight[j]);
                }
                next[i] = (matrix ? x[i] * (inner + bias[i]) : x[i] * inner + bias[i]) + crossed[i];
            }
            crossed = next;
        }
        double[] both = Slow.concat(crossed, mlp(at, "deep", layers, x));
        return Slow.linear(at, "last", gated(layers, both))[task];
    }

    /** Lian et al. 2018, Eq. 6-9. */
    private double xDeepFm(Point at, double... x) {
        double[][] v = vectors(x);
        double[][] maps = v;
        double[] pooled = {};
        List<Integer> counts = ((CompressedInteraction) spec.options()).maps();
        for (int layer = 0; layer < counts.size(); layer++) {
            double[] weight = at.array("interaction." + layer);
            double[][] next = new double[counts.get(layer)][dimension];
            double[] sums = new double[next.length];
            for (int h = 0; h < next.length; h++) {
                for (int i = 0; i < maps.length; i++) {
                    for (int j = 0; j < features; j++) {
                        double w = weight[(i * features + j) * next.length + h];
                        for (int d = 0; d < dimension; d++) {
                            next[h][d] += w * maps[i][d] * v[j][d];
                        }
                    }
                }
                sums[h] = Arrays.stream(next[h]).sum();
            }
            pooled = Slow.concat(pooled, sums);
            maps = next;
        }
        return Slow.linear(at, "last", pooled)[task] + tower(at, "deep", layers, task, Slow.concat(v)) + weights(x);
    }
}
