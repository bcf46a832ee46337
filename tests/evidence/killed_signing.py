"""Kills signing at each moment and says what was left and what the next signer made of it; a program.

Arguments: a pack, a folder to work in. Prints a JSON list, one entry a moment.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limen.errors import UsageError
from limen.evidence.e_signatures import Signatory, signature_names
from limen.evidence.reading import open_pack
from limen.evidence.signing import sign_pack
from limen.evidence.verifying import verified
from limen.integrity.signatures import Signer, key_signer, new_ed25519
from tests.evidence.killing import killed_at


def render(payloads: Sequence[Mapping[str, Any]]) -> bytes:
    return b"%PDF " + hashlib.sha256(repr(payloads).encode()).hexdigest().encode()


def clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def broken(pack: Path) -> list[str]:
    with open_pack(pack) as files:
        return sorted({one.name for one in verified(files, None, clock()).checks if one.status == "broken"})


def count(pack: Path) -> int:
    with open_pack(pack) as files:
        return len(signature_names(files))


def sign(pack: Path, user: str, key: Signer, armed: Any = lambda: None) -> None:
    def consent(_: object) -> list[Signer]:
        armed()
        return [key]

    sign_pack(pack, Signatory(user=user, name=user, meaning="review", role="approver"), consent, render, clock)


def main(source: Path, work: Path) -> list[dict[str, Any]]:
    first, second, third = (key_signer(new_ed25519()) for _ in range(3))
    sign(source, "first", first)
    found: list[dict[str, Any]] = []
    died = True
    while died:
        pack = work / source.name
        if source.is_dir():
            shutil.copytree(source, pack)
        else:
            shutil.copy(source, pack)
        died = killed_at(len(found), lambda armed, pack=pack: sign(pack, "second", second, armed))
        entry: dict[str, Any] = {"died": died, "broken": broken(pack), "count": count(pack)}
        try:
            sign(pack, "second", second)
            entry["again"] = "signed"
        except UsageError as error:
            entry["again"] = str(error)
        sign(pack, "third", third)
        entry["after"] = [count(pack), broken(pack), sorted(path.name for path in work.iterdir())]
        found.append(entry)
        shutil.rmtree(pack) if pack.is_dir() else pack.unlink()
        for path in work.iterdir():
            shutil.rmtree(path)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
