"""Is this certificate one of a card that may sign in: dates, usage, path, revocation (CPX-1, ASVS 6.7.1).

`cryptography` builds the path; it knows neither CRLs nor cards (its own policy wants a SubjectAltName), so
what a card must be is checked here. Whatever is missing refuses: no authority, no CRL, a CRL past its date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from viatraj.core.reading import reads

log = structlog.get_logger(__name__)
PEM = b"-----BEGIN"
SUFFIXES = (".pem", ".cer", ".crt", ".crl")
SMALLEST_KEY = 2048  # bits
LARGEST_FILE = 64 * 2**20  # bytes; a list of 200 000 cards takes 7 MB


class Refused(Exception):
    """`reason` goes to the journal; `authcps.refusals` says it to people."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Revocations:
    """The revoked numbers of a list as a set: asking `cryptography` takes 50 ms for 200 000 cards."""

    since: datetime
    until: datetime | None
    serials: frozenset[int]


@dataclass(frozen=True)
class Trust:
    """Authorities of CPS_CA_DIR, lists of CPS_CRL_DIR that one of them really signed, by issuer (DER)."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: dict[bytes, Revocations]


def trust_in(ca_dir: str | Path, crl_dir: str | Path) -> Trust:
    """Read again only when a file has changed: a list of 200 000 cards takes 0.1 s."""
    return _read(Path(ca_dir), Path(crl_dir), (*_stamp(ca_dir), *_stamp(crl_dir)))


def _stamp(folder) -> Iterator[tuple[str, int, int]]:
    for path in _files(Path(folder)):
        known = path.stat()
        yield str(path), known.st_mtime_ns, known.st_size


def _files(folder: Path) -> list[Path]:
    """A link that leads nowhere, a pipe, a folder with a file's name: none of them is a file."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    except OSError:
        return []


@lru_cache(maxsize=4)
def _read(ca_dir: Path, crl_dir: Path, stamp) -> Trust:
    """A damaged file is left out: only the cards of its authority are then refused."""
    authorities = [one for path in _files(ca_dir) for one in _said_by(path, read_authorities, [])]
    roots = tuple(one for one in authorities if one.issuer == one.subject)
    crls: dict[bytes, Revocations] = {}
    for path in _files(crl_dir):
        issuer, said = _said_by(path, partial(read_list, authorities=authorities), (b"", None))
        before = crls.get(issuer)
        if said and (before is None or said.since > before.since):
            crls[issuer] = said
    return Trust(roots, tuple(one for one in authorities if one not in roots), crls)


def _said_by(path: Path, read, nothing):
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused("too_large")
        return read(path.read_bytes())
    except (Refused, OSError) as error:
        reason = getattr(error, "reason", type(error).__name__)
        log.error("card.unreadable_file", file=path.name, error=reason)
        return nothing


def _unreadable() -> Refused:
    return Refused("unreadable")


@reads(Refused, _unreadable)
def read_authorities(raw: bytes) -> list[x509.Certificate]:
    """The authorities in a file of CPS_CA_DIR (DER or PEM), fully parsed; each must be allowed to sign."""
    authorities = _certificates(raw)
    for one in authorities:
        _read_whole(one)
        if not isinstance(one.public_key(), rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise Refused("key")
    return authorities


@reads(Refused, _unreadable)
def read_list(raw: bytes, *, authorities) -> tuple[bytes, Revocations | None]:
    """(issuer in DER, revocations); (b"", None) unless one of `authorities` signed it and it is complete.

    A delta or partial list counts as none.
    """
    crl = x509.load_pem_x509_crl(raw) if raw.startswith(PEM) else x509.load_der_x509_crl(raw)
    is_partial = any(one.critical for one in crl.extensions)
    if is_partial or not any(_signed(crl, authority) for authority in authorities):
        return b"", None
    serials = frozenset(one.serial_number for one in crl)
    return crl.issuer.public_bytes(), Revocations(crl.last_update_utc, crl.next_update_utc, serials)


def _signed(crl, authority) -> bool:
    return authority.subject == crl.issuer and crl.is_signature_valid(authority.public_key())


@reads(Refused, _unreadable)
def read(raw: bytes) -> x509.Certificate:
    """A card's, DER, or PEM as nginx hands it on."""
    certificate = _certificates(raw)[0]
    _read_whole(certificate)
    return certificate


def _certificates(raw: bytes) -> list[x509.Certificate]:
    return (
        x509.load_pem_x509_certificates(raw) if raw.startswith(PEM) else [x509.load_der_x509_certificate(raw)]
    )


def _read_whole(certificate):
    """Read the fields that `cryptography` parses only on access, so that what is malformed raises here."""
    _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.public_key()


def check(certificate: x509.Certificate, trust: Trust, *, now: datetime) -> None:
    """Raises Refused: expired, signature_certificate, usage, key, foreign, no_crl, stale_crl, revoked."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("expired")
    _check_usage(certificate)
    chain = _path(certificate, trust, now)
    for one, issuer in pairwise(chain):
        _check_not_revoked(one, issuer, trust, now)


def _check_usage(certificate):
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise Refused("key")
    usage = extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature or usage.key_cert_sign:
        raise Refused("signature_certificate" if usage and usage.content_commitment else "usage")
    if usage.content_commitment:
        raise Refused("signature_certificate")
    extended = extension(certificate, x509.ExtendedKeyUsage)
    if extended is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in extended:
        raise Refused("usage")
    basic = extension(certificate, x509.BasicConstraints)
    if basic is not None and basic.ca:
        raise Refused("usage")


def extension(certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _path(certificate, trust, now) -> list[x509.Certificate]:
    if not trust.roots:
        raise Refused("foreign")
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(trust.roots)))
        .time(now.astimezone(UTC).replace(tzinfo=None))
        .max_chain_depth(1)
        .extension_policies(
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
            ee_policy=verification.ExtensionPolicy.permit_all(),
        )
        .build_client_verifier()
    )
    try:
        return verifier.verify(certificate, list(trust.intermediates)).chain
    except verification.VerificationError as error:
        raise Refused("foreign") from error


def _check_not_revoked(certificate, issuer, trust, now):
    """Without a list in date, the card is refused."""
    crl = trust.crls.get(issuer.subject.public_bytes())
    if crl is None:
        raise Refused("no_crl")
    if crl.until is None or not crl.since <= now <= crl.until:
        raise Refused("stale_crl")
    if certificate.serial_number in crl.serials:
        raise Refused("revoked")
