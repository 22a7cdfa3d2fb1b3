package shop;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** An order in the shop's own table. */
@Entity
@Table(name = "shop_order")
public class ShopOrder {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    /** What order-once calls the request: with it a second call finds the row, even after a crash. */
    @Column(nullable = false, unique = true, length = 43)
    private String requestKey;

    @Column(nullable = false)
    private String customer;

    @Column(nullable = false, columnDefinition = "text")
    private String product;

    @Column(nullable = false)
    private int quantity;

    protected ShopOrder() {}

    ShopOrder(String requestKey, String customer, String product, int quantity) {
        this.requestKey = requestKey;
        this.customer = customer;
        this.product = product;
        this.quantity = quantity;
    }

    public Long getId() {
        return id;
    }

    public String getCustomer() {
        return customer;
    }

    public String getProduct() {
        return product;
    }

    public int getQuantity() {
        return quantity;
    }
}
