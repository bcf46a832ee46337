"""Transfers and deletions that once took one thing for two, or two people for one."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import msgspec
import pytest

from limen.controls.deletion_approval import Approver, Request, approve, judged
from limen.controls.transfer import TransferError
from tests.controls.deleting import COUNSEL, NOW, OFFICER
from tests.controls.transferring import RECORD, Hub, order

REQUEST = Request(ledger="log", first=1, last=5, before="0" * 64, head="5" * 64, reason="kept for long enough")
FUNCTIONS = ("records-officer", "legal-counsel")


def hub(folder: Path) -> Hub:
    return Hub(folder / "cs.jsonl")


@pytest.mark.parametrize(
    "forms", [("", "/222-123456789"), ("/222-123456789", "/csos-26XA1B2C3"), ("/222-123456789", "")]
)
def test_a_number_is_one_transfer_whatever_the_order_form(tmp_path: Path, forms: tuple[str, str]) -> None:
    # The same stock would leave twice under one number, each time with both signatures.
    place = hub(tmp_path)
    first, second = (RECORD + form for form in forms)
    place.propose(order(first), record=first)
    with pytest.raises(TransferError) as refused:
        place.propose(order(second), record=second)
    assert refused.value.reason == "duplicate"
    place.restart()
    with pytest.raises(TransferError):
        place.propose(order(second), record=second)
    assert [one.record for one in place.transfers.pending()] == [first]


@pytest.mark.parametrize(
    "name", ["JOSÉ  NÚÑEZ", unicodedata.normalize("NFD", "José Núñez"), "José\u00a0Núñez", "\uff2aosé Núñez"]
)
def test_one_person_under_two_spellings(name: str) -> None:
    approvers = (
        Approver(function=FUNCTIONS[0], person="José Núñez", key=OFFICER.key),
        Approver(function=FUNCTIONS[1], person=name, key=COUNSEL.key),
    )
    approvals = [
        approve(REQUEST, function=one.function, person=one.person, signer=signer, now=NOW)
        for one, signer in zip(approvers, (OFFICER, COUNSEL), strict=True)
    ]
    _, objections = judged(REQUEST, approvals, functions=FUNCTIONS, approvers=approvers, used=frozenset(), now=NOW)
    assert "unapproved" in {one.reason for one in objections}


def test_an_approval_that_is_written_in_another_way_is_the_same_one() -> None:
    approvers = (Approver(function=FUNCTIONS[0], person="Ana", key=OFFICER.key),)
    content = approve(REQUEST, function=FUNCTIONS[0], person="Ana", signer=OFFICER, now=NOW)

    def judge(one: bytes, used: frozenset[str]) -> tuple[list[str], set[str]]:
        good, objections = judged(REQUEST, [one], functions=FUNCTIONS, approvers=approvers, used=used, now=NOW)
        return [each.digest for each in good], {each.reason for each in objections}

    (digest,), _ = judge(content, frozenset())
    for again in (content + b"\n", json.dumps(json.loads(content), indent=1).encode(), msgspec.json.format(content)):
        good, reasons = judge(again, frozenset({digest}))
        assert good == []
        assert reasons & {"replayed", "signature_refused"}


@pytest.mark.parametrize(
    ("listed", "reason"), [("II", "content_refused"), ("none", "content_refused"), ("unknown", "schedule_unknown")]
)
def test_schedule_two_does_not_move_as_schedule_three(tmp_path: Path, listed: str, reason: str) -> None:
    # Without an order form, by the sender's word alone (21 CFR 1305.03).
    place = Hub(tmp_path / "cs.jsonl", schedule_of=lambda ndc, day: listed)
    with pytest.raises(TransferError) as refused:
        place.propose(order(schedule="III"))
    assert (refused.value.reason, place.actions()) == (reason, ["refused"])


def test_a_schedule_that_is_listed_moves(tmp_path: Path) -> None:
    place = Hub(tmp_path / "cs.jsonl", schedule_of=lambda ndc, day: "III")
    assert place.propose(order(schedule="III")).state == "proposed"
