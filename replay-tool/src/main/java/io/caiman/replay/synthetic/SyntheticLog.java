package io.caiman.replay.synthetic;

import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Makes impressions one by one, in order of event time, writing nothing and keeping nothing of what it made.
 *
 * <p>Each impression draws a domain by KuaiRand-1K's shares, a user and an item from Zipf laws (exponents {@value
 * #USER_EXPONENT} and {@value #ITEM_EXPONENT}: the busiest of 1,000 users has 2.5 % of the impressions, the most shown of
 * 5,000 items 4 %), and a click by {@link HiddenTruth}. The impressions share KuaiRand's 30 days equally: number n of N falls
 * at a random moment of the n-th N-th, so times never go back.
 */
public final class SyntheticLog implements Iterator<SyntheticImpression> {

    static final double USER_EXPONENT = 0.6;
    static final double ITEM_EXPONENT = 0.8;
    static final Instant START = Instant.parse("2022-04-08T00:00:00Z");
    static final Duration PERIOD = Duration.ofDays(30);

    private static final SyntheticDomain[] DOMAINS = SyntheticDomain.values();
    private static final Map<String, Boolean> CLICK = Map.of("click", true);
    private static final Map<String, Boolean> NO_CLICK = Map.of("click", false);
    private static final long PHASE_STEPS = 1_000;

    private final long length;
    private final WeightedChoice domains = new WeightedChoice(
            Arrays.stream(DOMAINS).mapToDouble(SyntheticDomain::weight).toArray());
    private final Population users;
    private final Population items;
    private final String[] names;
    private final HiddenTruth truth;
    private final Draws draws;

    private HiddenTruth.Phase phase = HiddenTruth.Phase.at(0);
    private long phaseStep;
    private long made;

    /** @param length number of impressions, at least 1 */
    public SyntheticLog(SyntheticOptions options, long length) {
        if (length < 1) {
            throw new IllegalArgumentException("length: expected 1 or more impressions, got " + length);
        }
        this.length = length;
        Draws seeds = new Draws(options.seed());
        users = new Population(
                options.users(), USER_EXPONENT, KuaiRandAttributes.ofUsers(), HiddenTruth.USER_TRAITS, seeds.split());
        items = new Population(
                options.items(),
                ITEM_EXPONENT,
                KuaiRandAttributes.ofItems(options.items()),
                HiddenTruth.ITEM_TRAITS,
                seeds.split());
        truth = new HiddenTruth(users, items, options.conflict());
        draws = seeds.split();
        names = new String[Math.max(users.size(), items.size())];
        Arrays.setAll(names, Integer::toString);
    }

    @Override
    public boolean hasNext() {
        return made < length;
    }

    @Override
    public SyntheticImpression next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        double periodGone = Math.min((made + draws.uniform()) / length, 1);
        long step = (long) (periodGone * PHASE_STEPS);
        if (step != phaseStep) {
            phaseStep = step;
            phase = HiddenTruth.Phase.at((double) step / PHASE_STEPS);
        }
        int domain = domains.draw(draws);
        int user = users.draw(draws);
        int item = items.draw(draws);
        double probability = HiddenTruth.probability(truth.logit(user, item, domain, phase));
        boolean click = draws.uniform() < probability;
        List<Slot> userSlots = users.slots(user);
        List<Slot> itemSlots = items.slots(item);
        List<Slot> slots = new ArrayList<>(userSlots.size() + itemSlots.size());
        slots.addAll(userSlots);
        slots.addAll(itemSlots);
        made++;
        Impression impression = new Impression(
                Long.toString(made),
                START.toEpochMilli() + (long) (periodGone * PERIOD.toMillis()),
                names[user],
                names[item],
                DOMAINS[domain].tab(),
                slots,
                Map.of(),
                click ? CLICK : NO_CLICK,
                null,
                List.of());
        return new SyntheticImpression(impression, probability);
    }
}
