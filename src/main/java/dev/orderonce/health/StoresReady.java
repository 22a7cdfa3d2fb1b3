package dev.orderonce.health;

import dev.orderonce.http.Places;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.redis.RedisCommand;
import dev.orderonce.redis.RedisPipeline;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while orders can be placed: the connections that they are placed over are open, and Redis answers or is not
 * needed, and requests are let in. Those connections are asked for a sign of life by themselves, so that nothing is
 * asked here that a probe would have to wait for.
 *
 * <p>A replica that trusts signatures while Redis is away stays ready. To call it unready would take every replica out
 * at once and stop the shop, which is what that setting is there to prevent.
 */
@Readiness
@ApplicationScoped
class StoresReady implements AsyncHealthCheck {
    private final Postgres postgres;
    private final RedisPipeline redis;
    private final Places places;
    private final boolean needsRedis;

    StoresReady(Postgres postgres, RedisPipeline redis, Places places, NumbersSettings numbers) {
        this.postgres = postgres;
        this.redis = redis;
        this.places = places;
        this.needsRedis = numbers.whenRedisIsDown() == WhenRedisIsDown.REFUSE;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return redis.send(RedisCommand.of("PING"))
                .map(answer -> true)
                .onFailure()
                .recoverWithItem(false)
                .map(redisAnswers -> response(postgres.isOpen(), redisAnswers));
    }

    private HealthCheckResponse response(boolean postgresAnswers, boolean redisAnswers) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("stores")
                .withData("postgresql", word(postgresAnswers))
                .withData("redis", word(redisAnswers))
                .withData("requests", places.isSaturated() ? "saturated" : "let in");
        return response.status(postgresAnswers && (redisAnswers || !needsRedis) && !places.isSaturated())
                .build();
    }

    private static String word(boolean answers) {
        return answers ? "answers" : "does not answer";
    }
}
