"""Content: no field that was not declared passes, in whatever shape it comes."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.guard.content import check_content
from limen.controls.refusals import RefusedError

FIELDS = frozenset({"ndc", "lot", "quantity", "schedule"})
VALUES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)


def check(payload: bytes, **given: Any) -> None:
    check_content(payload, FIELDS, frozenset({"ndc", "lot"}), given.pop("record", "rec-1"), **given)


def reason(payload: bytes, **given: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        check(payload, **given)
    return refused.value.reason


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES), st.booleans())
def test_declared_fields_pass_however_they_are_written(record: dict[str, Any], compact: bool) -> None:
    check(json.dumps(record, separators=(",", ":") if compact else None).encode(), record="/")


@given(
    st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES),
    st.text(max_size=8).filter(lambda name: name not in FIELDS),
    st.sampled_from(["top", "inner", "listed"]),
)
def test_one_undeclared_name_is_enough_at_any_depth(record: dict[str, Any], name: str, where: str) -> None:
    more: dict[str, Any] = {
        "top": {name: 1},
        "inner": {"lot": {name: 1}},
        "listed": {"lot": [[{"ndc": [{name: 1}]}]]},
    }[where]
    text = json.dumps(record | more, separators=(",", ":"))
    assert reason(text.encode(), record="/") == "fields_undeclared"
    assert reason(json.dumps([record, record | more]).encode(), record="/") == "fields_undeclared"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"1",
        b'"lot"',
        b"[1]",
        b'[{"lot":1},2]',
        b'[["lot"]]',
        b"NaN",
        b'{"lot":NaN}',
        b'{"lot":1,"lot":2}',
        b'{"lot":1}{"lot":2}',
        b'{"lot":1',
        b'\xef\xbb\xbf{"lot":1}',
        b'{"lot":"\xff"}',
        b"<lot/>",
        b"[" * 100_000,
        b'{"lot":' * 100_000,
    ],
)
def test_what_can_not_be_told_is_refused(payload: bytes) -> None:
    assert reason(payload) in ("content_refused", "fields_undeclared")


def test_a_name_written_by_an_escape_is_the_same_name() -> None:
    check(b'{"l\\u006ft":"A"}')
    assert reason(b'{"l\\u006ft":"A","lot":"B"}') == "content_refused"


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_any_bytes_give_the_one_error(payload: bytes) -> None:
    with suppress(RefusedError):
        check(payload)


@pytest.mark.parametrize(
    ("record", "value", "refused"),
    [
        ("0406-0512-01", "0406-0512-01", True),
        ("mv-0406-0512-01-7", "0406-0512-01", True),
        ("L22A", "L22A", True),
        ("mv-L22A", "L22A", False),
        ("7120", 7120, True),
        ("mv-1", "", False),
        ("mv-1", None, False),
    ],
)
def test_an_identifier_is_no_id_of_a_record(record: str, value: Any, refused: bool) -> None:
    payload = json.dumps({"lot": value}).encode()
    inner = b'{"ndc":{"ndc":[0,[' + payload + b"]]}}"
    for text in (payload, b"[" + payload + b"]", inner):
        if refused:
            assert reason(text, record=record) == "record_refused"
        else:
            check(text, record=record)


def within(said: Any) -> bytes:
    """Return a record of which an inner one says whose it is."""
    return json.dumps({"lot": [1, {"lot": {"tenant_id": said}}]}).encode()


def test_a_record_says_the_tenant_that_it_belongs_to() -> None:
    fields = frozenset({"tenant_id", "lot"})
    for said, tenant, passes in (("p-1", "p-1", True), ("p-1", "p-2", False), ("", "p-2", False), (1, "1", False)):
        payload = json.dumps({"tenant_id": said}).encode()
        for text in (payload, json.dumps([{"lot": 1}, {"tenant_id": said}]).encode(), within(said)):
            if passes:
                check_content(text, fields, frozenset(), "r", tenant_field="tenant_id", tenant=tenant)
                continue
            with pytest.raises(RefusedError) as refused:
                check_content(text, fields, frozenset(), "r", tenant_field="tenant_id", tenant=tenant)
            assert refused.value.reason == "wrong_tenant"


def test_no_message_repeats_a_name_or_a_value_of_the_payload() -> None:
    for payload in (b'{"Castellane":1}', b'{"lot":"Castellane"', b"Castellane", b'{"lot":1,"lot":"Castellane"}'):
        with pytest.raises(RefusedError) as refused:
            check(payload)
        assert "Castellane" not in f"{refused.value} {refused.value.problems!r} {refused.value.__context__!r}"
