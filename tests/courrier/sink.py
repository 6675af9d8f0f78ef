"""An SMTP server of its own process that keeps no mail, only «<ns> <client port> <Message-ID>» for each.

    python -m tests.courrier.sink aiosmtpd|lean PORT LOG [CERT KEY]

`lean` costs less than what it measures. The address chooses a fault, the first time only but for `refused`:
busy-… → 451, closing-… → 421, drop-… → the line goes dead, refused-… → 550, quoting the address. aiosmtpd
only: a mail to paired-… is accepted once two clients have brought one, to gate1-… once this process has got
a SIGUSR1, to gate2-… a second one, and so on.
"""

import asyncio
import os
import re
import signal
import ssl
import sys
import time

from aiosmtpd.smtp import SMTP

MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(\S+)")
REPLIES = {"busy": "451 4.2.0 busy", "closing": "421 4.3.2 closing", "drop": ""}
seen = set()
clients, both = set(), asyncio.Event()
GATE, gates = re.compile(r"gate(\d)-"), [asyncio.Event() for _ in range(4)]


def fault(address):
    """None when there is none, "" to hang up."""
    kind = address.partition("-")[0]
    if kind == "refused":
        return f"550 5.1.1 <{address}> is unknown here"
    if kind in REPLIES and address not in seen:
        seen.add(address)
        return REPLIES[kind]
    return None


def keep(peer, content):
    found = MESSAGE_ID.search(content).group(1).decode()
    os.write(log, f"{time.monotonic_ns()} {peer[1]} {found}\n".encode())


async def second_client(peer):
    clients.add(peer)
    if len(clients) == 2:
        both.set()
    await both.wait()


def open_next():
    next(gate for gate in gates if not gate.is_set()).set()


class Handler:
    """For aiosmtpd."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("paired-"):
            await second_client(session.peer)
        if found := GATE.match(address):
            await gates[int(found[1]) - 1].wait()
        reply = fault(address)
        if reply == "":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        keep(session.peer, envelope.content)
        return "250 OK"


class Lean(asyncio.Protocol):
    """Just enough SMTP, and STARTTLS."""

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""
        self.in_data = self.secure = False
        self.reply("220 sink")

    def reply(self, text):
        self.transport.write(text.encode() + b"\r\n")

    def data_received(self, data):
        self.buffer += data
        while not self.transport.is_closing():
            part, found, rest = self.buffer.partition(b"\r\n.\r\n" if self.in_data else b"\r\n")
            if not found:
                return
            self.buffer = rest
            self.body(part) if self.in_data else self.command(part[:4].upper())

    def body(self, content):
        self.in_data = False
        keep(self.transport.get_extra_info("peername"), content)
        self.reply("250 OK")

    def command(self, verb):
        if verb == b"EHLO":
            starttls = "250-STARTTLS\r\n" if context and not self.secure else ""
            self.reply(f"250-sink\r\n{starttls}250 8BITMIME")
        elif verb == b"STAR":
            self.transport.pause_reading()
            self.reply("220 go")
            self.task = asyncio.get_running_loop().create_task(self.start_tls())
        elif verb == b"DATA":
            self.in_data = True
            self.reply("354 go on")
        elif verb == b"QUIT":
            self.reply("221 bye")
            self.transport.close()
        else:
            self.reply("250 OK")

    async def start_tls(self):
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(self.transport, self, context, server_side=True)
        self.secure = True


async def serve(kind, port):
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, open_next)
    factories = {"lean": Lean, "aiosmtpd": lambda: SMTP(Handler(), hostname="sink", loop=loop)}
    server = await loop.create_server(factories[kind], "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    kind, port, file, *certificate = sys.argv[1:]
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    asyncio.run(serve(kind, int(port)))
