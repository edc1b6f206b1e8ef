package io.caiman.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyIndexTest {

    @Test
    void numbers_keys_as_a_hash_map_would_through_growth_and_clearing() {
        Random random = new Random(5);
        KeyIndex index = new KeyIndex(2);
        for (int round = 0; round < 20; round++) {
            Map<Long, Integer> reference = new HashMap<>();
            int range = 1 + random.nextInt(3000);
            for (int i = 0; i < 4000; i++) {
                long key = random.nextInt(range) - range / 2L;
                assertThat(index.find(key)).isEqualTo(reference.getOrDefault(key, -1));
                if (random.nextBoolean()) {
                    reference.putIfAbsent(key, reference.size());
                    assertThat(index.add(key)).isEqualTo(reference.get(key));
                }
            }
            assertThat(index.size()).isEqualTo(reference.size());
            reference.forEach((key, number) -> assertThat(index.keys()[number]).isEqualTo(key));
            index.clear();
        }
    }

    @Test
    void keys_come_and_go_as_in_a_hash_map_and_no_two_share_a_number() {
        Random random = new Random(6);
        KeyIndex index = new KeyIndex(2);
        Map<Long, Integer> reference = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            // Waves of growth and decline, over few keys so that probes collide.
            boolean growing = i / 5000 % 2 == 0;
            long key = random.nextInt(4000);
            if (random.nextInt(10) < (growing ? 7 : 3)) {
                int number = index.add(key);
                assertThat(number).isEqualTo(reference.getOrDefault(key, number));
                reference.put(key, number);
            } else {
                index.remove(key);
                reference.remove(key);
            }
            if (i % 1000 == 0) {
                assertThat(reference.values()).doesNotHaveDuplicates();
                assertThat(index.size()).isEqualTo(reference.size());
                for (long any = 0; any < 4000; any++) {
                    assertThat(index.find(any)).isEqualTo(reference.getOrDefault(any, -1));
                }
                Map<Long, Integer> shown = new HashMap<>();
                index.forEach(shown::put);
                assertThat(shown).isEqualTo(reference);
            }
        }
    }
}
