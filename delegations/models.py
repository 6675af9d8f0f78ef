"""Délégations: a médecin libéral lets somebody act on his dossiers, for a period (DEL)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Now

from accounts.models import Identite
from annuaire.models import Cle, Professionnel
from delegations.rights import LENDABLE
from viatraj.core.droits import ABSENT, Mode, Orientation
from viatraj.core.periods import Periode, PeriodeQuerySet, no_overlap
from viatraj.core.typography import of

INVITATION_LIFETIME = settings.INVITATION_LIFETIME
LIVING = Q(refused_at=None, renounced_at=None, expired_at=None, revoked_at=None)
MESSAGE_MAX = 500


def _key(field: str) -> models.GeneratedField:
    """Upper case, without accents, spaces or hyphens: what a card's name is compared with."""
    return models.GeneratedField(expression=Cle(field), output_field=Cle.output_field, db_persist=True)


def _named(names: list[tuple[str, str]]) -> Q:
    """A filter for these (nom, prénom), compared as `noms.same` does; a name without letters fits nobody."""
    rule = Q(pk__in=[])
    for nom, prenom in names:
        rule |= Q(nom_cle=Cle(Value(nom)), prenom_cle=Cle(Value(prenom))) & ~Q(nom_cle="")
    return rule


class DelegationQuerySet(PeriodeQuerySet):
    def living(self):
        return self.filter(LIVING)

    def in_force(self, day):
        return self.living().valid_on(day).filter(accepted_at__isnull=False)

    def current(self, day):
        """What the tables show: living, not over; waiting and future ones among them."""
        return self.living().filter(fin__gte=day)

    def past(self, day):
        return self.filter(~LIVING | Q(fin__lt=day))

    def granted_by(self, medecin):
        return self.filter(delegant=medecin)

    def received_by(self, user):
        return self.filter(delegataire=user)

    def proposed_to(self, user):
        """Sent to this person, by number or by name and address, and not tied to an account yet."""
        numbers = Identite.objects.filter(user=user, ended_at=None).values("idnat")
        to_confrere = Q(kind=Delegation.Kind.CONFRERE, professionnel__idnat__in=numbers)
        to_assistant = Q(kind=Delegation.Kind.ASSISTANT, email__iexact=user.email)
        return self.filter(delegataire=None).filter(
            to_confrere | (to_assistant & _named(user.proved_names()))
        )

    def addressed_to(self, user):
        """Received, or proposed and not yet taken."""
        proposed = self.model.objects.proposed_to(user).values("pk")
        return self.filter(Q(delegataire=user) | Q(pk__in=proposed))

    def awaiting(self, user, *, on):
        """What this person still has to accept or to refuse."""
        return self.addressed_to(user).current(on).filter(accepted_at=None)

    def unclaimed(self, names: list[tuple[str, str]]):
        """Invitations of assistants that nobody has taken yet, for whoever bears such a name (CON-9)."""
        waiting = self.living().filter(kind=Delegation.Kind.ASSISTANT, delegataire=None)
        return waiting.filter(_named(names))

    def answered_by_assistant(self, nom: str, prenom: str, email: str):
        """Earlier délégations that the same person (name and address) has answered."""
        known = self.filter(kind=Delegation.Kind.ASSISTANT, delegataire__isnull=False, email__iexact=email)
        return known.filter(_named([(nom, prenom)]))

    def with_account(self):
        """«Utilisateur»: does the person have an account?

        Of a confrère, whom the national directory names, at once. Of an assistant once he has answered:
        before, the page would tell anybody which addresses have an account (MDP-2).
        """
        holder = Identite.objects.filter(idnat=OuterRef("professionnel__idnat"), ended_at=None)
        return self.annotate(has_account=Q(delegataire__isnull=False) | models.Exists(holder))

    def received_in_force(self, user, *, on):
        """The médecins one may work for today; a disabled account lends nothing."""
        return self.received_by(user).in_force(on).filter(delegant__disabled_at=None)

    def visible_to(self, actor):
        """To the médecin and to his delegate, in their own name only: never while acting (DEL-7)."""
        if actor.user is None or actor.is_acting:
            return self.none()
        return self.filter(delegant=actor.user) | self.addressed_to(actor.user)


class Delegation(Periode):
    """A délégation; an invitation is one not accepted yet, which gives no right at all (DEL-7)."""

    class Kind(models.TextChoices):
        ASSISTANT = "assistant", "assistant"
        CONFRERE = "confrere", "confrère"

    kind = models.CharField("nature", max_length=10, choices=Kind)
    delegant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_granted", verbose_name="médecin"
    )
    delegataire = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations_received",
        verbose_name="délégataire",
    )
    professionnel = models.ForeignKey(
        Professionnel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="confrère"
    )
    nom = models.CharField("nom", max_length=100)
    prenom = models.CharField("prénom", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    message = models.CharField("message", max_length=MESSAGE_MAX, blank=True)
    nom_cle = _key("nom")
    prenom_cle = _key("prenom")
    delegataire_key = models.CharField(max_length=300, editable=False)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cle = models.UUIDField("clé de la demande", default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField("proposée le", db_default=Now(), editable=False)
    invited_at = models.DateTimeField("dernière invitation le", db_default=Now(), editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    refused_at = models.DateTimeField("refusée le", null=True, blank=True)
    renounced_at = models.DateTimeField("abandonnée le", null=True, blank=True)
    expired_at = models.DateTimeField("restée sans réponse le", null=True, blank=True)
    revoked_at = models.DateTimeField("supprimée le", null=True, blank=True)
    end_told = models.DateField("échéance annoncée", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta(Periode.Meta):
        verbose_name = "délégation"
        constraints = [
            *Periode.Meta.constraints,
            models.CheckConstraint(
                name="delegations_delegation_not_to_self",
                condition=Q(delegataire=None) | ~Q(delegant=F("delegataire")),
                violation_error_code="confrere",
                violation_error_message="Vous ne pouvez pas vous déléguer vos propres droits.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_one_answer",
                condition=Q(accepted_at=None) | Q(refused_at=None),
                violation_error_message="Une délégation est acceptée ou refusée, pas les deux.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_accepted_by_somebody",
                condition=Q(accepted_at=None) | Q(delegataire__isnull=False),
                violation_error_message="Une délégation acceptée l’est par quelqu’un.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_reachable",
                condition=Q(delegataire__isnull=False) | ~Q(email=""),
                violation_error_code="email",
                violation_error_message="Indiquez l’adresse e-mail de la personne\u00a0: elle n’a pas encore "
                "de compte.",
            ),
            models.CheckConstraint(
                name="delegations_delegation_renounced_once_accepted",
                condition=Q(renounced_at=None) | Q(accepted_at__isnull=False),
                violation_error_message="On ne renonce qu’à une délégation que l’on a acceptée.",
            ),
            no_overlap(
                "delegant",
                "delegataire_key",
                name="delegations_delegation_no_overlap",
                code="debut",
                condition=LIVING,
                message="Vous avez déjà une délégation avec cette personne sur ces dates, ou une partie.",
            ),
        ]
        indexes = [
            models.Index(fields=["delegataire"], condition=LIVING, name="delegations_received_living"),
            models.Index(
                fields=["nom_cle", "prenom_cle"],
                condition=Q(delegataire=None),
                name="delegations_unclaimed",
            ),
        ]

    def __str__(self):
        return f"{self.delegant} → {self.delegataire or self.professionnel or 'invitation'}"

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()

    @property
    def titre(self) -> str:
        return f"Dr {self.nom_complet}" if self.is_confrere else self.nom_complet

    @property
    def du_titre(self) -> str:
        """«du Dr Gabriel Léon», «de Paul Leroux», «d’Anaïs Petit»."""
        return f"du {self.titre}" if self.is_confrere else of(self.titre)

    @property
    def au_titre(self) -> str:
        return f"{'au' if self.is_confrere else 'à'} {self.titre}"

    def is_for(self, user, *, link_in_hand: bool) -> bool:
        """Accepted by him, or sent to him by number or by name and address; by name with the mail's link."""
        if self.delegataire_id:
            return self.delegataire_id == user.pk
        row = Delegation.objects.filter(pk=self.pk)
        return row.proposed_to(user).exists() or (
            link_in_hand and row.unclaimed(user.proved_names()).exists()
        )

    @property
    def is_confrere(self) -> bool:
        return self.kind == self.Kind.CONFRERE

    @property
    def address(self) -> str:
        """Where to write to: the account's address once there is one, else the invitation's."""
        return self.delegataire.email if self.delegataire_id else self.email

    @property
    def quality(self) -> str:
        """What the delegate is in the journal's sentences (DEL-6)."""
        return "confrère" if self.is_confrere else "assistant"

    @property
    def is_living(self) -> bool:
        return not (self.refused_at or self.renounced_at or self.expired_at or self.revoked_at)

    @property
    def is_waiting(self) -> bool:
        return self.is_living and self.accepted_at is None


def _is_lendable() -> Q:
    """Of `LENDABLE`, and where it exists."""
    rule = Q(pk__in=[])
    for droit, modes in LENDABLE.items():
        absent = [orientation.value for orientation, one in ABSENT if one == droit]
        there = ~Q(orientation__in=absent) if absent else Q()
        rule |= Q(droit=droit.value, mode__in=[mode.value for mode in modes]) & there
    return rule


class DroitDelegue(models.Model):
    """One right lent to an assistant, for one orientation."""

    delegation = models.ForeignKey(Delegation, models.CASCADE, related_name="droits", db_index=False)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation)
    droit = models.CharField("droit", max_length=30, choices=[(one.value, one.label) for one in LENDABLE])
    mode = models.CharField("mode", max_length=10, choices=Mode)

    class Meta:
        verbose_name = "droit délégué"
        verbose_name_plural = "droits délégués"
        constraints = [
            models.UniqueConstraint(
                fields=["delegation", "orientation", "droit"],
                name="delegations_droit_once",
                violation_error_code="droit",
                violation_error_message="Ce droit est déjà délégué pour cette orientation.",
            ),
            models.CheckConstraint(
                name="delegations_droit_lendable",
                condition=_is_lendable(),
                violation_error_code="droit",
                violation_error_message="Ce droit ne se délègue pas à un assistant.",
            ),
        ]

    def __str__(self):
        return f"{self.get_droit_display()} ({self.get_orientation_display()})"
