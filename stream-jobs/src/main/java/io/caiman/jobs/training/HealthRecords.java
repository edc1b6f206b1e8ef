package io.caiman.jobs.training;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.model.health.ModelHealth.Group;
import io.caiman.schemas.avro.ExpertUse;
import io.caiman.schemas.avro.FrequencyGroup;
import io.caiman.schemas.avro.GateUse;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.InformationAbundance;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.WarningKind;
import org.apache.flink.util.OutputTag;

/** The way of what is told of a model's health. */
final class HealthRecords {

    /** The trainer's side output. */
    static final OutputTag<ModelHealth> TAG = new OutputTag<>("model-health", AvroRecordType.of(ModelHealth.class));

    private HealthRecords() {}

    /** The topic, for the trainer of one model. */
    static Output<ModelHealth> output(KafkaOptions kafka, String model, String transactions) {
        return Output.exactlyOnce(
                kafka,
                kafka.topics().modelHealth(),
                ModelHealth.class,
                ModelHealth::getModel,
                ModelHealth::getEventTimeMs,
                // A mini-batch was learned from or skipped: either counter moves.
                health -> health.getModel().equals(model)
                        ? RecordOrigin.at(0, health.getStep() + health.getSkippedSteps())
                        : RecordOrigin.elsewhere(),
                transactions);
    }

    /** A report as a record. */
    static HealthReport report(io.caiman.model.health.ModelHealth health) {
        return new HealthReport(
                health.crossEntropy(),
                health.covarianceLoss(),
                health.weightNorm(),
                health.gradientNorm(),
                health.abundances().stream()
                        .map(abundance -> new InformationAbundance(
                                abundance.set(),
                                abundance.domain(),
                                abundance.group() == Group.RARE ? FrequencyGroup.RARE : FrequencyGroup.FREQUENT,
                                abundance.rows(),
                                abundance.value(),
                                abundance.spectrum()))
                        .toList(),
                health.gates().stream()
                        .map(gate -> new GateUse(
                                gate.domain(),
                                gate.entropy().isPresent() ? gate.entropy().getAsDouble() : null,
                                gate.shares()))
                        .toList(),
                health.experts().stream()
                        .map(expert -> new ExpertUse(expert.expert(), expert.silence()))
                        .toList(),
                health.warnings().stream()
                        .map(warning -> new HealthWarning(
                                WarningKind.valueOf(warning.kind().name()), warning.detail()))
                        .toList());
    }
}
