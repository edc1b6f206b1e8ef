package io.caiman.faults;

import org.apache.flink.configuration.Configuration;

/** A Kafka and a Flink cluster. */
interface Installation {

    String bootstrapServers();

    /** How a client finds the JobManager, also the next one. */
    Configuration client();
}
