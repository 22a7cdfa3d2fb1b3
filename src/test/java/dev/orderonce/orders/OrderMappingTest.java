package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The row of an order is mapped twice, by {@link OrderStore} for the hot path and by {@link OrderEntity} for lists. */
@QuarkusTest
class OrderMappingTest {
    /**
     * Columns that no mapping reads: compared or counted by PostgreSQL alone.
     *
     * <ul>
     *   <li>{@code fingerprint}: finds orders with the same content
     *   <li>{@code fence}: refuses a stale holder of the order's lock
     *   <li>{@code reference_is_unique}: whether the unique index has the order's reference
     * </ul>
     */
    private static final Set<String> READ_BY_NEITHER = Set.of("fingerprint", "fence", "reference_is_unique");

    /** Columns of tombstones, which are in no list. */
    private static final Set<String> READ_BY_THE_HOT_PATH_ALONE = Set.of("void_reason");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Inject
    OrderStore store;

    @Inject
    OrderReader reader;

    private final Shop shop = Shop.newBuyer();

    /** Orders of different shapes, by shape. */
    private Map<String, String> orders() {
        Map<String, String> orders = new HashMap<>();
        orders.put("plain", shop.newOrder(4200));
        orders.put("large", shop.newOrder(Baskets.largest()));
        orders.put("under a key", number(shop.placeByKey(UUID.randomUUID().toString())));
        Map<String, Object> basket = Baskets.tea("tea-🍵-" + UUID.randomUUID(), 2);
        String first = shop.newOrder(basket);
        orders.put("acknowledging", shop.newOrder(Baskets.meaning(4200, Baskets.besides(basket, first))));
        orders.put("paid", paid(4200));
        orders.put("declined", paid(4201));
        String cancelled = shop.newOrder(4200);
        shop.cancel(cancelled).then().statusCode(200);
        orders.put("cancelled", cancelled);
        return orders;
    }

    private String paid(long amount) {
        String number = shop.newOrder(amount);
        shop.pay(number).then().statusCode(201);
        return number;
    }

    private static String number(Response placed) {
        return placed.then().statusCode(201).extract().path("number");
    }

    @Test
    void bothMappings_readTheSameOrder() {
        // Given
        Map<String, String> orders = orders();
        Buyer buyer = new Buyer(shop.subject());
        orders.forEach((shape, shown) -> {
            OrderNumber number = OrderNumber.read(shown).orElseThrow();
            // When
            Order ofHotPath =
                    store.findOwnOrder(number, buyer).await().atMost(TIMEOUT).orElseThrow();
            OrderEntity ofList =
                    reader.ofBuyer(buyer, number).await().atMost(TIMEOUT).orElseThrow();
            // Then
            assertThat(ofList.toOrder()).as(shape).isEqualTo(ofHotPath);
            assertThat(summary(number))
                    .as(shape)
                    .isEqualTo(new OrderSummary(
                            ofHotPath.number(),
                            ofHotPath.buyer(),
                            ofHotPath.state(),
                            ofHotPath.content().total(),
                            ofHotPath.placedAt(),
                            ofHotPath.holds()));
        });
        assertThat(orders.values().stream().map(Database::state)).contains("CREATED", "PAID", "CANCELLED");
    }

    private OrderSummary summary(OrderNumber number) {
        OrderSearchParameters parameters = new OrderSearchParameters();
        parameters.number = Optional.of(number.symbols());
        OrderSearch search = ((OrderSearch.Reading.Valid) OrderSearch.read(parameters)).search();
        return reader.search(search, Optional.empty(), 1)
                .await()
                .atMost(TIMEOUT)
                .orElseThrow()
                .rows()
                .getFirst();
    }

    @Test
    void bothMappings_readEveryColumnThatTheyShould() {
        // Given
        Set<String> all = Set.of(Database.value("""
                        SELECT string_agg(column_name, ',') FROM information_schema.columns
                        WHERE table_schema = current_schema() AND table_name = 'orders'
                        """).split(",", -1));
        // When
        Set<String> ofHotPath = Stream.of(OrderStore.COLUMNS.split(",", -1))
                .map(column -> column.strip().replace("::text", ""))
                .collect(Collectors.toSet());
        Set<String> ofLists = columnsOf(OrderEntity.class);
        // Then
        assertThat(ofHotPath).isEqualTo(without(all, READ_BY_NEITHER));
        assertThat(ofLists).isEqualTo(without(ofHotPath, READ_BY_THE_HOT_PATH_ALONE));
    }

    private static Set<String> columnsOf(Class<?> entity) {
        return Arrays.stream(entity.getDeclaredFields())
                .filter(field -> field.isAnnotationPresent(Id.class) || field.isAnnotationPresent(Column.class))
                .map(field -> Optional.ofNullable(field.getAnnotation(Column.class))
                        .map(Column::name)
                        .filter(name -> !name.isEmpty())
                        .orElse(field.getName()))
                .collect(Collectors.toSet());
    }

    private static Set<String> without(Set<String> columns, Set<String> some) {
        assertThat(columns).containsAll(some);
        return columns.stream().filter(column -> !some.contains(column)).collect(Collectors.toSet());
    }
}
