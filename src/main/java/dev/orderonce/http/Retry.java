package dev.orderonce.http;

/**
 * What a program does after a refusal. It is the only member of a problem that a program must follow; a value that the
 * program does not know is no advice.
 */
public enum Retry {
    /** Not final: the request may or may not have taken effect. */
    SAME_REQUEST(
            "same-request",
            "Repeat the identical request, after the time in Retry-After if present: this response is not final."),

    /** The number or key is not spent, but the identical request never succeeds. */
    AFTER_CHANGE(
            "after-change",
            "Do not repeat the request as it is: it will never succeed. Correct it, sign in, or add the required "
                    + "confirmation, and send it with the same number or key, which stays usable."),

    /** Final: no order exists under the number, and none can be placed under it. */
    NEW_NUMBER(
            "new-number",
            "Take a new order number. No order exists under the old number, and none can be placed under it."),

    /** Final: nothing exists under the key, and nothing can be created under it. */
    NEW_KEY(
            "new-key",
            "Make a new idempotency key. Nothing exists under the old key, and nothing can be created under it."),

    /** Final: the answer does not change. */
    NEVER(
            "never",
            "Do not repeat the request: the answer is final. Follow \"order\" or \"dispute\" if the problem has one.");

    private final String text;
    private final String advice;

    Retry(String text, String advice) {
        this.text = text;
        this.advice = advice;
    }

    /** The value of the member {@code retry}. */
    public String text() {
        return text;
    }

    /** The meaning of the value, for the API description and the pages of problems. */
    public String advice() {
        return advice;
    }
}
