"""The unit that asks, its three contacts, the dates of the stay there."""

from dossiers.natures import Kind
from dossiers.volets.communs import SOIGNANTS
from dossiers.volets.formulaires import Formulaire, Section, ordered
from viatraj.core.champs import Choix, Jour, Ligne, Liste, Nom, Telephone, Texte
from viatraj.core.droits import Orientation

ROLES = (
    ("medecin", "Médecin référent"),
    ("cadre", "Cadre de santé"),
    ("infirmier", "Infirmier"),
    ("social", "Assistant de service social"),
    ("coordination", "Coordination des sorties"),
    ("secretariat", "Secrétariat"),
)
CONTACTS = Liste(
    "contacts",
    "Contacts du service",
    required=True,
    nominative=True,
    most=3,
    blank=3,
    aide="Trois au plus\u00a0; ils sont proposés de nouveau au prochain dossier de l’unité.",
    colonnes=(
        Choix("role", "Fonction", options=ROLES),
        Nom("nom", "Nom et prénom"),
        Telephone("telephone", "Téléphone"),
    ),
)

SANITAIRE = Formulaire(
    Kind.SERVICE,
    Orientation.SANITAIRE,
    1,
    (
        Section("contacts", "Qui contacter", (CONTACTS,)),
        Section(
            "sejour",
            "Séjour en cours",
            (
                Jour("entree", "Date d’entrée dans le service", sejour=True),
                Jour("sortie", "Date prévue de sortie", required=True, sejour=True),
                Ligne("lit", "Chambre et lit"),
                Texte("motif", "Motif d’hospitalisation", most=2000),
            ),
        ),
    ),
    par=SOIGNANTS,
    rules=(ordered("entree", "sortie", "La date prévue de sortie précède la date d’entrée."),),
)

FORMULAIRES = (SANITAIRE,)
