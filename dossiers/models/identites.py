"""Who a dossier is about: the traits of an identité nationale de santé, and how sure they are (DOS-3)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.db.models.lookups import LessThanOrEqual

from annuaire.models import Cle
from viatraj.core.saisie import ins
from viatraj.core.saisie.naissances import Naissance, Precision
from viatraj.core.typography import in_groups

EARLIEST_BIRTH = date(1900, 1, 1)
OIDS = {ins.NIR: "NIR", ins.NIA: "NIA"} | dict.fromkeys(ins.TESTS, "identité de test")


def search_key(field: str) -> models.GeneratedField:
    """Upper case, without accents or spaces: the form that searches compare."""
    return models.GeneratedField(expression=Cle(field), output_field=Cle.output_field, db_persist=True)


class Sexe(models.TextChoices):
    FEMININ = "F", "Féminin"
    MASCULIN = "M", "Masculin"
    INDETERMINE = "I", "Indéterminé"


class Statut(models.TextChoices):
    """How sure an identity is; declared by a person, since the INSi service is not called from here."""

    PROVISOIRE = "provisoire", "provisoire"
    RECUPEREE = "recuperee", "récupérée"
    VALIDEE = "validee", "validée"
    QUALIFIEE = "qualifiee", "qualifiée"


class Piece(models.TextChoices):
    """What was shown by the person."""

    CARTE = "carte", "carte nationale d’identité"
    PASSEPORT = "passeport", "passeport"
    SEJOUR = "sejour", "titre de séjour"
    ACTE = "acte", "acte de naissance ou livret de famille"
    AUTRE = "autre", "autre pièce"


PROVEN = (Statut.VALIDEE, Statut.QUALIFIEE)


class Personne(models.Model):
    """Who is meant, by a dossier or by a decision; each has a `created_at`.

    Names are as they were typed; `date_naissance` is the first day possible, see `naissance_precision`.
    """

    nom = models.CharField("nom de naissance", max_length=100)
    prenom = models.CharField("premier prénom de naissance", max_length=100)
    date_naissance = models.DateField("date de naissance")
    naissance_precision = models.CharField(
        "ce qui en est connu",
        max_length=5,
        choices=[(one.value, one.value) for one in Precision],
        default=Precision.JOUR.value,
    )
    nom_cle = search_key("nom")
    prenom_cle = search_key("prenom")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_born_after_1900",
                condition=Q(date_naissance__gte=EARLIEST_BIRTH),
                violation_error_code="date_naissance",
                violation_error_message="Vérifiez l’année de naissance\u00a0: elle précède 1900.",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_born_before_creation",
                condition=LessThanOrEqual(F("date_naissance"), TruncDate("created_at")),
                violation_error_code="date_naissance",
                violation_error_message="La date de naissance est dans le futur.",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_first_day_possible",
                condition=Q(naissance_precision="jour")
                | Q(naissance_precision="mois", date_naissance__day=1)
                | Q(naissance_precision="annee", date_naissance__day=1, date_naissance__month=1),
                violation_error_code="date_naissance",
                violation_error_message="Cette date de naissance ne dit pas ce qui en est connu.",
            ),
        ]

    @property
    def naissance(self) -> Naissance:
        return Naissance(self.date_naissance, Precision(self.naissance_precision))


class Identite(Personne):
    """Of a patient: the traits of an identité nationale de santé."""

    prenoms = models.CharField("prénoms de naissance", max_length=100, blank=True)
    nom_utilise = models.CharField("nom utilisé", max_length=100, blank=True)
    prenom_utilise = models.CharField("prénom utilisé", max_length=100, blank=True)
    sexe = models.CharField("sexe", max_length=1, choices=Sexe, blank=True)  # empty before it was asked
    lieu_naissance = models.CharField("lieu de naissance", max_length=5, blank=True)
    statut = models.CharField(
        "statut de l’identité", max_length=10, choices=Statut, default=Statut.PROVISOIRE
    )
    piece = models.CharField("pièce présentée", max_length=10, choices=Piece, blank=True)
    matricule = models.CharField("matricule INS", max_length=15, blank=True)
    oid = models.CharField("nature du matricule", max_length=20, choices=list(OIDS.items()), blank=True)
    nom_utilise_cle = search_key("nom_utilise")
    prenom_utilise_cle = search_key("prenom_utilise")

    class Meta(Personne.Meta):
        abstract = True
        constraints = [
            *Personne.Meta.constraints,
            models.CheckConstraint(
                name="dossiers_dossier_patient_named",
                condition=~Q(nom="") & ~Q(prenom=""),
                violation_error_code="nom",
                violation_error_message="Indiquez le nom et le prénom du patient.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_prenoms_begin",
                condition=Q(prenoms="") | Q(prenoms__istartswith=F("prenom")),
                violation_error_code="prenoms",
                violation_error_message="La liste des prénoms commence par le premier prénom.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_sexe",
                condition=Q(sexe__in=["", *Sexe.values]),
                violation_error_code="sexe",
                violation_error_message="Choisissez le sexe dans la liste.",
            ),
            models.CheckConstraint(
                name="dossiers_dossier_lieu_naissance",
                condition=Q(lieu_naissance="") | Q(lieu_naissance__regex=r"^[0-9][0-9AB][0-9]{3}$"),
                violation_error_code="lieu_naissance",
                violation_error_message=ins.NO_LIEU,
            ),
            models.CheckConstraint(
                name="dossiers_dossier_statut_proven",
                condition=Q(statut__in=[*PROVEN]) & Q(piece__in=Piece.values)
                | Q(statut__in=[Statut.PROVISOIRE, Statut.RECUPEREE], piece=""),
                violation_error_code="piece",
                violation_error_message=(
                    "Une identité validée ou qualifiée l’est sur une pièce présentée, une autre n’en a pas."
                ),
            ),
            models.CheckConstraint(
                name="dossiers_dossier_matricule_qualified",
                condition=Q(statut=Statut.QUALIFIEE, oid__in=[*OIDS])
                & Q(matricule__regex=r"^[1-478][0-9]{4}([0-9]{2}|2A|2B)[0-9]{8}$")
                | ~Q(statut=Statut.QUALIFIEE) & Q(matricule="", oid=""),
                violation_error_code="matricule",
                violation_error_message=(
                    "Une identité qualifiée a un matricule INS et sa nature, une autre n’en garde pas."
                ),
            ),
        ]

    @property
    def patient(self) -> str:
        return f"{self.nom} {self.prenom}"

    @property
    def matricule_affiche(self) -> str:
        """2 57 02 99 999 001 94."""
        return in_groups(self.matricule, 1, 2, 2, 2, 3, 3, 2)


# All that tells who somebody is; a field that is added is one of them, unless it is said here.
ANONYMES = frozenset(("sexe",))
NOMINATIFS = frozenset(field.name for field in Identite._meta.concrete_fields) - ANONYMES
# Of each field of an identity, how people call it.
LABELS = {
    field.name: str(field.verbose_name) for field in Identite._meta.concrete_fields if not field.generated
}
