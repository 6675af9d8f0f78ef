"""The public search: addresses hold what is asked, since it names no person."""

from annuaire.forms.lieux import LieuForm, choice
from annuaire.natures import Nature
from annuaire.reads.publiques import Demande


class OffreForm(LieuForm):
    """`pathologies`, `prestations`: (code, label) by group, as the nomenclatures of the day say."""

    field_order = ("lieu", "km", "nature", "nom")

    def __init__(self, sent=None, *, pathologies=(), prestations=()):
        super().__init__(sent)
        self.fields["nature"] = choice("Type d’accueil", Nature.choices, empty="Tous")
        self.fields["pathologie"] = choice("Pathologie prise en charge", pathologies)
        self.fields["prestation"] = choice("Prestation de confort", prestations)
        self.order_fields(self.field_order)
        self.unmarked()

    @property
    def asked(self) -> Demande:
        known = {name: value for name, value in self.cleaned_data.items() if value != ""}
        return Demande(**known)
