"""What a letter still says when it leaves: its app is asked, where rights may end meanwhile."""

from collections.abc import Callable
from datetime import datetime

from courrier.models import Message

Asked = Callable[[Message, datetime], bool]

_asked: dict[str, Asked] = {}


def told_by(kind: str, function: Asked) -> None:
    """`function(message, now)`: of those whose key begins with this word.

    It may write the letter anew (`outbox.reword`); False where it must not leave at all.
    """
    _asked[kind] = function


def may_leave(message: Message, now: datetime) -> bool:
    asked = _asked.get(message.key.partition(":")[0])
    return asked is None or asked(message, now)
