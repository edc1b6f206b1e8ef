package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupedAucTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 50, 400})
    void gauc_is_the_mean_of_the_users_aucs_weighted_by_their_impressions(int users) {
        for (long seed = 0; seed < 10; seed++) {
            for (Sample sample :
                    new Sample[] {Sample.calibrated(seed, 400, users, -1, 2), Sample.tied(seed, 400, users)}) {
                assertThat(GroupedAuc.of(sample.users(), sample.scores(), sample.labels())
                                .gauc())
                        .hasValueCloseTo(sample.gauc().orElseThrow(), ROUNDING);
            }
        }
    }

    @Test
    void users_with_one_class_do_not_count() {
        GroupedAuc sums =
                GroupedAuc.of(new int[] {1, 1, 1, 2, 2, 3}, new double[] {0.2, 0.1, 0.3, 0.9, 0.8, 0.5}, new boolean[] {
                    true, false, false, true, true, false
                });
        assertThat(sums).isEqualTo(new GroupedAuc(1, 3, 1.5));
        assertThat(sums.gauc()).hasValue(0.5);
    }

    @Test
    void gauc_is_undefined_where_no_user_has_both_classes() {
        assertThat(GroupedAuc.NONE.gauc()).isEmpty();
        assertThat(GroupedAuc.of(new int[] {1, 2}, new double[] {0.2, 0.1}, new boolean[] {true, false})
                        .gauc())
                .isEmpty();
    }

    @Test
    void what_a_user_gained_turns_the_old_sum_into_the_new_one() {
        RankedScores before = RankedScores.of(new double[] {0.2, 0.7}, new boolean[] {true, false});
        RankedScores after = before.merge(RankedScores.of(new double[] {0.9}, new boolean[] {true}));
        GroupedAuc others = new GroupedAuc(2, 10, 6);
        GroupedAuc gained = GroupedAuc.ofUser(after).minus(GroupedAuc.ofUser(before));

        assertThat(others.plus(GroupedAuc.ofUser(before)).plus(gained))
                .isEqualTo(others.plus(GroupedAuc.ofUser(after)));
        assertThat(gained.users()).isZero();
    }
}
