"""Who approved what judges: from the signing policy, bound to a version where it names a digest, and else said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence.approvals import Approval, Approvals, approvals, policy_of, read_signing_policy
from limen.policy.catalog import load_catalog
from limen.policy.selection import used_by
from tests.needs import REPOSITORY


def test_nobody_is_named_another_version_and_this_one() -> None:
    catalog = load_catalog()
    used = used_by(catalog, ["part-11"])
    text = (REPOSITORY / "policies" / "profiles" / "part-11.yaml").read_bytes()
    law = (REPOSITORY / "policies" / "frameworks" / "21cfr11.yaml").read_bytes()
    given = Approvals(
        profiles={"part-11": Approval(by=("Ana Ruiz",), at="2026-11-01", sha256=hashlib.sha256(text).hexdigest())},
        frameworks={
            "21cfr11": Approval(by=("Ana Ruiz", "Jo Kim"), at="2026-11-02"),
            "nist-800-53r5": Approval(by=("Jo Kim",), at="2026-11-02", sha256="0" * 64),
        },
    )
    found = approvals(catalog, used, given)
    assert [one["id"] for one in found["profiles"]] == list(used.profiles)
    mine = next(one for one in found["profiles"] if one["id"] == "part-11")
    assert mine == {
        "id": "part-11",
        "sha256": hashlib.sha256(text).hexdigest(),
        "approved_by": ["Ana Ruiz"],
        "at": "2026-11-01",
        "bound": True,
        "reason": "",
    }
    frameworks = {one["id"]: one for one in found["frameworks"]}
    assert frameworks["21cfr11"]["sha256"] == hashlib.sha256(law).hexdigest()
    assert (frameworks["21cfr11"]["approved_by"], frameworks["21cfr11"]["bound"]) == (["Ana Ruiz", "Jo Kim"], False)
    assert frameworks["nist-800-53r5"]["approved_by"] == []
    assert frameworks["nist-800-53r5"]["reason"] == "another version was approved"
    others = [one for one in found["frameworks"] if one["id"] not in ("21cfr11", "nist-800-53r5")]
    assert others
    assert {one["reason"] for one in others} == {"nobody is named"}


def test_a_signing_policy_is_enclosed_as_json(tmp_path: Path) -> None:
    path = tmp_path / "signing.yaml"
    path.write_text(
        "timestamp: true\nsignatures: {producer: 2}\napprovals: {profiles: {a: {by: [Ana], at: 2026-01-01}}}\n"
    )
    content = read_signing_policy(path)
    assert content == (
        b'{"approvals":{"profiles":{"a":{"at":"2026-01-01","by":["Ana"]}}},"signatures":{"producer":2},"timestamp":true}'
    )
    assert policy_of(json.loads(content)).profiles["a"].by == ("Ana",)


@pytest.mark.parametrize(
    "text",
    [
        "signatures: {producer: 0}\n",
        "signature: {producer: 1}\n",
        "approvals: {profiles: {a: {by: [], at: 2026-01-01}}}\n",
        "approvals: {profiles: {a: {by: [' '], at: 2026-01-01}}}\n",
        "approvals: {profiles: {a: {by: [Ana], at: yesterday}}}\n",
        "approvals: {profiles: {a: {by: [Ana], at: 2026-01-01, sha256: abc}}}\n",
        "approvals: {rules: {}}\n",
        "- 1\n",
        "a: [\n",
    ],
)
def test_a_policy_that_does_not_fit_is_refused_with_its_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "signing.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_signing_policy(path)
    assert all(one.location is not None and one.location.file == str(path) for one in raised.value.problems)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
)


@given(st.fixed_dictionaries({}, optional={"approvals": _JSON, "signatures": _JSON, "log": _JSON}) | _JSON)
def test_whatever_is_no_policy_is_refused(value: object) -> None:
    try:
        found = policy_of(value)
    except ValueError:
        return
    assert isinstance(found, Approvals)
