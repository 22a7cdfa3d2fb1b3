package shop;

import dev.orderonce.client.servlet.IdempotencyFilter;
import dev.orderonce.client.spring.Idempotent;
import java.net.URI;
import java.security.Principal;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What the shop's pages call. */
@RestController
public class OrderController {
    private final Checkout checkout;

    OrderController(Checkout checkout) {
        this.checkout = checkout;
    }

    /** The body of a request. */
    public record Draft(String product, int quantity) {}

    /** Of several requests with one {@code Idempotency-Key}, one gets here; the others get its response. */
    @PostMapping("/orders")
    @Idempotent
    public ResponseEntity<ShopOrder> place(
            @RequestAttribute(IdempotencyFilter.KEY) String requestKey, Principal customer, @RequestBody Draft draft) {
        if (draft.quantity() < 1) {
            return ResponseEntity.badRequest().build();
        }
        ShopOrder order = checkout.placeOrFind(requestKey, customer.getName(), draft.product(), draft.quantity());
        return ResponseEntity.created(URI.create("/orders/" + order.getId())).body(order);
    }
}
