"""The programme du poste beside the product: its own package, a real token, a real port."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from django.conf import settings as site

from tests.authcps.cards import World, key, trusted
from tools import softhsm
from viatraj.demo.lecteur import igc

POSTE = Path(site.BASE_DIR) / "authcps" / "poste"
PIN, SO_PIN = "1234", "12345678"
BOTH = (
    (0x20, "Certificat d'Authentification CPS", igc.AUTHENTICATION),
    (0x10, "Certificat de Signature CPS", igc.SIGNATURE),
)
sys.path.insert(0, str(POSTE))  # it is installed alone, apart from the product


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return World(tmp_path_factory.mktemp("igc") / "made")


@pytest.fixture
def igc_world(made, settings, tmp_path):
    with trusted(made, settings, tmp_path / "igc") as world:
        yield world


@pytest.fixture
def module(tmp_path, monkeypatch):
    """SoftHSM2 with no card in it; put away afterwards."""
    if (found := softhsm.find()) is None:
        pytest.skip("SoftHSM2 est introuvable et n’a pas pu être installé.")
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    import pkcs11

    library = pkcs11.lib(str(found.module))
    library.reinitialize()
    yield found
    library.finalize()


@pytest.fixture
def insert(module, igc_world):
    """Puts a card in, with two pairs as a CPS has; gives its first certificate."""

    def put(label="CPS de test", *, pairs=BOTH):
        import pkcs11

        words = ["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
        subprocess.run([module.util, "--module", module.module, *words], check=True, capture_output=True)
        library = pkcs11.lib(str(module.module))
        library.reinitialize()
        holder = igc.Holder("899100045771", "LECLERCQ", "Christine", "Médecin")
        with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
            made = [_pair(session, igc_world, holder, *pair) for pair in pairs]
        return made[0] if made else None

    return put


def _pair(session, world, holder, number, label, usage):
    """Key and certificate share their CKA_ID."""
    from asn1crypto.core import Integer
    from pkcs11 import Attribute, CertificateType, ObjectClass
    from pkcs11.util.rsa import decode_rsa_private_key

    private, identifier = key(number), bytes([0, number])
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    kept = {Attribute.TOKEN: True, Attribute.LABEL: label, Attribute.ID: identifier}
    session.create_object({**decode_rsa_private_key(der), **kept, Attribute.PRIVATE: True})
    known = {"kind": igc.CPS, "profession": "10", "category": "00", "usage": usage}
    certificate = igc.certificate(holder, private.public_key(), world.persons, now=world.now, **known)
    session.create_object(
        {
            **kept,
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.PRIVATE: False,
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.ISSUER: certificate.issuer.public_bytes(),
            Attribute.SERIAL_NUMBER: Integer(certificate.serial_number).dump(),
            Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
        }
    )
    return certificate


@pytest.fixture
def reader(module):
    from programme_du_poste.carte import Reader
    from programme_du_poste.configuration import LABEL

    return Reader(str(module.module), LABEL)


@pytest.fixture
def poste(reader):
    """Starts the programme for some sites; gives its address."""
    from programme_du_poste.configuration import Configuration
    from programme_du_poste.serveur import Server

    started = []

    def start(*sites):
        server = Server(Configuration(sites=frozenset(sites), module="", port=0), reader)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()
