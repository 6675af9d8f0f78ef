"""What people are told of their habilitations; names of profiles and structures, never of patients."""

from datetime import date

from django.urls import reverse

from courrier import outbox
from courrier.models import Priority

SHOWN = 20  # requests named in one letter


def granted(habilitation, *, changement=None):
    key = f"habilitation:{habilitation.pk}:granted"
    _post("granted", habilitation.user, key, changement=changement, habilitation=habilitation)


def changed(user, changes, *, verb, changement):
    """One letter for all that one act has changed; `changes`: (habilitation, what it was before)."""
    rows = [(row, date.fromisoformat(before["fin"])) for row, before in changes]
    key = f"changement:{changement}:{user.pk}"
    _post("changed", user, key, changement=changement, rows=rows, verb=verb)


def undone(user, habilitations, *, made, changement):
    """To whom the letter of a change has left, before the change was undone; `made`: they had been given."""
    key = f"changement:{changement.cle}:{user.pk}:undone"
    _post("undone", user, key, habilitations=habilitations, made=made, at=changement.at)


def departed(user, lieu, fin, *, changement):
    key = f"depart:{user.pk}:{lieu.niveau}:{lieu.row.pk}:{fin}:{changement}"
    _post("departed", user, key, changement=changement, lieu=str(lieu), fin=fin)


def ending(user, habilitations) -> bool:
    """HAB-6: what ends within fifteen days, the soonest first, and whom to ask."""
    first = habilitations[0]
    key = f"habilitation:{first.pk}:ending:{first.fin}"
    return _post("ending", user, key, habilitations=habilitations, link=reverse("mes_referents"))


def digest_key(user_id, monday) -> str:
    return f"echeances:{user_id}:{monday}"


def digest(user, habilitations, *, total, monday) -> bool:
    """To a référent: the first ones, and how many in all."""
    return _post(
        "digest",
        user,
        digest_key(user.pk, monday),
        priority=Priority.DIGEST,
        habilitations=habilitations,
        total=total,
        others=total - len(habilitations),
        link=f"{reverse('habilitations:revue')}?vue=mois",
    )


def demandes_waiting(referent, demandes) -> bool:
    """To a référent: all that was asked of him since the last one."""
    link = reverse("habilitations:demandes")
    if len(demandes) == 1:
        link = reverse("habilitations:demande", args=[demandes[0].pk])
    return _post(
        "demandes_waiting",
        referent,
        f"demandes:{referent.pk}:{demandes[0].pk}",
        demandes=demandes[:SHOWN],
        total=len(demandes),
        others=max(0, len(demandes) - SHOWN),
        link=link,
    )


def demande_habilitation_accepted(demande):
    _answered("demande_habilitation_accepted", demande)


def demande_habilitation_refused(demande):
    _answered("demande_habilitation_refused", demande)


def _answered(letter, demande):
    link = reverse("habilitations:mes_demandes")
    _post(letter, demande.user, f"demande_habilitation:{demande.pk}:answered", demande=demande, link=link)


def _post(letter, user, key, *, priority=Priority.NORMAL, changement=None, **context) -> bool:
    if not user.email:
        return False
    return outbox.post(
        f"habilitations/emails/{letter}",
        to=user.email,
        key=key,
        priority=priority,
        changement=changement,
        context={"user": user, "link": reverse("mon_compte"), **context},
    )
