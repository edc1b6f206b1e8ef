package io.caiman.faults;

import java.io.IOException;
import java.util.Arrays;

/** Runs the main method of a class, and ends the process when whoever started it is gone. */
final class Supervised {

    private Supervised() {}

    /** Takes the name of the class, and its arguments. */
    public static void main(String[] args) throws Exception {
        Thread watch = new Thread(Supervised::endWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(args, 1, args.length));
    }

    private static void endWithParent() {
        try {
            // The parent never writes, so this returns when the pipe ends.
            System.in.read(new byte[1]);
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(0);
    }
}
