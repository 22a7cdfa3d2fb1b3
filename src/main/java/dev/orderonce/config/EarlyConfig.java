package dev.orderonce.config;

import io.smallrye.config.DotEnvConfigSourceProvider;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;

/** The given settings, read before Quarkus starts: system properties, environment, .env, config file. */
public final class EarlyConfig {
    /** The same file, with the same ordinal, as Quarkus reads it. */
    private static final Path FILE = Path.of("config", "application.properties");

    private static final int FILE_ORDINAL = 260;

    private EarlyConfig() {}

    public static Config settings() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addSystemSources()
                .withSources(new DotEnvConfigSourceProvider());
        if (Files.isReadable(FILE)) {
            try {
                builder.withSources(new PropertiesConfigSource(FILE.toUri().toURL(), FILE_ORDINAL));
            } catch (IOException unreadable) {
                throw new UncheckedIOException("cannot read " + FILE.toAbsolutePath(), unreadable);
            }
        }
        return builder.build();
    }
}
