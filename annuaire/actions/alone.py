"""One run of a kind at a time."""

from viatraj.core.turns import Turn, is_ours

IMPORT = "Un autre import de l’annuaire est en cours\u00a0: attendez qu’il finisse."


def alone(turn: Turn, refused: type[Exception], said: str = IMPORT) -> None:
    """Until the end of the transaction; `refused` with this sentence while another goes on."""
    if not is_ours(turn):
        raise refused(said)
