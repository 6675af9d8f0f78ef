"""In which state a dossier is: decided, or as its volets and those who receive it say (DOS-3)."""

from django.db import models


class Decision(models.TextChoices):
    """What somebody decides; other states follow from volets and demandes."""

    SUSPENDU = "suspendu", "suspendu"
    ANNULE = "annule", "annulé"
    ARCHIVE = "archive", "archivé"


class Motif(models.TextChoices):
    """Why it is cancelled."""

    DECES = "deces", "décès"
    DOMICILE = "domicile", "retour à domicile"
    SOLUTION = "solution", "autre solution trouvée"
    DOUBLON = "doublon", "dossier en double"
    ERREUR = "erreur", "créé par erreur"


class Etat(models.TextChoices):
    """The database says which, at each change of what it follows from (docs/adr/0053)."""

    REDACTION = "redaction", "en cours de rédaction"
    COMPLET = "complet", "complet"
    RECHERCHE = "recherche", "en recherche"
    ADMIS = "admis", "admis"
    SUSPENDU = Decision.SUSPENDU.value, Decision.SUSPENDU.label
    ANNULE = Decision.ANNULE.value, Decision.ANNULE.label
    ARCHIVE = Decision.ARCHIVE.value, Decision.ARCHIVE.label
