"""The tools of the card tests are real: a token of SoftHSM2 signs, `cryptography` agrees."""

import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tools import softhsm

LABEL, PIN, SO_PIN = "CPS de test", "1234", "12345678"
MESSAGE = "je suis bien là".encode()


@pytest.fixture
def token(tmp_path, monkeypatch):
    """An empty card of its own, its PIN set; the module is put away afterwards."""
    import pkcs11

    if (found := softhsm.find()) is None:
        pytest.skip("SoftHSM2 est introuvable et n’a pas pu être installé.")
    folder = tmp_path / "tokens"
    folder.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    words = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", SO_PIN]
    subprocess.run([found.util, "--module", found.module, *words], check=True, capture_output=True)
    library = pkcs11.lib(str(found.module))
    library.reinitialize()
    yield library.get_token(token_label=LABEL)
    library.finalize()


def test_a_card_signs_what_cryptography_verifies(token):
    import pkcs11
    from pkcs11.util.rsa import encode_rsa_public_key

    with token.open(user_pin=PIN, rw=True) as session:
        public, private = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True)
        signature = private.sign(MESSAGE, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
        key = serialization.load_der_public_key(_spki(encode_rsa_public_key(public)))
    key.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(signature, MESSAGE + b"!", padding.PKCS1v15(), hashes.SHA256())


def test_a_wrong_pin_opens_nothing(token):
    import pkcs11

    with pytest.raises(pkcs11.exceptions.PinIncorrect), token.open(user_pin="9999"):
        pass


def _spki(pkcs1):
    """PKCS#1 key wrapped as SubjectPublicKeyInfo, which is what `cryptography` reads."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    return PublicKeyInfo.wrap(RSAPublicKey.load(pkcs1), "rsa").dump()
