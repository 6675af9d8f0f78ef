"""Rows that were there before a migration, and what it makes of them."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from demandes.etats import Verbe
from demandes.models import Alerte, Fait, Preference
from habilitations.models import Habilitation
from habilitations.profils import RESPONSABLE_ADMISSIONS
from tests.demandes.factories import requested
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import UniteFactory

# Migrating backwards and forwards again takes long, and what was true of those of before stays so.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proofs]
BEFORE = ("demandes", "0013_naissances")


def test_alerts_of_before_are_of_their_demande(before):
    """What is of a dossier alone was unknown then; choices go on, new events as nobody had chosen them."""
    unite, now = UniteFactory(), timezone.now()
    receveur = professionnel(RESPONSABLE_ADMISSIONS, unite)
    dossier = DossierFactory(auteur=None, lieu=UniteFactory())
    demande = requested(dossier, unite, etat="envoyee", sent_at=now)
    known = {"verbe": Verbe.ENVOYER, "at": now}
    told = known | {"user": receveur.user, "cote": "receveur", "evenement": "recue", "envoi": "i"}
    Fait.objects.create(dossier=dossier, **known)
    Alerte.objects.create(dossier=dossier, **told)
    habilitation = Habilitation.objects.get(user=receveur.user)
    Preference.objects.create(habilitation=habilitation, choix="nqiinqiiiiii")

    old = before(*BEFORE)
    preference = old.get_model("demandes", "Preference").objects.get()
    assert preference.choix == "nqiinqii"
    for name in ("Fait", "Alerte"):
        assert not old.get_model("demandes", name).objects.exists()
    old.get_model("demandes", "Fait").objects.create(demande_id=demande.pk, etat="envoyee", **known)
    told = {name: getattr(value, "pk", value) for name, value in told.items()}
    user = told.pop("user")
    old.get_model("demandes", "Alerte").objects.create(demande_id=demande.pk, user_id=user, **told)
    call_command("migrate", verbosity=0)

    assert [one.sujet for one in (Fait.objects.get(), Alerte.objects.get())] == [demande, demande]
    assert Preference.objects.get().choix == "nqiinqii" + "qiqi"
