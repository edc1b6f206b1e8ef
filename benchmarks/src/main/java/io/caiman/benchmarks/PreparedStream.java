package io.caiman.benchmarks;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ObjIntConsumer;

/**
 * Made-up impressions of {@link StepShape}'s features and domains in a file that programs in other languages read too:
 * 32-bit integers, the highest byte first, for each impression its domain, its label and an id of each feature. Ids are drawn
 * by Zipf's law, users and items from 100,000 and those of other features from 10,000.
 *
 * @param impressions how many there are
 */
record PreparedStream(Path file, int impressions) {

    private static final int USERS_AND_ITEMS = 100_000;
    private static final int IDS = 10_000;
    private static final double CLICKS = 0.3;
    private static final int INTS = 2 + StepShape.FEATURES;
    private static final long FIRST_TIME = 1_700_000_000_000L;
    private static final int FLUSH = 1 << 16;

    /** The file of so many impressions in a folder, written if it is not there. */
    static PreparedStream in(Path folder, int impressions) throws IOException {
        Path file = folder.resolve("impressions-" + impressions + ".bin");
        if (!Files.exists(file)) {
            Path making = folder.resolve(file.getFileName() + ".making");
            write(making, impressions);
            Files.move(making, file);
        }
        return new PreparedStream(file, impressions);
    }

    private static void write(Path file, int impressions) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Zipf many = new Zipf(USERS_AND_ITEMS);
        Zipf few = new Zipf(IDS);
        ByteBuffer buffer = ByteBuffer.allocate(FLUSH);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (int i = 0; i < impressions; i++) {
                if (buffer.remaining() < INTS * Integer.BYTES) {
                    drain(buffer, channel);
                }
                int domain = random.nextInt(StepShape.DOMAINS.size());
                buffer.putInt(domain).putInt(random.nextDouble() < CLICKS ? 1 : 0);
                buffer.putInt(many.draw(random)).putInt(many.draw(random)).putInt(domain);
                for (int feature = StepShape.FIRST_SLOT; feature < StepShape.FEATURES; feature++) {
                    buffer.putInt(few.draw(random));
                }
            }
            drain(buffer, channel);
        }
    }

    private static void drain(ByteBuffer buffer, FileChannel channel) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    /** Encodes every impression, in order; all go to partition 0. */
    void send(ObjIntConsumer<byte[]> topic) {
        RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), FLUSH))) {
            for (int i = 0; i < impressions; i++) {
                String domain = StepShape.DOMAINS.get(in.readInt());
                boolean click = in.readInt() == 1;
                String user = "user-" + in.readInt();
                String item = "item-" + in.readInt();
                in.readInt(); // The feature domain is a field of the impression.
                List<Slot> slots = new ArrayList<>();
                for (int feature = StepShape.FIRST_SLOT; feature < StepShape.FEATURES; feature++) {
                    slots.add(new Slot("f" + feature, List.of((long) in.readInt()), List.of()));
                }
                Impression impression = Impression.newBuilder()
                        .setId("impression-" + i)
                        .setEventTimeMs(FIRST_TIME + i)
                        .setUser(user)
                        .setItem(item)
                        .setDomain(domain)
                        .setSlots(slots)
                        .setLabels(Map.of("click", click))
                        .build();
                topic.accept(codec.encode(impression), 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
