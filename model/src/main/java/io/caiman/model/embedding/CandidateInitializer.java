package io.caiman.model.embedding;

import java.util.Arrays;

/** First values of the counts of ids that have no row of their own yet: {@link RowStatistics} alone, all 0. */
public final class CandidateInitializer implements FirstValues {

    @Override
    public int stride() {
        return RowStatistics.FLOATS;
    }

    @Override
    public void initialize(long key, float[] rows, int offset) {
        Arrays.fill(rows, offset, offset + RowStatistics.FLOATS, 0f);
    }
}
