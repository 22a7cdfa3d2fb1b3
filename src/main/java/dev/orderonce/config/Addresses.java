package dev.orderonce.config;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** Checks that the service can listen where its settings say. */
public final class Addresses {
    private Addresses() {}

    /**
     * Returns a sentence without a full stop if another process listens there already, or if this machine has no such
     * address; empty also if the setting is not a port, which is reported elsewhere.
     *
     * @param settings the prefix of the settings {@code port} and {@code host}
     * @param host the host in place of the one that is set
     */
    public static Optional<String> problem(Config given, String settings, int defaultPort, Optional<String> host) {
        String setting = settings + ".port";
        int port = given.getOptionalValue(setting, String.class)
                .map(Addresses::port)
                .orElse(defaultPort);
        String listening = host.or(() -> given.getOptionalValue(settings + ".host", String.class))
                .orElse("0.0.0.0");
        // 0 is any free port. Processes may be set to share one.
        boolean isShared = given.getOptionalValue(settings + ".so-reuse-port", String.class)
                .map(Boolean::parseBoolean)
                .orElse(false);
        return port < 1 || isShared ? Optional.empty() : problem(setting, listening, port);
    }

    private static int port(String written) {
        try {
            return Integer.parseInt(written.strip());
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    private static Optional<String> problem(String setting, String host, int port) {
        if (port > 65535) {
            return Optional.of("%s: %d is not a port; they end at 65535".formatted(setting, port));
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return Optional.empty();
        } catch (BindException taken) {
            return Optional.of(
                    "%s: cannot listen on port %d of %s (%s); stop the process that uses it, or set another port"
                            .formatted(setting, port, host, taken.getMessage()));
        } catch (IOException unusable) {
            return Optional.of(
                    "%s: cannot listen on port %d of %s (%s)".formatted(setting, port, host, unusable.getMessage()));
        }
    }
}
