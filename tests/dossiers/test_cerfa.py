"""DOS-3: the demande d'admission of Grand Âge on paper says all that was answered, and cuts nothing."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from dossiers import volets
from dossiers.natures import of_orientation
from dossiers.reads import cerfa
from dossiers.reads.cerfa import mise, parties
from dossiers.reads.cerfa.mise import PARTIES
from dossiers.volets import aggir, autonomie
from tests.papers import Lu, packed
from viatraj.core.champs import (
    Choix,
    CodePostal,
    Commune,
    Email,
    Jour,
    Liste,
    Nom,
    Nombre,
    Plusieurs,
    Telephone,
    Texte,
)
from viatraj.core.papier import written

MADE = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
IDENTITE = [("Nom de naissance", "Zygomatique"), ("Prénoms de naissance", "Łucja Noëlle")]
KINDS = [partie.kind.value for partie in PARTIES]


def _some(options, draw):
    chosen = draw.sample([code for code, _ in options], draw.randint(1, len(options)))
    return [code for code, _ in options if code in chosen]


def _typed(champ, draw, long):
    word = "".join(draw.choices("abcdefghijéèçœ’WM", k=14))
    return (word * (champ.most // 14 + 1))[: champ.most] if long else f"{word} {word}"


def _rows(champ, draw, long):
    rows = champ.most if long else draw.randint(1, champ.most)
    return [{one.code: answer(one, draw, long=long) for one in champ.colonnes} for _ in range(rows)]


# Something that a field of each kind takes; `long`: as much as it takes, without a space to cut at.
ANSWERS = {
    Choix: lambda champ, draw, long: draw.choice(champ.options)[0],
    Plusieurs: lambda champ, draw, long: _some(champ.options, draw),
    Jour: lambda champ, draw, long: f"20{draw.randint(10, 25)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
    Nombre: lambda champ, draw, long: draw.randint(champ.least, champ.most),
    Liste: _rows,
    Telephone: lambda champ, draw, long: f"+3363998{draw.randint(0, 9999):04}",
    Email: lambda champ, draw, long: f"l{draw.randint(0, 999)}@{'sous.' * 20 * long}cabinet.example",
    CodePostal: lambda champ, draw, long: f"{draw.randint(10_000, 95_999)}",
    Commune: lambda champ, draw, long: f"{draw.randint(10_000, 95_999)}",
    Nom: lambda champ, draw, long: "".join(draw.choices("abcdefgh", k=90 if long else 9)).capitalize(),
    Texte: _typed,
}


def answer(champ, draw: random.Random, *, long: bool):
    kind = next(one for one in ANSWERS if isinstance(champ, one))
    return ANSWERS[kind](champ, draw, long)


def filled(seed=1, *, long=False, kinds=KINDS) -> dict[str, cerfa.Rempli]:
    draw = random.Random(seed)
    found = {}
    for kind in kinds:
        form = volets.current(kind, "grand_age")
        values = {code: answer(champ, draw, long=long) for code, champ in form.champs.items()}
        assert form.read({code: champ.typed(values[code]) for code, champ in form.champs.items()}) == values
        found[kind] = cerfa.Rempli(form, values, "Validé le 12/10/2026 par le Dr Christine Leclercq.")
    return found


def printed(remplis, *, absents=()) -> Lu:
    asked = cerfa.Demande(
        "1234 5678",
        IDENTITE,
        "Zygomatique Łucja, née le 18/02/1937",
        remplis,
        absents,
        "Dr Christine Leclercq",
        MADE,
    )
    return Lu(cerfa.pdf(asked))


class TestLayout:
    @pytest.mark.parametrize("partie", PARTIES, ids=lambda one: one.kind.value)
    def test_no_field_of_the_form_is_forgotten(self, partie):
        """A field that is added to a form gets its place here."""
        form = volets.current(partie.kind.value, "grand_age")
        assert sorted(partie.codes) == sorted(form.champs)

    def test_its_parts_are_the_volets_of_grand_age(self):
        assert {partie.kind for partie in PARTIES} == set(of_orientation("grand_age"))

    @pytest.mark.parametrize("partie", PARTIES, ids=lambda one: one.kind.value)
    def test_a_line_is_as_wide_as_the_sheet(self, partie):
        lines = [ligne for cadre in partie.cadres for ligne in cadre.lignes]
        wide = [sum(width for _, width in one.champs) for one in lines if hasattr(one, "champs")]
        assert set(wide) == {12}


def said(champ, value) -> list[str]:
    if isinstance(champ, Plusieurs):
        return [f"X{label}" for code, label in champ.options if code in value]
    if isinstance(champ, Choix):
        return [f"X{dict(champ.options)[value]}"]
    if isinstance(champ, Liste):
        return [one.said(row[one.code]) for row in value for one in champ.colonnes if one.code in row]
    return champ.said(value).split("\n")


def body(sheet: str) -> str:
    """Without what is at the head and at the foot."""
    lines = sheet.splitlines()
    return "\n".join(one for one in lines if not one.startswith("Imprimé par") and "– Zygomatique" not in one)


def lost(remplis, paper) -> list:
    """Answers and labels that the paper does not say."""
    text = packed(" ".join(body(sheet) for sheet in paper.sheets))
    missing = []
    for kind, rempli in remplis.items():
        in_grid = [code for code in rempli.form.champs if code.startswith("symptome_")]
        for code, champ in rempli.form.champs.items():
            value = rempli.values.get(code)
            told = [] if value is None else said(champ, value)
            if kind == "autonomie" and code in AGGIR:
                told = [f"{champ.label}X{value}"] if value else []
            elif code in in_grid:
                told = [f"{champ.label}X{dict(champ.options)[value]}"] if value else []
            missing += [(kind, code, one) for one in (champ.label, *told) if packed(written(one)) not in text]
    return missing


AGGIR = [*aggir.VARIABLES, *(code for code, _ in autonomie.ILLUSTRATIVES)]


class TestValues:
    @pytest.mark.parametrize("seed", range(6))
    def test_each_answer_is_said_with_its_label(self, seed):
        remplis = filled(seed)
        assert lost(remplis, printed(remplis)) == []

    def test_what_is_longer_than_its_box_is_whole_behind(self):
        remplis = filled(3, long=True)
        paper = printed(remplis)
        assert lost(remplis, paper) == []
        assert paper.text.count("Feuille de suite") == len(remplis)
        assert "Suite n° 1 : " in paper.text

    def test_a_new_line_is_one_behind_too(self):
        remplis = filled(1, kinds=["medical"])
        text = "\n".join(f"Ligne {number} de l’histoire" for number in range(400))
        values = {**remplis["medical"].values, "antecedents": text}
        paper = printed({"medical": cerfa.Rempli(remplis["medical"].form, values)})
        lines = [line for sheet in paper.sheets for line in sheet.splitlines()]
        assert set(text.split("\n")) <= {line.strip() for line in lines}

    @pytest.mark.parametrize("long", [False, True])
    def test_nothing_runs_over_the_edge(self, long):
        assert printed(filled(4, long=long)).outside(margin=22) == []

    def test_what_was_not_chosen_has_no_cross(self):
        form = volets.current("administratif", "grand_age")
        paper = printed({"administratif": cerfa.Rempli(form, {"delai": "immediat"})})
        assert "X Immédiat" in paper.text
        assert paper.text.count("X ") == 1
        assert "Dans les six mois" in paper.text

    def test_an_empty_volet_is_the_empty_form(self):
        empty = {kind: cerfa.Rempli(volets.current(kind, "grand_age"), {}) for kind in KINDS}
        paper = printed(empty)
        assert lost(empty, paper) == []
        assert "X " not in paper.text.replace("marquées d’un X", "")
        assert "non calculé" in paper.text

    def test_a_text_of_before_the_fields_is_printed(self):
        former = volets.formulaire("medical", "grand_age", 0)
        paper = printed({"medical": cerfa.Rempli(former, {"texte": "Diabète ancien."})})
        assert "Diabète ancien." in paper.text
        form = volets.current("medical", "grand_age")
        after = printed({"medical": cerfa.Rempli(form, {"motif": "Chutes."}, former="Diabète ancien.")})
        assert "Texte saisi avant ce formulaire Diabète ancien." in after.text

    def test_a_field_that_the_layout_does_not_know_is_printed_all_the_same(self, monkeypatch):
        """Of a version to come, or gone by."""
        less = mise.Partie(mise.MEDICAL.kind, "Dossier médical", "", mise.MEDICAL.cadres[1:])
        monkeypatch.setattr(parties, "PARTIES", (less,))
        remplis = filled(2, kinds=["medical"])
        paper = printed(remplis)
        assert lost(remplis, paper) == []
        assert "Autres réponses" in paper.text

    def test_the_files_that_are_joined_are_named(self):
        form = volets.current("medical", "grand_age")
        names = [f"Compte rendu n° {number} {'é' * 240}.pdf" for number in range(20)]
        paper = printed({"medical": cerfa.Rempli(form, {}, pieces=names)})
        assert [one for one in names if packed(one) not in packed(paper.text)] == []
        assert "Pièces jointes" not in printed({"medical": cerfa.Rempli(form, {})}).text

    def test_as_many_as_a_dossier_may_have_stand_on_the_sheet_itself(self, settings):
        form = volets.current("medical", "grand_age")
        names = [f"Compte rendu n° {number}.pdf" for number in range(settings.PIECES_A_DOSSIER)]
        paper = printed({"medical": cerfa.Rempli(form, {}, pieces=names)})
        assert [one for one in names if one not in paper.text] == []
        assert "Feuille de suite" not in paper.text

    def test_two_girs_that_differ_are_both_said(self):
        form = volets.current("autonomie", "grand_age")
        grille = dict.fromkeys(AGGIR[:10], "A") | {"gir_declare": "2"}
        paper = printed({"autonomie": cerfa.Rempli(form, grille)})
        assert "GIR calculé d’après la grille : GIR 6" in paper.text
        assert "Le GIR calculé (6) diffère du GIR indiqué par l’évaluateur (2)." in paper.text


class TestParts:
    def test_each_begins_a_sheet_and_keeps_its_own_continuation(self):
        """The médical goes in an envelope of its own."""
        paper = printed(filled(3, long=True))
        parts = [_part_of(sheet) for sheet in paper.sheets]
        assert parts == sorted(parts)
        assert set(parts) == {0, 1, 2}

    def test_what_may_not_be_read_is_named_and_not_drawn(self):
        paper = printed(filled(1, kinds=["medical"]), absents=["volet administratif", "volet autonomie"])
        assert "Sans : volet administratif, volet autonomie, dont la lecture n’est pas ouverte" in paper.text
        assert "Aspects financiers" not in paper.text
        assert Counter(paper.outline)["Dossier médical"] == 1

    def test_each_sheet_says_whose_it_is_by_whom_and_its_number(self):
        paper = printed(filled())
        for number, sheet in enumerate(paper.sheets, 1):
            assert "Dossier n°\xa01234 5678 – Zygomatique Łucja" in sheet
            foot = f"Imprimé par Dr Christine Leclercq le 29/11/2026 à 10 h 00 – page {number}/"
            assert f"{foot}{len(paper.sheets)}" in sheet.replace("\xa0", " ")


def _part_of(sheet: str) -> int:
    begins = [sheet.startswith(partie.titre) for partie in PARTIES]
    return begins.index(True)


class TestReading:
    def test_metadata_name_nobody(self):
        paper = printed(filled())
        assert paper.metadata["Title"] == "Demande d’admission, dossier n°\xa01234 5678"
        assert "Zygomatique" not in str(paper.metadata) + str(paper.outline)

    def test_it_is_tagged_in_french_with_an_outline(self):
        paper = printed(filled())
        assert b"/Lang (fr)" in paper.content
        assert b"/Marked true" in paper.content
        assert b"/DisplayDocTitle true" in paper.content
        assert [
            one for one in paper.outline if one in ("Dossier administratif", "Dossier médical", "Autonomie")
        ]
        assert "Grille AGGIR" in paper.outline

    def test_same_answers_same_bytes(self):
        assert printed(filled(5)).content == printed(filled(5)).content
