"""From a file that anybody may have made to lines of text and dates, within bounds, or a clear refusal."""

from habilitations.imports import classeur, texte
from habilitations.imports.table import MAX_BYTES, Tableau, Unreadable
from viatraj.core.reading import reads

TOO_BIG = "Ce fichier dépasse 2\u00a0Mo. Partagez-le en plusieurs fichiers."
OTHER = "Déposez un classeur .xlsx ou un fichier .csv."


@reads(Unreadable, lambda: Unreadable(classeur.DAMAGED))
def read(file) -> Tableau:
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
        return texte.read(content)
    return classeur.read(content)
