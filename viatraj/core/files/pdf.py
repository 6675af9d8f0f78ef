"""A PDF is taken apart by a process of its own, with limits; here are its words, said (docs/adr/0049)."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from viatraj.core.files import Refused
from viatraj.core.typography import grouped

CHILD = Path(__file__).with_name("pdf_child.py")
MEMORY, SECONDS, PATIENCE = 768, 10, 20  # MB and seconds of processor of the child; seconds that we wait
CUT = "Ce PDF est abîmé ou incomplet. Enregistrez-le de nouveau, ou imprimez-le en PDF, puis ajoutez-le."
HEAVY = "Ce PDF est anormalement lourd à ouvrir. Imprimez-le en PDF, puis ajoutez le fichier obtenu."
LOCKED = "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection, puis ajoutez-le."
ACTIVE = "Ce PDF contient {}\u00a0: il n’est pas accepté. Imprimez-le en PDF, puis ajoutez le fichier obtenu."
FOUND = {
    "javascript": "un programme (JavaScript)",
    "launch": "une commande qui ouvre un autre programme",
    "embedded": "d’autres fichiers",
    "xfa": "un formulaire dynamique (XFA)",
    "automatic": "des actions automatiques",
    "media": "des contenus multimédias",
    "outside": "des renvois vers d’autres fichiers ou des envois de données",
}


def check(raw: bytes) -> None:
    """Nothing before it, nothing after it, and nothing in it that acts."""
    if not raw[5:8].replace(b".", b"").isdigit() or not raw.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise Refused(CUT)
    said = _said(raw)
    if said == "fine":
        return
    if said == "long":
        raise Refused(f"Ce PDF dépasse {grouped(settings.PIECE_MAX_PAGES)} pages. Partagez-le.")
    if said in FOUND:
        raise Refused(ACTIVE.format(FOUND[said]))
    raise Refused({"damaged": CUT, "encrypted": LOCKED}.get(said, HEAVY))


def _said(raw: bytes) -> str:
    """The child's word; none when its limits, or the file, have ended it. It is given none of our secrets."""
    words = [sys.executable, "-I", str(CHILD), str(MEMORY), str(SECONDS), str(settings.PIECE_MAX_PAGES)]
    try:
        done = subprocess.run(
            words, input=raw, capture_output=True, env={}, cwd="/", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout[:20].decode("ascii", "replace") if done.returncode == 0 else ""
