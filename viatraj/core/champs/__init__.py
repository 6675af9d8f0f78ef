"""Fields as data: a volet of a dossier, a sheet of the directory. Pure; `fields` draws them."""

from viatraj.core.champs.base import Champ as Champ
from viatraj.core.champs.base import Si as Si
from viatraj.core.champs.choix import INCONNU as INCONNU
from viatraj.core.champs.choix import NON as NON
from viatraj.core.champs.choix import NOT_AN_OPTION as NOT_AN_OPTION
from viatraj.core.champs.choix import OUI as OUI
from viatraj.core.champs.choix import Choix as Choix
from viatraj.core.champs.choix import Options as Options
from viatraj.core.champs.choix import OuiNon as OuiNon
from viatraj.core.champs.choix import Plusieurs as Plusieurs
from viatraj.core.champs.listes import Liste as Liste
from viatraj.core.champs.nombres import Jour as Jour
from viatraj.core.champs.nombres import Nombre as Nombre
from viatraj.core.champs.textes import TEXTE_MAX as TEXTE_MAX
from viatraj.core.champs.textes import CodePostal as CodePostal
from viatraj.core.champs.textes import Commune as Commune
from viatraj.core.champs.textes import Email as Email
from viatraj.core.champs.textes import Finess as Finess
from viatraj.core.champs.textes import Ligne as Ligne
from viatraj.core.champs.textes import Lu as Lu
from viatraj.core.champs.textes import Nom as Nom
from viatraj.core.champs.textes import Siret as Siret
from viatraj.core.champs.textes import Site as Site
from viatraj.core.champs.textes import Telephone as Telephone
from viatraj.core.champs.textes import Texte as Texte
