"""Access profiles 1 to 5: a certificate instead of a secret, shown to the server of tokens alone (ANN-7)."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from annuaire.ror import Refused
from tests.annuaire.ror_world import REGION, Temps, World, names, resources, write
from tests.authcps.cards import key
from viatraj.demo.ror.serveur import Ror


def certificate(name, by, number, *, ca=False):
    """Of the key `number`, signed by the key `by`; (certificate, key) as PEM."""
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "autorite")]))
        .public_key(key(number).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key(by), hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key(number).private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), private


@pytest.fixture
def folder(tmp_path):
    for name, made in {
        "autorite": certificate("autorite", 0, 0, ca=True),
        "serveur": certificate("serveur", 0, 1),
        "viatraj": certificate("viatraj", 0, 2),
    }.items():
        for ending, raw in zip(("pem", "key"), made, strict=True):
            (tmp_path / f"{name}.{ending}").write_bytes(raw)
    return tmp_path


@pytest.fixture
def world(folder):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "serveur.pem", folder / "serveur.key")
    tls.load_verify_locations(folder / "autorite.pem")
    tls.verify_mode = ssl.CERT_OPTIONAL
    temps = Temps()
    write(folder / "ror", resources())
    ror = Ror(folder / "ror", clock=temps.of_the_server, a_page=10, tls=tls)
    with ror.running():
        yield World(ror, temps)


def ours(folder):
    return {
        "certificat": str(folder / "viatraj.pem"),
        "cle": str(folder / "viatraj.key"),
        "autorites": str(folder / "autorite.pem"),
        "secret": "",
    }


def test_the_certificate_is_shown_for_a_token_and_nowhere_else(world, folder):
    assert names(world.client(**ours(folder)).everything(REGION)) == names(resources())
    shown = {method for method, _, headers in world.ror.asked if "cert" in headers}
    assert shown == {"POST"}


def test_without_a_certificate_nor_a_secret_no_token_is_given(world, folder):
    with pytest.raises(Refused, match="refuse nos identifiants ou notre certificat"):
        world.client(secret="", autorites=str(folder / "autorite.pem")).everything(REGION)


def test_a_server_that_nobody_vouches_for_is_not_asked(world):
    with pytest.raises(Refused, match="n’est pas accepté"):
        world.client().everything(REGION)
    assert not world.ror.asked


@pytest.mark.parametrize("name", ["certificat", "cle", "autorites"])
def test_a_file_that_is_not_there_is_named(world, folder, name):
    """Nobody is asked with half of it."""
    with pytest.raises(Refused, match="ne se lit pas"):
        world.client(**ours(folder) | {name: str(folder / "absent.pem")}).everything(REGION)
    assert not world.ror.asked
