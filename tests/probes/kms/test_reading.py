"""What is read in recorded answers: arbitrary ones, damaged ones, and those of behaviour; all of it is pure."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.key_providers import PROVIDERS, KeyProviderError, Sealed
from limen.probes import kms
from limen.probes.interface import AttemptError
from limen.probes.kms.asking import ANSWERS, BEHAVIOUR
from limen.probes.kms.behaviour import Step, behave
from limen.probes.kms.dates import dated, seconds
from limen.probes.kms.reading import behaviour, interpret
from limen.records.attempts import RawResponse

AT = 1_795_000_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
GOOD: dict[str, Any] = {
    "vault": {
        "key": {"type": "aes256-gcm96", "latest_version": 2, "min_decryption_version": 1, "exportable": False,
                "keys": {"1": AT - 99, "2": {"creation_time": "2026-11-18T11:06:30Z"}}, "allow_plaintext_backup": False,
                "auto_rotate_period": 9, "imported_key": False},
        "policies": {"p": 'path "transit/encrypt/k" { capabilities = ["update"] }'},
        "holders": {"holders": [{"place": "auth/approle/role", "name": "r", "policies": {"policies": ["p"]}}],
                    "unseen": []},
    },
    "aws-kms": {
        "key": {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "CreationDate": AT - 999},
        "rotation": {"KeyRotationEnabled": True, "RotationPeriodInDays": 90},
        "rotations": [{"KeyMaterialState": "NON_CURRENT"}, {"KeyMaterialState": "CURRENT", "RotationDate": AT - 99}],
        "policy": {"Policy": '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/r"}, '
                             '"Action": "kms:Decrypt"}]}'},
        "grants": [],
    },
    "pkcs11": {
        "key": [{"KEY_TYPE": "AES", "VALUE_LEN": 32, "ID": "01", "START_DATE": "2026-11-01", "SENSITIVE": True,
                 "EXTRACTABLE": False, "ENCRYPT": True, "value": "refused", "LOCAL": True}],
        "token": {"hardware": True, "model": "m"},
    },
    "kmip": {"key": [{"id": "1", "State": "ACTIVE", "Cryptographic Algorithm": "AES", "Cryptographic Length": 256,
                      "Initial Date": AT - 99, "Sensitive": True, "value": "refused"}]},
    "gcp-kms": {
        "key": {"name": "projects/p/k", "purpose": "ENCRYPT_DECRYPT", "rotationPeriod": "9s",
                "primary": {"name": "projects/p/k/cryptoKeyVersions/1", "state": "ENABLED",
                            "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}},
        "versions": [{"name": "projects/p/k/cryptoKeyVersions/1", "state": "ENABLED", "protectionLevel": "HSM",
                      "createTime": "2026-11-01T00:00:00.5Z", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}],
        "policy": {"bindings": []},
        "ring_policy": {"bindings": []},
    },
    "azure-key-vault": {
        "key": {"key": {"kty": "RSA-HSM", "n": "A" * 342}, "attributes": {"enabled": True, "created": AT - 99}},
        "versions": [{"kid": "k", "attributes": {"enabled": True, "created": AT - 99}}],
        "rotation": {"lifetimeActions": [{"trigger": {"timeAfterCreate": "P90D"}, "action": {"type": "Rotate"}}]},
    },
    "file": {"key": {"algorithm": "AES-256", "state": "live", "sealed": False,
                     "versions": [{"number": 1, "created": "2026-11-01T00:00:00Z", "state": "live", "ended": ""}]}},
}  # fmt: skip
"""Answers of a good key, shortened."""


def raw(provider: str, answers: dict[str, Any], **outcomes: str) -> dict[str, RawResponse]:
    shown = {
        question: {"outcome": outcomes.get(question, "answered"), "body": body} for question, body in answers.items()
    }
    content = msgspec.json.encode({"provider": provider, "key": "transit/k", "answers": shown})
    return {ANSWERS: RawResponse(name=ANSWERS, media_type="application/json", content=content)}


def read(provider: str, answers: dict[str, Any], **outcomes: str) -> dict[str, Any]:
    (seen,) = interpret(raw(provider, answers, **outcomes), AT)
    return msgspec.to_builtins(seen.facts)


@pytest.mark.parametrize("provider", sorted(GOOD))
def test_a_good_key_is_read(provider: str) -> None:
    facts = read(provider, GOOD[provider])
    assert (facts["exists"], facts["enabled"], facts["deletion_pending"]) == (True, True, False)
    assert facts["algorithm"] == ("RSA-2048" if provider == "azure-key-vault" else "AES-256")
    assert facts["impossible_dates"] == 0
    assert facts["newest_age"] >= 0


def test_every_provider_has_a_good_key_here() -> None:
    assert set(GOOD) | {"openbao"} == set(PROVIDERS)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(content: bytes) -> None:
    with pytest.raises(AttemptError):
        interpret({ANSWERS: RawResponse(name=ANSWERS, media_type="application/json", content=content)}, AT)


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_any_answer_is_refused_or_read(provider: str, data: st.DataObject) -> None:
    answers = dict(GOOD[provider])
    question = data.draw(st.sampled_from(sorted(answers)))
    answers[question] = data.draw(JSON)
    try:
        read(provider, answers)
    except AttemptError:
        return


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_good_answer_with_one_odd_part_is_refused_or_read(provider: str, data: st.DataObject) -> None:
    answers = msgspec.json.decode(msgspec.json.encode(GOOD[provider]))
    place: Any = answers
    name: Any = data.draw(st.sampled_from(sorted(answers)))
    while isinstance(place[name], (dict, list)) and place[name] and data.draw(st.booleans()):
        place = place[name]
        name = data.draw(st.sampled_from(sorted(place))) if isinstance(place, dict) else 0
    place[name] = data.draw(JSON)
    try:
        read(provider, answers)
    except AttemptError:
        return


@pytest.mark.parametrize("provider", sorted(GOOD))
def test_what_was_denied_is_not_claimed(provider: str) -> None:
    """A question that was refused leaves its facts out; none becomes false, empty or zero."""
    for question in set(GOOD[provider]) - {"key"}:
        whole, part = read(provider, GOOD[provider]), read(provider, GOOD[provider], **{question: "denied"})
        # Whether somebody else may lie out of sight is known to be unknown; a flag of that is no claim.
        changed = {name for name in part if part[name] != whole.get(name)} - {"grantees_complete", "grantees"}
        assert changed == set(), question
    if provider in ("vault", "aws-kms"):
        assert read(provider, GOOD[provider], policies="denied", policy="denied")["grantees_complete"] is False


def test_a_key_that_is_absent() -> None:
    assert read("vault", {"key": None}, key="absent") == {
        "provider": "vault", "exists": False, "rotates_alone": False, "grantees_complete": False, "tested": False,
    }  # fmt: skip


def test_a_symmetric_key_of_google_without_a_primary_version_seals_nothing() -> None:
    key = {name: value for name, value in GOOD["gcp-kms"]["key"].items() if name != "primary"}
    assert read("gcp-kms", GOOD["gcp-kms"] | {"key": key})["enabled"] is False
    signing = key | {"purpose": "ASYMMETRIC_SIGN"}
    assert read("gcp-kms", GOOD["gcp-kms"] | {"key": signing})["enabled"] is True


def test_a_recording_without_answers_is_refused() -> None:
    with pytest.raises(AttemptError, match="has no answers"):
        interpret({}, AT)


WHOLE = [
    ("seal", "done", "1"), ("open", "same", ""), ("open-wrong-context", "refused", ""), ("open-again", "same", ""),
    ("seal-free", "done", "1"), ("rotate", "done", ""), ("seal-after-rotation", "done", "2"), ("open-old", "same", ""),
    ("rewrap", "done", "2"), ("open-rewrapped", "same", ""), ("disable", "done", ""), ("seal-disabled", "refused", ""),
    ("open-disabled", "refused", ""), ("enable", "done", ""), ("open-enabled", "same", ""),
]  # fmt: skip
PROVEN = {
    "old_ciphertext_opens": True, "new_version_used": True, "rewraps": True, "context_bound": True,
    "disabled_refuses": True,
}  # fmt: skip


def trial(**changed: str | None) -> dict[str, Any]:
    names = {name.replace("_", "-"): outcome for name, outcome in changed.items()}
    steps = [
        Step(name=name, outcome=names.get(name, outcome), version=version)  # type: ignore[arg-type]
        for name, outcome, version in WHOLE
        if names.get(name, outcome) is not None
    ]
    return behaviour(steps)


def test_a_whole_trial_proves_everything() -> None:
    assert trial() == PROVEN


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"open_old": "refused"}, PROVEN | {"old_ciphertext_opens": False}),
        ({"open_old": "different"}, PROVEN | {"old_ciphertext_opens": False}),
        ({"open_old": "failed"}, {k: v for k, v in PROVEN.items() if k != "old_ciphertext_opens"}),
        ({"open_old": "denied"}, {k: v for k, v in PROVEN.items() if k != "old_ciphertext_opens"}),
        ({"open_wrong_context": "same"}, PROVEN | {"context_bound": False}),
        ({"open_wrong_context": "failed"}, {k: v for k, v in PROVEN.items() if k != "context_bound"}),
        ({"open_again": "refused"}, {k: v for k, v in PROVEN.items() if k != "context_bound"}),
        ({"rewrap": "refused", "open_rewrapped": None}, PROVEN | {"rewraps": False}),
        ({"rewrap": "unsupported", "open_rewrapped": None}, {k: v for k, v in PROVEN.items() if k != "rewraps"}),
        ({"seal_disabled": "done"}, PROVEN | {"disabled_refuses": False}),
        ({"open_disabled": "same"}, PROVEN | {"disabled_refuses": False}),
        ({"seal_disabled": "denied"}, {k: v for k, v in PROVEN.items() if k != "disabled_refuses"}),
        ({"open_enabled": "refused"}, {k: v for k, v in PROVEN.items() if k != "disabled_refuses"}),
        ({"disable": "unsupported"}, {k: v for k, v in PROVEN.items() if k != "disabled_refuses"}),
    ],
)
def test_what_one_step_changes(changed: dict[str, str | None], expected: dict[str, Any]) -> None:
    assert trial(**changed) == expected


STEPS = st.builds(
    Step,
    name=st.sampled_from([one[0] for one in WHOLE]),
    outcome=st.sampled_from(["done", "same", "different", "refused", "denied", "unsupported", "failed"]),
    version=st.text(max_size=2),
)


@given(st.lists(STEPS))
def test_any_steps_are_read(steps: list[Step]) -> None:
    assert set(behaviour(steps)) <= set(PROVEN)


class Refusing:
    """A key that seals and opens, and can't be disabled for long: whoever asks is counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        return Sealed(ciphertext=context + b"|" + plaintext, version="1")

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        bound, _, plaintext = ciphertext.partition(b"|")
        if bound != context:
            raise KeyProviderError("refused", "another context")
        return plaintext

    def __getattr__(self, name: str) -> Any:
        def asked(*_: Any) -> Sealed:
            self.asked.append(name)
            if name == "disable":
                raise KeyProviderError("unreachable", "the connection ended")
            return Sealed(ciphertext=b"|x", version="1")

        return asked


def test_a_key_is_enabled_again_whatever_disabling_came_to() -> None:
    key = Refusing()
    names = [(step.name, step.outcome) for step in behave(key)]
    assert key.asked == ["rotate", "rewrap", "disable", "enable"]
    assert names[-3:] == [("disable", "failed"), ("enable", "done"), ("open-enabled", "same")]


def test_a_key_is_not_disabled_when_little_time_is_left() -> None:
    key = Refusing()
    behave(key, left=lambda: 4.9)
    assert key.asked == ["rotate", "rewrap"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (AT, AT), (AT + 0.9, AT), ("2026-11-18T11:06:40Z", AT), ("2026-11-18", 1_794_960_000), ("yesterday", None),
        (True, None), (0, None), (None, None), ("1970-01-01T00:00:00Z", None), (1e300, None), ([], None),
        ("2026-11-18T12:06:40+01:00", AT),
    ],
)  # fmt: skip
def test_a_date_of_a_custodian(value: object, expected: int | None) -> None:
    assert seconds(value) == expected


def test_dates_that_can_be_true() -> None:
    found = dated({1: AT - 500, 2: AT - 100}, AT)
    assert found == {"impossible_dates": 0, "first_at": AT - 500, "newest_at": AT - 100, "newest_age": 100}


@pytest.mark.parametrize(
    ("versions", "created", "impossible"),
    [
        ({1: AT - 500, 2: AT + 301}, None, 1),
        ({1: AT - 100, 2: AT - 500}, None, 1),
        ({1: AT - 500, 2: AT - 100}, AT - 250, 0),
        ({1: AT - 1500, 2: AT - 1100}, AT - 500, 2),
    ],
)
def test_dates_that_lie(versions: dict[int, int | None], created: int | None, impossible: int) -> None:
    found = dated(versions, AT, created)
    assert found["impossible_dates"] == impossible
    assert ("newest_at" in found) is (impossible == 0)


def test_without_the_newest_date_nothing_is_concluded() -> None:
    assert "newest_at" not in dated({1: AT - 500, 2: None}, AT)
    assert dated({1: None}, AT) == {}


def test_the_probe_is_whole() -> None:
    fields = set(type(interpret(raw("vault", GOOD["vault"]), AT)[0].facts).__struct_fields__)
    assert set(kms.CAPABILITY) <= fields
    assert BEHAVIOUR.endswith(".json")
