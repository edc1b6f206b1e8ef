package io.caiman.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of docs/architecture.md. */
@AnalyzeClasses(packages = "io.caiman", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String SCHEMAS = "io.caiman.schemas..";
    private static final String MODEL = "io.caiman.model..";
    private static final String REPLAY = "io.caiman.replay..";
    private static final String JOBS = "io.caiman.jobs..";
    private static final String DASHBOARD = "io.caiman.dashboard..";
    private static final String LOCAL = "io.caiman.local..";

    @ArchTest
    static final ArchRule schemas_know_nobody = noClasses()
            .that()
            .resideInAPackage(SCHEMAS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(MODEL, REPLAY, JOBS, DASHBOARD, LOCAL);

    @ArchTest
    static final ArchRule the_model_knows_neither_the_stream_nor_its_records = noClasses()
            .that()
            .resideInAPackage(MODEL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SCHEMAS,
                    REPLAY,
                    JOBS,
                    DASHBOARD,
                    LOCAL,
                    "org.apache.flink..",
                    "org.apache.kafka..",
                    "org.apache.avro..");

    @ArchTest
    static final ArchRule only_the_network_sees_tensors = noClasses()
            .that()
            .resideInAPackage("io.caiman..")
            .and()
            .resideOutsideOfPackages(
                    "io.caiman.model.nn..",
                    "io.caiman.model.loss..",
                    "io.caiman.model.zoo..",
                    "io.caiman.model.train..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule the_replay_tool_knows_only_the_schemas = noClasses()
            .that()
            .resideInAPackage(REPLAY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(MODEL, JOBS, DASHBOARD, LOCAL);

    @ArchTest
    static final ArchRule the_dashboard_knows_only_the_schemas = noClasses()
            .that()
            .resideInAPackage(DASHBOARD)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(MODEL, REPLAY, JOBS, LOCAL);

    @ArchTest
    static final ArchRule the_jobs_know_only_schemas_and_model = noClasses()
            .that()
            .resideInAPackage(JOBS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(REPLAY, DASHBOARD, LOCAL);

    @ArchTest
    static final ArchRule the_jobs_do_not_know_each_other =
            slices().matching("io.caiman.jobs.(training|metrics)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule the_leaderboard_knows_neither_job = noClasses()
            .that()
            .resideInAPackage("io.caiman.jobs.leaderboard..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.caiman.jobs.training..", "io.caiman.jobs.metrics..");

    @ArchTest
    static final ArchRule what_the_jobs_share_knows_neither = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.caiman.jobs.connect..",
                    "io.caiman.jobs.options..",
                    "io.caiman.jobs.predictions..",
                    "io.caiman.jobs.checkpoints..",
                    "io.caiman.jobs.feedback..",
                    "io.caiman.jobs.alerts..",
                    "io.caiman.jobs.rows..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.caiman.jobs.training..", "io.caiman.jobs.metrics..", "io.caiman.jobs.leaderboard..");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.caiman.(**)").should().beFreeOfCycles();
}
