"""HAB-11, «Confier à»: who leads a campaign gives lines by hand, within who may review what."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courrier.models import Message
from habilitations import actions
from habilitations.actions.campagnes import rappels
from habilitations.models import Examen, Habilitation
from habilitations.reads import a_faire, campagnes, relecteurs
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.habilitations.campagnes import decide, follow, line_of, opened
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


class House:
    """Two units of one structure; two référents in the first, one in the second, two above, two higher."""

    def __init__(self):
        self.unite = UniteFactory()
        self.etablissement = self.unite.etablissement
        self.other_unite = UniteFactory(etablissement=self.etablissement)
        self.first, self.second = referent_of(self.unite), referent_of(self.unite)
        self.across = referent_of(self.other_unite)
        self.above, self.beside = referent_of(self.etablissement), referent_of(self.etablissement)
        self.coordination = referent_of(self.etablissement.coordination)
        self.neighbour = referent_of(EtablissementFactory(coordination=self.etablissement.coordination))
        self.habilitation = HabilitationFactory(lieu=self.unite)
        self.campagne = opened(self.coordination, self.etablissement.coordination)
        self.examen = line_of(self.campagne, self.habilitation)

    def line(self, row) -> Examen:
        return line_of(self.campagne, row)

    def entrust(self, to, *lines, by=None):
        return actions.entrust(
            self.campagne,
            lignes=[one.pk for one in lines or [self.examen]],
            relecteur=to,
            by=as_professionnel(by or self.coordination),
        )

    def lists(self, examen=None) -> set:
        """Whose list shows it."""
        pk = (examen or self.examen).pk
        people = (self.first, self.second, self.across, self.above, self.beside, self.coordination)
        return {one for one in people if campagnes.list_of(self.campagne, one).filter(pk=pk).exists()}


@pytest.fixture
def house():
    return House()


def own(user) -> Habilitation:
    return Habilitation.objects.of(user).get()


@pytest.mark.parametrize(
    ("to", "allowed"),
    [
        ("first", True),  # of two at one desk, one alone
        ("second", True),
        ("above", True),
        ("beside", True),
        ("coordination", True),
        ("across", False),  # référent, of another unit
        ("neighbour", False),  # of another structure
        ("holder", False),
        ("anybody", False),
    ],
)
def test_whom_a_line_may_be_entrusted_to(house, to, allowed):
    """HAB-11: a reviewer over its place who outranks its holder; then he alone decides of it."""
    user = {"holder": house.habilitation.user, "anybody": UserFactory()}.get(to) or getattr(house, to)
    if allowed:
        house.entrust(user)
        assert house.lists() == {user}
        assert list(relecteurs.of_line(house.line(house.habilitation)).values_list("user", flat=True)) == [
            user.pk
        ]
        others = {house.first, house.second, house.above, house.coordination} - {user}
        for one in others:
            with pytest.raises(Denied, match="liste d’une autre personne"):
                decide(house.examen, one)
        decide(house.examen, user)
        return
    with pytest.raises(ValidationError):
        house.entrust(user)
    assert house.lists() == {house.first, house.second}
    assert not Entry.objects.filter(event="examen.entrusted").exists()


@pytest.mark.parametrize(
    ("who", "to", "allowed"), [("above", "beside", False), ("above", "coordination", True)]
)
def test_a_referent_is_never_entrusted_to_his_like(house, who, to, allowed):
    """Nor to whom he reads: ranks are an order."""
    examen = house.line(own(getattr(house, who)))
    if allowed:
        assert house.entrust(getattr(house, to), examen)
        return
    with pytest.raises(ValidationError, match="au-dessus"):
        house.entrust(getattr(house, to), examen)


def test_nobody_is_ever_offered_whom_he_may_not_read(house):
    """Over everybody, each holding something everywhere: the pairs are an order."""
    people = [house.first, house.second, house.across, house.above, house.beside, house.coordination]
    for user in people:
        for lieu in (house.unite, house.other_unite, house.etablissement):
            HabilitationFactory(lieu=lieu, user=user)
    follow(house.campagne)
    lines = list(campagnes.with_line(Examen.objects.filter(campagne=house.campagne)))
    desks = relecteurs.desks_above(house.campagne, lines)
    pairs = {(reader, one.titulaire_id) for one in lines for reader in desks[one.pk]}
    assert len(pairs) > 10
    assert [(a, b) for a, b in pairs if a == b or (b, a) in pairs] == []


@pytest.mark.parametrize(
    ("by", "allowed"),
    [("coordination", True), ("above", False), ("first", False), ("neighbour", False), ("holder", False)],
)
def test_who_may_entrust(house, by, allowed):
    """Who leads the campaign: its perimeter is all in his."""
    user = house.habilitation.user if by == "holder" else getattr(house, by)
    if allowed:
        assert house.entrust(house.above, by=user)
        return
    with pytest.raises(Denied):
        house.entrust(house.above, by=user)


def test_nobody_chooses_who_reads_him(house):
    campagne = opened(house.above, house.etablissement, nom="La sienne")
    second = referent_of(house.etablissement.coordination)
    follow(campagne)
    examen = line_of(campagne, own(house.above))
    with pytest.raises(ValidationError, match="ne choisit qui examine"):
        actions.entrust(
            campagne,
            lignes=[examen.pk],
            relecteur=second,
            by=as_professionnel(house.above),
        )


def test_it_is_written_and_he_alone_is_told_once(house):
    other = HabilitationFactory(lieu=house.unite)
    follow(house.campagne)
    for _ in range(2):  # entrusted twice is entrusted once
        house.entrust(house.above, house.examen, house.line(other))
    lines = list(Entry.objects.filter(event="examen.entrusted").order_by("id"))
    assert [one.user for one in lines] == [house.coordination] * 2
    assert house.above.nom_complet in lines[0].sentence
    (mail,) = Message.objects.filter(key__contains=":entrusted:")
    assert (mail.to, "2 habilitations" in mail.subject) == (house.above.email, True)
    assert house.habilitation.user.nom not in mail.text


def test_to_oneself_without_a_mail(house):
    house.entrust(house.coordination)
    assert house.lists() == {house.coordination}
    assert not Message.objects.filter(key__contains=":entrusted:").exists()


def test_all_or_none_and_the_person_is_named(house):
    mine = house.line(own(house.above))
    with pytest.raises(ValidationError, match=house.above.nom_complet):
        house.entrust(house.beside, house.examen, mine)
    assert house.lists() == {house.first, house.second}


def test_a_line_decided_ended_or_of_another_campaign_is_refused(house):
    other = opened(house.first, house.unite)
    with pytest.raises(ValidationError, match="pas de cette campagne"):
        house.entrust(house.above, line_of(other, house.habilitation))
    decide(house.examen, house.first)
    with pytest.raises(ValidationError, match="n’attend plus"):
        house.entrust(house.above)


def test_after_the_closure_nothing_is_entrusted(house):
    actions.close_campagne(house.campagne, now=timezone.now(), by=as_professionnel(house.coordination))
    with pytest.raises(ValidationError, match="close"):
        house.entrust(house.above)


def test_a_look_at_the_campaign_leaves_it_there(house):
    for to in (house.above, house.first, house.coordination, house.second):
        house.entrust(to)
        follow(house.campagne)
        assert house.lists() == {to}


def test_who_leaves_gives_it_back_to_the_desk(house):
    """His successors: the others there, then whoever is above."""
    house.entrust(house.first)
    Habilitation.objects.of(house.first).update(revoked_at=timezone.now())
    follow(house.campagne)
    assert house.lists() == {house.second}
    house.entrust(house.above)
    today = timezone.localdate()
    Habilitation.objects.of(house.above).update(
        debut=today - timedelta(days=9), fin=today - timedelta(days=1)
    )
    follow(house.campagne)
    assert house.lists() == {house.beside}


def test_who_does_not_know_hands_it_above_himself(house):
    house.entrust(house.above)
    decide(house.examen, house.above, "unknown")
    assert house.lists() == {house.coordination}
    assert house.line(house.habilitation).confie_a is None


def test_reminders_count_it_for_him_alone(house):
    before = dict(rappels._left(house.campagne))
    house.entrust(house.first)
    after = dict(rappels._left(house.campagne))
    assert after[house.first.pk] == before[house.first.pk]
    assert after.get(house.second.pk, 0) == before[house.second.pk] - 1
    assert waiting(house.second) == before[house.second.pk] - 1
    assert waiting(house.first) == before[house.first.pk]


def waiting(user) -> int:
    """As his home says it."""
    return a_faire.of(as_professionnel(user), today=timezone.localdate()).examens


def test_the_database_refuses_oneself(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Examen.objects.filter(pk=house.examen.pk).update(confie_a=house.habilitation.user)


@pytest.mark.django_db(transaction=True)
def test_entrusted_while_somebody_decides():
    """Either he decided, and it is refused; or it has gone to the other, and he is told."""
    house = House()
    decided, given = at_once(lambda: decide(house.examen, house.first), lambda: house.entrust(house.above))
    examen = house.line(house.habilitation)
    if examen.is_decided:
        assert isinstance(given, ValidationError)
    else:
        assert isinstance(decided, Denied)
        assert examen.confie_a == house.above


class TestPage:
    def url(self, house, bureau=None):
        return f"/administration/campagnes/{house.campagne.pk}/confier/{bureau or house.examen.bureau}/"

    def test_from_the_campaign_to_a_reviewer(self, client, house):
        sign_in(client, house.coordination)
        shown = client.get(f"/administration/campagnes/{house.campagne.pk}/").text
        assert f'href="{self.url(house)}"' in shown
        page = client.get(self.url(house)).text
        for user in (house.first, house.second, house.above, house.coordination):
            assert f'<option value="{user.pk}">{user.nom_complet} (' in page
        for user in (house.across, house.neighbour, house.habilitation.user):
            assert f'<option value="{user.pk}"' not in page
        sent = {"lignes": [house.examen.pk], "relecteur": house.above.pk}
        answer = client.post(self.url(house), sent)
        assert (answer.status_code, answer["Location"]) == (302, self.url(house))
        said = client.get(self.url(house)).text
        assert f"1 ligne confiée à {house.above.nom_complet}. Un e-mail l’en prévient." in said
        assert house.lists() == {house.above}
        above = client.get(self.url(house, f"etablissement:{house.etablissement.pk}")).text
        assert f"{house.above.nom_complet}, seule personne" in above

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({"lignes": []}, "Cochez une ligne au moins."),
            ({"relecteur": ""}, "Choisissez à qui confier ces lignes."),
            ({"relecteur": "neighbour"}, "Cette personne ne peut examiner aucune de ces lignes."),
            ({"lignes": ["x"]}, "relisez la liste"),
            ({"lignes": [999999]}, "relisez la liste"),
        ],
    )
    def test_bad_input_is_refused_and_ticks_stay(self, client, house, said, sentence):
        sign_in(client, house.coordination)
        if said.get("relecteur"):
            said = {"relecteur": getattr(house, said["relecteur"]).pk}
        known = {"lignes": [house.examen.pk], "relecteur": house.above.pk}
        answer = client.post(self.url(house), known | said)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert (f'value="{house.examen.pk}" checked' in answer.text) is ("lignes" not in said)
        assert house.lists() == {house.first, house.second}

    @pytest.mark.parametrize("bureau", ["unite:999999", "unite:x", "n’importe", "unite:", "national:"])
    def test_where_nobody_reads_there_is_no_page(self, client, house, bureau):
        sign_in(client, house.coordination)
        assert client.get(self.url(house, bureau)).status_code == 404

    def test_a_desk_without_lines_says_so(self, client, house):
        sign_in(client, house.coordination)
        decide(house.examen, house.first)
        assert "Plus aucune ligne n’attend ici." in client.get(self.url(house)).text

    def test_by_who_does_not_lead_it(self, client, house):
        for user in (house.above, house.first):
            sign_in(client, user)
            assert client.get(self.url(house)).status_code == 404

    def test_as_many_queries_for_two_lines_as_for_thirty(self, client, house):
        def queries() -> int:
            client.get(self.url(house))
            with CaptureQueriesContext(connection) as seen:
                assert client.get(self.url(house)).status_code == 200
            return len(seen)

        sign_in(client, house.coordination)
        HabilitationFactory(lieu=house.unite)
        follow(house.campagne)
        few = queries()
        HabilitationFactory.create_batch(28, lieu=house.unite)
        follow(house.campagne)
        assert queries() == few
