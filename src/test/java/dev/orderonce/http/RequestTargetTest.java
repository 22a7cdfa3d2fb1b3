package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The spellings of a path that are refused before any other component reads them. */
class RequestTargetTest {
    private static final String NUMBER = "1TVSMA-TNANAN-AQKFFY";

    @ParameterizedTest
    @ValueSource(strings = {";", "%3b", "%3B", "%2f", "%2F", "%5c", "%5C", "\\", "%25", "%00", "%0d"})
    void whatIsReadInTwoWays_isRefusedAnywhereInThePath(String ambiguous) {
        assertThat(RequestTarget.isPathCanonical(ambiguous)).isFalse();
        assertThat(RequestTarget.isPathCanonical("/" + ambiguous)).isFalse();
        assertThat(RequestTarget.isPathCanonical("/orders" + ambiguous)).isFalse();
        assertThat(RequestTarget.isPathCanonical("/orders" + ambiguous + "/" + NUMBER))
                .isFalse();
        assertThat(RequestTarget.isPathCanonical("/orders/" + NUMBER + ambiguous + "?limit=5"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "%3b", "%2F", "%5C", "\\", "%25", "//", "/../", "%65", "/"})
    void theSameInTheQuery_isLetThrough(String ambiguous) {
        assertThat(RequestTarget.isPathCanonical("/orders?after=" + ambiguous)).isTrue();
        assertThat(RequestTarget.isPathCanonical("/orders?" + ambiguous)).isTrue();
        assertThat(RequestTarget.isPathCanonical("/?a=" + ambiguous + "?b")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "//",
                "//events",
                "/events/",
                "/events//",
                "/events/?x",
                "/./events",
                "/events/.",
                "/events/..",
                "/x/../events",
                "/%65vents", // an e that needs no encoding
                "/%2e/events",
                "/%2E%2e/events",
                "/%253b", // decoded twice it is a semicolon
                "/orders;jsessionid=1",
                "/orders/..;/q/metrics",
                "/orders%2f..%2Fq%2fmetrics",
                "/orders#x",
                "/a%",
                "/a%2",
                "/a%?20",
                "/a%zz",
                "/a%3",
                "/a b",
                "/a|b",
                "/a^b",
                "/a\"b",
                "/é",
                "http://elsewhere.example/orders"
            })
    void otherSpellings_areRefused(String target) {
        assertThat(RequestTarget.isPathCanonical(target)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/?x=1",
                "*",
                "/orders",
                "/orders/1TVSMA-TNANAN-AQKFFY",
                "/orders/1TVSMA%20TNANAN%20AQKFFY", // a space, as a person writes it
                "/orders?after=1TVSMATNANANAQKFFY&limit=20",
                "/order-numbers?checkout=c1",
                "/problems/number-expired",
                "/once/a.b/..c",
                "/once/notice/a%7Eb", // a tilde, as older encoders write it
                "/once/.../a",
                "/%C3%A9t%C3%A9", // "été"
                "/index.html"
            })
    void ordinaryPaths_areLetThrough(String target) {
        assertThat(RequestTarget.isPathCanonical(target)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/?", "/?a=b&c", "/?a=%20%C3%A9", "/?a=;/?:@!$'()*+,-._~", "/%zz?a=b"})
    void ordinaryQueries_canBeRead(String target) {
        assertThat(RequestTarget.isQueryReadable(target)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?%", "/?a=%2", "/?a=%zz", "/?a b", "/?^", "/?|", "/?\"", "/?<", "/?é", "/?#"})
    void queriesThatCannotBeDecoded_areRefused(String target) {
        assertThat(RequestTarget.isQueryReadable(target)).isFalse();
    }
}
