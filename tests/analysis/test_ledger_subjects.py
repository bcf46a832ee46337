"""Ledgers and transfers as rules see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.subjects import detail, facts_of, inputs, some

COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "tenant": "east", "originates": ["record"], "signs_with": ["k"]},
    "gateway": {"zone": "middle", "originates": ["entry"]},
    "book": {"kind": "ledger", "stores": ["entry"]},
    "witness": {"zone": "outside"},
    "beside": {"kind": "service"},
    "clinic": {"zone": "outside", "tenant": "west"},
}
DATA: dict[str, Any] = {
    "record": {"label": {"level": "secret", "compartments": ["phi"]}, "identifiers": ["name"], "requires_integrity": 2},
    "entry": {"label": {"level": "internal"}, "requires_integrity": 1},
}
AUDIT = {"ledger": "book", "by": "to"}
FLOWS: list[dict[str, Any]] = [
    {"id": "upload", "from": "portal", "to": "gateway", "carries": ["record"], "audit": AUDIT},
    {"id": "quiet", "from": "portal", "to": "gateway", "carries": ["record"], "audit": {**AUDIT, "redacts": True}},
    {"id": "log", "from": "gateway", "to": "book", "carries": ["entry"], "audit": AUDIT},
    {"id": "elsewhere", "from": "portal", "to": "gateway", "carries": ["record"], "audit": {"ledger": "other"}},
]
FULL: dict[str, Any] = {
    "component": "book",
    "records": ["time", "actor", "actor"],
    "chain": {"algorithm": "HMAC-SHA-256", "key": "k"},
    "anchors": {"every": "PT1H", "to": "witness"},
    "append_only": True,
    "verify_on_read": True,
    "tiers": [
        {"name": "hot", "until": "P365D"},
        {"name": "warm", "until": "P3Y", "worm": True, "encrypted": True},
        {
            "name": "cold",
            "until": "P7Y",
            "worm": True,
            "compressed": True,
            "encrypted": True,
            "proof_of_existence": "rfc3161",
        },
    ],
    "legal_hold": "supported",
    "deletion": {"approvers": ["officer", "counsel", "officer"], "logged": True},
    "clock": {"source": "ntp", "max_skew": "PT5M"},
}


def ledger(keys: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The input of one ledger."""
    ledgers = {"book": {**FULL, **changes}}
    found = facts_of(COMPONENTS, FLOWS, data=DATA, ledgers=ledgers, keys=keys or {"k": {"held_by": "beside"}})
    return inputs(found.tables["ledger"])["book"]


def test_a_full_ledger() -> None:
    assert ledger() == {
        "chain": {
            "algorithm": "HMAC-SHA-256",
            "key": True,
            "key_known": True,
            "key_beside": False,
            "format": "undeclared",
        },
        "anchors": {"declared": True, "every": 3600, "sent": False, "elsewhere": True},
        "probed": False,
        "append_only": True,
        "verify_on_read": True,
        "records": ["actor", "time"],
        "clock_source": "ntp",
        "clock_max_skew": 300,
        "tiers": 3,
        "tier_gaps": 0,
        "hot": 365 * 86_400,
        "open_approvers": 0,
        "kept": 7 * 31_556_952,
        "later_tiers_without_worm": 0,
        "cold_unencrypted": 0,
        "cold_unproven": False,
        "legal_hold": "supported",
        "deletion_declared": True,
        "deletion_approvers": 2,
        "deletion_logged": True,
        "used": 3,
        "logged_label": {"level": 2, "compartments": ["phi"], "text": "secret {phi}"},
        # Entries come from the gateway, whose zone has trust 1; the record that is logged requires 2.
        "integrity": 1,
        "requires_integrity": 2,
        "unredacted": 1,
    }
    found = facts_of(COMPONENTS, FLOWS, data=DATA, ledgers={"book": FULL})
    assert detail(found.tables["ledger"], "book").provenance == {"unredacted": "upload"}


def test_a_ledger_that_says_nothing() -> None:
    found = facts_of(COMPONENTS, [], ledgers={"bare": {"component": "beside"}})
    assert inputs(found.tables["ledger"])["bare"] == {
        "chain": {"algorithm": "undeclared", "key": False, "key_known": False, "format": "undeclared"},
        "anchors": {"declared": False, "sent": False, "elsewhere": False},
        "probed": False,
        "append_only": False,
        "verify_on_read": False,
        "records": [],
        "clock_source": "undeclared",
        "tiers": 0,
        "tier_gaps": 0,
        "open_approvers": 0,
        "later_tiers_without_worm": 0,
        "cold_unencrypted": 0,
        "cold_unproven": False,
        "legal_hold": "undeclared",
        "deletion_declared": False,
        "deletion_approvers": 0,
        "deletion_logged": False,
        "used": 0,
        "logged_label": {"level": 0, "compartments": [], "text": "public"},
        "integrity": 3,
        "requires_integrity": 0,
        "unredacted": 0,
    }


def test_odd_ledgers() -> None:
    assert ledger(deletion={"approvers": ["Anyone", "counsel", "ALL"], "logged": True})["open_approvers"] == 2
    assert ledger(keys={"k": {"held_by": "book"}})["chain"]["key_beside"] is True
    assert "key_beside" not in ledger(keys={"k": {}})["chain"]
    assert ledger(keys={"other": {}})["chain"] == {
        "algorithm": "HMAC-SHA-256",
        "key": True,
        "key_known": False,
        "format": "undeclared",
    }
    assert ledger(chain={"algorithm": "SHA-256", "format": "foreign"})["chain"] == {
        "algorithm": "SHA-256",
        "key": False,
        "key_known": False,
        "format": "foreign",
    }
    assert ledger(anchors={"every": "PT1H", "to": "book"})["anchors"]["elsewhere"] is False
    assert ledger(anchors={"every": "PT1H", "to": "beside"})["anchors"]["elsewhere"] is False, "the same zone"
    tiers = [
        {"name": "hot", "until": "P2Y"},
        {"name": "warm", "until": "P2Y"},
        {"name": "cool", "until": "P1Y", "compressed": True},
        {"name": "cold", "until": "P9Y", "proof_of_existence": "none"},
    ]
    fields = ("tier_gaps", "later_tiers_without_worm", "cold_unencrypted", "cold_unproven", "kept")
    assert some(ledger(tiers=tiers), *fields) == {
        "tier_gaps": 2,
        "later_tiers_without_worm": 3,
        "cold_unencrypted": 2,
        "cold_unproven": True,
        "kept": 284012568,
    }
    assert some(ledger(tiers=tiers[:1]), *fields[1:4]) == {
        "later_tiers_without_worm": 0,
        "cold_unencrypted": 0,
        "cold_unproven": False,
    }
    assert some(ledger(clock={"source": "local"}), "clock_source", "clock_max_skew") == {"clock_source": "local"}


OUT = {"id": "out", "from": "portal", "to": "beside", "carries": ["record", "entry"]}
IN = {"id": "in", "from": "beside", "to": "clinic", "carries": ["record"]}
SIGNED = {**OUT, "protection": {"record": [{"signed": "k"}], "entry": [{"signed": "unheld"}]}}


@pytest.mark.parametrize(
    ("flows", "transfer", "expected"),
    [
        (
            [SIGNED, IN],
            {
                "flows": ["out", "in"],
                "dual_signature": True,
                "acknowledge_within": "PT24H",
                "token": {"ephemeral": True, "single_use": True},
                "custody_log": "book",
            },
            {
                "flows": 2,
                "unknown_flows": 0,
                "connected": True,
                "tenants": 2,
                "dual_signature": True,
                "acknowledge_within": 86_400,
                "token_declared": True,
                "token_ephemeral": True,
                "token_single_use": True,
                "custody_log": "declared",
                "custody_records_flows": False,
                "unsigned_items": 1,
            },
        ),
        (
            [OUT],
            {"flows": ["out", "gone"], "token": {}, "custody_log": "gone"},
            {
                "flows": 2,
                "unknown_flows": 1,
                "connected": False,
                "tenants": 1,
                "dual_signature": False,
                "token_declared": True,
                "token_ephemeral": False,
                "token_single_use": False,
                "custody_log": "unknown",
                "custody_records_flows": False,
                "unsigned_items": 2,
            },
        ),
        (
            [OUT, {**IN, "from": "gateway"}],
            {"flows": ["out", "in"]},
            {
                "flows": 2,
                "unknown_flows": 0,
                "connected": False,
                "tenants": 2,
                "dual_signature": False,
                "token_declared": False,
                "token_ephemeral": False,
                "token_single_use": False,
                "custody_log": "undeclared",
                "custody_records_flows": False,
                "unsigned_items": 2,
            },
        ),
    ],
    ids=["full", "unknown", "parted"],
)
def test_transfers(flows: list[dict[str, Any]], transfer: dict[str, Any], expected: dict[str, Any]) -> None:
    found = facts_of(
        COMPONENTS, flows, data=DATA, ledgers={"book": {"component": "book"}}, transfers=[{"id": "t", **transfer}]
    )
    assert inputs(found.tables["transfer"]) == {"t": expected}
    known = detail(found.tables["transfer"], "t")
    assert (known.path, known.crossing) == (("transfers", "t"), "out")
    assert known.provenance == {"unsigned_items": "entry" if expected["unsigned_items"] == 1 else "record, entry"}
