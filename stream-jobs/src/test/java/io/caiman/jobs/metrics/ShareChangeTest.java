package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.ScoredLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ShareChangeTest {

    private static final double TOLERANCE = 1e-9;
    private static final int PANES = 12;
    private static final long USER = 7;

    private record Scored(double score, boolean label, long pane, int domain, boolean isNew) {}

    @Test
    void the_change_between_any_two_parts_of_a_users_scores_is_that_of_computing_both_anew() {
        ShareChange change = new ShareChange();
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            TaskGains task = task(1 + random.nextInt(20));
            UserScores scores = new UserScores(USER, task);
            List<Scored> all = new ArrayList<>();
            add(all, scores, random, random.nextInt(60), false);
            scores.rank();
            scores.settle();
            add(all, scores, random, random.nextInt(60), true);
            scores.rank();
            for (int trial = 0; trial < 10; trial++) {
                long from = random.nextInt(PANES);
                long to = random.nextInt(PANES);
                boolean withNew = random.nextBoolean();
                change.compute(
                        scores,
                        new ShareChange.Part(UserScores.firstStamp(from), UserScores.firstStamp(from + 4), withNew),
                        new ShareChange.Part(UserScores.firstStamp(to), UserScores.firstStamp(to + 5), true));
                Predicate<Scored> before = s -> s.pane >= from && s.pane < from + 4 && (withNew || !s.isNew);
                Predicate<Scored> after = s -> s.pane >= to && s.pane < to + 5;
                assertChange(change, task, all, before, after);
            }
        }
    }

    @Test
    void scores_of_dropped_panes_count_no_longer_and_the_others_as_before() {
        Random random = new Random(1);
        TaskGains task = task(3);
        UserScores scores = new UserScores(USER, task);
        List<Scored> all = new ArrayList<>();
        add(all, scores, random, 200, true);
        scores.rank();
        scores.dropBefore(6);
        List<Scored> kept = all.stream().filter(s -> s.pane >= 6).toList();
        assertThat(scores.size()).isEqualTo(kept.size()).isPositive();
        ShareChange change = new ShareChange();
        change.compute(scores, new ShareChange.Part(0, 0, true), ShareChange.Part.ALL);
        assertChange(change, task, kept, s -> false, s -> true);
    }

    private static TaskGains task(int domains) {
        TaskGains task = new TaskGains(0, new GroupGains(1, false).add(Scope.overall("m", "t")));
        for (int domain = 0; domain < domains; domain++) {
            task.add(new GroupGains(1, false).add(Scope.ofDomain("m", "t", "d" + domain)));
        }
        return task;
    }

    private static void add(List<Scored> all, UserScores scores, Random random, int count, boolean isNew) {
        for (int i = 0; i < count; i++) {
            int domains = scores.task().domains();
            Scored one = new Scored(
                    random.nextInt(15) / 14.0,
                    random.nextInt(3) == 0,
                    random.nextInt(PANES),
                    random.nextInt(domains),
                    isNew);
            all.add(one);
            scores.add(ScoredLabel.encode(one.score, one.label), one.pane, one.domain, false);
        }
    }

    private static void assertChange(
            ShareChange change, TaskGains task, List<Scored> all, Predicate<Scored> before, Predicate<Scored> after) {
        List<Scope> told = new ArrayList<>();
        for (int i = 0; i < change.scopes(); i++) {
            Scope scope = change.scope(task, i).names().scope();
            told.add(scope);
            ShareSum sum = new ShareSum();
            change.addTo(sum, i, 1);
            assertNear(sum.toGroupedAuc(), expected(all, scope, before, after));
            change.addTo(sum, i, -1);
            assertNear(sum.toGroupedAuc(), GroupedAuc.NONE);
        }
        assertThat(told).doesNotHaveDuplicates();
        // Of those it is silent about nothing changes.
        for (int domain = 0; domain < task.domains(); domain++) {
            Scope scope = task.domain(domain).names().scope();
            if (!told.contains(scope)) {
                assertNear(GroupedAuc.NONE, expected(all, scope, before, after));
            }
        }
    }

    private static GroupedAuc expected(
            List<Scored> all, Scope scope, Predicate<Scored> before, Predicate<Scored> after) {
        Predicate<Scored> own = s -> scope.isOverall() || scope.domain().equals(Optional.of("d" + s.domain));
        return grouped(all.stream().filter(own.and(after)).toList())
                .minus(grouped(all.stream().filter(own.and(before)).toList()));
    }

    private static GroupedAuc grouped(List<Scored> scored) {
        boolean[] labels = new boolean[scored.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = scored.get(i).label;
        }
        return GroupedAuc.of(
                new int[labels.length],
                scored.stream().mapToDouble(Scored::score).toArray(),
                labels);
    }

    private static void assertNear(GroupedAuc actual, GroupedAuc expected) {
        assertThat(actual.users()).isEqualTo(expected.users());
        assertThat(actual.impressions()).isEqualTo(expected.impressions());
        assertThat(actual.weightedAuc()).isCloseTo(expected.weightedAuc(), Offset.offset(TOLERANCE));
    }
}
