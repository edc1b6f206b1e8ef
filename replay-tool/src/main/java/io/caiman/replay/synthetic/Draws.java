package io.caiman.replay.synthetic;

import java.util.SplittableRandom;

/** Random draws that are the same on every Java version and machine: only SplitMix64 bits and StrictMath are used. */
final class Draws {

    private final SplittableRandom bits;

    Draws(long seed) {
        this(new SplittableRandom(seed));
    }

    private Draws(SplittableRandom bits) {
        this.bits = bits;
    }

    /** Draws that are independent of the further ones of this. */
    Draws split() {
        return new Draws(bits.split());
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (bits.nextLong() >>> 11) * 0x1p-53;
    }

    /** Standard normal, by Box and Muller. */
    double normal() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform()));
        return radius * StrictMath.cos(2 * StrictMath.PI * uniform());
    }
}
