"""The invented people of the demonstration: numbers in 99, reserved domains, one password for all."""

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
    idnat: str = ""
    specialite: str = ""
    code_postal: str = ""
    commune: str = ""
    hint: str = ""

    @property
    def card(self) -> str | None:
        """His virtual card in the demonstration's reader."""
        return f"cps-{self.idnat}" if self.idnat else None

    @property
    def name(self) -> str:
        return f"{'Dr ' if self.idnat else ''}{self.prenom} {self.nom}"


def _medecin(idnat, prenom, nom, *, role="medecin", role_label="Médecin libéral", **known) -> Person:
    local = f"{prenom}.{nom}".lower().replace("é", "e").replace("ï", "i").replace("è", "e").replace("’", "")
    return Person(
        role=role,
        role_label=role_label,
        login=idnat,
        idnat=idnat,
        nom=nom,
        prenom=prenom,
        email=f"{local}@cabinet.example",
        **known,
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
        hint="Une délégation du Dr Leclercq l’attend",
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
    Person(
        role="support",
        role_label="Support national",
        login="pferrand",
        nom="Ferrand",
        prenom="Paul",
        email="paul.ferrand@support.example",
        door="professionnel",
        hint="Lire le journal à l’adresse /gestion/",
    ),
)

# In the directory and with a card, but without account: a first sign-in (CON-8).
NEWCOMER = {
    "idnat": "899100124807",
    "nom": "DUVERNAY",
    "prenom": "Solange",
    "specialite": "Médecine Générale",
    "code_postal": "31000",
    "commune": "TOULOUSE",
}
