"""`import_adeli`: accounts, délégations, médecins traitants follow a new number, or a conflict is told.

ANN-5.
"""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Identite, User
from annuaire import actions
from annuaire.actions import adeli as verbs
from annuaire.adeli import Refused
from annuaire.models import Flux, Professionnel
from delegations.models import Delegation
from dossiers.models import LienMedecin, Presence, Role
from journal.models import Entry
from tests import factories
from tests.annuaire import files
from tests.annuaire.conftest import NOW
from tests.dossiers.factories import DossierFactory
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied

BY = Actor.system("adeli")
OLD, NEW = "0990000018", "899000999911"
NAMES = {"nom": "Leclercq", "prenom": "Christine"}


def write(folder, *pairs, header="N° ADELI;N° RPPS", encoding="iso-8859-1", end="\r\n"):
    path = folder / "correspondances.csv"
    lines = [header, *(f"{old[1:]};{new[1:]}" for old, new in pairs)]
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


@pytest.fixture
def load(db, tmp_path):
    def load(*pairs, **how):
        return actions.import_adeli(write(tmp_path, *(pairs or [(OLD, NEW)]), **how), now=NOW, by=BY)

    return load


def account(idnat=OLD, **names):
    user = factories.UserFactory()
    kind = Identite.kind_of(idnat)
    Identite.objects.create(user=user, idnat=idnat, kind=kind, **(NAMES | names))
    return user


def professionnel(idnat=OLD, **names):
    return factories.ProfessionnelFactory(idnat=idnat, **(NAMES | names))


def treated(row, dossier=None, *, etat=LienMedecin.Etat.A_ACCEPTER) -> LienMedecin:
    """A dossier that names this person as médecin traitant."""
    dossier = dossier or DossierFactory()
    answered = {} if etat == "a_accepter" else {"answered_at": NOW, "answered_by": dossier.auteur}
    here = {"role": Role.TRAITANT, "niveau": Niveau.MEDECIN, "professionnel": row}
    Presence.objects.create(dossier=dossier, **here)
    return LienMedecin.objects.create(dossier=dossier, professionnel=row, etat=etat, **answered)


def living(user):
    return list(user.identites.filter(ended_at=None).values_list("idnat", flat=True))


def everything():
    models = (User, Identite, Professionnel, Delegation, LienMedecin, Presence, Flux, Entry)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_an_account_follows(load):
    user = account()
    flux = load()
    assert living(user) == [NEW]
    assert user.identites.get(idnat=OLD).ended_at == NOW
    assert list(User.objects.identified_by([NEW])) == [user]
    assert not User.objects.identified_by([OLD]).exists()
    told = Entry.objects.get(event="identite.followed")
    assert (told.data["idnat"], told.target) == (NEW, user)
    assert (flux.lignes, flux.bilan["suivis"], flux.bilan["comptes"]) == (1, 1, 1)


def test_a_person_keeps_his_former_number_and_what_names_him(load):
    """A délégation and a médecin traitant: rows refer to the person, and he has another number."""
    files.add(idnat=NEW, nom="LECLERCQ", prenom="Christine", commune="ROUEN", code_postal="76000")
    row = professionnel()
    lien = treated(row)
    delegation = factories.DelegationFactory(professionnel=row)
    load()
    row.refresh_from_db()
    assert (row.idnat, row.former_idnats, row.commune) == (NEW, [OLD], "ROUEN")
    assert LienMedecin.objects.get(pk=lien.pk).professionnel == row
    assert Delegation.objects.get(pk=delegation.pk).professionnel == row
    assert Entry.objects.get(event="professionnel.renumbered").data == {"avant": OLD, "apres": NEW}


def test_a_person_who_had_two_rows_has_one(load):
    former, kept = professionnel(), professionnel(NEW)
    lien = treated(former)
    delegation = factories.DelegationFactory(professionnel=former)
    flux = load()
    assert LienMedecin.objects.get(pk=lien.pk).professionnel == kept
    assert Delegation.objects.get(pk=delegation.pk).professionnel == kept
    former.refresh_from_db()
    kept.refresh_from_db()
    assert (former.vanished_at, kept.former_idnats) == (NOW, [OLD])
    assert (flux.bilan["fusionnes"], flux.bilan["professionnels"]) == (1, 1)


def test_the_new_number_of_the_same_account_ends_the_former(load):
    user = account()
    Identite.objects.create(user=user, idnat=NEW, kind="rpps", **NAMES)
    load()
    assert living(user) == [NEW]


def test_a_delegation_proposed_to_the_former_number_is_found_by_the_account(load):
    user = account()
    delegation = factories.DelegationFactory(professionnel=professionnel())
    waiting = {"delegataire": None, "accepted_at": None, "delegataire_key": f"idnat:{OLD}"}
    Delegation.objects.filter(pk=delegation.pk).update(**waiting)
    load()
    assert list(Delegation.objects.proposed_to(user)) == [delegation]
    assert Delegation.objects.get().delegataire_key == f"idnat:{NEW}"  # a second proposal overlaps it


def test_who_is_not_concerned_is_left(load):
    user = account("0990000026")
    flux = load()
    assert living(user) == ["0990000026"]
    assert flux.bilan == {
        **dict.fromkeys(("suivis", "comptes", "professionnels", "fusionnes", "nombre_conflits"), 0),
        "conflits": [],
    }


def two_accounts():
    account(), account(NEW)


def another_name():
    account()
    files.add(idnat=NEW, nom="DURAND", prenom="Paul", commune="", code_postal="")


CONFLICTS = {
    "two accounts": (two_accounts, verbs.TWO_ACCOUNTS),
    "another name in the extraction": (another_name, verbs.TWO_PEOPLE),
    "another name of the person": (
        lambda: (professionnel(), professionnel(NEW, nom="Durand")),
        verbs.TWO_PEOPLE,
    ),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_a_conflict_is_told_and_nothing_of_it_is_done(load, case):
    make, reason = CONFLICTS[case]
    make()
    before = everything()[:6]
    flux = load()
    assert flux.bilan["conflits"] == [{"adeli": OLD, "rpps": NEW, "motif": reason}]
    assert everything()[:6] == before


def test_two_numbers_for_one_are_a_conflict_and_the_others_follow(load):
    user, other = account(), account("0990000026")
    flux = load((OLD, NEW), (OLD, "899000999929"), ("0990000026", "899000999937"))
    assert (living(user), living(other)) == ([OLD], ["899000999937"])
    assert {one["motif"] for one in flux.bilan["conflits"]} == {verbs.TWO_NUMBERS}


def test_both_in_one_dossier_are_a_conflict_and_the_others_follow(load):
    lien = treated(professionnel(), etat="hors_patientele")
    treated(professionnel(NEW), lien.dossier)
    other = account("0990000026")
    flux = load((OLD, NEW), ("0990000026", "899000999937"))
    assert [one["motif"] for one in flux.bilan["conflits"]] == [verbs.TWICE]
    assert living(other) == ["899000999937"]
    assert not Professionnel.objects.get(idnat=NEW).former_idnats  # nothing of it is half done
    lien.refresh_from_db()
    assert lien.professionnel.idnat == OLD


def test_the_same_file_again_writes_nothing(load):
    account(), professionnel(), account("0990000026"), account("899000999937")
    pairs = ((OLD, NEW), ("0990000026", "899000999937"))  # one follows, one is a conflict
    first = load(*pairs)
    before = everything()
    assert load(*pairs) == first
    assert everything() == before


def test_encodings_ends_and_doubles_are_nothing(load):
    user = account()
    flux = load((OLD, NEW), (OLD, NEW), encoding="utf-8-sig", end="\n")
    assert (living(user), flux.format, flux.lignes) == ([NEW], "csv, UTF-8", 2)


REFUSED = {
    "no header": ({"header": "990000018;99000999911"}, "première ligne"),
    "another header": ({"header": "Identifiant;Nom"}, "première ligne"),
    "nothing": ({"header": ""}, "première ligne"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_another_file_is_refused(load, case):
    how, told = REFUSED[case]
    account()
    before = everything()
    with pytest.raises(Refused, match=told):
        load(**how)
    assert everything() == before


@pytest.mark.parametrize(
    "bad", ["99000001;99000999911", "990000018;9900000001", "A;B", "990000018", "1;2;3", "\x00"]
)
def test_a_bad_line_refuses_all(db, tmp_path, bad):
    user = account()
    path = write(tmp_path, (OLD, NEW))
    path.write_bytes(path.read_bytes() + f"{bad}\r\n".encode())
    with pytest.raises(Refused, match="Ligne 3"):
        actions.import_adeli(path, now=NOW, by=BY)
    assert living(user) == [OLD]


def test_empty_and_absent_files(db, tmp_path):
    (tmp_path / "vide.csv").write_bytes(b"")
    with pytest.raises(Refused, match="première ligne"):
        actions.import_adeli(tmp_path / "vide.csv", now=NOW, by=BY)
    with pytest.raises(Refused, match="ne se lit pas"):
        actions.import_adeli(tmp_path / "absent.csv", now=NOW, by=BY)
    with pytest.raises(Refused, match="que son en-tête"):
        actions.import_adeli(write(tmp_path), now=NOW, by=BY)


def test_nobody_imports_by_a_page(db, tmp_path):
    with pytest.raises(Denied):
        actions.import_adeli(write(tmp_path, (OLD, NEW)), now=NOW, by=Actor(user=factories.UserFactory()))


@pytest.mark.django_db(transaction=True)
def test_the_command(tmp_path, capsys):
    user = account()
    account("0990000026"), account("899000999937")
    path = write(tmp_path, (OLD, NEW), ("0990000026", "899000999937"))
    call_command("import_adeli", str(path))
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "2 lignes, 1 suivie (1 compte, 0 professionnel), 1 en conflit." in told
    assert f"  990000026 → 99000999937 : {verbs.TWO_ACCOUNTS}" in told
    assert living(user) == [NEW]
    path.write_text("a;b\n")
    with pytest.raises(CommandError, match="première ligne"):
        call_command("import_adeli", str(path))
