"""What the adversary's tests of packs share: packs as somebody makes them who cheats, and both verifiers' answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.evidence.makings import STATEMENT, Case, Makings
from tests.evidence.sealing import Sealing, root_of, seal, stated, statement_payload
from tests.evidence.small_core import Small
from tests.evidence.test_damage import report
from tests.verifier.loaded import verified

Files = dict[str, bytes]
SUMS = "SHA256SUMS"


class Said(NamedTuple):
    """What a verifier says: its exit code, and check and file of all that is not ok."""

    code: int
    broken: set[tuple[str, str]]
    unchecked: set[tuple[str, str]]


def by_limen(pack: Path, arguments: Mapping[str, Any]) -> Said:
    """What `limen verify` says of a pack."""
    found = report(Case("", pack, dict(arguments), None, None))
    return Said(found.outcome, *({(one.name, one.file) for one in found.checks if one.status == status} for status in
                                 ("broken", "unchecked")))  # fmt: skip


def by_script(pack: Path, arguments: Mapping[str, Any]) -> Said:
    """What verify.py says of a pack."""
    found = verified(pack, *(word for name, value in arguments.items() for word in (f"--{name}", str(value))))
    return Said(found.code, found.found("broken"), found.found("unchecked"))


def both(pack: Path, **arguments: Any) -> tuple[Said, Said]:
    """What both verifiers say of a pack."""
    return by_limen(pack, arguments), by_script(pack, arguments)


class Cheating:
    """Somebody who has the producer's key, and signs what is not so."""

    def __init__(self, folder: Path) -> None:
        self.made = Makings(folder)

    def core(self, change: Callable[[Small], None], *, recount: bool = True) -> Files:
        """The core with a change, recounted so that all that follows from records follows from them."""
        core = self.made.core.copy().recount()
        change(core)
        return (core.recount() if recount else core).files()

    def restated(self, files: Files, change: Files) -> Files:
        """Files with others in the envelope, and a Statement over them."""
        said = json.loads(statement_payload(files))["predicate"]
        root = root_of(files)
        left = {name: content for name, content in {**files, **change}.items() if name not in (SUMS, STATEMENT)}
        return stated(left, Sealing(), root["root"], root["tree_size"], said["public_size"])

    def refused(self, name: str, files: Files, check: str, file: str, **arguments: Any) -> None:
        """Assert that both verifiers refuse a pack and name the culprit."""
        self.refused_at(self.made.put(name, files), check, file, **arguments)

    def refused_at(self, pack: Path, check: str, file: str, **arguments: Any) -> None:
        limen, script = both(pack, **{"trust": self.made.trust, **arguments})
        assert (limen.code, script.code) == (1, 1)
        assert (check, file) in limen.broken, limen
        assert (check, file) in script.broken, script

    def taken(self, name: str, files: Files, **arguments: Any) -> None:
        """Assert that neither verifier raises an alarm."""
        limen, script = both(self.made.put(name, files), **{"trust": self.made.trust, **arguments})
        assert limen == script == Said(0, set(), set())


def sealed(core: Files, **how: Any) -> Files:
    """A core, sealed and signed."""
    return seal(core, Sealing(**how))
