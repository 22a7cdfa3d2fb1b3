package dev.orderonce.config;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.List;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The exit code of a service that could not start, and the reason on the standard error. */
public final class ExitCode {
    /** EX_CONFIG of sysexits.h: the configuration is wrong, a restart changes nothing. */
    public static final int BAD_CONFIGURATION = 78;

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
            if (cause instanceof BindException taken) {
                System.err.println(sentence("quarkus.http.port: cannot listen (%s)".formatted(taken.getMessage())));
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

    /**
     * Ends the process if there are problems, after it has printed each on the standard error.
     *
     * @param problems sentences without their full stops
     */
    public static void ifAny(List<String> problems) {
        if (!problems.isEmpty()) {
            problems.stream().distinct().map(ExitCode::sentence).forEach(System.err::println);
            System.exit(BAD_CONFIGURATION);
        }
    }

    static String sentence(String problem) {
        return "order-once %s cannot start: %s.".formatted(Version.current(), problem);
    }

    /** Returns a sentence for each setting that the library could not convert. */
    static List<String> sentences(ConfigValidationException invalid) {
        return IntStream.range(0, invalid.getProblemCount())
                .mapToObj(i -> invalid.getProblem(i).getMessage())
                .map(message -> sentence(SettingProblem.sentence(message, List.of())))
                .toList();
    }
}
