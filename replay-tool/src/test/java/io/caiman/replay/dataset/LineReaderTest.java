package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineReaderTest {

    @TempDir
    Path folder;

    private List<String> lines(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("log.csv"), content);
        List<String> lines = new ArrayList<>();
        try (LineReader reader = new LineReader(file)) {
            while (reader.next()) {
                lines.add(reader.text());
                int kept = reader.end() - reader.start();
                int offset = (int) reader.offset();
                assertThat(Arrays.copyOfRange(content, offset, offset + kept))
                        .isEqualTo(Arrays.copyOfRange(reader.bytes(), reader.start(), reader.end()));
                assertThat(reader.number()).isEqualTo(lines.size());
            }
        }
        return lines;
    }

    @Test
    void lines_end_with_lf_or_crlf_and_the_last_may_lack_it() throws IOException {
        assertThat(lines("a\r\nb\n\nc".getBytes(StandardCharsets.UTF_8))).containsExactly("a", "b", "", "c");
        assertThat(lines("a\n".getBytes(StandardCharsets.UTF_8))).containsExactly("a");
        assertThat(lines(new byte[0])).isEmpty();
    }

    @Test
    void a_byte_order_mark_is_passed_over() throws IOException {
        assertThat(lines("\uFEFFa\nb\n".getBytes(StandardCharsets.UTF_8))).containsExactly("a", "b");
    }

    @Test
    void long_files_and_overlong_lines_are_read_as_a_plain_split_has_them() throws IOException {
        Random random = new Random(3);
        StringBuilder content = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            int length = switch (i % 700) {
                case 5 -> LineReader.LONGEST_LINE_BYTES;
                case 6 -> LineReader.LONGEST_LINE_BYTES + 1;
                case 7 -> 3 << 20;
                default -> random.nextInt(2_000);
            };
            String line = Character.toString('a' + i % 26).repeat(length);
            content.append(line).append('\n');
            expected.add(line.substring(0, Math.min(length, LineReader.LONGEST_LINE_BYTES)));
        }
        assertThat(lines(content.toString().getBytes(StandardCharsets.UTF_8))).isEqualTo(expected);
    }
}
