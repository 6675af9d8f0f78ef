"""How a coordination is reached, and which modules it has deployed."""

from django import forms

from annuaire.models import Coordination
from viatraj.core.champs import Email, Ligne, Plusieurs, Telephone
from viatraj.core.champs.fields import ChampField
from viatraj.core.droits import Domaine

MODULES = tuple(one for one in Domaine.choices if one[0] != Domaine.ADMINISTRATION)
HORAIRES = "Exemple\u00a0: du lundi au vendredi, de 9\u00a0h à 17\u00a0h."
CHAMPS = (
    Telephone("telephone", "Téléphone de l’assistance"),
    Ligne("horaires", "Horaires", most=200, aide=HORAIRES),
    Email("email", "Adresse mail"),
    Ligne("adresse", "Adresse", most=300),
    Plusieurs(
        "modules",
        "Modules déployés",
        options=MODULES,
        aide="Un module non déployé ne s’attribue pas dans ce département.",
    ),
)


class CoordinationForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, sent=None, *, coordination: Coordination):
        known = {champ.code: getattr(coordination, champ.code) for champ in CHAMPS}
        super().__init__(sent, initial={**known, "version": coordination.version})
        for champ in CHAMPS:
            self.fields[champ.code] = ChampField(champ)

    def clean(self):
        known = super().clean()
        return {name: value if value is not None else "" for name, value in known.items()} | {
            "modules": known.get("modules") or []
        }

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, what is recorded now, what was typed) where somebody else has written meanwhile."""
        pairs = [(one, getattr(self.stale, one.code), self.cleaned_data[one.code]) for one in CHAMPS]
        told = [(one.label, *(one.said(text) if text else "" for text in texts)) for one, *texts in pairs]
        return [(label, now, typed) for label, now, typed in told if now != typed]
