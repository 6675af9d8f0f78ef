"""What the pages of the ROR ask: an answer for each offer and unit; what was read before entering (ANN-1)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from annuaire.actions.rapprochements import Choix
from annuaire.models import Rapprochement, Unite
from annuaire.reads.rapprochements import Proposition

Suite = Rapprochement.Suite
LATER = ("", "Décider plus tard")
UNKNOWN = {"invalid_choice": "Cette réponse n’est plus proposée\u00a0: rouvrez la page."}


class RapprochementForm(forms.Form):
    """A list for each offer, where an exact unit is chosen beforehand; one for each unit that has none."""

    def __init__(self, sent=None, *, propositions: list[Proposition], unites: list[Unite]):
        super().__init__(sent)
        self.propositions = propositions
        self.unites = {one.pk: one for one in unites}
        for one in propositions:
            self.fields[f"offre-{one.offre.pk}"] = forms.ChoiceField(
                label=_named("Unité correspondante", one.offre.nom),
                choices=self._answers(one),
                required=False,
                initial=one.exacte.pk if one.exacte else "",
                error_messages=UNKNOWN,
            )
        for unite in unites:
            self.fields[f"unite-{unite.pk}"] = forms.ChoiceField(
                label=_named("Réponse", unite.nom),
                choices=[LATER, (Suite.HORS_ROR.value, Suite.HORS_ROR.label)],
                required=False,
                error_messages=UNKNOWN,
            )

    def _answers(self, one: Proposition) -> list:
        proposed = [(unite.pk, f"{unite.nom} ({paire.score}\u00a0%)") for unite, paire in one.paires]
        known = {pk for pk, _ in proposed}
        others = [(unite.pk, unite.nom) for unite in self.unites.values() if unite.pk not in known]
        answers: list = [LATER]
        answers += [("Unités proposées", proposed)] if proposed else []
        answers += [("Autres unités", others)] if others else []
        apart = [(suite.value, suite.label) for suite in (Suite.NOUVELLE, Suite.ECARTEE)]
        return [*answers, ("Sans unité existante", apart)]

    @property
    def lignes(self) -> list[tuple[Proposition, forms.BoundField]]:
        return [(one, self[f"offre-{one.offre.pk}"]) for one in self.propositions]

    @property
    def sans_offre(self) -> list[tuple[Unite, forms.BoundField]]:
        return [(one, self[f"unite-{one.pk}"]) for one in self.unites.values()]

    def clean(self):
        known, taken = super().clean(), {}
        choix = [*self._of_offres(known, taken), *self._of_unites(known, taken)]
        if not choix and not self.errors:
            raise ValidationError("Répondez au moins pour une offre ou pour une unité.")
        return {"choix": choix}

    def _of_offres(self, known, taken):
        for one in self.propositions:
            name = f"offre-{one.offre.pk}"
            said = known.get(name) or ""
            unite = self.unites[int(said)] if said.isdigit() else None
            if unite is not None and unite.pk in taken:
                self.add_error(
                    name, f"Une unité ne répond qu’à une offre\u00a0: voyez «\u00a0{taken[unite.pk]}\u00a0»."
                )
            elif unite is not None:
                taken[unite.pk] = one.offre.nom
            if said:
                yield Choix(Suite.JOINTE if unite else Suite(said), one.offre, unite)

    def _of_unites(self, known, taken):
        for unite in self.unites.values():
            if not known.get(f"unite-{unite.pk}"):
                continue
            if unite.pk in taken:
                self.add_error(
                    f"unite-{unite.pk}", f"Cette unité est choisie pour «\u00a0{taken[unite.pk]}\u00a0»."
                )
            yield Choix(Suite.HORS_ROR, None, unite)


def _named(label: str, nom: str) -> str:
    """The page shows the name just above; who hears the field alone hears it too."""
    return format_html('{}<span class="sr">, {}</span>', label, nom)


class ActivationForm(forms.Form):
    """`seen`: what was compared on the page, as `reads.seen` says it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
