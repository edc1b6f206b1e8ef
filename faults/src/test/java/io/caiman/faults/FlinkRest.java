package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/** What an operator asks of a JobManager over HTTP. */
final class FlinkRest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String BOUNDARY = "----caiman-jar";

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;

    FlinkRest(String address) {
        this.address = address;
    }

    /** Waits until there are so many free slots. */
    void awaitSlots(int slots) {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get("/overview").path("slots-available").asInt() >= slots);
    }

    /** Gives the cluster a jar; its name there. */
    String upload(Path jar) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(
                "--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\nContent-Type: application/x-java-archive\r\n\r\n"
                        .formatted(BOUNDARY, jar.getFileName())
                        .getBytes(StandardCharsets.UTF_8));
        Files.copy(jar, body);
        body.writeBytes("\r\n--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.UTF_8));
        JsonNode answer = ok(send(
                "POST",
                "/jars/upload",
                "multipart/form-data; boundary=" + BOUNDARY,
                BodyPublishers.ofByteArray(body.toByteArray())));
        return Path.of(answer.path("filename").asText()).getFileName().toString();
    }

    /** Runs a program of the jar; the job's id. */
    String run(String jar, Class<?> program, List<String> arguments, Optional<String> savepoint) throws Exception {
        return ok(tryToRun(jar, program, arguments, savepoint)).path("jobid").asText();
    }

    /** As {@link #run}, whatever the cluster answers. */
    HttpResponse<String> tryToRun(String jar, Class<?> program, List<String> arguments, Optional<String> savepoint)
            throws Exception {
        ObjectNode body = json.createObjectNode().put("entryClass", program.getName());
        arguments.forEach(body.withArray("programArgsList")::add);
        savepoint.ifPresent(path -> body.put("savepointPath", path));
        return send("POST", "/jars/" + jar + "/run", "application/json", BodyPublishers.ofString(body.toString()));
    }

    /** Stops a job with a savepoint; where that is. */
    String stopWithSavepoint(String job, Path directory) throws Exception {
        ObjectNode body = json.createObjectNode()
                .put("targetDirectory", directory.toUri().toString())
                .put("drain", false);
        String trigger = ok(send(
                        "POST", "/jobs/" + job + "/stop", "application/json", BodyPublishers.ofString(body.toString())))
                .path("request-id")
                .asText();
        JsonNode done = Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> get("/jobs/" + job + "/savepoints/" + trigger),
                        answer -> answer.path("status").path("id").asText().equals("COMPLETED"));
        assertThat(done.path("operation").path("failure-cause").asText()).isEmpty();
        awaitState(job, "FINISHED");
        return done.path("operation").path("location").asText();
    }

    void cancel(String job) throws Exception {
        HttpResponse<String> answer =
                send("PATCH", "/jobs/" + job + "?mode=cancel", "application/json", BodyPublishers.noBody());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        awaitState(job, "CANCELED");
    }

    void awaitState(String job, String state) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(job(job).path("state").asText()).isEqualTo(state));
    }

    /** How many tasks each of a job's vertices has. */
    List<Integer> parallelism(String job) throws Exception {
        return job(job).path("vertices").findValues("parallelism").stream()
                .map(JsonNode::asInt)
                .toList();
    }

    /** Why a job has failed. */
    String failure(String job) throws Exception {
        return get("/jobs/" + job + "/exceptions").toString();
    }

    private JsonNode job(String job) throws Exception {
        return get("/jobs/" + job);
    }

    JsonNode get(String path) throws Exception {
        return ok(send("GET", path, "application/json", BodyPublishers.noBody()));
    }

    private JsonNode ok(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode())
                .as("%s: %s", answer.uri(), answer.body())
                .isBetween(200, 299);
        return json.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, String type, BodyPublisher body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", type)
                .timeout(PATIENCE)
                .method(method, body)
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
