package dev.orderonce.identity;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** The subject and roles of the current request, from its verified token. */
@ApplicationScoped
public class Caller {
    private final SecurityIdentity identity;

    Caller(SecurityIdentity identity) {
        this.identity = identity;
    }

    /** Returns the caller as the owner of numbers and orders; fails like {@link #subject()}. */
    public Buyer buyer() {
        return new Buyer(subject().id());
    }

    /**
     * Returns the caller: a buyer, a member of the shop's staff or a program. The principal's name is not used: it
     * prefers {@code upn}, which people may change.
     *
     * @throws AuthenticationFailedException if the token has no {@code sub}, or an unusable one
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

    /** Whether the caller has orders of their own. */
    public boolean isBuyer() {
        return identity.hasRole(Role.BUYER);
    }

    /** Whether the caller is support, who act for buyers and must give a reason. */
    public boolean isSupport() {
        return identity.hasRole(Role.SUPPORT);
    }

    /** Whether the caller may see orders that are not their own. */
    public boolean isStaff() {
        return identity.hasRole(Role.MERCHANT) || identity.hasRole(Role.SUPPORT);
    }
}
