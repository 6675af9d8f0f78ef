"""What is asked of whom for a dossier, each step of it, and who is told."""

from demandes.models.alertes import Alerte as Alerte
from demandes.models.alertes import Fait as Fait
from demandes.models.alertes import Preference as Preference
from demandes.models.decisions import Decision as Decision
from demandes.models.demandes import Demande as Demande
from demandes.models.favoris import Favori as Favori
from demandes.models.notifications import EtapeNotification as EtapeNotification
from demandes.models.notifications import Notification as Notification
from demandes.models.reglages import Reglage as Reglage
from demandes.models.solutions import SansSolution as SansSolution
from demandes.models.transitions import Transition as Transition
from demandes.models.vues import VueEnregistree as VueEnregistree
