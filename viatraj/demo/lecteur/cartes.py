"""The virtual cards of the demonstration: made at first use, their lists renewed by themselves.

Under DATA_DIR: ca/ and crl/, which CPS_CA_DIR and CPS_CRL_DIR name; cartes/, a certificate and a key a card.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.conf import settings

from viatraj.demo.lecteur import igc
from viatraj.demo.lecteur.igc import Holder
from viatraj.demo.people import PEOPLE

PIN, TRIES = "1234", 3
RENEWED_AFTER = timedelta(days=1)
ROOT, PERSONS, FOREIGN = "racine", "personnes", "etrangere"


@dataclass(frozen=True)
class VirtualCard:
    """`flaw`: revoked, expired, foreign, or none."""

    slug: str
    label: str
    hint: str
    holder: Holder
    kind: str
    flaw: str = ""

    @property
    def profession(self) -> str:
        return "10" if self.kind == igc.CPS else ""


def _medecin(slug, idnat, nom, prenom, hint, flaw="") -> VirtualCard:
    holder = Holder(idnat=idnat, nom=nom.upper(), prenom=prenom, title="Médecin")
    return VirtualCard(slug, f"CPS de {prenom} {nom}", hint, holder, igc.CPS, flaw)


CARDS = (
    *(
        _medecin(person.card, person.idnat, person.nom, person.prenom, f"Médecin, {person.place}")
        for person in PEOPLE
        if person.idnat
    ),
    _medecin(
        "cps-nouveau", "899100124807", "Duvernay", "Solange", "Médecin sans compte\u00a0: première connexion"
    ),
    VirtualCard(
        "cpe",
        "CPE de Samira Berger",
        "Salariée d’un établissement de démonstration",
        Holder("3990000019/CPE0000042", "BERGER", "Samira", "", "1990000019", "CH DES COLLINES (FICTIF)"),
        igc.CPE,
    ),
    VirtualCard(
        "cpe-support",
        "CPE de Paul Ferrand",
        "Support national",
        Holder("3990000027/CPE0000043", "FERRAND", "Paul", "", "1990000027", "GRADES FICTIF"),
        igc.CPE,
    ),
    VirtualCard(
        "cpa-assistante",
        "CPA de Nadia Ferhat",
        "Assistante du Dr Leclercq",
        Holder(
            "599999999900027/CPA0000021",
            "FERHAT",
            "Nadia",
            "",
            "399999999900027",
            "CABINET LECLERCQ (FICTIF)",
        ),
        igc.CPA,
    ),
    VirtualCard(
        "cpa",
        "CPA de Paul Leroux",
        "Invité par le Dr Leclercq, sans compte\u00a0: première connexion",
        Holder(
            "599999999900019/CPA0000007", "LEROUX", "Paul", "", "399999999900019", "CABINET LEROUX (FICTIF)"
        ),
        igc.CPA,
    ),
    _medecin("revoquee", "899100124815", "Durand", "Hugo", "Carte mise en opposition", "revoked"),
    _medecin("expiree", "899100124823", "Moreau", "Lise", "Carte dont la date est dépassée", "expired"),
    _medecin("etrangere", "899100124831", "Garnier", "Jean", "Carte d’une autorité inconnue", "foreign"),
)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "demo" / "cartes"


def find(slug: str) -> VirtualCard | None:
    return next((card for card in CARDS if card.slug == slug), None)


def prepare(*, now: datetime) -> None:
    """Make the authority and the cards if they are not there, renew the lists once a day."""
    with _alone():
        if not all((folder() / "cartes" / f"{card.slug}.pem").exists() for card in CARDS):
            _make(now)
        lists = folder() / "crl" / f"{PERSONS}.crl"
        if not lists.exists() or now.timestamp() - lists.stat().st_mtime > RENEWED_AFTER.total_seconds():
            renew_lists(now)


@contextmanager
def _alone() -> Iterator[None]:
    """Several server processes, one authority."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "verrou").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(now):
    root = igc.authority("AC RACINE DEMONSTRATION", now=now)
    persons = igc.authority("AC DEMONSTRATION PERSONNES", now=now, issuer=root)
    foreign = igc.authority("AC INCONNUE", now=now)
    for name, one in ((ROOT, root), (PERSONS, persons)):
        _write("ca", f"{name}.pem", igc.pem(one.certificate))
        _write("cles", f"{name}.pem", igc.pem(one.certificate))
        _write("cles", f"{name}.key", igc.key_pem(one.key))
    new = folder() / "cartes.neuves"
    shutil.rmtree(new, ignore_errors=True)
    for card in CARDS:
        key = igc.new_key()
        certificate = igc.certificate(
            card.holder,
            key.public_key(),
            foreign if card.flaw == "foreign" else persons,
            now=now,
            kind=card.kind,
            profession=card.profession,
            days=-30 if card.flaw == "expired" else 1095,
        )
        _write(new.name, f"{card.slug}.pem", igc.pem(certificate))
        _write(new.name, f"{card.slug}.key", igc.key_pem(key))
    new.rename(folder() / "cartes")


def renew_lists(now):
    revoked = [_certificate(card).serial_number for card in CARDS if card.flaw == "revoked"]
    for name, serials in ((PERSONS, revoked), (ROOT, [])):
        authority = igc.read_authority(folder() / "cles", name)
        _write("crl", f"{name}.crl", igc.pem(igc.revocations(authority, serials, now=now)))


def _write(inside, name, content):
    """Whole or not at all: another process may be reading."""
    path = folder() / inside / name
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".neuf")
    new.touch(mode=0o600)
    new.write_bytes(content)
    os.replace(new, path)


def _certificate(card) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder() / "cartes" / f"{card.slug}.pem").read_bytes())


def sign(card: VirtualCard, message: bytes) -> tuple[bytes, bytes, str]:
    """What the chip does once the code porteur is right: certificate (DER), signature, algorithm."""
    raw = (folder() / "cartes" / f"{card.slug}.key").read_bytes()
    key = serialization.load_pem_private_key(raw, None)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    signature = key.sign(message, scheme, hashes.SHA256())
    return _certificate(card).public_bytes(serialization.Encoding.DER), signature, "PS256"
