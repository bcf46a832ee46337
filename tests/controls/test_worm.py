"""Write once: a store that lies about content, versions or locks is found out before anybody relies on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from limen.adapters.object_stores.store import ObjectStoreError, StoreAnswer
from limen.controls.worm import Kept, WormError, WormStore

UNTIL = datetime(2030, 1, 1, tzinfo=UTC)
CONTENT = bytes(range(256)) * 20_000


class Store:
    """A store in memory that keeps its word, but for what it is told to lie about."""

    def __init__(self, **lies: Any) -> None:
        self.lies, self.objects = lies, dict[str, bytes]()
        self.mode, self.until = "COMPLIANCE", UNTIL

    def ask(self, operation: str, /, **parameters: Any) -> StoreAnswer:
        if operation in self.lies.get("refuses", ()):
            return StoreAnswer(status=403, code="AccessDenied")
        if operation in self.lies.get("dead", ()):
            raise ObjectStoreError("no answer")
        if operation == "put_object":
            assert (parameters["ObjectLockMode"], parameters["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", UNTIL)
            self.objects[parameters["Key"]] = self.lies.get("content", parameters["Body"])
            return StoreAnswer(status=200, content={"VersionId": self.lies.get("version", "v1")})
        if operation == "get_object":
            first, last = map(int, parameters["Range"].removeprefix("bytes=").split("-"))
            return StoreAnswer(
                status=206, content={"Body": self.objects[parameters["Key"]][first : last + 1].decode("latin-1")}
            )
        if operation == "get_object_retention":
            kept = {"Mode": self.mode, "RetainUntilDate": self.until.isoformat()}
            return StoreAnswer(status=200, content=self.lies.get("retention", {"Retention": kept}))
        del self.objects[parameters["Key"]]
        return StoreAnswer(status=204)


def test_what_is_kept_as_it_must_be() -> None:
    store = Store()
    worm = WormStore(store, "bucket", "a/")
    kept = worm.put("x", CONTENT, UNTIL)
    assert (kept.key, kept.version, kept.bytes, kept.until) == ("a/x", "v1", len(CONTENT), UNTIL.isoformat())
    assert b"".join(worm.pieces(kept)) == CONTENT
    worm.remove(kept)
    assert store.objects == {}


@pytest.mark.parametrize(
    "lies",
    [
        {"content": CONTENT[:-1]},
        {"content": CONTENT[:-1] + b"x"},
        {"content": b""},
        {"version": None},
        {"version": ""},
        {"version": "null"},
        {"retention": {}},
        {"retention": {"Retention": None}},
        {"retention": {"Retention": {"Mode": "COMPLIANCE"}}},
        {"retention": {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL.isoformat()}}},
        {"retention": {"Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": "soon"}}},
        {"retention": {"Retention": {"Mode": "COMPLIANCE",
                                     "RetainUntilDate": (UNTIL - timedelta(seconds=1)).isoformat()}}},
        {"refuses": ("put_object",)},
        {"refuses": ("get_object",)},
        {"refuses": ("get_object_retention",)},
        {"dead": ("get_object_retention",)},
    ],
)  # fmt: skip
def test_a_store_that_lies(lies: dict[str, Any]) -> None:
    with pytest.raises(WormError):
        WormStore(Store(**lies), "bucket").put("x", CONTENT, UNTIL)


def test_what_was_shortened_later_is_seen() -> None:
    store = Store()
    worm = WormStore(store, "bucket")
    kept = worm.put("x", CONTENT, UNTIL)
    store.until = UNTIL - timedelta(days=1)
    with pytest.raises(WormError):
        worm.check(kept)
    store.until = UNTIL
    store.mode = "GOVERNANCE"
    with pytest.raises(WormError):
        worm.check(kept)
    with pytest.raises(WormError):
        WormStore(Store(refuses=("delete_object",)), "bucket").remove(
            Kept(key="x", version="v1", sha256="", bytes=0, until="")
        )
