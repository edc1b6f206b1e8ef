package io.caiman.schemas;

import org.apache.kafka.common.acl.AclOperation;

/**
 * What a client has to be allowed to do.
 *
 * @param name of the topic or consumer group; of transactional ids the beginning
 */
public record KafkaRight(Kind kind, String name) {

    /** What can be needed: an operation on a kind of resource, as access control lists have them. */
    public enum Kind {
        READ_TOPIC(AclOperation.READ, "topic"),
        WRITE_TOPIC(AclOperation.WRITE, "topic"),
        /** To commit offsets as a consumer group. */
        COMMIT_AS_GROUP(AclOperation.READ, "group"),
        /** To ask how far a consumer group is. */
        ASK_ABOUT_GROUP(AclOperation.DESCRIBE, "group"),
        /** To write in transactions whose ids begin alike. */
        WRITE_IN_TRANSACTIONS(AclOperation.WRITE, "transactional-id");

        private final AclOperation operation;
        private final String resource;

        Kind(AclOperation operation, String resource) {
            this.operation = operation;
            this.resource = resource;
        }

        AclOperation operation() {
            return operation;
        }
    }

    public static KafkaRight read(String topic) {
        return new KafkaRight(Kind.READ_TOPIC, topic);
    }

    public static KafkaRight write(String topic) {
        return new KafkaRight(Kind.WRITE_TOPIC, topic);
    }

    public static KafkaRight commitAs(String groupId) {
        return new KafkaRight(Kind.COMMIT_AS_GROUP, groupId);
    }

    public static KafkaRight askAbout(String groupId) {
        return new KafkaRight(Kind.ASK_ABOUT_GROUP, groupId);
    }

    public static KafkaRight writeInTransactions(String idPrefix) {
        return new KafkaRight(Kind.WRITE_IN_TRANSACTIONS, idPrefix);
    }

    /** What it is about, in words that are also options of {@code kafka-acls.sh}. */
    String resource() {
        return kind.resource
                + ' '
                + name
                + (kind == Kind.WRITE_IN_TRANSACTIONS ? " --resource-pattern-type prefixed" : "");
    }
}
