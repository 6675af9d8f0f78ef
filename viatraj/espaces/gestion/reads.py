"""What support sees of an account, and of the outbox: states and times, never what a letter said."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min

from accounts.models import ChangementAdresse, User
from accounts.mots_de_passe import expires_at
from accounts.reads import Standing, standing
from authcps.models.secours import second_factors
from courrier.models import Channel, Message
from delegations.models import Delegation
from habilitations.models import DemandeHabilitation, Habilitation
from journal.models import Entry
from viatraj.core.actor import Means

LATEST = 20
RECENTLY = timedelta(days=7)
# By the first word of a message's key: what it is about, in support's words.
KINDS = {
    "code": "Code de connexion",
    "welcome": "Lien du premier mot de passe",
    "forgotten": "Mot de passe oublié",
    "password_changed": "Mot de passe modifié",
    "password_expires": "Fin prochaine du mot de passe",
    "locked": "Compte bloqué",
    "disabled": "Compte désactivé",
    "enabled": "Compte réactivé",
    "change-link": "Adresse ou portable à confirmer",
    "change-agreement": "Accord demandé pour une adresse",
    "change-asked": "Changement d’adresse demandé",
    "change-cancellable": "Changement d’adresse annulable",
    "change-cancelled": "Changement d’adresse annulé",
    "change-done": "Adresse ou portable modifié",
    "paired": "Carte associée",
    "paired-other-name": "Carte à un autre nom",
    "renamed": "Nom suivi d’après la carte",
    "unpaired": "Carte retirée",
    "security_changed": "Moyen de connexion modifié",
    "delegation": "Délégation",
    "habilitation": "Habilitation",
    "changement": "Habilitation modifiée, ou changement annulé",
    "campagne": "Campagne de revue",
    "campagnes": "Campagnes de revue",
    "depart": "Départ",
    "referents": "Référent nommé ou parti",
    "relais": "Dernier référent d’une structure",
    "echeances": "Récapitulatif des échéances",
    "demandes": "Demandes à traiter",
    "demande_habilitation": "Réponse à une demande",
    "dossier": "Dossier sans modification",
    "lien": "Médecin traitant d’un dossier",
    "commande": "Statistiques commandées",
    "commande-mensuelle": "Commande mensuelle arrêtée",
}


@dataclass(frozen=True)
class Etat:
    """An account as it stands."""

    standing: Standing
    password_ends: datetime | None
    ready: list[str]  # second factors that would work today
    codes_left: int
    means: str
    identites: list[Any]
    pending: list[ChangementAdresse]
    habilitations: list[Habilitation]
    past: list[Habilitation]
    demandes: list[DemandeHabilitation]
    granted: list[Delegation]
    received: list[Delegation]


def etat(user: User, *, today: date, now: datetime) -> Etat:
    ready, left = second_factors(user)
    held = Habilitation.objects.of(user).with_lieu().order_by("-fin", "-pk")
    lent = Delegation.objects.select_related("delegant", "delegataire").order_by("-fin", "-pk")
    demandes = DemandeHabilitation.objects.of(user).known_to_profils().with_lieu()
    return Etat(
        standing=standing(user, session="", now=now),
        password_ends=expires_at(user),
        ready=[User.Reception(one).label for one in ready],
        codes_left=left,
        means=Means(user.last_sign_in_means).label if user.last_sign_in_means else "",
        identites=list(user.identites.order_by("ended_at", "since")),
        pending=list(user.changements.filter(confirmed_at=None, cancelled_at=None, ends__gt=now)),
        habilitations=list(held.current(today)),
        past=list(held.past(today)[:LATEST]),
        demandes=list(demandes.order_by("-asked_at", "-pk")[:LATEST]),
        granted=list(lent.granted_by(user)[:LATEST]),
        received=list(lent.addressed_to(user)[:LATEST]),
    )


def journal(user: User, *, before: int | None, size: int) -> list[Entry]:
    """About the account, by it or in its name; newest first, from below a line's number.

    Each of the three is read by its own index, so that a long life costs no more than a short one.
    """
    entries = Entry.objects.all() if before is None else Entry.objects.filter(pk__lt=before)
    sides = (entries.about(user), entries.filter(user=user), entries.filter(on_behalf_of=user))
    keys = {pk for side in sides for pk in side.order_by("-pk").values_list("pk", flat=True)[:size]}
    return list(Entry.objects.filter(pk__in=sorted(keys)[-size:]).newest_first())


def letters_to(user: User):
    """To its address and its portable as they are today."""
    return _letters().filter(to__in=[one for one in (user.email, user.mobile) if one])


def letters(*, state: str, channel: str, now: datetime):
    """Of the last days: those of before are many, and say nothing of how the sending goes."""
    asked = {name: value for name, value in (("state", state), ("channel", channel)) if value}
    return _letters().filter(created_at__gt=now - RECENTLY, **asked)


def _letters():
    """Without subject nor body: what support never reads is not even loaded."""
    known = ("key", "channel", "to", "priority", "state", "attempts", "last_error", "created_at")
    return Message.objects.only(*known, "next_attempt_at", "expires_at", "sent_at").order_by("-pk")


def kind(message: Message) -> str:
    return KINDS.get(message.key.partition(":")[0], "Autre message")


def outbox(*, now: datetime) -> dict[str, Any]:
    """How the sending goes: what waits and since when, and what became of the last days' letters."""
    pending = Message.objects.pending().aggregate(count=Count("pk"), oldest=Min("created_at"))
    lately = Message.objects.filter(created_at__gt=now - RECENTLY).values_list("channel", "state")
    counts = lately.annotate(count=Count("pk")).order_by("channel", "state")
    said = [(Channel(channel).label, Message.State(state).label, count) for channel, state, count in counts]
    return {"pending": pending, "lately": said}
