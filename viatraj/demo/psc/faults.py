"""What may go wrong at a provider, on demand: one thing at a time, everything else right."""

import time

from django.conf import settings

# In the redirection back to the service.
REDIRECTION = {
    "etat": "un autre «\u00a0state\u00a0»",
    "access_denied": "la personne a renoncé",
    "server_error": "une erreur du fournisseur",
    "invalid_scope": "une erreur de protocole",
}
# In the ID token.
CLAIMS = {
    "nonce": {"nonce": "un-autre-nonce-que-le-bon"},
    "iss": {"iss": "https://autre.example/auth/realms/esante-wallet"},
    "aud": {"aud": "autre-service"},
    "azp": {"azp": "autre-service"},
    "acr": {"acr": "eidas0"},
    "exp": {"exp": -3600},
    "iat": {"iat": 3600},
    "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "id_token_sub": {"sub": "f:autre:899100000000"},
    "sans_nonce": {"nonce": None},
    "sans_acr": {"acr": None},
    "sans_at_hash": {"at_hash": None},
}
SIGNATURES = {
    "alg_none": "un jeton sans signature",
    "hs256": "HS256 avec la clé publique pour secret",
    "autre_cle": "la clé d’un autre",
    "illisible": "un jeton qui n’en est pas un",
}
TOKEN = {
    "sans_id_token": "pas de jeton d’identité",
    "lent": "un fournisseur trop lent",
    "panne": "un fournisseur en panne",
    "invalid_grant": "un code refusé",
}
USERINFO = {
    "userinfo_sub": "les données d’une autre personne",
    "userinfo_name_id": "un autre numéro national que celui du jeton",
    "userinfo_jwt": "les données dans un jeton signé (permis)",
    "userinfo_jwt_none": "les données dans un jeton sans signature",
    "userinfo_jwt_aud": "les données signées pour un autre service",
    "userinfo_html": "une page au lieu des données",
    "userinfo_sans_numero": "des données sans numéro national",
    "userinfo_nom_long": "un nom de 5\u202f000 lettres",
    "userinfo_nom_nul": "un nom qui contient un caractère nul",
    "userinfo_bizarre": "des données d’une autre forme",
}
LABELS = {
    **REDIRECTION,
    **{name: f"jeton d’identité\u00a0: {name}" for name in CLAIMS},
    **SIGNATURES,
    **TOKEN,
    **USERINFO,
}


def of_claims(fault: str, now: int) -> dict:
    """Claims to change; instants are written above in seconds from now, None leaves one out."""
    changed = dict(CLAIMS.get(fault, {}))
    for name in ("exp", "iat"):
        if name in changed:
            changed[name] += now
    return changed


def wait_too_long() -> None:
    time.sleep(settings.PSC_TIMEOUTS[1] * 1.5)
