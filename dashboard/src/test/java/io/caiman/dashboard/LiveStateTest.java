package io.caiman.dashboard;

import static io.caiman.dashboard.PublishedFigures.cumulative;
import static io.caiman.dashboard.PublishedFigures.rolling;
import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.dashboard.StateView.SeriesView;
import io.caiman.dashboard.StateView.WindowView;
import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveStateTest {

    private final AtomicLong nanos = new AtomicLong();
    private final LiveState state = new LiveState(nanos::get);

    private SeriesView series(String domain) {
        return state.all().series().stream()
                .filter(s -> s.domain().equals(Optional.of(domain)))
                .findFirst()
                .orElseThrow();
    }

    private SeriesView overall() {
        return state.all().series().stream()
                .filter(s -> s.domain().isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static WindowView window(SeriesView series, String name) {
        return series.windows().stream()
                .filter(window -> window.window().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<Point> curve(String domain, String window) {
        return window(series(domain), window).curve();
    }

    private Figures latest(String domain, String window) {
        return window(series(domain), window).latest();
    }

    @Test
    void the_latest_record_of_each_kind_is_shown() {
        state.metrics(cumulative("home", 10, 100, 0.6));
        state.metrics(cumulative("home", 20, 200, 0.7));
        state.metrics(rolling("home", 1_000, 50, 0.8));
        state.metrics(cumulative("search", 20, 30, 0.5));

        assertThat(latest("home", "all").impressions()).isEqualTo(200);
        assertThat(latest("home", "1h").auc()).hasValue(0.8);
        assertThat(series("search").windows()).extracting(WindowView::window).containsExactly("all");
    }

    @Test
    void a_window_published_again_replaces_its_point_and_an_older_one_is_not_the_latest() {
        state.metrics(rolling("home", 1_000, 50, 0.6));
        state.metrics(rolling("home", 2_000, 50, 0.7));
        state.metrics(rolling("home", 1_000, 51, 0.9));

        assertThat(curve("home", "1h")).extracting(Point::time).containsExactly(1_000L, 2_000L);
        assertThat(curve("home", "1h").get(0).auc()).hasValue(0.9);
        assertThat(latest("home", "1h").endMs()).isEqualTo(2_000);
    }

    @Test
    void cumulative_snapshots_make_a_curve() {
        state.metrics(cumulative("home", 10, 100, 0.6));
        state.metrics(cumulative("home", 20, 200, 0.7));
        assertThat(curve("home", "all")).extracting(p -> p.auc().orElseThrow()).containsExactly(0.6, 0.7);
    }

    @Test
    void a_figure_that_is_no_number_is_undefined() {
        state.metrics(cumulative("home", 10, 100, Double.NaN));
        state.metrics(rolling("home", 10, 100, null));
        assertThat(latest("home", "all").auc()).isEmpty();
        assertThat(latest("home", "1h").auc()).isEmpty();
    }

    @Test
    void a_job_that_begins_anew_has_curves_of_its_own() {
        state.metrics(rolling("home", 9_000, 1_000, 0.7));
        state.metrics(cumulative("home", 9_000, 1_000, 0.7));
        state.metrics(cumulative("home", 1_000, 100, 0.5));

        assertThat(series("home").beginnings()).isEqualTo(1);
        assertThat(curve("home", "all")).extracting(Point::time).containsExactly(1_000L);
        assertThat(series("home").windows()).hasSize(1);
    }

    @Test
    void a_job_that_repeats_its_last_figures_after_a_failure_goes_on_with_its_curve() {
        state.metrics(cumulative("home", 1_000, 900, 0.6));
        state.metrics(cumulative("home", 2_000, 1_000, 0.7));
        state.metrics(cumulative("home", 1_000, 900, 0.6));
        assertThat(series("home").beginnings()).isZero();
        assertThat(curve("home", "all")).hasSize(2);
    }

    @Test
    void changes_are_what_came_after_the_version_seen() {
        state.metrics(cumulative("home", 10, 100, 0.6));
        state.metrics(cumulative("search", 10, 100, 0.6));
        StateView seen = state.all();
        assertThat(seen.complete()).isTrue();
        assertThat(state.changesAfter(seen.version()).series()).isEmpty();

        state.metrics(cumulative("home", 20, 200, 0.7));
        StateView changes = state.changesAfter(seen.version());
        assertThat(changes.complete()).isFalse();
        assertThat(changes.series()).extracting(SeriesView::domain).containsExactly(Optional.of("home"));
        assertThat(window(changes.series().get(0), "all").curve())
                .extracting(Point::time)
                .containsExactly(20L);
    }

    @Test
    void dead_letters_and_unreadable_records_are_counted() {
        state.deadLetters(3);
        state.deadLetters(2);
        state.unreadable("domain-metrics, partition 0, offset 7: damaged");
        assertThat(state.all().deadLetters()).isEqualTo(5);
        assertThat(state.all().unreadable()).isEqualTo(1);
    }

    @Test
    void there_is_a_limit_to_series_and_what_is_beyond_is_counted() {
        for (int i = 0; i < LiveState.MOST_SERIES + 7; i++) {
            state.metrics(cumulative("domain " + i, 10, 100, 0.6));
        }
        assertThat(state.all().series()).hasSize(LiveState.MOST_SERIES);
        assertThat(state.all().notKept()).isEqualTo(7);
        assertThat(curve("domain 0", "all")).hasSize(1);
        assertThat(curve("domain " + LiveState.DRAWN_DOMAINS, "all")).isEmpty();
    }

    @Test
    void curves_stay_within_their_bound() {
        for (int i = 0; i < 3 * LiveState.POINTS_PER_CURVE; i++) {
            state.metrics(cumulative(null, 1_000L * i, 100L * (i + 1), 0.6));
            state.metrics(rolling(null, 1_000L * i, 100, 0.6));
        }
        assertThat(window(overall(), "all").curve())
                .hasSizeBetween(LiveState.POINTS_PER_CURVE / 2, LiveState.POINTS_PER_CURVE);
        assertThat(window(overall(), "1h").curve())
                .hasSizeBetween(LiveState.POINTS_PER_CURVE / 2, LiveState.POINTS_PER_CURVE);
    }

    @Test
    void the_rate_counts_news_only_not_what_was_there_before() {
        state.metrics(cumulative(null, 10, 1_000_000, 0.6));
        state.caughtUp();
        state.metrics(cumulative(null, 20, 1_000_100, 0.6));
        assertThat(overall().impressionsPerSecond()).isEmpty();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        state.metrics(cumulative(null, 30, 1_001_100, 0.6));
        assertThat(overall().impressionsPerSecond()).hasValue(100);
    }

    @Test
    void a_reader_is_woken_by_news_and_let_go_by_closing() throws InterruptedException {
        assertThat(state.awaitMoreThan(state.all().version(), 1)).isFalse();
        state.deadLetters(1);
        assertThat(state.awaitMoreThan(0, 60_000)).isTrue();
        state.close();
        assertThat(state.awaitMoreThan(1, 60_000)).isFalse();
    }

    @Test
    void alerts_are_shown_from_raised_to_cleared_newest_first() {
        state.alert(alert("drop", "home", AlertState.RAISED, 10));
        state.alert(alert("drop", "search", AlertState.RAISED, 20));
        state.alert(alert("lag", null, AlertState.RAISED, 15));
        state.alert(alert("drop", "home", AlertState.CLEARED, 10));

        assertThat(state.all().alerts().orElseThrow())
                .extracting(AlertBoard.Raised::rule, AlertBoard.Raised::domain)
                .containsExactly(
                        Assertions.tuple("drop", Optional.of("search")), Assertions.tuple("lag", Optional.empty()));
        long seen = state.all().version();
        state.metrics(cumulative("home", 10, 100, 0.6));
        assertThat(state.changesAfter(seen).alerts()).isEmpty();
        state.alert(alert("lag", null, AlertState.CLEARED, 15));
        assertThat(state.changesAfter(seen).alerts().orElseThrow()).hasSize(1);
    }

    @Test
    void more_alerts_than_there_is_room_for_are_counted() {
        for (int i = 0; i < AlertBoard.MOST_ALERTS + 5; i++) {
            state.alert(alert("quiet", "d" + i, AlertState.RAISED, i));
        }
        assertThat(state.all().alerts().orElseThrow()).hasSize(AlertBoard.MOST_ALERTS);
        assertThat(state.all().notKept()).isEqualTo(5);
    }

    private static Alert alert(String rule, @Nullable String domain, AlertState alertState, long sinceMs) {
        return Alert.newBuilder()
                .setRule(rule)
                .setDomain(domain)
                .setState(alertState)
                .setSinceMs(sinceMs)
                .setTimeMs(sinceMs + 5)
                .setMessage("why")
                .build();
    }

    @Test
    void the_latest_comparison_counts_and_a_mark_needs_test_and_interval() {
        state.comparison(comparison("home", 10, 0.01, 0.01, 0.03));
        state.comparison(comparison("home", 20, 0.01, -0.01, 0.03));
        state.comparison(comparison("home", 15, 0.01, 0.01, 0.03)); // an earlier window, revised
        state.comparison(comparison("search", 20, 0.001, 0.01, 0.03));
        state.comparison(comparison("shop", 20, 0.2, 0.01, 0.03));
        state.comparison(comparison("new", 20, null, null, null));

        assertThat(state.all().comparisons().orElseThrow())
                .extracting(
                        c -> c.domain().orElseThrow(),
                        Leaderboard.Comparison::endMs,
                        Leaderboard.Comparison::significant)
                .containsExactly(
                        Assertions.tuple("home", 20L, Optional.of(false)),
                        Assertions.tuple("search", 20L, Optional.of(true)),
                        Assertions.tuple("shop", 20L, Optional.of(false)),
                        Assertions.tuple("new", 20L, Optional.empty()));
    }

    @Test
    void comparisons_of_a_job_that_begins_anew_replace_those_of_the_run_before() {
        ModelComparison rolling = comparison("home", 90, 0.01, 0.01, 0.03);
        state.comparison(rolling);
        state.comparison(comparison("search", 90, 0.01, 0.01, 0.03));
        state.comparison(allSoFar(rolling, 100, 1_000));
        state.comparison(allSoFar(rolling, 95, 900)); // repeated after a failure
        assertThat(shown()).containsExactly("home 1h 90", "search 1h 90", "home all 95");

        state.comparison(allSoFar(rolling, 10, 100));
        assertThat(shown()).containsExactly("search 1h 90", "home all 10");
        state.comparison(comparison("home", 5, 0.01, 0.01, 0.03));
        assertThat(shown()).containsExactly("search 1h 90", "home all 10", "home 1h 5");
    }

    private List<String> shown() {
        return state.all().comparisons().orElseThrow().stream()
                .map(c -> "%s %s %d".formatted(c.domain().orElseThrow(), c.window(), c.endMs()))
                .toList();
    }

    private static ModelComparison allSoFar(ModelComparison like, long endMs, long impressions) {
        return ModelComparison.newBuilder(like)
                .setKind(WindowKind.CUMULATIVE)
                .setWindow("all")
                .setEndMs(endMs)
                .setImpressions(impressions)
                .build();
    }

    private static ModelComparison comparison(
            String domain, long endMs, @Nullable Double pValue, @Nullable Double low, @Nullable Double high) {
        return ModelComparison.newBuilder()
                .setBaseline("champion")
                .setModel("challenger")
                .setTask("click")
                .setDomain(domain)
                .setKind(WindowKind.ROLLING)
                .setWindow("1h")
                .setStartMs(0)
                .setEndMs(endMs)
                .setImpressions(100)
                .setPositives(50)
                .setUsers(9)
                .setDifference(pValue == null ? null : 0.02)
                .setPValue(pValue)
                .setLow(low)
                .setHigh(high)
                .build();
    }

    @Test
    void windows_of_each_length_and_counts_have_curves_of_their_own_and_only_those_that_changed_are_told() {
        state.metrics(rolling("home", 1_000, 50, 0.6));
        state.metrics(ofWindow("24h", WindowKind.ROLLING));
        state.metrics(ofWindow("last 50", WindowKind.COUNT));
        assertThat(series("home").windows())
                .extracting(WindowView::window, WindowView::kind)
                .containsExactly(
                        Assertions.tuple("1h", WindowKind.ROLLING),
                        Assertions.tuple("24h", WindowKind.ROLLING),
                        Assertions.tuple("last 50", WindowKind.COUNT));
        assertThat(curve("home", "1h")).hasSize(1);

        long seen = state.all().version();
        state.metrics(ofWindow("24h", WindowKind.ROLLING));
        assertThat(state.changesAfter(seen).series().get(0).windows())
                .extracting(WindowView::window)
                .containsExactly("24h");
    }

    @Test
    void rolling_windows_have_a_trend_and_windows_of_a_count_which_may_share_time_have_none() {
        for (long endMs = 1_000; endMs <= 5_000; endMs += 1_000) {
            DomainMetrics rolling = rolling("home", endMs, 1_000, 0.6);
            state.metrics(rolling);
            state.metrics(DomainMetrics.newBuilder(rolling)
                    .setKind(WindowKind.COUNT)
                    .setWindow("last 1000")
                    .setStartMs(endMs == 5_000 ? 4_500 : endMs - 3_000)
                    .build());
        }
        assertThat(window(series("home"), "1h").trend().orElseThrow().windows()).isEqualTo(4);
        assertThat(window(series("home"), "last 1000").trend()).isEmpty();
    }

    @Test
    void there_is_a_limit_to_windows_and_what_is_beyond_is_counted() {
        for (int i = 0; i < Series.MOST_WINDOWS + 3; i++) {
            state.metrics(ofWindow(i + "h", WindowKind.ROLLING));
        }
        assertThat(series("home").windows()).hasSize(Series.MOST_WINDOWS);
        assertThat(state.all().notKept()).isEqualTo(3);
    }

    private static DomainMetrics ofWindow(String window, WindowKind kind) {
        return DomainMetrics.newBuilder(rolling("home", 2_000, 50, 0.9))
                .setWindow(window)
                .setKind(kind)
                .build();
    }

    @Test
    void what_moves_through_the_topics_is_told_with_its_rate_and_only_when_it_changes() {
        state.traffic(traffic(1_000));
        long seen = state.all().version();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        state.traffic(traffic(2_000));
        Traffic told = state.changesAfter(seen).traffic().orElseThrow();
        assertThat(told.records()).isEqualTo(2_000);
        assertThat(told.sentPerSecond()).hasValue(200);

        seen = state.all().version();
        state.traffic(traffic(2_000));
        assertThat(state.changesAfter(seen).traffic()).isEmpty();
        assertThat(state.all().traffic()).isPresent();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        state.traffic(traffic(2_000));
        assertThat(state.changesAfter(seen).traffic().orElseThrow().sentPerSecond())
                .isEmpty();
    }

    private static Traffic traffic(long records) {
        return new Traffic(
                List.of(new Traffic.Partition(0, records, OptionalLong.of(records), false)),
                OptionalDouble.empty(),
                Optional.of("synthetic"),
                Optional.empty(),
                List.of(new Traffic.Group("caiman-metrics", "predictions", 10, 3)),
                Optional.empty());
    }

    @Test
    void it_is_behind_until_the_past_is_read_and_while_kafka_does_not_answer() {
        LiveState told = new LiveState(() -> 0);
        assertThat(told.behind()).contains("Kafka has not answered yet");
        told.status(FeedStatus.LIVE);
        assertThat(told.behind()).contains("what was published before is still being read");
        told.caughtUp();
        assertThat(told.behind()).isEmpty();
        told.status(new FeedStatus(FeedStatus.Condition.UNREACHABLE, "no broker"));
        assertThat(told.behind()).contains("Kafka does not answer: no broker");
        assertThat(told.stuck()).isEmpty();
    }

    @Test
    void a_reader_that_does_not_tell_of_itself_for_a_minute_is_stuck() {
        AtomicLong nanos = new AtomicLong();
        LiveState told = new LiveState(nanos::get);
        nanos.set(Duration.ofSeconds(60).toNanos());
        assertThat(told.stuck()).isEmpty();
        nanos.set(Duration.ofSeconds(61).toNanos());
        assertThat(told.stuck()).contains("the reader has not told of itself for 61 s");
        assertThat(told.behind()).isEqualTo(told.stuck());
        told.status(FeedStatus.LIVE);
        assertThat(told.stuck()).isEmpty();
    }
}
