from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django import forms

from habilitations import checks
from habilitations.reads import lots
from viatraj.core.periods import add_months
from viatraj.core.saisie.fields import DateField
from viatraj.core.typography import plural, span

NAMED = 3  # people of a lot who refuse a stretch; the others are counted
STRETCHES = {"6": "6 mois", "12": "1 an", "24": "2 ans", "60": "5 ans"}


def end_of(months: int, *, start: date, today: date) -> date:
    """From the first day, as far as a habilitation may go."""
    return min(add_months(start, months), checks.last_day(today))


@dataclass(frozen=True)
class Stretch:
    """A choice of the page, with the date it gives."""

    months: str
    until: date
    note: str = ""

    @property
    def label(self) -> str:
        return STRETCHES[self.months]


class DureeOuDate:
    """Of a form with `duree`, `fin`, `start`, `today`: the stretch, else the date; hands over `fin` alone."""

    def clean(self):
        typed = super().clean()
        duree = typed.pop("duree", "")
        if duree:
            typed["fin"] = end_of(int(duree), start=self.start, today=self.today)
        elif not typed.get("fin") and "fin" not in self.errors:
            self.add_error("fin", self.fields["fin"].error_messages["required"])
        return typed


class EcheanceForm(DureeOuDate, forms.Form):
    """HAB-5: a stretch in one click, or a date; `start`: from today unless it begins later."""

    duree = forms.ChoiceField(choices=list(STRETCHES.items()), required=False)
    fin = DateField(label="Ou jusqu’au (inclus)", required_sentence="Choisissez une durée, ou une date.")

    def __init__(self, *args, today, start=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.start = today, max(today, start or today)
        self.fields["fin"].required, self.fields["fin"].one_of = False, True

    def stretches(self) -> list[Stretch]:
        ends = {months: end_of(int(months), start=self.start, today=self.today) for months in STRETCHES}
        return [Stretch(months, until, self.note(until)) for months, until in ends.items()]

    def note(self, until) -> str:
        """What is to be known of a choice before it is made."""
        return ""


class FinForm(EcheanceForm):
    """Of one habilitation; what shortens it is asked once more (`reduire`)."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reduire = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, habilitation, **kwargs):
        super().__init__(*args, start=habilitation.debut, **kwargs)
        self.present, self.is_agreed = habilitation.fin, False
        self.current = habilitation.version

    def note(self, until):
        return f"réduit de {span(until, self.present)}" if until < self.present else ""

    def clean(self):
        typed = super().clean()
        self.is_agreed = typed.pop("reduire", False)
        if typed.get("fin"):
            checks.end(typed["fin"], today=self.today)  # before it is asked whether to shorten
        return typed

    @property
    def asks(self) -> bool:
        """Valid, but shorter than it is, and not agreed to yet; of what was changed meanwhile, nothing."""
        if not self.is_valid() or self.is_agreed or self.cleaned_data["version"] != self.current:
            return False
        return self.cleaned_data["fin"] < self.present

    @property
    def shortened_by(self) -> str:
        return span(self.cleaned_data["fin"], self.present)


class LotForm(EcheanceForm):
    """One end for several rows; hands over `versions`, {key: version}, as they were read.

    `suites`: where the next one of each begins (`lots.followers`); `aside`: keys of those left out already.
    """

    def __init__(self, *args, rows, suites, aside, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered, self.suites = [row for row in rows if row.pk not in aside], suites
        self.names = {row.pk: f"version-{row.pk}" for row in rows}
        for row in rows:
            self.fields[self.names[row.pk]] = forms.IntegerField(
                widget=forms.HiddenInput, initial=row.version
            )

    def note(self, until):
        ticked = [row for row in self.offered if row.pk not in self.left]
        barred = [row for row in ticked if row.pk in self.barred(until)]
        if not barred:
            return ""
        names = list(dict.fromkeys(row.user.nom_complet for row in barred))
        shown, others = names[:NAMED], len(names) - NAMED
        if others > 0:
            shown.append(f"{others} {plural(others, 'autre,autres')}")
        return f"{len(barred)} sur {len(ticked)} à décocher\u00a0: {', '.join(shown)}"

    def barred(self, fin) -> set[int]:
        """Keys of the rows that would refuse this end."""
        suites = self.suites
        return {row.pk for row in self.offered if lots.barred(row, fin, following=suites.get(row.pk))}

    @cached_property
    def left(self) -> set[int]:
        """Those that have refused the end that was sent: to be left out, or another end to be chosen."""
        fin = self.is_bound and getattr(self, "cleaned_data", {}).get("fin")
        return self.barred(fin) if fin else set()

    def clean(self):
        typed = super().clean()
        versions = {pk: typed.pop(name, None) for pk, name in self.names.items()}
        return {**typed, "versions": versions}


class PrevenirForm(forms.Form):
    """`left`: structures that would have no référent any more (`relais.alone`); `prevenir` is then asked."""

    prevenir = forms.BooleanField(
        label="Continuer sans référent\u00a0: la coordination en sera prévenue", required=False
    )

    def __init__(self, *args, left, **kwargs):
        super().__init__(*args, **kwargs)
        self.left = left
        self.fields["prevenir"].one_of = True  # never «facultatif»

    @property
    def asks(self) -> bool:
        """Also when the action alone has found it out; never where nobody can be told."""
        return bool(self.left or self["prevenir"].errors) and all(one.is_told for one in self.left)


class DepartForm(PrevenirForm):
    """One date for what a person holds in a structure, and is ticked."""

    fin = DateField(
        label="Dernier jour (inclus)",
        required_sentence="Indiquez le dernier jour.",
        help_text="La personne garde ses droits jusqu’à ce jour au soir. Ce qui finit plus tôt ne change "
        "pas.",
    )
    choix = forms.TypedMultipleChoiceField(
        label="Ce qui prend fin",
        coerce=int,
        error_messages={
            "required": "Cochez au moins une habilitation.",
            "invalid_choice": "Une habilitation cochée n’est plus en cours\u00a0: relisez la liste.",
        },
    )
    field_order = ["choix", "fin", "prevenir"]

    def __init__(self, *args, rows, **kwargs):
        """`rows`: the habilitations that he may end."""
        super().__init__(*args, **kwargs)
        self.fields["choix"].choices = [(row.pk, str(row.le_profil)) for row in rows]
        self.initial.setdefault("choix", [row.pk for row in rows])

    @property
    def ticked(self) -> set[str]:
        return {str(one) for one in self["choix"].value() or []}
