"""The verbs of people by family, and each of them in words, for the documentation (DOC-1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from demandes.etats import TABLES
from demandes.etats.mots import Acte, Cote, Etat, Verbe
from viatraj.core.droits import Domaine

V = Verbe
FAMILLES: dict[str, tuple[Verbe, ...]] = {
    "envoyer-une-demande": (
        V.SELECTIONNER,
        V.RETIRER,
        V.ENVOYER,
        V.RELANCER,
        V.REPONDRE,
        V.ANNULER,
        V.REACTIVER,
    ),
    "repondre-a-une-demande": (
        V.CONSULTER,
        V.ETUDIER,
        V.QUESTIONNER,
        V.DONNER_AVIS,
        V.PATIENTER,
        V.DEPATIENTER,
        V.ACCEPTER,
        V.REFUSER,
        V.SIGNALER_DECES,
        V.ENREGISTRER,
    ),
    "repartir-et-transmettre": (V.REPARTIR, V.TRANSMETTRE),
    "admettre-un-patient": (
        V.CONFIRMER,
        V.DECLINER,
        V.ADMETTRE,
        V.DESADMETTRE,
        V.CONFIRMER_DECES,
        V.DEMENTIR_DECES,
        V.IGNORER_DECES,
    ),
}


@dataclass(frozen=True)
class Geste:
    """A verb on one side. `modules`: the orientations that know it, where others do not."""

    label: str
    qui: str
    depuis: str
    vers: str
    demande: str
    condition: str
    modules: str


def gestes(famille: str) -> list[Geste]:
    return [geste for verbe in FAMILLES[famille] for geste in _of(verbe)]


def _of(verbe: Verbe) -> Iterator[Geste]:
    """By side; the service does by itself what people are not told how to do."""
    for cote in Cote:
        found = {module: table[verbe, cote] for module, table in TABLES.items() if (verbe, cote) in table}
        if found and cote != Cote.SYSTEME:
            yield _geste(verbe, cote, found)


def _geste(verbe: Verbe, cote: Cote, found: dict[str, Acte]) -> Geste:
    actes = list(found.values())
    before = {etat for one in actes for etat in one.before}
    asked = [one.label for one in actes[0].asks] + (["motif"] if actes[0].motifs else [])
    everywhere = len(found) == len(TABLES)
    return Geste(
        label=verbe.label,
        qui=cote.label,
        depuis=_words(one.label for one in Etat if one in before),
        vers=_after(actes[0]),
        demande=_words(asked),
        condition=_words(dict.fromkeys(garde.label for one in actes for garde in one.gardes)),
        modules="" if everywhere else _words(Domaine(one).label for one in found),
    )


def _after(acte: Acte) -> str:
    return "état d’avant" if acte.returns else acte.after.label if acte.after else ""


def _words(said: Iterable[str]) -> str:
    return ", ".join(said)
