"""An invented authority for the cards of the demonstration and of tests, made as IGC-Santé is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BITS = 2048
USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign "
    "crl_sign encipher_only decipher_only"
).split()
AUTHENTICATION, SIGNATURE = ("digital_signature", "key_encipherment"), ("content_commitment",)
NOMENCLATURE = "1.2.250.1.71.1.2."
TEST, CPS, CPE, CPA = "80", "00", "02", "03"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, BITS)


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """What the subject of a card's certificate says; empty values are left out."""

    idnat: str
    nom: str = ""
    prenom: str = ""
    title: str = ""
    structure: str = ""
    structure_name: str = ""
    pseudonym: str = ""

    def subject(self) -> x509.Name:
        """CN, SN and GN are one RDN of several values."""
        outer = (
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.ORGANIZATION_NAME, self.structure_name),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.structure),
            (NameOID.TITLE, self.title),
        )
        person = (
            (NameOID.COMMON_NAME, self.idnat),
            (NameOID.SURNAME, self.nom),
            (NameOID.GIVEN_NAME, self.prenom),
            (NameOID.PSEUDONYM, self.pseudonym),
        )
        return x509.Name(
            [_rdn(pair) for pair in outer if pair[1]] + [_rdn(*[one for one in person if one[1]])]
        )


def _rdn(*pairs):
    return x509.RelativeDistinguishedName([x509.NameAttribute(oid, value) for oid, value in pairs])


def authority(name, *, now: datetime, issuer: Authority | None = None) -> Authority:
    """A root, or an authority under one."""
    key = new_key()
    subject = x509.Name([_rdn((NameOID.COUNTRY_NAME, "FR")), _rdn((NameOID.COMMON_NAME, name))])
    signer = issuer.key if issuer else key
    builder = _builder(subject, issuer.certificate.subject if issuer else subject, key, signer)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=3650))
    builder = builder.add_extension(x509.BasicConstraints(True, 0 if issuer else None), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return Authority(builder.sign(signer, hashes.SHA256()), key)


def _builder(subject, issuer, key, signer):
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority_key, critical=False)
    )


def _usage(*on):
    return x509.KeyUsage(**{name: name in on for name in USAGES})


def certificate(
    holder: Holder,
    public_key,
    by: Authority,
    *,
    now: datetime,
    kind: str = "",
    profession: str = "",
    category: str = TEST,
    usage=AUTHENTICATION,
    purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,),
    days: int = 1095,
) -> x509.Certificate:
    """Of a card's key. `days` of validity from yesterday, or negative: it ended yesterday."""
    start, end = sorted((now - timedelta(days=1), now + timedelta(days=days)))
    builder = (
        x509.CertificateBuilder()
        .subject_name(holder.subject())
        .issuer_name(by.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(_usage(*usage), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    for number, code in ((5, category), (2, kind), (7, profession)):
        if code:
            raw = b"\x13" + bytes([len(code)]) + code.encode()
            private = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{NOMENCLATURE}{number}"), raw)
            builder = builder.add_extension(private, critical=False)
    return builder.sign(by.key, hashes.SHA256())


def revocations(
    by: Authority, serials=(), *, now: datetime, days: float = 7
) -> x509.CertificateRevocationList:
    """From an hour ago, for `days`; negative: its date has passed."""
    start, end = sorted((now - timedelta(hours=1), now + timedelta(days=days)))
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(start)
        .next_update(end)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(start).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(by.key, hashes.SHA256())


def pem(certificate_or_list) -> bytes:
    return certificate_or_list.public_bytes(serialization.Encoding.PEM)


def key_pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_authority(folder, name) -> Authority:
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    return Authority(x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()), key)
