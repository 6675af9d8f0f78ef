"""DOS-5, DEL-6: who did what with a dossier, in whose name, from where; who has consulted it."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from dossiers import actions, policies
from dossiers.events import EVENTS, READINGS, SAID, UNNAMED
from dossiers.forms.historiques import CHOICES, HistoriqueForm
from dossiers.reads import historiques
from dossiers.views import historiques as views
from journal.models import Entry, record
from tests import plans
from tests.dossiers.factories import DossierFactory, lend
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
    sign_in,
)
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db
CANARY = "Zygomatique"  # nobody else is called so


@pytest.fixture
def unite():
    return UniteFactory(nom="Chirurgie", etablissement=EtablissementFactory(nom="CH de Saint-Aubin"))


@pytest.fixture
def dossier(unite):
    return DossierFactory(auteur=None, lieu=unite, nom=CANARY, cree_par=UserFactory(nom="Créatrice"))


def prescripteur(unite, mode="", **known):
    """Of this unit; `mode`: of his board, when it is not the profile's."""
    held = HabilitationFactory(lieu=unite, profil="prescripteur_medical", **known)
    if mode:
        held.droits.create(domaine="sanitaire", droit="tableau_demandeur", mode=mode)
    return held.user


@pytest.fixture
def author(unite, dossier):
    """He has read it twice, and written in it once."""
    user = prescripteur(unite, user__nom="Lacombe", user__prenom="Maëlle")
    by = as_professionnel(user)
    for _ in range(2):
        actions.read(dossier, by=by)
    sent = {"nom": CANARY, "prenom": "Aurélien", "version": dossier.version}
    actions.edit_identite(dossier, **sent, now=timezone.now(), by=by)
    return user


def words_of(response) -> str:
    return " ".join(unescape(strip_tags(response.text.replace("<", " <"))).split())


def path(dossier, tail="") -> str:
    return f"/dossiers/{dossier.numero}/historique/{tail}"


def read(client, user, dossier, tail="", **filters) -> str:
    response = sign_in(client, user).get(path(dossier, tail), filters)
    assert response.status_code == 200
    return words_of(response)


class TestWords:
    def test_who_from_which_structure_in_which_quality_and_which_fields(self, client, dossier, author):
        shown = read(client, author, dossier)
        assert "Historique des actions" in shown
        assert (
            "Maëlle Lacombe a modifié l’identité du patient (identité provisoire) "
            "1 champ modifié : premier prénom de naissance Prescripteur médical CH de Saint-Aubin, Chirurgie"
        ) in shown
        assert "Aurélien" not in shown  # never a value
        assert CANARY not in shown

    @pytest.mark.parametrize(("tail", "opened"), [("", False), ("imprimer/", True)])
    def test_many_fields_are_folded_away_but_on_paper(self, client, dossier, author, tail, opened):
        by = policies.read(as_professionnel(author), dossier)
        champs = [f"champ {number}" for number in range(30)]
        record("volet.updated", by=by, target=dossier, volet="volet médical", champs=champs)
        page = sign_in(client, author).get(path(dossier, tail)).text
        fold = '<details class="plus" open>' if opened else '<details class="plus">'
        assert f"{fold}<summary>30 champs modifiés</summary>" in page
        assert "champ 28, champ 29" in page

    def test_an_assistant_in_the_name_of_a_medecin(self, client):
        """DEL-6, word for word but for the action."""
        medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
        dossier = DossierFactory(auteur=medecin)
        by = as_delegate(lend(medecin))
        record("volet.updated", by=by, target=dossier, volet="volet administratif", champs=["texte"])
        shown = read(client, medecin, dossier)
        said = (
            "L’assistant(e) Sonia Petit a modifié le volet administratif au nom du médecin Christine Leclercq"
        )
        assert said in shown

    def test_a_structure_is_called_as_it_is_now(self, client, dossier, author, unite):
        unite.nom = "Chirurgie digestive"
        unite.save()
        assert "CH de Saint-Aubin, Chirurgie digestive" in read(client, author, dossier)


class TestReaders:
    def test_persons_times_first_and_last(self, dossier, author):
        entries = historiques.of(dossier).rows()
        [one] = historiques.consultations(entries, named=True)
        assert (one.who, one.quality, one.structure, one.count) == (
            "Maëlle Lacombe",
            "Prescripteur médical",
            "CH de Saint-Aubin, Chirurgie",
            2,
        )
        times = list(entries.filter(event="dossier.read").order_by("id").values_list("at", flat=True))
        assert [one.first, one.last] == times

    def test_one_line_for_each_quality_and_the_latest_first(self, unite, dossier, author):
        other = prescripteur(unite, user__nom="Arnaud", user__prenom="Claire")
        actions.read(dossier, by=as_professionnel(other))
        found = historiques.consultations(historiques.of(dossier).rows(), named=True)
        assert [(one.who, one.count) for one in found] == [("Claire Arnaud", 1), ("Maëlle Lacombe", 2)]

    def test_two_people_of_one_name_are_two(self, client, unite, dossier, author):
        """And one person in two qualities is one."""
        other = prescripteur(unite, user__nom="Lacombe", user__prenom="Maëlle")
        HabilitationFactory(lieu=unite, profil="equipe_soignante", user=author)
        by = policies.read(as_professionnel(author), dossier)
        for one in (as_professionnel(other), replace(by, quality="équipe soignante")):
            record("dossier.read", by=one, target=dossier)
        found = historiques.consultations(historiques.of(dossier).rows(), named=True)
        assert sorted(one.count for one in found) == [1, 1, 2]
        assert "2 consultations de 2 personnes" in read(client, author, dossier)

    def test_of_this_dossier_only(self, unite, dossier, author):
        actions.read(DossierFactory(auteur=None, lieu=unite), by=as_professionnel(author))
        assert [
            one.count for one in historiques.consultations(historiques.of(dossier).rows(), named=True)
        ] == [2]

    def test_nobody_yet(self, client, unite, dossier):
        assert "Personne n’a encore consulté ce dossier." in read(client, prescripteur(unite), dossier)


class TestAnonymous:
    """DOS-4: a reader in mode anonyme reads the author's structure and quality only."""

    @pytest.mark.parametrize("tail", ["", "imprimer/"])
    def test_no_name(self, client, unite, dossier, author, tail):
        by = policies.read(as_professionnel(author), dossier)
        record("dossier.presented", by=by, target=dossier, lieu="SMR de Villedary")
        names = {"medecin": "le docteur Tantale", "avant": "Mme Niobé"}
        record("traitant.changed", by=by, target=dossier, **names)
        shown = read(client, prescripteur(unite, "anonyme", user__nom="Lecteur"), dossier, tail)
        assert "Un professionnel a modifié l’identité du patient (identité provisoire)" in shown
        assert "Un professionnel a présenté le dossier Prescripteur médical CH de Saint-Aubin" in shown
        assert "Un professionnel a désigné un autre médecin traitant" in shown
        for name in ("Lacombe", "Maëlle", "Créatrice", CANARY, "Villedary", "Tantale", "Niobé", "Aurélien"):
            assert name not in shown
        assert "Prescripteur médical" in shown
        assert "CH de Saint-Aubin, Chirurgie" in shown

    def test_each_word_of_a_sentence_is_said_on_purpose(self):
        """A new one is kept back until somebody has asked whom it may name."""
        kept_back = {"lieu", "ended", "after"}
        words = {word for event, told in (EVENTS | UNNAMED).items() for word in re.findall(r"{(\w+)", told)}
        assert words - SAID <= kept_back

    def test_nobody_is_offered_in_the_filter(self, client, unite, dossier, author):
        reader = prescripteur(unite, "anonyme")
        assert 'name="par"' not in sign_in(client, reader).get(path(dossier)).text
        assert 'name="par"' in sign_in(client, author).get(path(dossier)).text

    def test_a_filter_typed_by_hand_finds_nobody_out(self, client, unite, dossier, author):
        """Else the lines that are left would tell whose number it is."""
        reader = prescripteur(unite, "anonyme")
        whole, asked = (
            sign_in(client, reader).get(path(dossier), said).context["historique"].rangs
            for said in ({}, {"par": author.pk + 1000})
        )
        assert len(asked) == len(whole)

    def test_readers_of_one_quality_are_one_line(self, unite, dossier, author):
        actions.read(dossier, by=as_professionnel(prescripteur(unite)))
        [one] = historiques.consultations(historiques.of(dossier).rows(), named=False)
        assert (one.who, one.count) == ("Un professionnel", 3)

    def test_rows_are_read_without_the_people(self, dossier, author):
        with CaptureQueriesContext(connection) as captured:
            historiques.paged(historiques.of(dossier).rows(), size=50, number=1, fold=True, named=False)
            historiques.consultations(historiques.of(dossier).rows(), named=False)
        assert [one for one in captured.captured_queries if "accounts_user" in one["sql"]] == []

    def test_one_mode_more_and_names_are_read(self, client, unite, dossier, author):
        assert "Maëlle Lacombe" in read(client, prescripteur(unite, "lecture"), dossier)


class TestFilters:
    @pytest.mark.parametrize("genre", CHOICES)
    def test_each_kind_is_asked_for(self, genre, dossier, author):
        form = HistoriqueForm({"genre": genre}, authors=())
        found = {entry.event for entry in form.apply(historiques.of(dossier).rows())}
        wanted = {
            "actions": {"identite.updated"},
            "identite": {"identite.updated"},
            "consultations": {"dossier.read"},
        }
        assert found == wanted.get(genre, set())

    def test_each_event_is_of_one_kind(self, dossier):
        by = as_medecin(MedecinFactory())
        for event in EVENTS:
            Entry(
                event=event,
                user=by.user,
                quality="médecin",
                content_type=_type(dossier),
                object_id=dossier.pk,
            ).save()
        kinds = [one for one in CHOICES if one != "actions"]
        told = [
            entry.event
            for genre in kinds
            for entry in HistoriqueForm({"genre": genre}, authors=()).apply(historiques.of(dossier).rows())
        ]
        assert sorted(told) == sorted(EVENTS)

    def test_by_whom_and_between_which_days(self, client, unite, dossier, author):
        actions.read(dossier, by=as_professionnel(prescripteur(unite, user__nom="Arnaud")))
        today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
        of_author = read(client, author, dossier, par=author.pk, genre="consultations")
        assert of_author.count("Maëlle Lacombe a consulté le dossier") == 2
        assert "Arnaud a consulté le dossier" not in of_author
        assert "a modifié l’identité" in read(client, author, dossier, debut=today, fin=today)
        assert "Aucune action dans ces limites." in read(client, author, dossier, debut=tomorrow)

    @pytest.mark.parametrize(
        "asked", [{"genre": "tout"}, {"par": "x"}, {"debut": "31/02/2026"}, {"debut": "9" * 400}]
    )
    def test_what_cannot_be_asked_is_refused_with_a_sentence(self, client, dossier, author, asked):
        response = sign_in(client, author).get(path(dossier), asked)
        assert response.status_code == 422
        assert 'aria-invalid="true"' in response.text


class TestPrint:
    def test_by_whom_when_and_with_its_limits(self, client, dossier, author):
        shown = read(client, author, dossier, "imprimer/", genre="identite", debut="01/01/2026")
        assert "Imprimé par Maëlle Lacombe" in shown
        assert "Seulement Actions : Identité du patient, Du : 01/01/2026." in shown
        assert "a modifié l’identité du patient" in shown

    def test_folds_are_open(self, client, dossier, author):
        response = sign_in(client, author).get(path(dossier, "imprimer/"))
        assert '<details class="plus" open>' in response.text

    def test_what_does_not_fit_is_said(self, client, dossier, author, monkeypatch):
        monkeypatch.setattr(views, "PRINTED", 1)
        record("volet.updated", by=as_professionnel(author), target=dossier, volet="volet administratif")
        assert "1 action sur 2, à partir de la plus récente" in read(client, author, dossier, "imprimer/")

    def test_not_yours_and_unknown_are_the_same_answer(self, client, dossier):
        sign_in(client, prescripteur(UniteFactory()))
        assert client.get(path(dossier, "imprimer/")).status_code == 404


class TestManyLines:
    @pytest.fixture
    def many(self, unite, dossier):
        """Three thousand lines of twenty people."""
        at = {"etablissement_id": unite.etablissement_id, "unite_id": unite.pk}
        people = UserFactory.create_batch(20)
        Entry.objects.bulk_create(
            Entry(
                event="volet.updated" if number % 10 == 0 else "dossier.read",
                user=people[number % 20],
                quality="prescripteur médical",
                content_type=_type(dossier),
                object_id=str(dossier.pk),
                label=dossier.numero,
                data={"volet": "volet médical"},
                **at,
            )
            for number in range(3_000)
        )
        plans.forget_counts()

    def test_one_number_of_queries_whatever_its_length(self, client, dossier, author, many):
        few = DossierFactory(auteur=None, lieu=dossier.presences.get().unite)
        by = as_professionnel(author)
        actions.read(few, by=by)
        record("volet.updated", by=by, target=few, volet="volet médical")
        sign_in(client, author).get(path(few))
        counted = []
        for one in (few, dossier):
            with CaptureQueriesContext(connection) as captured:
                client.get(path(one))
            counted.append(len(captured))
        assert counted[0] == counted[1]

    def test_the_index_of_the_dossier_is_walked(self, dossier, many):
        entries = historiques.of(dossier).rows()
        read = entries.filter(event__in=READINGS).order_by()
        assert "journal_entry_about" in entries.order_by("-id")[:50].explain()
        assert "Seq Scan on journal_entry" not in entries.order_by("-id")[:50].explain()
        assert "Sort" not in entries.exclude(event__in=READINGS).order_by("-id")[:50].explain()
        assert read.count() == 2_700

    def test_among_lines_of_others_too(self, dossier, many):
        """The lines of one dossier among thousands of another."""
        other = DossierFactory()
        plan = historiques.of(other).rows().filter(event__in=READINGS).order_by().explain()
        assert "journal_entry_about" in plan
        plan = historiques.with_demandes(other).rows().filter(event__in=READINGS).order_by().explain()
        assert plan.count("journal_entry_about") == 2  # by the dossier, by its demandes


def _type(dossier):
    return ContentType.objects.get_for_model(dossier)


def test_a_process_has_no_name_and_no_quality(dossier):
    record("dossier.withdrawn", by=Actor.system("echeances"), target=dossier, lieu="CH")
    for named in (True, False):
        [rang] = historiques.latest(historiques.of(dossier), 5, named=named).rangs
        assert rang.ligne.sentence.startswith("Le traitement automatique")
        assert rang.ligne.quality == ""
