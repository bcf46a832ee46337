"""From answers to facts: what was not answered stays unseen, and no recording makes the probe fail otherwise."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from limen.adapters.object_stores.store import StoreAnswer
from limen.analysis.kinds.observed_storage import LifecycleFacts, SealFacts, StorageFacts
from limen.analysis.reconciliation import storage as claims
from limen.probes import storage
from limen.probes.interface import AttemptError, Target
from limen.probes.storage import settings
from limen.probes.storage.buckets import QUESTIONS
from limen.probes.storage.places import place_of
from limen.probes.storage.reading import _named
from limen.probes.storage.trial import IN_TIME
from limen.probes.storage.trial_reading import read_trial
from limen.records.attempts import RawResponse

DENIED = StoreAnswer(status=403, code="AccessDenied")
DAY = 86_400


def _raw(**content: Any) -> dict[str, RawResponse]:
    return {
        f"{name}.json": RawResponse(
            name=f"{name}.json", media_type="application/json", content=msgspec.json.encode(value)
        )
        for name, value in content.items()
    }


def _rules(*rules: dict[str, Any]) -> dict[str, StoreAnswer]:
    made = StoreAnswer(status=200, content={"Rules": list(rules)}, root="LifecycleConfiguration")
    return {"get_bucket_lifecycle_configuration": made}


@pytest.mark.parametrize(
    ("rule", "expiries"),
    [
        ({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}, (30 * DAY,)),
        ({"Status": "Enabled", "Prefix": "", "Expiration": {"Days": 30}}, (30 * DAY,)),
        ({"Status": "Enabled", "Expiration": {"Date": "2027-01-01T00:00:00+00:00"}}, (0,)),
        ({"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}, (7 * DAY,)),
        ({"Status": "Enabled", "Filter": {"And": {"Prefix": "led", "Tags": []}}, "Expiration": {"Days": 1}}, (DAY,)),
        ({"Status": "Enabled", "Filter": {"Prefix": "ledger/2020/"}, "Expiration": {"Days": 1}}, (DAY,)),
        ({"Status": "Enabled", "Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"Days": 1}}, (DAY,)),
        ({"Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}, ()),
        ({"Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}, ()),
        ({"Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 1}]}, ()),
        ({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"ExpiredObjectDeleteMarker": True}}, ()),
        ({"Status": "Enabled", "Filter": {"Prefix": "ledger/limen/"}, "Expiration": {"Days": 1}}, ()),
        ({"Status": "Enabled", "Expiration": {"Days": "many"}}, (0,)),
    ],
)
def test_the_earliest_that_a_rule_takes_away(rule: dict[str, Any], expiries: tuple[int, ...]) -> None:
    assert settings.lifecycle(_rules(rule), "ledger/", "ledger/limen") == LifecycleFacts(expiries=expiries)


@pytest.mark.parametrize(
    ("told", "declared", "named"),
    [
        ("arn:aws:kms:eu-west-1:1:key/abc", {"store": "arn:aws:kms:eu-west-1:1:key/abc"}, "store"),
        ("arn:aws:kms:eu-west-1:1:key/abc", {"store": "abc"}, "store"),
        ("abc", {"store": "arn:aws:kms:eu-west-1:1:key/abc"}, "store"),
        ("arn:aws:kms:eu-west-1:1:alias/a", {"store": "alias/a"}, "store"),
        ("abc", {"other": "xyz", "store": "abc"}, "store"),
        ("abc", {"other": "xyz"}, "abc"),
        ("arn:aws:kms:eu-west-1:1:key/abc", {"store": "arn:aws:kms:eu-west-1:2:key/abc"}, None),
        ("abc", {"store": "alias/a"}, UNSET),
        ("alias/a", {"store": "abc"}, UNSET),
        ("", {"store": "abc"}, "provider"),
        (UNSET, {"store": "abc"}, UNSET),
    ],
)
def test_a_key_is_named_where_it_is_known(told: Any, declared: dict[str, str], named: Any) -> None:
    assert _named(told, declared) == (told if named is None else named)


def test_what_may_not_be_asked_is_unseen() -> None:
    answers = dict.fromkeys((*QUESTIONS, "anonymous"), DENIED)
    answers["get_bucket_versioning"] = StoreAnswer(status=200, content={}, root="VersioningConfiguration")
    facts = storage.interpret(_raw(asked={"form": "bucket", "scheme": "https", "name": "b"}, answers=answers), 0)[
        0
    ].facts
    assert isinstance(facts, StorageFacts)
    assert (facts.versioning, facts.tls_only, facts.seal.algorithm, facts.seal.key) == ("off", UNSET, UNSET, UNSET)
    assert (facts.open.block, facts.open.policy, facts.open.acl, facts.open.anonymous) == (UNSET, UNSET, UNSET, False)
    assert (facts.lock.mode, facts.lock.retention, facts.lifecycle.expiries) == (UNSET, UNSET, UNSET)


def _step(code: str = "", status: int = 200) -> dict[str, Any]:
    return {"status": status, "code": code}


GONE, NO = _step("404", 404), _step("AccessDenied", 403)


@pytest.mark.parametrize(
    ("changed", "at", "expected"),
    [
        ({}, {}, ("refused", "refused", "refused", "refused")),
        ({"free_delete": NO, "after_free_delete": _step()}, {}, (UNSET, UNSET, "refused", UNSET)),
        ({"after_delete": GONE}, {}, ("allowed", "refused", "refused", "refused")),
        ({"lengthen": NO}, {}, ("refused", "refused", UNSET, "refused")),
        ({"shorten": _step()}, {}, ("refused", "refused", "allowed", "refused")),
        ({"after_bypass": GONE}, {}, ("refused", "allowed", "refused", "refused")),
        ({"after_held_delete": GONE}, {}, ("refused", "refused", "refused", "allowed")),
        ({"hold": NO}, {}, ("refused", "refused", "refused", UNSET)),
        ({"hold": _step("NotImplemented", 501)}, {}, ("refused", "refused", "refused", "allowed")),
        ({}, {"after_delete": IN_TIME + 0.1}, (UNSET, "refused", "refused", "refused")),
        ({}, {"shorten": IN_TIME + 0.1}, ("refused", "refused", UNSET, "refused")),
        ({"delete": _step("", 204)}, {}, (UNSET, "refused", "refused", "refused")),
    ],
)
def test_a_refusal_counts_only_with_its_counterpart(
    changed: dict[str, Any], at: dict[str, float], expected: tuple[Any, ...]
) -> None:
    steps = {
        "put": _step(), "head": _step(), "lengthen": _step(), "shorten": NO, "delete": NO, "after_delete": _step(),
        "bypass": NO, "after_bypass": _step(), "hold": _step(), "held_delete": NO, "after_held_delete": _step(),
        "release": _step(), "free_delete": _step("", 204), "after_free_delete": GONE,
    } | changed  # fmt: skip
    found, _ = read_trial({"mode": "COMPLIANCE", "steps": steps, "at": dict.fromkeys(steps, 0.1) | at})
    assert (found.delete, found.bypass, found.shorten, found.hold) == expected


def test_that_one_may_not_bypass_governance_says_nothing_of_others() -> None:
    steps = {"bypass": NO, "after_bypass": _step(), "free_delete": _step(), "after_free_delete": GONE}
    found, _ = read_trial({"mode": "GOVERNANCE", "steps": steps, "at": dict.fromkeys(steps, 0.1)})
    assert found.bypass is UNSET


@pytest.mark.parametrize(
    ("declared", "seen", "agrees"),
    [
        ("AES-256-GCM", "AES-256-GCM", True),
        ("AES-256-GCM", "AES-256-XTS", False),
        ("AES-256-XTS", "AES-256-GCM", True),
        ("AES-256-GCM", "AES-256", None),
        ("AES-256-XTS", "AES-256", None),
        ("AES-256-CBC", "AES-256", True),
        ("AES-128-GCM", "AES-256", True),
        ("AES-256-GCM", "none", False),
        ("AES-256-GCM", "other", False),
        ("none", "none", True),
        ("AES-256-GCM", UNSET, None),
    ],
)
def test_an_algorithm_agrees_where_it_is_at_least_as_strong(declared: str, seen: Any, agrees: bool | None) -> None:
    found = claims.algorithm(declared, [StorageFacts(form="bucket", seal=SealFacts(algorithm=seen))])
    assert (None if found is None else found.agrees) is agrees


def test_the_weakest_of_several_counts_and_another_key_does() -> None:
    good = StorageFacts(form="bucket", seal=SealFacts(algorithm="AES-256-GCM", key="store"))
    bad = StorageFacts(form="volume", seal=SealFacts(algorithm="none", key="other"))
    weakest, key = claims.algorithm("AES-256-GCM", [good, bad]), claims.key("store", [good, bad])
    assert weakest is not None
    assert key is not None
    assert (weakest.observed, weakest.agrees, key.observed, key.agrees) == ("none", False, "other", False)
    assert claims.key("store", [StorageFacts(form="records")]) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
_WORDS = st.sampled_from(
    ["Rules", "Status", "Enabled", "Policy", "ObjectLockConfiguration", "Rule", "DefaultRetention", "Grants", "Grantee",
     "PublicAccessBlockConfiguration", "OwnershipControls", "ServerSideEncryptionConfiguration", "PolicyStatus",
     "ApplyServerSideEncryptionByDefault", "Expiration", "Days", "Filter"]
)  # fmt: skip
_CONTENT = st.dictionaries(_WORDS, st.dictionaries(_WORDS, _JSON, max_size=3) | _JSON, max_size=3)


@given(
    st.fixed_dictionaries(
        {
            name: st.builds(
                lambda status, code, content, root: {"status": status, "code": code, "content": content, "root": root},
                st.sampled_from([200, 403, 404, 501]),
                st.sampled_from(["", "AccessDenied", "NoSuchBucketPolicy"]),
                _CONTENT,
                st.sampled_from(["", "VersioningConfiguration", "LifecycleConfiguration"]),
            )
            for name in (*QUESTIONS, "anonymous")
        }
    )
)
def test_whatever_a_store_answers_is_facts_or_an_attempt_error(answers: dict[str, Any]) -> None:
    raw = _raw(asked={"form": "bucket", "scheme": "https", "name": "b"}, answers=answers, trial={"steps": {}, "at": {}})
    try:
        facts = storage.interpret(raw, 0)[0].facts
    except AttemptError:
        return
    assert msgspec.json.decode(msgspec.json.encode(facts), type=StorageFacts) == facts


@given(st.binary(max_size=200), st.sampled_from(["asked.json", "answers.json", "trial.json", "records.json"]))
def test_a_damaged_recording_is_an_attempt_error(content: bytes, name: str) -> None:
    for form in ("bucket", "volume", "records"):
        raw = _raw(asked={"form": form, "scheme": "ebs", "name": "b"}, answers={}, records={"count": 1})
        raw[name] = RawResponse(name=name, media_type="application/json", content=content)
        with suppress(AttemptError):
            storage.interpret(raw, 0)


@given(st.text(max_size=60) | st.from_regex(r"(https|s3|ebs|file|postgresql):[/\\[\\]@:a-z0-9%]{0,30}", fullmatch=True))
def test_any_endpoint_is_a_place_or_an_attempt_error(endpoint: str) -> None:
    with suppress(AttemptError):
        place = place_of(Target(probe="storage", section="typed", name=endpoint, endpoint=endpoint))
        assert place.name
