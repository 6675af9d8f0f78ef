from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from annuaire.models import Lieu
from habilitations import checks
from habilitations.forms.droits import DroitsForm
from habilitations.forms.fins import STRETCHES, DureeOuDate, end_of
from viatraj.core.droits import Niveau
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField
from viatraj.core.typography import short_day

AT_MOST = 100  # structures at once
ABOVE = {  # asked of each place by the rules of a grant
    Niveau.ETABLISSEMENT: ["coordination"],
    Niveau.GUICHET: ["coordination", "etablissement"],
    Niveau.UNITE: ["etablissement__coordination"],
}
ENDING = '<span>{} <span class="sous">jusqu’au <span data-mois="{}" data-au-plus="{}">{}</span></span></span>'


class LieuxField(forms.MultipleChoiceField):
    """Accepts every place of the perimeter, also those that the shortened list does not show."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(label="Où", error_messages={"required": "Choisissez au moins un lieu."}, **kwargs)
        self.places = {}  # by level: a queryset

    def clean(self, value) -> list[Lieu]:
        keys = self.to_python(value)
        self.validate_length(keys)
        found = {
            lieu.key: lieu for niveau, rows in self.places.items() for lieu in _chosen(niveau, rows, keys)
        }
        if Niveau.NATIONAL in self.places and f"{Niveau.NATIONAL}:" in keys:
            found[f"{Niveau.NATIONAL}:"] = Lieu(Niveau.NATIONAL)
        if set(keys) - found.keys():
            raise ValidationError("Ce lieu ne fait pas partie de votre périmètre.", code="unknown")
        return list(found.values())

    def validate_length(self, keys):
        if not keys:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(set(keys)) > AT_MOST:
            raise ValidationError(f"Choisissez {AT_MOST} lieux au plus à la fois.", code="many")


def _chosen(niveau, rows, keys) -> list[Lieu]:
    if rows is None:
        return []
    prefix = f"{niveau}:"
    ids = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
    ids = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < 19]
    rows = rows.select_related(*ABOVE.get(niveau, []))
    return [Lieu(niveau, row) for row in rows.filter(pk__in=ids)] if ids else []


class AttributionForm(DureeOuDate, DroitsForm, KeyedForm):
    """HAB-1: where, from when, until when, with which rights."""

    lieux = LieuxField()
    debut = DateField(label="À partir du", required_sentence="Indiquez le premier jour.")
    duree = forms.ChoiceField(
        label="Durée",
        choices=[*STRETCHES.items(), ("", "Une autre date")],
        widget=forms.RadioSelect,
        required=False,
        initial="12",
    )
    fin = DateField(label="Jusqu’au (inclus)", required_sentence="Choisissez une durée, ou une date de fin.")

    def __init__(self, *args, today, places, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["lieux"].places = places
        self.fields["lieux"].choices = shown
        self.fields["duree"].choices = [*self._stretches(), ("", "Une autre date")]
        self.fields["fin"].required = False
        self.fields["fin"].one_of = self.fields["duree"].one_of = True
        self.initial.setdefault("debut", today)

    @property
    def start(self):
        """The first day as it was typed; today while none was, or a wrong one."""
        try:
            return max(self.today, self.fields["debut"].clean(self.data.get("debut") or self.today))
        except ValidationError:
            return self.today

    def _stretches(self):
        """Each with the date it gives, which the script keeps true while the first day is changed."""
        last = checks.last_day(self.today).isoformat()
        for months, label in STRETCHES.items():
            until = short_day(end_of(int(months), start=self.start, today=self.today))
            yield months, format_html(ENDING, label, months, last, until)
