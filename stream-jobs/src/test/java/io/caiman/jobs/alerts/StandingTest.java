package io.caiman.jobs.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.alerts.Finding.Verdict;
import io.caiman.schemas.avro.AlertState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandingTest {

    private static final List<Verdict> VERDICTS = List.of(Verdict.values());

    private record Told(AlertState state, int at, long sinceMs) {}

    private static Finding finding(Verdict verdict) {
        return new Finding(verdict, OptionalDouble.empty(), OptionalDouble.empty(), "");
    }

    private static List<Told> told(List<Verdict> verdicts, AlertRule.Patience patience) {
        List<Told> told = new ArrayList<>();
        Standing standing = Standing.CALM;
        for (int at = 0; at < verdicts.size(); at++) {
            Standing now = standing.after(finding(verdicts.get(at)), patience, at);
            int when = at;
            long since = now.sinceMs();
            now.changedFrom(standing).ifPresent(state -> told.add(new Told(state, when, since)));
            standing = now;
        }
        return told;
    }

    /** By looking back from each moment over all that was. */
    private static List<Told> slowly(List<Verdict> verdicts, AlertRule.Patience patience) {
        List<Told> told = new ArrayList<>();
        boolean raised = false;
        int changed = -1;
        long since = 0;
        for (int at = 0; at < verdicts.size(); at++) {
            int needed = raised ? patience.clearAfter() : patience.raiseAfter();
            Verdict wanted = raised ? Verdict.OVER : Verdict.HOLDS;
            int first = at - needed + 1;
            if (first > changed && verdicts.subList(first, at + 1).stream().allMatch(verdict -> verdict == wanted)) {
                raised = !raised;
                changed = at;
                since = raised ? first : since;
                told.add(new Told(raised ? AlertState.RAISED : AlertState.CLEARED, at, since));
            }
        }
        return told;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "3, 1", "1, 4"})
    void changes_are_told_when_enough_looks_in_a_row_speak_for_them(int raiseAfter, int clearAfter) {
        AlertRule.Patience patience = new AlertRule.Patience(raiseAfter, clearAfter);
        Random random = new Random(raiseAfter * 10L + clearAfter);
        int changes = 0;
        for (int round = 0; round < 500; round++) {
            List<Verdict> verdicts = new ArrayList<>();
            Verdict last = Verdict.OVER;
            for (int look = 0; look < 60; look++) {
                last = random.nextInt(3) == 0 ? VERDICTS.get(random.nextInt(VERDICTS.size())) : last;
                verdicts.add(last);
            }
            List<Told> told = told(verdicts, patience);
            assertThat(told).isEqualTo(slowly(verdicts, patience));
            changes += told.size();
        }
        assertThat(changes).isGreaterThan(1_000);
    }

    @Test
    void a_figure_that_wavers_around_its_limit_is_told_of_once() {
        Random random = new Random(3);
        List<Verdict> verdicts = new ArrayList<>();
        for (int look = 0; look < 10_000; look++) {
            double wavering = 1 + 0.05 * random.nextGaussian();
            verdicts.add(Finding.above(wavering, 1, AlertRule.OVER_SHARE, "").verdict());
        }
        assertThat(told(verdicts, new AlertRule.Patience(2, 3))).hasSize(1);
    }

    @Test
    void a_calm_standing_need_not_be_remembered() {
        AlertRule.Patience patience = new AlertRule.Patience(2, 1);
        Standing once = Standing.CALM.after(finding(Verdict.HOLDS), patience, 5);
        assertThat(once.isCalm()).isFalse();
        assertThat(once.after(finding(Verdict.BETWEEN), patience, 6)).isEqualTo(Standing.CALM);
        Standing raised = once.after(finding(Verdict.HOLDS), patience, 6);
        assertThat(raised.raised()).isTrue();
        assertThat(raised.after(finding(Verdict.OVER), patience, 7).isCalm()).isTrue();
    }
}
