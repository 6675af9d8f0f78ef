"""What Pro Santé Connect's userinfo says of a person, read into `Verified`, once for each exercice.

PSC chooses no exercice: a person with several says which one. Every value of it may be "".
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from authcps.identity import IDNAT, Verified
from viatraj.core.actor import Means
from viatraj.core.reading import reads

ADELI = re.compile(r"0[0-9A-Z]{9}", re.ASCII)
TEST = re.compile(r"ANS\d{14}|899\d{9}|[13456]\w*/CP[AE]T\w*", re.ASCII)
LIBERAL = "L"  # TRE_R23
ORDINALE = "S"  # TRE_R04
SPECIALITES = Path(__file__).parent / "data" / "specialites.txt"
PROFESSIONS = {  # TRE_G15
    "10": "Médecin",
    "21": "Pharmacien",
    "26": "Audioprothésiste",
    "28": "Opticien-Lunetier",
    "31": "Assistant dentaire",
    "32": "Physicien médical",
    "35": "Aide-soignant",
    "36": "Ambulancier",
    "37": "Auxiliaire de puériculture",
    "38": "Préparateur en pharmacie hospitalière",
    "39": "Préparateur en pharmacie",
    "40": "Chirurgien-Dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
    "69": "Infirmier psychiatrique",
    "70": "Masseur-Kinésithérapeute",
    "80": "Pédicure-Podologue",
    "81": "Orthoprothésiste",
    "82": "Podo-Orthésiste",
    "83": "Orthopédiste-Orthésiste",
    "84": "Oculariste",
    "85": "Épithésiste",
    "86": "Technicien de laboratoire médical",
    "91": "Orthophoniste",
    "92": "Orthoptiste",
    "93": "Psychologue",
    "94": "Ergothérapeute",
    "95": "Diététicien",
    "96": "Psychomotricien",
    "98": "Manipulateur d’électroradiologie médicale",
    "99": "Professionnel caractérisé par son rôle",  # RPPS+: secretaries, social workers…
}


class Unknown(Exception):
    """This userinfo gives no number or no name: the person could not be recognised the next time."""


@reads(Unknown, lambda: Unknown("unreadable"))
def verified(userinfo: dict, *, issuer: str) -> list[Verified]:
    """Médecin libéral first, then médecin, then the others; one at least. Or Unknown."""
    person = Verified(
        means=Means.PSC,
        idnat=_idnat(userinfo),
        nom=_text(userinfo, "family_name"),
        prenom=_text(userinfo, "given_name"),
        structure=" ".join(filter(None, _structure_of(userinfo))),
        issuer=issuer,
        serial=_text(userinfo, "sub"),
        former_idnats=_former(userinfo),
    )
    if not (person.nom and person.prenom):
        raise Unknown("no_name")
    known = userinfo.get("SubjectRefPro") or {}
    exercices = sorted(known.get("exercices") or [], key=_rank)
    found = [_of_exercice(person, exercice) for exercice in exercices] or [_of_role(person, userinfo)]
    distinct = {}
    for one in found:
        distinct.setdefault((one.profession, one.categorie, one.structure), one)
    return list(distinct.values())


def _text(said: dict, name: str) -> str:
    """Empty when it is missing or is no text."""
    value = said.get(name)
    return value.strip() if isinstance(value, str) else ""


def _idnat(userinfo) -> str:
    idnat = _text(userinfo, "SubjectNameID")
    is_test = bool(TEST.fullmatch(idnat))
    if is_test and not settings.PSC_TEST_IDENTITIES:
        raise Unknown("test_identity")
    if not (is_test or IDNAT.fullmatch(idnat)):
        raise Unknown("no_subject_name_id")
    return idnat


def _former(userinfo) -> tuple[str, ...]:
    """The Adeli numbers that the RPPS number replaced. PSC's documents write both otherIds and otherIDs."""
    others = userinfo.get("otherIds") or userinfo.get("otherIDs") or []
    numbers = [_text(other, "identifiant") for other in others if _text(other, "origine") == "ADELI"]
    is_rpps = _text(userinfo, "SubjectNameID").startswith("8")
    return tuple(number for number in numbers if is_rpps and ADELI.fullmatch(number))


def _structure_of(userinfo) -> tuple[str, str]:
    return _text(userinfo, "SubjectOrganizationID"), _text(userinfo, "SubjectOrganization")


def _is_liberal(activity) -> bool:
    return _text(activity, "codeModeExercice") == LIBERAL


def _rank(exercice) -> tuple[bool, bool]:
    """Sort key: médecins first, then those in private practice (False sorts before True)."""
    is_liberal = any(_is_liberal(activity) for activity in exercice.get("activities") or [])
    return _text(exercice, "codeProfession") != "10", not is_liberal


def _of_exercice(person: Verified, exercice: dict) -> Verified:
    profession = _text(exercice, "codeProfession")
    activities = sorted(exercice.get("activities") or [], key=lambda one: not _is_liberal(one))
    activity = activities[0] if activities else {}
    return replace(
        person,
        nom=_text(exercice, "nomDexercice") or person.nom,
        prenom=_text(exercice, "prenomDexercice") or person.prenom,
        profession=profession,
        categorie=_text(exercice, "codeCategorieProfessionnelle"),
        profession_label=PROFESSIONS.get(profession, ""),
        specialite=_specialite(exercice),
        adresse=_adresse(activity),
        structure=_text(activity, "raisonSocialeSite") or person.structure,
    )


def _specialite(exercice: dict) -> str:
    """The label of PSC's code. Empty for a code that our list does not have; the directory may know it."""
    is_ordinale = _text(exercice, "codeTypeSavoirFaire") == ORDINALE
    return _specialites().get(_text(exercice, "codeSavoirFaire"), "") if is_ordinale else ""


@cache
def _specialites() -> dict[str, str]:
    lines = SPECIALITES.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


def _of_role(person: Verified, userinfo: dict) -> Verified:
    """Without any exercice: a CPE or CPA, or a short scope; the role is `code^OID`, and may be a word."""
    roles = userinfo.get("SubjectRole") or [""]
    code = str(roles[0]).partition("^")[0]
    return replace(
        person,
        profession=code if code in PROFESSIONS else "",
        profession_label=PROFESSIONS.get(code, code.replace("_", " ").capitalize())[:100],
    )


def _adresse(activity: dict) -> str:
    street = ("numeroVoie", "indiceRepetitionVoie", "codeTypeDeVoie", "libelleVoie")
    lines = (
        " ".join(filter(None, (_text(activity, name) for name in street))),
        _text(activity, "mentionDistribution"),
        _text(activity, "bureauCedex") or _text(activity, "codePostal"),
    )
    return "\n".join(filter(None, lines))
