from observatoire.models.faits import Cumul as Cumul
from observatoire.models.faits import FaitDemande as FaitDemande
from observatoire.models.faits import FaitDossier as FaitDossier
from observatoire.models.faits import Mouvement as Mouvement
from observatoire.models.faits import Releve as Releve
