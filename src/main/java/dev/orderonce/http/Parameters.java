package dev.orderonce.http;

/** Reads query parameters. */
public final class Parameters {
    private static final int LONGEST = 9;

    private Parameters() {}

    /** A whole number of up to nine digits; -1, which is out of every range, for anything else. */
    public static int whole(String text) {
        boolean isWhole =
                !text.isEmpty() && text.length() <= LONGEST && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isWhole ? Integer.parseInt(text) : -1;
    }
}
