"""The operator's HTTP interface, by a real one on loopback: refused for good, or to be tried again."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from courrier import routes, sms


@pytest.fixture
def operator(settings):
    """Answers `status`; keeps what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.seen.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(server.status)
            self.send_header("Location", "/ailleurs")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/", "jeton"
    settings.SMS_SENDER, settings.SMS_BACKEND = "ViaTraj", "courrier.sms.Http"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send():
    sms.backend().send(to="+33639980001", text="votre code est 123456", message_id="<m1>")


def test_is_sent(operator):
    send()
    said = {"to": "+33639980001", "text": "votre code est 123456", "sender": "ViaTraj", "reference": "<m1>"}
    assert operator.seen == [("Bearer jeton", said)]


@pytest.mark.parametrize(
    ("status", "for_good"), [(400, True), (401, True), (408, False), (429, False), (302, False), (503, False)]
)
def test_what_is_tried_again(operator, status, for_good):
    operator.status = status
    with pytest.raises((sms.Refused, ConnectionError)) as error:
        send()
    assert routes.judge(error.value)[0] is for_good
    assert "123456" not in str(error.value)


def test_a_dead_operator_is_tried_again(settings):
    settings.SMS_URL, settings.SMS_BACKEND = "http://127.0.0.1:1/", "courrier.sms.Http"
    with pytest.raises(ConnectionError) as error:
        send()
    assert routes.judge(error.value)[0] is False
