"""What a test needs that Python packages can't bring: programs and shared test data.

Where one is missing the test skips and says what to install. With LIMEN_REQUIRE=all, which .ci/run
sets, it fails instead: a skip nobody reads is a silent pass.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

_INSTALL = {
    "bash": "apt-get install bash",
    "chromedriver": "apt-get install chromium-driver",
    "chromium": "apt-get install chromium",
    "git": "apt-get install git",
    "make": "apt-get install make",
    "openssl": "apt-get install openssl",
    "opa": "go install github.com/open-policy-agent/opa@v1.22.2",
    "regal": "go install -C .ci/regal tool",
    "setpriv": "apt-get install util-linux",
}


def need_program(name: str) -> Path:
    """Return where the program is; skip the test, or fail it under LIMEN_REQUIRE=all, when it is missing."""
    found = shutil.which(name)
    if found is None:
        _missing(f"the program {name} is not on PATH: {_INSTALL[name]}")
    return Path(found)


def need_data(name: str) -> Path:
    """Return the file of the shared test data, such as ``sarif/sarif-schema-2.1.0.json``; skip or fail without it."""
    folder = Path(os.environ.get("LIMEN_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
    path = folder / name
    if not path.is_file():
        _missing(f"{path} is missing: set LIMEN_TEST_DATA to the folder that holds {name}")
    return path


def _missing(reason: str) -> NoReturn:
    if os.environ.get("LIMEN_REQUIRE") == "all":
        pytest.fail(f"LIMEN_REQUIRE=all: {reason}", pytrace=False)
    pytest.skip(reason)
