"""The last référent of a structure leaves only when he says that its coordination is to be told (COM-12)."""

from django.core.exceptions import ValidationError
from django.db.models import Q

from habilitations import emails
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE
from habilitations.reads import relais

LAST = (
    "La structure «\u00a0{}\u00a0» n’aurait plus de référent\u00a0: nommez d’abord une autre personne, ou "
    "confirmez que la coordination en sera prévenue."
)
NOBODY_ABOVE = (
    "La structure «\u00a0{}\u00a0» n’aurait plus de référent, et la coordination n’en a pas qui puisse être "
    "prévenu\u00a0: nommez d’abord une autre personne."
)


def hold_peers(rows):
    """Locks these rows and the référents of their structures, in one order, before any of them ends.

    Of two last référents who leave at once, the second waits here, then finds himself alone.
    """
    places = {row.etablissement_id for row in rows if row.profil == REFERENT_STRUCTURE.code}
    if places:
        referents = Q(profil=REFERENT_STRUCTURE.code, etablissement__in=places, revoked_at=None)
        held = Habilitation.objects.filter(referents | Q(pk__in=[row.pk for row in rows]))
        list(held.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def check_last(rows, *, on, today, prevenir, by, changement=None):
    """Before these rows end: whom they leave behind from `on`; refused unless `prevenir`."""
    for etablissement in relais.left_without(rows, on=on, today=today):
        told = relais.above(etablissement, today=today)
        if not told:
            raise ValidationError(NOBODY_ABOVE.format(etablissement))
        if not prevenir:
            raise ValidationError({"prevenir": LAST.format(etablissement)})
        if on > today:  # else they are told with those who left, within a quarter of an hour
            for one in told:
                if one != by.user:
                    emails.left_without(one, etablissement, rows[0].user, on=on, changement=changement)
