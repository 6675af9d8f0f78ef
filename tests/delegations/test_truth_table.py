"""Kind × right × orientation × state × way in: what a delegate reaches, and nothing else (DEL-5, DEL-7)."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations import rights
from delegations.models import Delegation
from delegations.rights import LENDABLE, Lent
from dossiers.models import Dossier
from tests.dossiers.factories import ADRESSAGE_SENT, DossierFactory, edit_path, lend, sent
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, sign_in
from viatraj.core.actor import Place
from viatraj.core.droits import ABSENT, Droit, Mode, Orientation

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = Orientation.SANITAIRE, Orientation.TND
TEXT, CARE = "Vit seul au premier étage", "Plaie en voie de cicatrisation"
LIST = (Droit.DOSSIER_LISTE, Mode.OUI)
CARED = ["medical", "adressage"]
CHILD = date(2023, 3, 1)  # young enough for a platform, for years


def listed(client, dossier):
    return dossier.numero in client.get("/dossiers/").text


def by_id(client, dossier):
    return client.get(f"/dossiers/{dossier.numero}/").status_code == 200


def history(client, dossier):
    return client.get(f"/dossiers/{dossier.numero}/historique/").status_code == 200


def by_number(client, dossier):
    return client.get("/dossiers/recherche/", {"numero": dossier.numero}).status_code == 302


def by_name(client, dossier):
    sent = {"nom": dossier.nom, "prenom": "", "au_nom_de": client.principal}
    return dossier.numero in client.post("/dossiers/recherche/", sent, follow=True).text


def read(client, dossier):
    return TEXT in client.get(f"/dossiers/{dossier.numero}/volets/administratif/").text


def read_medical(client, dossier):
    kind = "adressage" if dossier.orientation == ELSEWHERE else "medical"
    return CARE in client.get(f"/dossiers/{dossier.numero}/volets/{kind}/").text


def send(client, dossier, kinds, **typed):
    """As its form does, or as somebody who forges it; what it has become."""
    row = dossier.volets.get(kind__in=kinds)
    typed |= {"formulaire": "1", "version": row.version, "au_nom_de": client.principal}
    client.post(edit_path(dossier, row.kind), typed)
    row.refresh_from_db()
    return row


def write(client, dossier):
    return send(client, dossier, ["administratif"], caisse="Écrit").contenu.get("caisse") == "Écrit"


def filled(dossier, text) -> dict:
    """All that its médecin is asked, with this text."""
    if dossier.orientation == ELSEWHERE:
        return ADRESSAGE_SENT | {"commentaire": text}
    return {"histoire": text}


def write_medical(client, dossier):
    volet = send(client, dossier, CARED, **filled(dossier, "Cicatrisée"))
    return "Cicatrisée" in volet.contenu.values()


def validate_medical(client, dossier):
    volet = send(client, dossier, CARED, **filled(dossier, "Guérie"), valider="oui")
    assert bool(volet.validated_at) is ("Guérie" in volet.contenu.values()), "refused, it writes nothing"
    return volet.validated_at is not None


def validate_administrative(client, dossier):
    """Of no médecin, hence of no delegate."""
    told = {"information_date": "2026-01-05", "information_par": "medecin"}
    return send(client, dossier, ["administratif"], **told, valider="oui").validated_at is not None


def create(client, dossier):
    """In the orientation of this dossier."""
    birth = CHILD.isoformat() if dossier.orientation == ELSEWHERE else "1969-09-05"
    before = Dossier.objects.count()
    nom = "Villedary " + "abcdefghij"[before % 10] * (
        before // 10 + 1
    )  # a patient of the one before is asked of
    sent = {"nom": nom, "prenom": "Nadège", "date_naissance": birth, "sexe": "F"}
    sent |= {"statut": "provisoire", "cle": uuid.uuid4()}
    sent |= {"orientation": dossier.orientation, "au_nom_de": client.principal}
    client.post("/dossiers/creer/", sent)
    return Dossier.objects.count() > before


SEEN = {listed, by_id, history, by_number, by_name}
WHOLE = [*SEEN, read, write, read_medical, write_medical, validate_medical, create]
ALL_THAT_CAN_BE_LENT = tuple((droit, modes[-1]) for droit, modes in LENDABLE.items())
WAYS = [*WHOLE, validate_administrative]
TABLE = [
    ((), set()),
    ((LIST,), SEEN),
    ((LIST, (Droit.DOSSIER_CREATION, Mode.OUI)), SEEN | {create}),
    ((LIST, (Droit.VOLET_ADMINISTRATIF, Mode.LECTURE)), SEEN | {read}),
    ((LIST, (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE)), SEEN | {read, write}),
    ((LIST, (Droit.VOLET_MEDICAL, Mode.LECTURE)), SEEN | {read_medical}),
    ((LIST, (Droit.VOLET_MEDICAL, Mode.ECRITURE)), SEEN | {read_medical, write_medical}),
    ((LIST, (Droit.DEMANDE, Mode.OUI)), SEEN),
    ((LIST, (Droit.DOSSIER_ACCEPTATION, Mode.OUI)), SEEN),
    # Forged into the table without the list: nothing opens, not even what was forged.
    (((Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),), set()),
]


@pytest.fixture
def medecin():
    return MedecinFactory()


@pytest.fixture
def dossiers(medecin):
    """Here, where the right is lent; another orientation of the same médecin; the same one of another's."""
    texts = {"volet": TEXT, "medical": CARE}
    return [
        DossierFactory(auteur=medecin, orientation=HERE, nom="Garricou", **texts),
        DossierFactory(auteur=medecin, orientation=ELSEWHERE, nom="Beaufilet", date_naissance=CHILD, **texts),
        DossierFactory(orientation=HERE, nom="Tournesac", **texts),
    ]


def at_work(client, delegation, principal):
    sign_in(client, delegation.delegataire, acting=delegation)
    client.principal = principal.pk
    return client


def reached(client, dossier) -> set[str]:
    return {way.__name__ for way in WAYS if way(client, dossier)}


def names(ways) -> set[str]:
    return {way.__name__ for way in ways}


@pytest.mark.parametrize(("droits", "ways"), TABLE, ids=[str(n) for n in range(len(TABLE))])
def test_an_assistant_reaches_what_was_lent(client, medecin, dossiers, droits, ways):
    at_work(client, lend(medecin, droits=droits, orientations=(HERE,)), medecin)
    assert reached(client, dossiers[0]) == names(ways)


def test_an_assistant_reaches_what_was_lent_where_it_was_lent(client, medecin, dossiers):
    """By every way, with all that can be lent; with less of it: the next test, on rights."""
    at_work(client, lend(medecin, droits=ALL_THAT_CAN_BE_LENT, orientations=(HERE,)), medecin)
    here, elsewhere, other_s = dossiers
    assert reached(client, here) == names({*WHOLE} - {validate_medical})
    assert reached(client, elsewhere) == set()
    # `create` makes a dossier of the médecin's own, whoever's dossier is looked at.
    assert reached(client, other_s) == {"create"}


@pytest.mark.parametrize("droits", [droits for droits, _ in TABLE], ids=[str(n) for n in range(len(TABLE))])
def test_no_right_of_an_assistant_holds_elsewhere(medecin, dossiers, droits):
    """Neither in another orientation of the médecin nor at another médecin's."""
    actor = as_delegate(lend(medecin, droits=droits, orientations=(HERE,)))
    assert {*Dossier.objects.visible_to(actor)} <= {dossiers[0]}
    for droit, mode in ALL_THAT_CAN_BE_LENT:
        for dossier in dossiers[1:]:
            place = Place(medecin=dossier.auteur_id)
            assert not actor.rights.cover(droit, place, domaine=dossier.orientation, mode=mode)


def test_a_confrere_reaches_all_of_his_and_nothing_of_another_s(client, medecin, dossiers):
    at_work(client, DelegationFactory(delegant=medecin), medecin)
    here, elsewhere, other_s = dossiers
    assert reached(client, here) == reached(client, elsewhere) == names(WHOLE)
    assert reached(client, other_s) == {"create"}


@pytest.mark.parametrize("state", ["waiting", "refused", "future", "over", "revoked", "renounced", "expired"])
@pytest.mark.parametrize("kind", ["assistant", "confrère"])
def test_only_a_delegation_in_force_lends_anything(client, medecin, dossiers, kind, state):
    """DEL-7: though the session has chosen it, the person is nobody but himself, and holds no right there."""
    row = lent(kind, medecin, **{state: True})
    at_work(client, row, medecin)
    actor = client.get("/").wsgi_request.actor
    assert actor.user == row.delegataire
    assert not actor.is_acting
    assert not Dossier.objects.visible_to(actor).exists()
    for droit, mode in ALL_THAT_CAN_BE_LENT:
        assert not actor.rights.cover(droit, Place(medecin=medecin.pk), domaine=HERE, mode=mode)
    assert not by_id(client, dossiers[0])
    assert not write(client, dossiers[0])
    sent = {"delegation": row.pk, "au_nom_de": row.delegataire_id}
    assert client.post(reverse("delegations:switch"), sent).status_code in (403, 404)


@pytest.mark.parametrize("kind", ["assistant", "confrère"])
def test_what_is_not_in_force_opens_nothing_by_any_way(client, medecin, dossiers, kind):
    """Each form says for whom it was drawn."""
    at_work(client, lent(kind, medecin, over=True), medecin)
    for dossier in dossiers:
        assert reached(client, dossier) == set()


def lent(kind, medecin, **state):
    if kind == "assistant":
        return lend(medecin, droits=ALL_THAT_CAN_BE_LENT, orientations=(HERE,), **state)
    return DelegationFactory(delegant=medecin, **state)


def test_a_disabled_medecin_lends_nothing(client, medecin, dossiers):
    row = DelegationFactory(delegant=medecin)
    medecin.disabled_at = timezone.now()
    medecin.save()
    assert reached(at_work(client, row, medecin), dossiers[0]) == set()


def test_somebody_else_s_delegation_in_one_s_session(client, medecin, dossiers):
    row = DelegationFactory(delegant=medecin)
    sign_in(client, UserFactory(), acting=row)
    client.principal = medecin.pk
    assert reached(client, dossiers[0]) == set()


def test_no_assistant_validates_a_medical_volet_by_a_forged_post(client, medecin, dossiers):
    """The page offers no such button to whoever may write all that can be lent; the médecin has it."""
    at_work(client, lend(medecin, droits=ALL_THAT_CAN_BE_LENT, orientations=(HERE,)), medecin)
    here = dossiers[0]
    path = edit_path(here, "medical")
    assert 'name="valider"' not in client.get(path).text
    forged = sent(histoire="Forgé", valider="oui", au_nom_de=medecin.pk)
    answer = client.post(path, forged)
    assert answer.status_code == 403
    assert "Volet médical (validation)" in answer.text
    volet = here.volets.get(kind="medical")
    assert (volet.texte, volet.contenu, volet.version, volet.validated_at) == (CARE, {}, 1, None)
    assert 'name="valider"' in sign_in(client, medecin).get(path).text


def test_no_right_to_validate_can_be_lent(medecin):
    """Whatever is lent, the whole of it together: never validation, never accounts, never another space."""
    whole = [
        (orientation, droit, mode)
        for orientation in Orientation
        for droit, modes in LENDABLE.items()
        for mode in modes
        if (orientation, droit) not in ABSENT
    ]
    assert all(rights.may_be_lent(Lent(*one)) for one in whole)
    held = as_delegate(lend(medecin, droits=ALL_THAT_CAN_BE_LENT, orientations=tuple(Orientation))).rights
    place = Place(medecin=medecin.pk)
    for orientation in Orientation:
        assert held.cover(Droit.VOLET_MEDICAL, place, domaine=orientation, mode=Mode.ECRITURE)
        assert not held.cover(Droit.VOLET_MEDICAL, place, domaine=orientation, mode=Mode.VALIDATION)
        assert not held.cover(Droit.DOSSIER_LISTE, Place(medecin=medecin.pk + 1), domaine=orientation)
    assert not held.cover(Droit.COMPTE, place, domaine="")
    confrere = as_delegate(DelegationFactory(delegant=medecin)).rights
    assert confrere.cover(Droit.VOLET_MEDICAL, place, domaine=HERE, mode=Mode.VALIDATION)


@pytest.mark.parametrize("kind", ["assistant", "confrère"])
def test_every_page_of_delegations_is_closed_while_acting(client, medecin, kind):
    """DEL-7: no chain, by no address, not even for a médecin who may delegate in his own name."""
    own = DelegationFactory()
    row = lent(kind, medecin)
    at_work(client, row, medecin)
    for name in ("index", "grant_assistant", "search", "cover", "activity", "export_activity", "received"):
        assert client.get(reverse(f"delegations:{name}")).status_code == 403, name
    for name in ("show", "modify", "revoke", "answer", "renounce"):
        for pk in (row.pk, own.pk):
            url = reverse(f"delegations:{name}", args=[pk])
            assert client.get(url).status_code == 403, name
            assert client.post(url, {"au_nom_de": medecin.pk}).status_code in (403, 405), name
    assert Delegation.objects.filter(revoked_at=None, renounced_at=None).count() == 2
