package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a Parquet file as lines of CSV, of some of its columns. The number of a line is that of the row, from 1. A null
 * is a blank field; line ends within a text become spaces, for a line cannot hold them.
 *
 * <p>Memory: those columns of one row group.
 */
final class ParquetLines implements LogLines {

    private final ParquetFileReader reader;
    private final MessageType schema;
    private final List<ParquetColumn> columns = new ArrayList<>();
    private @Nullable RecordReader<Group> rows;
    private long leftInGroup;
    private long number;
    private byte[] line = {};

    /**
     * Opens a file.
     *
     * @param uses the columns wanted and what for; the lines have these in this order
     * @throws DatasetException if a column has a type or compression that cannot be read
     * @throws IOException if it is no Parquet file
     */
    ParquetLines(Path file, List<ParquetColumn.Use> uses) throws IOException {
        this.reader = open(file);
        try {
            MessageType all = reader.getFileMetaData().getSchema();
            List<Type> wanted = new ArrayList<>();
            for (ParquetColumn.Use use : uses) {
                wanted.add(all.getType(use.column()));
                columns.add(ParquetColumn.of(all.getType(use.column()), columns.size(), use));
            }
            this.schema = new MessageType(all.getName(), wanted);
            requireKnownCodecs();
            reader.setRequestedSchema(schema);
        } catch (DatasetException e) {
            reader.close();
            throw new DatasetException("%s: %s.".formatted(file, e.getMessage()), e);
        } catch (RuntimeException e) {
            reader.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static ParquetFileReader open(Path file) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetCodecs())
                .build();
        try {
            return ParquetFileReader.open(new LocalInputFile(file), options);
        } catch (RuntimeException e) {
            throw new IOException("no Parquet file, or a damaged one: " + e.getMessage(), e);
        }
    }

    private void requireKnownCodecs() {
        for (BlockMetaData group : reader.getFooter().getBlocks()) {
            for (ColumnChunkMetaData chunk : group.getColumns()) {
                if (schema.containsField(chunk.getPath().toArray()[0])
                        && !ParquetCodecs.KNOWN.contains(chunk.getCodec())) {
                    throw new DatasetException(
                            "column '%s' is compressed with %s: expected one of %s. Write the file again with one"
                                    .formatted(
                                            chunk.getPath().toDotString(),
                                            chunk.getCodec(),
                                            ParquetCodecs.KNOWN.stream()
                                                    .map(Enum::name)
                                                    .sorted()
                                                    .collect(Collectors.joining(", "))));
                }
            }
        }
    }

    static boolean isParquet(Path file) {
        return file.toString().endsWith(".parquet");
    }

    /** How the lines of columns of these names are laid out. */
    static LineLayout layout(List<String> names) {
        return new LineLayout(LineLayout.CSV.separator(), LineLayout.CSV.quotes(), StandardCharsets.UTF_8, names);
    }

    /**
     * The names of all columns of a file.
     *
     * @throws DatasetException if it is no Parquet file
     */
    static List<String> names(Path file) {
        try (ParquetFileReader reader = open(file)) {
            return reader.getFileMetaData().getSchema().getFields().stream()
                    .map(Type::getName)
                    .toList();
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    @Override
    public boolean next() throws IOException {
        try {
            while (leftInGroup == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return false;
                }
                rows = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                leftInGroup = pages.getRowCount();
            }
            if (rows == null) {
                throw new IllegalStateException("rows left of no row group");
            }
            line = line(rows.read()).getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            // Whatever a damaged file makes the library throw.
            throw new IOException("row %d: %s".formatted(number + 1, e), e);
        }
        leftInGroup--;
        number++;
        return true;
    }

    private String line(Group row) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < columns.size(); column++) {
            text.append(column == 0 ? "" : ",").append(field(columns.get(column).text(row)));
        }
        return text.toString();
    }

    private static String field(String value) {
        if (value.chars().noneMatch(character -> character == ',' || character == '"' || character < ' ')) {
            return value;
        }
        return '"' + value.replace("\"", "\"\"").replace('\n', ' ').replace('\r', ' ') + '"';
    }

    @Override
    public byte[] bytes() {
        return line;
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int end() {
        return Math.min(line.length, LineReader.LONGEST_LINE_BYTES);
    }

    @Override
    public boolean cut() {
        return line.length > LineReader.LONGEST_LINE_BYTES;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
