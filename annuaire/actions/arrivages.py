"""What the ROR says of one établissement, in one transaction: its picture, then our sheets (ANN-7)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire import policies
from annuaire.actions.avis import closed_by_feed, keep_open
from annuaire.actions.fermetures import reopen
from annuaire.actions.fiches import feed_ror
from annuaire.actions.lots import put_offre, put_site, says_new
from annuaire.actions.synchro import put_etat
from annuaire.models import (
    Arrivage,
    AvisFermeture,
    Etablissement,
    Fermeture,
    Offre,
    Rapprochement,
    Releve,
    SiteRor,
    Synchronisation,
    Unite,
)
from annuaire.reads import rapprochements as reads
from annuaire.ror import mapping
from annuaire.ror.mapping import Lue, OffreLue
from annuaire.ror.refus import Refused
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import locked, save_valid

LONGEST = 300


@transaction.atomic
def write_next(releve: Releve, *, now: datetime, by: Actor) -> bool:
    """The next établissement that the run brought, whole or not at all; False when none is left."""
    policies.feed(by)
    waiting = Arrivage.objects.filter(releve=releve, etat=Arrivage.Etat.A_FAIRE)
    locking = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True)
    arrivage = locking.order_by("pk").first()
    if arrivage is None:
        return False
    ecriture = Ecriture(arrivage, releve, now, by)
    try:
        with transaction.atomic():
            ecriture.write()
        arrivage.etat = Arrivage.Etat.FAIT
    except (Refused, ValidationError, Denied) as error:
        said = "\u00a0; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        arrivage.raisons = [*arrivage.raisons, said[:LONGEST]]
        arrivage.etat = Arrivage.Etat.REFUSE
        ecriture.bilan = Counter({"refuses": 1})
        ecriture.blame(said[:LONGEST])
    arrivage.bilan = {word: count for word, count in ecriture.bilan.items() if count}
    save_valid(arrivage)
    if ecriture.etablissement is not None and arrivage.bilan:
        record(
            "ror.written",
            by=by,
            target=ecriture.etablissement,
            releve=releve.pk,
            bilan=arrivage.bilan,
            refus=arrivage.raisons[:5],
        )
    return True


@dataclass
class Ecriture:
    """One arrivage being written. Rows are taken in the order of locks: the picture, then our structures."""

    arrivage: Arrivage
    releve: Releve
    now: datetime
    by: Actor
    bilan: Counter[str] = field(default_factory=Counter)
    etablissement: Etablissement | None = None
    site: SiteRor | None = None
    jointes: dict[int, Rapprochement] = field(default_factory=dict)  # by offer
    unites: dict[int, Unite] = field(default_factory=dict)

    def write(self) -> None:
        if self.arrivage.raisons:
            raise Refused("rien de cet établissement n’est repris.")
        self.site = _locked_site(self.arrivage.finess)
        if not self.arrivage.brut:
            self._absent()
            return
        today = timezone.localdate(self.now)
        lue = mapping.read(
            self.arrivage.brut, finess=self.arrivage.finess, profil=self.releve.profil, today=today
        )
        digests = self.arrivage.empreintes
        offres = self._hold([one.cle for one in lue.offres])
        changed = self._picture(lue, digests[""])
        touched = [self._offre(one, offres.get(one.cle), digests[one.cle]) for one in lue.offres]
        if self.releve.believes_absence:
            self._missing()
        if self.etablissement is None:
            self.bilan["inconnus"] += 1
            return
        if self.releve.is_complete and self.etablissement.textes_source != lue.textes:
            self.etablissement.textes_source = lue.textes
            save_valid(self.etablissement)
        self._feed(changed, [one for one in touched if one is not None])
        self._close(lue)
        put_etat(self.etablissement, reads.etat_of(self.etablissement, self.site), now=self.now, by=self.by)

    def blame(self, said: str) -> None:
        """Nothing of it is taken; who is synchronised is told so, and stays greyed."""
        self.site = _locked_site(self.arrivage.finess)
        if self.site is not None:
            self.site.erreur = said
            save_valid(self.site)
        self.etablissement = _locked_etablissement(self.arrivage.finess)
        if self.etablissement is not None and self.etablissement.is_synchronised:
            put_etat(self.etablissement, Synchronisation.ERREUR, now=self.now, by=self.by)

    def _hold(self, cles: list[str]) -> dict[str, Offre]:
        """Its offers as we know them, whose decisions and units are held too."""
        known = Offre.objects.filter(cle__in=cles)
        if self.site is not None:
            known |= Offre.objects.filter(site=self.site)
        rows = list(known.select_for_update(of=("self",), no_key=True).order_by("pk"))
        standing = Rapprochement.objects.standing().filter(offre__in=[one.pk for one in rows])
        held = (
            standing.filter(unite__isnull=False).select_for_update(of=("self",), no_key=True).order_by("pk")
        )
        self.jointes = {one.offre_id: one for one in held}
        pks = [one.unite_id for one in self.jointes.values()]
        closings = Fermeture.objects.filter(unite__in=pks, rouverte_le=None)  # which may be taken back
        list(
            closings.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
        )
        self.etablissement = _locked_etablissement(self.arrivage.finess)
        units = Unite.objects.filter(pk__in=pks).select_for_update(of=("self",), no_key=True).order_by("pk")
        self.unites = {one.pk: one for one in units}
        return {one.cle: one for one in rows}

    def _picture(self, lue: Lue, empreinte: str) -> bool:
        """The établissement as the ROR now says it; whether that is another."""
        site = self.site or SiteRor(finess=lue.finess)
        changed = put_site(site, lue, empreinte, profil=self.releve.profil, now=self.now)
        self.site = save_valid(site)
        self.bilan["illisibles"] += len(lue.dits.notes) + sum(len(one.dits.notes) for one in lue.offres)
        return changed

    def _offre(self, lue: OffreLue, offre: Offre | None, empreinte: str) -> Offre | None:
        """The offer as the ROR now says it; None when that is nothing new."""
        if offre is not None and offre.site_id == self.site.pk and not says_new(offre, lue, empreinte):
            return None
        known = offre or Offre(cle=lue.cle)
        if offre is None:
            self.bilan["offres_nouvelles"] += 1
        elif offre.site_id != self.site.pk:
            self._moved(offre)
        else:
            self.bilan["offres_changees"] += 1
        before = known.valeurs.get("nature")
        put_offre(known, self.site, lue, empreinte, profil=self.releve.profil, now=self.now)
        self.bilan["natures"] += offre is not None and before != known.valeurs.get("nature")
        return save_valid(known)

    def _moved(self, offre: Offre) -> None:
        """To another établissement: its unit stays where it is, with all that hangs on it, and is free."""
        self.bilan["offres_deplacees"] += 1
        jointe = self.jointes.pop(offre.pk, None)
        if jointe is None:
            return
        jointe.defait_le = self.now
        save_valid(jointe)
        unite = self.unites[jointe.unite_id]
        unite.cle_offre = None
        unite.version += 1
        save_valid(unite)
        record("rapprochement.broken", by=self.by, target=unite, label=unite.nom, offre=offre.cle)

    def _missing(self) -> None:
        """What a complete run does not name, here or elsewhere, has been absent once more."""
        for one in self.site.offres.exclude(cle__in=list(self.arrivage.empreintes)).order_by("pk"):
            one.absences = min(one.absences + 1, settings.ROR_ABSENCES)
            save_valid(one)
            self.bilan["offres_absentes"] += 1

    def _feed(self, changed: bool, touched: list[Offre]) -> None:
        if not self.etablissement.is_synchronised:
            return
        flux = str(self.releve)
        if changed:
            done = feed_ror(
                self.etablissement, self.site.valeurs, self.site.libelles, flux=flux, now=self.now, by=self.by
            )
            self.bilan["champs"] += len(done)
        by_unite = {self.jointes[one.pk].unite_id: one for one in touched if one.pk in self.jointes}
        for pk, offre in sorted(by_unite.items()):
            if self.unites[pk].closed_at is None:
                unite = self.unites[pk]
                done = feed_ror(unite, offre.valeurs, offre.libelles, flux=flux, now=self.now, by=self.by)
                self.bilan["champs"] += len(done)
        self.etablissement = locked(self.etablissement)
        self.etablissement.synchronise_le = self.now
        save_valid(self.etablissement)
        put_etat(self.etablissement, Synchronisation.ACTIVE, now=self.now, by=self.by)

    def _close(self, lue: Lue | None) -> None:
        """What the ROR says closed, or has not named for long enough, as any feeder does (docs/adr/0059)."""
        for offre in self.site.offres.filter(pk__in=self.jointes).order_by("pk"):
            unite = self.unites[self.jointes[offre.pk].unite_id]
            if offre.fermee_le or offre.absences >= settings.ROR_ABSENCES:
                self._closed(unite, offre.fermee_le)
            elif offre.absences == 0:
                self._open_again(unite)
        if lue is not None and lue.ferme_le and self.etablissement.is_synchronised:
            self._closed(self.etablissement, lue.ferme_le)

    def _absent(self) -> None:
        """A complete run does not name this établissement."""
        if self.site is None:
            return
        self._hold([])
        self.site.absences = min(self.site.absences + 1, settings.ROR_ABSENCES)
        save_valid(self.site)
        self.bilan["absents"] += 1
        self._missing()
        if self.etablissement is None:
            return
        if self.site.absences >= settings.ROR_ABSENCES and self.etablissement.is_synchronised:
            self._closed(self.etablissement, None)
        else:
            self._close(None)

    def _closed(self, structure: Etablissement | Unite, on) -> None:
        if structure.closed_at:
            return
        avis = closed_by_feed(
            structure, on=on or timezone.localdate(self.now), flux=str(self.releve), now=self.now, by=self.by
        )
        self.bilan["fermetures"] += bool(avis and avis.recu_le == self.now)

    def _open_again(self, unite: Unite) -> None:
        """What the ROR had closed comes back, with what its closing had ended if that can be given back."""
        last = AvisFermeture.objects.of(unite).order_by("-pk").first()
        if last is None or not last.flux.startswith("ROR"):
            return
        if not last.suite:
            keep_open(unite, now=self.now, by=self.by)
        elif last.suite == AvisFermeture.Suite.ECHUE and unite.closed_at:
            fermeture = Fermeture.objects.of(unite).order_by("-pk").first()
            give_back = fermeture is not None and fermeture.may_be_given_back(self.now)
            reopen(unite, give_back=give_back, now=self.now, by=self.by)
            self.bilan["reouvertures"] += 1


def _locked_site(finess: str) -> SiteRor | None:
    rows = SiteRor.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(finess=finess).order_by("pk").first()


def _locked_etablissement(finess: str) -> Etablissement | None:
    rows = Etablissement.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(finess=finess, closed_at=None).order_by("pk").first()
