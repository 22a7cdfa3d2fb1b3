package dev.orderonce.start;

import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown;
import dev.orderonce.stores.Postgres;
import dev.orderonce.stores.RedisCommand;
import dev.orderonce.stores.RedisPipeline;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while orders can be placed: PostgreSQL answers, and Redis answers or is not needed.
 *
 * <p>A replica that trusts signatures while Redis is away stays ready. To call it unready would
 * take every replica out at once and stop the shop, which is what that setting is there to prevent.
 */
@Readiness
@ApplicationScoped
class StoresReady implements AsyncHealthCheck {
    private final Postgres postgres;
    private final RedisPipeline redis;
    private final boolean needsRedis;

    StoresReady(Postgres postgres, RedisPipeline redis, NumbersSettings numbers) {
        this.postgres = postgres;
        this.redis = redis;
        this.needsRedis = numbers.whenRedisIsDown() == WhenRedisIsDown.REFUSE;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        Uni<Boolean> postgresAnswers = answers(postgres.query("SELECT 1", Tuple.tuple()));
        Uni<Boolean> redisAnswers = answers(redis.send(RedisCommand.of("PING")));
        return Uni.combine().all().unis(postgresAnswers, redisAnswers).with(this::response);
    }

    private static Uni<Boolean> answers(Uni<?> question) {
        return question.map(answer -> true).onFailure().recoverWithItem(false);
    }

    private HealthCheckResponse response(boolean postgresAnswers, boolean redisAnswers) {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("stores")
                        .withData("postgresql", word(postgresAnswers))
                        .withData("redis", word(redisAnswers));
        return response.status(postgresAnswers && (redisAnswers || !needsRedis)).build();
    }

    private static String word(boolean answers) {
        return answers ? "answers" : "does not answer";
    }
}
