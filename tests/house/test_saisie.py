"""What people type is understood in one room: no form, import or command reads these kinds its own way."""

import ast
from importlib import import_module

import pytest
from django import forms

from habilitations.imports.colonnes import COLONNES
from tests.house.source import dotted, modules
from viatraj.core.saisie.fields import DateField, ReadField

ROOM = "viatraj/core/saisie/"
NAMES = frozenset(
    "nom prenom email telephone mobile code mot_de_passe mot_de_passe_bis ancien numero debut fin "
    "date_naissance target finess code_postal".split()
)
TYPES = ("email", "password", "date", "tel")
FILLED = ("email", "tel", "one-time-code", "current-password", "new-password")
EXCEPTIONS = {
    "annuaire.forms.lieux.LieuForm.nom": "a part of the name of a structure, not of a person",
    "annuaire.forms.publiques.OffreForm.nom": "a part of the name of a structure, not of a person",
    "demandes.forms.decisions.EsmsForm.nom": "a part of the name of a structure, not of a person",
    "demandes.forms.offre.BesoinForm.nom": "a part of the name of a structure, not of a person",
    "annuaire.forms.recherches.RechercheForm.nom": "it understands more than a name: titles, numbers",
    "annuaire.forms.guichets.GuichetForm.nom": "of a structure, as its référents call it: figures, brackets",
    "annuaire.forms.recherches.RechercheForm.code_postal": "or a commune, or its first letters or digits",
}
COLUMNS = {
    "etablissement": "a FINESS number or a name",
    "seule": "yes or no",
    "identifiant": "a login or a number",
}
HOMES = {  # what reads these kinds → the only modules that may
    "phonenumbers": (ROOM,),
    "idna": (ROOM,),
    "django.core.validators.validate_email": (),
    "django.contrib.auth.hashers.verify_password": ("accounts/mots_de_passe.py",),
    "django.contrib.auth.hashers.check_password": (),
}


def form_classes():
    """Those that our modules define, once each."""
    for module in modules():
        if any(isinstance(node, ast.ClassDef) for node in module.tree.body) and "forms" in module.path:
            loaded = import_module(module.path.removesuffix(".py").replace("/", "."))
            for one in vars(loaded).values():
                if (
                    isinstance(one, type)
                    and issubclass(one, forms.BaseForm)
                    and one.__module__ == loaded.__name__
                ):
                    yield one


def is_of_these_kinds(name, field) -> bool:
    shown = field.widget
    said = (getattr(shown, "input_type", ""), shown.attrs.get("autocomplete", ""))
    kinds = (forms.EmailField, forms.DateField)
    return name in NAMES or isinstance(field, kinds) or said[0] in TYPES or said[1] in FILLED


def strangers(found) -> list[str]:
    """Fields of these kinds that are none of the room's."""
    return [
        name
        for name, field in found
        if is_of_these_kinds(name.rpartition(".")[2], field) and not isinstance(field, ReadField | DateField)
    ]


def fields():
    return [
        (f"{form.__module__}.{form.__qualname__}.{name}", field)
        for form in form_classes()
        for name, field in form.base_fields.items()
    ]


def test_every_form_field_of_these_kinds_comes_from_the_room():
    """COM-4, COM-5, CON-5."""
    found = fields()
    assert len(found) > 60
    assert sorted({*strangers(found)} - EXCEPTIONS.keys()) == []
    assert EXCEPTIONS.keys() - {name for name, _ in found} == set(), "an exception that is none any more"


@pytest.mark.parametrize(
    "field",
    [forms.CharField(widget=forms.PasswordInput), forms.EmailField(), forms.DateField(), forms.CharField()],
)
def test_a_field_from_elsewhere_is_found(field):
    assert strangers([("app.forms.Form.fin", field)]) == ["app.forms.Form.fin"]


def test_every_import_column_reads_by_the_room():
    """HAB-4."""
    own = [one.key for one in COLONNES if not one.read.__module__.startswith("viatraj.core.saisie.")]
    assert sorted({*own} - COLUMNS.keys()) == []
    plain = [one.key for one in COLONNES if one.key in NAMES and one.read.__name__ == "plain"]
    assert plain == []


def test_options_of_commands_read_by_the_room():
    bare = [
        f"{module.path}: {node.args[0].value}"
        for module in modules()
        if "/management/commands/" in module.path
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".add_argument")
        if node.args[0].value.removeprefix("--") in {*NAMES, "date"}
        if not any(
            word.arg == "type" and dotted(getattr(word.value, "func", word.value)) == "option"
            for word in node.keywords
        )
    ]
    assert bare == []


def test_libraries_of_these_kinds_are_used_in_their_home_only():
    strange = [
        f"{module.path}: {name}"
        for module in modules()
        for name in _imported(module.tree)
        for what, homes in HOMES.items()
        if name == what or name.startswith(f"{what}.")
        if not module.path.startswith((*homes, "viatraj/demo/"))
    ]
    assert strange == []


def _imported(tree) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found
