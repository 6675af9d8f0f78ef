"""Commands of the ROR: what an operator types or configures wrongly, and what he reads (ANN-7)."""

import pytest
from django.core.management import CommandError, call_command

from annuaire.models import Releve

pytestmark = pytest.mark.django_db
WRONG = [
    ("pause_ror", ["--region", "999"], {}, "Aucune région n’a le code «\u00a0999\u00a0»."),
    ("resume_ror", ["--region", "x"], {}, "Aucune région n’a le code «\u00a0x\u00a0»."),
    ("sync_ror", [], {"ROR_URL": ""}, "Aucun ROR n’est configuré"),
    ("sync_ror", ["--source", "/nowhere"], {}, "Le dossier /nowhere ne se lit pas"),
    ("sync_ror", ["--source", "/nowhere"], {"ROR_NIVEAU": 6}, "ROR_NIVEAU est un profil d’accès, de 0 à 5"),
    ("sync_ror", ["--source", "ftp://ror.example"], {}, "«\u00a0ftp://ror.example\u00a0» n’est pas"),
    (
        "sync_ror",
        [],
        {"ROR_TOKEN_URL": "ror.example"},
        "«\u00a0ror.example\u00a0» n’est pas une adresse",
    ),
    ("sync_ror", [], {"ROR_TOKEN_URL": ""}, "qui nous sommes\u00a0: donnez ROR_TOKEN_URL."),
    ("sync_ror", [], {"ROR_CLIENT_ID": ""}, "donnez ROR_CLIENT_ID."),
    ("sync_ror", [], {"ROR_CLIENT_SECRET": ""}, "donnez ROR_CLIENT_SECRET, ou ROR_CERTIFICAT et ROR_CLE."),
    ("export_ror", ["/nowhere/a.csv"], {}, "a.csv ne peut pas être enregistré"),
    ("export_ror", ["/etc/hostname/a.csv"], {}, "a.csv ne peut pas être enregistré"),
    ("export_ror", ["/"], {}, "/ ne peut pas être enregistré"),
]


@pytest.mark.parametrize(("name", "arguments", "configured", "told"), WRONG)
def test_what_is_wrong_is_one_sentence(settings, name, arguments, configured, told):
    """ANN-7: exit code 1, and nothing half done."""
    settings.ROR_URL, settings.ROR_TOKEN_URL = "https://ror.example/fhir", "https://ror.example/token"
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "essai"
    for key, value in configured.items():
        setattr(settings, key, value)
    with pytest.raises(CommandError) as refusal:
        call_command(name, *arguments)
    assert told in str(refusal.value)
    assert (str(refusal.value).count("\n"), refusal.value.returncode) == (0, 1)
    assert not Releve.objects.filter(etat="en_cours").exists()
