"""The parts of the form, each drawn from its layout (`mise`), by its frames and boxes (`dessin`)."""

from typing import Any

from dossiers.reads.cerfa import Demande, Rempli
from dossiers.reads.cerfa.dessin import GAP, Boite, Cases, Feuillet, Grille, Tableau
from dossiers.reads.cerfa.mise import LIGNES, PARTIES, ROWS, SHORT, USUAL, Partie
from dossiers.reads.cerfa.mise import Grille as Lignes
from dossiers.volets import aggir, autonomie
from viatraj.core.champs import Champ, Choix, Liste, Plusieurs, Texte
from viatraj.core.typography import NBSP, instant

FORM = "Demande d’admission en établissement d’hébergement pour personnes âgées dépendantes"
AFTER = "D’après le formulaire national Cerfa n°\u00a014732*03 (dessin propre à ce service)."
HOW = (
    "Les réponses choisies sont marquées d’un X. Un texte plus long que sa case est repris en entier sur la "
    "feuille de suite, à la fin de cette partie."
)
TWELFTHS = 12
PIECES = 30  # lines: one each for as many as a dossier may have, and some for longer names


def pdf(demande: Demande) -> bytes:
    """Title and metadata name nobody."""
    paper = Feuillet(
        title=f"Demande d’admission, dossier n°{NBSP}{demande.numero}",
        head=f"Dossier n°{NBSP}{demande.numero} – {demande.personne}",
        foot=f"Imprimé par {demande.imprime_par} le {instant(demande.imprime_le)}",
        made_at=demande.imprime_le,
    )
    for partie in PARTIES:
        if rempli := demande.volets.get(partie.kind.value):
            _part(paper, demande, partie, rempli)
    return bytes(paper.output())


def _part(paper: Feuillet, demande: Demande, partie: Partie, rempli: Rempli) -> None:
    says = [f"{FORM}. {AFTER}", f"{partie.remplie_par}. {HOW}"]
    if demande.absents and not paper.pages_count:
        absent = ", ".join(demande.absents)
        says.append(f"Sans{NBSP}: {absent}, dont la lecture n’est pas ouverte à qui imprime ce document.")
    paper.part(partie.titre, [*says, *([rempli.signature] if rempli.signature else [])])
    _identity(paper, demande, partie)
    for cadre in partie.cadres:
        blocs = [_blocs(rempli, ligne) for ligne in cadre.lignes]
        _frame(paper, cadre.titre, [one for one in blocs if one])
        if partie.kind == "autonomie" and "coherence" in cadre.lignes[0].codes:
            _gir(paper, rempli)
    _others(paper, partie, rempli)
    if rempli.pieces:
        joined = Boite("Jointes à cette partie du dossier", "\n".join(rempli.pieces), 1, PIECES - 1)
        _frame(paper, "Pièces jointes", [[(joined, TWELFTHS)]])
    paper.end_part()


def _identity(paper: Feuillet, demande: Demande, partie: Partie) -> None:
    if not partie.whole:
        _frame(
            paper,
            "Personne concernée",
            [[(Boite("Nom, prénom et date de naissance", demande.personne, 1, 3), 12)]],
        )
        return
    cells = [(Boite(label, value, 1, 3), 4) for label, value in demande.identite]
    _frame(paper, "État civil de la personne concernée", [cells[n : n + 3] for n in range(0, len(cells), 3)])


def _frame(paper: Feuillet, titre: str, lignes) -> None:
    if not lignes:
        return
    paper.frame(titre, _tall(paper, lignes[0]))
    for ligne in lignes:
        _draw(paper, ligne)


def _widths(paper: Feuillet, ligne) -> list[float]:
    return [(paper.epw + 2) * twelfths / TWELFTHS - 2 for _, twelfths in ligne]


def _tall(paper: Feuillet, ligne) -> float:
    return max(
        bloc.height(paper, width) for (bloc, _), width in zip(ligne, _widths(paper, ligne), strict=True)
    )


def _draw(paper: Feuillet, ligne) -> None:
    height = _tall(paper, ligne)
    paper.need(height)
    x, y = paper.l_margin, paper.y
    for (bloc, _), width in zip(ligne, _widths(paper, ligne), strict=True):
        bloc.draw(paper, x, y, width, height)
        x += width + 2
    paper.set_xy(paper.l_margin, y + height + GAP / 2)


def _blocs(rempli: Rempli, ligne):
    """What draws a line of the layout; fields that this version of the form does not have are left out."""
    champs = rempli.form.champs
    if isinstance(ligne, Lignes):
        return [(_grille(rempli, ligne), TWELFTHS)] if ligne.codes[0] in champs else []
    return [
        (_bloc(champs[code], rempli.values.get(code)), wide) for code, wide in ligne.champs if code in champs
    ]


def _grille(rempli: Rempli, ligne: Lignes) -> Grille:
    answers = [code for code, _ in ligne.colonnes]
    heads = [label for _, label in ligne.colonnes]
    lignes = []
    for code in ligne.codes:
        if champ := rempli.form.champs.get(code):
            said = rempli.values.get(code)
            lignes.append((champ.label, answers.index(said) if said in answers else None))
    return Grille(ligne.titre, heads, lignes)


def _bloc(champ: Champ, value: Any):
    if isinstance(champ, Choix):
        return Cases(champ.label, [(label, value == code) for code, label in champ.options])
    if isinstance(champ, Plusieurs):
        return Cases(champ.label, [(label, code in (value or ())) for code, label in champ.options])
    if isinstance(champ, Liste):
        rows = [
            [one.said(row[one.code]) if one.code in row else "" for one in champ.colonnes]
            for row in value or ()
        ]
        heads = [one.label for one in champ.colonnes]
        return Tableau(champ.label, heads, rows, ROWS.get(champ.code, champ.most))
    said = "" if value is None else champ.said(value)
    if isinstance(champ, Texte) and champ.long:
        return Boite(champ.label, said, LIGNES.get(champ.code, USUAL), SHORT)
    return Boite(champ.label, said, 1, SHORT)


def _gir(paper: Feuillet, rempli: Rempli) -> None:
    """Computed by the official tables; beside it what the evaluator states, when they differ."""
    computed = aggir.gir(rempli.values)
    legend = " – ".join(label for _, label in autonomie.REPONSES)
    paper.set_font("corps", size=8)
    paper.need(12)
    paper.say(legend, 8)
    said = f"GIR {computed}" if computed else "non calculé, la grille n’étant pas entièrement remplie"
    paper.say(f"GIR calculé d’après la grille{NBSP}: {said}")
    if differ := autonomie.difference(rempli.values):
        paper.say(f"Le GIR calculé ({differ[0]}) diffère du GIR indiqué par l’évaluateur ({differ[1]}).")


def _others(paper: Feuillet, partie: Partie, rempli: Rempli) -> None:
    """Fields that the layout does not know, those of a former version of the form among them."""
    left = [one for code, one in rempli.form.champs.items() if code not in partie.codes]
    lignes = [[(_bloc(one, rempli.values.get(one.code)), TWELFTHS)] for one in left]
    if rempli.former:
        lignes.append([(Boite("Texte saisi avant ce formulaire", rempli.former, USUAL, USUAL), TWELFTHS)])
    _frame(paper, "Autres réponses", lignes)
