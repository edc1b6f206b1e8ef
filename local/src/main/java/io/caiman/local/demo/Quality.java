package io.caiman.local.demo;

import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.Figures;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Scores collected one by one, and their exact figures, by domain and over all domains. */
final class Quality {

    private static final int FIRST_SCORES = 1 << 12;

    private final Map<String, Integer> userNumbers = new HashMap<>();
    private final Map<String, Integer> domainNumbers = new LinkedHashMap<>();
    private int size;
    private int[] users = new int[FIRST_SCORES];
    private int[] domains = new int[FIRST_SCORES];
    private double[] scores = new double[FIRST_SCORES];
    private boolean[] labels = new boolean[FIRST_SCORES];

    void add(String domain, String user, double score, boolean label) {
        if (size == scores.length) {
            users = Arrays.copyOf(users, 2 * size);
            domains = Arrays.copyOf(domains, 2 * size);
            scores = Arrays.copyOf(scores, 2 * size);
            labels = Arrays.copyOf(labels, 2 * size);
        }
        users[size] = number(userNumbers, user);
        domains[size] = number(domainNumbers, domain);
        scores[size] = score;
        labels[size] = label;
        size++;
    }

    private static int number(Map<String, Integer> numbers, String name) {
        return numbers.computeIfAbsent(name, any -> numbers.size());
    }

    /** The figures over all domains. */
    Figures overall() {
        return figures(-1);
    }

    /** The domains that occurred, in order of appearance. */
    Set<String> domainNames() {
        return Collections.unmodifiableSet(domainNumbers.keySet());
    }

    /** The figures of each of these domains; those of one that did not occur are undefined. */
    List<DomainFigures> domains(List<String> names) {
        return names.stream()
                .map(name -> new DomainFigures(
                        name,
                        domainNumbers.containsKey(name) ? figures(domainNumbers.getOrDefault(name, -1)) : Figures.NONE))
                .toList();
    }

    private Figures figures(int domain) {
        int[] someUsers = new int[size];
        double[] someScores = new double[size];
        boolean[] someLabels = new boolean[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (domain < 0 || domains[i] == domain) {
                someUsers[count] = users[i];
                someScores[count] = scores[i];
                someLabels[count] = labels[i];
                count++;
            }
        }
        return Figures.exactly(
                Arrays.copyOf(someUsers, count), Arrays.copyOf(someScores, count), Arrays.copyOf(someLabels, count));
    }
}
