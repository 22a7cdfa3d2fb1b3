package dev.orderonce.identity;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The keys that tokens are checked with are there: without them every caller would be refused. */
@ApplicationScoped
class IssuersKeys implements MadeFromSettings {
    private static final String SETTING = "identity.keys";

    private static final String FILE = "file:";

    private static final Pattern ADDRESS = Pattern.compile("https://.*");

    /** Without TLS whoever is on the way makes the keys; on this machine nobody is. */
    private static final Pattern LOCAL_ADDRESS = Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])([:/].*)?");

    IssuersKeys(IdentitySettings settings) {
        String keys = settings.keys();
        // An issuer that is away for a moment must not stop the start: an address is not tried.
        if (keys.startsWith("http://") && !LOCAL_ADDRESS.matcher(keys).matches()) {
            throw new UnusableSetting(SETTING + ": an address begins with https://");
        }
        if (!isAddress(keys) && !isFile(keys)) {
            throw new UnusableSetting(SETTING + ": there is no file " + keys + " that can be read");
        }
    }

    private static boolean isAddress(String keys) {
        return ADDRESS.matcher(keys).matches() || LOCAL_ADDRESS.matcher(keys).matches();
    }

    /** Whoever reads the keys takes what stands behind the scheme as it is. */
    private static boolean isFile(String keys) {
        try {
            Path file = Path.of(keys.startsWith(FILE) ? keys.substring(FILE.length()) : keys);
            return Files.isRegularFile(file) && Files.isReadable(file);
        } catch (InvalidPathException notAFile) {
            return false;
        }
    }
}
