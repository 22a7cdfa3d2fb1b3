package dev.orderonce.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths are refused before anything else sees them. */
class FrontDoorTest {
    private static final String NUMBER = "1TVSMA-TNANAN-AQKFFY";

    @ParameterizedTest
    @ValueSource(strings = {";", "%3b", "%3B", "%2f", "%2F", "%5c", "%5C", "\\", "%25"})
    void whatIsReadInTwoWays_isRefusedAnywhereInThePath(String ambiguous) {
        assertThat(FrontDoor.isAmbiguous(ambiguous)).isTrue();
        assertThat(FrontDoor.isAmbiguous("/" + ambiguous)).isTrue();
        assertThat(FrontDoor.isAmbiguous("/orders" + ambiguous)).isTrue();
        assertThat(FrontDoor.isAmbiguous("/orders" + ambiguous + "/" + NUMBER)).isTrue();
        assertThat(FrontDoor.isAmbiguous("/orders/" + NUMBER + ambiguous + "?limit=5")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "%3b", "%3B", "%2f", "%2F", "%5c", "%5C", "\\", "%25"})
    void theSameInTheQuery_isLetThrough(String ambiguous) {
        assertThat(FrontDoor.isAmbiguous("/orders?after=" + ambiguous)).isFalse();
        assertThat(FrontDoor.isAmbiguous("/orders?" + ambiguous)).isFalse();
        assertThat(FrontDoor.isAmbiguous("/orders?a=" + ambiguous + "?b")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%253b", // decoded twice it is a semicolon
                "/%252F",
                "/orders;jsessionid=1",
                "/orders/..;/q/metrics",
                "/q/metrics;.css",
                "/orders%2f..%2Fq%2fmetrics"
            })
    void waysAroundARule_areRefused(String uri) {
        assertThat(FrontDoor.isAmbiguous(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "",
                "*",
                "/orders",
                "/orders/1TVSMA-TNANAN-AQKFFY",
                "/orders/1TVSMA%20TNANAN%20AQKFFY", // a space, as a person writes it
                "/orders?after=1TVSMATNANANAQKFFY&limit=20",
                "/order-numbers?checkout=c1",
                "/problems/number-expired",
                "/q/health/live",
                "/%C3%A9t%C3%A9", // "été"
                "/index.html",
                "/a%",
                "/a%2",
                "/a%3"
            })
    void ordinaryPaths_areLetThrough(String uri) {
        assertThat(FrontDoor.isAmbiguous(uri)).isFalse();
    }
}
