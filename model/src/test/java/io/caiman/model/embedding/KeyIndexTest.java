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
}
