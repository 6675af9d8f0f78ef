"""Matricule, OID, place and date of birth of an INS, and its Datamatrix (DOS-3)."""

import random
from datetime import date

import pytest

from viatraj.core.saisie import Refused, datamatrix, ins, naissances
from viatraj.core.saisie.datamatrix import GS, HEADER
from viatraj.core.saisie.naissances import Naissance, Precision

ORDER = ("S1", "S2", "S3", "S4", "S5", "S6", "S7")
LONGEST = {"S2": 20, "S3": 100, "S4": 100}
KNOWN = {
    "S1": "257029999900194",
    "S2": ins.NIR,
    "S3": "MARIE-ANGE JEANNE",
    "S4": "D'ESSARTS DUMAS",
    "S5": "F",
    "S6": "18-02-1957",
    "S7": "76540",
}


def encoded(order=ORDER, *, gs=GS, **known) -> str:
    """As the specification writes it: a value shorter than its field is followed by GS."""
    values = KNOWN | known
    parts = [name + values[name] + gs * (len(values[name]) < LONGEST.get(name, 0)) for name in order]
    return HEADER + "".join(parts)


def matricule(first_thirteen: str) -> str:
    return f"{first_thirteen}{ins.key(first_thirteen):02}"


def traits(**changed):
    known = {
        "matricule": KNOWN["S1"], "oid": ins.NIR, "prenoms": KNOWN["S3"], "nom": KNOWN["S4"], "sexe": "F",
        "naissance": Naissance(date(1957, 2, 18)), "lieu": "76540", "notes": (),
    }  # fmt: skip
    return datamatrix.Traits(**known | changed)


FEBRUARY = Naissance(date(1957, 2, 1), Precision.MOIS)
YEAR = Naissance(date(1957, 1, 1), Precision.ANNEE)
LOST, REPLACED = (datamatrix.WITHOUT_GS,), (datamatrix.OTHER_GS,)
CORSE = matricule("257022A999001")
TAKEN = {
    "in order": (encoded(), traits()),
    "in reverse order": (encoded(ORDER[::-1]), traits()),
    "last GS dropped": (encoded((*ORDER[::-1][:5], "S1", "S2"))[:-1], traits()),
    "with a new line": (encoded() + "\r\n", traits()),
    "with the kind of code": ("]d2" + encoded(), traits()),
    "GS after fixed fields too": (encoded().replace("S6", GS + "S6"), traits()),
    "GS dropped": (encoded(gs=""), traits(notes=LOST)),
    "GS dropped after THOMAS": (encoded(gs="", S3="THOMAS"), traits(prenoms="THOMAS", notes=LOST)),
    "GS dropped after a surname in S": (encoded(gs="", S4="GROSS"), traits(nom="GROSS", notes=LOST)),
    "GS as a space": (encoded(gs=" ").replace("8 S3", "8S3"), traits(notes=LOST)),
    "GS as text": (encoded(gs="<GS>"), traits(notes=REPLACED)),
    "GS as a bar": (encoded(gs="|"), traits(notes=REPLACED)),
    "GS as Ctrl+]": (encoded(gs="^]"), traits(notes=REPLACED)),
    "GS as its picture": (encoded(gs="\u241d"), traits(notes=REPLACED)),
    "a hundred letters": (encoded(S4="A" * 100), traits(nom="A" * 100)),
    "a hundred letters, GS dropped": (encoded(gs="", S4="A" * 100), traits(nom="A" * 100, notes=LOST)),
    "a hyphen, twice": (encoded(S4="DURAND--PETIT"), traits(nom="DURAND--PETIT")),
    "day unknown": (encoded(S6="00-02-1957"), traits(naissance=FEBRUARY)),
    "day and month unknown": (encoded(S6="00-00-1957"), traits(naissance=YEAR)),
    "born in Corsica": (encoded(S1=CORSE, S7="2A004"), traits(matricule=CORSE, lieu="2A004")),
    "born abroad": (encoded(S7="99351"), traits(lieu="99351")),
    "NIA": (encoded(S2=ins.NIA), traits(oid=ins.NIA)),
    "sex not determined": (encoded(S5="I"), traits(sexe="I")),
}  # fmt: skip
REFUSED = {
    "scanned twice": (encoded() * 4, datamatrix.TOO_LONG),
    "no header": ("S1" + KNOWN["S1"], datamatrix.NOT_ONE),
    "another version": (encoded().replace("IS01", "IS02"), datamatrix.NOT_ONE),
    "figures of another keyboard": (encoded().replace("0", "à"), datamatrix.NOT_ONE),
    "all in small letters": (encoded().lower(), datamatrix.IN_CAPITALS),
    "a name in small letters": (encoded(S4="dumas"), datamatrix.IN_CAPITALS),
    "accents": (encoded(S4="CÉLESTE"), "«\u00a0É\u00a0», qu’une INS n’a jamais"),
    "101 letters": (encoded(S4="A" * 101), "dépasse 100 caractères"),
    "101 letters, GS dropped": (encoded(gs="", S3="A" * 101), "dépasse 100 caractères"),
    "wrong key": (encoded(S1="257029999900195"), ins.WRONG_KEY),
    "matricule cut": (HEADER + "S12570299999", "matricule\u00a0» est incomplet"),
    "unknown identifier": (encoded() + "S8X", "champ inconnu\u00a0: «\u00a0S8\u00a0»"),
    "unknown identifier, GS dropped": (HEADER + "S4DUMASS9X", "champ inconnu\u00a0: «\u00a0S9\u00a0»"),
    "an identifier twice": (encoded() + "S5F", "deux fois le champ «\u00a0sexe\u00a0»"),
    "no name": (encoded(("S1", "S2", "S3", "S5", "S6", "S7")), "Il y manque\u00a0: nom de naissance."),
    "header alone": (HEADER, "Il y manque\u00a0: matricule, oid"),
    "empty name": (encoded(S4=""), "nom de naissance\u00a0» est vide"),
    "test OID": (encoded(S2=ins.TESTS[0]), datamatrix.TEST),
    "other test OID": (encoded(S2=ins.TESTS[1]), datamatrix.TEST),
    "another OID": (encoded(S2="1.2.250.1.71.4.2.1"), "son OID est 1.2.250.1.71.4.2.1"),
    "31 February": (encoded(S6="31-02-1957"), "Cette date n’existe pas"),
    "sex of no kind": (encoded(S5="X"), "sexe\u00a0» est incomplet ou illisible"),
    "GS as something else": (encoded(gs="§"), "«\u00a0§\u00a0», qu’une INS n’a jamais"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_the_datamatrix_is_taken(name):
    text, found = TAKEN[name]
    assert datamatrix.read(text) == found


@pytest.mark.parametrize("name", REFUSED)
def test_the_datamatrix_is_refused_with_its_reason(name):
    text, why = REFUSED[name]
    with pytest.raises(Refused) as refused:
        datamatrix.read(text)
    assert why in str(refused.value)


def test_identities_of_test_are_taken_in_the_demonstration_only():
    assert datamatrix.read(encoded(S2=ins.TESTS[0]), tests=True).oid == ins.TESTS[0]
    assert datamatrix.read("  ") is None


def test_random_fields_in_any_order_come_back_whole_or_are_refused():
    """Whatever the scanner does to GS, nothing else than what was encoded comes out."""
    rng = random.Random(4)
    for _ in range(2000):
        letters = [rng.choice("ABST -'") for _ in range(rng.choice((1, 8, 99, 100)))]
        nom = f"S{''.join(letters)[:98]}S"
        gs = rng.choice((GS, "", "|", "<GS>", "^]"))
        read = datamatrix.read(encoded(rng.sample(ORDER, 7), gs=gs, S4=nom))
        assert (read.nom, read.prenoms, read.oid, read.lieu) == (nom.strip(), KNOWN["S3"], ins.NIR, "76540")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2 57 02 99 999 001 94", KNOWN["S1"]), (KNOWN["S1"], KNOWN["S1"]), (CORSE.lower(), CORSE), ("", "")],
)
def test_a_matricule_is_kept_without_spaces(typed, kept):
    assert ins.matricule(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [("25702999990016", ins.FIFTEEN), ("957029999900194", ins.FIFTEEN), ("257029999901094", ins.WRONG_KEY)],
)
def test_a_wrong_matricule_is_refused(typed, why):
    with pytest.raises(Refused, match=why[:20]):
        ins.matricule(typed)


def test_one_wrong_or_swapped_figure_never_keeps_the_key():
    good = KNOWN["S1"]
    for place in range(1, 15):
        for figure in set("0123456789") - {good[place]}:
            with pytest.raises(Refused):
                ins.matricule(good[:place] + figure + good[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ("18/02/1957", Naissance(date(1957, 2, 18)), "18/02/1957"),
        ("1957-02-18", Naissance(date(1957, 2, 18)), "18/02/1957"),
        ("00/02/1957", Naissance(date(1957, 2, 1), Precision.MOIS), "février 1957"),
        ("00.00.1957", Naissance(date(1957, 1, 1), Precision.ANNEE), "1957"),
        ("1957-02-00", Naissance(date(1957, 2, 1), Precision.MOIS), "février 1957"),
        ("29/02/1904", Naissance(date(1904, 2, 29)), "29/02/1904"),
    ],
)
def test_a_date_of_birth_may_lack_its_day(typed, kept, said):
    assert (naissances.read(typed), str(kept)) == (kept, said)
    assert naissances.read(kept.typed) == kept


@pytest.mark.parametrize(
    "typed", ["31/02/1957", "29/02/1901", "00/13/1957", "12/00/1957", "00/02/1857", "1957"]
)
def test_a_date_of_birth_that_cannot_be_is_refused(typed):
    with pytest.raises(Refused):
        naissances.read(typed)


def test_an_insee_code_has_five_characters():
    assert (ins.lieu(" 2a004 "), ins.lieu("99351"), ins.lieu("")) == ("2A004", "99351", "")
    with pytest.raises(Refused, match="code INSEE"):
        ins.lieu("Rouen")
