package dev.orderonce.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URL;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo sign-in accepts only local host names, not a site whose name resolves to this machine (DNS rebinding). */
@QuarkusTest
class DemoSignInHostTest {
    private static final String BODY = "{\"subject\":\"eve\",\"roles\":[\"support\"]}";

    @TestHTTPResource
    URL service;

    private String signInAt(String host) {
        return RawHttp.exchange(
                service,
                "POST /demo/sign-in HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(host, BODY.length(), BODY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "LOCALHOST:8080",
                "127.0.0.1",
                "127.0.0.1:443",
                "[::1]",
                "[::1]:8080"
            })
    void nameOfThisMachine_isAnswered(String host) {
        assertThat(signInAt(host)).startsWith("HTTP/1.1 200").contains("\"token\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example:8080",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "127.0.0.10",
                "127a0b0c1",
                "10.0.0.1:8080",
                "[::2]:8080"
            })
    void nameOfAnotherSite_isRefusedWithAProblem(String host) {
        assertThat(signInAt(host))
                .startsWith("HTTP/1.1 404")
                .contains("application/problem+json")
                .contains("/problems/not-found")
                .doesNotContain("\"token\":");
    }
}
