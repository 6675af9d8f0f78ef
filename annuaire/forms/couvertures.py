"""Where an HAD goes: the zones that are kept, and those to add: searched, pasted or typed, in a file."""

from django import forms
from django.core.exceptions import ValidationError

from annuaire.models import Unite
from annuaire.reads import couvertures, zones
from annuaire.reads.couvertures import Zone
from viatraj.core import tableaux
from viatraj.core.champs import Texte
from viatraj.core.champs.fields import ChampField
from viatraj.core.tableaux.cellules import Unreadable
from viatraj.core.typography import counted, grouped

LONGEST = 100_000
AJOUT = Texte(
    "ajout",
    "Liste à ajouter",
    most=LONGEST,
    aide="Une zone par ligne\u00a0: une commune (nom ou code INSEE), un EPCI (nom ou numéro SIREN), un "
    "département. Pour en exclure une, commencez la ligne par «\u00a0sauf\u00a0».",
)
GONE = "Cette zone ne figure plus dans la couverture\u00a0: rouvrez la page."
NOT_OFFERED = "Cette zone n’est plus proposée\u00a0: cherchez-la de nouveau."
SHOWN = 20  # faulty lines


class CouvertureForm(forms.Form):
    """`chosen`: what `actions.choose_zones` takes. What was not understood is told line by line, and kept.

    «Chercher» (`is_searching`) only shows what was found, beside all that was typed.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    zone = forms.CharField(
        label="Commune, EPCI ou département",
        max_length=zones.LONGEST,
        required=False,
        error_messages={"max_length": f"Au plus {zones.LONGEST} caractères."},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, sent=None, files=None, *, unite: Unite):
        self.unite = unite
        self.departement = unite.etablissement.coordination.departement_id or ""
        self.zones = {str(one): one for one in couvertures.zones(unite)}
        super().__init__(sent, files, initial={"version": unite.version, "garder": list(self.zones)})
        self.is_searching = bool(sent and "chercher" in sent)
        self.found = self._found((sent.get("zone") or "")[: zones.LONGEST]) if self.is_searching else []
        offered = dict.fromkeys([*self._ticked(), *self.found])
        labels = couvertures.labels([*self.zones.values(), *offered])
        self.fields["garder"] = _choice(
            "Zones actuelles",
            [(key, labels[zone]) for key, zone in self.zones.items()],
            "Décochez celles qui ne sont plus desservies.",
            GONE,
        )
        self.fields["trouvees"] = _choice(
            "Zones trouvées",
            [(str(zone), labels[zone]) for zone in offered],
            "Cochez celles à ajouter. «\u00a0Sauf\u00a0» exclut ce qu’une zone plus large dessert déjà.",
            NOT_OFFERED,
        )
        self.fields["ajout"] = ChampField(AJOUT)
        self.fields["fichier"] = forms.FileField(
            label="Fichier à importer",
            help_text="Un classeur .xlsx ou un fichier .csv, une zone par ligne, "
            f"{grouped(zones.MOST)} lignes au plus. La colonne des codes est reconnue à son titre.",
            required=False,
            widget=forms.FileInput({"accept": ".xlsx,.csv"}),
            error_messages={"invalid": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
        )
        for one in self.fields.values():
            one.one_of = True  # «facultatif» would stand at each

    def _ticked(self) -> list[Zone]:
        """Found before, and ticked: a search loses nothing. They are looked up when they are saved."""
        sent = self.data.getlist("trouvees") if hasattr(self.data, "getlist") else []
        return [zone for one in sent[: zones.MOST] if str(zone := Zone.of(one[:40])) == one and zone.is_whole]

    def _found(self, said: str) -> list[Zone]:
        found = zones.propose(said, departement=self.departement) if said.strip() else []
        return [
            one for one in couvertures.to_choose(found, self.zones.values()) if str(one) not in self.zones
        ]

    def clean_fichier(self) -> zones.Fichier | None:
        file = self.cleaned_data["fichier"]
        if file is None or self.is_searching:
            return None
        try:
            tableaux.read(file, lines := zones.Fichier())
        except Unreadable as error:
            raise ValidationError(error.sentences) from error
        return lines

    def clean(self):
        known = super().clean()
        if self.is_searching:
            return known
        chosen = {(one.kind, one.code): one for key in known.get("garder", ()) if (one := self.zones[key])}
        chosen |= {(one.kind, one.code): one for key in known.get("trouvees", ()) if (one := Zone.of(key))}
        self.notes: list[str] = []
        file = known.get("fichier")
        for name, text in (("ajout", known.get("ajout") or ""), ("fichier", file.text if file else "")):
            meant = zones.understand(text, departement=self.departement)
            if meant.faults:
                self.add_error(name, _told(meant.faults))
            chosen |= {(zone.kind, zone.code): zone for zone in meant.zones}
            self.notes += meant.notes
        self.notes += file.left_out if file else []
        return {"chosen": list(chosen.values()), "version": known.get("version", 0)}

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(what, what is recorded now, what was chosen) where somebody else has chosen meanwhile."""
        fresh, chosen = couvertures.zones(self.stale), self.cleaned_data["chosen"]
        labels = couvertures.labels([*fresh, *chosen])
        now, typed = (", ".join(sorted(labels[one] for one in ones)) for ones in (fresh, chosen))
        return [("Zones", now, typed)] if now != typed else []


def _choice(label, choices, help_text, gone) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=choices,
        widget=forms.CheckboxSelectMultiple({"class": "choix-en-colonnes"}),
        error_messages={"invalid_choice": gone},
    )


def _told(faults: list[zones.Faute]) -> ValidationError:
    more = len(faults) - SHOWN
    told = [_line(one) for one in faults[:SHOWN]]
    return ValidationError(told + [f"Et {counted(more, 'autre ligne')}."] * (more > 0))


def _line(fault: zones.Faute) -> str:
    if not fault.dit:
        return fault.pourquoi
    return f"Ligne {fault.numero}, «\u00a0{fault.dit}\u00a0»\u00a0: {fault.pourquoi}."
