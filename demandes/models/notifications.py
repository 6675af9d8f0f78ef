"""A decision told to one ESMS, and what has become of it there (DOS-4, docs/adr/0071): not a dossier.

Its statuses are written by `actions.statuts` alone.
"""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from annuaire.models import AtLieu, AtLieuQuerySet, Coordination
from demandes.handicap.motifs import MODES, MOTIFS, MOTIVES, mode_dit, motif_dit
from demandes.handicap.statuts import FINAUX, VIVANTS, Cote, Statut, StatutUnite
from demandes.models.decisions import Decision
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Domaine, Droit, Mode, Niveau

WALKED = {"mdph": "mdph", "etablissement": "etab", "unite": "unite"}
LIEUX = (Niveau.ETABLISSEMENT, Niveau.UNITE)


def _values(codes) -> list[str]:
    """As a constraint writes them: always in one order."""
    return [one.value for one in Statut if one in codes]


def _motif_of(statut: str, motif: str, among) -> Q:
    """A motif is one of its status’s own; none is possible too."""
    known = (Q(**{statut: one.value, f"{motif}__in": list(MOTIFS.get(one, ()))}) for one in among)
    return reduce(or_, known, Q(**{motif: ""}))


def _walked(column: str, kind: str, condition: Q) -> models.Index:
    condition &= Q(unite__isnull=False) if column == "unite" else Q()
    name = f"demandes_notif_{WALKED[column]}{kind and f'_{kind}'}"
    return models.Index(column, "id", include=["statut"], name=name, condition=condition or None)


class NotificationQuerySet(AtLieuQuerySet):
    def living(self):
        return self.filter(statut__in=_values(VIVANTS))

    def sent_by(self, actor: Actor):
        """By the MDPH: through a right on its coordination, whatever that of the ESMS is."""
        return self.filter(_sent_by(actor))

    def received_by(self, actor: Actor):
        """By the ESMS or the unit that is notified: never through a right on a coordination."""
        return self.filter(_received_by(actor))

    def named_to(self, actor: Actor, now: datetime):
        """Those whose person he may know: the ESMS no longer than `names_person` says."""
        kept = Q(statut__in=_values(VIVANTS)) | Q(
            depuis__gt=now - timedelta(days=settings.DEMANDE_NAMED_DAYS)
        )
        return self.filter(_sent_by(actor) | _received_by(actor) & kept)

    def visible_to(self, actor: Actor):
        return self.filter(_sent_by(actor) | _received_by(actor))


def _held(actor: Actor) -> dict:
    return actor.rights.scopes(Droit.NOTIFICATIONS, mode=Mode.LECTURE, domaine=Domaine.HANDICAP)


def _sent_by(actor: Actor) -> Q:
    return Q(mdph__in=_held(actor).get(Niveau.COORDINATION, ()))


def _received_by(actor: Actor) -> Q:
    held = _held(actor)
    rule = (Q(**{f"{niveau}__in": held[niveau]}) for niveau in LIEUX if niveau in held)
    return reduce(or_, rule, Q(pk__in=[]))


class Notification(AtLieu):
    """The place is that of the ESMS, or of its unit once the person is followed there; `mdph`: who notifies.

    `statut` is that in the ESMS, since `date_statut` as the ESMS says it, entered at `depuis`; `avant`: the
    one to which a refusal of the MDPH leads back. `statut_unite`, `mode`, `date_statut_unite`: of the unit.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="notifications", db_index=False)
    mdph = models.ForeignKey(
        Coordination, models.PROTECT, related_name="+", verbose_name="MDPH", db_index=False, editable=False
    )
    statut = models.CharField("statut dans l’ESMS", max_length=3, choices=Statut, default=Statut.ENVOYEE)
    motif = models.CharField("motif (TRE_R358)", max_length=3, blank=True)
    avant = models.CharField("statut d’avant", max_length=3, choices=Statut, blank=True, editable=False)
    date_statut = models.DateField("date du statut")
    depuis = models.DateTimeField("depuis le")
    statut_unite = models.CharField("statut dans l’unité", max_length=3, choices=StatutUnite, blank=True)
    motif_unite = models.CharField("motif dans l’unité (TRE_R358)", max_length=3, blank=True)
    mode = models.CharField("mode de prise en charge (TRE_R213)", max_length=2, blank=True)
    date_statut_unite = models.DateField("date du statut dans l’unité", null=True, blank=True)
    sent_at = models.DateTimeField("envoyée le")
    lue_at = models.DateTimeField("lue le", null=True, blank=True)
    lue_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="lue par",
        db_index=False,
    )
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta(AtLieu.Meta):
        abstract = False
        verbose_name = "notification d’orientation"
        verbose_name_plural = "notifications d’orientation"
        constraints = [
            *AtLieu.Meta.constraints,
            models.CheckConstraint(
                name="demandes_notification_niveau",
                condition=Q(niveau__in=[one.value for one in LIEUX]),
                violation_error_code="lieu",
                violation_error_message="Une notification s’adresse à un établissement ou à son unité.",
            ),
            models.UniqueConstraint(
                fields=["decision", "etablissement"],
                name="demandes_notification_once",
                violation_error_code="lieu",
                violation_error_message="Cet établissement a déjà reçu une notification de cette décision.",
            ),
            models.CheckConstraint(
                name="demandes_notification_statut",
                condition=Q(statut__in=Statut.values) & Q(statut_unite__in=["", *StatutUnite.values]),
                violation_error_message="Ce statut n’existe pas.",
            ),
            models.CheckConstraint(
                name="demandes_notification_motif",
                condition=_motif_of("statut", "motif", Statut),
                violation_error_code="motif",
                violation_error_message="Ce motif n’est pas de ceux du statut choisi.",
            ),
            models.CheckConstraint(
                name="demandes_notification_motive",
                condition=~Q(statut__in=_values(MOTIVES)) | ~Q(motif=""),
                violation_error_code="motif",
                violation_error_message="Ce statut demande un motif.",
            ),
            models.CheckConstraint(
                name="demandes_notification_avant",
                condition=Q(statut=Statut.IMPOSSIBLE.value, avant__in=_values(VIVANTS - {Statut.IMPOSSIBLE}))
                | (~Q(statut=Statut.IMPOSSIBLE.value) & Q(avant="")),
                violation_error_message="Une admission impossible signalée garde le statut d’avant.",
            ),
            models.CheckConstraint(
                name="demandes_notification_unite",
                condition=Q(statut_unite="", motif_unite="", mode="", date_statut_unite=None)
                | Q(
                    ~Q(statut_unite=""),
                    niveau=Niveau.UNITE.value,
                    mode__in=MODES,
                    date_statut_unite__isnull=False,
                ),
                violation_error_code="mode",
                violation_error_message=(
                    "Un statut dans l’unité a une unité, un mode de prise en charge et une date."
                ),
            ),
            models.CheckConstraint(
                name="demandes_notification_motif_unite",
                condition=_motif_of("statut_unite", "motif_unite", StatutUnite),
                violation_error_code="motif",
                violation_error_message="Ce motif n’est pas de ceux du statut choisi.",
            ),
            models.CheckConstraint(
                name="demandes_notification_lue",
                condition=Q(lue_at=None, lue_par=None) | Q(lue_at__isnull=False, lue_par__isnull=False),
                violation_error_message="Une lecture a une date et un auteur.",
            ),
        ]
        # A board walks one of these by the key of its rows: what lives is few beside what is closed.
        indexes = [
            _walked(column, kind, condition)
            for column in ("mdph", "etablissement", "unite")
            for kind, condition in (("", Q()), ("vit", Q(statut__in=_values(VIVANTS))))
        ]

    def __str__(self):
        return f"{self.decision_id} : {self.get_statut_display()}"

    def get_absolute_url(self):
        return reverse("notifications:detail", args=[self.pk])

    @property
    def place_mdph(self) -> Place:
        """Where rights of the MDPH are asked: its département, nothing below."""
        return Place(coordination=self.mdph_id)

    @property
    def place_esms(self) -> Place:
        """Where rights of the ESMS are asked: not the coordination above it, which may be another MDPH."""
        return Place(etablissement=self.etablissement_id, unite=self.unite_id)

    @property
    def motif_dit(self) -> str:
        return motif_dit(self.motif)

    @property
    def motif_unite_dit(self) -> str:
        return motif_dit(self.motif_unite)

    @property
    def mode_dit(self) -> str:
        return mode_dit(self.mode)

    @property
    def is_closed(self) -> bool:
        return self.statut in FINAUX

    def names_person(self, now: datetime) -> bool:
        """To the ESMS: a notification that is closed says it for thirty days more, as a demande does."""
        kept = timedelta(days=settings.DEMANDE_NAMED_DAYS)
        return not self.is_closed or self.depuis > now - kept


class EtapeNotification(models.Model):
    """Each status of a notification: added to, never changed. `niveau`: in the ESMS, or in its unit.

    `version`: of the notification once it is done; `date`: as it was said; `lieu_key`: where it lay then.
    """

    notification = models.ForeignKey(
        Notification, models.PROTECT, related_name="etapes", verbose_name="notification", db_index=False
    )
    version = models.PositiveIntegerField("version")
    at = models.DateTimeField("le")
    cote = models.CharField("côté", max_length=10, choices=Cote)
    niveau = models.CharField("niveau", max_length=15, choices=[(one.value, one.label) for one in LIEUX])
    code = models.CharField("passage", max_length=10)
    before = models.CharField("du statut", max_length=3, blank=True)
    after = models.CharField("au statut", max_length=3)
    motif = models.CharField("motif", max_length=3, blank=True)
    date = models.DateField("date du statut")
    lieu_key = models.TextField("lieu")
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    quality = models.CharField("qualité", max_length=40, blank=True)

    append_only = True

    class Meta:
        verbose_name = "étape d’une notification"
        verbose_name_plural = "étapes de notifications"
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "version"],
                name="demandes_etape_once",
                violation_error_message="Cette étape existe déjà.",
            ),
        ]

    def __str__(self):
        return f"{self.notification_id} : {self.libelle}"

    @property
    def libelle(self) -> str:
        known = StatutUnite if self.niveau == Niveau.UNITE else Statut
        return known(self.after).label

    @property
    def motif_dit(self) -> str:
        return motif_dit(self.motif)
