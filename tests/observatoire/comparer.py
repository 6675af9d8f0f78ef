"""How a report is compared with its witness, over all that a world may be asked (OBS-2)."""

from observatoire.rapports import CATALOGUE, Cadre, etiquetees
from tests.observatoire import temoin
from tests.observatoire.temoin import anyone, lies

KEY = b"of one order"


def cadres(monde):
    for perimetre in monde.perimetres:
        for debut, fin in monde.periods:
            yield Cadre(perimetre, debut, fin, monde.now, KEY)


def same_lines(code, monde, witness):
    for cadre in cadres(monde):
        if cadre.perimetre.propre:
            assert sorted(CATALOGUE[code].lignes(cadre), key=repr) == sorted(witness(cadre), key=repr)


def same_table(code, monde, rows, key, figures, *, own=True):
    """All of it: values, and who is behind each."""
    rapport, some = CATALOGUE[code], 0
    for cadre in cadres(monde):
        if cadre.perimetre.propre and not own:
            continue
        found = rapport.tableau(cadre)
        told = {one.cles: (one.valeurs, one.personnes) for one in found.rangees}
        assert told == temoin.table(rows(cadre), lambda one, at=cadre: key(one, at), figures(cadre))
        assert all(len(row) == len(rapport.colonnes) for row in etiquetees(found))
        some += len(told)
    return some


def lieu(one, cadre, prefix=""):
    """As the grid has it."""
    held = cadre.perimetre
    if held.national:
        above = getattr(one, f"{prefix}coordination")
        return above.region_id if above else None
    name = "coordination" if held.regions else "etablissement" if held.coordinations else "unite"
    return getattr(one, f"{prefix}{name}_id")


def recues(cadre, module):
    return [one for one in temoin.demandes() if one.module == module and lies(one.row, cadre.perimetre)]


def profile(code, monde, rows, axes, **known):
    """Each characteristic by itself, one under the other."""
    rapport = CATALOGUE[code]
    for cadre in cadres(monde):
        told = {one.cles: (one.valeurs, one.personnes) for one in rapport.tableau(cadre).rangees}
        wanted = {}
        for axe, key in axes.items():
            figures = [("n", anyone), ("part", 0, ())]
            found = temoin.table(rows(cadre), lambda one, key=key: (key(one) or None,), figures)
            wanted |= {(axe, *cles): said for cles, said in found.items()}
        assert told == wanted
