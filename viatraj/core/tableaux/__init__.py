"""A table that anybody may have made, workbook or text, read row by row within bounds (docs/adr/0014)."""

from viatraj.core.reading import reads
from viatraj.core.tableaux import classeur, texte
from viatraj.core.tableaux.cellules import MAX_BYTES, Lines, Unreadable

TOO_BIG = "Ce fichier dépasse 2\u00a0Mo. Partagez-le en plusieurs fichiers."
OTHER = "Déposez un classeur .xlsx ou un fichier .csv."


@reads(Unreadable, lambda: Unreadable(classeur.DAMAGED))
def read(file, into: Lines) -> None:
    name = (file.name or "").lower()
    if file.size > MAX_BYTES:
        raise Unreadable(TOO_BIG)
    if name.endswith((".xlsm", ".xltm", ".xlam", ".xlsb")):
        raise Unreadable(classeur.MACROS)
    if not name.endswith((".xlsx", ".csv", ".txt", ".xls")):
        raise Unreadable(OTHER)
    content = file.read(MAX_BYTES + 1)
    if not content:
        raise Unreadable("Ce fichier est vide.")
    if name.endswith((".csv", ".txt")):
        texte.read(content, into)
    else:
        classeur.read(content, into)
