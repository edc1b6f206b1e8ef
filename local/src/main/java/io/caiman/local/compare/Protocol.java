package io.caiman.local.compare;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;
import java.util.Locale;
import java.util.function.LongSupplier;

/** What the models learn from, and which of their scores count. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Protocol.Progressive.class, name = "progressive"),
    @JsonSubTypes.Type(value = Protocol.Beginning.class, name = "beginning"),
    @JsonSubTypes.Type(value = Protocol.TrainFraction.class, name = "train-fraction"),
    @JsonSubTypes.Type(value = Protocol.TrainUntil.class, name = "train-until")
})
sealed interface Protocol {

    /**
     * Where the log is split.
     *
     * @param impressions how many impressions the log has, asked for only where the split depends on it
     */
    Split split(LongSupplier impressions);

    /** The protocol in words. */
    String inWords();

    /** Says what an impression is for. */
    interface Split {

        /**
         * The part an impression belongs to.
         *
         * @param place of the impression in the log, from 0, those the models cannot learn from included
         * @param eventTimeMs of the impression
         */
        Part part(long place, long eventTimeMs);

        /** The place of the first impression that is not read at all. */
        default long end() {
            return Long.MAX_VALUE;
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%s %%", Math.round(1e4 * share) / 1e2);
    }

    /**
     * Predict, then train, over the whole log (progressive validation).
     *
     * @param fromFraction share of the log's impressions whose scores do not count, the first in order of event time, in
     *     [0, 1); their number is rounded down. They are learned from
     */
    record Progressive(double fromFraction) implements Protocol {

        /** Every score counts. */
        static final Progressive WHOLE = new Progressive(0);

        public Progressive {
            if (!(fromFraction >= 0 && fromFraction < 1)) {
                throw new IllegalArgumentException(
                        "--from-fraction is %s; expected a share of the log from 0 to below 1, such as the --tune-fraction of 'tune'"
                                .formatted(fromFraction));
            }
        }

        @Override
        public Split split(LongSupplier impressions) {
            long from = fromFraction == 0 ? 0 : (long) (fromFraction * impressions.getAsLong());
            return (place, eventTimeMs) -> place < from ? Part.LEARN : Part.LEARN_AND_SCORE;
        }

        @Override
        public String inWords() {
            return "progressive: every impression is scored, then learned from"
                    + (fromFraction == 0
                            ? ""
                            : "; the scores of the first %s of the log do not count".formatted(percent(fromFraction)));
        }
    }

    /**
     * Predict, then train, on the first impressions in order of event time. The rest of the log is not read, but for counting
     * its impressions where the log does not know their number.
     *
     * @param fraction share of the log's impressions to read, in (0, 1]; their number is rounded down
     */
    record Beginning(double fraction) implements Protocol {

        public Beginning {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException(
                        "--tune-fraction is %s; expected a share of the log above 0, 1 at most, such as 0.2"
                                .formatted(fraction));
            }
        }

        @Override
        public Split split(LongSupplier impressions) {
            long all = impressions.getAsLong();
            long end = (long) (fraction * all);
            if (end == 0) {
                throw new ComparisonException(
                        "--tune-fraction is %s, which of the log's %,d impressions is none: give a larger share"
                                .formatted(fraction, all));
            }
            return new Split() {
                @Override
                public Part part(long place, long eventTimeMs) {
                    return Part.LEARN_AND_SCORE;
                }

                @Override
                public long end() {
                    return end;
                }
            };
        }

        @Override
        public String inWords() {
            return "progressive on the first %s of the log; the rest is not read".formatted(percent(fraction));
        }
    }

    /**
     * Hold-out, as in the paper: train on the first impressions in order of event time, score the rest with frozen weights.
     *
     * @param trainFraction share of the log's impressions to train on, in (0, 1); their number is rounded down
     */
    record TrainFraction(double trainFraction) implements Protocol {

        /** The split unless another is asked for. */
        static final double DEFAULT = 0.8;

        public TrainFraction {
            if (!(trainFraction > 0 && trainFraction < 1)) {
                throw new IllegalArgumentException(
                        "--train-fraction is %s; expected a share of the log between 0 and 1, such as %s"
                                .formatted(trainFraction, DEFAULT));
            }
        }

        @Override
        public Split split(LongSupplier impressions) {
            long trained = (long) (trainFraction * impressions.getAsLong());
            return (place, eventTimeMs) -> place < trained ? Part.LEARN : Part.SCORE;
        }

        @Override
        public String inWords() {
            return "hold-out: trained on the first %s of the log, the rest scored with frozen weights"
                    .formatted(percent(trainFraction));
        }
    }

    /**
     * Hold-out by event time: train on what was shown before a moment, score the rest with frozen weights.
     *
     * @param trainUntil the first moment that is not trained on
     */
    record TrainUntil(
            @JsonSerialize(using = ToStringSerializer.class) Instant trainUntil) implements Protocol {

        @Override
        public Split split(LongSupplier impressions) {
            long end = trainUntil.toEpochMilli();
            return (place, eventTimeMs) -> eventTimeMs < end ? Part.LEARN : Part.SCORE;
        }

        @Override
        public String inWords() {
            return "hold-out: trained on the log before %s, the rest scored with frozen weights".formatted(trainUntil);
        }
    }
}
