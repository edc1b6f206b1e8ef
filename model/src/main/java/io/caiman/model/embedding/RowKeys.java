package io.caiman.model.embedding;

import net.openhft.hashing.LongHashFunction;

/**
 * Row keys: a feature and an id of it, hashed to 64 bits. Two of 100 million ids share a key with probability 3e-4, so
 * a collision is taken as it comes.
 */
public final class RowKeys {

    private static final LongHashFunction XX3 = LongHashFunction.xx3();

    private RowKeys() {}

    /** A stable 64-bit hash (XXH3) of a text, such as a feature's name or a user. */
    public static long hash(String text) {
        return XX3.hashChars(text);
    }

    /**
     * The key of one id of one feature.
     *
     * @param featureHash {@link #hash} of the feature's name
     * @param id the id, or the {@link #hash} of it where it is a text
     */
    public static long key(long featureHash, long id) {
        return mix(featureHash + mix(id));
    }

    /** The key of the row of a text that is an id of a feature, such as an item of the feature {@code item}. */
    public static long ofText(String feature, String text) {
        return key(hash(feature), hash(text));
    }

    /**
     * The key of a pair of ids of two crossed features.
     *
     * @param first row key of the first feature's id
     * @param second row key of the second feature's id
     */
    public static long cross(long first, long second) {
        return mix(first + mix(second));
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014), a bijection that spreads every bit over all others. */
    public static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
