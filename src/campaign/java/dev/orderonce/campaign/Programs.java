package dev.orderonce.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of this machine that a campaign needs. Redis is not among them: the tests bring one along.
 *
 * @param haproxy 2.6 or newer
 * @param postgreSql the directory of PostgreSQL's server programs
 * @param unprivileged the words before the command of a program that refuses to run as root; empty for other users
 * @param clock the library that moves the clock of a process, if there is one
 */
record Programs(Path haproxy, Path postgreSql, List<String> unprivileged, Optional<Path> clock) {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final List<String> NEEDED = List.of("initdb", "postgres", "pg_basebackup");

    /**
     * Finds them where the settings say ({@code campaign.haproxy}, {@code campaign.postgresql}), on the path, or where
     * Debian puts them.
     *
     * @throws Missing with a sentence for each that is missing
     */
    static Programs find() throws Missing {
        List<String> missing = new ArrayList<>();
        Optional<Path> haproxy = given("campaign.haproxy")
                .map(Optional::of)
                .orElseGet(() -> onPath("haproxy"))
                .filter(Files::isExecutable);
        if (haproxy.isEmpty()) {
            missing.add("HAProxy 2.6 or newer is missing: install haproxy, or name it with -Dcampaign.haproxy=FILE.");
        }
        Optional<Path> postgreSql = given("campaign.postgresql")
                .map(Optional::of)
                .orElseGet(() -> debians().or(Programs::besideInitdb))
                .filter(Programs::isWhole);
        if (postgreSql.isEmpty()) {
            missing.add(
                    "PostgreSQL's server programs (%s) are missing: install postgresql-15 or newer, or name their directory with -Dcampaign.postgresql=DIRECTORY."
                            .formatted(String.join(", ", NEEDED)));
        }
        List<String> unprivileged = List.of();
        if (ProcessHandle.current().info().user().orElse("").equals("root")) {
            unprivileged = List.of("unshare", "-U");
            if (!runs(List.of("unshare", "-U", "true"))) {
                missing.add(
                        "PostgreSQL does not run as root, and this kernel allows root no user namespace (unshare -U): run the campaign as another user.");
            }
        }
        if (haproxy.isEmpty() || postgreSql.isEmpty() || !missing.isEmpty()) {
            throw new Missing(String.join(System.lineSeparator(), missing));
        }
        return new Programs(haproxy.get(), postgreSql.get(), unprivileged, libfaketime());
    }

    /** Something that the campaign needs is not on this machine. */
    static final class Missing extends Exception {
        private Missing(String sentences) {
            super(sentences);
        }
    }

    /** The command of one of PostgreSQL's programs. */
    List<String> postgreSql(String program, String... arguments) {
        List<String> command = new ArrayList<>(unprivileged);
        command.add(postgreSql.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Optional<Path> given(String property) {
        String value = System.getProperty(property, "");
        return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
    }

    private static Optional<Path> onPath(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The newest of Debian's packages. */
    private static Optional<Path> debians() {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.filter(version -> version.getFileName().toString().matches("[0-9]+"))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .map(version -> version.resolve("bin"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Optional<Path> besideInitdb() {
        return onPath("initdb").map(initdb -> initdb.resolveSibling(""));
    }

    private static boolean isWhole(Path directory) {
        return NEEDED.stream().allMatch(program -> Files.isExecutable(directory.resolve(program)));
    }

    private static boolean runs(List<String> command) {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static Optional<Path> libfaketime() {
        return Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
                .map(directory -> Path.of(directory, "faketime", "libfaketime.so.1"))
                .filter(Files::exists)
                .findFirst();
    }
}
