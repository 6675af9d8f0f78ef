"""The two commands stand on these: locks, bootstrap, environment, servers, children that die with us."""

import ast
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import yaml
from django.db import connection

import run
from tests.bench.report import line
from tests.patience import PATIENCE
from tools import children, programs, servers, supervisor

ROOT = Path(run.__file__).parent
LISTS = sorted([*ROOT.glob("requirements/*.in"), ROOT / "authcps/poste/requirements.in"])
LOCKS = [wanted.with_suffix(".txt") for wanted in LISTS]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: file.name)
def test_locks_pin_by_hash_and_name_no_host(lock):
    text = lock.read_text().replace("\\\n", " ")
    requirements = re.findall(r"^\w.*", text, flags=re.MULTILINE)
    assert requirements
    assert all("==" in one and "--hash=sha256:" in one for one in requirements)
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)


@pytest.mark.parametrize("wanted", LISTS, ids=lambda file: file.name)
def test_each_dependency_says_why(wanted):
    lines = [one for one in wanted.read_text().splitlines() if one and not one.startswith(("#", "-c"))]
    assert all(re.search(r" # \w", one) for one in lines)


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_other_pythons_are_refused_in_a_sentence(version):
    with pytest.raises(SystemExit, match=r"demande Python 3\.11, 3\.12 ou 3\.13"):
        run.refuse_other_pythons(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_our_pythons_are_taken(version):
    run.refuse_other_pythons(version)


def test_old_pythons_can_read_the_refusal():
    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 7))


def test_an_unknown_command_shows_the_known_ones():
    answer = subprocess.run([sys.executable, "run.py", "dance"], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "run.py test" in answer.stderr


def test_a_second_call_installs_nothing_until_a_lock_changes(tmp_path, monkeypatch, capsys):
    locks, venv = tmp_path / "locks", tmp_path / "venv"
    locks.mkdir()
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    for name in ("uv", *run.ALL):
        (locks / f"{name}.txt").write_text(f"{name}==1")
    installed = []
    for name, value in {"LOCKS": locks, "VENV": venv, "PYTHON": venv / "bin" / "python"}.items():
        monkeypatch.setattr(run, name, value)
    monkeypatch.setattr(run, "install", installed.append)
    run.prepare(run.DEMO)
    run.prepare(run.DEMO)
    assert installed == [run.DEMO]
    (locks / "app.txt").write_text("app==2")
    run.prepare(run.DEMO)
    assert installed == [run.DEMO, run.DEMO]


def test_the_example_lists_the_variables_that_settings_and_compose_read():
    settings = "".join(one.read_text() for one in (ROOT / "viatraj" / "settings").glob("*.py"))
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"(\w+)\"", settings))
    read |= set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert read == set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, flags=re.MULTILINE))


def test_compose_runs_what_make_run_runs():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert services.keys() >= {"nginx", "web", "courrier", "worker", "rapports", "beat", "db", "valkey"}
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_compose_lets_migrate_alone_be_the_owner_and_gives_nginx_an_address_of_its_own():
    """TRC-3, and TRC-5 for PostgreSQL's settings."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    ours = {name: service["environment"] for name, service in services.items() if service.get("build")}
    assert [name for name, known in ours.items() if known["DATABASE_OWNER_URL"]] == ["migrate"]
    assert {known["POSTGRES_PASSWORD"] for known in ours.values()} == {""}  # .env is read by all of them
    roles = {urlsplit(known["DATABASE_URL"].split(":$")[0]).netloc for known in ours.values()}
    assert roles == {"viatraj_app"} != {services["db"]["environment"]["POSTGRES_USER"]}
    (network,) = compose["networks"]["inside"]["ipam"]["config"]
    address = ip_address(services["nginx"]["networks"]["inside"]["ipv4_address"])
    assert address in ip_network(network["subnet"])
    assert address not in ip_network(network["ip_range"])
    assert {known["TRUSTED_PROXIES"] for known in ours.values()} == {str(address)}
    assert services["db"]["command"] == [
        "postgres",
        *(f"-c{name}={value}" for name, value in servers.quiet().items()),
    ]


def test_compose_lets_cards_and_pro_sante_connect_in():
    """nginx reads card.conf and its files; web reads the authorities, and reaches the provider."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    mounted = {one.split(":")[1] for one in services["nginx"]["volumes"]}
    read = (ROOT / "deploy/nginx/nginx.conf").read_text() + (ROOT / "deploy/nginx/card.conf").read_text()
    for path in re.findall(r"/etc/nginx/[\w/.*-]+(?=;)", read):
        assert any(path.startswith(place) for place in mounted), path
    example = (ROOT / ".env.example").read_text()
    folders = re.findall(r"^#CPS_\w+_DIR=(\S+)", example, flags=re.MULTILINE)
    assert len(folders) == 2
    inside = {one.split(":")[1] for one in services["web"]["volumes"]}
    assert all(any(folder.startswith(f"{place}/") for place in inside) for folder in folders)
    assert "outside" in services["web"]["networks"]


def test_compose_lets_the_worker_ask_the_ror():
    """ANN-7: it reads our certificate and goes out, behind no proxy of ours."""
    worker = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["worker"]
    assert "outside" in worker["networks"]
    example = (ROOT / ".env.example").read_text()
    files = re.findall(r"^#ROR_(?:CERTIFICAT|CLE|CA)=(\S+)", example, flags=re.MULTILINE)
    inside = {one.split(":")[1] for one in worker["volumes"]}
    assert len(files) == 3
    assert all(any(file.startswith(f"{place}/") for place in inside) for file in files)


@pytest.mark.parametrize("secret", ["deploy/igc", "deploy/nginx/tls", "deploy/nginx/card", ".env"])
def test_keys_go_neither_into_the_repository_nor_into_the_image(secret):
    for name in (".gitignore", ".dockerignore"):
        lines = [line.rstrip("/") for line in (ROOT / name).read_text().splitlines()]
        assert any(secret == line or secret.startswith(f"{line}/") for line in lines), name


# --- Servers ----------------------------------------------------------------------


@pytest.mark.django_db
def test_postgres_sorts_and_folds_without_icu():
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::int, upper('é'), 'a' < 'É'")
        version, upper, sorted_by_code = cursor.fetchone()
    assert version >= 180000
    assert (upper, sorted_by_code) == ("É", True)


def test_postgres_killed_comes_back_with_its_data(public_folder):
    postgres = servers.Postgres(public_folder / "pg", log=public_folder / "log", fsync="off")
    try:
        postgres.start()
        assert postgres.create("kept")
        postgres.process.kill()
        postgres.process.wait()
        assert (postgres.data / "postmaster.pid").exists()
        postgres.start()
        assert not postgres.create("kept")
    finally:
        postgres.stop()
    assert postgres.process.returncode == 0


def test_valkey_killed_comes_back_with_its_data_behind_its_password(tmp_path):
    redis = pytest.importorskip("redis")
    valkey = servers.Valkey(tmp_path / "valkey", log=tmp_path / "log", persist=True)
    try:
        valkey.start()
        with redis.Redis.from_url(valkey.url()) as client:
            client.set("kept", "yes")
            time.sleep(1.1)  # the log goes to disk every second
        valkey.process.kill()
        valkey.process.wait()
        valkey.start()
        with redis.Redis.from_url(valkey.url()) as client:
            assert client.get("kept") == b"yes"
        with redis.Redis(port=valkey.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("kept")
    finally:
        valkey.stop()


def test_the_ror_of_the_demonstration_is_where_it_says(tmp_path):
    """ANN-7: and gives nothing to who has no token."""
    ror = programs.ror(tmp_path)
    try:
        ror.start()
        with pytest.raises(HTTPError, match="401"):
            urlopen(f"{ror.known['ROR_URL']}/HealthcareService", timeout=PATIENCE)
    finally:
        ror.stop()


def test_the_mailbox_keeps_each_mail_as_a_file(tmp_path):
    mailbox = programs.mailbox(tmp_path)
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "claire.martin@cabinet.example", "Votre code"
    letter.set_content("Voici votre code : à tout de suite.")
    try:
        mailbox.start()
        with smtplib.SMTP("127.0.0.1", mailbox.port) as post:
            post.send_message(letter, from_addr="ne-pas-repondre@viatraj.example")
    finally:
        mailbox.stop()
    (kept,) = (tmp_path / "mail").iterdir()
    assert re.fullmatch(r"\d+-[0-9a-f]{8}\.eml", kept.name)
    assert b"Subject: Votre code" in kept.read_bytes()


# --- Children ---------------------------------------------------------------------

PARENT = """
import sys, time
from tools import children
child = children.start(["sleep", "60"], log=sys.argv[1])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_a_child_dies_with_its_killed_parent(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert children.alive(child)
        parent.kill()
    assert children.wait_for_end(child, "sleep", seconds=PATIENCE)


def test_a_stubborn_child_is_killed_in_the_end(tmp_path):
    deaf = ["sh", "-c", "trap '' TERM; echo ready; sleep 60"]
    child = children.start(deaf, log=tmp_path / "log")
    children.wait_until((tmp_path / "log").read_text, child, seconds=PATIENCE, what="sh")
    children.stop(child, [signal.SIGTERM], patience=0.2)
    assert child.returncode == -signal.SIGKILL


def test_a_server_that_dies_at_once_is_named(tmp_path):
    child = children.start(["false"], log=tmp_path / "log")
    with pytest.raises(children.NotReady, match=r"Le serveur s’est arrêté au démarrage \(code 1\)"):
        children.wait_until(lambda: False, child, seconds=PATIENCE, what="Le serveur")


def test_a_closed_folder_is_not_reachable(public_folder):
    closed = public_folder / "closed"
    closed.mkdir(mode=0o700)
    assert children.reachable(public_folder)
    assert not children.reachable(closed)


def test_pauses_grow_until_too_many_deaths():
    watch = supervisor.Watch()
    pauses = [watch.died(now) for now in range(5)]
    assert pauses[-1] is None
    assert pauses[:4] == sorted(pauses[:4])
    assert watch.died(1000.0) == pauses[0]  # the former ones are forgotten


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_a_sentence(port):
    answer = _supervise(PORT=port)
    assert answer.returncode == 1
    assert answer.stderr == f"PORT={port} n’est pas un numéro de port (1 à 65535).\n"


def test_a_port_that_is_taken_is_refused_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = _supervise(PORT=str(taken.getsockname()[1]))
    assert answer.returncode == 1
    assert answer.stderr.startswith("Le port ")
    assert "est déjà pris" in answer.stderr


def test_what_is_private_is_private(tmp_path):
    supervisor.write_private(tmp_path / "env", "SECRET_KEY=x\n")
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert supervisor.secret_key(tmp_path / "key") == supervisor.secret_key(tmp_path / "key")


def test_bench_lines_say_whether_the_goal_is_met():
    assert str(line("load", 90_000, 6_000, "rows/s", ">= 10")) == (
        "load: 9e+04 rows/s / 6000 rows/s = 15 (goal >= 10)"
    )
    assert not line("search", 3, 40, "ms", "<= 0.05").met


def _supervise(**environment):
    command = [sys.executable, "-m", "tools.supervisor"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=PATIENCE
    )


def test_what_the_beat_plans_is_a_task_of_ours():
    from viatraj.celery import app

    app.loader.import_default_modules()
    planned = [one["task"] for one in app.conf.beat_schedule.values()]
    assert "journal.tasks.seal" in planned
    assert {*planned} - {*app.tasks} == set()
