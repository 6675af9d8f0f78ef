"""What is asked of a unit; posted, since it says what a patient has."""

from django import forms

from annuaire import fiches
from annuaire.forms.fiches import CodesWidget
from annuaire.forms.lieux import NOT_OFFERED, LieuForm, choice
from annuaire.natures import RECEVEUSES
from annuaire.reads import termes
from demandes.reads.offre import Besoin
from viatraj.core.droits import Niveau, Orientation

OLDEST = fiches.unite.AGE_MAX
# Of TRE_R213, those that a stay may be; of Grand Âge, what people call so: a mode, or how long (TRE_R240).
MODES = ("28", "34", "29", "30", "31")
HEBERGEMENTS = {
    "permanent": ("Hébergement permanent", {"sejour": "TRE_R240:02"}),
    "temporaire": ("Hébergement temporaire", {"sejour": "TRE_R240:01"}),
    "jour": ("Accueil de jour", {"mode": "47"}),
    "nuit": ("Accueil de nuit", {"mode": "48"}),
}
AN_AGE = f"Un âge est un nombre d’années, {OLDEST} au plus."
AT_MOST = 10
TOO_MANY = f"Demandez {AT_MOST} ressources au plus."


class BesoinForm(LieuForm):
    """`sent`: a MultiValueDict, of a POST or of what was kept."""

    def __init__(self, sent, *, orientation: str, today):
        super().__init__(sent)
        self.orientation = Orientation(orientation)
        offered = termes.offered(
            [fiches.donnee(Niveau.UNITE, one) for one in ("thesaurus", "ressources", "mode")], today=today
        )
        kinds = RECEVEUSES[self.orientation]
        self.fields["natures"] = forms.MultipleChoiceField(
            label="Type d’accueil",
            required=False,
            choices=[(one.value, one.label) for one in kinds],
            error_messages={"invalid_choice": NOT_OFFERED},
            widget=forms.CheckboxSelectMultiple({"class": "choix-en-colonnes"}),
        )
        self.fields["pathologie"] = choice(
            "Pathologie",
            [
                (one.titre, [(code.partition(":")[2], label) for code, label in one.termes])
                for one in offered.get("PATHOLOGIES", ())
            ],
        )
        self._choose_stay(offered)
        self.fields["age"] = forms.IntegerField(
            label="Âge",
            required=False,
            min_value=0,
            max_value=OLDEST,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), AN_AGE),
            widget=forms.TextInput({"inputmode": "numeric", "size": 4, "autocomplete": "off"}),
        )
        self._choose_ressources(offered)
        self.fields["favoris"] = forms.BooleanField(label="Seulement les favoris", required=False)
        self.unmarked()

    def _choose_stay(self, offered):
        if self.orientation == Orientation.GRAND_AGE:
            choices = [(code, label) for code, (label, _) in HEBERGEMENTS.items()]
            self.fields["hebergement"] = choice("Type d’hébergement", choices)
        elif self.orientation == Orientation.SANITAIRE:
            labels = {code: label for one in offered.get("TRE_R213", ()) for code, label in one.termes}
            known = [(code, labels[f"TRE_R213:{code}"]) for code in MODES if f"TRE_R213:{code}" in labels]
            self.fields["mode"] = choice("Mode de prise en charge", known)

    def _choose_ressources(self, offered):
        named = fiches.donnee(Niveau.UNITE, "ressources").champ.nomenclatures
        groupes = [one for name in reversed(named) for one in offered.get(name, ())]
        label = "Ressources et soins techniques nécessaires"
        self.fields["ressources"] = forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[pair for one in groupes for pair in one.termes],
            error_messages={"invalid_choice": NOT_OFFERED},
            widget=CodesWidget(groupes, [], label),
        )

    def clean_ressources(self):
        chosen = self.cleaned_data["ressources"]
        if len(chosen) > AT_MOST:
            raise forms.ValidationError(TOO_MANY)
        return tuple(chosen)

    @property
    def has_wrong_field(self) -> bool:
        """What is asked is not understood; a refusal of what was ticked is no such thing."""
        return any(name in self.errors for name in self.fields)

    @property
    def typed(self) -> dict[str, list[str]]:
        """As it was sent, to be kept and shown again."""
        return {name: self.data.getlist(name) for name in self.fields if name in self.data}

    def besoin(self, *, demandeuse: int | None, favoris: tuple[int, ...]) -> Besoin:
        said = self.cleaned_data
        _, stay = HEBERGEMENTS.get(said.get("hebergement", ""), ("", {"mode": said.get("mode", "")}))
        return Besoin(
            self.orientation,
            natures=tuple(said["natures"]),
            pathologie=said["pathologie"],
            ressources=said["ressources"],
            age=said["age"],
            lieu=said["lieu"],
            km=said["km"],
            nom=said["nom"],
            parmi=favoris if said["favoris"] else None,
            demandeuse=demandeuse,
            **stay,
        )
