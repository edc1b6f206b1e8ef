package io.caiman.local.compare;

import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowKeys;
import io.caiman.schemas.avro.Impression;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The items of a log, numbered as they come, and how often each was learned from. */
final class ItemFrequencies {

    private static final int FIRST_ITEMS = 1 << 12;

    private final KeyIndex items = new KeyIndex(FIRST_ITEMS);
    private int[] learned = new int[FIRST_ITEMS];

    /** The number of an impression's item, which is counted if it is learned from. */
    int see(Impression impression, Part part) {
        int item = items.add(RowKeys.ofText(CompareOptions.ITEM, impression.getItem()));
        if (item >= learned.length) {
            learned = Arrays.copyOf(learned, 2 * learned.length);
        }
        if (part != Part.SCORE) {
            learned[item]++;
        }
        return item;
    }

    /** The items that were learned from, by frequency. */
    RankedItems ranked() {
        int[] byFrequency = IntStream.range(0, items.size())
                .filter(item -> learned[item] > 0)
                .boxed()
                .sorted(Comparator.comparingInt(item -> learned[item]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new RankedItems(
                Arrays.stream(byFrequency).mapToLong(item -> items.keys()[item]).toArray(),
                Arrays.stream(byFrequency).map(item -> learned[item]).toArray());
    }
}
