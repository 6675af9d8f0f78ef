"""The invented people of the demonstration: numbers in 99, reserved domains, one password for all."""

import unicodedata
from dataclasses import dataclass

PASSWORD = "Demonstration-2026"  # noqa: S105, shown on the home page of the demonstration


@dataclass(frozen=True)
class Person:
    role: str
    role_label: str
    login: str
    nom: str
    prenom: str
    email: str
    place: str = ""
    door: str = "medecin"
    idnat: str = ""  # of a médecin
    numero: str = ""  # of a card that is no médecin's
    slug: str = ""  # of that card in the demonstration's reader
    specialite: str = ""
    code_postal: str = ""
    commune: str = ""
    profession: str = "Médecin"
    hint: str = ""
    has_used_card: bool = True  # without, a médecin's password door stays closed (CON-3)

    @property
    def card(self) -> str | None:
        """His virtual card in the demonstration's reader."""
        return f"cps-{self.idnat}" if self.idnat else self.slug or None

    @property
    def name(self) -> str:
        return f"{'Dr ' if self.idnat else ''}{self.prenom} {self.nom}"


def _medecin(idnat, prenom, nom, *, role="medecin", role_label="Médecin libéral", **kwargs) -> Person:
    local = f"{prenom}.{nom}".lower().replace("é", "e").replace("ï", "i").replace("è", "e").replace("’", "")
    return Person(
        role=role,
        role_label=role_label,
        login=idnat,
        idnat=idnat,
        nom=nom,
        prenom=prenom,
        email=f"{local}@cabinet.example",
        **kwargs,
    )


def _professional(role, role_label, prenom, nom, place, **kwargs) -> Person:
    """In one of `structures`; the login is that of an account made by a référent."""
    domain = {AUBIN: "ch-saint-aubin", VALMONT: "ch-valmont"}.get(place.partition(",")[0], "val-d-autan")
    return Person(
        role=role,
        role_label=role_label,
        login=plain(prenom)[0] + plain(nom),
        nom=nom,
        prenom=prenom,
        email=f"{plain(prenom)}.{plain(nom)}@{domain}.example",
        place=place,
        door="professionnel",
        **kwargs,
    )


def plain(text: str) -> str:
    """What an address is made of: «El Amrani» → elamrani."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


AUBIN, VALMONT, LAUZE, ORBE = "CH de Saint-Aubin", "CH de Valmont", "Haute-Lauze", "Pays d’Orbe"
PROFESSIONALS = (
    _professional(
        "referent_structure",
        "Référent structure",
        "Nadia",
        "El Amrani",
        AUBIN,
        profession="Cadre administratif",
        hint="Chercher «\u00a0Moreau\u00a0», débloquer son compte, prolonger une habilitation",
    ),
    _professional(
        "referent_structure",
        "Référent structure",
        "Thierry",
        "Garcin",
        VALMONT,
        profession="Cadre administratif",
        hint="Un autre département\u00a0: rien de Saint-Aubin n’y est modifiable",
    ),
    _professional(
        "referent_unite",
        "Référent unité",
        "Muriel",
        "Brossard",
        f"{AUBIN}, SMR polyvalent",
        profession="Cadre de santé",
        hint="N’administre que son unité",
    ),
    _professional(
        "referent_coordination",
        "Référent coordination",
        "Denis",
        "Vasseur",
        LAUZE,
        profession="Chargé de mission",
        hint="Nommer le référent d’une structure qui n’en a pas",
    ),
    _professional(
        "referent_coordination",
        "Référent coordination",
        "Florence",
        "Castan",
        ORBE,
        profession="Chargée de mission",
    ),
    _professional(
        "prescripteur",
        "Prescripteur médical",
        "Claire",
        "Arnaud",
        AUBIN,
        hint="Son habilitation expire dans 8 jours",
    ),
    _professional("prescripteur", "Prescripteur médical", "Julien", "Ferrier", VALMONT),
    _professional(
        "soignant",
        "Équipe soignante",
        "Lucas",
        "Bernard",
        f"{AUBIN}, Médecine interne",
        profession="Infirmier",
    ),
    _professional(
        "gestionnaire",
        "Gestionnaire administratif et social",
        "Hugo",
        "Dubois",
        f"{AUBIN}, Urgences",
        profession="Assistant social",
    ),
    _professional(
        "admissions",
        "Responsable des admissions",
        "Maëlle",
        "Castex",
        f"{AUBIN}, guichet unique",
        profession="Gestionnaire de lits",
    ),
    _professional("regulateur", "Régulateur", "Élodie", "Garnier", AUBIN, profession="Cadre de santé"),
    _professional(
        "receveur_ga",
        "Responsable des admissions Grand Âge",
        "Olivia",
        "Roussel",
        "EHPAD Les Glycines",
        profession="Directrice",
    ),
    _professional(
        "redacteur_ga",
        "Accompagnant médico-social",
        "Sonia",
        "Blondel",
        LAUZE,
        profession="Assistante sociale",
    ),
    _professional(
        "pco",
        "PCO – Secrétariat",
        "Alain",
        "Lemoine",
        "PCO TND du Pays d’Orbe",
        profession="Secrétaire médical",
    ),
    _professional(
        "referent_unite",
        "Référent unité",
        "Carole",
        "Teyssier",
        f"{VALMONT}, SMR neurologique",
        profession="Cadre de santé",
    ),
    _professional(
        "soignant",
        "Équipe soignante",
        "Baptiste",
        "Rolland",
        f"{VALMONT}, Neurologie",
        profession="Infirmier",
    ),
    _professional(
        "gestionnaire",
        "Gestionnaire administratif et social",
        "Fanny",
        "Delmas",
        f"{VALMONT}, Neurologie",
        profession="Assistante sociale",
    ),
    _professional(
        "admissions",
        "Responsable des admissions",
        "Mathis",
        "Lagarde",
        f"{VALMONT}, SMR neurologique",
        profession="Gestionnaire de lits",
    ),
    _professional("regulateur", "Régulateur", "Sylvain", "Monteil", VALMONT, profession="Cadre de santé"),
    _professional(
        "receveur_ga",
        "Responsable des admissions Grand Âge",
        "Anouk",
        "Valette",
        "EHPAD Beau-Soleil",
        profession="Directrice",
    ),
    _professional(
        "redacteur_ga",
        "Accompagnant médico-social",
        "Bastien",
        "Cros",
        ORBE,
        profession="Assistant social",
    ),
    _professional(
        "national",
        "Administrateur national",
        "Claude",
        "Maurel",
        "France entière",
        profession="Chargé d’exploitation",
    ),
)

PEOPLE = (
    _medecin(
        "899100045771",
        "Christine",
        "Leclercq",
        place="Toulouse",
        specialite="Médecine Générale",
        code_postal="31000",
        commune="TOULOUSE",
        hint="Déléguer à un confrère\u00a0: cherchez «\u00a0Leyon\u00a0» à 31000",
    ),
    _medecin(
        "899100045789",
        "Gabriel",
        "Léon",
        role="confrere",
        role_label="Confrère",
        place="Toulouse",
        specialite="Médecine Générale",
        code_postal="31000",
        commune="TOULOUSE",
        hint="Accepter la délégation, puis travailler au nom du Dr Leclercq",
    ),
    _medecin(
        "899100938144",
        "Aïssatou",
        "N’Diaye",
        role="confrere",
        role_label="Confrère",
        place="Muret",
        specialite="Gériatrie",
        code_postal="31600",
        commune="MURET",
        hint="Une délégation du Dr Leclercq l’attend\u00a0; elle a aussi l’espace professionnel d’un EHPAD",
    ),
    _medecin(
        "899100072643",
        "Hélène",
        "Martinon",
        place="Lyon",
        specialite="Médecine Générale",
        code_postal="69003",
        commune="LYON 03",
        hint="Un autre département\u00a0: rien de Toulouse n’y paraît",
    ),
    _medecin(
        "899100061011",
        "Adrien",
        "Delattre",
        role="novice",
        role_label="Médecin qui n’a jamais utilisé sa carte",
        place="Toulouse",
        specialite="Médecine Générale",
        code_postal="31000",
        commune="TOULOUSE",
        hint="L’identifiant et le mot de passe ne suffisent pas\u00a0: la première fois, il faut sa carte",
        has_used_card=False,
    ),
    Person(
        role="support",
        role_label="Support national",
        login="pferrand",
        numero="3990000027/CPE0000043",
        slug="cpe-support",
        nom="Ferrand",
        prenom="Paul",
        email="paul.ferrand@support.example",
        door="professionnel",
        hint="Rechercher un compte, lire ses droits et son journal\u00a0: /gestion/ s’ouvre par sa carte CPE",
    ),
    Person(
        role="assistant",
        role_label="Assistante d’un médecin",
        login="599999999900027/cpa0000021",
        numero="599999999900027/CPA0000021",
        slug="cpa-assistante",
        nom="Ferhat",
        prenom="Nadia",
        email="nadia.ferhat@cabinet.example",
        place="Toulouse",
        profession="Secrétaire",
        hint="Travailler au nom du Dr Leclercq, avec les droits d’un secrétariat",
    ),
    *PROFESSIONALS,
)
# Invited by the first médecin, with a card and without account: a first sign-in (CON-9).
INVITED = {"nom": "Leroux", "prenom": "Paul", "email": "paul.leroux@cabinet.example"}

# In the directory and with a card, but without account: a first sign-in (CON-8).
NEWCOMER = {
    "idnat": "899100124807",
    "nom": "DUVERNAY",
    "prenom": "Solange",
    "specialite": "Médecine Générale",
    "code_postal": "31000",
    "commune": "TOULOUSE",
}
