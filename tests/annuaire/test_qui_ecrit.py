"""Who writes a value of a sheet: whose it is × synchronised or not × role × way (ANN-2)."""

import pytest
from django.test import Client
from django.utils import timezone

from annuaire import actions
from annuaire.models import Etablissement, Modification, Synchronisation, Unite
from annuaire.origines import Origine
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from tests import factories
from tests.annuaire.test_fiches_pages import edit, post, sent
from tests.annuaire.test_import_finess import BY, NOW, line, load, load_file, pays, write
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied

__all__ = ["load", "pays"]
pytestmark = pytest.mark.django_db
ORIGINS = ("", *Origine.values)  # said by nobody, the ROR, FINESS, somebody here
SYNCHRONISED = (False, True)
FIELD = {Niveau.ETABLISSEMENT: ("coordonnees", "telephone"), Niveau.UNITE: ("lieu", "lieu")}
BEFORE = {"telephone": "+33199001234", "lieu": "Pavillon Sud"}
TYPED = {"telephone": "01 99 00 99 99", "lieu": "Pavillon Nord"}
AFTER = {"telephone": "+33199009999", "lieu": "Pavillon Nord"}

# By origin: alone, then synchronised. w: written; g: greyed, refused when it is sent; x: no page, refused.
BY_HAND = {
    Niveau.ETABLISSEMENT: """
        structure     wwww gggg
        unité         xxxx xxxx
        coordination  wwww gggg
        neighbour     xxxx xxxx
        national      xxxx xxxx
        support       xxxx xxxx
    """,
    Niveau.UNITE: """
        structure     wwww gggg
        unité         wwww gggg
        coordination  wwww gggg
        neighbour     xxxx xxxx
        national      xxxx xxxx
        support       xxxx xxxx
    """,
}
# By an import: the ROR writes what it feeds, FINESS what nobody else has said.
BY_IMPORT = {
    Origine.ROR: "---- wwww",
    Origine.FINESS: "w-w- ----",
}


@pytest.fixture
def sheets(pays):
    etablissement = factories.EtablissementFactory(coordination=pays, finess="990000017")
    return {
        Niveau.ETABLISSEMENT: etablissement,
        Niveau.UNITE: factories.UniteFactory(etablissement=etablissement),
    }


def people(sheets) -> dict:
    etablissement = sheets[Niveau.ETABLISSEMENT]
    return {
        "structure": factories.referent_of(etablissement),
        "unité": factories.referent_of(sheets[Niveau.UNITE]),
        "coordination": factories.referent_of(etablissement.coordination),
        "neighbour": factories.referent_of(
            factories.EtablissementFactory(coordination=etablissement.coordination)
        ),
        "national": factories.referent_of(None, ADMINISTRATEUR_NATIONAL),
        "support": factories.UserFactory(is_staff=True),
    }


def put(sheets, niveau, origin, synchronised) -> str:
    """The sheet as it stands before; its field."""
    _, field = FIELD[niveau]
    known = {field: BEFORE[field]} if origin else {}
    sheet = sheets[niveau]
    type(sheet).objects.filter(pk=sheet.pk).update(
        fiche=known, origines={field: [origin, "2026-01-01"]} if origin else {}, version=1
    )
    Etablissement.objects.filter(pk=sheets[Niveau.ETABLISSEMENT].pk).update(
        synchronisation=Synchronisation.ACTIVE if synchronised else Synchronisation.NON_SYNCHRONISE,
        synchronise_le=timezone.now(),
    )
    Unite.objects.filter(pk=sheets[Niveau.UNITE].pk).update(cle_offre="99/1" if synchronised else None)
    sheet.refresh_from_db()
    return field


def kept(sheets, niveau, field):
    sheets[niveau].refresh_from_db()
    return sheets[niveau].fiche.get(field)


def by_hand(client, sheets, niveau, origin, synchronised) -> str:
    """One letter: what the form shows, and what its POST does, agree."""
    field, (rubrique, _) = put(sheets, niveau, origin, synchronised), FIELD[niveau]
    url, before = edit(sheets[niveau], rubrique), kept(sheets, niveau, field)
    page = client.get(url)
    if page.status_code != 200:
        answer = post(client, url, {"version": 1, field: TYPED[field]})
        refused = {page.status_code, answer.status_code} <= {403, 404}
        return "x" if refused and kept(sheets, niveau, field) == before else "?"
    readonly = " readonly" in page.text.split(f'name="{field}"')[1].split(">")[0]
    answer = post(client, url, sent(page) | {field: TYPED[field]})
    now = kept(sheets, niveau, field)
    if readonly:
        return "g" if answer.status_code == 403 and now == before else "?"
    return "w" if answer.status_code == 302 and now == AFTER[field] else "?"


@pytest.mark.parametrize("niveau", BY_HAND, ids=str)
def test_by_the_form_and_by_a_forged_post(sheets, niveau):
    """ANN-2."""
    found = {}
    for role, user in people(sheets).items():
        client = factories.sign_in(Client(), user)
        letters = [
            "".join(by_hand(client, sheets, niveau, origin, one) for origin in ORIGINS)
            for one in SYNCHRONISED
        ]
        found[role] = " ".join(letters)
    assert found == dict(row.strip().split(maxsplit=1) for row in BY_HAND[niveau].strip().splitlines())


def test_by_an_import(sheets, tmp_path):
    """ANN-2: the file of FINESS, and what feeds the sheets from the ROR."""
    path = write(tmp_path, [line(telephone="0199009999")])

    def fed(by, origin, synchronised):
        field = put(sheets, Niveau.ETABLISSEMENT, origin, synchronised)
        before = kept(sheets, Niveau.ETABLISSEMENT, field)
        if by == Origine.FINESS:
            load_file(path)
        else:
            values = {field: AFTER[field]}
            ror = Actor.system("ror")
            actions.feed(
                sheets[Niveau.ETABLISSEMENT], values=values, origine=by, flux="essai", now=NOW, by=ror
            )
        now = kept(sheets, Niveau.ETABLISSEMENT, field)
        return {before: "-", AFTER[field]: "w"}.get(now, "?")

    found = {
        by: " ".join("".join(fed(by, origin, one) for origin in ORIGINS) for one in SYNCHRONISED)
        for by in BY_IMPORT
    }
    assert found == BY_IMPORT


def test_an_import_is_nobody_s_whatever_his_role(sheets, tmp_path):
    """ANN-2: no person feeds a sheet in a directory's name."""
    path = write(tmp_path, [line()])
    before = sheets[Niveau.ETABLISSEMENT].version
    for role, user in people(sheets).items():
        by = factories.as_professionnel(user)
        with pytest.raises(Denied):
            actions.import_finess(path, now=NOW, by=by)
        for sheet in sheets.values():
            with pytest.raises(Denied):
                actions.feed(sheet, values={}, origine=Origine.ROR, flux="essai", now=NOW, by=by)
        assert not Modification.objects.exists(), role
    assert BY.system_name  # by whom an operator's command does it
    sheets[Niveau.ETABLISSEMENT].refresh_from_db()
    assert sheets[Niveau.ETABLISSEMENT].version == before


def test_django_s_admin_holds_no_sheet(sheets):
    """ANN-2: there is no such page, whatever the sheet says, for the support with a card either."""
    for niveau in FIELD:
        put(sheets, niveau, Origine.LOCAL, synchronised=False)
    users = people(sheets)
    before = [list(type(one).objects.order_by("pk").values_list()) for one in sheets.values()]
    for role, user in users.items():
        client = factories.sign_in(Client(), user, means=Means.CPE)
        for niveau, sheet in sheets.items():
            for page in ("", "add/", f"{sheet.pk}/change/", f"{sheet.pk}/delete/"):
                url = f"/gestion/annuaire/{niveau}/{page}"
                statuses = {client.get(url).status_code, post(client, url, {"nom": "X"}).status_code}
                assert statuses <= ({404} if role == "support" else {302, 404}), (role, url, statuses)
    assert [list(type(one).objects.order_by("pk").values_list()) for one in sheets.values()] == before
