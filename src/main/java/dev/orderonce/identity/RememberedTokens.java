package dev.orderonce.identity;

import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.smallrye.jwt.runtime.auth.JWTAuthMechanism;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;

import org.eclipse.microprofile.jwt.JsonWebToken;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Verifies a token's signature once and believes it for a while: on the hot road the signature
 * would cost as much as the order.
 */
@Alternative
@Priority(1)
@ApplicationScoped
class RememberedTokens implements HttpAuthenticationMechanism {
    /**
     * About 1 kB each. More buyers than this within a minute on one replica only cost a signature
     * again: everything is forgotten then, which needs no bookkeeping.
     */
    private static final int MOST = 20_000;

    private static final String SCHEME = "Bearer ";

    private final JWTAuthMechanism jwt;
    private final Clock clock;
    private final Duration believeFor;
    private final Map<String, Remembered> verified = new ConcurrentHashMap<>();

    RememberedTokens(JWTAuthMechanism jwt, Clock clock, IdentitySettings settings) {
        this.jwt = jwt;
        this.clock = clock;
        this.believeFor = settings.believeFor();
    }

    private record Remembered(SecurityIdentity identity, Instant until) {}

    @Override
    public Uni<SecurityIdentity> authenticate(
            RoutingContext context, IdentityProviderManager providers) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.startsWith(SCHEME)) {
            return jwt.authenticate(context, providers);
        }
        Remembered remembered = verified.get(header);
        if (remembered != null && clock.instant().isBefore(remembered.until())) {
            return Uni.createFrom().item(remembered.identity());
        }
        return jwt.authenticate(context, providers).invoke(identity -> remember(header, identity));
    }

    private void remember(String header, SecurityIdentity identity) {
        if (identity != null && identity.getPrincipal() instanceof JsonWebToken token) {
            if (verified.size() >= MOST) {
                verified.clear();
            }
            Instant forgetAt = clock.instant().plus(believeFor);
            Instant expiresAt = Instant.ofEpochSecond(token.getExpirationTime());
            verified.put(
                    header,
                    new Remembered(identity, forgetAt.isBefore(expiresAt) ? forgetAt : expiresAt));
        }
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return jwt.getChallenge(context);
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return jwt.getCredentialTypes();
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return jwt.getCredentialTransport(context);
    }
}
