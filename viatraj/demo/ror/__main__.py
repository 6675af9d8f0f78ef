"""`python -m viatraj.demo.ror PORT FOLDER [FAULT]`: serves until it is stopped."""

import sys

from viatraj.demo.ror.serveur import Ror

if __name__ == "__main__":
    Ror(sys.argv[2], port=int(sys.argv[1]), panne=sys.argv[3] if len(sys.argv) > 3 else "").serve_forever()
