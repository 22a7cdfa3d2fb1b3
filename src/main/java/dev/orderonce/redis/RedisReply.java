package dev.orderonce.redis;

import java.util.List;

/** A reply of Redis. */
public sealed interface RedisReply {
    /** Nil. */
    record Nothing() implements RedisReply {}

    /** A bulk string or a status. */
    record Text(String text) implements RedisReply {}

    /** An integer. */
    record Whole(long value) implements RedisReply {}

    /** An array. */
    record Many(List<RedisReply> replies) implements RedisReply {}

    /** An error: a word in capitals and a sentence. */
    record Refused(String reason) implements RedisReply {}
}
