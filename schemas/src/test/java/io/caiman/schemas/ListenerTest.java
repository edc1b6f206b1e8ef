package io.caiman.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerTest {

    private static final int QUESTION_BYTES = 14;

    /** Answers one client, and is gone. */
    private static CompletableFuture<byte[]> answerOnce(ServerSocket server, String answer) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket client = server.accept()) {
                byte[] question = client.getInputStream().readNBytes(QUESTION_BYTES);
                client.getOutputStream().write(HexFormat.of().parseHex(answer));
                return question;
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static InetSocketAddress address(ServerSocket server) {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    @ParameterizedTest
    @CsvSource({
        "0000000a6361696d000000000000, CLEAR",
        "15030300020250, TLS",
        "1503010002020a, TLS",
        // Another's answer, a web server's, half an answer, none.
        "0000000a00000001000000000000, UNKNOWN",
        "485454502f312e3120343030, UNKNOWN",
        "0000000a63, UNKNOWN",
        "'', UNKNOWN"
    })
    void a_listener_is_known_by_its_answer(String answer, Listener expected) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> asked = answerOnce(server, answer);

            assertThat(Listener.of(address(server))).isEqualTo(expected);
            assertThat(asked.get()).hasSize(QUESTION_BYTES);
        }
    }

    @Test
    void it_is_asked_what_kafka_takes_for_a_question_about_versions() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> asked = answerOnce(server, "");
            Listener.of(address(server));

            ByteBuffer question = ByteBuffer.wrap(asked.get());
            assertThat(question.getInt()).isEqualTo(question.remaining());
            RequestHeader header = RequestHeader.parse(question);
            assertThat(header.apiKey()).isEqualTo(ApiKeys.API_VERSIONS);
            assertThat(header.apiVersion()).isZero();
            assertThat(question.remaining()).isZero();
        }
    }

    @Test
    void where_nobody_listens_nothing_is_known() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = address(server);
        }
        assertThat(Listener.of(nobody)).isEqualTo(Listener.UNKNOWN);
        assertThat(Listener.of(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
                .isEqualTo(Listener.UNKNOWN);
    }
}
