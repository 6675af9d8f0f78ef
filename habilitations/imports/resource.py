"""django-import-export around our actions: its dry run and row errors; our rules, mails and journal."""

import uuid
from collections.abc import Callable
from datetime import date

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.widgets import Widget

from changements.actions import Noted
from habilitations import checks, policies
from habilitations.actions.habilitations import give
from habilitations.imports.annuaire import Lieux
from habilitations.imports.colonnes import BY_KEY, COLONNES, Colonne
from habilitations.imports.comptes import Comptes
from habilitations.imports.ligne import MEANT, Ligne
from habilitations.models import Habilitation
from habilitations.reads import search
from viatraj.core.policies import Denied
from viatraj.core.saisie import Refused

CHANGED = (
    "Depuis la vérification, cette ligne ne désigne plus le même compte ou le même lieu. Vérifiez-la, puis "
    "déposez-la de nouveau."
)


class Cellule(Widget):
    """A cell as its column reads it: the screen's rules, and what its reader found wrong with it."""

    def __init__(self, colonne: Colonne):
        super().__init__()
        self.colonne = colonne

    def clean(self, value, row=None, **kwargs):
        if fault := row["fautes"].get(self.colonne.key):
            raise ValueError(fault)
        found = self.colonne.read(value or "")
        if not found and self.colonne.empty:
            raise ValueError(self.colonne.empty)
        return MEANT[self.colonne.key](found) if self.colonne.key in MEANT else found


def _understood(rows: list[dict]) -> list[dict]:
    """What each cell says, empty where it is refused: to find all that a file names by a few queries."""
    return [{colonne.key: _or_empty(colonne, row.get(colonne.key)) for colonne in COLONNES} for row in rows]


def _or_empty(colonne, text):
    try:
        return colonne.read(text or "")
    except Refused:
        return ""


class LignesResource(Resource):
    """`by` gives; `cle` makes each line one lot, so that a line is written once."""

    ligne = Field("ligne", "ligne")

    class Meta:
        using_db = "default"
        import_id_fields = ()
        instance_loader_class = BaseInstanceLoader
        force_init_instance = True
        store_instance = True
        skip_diff = True

    def __init__(self, *, to_write: bool, cle: uuid.UUID, today: date, now, by, checked=()):
        super().__init__()
        self.to_write = to_write
        self.cle, self.today, self.now, self.by = cle, today, now, by
        self.checked = {told["ligne"]: told for told in checked}
        self.to_open = {told["compte"] for told in checked if told["nouveau"]}
        for colonne in COLONNES:
            self.fields[colonne.key] = Field(colonne.key, colonne.key, Cellule(colonne))
        self.given: dict[tuple, list[Ligne]] = {}

    def before_import(self, dataset, **kwargs):
        rows = _understood(dataset.dict)
        self.lieux = Lieux(rows, by=self.by)
        arguments = {"to_write": self.to_write, "cle": self.cle, "now": self.now, "by": self.by}
        self.comptes = Comptes(rows, **arguments)

    def init_instance(self, row=None):
        return Ligne(beside=row["fautes"].get("", ""))

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """All that is wrong with a line: each check whose cells could be read."""
        errors = dict(import_validation_errors or {})
        if instance.beside:
            errors[NON_FIELD_ERRORS] = [ValidationError(instance.beside)]
        for cells, check in self._checks(instance):
            if errors.keys().isdisjoint(cells):
                try:
                    check()
                except ValidationError as error:
                    errors = error.update_error_dict(errors)
                except Denied as error:
                    errors = ValidationError(str(error)).update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _checks(self, ligne):
        ligne.debut = ligne.debut or self.today
        where = ("profil", "etablissement", "unite")
        yield where[1:], lambda: self._find_place(ligne)
        yield ("identifiant", "nom", "prenom", "email", "seule"), lambda: self.comptes.check(ligne)
        yield where, lambda: policies.grant(self.by, ligne.profil, ligne.lieu)
        yield ("debut",), lambda: checks.start(ligne.debut, today=self.today)
        yield ("fin",), lambda: checks.end(ligne.fin, today=self.today)
        yield (*where, "droits"), lambda: checks.droits(ligne.profil, ligne.lieu, ligne.droits)

    def _find_place(self, ligne):
        ligne.lieu = self.lieux.find(ligne.etablissement, ligne.unite)

    def save_instance(self, instance, is_create, row, **kwargs):
        """In a savepoint: a refused line, or a line of a dry run, leaves nothing behind."""
        try:
            with transaction.atomic():
                instance.user, instance.is_new = self.comptes.find_or_create(instance)
                self._refuse_twice(instance)
                instance.is_held = self._is_held(instance)
                self._refuse_changed(instance)
                if not instance.is_held:
                    self._grant(instance)
                transaction.set_rollback(not self.to_write)
        except Denied as error:
            raise ValidationError(str(error)) from error
        self.comptes.know(instance.user)
        self._same(instance).append(instance)

    def _grant(self, ligne):
        (ligne.habilitation,) = give(
            Noted(),  # undone as a whole, by its `Import`
            users=[self.comptes.present(ligne)],
            profil=ligne.profil,
            lieux=[ligne.lieu],
            debut=ligne.debut,
            fin=ligne.fin,
            droits=ligne.droits,
            cle=uuid.uuid5(self.cle, str(ligne.ligne)),
            today=self.today,
            by=self.by,
        )

    def _is_held(self, ligne) -> bool:
        """All that the line asks for, over all its days: two ways to one end, as for a request (COM-11)."""
        if ligne.is_new:
            return False
        held = (
            Habilitation.objects.of(ligne.user)
            .living()
            .filter(
                profil=ligne.profil.code, lieu_key=ligne.lieu.key, debut__lte=ligne.debut, fin__gte=ligne.fin
            )
        )
        row = held.exclude(lot=uuid.uuid5(self.cle, str(ligne.ligne))).with_lieu().first()
        return row is not None and (not ligne.droits or _same_rights(row, ligne))

    def _refuse_changed(self, ligne):
        """Refuses a line whose account or place is no longer the one that the référent read and confirmed,
        or what was held then no longer is."""
        if not self.checked:
            return
        before = self.checked[ligne.ligne]
        was_to_open, is_ours = before["compte"] in self.to_open, self.comptes.is_ours(ligne)
        same = was_to_open if is_ours else before["compte"] == ligne.user.pk
        has_gone = before.get("deja") and not ligne.is_held
        if not same or has_gone or before["lieu"] != str(ligne.lieu):
            raise ValidationError(CHANGED)

    def _refuse_twice(self, ligne):
        """The database would refuse it too, but could not name the other line."""
        for other in self._same(ligne):
            if other.debut <= ligne.fin and ligne.debut <= other.fin:
                raise ValidationError(
                    f"La ligne {other.ligne} de ce fichier dit déjà la même chose\u00a0: même personne, même "
                    "profil, même endroit, sur ces dates ou une partie."
                )

    def _same(self, ligne) -> list[Ligne]:
        """The lines before of this person, profile and place."""
        lieu = ligne.lieu
        return self.given.setdefault((ligne.user.pk, ligne.profil.code, lieu.niveau, lieu.row.pk), [])


def _same_rights(row, ligne) -> bool:
    wanted = {
        droit.key: mode for droit, mode in checks.droits(ligne.profil, ligne.lieu, ligne.droits).items()
    }
    return wanted == {f"{one.domaine}-{one.droit}": one.mode for one in row.droits.all()}


def dataset_of(lines: list[dict]) -> tablib.Dataset:
    keys = ["ligne", *(colonne.key for colonne in COLONNES)]
    rows = ([*(line.get(key, "") for key in keys), line.get("fautes", {})] for line in lines)
    return tablib.Dataset(*rows, headers=[*keys, "fautes"])


def run(lines, *, dry_run, advance: Callable[[int], bool | None], **kwargs) -> list[dict]:
    """What became of each line, in order; `advance` is told how many are done, and stops it by False.

    The library's own loop would be one transaction for all lines.
    """
    resource, rows, dataset = LignesResource(to_write=not dry_run, **kwargs), [], dataset_of(lines)
    resource.before_import(dataset)
    for number, row in enumerate(dataset.dict, 1):
        result = resource.import_row(row, None, row_number=number)
        if result.errors:  # ours, not the file's
            raise result.errors[0].error
        rows.append(result)
        if advance(number) is False:
            break
    shown = _shown(rows, today=kwargs["today"], by=kwargs["by"])
    return [_told(line, row, shown, written=not dry_run) for line, row in zip(lines, rows, strict=False)]


def _shown(rows, *, today, by) -> set[int]:
    """Accounts whose login the report may show: as in a search on screen, those of the perimeter (COM-8)."""
    named = [row.instance.user.pk for row in rows if not row.validation_error and row.instance.user]
    return set(search.in_perimeter(by, today=today).filter(pk__in=named).values_list("pk", flat=True))


def _told(line, row, shown, *, written) -> dict:
    said = {key: line.get(key, "") for key in ("nom", "prenom", "profil", "etablissement", "unite", "fin")}
    known = {"ligne": line["ligne"], **said, "identifiant": line.get("identifiant", ""), "nouveau": False}
    if row.validation_error:
        return known | {"problemes": list(_sentences(row.validation_error))}
    ligne = row.instance
    kept = {"habilitation": ligne.habilitation.pk} if ligne.habilitation and written else {}
    if ligne.is_held:
        kept["deja"] = True
    is_shown = ligne.is_new or ligne.user.pk in shown
    became = {
        "compte": ligne.user.pk,
        "identifiant": ligne.user.login if is_shown else known["identifiant"],
        "nouveau": ligne.is_new,
        "profil": ligne.profil.label,
        "lieu": str(ligne.lieu),
        "fin": ligne.fin.isoformat(),
        "problemes": [],
    }
    return known | became | kept


def _sentences(error):
    """«Fin : une habilitation…», by the column where there is one."""
    if not hasattr(error, "error_dict"):
        yield from error.messages
        return
    for key, sentences in error.message_dict.items():
        column = BY_KEY.get(key)
        yield from (f"{column.label}\u00a0: {one}" if column else one for one in sentences)
