package io.caiman.jobs.options;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How far event time has come, as those see it who measure or compare predictions.
 *
 * @param outOfOrderness how much later than a younger prediction an older one of the same model may come and still be in all its
 *     windows
 * @param idleness a model that is behind, or a partition, without predictions for that long no longer holds back the windows
 * @param models models to wait for longer: while one of them is behind, or has not begun, it holds back the windows for {@code
 *     modelWait}; none twice
 * @param modelWait counted anew with each of the model's predictions
 */
public record WatermarkOptions(Duration outOfOrderness, Duration idleness, List<String> models, Duration modelWait)
        implements Serializable {

    public static final ConfigOption<Duration> OUT_OF_ORDERNESS = ConfigOptions.key("caiman.metrics.out-of-orderness")
            .durationType()
            .defaultValue(Duration.ofSeconds(30))
            .withDescription("How long rolling figures wait, in event time, for predictions that come out of order.");

    public static final ConfigOption<Duration> IDLENESS = ConfigOptions.key("caiman.metrics.idleness")
            .durationType()
            .defaultValue(Duration.ofSeconds(30))
            .withDescription(
                    "A partition or a model without predictions for that long does not hold back the windows.");

    public static final ConfigOption<String> MODELS = ConfigOptions.key("caiman.metrics.models")
            .stringType()
            .defaultValue("")
            .withDescription("Names of the models to wait for while they are behind or have not begun, separated by"
                    + " commas. Empty: none.");

    public static final ConfigOption<Duration> MODEL_WAIT = ConfigOptions.key("caiman.metrics.model-wait")
            .durationType()
            .defaultValue(Duration.ofMinutes(10))
            .withDescription("A named model without predictions for that long does not hold back the windows.");

    public WatermarkOptions {
        models = List.copyOf(models);
        if (models.stream().distinct().count() < models.size()) {
            throw new InvalidOptionException(
                    MODELS, String.join(",", models), "every model once", "leave out the repetition");
        }
    }

    /**
     * The options of a configuration.
     *
     * @throws InvalidOptionException if one cannot be used
     */
    static WatermarkOptions from(ReadableConfig configuration) {
        OptionReader reader = new OptionReader(configuration);
        return new WatermarkOptions(
                reader.atLeastNothing(OUT_OF_ORDERNESS),
                reader.positive(IDLENESS),
                reader.texts(MODELS),
                reader.positive(MODEL_WAIT));
    }

    /** The same, but waiting for these models by name. */
    WatermarkOptions waitingFor(List<String> named) {
        return new WatermarkOptions(outOfOrderness, idleness, named, modelWait);
    }
}
