"""What a test needs that Python packages can't bring: programs and shared test data.

Where one is missing the test skips and says what to install. With LIMEN_REQUIRE=all, which .ci/run
sets, it fails instead: a skip nobody reads is a silent pass.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

_INSTALL = {
    "bash": "apt-get install bash",
    "cc": "apt-get install gcc",
    "chromedriver": "apt-get install chromium-driver",
    "chromium": "apt-get install chromium",
    "epmd": "apt-get install erlang-base",
    "git": "apt-get install git",
    "gnutls-serv": "apt-get install gnutls-bin",
    "initdb": "apt-get install postgresql",
    "java": "apt-get install openjdk-17-jre-headless",
    "make": "apt-get install make",
    "mariadb-install-db": "apt-get install mariadb-server",
    "mariadbd": "apt-get install mariadb-server",
    "minio": "go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c (AGPL: run, never linked)",
    "mosquitto": "apt-get install mosquitto",
    "mosquitto_passwd": "apt-get install mosquitto",
    "nats-server": "go install github.com/nats-io/nats-server/v2@v2.10.22",
    "nginx": "apt-get install nginx-light",
    "pdftotext": "apt-get install poppler-utils",
    "opa": "go install github.com/open-policy-agent/opa@v1.22.2",
    "openssl": "apt-get install openssl",
    "rabbitmq-server": "apt-get install rabbitmq-server",
    "redis-server": "apt-get install redis-server",
    "regal": "go install -C .ci/regal tool",
    "setpriv": "apt-get install util-linux",
    "softhsm2-util": "apt-get install softhsm2",
    "slapd": "apt-get install slapd",
    "sshd": "apt-get install openssh-server",
    "versitygw": "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0",
}


def need_program(name: str) -> Path:
    """Return where the program is; skip the test, or fail it under LIMEN_REQUIRE=all, when it is missing."""
    found = shutil.which(name)
    if found is None:
        _missing(f"the program {name} is not on PATH: {_INSTALL[name]}")
    return Path(found)


def need_semgrep() -> None:
    """Skip the test, or fail it under LIMEN_REQUIRE=all, where semgrep is neither beside this Python nor on PATH."""
    if not (Path(sys.executable).parent / "semgrep").is_file() and shutil.which("semgrep") is None:
        _missing("the program semgrep is missing: pip install 'limen[semgrep]'")


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


def unmeasured() -> dict[str, str]:
    """Return the environment without coverage: what dies while it writes leaves data that nobody can combine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
