package dev.orderonce.testkit;

import io.quarkus.test.common.QuarkusTestResource;

/** Makes every test of this module that starts the service run on {@link Stores}. */
@QuarkusTestResource(Stores.class)
final class WithStores {}
