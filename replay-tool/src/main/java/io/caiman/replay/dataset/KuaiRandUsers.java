package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * KuaiRand's user table: the slots of each user. The counts that have a range column beside them ({@code fans_user_num} and
 * such) are left out, as their ranges say it better to a categorical model.
 *
 * <p>Memory: users share the slots of equal values, so a user takes about 250 bytes; the 27,285 users of the largest edition
 * take 7 MB.
 */
final class KuaiRandUsers {

    private static final List<String> FEATURES = Stream.concat(
                    Stream.of(
                            "user_active_degree",
                            "is_lowactive_period",
                            "is_live_streamer",
                            "is_video_author",
                            "follow_user_num_range",
                            "fans_user_num_range",
                            "friend_user_num_range",
                            "register_days_range"),
                    IntStream.rangeClosed(0, 17).mapToObj(i -> "onehot_feat" + i))
            .toList();
    private static final List<String> COLUMNS =
            Stream.concat(Stream.of("user_id"), FEATURES.stream()).toList();

    private final Map<Long, List<Slot>> slots = new HashMap<>();

    KuaiRandUsers(List<Path> files) {
        List<SlotDictionary> dictionaries =
                FEATURES.stream().map(SlotDictionary::new).toList();
        for (Path file : files) {
            SideTable.read(file, COLUMNS, row -> {
                List<Slot> known = new ArrayList<>();
                for (int feature = 0; feature < dictionaries.size(); feature++) {
                    SlotDictionary dictionary = dictionaries.get(feature);
                    dictionary.addTo(known, dictionary.code(row.text(feature + 1)));
                }
                slots.put(row.whole(0), List.copyOf(known));
            });
        }
    }

    Optional<List<Slot>> slots(long user) {
        return Optional.ofNullable(slots.get(user));
    }
}
