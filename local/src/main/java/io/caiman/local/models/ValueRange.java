package io.caiman.local.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.SplittableRandom;

/** The values that a key may take in a search. */
sealed interface ValueRange {

    /** One of them. */
    JsonNode draw(SplittableRandom random);

    /**
     * Values as listed, each as likely.
     *
     * @param values one or more
     */
    record Choice(List<JsonNode> values) implements ValueRange {

        public Choice {
            values = List.copyOf(values);
        }

        @Override
        public JsonNode draw(SplittableRandom random) {
            return values.get(random.nextInt(values.size()));
        }
    }

    /** Numbers from the least to the most, each as likely, of three digits. */
    record Uniform(double least, double most) implements ValueRange {

        @Override
        public JsonNode draw(SplittableRandom random) {
            return rounded(least + random.nextDouble() * (most - least));
        }
    }

    /**
     * Numbers from the least to the most, of which each order of magnitude is as likely, of three digits.
     *
     * @param least above 0
     */
    record LogUniform(double least, double most) implements ValueRange {

        @Override
        public JsonNode draw(SplittableRandom random) {
            // StrictMath gives the same bits on every machine.
            double low = StrictMath.log(least);
            return rounded(StrictMath.exp(low + random.nextDouble() * (StrictMath.log(most) - low)));
        }
    }

    /** More digits would say nothing, and make a spec hard to read. */
    private static JsonNode rounded(double value) {
        return DoubleNode.valueOf(
                new BigDecimal(value).round(new MathContext(3)).doubleValue());
    }
}
