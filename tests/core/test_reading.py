"""What people read when the system refuses a file."""

import pytest

from viatraj.core.reading import why


def raised(act) -> OSError:
    with pytest.raises(OSError, match="Errno") as caught:
        act()
    return caught.value


def test_what_the_system_refuses_is_said_in_french(tmp_path):
    assert why(raised((tmp_path / "absent").read_bytes)) == "fichier ou dossier introuvable"
    assert why(raised(tmp_path.read_bytes)) == "un dossier porte ce nom"
    (tmp_path / "fichier").touch()
    assert why(raised((tmp_path / "fichier" / "dedans").read_bytes)) == "ce n’est pas un dossier"
    assert why(OSError(99_999, "Some other trouble")) == "erreur 99999 du système"
