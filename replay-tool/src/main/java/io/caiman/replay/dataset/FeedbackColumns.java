package io.caiman.replay.dataset;

import java.util.Locale;
import java.util.Set;

/** Columns of public logs that tell what a user did after an impression, known by their names. */
final class FeedbackColumns {

    private static final Set<String> NAMES = Set.of(
            // KuaiRand and KuaiRec.
            "is_click",
            "is_like",
            "is_follow",
            "is_comment",
            "is_forward",
            "is_hate",
            "is_profile_enter",
            "long_view",
            "play_time_ms",
            "play_duration",
            "profile_stay_time",
            "comment_stay_time",
            "watch_ratio",
            // Ali-CCP, Taobao.
            "click",
            "purchase",
            "conversion",
            "buy",
            "cart",
            "fav",
            // MovieLens, Tenrec.
            "rating",
            "like",
            "follow",
            "comment",
            "forward",
            "hate",
            "share",
            "watching_times",
            // Criteo.
            "sale",
            // Names in common use.
            "label",
            "is_share",
            "is_purchase",
            "is_conversion",
            "is_buy",
            "play_time",
            "watch_time",
            "dwell_time",
            "stay_time");

    private FeedbackColumns() {}

    /** Whether a column of this name, in whatever case, tells of feedback. */
    static boolean has(String column) {
        return NAMES.contains(column.strip().toLowerCase(Locale.ROOT));
    }
}
