"""The boards of notifications: counters, a page of rows, what is told on landing, a search by name (DOS-4).

A page begins after a key: the oldest first while they live, the newest first once closed. Lists and details
ask the same rule (`Notification.objects.sent_by`, `received_by`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Count, Q, QuerySet, Value
from django.utils import timezone

from annuaire.models import Cle
from demandes.handicap.motifs import categorie_dite
from demandes.handicap.statuts import Cote, Statut
from demandes.handicap.suivis import Suivi, Vue, suivis
from demandes.handicap.validites import Validite
from demandes.models import Notification
from demandes.reads.tableaux.lignes import since
from dossiers.models import Sexe
from dossiers.volets.adressage import age_on
from viatraj.core.actor import Actor
from viatraj.core.typography import counted, grouped

A_PAGE, A_SLICE = 50, 1_000
FOUND_AT_MOST = 100
APRES = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
TONES = {
    Statut.ENVOYEE: ("info", ""),
    Statut.REACTIVEE: ("info", ""),
    Statut.LUE: ("info", ""),
    Statut.CONTACT: ("info", ""),
    Statut.ANALYSE: ("attention", "sablier"),
    Statut.ADMISSIBLE: ("attention", "sablier"),
    Statut.ADMIS: ("attention", "horloge"),
    Statut.ESSAI: ("attention", "horloge"),
    Statut.NON_CONCLUANT: ("attention", ""),
    Statut.IMPOSSIBLE: ("erreur", ""),
    Statut.REORIENTATION: ("attention", ""),
    Statut.ENTRE: ("succes", ""),
}


@dataclass(frozen=True)
class Ligne:
    """`personne` and `naissance` are empty where the ESMS may know them no more; `profil` says the rest."""

    notification: Notification
    personne: str
    naissance: str
    profil: str
    orientation: str
    chez: str
    statut: str
    tone: str
    icon: str
    motif: str
    dans: str
    age: str
    validite: Validite


@dataclass(frozen=True)
class Compteur:
    vue: Vue
    nombre: int | None

    @property
    def dit(self) -> str:
        return "" if self.nombre is None else grouped(self.nombre)


class Suivis:
    """One board of one actor, at one moment."""

    def __init__(self, suivi: Suivi, actor: Actor, vue: str, *, now: datetime):
        self.suivi, self.actor, self.now = suivi, actor, now
        self.vue = suivi.vue(vue)

    @cached_property
    def rows(self) -> QuerySet:
        mine = Notification.objects
        return mine.sent_by(self.actor) if self.suivi.cote == Cote.MDPH else mine.received_by(self.actor)

    def compteurs(self) -> list[Compteur]:
        """One statement: of all that lives; what is closed is not counted."""
        living = [one for one in self.suivi.vues if not one.is_closed]
        counts = {one.code.replace("-", "_"): Count("pk", filter=_in(one)) for one in living}
        found = self.rows.living().aggregate(**counts)
        return [Compteur(one, found.get(one.code.replace("-", "_"))) for one in self.suivi.vues]

    def page(self, after: str, *, size: int | None = None) -> tuple[list[Ligne], str]:
        """The rows after a key, found in an index alone, and the key that the next page begins after."""
        size = size or A_PAGE
        rows, way = self.rows.filter(_in(self.vue)), "-pk" if self.vue.is_closed else "pk"
        if APRES.fullmatch(after):
            rows = rows.filter(**{"pk__lt" if self.vue.is_closed else "pk__gt": int(after)})
        keys = list(rows.order_by(way).values_list("pk", flat=True)[: size + 1])
        shown = _whole(Notification.objects.filter(pk__in=keys[:size])).order_by(way)
        following = str(keys[size - 1]) if len(keys) > size else ""
        return lignes(list(shown), self.suivi.cote, now=self.now), following

    def slices(self) -> Iterator[list[Ligne]]:
        """All of it, for a file."""
        after: str | None = ""
        while after is not None:
            found, following = self.page(after, size=A_SLICE)
            yield found
            after = following or None


def _in(vue: Vue) -> Q:
    return Q(statut__in=[one.value for one in Statut if one in vue.statuts])


def _whole(rows: QuerySet) -> QuerySet:
    return rows.select_related("decision", "mdph", "etablissement", "unite__etablissement")


def waiting(suivi: Suivi, actor: Actor, *, now: datetime) -> list[Compteur]:
    """What he has to do there, one by one: the first vue unites them."""
    counted = Suivis(suivi, actor, "", now=now).compteurs()
    return [one for one in counted[1:] if one.vue.attend and one.nombre]


def resumes(actor: Actor, *, now: datetime) -> list[tuple[Suivi, list[Compteur]]]:
    """Each board that he holds, with what awaits him there: one statement a board."""
    return [(one, waiting(one, actor, now=now)) for one in suivis(actor)]


def lignes(rows: Sequence[Notification], cote: str, *, now: datetime) -> list[Ligne]:
    """No statement: the rows come whole."""
    return [ligne(one, cote, now=now) for one in rows]


def ligne(one: Notification, cote: str, *, now: datetime) -> Ligne:
    decision, today = one.decision, timezone.localdate(now)
    named = cote == Cote.MDPH or one.names_person(now)
    tone, icon = TONES.get(Statut(one.statut), ("neutre", ""))
    return Ligne(
        notification=one,
        personne=f"{decision.nom} {decision.prenom}" if named else "",
        naissance=str(decision.naissance) if named else "",
        profil=profil(decision.date_naissance, decision.sexe, today),
        orientation=categorie_dite(decision.categorie),
        chez=str(one.lieu) if cote == Cote.MDPH else one.mdph.nom,
        statut=one.get_statut_display(),
        tone=tone,
        icon=icon,
        motif=one.motif_dit,
        dans=str(one.lieu) if one.unite else "",
        age=since(one.depuis, now),
        validite=decision.validite(today),
    )


def profil(naissance: date, sexe: str, today: date) -> str:
    """«12 ans, féminin»: all that is told without a name."""
    return f"{counted(age_on(naissance, today), 'an')}, {Sexe(sexe).label.lower()}"


def found(actor: Actor, nom: str, prenom: str, *, now: datetime) -> list[int]:
    """Keys of notifications whose person is so called, by the beginning of both names; one too many."""
    rows = Notification.objects.named_to(actor, now).filter(
        decision__nom_cle__startswith=Cle(Value(nom)), decision__prenom_cle__startswith=Cle(Value(prenom))
    )
    keys = rows.order_by("decision__nom_cle", "decision__prenom_cle", "pk")
    return list(keys.values_list("pk", flat=True)[: FOUND_AT_MOST + 1])


def again(actor: Actor, keys: Sequence[int], *, now: datetime) -> list[Ligne]:
    """Those found then, as they are now; of one whose name is told no more, nothing."""
    named = Notification.objects.named_to(actor, now).filter(pk__in=keys)
    mine = set(Notification.objects.sent_by(actor).filter(pk__in=keys).values_list("pk", flat=True))
    known = {one.pk: ligne(one, Cote.MDPH if one.pk in mine else Cote.ESMS, now=now) for one in _whole(named)}
    return [known[pk] for pk in keys if pk in known]
