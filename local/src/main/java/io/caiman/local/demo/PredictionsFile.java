package io.caiman.local.demo;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.caiman.schemas.avro.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Predictions as CSV, one line each, in the order they were made. */
final class PredictionsFile implements Consumer<Prediction>, AutoCloseable {

    private final CsvWriter csv;

    PredictionsFile(Path file) throws IOException {
        csv = CsvWriter.builder().build(file);
        csv.writeRecord("impression_id", "event_time_ms", "model", "domain", "user", "label", "score", "task");
    }

    @Override
    public void accept(Prediction prediction) {
        csv.writeRecord(
                prediction.getImpressionId(),
                Long.toString(prediction.getEventTimeMs()),
                prediction.getModel(),
                prediction.getDomain(),
                prediction.getUser(),
                prediction.getLabel() ? "1" : "0",
                Double.toString(prediction.getScore()),
                prediction.getTask());
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
