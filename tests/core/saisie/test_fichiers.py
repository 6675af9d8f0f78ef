"""Names of files: what is shown of them is one readable line; what leads elsewhere is left out (DOS-3)."""

import pytest

from viatraj.core.saisie import Refused, fichiers

KEPT = {
    "compte rendu.pdf": "compte rendu.pdf",
    "  compte\t rendu.pdf ": "compte rendu.pdf",
    "CR d’hospitalisation n° 2 (été).PDF": "CR d’hospitalisation n° 2 (été).PDF",
    "e\u0301te\u0301.pdf": "été.pdf",
    "../../etc/passwd": "passwd",
    "C:\\Users\\dupont\\scan.pdf": "scan.pdf",
    "dossier/.htaccess": "htaccess",
    "...pdf": "pdf",
    "a\u202efdp.exe": "afdp.exe",
    "a\u200b\u2066b\u2069.pdf": "ab.pdf",
    '<script>"alert":1|?*.pdf': "-script--alert--1---.pdf",
    "a" * 300 + ".pdf": "a" * 115 + "….pdf",
    "a" * 120: "a" * 120,
    "a" * 121: "a" * 119 + "…",
    "写真.jpg": "写真.jpg",
}


@pytest.mark.parametrize("typed", KEPT)
def test_what_is_kept(typed):
    kept = fichiers.read(typed)
    assert kept == KEPT[typed]
    assert len(kept) <= fichiers.LONGEST
    assert fichiers.read(kept) == kept


@pytest.mark.parametrize("typed", ["", " ", ".", "..", "../", "a/", "\u202e", "---", "???"])
def test_what_names_nothing_is_refused(typed):
    with pytest.raises(Refused, match="nom"):
        fichiers.read(typed)


@pytest.mark.parametrize("typed", ["a\0.pdf", "a\x1b[31m.pdf", "a\x7f", "\ud800.pdf"])
def test_what_cannot_be_read_is_refused(typed):
    with pytest.raises(Refused, match="illisible"):
        fichiers.read(typed)
