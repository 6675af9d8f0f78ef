"""Is this certificate one of a card that may sign in: dates, usage, path, revocation (CPX-1, ASVS 6.7.1).

`cryptography` builds the path; it knows neither CRLs nor cards (its own policy wants a SubjectAltName), so
what a card must be is checked here. Whatever is missing refuses: no authority, no CRL, a CRL past its date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

log = structlog.get_logger(__name__)
PEM = b"-----BEGIN"
SMALLEST_KEY = 2048  # bits


class Refused(Exception):
    """`reason` goes to the journal; `authcps.refusals` says it to people."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Revocations:
    """What a list says, looked up in no time: asked of `cryptography` each time, 200 000 cards take 50 ms."""

    since: datetime
    until: datetime | None
    serials: frozenset[int]

    @classmethod
    def of(cls, crl: x509.CertificateRevocationList) -> "Revocations":
        serials = frozenset(one.serial_number for one in crl)
        return cls(crl.last_update_utc, crl.next_update_utc, serials)


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
    if not str(folder) or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in (".pem", ".cer", ".crt", ".crl"))


@lru_cache(maxsize=4)
def _read(ca_dir: Path, crl_dir: Path, stamp) -> Trust:
    authorities = [one for path in _files(ca_dir) for one in _parsed(path, _certificates)]
    roots = tuple(one for one in authorities if one.issuer == one.subject)
    crls: dict[bytes, Revocations] = {}
    for crl in [one for path in _files(crl_dir) for one in _parsed(path, _lists)]:
        before = crls.get(crl.issuer.public_bytes())
        newer = before is None or crl.last_update_utc > before.since
        if newer and any(_signed(crl, authority) for authority in authorities):
            crls[crl.issuer.public_bytes()] = Revocations.of(crl)
    return Trust(roots, tuple(one for one in authorities if one not in roots), crls)


def _parsed(path: Path, parse):
    """A damaged file counts as missing: what it should have said refuses cards."""
    try:
        return parse(path.read_bytes())
    except (ValueError, OSError) as error:
        log.error("card.unreadable_file", file=path.name, error=type(error).__name__)
        return []


def _certificates(raw: bytes) -> list[x509.Certificate]:
    return (
        x509.load_pem_x509_certificates(raw) if raw.startswith(PEM) else [x509.load_der_x509_certificate(raw)]
    )


def _lists(raw: bytes) -> list[x509.CertificateRevocationList]:
    """Whole ones: a delta or partial list, whose extension is critical, is as good as none."""
    crl = x509.load_pem_x509_crl(raw) if raw.startswith(PEM) else x509.load_der_x509_crl(raw)
    return [] if any(one.critical for one in crl.extensions) else [crl]


def _signed(crl, authority) -> bool:
    return authority.subject == crl.issuer and crl.is_signature_valid(authority.public_key())


def read(raw: bytes) -> x509.Certificate:
    """DER, or PEM as nginx hands it on."""
    try:
        certificate = _certificates(raw)[0]
        _ = certificate.extensions, certificate.subject, certificate.public_key()  # parsed when asked for
    except (ValueError, TypeError, IndexError, x509.UnsupportedGeneralNameType) as error:
        raise Refused("unreadable") from error
    return certificate


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
    """Fail closed."""
    crl = trust.crls.get(issuer.subject.public_bytes())
    if crl is None:
        raise Refused("no_crl")
    if crl.until is None or not crl.since <= now <= crl.until:
        raise Refused("stale_crl")
    if certificate.serial_number in crl.serials:
        raise Refused("revoked")
