package io.caiman.replay;

import io.caiman.schemas.GroupLag;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a consumer group is behind the ends of the partitions it reads, asked for now and then on a thread of its own. */
final class ConsumerLag implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerLag.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long ASK_EVERY_SECONDS = 2;

    private final Optional<Admin> admin;
    private final String group;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "consumer-lag");
        made.setDaemon(true);
        return made;
    });
    private volatile OptionalLong records = OptionalLong.empty();

    private ConsumerLag(Optional<Admin> admin, String group) {
        this.admin = admin;
        this.group = group;
    }

    /** Of the group in the options; where they name none, the lag stays unknown. */
    static ConsumerLag of(ReplayOptions options) {
        if (options.lagOf().isEmpty()) {
            return new ConsumerLag(Optional.empty(), "");
        }
        Map<String, Object> properties = new HashMap<>(options.client());
        ConsumerLag lag = new ConsumerLag(
                Optional.of(Admin.create(properties)), options.lagOf().get());
        var unused = lag.thread.scheduleWithFixedDelay(lag::ask, 0, ASK_EVERY_SECONDS, TimeUnit.SECONDS);
        return lag;
    }

    /** Records that the group has yet to commit, see {@link GroupLag}; absent where that is not known. */
    OptionalLong records() {
        return records;
    }

    private void ask() {
        try {
            records = GroupLag.of(admin.orElseThrow(), group, PATIENCE);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the lag of {} is not known", group, e);
            records = OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        admin.ifPresent(Admin::close);
    }
}
