package io.caiman.dashboard;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.ModelHealth;

/** Where figures come from, from the first one ever published on. */
interface MetricsFeed extends AutoCloseable {

    /** Begins to tell the listener, on a thread of the feed's own. */
    void start(Listener listener);

    @Override
    void close();

    /** Told what the feed reads, by several threads. */
    interface Listener {

        void metrics(DomainMetrics metrics);

        void comparison(ModelComparison comparison);

        void alert(Alert alert);

        void health(ModelHealth health);

        /** What moves through the topics, told every few seconds. */
        void traffic(Traffic traffic);

        /** This many more dead letters were read. */
        void deadLetters(long more);

        /** A record could not be read. */
        void unreadable(String reason);

        /** What had been published before the feed started has been read: what comes now is news. */
        void caughtUp();

        void status(FeedStatus status);
    }
}
