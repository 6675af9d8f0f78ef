"""Sheets that say something, for tests of their pages."""

from datetime import timedelta

from django.utils import timezone

from annuaire import actions
from annuaire.models import Concept, Etablissement, Nomenclature, Synchronisation, Unite
from tests import factories

LABELS = {
    "TRE_R211": {"001": "Médecine gériatrique", "002": "Rééducation"},
    "TRE_R212": {"098": "Balnéothérapie", "102": "Isocinétisme"},
    "TRE_R210": {"010": "Pose de voie veineuse"},
    "TRE_R243": {"020": "Plaies complexes"},
    "TRE_R213": {"28": "Hospitalisation complète", "31": "Hospitalisation à domicile"},
    "TRE_R244": {"100": "SMR polyvalent"},
    "TRE_R239": {"03": "Personnes âgées"},
    "TRE_R241": {"1": "Aide personnalisée au logement"},
    "TRE_R66": {"355": "Centre hospitalier", "500": "EHPAD"},
    "RESSOURCES": {"A1": "Salle d’éveil"},
    "PRESTATIONS": {"TV": "Télévision"},
    "FILIERES": {"AVC": "Filière neuro-vasculaire"},
}
OF_ETABLISSEMENT = {
    "categorie": "355",
    "adresse": "1 place de l’Invention\nBâtiment B",
    "code_postal": "99001",
    "commune": "Arvigne",
    "telephone": "+33199001234",
    "email": "accueil@ch.example",
    "site": "https://ch.example/",
    "latitude": 48.1,
    "longitude": -1.5,
    "contacts": [{"fonction": "Accueil", "telephone": "+33199001234", "confidentialite": "1"}],
    "accessibilite": ["fauteuil"],
    "hebergement_famille": "oui",
    "aides_financieres": ["TRE_R241:1"],
    "places_aide_sociale": 12,
    "tarifs": [{"libelle": "Chambre seule", "montant": 72.5}],
    "ouverture": "1998-04-01",
    "domaines": ["sanitaire"],
    "prado": "non",
}
OF_UNITE = {
    "nature": "smr",
    "type_offre": "100",
    "domaine": "sanitaire",
    "mode": "28",
    "code_interne": "SMR-2",
    "age_min": 18,
    "age_max": 110,
    "publics": ["TRE_R239:03"],
    "horaires": [{"jour": "1", "de": "08:00", "a": "18:00"}],
    "contacts": [{"fonction": "Cadre", "email": "cadre@ch.example", "confidentialite": "2"}],
    "capacites": [{"nature": "lits", "nombre": 20}],
    "lieu": "Pavillon Sud",
    "adresse": "2 place de l’Invention",
    "code_postal": "99001",
    "commune": "Arvigne",
    "activites": ["TRE_R211:001"],
    "ressources": ["RESSOURCES:A1", "TRE_R212:098"],
    "prestations": ["PRESTATIONS:TV"],
    "filieres": ["FILIERES:AVC"],
}


def nomenclatures():
    """A few terms of each."""
    for code, labels in LABELS.items():
        row, _ = Nomenclature.objects.get_or_create(
            code=code, defaults={"nom": code, "version": "1", "sha256": "0", "chargee_le": timezone.now()}
        )
        for rang, (one, label) in enumerate(labels.items()):
            Concept.objects.get_or_create(
                nomenclature=row, code=one, defaults={"libelle": label, "rang": rang, "depuis": "1"}
            )


def fill(structure, values=None, *, now=None):
    """By a référent of its établissement."""
    above = getattr(structure, "etablissement", structure)
    structure.refresh_from_db()
    actions.modify(
        structure,
        values=OF_ETABLISSEMENT if values is None else values,
        version=structure.version,
        now=now or timezone.now() - timedelta(days=1),
        by=factories.as_professionnel(factories.referent_of(above)),
    )
    structure.refresh_from_db()


def synchronise(etablissement):
    Etablissement.objects.filter(pk=etablissement.pk).update(
        synchronisation=Synchronisation.ACTIVE, synchronise_le=timezone.now()
    )
    join(etablissement)
    etablissement.refresh_from_db()


def join(etablissement):
    """Each of its units to an offer: another is fed by nothing."""
    for unite in etablissement.unites.filter(cle_offre=None):
        Unite.objects.filter(pk=unite.pk).update(cle_offre=f"99/{unite.pk:07}")
