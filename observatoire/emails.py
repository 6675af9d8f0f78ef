"""What leaves about an order: report, period, a link; no figure, no comment, never the file (OBS-4)."""

from django.urls import reverse

from accounts.models import User
from courrier import outbox
from courrier.models import Priority
from observatoire import rapports
from observatoire.models import Commande, ModeleCommande

KEY, MODELE = "commande", "commande-mensuelle"


def ready(user: User, commande: Commande) -> None:
    _post("ready", user, commande, f"{KEY}:{commande.pk}:{commande.passage}:ready")


def failed(user: User, commande: Commande) -> None:
    _post("failed", user, commande, f"{KEY}:{commande.pk}:{commande.passage}:failed")


def ending(user: User, commandes: list[Commande]) -> None:
    """One letter for all files of a person that go soon."""
    key = f"{KEY}:{commandes[-1].pk}:{commandes[-1].passage}:ending"
    _send("ending", user, key, commandes=[(_named(one.rapport), one) for one in commandes])


def stopped(user: User, modele: ModeleCommande) -> None:
    _send(
        "stopped",
        user,
        f"{MODELE}:{modele.pk}:{modele.prochaine}:stopped",
        rapport=_named(modele.rapport),
        raison=modele.arret,
    )


def _post(letter: str, user: User, commande: Commande, key: str) -> None:
    _send(letter, user, key, rapport=_named(commande.rapport), commande=commande)


def _named(code: str) -> str:
    rapport = rapports.get(code)
    return f"{code} – {rapport.titre}" if rapport else code


def _send(letter: str, user: User, key: str, **known: object) -> None:
    outbox.post(
        f"observatoire/emails/{letter}",
        to=user.email,
        key=key,
        priority=Priority.NORMAL,
        context={"person": user.titre, "link": reverse("observatoire:consulter"), **known},
    )
