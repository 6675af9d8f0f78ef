"""A folder instead of a server, for tests and replays: Bundles, resources, or resources line by line."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from annuaire.ror import strict
from annuaire.ror.client import Envoi
from annuaire.ror.export import contents
from annuaire.ror.memoire import Memoire, Recue
from annuaire.ror.refus import Refused
from viatraj.core.reading import why

LINES, WHOLE = ".ndjson", ".json"


def envoi(folder: Path | str, *, now: datetime, memoire: Memoire | None = None) -> Envoi:
    """All that the folder has, as if a ROR had sent it at `now`."""
    try:
        files = sorted(one for one in Path(folder).iterdir() if one.suffix in (LINES, WHOLE))
    except OSError as error:
        raise Refused(f"Le dossier {folder} ne se lit pas\u00a0: {why(error)}.") from error
    if not files:
        raise Refused(f"Le dossier {folder} n’a pas de fichier .json ou .ndjson.")
    return Envoi(now, _resources(files, memoire or Memoire()))


def _resources(files: list[Path], memoire: Memoire) -> Iterator[Recue]:
    for path in files:
        try:
            if path.suffix == WHOLE and not is_bundle(path):
                yield memoire.read(strict.letters(path.read_bytes()))
                continue
            with path.open("rb") as file:
                yield from contents(file, lines=path.suffix == LINES, memoire=memoire)
        except Refused as error:
            raise Refused(f"{path.name}\u00a0: {error}") from error
        except OSError as error:
            raise Refused(f"{path.name} ne se lit pas\u00a0: {why(error)}.") from error


def is_bundle(path: Path) -> bool:
    """By what its first lines say: one resource is small, and read whole."""
    with path.open("rb") as file:
        return b'"Bundle"' in file.read(4_096)
