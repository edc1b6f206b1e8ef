package io.caiman.local.compare;

import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowKeys;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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

    private final List<String> tasks;

    private int size;
    private int[] users = new int[FIRST];
    private int[] objects = new int[FIRST];
    private int[] domains = new int[FIRST];
    /** {@code [impressions, tasks]}. */
    private final BitSet labelled = new BitSet();

    private final BitSet labels = new BitSet();

    /**
     * @param domainNames numbered by their place; further ones follow as they come
     * @param tasks numbered by their place
     * @param conflictOn which objects to number: items, or the first ids of this slot
     */
    ScoredImpressions(List<String> domainNames, List<String> tasks, String conflictOn) {
        this.domainNames = new ArrayList<>(domainNames);
        this.tasks = List.copyOf(tasks);
        this.conflictOn = conflictOn;
        domainNames.forEach(name -> domainNumbers.put(name, domainNumbers.size()));
    }

    /**
     * @param item the number of its item
     */
    void add(Impression impression, int item) {
        if (size == users.length) {
            users = Arrays.copyOf(users, 2 * size);
            objects = Arrays.copyOf(objects, 2 * size);
            domains = Arrays.copyOf(domains, 2 * size);
        }
        users[size] = userNumbers.add(RowKeys.hash(impression.getUser()));
        objects[size] = conflictOn.equals(CompareOptions.ITEM) ? item : firstId(impression);
        domains[size] = domainNumbers.computeIfAbsent(impression.getDomain(), name -> {
            domainNames.add(name);
            return domainNames.size() - 1;
        });
        for (int task = 0; task < tasks.size(); task++) {
            Boolean label = impression.getLabels().get(tasks.get(task));
            labelled.set(size * tasks.size() + task, label != null);
            labels.set(size * tasks.size() + task, label != null && label);
        }
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

    /** Names of the tasks by number. */
    List<String> tasks() {
        return tasks;
    }

    /** Whether the impression has a label of the task. */
    boolean isLabelled(int impression, int task) {
        return labelled.get(impression * tasks.size() + task);
    }

    /** What the impression is labelled for the task; false where it {@link #isLabelled} not. */
    boolean label(int impression, int task) {
        return labels.get(impression * tasks.size() + task);
    }
}
