"""A browser that does not start: tried twice, told once."""

import pytest
from playwright.sync_api import Browser, Error


def launched(launch) -> Browser | str:
    """What `launch` gives, at its second try if need be; else the reason of the last refusal."""
    try:
        return launch()
    except Error:
        try:
            return launch()
        except Error as error:
            return f"Chromium ne démarre pas\u202f: {error}"


def tell(reason, *, once):
    """Fails the first test that asks, in whichever process; skips the others. `once`: a file of the run."""
    try:
        once.touch(exist_ok=False)
    except FileExistsError:
        pytest.skip("Chromium ne démarre pas\u202f: un test de navigateur dit pourquoi.")
    pytest.fail(reason, pytrace=False)
