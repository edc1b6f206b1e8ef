package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The job jar has what Flink lacks, and nothing of which a job must not have its own. */
class JobJarIT {

    private static final long MOST_BYTES = 40L << 20;

    /** What Flink has without promising to keep it, so that jobs bring their own. */
    private static final Set<String> LIBRARIES_OF_BOTH =
            Set.of("org/apache/commons", "org/xerial/snappy", "net/jpountz", "com/fasterxml/jackson", "org/yaml");

    @Test
    void what_flink_and_the_engine_bring_is_not_in_the_job_jar() throws Exception {
        FlinkDistribution flink = FlinkDistribution.find();
        Set<String> provided = new HashSet<>();
        for (List<Path> jars : List.of(flink.lib(), flink.engine())) {
            for (Path jar : jars) {
                provided.addAll(classes(jar));
            }
        }
        Set<String> twice = classes(FlinkDistribution.jobJar());
        assertThat(twice).contains("io/caiman/jobs/training/TrainCommand.class");
        twice.retainAll(provided);
        twice.removeIf(name -> LIBRARIES_OF_BOTH.stream().anyMatch(name::startsWith));

        assertThat(provided).contains("org/apache/flink/connector/base/DeliveryGuarantee.class", "ai/djl/Device.class");
        assertThat(twice).isEmpty();
        assertThat(Files.size(FlinkDistribution.jobJar())).isLessThan(MOST_BYTES);
    }

    private static Set<String> classes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(entry -> entry.getName().replaceFirst("^META-INF/versions/\\d+/", ""))
                    .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                    .collect(Collectors.toSet());
        }
    }
}
