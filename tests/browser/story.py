"""The steps of a story, as sentences; each is what a person sees and does."""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.factories import PASSWORD, sign_in
from tests.looks import objections
from tests.patience import PAGE


def see(page, *sentences, where="body"):
    """Now, or once the page on its way is there."""
    for sentence in sentences:
        expect(page.locator(where)).to_contain_text(sentence, use_inner_text=True)


class Person:
    """Somebody in front of a browser of his own."""

    def __init__(self, context, url, user, post_office):
        self.page, self.url, self.user, self.post_office = context.new_page(), url, user, post_office
        self.page.set_default_timeout(PAGE)

    def opens(self, path):
        self.page.goto(self.url + path)
        return self

    def sees(self, *sentences):
        see(self.page, *sentences)
        return self

    def looks(self, *sentences):
        """And axe finds nothing, nor is the page too wide."""
        self.sees(*sentences)
        assert objections(self.page) == [], self.page.url
        return self

    def reads(self, **fields):
        for name, value in fields.items():
            expect(self.page.locator(f"main [name={name}]").first).to_have_value(value)
        return self

    def clicks(self, name, *, role="link", exact=False):
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        return self

    def presses(self, name):
        return self.clicks(name, role="button", exact=True)

    def types(self, **fields):
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(value)
        return self

    def is_in(self, acting=None):
        """Signed in already: the door has its own tests. `acting`: the délégation under which he works."""
        key = sign_in(Client(), self.user, acting=acting).session.session_key
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.url}
        self.page.context.add_cookies([cookie])
        return self

    def tabs_to(self, name, *, exact=False):
        """From where the focus is, as somebody without a mouse; what is focused must be on the screen."""
        told = "one => (one.labels?.[0] || one).textContent.trim()"
        for _ in range(100):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            said = focused.evaluate(told) if focused.count() else ""
            if said == name or (said.startswith(name) and not exact):
                assert focused.bounding_box()["y"] >= 0
                return self
        raise AssertionError(f"«{name}» ne se rejoint pas au clavier sur {self.page.url}")

    def keys(self, *keys):
        """Each a key's name, or a text to type."""
        for key in keys:
            self.page.keyboard.type(key) if key.islower() else self.page.keyboard.press(key)
        self.page.wait_for_load_state()
        return self

    def ticks(self, *labels):
        for label in labels:
            self.page.get_by_label(label).check()
        return self

    def signs_in(self):
        self.opens("/connexion/medecin/")
        self.types(identifiant=self.user.login, mot_de_passe=PASSWORD).presses("Se connecter")
        self.sees("J’ai reçu mon code", "Un code OTP vous a été envoyé par mail à")
        self.types(code=self.code()).presses("Valider")
        return self.sees(f"Dr {self.user.prenom} {self.user.nom}")

    def code(self) -> str:
        return re.search(r"^\d{3}\s\d{3}$", self.last_mail("Votre code")["text"], re.M)[0]

    def last_mail(self, subject) -> dict:
        return self.last_mail_to(self.user.email, subject)

    def last_mail_to(self, address, subject) -> dict:
        """The newest one whose subject holds these words, once all that was due has gone out."""
        self.post_office()
        letters = self.page.request.get(f"{self.url}/demo/courriels/?format=json&to={address}")
        return next(letter for letter in letters.json() if subject in letter["subject"])

    def follows_the_link_of(self, subject):
        path = re.search(r"https?://[^/\s]+(/\S+)", self.last_mail(subject)["text"])[1]
        return self.opens(path)
