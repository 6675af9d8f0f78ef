"""Many accounts and habilitations by a file: checked whole, by the rules of the screen (HAB-4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from annuaire.models import Guichet, Lieu
from courrier.models import Message
from habilitations import profils
from habilitations.imports import actions, modele, reader, resource
from habilitations.models import Habilitation, Import
from journal.models import Entry
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from tests.habilitations.imports import line, xlsx
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
WORKER = Actor.system("imports")
DONE, READY, REFUSED = Import.State.DONE, Import.State.READY, Import.State.REFUSED


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def hopital():
    return EtablissementFactory(finess="990000017", nom="Centre hospitalier d’Essai")


@pytest.fixture
def by(hopital):
    return as_professionnel(referent_of(hopital))


@pytest.fixture
def somebody():
    return UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")


@pytest.fixture
def end(today):
    return today + timedelta(days=300)


@pytest.fixture
def work(by, now, today, end):
    """Deposits lines and lets the worker check them; `confirm=True`: goes to the end."""

    def work(*rows, by=by, confirm=False):
        lines = reader.read(xlsx(*(line(**{"fin": end, **row}) for row in rows)))
        one = actions.deposit(lines=lines, file_name="a.xlsx", cle=uuid4(), now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        if confirm:
            assert one.state == READY, one.report
            actions.confirm(one, now=now, by=by)
            actions.proceed(one.pk, today=today, now=now, by=WORKER)
            one.refresh_from_db()
        return one

    return work


def problems(one) -> list[str]:
    """Of a checked file, of which nothing is written yet."""
    assert one.state == (READY if one.good else REFUSED)
    return [sentence for told in one.problems for sentence in told["problemes"]]


def untouched():
    return not Habilitation.objects.exclude(profil="referent_structure").exists()


class TestTheWay:
    def test_nothing_is_written_before_the_confirmation(self, work, somebody):
        one = work({})
        assert one.state == READY
        assert untouched()
        assert not Message.objects.exists()
        assert not Entry.objects.filter(event__startswith="habilitation.").exists()
        assert [(told["compte"], told["identifiant"]) for told in one.report] == [(somebody.pk, "")]

    def test_a_login_is_told_as_on_the_screen(self, work, somebody, hopital):
        """COM-8: of the perimeter's people, and of those whom the file names by it; of others never."""
        HabilitationFactory(user=somebody, lieu=EtablissementFactory(), profil="gestionnaire_administratif")
        elsewhere = work({})
        named = work({"identifiant": somebody.login})
        HabilitationFactory(user=somebody, lieu=hopital, profil="gestionnaire_administratif")
        ours = work({})
        told = [one.report[0]["identifiant"] for one in (elsewhere, named, ours)]
        assert told == ["", somebody.login, somebody.login]

    def test_once_written_they_are_his_people(self, work, somebody):
        assert [told["identifiant"] for told in work({}, confirm=True).report] == [somebody.login]

    def test_lines_are_written_and_told_as_on_the_screen(self, work, somebody, by, hopital, end):
        one = work({}, {"profil": "Gestionnaire administratif et social"}, confirm=True)
        assert (one.state, one.lines, one.total) == (DONE, [], 2)
        given = Habilitation.objects.of(somebody)
        assert {(each.profil, each.fin, each.granted_by) for each in given} == {
            ("equipe_soignante", end, by.user),
            ("gestionnaire_administratif", end, by.user),
        }
        letter = Message.objects.get(to=somebody.email)
        assert letter.subject == "2 habilitations vous sont attribuées"
        assert all(word in letter.text for word in ("– Équipe soignante, ", "– Gestionnaire administratif"))
        assert Entry.objects.filter(event="habilitation.granted", user=by.user).count() == 2
        assert Entry.objects.about(one).order_by("pk").values_list("event", flat=True)[3] == "import.done"

    def test_an_account_is_opened_once_for_several_lines(self, work):
        one = work({}, {"profil": "gestionnaire_administratif"}, confirm=True)
        user = User.objects.get(email="maelle.lacombe@ch.example")
        assert (user.login, user.has_usable_password()) == ("mlacombe", False)
        assert Habilitation.objects.of(user).count() == 2
        assert [(told["identifiant"], told["nouveau"]) for told in one.report] == [
            ("mlacombe", True),
            ("mlacombe", False),
        ]
        assert Message.objects.get(to=user.email).subject.endswith("est créé"), "the welcome tells the two"

    def test_one_letter_a_person_however_her_lines_lie(self, work, somebody, monkeypatch):
        """HAB-4: whatever the slices, once the last of them is dealt with; a refused one is not told."""
        monkeypatch.setattr(actions, "LINES_A_SLICE", 1)
        luc = {"nom": "Autre", "prenom": "Luc", "email": "luc@ch.example"}
        codes = ("gestionnaire_administratif", "regulateur", "equipe_soignante")
        rows = [one | {"profil": code} for code in codes for one in ({}, luc)]
        one = work(*rows, {"profil": "sorcier"}, luc | {"profil": "sorcier"}, confirm=True)
        assert len(one.given) == 6
        assert {letter.to for letter in Message.objects.all()} == {somebody.email, "luc@ch.example"}
        assert Message.objects.count() == 2
        assert Message.objects.get(to=somebody.email).text.count("– ") == 3

    def test_who_was_given_something_is_told_when_the_file_is_given_up(
        self, work, by, somebody, now, today, monkeypatch
    ):
        monkeypatch.setattr(actions, "LINES_A_SLICE", 1)
        one, run = work({}, {"profil": "regulateur"}), resource.run
        actions.confirm(one, now=now, by=by)

        def die_at_the_second(lines, **known):
            if lines[0]["ligne"] == 3:
                raise MemoryError
            return run(lines, **known)

        monkeypatch.setattr(actions.resource, "run", die_at_the_second)
        for _ in range(actions.TRIES):
            with pytest.raises(MemoryError):
                actions.proceed(one.pk, today=today, now=now, by=WORKER)
        assert not Message.objects.exists()
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        assert Message.objects.get(to=somebody.email).text.count("– ") == 1

    def test_by_identifiant_name_and_unit(self, work, hopital):
        unite = UniteFactory(etablissement=hopital, nom="Médecine Polyvalente")
        user = UserFactory(login="plebrun", nom="Le Brun", prenom="Paul")
        work(
            {
                "identifiant": "PLEBRUN",
                "nom": "LE  BRUN",
                "prenom": "paul",
                "email": "",
                "etablissement": "centre hospitalier d'essai",
                "unite": "medecine polyvalente",
                "profil": "prescripteur medical",
                "droits": "sanitaire-envoi=non",
            },
            confirm=True,
        )
        given = Habilitation.objects.of(user).get()
        assert (given.unite, given.profil) == (unite, "prescripteur_medical")
        assert [(one.droit, one.mode) for one in given.droits.all()] == [("envoi", "aucun")]

    def test_deposit_and_confirm_twice_are_once(self, by, now, today, somebody, end):
        key, lines = uuid4(), reader.read(xlsx(line(fin=end)))
        one, same = (
            actions.deposit(lines=lines, file_name="a.xlsx", cle=key, now=now, by=by) for _ in range(2)
        )
        assert one == same
        for _ in range(2):
            actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        for _ in range(2):
            actions.confirm(one, now=now, by=by)
        for _ in range(2):
            actions.proceed(one.pk, today=today, now=now, by=WORKER)
        assert Habilitation.objects.of(somebody).count() == 1

    def test_a_day_later_it_is_checked_again(self, work, by, now):
        one = work({})
        with pytest.raises(ValidationError, match="plus d’un jour"):
            actions.confirm(one, now=now + timedelta(days=1, seconds=1), by=by)

    def test_a_line_whose_facts_have_changed_is_refused_and_listed(
        self, work, by, now, today, somebody, hopital
    ):
        """The other lines are written (docs/adr/0014)."""
        one = work({}, {"profil": "regulateur"})
        HabilitationFactory(user=somebody, lieu=hopital, profil="regulateur")
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert one.state == DONE
        (refused,) = one.problems
        assert refused["ligne"] == 3
        assert "déjà ce profil" in refused["problemes"][0]
        assert [line["ligne"] for line in one.given] == [2]
        assert Habilitation.objects.filter(profil="equipe_soignante", user=somebody).count() == 1
        done = Entry.objects.get(event="import.done").data
        assert (done["habilitations"], done["comptes"], done["refusees"]) == (1, 0, 1)

    def test_somebody_else_has_opened_the_account_meanwhile(self, work, by, now, today):
        """The référent confirmed a new account; he has not seen whose this one is."""
        one = work({})
        user = UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert one.problems[0]["problemes"] == [resource.CHANGED]
        assert not Habilitation.objects.of(user).exists()

    def test_another_account_has_the_address_now(self, work, by, now, today, somebody):
        one = work({})
        User.objects.filter(pk=somebody.pk).update(email="ailleurs@ch.example")
        UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example")
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert one.problems[0]["problemes"] == [resource.CHANGED]
        assert untouched()

    def test_another_place_has_the_name_now(self, work, by, now, today, somebody, hopital):
        unite = UniteFactory(etablissement=hopital, nom="Médecine A")
        one = work({"unite": "Médecine A"})
        unite.nom = "Chirurgie"
        unite.save()
        UniteFactory(etablissement=hopital, nom="MEDECINE A")
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert one.problems[0]["problemes"] == [resource.CHANGED]
        assert untouched()

    def test_a_referent_who_is_one_no_more_writes_nothing(self, work, by, now, today):
        one = work({})
        actions.confirm(one, now=now, by=by)
        Habilitation.objects.of(by.user).update(revoked_at=now)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert "référent" in one.problems[0]["problemes"][0]
        assert (one.given, untouched()) == ([], True)

    def test_the_report_keeps_what_undoing_the_lot_takes(self, work, somebody):
        new = {"nom": "Autre", "prenom": "Luc", "email": "luc@ch.example"}
        one = work({}, new, confirm=True)
        held = {line["habilitation"]: (line["compte"], line["nouveau"]) for line in one.given}
        opened = User.objects.get(email="luc@ch.example")
        assert held == {
            Habilitation.objects.of(somebody).get().pk: (somebody.pk, False),
            Habilitation.objects.of(opened).get().pk: (opened.pk, True),
        }

    def test_a_few_lines_at_a_time(self, work, by, now, today, monkeypatch):
        """Each slice is a transaction of its own, and says how far it went; the accounts come first."""
        monkeypatch.setattr(actions, "LINES_A_SLICE", 2)
        monkeypatch.setattr(actions, "A_SLICE", 60)
        rows = [{"nom": f"Nom {n}", "email": f"{n}@ch.example"} for n in "abcde"]
        one, slices, run = work(*rows), [], resource.run
        actions.confirm(one, now=now, by=by)
        monkeypatch.setattr(
            actions.resource, "run", lambda lines, **known: slices.append(len(lines)) or run(lines, **known)
        )
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert (slices, one.state, len(one.given)) == ([2, 2, 1], DONE, 5)

    def test_a_slice_ends_when_its_time_is_over(self, work, by, now, today, monkeypatch):
        monkeypatch.setattr(actions, "A_SLICE", 0)
        one = work({}, {"profil": "regulateur"})
        actions.confirm(one, now=now, by=by)
        one.refresh_from_db()
        assert len(actions._write_slice(one, today=today, now=now).outcome) == 1

    def test_only_its_author_confirms(self, work, hopital, now):
        with pytest.raises(Denied):
            actions.confirm(work({}), now=now, by=as_professionnel(referent_of(hopital)))

    def test_no_faster_than_a_search(self, work):
        for _ in range(actions.AN_HOUR):
            work({"profil": ""})
        with pytest.raises(ValidationError, match="nombreux fichiers"):
            work({})

    def test_good_lines_are_written_the_others_given_back(self, work, somebody):
        """HAB-4: 28 of 30 are imported without waiting; the two others are kept to be corrected."""
        wrong = {"email": "l@ch.example", "profil": "sorcier", "fin": "31/02/2027"}
        one = work(wrong, {}, {**wrong, "nom": "Autre"}, {"profil": "regulateur"}, confirm=True)
        assert (one.state, one.total, len(one.given)) == (DONE, 4, 2)
        assert Habilitation.objects.of(somebody).count() == 2
        assert not User.objects.filter(email="l@ch.example").exists()
        assert [told["ligne"] for told in one.report] == [2, 3, 4, 5]
        assert [line["ligne"] for line, _ in one.to_correct] == [2, 4]
        counts = Entry.objects.get(event="import.done").data
        assert (counts["habilitations"], counts["refusees"]) == (2, 2)
        assert Entry.objects.get(event="import.confirmed").data == {"lines": 2}

    def test_good_lines_between_refused_ones_whatever_the_slices(self, work, by, now, today, monkeypatch):
        monkeypatch.setattr(actions, "LINES_A_SLICE", 2)
        bad = {"profil": "sorcier"}
        rows = [bad, bad, bad, {}, bad, {"profil": "regulateur"}, bad]
        one = work(*rows, confirm=True)
        assert (one.state, [told["ligne"] for told in one.given]) == (DONE, [5, 7])
        assert [line["ligne"] for line in one.lines] == [2, 3, 4, 6, 8]

    def test_lines_to_correct_are_kept_a_week(self, work, somebody, now):
        one = work({"profil": "sorcier"}, {}, confirm=True)
        assert actions.purge_imports(now=now + timedelta(days=8), by=WORKER) == 0
        one.refresh_from_db()
        assert (one.lines, len(one.report)) == ([], 2)

    def test_a_file_that_kills_its_worker_is_given_up(self, work, by, now, today, monkeypatch):
        """What was written before stays, and the report says which lines were not reached."""
        monkeypatch.setattr(actions, "LINES_A_SLICE", 1)
        one, run = work({}, {"profil": "regulateur"}, {"profil": "gestionnaire_administratif"}), resource.run
        actions.confirm(one, now=now, by=by)

        def die_at_the_second(lines, **known):
            if lines[0]["ligne"] == 3:
                raise MemoryError
            return run(lines, **known)

        monkeypatch.setattr(actions.resource, "run", die_at_the_second)
        for _ in range(actions.TRIES):
            with pytest.raises(MemoryError):
                actions.proceed(one.pk, today=today, now=now, by=WORKER)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert (one.state, [line["ligne"] for line in one.lines]) == (Import.State.FAILED, [3, 4])
        assert [line["ligne"] for line in one.given] == [2]
        assert [line["problemes"] for line in one.problems] == [[actions.NOT_DEALT_WITH]] * 2
        assert Habilitation.objects.of(User.objects.get(nom="Lacombe")).count() == 1
        assert actions.purge_imports(now=now + timedelta(days=8), by=WORKER) == 0, "what it wrote is told"

    def test_killed_at_each_line_it_gets_on(self, work, by, now, today, monkeypatch):
        """Attempts are counted from the last line that was written."""
        monkeypatch.setattr(actions, "LINES_A_SLICE", 1)
        rows = [{"nom": f"Nom {n}", "email": f"{n}@ch.example"} for n in "abcdef"]
        one, died, run = work(*rows), set(), resource.run
        actions.confirm(one, now=now, by=by)

        def die_once_a_line(lines, **known):
            if lines[0]["ligne"] not in died:
                died.add(lines[0]["ligne"])
                raise MemoryError
            return run(lines, **known)

        monkeypatch.setattr(actions.resource, "run", die_once_a_line)
        for _ in rows:
            with pytest.raises(MemoryError):
                actions.proceed(one.pk, today=today, now=now, by=WORKER)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert (one.state, len(one.given)) == (DONE, len(rows))

    def test_a_check_that_kills_its_worker_is_given_up(self, work, by, now, today, end, monkeypatch):
        lines = reader.read(xlsx(line(fin=end)))
        one = actions.deposit(lines=lines, file_name="a.xlsx", cle=uuid4(), now=now, by=by)

        def die(*args, **known):
            raise MemoryError

        monkeypatch.setattr(actions.resource, "run", die)
        for _ in range(actions.TRIES):
            with pytest.raises(MemoryError):
                actions.proceed(one.pk, today=today, now=now, by=WORKER)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert (one.state, untouched()) == (Import.State.FAILED, True)

    def test_what_was_never_confirmed_is_erased(self, work, somebody, now):
        kept, gone = work({}, confirm=True), work({"profil": ""})
        assert actions.purge_imports(now=now + timedelta(days=8), by=WORKER) == 1
        assert list(Import.objects.all()) == [kept]
        assert gone.pk != kept.pk


class TestRefused:
    """One bad line when it is checked, and nothing at all is written."""

    def test_all_or_nothing(self, work):
        one = work({}, {"email": "autre@ch.example", "nom": "Autre", "profil": "sorcier"})
        (sentence,) = problems(one)
        assert sentence.startswith("Profil\u00a0: Le profil «\u00a0sorcier\u00a0» n’existe pas.")
        assert untouched()
        assert not User.objects.filter(nom="Lacombe").exists()

    @pytest.mark.parametrize(
        ("cells", "sentence"),
        [
            ({"etablissement": "990000025"}, "Aucun établissement"),
            ({"etablissement": ""}, "Établissement\u00a0: Cette cellule est vide."),
            ({"unite": "Nulle part"}, "n’a pas d’unité ni de guichet"),
            ({"nom": ""}, "Nom\u00a0: Cette cellule est vide."),
            ({"email": ""}, "Adresse e-mail\u00a0: Donnez une adresse"),
            ({"email": "maelle"}, "Cette adresse n’est pas complète"),
            ({"identifiant": "inconnu"}, "Aucun compte"),
            ({"fin": ""}, "Fin\u00a0: Indiquez le dernier jour."),
            (
                {"droits": "sanitaire-volet_medical=validation"},
                "Le droit «\u00a0Volet médical\u00a0» ne se règle pas",
            ),
            ({"droits": "administration-habilitation=oui"}, "ne se règle pas ainsi"),
            ({"droits": "sanitaire-envoi=tout"}, "n’est pas compris"),
            ({"droits": "sanitaire-envoi=oui;sanitaire-envoi=non"}, "deux fois"),
            ({"profil": "administrateur_national"}, "ne s’attribue pas à ce niveau"),
            ({"profil": "responsable_admissions"}, "ne s’attribue pas à ce niveau"),
        ],
    )
    def test_a_line(self, work, somebody, cells, sentence):
        assert sentence in problems(work({"profil": "regulateur"}, cells))[0]
        assert untouched()

    def test_past_and_endless_dates(self, work, today, somebody):
        rows = [
            {"fin": today - timedelta(days=1)},
            {"fin": today + timedelta(days=1830), "profil": "regulateur"},
        ]
        first, second = problems(work(*rows))
        assert first.startswith("Fin\u00a0: Cette date est passée")
        assert second.startswith("Fin\u00a0: Une habilitation dure cinq ans au plus")

    def test_a_start_before_today(self, work, today, somebody):
        assert "aujourd’hui ou plus tard" in problems(work({"debut": today - timedelta(days=1)}))[0]

    def test_twice_in_the_file_names_the_other_line(self, work, somebody):
        (sentence,) = problems(work({}, {"identifiant": somebody.login}))
        assert sentence.startswith("La ligne 2 de ce fichier dit déjà la même chose")

    def test_an_address_of_somebody_else(self, work, somebody):
        assert "une adresse est personnelle" in problems(work({"nom": "Autre"}))[0]

    def test_two_people_of_one_address(self, work):
        assert (
            "une adresse est personnelle" in problems(work({}, {"prenom": "Luc", "profil": "regulateur"}))[0]
        )

    def test_an_identifiant_of_somebody_else(self, work):
        user = UserFactory(nom="Autre")
        assert "au nom d’une autre personne" in problems(work({"identifiant": user.login}))[0]

    def test_nobody_gives_himself_a_right(self, work, by):
        cells = {"identifiant": by.user.login, "nom": by.user.nom, "prenom": by.user.prenom}
        assert "Vous ne pouvez pas vous attribuer" in problems(work(cells))[0]

    def test_a_disabled_account(self, work, somebody, now):
        User.objects.filter(pk=somebody.pk).update(disabled_at=now)
        assert "est désactivé" in problems(work({"identifiant": somebody.login}))[0]


class TestPerimeter:
    """The right role in the wrong place, by this door too."""

    def test_another_etablissement(self, work, somebody):
        EtablissementFactory(finess="990000025")
        assert (
            "ne fait pas partie de votre périmètre" in problems(work({}, {"etablissement": "990000025"}))[0]
        )
        assert untouched()

    def test_of_two_of_one_name_one_s_own(self, work, hopital, somebody):
        EtablissementFactory(nom=hopital.nom)
        work({"etablissement": hopital.nom}, confirm=True)
        assert Habilitation.objects.of(somebody).get().etablissement == hopital

    def test_of_two_of_one_name_neither_one_s_own(self, work, somebody):
        EtablissementFactory.create_batch(2, nom="Clinique")
        assert "donnez le numéro FINESS" in problems(work({"etablissement": "Clinique"}))[0]

    def test_a_coordination_and_its_guichet(self, work, hopital, somebody):
        """By its name, in place of the établissement's; for whom it is of the perimeter."""
        coordination = hopital.coordination
        guichet = Guichet.objects.create(nom="Guichet", coordination=coordination)
        rows = (
            {"profil": "Régulateur Grand Âge", "etablissement": coordination.nom.upper()},
            {"profil": "Responsable des admissions", "etablissement": coordination.nom, "unite": "guichet"},
        )
        assert all("périmètre" in sentence for sentence in problems(work(*rows)))
        by = as_professionnel(referent_of(coordination))
        assert (
            "ne s’attribue pas à ce niveau" in problems(work({"etablissement": coordination.nom}, by=by))[0]
        )
        work(*rows, by=by, confirm=True)
        given = Habilitation.objects.of(somebody).order_by("pk")
        assert [one.lieu for one in given] == [Lieu.of(coordination), Lieu.of(guichet)]
        assert (coordination.nom, coordination.nom, "Guichet") in modele.places(by.rights)

    def test_a_line_on_the_neighbouring_unit_is_refused(self, work, hopital, somebody):
        mine, other = (UniteFactory(etablissement=hopital, nom=nom) for nom in ("Une", "Autre"))
        by = as_professionnel(referent_of(mine))
        for cells in ({"unite": "Autre"}, {}):
            assert "ne fait pas partie de votre périmètre" in problems(work(cells, by=by))[0]
        work({"unite": "Une"}, by=by, confirm=True)
        assert Habilitation.objects.of(somebody).get().unite == mine
        assert other.pk != mine.pk

    def test_a_profile_of_another_referent(self, work, somebody, hopital):
        UniteFactory(etablissement=hopital, nom="Une")
        by = as_professionnel(referent_of(hopital.unites.get()))
        assert problems(work({"profil": "referent_structure"}, by=by))

    def test_no_referent_no_deposit(self, now):
        with pytest.raises(Denied):
            actions.deposit(lines=[], file_name="", cle=uuid4(), now=now, by=as_professionnel(UserFactory()))

    def test_a_closed_place_and_a_module_not_deployed(self, work, hopital, somebody, now):
        assert profils.PCO_MEDECIN
        hopital.coordination.modules = ["sanitaire"]
        hopital.coordination.save()
        assert "n’est pas déployé" in problems(work({"profil": "pco_medecin"}))[0]


class TestHeldAlready:
    """COM-11, two ways to one end: what a person holds already is neither given twice nor an error."""

    @pytest.fixture
    def held(self, somebody, hopital, today, end):
        """What the default line asks for, by another way."""

        def held(**known):
            known = {"debut": today, "fin": end, "profil": "equipe_soignante", "lieu": hopital} | known
            return HabilitationFactory(user=somebody, **known)

        return held

    def test_it_is_said_and_counted_apart(self, work, held, somebody):
        held()
        one = work({}, {"profil": "gestionnaire_administratif"})
        assert (one.state, len(one.good), len(one.already), one.problems) == (READY, 1, 1, [])
        done = work({}, {"profil": "gestionnaire_administratif"}, confirm=True)
        assert (done.state, len(done.given), len(done.already)) == (DONE, 1, 1)
        assert Habilitation.objects.of(somebody).count() == 2
        letter = Message.objects.get(to=somebody.email)
        assert "équipe soignante" not in letter.text.lower()

    def test_when_all_is_held_the_import_is_done(self, work, held, somebody):
        held()
        one = work({})
        assert (one.state, one.given, len(one.already)) == (DONE, [], 1)
        assert not Message.objects.exists()
        assert Habilitation.objects.of(somebody).count() == 1

    @pytest.mark.parametrize(
        ("known", "said"),
        [
            ({"fin": -1}, "a déjà ce profil"),  # a day less than asked
            ({"debut": 1}, "a déjà ce profil"),
            ({"droit": "sanitaire-volet_soins"}, None),  # the line says nothing of rights
        ],
    )
    def test_the_near_misses(self, work, held, today, end, known, said):
        days = {"fin": end - timedelta(days=1)} if "fin" in known else {}
        days |= {"debut": today + timedelta(days=1)} if "debut" in known else {}
        row = held(**days)
        if "droit" in known:
            row.droits.create(domaine="sanitaire", droit="volet_soins", mode="lecture")
        one = work({})
        if said:
            assert said in problems(one)[0]
        else:
            assert len(one.already) == 1

    def test_with_other_rights_it_is_an_error_as_before(self, work, held):
        held()
        assert "a déjà ce profil" in problems(work({"droits": "sanitaire-volet_soins=lecture"}))[0]

    def test_with_the_same_rights_it_is_held(self, work, held):
        held().droits.create(domaine="sanitaire", droit="volet_soins", mode="lecture")
        assert len(work({"droits": "sanitaire-volet_soins=lecture"}).already) == 1

    def test_taken_away_between_check_and_import_it_is_refused_not_given(self, work, held, by, now, today):
        row = held()
        one = work({}, {"profil": "gestionnaire_administratif"})
        Habilitation.objects.filter(pk=row.pk).update(revoked_at=now)
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert "Depuis la vérification" in one.problems[0]["problemes"][0]
        assert len(one.given) == 1

    def test_given_between_check_and_import_it_is_held(self, work, held, by, now, today, somebody):
        one = work({})
        held()
        actions.confirm(one, now=now, by=by)
        actions.proceed(one.pk, today=today, now=now, by=WORKER)
        one.refresh_from_db()
        assert (one.state, one.given, len(one.already), one.problems) == (DONE, [], 1, [])
