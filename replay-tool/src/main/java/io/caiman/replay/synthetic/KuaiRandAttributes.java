package io.caiman.replay.synthetic;

import java.util.List;

/**
 * The observable attributes of users and items: a subset of KuaiRand's, with the values and frequencies of the tables of
 * KuaiRand-Pure (values below 1 in 1,000 left out).
 */
final class KuaiRandAttributes {

    private KuaiRandAttributes() {}

    static List<Attribute> ofUsers() {
        return List.of(
                Attribute.of(
                        "user_active_degree",
                        List.of(
                                "full_active",
                                "high_active",
                                "middle_active",
                                "2_14_day_new",
                                "low_active",
                                "single_low_active"),
                        0.658,
                        0.226,
                        0.078,
                        0.023,
                        0.011,
                        0.003),
                Attribute.of("is_live_streamer", List.of("-124", "1"), 0.774, 0.226),
                Attribute.of("is_video_author", List.of("1", "0"), 0.816, 0.184),
                Attribute.of(
                        "follow_user_num_range",
                        List.of("500+", "(10,50]", "(250,500]", "(50,100]", "(150,250]", "(100,150]", "(0,10]", "0"),
                        0.218,
                        0.180,
                        0.160,
                        0.147,
                        0.128,
                        0.096,
                        0.064,
                        0.007),
                Attribute.of(
                        "fans_user_num_range",
                        List.of("[10,100)", "[100,1k)", "[1,10)", "[1k,5k)", "0", "[5k,1w)", "[1w,10w)"),
                        0.384,
                        0.317,
                        0.195,
                        0.054,
                        0.042,
                        0.004,
                        0.003),
                Attribute.of(
                        "register_days_range",
                        List.of("730+", "366-730", "181-365", "91-180", "61-90", "31-60", "15-30"),
                        0.735,
                        0.127,
                        0.065,
                        0.038,
                        0.014,
                        0.014,
                        0.005));
    }

    /** @param items number of items; authors and pieces of music grow with it */
    static List<Attribute> ofItems(int items) {
        return List.of(
                Attribute.ofIds("author", 1 + items / 5, 0.5),
                Attribute.ofIds("music", 1 + items / 2, 0.5),
                Attribute.of("video_type", List.of("NORMAL", "AD"), 0.99, 0.01),
                Attribute.of(
                        "upload_type",
                        List.of(
                                "LongImport",
                                "Web",
                                "ShortImport",
                                "Kmovie",
                                "LongPicture",
                                "UNKNOWN",
                                "PictureSet",
                                "LongCamera",
                                "ShortCamera",
                                "ShareFromOtherApp",
                                "FollowShoot"),
                        0.386,
                        0.319,
                        0.121,
                        0.116,
                        0.019,
                        0.010,
                        0.010,
                        0.008,
                        0.006,
                        0.004,
                        0.001),
                Attribute.of("music_type", List.of("9", "4", "8", "7"), 0.903, 0.089, 0.006, 0.002),
                Attribute.of(
                        "video_duration",
                        List.of("7", "8", "6", "5", "4", "9", "3", "10"),
                        0.288,
                        0.223,
                        0.156,
                        0.133,
                        0.102,
                        0.073,
                        0.016,
                        0.010),
                Attribute.ofIds("tag", 48, 0.8));
    }
}
