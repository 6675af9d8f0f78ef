"""Each report once more, in plain Python over the rows of dossiers and demandes: what the engine must equal.

Nothing here is the product’s but its models: no store, no SQL that counts.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil, floor

from django.db.models import Prefetch

from demandes.models import Demande, EtapeNotification, Notification
from dossiers.models import Dossier, LienMedecin, Presence
from dossiers.volets.pathologies import GROUPES
from observatoire.masquage.tableau import Personnes
from observatoire.models.cles import digest_of
from tests.observatoire.mondes import PARIS

CHERCHES = {"envoyee", "consultee", "etude", "precision", "attente"}
TROUVES = {"acceptee", "confirmee", "admis"}


def seconds(since, until):
    if since is None or until is None:
        return None
    return max(0, floor((until - since) / timedelta(seconds=1)))


def quantile(values, rang):
    hours = sorted(one // 3600 for one in values)
    return hours[ceil(rang * len(hours)) - 1] * 3600 if hours else None


def mois(at):
    return f"{at.astimezone(PARIS):%Y-%m}"


def jour(at):
    return at.astimezone(PARIS).date()


class OfDossier:
    """What a demande and a dossier have alike."""

    source: Dossier

    @property
    def personne(self):
        one = self.source
        return digest_of(f"{one.nom_cle}|{one.prenom_cle}|{one.date_naissance.isoformat()}")

    @property
    def type(self):
        types = self.source.types
        return None if not types else types[0] if len(types) == 1 else "plusieurs"

    @cached_property
    def administratif(self):
        found = [one.contenu for one in self.source.volets.all() if one.kind == "administratif"]
        return found[0] if found else {}

    @property
    def age(self):
        born, at = self.source.date_naissance, jour(self.source.created_at)
        years = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
        for least, most in ((0, 17), (18, 39), (40, 59), (60, 74), (75, 84), (85, 94), (95, 200)):
            if least <= years <= most:
                return f"{least:03}"
        return None

    @property
    def groupe(self):
        found = [groupe for groupe, rows in GROUPES if self.source.pathologie in dict(rows)]
        return found[0] if found else None

    @cached_property
    def origine(self):
        asking = [one for one in self.source.presences.all() if one.role in ("demandeur", "medecin")]
        return asking[0] if asking else Presence()


@dataclass
class UneDemande(OfDossier):
    row: Demande

    @property
    def source(self):
        return self.row.dossier

    @property
    def ligne(self):
        return digest_of(f"demande|{self.row.pk}")

    @property
    def module(self):
        return "cpam" if self.row.niveau == "coordination" else self.row.orientation

    @cached_property
    def pas(self):
        return sorted(self.row.transitions.all(), key=lambda one: one.version)

    @property
    def premier_envoi(self):
        sent = [one.at for one in self.pas if one.verbe in ("envoyer", "enregistrer")]
        return min([*sent, self.row.sent_at])

    def etat_at(self, instant):
        by_then = [one.after for one in self.pas if one.at <= instant]
        return by_then[-1] if by_then else ""

    def fois(self, verbe):
        return sum(one.verbe == verbe for one in self.pas)

    @property
    def reponse(self):
        return seconds(self.row.sent_at, self.row.repondue_at)

    @property
    def admission(self):
        if self.row.date_admission is None or self.row.repondue_at is None:
            return None
        return max(0, (self.row.date_admission - jour(self.row.repondue_at)).days) * 86400


@dataclass
class UnDossier(OfDossier):
    source: Dossier

    @property
    def ligne(self):
        return digest_of(f"dossier|{self.source.pk}")

    @cached_property
    def demandes(self):
        return [UneDemande(one) for one in self.source.demandes.all() if one.sent_at]

    @property
    def envoye(self):
        return min((one.premier_envoi for one in self.demandes), default=None)

    @property
    def date_admission(self):
        return max((one.row.date_admission for one in self.demandes if one.row.date_admission), default=None)

    @cached_property
    def volets(self):
        return list(self.source.volets.all())

    @property
    def complet(self):
        if not self.volets or not all(one.is_enough for one in self.volets):
            return None
        return max(one.validated_at or one.updated_at for one in self.volets)

    @cached_property
    def lien(self):
        living = [one for one in self.source.liens.all() if one.etat != "hors_patientele"]
        return living[0] if living else None

    @property
    def medical_at(self):
        return next((one.validated_at for one in self.volets if one.kind == "medical"), None)

    @property
    def age_mois(self):
        born, at = self.source.date_naissance, jour(self.source.created_at)
        return (at.year - born.year) * 12 + at.month - born.month - (at.day < born.day)


@dataclass
class UneNotification:
    row: Notification

    @property
    def personne(self):
        one = self.row.decision
        return digest_of(f"{one.nom_cle}|{one.prenom_cle}|{one.date_naissance.isoformat()}")

    @property
    def ligne(self):
        return digest_of(f"notification|{self.row.pk}")

    def statut_at(self, instant):
        steps = EtapeNotification.objects.filter(notification=self.row, niveau="unite").order_by("version")
        by_then = [one.after for one in steps if one.at < instant]
        return by_then[-1] if by_then else ""


ABOVE = ("coordination", "etablissement", "unite")
PAR = ("par_coordination", "par_etablissement", "par_unite", "par_professionnel")


def demandes():
    """Read at once, then looked at in memory."""
    rows = Demande.objects.exclude(sent_at=None).select_related(*ABOVE, *PAR, "dossier")
    return [UneDemande(one) for one in rows.prefetch_related("transitions", "dossier__volets")]


def dossiers():
    asked = Demande.objects.select_related(*ABOVE).prefetch_related("transitions")
    lies_at = Presence.objects.select_related(*ABOVE)
    known = ("volets", Prefetch("liens", LienMedecin.objects.select_related("professionnel")))
    rows = Dossier.objects.prefetch_related(
        Prefetch("demandes", asked), Prefetch("presences", lies_at), *known
    )
    return [UnDossier(one) for one in rows]


def notifications():
    return [UneNotification(one) for one in Notification.objects.select_related("decision")]


def lies(row, perimetre, prefix=""):
    """Is it at one of these places?"""
    if perimetre.national:
        return True
    above = getattr(row, f"{prefix}coordination", None)
    return (
        getattr(row, f"{prefix}unite_id") in perimetre.unites
        or getattr(row, f"{prefix}etablissement_id") in perimetre.etablissements
        or getattr(row, f"{prefix}coordination_id") in perimetre.coordinations
        or (above is not None and above.region_id in perimetre.regions)
    )


def during(cadre, at) -> bool:
    return at is not None and cadre.debut <= jour(at) <= cadre.fin


def instant_of(cadre) -> datetime:
    end = datetime.combine(cadre.fin + timedelta(days=1), datetime.min.time(), PARIS)
    return min(end, cadre.now)


def table(rows, key, figures):
    """Of each group, its figures with who stands behind them.

    A figure is («n», condition), («part», index of the count, which of the keys stay), or («q», index of the
    count, delay, rank).
    """
    groups = defaultdict(list)
    for one in rows:
        groups[key(one)].append(one)
    return {
        cles: (
            tuple(_value(figures, figure, cles, groups) for figure in figures),
            tuple(_behind(_counted(figures, figure, members)) for figure in figures),
        )
        for cles, members in groups.items()
    }


def _counted(figures, figure, members):
    """Those of a group that a figure counts."""
    among = figure[1] if figure[0] == "n" else figures[figure[1]][1]
    return [one for one in members if among(one)]


def _value(figures, figure, cles, groups):
    counted = _counted(figures, figure, groups[cles])
    match figure:
        case ("n", _):
            return len(counted)
        case ("part", _, kept):
            alike = [one for one in groups if all(one[n] == cles[n] for n in kept)]
            whole = sum(len(_counted(figures, figure, groups[one])) for one in alike)
            return len(counted) / whole if whole else None
        case (_, _, delay, rang):
            return quantile([one for one in map(delay, counted) if one is not None], rang)


def _behind(counted):
    return Personnes.of([(one.personne, one.ligne) for one in counted])


def quartiles(of, delay):
    return [("q", of, delay, rang) for rang in (0.25, 0.5, 0.75, 0.9)]


def anyone(one) -> bool:
    return True
