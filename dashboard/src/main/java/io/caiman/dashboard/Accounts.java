package io.caiman.dashboard;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.BCrypt.Version;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may look: names with bcrypt hashes of their passwords, from a file as {@code htpasswd -B} writes it. Safe for use by
 * several threads.
 */
final class Accounts {

    private static final String SCHEME = "basic ";

    /** Of a password's bytes the first 72 count, as htpasswd has it. */
    private static final BCrypt.Verifyer VERIFYER =
            BCrypt.verifyer(Version.VERSION_2Y, LongPasswordStrategies.truncate(Version.VERSION_2Y));

    /** Digests of what was let in before: bcrypt is slow by design, and a page makes a dozen requests. */
    private final Set<ByteBuffer> known = ConcurrentHashMap.newKeySet();

    private final Map<String, byte[]> hashes;

    private Accounts(Map<String, byte[]> hashes) {
        this.hashes = Map.copyOf(hashes);
    }

    /**
     * The accounts in a file.
     *
     * @throws IllegalArgumentException if it cannot be read, or a line of it is no name and bcrypt hash, or there is none
     */
    static Accounts read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("--htpasswd %s cannot be read: %s".formatted(file, e), e);
        }
        Map<String, byte[]> hashes = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            // What a line holds is a secret, so the message does not repeat it.
            if (colon < 1 || !line.startsWith("$2", colon + 1) || line.length() - colon - 1 != 60) {
                throw new IllegalArgumentException(
                        "--htpasswd %s, line %d: expected name:hash with a bcrypt hash; write it with 'htpasswd -B'"
                                .formatted(file, i + 1));
            }
            hashes.put(line.substring(0, colon), line.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
        }
        if (hashes.isEmpty()) {
            throw new IllegalArgumentException(
                    "--htpasswd %s names nobody: add a name with 'htpasswd -B'".formatted(file));
        }
        return new Accounts(hashes);
    }

    /** Whether a request's {@code Authorization} header is a name and its password. */
    boolean admit(Optional<String> authorization) {
        if (authorization.isEmpty()
                || !authorization.get().toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return false;
        }
        ByteBuffer digest = digest(authorization.get());
        if (known.contains(digest)) {
            return true;
        }
        boolean right = isRight(authorization.get().substring(SCHEME.length()).strip());
        if (right) {
            known.add(digest);
        }
        return right;
    }

    private boolean isRight(String encoded) {
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return false;
        }
        int colon = decoded.indexOf(':');
        byte[] hash = colon < 0 ? null : hashes.get(decoded.substring(0, colon));
        return hash != null
                && VERIFYER.verify(decoded.substring(colon + 1).getBytes(StandardCharsets.UTF_8), hash).verified;
    }

    private static ByteBuffer digest(String text) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
