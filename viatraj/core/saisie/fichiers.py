"""Names of files, as they are shown beside what was sent: no path of ours, nor what a download is called."""

import re

from viatraj.core.saisie import Refused, caracteres

LONGEST = 120
UNNAMED = "Donnez un nom à ce fichier."
FORBIDDEN = re.compile(r'[<>:"|?*]')  # by one system or another
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def read(text: str) -> str:
    """Its last part, on one line, without what nobody sees; shortened in its middle when it is endless."""
    name = caracteres.plain(re.split(r"[/\\]", text)[-1])
    name = FORBIDDEN.sub("-", name).lstrip(". ")
    if not any(one.isalnum() for one in name):
        raise Refused(UNNAMED)
    ending = found[0] if (found := ENDING.search(name)) else ""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - len(ending) - 1].rstrip()}…{ending}"
