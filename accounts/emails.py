from hashlib import sha256

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import ChangementAdresse
from accounts.mots_de_passe import FIRST_LINKS, LINKS, expires_at
from courrier import outbox
from courrier.models import Channel, Priority
from viatraj.core.typography import masked_email

EVERY = 300  # seconds: asking again at once does not fill somebody's mailbox


def forgotten(user, *, who, now, for_real):
    """A link of 24 hours, at most one in 5 minutes.

    Without `for_real`, the same statements write a letter that is already expired, and so never leaves.

    `who` identifies the account, or the unknown name, that asks.
    """
    outbox.post(
        "accounts/emails/forgotten",
        to=user.email,
        key=f"forgotten:{who}:{int(now.timestamp() // EVERY)}:{user.password_changed_at}",
        context={"user": user, "link": _password_link(user, LINKS)},
        priority=Priority.CODE,
        expires_at=None if for_real else now,
        secret=True,
    )


def welcome(user, *, now, habilitations=(), changement=None):
    """COM-3: the login, and a link of 7 days to choose a password; once in 5 minutes.

    `habilitations`, in words: those that it tells as well, given by the same act.
    """
    ends = now + FIRST_LINKS.LIFETIME
    outbox.post(
        "accounts/emails/welcome",
        to=user.email,
        # Another address is another letter: a mistyped one is corrected at once.
        key=f"welcome:{user.pk}:{_print(user.email)}:{int(now.timestamp() // EVERY)}",
        context={
            "user": user,
            "link": _password_link(user, FIRST_LINKS),
            "ends": ends,
            "habilitations": habilitations,
        },
        expires_at=ends,
        changement=changement,
        secret=True,
    )


def _print(email: str) -> str:
    return sha256(email.encode()).hexdigest()[:12]


def _password_link(user, links) -> str:
    token = f"{urlsafe_base64_encode(force_bytes(user.pk))}.{links.make_token(user)}"
    return reverse("accounts:new_password", args=[token])


def password_changed(user, *, at):
    _notice("password_changed", user, at, ends=expires_at(user))


def password_expires(user, *, on) -> bool:
    return _notice("password_expires", user, on)


def locked(user, *, at):
    _notice("locked", user, at)


def disabled(user, *, at, changement):
    _notice("disabled", user, at, changement=changement)


def enabled(user, *, at):
    _notice("enabled", user, at)


def withdrawn(user, *, at):
    """An account opened by mistake, whose first link may have left."""
    _notice("withdrawn", user, at)


def change_link(change, token):
    """To the new address or number: its owner alone may confirm."""
    sms = change.kind == ChangementAdresse.Kind.MOBILE
    outbox.post(
        "accounts/emails/change_link_sms" if sms else "accounts/emails/change_link",
        to=change.target,
        channel=Channel.SMS if sms else Channel.MAIL,
        key=f"change-link:{change.pk}",
        context={
            "user": change.user,
            "link": reverse("authcps:confirm_reception", args=[token]),
            "is_first": change.target == change.user.email,
            "by_referent": change.asked_by_id is not None,
        },
        priority=Priority.CODE,
        expires_at=change.ends,
        secret=True,
    )


def change_asked(change):
    _notice("change_asked", change.user, change.asked_at, change=change, target=_masked(change))


def change_cancellable(change):
    """A référent asked: the former address may cancel, or has first to agree."""
    if change.former:
        outbox.post(
            "accounts/emails/change_agreement"
            if change.awaits_agreement
            else "accounts/emails/change_cancellable",
            to=change.former,
            key=f"change-cancellable:{change.pk}",
            context={
                "user": change.user,
                "at": change.asked_at,
                "ends": change.cancel_ends,
                "target": _masked(change),
                "motif": change.motif,
                "link": _cancel_link(change),
            },
            priority=Priority.CODE,
            expires_at=change.cancel_ends,
            secret=True,
        )


def change_done(change, *, former, at):
    """To the former address; to the new one too when it is the address that changed.

    The former one alone is told how to cancel what a référent asked.
    """
    for rank, address in enumerate(dict.fromkeys([former, change.user.email])):
        if address:
            link = _cancel_link(change) if address == former and change.asked_by_id else ""
            outbox.post(
                "accounts/emails/change_done",
                to=address,
                key=f"change-done:{change.pk}:{rank}",
                context={
                    "user": change.user,
                    "at": at,
                    "change": change,
                    "target": _masked(change),
                    "link": link,
                },
                secret=bool(link),
            )


def change_cancelled(user, change, *, at):
    """To the former address: what was undone, and a link to choose another password."""
    outbox.post(
        "accounts/emails/change_cancelled",
        to=change.former,
        key=f"change-cancelled:{change.pk}",
        context={
            "user": user,
            "at": at,
            "asked_at": change.asked_at,
            **change.outcome,
            "link": _password_link(user, LINKS) if user.email and user.is_active else "",
        },
        priority=Priority.CODE,
        secret=True,
    )


_signer = Signer(salt="accounts.annulation")


def cancel_token(change) -> str:
    """The same token in both letters to the former address; its row says what it may still do."""
    return _signer.sign(change.pk)


def change_of(token: str) -> int | None:
    """Whose token this is; None when it is none of ours."""
    try:
        return int(_signer.unsign(token))
    except BadSignature:
        return None


def _cancel_link(change) -> str:
    return reverse("authcps:cancel_reception", args=[cancel_token(change)])


def _masked(change) -> str:
    if change.kind == ChangementAdresse.Kind.MAIL:
        return masked_email(change.target)
    return f"•• {change.target[-2:]}"


def _notice(letter, user, at, *, changement=None, **context) -> bool:
    if not user.email:
        return False
    return outbox.post(
        f"accounts/emails/{letter}",
        to=user.email,
        key=f"{letter}:{user.pk}:{at.timestamp()}",
        changement=changement,
        context={"user": user, "at": at, **context},
    )
