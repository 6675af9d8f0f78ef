"""«Pourquoi puis-je, pourquoi ne puis-je pas ?»: each effective right, with what gives it."""

from collections import defaultdict
from dataclasses import dataclass

from habilitations import rights
from habilitations.models import Habilitation
from habilitations.profils import AUCUN, NAMES, PROFILS
from viatraj.core.droits import Domaine, Droit, Mode
from viatraj.core.typography import long_day


@dataclass(frozen=True)
class Source:
    mode: str
    habilitation: Habilitation


@dataclass(frozen=True)
class Ligne:
    droit: Droit
    sources: list[Source]


@dataclass(frozen=True)
class Module:
    label: str
    lignes: list[Ligne]


def effective(habilitations) -> list[Module]:
    """Rights in force, by module; `habilitations` as `rights.held` reads them."""
    found: dict[str, dict[str, list[Source]]] = defaultdict(lambda: defaultdict(list))
    for habilitation in habilitations:
        given = {(grant.domaine, grant.droit): grant.mode for grant in rights.grants(habilitation)}
        for (domaine, droit), mode in given.items():
            found[domaine][droit].append(Source(NAMES[mode].lower(), habilitation))
    order = [domaine.value for domaine in Domaine] + [""]
    return [
        Module(
            Domaine(domaine).label if domaine else Domaine.ADMINISTRATION.label,
            [Ligne(Droit(droit), sources) for droit, sources in found[domaine].items()],
        )
        for domaine in order
        if domaine in found
    ]


def why_not(droit: Droit, habilitations, *, today) -> list[str]:
    """Reasons in sentences, for a right that nothing gives today; `habilitations` also over or to come."""
    reasons = [sentence for one in habilitations if (sentence := _missing(droit, one, today))] or [
        "Aucune de vos habilitations ne donne ce droit."
    ]
    giving = [profil.label for profil in PROFILS.values() if any(one.droit == droit for one in profil.droits)]
    if giving:
        reasons.append(f"Les profils qui le donnent\u00a0: {', '.join(giving)}.")
    return reasons


def _missing(droit, habilitation, today) -> str:
    """What keeps a habilitation from giving it."""
    modes = [mode for one, mode in rights.modes(habilitation).items() if one.droit == droit]
    if not modes:
        return ""
    name = habilitation.intitule
    if habilitation.revoked_at:
        return f"{name}\u00a0: cette habilitation a été supprimée le {long_day(habilitation.revoked_at)}."
    if habilitation.fin < today:
        return f"{name}\u00a0: cette habilitation a pris fin le {long_day(habilitation.fin)}."
    if habilitation.debut > today:
        return f"{name}\u00a0: cette habilitation commence le {long_day(habilitation.debut)}."
    if set(modes) == {AUCUN}:
        return f"{name}\u00a0: ce droit n’est pas coché dans cette habilitation."
    if droit == Droit.REPONSE and Mode.REPONDRE not in rights.modes(habilitation).values():
        return f"{name}\u00a0: le tableau de bord n’y est pas en mode «\u00a0répondre\u00a0»."
    return ""
