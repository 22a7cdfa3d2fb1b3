package dev.orderonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An undeclared problem fails the test that receives it. */
class DeclaredProblemsTest {
    private final DeclaredProblems declared = DeclaredProblems.of("src/main/openapi/openapi.yaml");

    @ParameterizedTest
    @CsvSource({
        "POST, /orders, 409, /problems/lookalike",
        "POST, /orders, 400, /problems/body-invalid",
        "POST, /buyers/claims, 409, /problems/guest-claimed",
        "GET, /orders/0K3M7Q, 404, /problems/order-not-found",
        "GET, /payments/unsettled, 401, /problems/not-signed-in",
        "PUT, /once/notice/1, 413, /problems/body-too-large",
        "DELETE, /orders, 405, /problems/method-not-allowed",
        "GET, /nowhere, 404, /problems/not-found",
    })
    void typeOfTheOperationOrOfTheFrontDoor_isDeclared(String method, String path, int status, String type) {
        assertThat(declared.undeclared(method, path, status, type)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /orders, 404, /problems/order-not-found",
        "POST, /orders, 422, /problems/lookalike",
        "GET, /orders, 409, /problems/lookalike",
        "GET, /orders/0K3M7Q, 404, /problems/dispute-not-found",
        "POST, /payments/notifications, 401, /problems/not-signed-in",
        "PUT, /once/notice/1, 400, /problems/body-invalid",
    })
    void typeOfAnotherOperationOrStatus_isReported(String method, String path, int status, String type) {
        assertThat(declared.undeclared(method, path, status, type))
                .hasValueSatisfying(fault -> assertThat(fault).contains(method, type));
    }
}
