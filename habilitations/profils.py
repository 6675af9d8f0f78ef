"""The profiles and their rights (HAB-2, HAB-3; facts/domain.md §1.4–1.5). Code, not data.

A right is fixed, or chosen by the référent among a few modes. `AUCUN` is the mode of a right not given.
"""

from dataclasses import dataclass

from viatraj.core.droits import Domaine, Droit, Mode, Niveau

AUCUN = "aucun"
OUI, ANONYME, LECTURE, ECRITURE, REPONDRE, VALIDATION = Mode
NAMES = {AUCUN: "aucun"} | {mode.value: mode.label for mode in Mode}
ETAB_UNITE = (Niveau.ETABLISSEMENT, Niveau.UNITE)


@dataclass(frozen=True)
class DroitProfil:
    """`mode` is the default; `modes` are those that may be chosen, none when it is fixed.

    `only_at`: held there only, whatever the other levels of its profile.
    """

    domaine: str
    droit: Droit
    mode: str
    modes: tuple[str, ...] = ()
    only_at: Niveau | None = None

    @property
    def key(self) -> str:
        return f"{self.domaine}-{self.droit.value}"

    @property
    def is_fixed(self) -> bool:
        return not self.modes

    @property
    def is_box(self) -> bool:
        """Yes or no: a box to tick."""
        return set(self.modes) == {AUCUN, OUI}

    def accepts(self, mode: str) -> bool:
        return mode == self.mode or mode in self.modes


@dataclass(frozen=True)
class Groupe:
    """A «grande fonctionnalité» of the page: «Sanitaire – Prescripteur»."""

    label: str
    domaine: Domaine
    droits: tuple[DroitProfil, ...]


@dataclass(frozen=True)
class Profil:
    """`granted_with`: the right that its granter holds on the place; `does` explains it in words."""

    code: str
    label: str
    domaine: Domaine
    niveaux: tuple[Niveau, ...]
    does: str
    groupes: tuple[Groupe, ...]
    granted_with: Droit = Droit.HABILITATION

    @property
    def droits(self) -> tuple[DroitProfil, ...]:
        return tuple(droit for groupe in self.groupes for droit in groupe.droits)

    @property
    def domaines(self) -> frozenset[str]:
        """Where it gives something; the revue of a domaine shows it."""
        return frozenset({self.domaine, *(groupe.domaine for groupe in self.groupes)})

    def at(self, niveau: str) -> tuple[DroitProfil, ...]:
        return tuple(droit for droit in self.droits if droit.only_at in (None, niveau))

    @property
    def is_referent(self) -> bool:
        return any(droit.droit == Droit.HABILITATION for droit in self.droits)

    def __str__(self) -> str:
        return self.label


def _groupe(label, domaine, *droits) -> Groupe:
    module = "" if domaine == Domaine.ADMINISTRATION else domaine.value
    return Groupe(label, domaine, tuple(DroitProfil(module, *droit) for droit in droits))


def _fixe(droit, mode=OUI):
    return droit, mode


def _choix(droit, mode, *modes):
    return droit, mode, modes or (AUCUN, OUI)


TABLEAU = (ANONYME, LECTURE, ECRITURE)
LU = (AUCUN, ANONYME, LECTURE)
SANITAIRE, GRAND_AGE, TND = Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.TND
HANDICAP, CPAM, ADMINISTRATION = Domaine.HANDICAP, Domaine.CPAM, Domaine.ADMINISTRATION
PRESCRIPTEUR, DEMANDEUR = "Sanitaire – Prescripteur", "Grand Âge – Demandeur"
D = Droit

# --- Those who ask ------------------------------------------------------------------

PRESCRIPTEUR_MEDICAL = Profil(
    "prescripteur_medical",
    "Prescripteur médical",
    SANITAIRE,
    ETAB_UNITE,
    "Renseigne et valide les volets Orientation et Médical du dossier sanitaire et le volet Médical du "
    "dossier Grand Âge.",
    (
        _groupe(
            PRESCRIPTEUR,
            SANITAIRE,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            _fixe(D.VOLET_ORIENTATION, VALIDATION),
            _fixe(D.VOLET_MEDICAL, VALIDATION),
            _choix(D.VOLET_SOINS, VALIDATION, LECTURE, ECRITURE, VALIDATION),
            _choix(D.ENVOI, OUI),
            _choix(D.SUIVI, OUI),
            _fixe(D.PIECES),
        ),
        _groupe(
            DEMANDEUR,
            GRAND_AGE,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, LECTURE, *TABLEAU),
            _choix(D.VOLET_AUTONOMIE, VALIDATION, LECTURE, ECRITURE, VALIDATION),
            _fixe(D.VOLET_MEDICAL, VALIDATION),
            _choix(D.ENVOI, OUI),
        ),
    ),
)
EQUIPE_SOIGNANTE = Profil(
    "equipe_soignante",
    "Équipe soignante",
    SANITAIRE,
    ETAB_UNITE,
    "Renseigne les volets Orientation et Médical du dossier sanitaire et le volet Médical du dossier "
    "Grand Âge, sans pouvoir les valider.",
    (
        _groupe(
            PRESCRIPTEUR,
            SANITAIRE,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            _fixe(D.VOLET_ORIENTATION, ECRITURE),
            _fixe(D.VOLET_MEDICAL, ECRITURE),
            _choix(D.VOLET_SOINS, VALIDATION, ECRITURE, VALIDATION),
            _choix(D.ENVOI, AUCUN),
            _choix(D.SUIVI, OUI),
            _fixe(D.PIECES),
        ),
        _groupe(
            DEMANDEUR,
            GRAND_AGE,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, LECTURE, *TABLEAU),
            _choix(D.VOLET_AUTONOMIE, ECRITURE, LECTURE, ECRITURE, VALIDATION),
            _fixe(D.VOLET_MEDICAL, ECRITURE),
            _choix(D.ENVOI, AUCUN),
        ),
    ),
)
GESTIONNAIRE = Profil(
    "gestionnaire_administratif",
    "Gestionnaire administratif et social",
    SANITAIRE,
    ETAB_UNITE,
    "Renseigne et valide les informations administratives. L’accès aux volets médicaux en lecture est "
    "possible.",
    (
        _groupe(
            PRESCRIPTEUR,
            SANITAIRE,
            _fixe(D.TABLEAU_DEMANDEUR, ECRITURE),
            _choix(D.DOSSIER_CREATION, OUI),
            _fixe(D.VOLET_ADMINISTRATIF, VALIDATION),
            _choix(D.VOLET_ORIENTATION, LECTURE, *LU),
            _choix(D.VOLET_MEDICAL, LECTURE, *LU),
            _choix(D.VOLET_SOINS, LECTURE, *LU),
            _choix(D.ENVOI, AUCUN),
            _choix(D.SUIVI, OUI),
            _fixe(D.PIECES),
        ),
        _groupe(
            DEMANDEUR,
            GRAND_AGE,
            _fixe(D.TABLEAU_DEMANDEUR, ECRITURE),
            _choix(D.DOSSIER_CREATION, OUI),
            _fixe(D.VOLET_ADMINISTRATIF, VALIDATION),
            _choix(D.VOLET_AUTONOMIE, LECTURE, AUCUN, ANONYME, LECTURE, ECRITURE),
            _choix(D.VOLET_MEDICAL, LECTURE, *LU),
            _choix(D.ENVOI, OUI),
        ),
    ),
)
ACCOMPAGNANT = Profil(
    "accompagnant_medico_social",
    "Accompagnant médico-social",
    GRAND_AGE,
    (Niveau.ETABLISSEMENT, Niveau.COORDINATION),
    "Accompagne les personnes (DAC, CLIC, CCAS)\u00a0: renseigne le volet administratif et envoie les "
    "demandes.",
    (
        _groupe(
            DEMANDEUR,
            GRAND_AGE,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            _choix(D.ENVOI, OUI),
        ),
    ),
)
ADRESSEUR_TND = Profil(
    "adresseur_tnd",
    "Prescripteur TND",
    TND,
    ETAB_UNITE,
    "Renseigne le dossier adressé à la plateforme de coordination et d’orientation, et l’envoie.",
    (
        _groupe(
            "TND – Demandeur",
            TND,
            _choix(D.TABLEAU_DEMANDEUR, ECRITURE, *TABLEAU),
            _choix(D.DOSSIER_CREATION, OUI),
            _choix(D.VOLET_ADMINISTRATIF, ECRITURE, *TABLEAU),
            _choix(D.VOLET_MEDICAL, VALIDATION, LECTURE, ECRITURE, VALIDATION),
            _choix(D.ENVOI, OUI),
        ),
    ),
)

# --- Those who answer -----------------------------------------------------------------

RESPONSABLE_ADMISSIONS = Profil(
    "responsable_admissions",
    "Responsable des admissions",
    SANITAIRE,
    (Niveau.UNITE, Niveau.GUICHET),
    "Consulte les demandes de SMR, HAD et soins palliatifs reçues par l’unité, et y répond.",
    (
        _groupe(
            "Sanitaire – Receveur",
            SANITAIRE,
            _choix(D.TABLEAU_RECEVEUR, REPONDRE, ANONYME, LECTURE, REPONDRE),
            _choix(D.RECU_ADMINISTRATIF, LECTURE, ANONYME, LECTURE),
            _choix(D.RECU_ORIENTATION, LECTURE, ANONYME, LECTURE),
            _choix(D.RECU_SOINS, LECTURE, ANONYME, LECTURE),
            _choix(D.RECU_MEDICAL, LECTURE, ANONYME, LECTURE),
            _choix(D.REPONSE, OUI),
            (D.REPARTITION, OUI, (AUCUN, OUI), Niveau.GUICHET),
            _choix(D.STATISTIQUES, AUCUN),
        ),
    ),
)
RESPONSABLE_ADMISSIONS_GA = Profil(
    "responsable_admissions_ga",
    "Responsable des admissions Grand Âge",
    GRAND_AGE,
    (Niveau.UNITE, Niveau.GUICHET),
    "Consulte les demandes d’hébergement reçues (EHPAD, USLD, résidence autonomie), et y répond.",
    (
        _groupe(
            "Grand Âge – Receveur",
            GRAND_AGE,
            _choix(D.TABLEAU_RECEVEUR, REPONDRE, ANONYME, LECTURE, REPONDRE),
            _fixe(D.RECU_ADMINISTRATIF, LECTURE),
            _choix(D.RECU_AUTONOMIE, LECTURE, ANONYME, LECTURE),
            _choix(D.RECU_MEDICAL, AUCUN, *LU),
            _choix(D.REPONSE, OUI),
            _choix(D.PAPIER, OUI),
        ),
    ),
)
MEDECIN_COORDONNATEUR = Profil(
    "medecin_coordonnateur",
    "Médecin coordonnateur",
    GRAND_AGE,
    ETAB_UNITE,
    "Lit les volets médical et autonomie des demandes reçues, et donne son avis.",
    (
        _groupe(
            "Grand Âge – Receveur",
            GRAND_AGE,
            _choix(D.TABLEAU_RECEVEUR, LECTURE, LECTURE, REPONDRE),
            _fixe(D.RECU_MEDICAL, LECTURE),
            _fixe(D.RECU_AUTONOMIE, LECTURE),
            _choix(D.REPONSE, AUCUN),
        ),
    ),
)
REGULATEUR = Profil(
    "regulateur",
    "Régulateur",
    SANITAIRE,
    (Niveau.ETABLISSEMENT,),
    "Accède aux demandes sans solution d’un établissement.",
    (
        _groupe(
            "Sanitaire – Régulateur",
            SANITAIRE,
            _choix(D.TABLEAU_REGULATEUR, LECTURE, ANONYME, LECTURE),
            _choix(D.RECU_ADMINISTRATIF, ANONYME, ANONYME, LECTURE),
            _choix(D.RECU_ORIENTATION, ANONYME, ANONYME, LECTURE),
            _choix(D.RECU_SOINS, ANONYME, ANONYME, LECTURE),
            _choix(D.RECU_MEDICAL, ANONYME, ANONYME, LECTURE),
            _choix(D.STATISTIQUES, OUI),
        ),
    ),
)
REGULATEUR_GA = Profil(
    "regulateur_ga",
    "Régulateur Grand Âge",
    GRAND_AGE,
    (Niveau.COORDINATION,),
    "Suit, pour un département, les demandes d’hébergement sans solution.",
    (
        _groupe(
            "Grand Âge – Régulateur",
            GRAND_AGE,
            _choix(D.TABLEAU_REGULATEUR, ANONYME, ANONYME, LECTURE),
            _fixe(D.STATISTIQUES),
        ),
    ),
)

# --- Handicap, CPAM, TND ----------------------------------------------------------------

MDPH = Profil(
    "mdph_gestionnaire",
    "MDPH – Gestionnaire",
    HANDICAP,
    (Niveau.COORDINATION,),
    "Enregistre les décisions et les notifications de la MDPH.",
    (
        _groupe(
            "Handicap – MDPH",
            HANDICAP,
            _fixe(D.DECISION),
            _choix(D.ADMISSION_IMPOSSIBLE, OUI),
            _fixe(D.NOTIFICATIONS, LECTURE),
        ),
    ),
)
MDPH_CONSULTATION = Profil(
    "mdph_consultation",
    "MDPH – Consultation",
    HANDICAP,
    (Niveau.COORDINATION,),
    "Consulte les décisions et les notifications de la MDPH.",
    (_groupe("Handicap – MDPH", HANDICAP, _fixe(D.NOTIFICATIONS, LECTURE)),),
)
ESMS = Profil(
    "esms_gestionnaire",
    "ESMS – Gestionnaire",
    HANDICAP,
    ETAB_UNITE,
    "Gère les notifications reçues et le statut des usagers.",
    (
        _groupe(
            "Handicap – ESMS",
            HANDICAP,
            _fixe(D.NOTIFICATIONS, REPONDRE),
            _choix(D.STATUT, OUI),
            _choix(D.EVALUATION, LECTURE, *LU),
        ),
    ),
)
ESMS_CONSULTATION = Profil(
    "esms_consultation",
    "ESMS – Consultation",
    HANDICAP,
    ETAB_UNITE,
    "Consulte les notifications reçues.",
    (_groupe("Handicap – ESMS", HANDICAP, _fixe(D.NOTIFICATIONS, LECTURE)),),
)
ESMS_STATISTIQUES = Profil(
    "esms_statistiques",
    "VT PH – Statistiques ESMS",
    HANDICAP,
    (Niveau.ETABLISSEMENT,),
    "Commande les statistiques Handicap de l’établissement.",
    (_groupe("Handicap – Statistiques", HANDICAP, _fixe(D.STATISTIQUES)),),
)
ACCOMPAGNANT_DUA = Profil(
    "accompagnant_dua",
    "Accompagnant DUA",
    HANDICAP,
    (Niveau.ETABLISSEMENT,),
    "Suit les dossiers uniques d’admission des personnes accompagnées.",
    (_groupe("Handicap – Accompagnant", HANDICAP, _choix(D.ACCOMPAGNEMENT, ECRITURE, *TABLEAU)),),
)
CONSEILLER_PRADO = Profil(
    "conseiller_prado",
    "Conseiller PRADO",
    CPAM,
    (Niveau.COORDINATION,),
    "Suit les dossiers signalés pour un retour à domicile, et y répond.",
    (
        _groupe(
            "CPAM – PRADO",
            CPAM,
            _choix(D.TABLEAU_RECEVEUR, REPONDRE, ANONYME, LECTURE, REPONDRE),
            _choix(D.REPONSE, OUI),
        ),
    ),
)


def _pco(code, label, does, *lu):
    tableau = _choix(D.TABLEAU_RECEVEUR, REPONDRE, ANONYME, LECTURE, REPONDRE)
    groupe = _groupe("TND – PCO", TND, tableau, *lu, _choix(D.REPONSE, OUI))
    return Profil(code, label, TND, (Niveau.ETABLISSEMENT,), does, (groupe,))


PCO_GESTIONNAIRE = _pco(
    "pco_gestionnaire",
    "PCO – Gestionnaire",
    "Suit les dossiers reçus par la plateforme, et demande des précisions.",
    _fixe(D.RECU_ADMINISTRATIF, LECTURE),
    _fixe(D.RECU_MEDICAL, LECTURE),
)
PCO_MEDECIN = _pco(
    "pco_medecin",
    "PCO – Médecin",
    "Étudie les dossiers reçus par la plateforme, et demande des précisions.",
    _fixe(D.RECU_ADMINISTRATIF, LECTURE),
    _fixe(D.RECU_MEDICAL, LECTURE),
)
PCO_SECRETARIAT = _pco(
    "pco_secretariat",
    "PCO – Secrétariat",
    "Assure le suivi des dossiers reçus par la plateforme.",
    _choix(D.RECU_ADMINISTRATIF, LECTURE, ANONYME, LECTURE),
    _choix(D.RECU_MEDICAL, LECTURE, ANONYME, LECTURE),
)

# --- Référents: no dashboard ----------------------------------------------------------------

STATS = _fixe(D.STATISTIQUES)
PEOPLE = (_fixe(D.COMPTE), _fixe(D.HABILITATION))
OFFER = (_fixe(D.STRUCTURE), _fixe(D.UNITE), _fixe(D.GUICHET))
NAMES_BELOW = (_fixe(D.REFERENT_UNITE), _fixe(D.REFERENT_STRUCTURE))


def _referent(code, label, niveau, does, granted_with, *droits):
    groupe = _groupe("Administration", ADMINISTRATION, *droits)
    return Profil(code, label, ADMINISTRATION, (niveau,), does, (groupe,), granted_with)


REFERENT_UNITE = _referent(
    "referent_unite",
    "Référent unité",
    Niveau.UNITE,
    "Met à jour l’offre de l’unité, crée et débloque les comptes, crée, prolonge ou supprime les "
    "habilitations au sein de l’unité, consulte les statistiques.",
    D.REFERENT_UNITE,
    *PEOPLE,
    _fixe(D.UNITE),
    STATS,
)
REFERENT_STRUCTURE = _referent(
    "referent_structure",
    "Référent structure",
    Niveau.ETABLISSEMENT,
    "Met à jour les données de la structure, de ses unités et du guichet unique, crée et débloque les "
    "comptes, crée, prolonge ou supprime les habilitations au sein de l’établissement, consulte les "
    "statistiques.",
    D.REFERENT_STRUCTURE,
    *PEOPLE,
    *NAMES_BELOW,
    *OFFER,
    STATS,
    _choix(D.DEPLOIEMENT, OUI),
)
REFERENT_COORDINATION = _referent(
    "referent_coordination",
    "Référent coordination",
    Niveau.COORDINATION,
    "Nomme les référents structure du département et veille à ce que chaque structure en ait.",
    D.REFERENT_COORDINATION,
    *PEOPLE,
    *NAMES_BELOW,
    *OFFER,
    STATS,
    _fixe(D.DEPLOIEMENT),
)
REFERENT_REGIONAL = _referent(
    "referent_regional",
    "Référent régional",
    Niveau.REGION,
    "Nomme les référents de coordination de la région, et agit sur toutes ses structures.",
    D.REFERENT_REGION,
    *PEOPLE,
    *NAMES_BELOW,
    _fixe(D.REFERENT_COORDINATION),
    *OFFER,
    STATS,
    _fixe(D.DEPLOIEMENT),
)
ADMINISTRATEUR_NATIONAL = _referent(
    "administrateur_national",
    "Administrateur national",
    Niveau.NATIONAL,
    "Nomme les référents régionaux. N’accède à aucun dossier.",
    D.REFERENT_REGION,
    *PEOPLE,
    *NAMES_BELOW,
    _fixe(D.REFERENT_COORDINATION),
    _fixe(D.REFERENT_REGION),
    _fixe(D.DEPLOIEMENT),
)

PROFILS = {profil.code: profil for profil in list(globals().values()) if isinstance(profil, Profil)}


def of_domaine(domaine: str) -> list[Profil]:
    """Those that give something in a domaine: what its revue shows (HAB-9)."""
    return [profil for profil in PROFILS.values() if domaine in profil.domaines]


def described(profil: Profil) -> dict:
    """All that a right may come from, as plain data: a deployment compares it with what was in force."""
    return {
        "label": profil.label,
        "domaine": str(profil.domaine),
        "niveaux": [str(niveau) for niveau in profil.niveaux],
        "granted_with": str(profil.granted_with),
        "droits": {
            droit.key: {
                "mode": str(droit.mode),
                "modes": [str(mode) for mode in droit.modes],
                "only_at": str(droit.only_at or ""),
            }
            for droit in profil.droits
        },
    }
