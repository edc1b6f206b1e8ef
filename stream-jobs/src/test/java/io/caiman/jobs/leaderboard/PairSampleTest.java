package io.caiman.jobs.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairSampleTest {

    private record Pair(long eventTime, long rank, long user, long baseline, double score) {}

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 10", "100, 10", "1000, 300", "1000, 1000", "1000, 5000", "5000, 4000"})
    void a_sample_holds_the_least_ranks_in_whatever_order_and_parts_the_pairs_came(int size, int most)
            throws Exception {
        Random random = new Random(size + most);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            pairs.add(new Pair(i, random.nextLong(), random.nextInt(50), i, random.nextDouble()));
        }
        List<Pair> least = pairs.stream()
                .sorted(Comparator.comparingLong(Pair::rank))
                .limit(most)
                .toList();
        for (int parts : new int[] {1, 2, 7}) {
            Collections.shuffle(pairs, random);
            PairSample sample = PairSample.EMPTY;
            for (int part = 0; part < parts; part++) {
                Pairs some = new Pairs();
                pairs.subList(part * size / parts, (part + 1) * size / parts)
                        .forEach(pair -> some.add(pair.eventTime, pair.rank, pair.user, pair.baseline, pair.score));
                sample = sample.merge(copy(PairSample.of(copy(some), most)), most);
            }
            PairSample result = sample;
            assertThat(result.seen()).isEqualTo(size);
            assertThat(IntStream.range(0, result.size())
                            .mapToObj(i -> new Pair(
                                    result.baseline(i),
                                    result.rank(i),
                                    result.user(i),
                                    result.baseline(i),
                                    result.score(i))))
                    .isEqualTo(least);
        }
    }

    private static Pairs copy(Pairs pairs) throws Exception {
        DataOutputSerializer target = new DataOutputSerializer(64);
        PairsSerializer.INSTANCE.serialize(pairs, target);
        return PairsSerializer.INSTANCE.deserialize(new DataInputDeserializer(target.getCopyOfBuffer()));
    }

    private static PairSample copy(PairSample sample) throws Exception {
        DataOutputSerializer target = new DataOutputSerializer(64);
        PairSampleSerializer.INSTANCE.serialize(sample, target);
        return PairSampleSerializer.INSTANCE.deserialize(new DataInputDeserializer(target.getCopyOfBuffer()));
    }
}
