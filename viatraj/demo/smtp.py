"""The demo's mail server keeps each message as a file: `python -m viatraj.demo.smtp PORT FOLDER`."""

import asyncio
import os
import secrets
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


class Mailbox:
    """Files `<time_ns>-<random>.eml`: names sort by arrival, a file is whole as soon as it has this name."""

    def __init__(self, folder):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, aiosmtpd's name
        name = f"{time.time_ns()}-{secrets.token_hex(4)}"
        part = self.folder / f"{name}.part"
        part.write_bytes(envelope.original_content)
        os.replace(part, self.folder / f"{name}.eml")
        return "250 OK"


async def serve(port, folder):
    """Listens on the loopback until it is cancelled."""
    folder.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="localhost"), HOST, port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
