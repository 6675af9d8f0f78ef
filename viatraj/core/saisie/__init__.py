"""What people type, understood once: one module a kind, for forms, imports and commands (docs/adr/0024).

Each has `read(text)`: the one value that is kept, whatever the way it was written, or `Refused`.
"""


class Refused(ValueError):
    """Cannot be understood; `str()` is the sentence for the person, which says what to write instead."""
