package dev.orderonce.identity;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Checks that the keys that verify tokens exist: without them every caller would be refused. */
final class IssuersKeys {
    private static final String SETTING = "identity.keys";

    private static final String FILE = "file:";

    private static final Pattern ADDRESS = Pattern.compile("https://.*");

    /** Without TLS an attacker in the network could replace the keys; a local address has no network between. */
    private static final Pattern LOCAL_ADDRESS = Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])([:/].*)?");

    private IssuersKeys() {}

    static void check(String keys, Consumer<String> wrong) {
        // An issuer that is unavailable for a moment must not prevent startup: an address is not tried.
        if (keys.startsWith("http://") && !LOCAL_ADDRESS.matcher(keys).matches()) {
            wrong.accept(SETTING + ": an address must begin with https://");
        } else if (!isAddress(keys) && !isFile(keys)) {
            wrong.accept(SETTING + ": there is no file " + keys + " that can be read");
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
