package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelimitedLineTest {

    private static DelimitedLine line(String text) throws MalformedLineException {
        DelimitedLine line = DelimitedLine.of(LineLayout.CSV, "a,\"b\",c", List.of("c", "a"));
        byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
        line.set(bytes, 2, bytes.length - 2);
        return line;
    }

    @Test
    void columns_are_found_by_name() throws MalformedLineException {
        DelimitedLine line = line("1, zwei ,3");
        assertThat(line.whole(0)).isEqualTo(3);
        assertThat(line.text(1)).isEqualTo("1");
    }

    @Test
    void quotes_hold_commas_and_doubled_quotes() throws MalformedLineException {
        DelimitedLine line = line("\"1,\"\"x\"\"\",b,\"é\"");
        assertThat(line.text(1)).isEqualTo("1,\"x\"");
        assertThat(line.text(0)).isEqualTo("é");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1,2,3", "1,2,\"3", "1,2,\"3\"x", "1,\"2\n\",3", "1,2", "1,2,3,4", ""})
    void a_line_of_another_shape_is_refused(String text) {
        assertThatThrownBy(() -> line(text)).isInstanceOf(MalformedLineException.class);
    }

    @ParameterizedTest
    @CsvSource({"12,12", "-124,-124", "1.0,1", "7.,7", "0,0", "999999999999999999,999999999999999999"})
    void whole_numbers_may_have_a_zero_fraction(String text, long expected) throws MalformedLineException {
        assertThat(line(text + ",b,c").whole(1)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "x", "1.5", "1e3", "1 2", ".0", "--1", "1000000000000000000", "0x1"})
    void anything_else_is_no_whole_number(String text) {
        assertThatThrownBy(() -> line(text + ",b,c").whole(1))
                .isInstanceOf(MalformedLineException.class)
                .hasMessage("column a: expected a whole number, found '%s'", text);
    }

    @Test
    void a_missing_column_is_named() {
        assertThatThrownBy(() -> DelimitedLine.of(LineLayout.CSV, "a,b", List.of("a", "tab")))
                .hasMessage("the header lacks column tab: expected the columns a, tab, found a,b"
                        .replace("a, tab", "a,tab"));
    }

    @Test
    void separators_may_be_longer_and_quotes_mean_nothing_then() throws MalformedLineException {
        LineLayout layout = LineLayout.plain("::", StandardCharsets.ISO_8859_1, "id", "title", "genres");
        DelimitedLine line = DelimitedLine.of(layout, "", List.of("genres", "title"));
        byte[] bytes = "1::\"Caf\u00e9: 2:\"::A|B".getBytes(StandardCharsets.ISO_8859_1);
        line.set(bytes, 0, bytes.length);
        assertThat(line.text(1)).isEqualTo("\"Caf\u00e9: 2:\"");
        assertThat(line.text(0)).isEqualTo("A|B");
        assertThatThrownBy(() -> line.set(bytes, 0, bytes.length - 5)).hasMessage("expected 3 fields, found 2");
    }

    @Test
    void quoted_fields_may_be_separated_by_another_character() throws MalformedLineException {
        DelimitedLine line = DelimitedLine.of(
                new LineLayout(";", true, StandardCharsets.UTF_8, List.of()), "a;b", List.of("a", "b"));
        byte[] bytes = "\"1;2\";3,4".getBytes(StandardCharsets.UTF_8);
        line.set(bytes, 0, bytes.length);
        assertThat(line.text(0)).isEqualTo("1;2");
        assertThat(line.text(1)).isEqualTo("3,4");
    }
}
