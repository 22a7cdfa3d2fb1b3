package dev.orderonce.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/** The data directory of one standalone service, locked against a second one. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the directory if necessary and locks it for this process.
     *
     * @throws IllegalStateException with a sentence if it cannot be used, or if another process has locked it
     */
    static DataDirectory take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
                // Keys, orders and executables: no other user of this machine may read or replace them.
                // The permissions of an existing directory are its creator's decision.
                if (Files.getFileStore(path).supportsFileAttributeView(PosixFileAttributeView.class)) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
                }
            }
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // The operating system releases the lock when the process ends, however it ends: a lock file would remain.
            if (isTaken(channel)) {
                channel.close();
                throw new IllegalStateException(
                        "another order-once is running with the data in %s; stop it, or set standalone.data to another directory"
                                .formatted(path));
            }
            return new DataDirectory(path, channel);
        } catch (IOException failure) {
            throw new IllegalStateException(
                    "the data directory %s cannot be used (%s); set standalone.data to a directory that this user can write to"
                            .formatted(path, reason(failure)),
                    failure);
        }
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "no permission to write to " + denied.getFile();
            case FileAlreadyExistsException inTheWay -> inTheWay.getFile() + " is not a directory";
            case FileSystemException file when file.getReason() != null -> file.getFile() + ": " + file.getReason();
            default -> failure.toString();
        };
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException byThisProcess) {
            return true;
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
