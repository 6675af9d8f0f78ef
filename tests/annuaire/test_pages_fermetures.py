"""«Fermer ou remplacer», and the guichets uniques, as pages (ANN-4, ANN-7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annuaire import actions, attaches, tasks
from annuaire.attaches import Attache
from annuaire.models import Guichet, Lieu
from habilitations import policies
from habilitations.imports import modele
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE, RESPONSABLE_ADMISSIONS
from habilitations.views import mes_demandes
from tests.annuaire.test_avis import announce
from tests.annuaire.test_fermetures import close, fresh, siblings
from tests.annuaire.test_moves import guichet_of
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


def page_of(structure, name="fermeture") -> str:
    return reverse(f"annuaire:{name}", args=[structure.niveau, structure.pk])


def enter(lieu) -> Client:
    return sign_in(Client(), referent_of(lieu))


def today() -> str:
    return timezone.localdate().isoformat()


class TestClosing:
    def test_what_hangs_there_by_counts_and_by_names_where_one_may_see_them(self):
        unite, _ = siblings()
        held = HabilitationFactory(lieu=unite)
        text = enter(unite.etablissement).get(page_of(unite)).text
        assert "1 habilitation<" in text
        assert held.user.nom_complet in text

    def test_a_successor_is_searched_in_ones_perimeter_then_all_follows(self):
        unite, after = siblings()
        elsewhere = UniteFactory(nom=after.nom)
        held, client = HabilitationFactory(lieu=unite), enter(unite.etablissement)
        text = client.get(page_of(unite), {"mot": after.nom}).text
        assert f"?par={after.pk}" in text
        assert f"?par={elsewhere.pk}" not in text
        assert client.get(page_of(unite), {"par": elsewhere.pk}).status_code == 404
        there = f"{page_of(unite)}?par={after.pk}"
        assert client.post(there, {"on": today()}).status_code == 422, "what becomes of it is asked"
        answer = client.post(there, {"on": today(), "sort": "suit"}, follow=True)
        assert "1 habilitation suit" in answer.text
        assert str(Lieu.of(after)) in answer.text
        assert Habilitation.objects.living().get(user=held.user).unite == after

    def test_an_etablissement_merges(self):
        unite, _ = siblings()
        here = unite.etablissement
        into, client = EtablissementFactory(coordination=here.coordination), enter(here.coordination)
        answer = client.post(f"{page_of(here)}?par={into.pk}", {"on": today(), "sort": "reunit"}, follow=True)
        assert answer.status_code == 200
        assert fresh(unite).etablissement == into

    def test_units_are_shared_out(self):
        unite, other = siblings()
        here = unite.etablissement
        into = EtablissementFactory(coordination=here.coordination)
        share, client = reverse("annuaire:repartir", args=[here.pk]), enter(here.coordination)
        assert f"?par={into.pk}" in client.get(share, {"mot": into.nom}).text
        assert client.post(f"{share}?par={into.pk}", {}).status_code == 422
        client.post(f"{share}?par={into.pk}", {"unites": unite.pk})
        assert [fresh(one).etablissement for one in (unite, other)] == [into, here]
        assert enter(unite).get(share).status_code == 404

    def test_a_referent_of_both_hands_a_unit_over(self):
        unite, _ = siblings()
        here, into = unite.etablissement, EtablissementFactory()
        share, client = reverse("annuaire:repartir", args=[here.pk]), enter(here)
        assert share in client.get(reverse("annuaire:unites", args=[here.pk])).text
        assert client.get(share, {"par": into.pk}).status_code == 404
        both = referent_of(here)
        HabilitationFactory(user=both, lieu=into, profil=REFERENT_STRUCTURE.code)
        client = sign_in(Client(), both)
        assert f"?par={into.pk}" in client.get(share, {"mot": into.nom}).text
        client.post(f"{share}?par={into.pk}", {"unites": unite.pk})
        assert fresh(unite).etablissement == into

    @pytest.mark.parametrize("on", ["", "hier", "2099-01-01", "1990-01-01"])
    def test_a_date_is_refused_at_its_field(self, on):
        unite = UniteFactory()
        answer = enter(unite.etablissement).post(page_of(unite), {"on": on})
        assert answer.status_code == 422
        assert 'href="#id_on"' in answer.text
        assert fresh(unite).closed_at is None

    def test_of_a_referent_structure_not_his_etablissement(self):
        unite = UniteFactory()
        client = enter(unite.etablissement)
        assert client.get(page_of(unite.etablissement)).status_code == 403
        assert client.get(page_of(UniteFactory())).status_code == 404
        assert enter(unite).get(page_of(unite)).status_code == 403

    def test_its_page_stays_and_it_is_opened_again(self):
        unite, after = siblings()
        by = as_professionnel(referent_of(unite.etablissement))
        close(unite, by=by, replaced_by=after)
        client = sign_in(Client(), by.user)
        text = client.get(page_of(unite)).text
        assert f'href="{page_of(after)}"' in text
        client.post(page_of(unite, "fermeture_reopen"))
        assert fresh(unite).closed_at is None

    def test_opened_again_with_what_had_ended_there(self):
        unite, _ = siblings()
        by, held = as_professionnel(referent_of(unite.etablissement)), HabilitationFactory(lieu=unite)
        close(unite, by=by)
        client = sign_in(Client(), by.user)
        assert "Rendre 1 habilitation" in client.get(page_of(unite)).text
        client.post(page_of(unite, "fermeture_reopen"), {"rendre": "on"})
        assert Habilitation.objects.living().get(user=held.user).unite == unite

    def test_not_a_unit_of_what_is_closed(self):
        unite, _ = siblings()
        here = unite.etablissement
        client = enter(here.coordination)
        client.post(page_of(here), {"on": today()})
        answer = client.post(page_of(unite, "fermeture_reopen"))
        assert answer.status_code == 422
        assert "rouvrez d’abord l’établissement" in answer.text

    def test_much_is_told_as_it_goes_on(self, monkeypatch):
        monkeypatch.setattr(attaches, "AT_ONCE", 0)
        unite, _ = siblings()
        held, client = HabilitationFactory(lieu=unite), enter(unite.etablissement)
        assert "ferme tout de suite" in client.get(page_of(unite)).text
        text = client.post(page_of(unite), {"on": today()}, follow=True).text
        assert "Fermeture en cours" in text
        assert "0 ligne traitée sur 1" in text
        assert "Rouvrir" not in text
        assert (fresh(unite).closed_at is None, fresh(held).is_living) == (False, True)
        tasks.resume_fermetures()
        text = client.get(page_of(unite)).text
        assert "1 habilitation prend fin" in text
        assert "Rouvrir" in text

    def test_what_a_feeder_says_is_told_at_home_and_answered(self):
        unite = UniteFactory()
        avis, client = announce(unite), enter(unite.etablissement)
        assert "<strong>1</strong> fermeture de structure à confirmer" in client.get("/professionnel/").text
        assert avis.flux in client.get(reverse("annuaire:fermetures")).text
        assert "Elle reste ouverte" in client.get(page_of(unite)).text
        client.post(page_of(unite, "fermeture_keep"))
        assert fresh(avis).suite == "ouverte"
        assert avis.flux not in client.get(reverse("annuaire:fermetures")).text


def in_file(by) -> bool:
    """The guichet «Guichet», among the places that an import proposes."""
    return "Guichet" in [name for *_, name in modele.places(by.rights)]


def typed(*unites, **said) -> dict:
    blank = dict.fromkeys(("domaine", "telephone", "email", "horaires"), "")
    return {"nom": "Guichet", **blank, "unites": [one.pk for one in unites], "version": 1, **said}


class TestGuichets:
    def test_of_an_etablissement(self):
        unite, other = siblings()
        here = unite.etablissement
        client = enter(here)
        create = reverse("annuaire:guichet_create", args=["etablissement", here.pk])
        answer = client.post(
            create, typed(unite, telephone="01 99 00 12 34", email="g@ch.example"), follow=True
        )
        guichet = Guichet.objects.get()
        assert (guichet.etablissement, list(guichet.unites.all())) == (here, [unite])
        assert "01 99 00 12 34" in answer.text
        assert client.post(create, typed(unite)).status_code == 422, "a second one of that name"
        edit = reverse("annuaire:guichet_edit", args=[guichet.pk])
        client.post(edit, typed(unite, other, horaires="De 9 h à 17 h"))
        assert set(guichet.unites.all()) == {unite, other}
        assert fresh(guichet).version == 2

    def test_of_a_coordination_across_several(self):
        unite = UniteFactory()
        beside = UniteFactory(
            etablissement=EtablissementFactory(coordination=unite.etablissement.coordination)
        )
        far = UniteFactory()
        client, here = enter(unite.etablissement.coordination), unite.etablissement.coordination
        create = reverse("annuaire:guichet_create", args=["coordination", here.pk])
        assert client.post(create, typed(unite, far)).status_code == 422
        assert client.post(create, typed(unite, beside)).status_code == 302
        assert set(Guichet.objects.get().unites.all()) == {unite, beside}
        assert enter(unite.etablissement).get(create).status_code == 404

    def test_two_at_once_see_both_texts(self):
        unite, _ = siblings()
        guichet = guichet_of(unite.etablissement, unites=[unite])
        client, edit = enter(unite.etablissement), reverse("annuaire:guichet_edit", args=[guichet.pk])
        client.post(edit, typed(unite, horaires="Le matin"))
        answer = client.post(edit, typed(unite, horaires="Le soir"))
        assert answer.status_code == 409
        assert "Le matin" in answer.text
        assert "Le soir" in answer.text
        assert fresh(guichet).horaires == "Le matin"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("telephone", "https://x.example"),
            ("email", "g@"),
            ("nom", ""),
            ("nom", "x" * 201),
            ("domaine", "x"),
        ],
    )
    def test_bad_input_stands_at_its_field(self, field, value):
        unite = UniteFactory()
        create = reverse("annuaire:guichet_create", args=["etablissement", unite.etablissement_id])
        answer = enter(unite.etablissement).post(create, typed(unite, **{field: value}))
        assert answer.status_code == 422
        assert f'href="#id_{field}"' in answer.text

    def test_who_answers_for_it_is_counted(self):
        unite = UniteFactory()
        guichet = guichet_of(unite.etablissement, unites=[unite])
        client, show = enter(unite.etablissement), reverse("annuaire:guichet", args=[guichet.pk])
        assert "Personne à ce jour" in client.get(show).text
        HabilitationFactory(lieu=guichet, profil=RESPONSABLE_ADMISSIONS.code)
        HabilitationFactory(
            lieu=guichet, profil=RESPONSABLE_ADMISSIONS.code, debut=timezone.localdate() + timedelta(days=1)
        )
        assert "1 personne" in client.get(show).text

    def test_a_unit_leaves_it_when_it_closes(self):
        unite, other = siblings()
        guichet = guichet_of(unite.etablissement, unites=[unite, other])
        close(unite, by=as_professionnel(referent_of(unite.etablissement)))
        assert list(guichet.unites.all()) == [other]

    def test_what_an_app_above_has_there_is_asked_of_it(self, monkeypatch):
        """The hook of the demandes to come: counted before, ended or followed after, in the same act."""
        unite, _ = siblings()
        here = unite.etablissement
        guichet, after = guichet_of(here, unites=[unite]), guichet_of(here, unites=[unite])
        asked = []
        fake = Attache(
            models=(),
            count=lambda lieu, **_: [attaches.Ligne("2 demandes ouvertes", "seront rendues")],
            weigh=lambda tranche: 2,
            settle=lambda tranche: asked.append((tranche.lieu, tranche.successeur)) or 2,
        )
        monkeypatch.setattr(attaches, "_known", {**attaches._known, "demandes": fake})
        client = enter(here)
        assert "2 demandes ouvertes" in client.get(page_of(guichet)).text
        client.post(f"{page_of(guichet)}?par={after.pk}", {"on": today(), "sort": "suit"})
        assert asked == [(Lieu.of(guichet), Lieu.of(after))]
        client.post(page_of(after), {"on": today()})
        assert asked[1:] == [(Lieu.of(after), None)]

    def test_a_closed_one_is_proposed_nowhere(self):
        """Neither to who asks, nor to who gives, on screen or by a file."""
        unite, _ = siblings()
        here = unite.etablissement
        by, guichet = as_professionnel(referent_of(here)), guichet_of(here, unites=[unite])
        key, offered = Lieu.of(guichet).key, lambda: mes_demandes.lieux_of(here)
        assert (key in offered(), in_file(by)) == (True, True)
        actions.close_structure(guichet, on=timezone.localdate(), now=timezone.now(), by=by)
        assert (key in offered(), in_file(by)) == (False, False)
        with pytest.raises(Denied):
            policies.grant(by, RESPONSABLE_ADMISSIONS, Lieu.of(fresh(guichet)))

    def test_a_closed_one_is_not_modified(self):
        unite, _ = siblings()
        guichet = guichet_of(unite.etablissement, unites=[unite])
        by = as_professionnel(referent_of(unite.etablissement))
        actions.close_structure(guichet, on=timezone.localdate(), now=timezone.now(), by=by)
        client = sign_in(Client(), by.user)
        assert client.get(reverse("annuaire:guichet", args=[guichet.pk])).status_code == 200
        assert client.get(reverse("annuaire:guichet_edit", args=[guichet.pk])).status_code == 403
