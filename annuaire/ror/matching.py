"""Which offer of the ROR is which unit of ours: proposals with a score and its reasons (ANN-1).

Pure. Nothing is joined here: a person decides. «Exact» is what may be ticked beforehand: the same name, what
else is known agrees, nothing contradicts, and no other offer or unit comes near.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from viatraj.core.typography import counted

LEAST = 40  # below, two names are two units
APART = 10  # how much better than any other an exact pair is
FULL_NAMES = (
    ("soins de suite et de readaptation", "smr"),
    ("soins medicaux et de readaptation", "smr"),
    ("soins de suite", "smr"),
    ("hospitalisation domicile", "had"),
    ("soins palliatifs", "usp"),
    ("soins de longue duree", "usld"),
    ("soins infirmiers domicile", "ssiad"),
    ("hospitalisation complete", "hc"),
    ("hopital de jour", "hdj"),
    ("hospitalisation de jour", "hdj"),
)
SAME = {"ssr": "smr", "hj": "hdj"}
EMPTY_WORDS = frozenset("unite service pole secteur de du des la le les et en au aux".split())
ELIDED = re.compile(r"\b[dl]['’]|\bà\b")  # «à» is no name, «A» is one
TOLD_APART = re.compile(r"\d+|[a-z]|[ivx]{1,4}|nord|sud|est|ouest|haut|bas|hommes|femmes|hc|hdj", re.ASCII)
SPECIALTY = re.compile(r"(log|iatr)iques?$")  # «gériatrique» is said of what «gériatrie» names
PREFIX = 5
# Where a unit stands, told after its name: «Cardiologie (site d’Arvigne)», «Cardiologie – site d’Arvigne».
SITE = re.compile(r"\(\s*site\b[^()]*\)\s*$|\s[-–—]\s*site\b[^()]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Trait:
    """What is compared. `cle`: of the row; `ror`: identifier there, if it is known; `lits`: with places."""

    cle: Any
    nom: str
    nature: str = ""
    mode: str = ""
    activites: frozenset[str] = frozenset()
    lieu: str = ""
    lits: int | None = None
    ror: str = ""

    @classmethod
    def of(cls, cle: Any, valeurs: Mapping[str, Any]) -> "Trait":
        """Of the values of a sheet, ours or as the ROR says them."""
        capacites = [one["nombre"] for one in valeurs.get("capacites") or () if "nombre" in one]
        lieu = [str(valeurs.get(one) or "") for one in ("adresse", "code_postal")]
        return cls(
            cle=cle,
            nom=str(valeurs.get("nom") or ""),
            nature=valeurs.get("nature") or "",
            mode=valeurs.get("mode") or "",
            activites=frozenset(valeurs.get("activites") or ()),
            lieu=" ".join(_words(" ".join(lieu))) if valeurs.get("adresse") else "",
            lits=int(sum(capacites)) if capacites else None,
            ror=valeurs.get("cle_offre") or "",
        )


@dataclass(frozen=True)
class Paire:
    """`raisons`: what speaks for it; `contre`: what does not."""

    offre: Any
    unite: Any
    score: int
    raisons: tuple[str, ...]
    contre: tuple[str, ...]
    exacte: bool = False


def propose(offres: Iterable[Trait], unites: Iterable[Trait]) -> dict[Any, list[Paire]]:
    """By offer, its best units first, three at most; one that is exact stands alone before all others."""
    offres, unites = list(offres), list(unites)
    paires = [paire for one in offres for other in unites if (paire := compare(one, other))]
    paires.sort(key=lambda one: -one.score)
    found: dict[Any, list[Paire]] = {one.cle: [] for one in offres}
    for one in paires:
        rivals = (p for p in paires if p is not one and (p.offre == one.offre or p.unite == one.unite))
        alone = all(p.score <= one.score - APART for p in rivals)
        kept = Paire(one.offre, one.unite, one.score, one.raisons, one.contre, _may_be_exact(one, alone))
        if len(found[one.offre]) < 3:
            found[one.offre].append(kept)
    return found


SAME_KEY = "même identifiant ROR"
SAME_NAME, SAME_BUT_SITE, NEAR_NAME = "même nom", "même nom, au site près", "nom proche"
SAME_KIND, SAME_ACTS, SAME_PLACE, SAME_BEDS = (
    "même type d’unité",
    "mêmes activités",
    "même adresse",
    "même nombre de lits ou de places",
)
AGREEING = {SAME_KIND, SAME_ACTS, SAME_PLACE, SAME_BEDS}


def compare(offre: Trait, unite: Trait) -> Paire | None:
    """None of two that cannot be one: another kind of unit, or too little in common."""
    if offre.ror and unite.ror:
        return Paire(offre.cle, unite.cle, 100, (SAME_KEY,), ()) if offre.ror == unite.ror else None
    if offre.nature and unite.nature and offre.nature != unite.nature:
        return None
    raisons, contre, score = [], [], 0
    for rule in (_nom, _nature, _mode, _activites, _lieu, _lits):
        points, pour, non = rule(offre, unite)
        score += points
        raisons += [pour] if pour else []
        contre += [non] if non else []
    if score < LEAST:
        return None
    return Paire(offre.cle, unite.cle, min(score, 100), tuple(raisons), tuple(contre))


def _may_be_exact(one: Paire, alone: bool) -> bool:
    """Its key; or its name and two more, and no rival; the address, where one of them names a site."""
    if SAME_KEY in one.raisons:
        return True
    if not alone or one.contre:
        return False
    agreeing = AGREEING.intersection(one.raisons)
    if SAME_BUT_SITE in one.raisons:
        return SAME_PLACE in agreeing and len(agreeing) >= 3
    return SAME_NAME in one.raisons and len(agreeing) >= 2


Verdict = tuple[int, str, str]


def _nom(offre: Trait, unite: Trait) -> Verdict:
    mine, theirs = _tokens(offre.nom), _tokens(unite.nom)
    apart = {one for one in mine ^ theirs if TOLD_APART.fullmatch(one)}
    if mine == theirs and mine:
        return 45, SAME_NAME, ""
    if _differ_by_site(offre.nom, unite.nom):
        return 43, SAME_BUT_SITE, ""
    common = sum(any(_alike(one, other) for other in theirs) for one in mine)
    common += sum(any(_alike(one, other) for other in mine) for one in theirs)
    share = common / (len(mine) + len(theirs)) if mine or theirs else 0
    points = round(35 * share) - (15 if apart else 0)
    return (
        points,
        NEAR_NAME if share >= 0.5 and not apart else "",
        "un nom qui les distingue" if apart else "",
    )


def _differ_by_site(mine: str, theirs: str) -> bool:
    """One of them alone says at which site; a site by a number or a side tells two units apart."""
    told = [SITE.search(nom) for nom in (mine, theirs)]
    if bool(told[0]) is bool(told[1]):
        return False
    site = next(filter(None, told))[0]
    bare = _tokens(SITE.sub("", mine))
    return bool(bare) and bare == _tokens(SITE.sub("", theirs)) and not _tells_apart(_tokens(site))


def _tells_apart(tokens: frozenset[str]) -> bool:
    return any(TOLD_APART.fullmatch(one) for one in tokens)


def _nature(offre: Trait, unite: Trait) -> Verdict:
    return (20, SAME_KIND, "") if offre.nature and offre.nature == unite.nature else (0, "", "")


def _mode(offre: Trait, unite: Trait) -> Verdict:
    if not (offre.mode and unite.mode):
        return 0, "", ""
    return (5, "", "") if offre.mode == unite.mode else (-10, "", "un autre mode de prise en charge")


def _activites(offre: Trait, unite: Trait) -> Verdict:
    if not (offre.activites and unite.activites):
        return 0, "", ""
    if offre.activites == unite.activites:
        return 15, SAME_ACTS, ""
    common = offre.activites & unite.activites
    return (8, "des activités en commun", "") if common else (-10, "", "aucune activité en commun")


def _lieu(offre: Trait, unite: Trait) -> Verdict:
    if not (offre.lieu and unite.lieu):
        return 0, "", ""
    return (10, SAME_PLACE, "") if offre.lieu == unite.lieu else (-5, "", "une autre adresse")


def _lits(offre: Trait, unite: Trait) -> Verdict:
    if offre.lits is None or unite.lits is None:
        return 0, "", ""
    if offre.lits == unite.lits:
        return 10, SAME_BEDS, ""
    if abs(offre.lits - unite.lits) <= max(2, 0.1 * unite.lits):
        return 5, "", ""
    return -10, "", f"{counted(offre.lits, 'lit')} ou places dans le ROR, {unite.lits} ici"


def _words(text: str) -> list[str]:
    text = ELIDED.sub(" ", unicodedata.normalize("NFC", text).casefold().replace("œ", "oe"))
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return re.findall(r"[a-z0-9]+", plain)


def _tokens(nom: str) -> frozenset[str]:
    text = " ".join(_words(nom))
    for long, short in FULL_NAMES:
        text = text.replace(long, short)
    named = (SPECIALTY.sub(r"\1ie", one) for one in text.split())
    return frozenset(SAME.get(one, one) for one in named if one not in EMPTY_WORDS)


def _alike(one: str, other: str) -> bool:
    return one == other or (len(one) > PREFIX and len(other) > PREFIX and one[:PREFIX] == other[:PREFIX])
