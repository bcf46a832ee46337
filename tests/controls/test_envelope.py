"""An envelope opens as it was sealed and where it was sealed for; whatever else is done to it is refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.adapters.key_providers.file import KeyStore
from limen.controls.envelope import LARGEST, Context, EnvelopeError, Envelopes, inspected
from tests.controls import foreign_envelopes as foreign

CONTEXT = Context(zone="trial-core", flow="store", record="visit-17", label="restricted+phi")
NAMES = ("zone", "flow", "record", "label")
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
CONTEXTS = st.builds(Context, zone=TEXTS, flow=TEXTS, record=TEXTS, label=TEXTS)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Place:
    """A store with the key phi, its envelopes, and the way to its data keys that limen has no part in."""

    def __init__(self, path: Path) -> None:
        self.store = KeyStore.create(path)
        self.store.new("phi", "AES-256")
        self.store.new("other", "AES-256")
        self.envelopes = Envelopes("phi", self.store.key("phi"))
        self.unwrap = foreign.of_a_file(str(path), "phi")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("envelopes") / "keys.json")


def plain(context: Context) -> dict[str, str]:
    return {name: getattr(context, name) for name in NAMES}


def refused(place: Place, envelope: Any, context: Context = CONTEXT) -> EnvelopeError:
    with pytest.raises(EnvelopeError) as found:
        place.envelopes.open(envelope, context)
    assert found.value.problems
    assert found.value.reason == "envelope_refused"
    return found.value


@SHARED
@given(plaintext=st.binary(max_size=300), context=CONTEXTS)
def test_what_is_sealed_opens_here_and_elsewhere(place: Place, plaintext: bytes, context: Context) -> None:
    envelope = place.envelopes.seal(plaintext, context)
    assert place.envelopes.open(envelope, context) == plaintext
    assert foreign.opened(envelope, "phi", plain(context), place.unwrap) == plaintext
    assert envelope == rfc8785.dumps(json.loads(envelope))
    assert place.envelopes.inspect(envelope, context).is_sound


@SHARED
@given(plaintext=st.binary(max_size=300), context=CONTEXTS, nonce=st.binary(min_size=12, max_size=12))
def test_what_is_sealed_elsewhere_opens_here(place: Place, plaintext: bytes, context: Context, nonce: bytes) -> None:
    body = json.loads(place.envelopes.seal(b"", context))
    given = {"version": body["version"], "wrapped": body["wrapped"]}
    envelope = foreign.sealed(plaintext, "phi", plain(context), nonce, place.unwrap(body["wrapped"]), **given)
    assert place.envelopes.open(envelope, context) == plaintext


def test_every_byte_counts(place: Place) -> None:
    envelope = place.envelopes.seal(b"secret", CONTEXT)
    for at in range(len(envelope)):
        tampered = [envelope[:at] + bytes([envelope[at] ^ 1 << bit]) + envelope[at + 1 :] for bit in range(8)]
        tampered += [envelope[:at] + envelope[at + 1 :], envelope[:at] + envelope[at : at + 1] + envelope[at:]]
        tampered += [envelope[:at] + b" " + envelope[at:], envelope[:at]]
        for one in tampered:
            if one == envelope:  # a character that stands twice, and one of the two taken: not here
                continue
            refused(place, one)
            with pytest.raises(foreign.ForeignError):
                foreign.opened(one, "phi", plain(CONTEXT), place.unwrap)
            assert not place.envelopes.inspect(one, CONTEXT, ask=False).is_sound or _only_the_tag(envelope, one)


def _only_the_tag(envelope: bytes, other: bytes) -> bool:
    """Whether two envelopes differ in what nobody can judge who does not open it: all but the context and the key."""
    one, two = json.loads(envelope), json.loads(other)
    return all(one[name] == two[name] for name in (*NAMES, "key", "format")) and set(one) == set(two)


@SHARED
@given(data=st.data(), context=CONTEXTS)
def test_another_context_is_refused(place: Place, data: st.DataObject, context: Context) -> None:
    envelope = place.envelopes.seal(b"secret", context)
    name = data.draw(st.sampled_from(NAMES))
    other = data.draw(TEXTS.filter(lambda text: text != getattr(context, name)))
    error = refused(place, envelope, msgspec.structs.replace(context, **{name: other}))
    assert [problem.message for problem in error.problems] == [f"the envelope is bound to another {name}"]


@pytest.mark.parametrize("name", [*NAMES, "key", "version", "wrapped", "nonce", "ciphertext", "format"])
@SHARED
@given(data=st.data())
def test_no_member_can_be_exchanged(place: Place, name: str, data: st.DataObject) -> None:
    """Also where the one who opens it asks for what the envelope now says."""
    body = json.loads(place.envelopes.seal(b"secret", CONTEXT))
    other = data.draw(TEXTS | st.sampled_from(["other", "1", "2", "01", "limen-envelope-v2", "restricted"]))
    if name in ("nonce", "ciphertext"):
        other = base64.b64encode(data.draw(st.binary(min_size=12, max_size=12) | st.binary(min_size=16))).decode()
    if other == body[name]:
        return
    changed = rfc8785.dumps(body | {name: other})
    context = msgspec.structs.replace(CONTEXT, **{name: other}) if name in NAMES else CONTEXT
    refused(place, changed, context)
    with pytest.raises(foreign.ForeignError):
        foreign.opened(changed, "phi", plain(context), place.unwrap)


def test_two_envelopes_are_never_mixed(place: Place) -> None:
    one, two = (json.loads(place.envelopes.seal(text, CONTEXT)) for text in (b"one", b"two"))
    assert one["wrapped"] == two["wrapped"]
    for name in ("nonce", "ciphertext"):
        refused(place, rfc8785.dumps(one | {name: two[name]}))
    place.envelopes.forget()
    three = json.loads(place.envelopes.seal(b"three", CONTEXT))
    for name in ("wrapped", "nonce", "ciphertext"):
        refused(place, rfc8785.dumps(one | {name: three[name]}))


@pytest.mark.parametrize("name", sorted(foreign.NAMES))
def test_members_that_are_missing_more_renamed_twice_or_of_another_type(place: Place, name: str) -> None:
    envelope = place.envelopes.seal(b"secret", CONTEXT)
    body = json.loads(envelope)
    without = {key: value for key, value in body.items() if key != name}
    for one in (without, body | {"a": "b"}, body | {"zz": ""}, without | {name.upper(): body[name]}):
        refused(place, rfc8785.dumps(one))
    for value in (None, 1, True, [], {}, [body[name]], ""):
        refused(place, rfc8785.dumps(body | {name: value}))
    pair = rfc8785.dumps({name: body[name]})[1:-1]
    for value in (pair, rfc8785.dumps({name: "x"})[1:-1]):
        refused(place, envelope.replace(pair, value + b"," + pair))
        refused(place, envelope.replace(pair, pair + b"," + value))


def test_one_envelope_has_one_text(place: Place) -> None:
    envelope = place.envelopes.seal(b"secret!", CONTEXT)
    body = json.loads(envelope)
    escaped = envelope.replace(b"trial-core", b"trial\\u002dcore")
    assert json.loads(escaped) == body
    others = [
        json.dumps(body, sort_keys=True).encode(), json.dumps(body, indent=1).encode(), envelope + b"\n",
        b" " + envelope, b"\xef\xbb\xbf" + envelope, envelope.decode().encode("utf-16"), escaped,
        json.dumps(dict(reversed(body.items())), separators=(",", ":")).encode(), b"[" + envelope + b"]",
        envelope + envelope, envelope.replace(b"/", b"\\/") if b"/" in envelope else envelope + b" ",
    ]  # fmt: skip
    for other in others:
        refused(place, other)
        assert not inspected(other).is_sound
    for name in ("ciphertext", "nonce"):
        text = body[name]
        raw = base64.b64decode(text)
        variants = {
            text.rstrip("="), text + "=", text + "====", text[:4] + "\n" + text[4:], text[:4] + " " + text[4:],
            base64.urlsafe_b64encode(raw).decode(), base64.b64encode(raw + b"\0").decode(),
            raw.hex(), text[:-1] + chr(ord(text[-1]) + 1), "", text[:-4], text.lower(),
        }  # fmt: skip
        for variant in variants - {text}:
            refused(place, rfc8785.dumps(body | {name: variant}))
    for length in (0, 11, 13, 16):
        refused(place, rfc8785.dumps(body | {"nonce": base64.b64encode(bytes(length)).decode()}))


@pytest.mark.parametrize("odd", [None, "text", 5, bytearray(b"{}"), memoryview(b"{}"), ["x"]])
def test_what_is_no_bytes_is_refused(place: Place, odd: Any) -> None:
    refused(place, odd)
    envelope = place.envelopes.seal(b"secret", CONTEXT)
    for like in (bytearray(envelope), memoryview(envelope), envelope.decode()):
        refused(place, like)
    assert not place.envelopes.inspect(odd).is_sound
    with pytest.raises(EnvelopeError):
        place.envelopes.seal(odd, CONTEXT)


@SHARED
@given(content=st.binary(max_size=400) | st.recursive(
    st.none() | st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(sorted(foreign.NAMES)) | st.text(max_size=3), inner), max_leaves=12
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_anything_else_is_refused(place: Place, content: bytes) -> None:
    refused(place, content)
    found = place.envelopes.inspect(content, CONTEXT, ask=False)
    assert not found.is_sound
    assert not inspected(content).is_sound


def test_deep_and_long_texts_are_refused(place: Place) -> None:
    for odd in (b"[" * 100_000, b'{"a":' * 50_000, b'{"ciphertext":"' + b"A" * (LARGEST * 4 // 3 + (1 << 18)) + b'"}'):
        refused(place, odd)
        assert not inspected(odd).is_sound


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", ["", None, 7, b"core", "\ud800", "x" * 4097, type("Text", (str,), {})("core")])
def test_a_context_is_of_texts(name: str, odd: Any) -> None:
    with pytest.raises(EnvelopeError) as found:
        Context(**(plain(CONTEXT) | {name: odd}))
    assert [problem.message for problem in found.value.problems] == [f"the context's {name} can't be bound"]


def test_every_member_that_is_wrong_is_named() -> None:
    with pytest.raises(EnvelopeError) as found:
        Context(zone="", flow="", record="", label="")
    assert len(found.value.problems) == 4


def test_the_largest_and_what_is_larger(place: Place) -> None:
    size = 20 << 20
    envelope = place.envelopes.seal(bytes(size), CONTEXT)
    assert place.envelopes.open(envelope, CONTEXT) == bytes(size)
    assert place.envelopes.inspect(envelope, CONTEXT).is_sound
    with pytest.raises(EnvelopeError, match="larger") as found:
        place.envelopes.seal(bytes(LARGEST + 1), CONTEXT)
    assert "stream" in found.value.problems[0].hint


def test_no_nonce_occurs_twice(place: Place) -> None:
    nonces = [json.loads(place.envelopes.seal(b"", CONTEXT))["nonce"] for _ in range(5000)]
    assert len(set(nonces)) == len(nonces)
    raw = b"".join(base64.b64decode(nonce) for nonce in nonces)
    ones = sum(byte.bit_count() for byte in raw) / (len(raw) * 8)
    assert 0.49 < ones < 0.51  # of a counter nearly all bits would be 0


def test_an_envelope_is_for_one_key(place: Place) -> None:
    other = Envelopes("other", place.store.key("other"))
    envelope = place.envelopes.seal(b"secret", CONTEXT)
    with pytest.raises(EnvelopeError, match="for another key"):
        other.open(envelope, CONTEXT)
    renamed = rfc8785.dumps(json.loads(envelope) | {"key": "other"})
    with pytest.raises(EnvelopeError) as found:
        other.open(renamed, CONTEXT)
    assert found.value.reason == "envelope_refused"


def test_nothing_secret_is_shown(place: Place) -> None:
    record = "patient-4711"
    context = Context(zone="core", flow="store", record=record, label="phi")
    envelope = place.envelopes.seal(b"Ana Alder", context)
    shown = [repr(context), str(context), repr(place.envelopes), repr(place.envelopes.inspect(envelope))]
    flipped = envelope[:-9] + bytes([envelope[-9] ^ 1]) + envelope[-8:]
    for tampered in (flipped, envelope.replace(b"phi", b"pho"), envelope + b"x"):
        error = refused(place, tampered, context)
        shown += [repr(error), str(error), *(f"{one.message}{one.hint}" for one in error.problems)]
        assert (error.__cause__, error.__suppress_context__ or error.__context__ is None) == (None, True)
    assert not any(record in text or "Alder" in text for text in shown)


def test_what_is_no_envelope_is_said_to_be_none(place: Place) -> None:
    (problem,) = refused(place, b'{"patient_name":"Ana Alder","dob":"1961-04-02"}', CONTEXT).problems
    assert problem.message.startswith("it is no envelope")
    assert problem.hint.startswith("an envelope of limen-envelope-v1 is what Envelopes.seal returned")


def test_inspection_names_every_problem_at_once(place: Place) -> None:
    body = json.loads(place.envelopes.seal(b"secret", CONTEXT))
    wrong = body | {"nonce": "AAAA", "ciphertext": "??", "format": "x", "key": "other", "zone": "edge"}
    told = {one.message for one in place.envelopes.inspect(rfc8785.dumps(wrong), CONTEXT).problems}
    assert told >= {
        "the envelope's format is not limen-envelope-v1",
        "the envelope's nonce has not the length that it must have",
        "the envelope's ciphertext is no base64 as it is written",
        "the envelope is for another key",
        "the envelope is bound to another zone",
    }
    missing = {one.message for one in inspected(b'{"zone":7}', "phi", CONTEXT).problems}
    assert "the envelope has no wrapped" in missing
    assert "the envelope's zone is no text" in missing
    assert len(missing) == 10


def test_inspection_derives_what_is_bound(place: Place) -> None:
    envelope = place.envelopes.seal(b"secret", CONTEXT)
    found = place.envelopes.inspect(envelope)
    body = json.loads(envelope)
    bound = {name: value for name, value in body.items() if name not in ("ciphertext", "nonce")}
    assert found.bound == rfc8785.dumps(bound)
    assert (found.key, found.version, found.context, found.plaintext_bytes) == ("phi", "1", CONTEXT, 6)
    assert found.standing == "live"
    assert inspected(envelope).standing == "unasked"
