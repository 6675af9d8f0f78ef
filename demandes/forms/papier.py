"""A demande that came on paper: where, when, of whom."""

from demandes.reads import papier
from dossiers.forms.identites import IdentiteForm, LieuField
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField


class PapierForm(KeyedForm, IdentiteForm):
    lieu = LieuField(label="Unité qui reçoit", required_sentence="Choisissez l’unité qui reçoit le dossier.")
    recu_le = DateField(label="Reçu le", required_sentence="Indiquez quand le dossier a été reçu.")

    def __init__(self, *args, actor, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["lieu"].offer(papier.lieux(actor))

    def goes_to_tnd(self, naissance):
        return False
