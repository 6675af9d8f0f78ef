"""Every URL of the site, filled in for a small world where every role and every near miss lives."""

from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

import annuaire.actions
from accounts import chartes
from accounts.emails import cancel_token
from accounts.models import ChangementAdresse, Identite
from annuaire import fiches
from annuaire.models import (
    Activite,
    Concept,
    Departement,
    Etablissement,
    Guichet,
    Lieu,
    Modification,
    Nomenclature,
    Offre,
    Rapprochement,
    Region,
    Releve,
    SiteRor,
)
from annuaire.natures import Nature
from authcps.identity import Verified
from authcps.models import Attempt
from changements.models import Changement
from delegations import emails
from delegations.forms import DroitsForm
from delegations.models import Delegation, DroitDelegue
from demandes.alertes import REFERENT, Evenement
from demandes.models import Alerte, Decision, Notification, VueEnregistree
from dossiers import volets
from habilitations.models import DemandeHabilitation, Habilitation, Import
from habilitations.profils import EQUIPE_SOIGNANTE
from observatoire import rapports
from observatoire.models import Commande, ModeleCommande
from tests.annuaire import files
from tests.core.files import samples
from tests.demandes.factories import requested
from tests.dossiers.factories import DossierFactory, join, name_traitant, volet_of
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    next_idnat,
    referent_of,
    sent_droits,
    sign_in,
)
from tests.habilitations import campagnes
from viatraj.core.actor import Means
from viatraj.core.droits import Droit, Mode, Niveau, Orientation

ADMIN = "admin"
PATIENT = {"nom": "Villedary", "prenom": "Nadège", "date_naissance": "1969-09-05", "sexe": "F"}
PATIENT |= {"statut": "provisoire"} | dict.fromkeys(
    "shown_doublons datamatrix prenoms nom_utilise prenom_utilise lieu_naissance piece matricule oid".split(),
    "",
)
# Pages of an account, for its référents; of a habilitation, for its holder.
FOLLOWED = {"coordination": "1", "q": "Centre", "etabli": "oui", "referent": "non", "fiche": "non"}
FOLLOWED |= {"verifiee": "jamais", "anomalie": "valeur", "apres": "1"}
LISTED = {"vue": "refusees", "qui": "moi", "orientation": "tnd", "tri": "recentes", "apres": "1-1"}
OF_TABLEAUX = ("tableau", "workbook", "save")
OF_ACCOUNTS = "compte effective correct change_email unlock depart disable enable welcome_again".split()
# Results of a search, here of one that the session does not know.
OF_VOLETS = ("volet", "edit_volet", "forget_typed")
SEARCHES = ("habilitations:recherche", "dossiers:found", "delegations:found", "delegations:cover_search")
SEARCHES += ("notifications:found",)
OF_CLOSING = ("fermeture", "fermeture_reopen", "fermeture_keep")
OF_CAMPAGNES = "campagne campagne_close examens".split()
OF_REPORTS = "campagne_report campagne_workbook campagne_pdf".split()
OF_DEMANDES = ("demande", "demande_refuse", "demande_withdraw")
OF_HABILITATIONS = ("droits", "fin", "emails", "revoke")
OF_IMPORTS = ("import", "import_report", "import_to_correct")
OF_SUPPORT = ("compte", "droits", "journal", "compte_envois")
OF_DOSSIERS = "detail print_dossier history print_history identite decide traitant remove_traitant".split()
OF_SENDING = ("index", "offre", "choose", "send")
OF_NOTIFICATIONS = ("detail", "statut", "unite")
OF_DECISIONS = ("decision", "notify", "correct", "cancel", "restore")
OF_PIECES = ("dossiers:piece", "dossiers:piece_hide")
OF_ETABLISSEMENTS = (
    "etablissement unites synchronisation verify_etablissement rapprochement activation desactivation"
).split()
OF_COMMANDES = ("fichier", "cancel", "retry", "save_model")
OF_OWN = ("notify_habilitation", "give_up_habilitation", "referents_of")


@dataclass(frozen=True)
class Route:
    path: str  # as written in urls.py
    name: str
    login_required: bool
    regex: str

    @property
    def is_admin(self) -> bool:
        return self.name.partition(":")[0] == ADMIN


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns))


def our_routes() -> list[Route]:
    return [route for route in routes() if not route.is_admin]


def _walk(patterns, before="", namespace=""):
    for one in patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            inner = ":".join(filter(None, [namespace, one.namespace]))
            yield from _walk(one.url_patterns, path, inner)
        else:
            name = ":".join(filter(None, [namespace, one.name]))
            yield Route(path, name, getattr(one.callback, "login_required", True), one.pattern.regex.pattern)


class Browser:
    """Somebody's browser: each request leaves it, and the database, as they were."""

    def __init__(self, role: str, principal=None):
        self.role, self.principal = role, principal
        self.client = Client(raise_request_exception=False)

    def ask(self, method: str, url: str, data=None, **headers):
        """`data` of a POST comes with what `{% tokens %}` writes into our forms."""
        if method == "POST" and not isinstance(data, bytes | str):
            data = {"au_nom_de": self.principal.pk if self.principal else "", **(data or {})}
        cookies, before = deepcopy(self.client.cookies), transaction.savepoint()
        try:
            return getattr(self.client, method.lower())(url, data, **headers)
        finally:
            transaction.savepoint_rollback(before)
            transaction.set_rollback(False)
            self.client.cookies = cookies


class World:
    """`owner` is the médecin to whom everything belongs; the others are more or less far from it."""

    def __init__(self):
        self.owner = MedecinFactory()
        self.confrere, self.left, self.asked, self.other = MedecinFactory.create_batch(4)
        self.assistant = UserFactory(login="assistante")
        self.plain, self.support = UserFactory(), UserFactory(is_staff=True)
        self.lent = DelegationFactory(delegant=self.owner, delegataire=self.confrere)
        self.ended = DelegationFactory(delegant=self.owner, delegataire=self.left, revoked=True)
        self.waiting = DelegationFactory(delegant=self.owner, delegataire=self.asked, waiting=True)
        self.reading = _reader(self.owner, self.assistant)
        self.dossier = DossierFactory(auteur=self.owner)
        self.aged = DossierFactory(auteur=self.owner, orientation=Orientation.GRAND_AGE)
        # Of somebody else, who names `owner` as the médecin traitant.
        self.named = name_traitant(DossierFactory(auteur=self.other), self.owner, "a_accepter").dossier
        self.piece = join(volet_of(self.dossier))
        self.in_directory = listed(next_idnat())
        self.unite = UniteFactory(
            etablissement__finess="990000091", etablissement__coordination__departement=_departement()
        )
        self.habilitation = HabilitationFactory(user=self.plain, lieu=self.unite)
        self.referent = referent_of(self.unite.etablissement)
        self.changement = _changed(self.referent, self.habilitation)
        self.demande = _asked(self.plain, self.unite)
        self.fichier = Import.objects.create(
            user=self.referent,
            file_name="a.xlsx",
            total=1,
            state="ready",
            **_times("deposited_at", "checked_at"),
        )
        self.paired = HabilitationFactory(lieu=self.unite).user
        self.carte = Identite.objects.create(
            user=self.paired, idnat="3310099999/CPE0000043", kind="structure", nom="NOM"
        )
        self.neighbour = referent_of(EtablissementFactory(coordination=self.unite.etablissement.coordination))
        self.notification = _notified(self.neighbour, self.unite.etablissement.coordination)
        self.descriptif = _described(self.unite.etablissement), _described(self.unite)
        self.campagne = campagnes.opened(self.referent, self.unite.etablissement)
        self.examen = campagnes.line_of(self.campagne, self.habilitation)
        self.guichet = Guichet.objects.create(
            nom="Guichet unique",
            etablissement=self.unite.etablissement,
            coordination=self.unite.etablissement.coordination,
        )
        self.offre, self.joined = _described_by_the_ror(self.unite, self.referent)
        self.releve = _received(self.unite.etablissement)
        self.closed = campagnes.closed(self.referent, self.unite.etablissement)
        # Of `owner`, to the unit, and chosen for the guichet.
        self.sent = requested(self.dossier, self.unite, etat="envoyee", **_times("sent_at"))
        self.selected = requested(self.dossier, self.guichet)
        self.vue = VueEnregistree.objects.create(
            user=self.owner, tableau="medecin", titre="En retard", vue="sans-reponse"
        )
        self.commande = _ordered(self.referent)
        self.modele = ModeleCommande.objects.create(
            user=self.referent, rapport="SAN-01", niveau="etablissement", titre="Mois", periode="mois"
        )
        self.alerte = Alerte.objects.create(  # that it waits, to whoever settles who works there
            user=self.referent,
            demande=self.sent,
            cote=REFERENT,
            verbe="escalader",
            evenement=Evenement.ECHEANCE,
            envoi="n",
            at=timezone.now(),
        )

    def url(self, route: Route) -> str:
        """The route's address for a row of `owner`, once `_parts` says what its parts are."""
        try:
            return reverse(route.name, kwargs=self._parts.get(route.name, {}))
        except NoReverseMatch:  # a test says so, the others go on
            return f"/{route.path}"

    @cached_property
    def _parts(self) -> dict:
        """By the name of a route: rows do not change between two requests of a world."""
        return {
            "alerte": {"pk": self.alerte.pk},
            "remove_identite": {"pk": self.owner.identites.get().pk},
            "unpair": {"pk": self.paired.pk, "identite": self.carte.pk},
            "authcps:confirm_reception": {"token": self._reception_token()},
            "authcps:cancel_reception": {"token": self._cancel_token()},
            "accounts:new_password": {"token": f"{urlsafe_base64_encode(b'%d' % self.owner.pk)}.x"},
            "delegations:grant": {"idnat": self.in_directory.idnat},
            "delegations:show": {"pk": self.lent.pk},
            "delegations:modify": {"pk": self.lent.pk},
            "delegations:revoke": {"pk": self.lent.pk},
            "delegations:resend": {"pk": self.waiting.pk},
            "delegations:answer": {"pk": self.lent.pk},
            "delegations:renounce": {"pk": self.lent.pk},
            "delegations:invitation": {"token": emails.token(self.lent)},
            **{f"habilitations:{page}": {"pk": self.plain.pk} for page in OF_ACCOUNTS},
            **{f"habilitations:{page}": {"pk": self.habilitation.pk} for page in OF_HABILITATIONS},
            **{page: {"pk": self.habilitation.pk} for page in OF_OWN},
            **{f"habilitations:{page}": {"pk": self.fichier.pk} for page in OF_IMPORTS},
            **{f"gestion:{page}": {"pk": self.plain.pk} for page in OF_SUPPORT},
            "gestion:recherche": {"cle": "x" * 22},
            **{f"annuaire:{page}": {"pk": self.unite.etablissement_id} for page in OF_ETABLISSEMENTS},
            **{f"annuaire:{page}": {"pk": self.unite.pk} for page in ("unite", "verify_unite")},
            "annuaire:rapprochement_undo": {
                "pk": self.unite.etablissement_id,
                "rapprochement": self.joined.pk,
            },
            "annuaire:releve": {"pk": self.releve.pk},
            "annuaire:edit_etablissement": {"pk": self.unite.etablissement_id, "rubrique": "accueil"},
            "annuaire:edit_unite": {"pk": self.unite.pk, "rubrique": "accueil"},
            "annuaire:history_etablissement": {"pk": self.unite.etablissement_id, "champ": "descriptif"},
            "annuaire:history_unite": {"pk": self.unite.pk, "champ": "descriptif"},
            "etablissement_habilitations": {"pk": self.unite.etablissement_id},
            "habilitations:name_referent": {"pk": self.unite.etablissement_id},
            **{f"annuaire:{page}": {"niveau": "unite", "pk": self.unite.pk} for page in OF_CLOSING},
            **{f"annuaire:{page}": {"pk": self.guichet.pk} for page in ("guichet", "guichet_edit")},
            "annuaire:repartir": {"pk": self.unite.etablissement_id},
            "annuaire:guichet_create": {"niveau": "etablissement", "pk": self.unite.etablissement_id},
            "habilitations:name_referent_found": {"pk": self.unite.etablissement_id, "cle": "x" * 22},
            **{f"habilitations:{page}": {"pk": self.demande.pk} for page in OF_DEMANDES},
            **{f"habilitations:{page}": {"pk": self.campagne.pk} for page in OF_CAMPAGNES},
            **{f"habilitations:{page}": {"pk": self.closed.pk} for page in OF_REPORTS},
            "habilitations:campagne_entrust": {"pk": self.campagne.pk, "bureau": self.examen.bureau},
            "habilitations:examen": {"pk": self.campagne.pk, "examen": self.examen.pk},
            "habilitations:demande_ask": {"pk": self.unite.etablissement_id},
            "habilitations:demande_prolong": {"pk": self.habilitation.pk},
            "changements:undo": {"cle": self.changement.cle},
            **{f"annuaire:{page}": {"pk": self.unite.pk} for page in ("thesaurus", "couverture")},
            "annuaire:thesaurus_groupe": {"pk": self.unite.pk, "slug": "systeme-nerveux"},
            **{
                f"annuaire:{page}": {"pk": self.unite.etablissement.coordination_id}
                for page in ("coordination", "territoire")
            },
            "annuaire:public": {"finess": self.unite.etablissement.finess},
            **{page: {"cle": "a" * 22} for page in SEARCHES},
            "observatoire:order": {"groupe": "sanitaire", "code": "san-01"},
            "observatoire:figures": {"groupe": "sanitaire", "code": "san-04"},
            **{f"observatoire:{page}": {"pk": self.commande.pk} for page in OF_COMMANDES},
            **{f"observatoire:{page}": {"pk": self.modele.pk} for page in ("stop_model", "remove_model")},
            "documentation_fiche": {"slug": "mon-compte"},
            "habilitations:grant_profil": {"profil": "equipe_soignante"},
            **{f"dossiers:{page}": {"numero": self.dossier.numero} for page in OF_DOSSIERS},
            "dossiers:download": {"numero": self.aged.numero},
            **{f"tableaux:{page}": {"code": "medecin"} for page in OF_TABLEAUX},
            **{f"tableaux:{page}": {"pk": self.vue.pk} for page in ("vue", "vue_edit", "vue_remove")},
            "delais:edit": {"pk": self.unite.etablissement.coordination_id},
            **{f"demandes:{page}": {"numero": self.dossier.numero} for page in OF_SENDING},
            "demandes:offre_found": {"numero": self.dossier.numero, "cle": "a" * 22},
            "demandes:detail": {"pk": self.sent.pk},
            "demandes:apply": {"pk": self.sent.pk, "verbe": "annuler"},
            **{f"notifications:{page}": {"pk": self.notification.pk} for page in OF_NOTIFICATIONS},
            **{f"notifications:{page}": {"pk": self.notification.decision_id} for page in OF_DECISIONS},
            "dossiers:traitant_found": {"numero": self.dossier.numero, "cle": "a" * 22},
            "dossiers:name_traitant": {"numero": self.dossier.numero, "idnat": self.in_directory.idnat},
            "dossiers:answer": {"numero": self.named.numero},
            "dossiers:pieces": {"numero": self.dossier.numero},
            **{page: {"numero": self.dossier.numero, "pk": self.piece.pk} for page in OF_PIECES},
            **{f"dossiers:{page}": {"numero": self.dossier.numero, "kind": "medical"} for page in OF_VOLETS},
        }

    def _search(self) -> dict:
        """And the ticks that come along; no button, as when one presses Enter."""
        typed = {"nom": "Nom", "prenom": "", "identifiant": "", "email": "", "structure": "", "profil": ""}
        return typed | {"compte": self.plain.pk}

    def _orientation(self, today) -> dict:
        """Of somebody whom the MDPH orients."""
        return {"cle": uuid4(), "mdph": self.notification.mdph_id, **self._said(today)}

    def _said(self, today) -> dict:
        return {
            "numero": "2026-12",
            **{name: PATIENT[name] for name in ("nom", "prenom", "date_naissance", "sexe")},
            "categorie": "48",
            "debut": str(today),
            "fin": str(today),
        }

    def _need(self) -> dict:
        """Of a unit that is looked for, with a tick, and kept among favourites."""
        blank = dict.fromkeys("lieu nom age pathologie mode favoris verifier".split(), "")
        return blank | {"km": "50", "natures": "smr", "unite": self.unite.pk, "favori": self.unite.pk}

    def _cover(self, period) -> dict:
        return {
            **period,
            "idnat": self.in_directory.idnat,
            "email": "anais.durandeau@cabinet.example",
            "message": "Merci.",
            "nom": "durandeau",
            "code_postal": "31000",
            "rechercher": "oui",
            "cle": uuid4(),
        }

    def _choices(self):
        """Of whoever opens the page: each may have something to choose for."""
        keys = ["m", *(f"h{pk}" for pk in Habilitation.objects.values_list("pk", flat=True))]
        keys += [f"d{pk}" for pk in Delegation.objects.values_list("pk", flat=True)]
        return {f"{key}-{one.value}": "i" for key in keys for one in Evenement}

    def _review(self) -> dict:
        etablissement = self.unite.etablissement
        return {
            "domaine": "sanitaire",
            "coordination": etablissement.coordination_id,
            "nom": "",
            "structure": "",
            "unite": "",
            "profil": "",
            "vue": "",
            "tri": "-fin",
            "page": "1",
        }

    def _reception_token(self) -> str:
        """A link that the owner asked for; the same row each time."""
        ChangementAdresse.objects.get_or_create(
            digest=ChangementAdresse.digest_of("lien"),
            defaults={
                "user": self.owner,
                "kind": "mobile",
                "target": "+33639980001",
                "asked_at": timezone.now(),
                "ends": timezone.now() + timedelta(hours=1),
                "cancel_ends": timezone.now() + timedelta(hours=1),
            },
        )
        return "lien"

    def _cancel_token(self) -> str:
        """To the former address, of what a référent asked: here of the same row."""
        self._reception_token()
        return cancel_token(ChangementAdresse.objects.get(digest=ChangementAdresse.digest_of("lien")))

    def body(self, route: Route) -> dict:
        """What its form sends, filled in well enough to be refused for want of a right only."""
        sent = dict(self._bodies.get(route.name, {}))
        if "cle" in sent:  # a page drawn anew
            sent["cle"] = uuid4()
        if sent.get("fichier"):
            sent["fichier"].seek(0)
        return sent

    @cached_property
    def _bodies(self) -> dict[str, dict]:
        """By the name of a route: two hundred forms are filled in once, not at each request."""
        today = timezone.localdate()
        period = {"debut": str(today), "fin": str(today + timedelta(days=20))}
        return {
            "alertes_choix": self._choices(),
            "mon_compte": {
                "nom": "Villedary",
                "prenom": "Nadège",
                "profession_label": "Infirmière",
                "telephone": "",
                "adresse": "1 place de l’Invention",
                "version": 1,
            },
            "charte": {"accepte": "on", "version": chartes.current(today).version},
            "authcps:medecin": {"identifiant": "", "mot_de_passe": "", "suite": ""},
            "authcps:professionnel": {"identifiant": "", "mot_de_passe": "", "suite": ""},
            "authcps:pair": {"identifiant": "", "mot_de_passe": "", "suite": ""},
            "remove_identite": {"ancien": ""},
            "authcps:first": {
                "email": "anais.durandeau@cabinet.example",
                "telephone": "01 99 00 12 34",
                "adresse": "1 place de l’Invention",
                "mot_de_passe": "un mot de passe solide",
                "mot_de_passe_bis": "un mot de passe solide",
            },
            "first_assistant": {
                "email": "nadia.ferhat@cabinet.example",
                "profession": "Secrétaire",
                "autre": "",
                "mot_de_passe": "un mot de passe solide",
                "mot_de_passe_bis": "un mot de passe solide",
            },
            "authcps:code": {"code": "000000"},
            "authcps:totp": {"code": "000000"},
            "authcps:recovery": {"code": "abcde-fghjk"},
            "authcps:resend": {"canal": "mail"},
            "authcps:reception": {"reception": "mail"},
            "authcps:add_totp": {"code": "000000", "ancien": "faux"},
            "authcps:remove_totp": {"ancien": "faux"},
            "authcps:make_recovery": {"ancien": "faux"},
            "accounts:forgotten": {"identifiant": "", "altcha": "", "affichee": ""},
            "accounts:change_password": {"ancien": "", "mot_de_passe": "", "mot_de_passe_bis": ""},
            "accounts:change_email": {"target": "", "ancien": ""},
            "accounts:change_mobile": {"target": "", "ancien": ""},
            "authcps:card": {"porte": "medecin", "suite": ""},
            "authcps:psc": {"porte": "medecin", "suite": ""},
            "authcps:psc_exercice": {"exercice": "0"},
            "delegations:grant": {**period, "email": "anais.durandeau@cabinet.example", "cle": uuid4()},
            "delegations:grant_assistant": {
                **period,
                **dict.fromkeys(DroitsForm().fields, ""),
                "modele": "lecture_seule",
                "nom": "Ferhat",
                "prenom": "Nadia",
                "email": "nadia.ferhat@cabinet.example",
                "cle": uuid4(),
            },
            "delegations:search": {"nom": "durandeau", "code_postal": "31000"},
            "delegations:found": {"nom": "durandeau", "code_postal": "31000"},
            "delegations:cover": self._cover(period),
            "delegations:cover_search": self._cover(period),
            "delegations:modify": {**period, "version": 1},
            "delegations:answer": {"reponse": "accepter"},
            "delegations:invitation": {"reponse": "accepter"},
            "delegations:switch": {"delegation": self.lent.pk},
            "habilitations:comptes": self._search(),
            "habilitations:recherche": self._search(),
            "habilitations:create": {
                "nom": "Villedary",
                "prenom": "Nadège",
                "email": "nadege.villedary@ch.example",
                "profession_label": "Infirmière",
                "telephone": "",
                "seule": "",
                "signalee": "",
                "cle": uuid4(),
            },
            "habilitations:correct": {
                "nom": "Villedary",
                "prenom": "Nadège",
                "profession_label": "",
                "telephone": "",
                "version": 1,
            },
            "habilitations:change_email": {"email": "neuve@ch.example", "seule": "", "version": 1},
            "habilitations:depart": {
                "choix": self.habilitation.pk,
                "fin": str(today),
            },
            "habilitations:fin": {"duree": "", "fin": str(today), "version": 1, "reduire": "on"},
            "changements:undo": {"retour": "/administration/comptes/"},
            "habilitations:lot_prolong": {
                "choix": self.habilitation.pk,
                f"version-{self.habilitation.pk}": 1,
                "duree": "",
                "fin": str(today + timedelta(days=60)),
            },
            "habilitations:lot_revoke": {"choix": self.habilitation.pk},
            "habilitations:emails": {"emails": "on"},
            "habilitations:droits": {
                "version": 1,
                **sent_droits(self.habilitation.le_profil),
            },
            "notify_habilitation": {"emails": "on"},
            "habilitations:campagne_create": {
                "titre": "Revue annuelle",
                "lieux": f"etablissement:{self.unite.etablissement_id}",
                "profils": "equipe_soignante",
                "echeance": str(today + timedelta(days=30)),
                "effet": "now",
                "restes": "keep",
                "nouvelles": "add",
                "message": "Merci.",
                "etape": "compter",
                "cle": uuid4(),
            },
            "annuaire:fermeture": {"on": str(today)},
            "annuaire:rapprochement": {f"offre-{self.offre.pk}": "ecartee"},
            "annuaire:activation": {"seen": ""},
            "annuaire:guichet_create": self._guichet("Guichet neuf"),
            "annuaire:guichet_edit": self._guichet("Guichet unique du centre"),
            "habilitations:campagne_entrust": {"lignes": self.examen.pk, "relecteur": self.referent.pk},
            "habilitations:examens": {
                "choix": self.examen.pk,
                "conserver": "",
                f"version-{self.examen.pk}": 1,
                "vues": signing.dumps(
                    [self.campagne.pk, self.referent.pk, [self.examen.pk]], salt="habilitations.examens"
                ),
                **self._decision(today),
            },
            "habilitations:examen": {
                "version": 1,
                **self._decision(today),
                **sent_droits(self.habilitation.le_profil),
            },
            "habilitations:imports": {"fichier": "", "cle": uuid4()},
            "habilitations:demande": {
                "lieu": f"unite:{self.unite.pk}",
                "profil": "equipe_soignante",
                "droits_de": "equipe_soignante",
                "etape": "",
                **period,
                **sent_droits(EQUIPE_SOIGNANTE),
            },
            "habilitations:demande_refuse": {"reponse": "Non."},
            "habilitations:demande_ask": {
                "lieu": f"unite:{self.unite.pk}",
                "profil": "medecin_coordonnateur",
                "fin": str(today),
                "motif": "Je rejoins le service.",
                "cle": uuid4(),
            },
            "habilitations:demande_prolong": {
                "fin": str(today + timedelta(days=60)),
                "motif": "",
                "cle": uuid4(),
            },
            "annuaire:edit_etablissement": _sheet(Niveau.ETABLISSEMENT),
            "annuaire:edit_unite": _sheet(Niveau.UNITE),
            "annuaire:thesaurus": {"source": "", "version": 3},
            "annuaire:thesaurus_groupe": {"version": 3, "suivant": "oui"}
            | {f"{name}-AVC": "" for name in ("assuree", "age_min", "age_max", "niveau", "conditions")},
            "annuaire:couverture": {"version": 3, "ajout": ""},
            "annuaire:coordination": {
                "version": 1,
                "telephone": "",
                "horaires": "",
                "email": "",
                "adresse": "",
                "modules": "sanitaire",
            },
            "annuaire:history_etablissement": {"version": 3, "modification": self.descriptif[0].pk},
            "annuaire:history_unite": {"version": 3, "modification": self.descriptif[1].pk},
            "dossiers:create": {
                "orientation": Orientation.SANITAIRE,
                **PATIENT,
                "cle": uuid4(),
                "lieu": f"unite:{self.unite.pk}",
            },
            "dossiers:identite": {**PATIENT, "version": 1},
            **{f"demandes:{page}": self._need() for page in ("offre", "offre_found")},
            "demandes:choose": {"lieux": f"guichet:{self.guichet.pk}"},
            "demandes:send": {"demandes": self.selected.pk},
            "demandes:apply": {"motif": "erreur", "texte": "", "version": 1},
            **{f"tableaux:{page}": {"titre": "À relancer", "defaut": "on"} for page in ("save", "vue_edit")},
            "delais:edit": {"sanitaire-rappel": "36"},
            "notifications:create": self._orientation(today),
            "notifications:notify": {"etablissements": self.notification.etablissement_id},
            "notifications:correct": self._said(today) | {"version": 1},
            "notifications:cancel": {"version": 1, "motif": "173"},
            "notifications:restore": {"version": 1},
            "notifications:statut": {"version": 1, "statut": "41", "motif": "150", "date": str(today)},
            "notifications:unite": {
                "version": 1,
                "unite": self.notification.etablissement.unites.get().pk,
                "statut": "182",
                "motif": "",
                "mode": "46",
                "date": str(today),
            },
            "notifications:search": {"nom": "Garricou", "prenom": ""},
            "notifications:found": {"nom": "Garricou", "prenom": ""},
            "dossiers:decide": {"choix": "annuler", "motif": "erreur"},
            "dossiers:traitant": {"nom": "durandeau", "code_postal": "31000"},
            "dossiers:traitant_found": {"nom": "durandeau", "code_postal": "31000"},
            "dossiers:name_traitant": {"seen": ""},
            "dossiers:remove_traitant": {"seen": ""},
            "dossiers:answer": {"reponse": "accepter"},
            "dossiers:accept_all": {"choix": self.named.numero},
            "habilitations:name_referent": {"nom": "Nom", "prenom": "", "identifiant": "", "email": ""},
            "gestion:index": {"nom": "Nom", "prenom": "", "identifiant": "", "email": ""},
            "gestion:recherche": {"nom": "Nom", "prenom": "", "identifiant": "", "email": ""},
            "dossiers:pieces": {
                "volet": self.piece.volet_id,
                "fichier": SimpleUploadedFile("radio.png", samples.png()),
                "cle": uuid4(),
            },
            "dossiers:search": {"nom": "Garricou", "prenom": ""},
            "dossiers:found": {"nom": "Garricou", "prenom": ""},
            "observatoire:order": _order(),
            "observatoire:save_model": {"titre": "Bilan", "periode": "mois", "mensuelle": "on", "jour": "16"},
            "dossiers:edit_volet": _volet(histoire="Un texte", antecedents="renal"),
        }

    def _guichet(self, nom) -> dict:
        blank = dict.fromkeys(("domaine", "telephone", "email", "horaires"), "")
        return {"nom": nom, **blank, "unites": self.unite.pk, "version": 1}

    def _decision(self, today) -> dict:
        return {"decision": "reduce", "fin": str(today + timedelta(days=5)), "motif": "Fin de mission."}

    def query(self, route: Route) -> dict:
        """What may follow its «?», each of them good."""
        return dict(self._queries.get(route.name, {}))

    @cached_property
    def _queries(self) -> dict[str, dict]:
        days = {"debut": "2026-01-01", "fin": "2027-01-01"}
        structure = {"par": self.referent.pk, "genre": "fins", "personne": self.plain.pk, **days}
        return {
            "accueil": {"suite": "/medecin/"},
            "annuaire:publique": dict.fromkeys(
                ("lieu", "km", "nature", "nom", "pathologie", "prestation"), ""
            ),
            "authcps:medecin": {"suite": "/medecin/"},
            "authcps:professionnel": {"suite": "/mon-compte/"},
            "authcps:psc": {"porte": "medecin", "suite": "/medecin/"},
            "authcps:card_failed": {"motif": "late"},
            "authcps:card_return": {"ticket": "x"},
            "authcps:card_tls": {"defi": "7a3c0b5e-8f7e-4c57-9d6e-0d7d1a1f8f10"},
            "delegations:activity": {"par": self.assistant.pk, "genre": "actions", **days},
            "delegations:export_activity": {"par": self.assistant.pk, "genre": "actions", **days},
            "delegations:history_confreres": {"par": self.owner.pk, "page": "1", **days},
            "delegations:history_assistants": {"par": self.owner.pk, "page": "1", **days},
            "delegations:search": {"nom": "durandeau", "code_postal": "31000"},
            "observatoire:figures": {"pour": "etablissement", "periode": "derniere"},
            "observatoire:consulter": {"q": "bilan", "rapport": "SAN-01", "etat": "attente", "page": "1"},
            "annuaire:fermeture": {"mot": "Centre"},
            "annuaire:repartir": {"mot": "Centre"},
            "annuaire:guichets": {"page": "1"},
            "habilitations:campagnes": {"page": "1"},
            "habilitations:campagne": {"page": "1"},
            "habilitations:campagne_entrust": {"page": "1"},
            "habilitations:campagne_report": {"page": "1"},
            "habilitations:campagne_create": {
                "structure": "Centre",
                "lieux": f"unite:{self.unite.pk}",
                "inutilisees": "oui",
            },
            "habilitations:examens": {"etat": "", "profil": "prescripteur_medical", "page": "1"},
            "habilitations:demandes": {"toutes": "oui", "page": "1"},
            "habilitations:demande_choose": {"q": "Centre"},
            "habilitations:orphelines": {"page": "1"},
            **{f"habilitations:{page}": FOLLOWED for page in ("deploiement", "deploiement_export")},
            "habilitations:import": {"page": "1"},
            "habilitations:grant": {"compte": self.plain.pk},
            "habilitations:revue": self._review(),
            "habilitations:revue_export": self._review(),
            "habilitations:fin": {"retour": "vue=mois"},
            "habilitations:lot_prolong": {"choix": self.habilitation.pk, "retour": "vue=mois"},
            "habilitations:lot_revoke": {"choix": self.habilitation.pk, "retour": "vue=mois"},
            "habilitations:grant_profil": {"compte": self.plain.pk, "structure": "Centre"},
            "mes_droits": {"droit": "envoi"},
            "gestion:droits": {"droit": "envoi"},
            "gestion:journal": {"avant": "1000000"},
            "gestion:envois": {"etat": "sent", "canal": "mail", "page": "1"},
            "annuaire:etablissements": {
                "q": "Centre",
                "etat": "non_synchronise",
                "fiche": "non",
                "verifiee": "jamais",
                "page": "1",
            },
            "annuaire:history_etablissement": {"page": "1"},
            "annuaire:releves": {"page": "1"},
            "annuaire:releve": {"apres": "1"},
            "annuaire:history_unite": {"page": "1"},
            "etablissement_habilitations": {"page": "1"},
            "dossiers:index": {
                "etat": "redaction",
                "tri": "nom",
                "orientation": Orientation.SANITAIRE,
                "liste": "tous",
                "coche": "page",
                "taille": "50",
                "page": "1",
            },
            "dossiers:accept_all": {"choix": self.named.numero},
            "dossiers:create": {"orientation": Orientation.SANITAIRE},
            "dossiers:search": {"numero": self.dossier.numero},
            "dossiers:edit_volet": {"repartir": "oui"},
            "demandes:choose": {"mot": "Centre"},
            **{f"tableaux:{page}": LISTED for page in OF_TABLEAUX},
            **{f"tableaux:{page}": {"vue": "closes", "apres": "1"} for page in ("mdph", "esms")},
            **{f"tableaux:{page}_workbook": {"vue": "closes"} for page in ("mdph", "esms")},
            "notifications:notify": {"departement": "31", "nom": "Institut"},
            "notifications:statut": {"vers": "46"},
            **{f"demandes:{page}": {"page": "1"} for page in ("offre", "offre_found")},
            "dossiers:history": {"par": self.owner.pk, "genre": "consultations", "page": "1", **days},
            "dossiers:print_history": {"par": self.owner.pk, "genre": "volets", **days},
            "habilitations:journal": structure | {"avant": "1"},
            "habilitations:journal_export": structure,
            "demo:mailbox": {"format": "json", "to": "a@b.example", "since": "2026-11-21"},
        }

    def browser(self, role: str) -> Browser:
        user, chosen = self._people()[role]
        in_force = chosen in (self.lent, self.reading)
        browser = Browser(role, principal=chosen.delegant if in_force else user)
        if user:
            means = Means.CPE if role == "support" else Means.MAIL
            sign_in(browser.client, user, acting=chosen, means=means)
        if role in ("signing", "arriving"):
            self._begin(browser.client, role)
        return browser

    def _begin(self, client, role):
        """`signing`: the password is right, the code not given; `arriving`: a card that no account has."""
        card = Verified(Means.CPS, next_idnat(), "DURANDEAU", "Anaïs", profession="10", categorie="C")
        attempt = Attempt.objects.create(
            user=self.owner if role == "signing" else None,
            identity=asdict(card) if role == "arriving" else None,
            means=card.means if role == "arriving" else "",
            door=Attempt.Door.MEDECIN,
            ends=timezone.now() + timedelta(minutes=30),
        )
        session = client.session
        session["attempt"] = str(attempt.pk)
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def _people(self) -> dict:
        """Role → who, and the délégation that the session has chosen (in force or not)."""
        return {
            "anonymous": (None, None),
            "signing": (None, None),
            "arriving": (None, None),
            "owner": (self.owner, None),
            "other": (self.other, None),
            "confrere": (self.confrere, None),
            "acting": (self.confrere, self.lent),
            "reader": (self.assistant, self.reading),
            "ended": (self.left, self.ended),
            "waiting": (self.asked, self.waiting),
            "support": (self.support, None),
            "plain": (self.plain, None),
            "referent": (self.referent, None),
            "neighbour": (self.neighbour, None),
        }


ROLES = (
    "anonymous signing arriving owner other confrere acting reader ended waiting support plain "
    "referent neighbour"
).split()


def _ordered(user) -> Commande:
    """One that has failed: it may be sent again."""
    days = {"debut": date(2026, 9, 1), "fin": date(2026, 9, 30)}
    known = {
        "rapport": "SAN-01",
        "niveau": "etablissement",
        "etat": "erreur",
        "raison": "Le stockage est plein.",
    }
    return Commande.objects.create(user=user, **known, **days)


def _order() -> dict:
    """All that the page of an order sends."""
    rapport = rapports.get("SAN-01")
    criteres = {f"critere_{one.cle}": [] for one in rapport.criteres} if rapport else {}
    known = {"periode": "mois", "debut": "2026-09-01", "fin": "2026-09-30", "pour": "etablissement"}
    return known | criteres | {"commentaire": "", "format": "xlsx", "estimer": "", "cle": uuid4()}


def _volet(**typed) -> dict:
    """All that the page of a volet médical sends."""
    names = {"formulaire": "1", "version": "1", "timbre": "zut", "suite": "etat", "valider": "oui"}
    for code, champ in volets.current("medical", Orientation.SANITAIRE).champs.items():
        rows = range(getattr(champ, "blank", 0))
        cells = [f"{code}-{row}-{one.code}" for row in rows for one in getattr(champ, "colonnes", ())]
        names |= dict.fromkeys(cells or [code], "")
    return names | typed


def _departement() -> Departement:
    """Of its coordination; and a thésaurus of one pathologie."""
    region, _ = Region.objects.get_or_create(code="Z9", defaults={"nom": "Région"})
    known = {"nom": "Pathologies", "version": "1", "sha256": "0" * 64, "chargee_le": timezone.now()}
    one, _ = Nomenclature.objects.get_or_create(code="PATHOLOGIES", defaults=known)
    said = {"libelle": "AVC", "groupe": "Système nerveux", "depuis": "1"}
    Concept.objects.get_or_create(nomenclature=one, code="AVC", defaults=said)
    return Departement.objects.get_or_create(code="31", defaults={"nom": "Haute-Garonne", "region": region})[
        0
    ]


def _sheet(niveau) -> dict:
    """All that the rubrique «Accueil» sends."""
    (rubrique,) = [one for one in fiches.RUBRIQUES[niveau] if one.code == "accueil"]
    names = {"version": "3"}
    for one in rubrique.donnees:
        rows = range(getattr(one.champ, "blank", 0))
        cells = [f"{one.code}-{n}-{cell.code}" for n in rows for cell in getattr(one.champ, "colonnes", ())]
        names |= dict.fromkeys(cells or [one.code], "")
    return names | {"descriptif": "Un texte"}


def _notified(user, mdph) -> Notification:
    """To the établissement of this référent, who then also is of its ESMS, and of the MDPH."""
    etablissement = Habilitation.objects.of(user).get().etablissement
    UniteFactory(etablissement=etablissement, nature=Nature.ESMS, type_offre="48")
    HabilitationFactory(user=user, lieu=mdph, profil="mdph_gestionnaire")
    HabilitationFactory(user=user, lieu=etablissement, profil="esms_gestionnaire")
    today, lieu = timezone.localdate(), Lieu.of(etablissement)
    decision = Decision.objects.create(
        mdph=mdph,
        numero="2026-1",
        nom="Garricou",
        prenom="Michel",
        date_naissance=date(2014, 2, 18),
        sexe="M",
        categorie="48",
        debut=today,
        fin=today,
        cree_par=user,
    )
    # Read already: to look at it once more writes nothing.
    said = {"statut": "40", "date_statut": today, "lue_par": user, **_times("depuis", "sent_at", "lue_at")}
    return Notification.objects.create(
        decision=decision, mdph=mdph, niveau=lieu.niveau, **lieu.columns, **said
    )


def _described(structure) -> Modification:
    """Twice, so that there is a former text: the later change."""
    by = as_professionnel(referent_of(getattr(structure, "etablissement", structure)))
    for version, text in ((1, "Avant"), (2, "Après")):
        known = {"values": {"descriptif": text}, "version": version}
        structure = annuaire.actions.modify(structure, **known, now=timezone.now(), by=by)
    return Modification.objects.of(structure).latest("pk")


def _described_by_the_ror(unite, referent) -> tuple[Offre, Rapprochement]:
    """One offer to decide of; another that somebody has joined to the unit."""
    now = timezone.now()
    site = SiteRor.objects.create(finess=unite.etablissement.finess, nom="Centre", vu_le=now)
    site.valeurs = {"nom": "Centre hospitalier du ROR", "telephone": "+33199001234"}
    site.save()
    waiting, joined = (
        Offre.objects.create(
            site=site, cle=f"99/{n}", nom=f"Offre {n}", valeurs={"nom": unite.nom}, vue_le=now
        )
        for n in "12"
    )
    Etablissement.objects.filter(pk=unite.etablissement_id).update(synchronisation="rapproche")
    known = {"etablissement": unite.etablissement, "le": now, "par": referent}
    return waiting, Rapprochement.objects.create(suite="jointe", offre=joined, unite=unite, **known)


def _received(etablissement) -> Releve:
    """A run of the ROR, which says something new of it."""
    recu = {"etablissements": 1, "offres": 2, "differents": 1, "absents": 0, "regions": {"99": 1}}
    releve = Releve.objects.create(
        genre="complet",
        etat="fini",
        source="le ROR",
        profil=0,
        by="ror",
        bilan={"recu": recu, "codes_inconnus": ["TRE_R211:999"], "offres_nouvelles": 2, "derive": 1},
        **_times("commence_le", "fini_le"),
    )
    releve.arrivages.create(finess=etablissement.finess, etat="fait", bilan={"offres_nouvelles": 2})
    return releve


def _asked(user, lieu) -> DemandeHabilitation:
    """A request for a habilitation, that waits for an answer."""
    held = Lieu.of(lieu)
    return DemandeHabilitation.objects.create(
        user=user,
        profil="equipe_soignante",
        niveau=held.niveau,
        fin=timezone.localdate() + timedelta(days=30),
        **_times("asked_at"),
        **held.columns,
    )


def _changed(user, habilitation) -> Changement:
    """What he has just done to it, and may undo."""
    before = {"fin": str(habilitation.debut), "revoked_at": None, "revoked_by": None, "hung": []}
    row = {"table": habilitation._meta.db_table, "pk": habilitation.pk, "version": 1, "before": before}
    return Changement.objects.create(user=user, verb="habilitation.moved", rows=[row])


def _times(*names) -> dict:
    return dict.fromkeys(names, timezone.now())


def _reader(owner, assistant) -> Delegation:
    """An assistant who may see the list and read, nothing else."""
    delegation = DelegationFactory(
        kind=Delegation.Kind.ASSISTANT, delegant=owner, delegataire=assistant, professionnel=None
    )
    for droit, mode in ((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.VOLET_ADMINISTRATIF, Mode.LECTURE)):
        DroitDelegue.objects.create(
            delegation=delegation, orientation=Orientation.SANITAIRE, droit=droit, mode=mode
        )
    return delegation


def listed(idnat, **known) -> Activite:
    """A médecin of the national directory, without account."""
    said = {"nom": "DURANDEAU", "prenom": "Anaïs", "code_postal": "31000"}
    return files.add(**said | {"idnat": idnat} | known)
