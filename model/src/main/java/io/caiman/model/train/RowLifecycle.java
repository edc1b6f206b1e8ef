package io.caiman.model.train;

import io.caiman.model.embedding.CrossLayout;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/** Counts the use of rows, and gives up those that are hardly used. */
final class RowLifecycle {

    private static final long[] NONE = {};

    private final float decayPerDay;
    private final int statistics;
    private final int crossStatistics;
    private final List<String> features;
    private final List<String> crossNames;
    private final Eviction ofFeatures;
    private final Eviction ofCrosses;
    private final Eviction ofCandidates;

    RowLifecycle(ModelSpec spec, RowLayout layout) {
        this.decayPerDay = spec.eviction().decayPerDay();
        this.statistics = layout.statistics();
        this.crossStatistics = CrossLayout.of(spec).statistics();
        this.features = spec.features();
        this.crossNames = spec.wide().crosses().pairs().stream()
                .map(pair -> String.join("*", pair))
                .toList();
        this.ofFeatures = new Eviction(spec.eviction(), true, layout.stride());
        this.ofCrosses =
                new Eviction(spec.eviction(), true, CrossLayout.of(spec).stride());
        this.ofCandidates = new Eviction(spec.eviction(), false, RowStatistics.FLOATS);
    }

    /** Counts a mini-batch's sightings in its rows. */
    void count(MiniBatch batch, RowTable table, Crosses crosses) {
        for (int sample = 0; sample < batch.size(); sample++) {
            int day = batch.day(sample);
            boolean click = batch.isPositive(sample);
            for (int feature = 0; feature < features.size(); feature++) {
                for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                    int at = table.row(entry) + statistics;
                    RowStatistics.count(table.rows(), at, feature, day, click, decayPerDay);
                }
            }
            float[] rows = crosses.table().rows();
            for (int entry = crosses.start(sample); entry < crosses.end(sample); entry++) {
                int at = crosses.table().row(entry) + crossStatistics;
                RowStatistics.count(rows, at, crosses.kind(entry), day, click, decayPerDay);
            }
        }
    }

    /** Sweeps what is due of all tables; returns the rows that were given up. */
    List<Evicted> sweep(ModelRows rows, RowTable table, RowTable crosses, Admission admission, long step, int today) {
        List<Evicted> evicted = new ArrayList<>();
        for (Eviction.Row row : ofFeatures.sweep(rows.features(), table, admission.defaultRows(), step, today)) {
            evicted.add(new Evicted(
                    Evicted.Table.FEATURES, features.get(row.feature()), row.key(), row.reason(), row.score()));
        }
        for (Eviction.Row row : ofCrosses.sweep(rows.crosses(), crosses, NONE, step, today)) {
            evicted.add(new Evicted(
                    Evicted.Table.CROSSES, crossNames.get(row.feature()), row.key(), row.reason(), row.score()));
        }
        // An id that waits for a row has none that anybody could serve: its count goes without being told of.
        ofCandidates.sweep(rows.candidates(), admission.candidates(), NONE, step, today);
        return evicted;
    }
}
