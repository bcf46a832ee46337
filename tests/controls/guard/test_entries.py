"""Entries: what is spliced is what is encoded, verifies as limen-v1, and says all that the ledger records."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.guard.entries import CROSSED, RowEntries, described
from limen.controls.guard.table import compiled
from limen.controls.ledger_entries import Entry, prepared
from limen.integrity.limen_v1 import Keys
from limen.integrity.verifying import Expected, verified
from tests.controls.guard.world import World, caller, reference, text

ROWS = {key: row for key, row in compiled(reference().declaration, "pharmacy-gateway", {}).rows.items() if key[2]}
DIGEST = hashlib.sha256(b"what was on the wire").hexdigest()


@pytest.mark.parametrize("key", ROWS, ids=lambda key: "-".join(map(str, key)))
def test_what_is_spliced_is_what_is_encoded(key: Any) -> None:
    row = ROWS[key]
    entries = RowEntries(row, "pharmacy-gateway", reference().digest)
    for name, called in row.callers.items():
        for tenant in ("", "pharmacy-014"):
            details = described(row, "pharmacy-gateway", reference().digest) | {"outcome": "passed"}
            details |= {"payload": DIGEST} if any(plan.layers for plan in row.plans) else {}
            whole = Entry(tenant=tenant, actor=name, action=CROSSED, record="t/rec-1:a.b", details=details)
            assert entries.crossed(called, "t/rec-1:a.b", tenant, DIGEST) == prepared(whole)


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.:/\-]{0,127}", fullmatch=True))
def test_every_id_of_a_record_needs_no_escape(record: str) -> None:
    row = ROWS["dispense-014", "carries", "dispense-record"]
    entry = RowEntries(row, "c", "").crossed(row.callers["pharmacy-014"], record, "", DIGEST)
    assert json.loads(b"{" + entry.after + b"}") == {"record": record, "tenant": ""}


def test_a_digest_of_what_anybody_could_guess_is_not_recorded(world: World) -> None:
    """What is not sealed has no random part: its digest would tell which of a few values it was."""
    sender, principal = world.guard("kms"), caller("kms", method="spiffe")
    request = {"key_id": "k-1", "wrapped_key": "abc"}
    sender.cross("kms-roots", principal, json.dumps(request).encode(), record="kr-1")
    (line,) = world.lines("crossing-log")
    assert "payload" not in line.details
    assert line.details["outcome"] == "passed"


def test_a_ledger_of_crossings_verifies_by_the_verifier_and_by_hand(world: World) -> None:
    """Known answer: the chain that a guard writes is limen-v1 under HMAC-SHA-256, as an independent reader has it."""
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-014")
    pharmacy = world.guard("pharmacy-014")
    for number in range(3):
        sent = pharmacy.cross("dispense-014", principal, text("dispense-record"), record=f"rec-{number}")
        guard.cross("dispense-014", principal, sent.payload, item="dispense-record", record=f"rec-{number}")
        with pytest.raises(Exception, match="nobody was authenticated"):
            guard.cross("dispense-014", None, sent.payload, item="dispense-record", record=f"rec-{number}")
    content = (world.folder / "cs-ledger.jsonl").read_bytes()
    found = verified(content, 0, Keys(world.store.secrets("cs-audit-key")), Expected(strict=True))
    assert (found.records, dict(found.faults), found.unread, found.unkeyed) == (6, {}, 0, 0)
    ((_, key),) = world.store.secrets("cs-audit-key").items()
    last = "0" * 64
    for number, line in enumerate(content.splitlines(), 1):
        value = json.loads(line)
        made = value.pop("_hash")
        assert (value["_seq"], value["_prev"]) == (number, last)
        again = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
        assert hmac.new(key, again, "sha256").hexdigest() == made
        last = made


def test_an_entry_says_all_that_the_ledger_is_declared_to_record(world: World) -> None:
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-014")
    sent = world.guard("pharmacy-014").cross("dispense-014", principal, text("dispense-record"), record="rec-1")
    guard.cross("dispense-014", principal, sent.payload, item="dispense-record", record="rec-1")
    (line,) = world.lines("cs-ledger")
    said = {"actor": line.actor, "action": line.action, "record": line.record, "time": line.time, "tenant": line.tenant}
    for name in world.declaration.ledgers["cs-ledger"].records:
        assert (said | line.details)[name]
    assert line.details["payload"] == hashlib.sha256(sent.payload).hexdigest()
    assert line.details["declaration"] == reference().digest
