"""Draws the life of a demande: `.venv/bin/python -m tools.etats` writes docs/demandes.md."""

from pathlib import Path

from demandes.etats import FINAUX, TABLES, VIVANTS, Acte, Cote, Etat, Verbe
from demandes.motifs import MOTIFS
from viatraj.core.droits import Domaine, Orientation

PATH = Path(__file__).resolve().parent.parent / "docs/demandes.md"
HEAD = """# La vie d’une demande

Tiré de `demandes/etats/` par `.venv/bin/python -m tools.etats` ; un test compare.
Une table par orientation, et celle de la CPAM, à qui un dossier de soins demande le programme PRADO.
Ce qui clôt toute demande en cours n’est pas dessiné.
"""
HEADINGS = dict(Orientation.choices) | {Domaine.CPAM: "CPAM – PRADO"}
COLUMNS = "| verbe | côté | droit | depuis | vers | demande | à condition | il s’ensuit |"


def drawn() -> str:
    return "\n".join([HEAD, *(_module(one) for one in TABLES)])


def _module(module: str) -> str:
    rows = [(cote, acte) for (_, cote), acte in TABLES[module].items()]
    lines = [f"## {HEADINGS[module]}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'  state "{one.label}" as {one.value}' for one in Etat if one in _known(rows)]
    lines += _arrows(rows)
    lines += [f"  {one.value} --> [*]" for one in Etat if one in FINAUX]
    lines += ["```", "", COLUMNS, "| --- " * COLUMNS.count(" | ") + "| --- |"]
    return "\n".join(lines + [_row(cote, acte) for cote, acte in rows] + [""])


def _known(rows) -> set[Etat]:
    return {acte.after for _, acte in rows if acte.after}


def _arrows(rows) -> list[str]:
    """Of the verbs that move it, together where they lead from the same to the same."""
    found: dict[tuple[str, str], list[str]] = {}
    for _, acte in rows:
        for way in _ways(rows, acte):
            if (label := acte.verbe.label) not in found.setdefault(way, []):
                found[way].append(label)
    return [f"  {before} --> {after}: {' / '.join(labels)}" for (before, after), labels in found.items()]


def _ways(rows, acte: Acte) -> list[tuple[str, str]]:
    """What returns goes back to where its like came from."""
    if acte.begins:
        return [("[*]", acte.after.value)]
    if acte.returns:
        return [(one.value, back.value) for one in acte.before for back in _back(rows, one)]
    if acte.after is None or acte.before == VIVANTS & _known(rows):
        return []
    return [(one.value, acte.after.value) for one in Etat if one in acte.before]


def _back(rows, etat: Etat) -> list[Etat]:
    before = {one for _, acte in rows if acte.after == etat for one in acte.before}
    return [one for one in Etat if one in before]


def _row(cote: Cote, acte: Acte) -> str:
    after = "état d’avant" if acte.returns else acte.after.label if acte.after else "inchangé"
    asked = [one.label for one in acte.asks] + (["motif"] if acte.motifs else [])
    noted = [f"motif « {MOTIFS[acte.motif]} »"] if acte.motif else []
    cells = (
        Verbe(acte.verbe).label,
        cote.label,
        acte.droit.label if acte.droit else "",
        ", ".join(one.label for one in Etat if one in acte.before),
        after,
        ", ".join(asked),
        ", ".join(one.label for one in acte.gardes),
        ", ".join([one.label for one in acte.suites] + noted),
    )
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PATH.write_text(drawn())
