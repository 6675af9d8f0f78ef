"""The four errors of a hand that types."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KINDS = ("substitution", "deletion", "insertion", "transposition")


def mistyped(rng, word: str, kind: str) -> str:
    """`word` with one error, not at its first letter."""
    i = rng.randrange(1, max(2, len(word) - 1))
    letter = rng.choice(LETTERS)
    return {
        "substitution": word[:i] + letter + word[i + 1 :],
        "deletion": word[:i] + word[i + 1 :],
        "insertion": word[:i] + letter + word[i:],
        "transposition": word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :],
    }[kind]
