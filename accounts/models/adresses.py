"""New e-mail addresses and mobiles that wait for their link (COM-5, COM-10)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac


class ChangementAdresse(models.Model):
    """A new e-mail address or mobile, asked for and not used before its link was followed (COM-5)."""

    class Kind(models.TextChoices):
        MAIL = "mail", "adresse e-mail"
        MOBILE = "mobile", "numéro de portable"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="changements", db_index=False
    )
    kind = models.CharField("nature", max_length=6, choices=Kind)
    target = models.CharField("nouvelle adresse ou nouveau numéro", max_length=254)
    digest = models.CharField("empreinte du lien", max_length=64, unique=True)
    asked_at = models.DateTimeField("demandé le")
    ends = models.DateTimeField("valable jusqu’à")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    # Asked for by a référent: the former address may cancel it, or has first to agree (docs/adr/0020).
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    before = models.JSONField("compte au moment de la demande", default=dict, blank=True)
    motif = models.CharField("motif", max_length=300, blank=True)
    agreement_needed = models.BooleanField("accord du titulaire attendu", default=False)
    agreed_at = models.DateTimeField("accord donné le", null=True, blank=True)
    cancel_ends = models.DateTimeField("annulable jusqu’à", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    # What cancelling did: kept, so that the page says the same at the second click.
    outcome = models.JSONField("ce que l’annulation a fait", default=dict, blank=True)

    class Meta:
        verbose_name = "changement d’adresse"
        verbose_name_plural = "changements d’adresse"
        constraints = [
            models.CheckConstraint(
                name="accounts_changement_ends_after_asked",
                condition=Q(ends__gte=F("asked_at")),
                violation_error_message="Un lien ne prend pas fin avant son envoi.",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "asked_at"],
                name="accounts_changement_once",
                violation_error_message="Ce changement est déjà demandé.",
            ),
            models.CheckConstraint(
                name="accounts_changement_agreed_first",
                condition=Q(confirmed_at=None) | Q(agreement_needed=False) | Q(agreed_at__isnull=False),
                violation_error_message="Ce changement attend l’accord du titulaire du compte.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} de {self.user_id}"

    @property
    def former(self) -> str:
        """The address of before; empty when its holder asked himself."""
        return self.before.get("email", "")

    @property
    def awaits_agreement(self) -> bool:
        return self.agreement_needed and self.agreed_at is None

    @staticmethod
    def digest_of(token: str) -> str:
        return salted_hmac("accounts.changement", token, algorithm="sha256").hexdigest()
