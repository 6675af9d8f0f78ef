"""The one exception that leaves this package."""

from typing import Any

Json = dict[str, Any]


class Refused(ValueError):
    """Nothing of it may be used; the sentence is for the operator.

    `passing`: the same question may well be answered later, in `after` seconds when the ROR says so.
    `lost`: what we asked for is not there any more, and may be asked for anew. `ressource`:
    «HealthcareService/12», when it is one resource that is refused: it exists all the same, so that nobody
    takes it for one that is gone.
    """

    def __init__(
        self,
        reason: str,
        *,
        passing: bool = False,
        after: float = 0,
        lost: bool = False,
        ressource: str = "",
    ):
        super().__init__(reason)
        self.passing, self.after, self.lost, self.ressource = passing or lost, after, lost, ressource
