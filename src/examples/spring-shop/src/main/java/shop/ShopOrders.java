package shop;

import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;

/** The table of the shop's orders. */
public interface ShopOrders extends JpaRepository<ShopOrder, Long> {
    Optional<ShopOrder> findByRequestKey(String requestKey);
}
