package dev.orderonce.config;

import io.smallrye.config.ConfigValidationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How a service that ended by itself says why. */
public final class ExitCode {
    /** EX_CONFIG of sysexits.h: the configuration is at fault, starting again changes nothing. */
    public static final int BAD_CONFIGURATION = 78;

    private ExitCode() {}

    /**
     * Says why, if there is anything to say.
     *
     * @param code what it would end with
     * @return what it ends with
     */
    public static int of(int code, @Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnusableSetting || cause instanceof ConfigValidationException) {
                System.err.println(cause.getMessage());
                return BAD_CONFIGURATION;
            }
        }
        if (failure != null) {
            Logger.getLogger(ExitCode.class).error("order-once cannot start", failure);
        }
        return code;
    }
}
