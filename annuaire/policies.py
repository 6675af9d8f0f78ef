from viatraj.core.policies import Denied, system


def import_rpps(actor):
    """What an operator's command does; nobody by a page."""
    system(actor)


def open_structure(actor):
    """Structures come from the ROR, or from the exploitation; their sheets are another matter."""
    system(actor)


def move(actor):
    """To another place of the directory, with all that lies there."""
    system(actor)


def refer(actor):
    if actor.user is None and actor.system_name in ("", "anonymous"):
        raise Denied("Connectez-vous pour choisir un professionnel dans l’annuaire.")
