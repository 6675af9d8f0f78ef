"""What authors of dossiers and médecins traitants are told: a number and a link, never who the patient is."""

from datetime import date

from django.conf import settings

from courrier import outbox
from dossiers.models import Dossier, LienMedecin
from viatraj.core.typography import short_day


def named(dossier: Dossier, lien: LienMedecin, *, compte):
    """To the médecin of whom the dossier asks an answer, once each time that it is asked."""
    link = dossier.get_absolute_url()
    _post("traitant_named", dossier, lien, compte.email, person=compte.titre, link=link)


def declined(dossier: Dossier, lien: LienMedecin, *, changement=None):
    """To the author, who is asked for another médecin."""
    _to_author("traitant_declined", dossier, lien, changement=changement)


def resumed(dossier: Dossier, lien: LienMedecin, *, changement=None):
    """To the author: no other is needed any more."""
    _to_author("traitant_resumed", dossier, lien, changement=changement)


def replaced(dossier: Dossier, lien: LienMedecin, *, compte):
    """To a médecin who had accepted, or was asked, and in whose space the dossier is no more."""
    _post("traitant_replaced", dossier, lien, compte.email, person=compte.titre)


def removed(dossier: Dossier, lien: LienMedecin, *, compte):
    """To a médecin who was asked, and is no longer."""
    _post("traitant_removed", dossier, lien, compte.email, person=compte.titre)


def unchanged(dossier: Dossier, *, until: date):
    """To the author of a dossier that nothing has moved for long."""
    author = dossier.auteur or dossier.cree_par
    if author.disabled_at is None:
        outbox.post(
            "dossiers/emails/unchanged",
            to=author.email,
            key=f"dossier:{dossier.pk}:unchanged:{dossier.reminded_at:%Y%m%d}",
            context={
                "dossier": dossier,
                "person": author.titre,
                "months": settings.DOSSIER_UNCHANGED_MONTHS,
                "until": short_day(until),
                "link": dossier.get_absolute_url(),
            },
        )


def _to_author(letter, dossier, lien, **known):
    author = dossier.auteur or dossier.cree_par
    if author.disabled_at is None:
        link = dossier.get_absolute_url()
        _post(letter, dossier, lien, author.email, person=author.titre, link=link, **known)


def _post(letter, dossier, lien, to, *, changement=None, **context):
    outbox.post(
        f"dossiers/emails/{letter}",
        to=to,
        key=f"lien:{lien.pk}:{letter}:{lien.version}",
        context={"dossier": dossier, "lien": lien, "medecin": lien.professionnel.titre, **context},
        changement=changement,
    )
