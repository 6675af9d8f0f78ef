"""The steps of a story, as sentences; each is what a person sees and does."""

import re

from tests.factories import PASSWORD


class Person:
    """Somebody in front of a browser of his own."""

    def __init__(self, context, url, user, post_office):
        self.page, self.url, self.user, self.post_office = context.new_page(), url, user, post_office
        self.page.set_default_timeout(15_000)

    def opens(self, path):
        self.page.goto(self.url + path)
        return self

    def sees(self, *sentences):
        text = re.sub(r"\s+", " ", self.page.inner_text("body"))
        for sentence in sentences:
            assert sentence in text, f"«{sentence}» n’est pas sur {self.page.url} : {text}"
        return self

    def reads(self, **fields):
        for name, value in fields.items():
            assert self.page.input_value(f"main [name={name}]") == value
        return self

    def clicks(self, name, *, role="link", exact=False):
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        return self

    def presses(self, name):
        return self.clicks(name, role="button", exact=True)

    def types(self, **fields):
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)
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
        """The newest one whose subject holds these words, once all that was due has gone out."""
        self.post_office()
        letters = self.page.request.get(f"{self.url}/demo/courriels/?format=json&to={self.user.email}")
        return next(letter for letter in letters.json() if subject in letter["subject"])

    def follows_the_link_of(self, subject):
        path = re.search(r"https?://[^/\s]+(/\S+)", self.last_mail(subject)["text"])[1]
        return self.opens(path)
