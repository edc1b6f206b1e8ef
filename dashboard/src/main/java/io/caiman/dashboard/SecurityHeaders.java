package io.caiman.dashboard;

import io.javalin.http.Context;
import java.util.Map;

/** Headers on every answer: the page may load from its own server only, and nobody may frame it. */
final class SecurityHeaders {

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin");

    private SecurityHeaders() {}

    static void addTo(Context context) {
        HEADERS.forEach(context::header);
    }
}
