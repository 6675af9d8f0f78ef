"""The product's hasher at a cost that tests can pay thousands of times."""

from accounts.hashers import Argon2id


class QuickArgon2id(Argon2id):
    time_cost, memory_cost = 1, 64
