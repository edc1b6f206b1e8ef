package io.caiman.replay.synthetic;

import java.util.Arrays;

/**
 * The true probability of each click.
 *
 * <pre>
 * logit(u, i, d, t) = b_d + A * a_u + B * b_i(t) + C * [ s(u, i, t) + conflict * s_d(u, i, t) ]
 * s(u, i, t)        = &lt;p_u(t), q_i&gt; / sqrt({@value #SHARED_FACTORS})
 * s_d(u, i, t)      = &lt;p_ud(t), q_id&gt; / sqrt({@value #DOMAIN_FACTORS})
 * x(t)              = x' * cos(turn * t) + x'' * sin(turn * t)     for x = b_i, p_u, p_ud; t = share of the period gone
 * </pre>
 *
 * <p>All of {@code a, b, p, q} are traits of a {@link Population}: mean 0, variance 1, half of it predictable from the
 * slots. So the parts of the logit have the variances {@code A^2, B^2, C^2, (C * conflict)^2}. They are set to 0.75, 0.75
 * and 0.5: together 2, which gives an oracle AUC near 0.8, about what good click models reach; three quarters of it in what
 * users and items are like whomever they meet, as on real logs, where a bias for each already ranks nearly as well as a
 * network, and a quarter in who likes what, which only a network can learn.
 *
 * <p>The turning is the drift. It keeps every variance the same at all times, and a trait at two times t, t' correlates by
 * cos(turn * (t - t')). The turn over the whole period is a quarter of pi: at the end, half of the variance is new.
 */
final class HiddenTruth {

    static final int SHARED_FACTORS = 4;
    static final int DOMAIN_FACTORS = 2;

    private static final double USER_VARIANCE = 0.75;
    private static final double ITEM_VARIANCE = 0.75;
    private static final double SHARED_TASTE_VARIANCE = 0.5;
    private static final double TURN = StrictMath.PI / 4;

    private static final double USER_SCALE = StrictMath.sqrt(USER_VARIANCE);
    private static final double ITEM_SCALE = StrictMath.sqrt(ITEM_VARIANCE);
    private static final double SHARED_SCALE = StrictMath.sqrt(SHARED_TASTE_VARIANCE / SHARED_FACTORS);
    private static final double DOMAIN_SCALE = StrictMath.sqrt(SHARED_TASTE_VARIANCE / DOMAIN_FACTORS);

    private static final SyntheticDomain[] DOMAINS = SyntheticDomain.values();

    /** User traits: bias; shared factors, each as x', x''; then each domain's factors, likewise. */
    static final int USER_TRAITS = 1 + 2 * SHARED_FACTORS + 2 * DOMAIN_FACTORS * DOMAINS.length;
    /** Item traits: bias as x', x''; shared factors; then each domain's factors. */
    static final int ITEM_TRAITS = 2 + SHARED_FACTORS + DOMAIN_FACTORS * DOMAINS.length;

    private final Population users;
    private final Population items;
    private final double conflict;
    private final double[] domainBias = new double[DOMAINS.length];

    HiddenTruth(Population users, Population items, double conflict) {
        this.users = users;
        this.items = items;
        this.conflict = conflict;
        Arrays.setAll(domainBias, domain -> logOdds(DOMAINS[domain].clickRate()));
    }

    private static double logOdds(double probability) {
        return StrictMath.log(probability / (1 - probability));
    }

    /** How far all that drifts has turned. */
    record Phase(double cos, double sin) {

        /** @param periodGone share of the log's period that is over, in [0, 1] */
        static Phase at(double periodGone) {
            return new Phase(StrictMath.cos(TURN * periodGone), StrictMath.sin(TURN * periodGone));
        }

        private double turned(double[] traits, int at) {
            return traits[at] * cos + traits[at + 1] * sin;
        }
    }

    /** The logit of a click; the domain by its place in {@link SyntheticDomain}. */
    double logit(int user, int item, int domain, Phase phase) {
        double[] u = users.traits(user);
        double[] i = items.traits(item);
        double shared = product(u, 1, i, 2, SHARED_FACTORS, phase);
        double peculiar = product(
                u,
                1 + 2 * SHARED_FACTORS + 2 * DOMAIN_FACTORS * domain,
                i,
                2 + SHARED_FACTORS + DOMAIN_FACTORS * domain,
                DOMAIN_FACTORS,
                phase);
        return domainBias[domain]
                + USER_SCALE * u[0]
                + ITEM_SCALE * phase.turned(i, 0)
                + SHARED_SCALE * shared
                + conflict * DOMAIN_SCALE * peculiar;
    }

    private static double product(double[] u, int uFrom, double[] i, int iFrom, int factors, Phase phase) {
        double sum = 0;
        for (int factor = 0; factor < factors; factor++) {
            sum += phase.turned(u, uFrom + 2 * factor) * i[iFrom + factor];
        }
        return sum;
    }

    static double probability(double logit) {
        return 1 / (1 + StrictMath.exp(-logit));
    }
}
