"""Accounts: one a person, for a whole career (COM-1)."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower, Now

from viatraj.core.saisie import emails, telephones

# A union, because PostgreSQL reads all accounts for an OR. By hand, because at every sign-in the ORM took
# longer to write it than PostgreSQL to answer.
NAMED = """
    SELECT id FROM accounts_user WHERE login = ANY(%s)
    UNION SELECT user_id FROM accounts_identite WHERE idnat = ANY(%s) AND ended_at IS NULL"""


class UserQuerySet(models.QuerySet):
    def known_as(self, names: list[str]):
        """By login, or by any living national number; `names` are all the ways to write what was typed."""
        return self.filter(pk__in=RawSQL(NAMED, [names, names]))  # noqa: S611  (what is typed is bound)

    def identified_by(self, idnats):
        """Who owns one of these national numbers today."""
        return self.filter(identites__idnat__in=idnats, identites__ended_at=None).order_by("pk")

    def enabled(self):
        return self.filter(disabled_at=None)

    def disabled(self):
        return self.filter(disabled_at__isnull=False)

    def get_by_natural_key(self, login):
        return self.get(login=login)


class User(AbstractBaseUser):
    """A person; what they may do is held elsewhere (habilitations, délégations)."""

    MEDECIN = "10"  # TRE_G15
    CIVIL, MILITARY = "C", "M"  # TRE_R09; a student is a line with profession 10 too

    login = models.CharField("identifiant", max_length=40, unique=True)
    nom = models.CharField("nom", max_length=100)
    prenom = models.CharField("prénom", max_length=100)
    email = models.EmailField("adresse e-mail", blank=True)
    email_verified_at = models.DateTimeField("adresse vérifiée le", null=True, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    mobile = models.CharField("téléphone portable", max_length=20, blank=True)
    mobile_verified_at = models.DateTimeField("portable vérifié le", null=True, blank=True)
    profession = models.CharField("code de profession (TRE_G15)", max_length=10, blank=True)
    # True when the name came from a card or Pro Santé Connect: it is then updated from there, and not typed.
    named_by_card = models.BooleanField("nom donné par la carte", default=False, editable=False)
    categorie = models.CharField("catégorie professionnelle (TRE_R09)", max_length=1, blank=True)
    profession_label = models.CharField("profession", max_length=100, blank=True)
    specialite = models.CharField("spécialité", max_length=100, blank=True)
    adresse = models.TextField("adresse professionnelle", blank=True)
    is_staff = models.BooleanField("support national", default=False)
    password_changed_at = models.DateTimeField("mot de passe choisi le", null=True, blank=True)
    wrong_passwords_at = ArrayField(models.DateTimeField(), default=list, blank=True, editable=False)
    first_strong_at = models.DateTimeField("première connexion par carte ou e-CPS", null=True, blank=True)
    last_sign_in_at = models.DateTimeField("dernière connexion", null=True, blank=True)
    last_sign_in_means = models.CharField("moyen de la dernière connexion", max_length=10, blank=True)
    locked_at = models.DateTimeField("bloqué le", null=True, blank=True)
    disabled_at = models.DateTimeField("désactivé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # Key of the form that created it, so that a double click makes one account.
    creation_key = models.UUIDField("clé de création", null=True, blank=True, unique=True, editable=False)

    class Reception(models.TextChoices):
        MAIL = "mail", "par e-mail"
        SMS = "sms", "par SMS"
        TOTP = "totp", "par l’application d’authentification"

    reception = models.CharField(
        "réception des codes", max_length=4, choices=Reception, default=Reception.MAIL
    )

    last_login = None  # said by last_sign_in_at and its means

    objects = UserQuerySet.as_manager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.CheckConstraint(
                name="accounts_user_login_lower",
                condition=Q(login=Lower("login")),
                violation_error_code="login",
                violation_error_message="L’identifiant s’écrit en minuscules.",
            ),
            models.CheckConstraint(
                name="accounts_user_email_canonical",
                condition=Q(email="") | Q(email__regex=emails.CANONICAL, email=Lower("email")),
                violation_error_code="email",
                violation_error_message="Une adresse e-mail s’écrit en minuscules, sans espace ni accent.",
            ),
            models.CheckConstraint(
                name="accounts_user_telephone_canonical",
                condition=Q(telephone="") | Q(telephone__regex=telephones.CANONICAL),
                violation_error_code="telephone",
                violation_error_message="Un numéro de téléphone s’écrit avec l’indicatif de son pays.",
            ),
            models.CheckConstraint(
                name="accounts_user_mobile_canonical",
                condition=Q(mobile="") | Q(mobile__regex=telephones.CANONICAL),
                violation_error_code="mobile",
                violation_error_message="Un numéro de portable s’écrit avec l’indicatif de son pays.",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(disabled_at=None) & ~Q(email=""),
                name="accounts_user_email_once",
                violation_error_code="email",
                violation_error_message="Cette adresse e-mail est déjà celle d’un autre compte.",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="accounts_user_email"),
            # Finds who never signed in, or not for a long time, without reading the whole table.
            models.Index(fields=["last_sign_in_at", "id"], name="accounts_user_last_sign_in"),
            models.Index(fields=["created_at"], name="accounts_user_created"),  # those of the last days
            # The few who are, for lists that leave them out.
            models.Index(
                fields=["disabled_at"], name="accounts_user_disabled", condition=Q(disabled_at__isnull=False)
            ),
        ]

    def __str__(self):
        return self.login

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}"

    @property
    def titre(self) -> str:
        """As written in sentences: «Dr Christine Leclercq» for a médecin."""
        return f"Dr {self.nom_complet}" if self.is_medecin else self.nom_complet

    @property
    def is_medecin(self) -> bool:
        return self.profession == self.MEDECIN and self.categorie in (self.CIVIL, self.MILITARY)

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    def proved_names(self) -> list[tuple[str, str]]:
        """(nom, prénom) of each card or Pro Santé Connect identity in use; without any, the account's own."""
        proved = self.identites.filter(ended_at=None).values_list("nom", "prenom")
        return list(proved) or [(self.nom, self.prenom)]

    def has_perm(self, perm: str, obj=None) -> bool:
        """The support staff look (read-only admin); nobody writes by Django's own permissions."""
        return self.is_active and self.is_staff and perm.split(".")[-1].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class Identite(models.Model):
    """Who one is for the nation: 8+RPPS, 0+ADELI, 3/5…/… of a CPE or CPA (CPX-2, CPX-4)."""

    class Kind(models.TextChoices):
        RPPS = "rpps", "RPPS"
        ADELI = "adeli", "Adeli"
        STRUCTURE = "structure", "numéro interne d’une structure"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="identites")
    idnat = models.CharField("identification nationale", max_length=40)
    kind = models.CharField("nature", max_length=10, choices=Kind)
    nom = models.CharField("nom lu", max_length=100)
    prenom = models.CharField("prénom lu", max_length=100, blank=True)
    since = models.DateTimeField("depuis", db_default=Now())
    ended_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "identité nationale"
        verbose_name_plural = "identités nationales"
        constraints = [
            models.UniqueConstraint(
                fields=["idnat"],
                condition=Q(ended_at=None),
                name="accounts_identite_idnat_living",
                violation_error_code="idnat",
                violation_error_message="Ce numéro est déjà associé à un autre compte.",
            ),
        ]

    def __str__(self):
        return self.idnat

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @classmethod
    def kind_of(cls, idnat: str) -> str:
        return {"8": cls.Kind.RPPS, "0": cls.Kind.ADELI}.get(idnat[0], cls.Kind.STRUCTURE)
