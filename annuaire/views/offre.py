"""What a unit’s sheet says on pages of its own: the thésaurus, group by group; where an HAD goes (ANN-2)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from annuaire import actions, policies
from annuaire.forms.couvertures import CouvertureForm
from annuaire.forms.thesaurus import CopieForm, GroupeForm
from annuaire.models import PriseEnCharge, Unite
from annuaire.natures import Nature
from annuaire.reads import thesaurus
from annuaire.views.listes import found, head
from viatraj.core.droits import Droit, Niveau
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


def _unite(request, pk) -> tuple[Unite, dict]:
    unite = found(request, Niveau.UNITE, pk)
    policies.edit_fiche(request.actor, unite)
    return unite, {**head(request, unite.etablissement, "unites"), "structure": unite}


@require_http_methods(["GET", "HEAD", "POST"])
def groupes(request, pk):
    """All groups with what is answered; a copy of another unit’s answers."""
    unite, shown = _unite(request, pk)
    answered = PriseEnCharge.objects.values("unite")
    sources = Unite.objects.within(request.actor.rights, Droit.UNITE).open().filter(pk__in=answered)
    sources = (
        sources.exclude(pk=unite.pk).select_related("etablissement").order_by("etablissement__nom", "nom")
    )
    form = CopieForm(posted(request), sources=sources, version=unite.version)
    if form.is_bound and submit(
        form, actions.copy_thesaurus, unite=unite, now=timezone.now(), by=request.actor
    ):
        messages.success(request, "Le thésaurus de l’unité choisie est repris. Vérifiez-le.")
        return redirect("annuaire:thesaurus", unite.pk)
    asked = thesaurus.groupes(unite, day=timezone.localdate())
    return page(
        request, "annuaire/thesaurus.html", **shown, form=form, groupes=asked, has_sources=sources.exists()
    )


@require_http_methods(["GET", "HEAD", "POST"])
def groupe(request, pk, slug):
    unite, shown = _unite(request, pk)
    asked = thesaurus.groupes(unite, day=timezone.localdate())
    at = next((number for number, one in enumerate(asked) if one.slug == slug), None)
    if at is None:
        raise Http404("Le thésaurus n’a pas ce groupe.")
    form = GroupeForm(posted(request), groupe=asked[at], version=unite.version)
    if form.is_bound and submit(
        form, actions.answer_thesaurus, unite=unite, now=timezone.now(), by=request.actor
    ):
        messages.success(request, f"«\u00a0{asked[at].nom}\u00a0» est enregistré.")
        following = asked[at + 1] if "suivant" in request.POST and at + 1 < len(asked) else None
        if following:
            return redirect("annuaire:thesaurus_groupe", unite.pk, following.slug)
        return redirect("annuaire:thesaurus", unite.pk)
    return page(
        request,
        "annuaire/thesaurus_groupe.html",
        **shown,
        form=form,
        groupe=asked[at],
        is_last=at + 1 == len(asked),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def couverture(request, pk):
    unite, shown = _unite(request, pk)
    if unite.nature != Nature.HAD:
        raise Http404("Seule une HAD a une couverture géographique.")
    form = CouvertureForm(posted(request), request.FILES or None, unite=unite)
    if (
        form.is_bound
        and not form.is_searching
        and submit(form, actions.choose_zones, unite=unite, now=timezone.now(), by=request.actor)
    ):
        messages.success(request, " ".join(["La couverture géographique est enregistrée.", *form.notes]))
        return redirect("annuaire:couverture", unite.pk)
    return page(request, "annuaire/couverture.html", **shown, form=form)
