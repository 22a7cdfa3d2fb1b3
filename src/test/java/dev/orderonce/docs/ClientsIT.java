package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others make of the API description can be used: a Java client and TypeScript types compile, and the linters find
 * nothing. The build generates the Java client before this test.
 */
class ClientsIT {
    private static final Path DESCRIPTION = Path.of("src/main/openapi/openapi.yaml");
    private static final Path JAVA_CLIENT = Path.of("target/clients/java/src/main/java");

    /** The tools and their versions. */
    private static final Path TOOLS = Path.of("src/test/clients");

    /** Kept between builds: the tools are 200 MB. */
    private static final Path WORK = Path.of("target/clients/npm");

    @Test
    void javaClient_compilesAndReadsProblemsByTheirType(@TempDir Path classes) throws Exception {
        // Given
        compile(classes);
        try (URLClassLoader client = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            // When
            Object lookalike = read(client, "Problem", example("lookalike"));
            Object differs = read(client, "Problem", example("order-differs"));
            Object ofALaterVersion = read(client, "PlainProblem", """
                    {"type": "/problems/of-a-later-version", "title": "New", "status": 409, "detail": "New", "retry": "later",
                     "more": 1}""");
            // Then
            assertThat(instance(lookalike)).hasFieldOrPropertyWithValue("earlier", "0K3M6D-2PV8SA-7JQ5XE");
            assertThat(instance(differs))
                    .extracting("mismatch")
                    .asInstanceOf(LIST)
                    .hasSize(1);
            assertThat(ofALaterVersion).hasFieldOrPropertyWithValue("status", 409);
        }
    }

    private static void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                Stream<Path> client = Files.walk(JAVA_CLIENT)) {
            List<Path> sources =
                    client.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(20);
            boolean isCompiled = compiler.getTask(
                            errors,
                            files,
                            null,
                            List.of(
                                    "-proc:none",
                                    "-nowarn",
                                    "-classpath",
                                    System.getProperty("java.class.path"),
                                    "-d",
                                    classes.toString()),
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(isCompiled).as(errors.toString()).isTrue();
        }
    }

    /** What the client makes of the JSON of one of its models. */
    private static Object read(ClassLoader client, String model, String json) throws Exception {
        ObjectMapper mapper = (ObjectMapper) client.loadClass("org.openapitools.client.ApiClient")
                .getMethod("createDefaultObjectMapper")
                .invoke(null);
        return mapper.readValue(json, client.loadClass("org.openapitools.client.model." + model));
    }

    /** The problem of a union. */
    private static Object instance(Object problem) throws ReflectiveOperationException {
        return problem.getClass().getMethod("getActualInstance").invoke(problem);
    }

    private static String example(String name) throws IOException {
        return new ObjectMapper(new YAMLFactory())
                .readTree(DESCRIPTION.toFile())
                .at("/components/examples/" + name + "/value")
                .toString();
    }

    @Test
    void redocly_findsNothing() throws Exception {
        // Given
        takeTools();
        // Then
        assertThat(run("npx", "--no-install", "redocly", "lint", "openapi.yaml"))
                .contains("Your API description is valid")
                .doesNotContain("warning");
    }

    @Test
    void spectral_findsNothing() throws Exception {
        // Given
        takeTools();
        // Then
        run(
                "npx",
                "--no-install",
                "spectral",
                "lint",
                "--fail-severity=hint",
                "--ruleset=spectral.yaml",
                "openapi.yaml");
    }

    @Test
    void typeScriptTypes_compileWithTheCodeOfAShop() throws Exception {
        // Given
        takeTools();
        // Then
        run("npx", "--no-install", "openapi-typescript", "openapi.yaml", "--output", "api.d.ts");
        run(
                "npx",
                "--no-install",
                "tsc",
                "--strict",
                "--noEmit",
                "--target",
                "es2022",
                "--typeRoots",
                "none",
                "usage.ts");
    }

    private static void takeTools() throws Exception {
        if (!isNpmThere()) {
            System.out.println(
                    "SKIPPED ClientsIT: no npm on this machine, so neither the linters nor TypeScript have read"
                            + " the API description");
        }
        assumeTrue(isNpmThere(), "no npm on this machine");
        Files.createDirectories(WORK);
        for (String file : List.of("package.json", "package-lock.json", "spectral.yaml", "usage.ts")) {
            Files.copy(TOOLS.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.copy(DESCRIPTION, WORK.resolve("openapi.yaml"), StandardCopyOption.REPLACE_EXISTING);
        run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
    }

    private static boolean isNpmThere() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "npm")));
    }

    /** Runs a program to its end, which has to be a good one; returns what it printed. */
    private static String run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(WORK.toFile())
                .redirectErrorStream(true);
        builder.environment().put("REDOCLY_TELEMETRY", "off");
        builder.environment().put("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
