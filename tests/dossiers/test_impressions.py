"""DOS-3, DOS-4, DOS-5: a dossier on paper holds what its reader's mode allows, and leaves a line."""

from html import unescape

import pytest
from django.utils.html import strip_tags

from dossiers import policies
from dossiers.models import LienMedecin, Role, Volet
from dossiers.volets import aggir
from journal.models import Entry
from tests.dossiers.factories import (
    LISTER,
    READER,
    DossierFactory,
    join,
    lend,
    name_traitant,
    place_at,
    volet_of,
    write,
)
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
    sign_in,
)
from tests.papers import Lu
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
CANARY = "Zygomatique"
PDF = "demande-admission/"
SAID = {"volet": "Veuve depuis 2001.", "medical": "Chutes à répétition."}


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def unite():
    return UniteFactory(nom="Chirurgie", etablissement=EtablissementFactory(nom="CH de Saint-Aubin"))


@pytest.fixture
def aged(medecin):
    return DossierFactory(auteur=medecin, orientation="grand_age", nom=CANARY, prenom="Noëlle", **SAID)


def path(dossier, tail="imprimer/") -> str:
    return f"/dossiers/{dossier.numero}/{tail}"


def words_of(response) -> str:
    return " ".join(unescape(strip_tags(response.text.replace("<", " <"))).split())


def held(lieu, profil, mode="", **known):
    """A professional of this place; `mode`: of his board."""
    row = HabilitationFactory(lieu=lieu, profil=profil, **known)
    if mode:
        row.droits.create(domaine="sanitaire", droit="tableau_demandeur", mode=mode)
    return row.user


class TestPage:
    def test_who_what_by_whom_and_when(self, client, medecin, aged):
        shown = words_of(sign_in(client, medecin).get(path(aged)))
        for words in (CANARY, "Noëlle", "Volet administratif", "Veuve depuis 2001.", "Chutes à répétition."):
            assert words in shown
        assert "Imprimé par Dr Christine Leclercq le " in shown
        assert "Non validé à ce jour (en cours)." in shown

    def test_in_whose_name(self, client, medecin, aged):
        delegation = lend(medecin, droits=READER, orientations=("grand_age",))
        shown = words_of(sign_in(client, delegation.delegataire, acting=delegation).get(path(aged)))
        assert "Imprimé par Sonia Petit, au nom du Dr Christine Leclercq, le" in shown

    def test_it_is_a_reading_that_names_its_volets(self, client, medecin, aged):
        sign_in(client, medecin).get(path(aged))
        entry = Entry.objects.about(aged).get()
        assert entry.event == "dossier.printed"
        assert entry.sentence == (
            "Le médecin Christine Leclercq a affiché le dossier pour l’imprimer "
            "(volet médical, volet administratif)"
        )
        history = words_of(sign_in(client, medecin).get(path(aged, "historique/")))
        assert "1 consultation" in history

    def test_a_volet_that_may_not_be_read_is_named_and_empty(self, client, medecin, aged):
        delegation = lend(medecin, droits=READER, orientations=("grand_age",))
        shown = words_of(sign_in(client, delegation.delegataire, acting=delegation).get(path(aged)))
        assert "Veuve depuis 2001." in shown
        assert "Chutes à répétition." not in shown
        assert "Volet médical Vous n’avez pas accès à ce volet." in shown

    def test_without_a_volet_it_is_still_noted(self, client, medecin, aged):
        delegation = lend(medecin, droits=LISTER, orientations=("grand_age",))
        sign_in(client, delegation.delegataire, acting=delegation).get(path(aged))
        assert Entry.objects.about(aged).get().data["volets"] == ["aucun volet"]

    def test_files_of_the_volets_that_may_be_read_are_named(self, client, medecin, aged):
        for kind in ("administratif", "medical"):
            join(volet_of(aged, kind), nom=f"Pièce du {kind}.pdf", added_by=medecin)
        delegation = lend(medecin, droits=READER, orientations=("grand_age",))
        sign_in(client, delegation.delegataire, acting=delegation)
        for text in (words_of(client.get(path(aged))), Lu(client.get(path(aged, PDF)).content).text):
            assert "Pièce du administratif.pdf (" in text
            assert "Pièce du medical.pdf" not in text

    def test_in_mode_anonyme_no_name_and_no_free_text(self, client, unite, medecin):
        dossier = DossierFactory(auteur=None, lieu=unite, nom=CANARY, prenom="Noëlle", **SAID)
        join(volet_of(dossier, "medical"), nom=f"{CANARY}.pdf", added_by=medecin)
        reader = held(unite, "prescripteur_medical", "anonyme")
        shown = words_of(sign_in(client, reader).get(path(dossier)))
        for name in (CANARY, "Noëlle", "18/02/1957", "Veuve", "Chutes"):
            assert name not in shown
        assert "Aucune réponse ne peut être affichée sans le nom du patient." in shown
        assert "Volet médical" in shown

    @pytest.mark.parametrize("tail", ["imprimer/", "demande-admission/"])
    def test_not_yours_and_unknown_are_the_same_answer(self, client, aged, tail):
        sign_in(client, MedecinFactory())
        assert client.get(path(aged, tail)).status_code == 404
        assert client.get(f"/dossiers/10000000/{tail}").status_code == 404
        assert not Entry.objects.about(aged).exists()


class TestAnswers:
    """By the forms of today: what was answered, who has validated it, the GIR that follows."""

    @pytest.fixture
    def autonomie(self, medecin, aged):
        Volet.objects.create(dossier=aged, kind="autonomie")
        grille = dict.fromkeys(aggir.VARIABLES, "C") | {"evaluation": "2026-10-12", "gir_declare": "4"}
        write(volet_of(aged, "autonomie"), by=as_medecin(medecin), valider=True, **grille)

    @pytest.mark.parametrize("tail", ["imprimer/", PDF])
    def test_on_both_papers(self, client, medecin, aged, autonomie, tail):
        write(volet_of(aged), by=as_medecin(medecin), delai="immediat", motif="Ne vit plus seule.")
        answer = sign_in(client, medecin).get(path(aged, tail))
        text = Lu(answer.content).text if tail == PDF else words_of(answer)
        for words in ("Ne vit plus seule.", "Immédiat", "12/10/2026", "Veuve depuis 2001."):
            assert words in text
        assert "GIR calculé d’après la grille : " in text
        assert "par le Dr Christine Leclercq." in text
        assert text.count("Texte saisi avant ce formulaire") == 1

    def test_one_validated_in_a_name(self, client, medecin, aged, autonomie):
        leon = MedecinFactory(nom="Léon", prenom="Gabriel")
        aged.volets.filter(kind="autonomie").update(validated_by=leon, validated_for=medecin)
        shown = words_of(sign_in(client, medecin).get(path(aged)))
        assert "par le Dr Gabriel Léon, au nom du Dr Christine Leclercq." in shown

    def test_one_validated_by_who_is_no_medecin(self, client, medecin, aged, autonomie):
        claire = UserFactory(nom="Arnaud", prenom="Claire")
        aged.volets.filter(kind="autonomie").update(validated_by=claire)
        shown = words_of(sign_in(client, medecin).get(path(aged)))
        assert " par Claire Arnaud." in shown

    def test_what_was_never_filled_is_printed_as_the_empty_form(self, client, medecin):
        empty = DossierFactory(auteur=medecin, orientation="grand_age")
        read = Lu(sign_in(client, medecin).get(path(empty, PDF)).content)
        assert "Type d’accueil demandé" in read.text
        assert "Antécédents médicaux et chirurgicaux" in read.text
        assert "Autres réponses" not in read.text

    def test_in_mode_anonyme_codes_and_days_of_the_stay_only(self, client, unite, medecin):
        dossier = DossierFactory(auteur=None, lieu=unite, nom=CANARY)
        writer = held(unite, "prescripteur_medical")
        said = {"isolement": "contact", "histoire": "Vue chez Zoé.", "chirurgie": "2026-10-12"}
        write(volet_of(dossier, "medical"), by=as_professionnel(writer), **said)
        reader = held(unite, "prescripteur_medical", "anonyme")
        shown = words_of(sign_in(client, reader).get(path(dossier)))
        assert "Isolement Contact" in shown
        assert "12/10/2026" in shown
        assert "Zoé" not in shown
        assert "Histoire de la maladie" not in shown


class TestDownload:
    @pytest.fixture
    def answer(self, client, medecin, aged):
        return sign_in(client, medecin).get(path(aged, PDF))

    def test_the_file(self, answer, aged):
        assert answer.headers["Content-Disposition"] == f'attachment; filename="dossier-{aged.numero}.pdf"'
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_what_it_says(self, answer, medecin):
        read = Lu(answer.content)
        for words in (CANARY, "Noëlle", "18/02/1957", "Veuve depuis 2001.", "Chutes à répétition."):
            assert words in read.text
        assert "Imprimé par Dr Christine Leclercq le" in read.text
        assert CANARY not in str(read.metadata) + str(read.outline) + str(answer.headers)

    def test_it_names_the_medecin_traitant(self, client, medecin, aged):
        name_traitant(aged, MedecinFactory(nom="Léon", prenom="Gabriel"), LienMedecin.Etat.A_ACCEPTER)
        answer = sign_in(client, medecin).get(path(aged, PDF))
        assert "Léon" in Lu(answer.content).text

    def test_it_is_a_reading_that_names_its_volets(self, answer, aged):
        entry = Entry.objects.about(aged).get()
        assert entry.event == "dossier.downloaded"
        assert "(volet médical, volet administratif)" in entry.sentence

    def test_what_may_not_be_read_is_not_in_it(self, client, medecin, aged):
        delegation = lend(medecin, droits=READER, orientations=("grand_age",))
        sign_in(client, delegation.delegataire, acting=delegation)
        answer = client.get(path(aged, PDF))
        read = Lu(answer.content)
        assert "Veuve depuis 2001." in read.text
        assert "Chutes" not in read.text
        assert (
            "Sans : volet médical, dont la lecture n’est pas ouverte à qui imprime ce document." in read.text
        )

    def test_of_no_other_orientation(self, client, medecin):
        dossier = DossierFactory(auteur=medecin)
        assert sign_in(client, medecin).get(path(dossier, PDF)).status_code == 403
        assert "demande-admission" not in client.get(dossier.get_absolute_url()).text

    def test_the_page_of_the_dossier_leads_to_both(self, client, medecin, aged):
        page = sign_in(client, medecin).get(aged.get_absolute_url()).text
        assert path(aged, PDF) in page
        assert path(aged) in page


def ehpad(mode):
    return {"domaine": "grand_age", "droit": "tableau_receveur", "mode": mode}


class TestWho:
    """The truth table, with the near miss."""

    @pytest.fixture
    def named(self, aged):
        return aged, MedecinFactory(nom="Léon")

    def test_the_medecin_and_those_he_lends_to(self, medecin, aged):
        table = {
            as_medecin(medecin): (True, True),
            as_delegate(lend(medecin, droits=READER, orientations=("grand_age",))): (True, True),
            as_delegate(lend(medecin, droits=LISTER, orientations=("grand_age",))): (True, False),
            as_delegate(lend(medecin, droits=READER, orientations=("sanitaire",))): (False, False),
            as_medecin(MedecinFactory()): (False, False),
        }
        assert _asked(aged, table) == list(table.values())

    def test_a_medecin_traitant_once_he_has_accepted(self, named):
        dossier, leon = named
        lien = name_traitant(dossier, leon, LienMedecin.Etat.A_ACCEPTER)
        before = _asked(dossier, {as_medecin(leon): None})
        lien.delete()
        dossier.presences.filter(role=Role.TRAITANT).delete()
        name_traitant(dossier, leon)
        assert before + _asked(_fresh(dossier), {as_medecin(leon): None}) == [(False, False), (True, True)]

    @pytest.mark.parametrize(
        ("mode", "may"), [("", (True, True)), ("anonyme", (True, False)), ("lecture", (True, True))]
    )
    def test_a_receveur_by_the_mode_of_his_board(self, unite, aged, mode, may):
        place_at(aged, Role.RECEVEUR, unite)
        row = HabilitationFactory(lieu=unite, profil="responsable_admissions_ga")
        if mode:
            row.droits.create(**ehpad(mode))
        assert _asked(_fresh(aged), {as_professionnel(row.user): None}) == [may]

    def test_the_reason_is_said(self, unite, aged):
        place_at(aged, Role.RECEVEUR, unite)
        row = HabilitationFactory(lieu=unite, profil="responsable_admissions_ga")
        row.droits.create(**ehpad("anonyme"))
        with pytest.raises(Denied, match="mode anonyme"):
            policies.download(as_professionnel(row.user), _fresh(aged))


def _asked(dossier, actors) -> list[tuple[bool, bool]]:
    both = (policies.print_dossier, policies.download)
    return [tuple(can(policy, actor, dossier) for policy in both) for actor in actors]


def _fresh(dossier):
    return type(dossier).objects.get(pk=dossier.pk)
