"""Keys of a real SoftHSM token, each with one defect."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limen.adapters.key_providers import Access, open_key
from tests.lab.place import Place
from tests.needs import need_program

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "laboratory-pin"
TOKEN = "limen-lab"
_ONE = {"type": "AES", "bits": 256}


class Token:
    """Makes keys on one token; each defect has a label of its own."""

    def __init__(self, folder: Path) -> None:
        """Initialise a token in a folder."""
        self._folder = folder
        (folder / "tokens").mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        program = need_program("softhsm2-util")
        command = [str(program), "--init-token", "--free", "--label", TOKEN, "--so-pin", "laboratory-so", "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | self.environment)
        self.endpoint = f"pkcs11:token={TOKEN}?module-path={MODULE}"

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        label = f"lab/{defect}"
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(label)
        return found

    def key(self, label: str, ages: tuple[int | None, ...] = (200, 30), **changes: Any) -> None:
        """Make a key with versions of these ages in days, None for one without a date.

        SoftHSM can't show the date of a private object: it keeps it in the clear and then decrypts it.
        """
        today = datetime.datetime.now(datetime.UTC).date()
        keys = []
        for number, age in enumerate(ages, 1):
            attributes: dict[str, Any] = {"PRIVATE": age is None, "SENSITIVE": True, "EXTRACTABLE": False}
            if age is not None:
                attributes["START_DATE"] = (today - datetime.timedelta(days=age)).isoformat()
            given = dict(changes)
            attributes |= given.pop("attributes", {})
            keys.append({"label": label, "id": f"{number:08x}", "attributes": attributes} | _ONE | given)
        asked = {"module": MODULE, "token": TOKEN, "pin": PIN, "keys": keys}
        subprocess.run(
            [sys.executable, str(Path(__file__).with_name("softhsm_make.py"))],
            input=json.dumps(asked).encode(),
            check=True,
            capture_output=True,
            env=os.environ | self.environment,
        )

    def place(self, label: str, pin: str = PIN, old_ciphertext: str = "", **declared: Any) -> Place:
        """Return where a key is."""
        return Place(self.endpoint, label, pin, declared, old_ciphertext=old_ciphertext)

    def opened(self, label: str) -> Any:
        """Return the key as the adapter opens it."""
        return open_key(Access(provider="pkcs11", endpoint=self.endpoint, key=label, credential=PIN))

    def _good(self, label: str) -> Place:
        self.key(label)
        return self.place(label)

    def _no_hardware(self, label: str) -> Place:
        self.key(label)
        return self.place(label, custody="hsm", origin="hsm")

    def _never_rotated(self, label: str) -> Place:
        self.key(label, ages=(400,))
        return self.place(label)

    def _no_dates(self, label: str) -> Place:
        self.key(label, ages=(None, None))
        return self.place(label)

    def _future_date(self, label: str) -> Place:
        self.key(label, ages=(200, -30))
        return self.place(label)

    def _extractable(self, label: str) -> Place:
        self.key(label, attributes={"EXTRACTABLE": True})
        return self.place(label)

    def _value_readable(self, label: str) -> Place:
        self.key(label, attributes={"EXTRACTABLE": True, "SENSITIVE": False})
        return self.place(label)

    def _imported(self, label: str) -> Place:
        self.key(label, value=secrets.token_hex(32))
        return self.place(label)

    def _weak_algorithm(self, label: str) -> Place:
        self.key(label, type="DES3", bits=None)
        return self.place(label)

    def _disabled(self, label: str) -> Place:
        self.key(label, attributes={"ENCRYPT": False, "DECRYPT": False, "WRAP": False, "UNWRAP": False, "SIGN": False})
        return self.place(label)

    def _missing(self, label: str) -> Place:
        return self.place(label)

    def _wrong_pin(self, label: str) -> Place:
        self.key(label)
        return self.place(label, pin="not-the-pin-of-it")

    def _no_such_token(self, label: str) -> Place:
        place = self.place(label)
        return place._replace(endpoint=place.endpoint.replace(TOKEN, "another"))

    def _no_such_module(self, label: str) -> Place:
        return self.place(label)._replace(endpoint=str(self._folder / "no-module.so"))

    def _not_a_module(self, label: str) -> Place:
        return self.place(label)._replace(endpoint=str(self._folder / "softhsm2.conf"))

    def _test_key(self, label: str) -> Place:
        self.key(label, ages=(200,))
        key = self.opened(label)
        try:
            old = key.encrypt(b"long ago", b"limen/probe/right-context").ciphertext.decode()
            key.rotate()
        finally:
            key.close()
        return self.place(label, old_ciphertext=old, environment="test")

    def _test_key_old_lost(self, label: str) -> Place:
        self.key(label, ages=(200,))
        key = self.opened(label)
        try:
            old = key.encrypt(b"long ago", b"limen/probe/right-context").ciphertext.decode()
        finally:
            key.close()
        program = need_program("softhsm2-util")
        subprocess.run(
            [str(program), "--show-slots"], check=True, capture_output=True, env=os.environ | self.environment
        )
        self.destroy(label)
        self.key(label, ages=(30,), value=secrets.token_hex(32))
        return self.place(label, old_ciphertext=old, environment="test", origin="imported")

    def destroy(self, label: str) -> None:
        """Destroy every version of a key."""
        code = (
            f"import pkcs11; t = pkcs11.lib({MODULE!r}).get_token(token_label={TOKEN!r})\n"
            f"with t.open(rw=True, user_pin={PIN!r}) as s:\n"
            f"    [o.destroy() for o in list(s.get_objects({{pkcs11.Attribute.LABEL: {label!r}}}))]"
        )
        environment = os.environ | self.environment
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)


@contextmanager
def softhsm() -> Iterator[Token]:
    """Keep a token for as long as the block lasts; this process's environment says where it is."""
    before = os.environ.get("SOFTHSM2_CONF")
    with tempfile.TemporaryDirectory(prefix="limen-softhsm-") as folder:
        token = Token(Path(folder))
        os.environ |= token.environment
        try:
            yield token
        finally:
            os.environ.pop("SOFTHSM2_CONF")
            if before is not None:
                os.environ["SOFTHSM2_CONF"] = before
