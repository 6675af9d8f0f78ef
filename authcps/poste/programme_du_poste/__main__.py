"""`programme-du-poste [CONFIGURATION]`: serves until it is stopped; exit 1 with a sentence when it cannot."""

import sys
from pathlib import Path

from programme_du_poste import configuration

DEFAULT = Path.home() / ".config" / "programme-du-poste.toml"


def main() -> None:
    try:
        known = configuration.read(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
        server = _server(known)
    except configuration.Mistake as mistake:
        sys.exit(str(mistake))
    print(f"Le programme du poste écoute sur http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _server(known):
    # Late: a configuration that is refused says so even where the PKCS#11 module cannot be loaded.
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
        raise configuration.Mistake(f"Le port {known.port} n’est pas libre : {error.strerror}") from error


if __name__ == "__main__":
    main()
