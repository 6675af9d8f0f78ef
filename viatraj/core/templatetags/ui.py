"""Components: functions with keyword-only arguments (strict: a typo is an error) and one HTML file each.

Builtin, no `{% load %}`. Tones, everywhere the same five: neutre, info, succes, attention, erreur.

    {% icon "plus" %}
    {% message tone="attention" title="…" role="status" %}…{% endmessage %}
    {% etat "En attente d’acceptation" tone="info" icon="sablier" %}      {% expiry delegation.fin today %}
    {% card title="…" icon="carte" %}…{% endcard %}
    {% fragment as action %}<a class="bouton" href="…">…</a>{% endfragment %}
    {% bloc title="…" id="medecins" intro="…" action=action %}<table id="medecins" …>{% endbloc %}
    {% vide %}<p>Vous n’avez aucun…</p>{% endvide %}
    {% breadcrumb "Accueil" "medecin" "Mes délégations" "delegations:index" "Ajouter" %}
    {% pagination page_obj %}
    {% error_summary form %}   {% tokens %}   {% dialog %}
    {% can "delegations.revoke" delegation as may_revoke %}
    {{ d|jour }} {{ d|jour_long }} {{ at|heure }} {{ at|instant }} {{ at|iso }}
    {{ n|counted:"compte ouvert" }} {{ n|plural }} {{ n|plural:"sera,seront" }}
    {{ mail|masque_email }} {{ mail|adresse }} {{ user.mobile|telephone }} {{ n|numero }} {{ n|rpps }}
"""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.template import defaulttags
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from viatraj.core import policies, typography
from viatraj.core.addresses import address
from viatraj.core.drawing import drawn
from viatraj.core.expiry import expiry as expiry_of
from viatraj.core.saisie import emails, telephones

register = template.Library()

TONES = {"neutre": "", "info": "info", "succes": "ok", "attention": "alerte", "erreur": "erreur"}

register.filter("jour", typography.short_day, is_safe=True)
register.filter("jour_long", typography.long_day, is_safe=True)
register.filter("heure", typography.hour, is_safe=True)
register.filter("instant", typography.instant, is_safe=True)
register.filter("iso", typography.iso)
register.filter("masque_email", typography.masked_email)
register.filter("masque_numero", typography.masked_number)
register.filter("telephone", telephones.shown)
register.filter("grouped", typography.grouped)
register.filter("plural", typography.plural)
register.filter("counted", typography.counted)


@register.filter
def numero(digits) -> str:
    """A dossier's number as people read it aloud: 1234 5678."""
    return typography.in_groups(str(digits), 4)


@register.filter
def rpps(digits) -> str:
    """99 0045 775 12."""
    return typography.in_groups(str(digits), 2, 4, 3)


@register.filter
def adresse(email) -> str:
    """An e-mail address that a narrow column may break after its @, and nowhere else."""
    name, at, domain = emails.shown(str(email)).partition("@")
    return format_html("{}{}<wbr>{}", name, at, domain)


@register.filter
def tone(level_tag) -> str:
    """Of a message of django.contrib.messages."""
    return {"debug": "neutre", "success": "succes", "warning": "attention", "error": "erreur"}.get(
        level_tag, "info"
    )


@cache
def _icons() -> frozenset[str]:
    sprite = Path(finders.find("img/icones.svg") or "")
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', sprite.read_text()))


@register.simple_tag
@cache
def icon(name):
    """Decorative: the words beside it say the same."""
    if name not in _icons():
        raise ValueError(f"no icon {name!r} in img/icones.svg")
    url = static("img/icones.svg")
    return format_html('<svg class="icone" aria-hidden="true"><use href="{}#{}"/></svg>', url, name)


@register.simple_tag
def etat(label, *, tone="neutre", icon=""):
    """A chip: always words and an icon, so never colour alone."""
    drawn = _icon_of(tone, icon)
    return format_html('<span class="etat etat--{}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def expiry(fin, today):
    """«Expire dans 9 jours», or nothing when the end is far."""
    tone, label = expiry_of(fin, today)
    return etat(label, tone=tone, icon="horloge") if label else ""


@register.simple_block_tag
def message(content, *, tone="info", title="", role=""):
    """`role`: "status" or "alert" for what just happened; empty for what simply stands on the page."""
    context = {"content": content, "tone": tone, "title": title, "role": role, "drawn": _icon_of(tone)}
    return drawn("components/message.html", context)


@register.simple_block_tag
def card(content, *, title, icon="", level=2, id=""):
    context = {"content": content, "title": title, "icon": icon, "level": level, "id": id}
    return drawn("components/card.html", context)


@register.simple_block_tag
def bloc(content, *, title, id, intro="", action="", level=2):
    """A section with a head, for tables; the heading's id is `t-<id>`, for the table's aria-labelledby."""
    context = {
        "content": content,
        "title": title,
        "id": id,
        "intro": intro,
        "action": action,
        "level": level,
    }
    return drawn("components/bloc.html", context)


@register.simple_block_tag
def vide(content):
    """An empty list: says what there would be, and what to do."""
    return format_html('<div class="vide">{}</div>', content)


@register.simple_block_tag
def fragment(content):
    """`{% fragment as x %}…{% endfragment %}`: a piece of page to hand to a component."""
    return content


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*steps):
    """Label, then URL name or path, in turn; the last label is the page itself."""
    *before, here = steps
    links = zip(before[::2], before[1::2], strict=True)
    return {
        "links": [(label, to if to.startswith("/") else reverse(to)) for label, to in links],
        "here": here,
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, page):
    """The rest of the query string is kept."""
    around = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"request": context["request"], "page": page, "numbers": list(around)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form, *, title="Le formulaire contient une erreur"):
    """Every error of a refused form, each linked to its field; the script puts the focus here."""
    places = [(_target(form[name]) if name in form.fields else "", form.errors[name]) for name in form.errors]
    errors = [(target, sentence) for target, sentences in places for sentence in sentences]
    return {"errors": errors, "title": title}


@register.simple_tag(takes_context=True)
def tokens(context):
    """In every POST form: the CSRF token, and for whom the page was drawn (two tabs, «au nom de»)."""
    actor = getattr(context["request"], "actor", None)
    written_for = getattr(getattr(actor, "principal", None), "pk", None)
    sent = [("csrfmiddlewaretoken", context.get("csrf_token", ""))]
    sent += [("au_nom_de", written_for)] if written_for else []
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', sent)


@register.simple_tag
@cache
def unchanging(template_name):
    """A piece of page that is always the same: drawn once in each process."""
    return drawn(template_name, {})


@register.tag
def url(parser, token):
    """Django's own; without argument, the address is found once a process."""
    node = defaulttags.url(parser, token)
    alone = not (node.args or node.kwargs or node.asvar) and isinstance(node.view_name.var, str)
    return FixedURLNode(node) if alone else node


class FixedURLNode(template.Node):
    def __init__(self, node):
        self.node = node
        self.child_nodelists = ()

    def render(self, context):
        return address(self.node.view_name.var) or self.node.render(context)  # which says what is wrong


@register.inclusion_tag("components/dialog.html")
def dialog():
    """Where the script shows the `[data-dialogue-corps]` part of a page linked by `a[data-dialogue]`."""
    return {}


@register.simple_tag(takes_context=True)
def can(context, policy, *objects):
    """`"delegations.revoke"` asks delegations.policies.revoke(request.actor, *objects)."""
    return policies.can(_policy(policy), context["request"].actor, *objects)


@cache
def _policy(path):
    app, verb = path.split(".")
    return getattr(import_module(f"{app}.policies"), verb)


def _icon_of(tone, name=""):
    """Unknown tones are refused here."""
    name = name or TONES[tone]
    return icon(name) if name else ""


def _target(field):
    if field.is_hidden:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"
