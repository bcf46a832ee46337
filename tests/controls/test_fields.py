"""Field by field: what is sealed opens where it was sealed and nowhere else; tokens join; openings leave a record."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.access import Access
from limen.controls.envelope import Context
from limen.controls.field_openings import FAILED, OPENED, FieldOpenings
from limen.controls.field_tokens import FieldTokens
from limen.controls.fields import FieldEncryption, field_layers
from limen.controls.keyring import Keyring
from limen.controls.ledger import Ledger, open_ledger
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.integrity.tokens import key_of, token
from limen.loading import load
from limen.model.declaration import Declaration
from tests.needs import REPOSITORY

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
RECORD = {"patient_name": "Nilufar Castellane", "dob": "1961-04-02", "rx_number": "rx-77120", "quantity": 30}
SEALED = ("patient_name", "dob")
CONTEXT = Context(zone="patients", flow="dispense-in", record="r-1", label="restricted{phi}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    made = KeyStore.create(tmp_path_factory.mktemp("keys") / "keys.json")
    for name in ("patient-key", "other-key"):
        made.new(name, "AES-256")
    made.new("token-key", "HMAC-SHA-256")
    made.new("log-key", "HMAC-SHA-256")
    yield made
    made.close()


@pytest.fixture(scope="module")
def keyring(store: KeyStore) -> Keyring:
    return Keyring.of_store(store)


@pytest.fixture(scope="module")
def fields(keyring: Keyring) -> FieldEncryption:
    return FieldEncryption(keyring.seals("patient-key"), SEALED, item="dispense-record")


def refused(reason: str, call: Any, *given: Any, **named: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        call(*given, **named)
    assert caught.value.reason == reason
    for value in ("Nilufar", "1961-04-02"):
        assert value not in str(caught.value)
        assert value not in repr(caught.value.problems)
    return caught.value


def test_declared_fields_are_sealed_and_the_others_stay_searchable(fields: FieldEncryption) -> None:
    sealed = fields.seal(RECORD, CONTEXT)

    assert {name: sealed[name] for name in ("rx_number", "quantity")} == {"rx_number": "rx-77120", "quantity": 30}
    assert "Nilufar" not in json.dumps(sealed)
    assert "1961" not in json.dumps({name: json.loads(sealed[name])["ciphertext"] for name in SEALED})
    assert fields.open(sealed, CONTEXT) == RECORD
    assert RECORD["dob"] == "1961-04-02"


def test_the_reference_declares_the_fields_that_are_sealed() -> None:
    declaration = load(Path(REPOSITORY) / "boundaries.yaml").declaration

    assert field_layers(declaration, "dispense-record") == (("dispense-in", "patient-key", SEALED),)
    assert field_layers(declaration, "cs-movement") == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_json_value_comes_back_as_it_was_with_its_type(fields: FieldEncryption, value: Any) -> None:
    record = {"dob": value, "note": "x"}
    opened = fields.open(fields.seal(record, CONTEXT), CONTEXT)

    assert opened == record
    assert repr(opened["dob"]) == repr(value)
    assert "patient_name" not in opened


@pytest.mark.parametrize("value", [1, 1.0, "1", True, None, "null", [], {}, "", -0.0, 10**15])
def test_values_that_look_alike_stay_apart(fields: FieldEncryption, value: Any) -> None:
    opened = fields.open(fields.seal({"dob": value}, CONTEXT), CONTEXT)["dob"]

    assert type(opened) is type(value)
    assert opened == value


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**60, b"x", "\ud800", {1: 2}, object(), datetime.now(UTC)])
def test_what_is_no_json_is_refused_with_all_fields_that_are_none(fields: FieldEncryption, value: Any) -> None:
    error = refused("content_refused", fields.seal, {"patient_name": value, "dob": value, "quantity": 1}, CONTEXT)
    assert len(error.problems) == 2


def test_a_record_is_sealed_once(fields: FieldEncryption) -> None:
    error = refused("content_refused", fields.seal, fields.seal(RECORD, CONTEXT), CONTEXT)
    assert len(error.problems) == 2


def test_the_same_value_is_never_sealed_to_the_same_text(fields: FieldEncryption) -> None:
    one, other = fields.seal(RECORD, CONTEXT), fields.seal(RECORD, CONTEXT)
    assert one["dob"] != other["dob"]


def moved(sealed: dict[str, Any]) -> dict[str, Any]:
    return {**sealed, "patient_name": sealed["dob"], "dob": sealed["patient_name"]}


@pytest.mark.parametrize(
    "change",
    [
        {"record": "r-2"},
        {"flow": "dispense-out"},
        {"zone": "ingress"},
        {"label": "internal"},
        {"record": '["r-1","dispense-record","dob"]'},
    ],
)
def test_a_field_opens_in_no_other_record_flow_zone_or_label(fields: FieldEncryption, change: dict[str, str]) -> None:
    sealed = fields.seal(RECORD, CONTEXT)
    error = refused("envelope_refused", fields.open, sealed, msgspec.structs.replace(CONTEXT, **change))
    assert {"patient_name", "dob"} <= set(" ".join(one.message for one in error.problems).split())


def test_a_field_opens_under_no_other_name_item_or_key(fields: FieldEncryption, keyring: Keyring) -> None:
    sealed = fields.seal(RECORD, CONTEXT)
    refused("envelope_refused", fields.open, moved(sealed), CONTEXT)
    for other in (
        FieldEncryption(keyring.seals("patient-key"), SEALED, item="clinical-record"),
        FieldEncryption(keyring.seals("other-key"), SEALED, item="dispense-record"),
    ):
        refused("envelope_refused", other.open, sealed, CONTEXT)


def test_an_envelope_of_the_whole_record_is_no_field(fields: FieldEncryption, keyring: Keyring) -> None:
    whole = keyring.seals("patient-key").seal(b'"1961-04-02"', CONTEXT).decode()
    refused("envelope_refused", fields.open, {"dob": whole}, CONTEXT)


@pytest.mark.parametrize("value", ["1961-04-02", None, 7, {"a": 1}, "", "{}", "\ud800"])
def test_what_was_never_sealed_is_refused_and_not_passed_on(fields: FieldEncryption, value: Any) -> None:
    sealed = {**fields.seal(RECORD, CONTEXT), "dob": value}
    refused("envelope_refused", fields.open, sealed, CONTEXT)


@given(place=st.integers(0, 10**6), flip=st.integers(1, 255))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_opens(fields: FieldEncryption, place: int, flip: int) -> None:
    sealed = fields.seal({"dob": RECORD["dob"]}, CONTEXT)
    raw = bytearray(sealed["dob"].encode())
    raw[place % len(raw)] ^= flip
    refused("envelope_refused", fields.open, {"dob": raw.decode("latin-1")}, CONTEXT)


@given(value=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_place_of_a_field_is_refused(fields: FieldEncryption, value: str) -> None:
    refused("envelope_refused", fields.open, {"dob": value}, CONTEXT)


def test_only_what_is_asked_for_is_opened(fields: FieldEncryption) -> None:
    sealed = fields.seal(RECORD, CONTEXT)
    opened = fields.open(sealed, CONTEXT, only=("dob",))

    assert opened == {**sealed, "dob": "1961-04-02"}
    assert fields.open(sealed, CONTEXT, only=()) == sealed
    refused("fields_undeclared", fields.open, sealed, CONTEXT, only=("quantity", "dob"))
    refused("fields_undeclared", fields.open, sealed, CONTEXT, only="dob")


def test_rotated_keys_still_open_and_a_rewrap_uses_the_newest(
    store: KeyStore, keyring: Keyring, fields: FieldEncryption
) -> None:
    sealed = fields.seal(RECORD, CONTEXT)
    before = json.loads(sealed["dob"])["version"]
    store.rotate("patient-key")
    keyring.forget()
    renewed = fields.rewrap(sealed, CONTEXT)

    assert fields.open(sealed, CONTEXT) == RECORD == fields.open(renewed, CONTEXT)
    assert json.loads(renewed["dob"])["version"] != before


def test_its_repr_shows_names_only(fields: FieldEncryption) -> None:
    assert repr(fields) == (
        "FieldEncryption(Envelopes('patient-key'), ['patient_name', 'dob'], item='dispense-record')"
    )


# --- tokens ------------------------------------------------------------------------------------------------------


def tokens(keyring: Keyring, name: str = "token-key", **given: Any) -> FieldTokens:
    return FieldTokens(lambda: keyring.mac(name), lambda: keyring.macs(name), **given)


def test_tokens_are_deterministic_and_apart_by_field_and_key(keyring: Keyring) -> None:
    made = tokens(keyring)
    key_id, key = keyring.mac("token-key")

    assert made.token("mrn", "77") == token("77", domain="mrn", key_id=key_id, key=key)
    assert made.token("mrn", 77) == made.token("mrn", "77")
    assert len({made.token("mrn", "77"), made.token("rx_number", "77"), made.token("mrn", "78")}) == 3
    assert made.token("mrn", "77") != tokens(keyring, "log-key").token("mrn", "77")
    same_domain = tokens(keyring, domains={"subject_id": "mrn"})
    assert same_domain.token("subject_id", "77") == made.token("mrn", "77")


def test_tokens_survive_the_rotation_of_their_key(store: KeyStore, keyring: Keyring) -> None:
    made = tokens(keyring)
    old = made.token("serial", "ZZ9")
    store.rotate("token-key")
    new = made.token("serial", "ZZ9")

    assert key_of(old) != key_of(new)
    assert made.matches(old, "serial", "ZZ9")
    assert made.matches(new, "serial", "ZZ9")
    assert not made.matches(old, "serial", "ZZ8")
    assert not made.matches(old, "lot", "ZZ9")
    found = made.candidates("serial", "ZZ9")
    assert found[0] == new
    assert old in found


@pytest.mark.parametrize("text", ["", "tok:v1:k:00", "tok:v2:k:" + "0" * 64, "x" * 100])
def test_what_is_no_token_is_refused(keyring: Keyring, text: str) -> None:
    refused("content_refused", tokens(keyring).matches, text, "mrn", "77")


def test_a_token_of_a_key_that_is_gone_is_refused(keyring: Keyring) -> None:
    other = token("77", domain="mrn", key_id="gone", key=bytes(32))
    refused("key_unavailable", tokens(keyring).matches, other, "mrn", "77")


@pytest.mark.parametrize("value", [None, "", True, 1.5, b"x", ["x"], 2**60, "\ud800"])
def test_only_texts_and_integers_have_tokens(keyring: Keyring, value: Any) -> None:
    refused("content_refused", tokens(keyring).token, "mrn", value)


def test_a_record_gets_all_its_tokens_or_all_its_problems(keyring: Keyring) -> None:
    made = tokens(keyring)
    names = {"patient_name": "patient_token", "dob": "dob_token", "mrn": "mrn_token"}
    found = made.of_record({"patient_name": "Nilufar Castellane", "dob": None}, names)

    assert found == {"patient_token": made.token("patient_name", "Nilufar Castellane"), "dob_token": None}
    error = refused("content_refused", made.of_record, {"patient_name": 1.5, "dob": [], "mrn": "7"}, names)
    assert len(error.problems) == 2
    refused("key_unavailable", FieldTokens(lambda: ("k", b"short"), dict).token, "mrn", "7")


# --- openings ----------------------------------------------------------------------------------------------------

SYSTEM = """\
version: 1
system: {id: lab}
labels: {levels: [public, restricted], compartments: [phi]}
data:
  dispense-record: {label: {level: restricted, compartments: [phi]}, fields: [patient_name, dob, rx_number]}
zones: {inside: {trust: 2, clearance: {level: restricted, compartments: [phi]}}}
components:
  console: {zone: inside, kind: service}
  store: {zone: inside, kind: datastore}
flows: [{id: keep, from: console, to: store, carries: [dispense-record], returns: []}]
roles:
  investigator: {permissions: ["record:open"], subjects: human, custody_logged: true, needs: {dispense-record: [dob]}}
  helper: {permissions: ["record:look"], subjects: human, needs: {dispense-record: [dob]}}
principals:
  m-lindqvist: {roles: [investigator, helper]}
  j-doe: {roles: [helper]}
"""


@pytest.fixture(scope="module")
def declaration(tmp_path_factory: pytest.TempPathFactory) -> Declaration:
    path = tmp_path_factory.mktemp("declared") / "boundaries.yaml"
    path.write_text(SYSTEM, encoding="utf-8")
    return load(path).declaration


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "custody.jsonl", name="custody", key=("k-1", bytes(32)), clock=lambda: NOW) as made:
        yield made


def person(name: str = "m-lindqvist", **given: Any) -> Principal:
    roles = frozenset({"investigator", "helper"} if name == "m-lindqvist" else {"helper"})
    known = {"identity": name, "roles": roles, "method": "oidc", "until": NOW + timedelta(minutes=10)}
    return Principal(name=name, **(known | given))


ASKED: dict[str, Any] = {"only": ("dob",), "permission": "record:open", "purpose": "case 4711", "now": NOW}


def test_an_opening_is_decided_and_recorded_before_it_happens(
    fields: FieldEncryption, declaration: Declaration, ledger: Ledger
) -> None:
    openings = FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=ledger)
    opened = openings.open(fields.seal(RECORD, CONTEXT), CONTEXT, principal=person(), **ASKED)

    assert {name: value.reveal() for name, value in opened.items()} == {"dob": "1961-04-02"}
    assert "1961" not in repr(opened)
    decided, entry = ledger.read()
    assert (entry.action, entry.actor, entry.record) == (OPENED, "m-lindqvist", "r-1")
    assert entry.details["fields"] == ["dob"]
    assert entry.details["purpose"] == "case 4711"
    assert entry.details["custody"] is True
    assert entry.details["decided"] == decided.seq
    assert "1961" not in entry.raw.decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"principal": person("j-doe")}, "permission_missing"),
        ({"principal": person("nobody")}, "wrong_identity"),
        ({"principal": person(until=NOW - timedelta(hours=1))}, "credential_expired"),
        ({"principal": person(roles=frozenset({"helper"}))}, "permission_missing"),
        ({"purpose": ""}, "purpose_missing"),
        ({"only": ("patient_name", "dob")}, "fields_undeclared"),
        ({"only": ()}, "fields_undeclared"),
        ({"only": "dob"}, "fields_undeclared"),
        ({"permission": "record:look"}, "role_missing"),
    ],
)
def test_who_may_not_sees_nothing(
    fields: FieldEncryption, declaration: Declaration, ledger: Ledger, change: dict[str, Any], reason: str
) -> None:
    openings = FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=ledger)
    asked = {"principal": person(), **ASKED, **change}
    with pytest.raises(RefusedError) as caught:
        openings.open(fields.seal(RECORD, CONTEXT), CONTEXT, **asked)
    assert caught.value.reason == reason
    assert all(line.action != OPENED for line in ledger.read())


def test_without_a_ledger_nothing_is_opened(
    fields: FieldEncryption, declaration: Declaration, ledger: Ledger, tmp_path: Path
) -> None:
    custody = open_ledger(tmp_path / "other.jsonl", name="other", key=("k-1", bytes(32)), clock=lambda: NOW)
    openings = FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=custody)
    custody.close()
    refused("ledger_unavailable", openings.open, fields.seal(RECORD, CONTEXT), CONTEXT, principal=person(), **ASKED)


def test_an_opening_that_fails_says_so_in_the_ledger(
    fields: FieldEncryption, declaration: Declaration, ledger: Ledger
) -> None:
    openings = FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=ledger)
    sealed = copy.deepcopy(moved(fields.seal(RECORD, CONTEXT)))
    refused("envelope_refused", openings.open, sealed, CONTEXT, principal=person(), **ASKED)
    assert [line.action for line in ledger.read()][1:] == [OPENED, FAILED]


def test_a_field_that_is_absent_is_absent(fields: FieldEncryption, declaration: Declaration, ledger: Ledger) -> None:
    openings = FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=ledger)
    assert openings.open({"quantity": 1}, CONTEXT, principal=person(), **ASKED) == {}
