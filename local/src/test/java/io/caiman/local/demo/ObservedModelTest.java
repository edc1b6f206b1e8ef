package io.caiman.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObservedModelTest {

    private final ObservedModel first = new ObservedModel("first");
    private final ObservedModel second = new ObservedModel("second");

    private static DomainMetrics figures(String model, String domain) {
        return DomainMetrics.newBuilder()
                .setModel(model)
                .setTask("click")
                .setDomain(domain)
                .setKind(WindowKind.CUMULATIVE)
                .setWindow("all")
                .setStartMs(0)
                .setEndMs(1)
                .setImpressions(50)
                .setPositives(20)
                .setUsers(3)
                .setAuc(0.7)
                .build();
    }

    private static ModelComparison tooLittle(String domain) {
        return ModelComparison.newBuilder()
                .setBaseline("first")
                .setModel("second")
                .setTask("click")
                .setDomain(domain)
                .setKind(WindowKind.CUMULATIVE)
                .setWindow("all")
                .setStartMs(0)
                .setEndMs(1)
                .setImpressions(50)
                .setPositives(20)
                .setUsers(3)
                .setTooLittle("20 positives of at least 100")
                .build();
    }

    @Test
    void a_domain_with_too_little_or_nothing_to_compare_says_so_in_the_report_and_its_json() {
        first.task("click").accept(figures("first", "some"));
        second.task("click").accept(figures("second", "some"));
        first.task("click").accept(figures("first", "none in common"));
        second.task("click").accept(tooLittle("some"));

        List<Report.ModelFigures> models = List.of(first.figures("click", first), second.figures("click", first));

        assertThat(models.get(0).lifts()).isEmpty();
        assertThat(String.join("\n", LeaderboardTable.lines(models)))
                .containsPattern("second +50 +0.7000 .*too little evidence: 20 positives of at least 100")
                .containsPattern(
                        "none in common(?s:.*)second .*too little evidence: no impressions that both predicted");
        JsonNode lifts = new ObjectMapper()
                .registerModule(new Jdk8Module())
                .valueToTree(models.get(1).lifts());
        assertThat(lifts).hasSize(3);
        for (JsonNode lift : lifts) {
            assertThat(lift.has("auc") || lift.has("pValue") || lift.has("low") || lift.has("high"))
                    .isFalse();
            assertThat(lift.path("tooLittle").asText()).isNotEmpty();
        }
        assertThat(models.get(1).lifts().get(2).domain()).isEqualTo(Optional.of("some"));
    }
}
