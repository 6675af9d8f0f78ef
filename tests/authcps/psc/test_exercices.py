"""What a userinfo says, every value of which may be missing, empty or strange."""

import pytest

from authcps import exercices
from viatraj.demo.psc.people import porteurs

RPPS = "899100045771"


def read(**changed):
    userinfo = porteurs()[RPPS].as_userinfo() | changed
    return exercices.verified(userinfo, issuer="https://psc.example")


def activity(mode, name, **more):
    return {"codeModeExercice": mode, "raisonSocialeSite": name, **more}


def exercice(profession, *activities, categorie="C", **more):
    known = {"codeProfession": profession, "codeCategorieProfessionnelle": categorie}
    return {**known, "activities": list(activities), **more}


def test_the_liberal_activity_speaks_for_its_exercice():
    found = read(
        SubjectRefPro={"exercices": [exercice("10", activity("S", "CH FICTIF"), activity("L", "CABINET"))]}
    )
    assert [one.structure for one in found] == ["CABINET"]


def test_medecin_liberal_then_medecin_then_the_others():
    found = read(
        SubjectRefPro={
            "exercices": [
                exercice("21", activity("L", "PHARMACIE")),
                exercice("10", activity("S", "ARMEE"), categorie="M"),
                exercice("10", activity("L", "CABINET")),
            ]
        }
    )
    assert [one.structure for one in found] == ["CABINET", "ARMEE", "PHARMACIE"]
    assert [one.is_medecin for one in found] == [True, True, False]


def test_the_same_exercice_twice_is_one():
    twice = [exercice("10", activity("L", "CABINET"))] * 2
    assert len(read(SubjectRefPro={"exercices": twice})) == 1


@pytest.mark.parametrize(
    ("kind", "code", "label"),
    [
        ("S", "SM54", "Médecine générale"),
        ("S", "SM95", "Santé publique, option administration de la santé"),
        ("S", "SM999", ""),
        ("S", "", ""),
        ("S", None, ""),
        ("C", "SM54", ""),
    ],
)
def test_the_specialite_is_said_by_its_label(kind, code, label):
    """CON-8; TRE_R38. A code that is not known is not shown."""
    known = exercice("10", codeTypeSavoirFaire=kind, codeSavoirFaire=code)
    (one,) = read(SubjectRefPro={"exercices": [known]})
    assert one.specialite == label


def test_a_student_is_no_medecin():
    (one,) = read(SubjectRefPro={"exercices": [exercice("10", activity("S", "CHU"), categorie="E")]})
    assert not one.is_medecin


def test_names_are_those_of_the_exercice_or_of_the_person():
    (one,) = read(SubjectRefPro={"exercices": [exercice("10", nomDexercice="DUPRÉ", prenomDexercice="")]})
    assert (one.nom, one.prenom) == ("DUPRÉ", "Christine")


@pytest.mark.parametrize("nothing", [{}, {"exercices": []}, {"exercices": None}, None])
def test_without_exercice_the_role_gives_the_profession(nothing):
    (one,) = read(SubjectRefPro=nothing, SubjectRole=["60^1.2.250.1.71.1.2.7"])
    assert (one.profession, one.profession_label, one.categorie) == ("60", "Infirmier", "")
    assert not one.is_medecin


def test_a_role_without_category_is_not_a_medecin():
    """Without its category, «10» may be a student."""
    (one,) = read(SubjectRefPro={}, SubjectRole=["10^1.2.250.1.213.1.1.5.5"])
    assert not one.is_medecin


@pytest.mark.parametrize("name", ["otherIds", "otherIDs"])
def test_the_adeli_number_before_the_rpps_one(name):
    others = [{"identifiant": "0319999990", "origine": "ADELI", "qualite": 1}]
    (one,) = read(**{"otherIds": [], name: others})
    assert one.former_idnats == ("0319999990",)


@pytest.mark.parametrize(
    "other",
    [
        {"identifiant": "899100045789", "origine": "RPPS"},
        {"identifiant": "899100045789", "origine": "ADELI"},
        {"identifiant": "", "origine": "ADELI"},
        {"origine": "ADELI"},
    ],
)
def test_no_other_number_is_believed(other):
    (one,) = read(otherIds=[other])
    assert one.former_idnats == ()


@pytest.mark.parametrize("idnat", ["", None, 12, "810000000001x", "8100", "1/2", "CPS", "8" + "٣" * 11])
def test_numbers_that_are_none(idnat):
    with pytest.raises(exercices.Unknown, match="no_subject_name_id"):
        read(SubjectNameID=idnat)


@pytest.mark.parametrize(
    "idnat", ["810000000001", "0319999990", "30B0037750/CPE0001", "599999999900019/CPA7"]
)
def test_numbers_of_all_kinds(idnat, settings):
    settings.PSC_TEST_IDENTITIES = False
    assert read(SubjectNameID=idnat)[0].idnat == idnat


@pytest.mark.parametrize("idnat", ["ANS20231122132732", "899700075122", "30B0037750/CPET0001"])
def test_identities_of_test(idnat, settings):
    assert read(SubjectNameID=idnat)
    settings.PSC_TEST_IDENTITIES = False
    with pytest.raises(exercices.Unknown, match="test_identity"):
        read(SubjectNameID=idnat)


@pytest.mark.parametrize("name", ["family_name", "given_name"])
def test_somebody_without_a_name_is_refused(name):
    with pytest.raises(exercices.Unknown, match="no_name"):
        read(**{name: ""})


def test_professions_are_those_of_the_nomenclature():
    """TRE_G15 of the ANS, code by code; 99 is of RPPS+ (TRE_R291), which it does not list."""
    known = (
        "10 21 26 28 31 32 35 36 37 38 39 40 50 60 69 70 80 81 82 83 84 85 86 91 92 93 94 95 96 98".split()
    )
    assert exercices.PROFESSIONS.keys() == {*known, "99"}
    assert exercices.PROFESSIONS["10"] == "Médecin"
