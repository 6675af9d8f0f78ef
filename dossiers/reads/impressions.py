"""A dossier on paper: of each volet what this reader's mode lets be seen, and the demande d'admission."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from annuaire.reads import territoires
from dossiers import regards, volets
from dossiers.models import Dossier, Etat, Volet
from dossiers.natures import Kind, of_orientation
from dossiers.reads import cerfa, pieces, traitants
from dossiers.reads.reponses import FORMER, Reponse, answers, girs, shown
from viatraj.core.actor import Actor
from viatraj.core.droits import Mode
from viatraj.core.typography import instant


class Imprime(NamedTuple):
    """A volet on paper: `mode` None where it may not be read."""

    kind: str
    label: str
    mode: Mode | None
    signature: str
    sections: list[tuple[str, list[Reponse]]]
    gir: int | None = None
    difference: tuple[int, int] | None = None


def volets_of(actor: Actor, dossier: Dossier) -> list[Imprime]:
    """All those of its orientation, in the order of its page."""
    regard = regards.of(actor, dossier)
    return [_printed(volet, regard.volet(kind)) for kind, volet in _rows(dossier)]


def _rows(dossier: Dossier) -> list[tuple[Kind, Volet]]:
    rows = {volet.kind: volet for volet in dossier.volets.select_related("validated_by", "validated_for")}
    for volet in rows.values():
        volet.dossier = dossier
    return [(kind, rows[kind]) for kind in of_orientation(dossier.orientation) if kind in rows]


def _printed(volet: Volet, mode: Mode | None) -> Imprime:
    sections = answers(volet.form, shown(volet, mode)) if mode else []
    if volet.formulaire and volet.texte and mode not in (None, Mode.ANONYME):
        sections.append((FORMER, [Reponse("Texte du volet", [volet.texte], True)]))
    gir = girs(volet) if mode else {}
    return Imprime(volet.kind, volet.get_kind_display(), mode, _signature(volet, mode), sections, **gir)


def _signature(volet: Volet, mode: Mode | None) -> str:
    """Who has validated it: a name, which mode anonyme does not read."""
    if volet.validated_at is None:
        return f"Non validé à ce jour ({Etat(volet.etat).label.lower()})."
    said = f"Validé le {instant(volet.validated_at)}"
    if mode == Mode.ANONYME:
        return f"{said}."
    by, owner = volet.validated_by, volet.validated_for
    name = f", au nom du {owner.titre}" if owner else ""
    return f"{said} par {'le ' if by.is_medecin else ''}{by.titre}{name}."


def pieces_of(actor: Actor, dossier: Dossier) -> dict[str, list[str]]:
    """By volet, the names of the files that this actor may open, the oldest first; in mode anonyme none."""
    found: dict[str, list[str]] = {}
    for ligne in reversed(pieces.lignes(dossier, actor=actor)):
        if ligne.may_read:
            found.setdefault(ligne.piece.volet.kind, []).append(f"{ligne.piece.nom} ({ligne.taille})")
    return found


def demande(actor: Actor, dossier: Dossier, *, now: datetime) -> cerfa.Demande:
    """The national form of Grand Âge, of the volets that may be read by name."""
    regard = regards.of(actor, dossier)
    rows, files = _rows(dossier), pieces_of(actor, dossier)
    open_ones = [(kind, volet) for kind, volet in rows if regard.through(kind, Mode.LECTURE)]
    return cerfa.Demande(
        numero=dossier.numero_affiche,
        identite=_identity(dossier),
        personne=f"{dossier.patient}, {dossier.naissance}",
        volets={kind.value: replace(_rempli(volet), pieces=files.get(kind, ())) for kind, volet in open_ones},
        absents=[kind.label for kind, _ in rows if not regard.through(kind, Mode.LECTURE)],
        imprime_par=printed_by(actor),
        imprime_le=now,
    )


def printed_by(actor: Actor) -> str:
    """«Dr Christine Leclercq», «Sonia Petit, au nom du Dr …»."""
    name = actor.user.titre
    return f"{name}, au nom du {actor.principal.titre}," if actor.is_acting else name


def _rempli(volet: Volet) -> cerfa.Rempli:
    """One that was never filled is the form of today, to be filled by hand."""
    signature = _signature(volet, Mode.LECTURE)
    if volet.formulaire:
        return cerfa.Rempli(volet.form, volet.values, signature, former=volet.texte)
    form = volet.form if volet.texte else volets.current(volet.kind, volet.dossier.orientation)
    return cerfa.Rempli(form, volet.values, signature)


def _identity(dossier: Dossier) -> list[tuple[str, str]]:
    """As the «État civil» of the form asks it."""
    used = f"{dossier.nom_utilise or dossier.nom} {dossier.prenom_utilise or dossier.prenom}"
    lien = traitants.current(dossier)
    return [
        ("Nom de naissance", dossier.nom),
        ("Prénoms de naissance", dossier.prenoms or dossier.prenom),
        ("Nom et prénom utilisés", used if dossier.nom_utilise or dossier.prenom_utilise else ""),
        ("Date de naissance", str(dossier.naissance)),
        ("Sexe", dossier.get_sexe_display()),
        ("Lieu de naissance", territoires.said(dossier.lieu_naissance)),
        ("Statut de l’identité", dossier.get_statut_display()),
        ("Matricule INS", dossier.matricule_affiche),
        ("Médecin traitant", lien.professionnel.titre if lien else ""),
    ]
