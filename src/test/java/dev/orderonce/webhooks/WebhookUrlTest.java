package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.http.Violation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts are URLs of receivers. */
class WebhookUrlTest {
    private final List<Violation> violations = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(textBlock = """
            https://shop.example,               shop.example, 443,  /
            HTTPS://Shop.example/a?b=c,         Shop.example, 443,  /a?b=c
            https://shop.example:8443?b,        shop.example, 8443, /?b
            https://shop.example/%20%2F,        shop.example, 443,  /%20%2F
            http://127.0.0.1:8080/hooks,        127.0.0.1,    8080, /hooks
            http://localhost/,                  localhost,    80,   /
            'http://[::1]:81/',                 [::1],        81,   /
            'https://[2606:4700::1111]/x',      [2606:4700::1111], 443, /x
            """)
    void url_isRead(String text, String host, int port, String target) {
        // When
        WebhookUrl url = WebhookUrl.read(text, violations).orElseThrow();
        // Then
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
        assertThat(url.target()).isEqualTo(target);
        assertThat(violations).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shop.example",
                "/hooks",
                "https:",
                "https:shop.example",
                "https://",
                "https:///hooks",
                "https://:443/",
                "https://shop.example:0/",
                "https://shop.example:65536/",
                "https://shop.example:x/",
                "https://user@shop.example/",
                "https://user:password@shop.example/",
                "https://shop.example/#part",
                "https://shop.example/a b",
                "https://shop.example/\n",
                "https://shöp.example/",
                "https://shop_.example_/",
                "http://shop.example/",
                "http://127.0.0.1.shop.example/",
                "http://localhost.shop.example/",
                "http://10.0.0.1/",
                "ftp://shop.example/",
                "file:///etc/passwd",
                "jar:https://shop.example!/",
                // Other spellings of 127.0.0.1; those that are read are refused as addresses.
                "https://0x7f.1/",
                "https://127.1/",
                "https://[::1"
            })
    void anotherText_isRefused(String text) {
        assertThat(WebhookUrl.read(text, violations)).isEmpty();
        assertThat(violations)
                .hasSize(1)
                .allSatisfy(violation -> assertThat(violation.field()).isEqualTo("/url"));
    }

    @Test
    void tooLong_isRefused() {
        assertThat(WebhookUrl.read("https://shop.example/" + "a".repeat(WebhookUrl.LONGEST), violations))
                .isEmpty();
        assertThat(violations).hasSize(1);
    }
}
