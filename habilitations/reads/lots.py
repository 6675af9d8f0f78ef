"""What stands in the way of each row of a lot, told before anything is sent (docs/adr/0040)."""

from habilitations import policies
from habilitations.reads import relais
from viatraj.core.policies import refusal

ALONE = (
    "La structure «\u00a0{}\u00a0» n’aurait plus de référent\u00a0: supprimez cette habilitation seule, "
    "où cela se confirme, ou nommez d’abord une autre personne."
)


def refusals(rows, *, by, today, ending=False) -> dict[int, str]:
    """By the keys of the rows that the action would refuse; `ending`: they are to be deleted.

    The queries of one row, however many.
    """
    found = {}
    for row in rows:
        if why := refusal(policies.manage, by, row) or refusal(policies.living, row):
            found[row.pk] = why
    if ending:
        going = sorted((row for row in rows if row.pk not in found), key=lambda row: row.pk)
        for etablissement in relais.left_without(going, on=today, today=today):
            last = [
                row for row in going if row.etablissement_id == etablissement.pk and row.le_profil.is_referent
            ]
            found[last[-1].pk] = ALONE.format(etablissement)
    return found
