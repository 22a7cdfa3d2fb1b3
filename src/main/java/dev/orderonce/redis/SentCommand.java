package dev.orderonce.redis;

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

    SentCommand redirected() {
        return new SentCommand(exchange, index, redirections + 1);
    }
}
