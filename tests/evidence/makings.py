"""What all packs of the corpus are made from: keys, a trust file, an authority, and packs that came out well."""

from __future__ import annotations

import datetime
import json
import shutil
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.evidence import sealing
from tests.evidence.oracle import jcs
from tests.evidence.sealing import Authority, Files, Key, Sealing, e_signed, moment, seal, timestamped
from tests.evidence.small_core import Small

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
"""openssl ts knows the clock alone, so packs of the corpus are made now."""
LATER = NOW + datetime.timedelta(hours=2)
"""A verifier's clock: timestamps of real authorities are made while the tests run, which may be long after NOW."""
DAY = datetime.timedelta(days=1)
PRODUCER = Key("producer")
SECOND = Key("producer", "ml-dsa-65")
CURVE = Key("curve", "ecdsa-p256")
LARGER_CURVE = Key("larger curve", "ecdsa-p384")
ANA, ANA_TOO, BEN, CARA = Key("ana"), Key("ana", "ecdsa-p256"), Key("ben", "ecdsa-p256"), Key("cara")
EXPIRED, EARLY, REVOKED, COMPROMISED = Key("expired"), Key("early"), Key("revoked"), Key("compromised")
STRANGER = Key("stranger")
STATEMENT = "envelope/statement.json"
LOG = "envelope/log.jsonl"
CHECKPOINT = "envelope/checkpoint.txt"
POLICY: dict[str, Any] = {"signatures": {"producer": 1}, "log": True}
APPROVED: dict[str, Any] = {"signatures": {"producer": 1, "approver": 2, "author": 1}, "timestamp": True, "log": True}
KEPT = {("core/details.jsonl", 1), ("core/details.jsonl", 4), ("core/findings.jsonl", 0), ("core/notes.json", 0)} | {
    ("core/inputs/signing.json", 0)
}


class Case(NamedTuple):
    """A pack, what its verifier is given, and what it must say."""

    name: str
    pack: Path
    arguments: dict[str, Any]
    """trust, since, previous (paths) and at (a moment), as far as they are given."""
    check: str | None
    """The check that must break; None: the pack is good."""
    file: str | None
    """The file that this check must name."""


class Makings:
    """What all packs of a corpus share: a trust file, an authority, and packs that came out well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.at = moment(NOW)
        self.authority = Authority(folder / "authority")
        self.foreign = Authority(folder / "foreign", "other")
        self.trust = self.trusting("trust", {})
        self.core = Small(self.at, POLICY)
        self.plain = seal(self.core.files())
        self.first = self.signed_by_three(self.approved())
        self.whole = timestamped(self.first, self.authority)

    def trusting(self, name: str, require: dict[str, Any], **other: Any) -> Path:
        """Write a trust file and return where it is."""

        def key(one: Key, user: str, holder: str, roles: str, start: int = -400, end: int = 400) -> dict[str, Any]:
            return {
                "public_key": one.pem,
                "user": user,
                "holder": holder,
                "roles": roles.split(),
                "valid_from": moment(NOW + start * DAY),
                "valid_to": moment(NOW + end * DAY),
            }

        told = {
            "format": "limen-trust-1",
            "keys": [
                key(PRODUCER, "builder", "Builder", "producer"),
                key(SECOND, "builder", "Builder", "producer"),
                key(CURVE, "curve", "Curve", "producer"),
                key(LARGER_CURVE, "larger", "Larger curve", "producer"),
                key(ANA, "ana", "Ana Ruiz", "author approver"),
                key(ANA_TOO, "ana", "Ana Ruiz", "author approver"),
                key(BEN, "ben", "Ben Weiß", "approver"),
                key(CARA, "cara", "Cara Li", "approver"),
                key(EXPIRED, "old", "Old", "producer approver", -400, -1),
                key(EARLY, "early", "Early", "producer", 1),
                {
                    **key(REVOKED, "revoked", "Revoked", "producer approver"),
                    "revoked": {"at": moment(NOW - DAY), "reason": "lost"},
                },
                {
                    **key(COMPROMISED, "late", "Late", "producer"),
                    "revoked": {"at": moment(NOW + DAY), "reason": "copied"},
                },
            ],
            "logs": [{"origin": sealing.ORIGIN, "public_key": sealing.LOG_KEY.pem}],
            "witnesses": [{"name": sealing.WITNESS, "public_key": sealing.WITNESS_KEY.pem}],
            "authorities": [{"name": "tsa", "certificates": [self.authority.certificate]}],
            "require": require,
            **other,
        }
        path = self.folder / f"{name}.json"
        path.write_bytes(json.dumps(told).encode())
        return path

    def approved(self, how: Sealing | None = None, core: Small | None = None) -> Files:
        """Return a pack whose policy asks for people, before they sign."""
        core = core or self.core
        given = core.copy()
        given.policy, given.observed = APPROVED, True
        given.previous = sealing.root_of(self.plain)
        return seal(given.files(), how or Sealing(previous=given.previous))

    def signed_by_three(self, files: Files, **other: Any) -> Files:
        """Return a pack that author and both approvers signed."""
        files = e_signed(files, (ANA, ANA_TOO), "ana", "Ana Ruiz", self.at, role="author", meaning="authorship")
        files = e_signed(files, (BEN,), "ben", "Ben Weiß", self.at, **other)
        return e_signed(files, (CARA,), "cara", "Cara Li", self.at)

    def put(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Write a pack and return where it is."""
        place = self.folder / "packs" / name.replace("/", "_").replace(" ", "-")
        shutil.rmtree(place, ignore_errors=True)
        return sealing.written(files, place)


def log_of(files: Mapping[str, bytes]) -> list[bytes]:
    """Return the entries of a pack's log."""
    return files[LOG].split(b"\n")[:-1]


def entry(kind: str, run: int, at: str, **other: Any) -> bytes:
    """Return an entry of a log."""
    more = {"system": "clinic", "scope": "design"} if kind == "started" else {}
    return jcs({"format": "limen-log-1", "type": kind, "run": sealing.run_id(run), "at": at, **more, **other})


def zipped(path: Path, entries: Any) -> Path:
    """Write a zip; doubled names are what some tests want."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                archive.writestr(name, content)
    return path
