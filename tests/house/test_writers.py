"""Only actions write; each knows who does it, asks a policy and leaves a line in the journal (TRC-1)."""

import ast
import re
from functools import cache

import pytest
from django.apps import apps

from tests.house.source import APPS, ROOT, Module, dotted, modules, public_actions

SYNC = "save create delete bulk_create bulk_update get_or_create update_or_create".split()
WRITES = frozenset(SYNC + [f"a{name}" for name in SYNC])
STATEMENTS = frozenset(("execute", "executemany", "copy"))
HARMLESS_SQL = re.compile(
    r"\s*(SELECT|WITH|LISTEN|UNLISTEN|SET)\b(?!.*\b(INSERT|UPDATE|DELETE|TRUNCATE|ALTER)\b)", re.S
)

# What may write outside actions, and why.
WRITERS = {
    "accounts/sessions.py": "the session store: no act of a person, Django calls it at each request",
    "annuaire/loading/__init__.py": "COPY of two million lines, called by annuaire.actions.import_rpps alone",
    "annuaire/loading/fiches.py": "sheets that annuaire.actions.nourris holds, many in one statement",
    "annuaire/loading/finess/__init__.py": "COPY of sites, called by annuaire.actions.import_finess alone",
    "annuaire/loading/ror.py": "COPY of resources and of lots, called by annuaire.actions.releves and lots",
    "annuaire/loading/lexique.py": "surnames and places of the lines just loaded, for its package alone",
    "annuaire/loading/territoires.py": "COPY of 40,000 rows, for annuaire.actions.load_territoire",
    "observatoire/magasin/__init__.py": "facts by sets, for observatoire.actions.magasin alone",
    "courrier/delivery.py": "the sender: marks messages as sent, outside any person's act",
    "courrier/outbox.py": "the way into the outbox, in the transaction of the action that posts",
    "journal/models.py": "`record`, the way into the journal, in the transaction of the action that records",
    "viatraj/core/management/commands/migrate.py": "Django's command, by the owner",
    "viatraj/core/roles.py": "who may do what in the database, said by its owner at each migration",
    "habilitations/imports/modele.py": "openpyxl's own `save`, of a workbook",
    "viatraj/core/saving.py": "`save_valid` itself, which only actions may name",
    "viatraj/core/files/vault.py": "files in their storage, for the actions that keep their row",
    "viatraj/core/files/parts.py": "long files in their storage, for the actions that keep their row",
    "viatraj/demo/admissions.py": "dossiers of the demonstration were written before they were sent",
    "viatraj/demo/anciens.py": "dossiers of the demonstration that are older than it, and told to nobody",
    "viatraj/demo/offres.py": "what the invented country of `pays` offers, by COPY and SQL",
    "viatraj/demo/parcours.py": "what was asked for these dossiers, written by SQL",
    "viatraj/demo/patientele.py": "a country of invented dossiers, written by SQL",
    "viatraj/demo/patients.py": "nobody is told of the dossiers that the demonstration begins with",
    "viatraj/demo/pays.py": "two million invented rows for load tests; it exists with DEMO=1 only",
    "journal/seals.py": "seals of the journal: its own proof, made by a process",
}
# What executes SQL put together elsewhere, but holds no word that writes.
READERS = {
    "demandes/reads/tableaux/statements.py": "boards, walked place by place: words of ours",
    "demandes/reads/offre.py": "the statement that ranks, planned each time: a place is crowded or empty",
    "dossiers/perimetres.py": "a union of the ORM’s own selects, sorted as Django cannot",
    "observatoire/rapports/groupes.py": "groups of facts around the ORM’s own select",
    "viatraj/demo/mesures.py": "how many rows a table of ours has, how large it is",
    "viatraj/core/prepared.py": "statements of its callers, planned once a connection; they only read",
    "viatraj/core/turns.py": "advisory locks: words of ours",
}
WRITING = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|ALTER|DROP|CREATE|COPY|MERGE|GRANT|CALL|DO)\b")
# Shared by the modules of one package of actions: a part of a verb, no verb by itself.
PARTS = {
    "accounts:as_it_is": "writes nothing: an account's columns, to be put back one day",
    "accounts:close": "of disabling: what was open ends",
    "accounts:end_since": "of undoing and of correcting an address: walks the list of ways in",
    "accounts:every": "writes nothing: the list of ways in",
    "accounts:known_by_link": "writes nothing: an Actor made from another",
    "accounts:locked_as_proved": "writes nothing: the row that a proved password was of",
    "accounts:new_change": "of send_link, and of change_email",
    "accounts:put_back": "of undoing a change: sets columns, without saving",
    "accounts:refuse_kept": "writes nothing: of whatever gives an address to an account",
    "accounts:send_link": "of ask_change and ask_first_address",
    "authcps:finish": "of redeem and skip_code",
    "authcps:known_as": "writes nothing: an Actor made from another",
    "annuaire:alone": "of every import: one at a time",
    "annuaire:as_it_was": "writes nothing: what the ROR is about to write over",
    "annuaire:feed_joined": "of entering the synchronisation, and of joining within it",
    "annuaire:feed_ror": "of a run, of entering and of joining: `feed`, with what the ROR says",
    "annuaire:hold_picture": "writes nothing: locks what the ROR says of an établissement",
    "annuaire:hold_site": "writes nothing: the same, and the établissement",
    "annuaire:put_back": "of undoing a join: its unit’s former values",
    "annuaire:ask_source": "writes nothing: asks the ROR, of a delta at once or after a wait",
    "annuaire:known": "writes nothing: a field of a sheet",
    "annuaire:known_communes": "writes nothing: which of these communes we have",
    "annuaire:of_the_ror": "writes nothing: what the ROR says, as our sheets have it",
    "annuaire:put": "of every verb that holds sheets: values, origins, histories, of one or of many",
    "annuaire:begun": "writes nothing: a row of a run, for who saves it",
    "annuaire:end": "of refusing a run, and of waiting no longer for it",
    "annuaire:ended": "of the same, and of giving up a run that waits",
    "annuaire:nobody_else": "writes nothing: of whatever begins a run",
    "annuaire:since": "writes nothing: from when changes are asked for",
    "annuaire:put_off": "of look_ror: the same run, later, or ended",
    "annuaire:received": "writes nothing: what the journal keeps of a run that was received",
    "annuaire:put_offre": "sets columns, without saving: of writing one établissement, or many",
    "annuaire:put_site": "sets columns, without saving: the same",
    "annuaire:says_new": "writes nothing: of the same",
    "annuaire:take": "of receiving a run, at once or after a wait",
    "annuaire:put_etat": "of whatever changes how an établissement stands with the ROR",
    "annuaire:above": "writes nothing: the établissement of a unit or a guichet",
    "annuaire:carry": "of moving, splitting, merging: the rows of every app",
    "annuaire:check_level": "writes nothing: of closing and merging",
    "annuaire:settle_at_once": "of closing and of opening again: settles little at once",
    "annuaire:check_at_work": "writes nothing: what a closing is still settling",
    "annuaire:lying_below": "writes nothing: whether more lies below than a request may move",
    "annuaire:check_target": "writes nothing: of splitting and merging",
    "annuaire:doors_of": "writes nothing: the guichets of some units",
    "annuaire:hold_guichets": "writes nothing: locks them, of closing and merging",
    "annuaire:hold_rows": "writes nothing: locks what lies at a structure",
    "annuaire:hold_still": "writes nothing: locks structures with their keys",
    "annuaire:hold_units": "writes nothing: locks those of an établissement",
    "annuaire:leave_guichets": "of moving, splitting, merging",
    "annuaire:relocate": "of splitting and merging: units change établissement",
    "annuaire:tell_moved": "of moving, splitting, merging: its line in the journal",
    "annuaire:follow": "of importing the extraction: what it says of people already referred to",
    "changements:by_model": "writes nothing: the kinds that can be put back",
    "changements:every": "writes nothing: the same, in the order of locks",
    "changements:keep": "of every verb that may be undone",
    "delegations:change": "of every verb that changes a délégation: the links sent before die",
    "delegations:check_droits": "writes nothing: which rights may be lent",
    "delegations:check_period": "writes nothing: how long a délégation may last",
    "delegations:follow_number": "of import_adeli: keys of proposals to somebody whose number changes",
    "delegations:invite_key": "writes nothing: what tells one invitation from another",
    "delegations:lend": "of granting to an assistant, and of modifying",
    "demandes:settle": "of closing a structure: demandes and notifications go to its successor, or end",
    "demandes:stay": "writes nothing: of closing a structure, where notifications stand",
    "demandes:begin_notification": "of notifying: a new row, and its first line",
    "demandes:leave_unite": "of closing a unit: sets columns, without saving",
    "demandes:note_passage": "of notifying, and of `passages.put`: the line, and who is told",
    "demandes:follow_decisions": "of deciding of a dossier: its demandes end with it",
    "demandes:hold": "writes nothing: locks a dossier and its demandes, a decision and its notifications",
    "demandes:hold_of": "writes nothing: locks the demandes of dossiers that are held",
    "demandes:hold_beside": "writes nothing: locks what steps of demandes change besides",
    "demandes:hold_sought": "writes nothing: locks the dossiers that seek a solution",
    "demandes:settle_sought": "of every verb: whether its dossier is without a solution, and who is told",
    "demandes:may_leave": "of sending: a letter says no more what its reader may see no more",
    "demandes:morning": "writes nothing: when the mail of the day is due",
    "demandes:note_step": "of every verb: what is to be told",
    "demandes:note_dossier": "of writing a dossier: what is to be told on both sides",
    "demandes:note_dossier_seen": "of reading a dossier: that one has seen what the bell announced",
    "demandes:note_seen": "of reading what an alert leads to",
    "demandes:note_statut": "of every passage: what is to be told",
    "demandes:put": "of every verb: a row of the table, applied and recorded",
    "demandes:put_by_service": "of what follows from something else: a row of the service",
    "demandes:reckon": "of looking at deadlines, and of suspending a dossier: when the next one is",
    "demandes:service": "writes nothing: in whose name the service acts",
    "dossiers:admit": "of admitting: since when the patient is there",
    "dossiers:end_by_death": "of answering for a signalled death: the dossier is cancelled",
    "dossiers:settle": "of closing a structure: dossiers go to its successor",
    "dossiers:stay": "writes nothing: of closing a structure, where dossiers stand",
    "dossiers:inscribe": "of creating, naming and presenting: a dossier lies somewhere more",
    "dossiers:hold_received": "writes nothing: locks where some dossiers lie as received",
    "dossiers:leave": "of whatever closes a demande: the dossier lies there no more",
    "dossiers:receive": "of whatever sends a demande: the dossier lies there",
    "dossiers:regulate": "of every step of a demande: who is told that nothing is found",
    "dossiers:touch": "of every step of a demande: its dossier has moved",
    "dossiers:erase": "of writing a volet, and of forgetting: what was being typed in it",
    "habilitations:check_last": "of revoke, give_up, depart: writes to those above a structure left alone",
    "habilitations:tell_ror": "of a run of the ROR that ends: writes to who is to decide",
    "habilitations:settle": "of closing a structure: what is held there ends, or goes to its successor",
    "habilitations:give_back": "of opening a structure again: what its closing had ended",
    "habilitations:warn": "of what a feeder says of a structure: writes to who decides",
    "habilitations:hold_peers": "of the same, and of revoke_all: locks référents in one order",
    "habilitations:hold_open": "of deciding and of entrusting: whoever closes the campaign waits",
    "habilitations:apply": "of deciding and of closing: the verbs that a decision stands for",
    "habilitations:put_rights": "of adjusting, and of a review that reduces",
    "habilitations:take_in": "of filling a campaign, and of following it",
    "delegations:words": "writes nothing: what the journal's sentences may name",
    "habilitations:kept": "of every verb that ends by what its holders are told",
    "habilitations:put_end": "of changing an end, or many, and of answering a request",
    "habilitations:tell": "of every verb that ends by what its holders are told",
    "habilitations:tell_all": "of deciding and of closing: the same, of many lines",
    "habilitations:take_away": "of deleting one, or many",
}
# `moves.put` records each step of a demande, `passages` of a notification, `perform` is a verb whole,
# `settle_sought` says who is told.
RECORDING = {"record", "moves.put", "passages.put", "passages.begin_notification", "verbes.perform"}
RECORDING |= {"record_each", "solutions.settle_sought"}
# Public actions that ask no policy, and why.
NOBODY_IS_KNOWN_YET = "somebody is signing in: caps in SQL stand guard, not a policy"
WITHOUT_POLICY = {
    "journal:note": "what was refused is written whoever asked for it",
    "dossiers:keep_typed": "the session is over: the stamp of the form is the right",
    "accounts:note_wrong_password": NOBODY_IS_KNOWN_YET,
    "accounts:note_sign_in": NOBODY_IS_KNOWN_YET,
    "accounts:ask_new_password": NOBODY_IS_KNOWN_YET,
    "accounts:reset_password": "the link of the mail is the right",
    "authcps:redeem_totp": NOBODY_IS_KNOWN_YET,
    "authcps:redeem_recovery": NOBODY_IS_KNOWN_YET,
    "authcps:identify": NOBODY_IS_KNOWN_YET,
    "authcps:begin": NOBODY_IS_KNOWN_YET,
    "authcps:verify": NOBODY_IS_KNOWN_YET,
    "authcps:refuse": NOBODY_IS_KNOWN_YET,
    "authcps:challenge": NOBODY_IS_KNOWN_YET,
    "authcps:answer": NOBODY_IS_KNOWN_YET,
    "authcps:present": NOBODY_IS_KNOWN_YET,
    "authcps:claim": NOBODY_IS_KNOWN_YET,
    "authcps:note_card": "called by the door that has just signed him in",
    "authcps:send_code": NOBODY_IS_KNOWN_YET,
    "authcps:redeem": NOBODY_IS_KNOWN_YET,
    "authcps:skip_code": NOBODY_IS_KNOWN_YET,
    "authcps:trust": NOBODY_IS_KNOWN_YET,
    "authcps:recognise": NOBODY_IS_KNOWN_YET,
    "authcps:enrol": "called while signing in, and by the actions that verify an address",
}
# Public actions that open no transaction themselves, nor `by_slices`, and why.
IN_PARTS = {
    "annuaire:follow_avis": "each structure is one transaction",
    "annuaire:proceed_ror": "each établissement is a transaction of its own",
    "annuaire:look_ror": "each look is one transaction, its reception too, then each établissement",
    "annuaire:sync_ror": "its reception is one transaction, then each établissement",
    "annuaire:warn_closed": "each établissement is a transaction of its own",
    "demandes:send_alertes": "some people’s mails are one transaction",
    "demandes:send_recaps": "some people’s mails are one transaction",
    "observatoire:refresh_store": "each slice of dossiers is one transaction",
    "habilitations:proceed": "each slice of an import, and the end of its check, is one transaction",
    "observatoire:make_next": "an order begins, its file is written, it ends: a transaction each end",
    "observatoire:order_due": "each monthly order is a transaction of its own",
    "observatoire:take_back": "each order that a dead worker left is a transaction of its own",
    "habilitations:follow_campagne": "each slice of its lines is one transaction",
}
ACTIONS = [
    (name, module, one)
    for module, one in public_actions()
    if (name := f"{module.app}:{one.name}") not in PARTS
]


def writes_in(module: Module) -> list[str]:
    """Lines that may write rows: a writing method, called or handed on, or a raw statement."""
    called = {id(node.func): node for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _writes(node, called.get(id(node)), module):
            found.append(f"{module.path}:{node.lineno} .{node.attr}")
        elif isinstance(node, ast.Name) and node.id in ("save_valid", "update_unheld"):
            found.append(f"{module.path}:{node.lineno} {node.id}")
    return found


@cache
def _many_to_many() -> frozenset[str]:
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]
    fields = [field for model in ours for field in model._meta.local_many_to_many]
    return frozenset(
        [field.name for field in fields] + [field.remote_field.get_accessor_name() for field in fields]
    )


def _writes(node: ast.Attribute, call: ast.Call | None, module: Module) -> bool:
    if node.attr in WRITES:
        return dotted(node.value) not in module.modules
    if node.attr in ("update", "aupdate"):  # a dict, a set, a digest are given a positional argument
        return call is None or not call.args
    if node.attr in ("add", "set", "remove", "clear"):
        return isinstance(node.value, ast.Attribute) and node.value.attr in _many_to_many()
    if node.attr in STATEMENTS:
        return not _is_harmless(call, module)
    return False


def _is_harmless(call: ast.Call | None, module: Module) -> bool:
    if call and not call.args:
        return True  # `.copy()` of a dict
    first = call.args[0] if call else None
    if isinstance(first, ast.Name):
        first = module.constants.get(first.id)
    if isinstance(first, ast.JoinedStr):
        first = first.values[0]
    return isinstance(first, ast.Constant) and bool(HARMLESS_SQL.match(str(first.value)))


def test_only_actions_write():
    listed = WRITERS.keys() | READERS.keys()
    elsewhere = [module for module in modules() if not module.is_actions and module.path not in listed]
    assert [line for module in elsewhere for line in writes_in(module)] == []


def called_plainly(module: Module) -> list[str]:
    """Actions called by themselves: when two meet, nobody would try again (`saving.act`)."""
    return [
        f"{module.path}:{node.lineno} {dotted(node.func)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-2:-1] in (["actions"], ["imports"])
    ]


def test_actions_are_called_by_act_or_submit():
    """From pages, tasks and commands; an action calls another inside its own transaction."""
    outside = [one for one in modules() if not one.is_actions and not one.path.startswith("viatraj/demo/")]
    parts = "habilitations/imports/"  # of its action `proceed`
    found = [line for one in outside if not one.path.startswith(parts) for line in called_plainly(one)]
    assert found == []


def test_the_listed_writers_do_write():
    assert [path for path in WRITERS if not writes_in(Module(path))] == []


@pytest.mark.parametrize("path", READERS)
def test_the_listed_readers_only_read(path):
    module = Module(path)
    texts = [node.value for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert [text for text in texts if WRITING.search(str(text))] == []
    assert {line.split()[-1] for line in writes_in(module)} == {".execute"}


def test_what_is_prepared_only_reads():
    """`viatraj/core/prepared.py` trusts its callers: no text of theirs holds a word that writes."""
    asking = re.compile(r"prepared\.(rows\(|Asked\b)")
    by_hand = [one for one in modules() if one.path != "viatraj/core/kept.py"]  # which has the ORM's SELECT
    callers = [one for one in by_hand if asking.search((ROOT / one.path).read_text())]
    texts = [
        (one.path, node.value)
        for one in callers
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Constant) and "SELECT" in str(node.value)
    ]
    assert [found for found in texts if WRITING.search(found[1])] == []
    assert len({path for path, _ in texts}) == len(callers) > 0


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("row.save()", True),
        ("keep = row.save", True),
        ("Row.objects.create(a=1)", True),
        ("Row.objects.filter(a=1).update(a=2)", True),
        ("rows.delete()", True),
        ("guichet.unites.set(rows)", True),
        ("seen.add(row)", False),
        ("save_valid(row)", True),
        ("cursor.execute('DELETE FROM row')", True),
        ("cursor.execute('WITH x AS (SELECT 1) INSERT INTO row SELECT 1')", True),
        ("cursor.execute('SELECT 1; DELETE FROM row')", True),
        ("cursor.execute(sql)", True),
        ("SQL = 'WITH x AS (SELECT 1) SELECT 2'\ncursor.execute(SQL)", False),
        ("SQL = 'DELETE FROM row'\ncursor.execute(SQL)", True),
        ("cursor.copy('COPY row FROM STDIN')", True),
        ("cursor.execute('SELECT 1')", False),
        ("request.GET.copy()", False),
        ("known.update({'a': 1})", False),
        ("digest.update(b'a')", False),
        ("import accounts.actions\naccounts.actions.create(by=by)", False),
        ("from accounts import actions\nsubmit(form, actions.create)", False),
        ("from accounts.models import User\nUser.objects.create()", True),
    ],
)
def test_a_write_is_recognised(code, writes):
    module = Module("views.py")
    vars(module)["tree"] = ast.parse(code)
    assert bool(writes_in(module)) is writes


def test_the_loader_is_called_by_one_action():
    named = [
        module.path
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        and not module.path.startswith("annuaire/loading/")
        and "annuaire.loading"
        in {f"{getattr(node, 'module', '')}.{one.name}".lstrip(".") for one in node.names}
    ]
    assert named == ["annuaire/actions/extractions.py"]


def test_actions_are_found():
    assert {module.app for _, module, _ in ACTIONS} >= {"accounts", "annuaire", "authcps", "delegations"}


def test_every_action_says_by_whom():
    without = [
        name for name, _, function in ACTIONS if "by" not in [one.arg for one in function.args.kwonlyargs]
    ]
    assert without == []


def test_every_action_records():
    silent = [name for name, module, function in ACTIONS if not called_from(module, function) & RECORDING]
    assert silent == []


def test_every_action_asks_a_policy():
    unasked = {
        name for name, module, function in ACTIONS if not called_from(module, function) & module.policies
    }
    assert unasked == WITHOUT_POLICY.keys()


def test_every_action_is_whole_or_nothing():
    """One transaction for all of it, or inside, where hashing must hold no lock, or slice by slice."""
    in_parts = {name for name, _, function in ACTIONS if "transaction.atomic" not in opened_by(function)}
    sliced = {name for name, module, one in ACTIONS if "by_slices" in called_from(module, one)}
    assert in_parts - sliced == IN_PARTS.keys()


def opened_by(function) -> set[str]:
    withs = [node for node in ast.walk(function) if isinstance(node, ast.With)]
    opened = [item.context_expr for node in withs for item in node.items]
    calls = [node.func for node in opened if isinstance(node, ast.Call)]
    return {dotted(node) for node in [*function.decorator_list, *calls]}


def called_from(module, function) -> set[str]:
    nodes = [node for one in module.reached_from(function.name) for node in ast.walk(one)]
    return {dotted(node.func) for node in nodes if isinstance(node, ast.Call)}


def test_parts_of_actions_stay_among_actions():
    parts = {name.split(":")[1] for name in PARTS}
    known = {f"{module.app}:{function.name}" for module, function in public_actions()}
    nodes = [node for module in modules() if not module.is_actions for node in ast.walk(module.tree)]
    called = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in parts]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and ".actions" in str(node.module)]
    assert known >= PARTS.keys()
    assert [dotted(node) for node in called if "actions" in dotted(node.value)] == []
    assert parts.isdisjoint(one.name for node in imports for one in node.names)
