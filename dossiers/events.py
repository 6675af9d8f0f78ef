EVENTS = {
    "dossier.created": "a créé le dossier",
    "dossier.decided": "a classé le dossier «\u00a0{decision}\u00a0» {motif}",
    "dossier.resumed": "a repris le dossier, qui était {avant}",
    "dossier.reminded": "a signalé à son auteur que le dossier n’a pas changé depuis six mois",
    "dossier.archived": "a archivé le dossier, resté sans modification",
    "dossier.followed": "a fait suivre le dossier ({lieu}) vers la structure «\u00a0{after}\u00a0»",
    "dossier.followed_back": "a rendu le dossier à la structure «\u00a0{lieu}\u00a0», qui reste ouverte",
    "dossier.presented": "a présenté le dossier ({lieu})",
    "dossier.withdrawn": "a retiré le dossier ({lieu})",
    "dossier.read": "a consulté le dossier",
    "dossier.printed": "a affiché le dossier pour l’imprimer ({volets})",
    "dossier.downloaded": "a téléchargé la demande d’admission en PDF ({volets})",
    "identite.updated": "a modifié l’identité du patient (identité {statut})",
    "piece.accepted": "a terminé l’analyse d’une pièce jointe du {volet}, sans rien y trouver",
    "piece.added": "a ajouté une pièce jointe au {volet} ({format}, {taille})",
    "piece.erased": "a détruit le fichier d’une pièce retirée du {volet} ({format}, {taille})",
    "piece.hidden": "a retiré une pièce jointe du {volet} ({format}, {taille})",
    "piece.read": "a ouvert une pièce jointe du {volet} ({format}, {taille})",
    "piece.refused": "a refusé une pièce jointe du {volet} ({format}, {taille})",
    "volet.reopened": "a remis à valider le {volet}, l’identité du patient ayant changé",
    "volet.updated": "a modifié le {volet}",
    "volet.validated": "a validé le {volet}",
    "traitant.named": "a désigné le {medecin} comme médecin traitant",
    "traitant.changed": "a désigné le {medecin} comme médecin traitant, à la place du {avant}",
    "traitant.removed": "ne désigne plus le {medecin} comme médecin traitant",
    "traitant.accepted": "a accepté le dossier",
    "traitant.declined": "a déclaré ne pas être le médecin traitant",
    "traitant.resumed": "a repris le dossier, qui était hors patientèle",
    "traitant.restored": "a annulé la réponse du médecin traitant (dossier {etat})",
    "doublon.searched": "a vérifié si un patient a déjà un dossier",
    "saisie.kept": "a laissé une saisie en cours, conservée pour son auteur",
    "saisie.erased": "a effacé la saisie conservée",
    "saisies.purged": "a effacé {ended:saisie conservée}",
    "patient.searched": "a recherché un patient par son nom",
}
READINGS = (
    "dossier.read",
    "dossier.printed",
    "dossier.downloaded",
    "doublon.searched",
    "piece.read",
    "patient.searched",
)

# As told to who may not know the patient: events that name somebody, without, and of the data of all others
# what names nobody.
UNNAMED = {
    "traitant.named": "a désigné un médecin traitant",
    "traitant.changed": "a désigné un autre médecin traitant",
    "traitant.removed": "ne désigne plus de médecin traitant",
}
SAID = frozenset(("volet", "volets", "statut", "etat", "decision", "motif", "avant", "format", "taille"))
# Kinds of a history's filter, by the nouns of their events; all others are «Autres».
GENRES = {
    "dossier": ("Création et envois du dossier", ("dossier", "presence", "demande")),
    "identite": ("Identité du patient", ("identite",)),
    "volets": ("Volets", ("volet", "saisie", "brouillon")),
    "pieces": ("Pièces jointes", ("piece",)),
    "medecins": ("Médecin traitant", ("traitant", "lien")),
}
AUTRES = "autres"
