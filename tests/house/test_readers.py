"""Bytes from outside are read by readers that declare their one exception, each tried by the thousand."""

import ast
from importlib import import_module

import pytest

from tests.house.source import Module, dotted, modules
from tests.readers.campaigns import CAMPAIGNS
from viatraj.core.reading import READERS

# What takes bytes or text apart and may raise whatever it likes, by the last part of its name; with a dot,
# by the last two.
PARSERS = {
    *"b64decode b32decode b16decode urlsafe_b64decode urlsafe_base64_decode a85decode".split(),
    *"load_workbook ZipFile TarFile BytesParser message_from_bytes frombuffer literal_eval".split(),
    *"fromstring iterparse XMLParser parseString unpack unpack_from import_key_set verify_solution".split(),
    *"load_pem_x509_certificate load_pem_x509_certificates load_der_x509_certificate".split(),
    *"load_pem_x509_crl load_der_x509_crl load_der_x509_csr load_pem_private_key from_base64".split(),
    *"json.loads json.load raw_decode tomllib.loads tomllib.load pickle.loads".split(),
    *"csv.reader csv.DictReader".split(),
    *"jwt.decode Image.open pikepdf.open pdf.open answer.json response.json zlib.decompress".split(),
}
# Functions that take apart what we wrote ourselves, or what an administrator did: why no reader is needed.
OURS = {
    "authcps/poste/programme_du_poste/configuration.py:read": "its administrator's file, or Mistake",
    "authcps/views/secours.py:_key": "the key that this session holds, sealed by us",
    "courrier/secrets.py:unseal": "a body that we sealed",
    "viatraj/core/files/pdf_child.py:examine": "in a process of its own, whose one word `content.read` takes",
    "dossiers/reads/saisies.py:kept": "what somebody was typing, sealed by us",
    "viatraj/core/searches.py:find": "what this session holds, sealed by us",
    "annuaire/ror/sites.py:Index.add": "what a former run has kept of a resource, written by us",
    "viatraj/core/workbook.py:Workbook.__init__": "an archive that we write",
    "viatraj/core/csv_list.py:CsvArchive.__init__": "an archive that we write",
}
DEMO = "viatraj/demo/"  # the simulators are the outside


def parses(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = dotted(node.func) or getattr(node.func, "attr", "")
    return name.split(".")[-1] in PARSERS or ".".join(name.split(".")[-2:]) in PARSERS


def functions(tree: ast.Module):
    """(qualified name, function) of all that stand in the module or in its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{name}", one) for name, one in functions(node))


def undeclared(module: Module) -> list[str]:
    """Functions that parse, and that no reader of this module leads to."""
    known = dict(functions(module.tree))
    readers = {name for name, one in known.items() if any(map(is_reads, one.decorator_list))}
    reached, waiting = set(readers), list(readers)
    while waiting:
        named = {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(known[waiting.pop()])
            if isinstance(node, ast.Name | ast.Attribute)
        }
        found = {name for name in known if name.split(".")[-1] in named} - reached
        reached |= found
        waiting += found
    outside = [name for name, one in known.items() if any(map(parses, ast.walk(one))) and name not in reached]
    return [f"{module.path}:{name}" for name in outside]


def is_reads(decorator) -> bool:
    return isinstance(decorator, ast.Call) and dotted(decorator.func).split(".")[-1] == "reads"


def ours() -> list[Module]:
    return [module for module in modules() if not module.path.startswith(DEMO)]


def test_whatever_takes_bytes_apart_is_a_reader():
    found = {name for module in ours() for name in undeclared(module)}
    assert found == OURS.keys(), "declare the exception: viatraj.core.reading.reads"


def test_each_reader_is_tried_by_the_thousand():
    for module in ours():
        if any(is_reads(one) for _, function in functions(module.tree) for one in function.decorator_list):
            import_module(module.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
    assert {campaign.reader for campaign in CAMPAIGNS} == READERS.keys()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def read(raw):\n    return json.loads(raw)", ["a.py:read"]),
        ("@reads(Refused, Refused)\ndef read(raw):\n    return json.loads(raw)", []),
        ("@reads(A, A)\ndef read(raw):\n    _x(raw)\ndef _x(raw):\n    csv.reader(raw)", []),
        ("class A:\n    def read(self, raw):\n        return base64.b64decode(raw)", ["a.py:A.read"]),
        ("def write(rows):\n    return json.dumps(rows)", []),
    ],
)
def test_a_reader_is_recognised(code, found):
    module = Module("a.py")
    vars(module)["tree"] = ast.parse(code)
    assert undeclared(module) == found
