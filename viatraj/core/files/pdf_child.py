"""Takes a PDF apart, in a process of its own that `pdf.py` starts: it imports nothing of ours.

The file comes on standard input, one word goes to standard output. Limits are set before anything is read.
"""

import resource
import sys
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Stream

OBJECTS, DEEPEST = 300_000, 200
# Actions (/S) that do more than turn a page or open a web page, and what may hold or play something else.
ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/GoToE": "embedded",
    "/GoToR": "outside",
    "/SubmitForm": "outside",
    "/ImportData": "outside",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
}
KEYS = {
    "/JS": "javascript",
    "/JavaScript": "javascript",
    "/EmbeddedFiles": "embedded",
    "/EF": "embedded",
    "/Collection": "embedded",
    "/XFA": "xfa",
    "/RichMediaContent": "media",
    "/RichMediaSettings": "media",
}
SUBTYPES = {
    "/FileAttachment": "embedded",
    "/RichMedia": "media",
    "/Screen": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/3D": "media",
}
WEB = ("http://", "https://", "mailto:", "tel:")


def main():
    memory, seconds, pages = map(int, sys.argv[1:])
    limit(memory << 20, seconds)
    sys.stdout.write(examine(sys.stdin.buffer.read(), pages))


def limit(memory, seconds):
    if sys.platform == "linux":  # macOS, where some develop, refuses to set this one
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # No other process, no file written, and few opened (what decrypts asks for chance).
    for what, most in (("CORE", 0), ("NPROC", 0), ("FSIZE", 0), ("NOFILE", 8)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (most, most))


def examine(raw, pages):
    """Nothing is mended: what one reader mends, another reads otherwise."""
    try:
        with pikepdf.open(BytesIO(raw), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return "encrypted"
            if len(pdf.pages) > pages:
                return "long"
            found = next(filter(None, map(active, objects(pdf))), "fine")
            return "damaged" if pdf.get_warnings() or not len(pdf.pages) else found
    except pikepdf.PasswordError:
        return "encrypted"
    except (MemoryError, TooMuch):
        return "heavy"
    except Exception:
        return "damaged"


class TooMuch(Exception):
    pass


def objects(pdf):
    """All of them, whether or not something leads to them, with what each holds directly."""
    seen, waiting = 0, [(pdf.trailer, 0)]
    rest = iter(pdf.objects)
    while waiting or (one := next(rest, None)) is not None:
        one, depth = waiting.pop() if waiting else (one, 0)
        seen += 1
        if seen > OBJECTS or depth > DEEPEST:
            raise TooMuch
        yield one
        waiting += [(child, depth + 1) for child in held(one) if not getattr(child, "is_indirect", False)]


def held(one):
    if isinstance(one, Array):
        return list(one)
    return [value for _, value in one.items()] if isinstance(one, Dictionary | Stream) else []


def active(one):
    """Of one object, the word for what acts in it; None when nothing does."""
    if not isinstance(one, Dictionary | Stream):
        return None
    known = dict(one.items())
    for key in known.keys() & KEYS:
        return KEYS[key]
    if "/AA" in known:
        return "automatic"
    if "/OpenAction" in known and (found := on_opening(known["/OpenAction"])):
        return found
    if known.get("/Type") == "/EmbeddedFile":
        return "embedded"
    if (isinstance(one, Stream) and "/F" in known) or leads_elsewhere(
        known
    ):  # «/F»: its bytes are in another file
        return "outside"
    return (
        ACTIONS.get(str(known.get("/S")))
        or ("/Rect" in known and SUBTYPES.get(str(known.get("/Subtype"))))
        or None
    )


def on_opening(value):
    """Office programs write there that the first page is shown: that is no action."""
    if isinstance(value, Array):
        return None
    does = value.get("/S") if isinstance(value, Dictionary) else None
    return None if does == "/GoTo" else ACTIONS.get(str(does), "automatic")


def leads_elsewhere(known):
    return known.get("/S") == "/URI" and not str(known.get("/URI", "")).lower().startswith(WEB)


if __name__ == "__main__":
    main()
