from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from habilitations.profils import AUCUN, NAMES, OUI, PROFILS, DroitProfil, Groupe, Profil
from viatraj.core.droits import FERMES, Domaine, Droit

PREFIX = "droit-"


@dataclass(frozen=True)
class Ligne:
    """A right as the page shows it: fixed, a box, a list of modes, or not deployed here."""

    droit: DroitProfil
    mode: str
    field: forms.BoundField | None
    deployed: bool

    @property
    def mode_label(self) -> str:
        return said(self.droit, self.mode)

    @property
    def choices(self) -> str:
        return ", ".join(NAMES[mode] for mode in self.droit.modes)


def said(droit: DroitProfil, mode: str) -> str:
    return "non" if mode == AUCUN and droit.is_box else NAMES[mode].lower()


class DroitsForm(forms.Form):
    """One field for each right that the profile lets choose; hands over `droits`, {key: mode} (HAB-3)."""

    def __init__(self, *args, profil: Profil, chosen=None, niveau=None, modules=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.profil, self.modules, self.chosen = profil, modules, chosen or {}
        self.droits = profil.at(niveau) if niveau else profil.droits
        for droit in self.droits:
            if not droit.is_fixed and self.is_deployed(droit):
                self.fields[f"{PREFIX}{droit.key}"] = _field(droit, self.mode_of(droit))

    def is_deployed(self, droit: DroitProfil) -> bool:
        if droit.droit in FERMES:
            return False
        return self.modules is None or not droit.domaine or droit.domaine in self.modules

    def mode_of(self, droit: DroitProfil) -> str:
        return self.chosen.get(droit.key, droit.mode)

    def groupes(self) -> Iterator[tuple[Groupe, list[Ligne]]]:
        for groupe in self.profil.groupes:
            yield groupe, [self._ligne(droit) for droit in groupe.droits if droit in self.droits]

    def _ligne(self, droit) -> Ligne:
        name = f"{PREFIX}{droit.key}"
        field = self[name] if name in self.fields else None
        return Ligne(droit, self.mode_of(droit), field, self.is_deployed(droit))

    def clean(self):
        typed = super().clean()
        by_key = {droit.key: droit for droit in self.droits}
        droits = {}
        for name in [name for name in typed if name.startswith(PREFIX)]:
            droit, value = by_key[name.removeprefix(PREFIX)], typed.pop(name)
            mode = (OUI if value else AUCUN) if droit.is_box else value
            if mode != droit.mode:
                droits[droit.key] = mode
        return {**typed, "droits": droits}


def _field(droit: DroitProfil, mode: str) -> forms.Field:
    label = droit.droit.label
    if droit.is_box:
        return forms.BooleanField(label=label, required=False, initial=mode != AUCUN)
    choices = [(one, NAMES[one].capitalize()) for one in droit.modes]
    return forms.ChoiceField(label=label, choices=choices, initial=mode)


class AjustementForm(DroitsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def differences(self, now: dict[str, str]) -> Iterator[tuple[str, str, str]]:
        """Right by right where they differ: what stands, by key, then what was typed."""
        typed = self.cleaned_data["droits"]
        for droit in self.droits:
            here, there = now[droit.key], typed.get(droit.key, droit.mode)
            if here != there:
                module = f" ({Domaine(droit.domaine).label})" if droit.domaine else ""
                yield f"{droit.droit.label}{module}", said(droit, here), said(droit, there)


class DroitForm(forms.Form):
    """«Pourquoi puis-je, pourquoi ne puis-je pas»: one right, looked into."""

    droit = forms.ChoiceField(label="Je voudrais comprendre ce droit", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = {one.droit for profil in PROFILS.values() for one in profil.droits}
        self.fields["droit"].choices = [("", "Choisissez un droit")] + [
            (droit.value, droit.label) for droit in Droit if droit in known
        ]

        self.fields["droit"].one_of = True

    def clean_droit(self):
        return Droit(self.cleaned_data["droit"])
