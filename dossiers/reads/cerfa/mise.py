"""Where each field of the Grand Âge volets stands on the sheets: order and frames of the national form.

Widths are twelfths of a sheet. A field that is in a form and not here is drawn at the end of its part.
"""

from dataclasses import dataclass

from dossiers.natures import Kind
from dossiers.volets import aggir, autonomie, medical


@dataclass(frozen=True)
class Rang:
    """Fields side by side: (code, width)."""

    champs: tuple[tuple[str, int], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.champs)


@dataclass(frozen=True)
class Grille:
    """One field a line, its answers as columns: (answer, head of its column)."""

    titre: str
    codes: tuple[str, ...]
    colonnes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cadre:
    titre: str
    lignes: tuple[Rang | Grille, ...]


@dataclass(frozen=True)
class Partie:
    """`whole`: with the whole identity of the person, else what is enough to know her."""

    kind: Kind
    titre: str
    remplie_par: str
    cadres: tuple[Cadre, ...]
    whole: bool = False

    @property
    def codes(self) -> list[str]:
        return [code for cadre in self.cadres for ligne in cadre.lignes for code in ligne.codes]


def rang(*champs: tuple[str, int]) -> Rang:
    return Rang(champs)


ADMINISTRATIF = Partie(
    Kind.ADMINISTRATIF,
    "Dossier administratif",
    "À remplir par la personne concernée ou par la personne qui l’accompagne",
    (
        Cadre(
            "Coordonnées",
            (
                rang(("adresse", 12)),
                rang(("code_postal", 2), ("ville", 7), ("commune", 3)),
                rang(("telephone_fixe", 3), ("telephone_portable", 3), ("email", 6)),
            ),
        ),
        Cadre(
            "Situation familiale et protection juridique",
            (
                rang(("situation_familiale", 12)),
                rang(("protection", 12)),
                rang(("protection_en_cours", 12)),
                rang(("representant", 8), ("representant_telephone", 4)),
            ),
        ),
        Cadre(
            "Personne de confiance et personnes à contacter",
            (
                rang(("confiance", 6), ("directives", 6)),
                rang(("confiance_nom", 12)),
                rang(("confiance_lien", 12)),
                rang(("contacts", 12)),
            ),
        ),
        Cadre(
            "Demande",
            (
                rang(("type_sejour", 12)),
                rang(("duree", 6), ("entree", 6)),
                rang(("type_structure", 12)),
                rang(("delai", 12)),
                rang(("situation", 12)),
                rang(("service_actuel", 12)),
                rang(("aides_domicile", 12)),
                rang(("motif", 12)),
                rang(("informee", 6), ("consent", 6)),
                rang(("conjointe", 6), ("conjoint", 6)),
            ),
        ),
        Cadre(
            "Aspects financiers",
            (
                rang(("financement", 12)),
                rang(("demandes_en_cours", 12)),
                rang(("retraites", 12)),
            ),
        ),
        Cadre(
            "Couverture sociale",
            (
                rang(("regime", 12)),
                rang(("caisse", 6), ("complementaire", 6)),
                rang(("ald", 6), ("css", 6)),
            ),
        ),
        Cadre(
            "Information et signature",
            (
                rang(("information_date", 6), ("information_par", 6)),
                rang(("signature_date", 6), ("signature_qualite", 6)),
            ),
        ),
    ),
    whole=True,
)
MEDICAL = Partie(
    Kind.MEDICAL,
    "Dossier médical",
    "À remplir par le médecin, daté et signé, confidentiel",
    (
        Cadre(
            "Motif de la demande et antécédents",
            (
                rang(("motif", 12)),
                rang(("antecedents", 12)),
                rang(("pathologies", 12)),
                rang(("allergie", 4), ("allergies", 8)),
            ),
        ),
        Cadre("Traitements en cours", (rang(("ordonnance", 12)), rang(("traitements", 12)))),
        Cadre(
            "État général et fonctions sensorielles",
            (
                rang(("poids", 3), ("taille", 3), ("amaigrissement", 6)),
                rang(("vue", 6), ("appareillage_vue", 6)),
                rang(("ouie", 6), ("appareillage_ouie", 6)),
            ),
        ),
        Cadre(
            "Risques, soins palliatifs et infections",
            (
                rang(("chute", 6), ("fausse_route", 6)),
                rang(("conduites", 12)),
                rang(("palliatif", 12)),
                rang(("portage", 6), ("portage_date", 6)),
                rang(("bacterie", 12)),
            ),
        ),
        Cadre(
            "Soins, appareillages et rééducation",
            (
                rang(("soins_techniques", 12)),
                rang(("appareillages", 12)),
                rang(("reeducation", 12)),
            ),
        ),
        Cadre(
            "Symptômes psycho-comportementaux",
            (
                Grille(
                    "Symptôme",
                    tuple(f"symptome_{code}" for code, _ in medical.SYMPTOMES),
                    medical.PRESENCE,
                ),
                rang(("fugue", 4), ("mms", 4), ("mms_date", 4)),
            ),
        ),
        Cadre("Commentaires", (rang(("commentaires", 12)),)),
    ),
)
AUTONOMIE = Partie(
    Kind.AUTONOMIE,
    "Autonomie",
    "À remplir par le médecin ou par l’équipe qui a évalué la personne",
    (
        Cadre(
            "Grille AGGIR",
            (Grille("Variable", aggir.VARIABLES, (("A", "A"), ("B", "B"), ("C", "C"))),),
        ),
        Cadre(
            "Variables illustratives",
            (
                Grille(
                    "Variable",
                    tuple(code for code, _ in autonomie.ILLUSTRATIVES),
                    (("A", "A"), ("B", "B"), ("C", "C")),
                ),
            ),
        ),
        Cadre(
            "Évaluation",
            (
                rang(("gir_declare", 8), ("evaluation", 4)),
                rang(("observations", 12)),
            ),
        ),
    ),
)
PARTIES = (ADMINISTRATIF, MEDICAL, AUTONOMIE)
# Lines of a box of text; what is longer goes on a sheet behind.
LIGNES = {
    "motif": 4,
    "antecedents": 6,
    "pathologies": 6,
    "allergies": 2,
    "commentaires": 5,
    "observations": 4,
}
USUAL, SHORT = 4, 2
ROWS = {"traitements": 10}  # of a table; others show as many as they may hold
