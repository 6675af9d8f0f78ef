"""What runs and tests the product: supervisor, servers, browser, SoftHSM2, bench. Not part of it."""
