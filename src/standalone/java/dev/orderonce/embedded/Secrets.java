package dev.orderonce.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/** Generates secrets, and keeps them in files that only their owner can read. */
final class Secrets {
    /** 256 random bits: the minimum of a signing key, and beyond guessing. */
    private static final int BYTES = 32;

    private Secrets() {}

    /** Returns a new key in base64. */
    static String newKey() {
        return Base64.getEncoder().encodeToString(random());
    }

    /**
     * Returns a new password in base64url: no character of it has to be escaped in an address, a configuration file or
     * a command.
     */
    static String newPassword() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random());
    }

    private static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /**
     * Returns the secret that a file keeps.
     *
     * @param newSecret makes the one to keep if the file does not exist
     */
    static String kept(Path file, Supplier<String> newSecret) {
        try {
            if (!Files.exists(file)) {
                write(file, newSecret.get());
            }
            return Files.readString(file).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot keep a secret in " + file, failure);
        }
    }

    /** Writes a file that only its owner can read, whole or not at all; replaces what was there. */
    static void write(Path file, String content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        createForOwnerOnly(fresh);
        // On the disk before it has its name: a store whose password a power cut took stays shut.
        Files.writeString(fresh, content, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void createForOwnerOnly(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
    }
}
