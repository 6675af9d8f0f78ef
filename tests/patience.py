"""How long a test waits for what must come, on a machine that does other things as well.

All well, it costs nothing; a ceiling of one's own is red where a machine is slow and nothing is broken.
"""

PATIENCE = 300  # seconds: a program, a thread, an answer
PAGE = 60_000  # milliseconds: what a browser shows
