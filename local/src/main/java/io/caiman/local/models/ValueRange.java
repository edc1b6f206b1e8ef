package io.caiman.local.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** The values that a key may take in a search. */
sealed interface ValueRange {

    /**
     * One of them.
     *
     * @param share of the values that come before it, in [0, 1]; of uniform shares come the values as the range says
     */
    JsonNode at(double share);

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
        public JsonNode at(double share) {
            return values.get(Math.min((int) (share * values.size()), values.size() - 1));
        }
    }

    /** Numbers from the least to the most, each as likely, rounded to three digits within the range. */
    record Uniform(double least, double most) implements ValueRange {

        @Override
        public JsonNode at(double share) {
            return within(least, most, least + share * (most - least));
        }
    }

    /**
     * Numbers from the least to the most, of which each order of magnitude is as likely, rounded to three digits within the
     * range.
     *
     * @param least above 0
     */
    record LogUniform(double least, double most) implements ValueRange {

        @Override
        public JsonNode at(double share) {
            // StrictMath gives the same bits on every machine.
            double low = StrictMath.log(least);
            return within(least, most, StrictMath.exp(low + share * (StrictMath.log(most) - low)));
        }
    }

    /** Three digits: more would say nothing, and make a spec hard to read. An end of the range keeps all of its own. */
    private static JsonNode within(double least, double most, double value) {
        double rounded = new BigDecimal(value).round(new MathContext(3)).doubleValue();
        return DoubleNode.valueOf(Math.max(least, Math.min(most, rounded)));
    }
}
