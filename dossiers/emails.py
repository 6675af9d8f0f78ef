"""What authors of dossiers and médecins traitants are told: a number and a link, never who the patient is."""

from courrier import outbox
from dossiers.models import Dossier, LienMedecin


def declined(dossier: Dossier, lien: LienMedecin, *, changement=None):
    """To the author, who is asked for another médecin."""
    _to_author("traitant_declined", dossier, lien, changement=changement)


def resumed(dossier: Dossier, lien: LienMedecin, *, changement=None):
    """To the author: no other is needed any more."""
    _to_author("traitant_resumed", dossier, lien, changement=changement)


def replaced(dossier: Dossier, lien: LienMedecin, *, compte):
    """To a médecin who had accepted, and in whose space the dossier is no more."""
    _post("traitant_replaced", dossier, lien, compte.email, person=compte.titre)


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
        context={"dossier": dossier, "medecin": lien.professionnel.titre, **context},
        changement=changement,
    )
