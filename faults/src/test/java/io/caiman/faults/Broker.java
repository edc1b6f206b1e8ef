package io.caiman.faults;

import io.caiman.local.broker.LocalBroker;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A broker as a process of its own. */
public final class Broker {

    private Broker() {}

    /** Takes its directory and port. */
    public static void main(String[] args) throws Exception {
        LocalBroker.start(Path.of(args[0]), Integer.parseInt(args[1]));
        new CountDownLatch(1).await();
    }
}
