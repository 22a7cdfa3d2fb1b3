package dev.orderonce.identity;

import dev.orderonce.settings.MadeFromSettings;
import dev.orderonce.settings.UnusableSetting;

import jakarta.enterprise.context.ApplicationScoped;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The keys that tokens are checked with are there: without them every caller would be refused. */
@ApplicationScoped
class IssuersKeys implements MadeFromSettings {
    private static final String SETTING = "identity.keys";

    private static final Pattern ADDRESS = Pattern.compile("https?://.*");

    IssuersKeys(IdentitySettings settings) {
        String keys = settings.keys();
        // An issuer that is away for a moment must not stop the start: an address is not tried.
        if (!ADDRESS.matcher(keys).matches() && !Files.isReadable(file(keys))) {
            throw new UnusableSetting(SETTING + ": there is no file " + keys + " that can be read");
        }
    }

    private static Path file(String keys) {
        try {
            return keys.startsWith("file:") ? Path.of(URI.create(keys)) : Path.of(keys);
        } catch (IllegalArgumentException notAFile) {
            throw new UnusableSetting(SETTING + ": a file or an https address, not " + keys);
        }
    }
}
