package dev.orderonce.config;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.smallrye.config.ConfigValidationException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The exit code of a service that could not start, and the reason on the standard error. */
public final class ExitCode {
    /** EX_CONFIG of sysexits.h: the configuration is wrong, a restart changes nothing. */
    public static final int BAD_CONFIGURATION = 78;

    /** The prefix of the messages of SmallRye Config. */
    private static final Pattern LIBRARY_CODE = Pattern.compile("^(?:[A-Za-z.]+: )?SRCFG[0-9]+: ");

    private ExitCode() {}

    /**
     * Prints the reason of a startup failure, if there is one.
     *
     * @param code the exit code without this method
     * @return {@link #BAD_CONFIGURATION} for unusable settings, else {@code code}; a process that has run the
     *     {@link MigrateCommand} has not failed
     */
    public static int of(int code, @Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnusableSetting) {
                System.err.println(cause.getMessage());
                return BAD_CONFIGURATION;
            }
            if (cause instanceof ConfigValidationException invalid) {
                sentences(invalid).forEach(System.err::println);
                return BAD_CONFIGURATION;
            }
            if (cause instanceof PreventFurtherStepsException ended) {
                return ended.getExitCode();
            }
        }
        if (failure != null) {
            Logger.getLogger(ExitCode.class).error("order-once cannot start", failure);
        }
        return code;
    }

    /** Returns a sentence for each setting that the library could not convert. */
    static List<String> sentences(ConfigValidationException invalid) {
        return IntStream.range(0, invalid.getProblemCount())
                .mapToObj(i -> invalid.getProblem(i).getMessage())
                .map(message -> LIBRARY_CODE
                        .matcher(message)
                        .replaceFirst("")
                        .replace(" threw an Exception whilst being converted", " cannot be used:"))
                .map("order-once cannot start: %s."::formatted)
                .toList();
    }
}
