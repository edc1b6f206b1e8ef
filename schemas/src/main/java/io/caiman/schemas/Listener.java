package io.caiman.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a broker's listener speaks on the wire. */
enum Listener {
    /** Kafka's protocol as it is. */
    CLEAR,
    /** TLS first. */
    TLS,
    /** Nobody answered, or something else. */
    UNKNOWN;

    private static final int ANSWER_WITHIN_MILLIS = 2_000;
    private static final int CORRELATION = 0x6361696D;
    private static final byte TLS_ALERT = 0x15;
    private static final byte TLS_VERSION = 0x03;

    /** Asks for the versions of requests, version 0, which every listener answers to anybody, before a login too. */
    private static final byte[] QUESTION = ByteBuffer.allocate(14)
            .putInt(10)
            .putShort((short) 18)
            .putShort((short) 0)
            .putInt(CORRELATION)
            .putShort((short) -1)
            .array();

    /**
     * Asks in the clear: a listener of TLS takes that for a broken handshake and answers with an alert.
     */
    static Listener of(InetSocketAddress server) {
        try (Socket socket = new Socket()) {
            socket.connect(server, ANSWER_WITHIN_MILLIS);
            socket.setSoTimeout(ANSWER_WITHIN_MILLIS);
            socket.getOutputStream().write(QUESTION);
            InputStream answer = socket.getInputStream();
            byte[] start = answer.readNBytes(2);
            if (Arrays.equals(start, new byte[] {TLS_ALERT, TLS_VERSION})) {
                return TLS;
            }
            byte[] rest = answer.readNBytes(6);
            return rest.length == 6 && ByteBuffer.wrap(rest, 2, Integer.BYTES).getInt() == CORRELATION
                    ? CLEAR
                    : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
