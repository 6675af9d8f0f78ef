"""What people are told of their habilitations; names of profiles and structures, never of patients."""

from datetime import date

from django.conf import settings
from django.urls import reverse

from annuaire.models import Lieu
from courrier import outbox
from courrier.models import Priority
from viatraj.core.typography import plural

SHOWN = 20  # requests named in one letter


def granted(user, habilitations, *, changement=None):
    """One letter for all that one act, or one file, has given somebody who has an account."""
    key = f"habilitation:{changement or habilitations[0].pk}:{user.pk}:granted"
    _post("granted", user, key, changement=changement, habilitations=habilitations)


def changed(user, changes, *, verb, changement):
    """One letter for all that one act has changed; `changes`: (habilitation, what it was before)."""
    rows = [(row, date.fromisoformat(before["fin"])) for row, before in changes]
    key = f"changement:{changement}:{user.pk}"
    _post("changed", user, key, changement=changement, rows=rows, verb=verb)


def undone(user, habilitations, *, made, changement):
    """To whom the letter of a change has left, before the change was undone; `made`: they had been given."""
    key = f"changement:{changement.cle}:{user.pk}:undone"
    _post("undone", user, key, habilitations=habilitations, made=made, at=changement.at)


def departed(user, lieu, fin, done, *, changement):
    """`done`: what ended, what was cancelled."""
    key = f"depart:{user.pk}:{lieu.key}:{fin}:{changement}"
    _post("departed", user, key, changement=changement, lieu=lieu, fin=fin, done=done)


def closed(told, tranche):
    """A structure has closed. `told`: what of each ended, follows, was asked; nothing of a référent."""
    _of_closing("closed", told, tranche)


def reopened(told, tranche):
    """It is open again. `told`: what each account holds there once more; nothing of a référent."""
    _of_closing("reopened", told, tranche, once=":reopened")


def _of_closing(letter, told, tranche, *, once=""):
    """One letter to each account, however often."""
    fermeture = tranche.fermeture
    known = {
        "fermeture": fermeture,
        "lieu": tranche.lieu,
        "successeur": tranche.successeur,
        "bilan": ", ".join([*fermeture.suivi, *fermeture.fini]),
        "link": reverse("mon_compte"),
    }
    outbox.post_each(
        f"habilitations/emails/{letter}",
        [
            (user.email, f"fermeture:{fermeture.cle}:{user.pk}{once}", {"user": user, "rows": rows, **known})
            for user, rows in told.items()
            if user.email
        ],
        changement=fermeture.cle if tranche.undoable else None,
    )


def closing(user, avis) -> bool:
    """To who decides: a feeder says that a structure has closed; again as often as `avis.rappels`."""
    lieu = Lieu.of(avis.structure)
    return _post(
        "closing",
        user,
        f"avis:{avis.pk}:{user.pk}:{avis.rappels}",
        avis=avis,
        lieu=lieu,
        link=reverse("annuaire:fermeture", args=[lieu.niveau, lieu.row.pk]),
    )


def ror(user, rows, *, releve) -> bool:
    """To a référent: what a run of the ROR asks of him, by établissement, each with its counts."""
    return _post(
        "ror",
        user,
        f"ror:{releve.pk}:{user.pk}",
        priority=Priority.DIGEST,
        total=len(rows),
        lignes=[
            (one, [plural_of(word, count) for word, count in said.items()]) for one, said in rows[:SHOWN]
        ],
        others=max(0, len(rows) - SHOWN),
        releve=releve,
        link=reverse("annuaire:etablissements"),
    )


ROR_WORDS = {
    "offres_nouvelles": "nouvelle offre à rapprocher,nouvelles offres à rapprocher",
    "offres_deplacees": "offre venue d’un autre établissement,offres venues d’un autre établissement",
    "natures": "unité d’un autre type,unités d’un autre type",
    "fermetures": "fermeture à confirmer,fermetures à confirmer",
    "refuses": "description que nous n’avons pas pu lire,descriptions que nous n’avons pas pu lire",
}


def plural_of(word: str, count: int) -> str:
    return f"{count} {plural(count, ROR_WORDS[word])}"


def left_without(user, etablissement, leaver, *, on, changement):
    """To a référent above: a structure will have no référent from that day."""
    key = f"relais:{user.pk}:{etablissement.pk}:{leaver.pk}:{on}:{changement}"
    known = {"etablissement": etablissement, "leaver": leaver, "on": on, "changement": changement}
    _post("left_without", user, key, link=reverse("habilitations:orphelines"), **known)


def ending(user, habilitations, *, today) -> bool:
    """HAB-6: what ends soon, the soonest first, and whom to ask."""
    first = habilitations[0]
    key = f"habilitation:{first.pk}:ending:{first.fin}:{today}"
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
        notice=settings.HABILITATION_NOTICE_DAYS,
        link=f"{reverse('habilitations:revue')}?vue=mois",
    )


def referents_changed(user, *, came, left, orphans, now) -> bool:
    """To a référent: who came and who left near him; `orphans`: structures without référent structure now."""
    orphans = list(dict.fromkeys(orphans))
    key = f"referents:{user.pk}:{now.isoformat()}:{[*came, *left][0].pk}"
    link = reverse("habilitations:orphelines" if orphans else "habilitations:revue")
    return _post("referents_changed", user, key, came=came, left=left, orphans=orphans, link=link)


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


def demande_habilitation_accepted(demande, *, changement):
    """`changement` None: given meanwhile by another way, told at once."""
    _answered("demande_habilitation_accepted", demande, changement)


def demande_habilitation_refused(demande, *, changement):
    _answered("demande_habilitation_refused", demande, changement)


def demande_habilitation_reopened(demande, *, changement):
    """To whom the answer had left before it was undone."""
    key = f"changement:{changement.cle}:{demande.user_id}:reopened"
    link = reverse("habilitations:mes_demandes")
    _post("demande_habilitation_reopened", demande.user, key, demande=demande, at=changement.at, link=link)


def campagnes_to_review(user, told) -> bool:
    """To a reviewer: (campagne, lines left, kind of reminder) of each of his campaigns that has news."""
    campagne, _, kind = told[0]
    return _post(
        "campagnes_to_review",
        user,
        f"campagnes:{user.pk}:{campagne.pk}:{kind}",
        told=[(campagne, left) for campagne, left, _ in told],
        total=sum(left for _, left, _ in told),
        link=reverse("habilitations:campagnes"),
    )


def examens_entrusted(user, campagne, count, *, by, changement):
    """To whom lines of a campaign were given by hand: how many, by whom."""
    _post(
        "examens_entrusted",
        user,
        f"campagne:{campagne.pk}:entrusted:{user.pk}:{changement}",
        changement=changement,
        campagne=campagne,
        count=count,
        by=by,
        link=reverse("habilitations:examens", args=[campagne.pk]),
    )


def campagne_undecided(user, campagne, left):
    """To a coordination, when the campaign asks it to settle what nobody decided."""
    link = reverse("habilitations:campagne", args=[campagne.pk])
    _post(
        "campagne_undecided",
        user,
        f"campagne:{campagne.pk}:undecided:{user.pk}",
        campagne=campagne,
        left=left,
        link=link,
    )


def _answered(letter, demande, changement):
    link = reverse("habilitations:mes_demandes")
    key = f"demande_habilitation:{demande.pk}:answered:{changement or ''}"
    _post(letter, demande.user, key, changement=changement, demande=demande, link=link)


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
