"""DEP-01 and DEP-02: structures as the ROR side reads them, people and how they come (OBS-2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Connexion
from annuaire.models import Modification
from annuaire.reads import export_ror
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, etiquetees
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
)
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = timezone.localdate(NOW)


def cadre(perimetre, **known):
    return Cadre(perimetre, TODAY.replace(day=1), TODAY, NOW, b"key", **known)


def test_dep_01_has_the_columns_of_the_ror_side():
    """OBS-2: then units that are open, référents whose right is in force, the last change of the sheet."""
    one = EtablissementFactory(finess="310000001")
    other = EtablissementFactory(finess="310000002")
    open_unit = UniteFactory(etablissement=one, domaine="sanitaire")
    UniteFactory(etablissement=one, domaine="sanitaire", closed_at=NOW)
    referent_of(one)
    changed = {"champ": "nom", "le": NOW, "origine": "local", "par": UserFactory()}
    Modification.objects.create(unite=open_unit, **changed)
    Modification.objects.create(etablissement=one, **changed | {"le": NOW - timedelta(days=3)})
    rapport = CATALOGUE["DEP-01"]
    assert tuple(one.titre for one in rapport.colonnes[:7]) == export_ror.HEADS
    (line,) = rapport.lignes(cadre(Perimetre(etablissements=(one.pk,))))
    assert line[:6] == tuple(next(export_ror.rows())[:6])
    assert line[7:] == (1, 1, NOW)
    every = list(rapport.lignes(cadre(Perimetre(national=True))))
    assert [row[0] for row in every] == ["310000001", "310000002"]
    assert every[1][7:] == (0, 0, None)
    of_region = cadre(Perimetre(national=True), criteres={"region": (other.coordination.region.code,)})
    assert [row[0] for row in rapport.lignes(of_region)] == ["310000002"]


def counted(perimetre, **known) -> dict:
    found = CATALOGUE["DEP-02"].tableau(cadre(perimetre, **known))
    assert len(list(etiquetees(found))) == len(found.rangees)
    return {(one.cles[0], one.cles[2]): one.valeurs[0] for one in found.rangees}


def test_dep_02_counts_those_who_hold_something_there():
    """OBS-2: near misses beside each: elsewhere, over, disabled, another month."""
    etablissement = EtablissementFactory()
    ours = Perimetre(etablissements=(etablissement.pk,))
    seen = UserFactory(last_sign_in_at=NOW)
    never = UserFactory(last_sign_in_at=None)
    locked = UserFactory(last_sign_in_at=NOW, locked_at=NOW)
    gone = UserFactory(disabled_at=NOW)
    for user, fin in ((seen, 10), (never, 20), (locked, 400), (gone, 400)):
        HabilitationFactory(user=user, lieu=etablissement, fin=TODAY + timedelta(days=fin))
    HabilitationFactory(user=seen, lieu=UniteFactory(etablissement=etablissement), fin=add_months(TODAY, 12))
    HabilitationFactory(user=never, lieu=EtablissementFactory())
    HabilitationFactory(lieu=etablissement, debut=date(2020, 1, 1), fin=date(2021, 1, 1))
    for day, means in ((TODAY, "mail"), (TODAY.replace(day=1), "mail"), (TODAY, "cps")):
        Connexion.objects.get_or_create(day=day, user=seen, means=means)
    Connexion.objects.create(day=TODAY.replace(day=1) - timedelta(days=1), user=never, means="sms")
    Connexion.objects.create(day=TODAY, user=UserFactory(), means="totp")
    DelegationFactory()
    assert counted(ours) == {
        ("comptes", "actifs"): 1,
        ("comptes", "jamais"): 1,
        ("comptes", "bloques"): 1,
        ("profils", "prescripteur_medical"): 4,
        ("echeances", "quinze"): 1,
        ("echeances", "mois"): 1,
        ("connexions", "mail"): 1,
        ("connexions", "cps"): 1,
    }
    assert counted(ours, criteres={"profil": ("regulateur",)}) == {}
    assert counted(Perimetre(national=True))["delegations", "toutes"] == 1
