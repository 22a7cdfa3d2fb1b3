package dev.orderonce.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.sun.net.httpserver.HttpServer;
import dev.orderonce.config.Version;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The npm package as the build packs it, installed as a shop installs it: its types compile, its hook works in two
 * versions of React, a program in Node orders with it, and so does a page of another origin. The build packs it before
 * this test.
 */
class NpmPackageIT {
    private static final Path TARBALL = Path.of("target/npm/order-once-" + Version.current() + ".tgz");
    private static final Path TESTS = Path.of("src/test/npm");
    private static final Path MODULE = Path.of("src/main/resources/META-INF/resources");

    /** Kept between builds: the tools are 60 MB. */
    private static final Path WORK = Path.of("target/npm/check");

    /** Of one program: the first installation fetches the tools. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** The requests in progress that the service accepts at once: more than a page sends, and few enough to occupy. */
    private static final int IN_FLIGHT = 16;

    @TempDir
    static Path directory;

    private static @Nullable PagesFixture started;
    private static @Nullable HttpServer shop;
    private static @Nullable HttpServer stranger;

    private final String buyer = "person-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        boolean hasNpm = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "npm")));
        if (!hasNpm) {
            System.out.println("SKIPPED NpmPackageIT: no npm on this machine, so the npm package is not tested");
        }
        assumeTrue(hasNpm, "no npm on this machine");
        install();
        shop = serve();
        stranger = serve();
        if (Browsers.isThere("NpmPackageIT")) {
            started = new PagesFixture(
                    directory,
                    Map.of("CORS_ORIGINS", origin(shop), "HTTP_IN_FLIGHT_LIMIT", Integer.toString(IN_FLIGHT)));
        }
    }

    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(WORK);
        for (String file : List.of("package.json", "package-lock.json", "program.mjs", "usage.tsx")) {
            Files.copy(TESTS.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> npm = List.of("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
        run(npm);
        run(Stream.concat(
                        npm.stream(),
                        Stream.of("--no-save", TARBALL.toAbsolutePath().toString()))
                .toList());
        bundle("page.jsx", "page.js", "--format=esm", "--minify");
    }

    @AfterAll
    static void stop() {
        Stream.of(shop, stranger).filter(Objects::nonNull).forEach(server -> server.stop(0));
        if (started != null) {
            started.close();
        }
    }

    /** The service; without a browser nothing starts it. */
    private static PagesFixture service() {
        assumeTrue(started != null, "no Chromium on this machine");
        return Objects.requireNonNull(started);
    }

    @Test
    void package_holdsTheServedModuleAndNothingElse() throws Exception {
        // Given
        Path installed = WORK.resolve("node_modules/order-once");
        // When
        JsonObject description = new JsonObject(Files.readString(installed.resolve("package.json")));
        // Then
        try (Stream<Path> files = Files.list(installed)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "LICENSE",
                            "README.md",
                            "order-once-browser.js",
                            "order-once.d.ts",
                            "order-once.js",
                            "package.json",
                            "react.d.ts",
                            "react.js");
        }
        for (String file : List.of("order-once.js", "order-once-browser.js", "order-once.d.ts")) {
            assertThat(installed.resolve(file)).hasSameBinaryContentAs(MODULE.resolve(file));
        }
        assertThat(installed.resolve("LICENSE")).hasSameBinaryContentAs(Path.of("LICENSE"));
        assertThat(description.getString("version")).isEqualTo(Version.current());
        assertThat(description.getString("license")).isEqualTo("Apache-2.0");
        assertThat(description.containsKey("dependencies")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"nodenext, nodenext", "esnext, bundler"})
    void types_compileWithTheCodeOfAShop(String module, String resolution) throws Exception {
        run(List.of(
                "npx",
                "--no-install",
                "tsc",
                "--strict",
                "--noEmit",
                "--jsx",
                "react-jsx",
                "--target",
                "es2022",
                // Without the types of a browser: the package asks for them itself.
                "--lib",
                "es2022",
                "--typeRoots",
                "none",
                "--module",
                module,
                "--moduleResolution",
                resolution,
                "usage.tsx"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"18", "19"})
    void hook_worksInReact(String version) throws Exception {
        // Given
        String tests = "react-" + version + ".test.mjs";
        List<String> options = new ArrayList<>(
                List.of(
                        "--format=esm",
                        "--platform=node",
                        "--external:jsdom",
                        "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"));
        if (version.equals("18")) {
            options.addAll(List.of("--alias:react=react-18", "--alias:react-dom=react-dom-18"));
        }
        bundle("react.test.jsx", tests, options.toArray(String[]::new));
        // When
        String output = run(List.of("node", "--test", "--test-reporter=tap", tests));
        // Then
        assertThat(output).contains("in React " + version + ".").contains("# fail 0");
        System.out.println("NpmPackageIT: React " + version + ": "
                + output.lines().filter(line -> line.startsWith("# pass")).toList());
    }

    @Test
    void programInNode_ordersOnceAndEnds() throws Exception {
        // When
        String output = run(List.of(
                "node",
                "program.mjs",
                service().service(),
                service().token(buyer, "buyer"),
                UUID.randomUUID().toString()));
        // Then
        JsonObject printed = new JsonObject(output);
        JsonArray outcomes = printed.getJsonArray("outcomes");
        assertThat(printed.getBoolean("isDurable")).isFalse();
        assertThat(outcomes)
                .hasSize(3)
                .allSatisfy(outcome -> assertThat(outcome)
                        .isEqualTo(new JsonObject().put("outcome", "placed").put("number", numberIn(outcomes))));
        assertThat(service().ordersOf(buyer)).isOne();
    }

    private static String numberIn(JsonArray outcomes) {
        return outcomes.getJsonObject(0).getString("number");
    }

    @Test
    void doubleClickOnAPageOfAnotherOrigin_isOneRequestAndOneOrder() throws SQLException {
        try (BrowserContext person = service().person(buyer)) {
            // Given
            Page page = open(person, Objects.requireNonNull(shop));
            PlaywrightAssertions.assertThat(page.getByTestId("state")).hasText("ready");
            AtomicInteger sent = new AtomicInteger();
            page.onRequest(request -> {
                if (request.method().equals("POST")) {
                    sent.incrementAndGet();
                }
            });
            // When
            page.getByTestId("place").dblclick();
            // Then
            PlaywrightAssertions.assertThat(page.getByTestId("outcome")).hasText("placed");
            PlaywrightAssertions.assertThat(page.getByTestId("state")).hasText("placed");
            assertThat(sent).hasValue(1);
            assertThat(service().ordersOf(buyer)).isOne();
            assertThat(service().faults()).isEmpty();
        }
    }

    @Test
    void overload_isReadByAPageOfAnotherOriginWithItsDelay() throws IOException {
        try (BrowserContext person = service().person(buyer)) {
            Page page = open(person, Objects.requireNonNull(shop));
            PlaywrightAssertions.assertThat(page.getByTestId("state")).hasText("ready");
            List<Socket> unfinished = new ArrayList<>();
            try {
                // Given
                URI address = URI.create(service().service());
                for (int i = 0; i < IN_FLIGHT; i++) {
                    Socket socket = new Socket(address.getHost(), address.getPort());
                    unfinished.add(socket);
                    socket.getOutputStream()
                            .write("POST /payments/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().flush();
                }
                // When
                Map<?, ?> answer = await().atMost(Duration.ofSeconds(5))
                        .until(
                                () -> (Map<?, ?>) page.evaluate("() => read('/orders')"),
                                read -> Objects.equals(read.get("status"), 503));
                // Then
                assertThat(answer.get("type")).isEqualTo("/problems/overloaded");
                assertThat(answer.get("retry")).isEqualTo("same-request");
                assertThat(answer.get("retryAfter")).isEqualTo("1");
                assertThat(answer.get("date")).asString().endsWith(" GMT");
            } finally {
                for (Socket socket : unfinished) {
                    socket.close();
                }
            }
            assertThat(service().faults()).isEmpty();
        }
    }

    @Test
    void pageOfAnOriginThatIsNotConfigured_canReadNothing() throws SQLException {
        try (BrowserContext person = service().person(buyer)) {
            // Given
            Page page = open(person, Objects.requireNonNull(stranger));
            // When
            Object answer = page.evaluate("() => read('/orders').catch((error) => error.name)");
            // Then
            assertThat(answer).isEqualTo("TypeError");
            PlaywrightAssertions.assertThat(page.getByTestId("state")).hasText("no-number");
            assertThat(service().ordersOf(buyer)).isZero();
            assertThat(service().faults()).isNotEmpty().allMatch(fault -> fault.contains("CORS policy"));
        }
    }

    private Page open(BrowserContext person, HttpServer server) {
        Page page = person.newPage();
        page.navigate(origin(server) + "/#service=" + service().service() + "&buyer=" + buyer + "&checkout="
                + UUID.randomUUID() + "&token="
                + URLEncoder.encode(service().token(buyer, "buyer"), StandardCharsets.UTF_8));
        return page;
    }

    /** A shop's own server: one page and its script. */
    private static HttpServer serve() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] page =
                "<!doctype html><title>Shop</title><link rel=icon href=data:,><div id=root></div><script type=module src=/page.js></script>"
                        .getBytes(StandardCharsets.UTF_8);
        byte[] script = Files.readAllBytes(WORK.resolve("page.js"));
        server.createContext("/", exchange -> {
            boolean isScript = exchange.getRequestURI().getPath().equals("/page.js");
            byte[] body = isScript ? script : page;
            exchange.getResponseHeaders().add("Content-Type", isScript ? "text/javascript" : "text/html");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String origin(HttpServer server) {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Bundles a file of the tests with the installed packages. */
    private static void bundle(String source, String bundle, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "npx",
                "--no-install",
                "esbuild",
                TESTS.resolve(source).toAbsolutePath().toString(),
                "--bundle",
                "--jsx=automatic",
                "--log-level=warning",
                "--outfile=" + bundle));
        command.addAll(List.of(options));
        run(command);
    }

    /** Runs a program to its end, which has to be a good one in time; returns what it printed. */
    private static String run(List<String> command) throws IOException, InterruptedException {
        // To a file: a read from a pipe would wait for a program that hangs.
        Path printed = Files.createTempFile(directory, "printed", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        // Where the bundler finds what the tests import.
        builder.environment()
                .put("NODE_PATH", WORK.resolve("node_modules").toAbsolutePath().toString());
        Process process = builder.start();
        process.getOutputStream().close();
        boolean hasEnded = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (!hasEnded) {
            // npx starts the program as a process of its own.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        String output = Files.readString(printed);
        assertThat(hasEnded)
                .as("ended within %s, having printed: %s", PATIENCE, output)
                .isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
