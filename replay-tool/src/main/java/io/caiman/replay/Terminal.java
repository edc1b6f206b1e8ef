package io.caiman.replay;

import java.io.Console;

/** Whether someone is watching. */
public final class Terminal {

    private static final int FIRST_WITH_IS_TERMINAL = 22;

    private Terminal() {}

    /** Whether input and output are those of a terminal. */
    @SuppressWarnings("SystemConsoleNull") // From Java 22 on there is a console either way, which is asked instead.
    public static boolean isInteractive() {
        Console console = System.console();
        if (console == null || Runtime.version().feature() < FIRST_WITH_IS_TERMINAL) {
            return console != null;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
