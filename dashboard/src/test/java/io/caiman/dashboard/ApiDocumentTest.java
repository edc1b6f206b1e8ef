package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code docs/dashboard-api.md} names every key that the API sends. */
class ApiDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "dashboard-api.md");

    private final Set<String> keys = new HashSet<>();
    private final Set<Type> seen = new HashSet<>();

    @Test
    void every_key_is_documented() throws IOException {
        keysOf(StateView.class);
        keysOf(HealthView.class);
        String document = Files.readString(DOCUMENT);
        assertThat(keys)
                .hasSizeGreaterThan(60)
                .allSatisfy(key -> assertThat(document).contains("`" + key + "`"));
    }

    private void keysOf(Type type) {
        if (!seen.add(type)) {
            return;
        }
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                keysOf(argument);
            }
        } else if (type instanceof Class<?> record && record.isRecord()) {
            for (RecordComponent component : record.getRecordComponents()) {
                if (!component.getAccessor().isAnnotationPresent(JsonIgnore.class)) {
                    keys.add(component.getName());
                    keysOf(component.getGenericType());
                }
            }
        }
    }
}
