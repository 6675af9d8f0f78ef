"""What runs and tests the product: supervisor, servers from wheels, browser, SoftHSM2, bench. Not part of it."""
