"""What the ROR says of many établissements, in one transaction: its picture, our sheets, their state (ANN-7).

Where something closes, opens again or lies elsewhere, or is wrong, it is left to `write_next`, one at a time.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from annuaire import policies
from annuaire.actions.nourris import Nourris, Nourriture
from annuaire.loading import ror as loading
from annuaire.models import Arrivage, Etablissement, Lieu, Offre, Releve, SiteRor, Synchronisation, Unite
from annuaire.reads import rapprochements as reads
from annuaire.ror import mapping
from annuaire.ror.mapping import Lue, OffreLue
from annuaire.ror.refus import Refused
from journal.models import record_each
from viatraj.core.actor import Actor

SLICE = 100
Line = tuple[Etablissement, str, dict[str, Any]]


@transaction.atomic
def write_many(releve: Releve, *, after: int = 0, now: datetime, by: Actor) -> int:
    """The next of them, all or none. Returns the key to go on from, 0 when none is left."""
    policies.feed(by)
    waiting = Arrivage.objects.filter(releve=releve, etat=Arrivage.Etat.A_FAIRE, raisons=[], pk__gt=after)
    rows = waiting.exclude(brut=[]).select_for_update(of=("self",), no_key=True, skip_locked=True)
    arrivages = list(rows.order_by("pk")[:SLICE])
    lot = Lot(releve, now, by, {one.finess: one for one in arrivages})
    try:
        with transaction.atomic():
            lot.read()
            lot.hold()
            stand, told = lot.write()
            record_each("structure.synchronised", stand, by=by)
            record_each("ror.written", told, by=by)
    except (IntegrityError, DataError, ValidationError):
        pass  # each alone says which one it is, and why
    return arrivages[-1].pk if arrivages else 0


def put_site(site: SiteRor, lue: Lue, empreinte: str, *, profil: int, now: datetime) -> bool:
    """Part of writing: the établissement as the ROR now says it, not saved; whether that is another."""
    valeurs = mapping.renewed(site.valeurs, lue.dits.valeurs, profil=profil)
    changed = valeurs != site.valeurs or bool(site.erreur) or site.absences > 0
    site.nom, site.region, site.valeurs = lue.nom, lue.region, valeurs
    site.libelles = site.libelles | lue.dits.libelles
    site.empreinte, site.ferme_le, site.vu_le = empreinte, lue.ferme_le, now
    site.absences, site.erreur = 0, ""
    return changed


def put_offre(
    offre: Offre, site: SiteRor, lue: OffreLue, empreinte: str, *, profil: int, now: datetime
) -> None:
    """Part of writing: the offer as the ROR now says it, not saved."""
    offre.valeurs = mapping.renewed(offre.valeurs, lue.dits.valeurs, profil=profil)
    offre.site, offre.nom, offre.empreinte = site, lue.nom, empreinte
    offre.libelles = offre.libelles | lue.dits.libelles
    offre.fermee_le, offre.vue_le, offre.absences = lue.fermee_le, now, 0


def says_new(offre: Offre, lue: OffreLue, empreinte: str) -> bool:
    """Part of writing: whether an offer that stays where it is says something else, or is back."""
    return (offre.empreinte, offre.fermee_le, offre.absences) != (empreinte, lue.fermee_le, 0)


@dataclass
class Lot:
    """By FINESS number: what one transaction writes. Rows are taken in the order of locks."""

    releve: Releve
    now: datetime
    by: Actor
    arrivages: dict[str, Arrivage]
    lues: dict[str, Lue] = field(default_factory=dict)
    sites: dict[str, SiteRor] = field(default_factory=dict)
    offres: dict[str, Offre] = field(default_factory=dict)  # by identifier
    etablissements: dict[str, Etablissement] = field(default_factory=dict)
    nourris: Nourris = field(default_factory=Nourris)

    def read(self) -> None:
        today = timezone.localdate(self.now)
        for finess, one in self.arrivages.items():
            try:
                known = {"finess": finess, "profil": self.releve.profil, "today": today}
                self.lues[finess] = mapping.read(one.brut, **known)
            except Refused:
                continue

    def hold(self) -> None:
        """Whose offer comes from elsewhere, or who needs more than to be fed, is left out."""
        sites = SiteRor.objects.filter(finess__in=self.lues)
        self.sites = {one.finess: one for one in _held(sites)}
        cles = [one.cle for lue in self.lues.values() for one in lue.offres]
        known = Offre.objects.filter(Q(cle__in=cles) | Q(site__in=[one.pk for one in self.sites.values()]))
        self.offres = {one.cle: one for one in _held(known)}
        self.nourris.hold_decisions(self.offres.values())
        rows = Etablissement.objects.filter(finess__in=self.lues, closed_at=None)
        held = list(_held(rows.select_related("coordination")))
        self.etablissements = {str(one.finess): one for one in held}
        self.nourris.hold_units(held)
        mine: dict[int, list[Offre]] = {one.pk: [] for one in self.sites.values()}
        by_pk = {one.pk: one for one in self.sites.values()}
        for offre in self.offres.values():
            if offre.site_id in mine:
                offre.site = by_pk[offre.site_id]
                mine[offre.site_id].append(offre)
        for finess in [*self.lues]:
            here = self.sites[finess].pk if finess in self.sites else None
            if not self._is_plain(finess, here, mine.get(here or 0, [])):
                del self.lues[finess]

    def _is_plain(self, finess: str, here: int | None, known: list[Offre]) -> bool:
        lue = self.lues[finess]
        if any(one.cle in self.offres and self.offres[one.cle].site_id != here for one in lue.offres):
            return False
        believes = self.releve.believes_absence
        return self.nourris.is_plain(lue, self.etablissements.get(finess), known, believes_absence=believes)

    def write(self) -> tuple[list[Line], list[Line]]:
        """What the journal keeps: whose state is another one, what was done."""
        bilans: dict[str, Counter[str]] = {finess: Counter() for finess in self.lues}
        nourriture = Nourriture(self.releve, self.now, self.by)
        for finess, lue in self.lues.items():
            site = self.sites.setdefault(finess, SiteRor(finess=finess))
            empreinte = self.arrivages[finess].empreintes[""]
            if put_site(site, lue, empreinte, profil=self.releve.profil, now=self.now) and self._fed(finess):
                nourriture.dits.append((self.etablissements[finess], site))
            bilans[finess]["illisibles"] = len(lue.dits.notes) + sum(
                len(one.dits.notes) for one in lue.offres
            )
        loading.picture([self.sites[finess] for finess in self.lues])
        touched: list[Offre] = []
        for finess in self.lues:
            mine = [*self._touched(finess, bilans[finess])]
            touched += mine
            if self._fed(finess):
                nourriture.dits += self._joined(mine)
        loading.offered(touched)
        stand = self._stand(bilans)
        self._feed(nourriture, bilans)
        return [_line(one) for one in stand], self._told(bilans)

    def _fed(self, finess: str) -> bool:
        one = self.etablissements.get(finess)
        return one is not None and one.is_synchronised

    def _joined(self, offres: list[Offre]) -> Iterable[tuple[Unite, Offre]]:
        for offre in offres:
            jointe = self.nourris.jointes.get(offre.pk)
            if jointe is not None and self.nourris.unites[jointe.unite_id].closed_at is None:
                yield self.nourris.unites[jointe.unite_id], offre

    def _feed(self, nourriture: Nourriture, bilans: dict[str, Counter[str]]) -> None:
        fed = [self.etablissements[finess] for finess in self.lues if self._fed(finess)]
        prefetch_related_objects(
            [one for one, _ in nourriture.dits if isinstance(one, Etablissement)], "elements"
        )
        for one in fed:
            one.synchronise_le = self.now
        counts = nourriture.feed(fed)
        for one in fed:
            bilans[str(one.finess)]["champs"] = counts.get(one.pk, 0)

    def _touched(self, finess: str, bilan: Counter[str]) -> Iterable[Offre]:
        """Its offers that are new or say something else; those that a complete run does not name."""
        digests, site = self.arrivages[finess].empreintes, self.sites[finess]
        for lue in self.lues[finess].offres:
            offre = self.offres.get(lue.cle)
            if offre is not None and not says_new(offre, lue, digests[lue.cle]):
                continue
            before = offre.valeurs.get("nature") if offre else None
            bilan["offres_changees" if offre else "offres_nouvelles"] += 1
            offre = offre or Offre(cle=lue.cle)
            known = offre.pk is not None
            put_offre(offre, site, lue, digests[lue.cle], profil=self.releve.profil, now=self.now)
            bilan["natures"] += known and before != offre.valeurs.get("nature")
            self.offres[lue.cle] = offre
            yield offre
        if self.releve.believes_absence:
            for offre in self.offres.values():
                if offre.site_id == site.pk and offre.cle not in digests:
                    offre.absences = min(offre.absences + 1, settings.ROR_ABSENCES)
                    bilan["offres_absentes"] += 1
                    yield offre

    def _stand(self, bilans: dict[str, Counter[str]]) -> list[Etablissement]:
        """How our établissements stand with it now, and the ROR's own texts, shown as a hint.

        Returns those whose state is new. Who is fed is saved with his values.
        """
        ours = {finess: self.etablissements.get(finess) for finess in self.lues}
        for finess, one in ours.items():
            bilans[finess]["inconnus"] = one is None
        here = {finess: one for finess, one in ours.items() if one is not None}
        apart = {finess: one for finess, one in here.items() if not one.is_synchronised}
        pks = {self.sites[finess].pk for finess in apart}
        etats = reads.etats_of(apart, [one for one in self.offres.values() if one.site_id in pks])
        changed: list[Etablissement] = []
        stand: list[Etablissement] = []
        for finess, one in here.items():
            textes, etat = self.lues[finess].textes, etats.get(finess, Synchronisation.ACTIVE)
            told = self.releve.is_complete and one.textes_source != textes
            one.textes_source = textes if told else one.textes_source
            if one.synchronisation != etat:
                one.synchronisation, one.synchronise_le = etat, self.now
                one.version += 1
                stand.append(one)
                changed.append(one)
            elif told:
                changed.append(one)
        loading.stand([one for one in changed if not one.is_synchronised])
        return stand

    def _told(self, bilans: dict[str, Counter[str]]) -> list[Line]:
        done: list[Arrivage] = []
        lines: list[Line] = []
        for finess, bilan in bilans.items():
            one = self.arrivages[finess]
            one.etat = Arrivage.Etat.FAIT
            one.bilan = {word: int(count) for word, count in bilan.items() if count}
            done.append(one)
            ours = self.etablissements.get(finess)
            if ours is not None and one.bilan:
                lines.append((ours, ours.nom, {"releve": self.releve.pk, "bilan": one.bilan, "refus": []}))
        loading.settle(done)
        return lines


def _line(one: Etablissement) -> Line:
    return one, str(Lieu.of(one)), {"etat": Synchronisation(one.synchronisation).label}


def _held(rows):
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")
