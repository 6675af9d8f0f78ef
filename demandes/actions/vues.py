"""Views of a dashboard: kept, renamed, shown first, removed by the person whose they are (DOS-4).

What a person calls his view stays his: the journal says that one was kept, not how it is called.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from demandes import policies
from demandes.handicap.suivis import Suivi
from demandes.models import VueEnregistree
from demandes.models.vues import TITRE_MAX
from demandes.reads.tableaux.pages import Choix
from demandes.tableaux import Tableau
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid

MOST = 30  # of one dashboard
TOO_MANY = f"{MOST}\u00a0vues au plus par tableau\u00a0: supprimez-en une d’abord."


@transaction.atomic
def save_view(
    *, tableau: Tableau | Suivi, choix: Choix, titre: str, defaut: bool, by: Actor
) -> VueEnregistree:
    """The same again is one, shown first or not as it is said last. ValidationError: no title, one that is
    taken, too many."""
    policies.board(by, tableau)
    mine = _held(by, tableau.code)
    row = VueEnregistree(user=by.user, tableau=tableau.code, titre=_titled(titre), **vars(choix))
    same = next((one for one in mine if one.titre == row.titre and _chosen(one) == vars(choix)), None)
    if same is not None:
        return same if same.defaut == defaut else change_view(same, titre=titre, defaut=defaut, by=by)
    if len(mine) >= MOST:
        raise ValidationError(TOO_MANY)
    _put_first(mine, row, first=defaut)
    record("vue.saved", by=by, tableau=tableau.label)
    return row


@transaction.atomic
def change_view(row: VueEnregistree, *, titre: str, defaut: bool, by: Actor) -> VueEnregistree:
    policies.own_view(by, row)
    mine = _held(by, row.tableau)
    row = locked(row)
    row.titre = _titled(titre)
    _put_first(mine, row, first=defaut)
    record("vue.changed", by=by)
    return row


@transaction.atomic
def remove_view(row: VueEnregistree, *, by: Actor) -> None:
    """Removed twice is removed once."""
    policies.own_view(by, row)
    if VueEnregistree.objects.filter(pk=row.pk).delete()[0]:
        record("vue.removed", by=by)


def _held(by: Actor, tableau: str) -> list[VueEnregistree]:
    """The account is held first: of two pages that keep one each, the second counts the first."""
    user = locked(by.user)
    rows = VueEnregistree.objects.filter(user=user, tableau=tableau)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _put_first(mine: list[VueEnregistree], row: VueEnregistree, *, first: bool) -> None:
    """One is shown first, and the last to be chosen."""
    for one in mine:
        if first and one.defaut and one.pk != row.pk:
            one.defaut = False
            save_valid(one)
    row.defaut = first
    save_valid(row)


def _titled(titre: str) -> str:
    said = " ".join(titre.split())
    if not said:
        raise ValidationError({"titre": "Donnez un nom à cette vue."})
    if len(said) > TITRE_MAX:
        raise ValidationError({"titre": f"Un nom compte {TITRE_MAX}\u00a0caractères au plus."})
    return said


def _chosen(row: VueEnregistree) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("vue", "qui", "orientation", "tri")}
