"""An authority and cards for the tests, with software keys: what SoftHSM2 does is in tests/poste."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from authcps.card import Answer, message
from viatraj.demo.lecteur import igc

SCHEMES = {
    "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), 32),
    "RS256": padding.PKCS1v15(),
}


@cache
def key(number: int):
    """Keys are dear: the same ones serve all along."""
    return igc.new_key()


@dataclass
class World:
    """Its files are what CPS_CA_DIR and CPS_CRL_DIR name; `now` is when it was made."""

    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __post_init__(self):
        self.root = igc.authority("AC RACINE ESSAI", now=self.now)
        self.persons = igc.authority("AC ESSAI PERSONNES", now=self.now, issuer=self.root)
        self.foreign = igc.authority("AC AILLEURS", now=self.now)
        for one in ("ca", "crl"):
            (self.folder / one).mkdir(parents=True)
        for name, authority in (("racine", self.root), ("personnes", self.persons)):
            (self.folder / "ca" / f"{name}.pem").write_bytes(igc.pem(authority.certificate))
            self.lists(name, authority)

    def lists(self, name, authority, serials=(), **known):
        crl = igc.revocations(authority, serials, now=self.now, **known)
        (self.folder / "crl" / f"{name}.crl").write_bytes(igc.pem(crl))

    def revoke(self, certificate):
        self.lists("personnes", self.persons, [certificate.serial_number])

    def certificate(self, idnat="899100045771", *, by=None, **known):
        holder = known.pop("holder", None) or igc.Holder(idnat, "LECLERCQ", "Christine", "Médecin")
        known = {"kind": igc.CPS, "profession": "10", "category": "00", **known}
        return igc.certificate(holder, key(0).public_key(), by or self.persons, now=self.now, **known)


@contextmanager
def trusted(world, settings, folder):
    """The same authority for a module's tests, its files new for each of them."""
    before = world.folder
    shutil.copytree(before, folder)
    settings.CPS_CA_DIR, settings.CPS_CRL_DIR = str(folder / "ca"), str(folder / "crl")
    settings.CPS_TEST_CARDS = False
    world.folder = folder
    yield world
    world.folder = before


def answer(challenge, certificate, *, algorithm="PS256", signed=None, by=0) -> Answer:
    """What a card with this certificate answers; `signed`: other bytes than the challenge's."""
    raw = message(challenge) if signed is None else signed
    return Answer(
        challenge_id=str(challenge.pk),
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        signature=key(by).sign(raw, SCHEMES[algorithm], hashes.SHA256()),
        algorithm=algorithm,
    )
