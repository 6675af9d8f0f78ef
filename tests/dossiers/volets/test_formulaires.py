"""Forms as data: codes, words, marks; a version that has served never changes (DOS-3)."""

import hashlib
import json
import re
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import pytest

from dossiers import volets
from dossiers.natures import Kind, of_orientation
from dossiers.volets import Contexte, Fautes, pathologies
from dossiers.volets.formulaires import Formulaire, Section
from tests.house.test_words import faults, typing_faults
from viatraj.core import champs
from viatraj.core.champs import Champ, Choix, Jour, Liste, Lu, Nombre, Plusieurs, Si, Texte
from viatraj.core.droits import Orientation

DIGESTS = Path(__file__).parent / "formulaires.json"
FORMS = list(volets.FORMULAIRES.values())
TODAY = date(2026, 11, 29)
NOT_CODES = {
    "volet",
    "version",
    "formulaire",
    "timbre",
    "au_nom_de",
    "valider",
    "suite",
    "csrfmiddlewaretoken",
}
# A word of a label that tells of a person, or nearly: such a field is nominative.
NAMES = re.compile(r"(?i)\b(nom|prénom|adresse|commune|code postal|téléphone|école|caisses?)\b")


def every(form) -> list[tuple[str, Champ]]:
    """Columns of lists too."""
    found = []
    for champ in form.champs.values():
        found.append((champ.code, champ))
        found += [(f"{champ.code}.{one.code}", one) for one in getattr(champ, "colonnes", ())]
    return found


ALL = [
    (f"{form.kind}/{form.orientation}/{form.version}:{code}", c) for form in FORMS for code, c in every(form)
]


def said() -> list[str]:
    told = []
    for form in FORMS:
        told += [text for section in form.sections for text in (section.titre, section.aide)]
    for _, champ in ALL:
        told += [champ.label, champ.aide, *(label for _, label in getattr(champ, "options", ()))]
    return [text for text in told if text]


def test_each_orientation_has_a_form_for_each_of_its_volets():
    had = {(kind, orientation) for orientation in Orientation for kind in of_orientation(orientation)}
    assert {(form.kind, form.orientation) for form in FORMS} == had
    assert all(volets.current(*one).version >= 1 for one in had)


def test_a_volet_that_the_orientation_does_not_have():
    """The near miss: the same volet exists for another one."""
    with pytest.raises(KeyError):
        volets.current(Kind.AUTONOMIE, Orientation.SANITAIRE)
    with pytest.raises(KeyError):
        volets.formulaire(Kind.MEDICAL, Orientation.SANITAIRE, 99)


def test_codes_are_unique_short_and_none_of_the_pages_own():
    for form in FORMS:
        codes = [champ.code for section in form.sections for champ in section.champs]
        assert len(codes) == len(set(codes)), form
        assert len({section.code for section in form.sections}) == len(form.sections)
    assert [where for where, one in ALL if not re.fullmatch(r"[a-z][a-z_]*[a-z]", one.code)] == []
    assert [where for where, one in ALL if one.code in NOT_CODES] == []


def test_options_are_unique_and_groups_hold_them_all():
    for where, one in ALL:
        options = getattr(one, "options", ())
        codes, labels = [code for code, _ in options], [label for _, label in options]
        assert len(codes) == len(set(codes)), where
        assert len(labels) == len(set(labels)), where
        assert [code for code in codes if not re.fullmatch(r"[A-Za-z0-9_]+", code)] == [], where
        if groupes := getattr(one, "groupes", ()):
            assert sorted(option for _, inner in groupes for option in inner) == sorted(options)
        assert isinstance(one, Choix | Plusieurs) == bool(options), where


def test_labels_are_good_french():
    told = said()
    assert [text for text in told if not (text[0].isupper() or text[0].isdigit())] == []
    assert [text for text in told if typing_faults(text) or faults(text) or "'" in text] == []
    titles = [champ.label for _, champ in ALL] + [
        section.titre for form in FORMS for section in form.sections
    ]
    assert [text for text in titles if text.endswith((".", ":")) or len(text) > 90] == []


def test_whatever_names_is_marked():
    """Free texts and what the house reads as a name or an address: never without the name (DOS-4)."""
    unmarked = [where for where, one in ALL if isinstance(one, Texte | Lu) and one.is_anonymous]
    assert unmarked == []
    looks = [
        where
        for where, one in ALL
        if NAMES.search(one.label) and not isinstance(one, Choix | Plusieurs | Texte) and not one.nominative
    ]
    assert looks == []
    assert {type(one) for _, one in ALL if one.is_anonymous} <= {
        Choix,
        champs.OuiNon,
        Plusieurs,
        Nombre,
        Jour,
        Liste,
    }


def test_only_days_of_the_stay_pass_without_a_name():
    shown = {where.rpartition(":")[2] for where, one in ALL if isinstance(one, Jour) and one.is_anonymous}
    assert shown == {"entree", "sortie", "souhaitee", "chirurgie", "traitements.fin"}


def test_conditions_name_a_field_of_the_form_and_its_answers():
    for form in FORMS:
        for champ in form.champs.values():
            if champ.si:
                asked = form.champs[champ.si.code]
                assert set(champ.si.answers) <= {code for code, _ in asked.options}, champ


def test_who_fills_it_is_said():
    assert [form for form in FORMS if form.version and not form.par] == []


def described(form) -> str:
    def plain(one):
        if is_dataclass(one):
            return [
                type(one).__name__,
                {field.name: plain(getattr(one, field.name)) for field in fields(one)},
            ]
        if isinstance(one, tuple | list):
            return [plain(each) for each in one]
        return one.__name__ if callable(one) else one

    return hashlib.sha256(json.dumps(plain(form.sections), ensure_ascii=False).encode()).hexdigest()[:16]


def test_a_version_that_has_served_is_never_changed():
    """Written values are read by the form they were written in: a change is another version beside it.

    A form that has never been released may be noted again: delete its line, then run this test once.
    """
    known = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {}
    now = {f"{one.kind}/{one.orientation}/{one.version}": described(one) for one in FORMS}
    if now.keys() - known.keys():
        DIGESTS.write_text(json.dumps({**now, **known}, indent=1, sort_keys=True) + "\n")
        pytest.fail("noted: run again")
    assert now == known


# --- Reading ------------------------------------------------------------------------------

LIT = Formulaire(
    Kind.SOCIAL,
    Orientation.SANITAIRE,
    1,
    (
        Section(
            "tout",
            "Tout",
            (
                Choix("couleur", "Couleur", options=(("a", "A"), ("b", "B")), required=True),
                Plusieurs(
                    "gouts",
                    "Goûts",
                    options=(("x", "X"), ("y", "Y")),
                    required=True,
                    si=Si("couleur", ("b",)),
                ),
                Jour("jour", "Jour", sejour=True),
                Nombre("poids", "Poids", mesure="kg", least=1, most=300, decimals=1),
                Nombre("etage", "Étage", least=-2, most=60),
                Texte("note", "Note"),
                champs.Ligne("mot", "Mot"),
                champs.Telephone("tel", "Téléphone"),
                Liste(
                    "gens",
                    "Gens",
                    most=2,
                    colonnes=(champs.Nom("nom", "Nom"), Choix("lien", "Lien", options=(("f", "F"),))),
                ),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, {}),
        ({"couleur": "", "gouts": [], "note": "  ", "poids": "", "gens": [{"nom": "", "lien": ""}]}, {}),
        ({"couleur": "a"}, {"couleur": "a"}),
        ({"gouts": ["y", "x", "y"]}, {"gouts": ["x", "y"]}),
        ({"jour": "29/02/2024"}, {"jour": "2024-02-29"}),
        ({"jour": "2026-12-01"}, {"jour": "2026-12-01"}),
        ({"poids": "72,5"}, {"poids": 72.5}),
        ({"poids": " 72 "}, {"poids": 72}),
        ({"poids": 72.5}, {"poids": 72.5}),
        ({"etage": "-2"}, {"etage": -2}),
        ({"note": "Une ligne.\r\nUne autre. \t"}, {"note": "Une ligne.\nUne autre."}),
        ({"note": "a" * 20_000}, {"note": "a" * 20_000}),
        ({"tel": "01 99 00 12 34"}, {"tel": "+33199001234"}),
        ({"gens": [{"nom": "D’Or"}, {}, {"lien": "f"}]}, {"gens": [{"nom": "D'Or"}, {"lien": "f"}]}),
    ],
)
def test_what_is_typed_is_kept(typed, kept):
    """Read again, what is kept is the same: it may be sent back as it is."""
    assert LIT.read(typed) == kept
    assert LIT.read(kept) == kept
    assert LIT.read({code: LIT.champs[code].typed(value) for code, value in kept.items()}) == kept


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"couleur": "c"}, "couleur", "Choisissez une réponse de la liste."),
        ({"couleur": ["a"]}, "couleur", "Choisissez une réponse de la liste."),
        ({"gouts": ["x", "z"]}, "gouts", "Choisissez une réponse de la liste."),
        ({"gouts": "x"}, "gouts", "n’est pas de celles"),
        ({"jour": "31/02/2026"}, "jour", "Cette date n’existe pas."),
        ({"jour": "29/02/1901"}, "jour", "Cette date n’existe pas."),
        ({"jour": "01/01/0031"}, "jour", "elle précède 1900"),
        ({"jour": 3}, "jour", "Cette date n’existe pas."),
        ({"poids": "1e2"}, "poids", "Écrivez un nombre en chiffres."),
        ({"poids": "9" * 21}, "poids", "Écrivez un nombre en chiffres."),
        ({"poids": "nan"}, "poids", "Écrivez un nombre en chiffres."),
        ({"poids": "1_0"}, "poids", "Écrivez un nombre en chiffres."),
        ({"poids": True}, "poids", "n’est pas de celles"),
        ({"poids": "301"}, "poids", "entre 1 et 300\u00a0kg"),
        ({"poids": "72,25"}, "poids", "Au plus 1 chiffre après la virgule."),
        ({"etage": "1,5"}, "etage", "Écrivez un nombre entier."),
        ({"note": "a" * 20_001}, "note", "20\u202f001 caractères, pour 20\u202f000 au plus"),
        ({"note": "a\u0007"}, "note", "caractère illisible"),
        ({"note": ["a"]}, "note", "n’est pas de celles"),
        ({"note": {"a": 1}}, "note", "n’est pas de celles"),
        ({"mot": "a" * 201}, "mot", "201 caractères, pour 200 au plus"),
        ({"tel": "12"}, "tel", "Ce numéro n’est pas reconnu."),
        ({"gens": [{"nom": "A"}] * 3}, "gens", "Au plus 2 lignes."),
        ({"gens": [{"nom": "A"}, {"nom": "12"}]}, "gens", "Ligne 2, nom"),
        ({"gens": [{"age": "3"}]}, "gens", "n’est pas de celles"),
        ({"gens": "A"}, "gens", "n’est pas de celles"),
        ({"gens": ["A"]}, "gens", "n’est pas de celles"),
        ({"inconnu": "1"}, "inconnu", "n’existe pas dans ce formulaire"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(typed, field, sentence):
    with pytest.raises(Fautes) as refused:
        LIT.read({"couleur": "a", **typed})
    assert set(refused.value.faults) == {field}
    assert sentence in refused.value.faults[field]


def test_all_faults_are_told_at_once():
    with pytest.raises(Fautes) as refused:
        LIT.read({"couleur": "c", "poids": "x"})
    assert set(refused.value.faults) == {"couleur", "poids"}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ["couleur"]),
        ({"couleur": "a"}, []),
        ({"couleur": "b"}, ["gouts"]),
        ({"couleur": "b", "gouts": ["x"]}, []),
    ],
)
def test_what_is_wanted_follows_from_what_was_answered(values, missing):
    assert [champ.code for champ in LIT.missing(values)] == missing


def test_missing_fields_are_told_when_validating_only():
    LIT.check({}, Contexte(TODAY))
    with pytest.raises(Fautes) as refused:
        LIT.check_whole({"couleur": "b"}, Contexte(TODAY))
    assert refused.value.faults == {"gouts": "À renseigner\u00a0: goûts."}


def test_another_version_takes_what_still_fits():
    autre = Formulaire(
        Kind.SOCIAL,
        Orientation.SANITAIRE,
        2,
        (
            Section(
                "tout", "Tout", (Choix("couleur", "Couleur", options=(("a", "A"),)), Texte("note", "Note"))
            ),
        ),
    )
    taken, left = autre.adopt({"couleur": "b", "note": "Vu.", "poids": 70}, LIT)
    assert taken == {"note": "Vu."}
    assert [champ.code for champ in left] == ["couleur", "poids"]


# --- Without the name -----------------------------------------------------------------------


def test_nothing_free_or_nominative_passes_without_the_name():
    """DOS-4."""
    values = LIT.read(
        {
            "couleur": "a",
            "gouts": ["x"],
            "jour": "01/12/2026",
            "poids": "72",
            "note": "Monsieur Garricou",
            "mot": "Garricou",
            "tel": "01 99 00 12 34",
            "gens": [{"nom": "Garricou", "lien": "f"}, {"nom": "Garricou"}],
        }
    )
    assert volets.anonymous(LIT, values) == {
        "couleur": "a",
        "gouts": ["x"],
        "jour": "2026-12-01",
        "poids": 72,
        "gens": [{"lien": "f"}],
    }


CANARY = "Garricou"


def filled(champ) -> object:
    """Something that the field takes, the canary wherever it may."""
    if isinstance(champ, Liste):
        return [{one.code: filled(one) for one in champ.colonnes}]
    if isinstance(champ, Plusieurs):
        return [champ.options[0][0]]
    if isinstance(champ, Choix):
        return champ.options[0][0]
    if isinstance(champ, Jour):
        return "2020-02-18"
    if isinstance(champ, Nombre):
        return str(champ.least)
    known = {
        champs.Telephone: "01 99 00 12 34",
        champs.Email: "garricou@mail.example",
        champs.CodePostal: "35000",
        champs.Commune: "35238",
    }
    return known.get(type(champ), CANARY)


@pytest.mark.parametrize("form", FORMS, ids=lambda one: f"{one.kind}-{one.orientation}-{one.version}")
def test_no_form_lets_a_canary_through(form):
    """DOS-4: every field filled."""
    values = form.read({code: filled(champ) for code, champ in form.champs.items()})
    assert values.keys() == form.champs.keys()
    shown = volets.anonymous(form, values)
    told = json.dumps(shown).lower()
    assert [secret for secret in ("garricou", "33199001234", "35000", "35238") if secret in told] == []
    assert {type(form.champs[code]) for code in shown}.isdisjoint({Texte, champs.Ligne})
    assert all(form.champs[code].said(value) for code, value in values.items())


# --- Reference lists ------------------------------------------------------------------------


def test_the_lists_are_whole():
    codes = [code for code, _ in pathologies.PATHOLOGIES]
    assert len(codes) == len(set(codes)) > 50
