"""The médecin traitant: named, asked, answering, taking back; by whom, and what each sees (DOS-2)."""

from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import changements.actions
from accounts.models import Identite, User
from changements.models import Changement
from courrier.models import Message, Priority
from dossiers import actions, policies, regards
from dossiers.models import LienMedecin, Presence, Role
from dossiers.reads import traitants
from dossiers.reads.traitants import Liste
from journal.models import Entry
from tests import plans
from tests.dossiers.factories import (
    LISTER,
    READER,
    SECRETARIAT,
    DossierFactory,
    edit_path,
    lend,
    name_traitant,
    sent,
)
from tests.factories import (
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
    sign_in,
)
from tests.house.plan import listed
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
ACCEPTING = (*LISTER, (Droit.DOSSIER_ACCEPTATION, Mode.OUI))
A_ACCEPTER, ACCEPTE, HORS = LienMedecin.Etat
HOME, LISTS = "/medecin/", "/dossiers/"


def now():
    return timezone.now()


@pytest.fixture
def author():
    return MedecinFactory(nom="Martinon", prenom="Paul")


@pytest.fixture
def leclercq():
    medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
    listed(medecin.login, nom="LECLERCQ", prenom="Christine")
    return medecin


@pytest.fixture
def dossier(author):
    return DossierFactory(auteur=author)


@pytest.fixture
def asked(dossier, leclercq):
    """It names her, and she has not answered."""
    name_traitant(dossier, leclercq, A_ACCEPTER)
    return dossier


def name(dossier, idnat, *, by, seen=""):
    return actions.name_traitant(dossier, idnat=idnat, seen=seen, by=as_medecin(by))


def etat(dossier) -> str:
    lien = traitants.current(dossier)
    return lien.etat if lien else ""


def events() -> list[str]:
    return list(
        Entry.objects.filter(event__startswith="traitant").order_by("pk").values_list("event", flat=True)
    )


def numbers(actor, liste) -> list[str]:
    return [one.numero for one in traitants.listed(actor, liste)]


# --- Named -----------------------------------------------------------------------------


def test_the_author_names_a_medecin_of_the_directory(dossier, author, leclercq):
    """DOS-2: it waits for her answer, and in her lists."""
    lien = name(dossier, leclercq.login, by=author)
    assert (lien.etat, lien.professionnel.idnat) == (A_ACCEPTER, leclercq.login)
    assert numbers(as_medecin(leclercq), Liste.A_ACCEPTER) == [dossier.numero]
    assert numbers(as_medecin(leclercq), Liste.TOUS) == []
    assert Entry.objects.get(event="traitant.named").data == {"medecin": lien.professionnel.titre}


def test_without_account_it_is_there_at_the_first_sign_in(dossier, author):
    """DOS-2: there is nobody to write to before."""
    idnat = "899000777001"
    listed(idnat, nom="NOUVEAU", prenom="Ana")
    name(dossier, idnat, by=author)
    assert not Message.objects.exists()
    newcomer = MedecinFactory(login=idnat, nom="Nouveau", prenom="Ana")
    assert traitants.awaiting(as_medecin(newcomer)) == {Orientation.SANITAIRE: 1}


def test_naming_twice_is_naming_once(dossier, author, leclercq):
    first = name(dossier, leclercq.login, by=author)
    assert name(dossier, leclercq.login, by=author) == first
    assert events() == ["traitant.named"]
    assert Message.objects.count() == 1


def test_who_is_named_is_told_by_a_number(dossier, author, leclercq):
    """DOS-2, DOS-6: at once, with the way to answer, never who the patient is."""
    name(dossier, leclercq.login, by=author)
    letter = Message.objects.get()
    assert (letter.to, letter.priority, letter.changement) == (leclercq.email, Priority.NORMAL, None)
    assert f"/dossiers/{dossier.numero}/" in letter.text
    assert "Garricou" not in letter.text + letter.subject + letter.html


@pytest.mark.parametrize("ending", ["account", "number"])
def test_who_can_no_longer_sign_in_is_not_written_to(dossier, author, leclercq, ending):
    if ending == "account":
        User.objects.filter(pk=leclercq.pk).update(disabled_at=now())
    else:
        leclercq.identites.update(ended_at=now())
    name(dossier, leclercq.login, by=author)
    assert not Message.objects.exists()


def test_another_takes_the_place(asked, author, leclercq):
    """Whoever had not answered is told that nothing is asked of her any more."""
    listed("899000777002", nom="AUTRE", prenom="Luc")
    name(asked, "899000777002", by=author, seen=traitants.current(asked).stamp)
    assert numbers(as_medecin(leclercq), Liste.A_ACCEPTER) == []
    assert not regards.of(as_medecin(leclercq), asked)
    assert Entry.objects.get(event="traitant.changed").data["avant"] == "Dr Christine Leclercq"
    letter = Message.objects.get()
    assert (letter.to, "qui attendait votre réponse" in letter.text) == (leclercq.email, True)


def test_who_had_accepted_is_told_that_another_takes_the_place(dossier, author, leclercq):
    name_traitant(dossier, leclercq)
    listed("899000777002", nom="AUTRE", prenom="Luc")
    name(dossier, "899000777002", by=author, seen=traitants.current(dossier).stamp)
    letter = Message.objects.get()
    assert (letter.to, "que vous aviez accepté" in letter.text) == (leclercq.email, True)
    assert "Garricou" not in letter.text + letter.subject


def test_what_was_answered_meanwhile_is_shown_before_anything_changes(asked, author, leclercq):
    seen = traitants.current(asked).stamp
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    listed("899000777002", nom="AUTRE", prenom="Luc")
    with pytest.raises(ValidationError, match="vient de changer"):
        name(asked, "899000777002", by=author, seen=seen)
    assert etat(asked) == ACCEPTE


def remove(dossier, *, by, seen=None):
    stamp = traitants.current(dossier).stamp if seen is None else seen
    actions.remove_traitant(dossier, seen=stamp, by=as_medecin(by))


def test_the_author_removes_whom_he_named_by_mistake(asked, author, leclercq):
    """DOS-2: while it is «à accepter»; she is told, by a number."""
    remove(asked, by=author)
    assert traitants.current(asked) is None
    assert not regards.of(as_medecin(leclercq), asked)
    assert traitants.awaiting(as_medecin(leclercq)) == {}
    assert Entry.objects.get(event="traitant.removed").data == {"medecin": "Dr Christine Leclercq"}
    letter = Message.objects.get()
    assert letter.to == leclercq.email
    assert "Garricou" not in letter.text + letter.subject + letter.html


def test_removed_twice_is_removed_once_and_she_may_be_named_again(asked, author, leclercq):
    seen = traitants.current(asked).stamp
    for _ in range(2):
        remove(asked, by=author, seen=seen)
    assert events() == ["traitant.removed"]
    name(asked, leclercq.login, by=author)
    assert etat(asked) == A_ACCEPTER


def test_who_has_answered_is_not_removed(asked, author, leclercq):
    """DOS-2: who accepted is replaced; who declined is no longer the médecin traitant."""
    seen = traitants.current(asked).stamp
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    with pytest.raises(ValidationError, match="vient de changer"):
        remove(asked, by=author, seen=seen)
    with pytest.raises(ValidationError, match="a accepté"):
        remove(asked, by=author)
    assert etat(asked) == ACCEPTE
    actions.decline(asked, now=now(), by=as_medecin(leclercq))
    remove(asked, by=author, seen="")
    assert numbers(as_medecin(leclercq), Liste.HORS_PATIENTELE) == [asked.numero]
    assert "traitant.removed" not in events()


@pytest.mark.parametrize("who", ["traitant", "stranger", "assistant who reads"])
def test_who_may_not_name_may_not_remove(asked, author, leclercq, who):
    actor = {
        "traitant": lambda: as_medecin(leclercq),
        "stranger": lambda: as_medecin(MedecinFactory()),
        "assistant who reads": lambda: as_delegate(lend(author, droits=READER)),
    }[who]()
    with pytest.raises(Denied):
        actions.remove_traitant(asked, seen=traitants.current(asked).stamp, by=actor)
    assert etat(asked) == A_ACCEPTER


def test_who_had_declined_may_be_asked_anew(asked, author, leclercq):
    actions.decline(asked, now=now(), by=as_medecin(leclercq))
    name(asked, leclercq.login, by=author)
    assert etat(asked) == A_ACCEPTER
    assert Presence.objects.filter(role=Role.TRAITANT).count() == 1
    assert [one.to for one in Message.objects.order_by("pk")] == [author.email, leclercq.email]


def test_the_author_himself_and_a_stranger_to_the_directory_are_refused(dossier, author):
    listed(author.login, nom="MARTINON", prenom="Paul")
    with pytest.raises(ValidationError, match="déjà ce dossier"):
        name(dossier, author.login, by=author)
    with pytest.raises(ValidationError, match="ne figure pas"):
        name(dossier, "899000777999", by=author)


def test_who_may_name(author, leclercq):
    """DOS-2: a truth table."""
    unite = UniteFactory()
    of_medecin = name_traitant(DossierFactory(auteur=author), leclercq).dossier
    of_unit = name_traitant(DossierFactory(auteur=None, lieu=unite), leclercq).dossier
    tnd = DossierFactory(auteur=author, orientation=Orientation.TND)
    closed = DossierFactory(
        auteur=author, decision="archive", decided_at=now(), orientation=Orientation.GRAND_AGE
    )
    writer = HabilitationFactory(lieu=unite, profil="gestionnaire_administratif").user
    actors = {
        "author": as_medecin(author),
        "assistant who writes": as_delegate(lend(author, droits=SECRETARIAT)),
        "assistant who reads": as_delegate(lend(author, droits=READER)),
        "confrère": as_delegate(DelegationFactory(delegant=author)),
        "traitant": as_medecin(leclercq),
        "stranger": as_medecin(MedecinFactory()),
        "unit": as_professionnel(writer),
        "other unit": as_professionnel(HabilitationFactory(profil="gestionnaire_administratif").user),
        "nobody": Actor.anonymous("127.0.0.1"),
    }

    def may(row):
        return {who for who, actor in actors.items() if can(policies.name_traitant, actor, row)}

    assert may(of_medecin) == {"author", "assistant who writes", "confrère"}
    assert may(of_unit) == {"unit"}
    assert may(tnd) == may(closed) == set()


# --- What she answers ------------------------------------------------------------------


def test_before_she_accepts_she_sees_who_and_by_whom_and_no_volet(client, asked, leclercq):
    """DOS-2."""
    actor = as_medecin(leclercq)
    assert regards.of(actor, asked).voies[0].volets == {}
    sign_in(client, leclercq)
    shown = unescape(client.get(asked.get_absolute_url()).text)
    assert "Garricou" in shown
    assert "Demandé par Dr Paul Martinon" in shown
    for hidden in ("Volet", "Historique", "HISTORIQUE"):
        assert hidden not in shown.partition("<main")[2].replace("Les volets", "")
    assert client.get(f"{asked.get_absolute_url()}historique/").status_code == 403
    for path in (edit_path(asked, "medical"), edit_path(asked, "medical").removesuffix("modifier/")):
        assert client.get(path).status_code == 403
    assert client.post(edit_path(asked, "medical"), sent(histoire="x")).status_code == 403


def test_accepting_opens_all_volets_and_lets_her_write_the_medical_ones(asked, leclercq, author):
    """DOS-2: neither identity nor sending."""
    actor = as_medecin(leclercq)
    actions.accept(asked, now=now(), by=actor)
    volets = regards.of(actor, asked).volet
    assert (volets("medical"), volets("administratif")) == (Mode.VALIDATION, Mode.LECTURE)
    assert not can(policies.edit_identite, actor, asked)
    assert not can(policies.send, actor, asked)
    assert can(policies.send, as_medecin(author), asked)
    assert numbers(actor, Liste.TOUS) == [asked.numero]
    assert numbers(actor, Liste.A_ACCEPTER) == []


def test_declining_tells_the_author_without_naming_anybody_treated(asked, leclercq, author):
    """DOS-2, DOS-6."""
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    assert (etat(asked), numbers(actor, Liste.HORS_PATIENTELE)) == ("", [asked.numero])
    assert numbers(actor, Liste.TOUS) == numbers(actor, Liste.A_ACCEPTER) == []
    letter = Message.objects.get()
    assert letter.to == author.email
    assert "Désignez" in letter.text
    assert f"/dossiers/{asked.numero}/" in letter.text
    assert "Garricou" not in letter.text + letter.subject + letter.html


def test_a_unit_s_dossier_tells_whoever_made_it(leclercq):
    made_by = UserFactory()
    dossier = DossierFactory(auteur=None, cree_par=made_by, lieu=UniteFactory())
    name_traitant(dossier, leclercq, A_ACCEPTER)
    actions.decline(dossier, now=now(), by=as_medecin(leclercq))
    assert Message.objects.get().to == made_by.email


def test_nobody_is_written_to_at_a_disabled_account(leclercq):
    gone = UserFactory(disabled_at=now())
    dossier = DossierFactory(auteur=None, cree_par=gone, lieu=UniteFactory())
    name_traitant(dossier, leclercq, A_ACCEPTER)
    actions.decline(dossier, now=now(), by=as_medecin(leclercq))
    assert not Message.objects.exists()


def test_taking_back(asked, leclercq, author):
    """DOS-2: the author is told that no other is needed."""
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    actions.accept(asked, now=now(), by=actor)
    assert (etat(asked), numbers(actor, Liste.TOUS)) == (ACCEPTE, [asked.numero])
    assert events() == ["traitant.declined", "traitant.resumed"]
    assert [one.to for one in Message.objects.all()] == [author.email] * 2


def test_another_was_named_so_it_is_not_taken_back(asked, leclercq, author):
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    listed("899000777002", nom="AUTRE", prenom="Luc")
    name(asked, "899000777002", by=author)
    with pytest.raises(ValidationError, match="Un autre médecin"):
        actions.accept(asked, now=now(), by=actor)
    assert numbers(actor, Liste.HORS_PATIENTELE) == [asked.numero]
    assert traitants.replaced([asked.numero]) == {asked.numero}


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_answering_twice_is_answering_once(asked, leclercq, verb):
    for _ in range(2):
        getattr(actions, verb)(asked, now=now(), by=as_medecin(leclercq))
    assert len(events()) == 1
    assert Message.objects.count() == (verb == "decline")


def test_asked_by_one_number_after_she_declined_by_another(asked, leclercq, author):
    """A médecin with an RPPS and an ADELI number answers by the one that is asked."""
    actions.decline(asked, now=now(), by=as_medecin(leclercq))
    adeli = "0310099001"
    Identite.objects.create(user=leclercq, idnat=adeli, kind="adeli", nom="LECLERCQ", prenom="Christine")
    listed(adeli, nom="LECLERCQ", prenom="Christine")
    name(asked, adeli, by=author)
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    assert traitants.current(asked).professionnel.idnat == adeli


def test_every_line_of_the_page_is_ticked_in_one_click(client, asked, leclercq):
    sign_in(client, leclercq)
    page = client.get(LISTS, {"liste": "a-accepter", "coche": "page"}).text
    assert page.count(" checked>") == 1
    assert " checked>" not in client.get(LISTS, {"liste": "a-accepter"}).text


def test_who_may_answer(asked, leclercq, author):
    """DOS-2, DEL-7: an assistant with «Accepter un dossier» for this orientation."""
    elsewhere = lend(leclercq, droits=ACCEPTING, orientations=[Orientation.GRAND_AGE])
    actors = {
        "médecin": as_medecin(leclercq),
        "confrère": as_delegate(DelegationFactory(delegant=leclercq)),
        "assistant who accepts": as_delegate(lend(leclercq, droits=ACCEPTING)),
        "assistant who lists": as_delegate(lend(leclercq, droits=LISTER)),
        "assistant who accepts other dossiers": as_delegate(elsewhere),
        "author": as_medecin(author),
        "stranger": as_medecin(MedecinFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
    }
    allowed = {who for who, actor in actors.items() if can(policies.answer, actor, asked)}
    assert allowed == {"médecin", "confrère", "assistant who accepts"}
    for who in actors.keys() - allowed:
        for verb in (actions.accept, actions.decline):
            with pytest.raises(Denied):
                verb(asked, now=now(), by=actors[who])
    assert etat(asked) == A_ACCEPTER


def test_an_assistant_answers_in_her_name(asked, leclercq):
    """DEL-6."""
    actor = as_delegate(lend(leclercq, droits=ACCEPTING))
    actions.accept(asked, now=now(), by=actor)
    line = Entry.objects.get(event="traitant.accepted")
    assert (line.user, line.on_behalf_of) == (actor.user, leclercq)
    assert traitants.current(asked).answered_by == actor.user


# --- Undone ----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_an_answer_is_undone(asked, leclercq, verb):
    """COM-11: and its letter never leaves."""
    actor = as_medecin(leclercq)
    getattr(actions, verb)(asked, now=now(), by=actor)
    changements.actions.undo(Changement.objects.get(), now=now(), by=actor)
    lien = traitants.current(asked)
    assert (lien.etat, lien.answered_at, lien.answered_by) == (A_ACCEPTER, None, None)
    assert not Message.objects.exclude(state=Message.State.WITHDRAWN).exists()
    assert events()[-1] == "traitant.restored"


@pytest.mark.parametrize("verb", ["accept", "decline"])
@pytest.mark.parametrize("who", ["assistant", "confrère"])
def test_who_answers_for_her_undoes_it_for_her(asked, leclercq, verb, who):
    """COM-11, DEL-6: by the same right, and the journal says in whose name."""
    lent = lend(leclercq, droits=ACCEPTING) if who == "assistant" else DelegationFactory(delegant=leclercq)
    actor = as_delegate(lent)
    getattr(actions, verb)(asked, now=now(), by=actor)
    changements.actions.undo(Changement.objects.get(), now=now(), by=actor)
    assert (etat(asked), traitants.current(asked).answered_by) == (A_ACCEPTER, None)
    assert not Message.objects.exclude(state=Message.State.WITHDRAWN).exists()
    lines = Entry.objects.filter(event__in=("traitant.restored", "changement.undone"))
    assert {(one.user, one.on_behalf_of) for one in lines} == {(actor.user, leclercq)}


def test_nobody_else_undoes_what_was_answered_for_her(asked, leclercq):
    """COM-11: a truth table of near misses."""
    actor = as_delegate(lend(leclercq, droits=ACCEPTING))
    elsewhere = DelegationFactory(delegant=MedecinFactory(), delegataire=actor.user)
    others = {
        "médecin": (as_medecin(leclercq), "Seule la personne"),
        "another assistant": (
            as_delegate(lend(leclercq, droits=ACCEPTING, assistant=UserFactory())),
            "Seule la personne",
        ),
        "in his own name": (as_professionnel(actor.user), "au nom du médecin"),
        "for another médecin": (as_delegate(elsewhere), "au nom du médecin"),
        "nobody": (Actor.anonymous("127.0.0.1"), "Seule la personne"),
    }
    actions.accept(asked, now=now(), by=actor)
    for other, why in others.values():
        with pytest.raises(Denied, match=why):
            changements.actions.undo(Changement.objects.get(), now=now(), by=other)
    assert etat(asked) == ACCEPTE


def test_what_one_did_in_one_s_own_name_is_not_undone_for_somebody_else(asked, leclercq):
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    acting = as_delegate(DelegationFactory(delegataire=leclercq))
    with pytest.raises(Denied, match="en votre nom"):
        changements.actions.undo(Changement.objects.get(), now=now(), by=acting)


def test_a_delegate_whose_right_has_gone_undoes_nothing(asked, leclercq):
    delegation = lend(leclercq, droits=ACCEPTING)
    actions.accept(asked, now=now(), by=as_delegate(delegation))
    delegation.droits.filter(droit=Droit.DOSSIER_ACCEPTATION).delete()
    with pytest.raises(Denied, match="Accepter un dossier"):
        changements.actions.undo(Changement.objects.get(), now=now(), by=as_delegate(delegation))
    assert etat(asked) == ACCEPTE


def test_taking_back_is_undone_too(asked, leclercq, author):
    """The letter that no other is needed waits as well; once left, it is corrected by the contrary."""
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    actions.accept(asked, now=now(), by=actor)
    Message.objects.update(state=Message.State.SENT, sent_at=now())
    changements.actions.undo(Changement.objects.latest("pk"), now=now(), by=actor)
    assert numbers(actor, Liste.HORS_PATIENTELE) == [asked.numero]
    subjects = [one.subject for one in Message.objects.order_by("pk")]
    assert subjects == [
        "Désignez un autre médecin traitant",
        "Le médecin désigné reprend le dossier",
        "Désignez un autre médecin traitant",
    ]


def test_a_letter_that_has_left_is_corrected(asked, leclercq, author):
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    Message.objects.update(state=Message.State.SENT, sent_at=now())
    changements.actions.undo(Changement.objects.get(), now=now(), by=actor)
    assert [one.to for one in Message.objects.order_by("pk")] == [author.email] * 2
    assert "revient sur sa réponse" in Message.objects.order_by("pk").last().text


def test_an_answer_is_not_undone_once_another_is_named(asked, leclercq, author):
    actor = as_medecin(leclercq)
    actions.decline(asked, now=now(), by=actor)
    listed("899000777002", nom="AUTRE", prenom="Luc")
    name(asked, "899000777002", by=author)
    with pytest.raises(ValidationError):
        changements.actions.undo(Changement.objects.get(), now=now(), by=actor)
    assert traitants.current(asked).professionnel.idnat == "899000777002"


# --- Several at once -------------------------------------------------------------------


def test_several_are_accepted_after_a_check(client, author, leclercq):
    """DOS-2."""
    dossiers = DossierFactory.create_batch(3, auteur=author)
    for one in dossiers:
        name_traitant(one, leclercq, A_ACCEPTER)
    ticked = [one.numero for one in dossiers[:2]]
    sign_in(client, leclercq)
    check = unescape(client.get("/dossiers/accepter/", {"choix": ticked}).text)
    assert "Accepter 2 dossiers\u00a0?" in check
    assert check.count(" checked>") == 2
    answer = client.post("/dossiers/accepter/", {"choix": ticked, "au_nom_de": leclercq.pk}, follow=True)
    assert "2 dossiers acceptés." in unescape(answer.text)
    assert "Annuler ce changement" in answer.text
    assert sorted(numbers(as_medecin(leclercq), Liste.TOUS)) == sorted(ticked)
    assert numbers(as_medecin(leclercq), Liste.A_ACCEPTER) == [dossiers[2].numero]


def test_what_waits_no_more_is_left_out_and_said(client, asked, leclercq, author):
    other = name_traitant(DossierFactory(auteur=author), leclercq, A_ACCEPTER).dossier
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    sign_in(client, leclercq)
    shown = unescape(client.get("/dossiers/accepter/", {"choix": [asked.numero, other.numero]}).text)
    assert "Accepter 1 dossier\u00a0?" in shown
    assert "1 dossier coché n’attend plus de réponse." in shown
    gone = client.get("/dossiers/accepter/", {"choix": [asked.numero]}, follow=True)
    assert "Cochez d’abord" in unescape(gone.text)


@pytest.mark.parametrize("choix", ["x", "1234567", "١٢٣٤٥٦٧٨"])
def test_a_number_that_is_none_is_not_found(client, leclercq, choix):
    sign_in(client, leclercq)
    assert client.get("/dossiers/accepter/", {"choix": choix}).status_code == 404


def test_all_or_none_and_which_one_refuses(asked, leclercq):
    other = DossierFactory()
    with pytest.raises(ValidationError) as refused:
        actions.accept_all([other, asked], now=now(), by=as_medecin(leclercq))
    assert other.numero_affiche in refused.value.message
    assert etat(asked) == A_ACCEPTER


# --- Counted, listed -------------------------------------------------------------------


def test_the_home_counts_what_awaits_her(client, author, leclercq):
    """DOS-1: word for word, and none where there is none."""
    for orientation, count in ((Orientation.SANITAIRE, 22), (Orientation.GRAND_AGE, 1)):
        for one in DossierFactory.create_batch(count, auteur=author, orientation=orientation):
            name_traitant(one, leclercq, A_ACCEPTER)
    name_traitant(DossierFactory(auteur=author), leclercq)
    archived = DossierFactory(auteur=author, decision="archive", decided_at=now())
    name_traitant(archived, leclercq, A_ACCEPTER)
    assert traitants.awaiting(as_medecin(leclercq)) == {Orientation.SANITAIRE: 22, Orientation.GRAND_AGE: 1}
    sign_in(client, leclercq)
    page = unescape(client.get(HOME).text)
    way = 'href="/dossiers/?orientation=sanitaire&liste=a-accepter">22 dossiers à accepter</a>'
    assert way in page
    assert ">1 dossier à accepter</a>" in page
    assert page.count("à accepter</a>") == 2


def test_counters_are_one_query(asked, leclercq):
    actor = as_medecin(leclercq)
    with CaptureQueriesContext(connection) as seen:
        assert traitants.awaiting(actor) == {Orientation.SANITAIRE: 1}
    assert len(seen) == 1


@pytest.mark.parametrize("liste", Liste.values)
def test_a_list_walks_the_index_of_one_medecin(leclercq, liste):
    """DOS-1: as author and as traitant in one condition: no presence of anybody else is read."""
    plans.as_if_rows_were_many("seqscan", "bitmapscan")
    plan = traitants.listed(as_medecin(leclercq), liste).explain()
    assert "SubPlan" not in plan
    assert "Seq Scan" not in plan


def test_counters_walk_the_index_of_one_medecin(leclercq):
    """ADR 34: among five million dossiers, hers only are read."""
    plans.as_if_rows_were_many("seqscan", "bitmapscan")
    with CaptureQueriesContext(connection) as seen:
        traitants.awaiting(as_medecin(leclercq))
    plan = plans.of(seen.captured_queries[0]["sql"])
    assert "dossiers_lienmedecin_list" in plan
    assert "SubPlan" not in plan
    assert "Seq Scan" not in plan


def test_what_awaits_a_delegate_is_what_he_may_answer(asked, leclercq):
    """DEL-5."""
    assert traitants.awaiting(as_delegate(lend(leclercq, droits=LISTER))) == {}
    assert traitants.awaiting(as_delegate(lend(leclercq, droits=ACCEPTING))) == {Orientation.SANITAIRE: 1}
    assert traitants.awaiting(as_delegate(DelegationFactory(delegant=leclercq))) != {}
    assert traitants.awaiting(as_medecin(MedecinFactory())) == {}
    assert traitants.awaiting(Actor.anonymous("127.0.0.1")) == {}


def test_the_lists_and_their_acts(client, asked, leclercq, author):
    own = DossierFactory(auteur=leclercq)
    declined = name_traitant(DossierFactory(auteur=author), leclercq, HORS).dossier
    sign_in(client, leclercq)
    for liste, there, said in (
        ("tous", own, "Tous mes dossiers"),
        ("a-accepter", asked, "Tout cocher"),
        ("hors-patientele", declined, "Reprendre"),
    ):
        page = unescape(client.get(LISTS, {"liste": liste}).text)
        assert f'<tr data-id="{there.numero}">' in page
        assert page.count("<tr data-id=") == 1
        assert said in page
    assert client.get(LISTS, {"liste": "autre"}).status_code == 404
    assert (
        "Aucune demande de précision" in client.get(LISTS, {"liste": "a-accepter", "orientation": "tnd"}).text
    )


def test_a_delegate_without_the_right_lists_and_does_not_act(client, asked, leclercq):
    delegation = lend(leclercq, droits=LISTER)
    sign_in(client, delegation.delegataire, acting=delegation)
    page = unescape(client.get(LISTS, {"liste": "a-accepter"}).text)
    assert asked.numero in page
    assert "Accepter les dossiers cochés" not in page
    assert 'type="checkbox"' not in page
    shown = unescape(client.get(asked.get_absolute_url()).text)
    assert "«\u00a0Accepter un dossier\u00a0»" in shown
    assert client.get("/dossiers/accepter/").status_code == 403


@pytest.mark.parametrize("liste", ["tous", "a-accepter", "hors-patientele"])
def test_a_list_costs_the_same_whatever_its_length(client, author, leclercq, liste):
    etats = {"tous": ACCEPTE, "a-accepter": A_ACCEPTER, "hors-patientele": HORS}

    def more(count):
        for _ in range(count):
            name_traitant(DossierFactory(auteur=author), leclercq, etats[liste])

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(LISTS, {"liste": liste}).status_code == 200
        return len(seen)

    sign_in(client, leclercq)
    more(2)
    queries()
    few = queries()
    more(12)
    assert queries() == few


# --- Pages -----------------------------------------------------------------------------


def test_the_author_seeks_and_names_through_pages(client, dossier, author, leclercq):
    """DOS-2: the existing search of the directory; a name never stands in an address."""
    sign_in(client, author)
    page = f"{dossier.get_absolute_url()}medecin-traitant/"
    assert "Aucun médecin traitant n’est désigné" in unescape(client.get(dossier.get_absolute_url()).text)
    found = client.post(page, {"nom": "leclercq", "code_postal": "", "au_nom_de": author.pk}, follow=True)
    assert "leclercq" not in found.redirect_chain[-1][0].lower()
    assert f'href="{page}{leclercq.login}/' in found.text
    form = unescape(client.get(f"{page}{leclercq.login}/").text)
    assert "Dr Christine LECLERCQ" in form
    answer = client.post(f"{page}{leclercq.login}/", {"seen": "", "au_nom_de": author.pk}, follow=True)
    assert "Le dossier désigne Dr Christine LECLERCQ" in unescape(answer.text)
    assert "À accepter" in unescape(answer.text)
    again = client.post(f"{page}{author.login}/", {"seen": "", "au_nom_de": author.pk})
    assert again.status_code in (302, 422)


@pytest.mark.parametrize(
    ("sent", "says"),
    [("accepter", "est accepté"), ("decliner", "est hors patientèle"), ("reprendre", "est accepté")],
)
def test_she_answers_through_pages(client, asked, leclercq, sent, says):
    sign_in(client, leclercq)
    answer = client.post(
        f"{asked.get_absolute_url()}reponse/", {"reponse": sent, "au_nom_de": leclercq.pk}, follow=True
    )
    assert says in unescape(answer.text)
    assert "Annuler ce changement" in answer.text


def test_a_delegate_undoes_by_the_button_and_finds_it_in_his_list(client, asked, leclercq):
    """COM-11: also where the message has gone by, in this médecin's name alone."""
    delegation = lend(leclercq, droits=ACCEPTING)
    sign_in(client, delegation.delegataire, acting=delegation)
    sent = {"reponse": "decliner", "au_nom_de": leclercq.pk}
    answer = client.post(f"{asked.get_absolute_url()}reponse/", sent, follow=True)
    assert "Annuler ce changement" in answer.text
    path = f"/changements/{Changement.objects.get().cle}/annuler/"
    listed_there = unescape(client.get("/changements/").text)
    assert path in listed_there
    assert f"(dossier {asked.numero_affiche})" in listed_there
    undone = client.post(path, {"retour": LISTS, "au_nom_de": leclercq.pk}, follow=True)
    assert "Le changement est annulé" in unescape(undone.text)
    assert etat(asked) == A_ACCEPTER
    sign_in(client, delegation.delegataire)
    assert path not in client.get("/changements/").text


def test_an_answer_that_is_none_is_not_found(client, asked, leclercq):
    sign_in(client, leclercq)
    for said in ({}, {"reponse": "autre"}):
        path = f"{asked.get_absolute_url()}reponse/"
        assert client.post(path, {**said, "au_nom_de": leclercq.pk}).status_code == 404


def test_taking_back_too_late_is_said(client, asked, leclercq, author):
    actions.decline(asked, now=now(), by=as_medecin(leclercq))
    listed("899000777002", nom="AUTRE", prenom="Luc")
    name(asked, "899000777002", by=author)
    sign_in(client, leclercq)
    assert "ne peut plus être repris" in unescape(client.get(asked.get_absolute_url()).text)
    path = f"{asked.get_absolute_url()}reponse/"
    answer = client.post(path, {"reponse": "reprendre", "au_nom_de": leclercq.pk}, follow=True)
    assert "Un autre médecin traitant a été désigné" in unescape(answer.text)


def test_the_author_removes_through_a_page_that_asks_first(client, asked, leclercq, author):
    sign_in(client, author)
    path = f"{asked.get_absolute_url()}medecin-traitant/retirer/"
    assert f'href="{path}"' in client.get(asked.get_absolute_url()).text
    assert "Dr Christine Leclercq" in unescape(client.get(path).text)
    assert etat(asked) == A_ACCEPTER
    sent = {"seen": traitants.current(asked).stamp, "au_nom_de": author.pk}
    answer = unescape(client.post(path, sent, follow=True).text)
    assert "Le dossier ne désigne plus Dr Christine Leclercq" in answer
    assert f'href="{path}"' not in answer
    gone = unescape(client.get(path, follow=True).text)
    assert "n’attend la réponse d’aucun médecin" in gone


def test_what_she_answers_meanwhile_is_shown_in_place_of_removing(client, asked, leclercq, author):
    """422, and nothing is done."""
    sign_in(client, author)
    seen = traitants.current(asked).stamp
    actions.accept(asked, now=now(), by=as_medecin(leclercq))
    path = f"{asked.get_absolute_url()}medecin-traitant/retirer/"
    refused = client.post(path, {"seen": seen, "au_nom_de": author.pk})
    assert refused.status_code == 422
    assert "vient de changer, ou de répondre" in unescape(refused.text)
    assert etat(asked) == ACCEPTE
    assert f'href="{path}"' not in client.get(asked.get_absolute_url()).text
