package dev.orderonce.disputes;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of the table of messages, as Hibernate reads it; rows are written by {@link DisputeStore} alone. */
@Entity
@Immutable
@IdClass(MessageEntity.Key.class)
@Table(name = "dispute_messages")
final class MessageEntity extends PanacheEntityBase {
    /** The primary key. */
    record Key(String dispute, int sequence) {}

    @Id
    String dispute;

    @Id
    int sequence;

    @Column
    String party;

    @Column
    String author;

    @Column(name = "client_key")
    @Nullable String clientKey;

    @Column
    String text;

    @Column
    Instant at;

    Message toMessage() {
        return new Message(sequence, Party.valueOf(party), author, text, at);
    }
}
