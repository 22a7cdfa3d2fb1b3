package dev.orderonce.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.smallrye.jwt.runtime.auth.JWTAuthMechanism;
import io.quarkus.smallrye.jwt.runtime.auth.JsonWebTokenCredential;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Verifies a token's signature once and caches the result for a while: on the hot path the signature would cost as much
 * as the order.
 */
// Caffeine names the class of a cache after its options and finds it by that name; the framework knows common ones.
@RegisterForReflection(classNames = "com.github.benmanes.caffeine.cache.SSMWW")
@Alternative
@Priority(1)
@ApplicationScoped
class VerifiedTokens implements HttpAuthenticationMechanism {
    /**
     * Characters of the tokens whose identities are cached. An identity is about three times as large as its token:
     * some thousand buyers within a minute. For more of them, signatures are verified again.
     */
    private static final long CACHE_CHARACTERS = 8_000_000;

    /** Issuers write 1 kB, some 4; a larger token is verified each time. */
    private static final int LONGEST_CACHED = 4096;

    private static final String SCHEME = "Bearer ";

    private static final String BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final JWTAuthMechanism jwt;
    private final Clock clock;
    private final Duration cacheTtl;
    private final Cache<Digest, CachedToken> verified;

    VerifiedTokens(JWTAuthMechanism jwt, Clock clock, IdentitySettings settings) {
        this.jwt = jwt;
        this.clock = clock;
        this.cacheTtl = settings.tokenCacheTtl();
        this.verified = Caffeine.newBuilder()
                .maximumWeight(CACHE_CHARACTERS)
                .<Digest, CachedToken>weigher((_, token) -> 3 * token.characters())
                .expireAfterWrite(cacheTtl)
                .build();
    }

    private record CachedToken(SecurityIdentity identity, Instant until, int characters) {}

    /** SHA-256 of a token: an attacker's tokens take no more memory than others. */
    private record Digest(long first, long second, long third, long fourth) {
        static Digest of(String token) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(
                        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
                return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java platform has SHA-256", impossible);
            }
        }
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.startsWith(SCHEME)) {
            return jwt.authenticate(context, providers);
        }
        return verified(header.substring(SCHEME.length()), () -> jwt.authenticate(context, providers));
    }

    /** Verifies a token that is not in the header of a request, as strictly as one that is. */
    Uni<SecurityIdentity> verify(String token, IdentityProviderManager providers) {
        return verified(
                token, () -> providers.authenticate(new TokenAuthenticationRequest(new JsonWebTokenCredential(token))));
    }

    private Uni<SecurityIdentity> verified(String token, Supplier<Uni<SecurityIdentity>> verification) {
        Digest digest = Digest.of(token);
        CachedToken cached = verified.getIfPresent(digest);
        if (cached != null && clock.instant().isBefore(cached.until())) {
            return Uni.createFrom().item(cached.identity());
        }
        if (!isCanonical(token)) { // a cached token was checked when it was cached
            return Uni.createFrom().failure(new AuthenticationFailedException("the token is not a JWT"));
        }
        return verification
                .get()
                .invoke(identity -> cache(digest, token.length(), identity))
                .onFailure(VerifiedTokens::isClaimOfWrongType)
                .transform(unreadable ->
                        new AuthenticationFailedException("a claim of the token cannot be read", unreadable));
    }

    /**
     * Whether a claim of a correctly signed token has a wrong type: {@code groups} that are a number, a huge
     * {@code exp}.
     */
    private static boolean isClaimOfWrongType(Throwable failure) {
        return failure instanceof ClassCastException
                || failure instanceof DateTimeException
                || failure instanceof ArithmeticException
                || failure instanceof NumberFormatException;
    }

    /**
     * Whether the token is in the one form that RFC 7515 defines for it. The library that verifies reads the signature
     * leniently: it ignores characters outside of the alphabet and the unused bits of the last symbol, so one token
     * would have any number of forms.
     */
    static boolean isCanonical(String token) {
        int dots = 0;
        int lastDot = -1;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '.') {
                dots++;
                lastDot = i;
            } else if (BASE64_URL.indexOf(c) < 0) {
                return false;
            }
        }
        int signature = token.length() - lastDot - 1;
        if (dots != 2 || signature == 0) {
            return false;
        }
        int lastSymbol = BASE64_URL.indexOf(token.charAt(token.length() - 1));
        return switch (signature % 4) {
            case 2 -> lastSymbol % 16 == 0; // 2 symbols for 1 byte
            case 3 -> lastSymbol % 4 == 0; // 3 symbols for 2 bytes
            case 1 -> false;
            default -> true;
        };
    }

    private void cache(Digest digest, int characters, SecurityIdentity identity) {
        if (characters <= LONGEST_CACHED && identity != null && identity.getPrincipal() instanceof JsonWebToken token) {
            Instant cachedUntil = clock.instant().plus(cacheTtl);
            Instant expiresAt = Instant.ofEpochSecond(token.getExpirationTime());
            verified.put(
                    digest,
                    new CachedToken(identity, cachedUntil.isBefore(expiresAt) ? cachedUntil : expiresAt, characters));
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
