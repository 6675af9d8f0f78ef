"""`programme-du-poste [CONFIGURATION]`: serves until it is stopped; exit 1 with a sentence when it cannot."""

import argparse
import sys
from pathlib import Path

from programme_du_poste import configuration

DEFAULT = Path.home() / ".config" / "programme-du-poste.toml"


def main() -> None:
    try:
        known = configuration.read(_asked().configuration)
        server = _server(known)
    except configuration.Mistake as mistake:
        sys.exit(str(mistake))
    print(f"Le programme du poste écoute sur http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="programme-du-poste",
        description="Lit la carte CPS, CPE ou CPA de ce poste, pour les sites autorisés.",
    )
    help_text = "fichier de configuration (par défaut : %(default)s)"
    parser.add_argument("configuration", nargs="?", type=Path, default=DEFAULT, help=help_text)
    return parser.parse_args()


def _server(known):
    # Imported late, so that a wrong configuration is told even where PKCS#11 cannot be loaded.
    import pkcs11

    from programme_du_poste.carte import Reader
    from programme_du_poste.serveur import Server

    try:
        reader = Reader(known.module, known.certificat)
    except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
        raise configuration.Mistake(f"Le module {known.module} ne se charge pas : {error}") from error
    try:
        return Server(known, reader)
    except OSError as error:
        told = f"Le port {known.port} n’est pas libre, ou demande d’autres droits."
        raise configuration.Mistake(told) from error


if __name__ == "__main__":
    main()
