package io.caiman.model.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * RANK, how a model places among several, averaged over the domains (MAMDR, ICDE 2023, Tab. V, which does not say what
 * becomes of equal models).
 */
public final class DomainRanks {

    private DomainRanks() {}

    /**
     * Each model's mean rank. In one domain a model's rank is {@code 1 + number of better models + number of equal others /
     * 2}, so that 1 is best and equal models share the mean of their ranks. Domains in which the metric of any model is
     * undefined are left out.
     *
     * @param metricByModelThenDomain [models][domains], the greater the better, as many domains for every model
     * @return [models], in [1, models]; all empty where no domain is left
     */
    public static List<OptionalDouble> mean(List<List<OptionalDouble>> metricByModelThenDomain) {
        int models = metricByModelThenDomain.size();
        int domains = models == 0 ? 0 : metricByModelThenDomain.get(0).size();
        double[] sums = new double[models];
        int ranked = 0;
        for (int domain = 0; domain < domains; domain++) {
            double[] metrics = new double[models];
            boolean defined = true;
            for (int model = 0; model < models; model++) {
                OptionalDouble metric = metric(metricByModelThenDomain, model, domain, domains);
                defined &= metric.isPresent();
                metrics[model] = metric.orElse(0);
            }
            if (defined) {
                ranked++;
                for (int model = 0; model < models; model++) {
                    sums[model] += rank(metrics, model);
                }
            }
        }
        List<OptionalDouble> means = new ArrayList<>(models);
        for (double sum : sums) {
            means.add(ranked == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / ranked));
        }
        return means;
    }

    private static OptionalDouble metric(List<List<OptionalDouble>> metrics, int model, int domain, int domains) {
        List<OptionalDouble> ofModel = metrics.get(model);
        if (ofModel.size() != domains) {
            throw new IllegalArgumentException("%d metrics of model %d but %d of model 0: expected one for each domain"
                    .formatted(ofModel.size(), model, domains));
        }
        OptionalDouble metric = ofModel.get(domain);
        if (metric.isPresent() && Double.isNaN(metric.getAsDouble())) {
            throw new IllegalArgumentException(
                    "metric NaN of model %d in domain %d: expected a number, or empty where it is undefined"
                            .formatted(model, domain));
        }
        return metric;
    }

    private static double rank(double[] metrics, int model) {
        double rank = 1;
        for (int other = 0; other < metrics.length; other++) {
            if (other != model) {
                rank += metrics[other] > metrics[model] ? 1 : metrics[other] == metrics[model] ? 0.5 : 0;
            }
        }
        return rank;
    }
}
