"""Each report of the catalogue makes its file, of one's own structures and of a territory (OBS-2, OBS-4)."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from dossiers.models import Dossier
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from observatoire import actions, magasin, policies, rapports
from observatoire.models import Etat
from tests.factories import (
    CoordinationFactory,
    HabilitationFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.observatoire.mondes import Monde
from tests.observatoire.rig import made, ordered
from viatraj.core.droits import Niveau, Orientation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def book_of(commande, by):
    raw = b"".join(actions.read_file(commande, today=timezone.localdate(), by=by))
    return openpyxl.load_workbook(BytesIO(raw))


@pytest.mark.parametrize("niveau", [Niveau.ETABLISSEMENT, Niveau.COORDINATION])
def test_all_of_them(hopital, niveau):
    wide = niveau == Niveau.COORDINATION
    where = hopital.coordination if wide else hopital
    by = as_professionnel(referent_of(where))
    count = 0
    for code, rapport in rapports.CATALOGUE.items():
        if niveau not in rapport.niveaux:
            continue
        known = {"niveau": niveau, "territoire": where.pk if wide else None}
        commande = made(ordered(by, rapport=rapport, debut=date(2026, 9, 1), fin=date(2026, 9, 30), **known))
        assert (commande.etat, commande.raison) == (Etat.DISPONIBLE, ""), code
        book = book_of(commande, by)
        assert [cell.value for cell in book["Données"][1]] == list(rapport.entetes)
        said = dict(row[:2] for row in book["Critères"].values)
        assert ("Petits effectifs" in said) is is_masked(rapport, by_perimetre(by, rapport, known)), code
        count += 1
    assert count > 8


def is_masked(rapport, perimetre) -> bool:
    return rapport.tableau is not None and not perimetre.propre


def by_perimetre(by, rapport, known):
    return policies.order_at(by, rapport, known["niveau"], known["territoire"], timezone.localdate())


def test_the_page_of_each_opens(client, hopital):
    for user in (referent_of(hopital), referent_of(CoordinationFactory())):
        web, by = sign_in(client, user), as_professionnel(user)
        for code, rapport in rapports.CATALOGUE.items():
            if not set(rapport.niveaux) & by.rights.scopes(rapport.droit, domaine=rapport.domaine).keys():
                continue
            path = f"/observatoire/commander/{rapport.groupe}/{code.lower()}/"
            answer = web.get(path)
            assert answer.status_code == 200, path
            assert rapport.titre in answer.text.replace("&#x27;", "'")


@pytest.mark.parametrize("niveau", [Niveau.UNITE, Niveau.ETABLISSEMENT, Niveau.COORDINATION, Niveau.NATIONAL])
def test_with_people_in_them(niveau):
    """Figures of one's own as they are; of a territory, words or rounded figures in the same columns."""
    monde = Monde(1, dossiers=40)
    monde.ask_cpam()
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))
    unite = monde.receveuses[Orientation.SANITAIRE][0]
    etablissement = unite.etablissement
    where = {
        Niveau.UNITE: unite,
        Niveau.ETABLISSEMENT: etablissement,
        Niveau.COORDINATION: etablissement.coordination,
        Niveau.NATIONAL: None,
    }[niveau]
    national = HabilitationFactory(lieu=None, profil=ADMINISTRATEUR_NATIONAL.code)
    by = as_professionnel(referent_of(where) if where else national.user)
    known = {"niveau": niveau, "territoire": where.pk if niveau == Niveau.COORDINATION else None}
    days, total = {"debut": date(2026, 1, 1), "fin": date(2026, 10, 31)}, 0
    for code, rapport in rapports.CATALOGUE.items():
        if niveau not in rapport.niveaux:
            continue
        par_mois = any(one.cle == "mois" for one in rapport.colonnes)
        if is_masked(rapport, by_perimetre(by, rapport, known)) and not par_mois:
            days = {"debut": date(2025, 1, 1), "fin": date(2025, 12, 31)}
        commande = made(ordered(by, rapport=rapport, **days, **known))
        assert (commande.etat, commande.raison) == (Etat.DISPONIBLE, ""), code
        rows = list(book_of(commande, by)["Données"].iter_rows(min_row=2, values_only=True))
        assert len(rows) == commande.lignes, code
        total += len(rows)
        csv = made(ordered(by, rapport=rapport, **days, **known, format="csv"))
        assert csv.lignes == commande.lignes, code
    assert total > 0 or where is None or niveau == Niveau.COORDINATION  # five persons are all masked there
