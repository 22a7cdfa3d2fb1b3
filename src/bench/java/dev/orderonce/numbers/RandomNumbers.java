package dev.orderonce.numbers;

import java.time.Instant;
import java.util.random.RandomGenerator;

/** Numbers of orders that were never issued: they have the layout and a right check symbol, and verify for nobody. */
public final class RandomNumbers {
    private RandomNumbers() {}

    public static OrderNumber at(Instant issuedAt, RandomGenerator random) {
        return OrderNumber.of(
                issuedAt.getEpochSecond() - OrderNumber.EPOCH.getEpochSecond(),
                random.nextInt(1 << OrderNumber.RANDOM_BITS),
                random.nextInt(1 << OrderNumber.SIGNATURE_BITS));
    }
}
