package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.predictions.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UserTableTest {

    @Test
    void every_user_and_task_keeps_the_same_scores_however_often_the_table_grows() {
        UserTable table = new UserTable();
        Map<String, UserScores> known = new HashMap<>();
        Random random = new Random(1);
        for (int batch = 0; batch < 300; batch++) {
            int size = random.nextInt(1, 200);
            long[] users = random.longs(size, 0, 2_000).toArray();
            int[] tasks = random.ints(size, 0, 5).toArray();
            UserScores[] found = new UserScores[size];
            table.makeRoom(size);
            for (int i = 0; i < size; i++) {
                found[i] = table.get(users[i], task(tasks[i]));
            }
            for (int i = 0; i < size; i++) {
                found[i].add(1, 0, 0, false);
                UserScores before = known.put(users[i] + "/" + tasks[i], found[i]);
                assertThat(before).isIn(null, found[i]);
            }
        }
        assertThat(table.size()).isEqualTo(known.size());
    }

    @Test
    void users_whose_scores_have_gone_make_room() {
        UserTable table = new UserTable();
        for (int user = 0; user < 100_000; user++) {
            table.makeRoom(1);
            UserScores scores = table.get(user, task(0));
            scores.add(1, user, 0, false);
            scores.rank();
            scores.dropBefore(user + 1);
        }
        assertThat(table.size()).isZero();
        assertThat(table.slots()).isLessThan(1_000);
    }

    private static TaskGains task(int number) {
        return new TaskGains(number, new GroupGains(1, false).add(Scope.overall("m", "task" + number)));
    }
}
