"""What an order asks: a period, criteria, a comment for oneself (OBS-3)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from observatoire.calendrier import JOUR, LONGEST_YEARS, Periode, days_of
from observatoire.models import Format
from observatoire.models.commandes import COMMENTAIRE_MAX, TITRE_MAX
from observatoire.perimetres import Perimetre
from observatoire.policies import narrowed
from observatoire.rapports import Critere, Nature, Rapport
from viatraj.core.droits import Niveau
from viatraj.core.forms import KeyedForm
from viatraj.core.periods import REVERSED, add_months
from viatraj.core.saisie.fields import DateField

DATES = "dates"
MOST_VALUES = 200  # chosen for one criterion
FUTURE = "Cette période n’est pas finie\u00a0: choisissez une fin au plus tard aujourd’hui."
TOO_LONG = f"Une période compte {LONGEST_YEARS}\u00a0ans au plus."
NO_START, NO_END = "Indiquez le début de la période.", "Indiquez la fin de la période."
NOT_A_CHOICE = "Ce choix n’est pas ou n’est plus proposé. Choisissez dans la liste."
TOO_MANY = f"Choisissez {MOST_VALUES}\u00a0valeurs au plus, ou aucune pour les garder toutes."
COMMENTED = f"Un commentaire compte {COMMENTAIRE_MAX}\u00a0caractères au plus."


class CommandeForm(KeyedForm):
    """`perimetre`: all levels at which this person may order this report."""

    commentaire = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=COMMENTAIRE_MAX,
        widget=forms.Textarea({"rows": 3}),
        help_text="Pour organiser vos commandes. Vous seul le verrez\u00a0; n’y nommez aucun patient.",
        error_messages={"max_length": COMMENTED},
    )
    format = forms.ChoiceField(
        label="Format",
        choices=Format,
        initial=Format.XLSX,
        widget=forms.RadioSelect({"class": "choix-en-ligne"}),
    )

    def __init__(self, data: Any, *, rapport: Rapport, perimetre: Perimetre, today: date, **kwargs: Any):
        super().__init__(data, **kwargs)
        self.rapport, self.perimetre, self.today = rapport, perimetre, today
        self.fields |= self._of_period() | self._of_level()
        self.chosen = self._chosen()
        self.fields |= self._of_criteria()

    def _chosen(self) -> Perimetre:
        """Of what is sent, or shown first; all, when it is no level of his."""
        initial = self.get_initial_for_field(self.fields["pour"], "pour")
        said = str(self.data.get("pour", initial) if self.is_bound else initial)
        known = {value for value, _ in self.fields["pour"].choices}  # type: ignore[attr-defined]
        return narrowed(self.perimetre, *level_of(said)) if said in known else self.perimetre

    def _of_period(self) -> dict[str, forms.Field]:
        """None of what is always of today; one day of a photograph."""
        if not self.rapport.periode_sur:
            return {}
        start, end = days_of(Periode.MOIS, self.today)
        fin = DateField(label="Au", required_sentence=NO_END)
        fin.initial, fin.required, fin.one_of = end, self.is_photo, True
        if self.is_photo:
            fin.label = "Photographie au"
            return {"fin": fin}
        debut = DateField(label="Du", required_sentence=NO_START)
        debut.initial, debut.required, debut.one_of = start, False, True
        choices = [*Periode.choices, (DATES, "Entre deux dates, que voici")]
        periode = forms.ChoiceField(
            label="Période",
            choices=choices,
            initial=Periode.MOIS,
            widget=forms.RadioSelect({"class": "choix-en-ligne"}),
            error_messages={"required": "Choisissez une période.", "invalid_choice": NOT_A_CHOICE},
        )
        return {"periode": periode, "debut": debut, "fin": fin}

    def _of_level(self) -> dict[str, forms.Field]:
        choices = list(levels(self.perimetre))
        pour = forms.ChoiceField(
            label="Pour",
            choices=choices,
            initial=choices[-1][0],
            widget=forms.RadioSelect if len(choices) > 1 else forms.HiddenInput,
            error_messages={"required": "Choisissez un niveau.", "invalid_choice": NOT_A_CHOICE},
        )
        return {"pour": pour}

    def _of_criteria(self) -> dict[str, forms.Field]:
        """Those that have something to choose at the level that is shown."""
        found = {f"critere_{one.cle}": self._of_criterion(one) for one in self.rapport.criteres}
        return {name: field for name, field in found.items() if field.choices}

    def _of_criterion(self, critere: Critere) -> forms.Field:
        return forms.MultipleChoiceField(
            label=critere.titre,
            choices=critere.choix(self.chosen),
            required=False,
            widget=forms.CheckboxSelectMultiple({"class": "choix-en-colonnes"}),
            error_messages={"invalid_choice": NOT_A_CHOICE, "invalid_list": NOT_A_CHOICE},
        )

    @property
    def is_photo(self) -> bool:
        return self.rapport.nature == Nature.PHOTO

    @property
    def criteria(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("critere_")]

    @property
    def chosen_criteria(self) -> bool:
        """Are any chosen, or refused? Then they are shown."""
        return any(field.errors or field.value() for field in self.criteria)

    @property
    def lost(self) -> list[str]:
        """Criteria of the order or the model it begins with, of which a value is offered no more."""
        found = []
        for one in self.rapport.criteres:
            field = self.fields.get(f"critere_{one.cle}")
            offered = {value for value, _ in field.choices} if field else set()  # type: ignore[attr-defined]
            if not offered.issuperset(self.initial.get(f"critere_{one.cle}", ())):
                found.append(one.titre)
        return found

    def clean(self) -> dict[str, Any]:
        """What `actions.order` takes."""
        said = super().clean() or self.cleaned_data
        debut, fin = self._days(said)
        if fin and debut:
            self._check(debut, fin)
        criteres = {}
        for one in self.rapport.criteres:
            if chosen := said.get(f"critere_{one.cle}"):
                criteres[one.cle] = chosen
                if len(chosen) > MOST_VALUES:
                    self.add_error(f"critere_{one.cle}", TOO_MANY)
        kept = {name: said[name] for name in ("format", "commentaire", "cle") if name in said}
        return kept | self._at(said) | {"debut": debut, "fin": fin, "criteres": criteres}

    def _at(self, said: dict[str, Any]) -> dict[str, Any]:
        niveau, territoire = level_of(said.get("pour") or "")
        return {"niveau": niveau, "territoire": territoire}

    def proposed(self) -> dict[str, Any] | None:
        """What the empty page offers, as `clean` gives it; None when it is no order yet."""
        said = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        debut, fin = self._days(said)
        if debut is None or fin is None or fin < debut:
            return None
        chosen = {one.cle: said.get(f"critere_{one.cle}") or [] for one in self.rapport.criteres}
        criteres = {cle: values for cle, values in chosen.items() if values}
        return self._at(said) | {"debut": debut, "fin": fin, "criteres": criteres}

    def _days(self, said: dict[str, Any]) -> tuple[date | None, date | None]:
        if not self.rapport.periode_sur:
            return self.today, self.today
        if self.is_photo:
            return said.get("fin"), said.get("fin")
        periode = said.get("periode")
        if periode and periode != DATES:
            return days_of(periode, self.today)
        debut, fin = said.get("debut"), said.get("fin")
        for name, day, sentence in (("debut", debut, NO_START), ("fin", fin, NO_END)):
            if self.is_bound and periode and not day and name not in self.errors:
                self.add_error(name, sentence)
        return debut, fin

    def _check(self, debut: date, fin: date) -> None:
        if fin < debut:
            self.add_error("fin", REVERSED)
        elif fin > self.today:
            self.add_error("fin", FUTURE)
        elif fin > add_months(debut, 12 * LONGEST_YEARS):
            self.add_error("debut", TOO_LONG)


WHOSE = {
    Niveau.NATIONAL: "La France entière",
    Niveau.ETABLISSEMENT: "Vos établissements",
    Niveau.UNITE: "Vos unités",
}


def levels(perimetre: Perimetre) -> Iterator[tuple[str, str]]:
    """Widest first; of coordinations and régions, each by its name."""
    for niveau in perimetre.niveaux:
        if niveau in WHOSE:
            yield niveau.value, WHOSE[niveau]
            continue
        for pk in perimetre.ids[niveau]:
            (name,) = narrowed(perimetre, niveau, pk).libelles
            yield f"{niveau.value}:{pk}", name


def level_of(value: str) -> tuple[str, int | None]:
    """As `levels` writes it."""
    niveau, _, pk = value.partition(":")
    return niveau, int(pk) if pk else None


class ModeleForm(forms.Form):
    """To keep an order under a name; each month, by itself, with a day."""

    titre = forms.CharField(
        label="Nom du modèle",
        max_length=TITRE_MAX,
        error_messages={
            "required": "Donnez un nom à ce modèle.",
            "max_length": f"Un nom compte {TITRE_MAX}\u00a0caractères au plus.",
        },
    )
    periode = forms.ChoiceField(
        label="Période",
        choices=Periode,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une période.", "invalid_choice": NOT_A_CHOICE},
    )
    mensuelle = forms.BooleanField(label="Commander chaque mois", required=False)
    jour = forms.IntegerField(
        label="Jour du mois",
        required=False,
        min_value=1,
        max_value=31,
        initial=JOUR,
        help_text=f"Le {JOUR}, les chiffres du mois précédent sont consolidés. Un mois plus court\u00a0: "
        "son dernier jour.",
        error_messages={
            "invalid": "Écrivez un nombre de 1 à 31.",
            "min_value": "Un jour du mois va de 1 à 31.",
            "max_value": "Un jour du mois va de 1 à 31.",
        },
    )

    def clean(self) -> dict[str, Any]:
        """What `actions.save_model` takes."""
        said = super().clean() or self.cleaned_data
        if said.get("mensuelle") and said.get("jour") is None and "jour" not in self.errors:
            self.add_error("jour", "Indiquez un jour du mois.")
        jour = said.get("jour") if said.get("mensuelle") else None
        return {"titre": said.get("titre"), "periode": said.get("periode"), "jour": jour}
