package io.caiman.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How fast logs of full size are prepared and replayed, and in how much memory: one shaped like KuaiRand-1K (11.7 million
 * impressions, 4.37 million videos), one like Ali-CCP (20 million samples). The logs are made first. {@code prepare},
 * {@code replay} and the broker are processes of their own, as they would be; the first two get a heap of 1 GB.
 *
 * <p>Arguments: a folder with 60 GB of room, and by what to multiply the numbers of impressions, by default 1.
 */
public final class ReplayTable {

    private static final int KUAIRAND_IMPRESSIONS = 11_700_000;
    private static final int ALICCP_SAMPLES = 20_000_000;
    private static final String HEAP = "-Xmx1g";
    private static final Pattern SUMMARY =
            Pattern.compile("([\\d,]+) impressions sent in ([\\d.]+) s \\(([\\d,]+)/s\\)");
    private static final Pattern PREPARED = Pattern.compile("([\\d,]+) impressions and .* \\(([\\d,]+) lines/s\\)");
    private static final int KIB = 1024;

    private ReplayTable() {}

    /** What a process wrote, how long it took and the most memory it had. */
    private record Run(String output, double seconds, long residentMib) {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        double scale = args.length > 1 ? Double.parseDouble(args[1]) : 1;
        Path kuairand = folder.resolve("kuairand");
        if (!Files.exists(kuairand)) {
            ShapedLogs.kuaiRand(kuairand, (int) (scale * KUAIRAND_IMPRESSIONS));
        }
        measure(folder, "kuairand", List.of("--dataset", "kuairand", "--data", kuairand.toString()));
        Path aliccp = folder.resolve("aliccp");
        if (!Files.exists(aliccp)) {
            ShapedLogs.aliCcp(aliccp, (int) (scale * ALICCP_SAMPLES));
        }
        measure(folder, "aliccp", List.of("--dataset", "aliccp", "--data", aliccp.toString()));
    }

    private static void measure(Path folder, String name, List<String> log) throws Exception {
        Path prepared = folder.resolve(name + "-prepared");
        BrokerProcess.delete(prepared);
        List<String> prepare = new ArrayList<>(List.of("prepare", "--to", prepared.toString()));
        prepare.addAll(log);
        Run preparing = run(folder, prepare);
        Matcher lines = match(PREPARED, preparing.output);
        System.out.printf(
                Locale.ROOT,
                "%s: prepared %s impressions in %.0f s, %s lines/s, %,d MiB resident at most; %,d MiB of files from %,d MiB%n",
                name,
                lines.group(1),
                preparing.seconds,
                lines.group(2),
                preparing.residentMib,
                mebibytes(prepared),
                mebibytes(folder.resolve(name)));
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            List<String> replay = List.of(
                    "replay",
                    "--dataset",
                    "prepared",
                    "--data",
                    prepared.toString(),
                    "--bootstrap-servers",
                    broker.address());
            Run replaying = run(folder, replay);
            Matcher summary = match(SUMMARY, replaying.output);
            System.out.printf(
                    Locale.ROOT,
                    "%s: replayed %s impressions in %s s, %s impressions/s, %,d MiB resident at most; %,d MiB in the topic%n",
                    name,
                    summary.group(1),
                    summary.group(2),
                    summary.group(3),
                    replaying.residentMib,
                    mebibytes(broker.folder()));
            Run again = run(folder, replay);
            System.out.printf(
                    Locale.ROOT,
                    "%s: found to be there already in %.1f s: %s%n",
                    name,
                    again.seconds,
                    match(SUMMARY, again.output).group());
        } finally {
            BrokerProcess.delete(prepared);
        }
    }

    private static Matcher match(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("no '%s' in%n%s".formatted(pattern, output));
        }
        return matcher;
    }

    private static Run run(Path folder, List<String> command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(HEAP, "-XX:+UseParallelGC", "io.caiman.local.Caiman"));
        arguments.addAll(command);
        long start = System.nanoTime();
        Process process = BrokerProcess.java(folder, arguments);
        StringBuilder output = new StringBuilder();
        Thread reader = new Thread(
                () -> process.inputReader(StandardCharsets.UTF_8)
                        .lines()
                        .forEach(line -> output.append(line).append('\n')),
                "output");
        reader.start();
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        long residentMib = 0;
        while (process.isAlive()) {
            residentMib = Math.max(residentMib, residentMib(status));
            Thread.sleep(50);
        }
        reader.join();
        if (process.exitValue() != 0) {
            throw new IllegalStateException(command + " failed:\n" + output);
        }
        return new Run(output.toString(), (System.nanoTime() - start) / 1e9, residentMib);
    }

    /** The most memory a process had so far; 0 where the system does not tell, or no longer. */
    private static long residentMib(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private static long mebibytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum()
                    / (KIB * KIB);
        }
    }
}
