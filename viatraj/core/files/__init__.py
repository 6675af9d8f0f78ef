"""Files that people send: what they are, how they are kept (docs/adr/0049)."""


class Refused(ValueError):
    """Not taken; `str()` is the sentence for the person, which says what to send instead."""
