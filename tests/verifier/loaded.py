"""verify.py as a module and as a program: the one for many packs, the other as an auditor runs it."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.needs import REPOSITORY

VERIFY = REPOSITORY / "verifier" / "verify.py"


@functools.cache
def module() -> ModuleType:
    """verify.py, loaded from its file."""
    spec = importlib.util.spec_from_file_location("auditors_verify", VERIFY)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    loaded.OpenSSL = remembering(loaded.OpenSSL, loaded.Broken)
    return loaded


def remembering(openssl: type, broken: type[Exception]) -> type:
    """Packs of a corpus share most of their signatures: each is verified by openssl once, by all that it is given."""
    known: dict[tuple[Any, ...], Any] = {}

    class Remembering(openssl):  # type: ignore[misc]
        def _once(self, ask: Any, *key: Any) -> Any:
            if key not in known:
                try:
                    known[key] = ask()
                except broken as error:
                    known[key] = error
            if isinstance(known[key], Exception):
                raise type(known[key])(known[key].what, known[key].file)
            return known[key]

        def verifies(self, key: Any, signature: bytes, message: bytes, file: str) -> bool:
            ask = functools.partial(super().verifies, key, signature, message, file)
            return self._once(ask, self.version, key.der, signature, message, file)

        def stamped(self, data: bytes, response: bytes, certificates: Any, at: Any = None) -> Any:
            ask = functools.partial(super().stamped, data, response, certificates, at)
            return self._once(ask, self.version, data, response, tuple(certificates), at and at.date())

        def stamp_time(self, response: bytes) -> Any:
            return self._once(functools.partial(super().stamp_time, response), self.version, response)

    return Remembering


class Answer(NamedTuple):
    """What verify.py says of a pack."""

    code: int
    words: str
    checks: list[dict[str, Any]]

    def found(self, status: str) -> set[tuple[str, str]]:
        """Check and file of everything with a status."""
        return {(check["name"], check["file"]) for check in self.checks if check["status"] == status}


def verified(pack: Path, *options: str | Path) -> Answer:
    """Verify a pack in this process, by the command line."""
    verify = module()
    answer = verify.answered(verify.arguments().parse_args([str(pack), *map(str, options)]))
    return Answer(*answer)


def program(*arguments: str | Path, cwd: Path, python: str = sys.executable, **variables: str) -> tuple[int, str, str]:
    """Run verify.py alone: isolated, without site-packages, in an environment of PATH and what is given."""
    done = subprocess.run(
        [python, "-I", "-S", VERIFY, *arguments],
        cwd=cwd,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()
