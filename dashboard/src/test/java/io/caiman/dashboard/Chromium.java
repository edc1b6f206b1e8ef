package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless browser. */
final class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it; skips the test where Debian's chromium and chromium-driver are not installed. */
    static Chromium open(Path downloads) {
        Optional<Path> browser = onPath("chromium");
        Optional<Path> chromedriver = onPath("chromedriver");
        assumeTrue(
                browser.isPresent() && chromedriver.isPresent(),
                "no chromium or chromedriver on the PATH: install Debian's chromium and chromium-driver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.orElseThrow().toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        options.addArguments("--window-size=1300,1000");
        options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads.toString()));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        return new Chromium(new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                        .build(),
                options));
    }

    private static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Loads a dashboard's page with a view such as {@code #/domains?window=1h}. */
    void show(URI address, String view) {
        driver.get("about:blank"); // else another view of the page there would not load it anew
        driver.get(address + view);
    }

    void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** Texts of the elements; read at once, as the page changes them while it is read. */
    List<String> texts(String selector) {
        Object texts = Objects.requireNonNull(
                run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector));
        return ((List<?>) texts).stream().map(String::valueOf).toList();
    }

    String text(String selector) {
        return String.join("\n", texts(selector));
    }

    @Nullable
    Object run(String script, Object... arguments) {
        return ((JavascriptExecutor) driver).executeScript(script, arguments);
    }

    String view() {
        return String.valueOf(run("return location.hash"));
    }

    void click(String selector) {
        run("document.querySelector(arguments[0]).click()", selector);
    }

    static void until(ThrowingCallable asserted) {
        await().atMost(PATIENCE).ignoreNoExceptions().untilAsserted(asserted::call);
    }

    /** Errors and warnings that the page wrote to the console, or that the browser wrote about it. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    void hasNothingToComplainOf() {
        assertThat(complaints()).isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
