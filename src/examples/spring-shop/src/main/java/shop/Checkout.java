package shop;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Places orders. */
@Service
public class Checkout {
    private final ShopOrders orders;

    Checkout(ShopOrders orders) {
        this.orders = orders;
    }

    /** Writes the order of a request, or finds the one that an earlier call wrote before it crashed. */
    @Transactional
    public ShopOrder placeOrFind(String requestKey, String customer, String product, int quantity) {
        return orders.findByRequestKey(requestKey)
                .orElseGet(() -> orders.save(new ShopOrder(requestKey, customer, product, quantity)));
    }
}
