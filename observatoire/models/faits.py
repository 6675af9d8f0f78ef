"""What reports count (OBS-4, docs/adr/0077): a row a dossier and a row a demande that was sent, no name.

Written by `observatoire.magasin` alone, from the rows of dossiers and demandes; all of it can be made again.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from annuaire.models import Coordination, Etablissement, Guichet, Professionnel, Region, Unite
from demandes.etats import Etat
from dossiers.models import Decision, Origine, Sexe
from dossiers.models.etats import Etat as EtatDossier
from observatoire.models.plages import Debut, Fin, Plages
from viatraj.core.droits import Domaine, Niveau, Orientation


def _place(model: type[models.Model], label: str) -> models.ForeignKey:
    """Read beside the fact; the source’s own key keeps it from being one that does not exist."""
    return models.ForeignKey(
        model,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=label,
        db_constraint=False,
        db_index=False,
    )


def _moment(label: str) -> models.DateTimeField:
    return models.DateTimeField(label, null=True)


def _delai(label: str) -> models.IntegerField:
    return models.IntegerField(f"{label} (secondes)", null=True)


class Fait(models.Model):
    """What both have: who it is about, without who it is, and who asks.

    `personne`, `ligne`: keyed digests. A person has one for all dossiers of one name and birth: two people
    who share both count as one, so that no cell seems to hold more than it does. `alors_…`: as at the first
    night, kept for good.
    """

    personne = models.BigIntegerField("personne, sous pseudonyme")
    ligne = models.BigIntegerField("clé de la ligne")
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    origine = models.CharField("origine", max_length=10, choices=Origine)
    age = models.SmallIntegerField("âge à la création", null=True)
    sexe = models.CharField("sexe", max_length=1, choices=Sexe, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    pathologie = models.CharField("pathologie principale", max_length=5, blank=True)
    types = ArrayField(models.CharField(max_length=20), verbose_name="type de prise en charge", default=list)
    gir = models.PositiveSmallIntegerField("GIR", null=True)
    urgence = models.CharField("urgence, ou échéance souhaitée", max_length=12, blank=True)
    lieu_vie = models.CharField("lieu de vie", max_length=12, blank=True)
    aide_sociale = models.BooleanField("aide sociale à l’hébergement", default=False)
    par_region = _place(Region, "région du demandeur")
    par_coordination = _place(Coordination, "coordination du demandeur")
    par_etablissement = _place(Etablissement, "établissement du demandeur")
    par_unite = _place(Unite, "unité du demandeur")
    par_professionnel = _place(Professionnel, "médecin demandeur")
    par_alors_etablissement = _place(Etablissement, "établissement du demandeur, à l’époque")
    par_alors_unite = _place(Unite, "unité du demandeur, à l’époque")
    cree_at = models.DateTimeField("créé le")

    class Meta:
        abstract = True


class FaitDossier(Fait):
    """`complet_at`: its last volet was validated. `envoye_at`: first asked of somebody."""

    dossier = models.BigIntegerField("dossier", primary_key=True)
    etat = models.CharField("état", max_length=10, choices=EtatDossier)
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    motif = models.CharField("motif", max_length=10, blank=True)
    decide_at = _moment("décidé le")
    complet_at = _moment("complet le")
    envoye_at = _moment("premier envoi le")
    admis_at = _moment("admission déclarée le")
    date_admission = models.DateField("date d’admission", null=True)
    envoyees = models.PositiveIntegerField("demandes envoyées", default=0)
    refusees = models.PositiveIntegerField("demandes refusées", default=0)
    delai_envoi = _delai("de la création au premier envoi")
    age_mois = models.SmallIntegerField("âge en mois à la création", null=True)
    traitant = _place(Professionnel, "médecin traitant")
    accepte_at = _moment("accepté par le médecin traitant le")
    medical_at = _moment("volet médical validé le")

    class Meta:
        verbose_name = "fait de dossier"
        verbose_name_plural = "faits de dossiers"
        indexes = [
            models.Index("par_etablissement", "cree_at", name="observatoire_dossier_etab"),
            models.Index("par_unite", "cree_at", name="observatoire_dossier_unite"),
            models.Index("par_coordination", "cree_at", name="observatoire_dossier_coord"),
            BrinIndex(fields=["cree_at"], name="observatoire_dossier_cree"),
        ]

    def __str__(self) -> str:
        return f"fait {self.dossier}"


class FaitDemande(Fait):
    """Of one that was sent: its last sending counts, as its dashboards show it.

    Delays run day and night, holidays too; None while nothing has come. `recherchee`, `en_attente`,
    `proposee`, `refus`: during which stretches it stood so, so that a past day can be told.
    """

    demande = models.BigIntegerField("demande", primary_key=True)
    dossier = models.BigIntegerField("dossier")
    module = models.CharField("module", max_length=15, choices=Domaine)
    niveau = models.CharField("niveau du receveur", max_length=15, choices=Niveau)
    region = _place(Region, "région")
    coordination = _place(Coordination, "coordination")
    etablissement = _place(Etablissement, "établissement")
    guichet = _place(Guichet, "guichet")
    unite = _place(Unite, "unité")
    alors_etablissement = _place(Etablissement, "établissement, à l’époque")
    alors_unite = _place(Unite, "unité, à l’époque")
    etat = models.CharField("état", max_length=12, choices=Etat)
    motif = models.CharField("motif", max_length=12, blank=True)
    premier_envoi_at = models.DateTimeField("premier envoi le")
    envoyee_at = models.DateTimeField("envoyée le")
    ouverte_at = _moment("ouverte le")
    repondue_at = _moment("première réponse le")
    admise_at = _moment("admission déclarée le")
    close_at = _moment("close le")
    date_admission = models.DateField("date d’admission", null=True)
    delai_ouverture = _delai("de l’envoi à l’ouverture")
    delai_reponse = _delai("de l’envoi à la première réponse")
    delai_admission = _delai("de la première réponse à l’admission")
    precisions = models.PositiveSmallIntegerField("précisions demandées", default=0)
    relances = models.PositiveSmallIntegerField("relances", default=0)
    recherchee = Plages(verbose_name="en cours, rien n’étant proposé", null=True)
    en_attente = Plages(verbose_name="sur liste d’attente", null=True)
    proposee = Plages(verbose_name="admission proposée ou faite", null=True)
    refus = Plages(verbose_name="refusée", null=True)

    class Meta:
        verbose_name = "fait de demande"
        verbose_name_plural = "faits de demandes"
        indexes = [
            models.Index("dossier", name="observatoire_demande_dossier"),
            models.Index("unite", "module", "envoyee_at", name="observatoire_unite"),
            models.Index("etablissement", "module", "envoyee_at", name="observatoire_etablissement"),
            # Of whom a coordination was asked for, without the rows (GA-03).
            models.Index(
                "coordination",
                "module",
                "envoyee_at",
                name="observatoire_coordination",
                include=["dossier", "cree_at"],
            ),
            models.Index("par_etablissement", "envoyee_at", name="observatoire_envoyee_etab"),
            models.Index("par_unite", "envoyee_at", name="observatoire_envoyee_unite"),
            models.Index("par_coordination", "envoyee_at", name="observatoire_envoyee_coord"),
            BrinIndex(fields=["envoyee_at"], name="observatoire_demande_envoyee"),
            models.Index("module", "close_at", name="observatoire_demande_close"),
            # What was sought for at an instant, of the country or of one of its parts (GA-02).
            models.Index(
                Fin("recherchee"),
                Debut("recherchee"),
                "coordination",
                "region",
                name="observatoire_demande_cherche",
                condition=models.Q(module=Domaine.GRAND_AGE.value),
            ),
            models.Index(
                "module",
                "date_admission",
                name="observatoire_demande_admise",
                condition=models.Q(date_admission__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"fait {self.demande}"


class Cumul(models.Model):
    """One month of one report, of the whole country and without criteria: its rows as they were computed.

    `rangees`: keys, values and persons of each. Thrown away when a fact of that month moves, made again by
    the same run.
    """

    code = models.CharField("rapport", max_length=8)
    mois = models.CharField("mois", max_length=7)
    rangees = models.JSONField("rangées", default=list)

    class Meta:
        verbose_name = "cumul d’un mois"
        verbose_name_plural = "cumuls d’un mois"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "mois"],
                name="observatoire_cumul_once",
                violation_error_message="Ce mois est déjà compté.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.mois}"


class Mouvement(models.Model):
    """A dossier of which something moved since the last night; triggers add it, as often as it moves.

    No key on the dossier: two transactions that touch one never wait for each other here.
    """

    dossier = models.BigIntegerField("dossier")

    class Meta:
        verbose_name = "dossier à relever"
        verbose_name_plural = "dossiers à relever"

    def __str__(self) -> str:
        return str(self.dossier)


class Releve(models.Model):
    """One run of the store: what it has taken in, until when, and what of it differs from its source.

    `ecarts`: by day, what is counted here and there; empty when they agree.
    """

    class Etat(models.TextChoices):
        EN_COURS = "en_cours", "en cours"
        FINI = "fini", "terminé"
        ECHEC = "echec", "interrompu"

    complet = models.BooleanField("complet", default=False)
    etat = models.CharField("état", max_length=8, choices=Etat, default=Etat.EN_COURS)
    commence_at = models.DateTimeField("commencé le")
    fini_at = models.DateTimeField("terminé le", null=True, blank=True)
    jusqu = models.BigIntegerField("jusqu’au dossier", default=0)
    dossiers = models.PositiveIntegerField("dossiers relus", default=0)
    ecarts = models.JSONField("écarts avec la source", default=list, blank=True)

    class Meta:
        verbose_name = "relevé du magasin"
        verbose_name_plural = "relevés du magasin"

    def __str__(self) -> str:
        return f"relevé du {self.commence_at:%d/%m/%Y}"
