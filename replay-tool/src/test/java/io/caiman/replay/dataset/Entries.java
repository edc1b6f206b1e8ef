package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A source read to its end. */
record Entries(List<Impression> impressions, List<DeadLetter> bad, LineCounts counts) {

    static Entries of(ImpressionSource source) {
        List<Impression> impressions = new ArrayList<>();
        List<DeadLetter> bad = new ArrayList<>();
        try (source) {
            while (source.hasNext()) {
                LogEntry entry = source.next();
                if (entry instanceof LogEntry.Shown shown) {
                    impressions.add(shown.impression());
                } else if (entry instanceof LogEntry.BadLine badLine) {
                    bad.add(badLine.letter());
                }
            }
            return new Entries(impressions, bad, source.counts());
        }
    }

    List<String> ids() {
        return impressions.stream().map(Impression::getId).toList();
    }

    List<Long> badLineNumbers() {
        return bad.stream()
                .map(letter -> ((FileOrigin) letter.getOrigin()).getLine())
                .toList();
    }

    static String text(DeadLetter letter) {
        return new String(letter.getValue().array(), StandardCharsets.UTF_8);
    }

    static Map<String, List<Long>> slots(Impression impression) {
        return impression.getSlots().stream().collect(Collectors.toMap(Slot::getName, Slot::getIds));
    }
}
