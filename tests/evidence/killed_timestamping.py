"""Kills taking a timestamp at each moment and says what was left and what the next one made of it; a program.

Arguments: a pack, a folder to work in, the address of an authority. Prints a JSON list, one entry a moment.
"""

from __future__ import annotations

import datetime
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from limen.adapters.timestamp_authority import timestamped
from limen.evidence.layout import TIMESTAMPS
from limen.evidence.reading import open_pack
from limen.evidence.timestamping import timestamp_pack
from limen.evidence.verifying import verified
from tests.evidence.killing import killed_at


def clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def state(pack: Path) -> tuple[list[str], list[str]]:
    with open_pack(pack) as files:
        broken = {f"{one.name} {one.file}" for one in verified(files, None, clock()).checks if one.status == "broken"}
        return sorted(broken), [name for name in files.names() if name.startswith(TIMESTAMPS)]


def main(source: Path, work: Path, url: str) -> list[dict[str, Any]]:
    def stamp(pack: Path, armed: Any = lambda: None) -> None:
        def authority(data: bytes) -> bytes:
            response = timestamped(url, data)
            armed()
            return response

        timestamp_pack(pack, authority, [], clock)

    found: list[dict[str, Any]] = []
    died = True
    while died:
        pack = work / source.name
        if source.is_dir():
            shutil.copytree(source, pack)
        else:
            shutil.copy(source, pack)
        died = killed_at(len(found), lambda armed, pack=pack: stamp(pack, armed))
        left = state(pack)
        stamp(pack)
        found.append(
            {"died": died, "left": left, "after": [*state(pack), sorted(path.name for path in work.iterdir())]}
        )
        for path in work.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
