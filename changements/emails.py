from courrier import outbox


def void(to, subject, *, changement):
    """To whom a letter announced what was undone since, of somebody else's rights."""
    outbox.post(
        "changements/emails/void",
        to=to,
        key=f"changement:{changement.cle}:void:{to}",
        context={"subject": subject, "at": changement.at},
    )
