"""A dossier asked of one unit or guichet (DOS-4). Its state is written by `actions.moves` alone."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from annuaire.models import AtLieu, AtLieuQuerySet, Coordination, Etablissement, Guichet, Professionnel, Unite
from demandes.etats import CLOS, FINAUX, PROPOSES, RECUS, VIVANTS, Etat
from demandes.models import indexes
from demandes.models.indexes import among
from demandes.models.receveurs import LIEUX, MODULE, Receveur
from demandes.motifs import MOTIFS
from dossiers import perimetres
from dossiers.models import Dossier, Presence, Role
from dossiers.models.presences import module
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode, Niveau, Orientation

# Of those who see a dossier without having received it: they see whom it is asked of.
ASKING = (Role.DEMANDEUR, Role.MEDECIN, Role.TRAITANT, Role.REGULATEUR)
# What a right of who receives is asked of: the columns of the place.
AT = {name: f"{name}_id" for name in ("unite", "guichet", "etablissement", "coordination", "region")}


class DemandeQuerySet(AtLieuQuerySet):
    def living(self):
        return self.filter(etat__in=among(VIVANTS))

    def received(self):
        """Those that their receveur has had; a selection is nobody’s but its author’s."""
        return self.exclude(sent_at=None)

    def received_by(self, actor: Actor, *, mode: str = Mode.ANONYME):
        """By a board of who receives, at the place or above it, in at least this mode."""
        held = actor.rights.within(Droit.TABLEAU_RECEVEUR, mode=mode, domaine="module_sql", **AT)
        return self.received().alias(module_sql=MODULE).filter(held)

    def asked_by(self, actor: Actor):
        """Of dossiers that he sees as whoever asks, or as who regulates: not of those that he receives."""
        ways = Presence.objects.filter(perimetres.reached(actor), role__in=ASKING)
        return self.filter(Exists(ways.filter(dossier=OuterRef("dossier"))))

    def due(self, now: datetime):
        return self.filter(echeance_at__lte=now)

    def visible_to(self, actor: Actor):
        """One looks at what few demandes are; boards begin with one side."""
        mine = self.asked_by(actor).values("pk")
        return self.filter(Q(pk__in=self.received_by(actor).values("pk")) | Q(pk__in=mine))


def _copied(model):
    """Of who asks: a trigger copies it from where the dossier lies, and keeps it true."""
    return models.ForeignKey(
        model, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )


def _moment(label: str):
    return models.DateTimeField(label, null=True, blank=True)


class Demande(AtLieu):
    """The place is that of who receives; `par_…` that of who asks, copied so that boards need no join.

    `depuis`: the state is; `changed_at`: anything was done; `repondue_at`: first answered since it was sent.
    `avant`: the state to which undoing an admission leads. `entree`: the guichet by which it has come.
    `rappels`: of one waiting, so that each is told once. Texts stand in its transitions.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="demandes", db_index=False)
    orientation = models.CharField("orientation", max_length=10, choices=Orientation, editable=False)
    # Empty where nobody asks by this service: on paper.
    par_niveau = models.CharField(
        "niveau du demandeur", max_length=15, choices=Niveau, blank=True, editable=False
    )
    par_coordination = _copied(Coordination)
    par_etablissement = _copied(Etablissement)
    par_unite = _copied(Unite)
    par_professionnel = _copied(Professionnel)
    entree = models.ForeignKey(
        Guichet, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    etat = models.CharField("état", max_length=12, choices=Etat, default=Etat.SELECTIONNEE, editable=False)
    avant = models.CharField("état d’avant", max_length=12, choices=Etat, blank=True, editable=False)
    depuis = models.DateTimeField("depuis le")
    changed_at = models.DateTimeField("modifiée le")
    sent_at = _moment("envoyée le")
    opened_at = _moment("ouverte le")
    repondue_at = _moment("première réponse le")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="ouverte par",
        db_index=False,
    )
    date_proposee = models.DateField("date proposée", null=True, blank=True)
    valable_jusqu = models.DateField("valable jusqu’au", null=True, blank=True)
    date_admission = models.DateField("date d’admission", null=True, blank=True)
    motif = models.CharField("motif", max_length=12, blank=True)
    relancee_at = _moment("relancée le")
    deces_at = _moment("décès signalé le")
    deces_ignore_at = _moment("décès ni confirmé ni démenti le")
    # Since when somebody is awaited, how often he was told so, when the next thing falls due.
    attendue_at = _moment("attendue depuis")
    rappels = models.PositiveSmallIntegerField("rappels", default=0, editable=False)
    echeance_at = _moment("échéance")
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DemandeQuerySet.as_manager()

    class Meta(AtLieu.Meta):
        abstract = False
        verbose_name = "demande d’admission"
        verbose_name_plural = "demandes d’admission"
        constraints = [
            *AtLieu.Meta.constraints,
            models.CheckConstraint(
                name="demandes_demande_niveau",
                condition=Q(niveau__in=[one.value for one in LIEUX]),
                violation_error_code="lieu",
                violation_error_message="Une demande s’adresse à une unité, à un guichet ou à une CPAM.",
            ),
            models.CheckConstraint(
                name="demandes_demande_cpam",
                condition=~Q(niveau=Niveau.COORDINATION.value) | Q(orientation=Orientation.SANITAIRE.value),
                violation_error_code="lieu",
                violation_error_message="Seul un dossier de soins se demande à la CPAM.",
            ),
            models.CheckConstraint(
                name="demandes_demande_etat",
                condition=Q(etat__in=Etat.values),
                violation_error_message="Cet état n’existe pas.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "lieu_key"],
                condition=Q(etat__in=among(VIVANTS)),
                name="demandes_demande_once",
                violation_error_message="Une demande de ce dossier y est déjà en cours.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(etat=Etat.ADMIS.value),
                name="demandes_demande_one_admission",
                violation_error_message="Le patient est déjà admis ailleurs.",
            ),
            models.CheckConstraint(
                name="demandes_demande_sent",
                condition=Q(etat=Etat.SELECTIONNEE.value, sent_at=None)
                | Q(etat__in=among(CLOS))
                | Q(etat__in=among(RECUS | {Etat.ADMIS}), sent_at__isnull=False),
                violation_error_message="Une demande reçue a une date d’envoi.",
            ),
            models.CheckConstraint(
                name="demandes_demande_motif",
                condition=(Q(etat__in=among(CLOS)) & ~Q(motif="")) | (~Q(etat__in=among(CLOS)) & Q(motif="")),
                violation_error_code="motif",
                violation_error_message="Une demande close l’est pour un motif.",
            ),
            models.CheckConstraint(
                name="demandes_demande_proposee",
                condition=~Q(etat__in=among(PROPOSES))
                | Q(date_proposee__isnull=False, valable_jusqu__isnull=False),
                violation_error_code="date_proposee",
                violation_error_message="Une proposition a une date et une validité.",
            ),
            models.CheckConstraint(
                name="demandes_demande_validite",
                condition=Q(date_proposee=None) | Q(date_proposee__lte=F("valable_jusqu")),
                violation_error_code="valable_jusqu",
                violation_error_message="La proposition doit rester valable jusqu’à la date proposée.",
            ),
            models.CheckConstraint(
                name="demandes_demande_admission",
                condition=Q(etat=Etat.ADMIS.value, date_admission__isnull=False)
                | (~Q(etat=Etat.ADMIS.value) & Q(date_admission=None)),
                violation_error_code="date_admission",
                violation_error_message="Une admission a une date.",
            ),
            models.CheckConstraint(
                name="demandes_demande_avant",
                condition=Q(etat__in=[Etat.ADMIS.value, Etat.AILLEURS.value], avant__in=among(VIVANTS))
                | (~Q(etat__in=[Etat.ADMIS.value, Etat.AILLEURS.value]) & Q(avant="")),
                violation_error_message="Ce qui peut être rouvert garde son état d’avant.",
            ),
            models.CheckConstraint(
                name="demandes_demande_echeance",
                condition=Q(echeance_at=None) | Q(etat__in=among(RECUS)),
                violation_error_message="Rien n’échoit d’une demande qui n’est pas en cours.",
            ),
            models.CheckConstraint(
                name="demandes_demande_repondue",
                condition=Q(repondue_at=None) | Q(repondue_at__gte=F("sent_at")),
                violation_error_message="Une réponse vient après l’envoi.",
            ),
            models.CheckConstraint(
                name="demandes_demande_opened",
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                violation_error_message="Une ouverture a une date et un auteur.",
            ),
        ]
        indexes = [
            models.Index("dossier", "id", name="demandes_dossier"),
            *indexes.of_boards(),
            models.Index("opened_by", name="demandes_ouvertes_par", condition=Q(opened_by__isnull=False)),
            models.Index(
                "echeance_at",
                "id",
                name="demandes_echeance",
                condition=Q(echeance_at__isnull=False),
            ),
            # How long a unit takes to answer (`reads.criteres`).
            models.Index(
                "unite",
                "repondue_at",
                include=["sent_at"],
                name="demandes_unite_reponses",
                condition=Q(unite__isnull=False, repondue_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.dossier_id} : {self.get_etat_display()}"

    @property
    def lieu(self) -> Receveur:
        return Receveur(Niveau(self.niveau), getattr(self, self.niveau))

    @property
    def module(self) -> str:
        """Which table says what may be done, by whose rights it is received."""
        return module(Role.RECEVEUR, self.niveau, self.orientation)

    @property
    def motif_dit(self) -> str:
        return MOTIFS.get(self.motif, "")

    @property
    def is_closed(self) -> bool:
        return self.etat in FINAUX

    def names_patient(self, now: datetime) -> bool:
        """To who receives, if his mode does: a line that is closed says it for thirty days more."""
        kept = timedelta(days=settings.DEMANDE_NAMED_DAYS)
        return self.etat not in CLOS or self.depuis > now - kept
