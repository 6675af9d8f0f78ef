"""Who may identify themselves at the simulator, with the userinfo of PSC's own shape."""

from dataclasses import dataclass, field

from viatraj.demo.people import PEOPLE

CIVIL, LIBERAL, SALARIED = "C", "L", "S"
FEDERATION = "f:550dc1c8-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Activity:
    mode: str
    structure: str
    voie: str = "4 R DES TILLEULS"
    ville: str = "31000 TOULOUSE"
    role: str = ""

    def as_json(self) -> dict:
        numero, genre, libelle = self.voie.split(" ", 2)
        return {
            "codeModeExercice": self.mode,
            "codeSecteurDactivite": "SA07" if self.mode == LIBERAL else "SA01",
            "codeRole": self.role,
            "codeGenreActivite": "GENR01",
            "numeroFinessSite": "",
            "numeroFinessetablissementJuridique": "",
            "raisonSocialeSite": self.structure,
            "numeroVoie": numero,
            "indiceRepetitionVoie": "",
            "codeTypeDeVoie": genre,
            "libelleVoie": libelle,
            "mentionDistribution": "",
            "bureauCedex": self.ville,
            "codePostal": self.ville[:5],
            "codePays": "99000",
            "autoriteDenregistrement": "SIMULATEUR",
        }


@dataclass(frozen=True)
class Exercice:
    profession: str
    activities: tuple[Activity, ...]
    categorie: str = CIVIL
    savoir_faire: str = ""

    def as_json(self, person) -> dict:
        return {
            "codeProfession": self.profession,
            "codeCategorieProfessionnelle": self.categorie,
            "codeCiviliteDexercice": "DR" if self.profession == "10" else "",
            "nomDexercice": person.nom.upper(),
            "prenomDexercice": person.prenom,
            "codeTypeSavoirFaire": "S" if self.savoir_faire else "",
            "codeSavoirFaire": self.savoir_faire,
            "activities": [activity.as_json() for activity in self.activities],
        }


@dataclass(frozen=True)
class Porteur:
    """Somebody with a card, an e-CPS or both; `hint` is for the newcomer."""

    idnat: str
    nom: str
    prenom: str
    hint: str
    exercices: tuple[Exercice, ...] = ()
    role: str = "10^1.2.250.1.213.1.1.5.5"
    structure: str = ""
    structure_id: str = ""
    revoked: bool = False
    others: tuple[dict, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.prenom} {self.nom}"

    @property
    def sub(self) -> str:
        return f"{FEDERATION}:{self.idnat}"

    def as_userinfo(self) -> dict:
        return {
            "sub": self.sub,
            "preferred_username": self.idnat,
            "SubjectNameID": self.idnat,
            "family_name": self.nom.upper(),
            "given_name": self.prenom,
            "codeCivilite": "",
            "email_verified": False,
            "SubjectRole": [self.role],
            "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
            "SubjectOrganization": self.structure,
            "SubjectOrganizationID": self.structure_id,
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "UITVersion": "1.0",
            "PSI_Locale": "1.2.250.1.213.1.3.1.1",
            "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
            "otherIds": [{"identifiant": self.idnat, "origine": "RPPS", "qualite": 1}, *self.others],
            "SubjectRefPro": {
                "codeCivilite": "",
                "exercices": [exercice.as_json(self) for exercice in self.exercices],
            },
        }


def _cabinet(nom, ville="31000 TOULOUSE") -> Exercice:
    return Exercice("10", (Activity(LIBERAL, f"CABINET DR {nom.upper()}", ville=ville),), savoir_faire="SM54")


KNOWN = tuple(
    Porteur(
        idnat=person.idnat,
        nom=person.nom,
        prenom=person.prenom,
        hint=f"{person.role_label}, {person.place}",
        exercices=(_cabinet(person.nom, f"{person.code_postal} {person.commune}"),),
    )
    for person in PEOPLE
    if person.idnat.startswith("8")
)
OTHERS = (
    Porteur(
        "899100050110",
        "Delaunoy",
        "Nour",
        "Médecin sans compte\u00a0: première connexion",
        (_cabinet("Delaunoy"),),
    ),
    Porteur(
        "899100050128",
        "Quéméneur",
        "Yann",
        "Médecin et pharmacien, sans compte\u00a0: deux exercices",
        (
            Exercice("21", (Activity(SALARIED, "PHARMACIE DES ARCADES", "12 PL DES ARCADES"),)),
            _cabinet("Quéméneur", "31600 MURET"),
        ),
    ),
    Porteur(
        "3990001234/CPE0000042",
        "Marchal",
        "Sylvie",
        "Secrétaire, carte CPE d’un établissement",
        role="SECRETARIAT_MEDICAL^1.2.250.1.213.1.1.4.6",
        structure="CENTRE HOSPITALIER DES COLLINES",
        structure_id="1990001234",
    ),
    Porteur(
        "899100050136",
        "Lambrecht",
        "Inès",
        "Secrétaire inscrite au RPPS (profession 99)",
        (Exercice("99", (Activity(SALARIED, "CABINET DR LECLERCQ", role="310"),)),),
        role="99^1.2.250.1.213.1.1.5.5",
    ),
    Porteur(
        "899100050144",
        "Vasseline",
        "Hugo",
        "Carte et e-CPS en opposition",
        (_cabinet("Vasseline"),),
        revoked=True,
    ),
)


def porteurs() -> dict[str, Porteur]:
    return {one.idnat: one for one in (*KNOWN, *OTHERS)}
