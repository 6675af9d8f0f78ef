"""Whether a closed campaign is still what was decided: its lines, the journal's, the seals over these."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC

from habilitations.models import Campagne, Examen
from journal import seals
from journal.models import Entry

PRINT = 8  # bytes kept of each line's digest, only to name the line that changed
FIRST = (
    *("id", "habilitation_id", "titulaire_id", "profil", "avant", "ajoute_le", "bureau", "state"),
    *("decision", "fin_voulue", "droits_voulus", "motif", "decided_by_id", "decided_at"),
    *("applied_at", "sans_effet"),
)
# Which columns the digest covers, by the form that the journal's line of the closure names (the first ones
# name none). A new form is added, never changed: closed campaigns stay verifiable.
FORMS = {1: FIRST, 2: (*FIRST, "rang", "plancher", "confie_a_id")}
FORM = 2


def of_lines(campagne, forme: int = FORM) -> tuple[str, bytes]:
    """The digest of all lines in the order of their keys, and a short print of each."""
    whole, prints = hashlib.sha256(f"campagne {campagne.pk}".encode()), bytearray()
    rows = Examen.objects.filter(campagne=campagne).order_by("pk").values_list(*FORMS[forme])
    for line in rows.iterator(chunk_size=200):
        one = hashlib.sha256(_canonical(line)).digest()
        whole.update(one)
        prints += one[:PRINT]
    return whole.hexdigest(), bytes(prints)


def _canonical(line) -> bytes:
    """The same bytes whatever the session's time zone and the order of keys."""
    values = [_plain(value) for value in line]
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _plain(value):
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if hasattr(value, "isoformat") else value


def closing_of(campagne) -> Entry:
    """The journal's line that holds the digest."""
    return Entry.objects.about(campagne).filter(event="campagne.closed").order_by("pk").first()


def breaks(campagne) -> Iterator[str]:
    """What no longer agrees, in sentences; the first one names the first line."""
    rapport = getattr(campagne, "rapport", None)
    if campagne.state != Campagne.State.CLOSED or rapport is None:
        yield "la campagne n’est pas close"
        return
    closing = closing_of(campagne)
    if closing is None:
        yield "le journal n’a pas de ligne de clôture"
        return
    if seals.covering(closing) is None:
        yield "le journal n’est pas encore scellé jusqu’à la clôture\u00a0: attendez une minute"
        return
    yield from _breaks_of_lines(campagne, rapport, closing)
    yield from _breaks_of_decisions(campagne)
    yield from _breaks_of_files(campagne, rapport)
    yield from (str(one) for one in seals.breaks_over(_entries(campagne)))


def _breaks_of_lines(campagne, rapport, closing) -> Iterator[str]:
    digest, prints = of_lines(campagne, closing.data.get("forme", 1))
    if digest == closing.data["empreinte"]:
        return
    sealed = bytes(rapport.prints)
    if len(sealed) != len(prints):
        yield "des lignes ont été ajoutées ou retirées après la clôture"
    keys = Examen.objects.filter(campagne=campagne).order_by("pk").values_list("pk", flat=True)
    for place, pk in enumerate(keys.iterator(chunk_size=2000)):
        start = place * PRINT
        if prints[start : start + PRINT] != sealed[start : start + PRINT]:
            yield f"la ligne n° {pk} n’est plus telle qu’à la clôture"
            return
    yield "l’empreinte des lignes n’est plus celle du journal"


def _breaks_of_decisions(campagne) -> Iterator[str]:
    """Each decision stands in the journal as it stands on its line."""
    said = {}
    about = Entry.objects.about_any(Examen.objects.filter(campagne=campagne))
    for object_id, data in (
        about.filter(event="examen.decided").order_by("pk").values_list("object_id", "data").iterator(2000)
    ):
        said[int(object_id)] = tuple(data.get(name) for name in TRACED)
    decided = Examen.objects.filter(campagne=campagne, state=Examen.State.DECIDED).order_by("pk")
    for examen in decided.iterator(chunk_size=2000):
        known = trace(examen)
        if said.get(examen.pk) != tuple(known[name] for name in TRACED):
            yield f"la décision de la ligne n° {examen.pk} n’est pas celle du journal"
            return


TRACED = ("choix", "fin", "droits", "motif")


def trace(examen) -> dict:
    """What the journal keeps of a decision; of its reason, typed freely, a digest only."""
    return {
        "choix": examen.decision,
        "fin": examen.fin_voulue and str(examen.fin_voulue),
        "droits": examen.droits_voulus,
        "motif": hashlib.sha256(examen.motif.encode()).hexdigest()[:16],
    }


def _breaks_of_files(campagne, rapport) -> Iterator[str]:
    reported = Entry.objects.about(campagne).filter(event="campagne.reported").order_by("pk").first()
    if reported is None:
        return
    for name, content in (("classeur", rapport.classeur), ("pdf", rapport.pdf)):
        if hashlib.sha256(bytes(content)).hexdigest() != reported.data[name]:
            yield f"le {name} n’est plus celui que le journal a noté"


def _entries(campagne):
    lines = Examen.objects.filter(campagne=campagne)
    return Entry.objects.about(campagne) | Entry.objects.about_any(lines).filter(event="examen.decided")
