package io.caiman.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} names every metric and every log event that the jobs' sources do, and no other. */
class MetricsPageTest {

    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");

    private static final Pattern CONSTANT = Pattern.compile("String (\\w+)\\s*=\\s*\"(\\w+)\"");
    private static final Pattern REGISTERED =
            Pattern.compile("(?:[Gg]roup\\(\\)|metrics|group|labelled|spec\\.features\\(\\)\\.get\\(feature\\)\\))\\s*"
                    + "\\.(?:counter|gauge|meter|histogram)\\(\\s*(?:(\\w+)\\.)?(\"\\w+\"|[A-Z_]+)\\s*[,)]");
    private static final Pattern REGISTERED_BY_NAME = Pattern.compile("register\\(labelled, \"(\\w+)\"");
    private static final Pattern EVENT = Pattern.compile("\\.(?:info|warn)\\(\\s*\"([a-z-]+)\"");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w[\\w-]*)` \\| (.*) \\|$");

    @Test
    void every_metric_and_event_is_documented_and_every_documented_one_exists() throws IOException {
        Map<Path, String> sources = sources();
        Set<String> named = new TreeSet<>();
        sources.forEach((file, source) -> {
            Matcher registered = REGISTERED.matcher(source);
            while (registered.find()) {
                named.add(
                        registered.group(2).startsWith("\"")
                                ? registered.group(2).replace("\"", "")
                                : constant(sources, file, registered.group(1), registered.group(2)));
            }
            addAll(REGISTERED_BY_NAME, source, named);
            if (source.contains("JobLog")) {
                addAll(EVENT, source, named);
            }
        });

        Set<String> documented = new TreeSet<>();
        addAll(ROW, Files.readString(PAGE), documented);

        assertThat(named).contains("steps", "lateFeedback", "auc", "crowdedOut", "rows", "deadLetters", "restored");
        assertThat(documented).isEqualTo(named);
    }

    private static Map<Path, String> sources() throws IOException {
        Map<Path, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                sources.put(file, Files.readString(file));
            }
        }
        return sources;
    }

    /** The text of a constant of the class that is named, or else of the file that names it. */
    private static String constant(Map<Path, String> sources, Path file, String owner, String constant) {
        String declaring = owner == null
                ? sources.get(file)
                : sources.entrySet().stream()
                        .filter(source -> source.getKey().endsWith(owner + ".java"))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow();
        Matcher constants = CONSTANT.matcher(declaring);
        while (constants.find()) {
            if (constants.group(1).equals(constant)) {
                return constants.group(2);
            }
        }
        throw new AssertionError("%s: no constant %s".formatted(file, constant));
    }

    private static void addAll(Pattern pattern, String text, Set<String> names) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
    }
}
