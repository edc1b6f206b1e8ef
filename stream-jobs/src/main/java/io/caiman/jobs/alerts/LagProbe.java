package io.caiman.jobs.alerts;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.schemas.GroupLag;
import java.io.Serializable;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far consumer groups are behind. */
@FunctionalInterface
interface LagProbe extends Serializable {

    /** Records that a group has yet to commit, of the partitions it has committed to; empty where that is not known. */
    OptionalLong lag(String group) throws InterruptedException;

    /** Asks the brokers, with a connection for each question: there are few. */
    static LagProbe of(KafkaConnection connection) {
        return new OfBrokers(connection.properties());
    }

    /** Asks the brokers. */
    final class OfBrokers implements LagProbe {
        private static final long serialVersionUID = 1;
        private static final Logger LOG = LoggerFactory.getLogger(LagProbe.class);
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        private final Properties connection;

        private OfBrokers(Properties connection) {
            this.connection = connection;
        }

        @Override
        public OptionalLong lag(String group) throws InterruptedException {
            try {
                Admin admin = Admin.create(connection);
                try {
                    return GroupLag.of(admin, group, PATIENCE);
                } finally {
                    admin.close(Duration.ZERO); // does not wait for what was given up
                }
            } catch (ExecutionException | TimeoutException | KafkaException e) {
                LOG.debug("the lag of {} is not known", group, e);
                return OptionalLong.empty();
            }
        }
    }
}
