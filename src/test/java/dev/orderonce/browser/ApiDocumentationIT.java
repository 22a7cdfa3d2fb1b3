package dev.orderonce.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API documentation of the standalone build in a real browser. */
class ApiDocumentationIT {
    @TempDir
    Path directory;

    @Test
    void operation_isShownAndCanBeTriedOutWithoutSigningIn() throws IOException {
        assumeTrue(Browsers.isThere("ApiDocumentationIT"));
        try (PagesFixture fixture = new PagesFixture(directory);
                BrowserContext person = fixture.person("reader")) {
            // Given
            Page page = person.newPage();
            page.navigate(fixture.service() + "/docs");
            Locator operation = page.locator(".opblock-get:has([data-path='/orders'])");
            operation.waitFor();
            page.locator(".authorize.locked").first().waitFor();
            // When
            operation.locator(".opblock-summary-control").click();
            // The page resolves the operation's references meanwhile, and shows its form anew then.
            operation.locator(".opblock-loading-animation").waitFor(hidden());
            operation.locator("tr[data-param-name='limit'] input").waitFor();
            operation.locator("button.execute").click();
            // Then
            operation
                    .locator(".live-responses-table .response-col_status:has-text('200')")
                    .waitFor();
            assertThat(fixture.faults()).isEmpty();
        }
    }

    private static Locator.WaitForOptions hidden() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN);
    }
}
