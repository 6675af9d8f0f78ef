"""Keys, codes and tokens of the simulated provider. DATA_DIR is its memory: there are several processes."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core import signing
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from viatraj.demo.psc import faults

CODE_LIFETIME, TOKEN_LIFETIME = 60, 120  # seconds
KID = "psc-simulateur-1"


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "psc"
    (folder / "codes").mkdir(parents=True, exist_ok=True)
    return folder


@cache
def key() -> RSAKey:
    """Made once, by whichever process comes first."""
    path, known = _folder() / "key.pem", {"kid": KID, "use": "sig", "alg": "RS256"}
    if not path.exists():
        new = path.with_name(f"key.{secrets.token_hex(8)}")
        new.touch(mode=0o600)
        new.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
        with suppress(FileExistsError):
            path.hardlink_to(new)
        new.unlink()
    return RSAKey.import_key(path.read_text(), known)


def jwks() -> dict:
    return {"keys": [key().as_dict(private=False)]}


def make_code(asked: dict) -> str:
    """`asked`: client_id, redirect_uri, nonce, code_challenge, idnat, panne, sid."""
    return signing.dumps({**asked, "id": secrets.token_hex(8)}, salt="psc.code", compress=True)


def spend_code(code: str) -> dict | None:
    """What the code stands for, once."""
    asked = _read(code, "psc.code", CODE_LIFETIME)
    return asked if asked and _first_time(asked["id"]) else None


def _first_time(name: str) -> bool:
    folder = _folder() / "codes"
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > CODE_LIFETIME:
            old.unlink(missing_ok=True)
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def make_access_token(asked: dict) -> str:
    kept = {name: asked[name] for name in ("idnat", "panne", "client_id")}
    return signing.dumps(kept, salt="psc.access", compress=True)


def read_access_token(token: str) -> dict | None:
    return _read(token, "psc.access", TOKEN_LIFETIME)


def _read(text, salt, seconds) -> dict | None:
    try:
        return signing.loads(text, salt=salt, max_age=seconds)
    except signing.BadSignature:
        return None


def is_right_client(client_id: str, secret: str) -> bool:
    expected = f"{settings.PSC_CLIENT_ID}:{settings.PSC_CLIENT_SECRET}"
    return hmac.compare_digest(f"{client_id}:{secret}".encode(), expected.encode())


def is_right_verifier(verifier: str, challenge: str) -> bool:
    return hmac.compare_digest(_base64(hashlib.sha256(verifier.encode()).digest()), challenge)


def id_token(asked: dict, person, *, issuer: str, access_token: str) -> str:
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": asked["client_id"],
        "azp": asked["client_id"],
        "sub": person.sub,
        "typ": "ID",
        "jti": secrets.token_hex(16),
        "iat": now,
        "auth_time": now,
        "exp": now + TOKEN_LIFETIME,
        "nonce": asked["nonce"],
        "acr": "eidas1",
        "sid": asked["sid"],
        "session_state": asked["sid"],
        "at_hash": _base64(hashlib.sha256(access_token.encode()).digest()[:16]),
        "preferred_username": person.idnat,
        "SubjectNameID": person.idnat,
        "family_name": person.nom.upper(),
        "given_name": person.prenom,
    } | faults.of_claims(asked["panne"], now)
    return signed({name: value for name, value in claims.items() if value is not None}, asked["panne"])


def signed(claims: dict, fault: str = "") -> str:
    if fault == "illisible":
        return "ceci-n-est-pas.un.jeton"
    if fault == "alg_none":
        return f"{_part({'alg': 'none'})}.{_part(claims)}."
    if fault == "hs256":
        text = f"{_part({'alg': 'HS256', 'kid': KID})}.{_part(claims)}"
        mac = hmac.digest(key().as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{_base64(mac)}"
    signer = RSAKey.generate_key(2048) if fault == "autre_cle" else key()
    return jwt.encode({"alg": "RS256", "kid": KID, "typ": "JWT"}, claims, signer)


def userinfo(asked: dict, person, *, issuer: str) -> dict | str:
    """A dict, or a JWT; wrong on demand."""
    said, fault = person.as_userinfo(), asked["panne"]
    if fault == "userinfo_sub":
        said["sub"] = "f:autre:899100000000"
    elif fault == "userinfo_name_id":
        said["SubjectNameID"] = "899100000000"
    elif fault == "userinfo_sans_numero":
        said["SubjectNameID"] = said.pop("preferred_username") and ""
    elif fault == "userinfo_nom_long":
        _set_name(said, "family_name", "nomDexercice", "A" * 5000)
    elif fault == "userinfo_nom_nul":
        _set_name(said, "given_name", "prenomDexercice", "Chris\0tine")
    elif fault == "userinfo_bizarre":
        said["SubjectRefPro"] = ["rien", 12]
    elif fault.startswith("userinfo_jwt"):
        audience = "autre-service" if fault == "userinfo_jwt_aud" else asked["client_id"]
        claims = {**said, "iss": issuer, "aud": audience}
        return signed(claims, "alg_none" if fault == "userinfo_jwt_none" else "")
    return said


def _set_name(said: dict, name: str, in_exercices: str, text: str) -> None:
    said[name] = text
    for exercice in said["SubjectRefPro"]["exercices"]:
        exercice[in_exercices] = text


def sid_of(token: str) -> str:
    """The session that an ID token given back at the logout belongs to; empty when it is not ours."""
    try:
        return jwt.decode(token, key(), algorithms=["RS256"]).claims.get("sid", "")
    except JoseError:
        return ""


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(content: dict) -> str:
    return _base64(json.dumps(content).encode())
