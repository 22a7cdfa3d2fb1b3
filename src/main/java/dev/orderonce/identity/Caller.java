package dev.orderonce.identity;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Whoever sent the current request, as its verified token says. */
@ApplicationScoped
public class Caller {
    private final SecurityIdentity identity;

    Caller(SecurityIdentity identity) {
        this.identity = identity;
    }

    /** The caller as the owner of numbers and orders; fails like {@link #subject()}. */
    public Buyer buyer() {
        return new Buyer(subject().id());
    }

    /**
     * The caller, be it a buyer, a member of the shop's staff or a program.
     *
     * @throws AuthenticationFailedException if the token has no {@code sub}, or one that can name nobody. The
     *     principal's name is not used: it prefers {@code upn}, which people may change.
     */
    public Subject subject() {
        if (identity.getPrincipal() instanceof JsonWebToken token) {
            String subject = token.getSubject();
            if (subject != null && Subject.isSubject(subject)) {
                return new Subject(subject);
            }
        }
        throw new AuthenticationFailedException("the token's \"sub\" is missing or unusable");
    }

    /** Whether the caller helps buyers, and answers for what they do for them. */
    public boolean isSupport() {
        return identity.hasRole(Role.SUPPORT);
    }

    /** Whether the caller may see orders that are not their own. */
    public boolean isStaff() {
        return identity.hasRole(Role.MERCHANT) || identity.hasRole(Role.SUPPORT);
    }
}
