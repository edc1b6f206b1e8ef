package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecReader;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of {@code docs/models.md} says what the registry says. */
class ModelsDocTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void the_table_of_models_has_the_registry_s_lines_and_no_others() throws IOException {
        String kuaiRand = Files.readString(ROOT.resolve("conf/kuairand-1k.yaml"));
        List<String> expected = Arrays.stream(NetworkKind.values())
                .map(network -> line(SpecReader.parse("kuairand-1k", kuaiRand + "\nnetwork: " + network.key() + "\n")))
                .toList();

        List<String> documented = Files.readAllLines(ROOT.resolve("docs/models.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(documented).containsExactlyElementsOf(expected);
    }

    private static String line(ModelSpec spec) {
        NetworkKind network = spec.network();
        return "| `%s` | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        network.key(),
                        network.description(),
                        network.paper(),
                        network.sets().words(),
                        spec.readsPrior() ? "yes" : "",
                        keys(network),
                        String.format(Locale.ROOT, "%,d", denseWeights(spec)));
    }

    private static String keys(NetworkKind network) {
        Stream<String> common = network.keys().stream()
                .filter(key -> key != NetworkKey.OPTIONS && key != NetworkKey.EMBEDDING_DIMENSION)
                .map(NetworkKey::path);
        Stream<String> own = Arrays.stream(network.options().getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> "options." + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
        return Stream.concat(common, own).map(key -> "`" + key + "`").collect(Collectors.joining(", "));
    }

    private static long denseWeights(ModelSpec spec) {
        return Network.of(spec).layout().slices().stream()
                .mapToLong(DenseLayout.Slice::length)
                .sum();
    }
}
