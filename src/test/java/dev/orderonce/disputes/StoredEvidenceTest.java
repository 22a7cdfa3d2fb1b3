package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.disputes.StoredEvidence.StoredAcknowledgement;
import dev.orderonce.disputes.StoredEvidence.StoredCharge;
import dev.orderonce.disputes.StoredEvidence.StoredEvent;
import dev.orderonce.disputes.StoredEvidence.StoredLine;
import dev.orderonce.disputes.StoredEvidence.StoredOrder;
import dev.orderonce.disputes.StoredEvidence.StoredSubmit;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The stored format of evidence. The texts are rows as earlier versions wrote them: never change them. */
class StoredEvidenceTest {
    /** Written before there were versions. */
    static final String WITHOUT_VERSION = """
            {"gatheredAt":"2026-03-01T10:15:30.123456Z","order":{"number":"0K3M7Q-XW52TB-9H4NRC",\
            "issuedAt":"2026-03-01T10:00:00Z","state":"PAID","placedAt":"2026-03-01T10:01:02.000003Z",\
            "currency":"EUR","total":4700,"lines":[{"productCode":"tea-1","name":"Green tea","quantity":2,\
            "unitPrice":2100},{"productCode":"mug-2","quantity":1,"unitPrice":500}],"acknowledgements":[\
            {"kind":"LARGE_AMOUNT","total":4700},{"kind":"SECOND_ORDER","earlier":"0K3M7Q-0000TB-9H4NRC"}],\
            "events":[{"sequence":1,"kind":"PLACED","at":"2026-03-01T10:01:02.000003Z","detail":{}},\
            {"sequence":2,"kind":"PAYMENT_BEGUN","at":"2026-03-01T10:02:00Z","detail":{"by":"anna",\
            "payment":"pay-1"}}],"submits":[{"at":"2026-03-01T10:01:03.5Z","outcome":"again"}],\
            "submitsUnknown":false},"duplicateOf":{"number":"0K3M7Q-0000TB-9H4NRC",\
            "idempotencyKey":"0f8fad5b-d9cb-469f-a165-70867728950e","state":"CREATED",\
            "placedAt":"2026-03-01T09:59:00Z","currency":"EUR","total":4700,"lines":[],"acknowledgements":[],\
            "events":[],"submits":null,"submitsUnknown":true}}""";

    private static final String VERSION_1 = """
            {"version":1,"gatheredAt":"2026-03-01T10:15:30.123456Z","order":{"number":"0K3M7Q-XW52TB-9H4NRC",\
            "issuedAt":"2026-03-01T10:00:00Z","state":"PAID","placedAt":"2026-03-01T10:01:02.000003Z",\
            "currency":"EUR","total":4700,"lines":[{"productCode":"tea-1","name":"Green tea","quantity":2,\
            "unitPrice":2100},{"productCode":"mug-2","quantity":1,"unitPrice":500}],"acknowledgements":[\
            {"kind":"LARGE_AMOUNT","total":4700},{"kind":"SECOND_ORDER","earlier":"0K3M7Q-0000TB-9H4NRC"}],\
            "events":[{"sequence":1,"kind":"PLACED","at":"2026-03-01T10:01:02.000003Z","detail":{}},\
            {"sequence":2,"kind":"PAYMENT_BEGUN","at":"2026-03-01T10:02:00Z","detail":{"by":"anna",\
            "payment":"pay-1"}}],"submits":[{"at":"2026-03-01T10:01:03.500Z","outcome":"again"}]},\
            "duplicateOf":{"number":"0K3M7Q-0000TB-9H4NRC",\
            "idempotencyKey":"0f8fad5b-d9cb-469f-a165-70867728950e","state":"CREATED",\
            "placedAt":"2026-03-01T09:59:00Z","currency":"EUR","total":4700,"lines":[],"acknowledgements":[],\
            "events":[]}}""";

    private static final StoredEvidence EVIDENCE = new StoredEvidence(
            Instant.parse("2026-03-01T10:15:30.123456Z"),
            new StoredOrder(
                    "0K3M7Q-XW52TB-9H4NRC",
                    Instant.parse("2026-03-01T10:00:00Z"),
                    null,
                    "PAID",
                    Instant.parse("2026-03-01T10:01:02.000003Z"),
                    "EUR",
                    4700,
                    List.of(new StoredLine("tea-1", "Green tea", 2, 2100), new StoredLine("mug-2", null, 1, 500)),
                    null,
                    List.of(
                            new StoredAcknowledgement("LARGE_AMOUNT", 4700L, null),
                            new StoredAcknowledgement("SECOND_ORDER", null, "0K3M7Q-0000TB-9H4NRC")),
                    List.of(
                            new StoredEvent(1, "PLACED", Instant.parse("2026-03-01T10:01:02.000003Z"), Map.of()),
                            new StoredEvent(
                                    2,
                                    "PAYMENT_BEGUN",
                                    Instant.parse("2026-03-01T10:02:00Z"),
                                    Map.of("by", "anna", "payment", "pay-1"))),
                    List.of(new StoredSubmit(Instant.parse("2026-03-01T10:01:03.5Z"), "again"))),
            Optional.of(new StoredOrder(
                    "0K3M7Q-0000TB-9H4NRC",
                    null,
                    "0f8fad5b-d9cb-469f-a165-70867728950e",
                    "CREATED",
                    Instant.parse("2026-03-01T09:59:00Z"),
                    "EUR",
                    4700,
                    List.of(),
                    null,
                    List.of(),
                    List.of(),
                    null)));

    @Test
    void version1_isRead() {
        assertThat(StoredEvidence.read(VERSION_1)).isEqualTo(EVIDENCE);
    }

    @Test
    void withoutAVersion_isRead() {
        // When
        StoredEvidence read = StoredEvidence.read(WITHOUT_VERSION);
        // Then
        assertThat(read.gatheredAt()).isEqualTo(EVIDENCE.gatheredAt());
        assertThat(read.order()).isEqualTo(EVIDENCE.order());
        assertThat(read.duplicateOf()).isEqualTo(EVIDENCE.duplicateOf());
    }

    @Test
    void charges_areWrittenAndRead() {
        // Given
        String text = VERSION_1.replace(
                "\"acknowledgements\":[{",
                "\"charges\":[{\"kind\":\"DISCOUNT\",\"label\":\"Coupon\",\"amount\":-100}],\"acknowledgements\":[{");
        // When
        StoredEvidence read = StoredEvidence.read(text);
        // Then
        assertThat(read.order().charges()).containsExactly(new StoredCharge("DISCOUNT", "Coupon", -100));
        assertThat(read.write()).isEqualTo(text);
    }

    /** A map has no order: the evidence is taken from the text. */
    @Test
    void written_isVersion1() {
        assertThat(StoredEvidence.read(VERSION_1).write()).isEqualTo(VERSION_1);
        assertThat(EVIDENCE.version()).isEqualTo(1);
    }

    @Test
    void unknownMembers_areIgnored() {
        // Given
        String text = VERSION_1
                .replace("\"state\":", "\"colour\":\"red\",\"state\":")
                .replace("{\"version\"", "{\"x\":[{}],\"version\"");
        // Then
        assertThat(StoredEvidence.read(text)).isEqualTo(EVIDENCE);
    }

    @Test
    void laterVersion_isRefused() {
        assertThatThrownBy(() -> StoredEvidence.read(VERSION_1.replace("\"version\":1", "\"version\":2")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2");
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> StoredEvidence.read("{")).isInstanceOf(UncheckedIOException.class);
    }
}
