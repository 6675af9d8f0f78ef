EVENTS = {
    "comptes.searched": "a recherché un compte",
    "habilitation.granted": "a attribué à {label} le profil {profil} sur {lieu}, du {debut} au {fin}",
    "habilitation.prolonged": "a porté au {fin} la fin du profil {profil} de {label} sur {lieu}",
    "habilitation.shortened": "a avancé au {fin} la fin du profil {profil} de {label} sur {lieu}",
    "habilitation.revoked": "a supprimé le profil {profil} de {label} sur {lieu}",
    "habilitation.given_up": "a renoncé au profil {profil} sur {lieu}",
    "habilitation.adjusted": "a modifié les droits du profil {profil} de {label} sur {lieu}",
    "habilitation.notified": "a changé la réception des e-mails du profil {profil} de {label} sur {lieu}",
    "profil.changed": "a mis en service la version {version} du profil {label}",
    "depart.declared": "a déclaré le départ de {label} de {lieu} au {fin}",
    "alerte.posted": "a prévenu {count} titulaire(s) de la fin prochaine d’habilitations",
    "alerte.digested": "a adressé à {count} référent(s) les fins d’habilitation à venir",
}
