package io.caiman.replay.dataset;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Slot;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * KuaiRand's table of basic video features: the slots of each video.
 *
 * <ul>
 *   <li>{@code author}, {@code music}: the ids
 *   <li>{@code video_type}, {@code upload_type}, {@code music_type}: one of a few values
 *   <li>{@code tag}: one or more ids
 *   <li>{@code video_duration}: bucket by powers of two: 0 below one second, else 1 + floor(log2(whole seconds)), so 5 is 16
 *       to 31 seconds
 * </ul>
 *
 * <p>Memory: 36 bytes a video in primitive arrays: 158 MB for the 4.4 million videos of KuaiRand-1K, 1.2 GB for the 32
 * million of KuaiRand-27K. Looking up is one comparison where ids count up from 0, as the published files have them, and a
 * binary search otherwise.
 */
final class KuaiRandVideos {

    private static final List<String> COLUMNS = List.of(
            "video_id", "author_id", "music_id", "video_type", "upload_type", "music_type", "video_duration", "tag");
    private static final long LARGEST_ID = Integer.MAX_VALUE;
    private static final long LONGEST_DURATION_MS = 1L << 40;
    private static final long ABSENT = Long.MIN_VALUE;
    private static final long ROW_MASK = 0xFFFF_FFFFL;

    private final SlotDictionary videoTypes = new SlotDictionary("video_type");
    private final SlotDictionary uploadTypes = new SlotDictionary("upload_type");
    private final SlotDictionary musicTypes = new SlotDictionary("music_type");
    private final SlotDictionary durations = new SlotDictionary("video_duration");
    private final SlotDictionary tags = new SlotDictionary("tag");

    /** Sorted: the id in the upper half, its row in the lower. */
    private final long[] idsAndRows;

    private final long[] authors;
    private final long[] music;
    private final char[] videoType;
    private final char[] uploadType;
    private final char[] musicType;
    private final char[] duration;
    private final int[] tag;
    private int rows;

    KuaiRandVideos(List<Path> files) {
        long lines = files.stream().mapToLong(SideTable::lines).sum();
        if (lines > Integer.MAX_VALUE) {
            throw new DatasetException("%s: %d videos are more than fit one machine's memory".formatted(files, lines));
        }
        int capacity = (int) lines;
        idsAndRows = new long[capacity];
        authors = new long[capacity];
        music = new long[capacity];
        videoType = new char[capacity];
        uploadType = new char[capacity];
        musicType = new char[capacity];
        duration = new char[capacity];
        tag = new int[capacity];
        for (Path file : files) {
            SideTable.read(file, COLUMNS, this::add);
        }
        Arrays.sort(idsAndRows, 0, rows);
    }

    private void add(DelimitedLine row) throws MalformedLineException {
        idsAndRows[rows] = row.whole(0, LARGEST_ID) << Integer.SIZE | rows;
        authors[rows] = id(row, 1);
        music[rows] = id(row, 2);
        videoType[rows] = small(videoTypes.code(row.text(3)), row, 3);
        uploadType[rows] = small(uploadTypes.code(row.text(4)), row, 4);
        musicType[rows] = small(musicTypes.code(row.text(5)), row, 5);
        duration[rows] = small(durationCode(row), row, 6);
        tag[rows] = tags.codeOfList(row.text(7));
        rows++;
    }

    private static long id(DelimitedLine row, int column) {
        return row.isBlank(column) ? ABSENT : SlotIds.of(row.text(column));
    }

    private static char small(int code, DelimitedLine row, int column) throws MalformedLineException {
        if (code > Character.MAX_VALUE) {
            throw row.malformed(column, "one of at most 65,535 different values");
        }
        return (char) code;
    }

    private int durationCode(DelimitedLine row) throws MalformedLineException {
        if (row.isBlank(6)) {
            return 0;
        }
        long seconds = row.whole(6, LONGEST_DURATION_MS) / 1000;
        return durations.code(Integer.toString(Long.SIZE - Long.numberOfLeadingZeros(seconds)));
    }

    /** Number of videos. */
    int size() {
        return rows;
    }

    /** Adds the slots of a video to a list; false where the table does not have the video. */
    boolean addSlots(long video, List<Slot> target) {
        int row = row(video);
        if (row < 0) {
            return false;
        }
        if (authors[row] != ABSENT) {
            target.add(SlotIds.slot("author", authors[row]));
        }
        if (music[row] != ABSENT) {
            target.add(SlotIds.slot("music", music[row]));
        }
        videoTypes.addTo(target, videoType[row]);
        uploadTypes.addTo(target, uploadType[row]);
        musicTypes.addTo(target, musicType[row]);
        durations.addTo(target, duration[row]);
        tags.addTo(target, tag[row]);
        return true;
    }

    private int row(long video) {
        if (video < 0 || video > LARGEST_ID) {
            return -1;
        }
        if (video < rows && idsAndRows[(int) video] >>> Integer.SIZE == video) {
            return (int) (idsAndRows[(int) video] & ROW_MASK);
        }
        int at = Arrays.binarySearch(idsAndRows, 0, rows, video << Integer.SIZE);
        int place = at >= 0 ? at : -at - 1;
        boolean found = place < rows && idsAndRows[place] >>> Integer.SIZE == video;
        return found ? (int) (idsAndRows[place] & ROW_MASK) : -1;
    }
}
