"""The pages of the programme du poste: plain HTML, every value escaped."""

import base64
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from string import Template


@cache
def file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _page(titre: str, corps: str, *, script: bool = False) -> str:
    sending = '<script src="/envoi.js" defer></script>' if script else ""
    return Template(file("page.html")).substitute(titre=escape(titre), corps=corps, script=sending)


def _hidden(values: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
    )


def ask_pin(demande, token: str, cards, *, fault: str = "", chosen: str = "") -> str:
    """The form of the code porteur; with two readers, which card."""
    said = f'<p class="faute" role="alert">{escape(fault)}</p>' if fault else ""
    corps = f"""<p class="site">Connexion demandée par <strong>{escape(demande.origine)}</strong></p>
<p class="aide">Vérifiez que c’est bien le site où vous voulez entrer.
Votre code reste sur cet ordinateur.</p>
{said}<form method="post" action="/signer">{_hidden({"jeton": token})}{_choice(cards, chosen)}
<p><label for="code">Code porteur</label>
<span class="aide" id="aide">Les 4 chiffres reçus avec votre carte.</span>
<input type="password" id="code" name="code" inputmode="numeric" autocomplete="off" maxlength="8" required
 aria-describedby="aide" autofocus></p>
<button type="submit">Valider</button></form>"""
    return _page("Code porteur", corps)


def _choice(cards, chosen) -> str:
    if len(cards) == 1:
        return _hidden({"carte": cards[0].serial})
    checked = chosen or cards[0].serial
    rows = "".join(
        f'<label class="carte"><input type="radio" name="carte" value="{escape(card.serial)}"'
        f"{' checked' if card.serial == checked else ''}>{escape(card.label)}</label>"
        for card in cards
    )
    return f"<fieldset><legend>Carte</legend>{rows}</fieldset>"


def no_card(demande) -> str:
    again = _hidden(asdict(demande))
    corps = f"""<p class="faute" role="alert">Aucune carte n’est lue par ce poste.</p>
<p>Insérez votre carte jusqu’au bout, puce vers l’avant, et attendez quelques secondes.</p>
<form method="get" action="/">{again}
<button type="submit">J’ai inséré ma carte, je veux ré-essayer</button></form>
<p><a href="{escape(back(demande, "no_card"))}">Que faire si elle n’est toujours pas lue\u00a0?</a></p>"""
    return _page("Aucune carte", corps)


def send(demande, signed) -> str:
    """A plain form to the site: works without script, by one more click."""
    answer = {
        "defi": demande.defi,
        "certificat": base64.b64encode(signed.certificate).decode(),
        "signature": base64.b64encode(signed.signature).decode(),
        "algorithme": signed.algorithm,
    }
    corps = f"""<p>Le code porteur est bon, la carte a signé.</p>
<form method="post" action="{escape(demande.retour)}" data-envoi>{_hidden(answer)}
<button type="submit">Revenir au site</button></form>"""
    return _page("Carte lue", corps, script=True)


def failure(demande, text: str, reason: str) -> str:
    corps = f"""<p class="faute" role="alert">{escape(text)}</p>
<p><a class="bouton" href="{escape(back(demande, reason))}">Revenir au site</a></p>"""
    return _page("La carte n’a pas été lue", corps)


def refusal(text: str) -> str:
    return _page("Demande refusée", f'<p class="faute" role="alert">{escape(text)}</p>')


def back(demande, reason: str) -> str:
    """The site's own failure page, beside the place where answers go."""
    return f"{demande.retour.removesuffix('reponse/')}echec/?motif={reason}"
