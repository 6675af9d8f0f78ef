"""What delegates and médecins are told; no mail holds more than names, dates and a link."""

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from courrier import outbox
from delegations.models import INVITATION_LIFETIME

_signer = TimestampSigner(salt="delegations.invitation")


def token(delegation) -> str:
    """The link's token.

    It is no longer valid after an answer, a change or a deletion, which change the nonce.
    """
    return _signer.sign(delegation.nonce.hex)


def nonce_of(token: str) -> str | None:
    try:
        return _signer.unsign(token, max_age=INVITATION_LIFETIME)
    except BadSignature:
        return None


def granted(delegation):
    _to_delegate("granted", delegation, link=reverse("delegations:invitation", args=[token(delegation)]))


def modified(delegation, changements):
    link = reverse("delegations:received")
    _to_delegate("modified", delegation, link=link, changements=changements)


def renounced(delegation):
    _to_medecin("renounced", delegation)


def ending(delegation):
    """To both; once for each end, whatever the version."""
    for letter, to, link in (
        ("ending", delegation.address, "delegations:received"),
        ("ending_medecin", delegation.delegant.email, "delegations:index"),
    ):
        outbox.post(
            f"delegations/emails/{letter}",
            to=to,
            key=f"delegation:{delegation.pk}:{letter}:{delegation.fin}",
            context={"delegation": delegation, "link": reverse(link)},
        )


def revoked(delegation):
    _to_delegate("revoked", delegation)


def accepted(delegation):
    _to_medecin("accepted", delegation)


def refused(delegation):
    _to_medecin("refused", delegation)


def expired(delegation):
    _to_medecin("expired", delegation)


def _to_delegate(letter, delegation, **context):
    _post(letter, delegation, delegation.address, **context)


def _to_medecin(letter, delegation):
    _post(letter, delegation, delegation.delegant.email, link=reverse("delegations:index"))


def _post(letter, delegation, to, **context):
    outbox.post(
        f"delegations/emails/{letter}",
        to=to,
        key=f"delegation:{delegation.pk}:{letter}:{delegation.version}",
        context={"delegation": delegation, **context},
    )
