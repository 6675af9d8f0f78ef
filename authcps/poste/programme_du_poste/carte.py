"""The card, by PKCS#11: which are there, how many codes are left, a signature.

A chip counts wrong codes itself and says so in its token's flags; a token that does not count (SoftHSM2, some
drivers) is counted here, by its serial number, so that the third wrong code is the last one in any case.
"""

import hashlib
import threading
from dataclasses import dataclass

import pkcs11
from pkcs11 import MGF, Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as faults

TRIES = 3
AUTHENTICATION_ID = 0x20  # last byte of CKA_ID of the authentication pair; 0x10 signs documents
SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
# Errors that a card may raise at any moment, when it is pulled out or busy.
GONE = (
    faults.TokenNotPresent,
    faults.TokenNotRecognised,
    faults.DeviceRemoved,
    faults.DeviceError,
    faults.NoSuchToken,
    faults.SessionHandleInvalid,
)


class CardFault(Exception):
    """Its text is for the person; `blocked`: no code will be looked at any more."""

    def __init__(self, text: str, *, blocked: bool = False):
        super().__init__(text)
        self.blocked = blocked


class WrongPin(CardFault):
    pass


@dataclass(frozen=True)
class Signed:
    certificate: bytes  # DER
    signature: bytes
    algorithm: str  # PS256 or RS256


@dataclass(frozen=True)
class Present:
    serial: str
    label: str


class Reader:
    """One at a time: a card has one login."""

    def __init__(self, module: str, certificate_label: str):
        self._lib, self._label = pkcs11.lib(module), certificate_label
        self._lock, self._wrong = threading.Lock(), {}

    def cards(self) -> list[Present]:
        """Those in the readers now."""
        with self._lock:
            return [Present(serial_of(token), token.label.strip()) for token in self._tokens()]

    def _tokens(self):
        slots = self._lib.get_slots(token_present=True)
        tokens = [slot.get_token() for slot in slots]
        return [token for token in tokens if TokenFlag.TOKEN_INITIALIZED in token.flags]

    def sign(self, serial: str, pin: str, message: bytes) -> Signed:
        """Raises WrongPin, or CardFault for all else."""
        with self._lock:
            try:
                return self._sign(self._token(serial), serial, pin, message)
            except GONE as error:
                raise CardFault("La carte a été retirée. Réinsérez-la, puis recommencez.") from error
            except faults.PKCS11Error as error:
                raise CardFault("La carte n’a pas pu signer. Retirez-la, réinsérez-la.") from error

    def _token(self, serial):
        found = [token for token in self._tokens() if serial_of(token) == serial]
        if not found:
            raise CardFault("La carte n’est plus dans le lecteur. Réinsérez-la, puis recommencez.")
        return found[0]

    def _sign(self, token, serial, pin, message) -> Signed:
        if TokenFlag.USER_PIN_LOCKED in token.flags or self._wrong.get(serial, 0) >= TRIES:
            raise blocked()
        try:
            with token.open(user_pin=pin) as session:
                self._wrong.pop(serial, None)
                return _signed(session, token, self._label, message)
        except faults.PinLocked as error:
            raise blocked() from error
        except (faults.PinIncorrect, faults.PinLenRange, faults.PinInvalid) as error:
            raise self._count(token, serial) from error

    def _count(self, token, serial) -> CardFault:
        self._wrong[serial] = self._wrong.get(serial, 0) + 1
        left = TRIES - self._wrong[serial]
        flags = token.slot.get_token().flags  # as they are now
        if left <= 0 or TokenFlag.USER_PIN_LOCKED in flags:
            return blocked()
        if left == 1 or TokenFlag.USER_PIN_FINAL_TRY in flags:
            return WrongPin("Code porteur erroné. Il reste un essai.")
        return WrongPin(f"Code porteur erroné. Il reste {left} essais.")


def serial_of(token) -> str:
    serial = token.serial
    return (serial.decode("ascii", "replace") if isinstance(serial, bytes) else str(serial)).strip()


def blocked() -> CardFault:
    return CardFault(
        "Votre carte est bloquée\u00a0: trois codes porteur erronés de suite. "
        "Elle se débloque auprès de l’Agence du Numérique en Santé.",
        blocked=True,
    )


def _signed(session, token, label, message) -> Signed:
    certificate = _certificate(session, label)
    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=certificate[Attribute.ID])
    known = token.slot.get_mechanisms()
    if Mechanism.SHA256_RSA_PKCS_PSS in known:
        parameters = (Mechanism.SHA256, MGF.SHA256, 32)
        signature = key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=parameters)
        return Signed(certificate[Attribute.VALUE], signature, "PS256")
    if Mechanism.SHA256_RSA_PKCS in known:
        signature = key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS)
    else:  # the authentication key of a CPS3 takes a digest made outside, no more
        digest = SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
        signature = key.sign(digest, mechanism=Mechanism.RSA_PKCS)
    return Signed(certificate[Attribute.VALUE], signature, "RS256")


def _certificate(session, label):
    """By its label, else by the number of its pair; never the one that signs documents."""
    found = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
    named = [one for one in found if one[Attribute.LABEL] == label]
    paired = [one for one in found if one[Attribute.ID][-1:] == bytes([AUTHENTICATION_ID])]
    if not (named or paired):
        raise CardFault("Cette carte n’a pas de certificat d’authentification.")
    return (named or paired)[0]
