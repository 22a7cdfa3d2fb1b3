package dev.orderonce.identity;

import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.Violation;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.jwt.build.Jwt;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Signs anybody on this machine in as any user, for demonstrations. It is in the standalone build only, and answers
 * only while no token issuer is configured, and only under a name of this machine itself.
 */
@Path("/demo/sign-in")
@Tag(name = "Demonstration", description = "The standalone build only")
@PermitAll
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class DemoSignInResource {
    /** Long enough to try things out over an afternoon; the key does not outlive the process anyway. */
    private static final Duration VALID_FOR = Duration.ofHours(4);

    /**
     * A page of any site can make its own name lead to 127.0.0.1 (DNS rebinding): for the browser the service is then
     * that page's own site, and the page may read what it answers. The name in the header Host gives the page away; a
     * page cannot set that header.
     */
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);

    private static final Set<String> ROLES = Set.of(Role.BUYER, Role.GUEST, Role.MERCHANT, Role.SUPPORT, Role.SERVICE);

    private final Optional<PrivateKey> key;
    private final String issuer;
    private final String audience;
    private final Clock clock;

    DemoSignInResource(
            @ConfigProperty(name = DemoKeys.PRIVATE_KEY) Optional<String> key,
            @ConfigProperty(name = "identity.issuer") String issuer,
            @ConfigProperty(name = "identity.audience") String audience,
            Clock clock) {
        this.key = key.map(DemoSignInResource::read);
        this.issuer = issuer;
        this.audience = audience;
        this.clock = clock;
    }

    private static PrivateKey read(String base64) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(DemoKeys.PRIVATE_KEY + " is not a key", unusable);
        }
    }

    /** The user to sign in as. */
    @Schema(name = "SignIn")
    record SignIn(
            @Schema(examples = "alice", required = true, minLength = 1, maxLength = Subject.LONGEST) @Nullable String subject,

            @Schema(description = "buyer, guest, merchant, support, service; a buyer if none is given") @Nullable List<@Nullable String> roles) {}

    /** The token of that user. */
    @Schema(name = "SignedIn")
    record SignedIn(
            @Schema(required = true) String token,
            @Schema(required = true) Instant expiresAt) {}

    @POST
    @NonBlocking // a millisecond for the signature
    @Refusals(ProblemType.NOT_FOUND)
    @Operation(
            operationId = "demoSignIn",
            summary = "Sign in as any user (standalone build only)",
            description = "For the demonstration and for tests, on this machine only.")
    @APIResponse(
            responseCode = "200",
            description = "A token for the header Authorization: Bearer",
            content = @Content(schema = @Schema(implementation = SignedIn.class)))
    public Response signIn(SignIn signIn, @Context HttpHeaders headers) {
        PrivateKey signing = key.orElseThrow(NotFoundException::new);
        String host = headers.getHeaderString(HttpHeaders.HOST);
        if (host == null || !THIS_MACHINE.matcher(host).matches()) {
            // The pages take "not found" for a service without a demo sign-in, and ask for a token.
            return Problem.of(ProblemType.NOT_FOUND, "The demo sign-in is at localhost, 127.0.0.1 and [::1] only.")
                    .toResponse();
        }
        List<Violation> violations = new ArrayList<>();
        String subject = signIn.subject();
        if (subject == null || !Subject.isSubject(subject)) {
            violations.add(new Violation(
                    "/subject", "must have 1 to " + Subject.LONGEST + " characters, no control characters"));
        }
        Set<String> roles = new HashSet<>();
        boolean areKnown = true;
        for (String role : signIn.roles() == null ? List.of(Role.BUYER) : signIn.roles()) {
            if (role == null || !ROLES.contains(role)) {
                areKnown = false;
            } else {
                roles.add(role);
            }
        }
        if (!areKnown) {
            violations.add(new Violation("/roles", "must be among buyer, guest, merchant, support, service"));
        }
        if (!violations.isEmpty()) {
            return Problem.ofBody(violations).toResponse();
        }
        Instant now = clock.instant();
        Instant expiresAt = now.plus(VALID_FOR);
        String token = Jwt.issuer(issuer)
                .audience(audience)
                .subject(subject)
                .groups(roles)
                .issuedAt(now)
                .expiresAt(expiresAt)
                .sign(signing);
        return Reply.ok(new SignedIn(token, expiresAt)).toResponse();
    }
}
