import structlog
from celery import shared_task
from django.core.exceptions import ValidationError
from django.utils import timezone

from dossiers import actions
from dossiers.models import PieceJointe
from viatraj.core.actor import Actor
from viatraj.core.files.antivirus import Unreachable
from viatraj.core.saving import act

log = structlog.get_logger(__name__)


@shared_task
def analyse_piece(pk):
    """Just added."""
    _analyse(PieceJointe.objects.to_analyse().filter(pk=pk))


@shared_task
def analyse_pieces():
    """Those that a dead worker, broker or antivirus has left; without an answer, the next run asks again."""
    _analyse(PieceJointe.objects.to_analyse())


def _analyse(pieces):
    by = Actor.system("antivirus")
    for piece in pieces.select_related("volet__dossier").iterator(chunk_size=100):
        try:
            act(actions.analyse_piece, piece, by=by)
        except Unreachable as error:
            log.warning("antivirus.unreachable", reason=str(error))
            return
        except ValidationError:
            continue  # the storage has told why


@shared_task
def follow_unchanged():
    """Each morning; also what an outage has delayed. Archived first: whoever is told today has his time."""
    now = timezone.now()
    known = {"today": timezone.localdate(now), "now": now, "by": Actor.system("echeances")}
    act(actions.archive_unchanged, **known)
    act(actions.remind_unchanged, **known)


@shared_task
def erase_pieces():
    """Each night, what was taken away; also what an outage has left."""
    act(actions.erase_hidden, now=timezone.now(), by=Actor.system("purge"))


@shared_task
def purge_typed():
    act(actions.purge_typed, now=timezone.now(), by=Actor.system("purge"))
