"""Names to invent people and places from: a few common ones, the others made letter by letter after them."""

import unicodedata
from collections import defaultdict
from functools import lru_cache

NOMS = (
    "MARTIN BERNARD THOMAS PETIT ROBERT RICHARD DURAND DUBOIS MOREAU LAURENT SIMON MICHEL LEFÈVRE "
    "LEROY ROUX DAVID BERTRAND MOREL FOURNIER GIRARD BONNET DUPONT LAMBERT FONTAINE ROUSSEAU VINCENT "
    "MULLER LEFEBVRE FAURE ANDRÉ MERCIER BLANC GUÉRIN BOYER GARNIER CHEVALIER FRANÇOIS LEGRAND "
    "GAUTHIER GARCIA PERRIN ROBIN CLÉMENT MORIN NICOLAS HENRY ROUSSEL MATHIEU GAUTIER MASSON MARCHAND "
    "DUVAL DENIS DUMONT MARIE LEMAIRE NOËL MEYER DUFOUR MEUNIER BRUN BLANCHARD GIRAUD JOLY RIVIÈRE "
    "LUCAS BRUNET GAILLARD BARBIER ARNAUD MARTINEZ GÉRARD ROCHE RENARD SCHMITT ROY LEROUX COLIN VIDAL "
    "CARON PICARD ROGER FABRE AUBERT LEMOINE RENAUD DUMAS LACROIX OLIVIER PHILIPPE BOURGEOIS PIERRE "
    "BENOÎT REY LECLERC PAYET ROLLAND LECLERCQ GUILLAUME LECOMTE LOPEZ JEAN DUPUY GUILLOT HUBERT "
    "BERGER CARPENTIER SANCHEZ DUPUIS MOULIN LOUIS DESCHAMPS HUET VASSEUR PEREZ BOUCHER FLEURY ROYER "
    "KLEIN JACQUET ADAM PARIS POIRIER MARTY AUBRY GUYOT CARRÉ CHARLES RENAULT CHARPENTIER MÉNARD "
    "MAILLARD BARON BERTIN BAILLY HERVÉ SCHNEIDER FERNANDEZ COLLET LÉGER BOUVIER JULIEN PRÉVOST "
    "MILLET PERROT DANIEL COUSIN GERMAIN BRETON BESSON LANGLOIS RÉMY PELLETIER LÉVÊQUE PERRIER "
    "LEBLANC BARRE LEBRUN MARCHAL WEBER MALLET HAMON BOULANGER JACOB MONNIER MICHAUD RODRIGUEZ "
    "GUICHARD GILLET ÉTIENNE GRONDIN POULAIN TESSIER CHEVALLIER COLLIN CHAUVIN BOUCHET GAY LEMAÎTRE "
    "BÉNARD MARÉCHAL HUMBERT REYNAUD ANTOINE HOARAU PERRET BARTHÉLEMY CORDIER PICHON LEJEUNE"
).split()
COMPOSED = [
    "D'ALMEIDA", "N'DIAYE", "LE GOFF", "DE LA TOUR", "SAINT-MARTIN", "ŒUVRARD", "L'HÔTE", "EL AMRANI",
    "BEN YOUSSEF",    "DU PLESSIS", "MEDDAH-LAÏD", "VAN DEN BROECK", "MARTIN-DUPONT",
]  # fmt: skip
PARTICLES = ["LE ", "DE ", "DU ", "EL ", "BEN ", "D'", "SAINT-"]
PRENOMS = {
    "M": (
        "Jean Pierre Michel Philippe Alain Nicolas Patrick Christophe Éric Laurent Stéphane David Thomas "
        "Julien François Frédéric Olivier Sébastien Thierry Pascal Antoine Vincent Alexandre Bruno "
        "Guillaume Romain Marc Benoît Maxime Hugo Mathieu Jérôme Karim Mehdi Yann Loïc Gaël Rémi Théo "
        "Émile Noël Ahmed Samir Cédric"
    ).split(),
    "F": (
        "Marie Nathalie Isabelle Sylvie Catherine Christine Sophie Céline Julie Camille Anne Sandrine "
        "Valérie Stéphanie Véronique Florence Émilie Aurélie Hélène Claire Laure Léa Chloé Inès Zoé Manon "
        "Lucie Sarah Leïla Fatima Yasmine Agnès Brigitte Cécile Delphine Élodie Françoise Gaëlle Joëlle "
        "Maëlle Noémie Océane"
    ).split(),
}
VILLES = {
    "06000": "NICE", "14000": "CAEN", "21000": "DIJON", "29200": "BREST", "31000": "TOULOUSE",
    "33000": "BORDEAUX", "34000": "MONTPELLIER", "35000": "RENNES", "37000": "TOURS", "38000": "GRENOBLE",
    "42000": "SAINT-ETIENNE", "44000": "NANTES", "49000": "ANGERS", "51100": "REIMS", "54000": "NANCY",
    "57000": "METZ", "59000": "LILLE", "63000": "CLERMONT-FERRAND", "67000": "STRASBOURG", "76000": "ROUEN",
    "80000": "AMIENS", "87000": "LIMOGES",
    **{f"750{n:02d}": f"PARIS {n:02d}" for n in range(1, 21)},
    **{f"6900{n}": f"LYON {n:02d}" for n in range(1, 10)},
    **{f"130{n:02d}": f"MARSEILLE {n:02d}" for n in range(1, 17)},
}  # fmt: skip
DEPARTEMENTS = [f"{n:02d}" for n in range(1, 96)] + ["971", "972", "973", "974", "976"]
CODES_A_DEPARTEMENT = 60
SUFFIXES = ["", "", "", "", "-LES-BAINS", " SUR MER", "-LE-CHATEAU"]


@lru_cache(maxsize=500_000)
def plain(text: str) -> str:
    """Without accents, as most of the extraction is written."""
    text = text.replace("Œ", "OE").replace("œ", "oe")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def surnames(rng, count: int) -> list[str]:
    """`count` different surnames, the common ones first."""
    following = defaultdict(list)
    for nom in NOMS:
        padded = f"^^{nom}$"
        for i in range(2, len(padded)):
            following[padded[i - 2 : i]].append(padded[i])
    found = dict.fromkeys([*NOMS[:100], *COMPOSED, *NOMS[100:]])
    while len(found) < count:
        nom = _made(rng, following)
        if 4 <= len(nom) <= 13:
            found[rng.choice(PARTICLES) + nom if rng.random() < 0.03 else nom] = None
    return list(found)[:count]


def _made(rng, following) -> str:
    letters, context = [], "^^"
    while len(letters) < 14:
        letter = rng.choice(following[context])
        if letter == "$":
            break
        letters.append(letter)
        context = context[1] + letter
    return "".join(letters)


def first_names(sexe: str) -> dict[str, float]:
    """First names with their weights; composed ones are rarer."""
    simple = PRENOMS[sexe]
    composed = [f"{first}-{second}" for first in simple[:3] for second in simple[3:25]]
    return {prenom: 1 / (rank + 4) ** 0.7 for rank, prenom in enumerate(simple + composed)}


def places(rng, known: list[str]) -> dict[tuple[str, str], float]:
    """(code postal, commune) with their weights; about 6,000 codes."""
    found = dict.fromkeys(VILLES.items(), 40.0)
    for departement in DEPARTEMENTS:
        weight = 0.3 + rng.expovariate(0.8)
        for k in range(CODES_A_DEPARTEMENT):
            code = f"{departement}{k * 16:03d}" if len(departement) == 2 else f"{departement}{k:02d}"
            if code not in VILLES:
                commune = plain(rng.choice(known[:5000])).replace(" ", "-") + rng.choice(SUFFIXES)
                found[code, commune] = weight * 8 / (k + 1) ** 0.8
    return found
