package io.caiman.replay.inspect;

import io.caiman.replay.dataset.LineCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** An inspection as text for a terminal. */
public final class InspectionReport {

    private static final int BAR = 24;
    private static final int MOST_BINS = 24;
    private static final long HOUR_MS = 3_600_000;

    private final StringBuilder text = new StringBuilder();
    private final LogInspection log;

    private InspectionReport(LogInspection log) {
        this.log = log;
    }

    /**
     * The report.
     *
     * @param name of the dataset
     * @param counts what became of the lines of the log
     */
    public static String of(String name, LogInspection log, LineCounts counts) {
        InspectionReport report = new InspectionReport(log);
        report.summary(name, counts);
        report.domains();
        report.users();
        report.slots();
        report.times();
        report.bad(counts);
        return report.text.toString();
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append(System.lineSeparator());
    }

    private void summary(String name, LineCounts counts) {
        line(
                "%s: %,d lines read: %,d impressions, %,d bad, %,d left out by options",
                name, counts.read(), counts.impressions(), counts.bad(), counts.filtered());
        line("%,d users, %,d items", log.users(), log.items());
        if (log.firstMs().isPresent()) {
            line(
                    "%s to %s",
                    Instant.ofEpochMilli(log.firstMs().getAsLong()),
                    Instant.ofEpochMilli(log.lastMs().getAsLong()));
        }
        if (counts.withoutFeatures() > 0) {
            line("%,d impressions of users or items that the side tables lack", counts.withoutFeatures());
        }
    }

    private void domains() {
        line("");
        StringBuilder header = new StringBuilder(
                String.format("%-16s %13s %8s  %-" + BAR + "s", "domain", "impressions", "share", ""));
        log.all().tasks().forEach(task -> header.append(String.format(" %12s", task)));
        line("%s", header);
        log.domains().forEach(this::domain);
        domain("all", log.all());
    }

    private void domain(String name, Tally tally) {
        double share = log.all().impressions() == 0
                ? 0
                : (double) tally.impressions() / log.all().impressions();
        StringBuilder rates = new StringBuilder();
        log.all().tasks().forEach(task -> rates.append(String.format(" %12s", percent(tally.rate(task)))));
        line("%-16s %,13d %7.2f%%  %-" + BAR + "s%s", name, tally.impressions(), 100 * share, bar(share), rates);
    }

    private void users() {
        line("");
        line("%-16s %13s", "task", "users with both a positive and a negative");
        for (String task : log.all().tasks()) {
            line("%-16s %,13d of %,d", task, log.usersWithBoth(task), log.users());
        }
    }

    private void slots() {
        if (log.slots().isEmpty()) {
            return;
        }
        line("");
        line("%-32s %14s %14s %12s", "slot", "impressions", "ids in each", "distinct ids");
        for (Map.Entry<String, LogInspection.SlotUse> slot : log.slots().entrySet()) {
            LogInspection.SlotUse use = slot.getValue();
            line(
                    "%-32s %13.2f%% %14.2f %,12d",
                    slot.getKey(),
                    100.0 * use.impressions() / log.all().impressions(),
                    (double) use.ids() / use.impressions(),
                    use.distinct());
        }
    }

    /** Impressions over time, in at most so many bins of equal length. */
    private void times() {
        if (log.hours().isEmpty()) {
            return;
        }
        long first = log.hours().firstKey();
        long hours = log.hours().lastKey() - first + 1;
        long width = (hours + MOST_BINS - 1) / MOST_BINS;
        List<Long> bins = new ArrayList<>(Collections.nCopies((int) ((hours + width - 1) / width), 0L));
        log.hours().forEach((hour, impressions) -> {
            int bin = (int) ((hour - first) / width);
            bins.set(bin, bins.get(bin) + impressions);
        });
        long most = Collections.max(bins);
        line("");
        line("impressions in each %,d h", width);
        for (int bin = 0; bin < bins.size(); bin++) {
            line(
                    "%-20s %,13d  %s",
                    Instant.ofEpochMilli((first + bin * width) * HOUR_MS),
                    bins.get(bin),
                    bar((double) bins.get(bin) / most));
        }
    }

    private void bad(LineCounts counts) {
        line("");
        if (log.bad() == 0) {
            line("no bad lines");
            return;
        }
        line("%,d bad lines, %.4f%% of those read", log.bad(), 100.0 * log.bad() / counts.read());
        log.reasons()
                .forEach((reason, lines) ->
                        line("%,13d  %s%n%15sfirst: %s", lines.lines(), reason, "", lines.example()));
    }

    private static String bar(double share) {
        return "█".repeat((int) Math.round(share * BAR));
    }

    private static String percent(OptionalDouble rate) {
        return rate.isPresent() ? String.format(Locale.ROOT, "%.2f%%", 100 * rate.getAsDouble()) : "-";
    }
}
