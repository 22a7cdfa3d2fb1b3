package dev.orderonce.redis;

import java.util.List;

/** What Redis can say. */
public sealed interface RedisReply {
    /** Nil: there is no such thing. */
    record Nothing() implements RedisReply {}

    /** A string, a status among them. */
    record Text(String text) implements RedisReply {}

    /** A whole number. */
    record Whole(long value) implements RedisReply {}

    /** Several replies in one. */
    record Many(List<RedisReply> replies) implements RedisReply {}

    /** No, and why: a word in capitals and a sentence. */
    record Refused(String why) implements RedisReply {}
}
