"""A campaign is opened, then filled by slices: a killed worker leaves whole slices, the next one goes on."""

import uuid

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from habilitations import policies
from habilitations.models import Campagne, Perimetre, Relecteur
from habilitations.reads import campagnes, relecteurs
from journal.models import record
from viatraj.core.saving import locked, save_valid

SLICE = 1_000  # lines, less than a second
PROBED = 2_000  # habilitations looked at for one that somebody may review
NOTHING = "Ce périmètre ne contient aucune habilitation à examiner\u00a0: changez les lieux ou les profils."
NOBODY = (
    "Personne ne peut examiner ces habilitations\u00a0: chacune est celle d’un relecteur, ou n’a pas de "
    "référent au-dessus d’elle. Faites d’abord nommer un référent."
)
PAST = "La date limite est passée\u00a0: choisissez un jour à venir."
# `avant` holds what an auditor reads years later, when people and structures have changed their names.
# FOR KEY SHARE: a habilitation whose grant is being undone is waited for, then left out.
FILL = f"""
    INSERT INTO "habilitations_examen" (campagne_id, habilitation_id, titulaire_id, nom_tri, profil, avant,
      bureau, rang, plancher, ajoute_le, state, decision, motif, sans_effet, version)
    WITH {relecteurs.DESKS}
    SELECT %(campagne)s, h.id, h.user_id, h.nom_tri, h.profil,
      jsonb_build_object('compte', u.login, 'nom', u.nom, 'prenom', u.prenom, 'lieu', h.lieu_key,
        'unite', un.nom, 'guichet', g.nom, 'etablissement', e.nom, 'finess', e.finess,
        'coordination', c.nom, 'region', rg.nom,
        'debut', h.debut, 'fin', h.fin, 'version', h.version,
        'droits', (SELECT COALESCE(jsonb_object_agg(d.domaine || '-' || d.droit, d.mode), '{{}}')
          FROM habilitations_droitpersonnalise d WHERE d.habilitation_id = h.id)),
      COALESCE({relecteurs.BUREAU}, ''), {relecteurs.RANG}, 0, %(ajoute_le)s::date, 'todo', '', '', '', 1
    FROM habilitations_habilitation h
    CROSS JOIN (SELECT 0 AS plancher) nobody
    JOIN accounts_user u ON u.id = h.user_id
    LEFT JOIN annuaire_unite un ON un.id = h.unite_id
    LEFT JOIN annuaire_guichet g ON g.id = h.guichet_id
    LEFT JOIN annuaire_etablissement e ON e.id = h.etablissement_id
    LEFT JOIN annuaire_coordination c ON c.id = h.coordination_id
    LEFT JOIN annuaire_region rg ON rg.id = h.region_id
    {relecteurs.JOINS}
    WHERE h.id = ANY(%(keys)s)
    ORDER BY h.id
    FOR KEY SHARE OF h
    ON CONFLICT (habilitation_id, campagne_id) DO NOTHING"""  # noqa: S608  (texts of ours)


@transaction.atomic
def open_campagne(*, lieux, cle, today, by, **said) -> Campagne:
    """`said`: nom, profils, inutilisees, echeance, effet, restes, nouvelles, message; one `cle`, one row.

    Refused at once when there would be nothing to review, or nobody to do it.
    """
    cle = cle or uuid.uuid4()
    by = policies.open_campagne(by, lieux)
    locked(by.user)  # a double click finds the first
    if known := Campagne.objects.filter(cle=cle, user=by.user).first():
        return known
    if said["echeance"] <= today:
        raise ValidationError({"echeance": PAST})
    rows = campagnes.rows(lieux, profils=said["profils"], inutilisees=said["inutilisees"], today=today)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:PROBED])
    if not keys:
        raise ValidationError({"lieux": NOTHING})
    campagne = save_valid(Campagne(cle=cle, user=by.user, ouverte_le=today, **said))
    for lieu in lieux:
        save_valid(Perimetre(campagne=campagne, niveau=lieu.niveau, **lieu.columns))
    pool = relecteurs.pool(rows, today=today)
    Relecteur.objects.bulk_create(Relecteur(campagne=campagne, **one) for one in pool)
    if not relecteurs.any_desk(campagne, keys):
        raise ValidationError({"lieux": NOBODY})
    record(
        "campagne.opened",
        by=by,
        target=campagne,
        lieux=", ".join(str(lieu) for lieu in lieux[:5]),
        lieu_keys=[lieu.key for lieu in lieux],
        profils=said["profils"],
        echeance=campagne.echeance,
        effet=campagne.effet,
    )
    return campagne


@transaction.atomic
def fill_slice(campagne, *, today, now, by) -> Campagne:
    """The worker's: the next lines, in the order of their habilitations; open when there are no more."""
    policies.system(by)
    campagne = locked(campagne)
    if campagne.state != Campagne.State.PREPARING:
        return campagne
    rows = campagnes.of_campagne(campagne, today=today).filter(pk__gt=campagne.prepared_to)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE])
    if keys:
        take_in(campagne, keys)
        campagne.prepared_to = keys[-1]
    else:
        campagne.state, campagne.opened_at = Campagne.State.OPEN, now
        record("campagne.prepared", by=by, target=campagne, lignes=campagne.examens.count())
    return save_valid(campagne)


def take_in(campagne, keys, *, ajoute_le=None) -> int:
    """As lines, each at its desk; those already there are left alone."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"campagne": campagne.pk, "keys": keys, "ajoute_le": ajoute_le})
        return cursor.rowcount
