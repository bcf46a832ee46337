"""The package of the guard as a program meets it: what help shows, and what is said without `limen[controls]`."""

from __future__ import annotations

import os
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import limen.controls.guard as package

WITHOUT = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError("No module named 'cryptography'", name="cryptography")
sys.meta_path.insert(0, Gone())
"""


def test_help_and_completion_show_what_there_is() -> None:
    assert set(package.__all__) <= set(dir(package))
    shown = pydoc.plain(pydoc.render_doc(package))
    assert all(f"class {name}" in shown for name in package.__all__)


def test_what_there_is_not_is_no_attribute() -> None:
    with pytest.raises(AttributeError):
        _ = package.Gard  # type: ignore[attr-defined]


def without(code: str, folder: Path) -> str:
    """Run some code where cryptography is not installed; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code],
        cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["Guard", "GuardMiddleware"])
def test_without_cryptography_the_guard_says_what_to_install(tmp_path: Path, name: str) -> None:
    code = f"""
from limen.controls.guard import Replays, Route
from limen.errors import UsageError
try:
    from limen.controls.guard import {name}
except UsageError as error:
    print(error.problems[0].message, "|", error.problems[0].hint)
"""
    expected = "a guard protects by cryptography, which is not installed | pip install 'limen[controls]'\n"
    assert without(code, tmp_path) == expected


def test_without_cryptography_a_key_store_says_what_to_install_and_keeps_what_needs_none(tmp_path: Path) -> None:
    code = """
from limen.adapters.key_providers.interface import KeyProviderError
from limen.adapters.key_providers.key_store import KeyStore
def said(do, *given, **named):
    try:
        do(*given, **named)
    except KeyProviderError as error:
        print(error.kind, error.message)
keys = KeyStore.create("keys.json")
keys.new("log", "HMAC-SHA-256")
print(keys.secret("log")[0])
said(keys.new, "sign", "Ed25519")
keys.new("phi", "AES-256")
said(keys.key("phi").encrypt, b"x" * 32, b"")
said(KeyStore.create, "sealed.json", passphrase="long enough")
"""
    missing = "unsupported keys are used by cryptography, which is not installed; pip install 'limen[controls]'"
    assert without(code, tmp_path).splitlines() == ["log.v1", missing, missing, missing]
    assert not (tmp_path / "sealed.json").exists()
