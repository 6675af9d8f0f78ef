"""From a file that anybody may have made to lines of text and dates, or a clear refusal."""

from habilitations.imports.table import Lines, Tableau
from viatraj.core import tableaux


def read(file) -> Tableau:
    lines = Lines()
    tableaux.read(file, lines)
    return lines.result()
