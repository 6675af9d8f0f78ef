"""Test people and rows; traits say what is special about them."""

import itertools
import string
from datetime import date, timedelta
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

import habilitations.rights
from accounts import chartes
from accounts.models import AcceptationCharte, Identite, User
from annuaire.models import Coordination, Etablissement, Lieu, Professionnel, Region, Unite
from authcps.models import CodeDevice
from delegations import rights
from delegations.models import Delegation
from habilitations import profils
from habilitations.models import Habilitation
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Niveau

PASSWORD = "un mot de passe solide"
DIGITS = (
    string.digits + string.ascii_uppercase
)  # three of them name 46,656 regions: a worker makes over a thousand
_numbers = itertools.count(1)


@cache
def _hash_of(password: str) -> str:
    return make_password(password)


def next_idnat() -> str:
    return f"8990{next(_numbers):08d}"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        medecin = factory.Trait(
            profession="10",
            categorie="C",
            profession_label="Médecin",
            specialite="Médecine générale",
            first_strong_at=factory.LazyFunction(timezone.now),
        )

    login = factory.Sequence(lambda n: f"login{n}")
    nom = factory.Sequence(lambda n: f"Nom{''.join('abcdefghij'[int(figure)] for figure in str(n))}")
    prenom = "Camille"
    email = factory.LazyAttribute(lambda user: f"{user.login}@cabinet.example")
    email_verified_at = factory.LazyFunction(timezone.now)
    password_changed_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))

    @classmethod
    def _adjust_kwargs(cls, **known):
        return known | {"password": _hash_of(known.get("password") or PASSWORD)}

    @factory.post_generation
    def charte(self, create, extracted, **kwargs):
        """Accepted, unless `charte=False`; somebody who is only built has no row."""
        if create and extracted is not False:
            current = chartes.current(timezone.localdate())
            AcceptationCharte.objects.create(user=self, version=current.version, digest=current.digest)


class MedecinFactory(UserFactory):
    """With a national number, hence a login."""

    medecin = True
    login = factory.LazyFunction(next_idnat)

    @factory.post_generation
    def idnat(self, create, extracted, **kwargs):
        if not create:
            return
        idnat = extracted or self.login
        said = {"kind": Identite.Kind.RPPS, "nom": self.nom, "prenom": self.prenom}
        Identite.objects.create(user=self, idnat=idnat, **said)


class ProfessionnelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Professionnel
        django_get_or_create = ("idnat",)

    idnat = factory.LazyFunction(next_idnat)
    nom = "LÉON"
    prenom = "Gabriel"
    profession = "10"
    categorie = "C"


class DelegationFactory(factory.django.DjangoModelFactory):
    """In force for a month; traits for the other states."""

    class Meta:
        model = Delegation

    class Params:
        waiting = factory.Trait(accepted_at=None)
        refused = factory.Trait(accepted_at=None, refused_at=factory.LazyFunction(timezone.now))
        revoked = factory.Trait(revoked_at=factory.LazyFunction(timezone.now))
        expired = factory.Trait(accepted_at=None, expired_at=factory.LazyFunction(timezone.now))
        renounced = factory.Trait(renounced_at=factory.LazyFunction(timezone.now))
        future = factory.Trait(debut=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1)))
        over = factory.Trait(
            debut=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30)),
            fin=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)),
        )

    kind = Delegation.Kind.CONFRERE
    delegant = factory.SubFactory(MedecinFactory)
    delegataire = factory.SubFactory(MedecinFactory)
    professionnel = factory.LazyAttribute(lambda row: ProfessionnelFactory(idnat=row.delegataire.login))
    nom = factory.LazyAttribute(lambda row: row.delegataire.nom)
    prenom = factory.LazyAttribute(lambda row: row.delegataire.prenom)
    email = factory.LazyAttribute(lambda row: row.delegataire.email)
    delegataire_key = factory.LazyAttribute(lambda row: f"user:{row.delegataire.pk}")
    debut = factory.LazyFunction(timezone.localdate)
    fin = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    accepted_at = factory.LazyFunction(timezone.now)


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region

    code = factory.Sequence(lambda n: "".join(DIGITS[n // 36**rank % 36] for rank in (2, 1, 0)))
    nom = factory.Sequence(lambda n: f"Région {n}")


class CoordinationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Coordination

    region = factory.SubFactory(RegionFactory)
    nom = factory.Sequence(lambda n: f"Département {n}")


class EtablissementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Etablissement

    coordination = factory.SubFactory(CoordinationFactory)
    nom = factory.Sequence(lambda n: f"Centre hospitalier {n}")


class UniteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unite

    etablissement = factory.SubFactory(EtablissementFactory)
    nom = factory.Sequence(lambda n: f"Unité {n}")


class HabilitationFactory(factory.django.DjangoModelFactory):
    """`lieu` is a structure's row, or None for the whole country; in force for a month."""

    class Meta:
        model = Habilitation

    class Params:
        over = factory.Trait(
            debut=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30)),
            fin=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)),
        )
        future = factory.Trait(debut=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1)))
        revoked = factory.Trait(revoked_at=factory.LazyFunction(timezone.now))

    lieu = factory.SubFactory(EtablissementFactory)
    user = factory.SubFactory(UserFactory)
    profil = profils.PRESCRIPTEUR_MEDICAL.code
    debut = factory.LazyFunction(timezone.localdate)
    fin = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))

    @classmethod
    def _create(cls, model_class, *args, lieu=None, **kwargs):
        held = Lieu.of(lieu) if lieu else Lieu(Niveau.NATIONAL)
        known = {"domaine": profils.PROFILS[kwargs["profil"]].domaine, "niveau": held.niveau, **held.columns}
        return super()._create(model_class, *args, **(known | kwargs))


def as_professionnel(user, *, on=None, **known) -> Actor:
    """Somebody with what his habilitations give him today: a référent, a prescripteur…"""
    held = habilitations.rights.of_user(user, on=on or timezone.localdate())
    return Actor(user=user, rights=held, quality="professionnel", means=Means.MAIL, **known)


def referent_of(lieu, profil=None) -> User:
    """A new référent of a structure: `profil` is that of its level unless said."""
    usual = {
        Niveau.UNITE: profils.REFERENT_UNITE,
        Niveau.ETABLISSEMENT: profils.REFERENT_STRUCTURE,
        Niveau.COORDINATION: profils.REFERENT_COORDINATION,
        Niveau.REGION: profils.REFERENT_REGIONAL,
    }
    profil = profil or usual[Lieu.of(lieu).niveau]
    return HabilitationFactory(lieu=lieu, profil=profil.code).user


def sent_droits(profil) -> dict:
    """As the page of a profile sends its rights, unchanged."""
    chosen = [droit for droit in profil.droits if not droit.is_fixed]
    boxes = {profils.AUCUN: "", profils.OUI: "on"}
    return {f"droit-{droit.key}": boxes.get(droit.mode, droit.mode) for droit in chosen}


def as_medecin(user, **known) -> Actor:
    """A médecin in his own name."""
    return Actor(user=user, rights=rights.of_medecin(user.pk), quality="médecin", means=Means.MAIL, **known)


def as_delegate(delegation) -> Actor:
    """The delegate, at work for the médecin."""
    return Actor(
        user=delegation.delegataire,
        on_behalf_of=delegation.delegant,
        rights=rights.of_delegate(delegation),
        quality=delegation.quality,
        delegation_id=delegation.pk,
        means=Means.MAIL,
    )


def sign_in(client, user, *, means=Means.MAIL, acting=None):
    """A session as `doors.enter` makes it; `acting`: the délégation one works under."""
    client.force_login(user)
    device, _ = CodeDevice.objects.get_or_create(
        user=user, channel="mail", defaults={"target": user.email, "name": "mail"}
    )
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.begin(means, now=timezone.now())
    if acting:
        session["delegation"] = acting.pk
    session.save()
    return client


def day(iso: str) -> date:
    return date.fromisoformat(iso)
