"""How a version stands, and of which algorithm a key is, by what each custodian says; unknown where it does not."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.key_providers import Answer
from limen.adapters.key_providers.algorithms import algorithm_of
from limen.adapters.key_providers.standing import Standing, standing

FILE: dict[str, Any] = {
    "algorithm": "AES-256", "state": "live",
    "versions": [{"number": 1, "state": "live"}, {"number": 2, "state": "destroyed"}, {"number": 3, "state": "live"}],
}  # fmt: skip
TRANSIT: dict[str, Any] = {"type": "aes256-gcm96", "latest_version": 3, "min_decryption_version": 2}
TOKEN: list[dict[str, Any]] = [
    {"ID": "00000001", "KEY_TYPE": "AES", "VALUE_LEN": 32, "ENCRYPT": True, "DECRYPT": True},
    {"ID": "0000000a", "KEY_TYPE": "AES", "VALUE_LEN": 32, "ENCRYPT": True, "DECRYPT": True},
]
AWS: dict[str, Any] = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
ROTATIONS = [
    {"KeyMaterialId": "old", "KeyMaterialState": "NON_CURRENT"},
    {"KeyMaterialId": "new", "KeyMaterialState": "CURRENT"},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["versions", "state", "number", "latest_version", "KeyState", "KeySpec", "ID", "KEY_TYPE",
                         "VALUE_LEN", "min_decryption_version", "DECRYPT", "algorithm", "type"]), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def answers(body: Any, outcome: Any = "answered", rotations: Any = ROTATIONS) -> dict[str, Answer]:
    found = {"key": Answer(outcome=outcome, body=body)}
    return found if rotations is None else found | {"rotations": Answer(outcome="answered", body=rotations)}


@pytest.mark.parametrize(
    ("body", "version", "wanted"),
    [
        (FILE, "3", "live"),
        (FILE, "1", "readable"),
        (FILE, "2", "unreadable"),
        (FILE, "4", "absent"),
        (FILE, "03", "absent"),
        (FILE | {"state": "retired"}, "3", "readable"),
        (FILE | {"state": "disabled"}, "3", "unreadable"),
        (TRANSIT, "3", "live"),
        (TRANSIT, "2", "readable"),
        (TRANSIT, "1", "unreadable"),
        (TRANSIT, "4", "absent"),
        (TRANSIT, "0", "absent"),
        (TRANSIT | {"soft_deleted": True}, "3", "unreadable"),
        (TRANSIT | {"min_available_version": 3}, "2", "unreadable"),
        (TRANSIT, "three", "unknown"),
        (TOKEN, "0000000a", "live"),
        (TOKEN, "00000001", "readable"),
        (TOKEN, "00000002", "absent"),
        ([TOKEN[0], TOKEN[1] | {"DECRYPT": False}], "0000000a", "unreadable"),
        ([TOKEN[0], TOKEN[1] | {"DECRYPT": None}], "0000000a", "unknown"),
        ([TOKEN[0], TOKEN[1] | {"ENCRYPT": False}], "0000000a", "readable"),
        (AWS, "new", "live"),
        (AWS, "old", "readable"),
        (AWS, "none", "absent"),
        (AWS | {"KeyState": "Disabled"}, "new", "unreadable"),
        ({"name": "projects/p"}, "1", "unknown"),
        (None, "1", "unknown"),
    ],
)
def test_a_version_stands_as_its_custodian_says(body: Any, version: str, wanted: str) -> None:
    assert standing(answers(body), version) == wanted


@pytest.mark.parametrize(
    ("outcome", "wanted"), [("absent", "absent"), ("denied", "unknown"), ("unsupported", "unknown")]
)
def test_who_does_not_answer_says_nothing(outcome: str, wanted: str) -> None:
    assert standing(answers(FILE, outcome), "3") == wanted
    assert algorithm_of(answers(FILE, outcome)) is None


def test_aws_says_nothing_of_versions_that_it_does_not_list() -> None:
    assert standing(answers(AWS, rotations=None), "new") == "unknown"
    assert standing({}, "1") == "unknown"
    assert algorithm_of({}) is None


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (FILE, "AES-256"),
        (FILE | {"algorithm": "ML-KEM-1024"}, "ML-KEM-1024"),
        (FILE | {"algorithm": 7}, None),
        (TRANSIT, "AES-256"),
        (TRANSIT | {"type": "chacha20-poly1305"}, "ChaCha20-Poly1305"),
        (TRANSIT | {"type": "of tomorrow"}, None),
        (TOKEN, "AES-256"),
        ([TOKEN[0], TOKEN[1] | {"VALUE_LEN": 16}], None),
        ([{"KEY_TYPE": "EC", "EC_PARAMS": "06052b81040022"}], "ECDSA-P-384"),
        ([{"KEY_TYPE": "SHA256_HMAC"}], "HMAC-SHA-256"),
        (["odd"], None),
        ([], None),
        (AWS, "AES-256"),
        (AWS | {"KeySpec": "ECC_NIST_P384"}, "ECDSA-P-384"),
        (AWS | {"KeySpec": "of tomorrow"}, None),
        ({"name": "projects/p"}, None),
        ("odd", None),
    ],
)
def test_a_key_is_of_the_algorithm_that_its_custodian_says(body: Any, wanted: str | None) -> None:
    assert algorithm_of(answers(body)) == wanted


@given(body=JSON, version=st.text(max_size=4), rotations=JSON)
def test_any_answer_is_one_of_a_few(body: Any, version: str, rotations: Any) -> None:
    assert standing(answers(body, rotations=rotations), version) in get_args(Standing)
    assert isinstance(algorithm_of(answers(body)), str | None)
