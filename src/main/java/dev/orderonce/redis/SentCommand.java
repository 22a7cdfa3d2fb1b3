package dev.orderonce.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/**
 * One command of an exchange on its way.
 *
 * @param redirections how often a cluster has sent it elsewhere
 */
record SentCommand(Exchange exchange, int index, int redirections) {
    Request request() {
        return exchange.request(index);
    }

    /**
     * Whether the command must not share a batch: Redis refuses the digest of a script that it does not have, and the
     * library drops all replies of a batch with a refused command.
     */
    boolean isAlone() {
        return request().command().equals(Command.EVALSHA)
                || request().command().equals(Command.EVAL);
    }

    SentCommand redirected() {
        return new SentCommand(exchange, index, redirections + 1);
    }
}
