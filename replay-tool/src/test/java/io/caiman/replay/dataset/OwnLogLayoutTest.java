package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnLogLayoutTest {

    private static final String SOUND = """
            files: [a.csv]
            user: u
            item: i
            domain: d
            time: {column: t, unit: ms}
            labels: {click: c}
            slots: {author: a}
            dense: {price: p}
            """;

    @TempDir
    Path folder;

    private OwnLogLayout read(String yaml) throws IOException {
        return OwnLogLayoutReader.read(Files.writeString(folder.resolve("log.yaml"), yaml));
    }

    @Test
    void every_layout_lists_the_columns_it_reads_by_the_keys_that_name_them() throws IOException {
        assertThat(read(SOUND).columnsByKey())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "user", "u",
                        "item", "i",
                        "domain", "d",
                        "slots.author", "a",
                        "dense.price", "p",
                        "time.column", "t",
                        "labels.click", "c"));
        assertThat(read(SOUND).separator()).isEqualTo(",");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "user: u; usr: u; unknown key 'usr'. Known here: files, separator,",
                "user: u; ``; key 'user' is missing: expected the name of a column",
                "user: u; user: 101; key 'user': expected the name of a column, got 101, which YAML takes for a number",
                "user: u; user: [u]; key 'user': expected the name of a column, got a list",
                "user: u; user:; key 'user': expected the name of a column, got nothing",
                "[a.csv]; a.csv; key 'files': expected a list of names or globs",
                "[a.csv]; []; key 'files': expected one name or glob at least",
                "domain: d; domain: {value: 3}; key 'domain.value': expected the name of the log's one domain, got 3",
                "domain: d; domain: {name: x}; unknown key 'domain.name'. Known here: value",
                "unit: ms; unit: msec; key 'time.unit': expected ms, s, us or iso8601, got 'msec'",
                "`, unit: ms`; ``; key 'time.unit' is missing: expected ms, s, us or iso8601",
                "`column: t, unit: ms`; `start: 2024-01-01`; key 'time.step' is missing: expected a time such as 10ms",
                "`column: t, unit: ms`; `start: now, step: 1s`; key 'time.start': expected a time such as 2024-01-01T00:00:00Z, got 'now'",
                "`column: t, unit: ms`; `start: 2024-01-01, step: 5`; key 'time.step': expected a time such as 10ms, 1s, 5m or 1h, got 5",
                "`column: t, unit: ms`; `start: 2024-01-01, step: 0ms`; key 'time.step': expected 1ms or more",
                "`column: t, unit: ms`; `start: 1960-01-01, step: 1s`; key 'time.start': expected a time after 1970",
                "{column: t, unit: ms}; t; key 'time': expected {column: NAME, unit: ms}",
                "{click: c}; {}; key 'labels': expected one label at least",
                "{click: c}; {click: {column: c, atleast: 4}}; unknown key 'labels.click.atleast'. Known here: column, at-least",
                "{click: c}; {click: {column: c, at-least: four}}; key 'labels.click.at-least': expected a number, got 'four'",
                "{click: c}; {click: true}; key 'labels.click': expected the name of a column, or {column: NAME, at-least: NUMBER}, got true",
                "{author: a}; {user: a}; key 'slots.user': user, item and domain are features as they are",
                "{author: a}; {author: {column: a, separator: ''}}; key 'slots.author.separator': expected what separates two values, got ''",
                "{price: p}; {price: {column: p}}; key 'dense.price': expected the name of a column, got keys and values",
                "user: u; `user: u\nseparator: '\"'`; key 'separator': expected ASCII characters other than quotes",
                "user: u; `user: u\ncolumns: [u, u]`; key 'columns': expected each name once, got u, u",
                "user: u; `user: u\nuser: v`; is no YAML: Duplicate field 'user'",
                "user: u; `user: [u`; is no YAML:",
            })
    void a_layout_that_makes_no_sense_is_answered_with_key_value_and_what_was_expected(
            String sound, String wrong, String message) {
        assertThat(SOUND).contains(sound);
        assertThatThrownBy(() -> read(SOUND.replaceFirst(Pattern.quote(sound), wrong)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(folder.resolve("log.yaml").toString())
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"play_time_ms", "Is_Click", "RATING", "purchase", "long_view"})
    void feedback_is_no_input_unless_forced(String column) throws IOException {
        for (String key : new String[] {"slots.author", "dense.price", "user", "item", "domain"}) {
            String leaking = SOUND.replace(
                    key.equals("slots.author")
                            ? ": a}"
                            : key.equals("dense.price") ? ": p}" : key + ": " + key.charAt(0),
                    key.contains(".") ? ": " + column + "}" : key + ": " + column);
            assertThatThrownBy(() -> read(leaking))
                    .hasMessageContaining(
                            "key '%s': column '%s' tells of feedback, known only after the impression", key, column)
                    .hasMessageContaining("force it by naming it under 'leaky'");
            assertThat(read(leaking + "leaky: [" + column + "]\n").leaky()).containsExactly(column);
        }
    }

    @Test
    void a_label_is_no_input_unless_forced() throws IOException {
        String leaking = SOUND.replace("{author: a}", "{author: c}");
        assertThatThrownBy(() -> read(leaking))
                .hasMessageContaining("key 'slots.author': column 'c' is the label 'click', known only after");
        assertThat(read(leaking + "leaky: [c]\n").slots()).hasSize(1);
    }

    @Test
    void forcing_what_is_no_input_is_a_mistake() {
        assertThatThrownBy(() -> read(SOUND + "leaky: [play_time_ms]\n"))
                .hasMessageContaining("key 'leaky': expected columns that are inputs, got 'play_time_ms'");
    }

    @Test
    void a_file_that_is_missing_or_holds_no_keys_is_named() {
        assertThatThrownBy(() -> OwnLogLayoutReader.read(folder.resolve("none.yaml")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("--layout: expected a YAML file that describes the log, found nothing at");
        assertThatThrownBy(() -> OwnLogLayoutReader.read(folder)).hasMessageContaining("found a folder at");
        assertThatThrownBy(() -> read("")).hasMessageContaining("expected keys and values");
        assertThatThrownBy(() -> read("- a\n")).hasMessageContaining("expected keys and values");
    }
}
