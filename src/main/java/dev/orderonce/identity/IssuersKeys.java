package dev.orderonce.identity;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Checks at startup that the keys that verify tokens exist: without them every caller would be refused. */
@ApplicationScoped
class IssuersKeys implements MadeFromSettings {
    private static final String SETTING = "identity.keys";

    private static final String FILE = "file:";

    private static final Pattern ADDRESS = Pattern.compile("https://.*");

    /** Without TLS an attacker in the network could replace the keys; a local address has no network between. */
    private static final Pattern LOCAL_ADDRESS = Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])([:/].*)?");

    IssuersKeys(IdentitySettings settings) {
        String keys = settings.keys();
        // An issuer that is unavailable for a moment must not prevent startup: an address is not tried.
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

    /** The library that reads the keys does not decode what is behind the scheme. */
    private static boolean isFile(String keys) {
        try {
            Path file = Path.of(keys.startsWith(FILE) ? keys.substring(FILE.length()) : keys);
            return Files.isRegularFile(file) && Files.isReadable(file);
        } catch (InvalidPathException notAFile) {
            return false;
        }
    }
}
