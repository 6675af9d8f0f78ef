"""A Pro Santé Connect of the demonstration: a real OpenID provider over HTTP, its people invented."""
