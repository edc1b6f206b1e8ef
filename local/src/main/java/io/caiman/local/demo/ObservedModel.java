package io.caiman.local.demo;

import io.caiman.local.demo.Report.Health;
import io.caiman.local.demo.Report.Lift;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.ModelHealth;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What has come of one model so far. */
final class ObservedModel {

    private final String name;
    private final Map<String, ObservedTask> tasks = new LinkedHashMap<>();
    /** Offsets of the impressions it has predicted something of; the topic of impressions has one partition. */
    private final BitSet predicted = new BitSet();

    private Health health = Health.UNTOLD;

    ObservedModel(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** A task of this name, also one of which nothing has come yet. */
    ObservedTask task(String task) {
        return tasks.computeIfAbsent(task, ObservedTask::new);
    }

    /** The tasks of which something has come. */
    List<ObservedTask> tasks() {
        return List.copyOf(tasks.values());
    }

    void predicted(long offset, String task) {
        predicted.set(Math.toIntExact(offset));
        task(task).predicted(offset);
    }

    /** Impressions of which it has predicted a task or more. */
    long impressions() {
        return predicted.cardinality();
    }

    void accept(ModelHealth told) {
        List<String> warnings = told.getEvent() instanceof HealthReport report
                ? report.getWarnings().stream().map(HealthWarning::getDetail).toList()
                : health.warnings();
        health = new Health(told.getStep(), told.getSkippedSteps(), warnings);
    }

    /** The model's health, as last told. */
    Health health() {
        return health;
    }

    /**
     * Its part of a report on several models.
     *
     * @param first the one that the others are compared with, this one or another
     */
    Report.ModelFigures figures(String task, ObservedModel first) {
        ObservedTask own = task(task);
        List<Lift> lifts = first == this ? List.of() : own.liftsAbove(first.task(task));
        return new Report.ModelFigures(name, own.overall(), own.domains(), health, lifts);
    }
}
