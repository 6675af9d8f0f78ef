"""What a dossier already says of the unit that is looked for: a search begins with it, anybody changes it."""

from typing import Any

from annuaire.natures import Nature
from dossiers.models import Dossier
from dossiers.natures import Kind
from viatraj.core.droits import Mode, Orientation

# What volets call it, and the directory.
NATURES = {"had": Nature.HAD, "usp": Nature.USP, "lisp": Nature.USP, "ssiad": Nature.SSIAD}
NATURES |= {"ehpad": Nature.EHPAD, "usld": Nature.USLD, "ra": Nature.RESIDENCE}
SMR = "smr_"  # all kinds of it begin so
MODES = {"complet": "28", "jour": "29"}  # TRE_R213
READ = (Mode.LECTURE, Mode.ECRITURE, Mode.VALIDATION)


def of(dossier: Dossier, regard) -> dict[str, list[str]]:
    """As the form of the search is typed; of what this actor may read, nothing else."""
    said = {kind: _read(dossier, regard, kind) for kind in (Kind.ORIENTATION, Kind.ADMINISTRATIF)}
    orientation, administratif = said[Kind.ORIENTATION], said[Kind.ADMINISTRATIF]
    grand_age = dossier.orientation == Orientation.GRAND_AGE
    asked = administratif.get("type_structure") if grand_age else orientation.get("type")
    found = {
        "natures": sorted({_nature(one) for one in asked or ()} - {""}),
        "pathologie": [orientation.get("pathologie", "")],
        "mode": [MODES.get(orientation.get("mode", ""), "")],
        "hebergement": (administratif.get("type_sejour") or [])[:1] if grand_age else [],
        "lieu": [_place(administratif)],
        "age": [str(dossier.age)],
    }
    return {name: values for name, values in found.items() if any(values)}


def _read(dossier: Dossier, regard, kind: Kind) -> dict[str, Any]:
    if regard.volet(kind) not in READ:
        return {}
    return next((one.contenu for one in dossier.volets.all() if one.kind == kind), {})


def _nature(code: str) -> str:
    return Nature.SMR.value if code.startswith(SMR) else NATURES.get(code, "")


def _place(said: dict[str, Any]) -> str:
    return f"{said.get('code_postal', '')} {said.get('ville', '')}".strip() or said.get("commune", "")
