package dev.orderonce.bench;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The requests of the benchmark and the scripts that send them. */
final class Requests {
    /** Prices from 1.00 to 10 000.00 EUR, without cents: some totals mean a failure to the simulated provider. */
    private static final int MOST_PRICES = 10_000;

    /** The content of an order; no two orders have the same, because a possible duplicate requires a confirmation. */
    private static String basket(String of) {
        int price = 100 + 100 * Math.floorMod(of.hashCode() * 31, MOST_PRICES);
        return "{\"currency\":\"EUR\",\"total\":"
                + 2 * price
                + ",\"lines\":[{\"productCode\":\"tea-"
                + of
                + "\",\"name\":\"Green tea\",\"quantity\":2,\"unitPrice\":"
                + price
                + "}]}";
    }

    /** The same order under a number. */
    static String order(String number) {
        return "{\"orderNumber\":\"" + number + "\"," + basket(number).substring(1);
    }

    /** The same order for the checkout that its number was issued for. */
    static String order(String number, String checkout) {
        return "{\"checkout\":\"" + checkout + "\"," + order(number).substring(1);
    }

    /** Every fifth order of the mix is sent a second time. */
    private static final int REPLAY_ONE_IN = 5;

    private final String token;
    private final String run = UUID.randomUUID() + "-";
    private final AtomicLong keys = new AtomicLong();
    private final Buffer issue;
    private final Buffer ping;
    private final Buffer nothing;

    Requests(String token) {
        this.token = token;
        this.issue = request("GET", "/order-numbers", "");
        this.ping = request("GET", "/obvious/ping", "");
        this.nothing = request("GET", "/obvious/nothing", "");
    }

    Buffer request(String method, String path, String body) {
        return request(method, path, body, "");
    }

    /** @param header a header line with its end, or nothing */
    Buffer request(String method, String path, String body, String header) {
        String length =
                body.isEmpty() ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
        return Buffer.buffer((method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "
                        + token
                        + "\r\n"
                        + header
                        + length
                        + "\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII));
    }

    Buffer place(String path, String number) {
        return request("POST", path, order(number));
    }

    HttpLoad.Script pings() {
        return repeat(ping, null);
    }

    /** An authenticated request that returns JSON and does nothing else. */
    HttpLoad.Script nothings() {
        return repeat(nothing, null);
    }

    /** Issues numbers, and keeps them for placing. */
    HttpLoad.Script issues(@Nullable Queue<String> issued) {
        return repeat(issue, issued);
    }

    private static HttpLoad.Script repeat(Buffer request, @Nullable Queue<String> numbers) {
        return new HttpLoad.Script() {
            @Override
            public Buffer next() {
                return request.copy();
            }

            @Override
            public void answered(int status, @Nullable String number) {
                if (numbers != null && number != null) {
                    numbers.add(number);
                }
            }
        };
    }

    /** Places under the numbers of one queue and hands them on to another. */
    HttpLoad.Script places(String path, Queue<String> from, @Nullable Queue<String> placed) {
        return new HttpLoad.Script() {
            @Override
            public @Nullable Buffer next() {
                String number = from.poll();
                return number == null ? null : place(path, number);
            }

            @Override
            public void answered(int status, @Nullable String number) {
                if (placed != null && number != null) {
                    placed.add(number);
                }
            }
        };
    }

    /** Places under idempotency keys, each a new one; no number is issued before. */
    HttpLoad.Script keys() {
        return new HttpLoad.Script() {
            @Override
            public Buffer next() {
                String key = run + keys.incrementAndGet();
                return request("POST", "/orders", basket(key), "Idempotency-Key: " + key + "\r\n");
            }

            @Override
            public void answered(int status, @Nullable String number) {
                // its status is counted by the connection
            }
        };
    }

    /** Places again and again under numbers that are placed. */
    HttpLoad.Script replays(Queue<String> placed) {
        return new HttpLoad.Script() {
            @Override
            public @Nullable Buffer next() {
                String number = placed.poll();
                if (number == null) {
                    return null;
                }
                placed.add(number);
                return place("/orders", number);
            }

            @Override
            public void answered(int status, @Nullable String number) {
                // its status is counted by the connection
            }
        };
    }

    /** A buyer: a number, the order, and one time in five the order again. */
    HttpLoad.Script checkouts() {
        return new HttpLoad.Script() {
            private @Nullable String number;
            private boolean isPlaced;
            private int orders;

            @Override
            public Buffer next() {
                String current = number;
                return current == null ? issue.copy() : place("/orders", current);
            }

            @Override
            public void answered(int status, @Nullable String answered) {
                if (number == null) {
                    number = answered;
                    isPlaced = false;
                    orders++;
                } else if (!isPlaced && orders % REPLAY_ONE_IN == 0) {
                    isPlaced = true;
                } else {
                    number = null;
                }
            }
        };
    }
}
