package io.caiman.local.compare;

import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowKeys;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The impressions whose scores count, in the order of the log, as columns: whatever figures need of them besides the scores.
 * Users, objects and domains are numbers.
 */
final class ScoredImpressions {

    private static final int FIRST = 1 << 12;

    private final String conflictOn;
    private final Map<String, Integer> domainNumbers = new HashMap<>();
    private final List<String> domainNames;
    private final KeyIndex userNumbers = new KeyIndex(FIRST);
    private final KeyIndex objectNumbers = new KeyIndex(FIRST);

    private int size;
    private int[] users = new int[FIRST];
    private int[] objects = new int[FIRST];
    private int[] domains = new int[FIRST];
    private boolean[] labels = new boolean[FIRST];

    /**
     * @param domainNames numbered by their place; further ones follow as they come
     * @param conflictOn which objects to number: items, or the first ids of this slot
     */
    ScoredImpressions(List<String> domainNames, String conflictOn) {
        this.domainNames = new ArrayList<>(domainNames);
        this.conflictOn = conflictOn;
        domainNames.forEach(name -> domainNumbers.put(name, domainNumbers.size()));
    }

    /**
     * @param item the number of its item
     */
    void add(Impression impression, int item, boolean label) {
        if (size == users.length) {
            users = Arrays.copyOf(users, 2 * size);
            objects = Arrays.copyOf(objects, 2 * size);
            domains = Arrays.copyOf(domains, 2 * size);
            labels = Arrays.copyOf(labels, 2 * size);
        }
        users[size] = userNumbers.add(RowKeys.hash(impression.getUser()));
        objects[size] = conflictOn.equals(CompareOptions.ITEM) ? item : firstId(impression);
        domains[size] = domainNumbers.computeIfAbsent(impression.getDomain(), name -> {
            domainNames.add(name);
            return domainNames.size() - 1;
        });
        labels[size] = label;
        size++;
    }

    /** An impression without the slot has an object of its own, about which there is no conflict. */
    private int firstId(Impression impression) {
        for (Slot slot : impression.getSlots()) {
            if (slot.getName().equals(conflictOn) && !slot.getIds().isEmpty()) {
                return objectNumbers.add(slot.getIds().get(0));
            }
        }
        return -1 - size;
    }

    int size() {
        return size;
    }

    /** Names of the domains by number. */
    List<String> domainNames() {
        return List.copyOf(domainNames);
    }

    int user(int impression) {
        return users[impression];
    }

    int object(int impression) {
        return objects[impression];
    }

    int domain(int impression) {
        return domains[impression];
    }

    boolean label(int impression) {
        return labels[impression];
    }
}
