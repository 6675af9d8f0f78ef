"""A dossier, who it is about, what it holds: one module a noun."""

from dossiers.models.brouillons import Brouillon as Brouillon
from dossiers.models.contacts import ContactsUnite as ContactsUnite
from dossiers.models.dossiers import Dossier as Dossier
from dossiers.models.dossiers import DossierQuerySet as DossierQuerySet
from dossiers.models.dossiers import Nominatif as Nominatif
from dossiers.models.dossiers import Origine as Origine
from dossiers.models.dossiers import draw_numero as draw_numero
from dossiers.models.etats import Decision as Decision
from dossiers.models.etats import Motif as Motif
from dossiers.models.identites import LABELS as LABELS
from dossiers.models.identites import NOMINATIFS as NOMINATIFS
from dossiers.models.identites import OIDS as OIDS
from dossiers.models.identites import PROVEN as PROVEN
from dossiers.models.identites import Identite as Identite
from dossiers.models.identites import Piece as Piece
from dossiers.models.identites import Sexe as Sexe
from dossiers.models.identites import Statut as Statut
from dossiers.models.pieces import PieceJointe as PieceJointe
from dossiers.models.presences import ORIGINES as ORIGINES
from dossiers.models.presences import LienMedecin as LienMedecin
from dossiers.models.presences import Presence as Presence
from dossiers.models.presences import Role as Role
from dossiers.models.volets import TEXTE_MAX as TEXTE_MAX
from dossiers.models.volets import Etat as Etat
from dossiers.models.volets import Volet as Volet
