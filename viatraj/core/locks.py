"""The one order in which rows are locked, so that two transactions never wait for each other.

A transaction takes the tables it needs in this order, and within one table its rows by ascending key. Rows
that it has inserted itself count for nothing: nobody else sees them. `tests/locks.py` sees to it.
"""

ORDER = (
    # Who: accounts, then what waits on one of them, then what opens it.
    "accounts_user",
    "accounts_changementadresse",
    "authcps_attempt",
    "authcps_challenge",
    "authcps_code",
    "authcps_essai",
    "accounts_identite",
    "authcps_carte",
    "accounts_ancienmotdepasse",
    "accounts_session",
    "authcps_totpdevice",
    "authcps_codesecours",
    "authcps_codedevice",
    "authcps_trustedbrowser",
    # Where.
    "annuaire_activite",
    "annuaire_patronyme",
    "annuaire_localite",
    "annuaire_professionnel",
    "annuaire_nomenclature",
    "annuaire_concept",
    "annuaire_region",
    "annuaire_departement",
    "annuaire_epci",
    "annuaire_commune",
    "annuaire_communeancienne",
    "annuaire_coordination",
    "annuaire_releve",  # a run, what it brought, the picture it renews; a decision takes the picture first
    "annuaire_arrivage",
    "annuaire_ressourcelue",
    "annuaire_siteror",
    "annuaire_offre",
    "annuaire_rapprochement",
    "annuaire_fermeture",  # a worker takes the closing, then the structure
    "annuaire_etablissement",
    "annuaire_unite",
    "annuaire_guichet",
    "annuaire_guichet_unites",  # a structure that moves leaves its doors, then takes its rows along
    "annuaire_avisfermeture",
    "annuaire_ecart",
    "annuaire_element",
    "annuaire_priseencharge",
    "annuaire_couverture",
    "annuaire_modification",
    # What is asked, then what is held.
    "delegations_delegation",
    "delegations_droitdelegue",
    "habilitations_demandehabilitation",
    "habilitations_campagne",
    "habilitations_perimetre",
    "habilitations_relecteur",
    "habilitations_examen",
    "habilitations_rapport",
    "habilitations_habilitation",
    "habilitations_droitpersonnalise",
    "habilitations_versionprofil",
    "habilitations_import",
    "habilitations_referentconnu",
    # Patients.
    "dossiers_dossier",
    "demandes_reglage",
    "demandes_demande",  # a dossier’s own, before where it lies: an answer opens and closes that
    "demandes_decision",  # all that becomes of its notifications is settled under it
    "demandes_notification",
    "dossiers_lienmedecin",
    "dossiers_presence",
    "demandes_sanssolution",  # a presence that moves says so there
    "dossiers_volet",
    "dossiers_piecejointe",
    "dossiers_brouillon",
    "dossiers_contactsunite",
    "demandes_favori",
    "demandes_preference",
    "demandes_vueenregistree",
    "demandes_fait",  # what is to be told, then who was
    "demandes_alerte",
    # What statistics keep: one run at a time (an advisory lock).
    "observatoire_releve",
    "observatoire_mouvement",
    "observatoire_faitdemande",
    "observatoire_faitdossier",
    "observatoire_cumul",
    "observatoire_modelecommande",
    "observatoire_commande",
    # What may still be undone, then what leaves.
    "changements_changement",
    "courrier_message",
)

# One UPDATE or DELETE of several rows locks them in whatever order PostgreSQL finds them. It may, where all
# who take several of these rows first hold the row that they hang on.
HANG_ON = {
    "accounts_changementadresse": "accounts_user",
    "accounts_identite": "accounts_user",
    "accounts_session": "accounts_user",
    "accounts_ancienmotdepasse": "accounts_user",
    "authcps_challenge": "authcps_attempt",
    "authcps_code": "authcps_attempt",
    "authcps_essai": "authcps_attempt",
    "authcps_codesecours": "accounts_user",
    "authcps_totpdevice": "accounts_user",
    "authcps_trustedbrowser": "accounts_user",
    "annuaire_couverture": "annuaire_unite",
    "annuaire_ecart": "annuaire_etablissement",
    "annuaire_element": "annuaire_etablissement",
    "annuaire_guichet": "annuaire_etablissement",
    "annuaire_guichet_unites": "annuaire_guichet",
    "annuaire_offre": "annuaire_siteror",
    "annuaire_priseencharge": "annuaire_unite",
    "annuaire_rapprochement": "annuaire_siteror",
    "delegations_droitdelegue": "delegations_delegation",
    "dossiers_brouillon": "dossiers_volet",
    "habilitations_droitpersonnalise": "habilitations_habilitation",
    "habilitations_examen": "habilitations_campagne",
    "habilitations_relecteur": "habilitations_campagne",
}

# Locked with their key: while a structure moves, who puts a row there waits, then reads where it went.
HELD_STILL = ("annuaire_etablissement", "annuaire_unite", "annuaire_guichet")
