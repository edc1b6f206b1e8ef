package io.caiman.dashboard;

import static io.caiman.dashboard.Chromium.until;
import static io.caiman.dashboard.PublishedFigures.cumulative;
import static io.caiman.dashboard.PublishedFigures.rolling;
import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The pages in a real browser. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PagesTest {

    private static final String HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>owned = 1</script>";
    private static final long HOUR = TimeUnit.HOURS.toMillis(1);
    private static final long START = 1_700_000_000_000L / HOUR * HOUR;
    private static final int WINDOWS = 6;

    @TempDir
    private static Path downloads;

    @SuppressWarnings("NullAway.Init") // set before all tests, which are skipped without it
    private static Chromium browser;

    private final LiveState state = new LiveState(System::nanoTime);
    private Dashboard dashboard = Dashboard.start("127.0.0.1", 0, Access.OPEN, state, new NoFeed());

    @BeforeAll
    static void open() {
        browser = Chromium.open(downloads);
    }

    @AfterAll
    static void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void answer() {
        state.status(FeedStatus.LIVE);
        browser.resize(1300, 1000);
        browser.complaints(); // of the test before
    }

    @AfterEach
    void close() {
        dashboard.close();
    }

    /** Six windows of three domains: one steady, one that gets worse, one with a hostile name. */
    private void publish() {
        for (int hour = 1; hour <= WINDOWS; hour++) {
            window(null, hour, 40_000, 0.72);
            window("steady", hour, 20_000, 0.74);
            window("falling", hour, 19_000, hour < WINDOWS ? 0.75 : 0.68);
            window(HOSTILE, hour, 1_000, hour == 3 ? null : 0.70);
        }
    }

    private void window(@Nullable String domain, int hour, long impressions, @Nullable Double auc) {
        long end = START + hour * HOUR;
        state.metrics(DomainMetrics.newBuilder(rolling(domain, end, impressions, auc))
                .setStartMs(end - HOUR)
                .build());
        state.metrics(cumulative(domain, end, hour * impressions, auc));
    }

    private void compare(String model, @Nullable String domain, @Nullable Double difference) {
        state.comparison(ModelComparison.newBuilder()
                .setBaseline("champion")
                .setModel(model)
                .setTask("click")
                .setDomain(domain)
                .setKind(WindowKind.CUMULATIVE)
                .setWindow("all")
                .setStartMs(0)
                .setEndMs(START)
                .setImpressions(1_000)
                .setPositives(500)
                .setUsers(90)
                .setBaselineAuc(difference == null ? null : 0.7)
                .setAuc(difference == null ? null : 0.7 + difference)
                .setDifference(difference)
                .setPValue(difference == null ? null : 0.001)
                .setLow(difference == null ? null : difference - 0.001)
                .setHigh(difference == null ? null : difference + 0.001)
                .setTooLittle(difference == null ? "only 3 positives" : null)
                .build());
    }

    private void publishEverything() {
        publish();
        compare("challenger", null, 0.01);
        compare("challenger", "steady", 0.02);
        compare("challenger", "falling", -0.01);
        compare("challenger", HOSTILE, null);
        state.health(HealthHistoryTest.report(10, HOSTILE, 1.5, 0.2));
        state.health(HealthHistoryTest.report(20, HOSTILE, 1.4, 0.1));
        state.alert(Alert.newBuilder()
                .setRule("AUC drop " + HOSTILE)
                .setState(AlertState.RAISED)
                .setSinceMs(START)
                .setTimeMs(START)
                .setMessage(HOSTILE)
                .build());
        state.traffic(new Traffic(
                List.of(new Traffic.Partition(0, 300_000, OptionalLong.of(START), false)),
                OptionalDouble.empty(),
                Optional.of(HOSTILE),
                Optional.of("abc"),
                List.of(new Traffic.Group("caiman-metrics.predictions", "predictions", 1_000, 250)),
                Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "domains", "leaderboard", "health", "replay"})
    void a_page_loads_without_a_complaint_and_shows_hostile_names_as_text(String page) {
        publishEverything();
        browser.show(dashboard.address(), "#/" + page);
        until(() -> assertThat(browser.text("#page-" + page + ", #page-" + page + " select"))
                .contains(HOSTILE));

        assertThat(browser.run("return document.querySelectorAll('main img[src=\"x\"], main script').length"))
                .isEqualTo(0L);
        assertThat(browser.run("return typeof owned")).isEqualTo("undefined");
        assertThat(browser.text("nav [aria-current=page]")).isNotEmpty();
        browser.hasNothingToComplainOf();
    }

    @Test
    void before_there_are_figures_the_page_says_what_it_waits_for() {
        state.status(new FeedStatus(FeedStatus.Condition.WAITING, "topic domain-metrics"));
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.text("#empty")).contains("Waiting for topic domain-metrics"));
        publish();
        until(() -> assertThat(browser.text("#tile-auc")).isEqualTo("0.7200"));
    }

    @Test
    void the_overview_says_which_domain_gets_worse_and_which_model_is_better() {
        publishEverything();
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.text("#verdict-domains"))
                .contains("Getting worse: falling (AUC \u22120.07")
                .doesNotContain("steady"));
        assertThat(browser.text("#verdict-models")).contains("Better model: challenger", "+0.0100 over champion");
        assertThat(browser.texts("#overview-table tbody tr:nth-child(3) td.worse"))
                .containsExactly("\u22120.0700");
        assertThat(browser.text("#alert-list")).contains("AUC drop");
    }

    @Test
    void figures_move_while_they_come_and_a_revised_window_replaces_its_point() {
        publish();
        browser.show(dashboard.address(), "#/domains");
        until(() -> assertThat(overallLine()).isEqualTo(WINDOWS + ": 0.72"));
        window(null, WINDOWS + 1, 40_000, 0.81);
        until(() -> assertThat(overallLine()).isEqualTo(WINDOWS + 1 + ": 0.81"));
        window(null, WINDOWS + 1, 40_001, 0.83);
        until(() -> assertThat(overallLine()).isEqualTo(WINDOWS + 1 + ": 0.83"));
        assertThat(browser.text("#domains-table tbody tr.overall")).contains("0.8300", "40,001");
        browser.hasNothingToComplainOf();
    }

    /** What the first chart draws for all domains: number of points, and the last value. */
    private String overallLine() {
        return String.valueOf(browser.run("""
                const chart = echarts.getInstanceByDom(document.getElementById("chart-0"));
                const line = chart?.getOption()?.series?.find(s => s.name === "All domains");
                return line ? `${line.data.length}: ${line.data[line.data.length - 1][1]}` : "no line";
                """));
    }

    @Test
    void an_undefined_figure_is_a_gap() {
        publish();
        browser.show(dashboard.address(), "#/domains?window=1h");
        until(() -> assertThat(browser.run("""
                        const chart = echarts.getInstanceByDom(document.getElementById("chart-0"));
                        const line = chart?.getOption()?.series?.find(s => s.name.startsWith("<img"));
                        return line ? line.data.map(([, v]) => v === null).join() + line.connectNulls : "no line";
                        """)).isEqualTo("false,false,true,false,false,falsefalse"));
    }

    @Test
    void the_leaderboard_sorts_by_a_models_difference_and_says_where_there_is_too_little() {
        publishEverything();
        browser.show(dashboard.address(), "#/leaderboard");
        until(() -> assertThat(browser.texts("#board tbody th")).hasSize(5));
        assertThat(browser.text("#board")).contains("+0.0200 *", "only 3 positives", "Mean rank");

        browser.click("#board [data-column=challenger]");
        assertThat(browser.texts("#board tbody th"))
                .containsExactly("All domains", "steady", "falling", HOSTILE, "Mean rank");
        browser.click("#board [data-column=challenger]");
        assertThat(browser.texts("#board tbody th"))
                .containsExactly("All domains", "falling", "steady", HOSTILE, "Mean rank");
        assertThat(browser.texts("#board th[aria-sort=ascending]")).containsExactly("challenger");
    }

    @Test
    void a_link_to_a_view_shows_the_same_view() {
        publish();
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.texts(".windows button")).isNotEmpty());
        browser.click("nav [data-page=domains]");
        until(() -> assertThat(browser.view()).isEqualTo("#/domains"));
        browser.run("[...document.querySelectorAll('#page-domains .windows button')].at(-1).click()");
        browser.run("document.querySelectorAll('#pairs button')[1].click()");
        browser.run("document.querySelectorAll('#legend button')[1].click()");
        String link = browser.view();
        List<String> pressed = browser.texts("#page-domains [aria-pressed=true]");
        assertThat(pressed).contains("Since the beginning", "Probabilities").doesNotContain("steady");

        browser.show(dashboard.address(), link);
        until(() ->
                assertThat(browser.texts("#page-domains [aria-pressed=true]")).containsExactlyElementsOf(pressed));
    }

    @Test
    void figures_are_saved_as_csv_with_names_that_no_spreadsheet_takes_for_a_formula() throws Exception {
        publish();
        window("=1+1", WINDOWS, 500, 0.6);
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.texts("#overview-table tbody tr")).hasSize(5));
        browser.click("#overview-csv");
        Path file = downloads.resolve("caiman-overview.csv");
        until(() -> assertThat(file).exists());
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).startsWith("domain,from,to,impressions");
        assertThat(lines).anyMatch(line -> line.startsWith("'=1+1,2023-11-15T"));
        assertThat(lines).anyMatch(line -> line.startsWith("\"<img src=x onerror=\"\"document"));
    }

    @Test
    void charts_are_saved_as_pictures() throws Exception {
        publish();
        browser.show(dashboard.address(), "#/domains");
        until(() -> assertThat(overallLine()).startsWith(WINDOWS + ":"));
        browser.click("#domains-png");
        until(() -> {
            try (Stream<Path> files = Files.list(downloads)) {
                assertThat(files.map(file -> file.getFileName().toString()).toList())
                        .contains("caiman-domains-1.png");
            }
        });
    }

    @Test
    void a_page_that_lost_its_dashboard_says_so_and_goes_on_by_itself() {
        publish();
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.text("#connection")).isEqualTo("live"));
        int port = dashboard.address().getPort();
        dashboard.close();
        until(() -> assertThat(browser.text("#notice")).contains("does not answer"));
        LiveState later = new LiveState(System::nanoTime);
        later.status(FeedStatus.LIVE);
        later.metrics(cumulative(null, START, 100, 0.9));
        dashboard = Dashboard.start("127.0.0.1", port, Access.OPEN, later, new NoFeed());
        until(() -> assertThat(browser.text("#tile-auc")).isEqualTo("0.9000"));
        assertThat(browser.text("#connection")).isEqualTo("live");
    }

    @Test
    void everything_can_be_reached_by_keyboard_and_a_phone_needs_no_sideways_scrolling() {
        publishEverything();
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.texts("#overview-table tbody tr")).hasSize(4));
        browser.find("body").sendKeys(Keys.TAB);
        assertThat(browser.run("return document.activeElement.className")).isEqualTo("skip");
        assertThat(
                        browser.run(
                                "return [...document.querySelectorAll('button, a, select, input')].filter(e => e.tabIndex < 0 || e.matches('a:not([href])')).length"))
                .isEqualTo(0L);

        browser.resize(400, 800);
        for (String page : List.of("overview", "domains", "leaderboard", "health", "replay")) {
            browser.show(dashboard.address(), "#/" + page);
            until(() -> assertThat(browser.run("return document.getElementById('page-" + page + "').hidden"))
                    .isEqualTo(false));
            assertThat(browser.run("const root = document.documentElement; return root.scrollWidth - root.clientWidth"))
                    .as(page)
                    .isEqualTo(0L);
        }
    }

    @Test
    void the_theme_is_chosen_and_remembered() {
        publish();
        browser.show(dashboard.address(), "");
        until(() -> assertThat(browser.texts("#overview-table tbody tr")).hasSize(4));
        browser.click("#theme");
        browser.click("#theme");
        String dark = background();
        browser.show(dashboard.address(), "");
        assertThat(background()).isEqualTo(dark);
        browser.click("#theme");
        browser.click("#theme");
        assertThat(browser.text("#theme")).isEqualTo("Theme: light");
        assertThat(background()).isNotEqualTo(dark);
    }

    private String background() {
        return String.valueOf(browser.run("return getComputedStyle(document.body).backgroundColor"));
    }
}
