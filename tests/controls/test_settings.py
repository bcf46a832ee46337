"""Settings: no start on a secret that is missing, weak, published or kept carelessly; all named at once, none shown."""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
import logging
import pickle
import secrets
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.secret_strength import weakness
from limen.controls.settings import From, Secret, Settings, SettingsError, load
from limen.errors import LimenError
from limen.model.declaration import Declaration, System
from limen.model.operations import Secrets
from tests.lab.bao import Bao, bao

GOOD = "8f1d0c5a7be94263a0c7f6d2e81b3459"
OTHER = "Tq7vL0x_ZbR4mNc8Kp2sYw6u"


class Pharmacy(Settings, frozen=True, kw_only=True):
    """What the tests' service needs."""

    audit_key: Annotated[Secret, From("env:AUDIT_KEY")]
    database: Annotated[Secret, From("file:database")]
    port: Annotated[int, From("env:PORT")] = 8443
    folder: Annotated[Path, From("env:FOLDER")] = Path("/var/lib/pharmacy")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    kept(tmp_path / "database", OTHER)
    return tmp_path


def kept(path: Path, value: str, mode: int = 0o600) -> None:
    path.touch(0o600)
    path.write_text(value)
    path.chmod(mode)


def refused(**given: Any) -> SettingsError:
    with pytest.raises(SettingsError) as raised:
        load(Pharmacy, **given)
    return raised.value


def test_good_settings_are_typed(place: Path) -> None:
    found = load(Pharmacy, folder=place, environment={"AUDIT_KEY": GOOD, "PORT": "9000"})
    assert found.audit_key.reveal() == GOOD
    assert found.database.reveal() == OTHER
    assert (found.port, found.folder) == (9000, Path("/var/lib/pharmacy"))


def test_every_problem_is_named_at_once_and_no_value_shown(tmp_path: Path) -> None:
    kept(tmp_path / "database", "changeme-database", 0o644)
    error = refused(folder=tmp_path, environment={"AUDIT_KEY": "hunter2", "PORT": "s3cret-at-the-wrong-place"})
    database = "the secret database (file:database)"
    assert [problem.message for problem in error.problems] == [
        "the secret audit_key (env:AUDIT_KEY) can't be used: it is a placeholder",
        f"{database} can't be taken: the credential database can be read by others: chmod 600 it",
        "the setting port (env:PORT) can't be used: a int is expected",
    ]
    assert error.exit_code == 2
    shown = "".join(traceback.format_exception(error)) + repr(error.problems)
    assert not [one for one in ("hunter2", "s3cret", "changeme") if one in shown]


@pytest.mark.parametrize("environment", [{}, {"AUDIT_KEY": ""}])
def test_missing_and_empty_stop_the_start(environment: dict[str, str], place: Path) -> None:
    assert "the secret audit_key (env:AUDIT_KEY) can't be taken: the environment variable" in str(
        refused(folder=place, environment=environment)
    )


def test_a_secret_that_was_lost_is_restored_and_not_made_anew_where_it_was_in_use(tmp_path: Path) -> None:
    kept(tmp_path / "database", "x", 0o600)
    (tmp_path / "database").unlink()
    error = refused(folder=tmp_path, environment={"AUDIT_KEY": GOOD})
    making = "where it was in use, restore the old one; else make one: openssl rand -hex 32"
    assert [problem.hint for problem in error.problems] == [f"write database with mode 0600; {making}"]
    assert making in error.__notes__[0]


def test_an_optional_setting_that_is_given_and_empty_is_a_slip(place: Path) -> None:
    assert "port (env:PORT)" in str(refused(folder=place, environment={"AUDIT_KEY": GOOD, "PORT": ""}))


PLACEHOLDERS = """
changeme CHANGE_ME change-me changeit secret password Password1 passw0rd example my-example-key xxxx XXXXXXXXXXXXXXXX
<your-secret> <SECRET> ${SECRET} {{secret}} $SECRET %SECRET% @SECRET@ __SECRET__ TODO TODO:fill todo-later FIXME TBD
aaaaaaaaaaaaaaaaaaaaaaaa 0000000000000000 abcabcabcabcabcabcabcabc 0123456789abcdef0123456789abcdef
fedcba9876543210 abcdefghijklmnop qwertyuiopasdfgh 1234567890123456 your-secret-here insert-your-key-here
replace-me-please-now django-insecure-k2j3h4kj23h4kj23h4kj dev-secret-1234567890 supersecret admin root test none
null undefined letmein minioadmin 'changeme' "secret" ????????????? ****************
"""
PUBLISHED = (
    "2b7e151628aed2a6abf7158809cf4f3c", "2B:7E:15:16:28:AE:D2:A6:AB:F7:15:88:09:CF:4F:3C",
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "000102030405060708090a0b0c0d0e0f", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long", "correct horse battery staple",
)  # fmt: skip
WEAK = (
    "k3y",
    "Zq8$Lw2",
    "abab" * 6 + "c",
    "aaaaaaaaaaaaaaaaaaab",
    "112233112233112244",
    " " * 20,
    f" {GOOD}",
    f"{GOOD}\t",
)
ENCODED = (
    base64.b64encode(b"changeme").decode(), base64.b64encode(b"password12345").decode(), b"changeme-now".hex(),
    base64.b64encode(bytes(32)).decode(), bytes(16).hex(), (b"\x5a" * 32).hex(), base64.b64encode(b"A" * 24).decode(),
    base64.urlsafe_b64encode(b"\xff" * 32).decode(),
)  # fmt: skip
URLS = (
    "postgresql://limen:password@db/ledger",
    "amqps://u:guest@broker",
    "https://u:%63hangeme@h/",
    "redis://:short@h",
)


@pytest.mark.parametrize("value", [*PLACEHOLDERS.split(), *PUBLISHED, *WEAK, *ENCODED, *URLS])
def test_what_is_no_secret(value: str, place: Path) -> None:
    error = refused(folder=place, environment={"AUDIT_KEY": value})
    assert len(error.problems) == 1
    assert error.problems[0].message.startswith("the secret audit_key (env:AUDIT_KEY) can't be used: ")
    if len(value.strip()) > 12:  # shorter ones are words of our own sentences
        assert value not in "".join(traceback.format_exception(error))


@given(st.binary(min_size=16, max_size=64))
def test_drawn_keys_are_taken_in_every_encoding(seed: bytes) -> None:
    import hashlib

    key = hashlib.sha256(seed).digest()  # as random as a key, and the same when the test fails
    for text in (key.hex(), base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()):
        assert weakness(text, least=32, bits=100) == ""


def test_keys_of_the_system_are_taken() -> None:
    found = [weakness(secrets.token_hex(32)) + weakness(secrets.token_urlsafe(24)) for _ in range(300)]
    # One in a few hundred thousand holds a row such as 111111, and is refused: closed, and drawn again.
    assert sum(map(bool, found)) <= 1


@given(st.text(max_size=80))
def test_any_text_is_judged_without_repeating_it(value: str) -> None:
    wrong = weakness(value)
    assert isinstance(wrong, str)
    if len(value) >= 16 and value.strip():
        assert value not in wrong


def test_the_same_value_at_two_places_is_refused(place: Path) -> None:
    error = refused(folder=place, environment={"AUDIT_KEY": OTHER})
    assert [problem.message for problem in error.problems] == [
        "the secret audit_key (env:AUDIT_KEY) and the secret database (file:database) have the same value"
    ]


def test_a_password_in_a_url_is_a_secret(place: Path) -> None:
    error = refused(folder=place, environment={"AUDIT_KEY": GOOD, "FOLDER": f"https://u:{OTHER}@h/x"})
    assert "it holds a password in its URL" in str(error)
    assert OTHER not in str(error)


def test_longer_keys_can_be_demanded(place: Path) -> None:
    class Strict(Settings, frozen=True, kw_only=True):
        key: Annotated[Secret, From("env:KEY", least=64, bits=200)]

    with pytest.raises(SettingsError, match="32 characters: 64 at least"):
        load(Strict, environment={"KEY": GOOD})
    load(Strict, environment={"KEY": secrets.token_hex(32)})


def test_a_value_never_shows(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = load(Pharmacy, folder=place, environment={"AUDIT_KEY": GOOD})
    logging.getLogger("limen.tests").warning("%s %r %s", found, found, found.audit_key)
    shown = [repr(found), str(found), f"{found.audit_key}", f"{found.audit_key!r:>40}", caplog.text]
    shown += [repr(msgspec.structs.asdict(found)), repr(msgspec.structs.astuple(found)), repr(vars(Secret))]
    shown += [repr(copy.deepcopy(found.audit_key)), repr(copy.copy(found))]
    assert not [text for text in shown if GOOD in text or OTHER in text]
    for encode in (pickle.dumps, msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins, json.dumps):
        with pytest.raises(TypeError) as raised:
            encode(found)
        assert GOOD not in str(raised.value)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(found.audit_key, protocol)
    with pytest.raises(TypeError):
        vars(found.audit_key)
    with pytest.raises(TypeError):
        dataclasses.asdict(found.audit_key)  # type: ignore[call-overload]
    assert found.audit_key != Secret(GOOD)


def test_classes_that_could_not_be_configured_are_refused() -> None:
    class Careless(Settings, frozen=True, kw_only=True):
        key: Annotated[Secret, From("env:KEY")] = Secret("a default")
        literal: Annotated[Secret, From("hunter2-and-more")]
        bare: str

    with pytest.raises(SettingsError) as raised:
        load(Careless, environment={})
    assert [problem.message for problem in raised.value.problems] == [
        "the secret key has a default",
        "the setting literal is given by a value, or by no reference that is known",
        "the setting bare does not say where it comes from",
    ]
    assert "hunter2" not in repr(raised.value.problems)


def test_one_installation_reads_from_elsewhere(place: Path) -> None:
    kept(place / "audit", GOOD)
    load(Pharmacy, folder=place, environment={}, references={"audit_key": "file:audit"})
    with pytest.raises(LimenError, match="no settings are called audit"):
        load(Pharmacy, folder=place, environment={}, references={"audit": "file:audit"})


def declared(**given: Any) -> Declaration:
    return Declaration(version=1, system=System(id="t"), secrets=Secrets(**given))


def test_what_was_declared_is_enforced(place: Path) -> None:
    class One(Settings, frozen=True, kw_only=True):
        key: Annotated[Secret, From("env:KEY")]

    good = declared(injected_as="environment", on_missing="refuse-to-start")
    assert load(One, environment={"KEY": GOOD}, declaration=good).key.reveal() == GOOD
    for bad, words in (
        (declared(injected_as="environment", on_missing="default"), "refuses to start without"),
        (declared(injected_as="environment"), "refuses to start without"),
        (declared(injected_as="memory", on_missing="refuse-to-start"), "does not come as declared, which is: memory"),
        (declared(injected_as="literal", on_missing="refuse-to-start"), "does not say that secrets come from"),
        (declared(on_missing="refuse-to-start"), "does not say that secrets come from"),
        (Declaration(version=1, system=System(id="t")), "has no section secrets"),
    ):
        with pytest.raises(SettingsError, match=words):
            load(One, environment={"KEY": GOOD}, declaration=bad)


@pytest.fixture(scope="module")
def vault() -> Iterator[Bao]:
    with bao() as server:
        server.call("POST", "secret/data/pharmacy", {"data": {"audit": GOOD, "weak": "changeme"}})
        yield server


def test_from_a_real_store(vault: Bao, place: Path) -> None:
    where = {"audit_key": "vault:secret/pharmacy#audit"}
    assert load(Pharmacy, folder=place, environment=vault.environment, references=where).audit_key.reveal() == GOOD
    for wrong, words in (("weak", "it is a placeholder"), ("nothing", "has no field nothing")):
        given = {"audit_key": f"vault:secret/pharmacy#{wrong}"}
        assert words in str(refused(folder=place, environment=vault.environment, references=given))
    gone = {**vault.environment, "VAULT_ADDR": "http://127.0.0.1:1"}
    assert "can't be read" in str(refused(folder=place, environment=gone, references=where))
