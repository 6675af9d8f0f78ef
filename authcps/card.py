"""What a card says: who holds it, and that it was there just now (CPX-1, CPX-5; ASVS 6.7.2)."""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID
from django.conf import settings

from accounts.models import User
from authcps import certificates
from authcps.certificates import Refused
from authcps.identity import IDNAT, Verified
from viatraj.core.actor import Means
from viatraj.core.reading import reads

LONGEST = 12_000  # characters of a certificate, in base64
DOMAIN = "VT-AUTH-CARTE-v1"
PADDINGS = {
    "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size),
    "RS256": padding.PKCS1v15(),  # CPS3 knows no PSS
}
NOMENCLATURE = "1.2.250.1.71.1.2."  # product category .5, type .2, profession .7; read when they are there
CATEGORIES, TEST_CATEGORIES = ("", "00"), ("80",)
CPS, CPF, CPE, CPA = "00", "01", "02", "03"
MEANS = {CPS: Means.CPS, CPF: Means.CPS, CPE: Means.CPE, CPA: Means.CPA}
STUDENT = "E"  # TRE_R09


@dataclass(frozen=True)
class Answer:
    """What comes back from the workstation."""

    challenge_id: str
    certificate: bytes  # DER
    signature: bytes
    algorithm: str


def _unreadable() -> Refused:
    return Refused("unreadable")


@reads(Refused, _unreadable)
def read_answer(posted) -> Answer:
    """The fields posted by the programme du poste. Raises Refused only when there is no challenge in them."""
    return Answer(
        challenge_id=str(UUID(posted.get("defi", ""))),
        certificate=_decoded(posted.get("certificat", "")),
        signature=_decoded(posted.get("signature", "")),
        algorithm=posted.get("algorithme", ""),
    )


def _decoded(text: str) -> bytes:
    """Empty when it is no base64, or too long."""
    try:
        return base64.b64decode(text, validate=True) if len(text) <= LONGEST else b""
    except ValueError:
        return b""


def message(challenge) -> bytes:
    """The bytes that the card signs.

    Lengths are written before the fields, so two messages are never the same.
    """
    return packed(_fields(challenge))


def _fields(challenge) -> tuple[str, ...]:
    return (
        challenge.origin,
        str(challenge.pk),
        challenge.nonce,
        attempt_digest(challenge.attempt_id),
        str(int(challenge.issued_at.timestamp())),
    )


def packed(fields: Iterable[str]) -> bytes:
    """Origin, challenge, nonce, digest of the attempt, time of issue, each after its length (4 bytes)."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(str.encode, (DOMAIN, *fields)))


def attempt_digest(attempt_id) -> str:
    """The attempt itself never leaves the session: its digest is shown to the workstation."""
    digest = hashlib.sha256(f"carte:{attempt_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@reads(Refused, _unreadable)
def verify_answer(answer: Answer, challenge, *, now: datetime) -> Verified:
    """Raises Refused."""
    certificate = certificates.read(answer.certificate)
    scheme = PADDINGS.get(answer.algorithm)
    if scheme is None:
        raise Refused("algorithm")
    verified = verify_certificate(certificate, now=now)
    try:
        certificate.public_key().verify(answer.signature, message(challenge), scheme, hashes.SHA256())
    except InvalidSignature as error:
        raise Refused("signature") from error
    return verified


@reads(Refused, _unreadable)
def verify_certificate(certificate: x509.Certificate, *, now: datetime) -> Verified:
    """By challenge or by TLS, the same checks. Raises Refused."""
    certificates.check(certificate, certificates.trust_in(settings.CPS_CA_DIR, settings.CPS_CRL_DIR), now=now)
    category = _nomenclature(certificate, 5)
    of_test = category in TEST_CATEGORIES or "TEST " in certificate.issuer.rfc4514_string()
    if of_test and not settings.CPS_TEST_CARDS:
        raise Refused("test_card")
    if category not in (*CATEGORIES, *TEST_CATEGORIES):
        raise Refused("not_a_card")
    return _identity(certificate)


def _identity(certificate) -> Verified:
    """CN, SN and GN are one RDN of several values, in any order; a card without a name is nobody's."""
    idnat, nom, prenom = (
        _said(certificate, oid) for oid in (NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME)
    )
    if _said(certificate, NameOID.PSEUDONYM) or not (nom and prenom):
        raise Refused("unnamed")
    if not IDNAT.fullmatch(idnat):
        raise Refused("unknown_number")
    kind = _kind(certificate, idnat)
    title = _said(certificate, NameOID.TITLE)
    structure = [
        _said(certificate, oid) for oid in (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
    ]
    return Verified(
        means=MEANS[kind],
        idnat=idnat,
        nom=nom,
        prenom=prenom,
        profession=_profession(certificate, title) if idnat[0] in "08" else "",
        categorie={CPS: User.CIVIL, CPF: STUDENT}.get(kind, ""),
        profession_label=title,
        structure=" ".join(filter(None, structure)),
        issuer=certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


def _said(certificate, oid) -> str:
    values = certificate.subject.get_attributes_for_oid(oid)
    return str(values[0].value).strip() if len(values) == 1 else ""


def _kind(certificate, idnat) -> str:
    """The type the card states; else what its number tells: a person's own, or one given by a structure."""
    stated = _nomenclature(certificate, 2)
    if stated in MEANS:
        return stated
    if idnat[0] in "08":
        return CPS
    return CPA if "/CPA" in idnat else CPE


def _profession(certificate, title) -> str:
    """TRE_G15; without the extension only «Médecin» matters."""
    plain = unicodedata.normalize("NFD", title).encode("ascii", "ignore").decode().casefold()
    return _nomenclature(certificate, 7) or (User.MEDECIN if plain == "medecin" else "")


def _nomenclature(certificate, number) -> str:
    """A code of the card's private extensions; their DER is a short string."""
    try:
        oid = x509.ObjectIdentifier(f"{NOMENCLATURE}{number}")
        raw = certificate.extensions.get_extension_for_oid(oid).value.value
    except x509.ExtensionNotFound:
        return ""
    is_short_string = raw[:1] in (b"\x0c", b"\x13", b"\x16") and len(raw) == 2 + raw[1]
    return raw[2:].decode("ascii", "replace") if is_short_string else "?"
