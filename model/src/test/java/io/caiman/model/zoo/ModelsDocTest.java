package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.RowLayout;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/models.md} say what the registry and the networks say. */
class ModelsDocTest {

    private static final Path ROOT = Path.of("..");
    private static final String BEGIN = "<!-- printed by NetworkTable: begin -->";
    private static final String END = "<!-- printed by NetworkTable: end -->";
    private static final String PLUGGED = "with plug-ins";

    @Test
    void the_table_of_models_has_the_registry_s_lines_and_no_others() throws IOException {
        String kuaiRand = Files.readString(ROOT.resolve("conf/kuairand-1k.yaml"));
        List<String> expected = Arrays.stream(NetworkKind.values())
                .map(network -> line(SpecReader.parse("kuairand-1k", kuaiRand + "\nnetwork: " + network.key() + "\n")))
                .toList();

        List<String> documented = doc().lines()
                .takeWhile(line -> !line.equals(BEGIN))
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(documented).containsExactlyElementsOf(expected);
    }

    @Test
    void the_table_of_step_costs_has_every_network_with_the_weights_that_it_has() throws IOException {
        List<String> lines = doc().lines()
                .dropWhile(line -> !line.equals(BEGIN))
                .takeWhile(line -> !line.equals(END))
                .filter(line -> line.startsWith("| `"))
                .toList();

        List<String> alone =
                lines.stream().filter(line -> !line.contains(PLUGGED)).toList();
        assertThat(alone)
                .extracting(line -> line.substring(0, line.indexOf(" |")))
                .containsExactlyElementsOf(Arrays.stream(NetworkKind.values())
                        .map(network -> "| `" + network.key() + "`")
                        .toList());
        assertThat(lines).hasSizeGreaterThan(alone.size());
        for (String line : lines) {
            String network = line.substring(line.indexOf('`') + 1, line.lastIndexOf('`'));
            ModelSpec spec = shapeOfSteps(network, line.contains(PLUGGED));
            RowLayout row = RowLayout.of(spec);
            assertThat(line)
                    .contains(String.format(
                            Locale.ROOT, "| %,d | %d |", denseWeights(spec), row.embeddings() * row.dimension()));
        }
    }

    /** The benchmark's. */
    private static ModelSpec shapeOfSteps(String network, boolean plugged) {
        String features = IntStream.range(3, 20).mapToObj(i -> ", f" + i).collect(Collectors.joining());
        return SpecReader.parse("step costs", """
                name: m
                task: click
                domains: [a, b, c, d, e]
                features: [user, item, domain%s]
                network: %s
                %s
                """.formatted(
                        features, network, plugged ? "plug-ins: {epnet: [domain], ppnet: [user, item]}" : ""));
    }

    @Test
    void the_documented_plug_ins_are_a_spec() throws IOException {
        String doc = doc();
        int start = doc.indexOf("name: crocodile-personalized");

        ModelSpec spec = SpecReader.parse("docs/models.md", doc.substring(start, doc.indexOf("```", start)));

        assertThat(spec.plugIns().any()).isTrue();
        assertThat(spec.network()).isEqualTo(NetworkKind.CROCODILE);
    }

    @Test
    void the_documented_code_of_a_model_is_its_code_and_stands_nowhere_else() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String folder : List.of("src/main/java", "src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    sources.put(file.getFileName().toString(), Files.readString(file));
                }
            }
        }
        String doc = doc();
        List<String> documented = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(doc.substring(doc.indexOf("## Adding a model")))
                .results()
                .map(block -> block.group(1))
                .toList();

        assertThat(documented)
                .extracting(code -> sources.keySet().stream()
                        .filter(name -> sources.getOrDefault(name, "").contains(code))
                        .toList())
                .containsExactly(
                        List.of("MultiLayerPerceptron.java"),
                        List.of("NetworkKind.java"),
                        List.of("Network.java"),
                        List.of("ReferenceNetwork.java"));
    }

    private static String doc() throws IOException {
        return Files.readString(ROOT.resolve("docs/models.md"));
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
