EVENTS = {
    "dossier.created": "a créé le dossier",
    "dossier.read": "a consulté le dossier",
    "volet.updated": "a modifié le {volet}",
    "volet.validated": "a validé le {volet}",
    "patient.searched": "a recherché un patient par son nom",
}
READINGS = ("dossier.read", "patient.searched")
