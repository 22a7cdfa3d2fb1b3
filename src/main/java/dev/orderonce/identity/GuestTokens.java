package dev.orderonce.identity;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Verifies the tokens of guests that a request has in its body, as strictly as the token in its header. */
@ApplicationScoped
public class GuestTokens {
    private final VerifiedTokens tokens;
    private final IdentityProviderManager providers;
    private final Vertx vertx;

    GuestTokens(VerifiedTokens tokens, IdentityProviderManager providers, Vertx vertx) {
        this.tokens = tokens;
        this.providers = providers;
        this.vertx = vertx;
    }

    /** Returns the guest whose token it is; empty if the token is not valid now, or not that of a guest. */
    public Uni<Optional<Buyer>> verify(String token) {
        Context caller = vertx.getOrCreateContext();
        return tokens.verify(token, providers)
                .map(GuestTokens::guest)
                .onFailure(AuthenticationFailedException.class)
                .recoverWithItem(Optional.empty())
                // A signature whose key has to be fetched is verified by another thread.
                .emitOn(step -> caller.runOnContext(_ -> step.run()));
    }

    private static Optional<Buyer> guest(SecurityIdentity identity) {
        return identity.hasRole(Role.BUYER)
                        && identity.hasRole(Role.GUEST)
                        && identity.getPrincipal() instanceof JsonWebToken token
                ? Optional.ofNullable(token.getSubject())
                        .filter(Subject::isSubject)
                        .map(Buyer::new)
                : Optional.empty();
    }
}
