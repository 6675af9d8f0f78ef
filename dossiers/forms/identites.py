"""Who a patient is: typed, or scanned (DOS-3)."""

from datetime import date

from django import forms
from django.conf import settings

from annuaire.models import Lieu
from annuaire.reads import communes, territoires
from dossiers import policies
from dossiers.models import LABELS, OIDS, Piece, Sexe, Statut
from dossiers.reads.doublons import Traits as Doublon
from dossiers.reads.lieux import lieux
from dossiers.volets import adressage
from viatraj.core.droits import Orientation
from viatraj.core.forms import KeyedForm
from viatraj.core.policies import can, refusal
from viatraj.core.saisie import ins, noms
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.datamatrix import Traits
from viatraj.core.saisie.fields import (
    DatamatrixField,
    MatriculeField,
    NaissanceField,
    NomField,
    ReadField,
)
from viatraj.core.saisie.naissances import Naissance
from viatraj.core.saisie.numeros import squeezed

OFF = {"autocomplete": "off"}  # a patient's name is not the user's own
OF_INSI = (Statut.RECUPEREE, Statut.QUALIFIEE)


def _natures() -> list[tuple[str, str]]:
    """Identities of test in the demonstration only."""
    known = [(oid, label) for oid, label in OIDS.items() if settings.DEMO or oid not in ins.TESTS]
    return [("", "Aucune"), *known]


class LieuNaissanceField(ReadField):
    """As a code, or by the name of the commune; one of several that bear it is chosen in `lieu_parmi`."""

    read = staticmethod(territoires.birthplace)
    attrs = OFF

    def __init__(self):
        help_text = "Nom de la commune, ou code INSEE de la commune ou du pays, par exemple 76540."
        super().__init__(label="Lieu de naissance", help_text=help_text, max_length=territoires.LONGEST)


class IdentiteForm(forms.Form):
    """Who the patient is. A Datamatrix that was scanned is read before anything else is asked."""

    datamatrix = DatamatrixField(
        required=False,
        help_text="Placez le curseur ici, puis scannez\u00a0: les champs ci-dessous se remplissent.",
    )
    nom = NomField(
        label="Nom de naissance du patient", attrs=OFF, required_sentence="Indiquez le nom du patient."
    )
    prenom = NomField(
        label="Premier prénom de naissance", attrs=OFF, required_sentence="Indiquez le prénom du patient."
    )
    date_naissance = NaissanceField(required_sentence="Indiquez la date de naissance.")
    sexe = forms.ChoiceField(
        label="Sexe",
        choices=Sexe.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Indiquez le sexe.",
            "invalid_choice": "Choisissez le sexe dans la liste.",
        },
    )
    prenoms = NomField(
        label="Prénoms de naissance", attrs=OFF, help_text="Tous, dans l’ordre de l’état civil."
    )
    nom_utilise = NomField(label="Nom utilisé", attrs=OFF)
    prenom_utilise = NomField(label="Prénom utilisé", attrs=OFF)
    lieu_naissance = LieuNaissanceField()
    statut = forms.ChoiceField(
        label="Statut de l’identité",
        choices=[(one.value, one.label.capitalize()) for one in Statut],
        initial=Statut.PROVISOIRE,
        error_messages={"invalid_choice": "Choisissez le statut dans la liste."},
    )
    piece = forms.ChoiceField(
        label="Pièce présentée",
        choices=[("", "Aucune"), *[(one.value, one.label.capitalize()) for one in Piece]],
        required=False,
        error_messages={"invalid_choice": "Choisissez la pièce dans la liste."},
    )
    matricule = MatriculeField()
    oid = forms.ChoiceField(
        label="Nature du matricule",
        choices=_natures,
        required=False,
        error_messages={"invalid_choice": "Choisissez la nature dans la liste."},
    )
    shown_doublons = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    MORE = (
        "prenoms",
        "nom_utilise",
        "prenom_utilise",
        "lieu_naissance",
        "statut",
        "piece",
        "matricule",
        "oid",
    )

    today: date
    scanned: Traits | None = None
    shown = ""  # the patient whose other dossiers the sender has been shown
    is_about_another = True

    @property
    def more(self):
        names = list(self.MORE)
        if "lieu_parmi" in self.fields:
            names.insert(names.index("lieu_naissance") + 1, "lieu_parmi")
        return [self[name] for name in names]

    @property
    def more_is_open(self) -> bool:
        """Something was said there, or is wrong there."""
        said = (self[name].value() or "" for name in self.MORE)
        return any(name in self.errors for name in self.MORE) or set(said) - {"", Statut.PROVISOIRE} != set()

    def goes_to_tnd(self, naissance: Naissance) -> bool:
        """It is, or becomes, the birth of a child for whom a platform of the TND is asked."""
        raise NotImplementedError

    def clean(self):
        """A child of seven is told here, before anything is filled; who validates is told again."""
        known = super().clean()
        self.scanned = known.pop("datamatrix", None)
        self.shown = known.pop("shown_doublons", "")
        if self.scanned or "datamatrix" in self.errors:
            self._ask_nothing_else()
            return known
        if naissance := known.get("date_naissance"):
            known |= {"date_naissance": naissance.jour, "naissance_precision": naissance.precision.value}
            if self.goes_to_tnd(naissance) and adressage.is_too_old(naissance.last, self.today):
                self.add_error("date_naissance", adressage.TOO_OLD)
        if "lieu_naissance" in self.errors:
            self._choose_lieu(known)
        if known.get("statut") in OF_INSI and "lieu_naissance" in self.errors:
            self._take_lieu_as_given(known)
        if known.get("statut") != Statut.QUALIFIEE:
            known |= {"matricule": "", "oid": ""}
        return known

    def _choose_lieu(self, known):
        """Of several communes of the name that was typed, one; the name stays where it was typed."""
        found = communes.named(self["lieu_naissance"].value() or "")
        if len(found) < 2:
            return
        self.fields["lieu_parmi"] = forms.ChoiceField(
            label="Laquelle de ces communes\u00a0?",
            choices=territoires.options(found),
            widget=forms.RadioSelect,
        )
        if (chosen := self["lieu_parmi"].value()) in dict(territoires.options(found)):
            del self.errors["lieu_naissance"]
            known["lieu_naissance"] = chosen

    def _take_lieu_as_given(self, known):
        """INSi also gives codes that no COG of today knows: those of Algeria before 1962."""
        given = squeezed(plain(self["lieu_naissance"].value() or ""))
        if ins.LIEU.fullmatch(given):
            del self.errors["lieu_naissance"]
            known["lieu_naissance"] = given

    def _ask_nothing_else(self):
        for name in set(self.errors) - {"datamatrix"}:
            del self.errors[name]

    def has_shown(self, stamp: str):
        """Sent again as it stands, it is not asked about again."""
        self.data = self.data.copy()
        self.data["shown_doublons"] = stamp

    def has_scanned(self) -> bool:
        """A Datamatrix was read: nothing is done yet."""
        return self.is_valid() and self.scanned is not None

    def as_read(self) -> dict:
        """What was typed, and over it what was scanned: the same form again, for the person to confirm."""
        unsaid = ("datamatrix", "shown_doublons")
        typed = {name: self[name].value() for name in self.fields if name not in unsaid}
        return typed | self._read()

    def differences(self) -> list[tuple[str, str, str]]:
        """(label, typed, scanned) of what was typed otherwise."""
        return [
            (self.fields[name].label, self._said(name, typed), self._said(name, value))
            for name, value in self._read().items()
            if (typed := self[name].value()) and not _same(self.cleaned_data.get(name), value)
        ]

    def _read(self) -> dict:
        read, same = self.scanned, ("nom", "prenom", "prenoms", "sexe", "matricule", "oid")
        known = {name: getattr(read, name) for name in same}
        return known | {"date_naissance": read.naissance, "lieu_naissance": read.lieu}

    def _said(self, name, value) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return choices.get(value) or str(self.fields[name].prepare_value(value))


def _same(typed, read) -> bool:
    """Names in capitals or not are the same."""
    return typed == read or (isinstance(typed, str) and noms.key(typed) == noms.key(read))


class LieuField(forms.ChoiceField):
    """For which unit or coordination; the only one is chosen already."""

    def __init__(
        self,
        label: str = "Structure qui demande",
        required_sentence: str = "Choisissez la structure qui demande.",
    ):
        sentences = {"required": required_sentence, "invalid_choice": "Cette structure n’est pas proposée."}
        super().__init__(label=label, error_messages=sentences)
        self.lieux: dict[str, Lieu] = {}

    def offer(self, lieux: dict[str, Lieu]):
        self.lieux = lieux
        several = [("", "Choisissez une structure")] if len(lieux) > 1 else []
        self.choices = several + [(key, str(lieu)) for key, lieu in lieux.items()]

    def clean(self, value):
        return self.lieux[super().clean(value)]


class CreateForm(KeyedForm, IdentiteForm):
    """Only orientations where this actor may create, and structures for which he may ask."""

    lieu = LieuField()
    orientation = forms.ChoiceField(
        label="Orientation",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez l’orientation.",
            "invalid_choice": "Choisissez l’une des orientations proposées.",
        },
    )

    def __init__(self, *args, actor, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.today = today
        open_ones = [one for one in Orientation if can(policies.create, actor, one)]
        self.fields["orientation"].choices = [(one.value, one.label) for one in open_ones]
        self.asks_lieu = not actor.in_medecin_space
        if self.asks_lieu:
            self.fields["lieu"].offer(lieux(actor))
        else:
            del self.fields["lieu"]

    def goes_to_tnd(self, naissance):
        return self.cleaned_data.get("orientation") == Orientation.TND

    def clean(self):
        known = super().clean()
        lieu, orientation = known.get("lieu"), known.get("orientation")
        if lieu and orientation and (why := refusal(policies.create, self.actor, orientation, lieu)):
            self.add_error("lieu", why)
        return known


class EditIdentiteForm(IdentiteForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, sent=None, *, dossier, today, initial=None):
        known = {name: getattr(dossier, name) for name in (*LABELS, "version")}
        known["date_naissance"] = dossier.naissance
        super().__init__(sent, initial=initial or known)
        self.dossier = dossier
        self.today = today

    def goes_to_tnd(self, naissance):
        """A child who has turned seven since: his name may still be corrected."""
        return self.dossier.orientation == Orientation.TND and naissance != self.dossier.naissance

    @property
    def is_about_another(self) -> bool:
        """One of the traits that tell patients apart has changed."""
        return Doublon.of(self.cleaned_data).key != Doublon.of(vars(self.dossier)).key
