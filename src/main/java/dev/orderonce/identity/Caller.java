package dev.orderonce.identity;

import dev.orderonce.http.Headers;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusal;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * The subject and roles of the current request, from its verified token, and the buyer whose request it is: the caller,
 * or the buyer whom a program of the shop names in {@code On-Behalf-Of}. A program that names a buyer has that buyer's
 * rights in this request, and none of its other roles.
 */
@ApplicationScoped
public class Caller {
    private final SecurityIdentity identity;
    private final CurrentVertxRequest request;

    Caller(SecurityIdentity identity, CurrentVertxRequest request) {
        this.identity = identity;
        this.request = request;
    }

    /**
     * Returns the owner of the numbers and orders of this request: the named buyer if there is one, else the caller.
     *
     * @throws Refusal if the header cannot be used, or the caller is not a buyer and names none
     * @throws AuthenticationFailedException like {@link #subject()}
     */
    public Buyer buyer() {
        return named().orElseGet(() -> {
            if (!identity.hasRole(Role.BUYER)) {
                throw notAllowed(
                        "A program of the shop has no orders of its own: it names the buyer for whom it acts in "
                                + "the header On-Behalf-Of.");
            }
            return new Buyer(subject().id());
        });
    }

    /** Returns the actor of this request, as events name it; fails like {@link #buyer()}. */
    public Actor actor() {
        return named().<Actor>map(buyer -> new Actor.Program(subject(), buyer))
                .orElseGet(() -> new Actor.Person(subject()));
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

    /** Whether the request is a buyer's. */
    public boolean isBuyer() {
        return named().isPresent() || identity.hasRole(Role.BUYER);
    }

    /** Whether the caller buys without an account. */
    public boolean isGuest() {
        return identity.hasRole(Role.GUEST);
    }

    /** Whether the request is support's, who act for buyers and must give a reason. */
    public boolean isSupport() {
        return named().isEmpty() && identity.hasRole(Role.SUPPORT);
    }

    /** Whether the request may see orders of every buyer. */
    public boolean isStaff() {
        return named().isEmpty() && (identity.hasRole(Role.MERCHANT) || identity.hasRole(Role.SUPPORT));
    }

    /**
     * The buyer for whom a program acts. An operation that does not declare {@link dev.orderonce.http.OnBehalf} is not
     * reached with the header.
     */
    private Optional<Buyer> named() {
        MultiMap headers = request.getCurrent().request().headers();
        if (!headers.contains(Headers.ON_BEHALF_OF)) {
            return Optional.empty();
        }
        if (!identity.hasRole(Role.SERVICE)) {
            throw notAllowed("Only a program of the shop, with the role service, can act for a buyer.");
        }
        List<String> names = headers.getAll(Headers.ON_BEHALF_OF);
        if (names.size() != 1 || !isName(names.getFirst())) {
            throw new Refusal(Problem.ofParameter("On-Behalf-Of must be the subject of one buyer, of 1 to "
                    + Subject.LONGEST + " ASCII characters."));
        }
        return Optional.of(new Buyer(names.getFirst()));
    }

    /** A header has no agreed encoding of other characters: the same bytes could name different buyers. */
    private static boolean isName(String text) {
        return Subject.isSubject(text) && text.chars().allMatch(c -> c < 0x7F);
    }

    private static Refusal notAllowed(String detail) {
        return new Refusal(Problem.of(ProblemType.NOT_ALLOWED, detail));
    }
}
