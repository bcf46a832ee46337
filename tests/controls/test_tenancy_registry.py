"""No id, name or number is given twice, by whoever, at whatever moment; in SQLite and in PostgreSQL."""

from __future__ import annotations

import multiprocessing
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from limen.controls.incident import Facts
from limen.controls.refusals import RefusedError
from limen.controls.tenant_bindings import bindings_of
from limen.controls.tenant_registry import TenantRegistry
from limen.integrity.tenant_ids import tenant_id
from limen.loading import load
from limen.model.declaration import Declaration
from tests.lab.postgres import Database, cluster
from tests.needs import REPOSITORY

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEYS = {"k-1": bytes(range(32)), "k-2": bytes(range(1, 33))}
FIRST = {"dea_number": "AP5836727", "npi": "1234567893", "facility": "F-014"}
SECOND = {"dea_number": "BL6402539", "npi": "1302144559", "facility": "F-022"}


class Told:
    """Keeps what incidents it is told of."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, Facts]] = []

    def report(self, trigger: str, facts: Facts, **more: Any) -> None:
        self.reports.append((trigger, facts))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with cluster() as running, running.database() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path}/tenants.db")
        yield made
        made.dispose()
        return
    database: Database = request.getfixturevalue("database")
    schema = f"s_{secrets.token_hex(6)}"
    database.run(f"create schema {schema}")
    made = create_engine(
        database.url().replace("postgresql://", "postgresql+psycopg://"),
        connect_args={"options": f"-c search_path={schema}"},
    )
    yield made
    made.dispose()


def registry(engine: Engine, current: str = "k-1", told: Any = None, **given: Any) -> TenantRegistry:
    made = TenantRegistry(engine, lambda: (current, KEYS[current]), lambda: KEYS, incidents=told, **given)
    made.create()
    return made


def refused(reason: str, call: Any, *given: Any, **named: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        call(*given, **named)
    assert caught.value.reason == reason, caught.value
    for value in (*FIRST.values(), *SECOND.values()):
        assert value not in str(caught.value)
    return caught.value


def test_a_tenant_is_registered_once_and_found_by_name_and_id(engine: Engine) -> None:
    held = registry(engine)
    made = held.register("pharmacy-014", FIRST, NOW)

    assert made.id == tenant_id(FIRST, KEYS["k-1"])
    assert held.register("pharmacy-014", dict(reversed(FIRST.items())), NOW) == made
    assert held.named("pharmacy-014") == held.of_id(made.id) == made
    assert made.inputs == FIRST
    assert made.registered_at == "2026-11-22T10:00:00Z"
    assert held.problems() == ()
    refused("wrong_tenant", held.named, "pharmacy-022")
    refused("wrong_tenant", held.of_id, "0" * 64)
    refused("wrong_tenant", held.of_id, "pharmacy-014")


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("pharmacy-014", SECOND),
        ("pharmacy-014", {**FIRST, "facility": "F-015"}),
        ("other", FIRST),
        ("other", {**SECOND, "npi": FIRST["npi"]}),
        ("other", {**SECOND, "dea_number": FIRST["dea_number"]}),
        ("other", {"facility": FIRST["facility"]}),
        ("other", {"npi": FIRST["npi"]}),
    ],
)
@pytest.mark.parametrize("retired", [False, True])
def test_nothing_that_is_or_was_somebodys_is_given_again(
    engine: Engine, name: str, inputs: dict[str, str], retired: bool
) -> None:
    told = Told()
    held = registry(engine, told=told)
    made = held.register("pharmacy-014", FIRST, NOW)
    if retired:
        held.retire("pharmacy-014", NOW)

    error = refused("tenant_collision" if inputs == FIRST else "tenant_reused", held.register, name, inputs, NOW)
    assert "pharmacy-014" not in str(error)
    (report,) = told.reports
    assert report[0] == "tenant-collision"
    assert report[1].reason == error.reason
    assert held.of_id(made.id, active=False).name == "pharmacy-014"


def test_a_retired_tenant_is_not_taken_up_again(engine: Engine) -> None:
    held = registry(engine)
    made = held.register("pharmacy-014", FIRST, NOW)
    gone = held.retire("pharmacy-014", NOW)

    assert gone.retired_at == "2026-11-22T10:00:00Z"
    assert held.retire("pharmacy-014", datetime(2027, 1, 1, tzinfo=UTC)) == gone
    refused("tenant_reused", held.register, "pharmacy-014", FIRST, NOW)
    refused("wrong_tenant", held.named, "pharmacy-014")
    refused("wrong_tenant", held.of_id, made.id)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"name": "Wexford Street Pharmacy"},
        {"title": "Wexford"},
        {"address": "1 Wexford Street"},
        {"npi": "1234567893", "phone": "515-555-0142"},
        {"npi": "1234567890"},
        {"npi": " 1234567893"},
        {"npi": ""},
        {"dea_number": "ap5836727"},
        {"dea_number": "AP58367271"},
        {"gln": "9521234567890"},
        {"facility": "F 014"},
        {"facility": "F-014\n"},
        {"facility": "é"},
    ],
)
def test_an_input_that_may_change_or_is_none_makes_no_id(engine: Engine, inputs: dict[str, str]) -> None:
    refused("tenant_inputs", registry(engine).register, "pharmacy-014", inputs, NOW)


def test_a_dea_number_off_the_formula_is_taken(engine: Engine) -> None:
    assert registry(engine).register("p", {"dea_number": "AP5836720"}, NOW).id


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 300])
def test_a_name_is_a_line_of_text(engine: Engine, name: str) -> None:
    refused("tenant_inputs", registry(engine).register, name, FIRST, NOW)


def test_rotating_the_master_key_changes_no_id(engine: Engine) -> None:
    before = registry(engine).register("pharmacy-014", FIRST, NOW)
    later = registry(engine, "k-2")

    assert later.register("pharmacy-014", FIRST, NOW) == before
    assert later.register("pharmacy-022", SECOND, NOW).key == "k-2"
    assert later.problems() == ()
    refused("tenant_reused", later.register, "other", FIRST, NOW)
    forgetful = TenantRegistry(engine, lambda: ("k-2", KEYS["k-2"]), lambda: {"k-2": KEYS["k-2"]})
    refused("key_unavailable", forgetful.named, "pharmacy-014")
    refused("key_unavailable", TenantRegistry(engine, lambda: ("k", b"short"), dict).register, "new", FIRST, NOW)


@pytest.mark.parametrize(
    "change",
    [
        "tenant_id = 'pharmacy-22'",
        "npi = '1302144559'",
        "facility = 'F-099'",
        f"tenant_id = '{'0' * 64}'",
        "key_id = 'k-2'",
    ],
)
def test_a_row_that_was_changed_is_noticed(engine: Engine, change: str) -> None:
    told = Told()
    held = registry(engine, told=told)
    held.register("pharmacy-014", FIRST, NOW)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("alter table tenant_number drop constraint tenant_number_tenant_id_fkey"))
        connection.execute(text(f"update tenant set {change}"))

    refused("tenant_collision", held.named, "pharmacy-014")
    assert told.reports[0][0] == "tenant-collision"
    assert len(held.problems()) == 1


def test_two_registrars_at_once_give_nothing_twice(engine: Engine) -> None:
    held = registry(engine)
    outcomes: list[str] = []

    def work(number: int) -> None:
        try:
            held.register(f"pharmacy-{number}", FIRST, NOW)
            outcomes.append("registered")
        except RefusedError as refused_:
            outcomes.append(refused_.reason)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("registered") == 1
    assert len(outcomes) == 6
    assert set(outcomes) <= {"registered", "tenant_collision", "tenant_reused"}


def _register(path: str, number: int, results: Any) -> None:
    made = create_engine(f"sqlite:///{path}")
    try:
        TenantRegistry(made, lambda: ("k-1", KEYS["k-1"]), lambda: KEYS).register(f"pharmacy-{number}", FIRST, NOW)
        results.put("registered")
    except RefusedError as error:
        results.put(error.reason)


def test_processes_that_register_at_once_give_nothing_twice(tmp_path: Path) -> None:
    path = str(tmp_path / "tenants.db")
    registry(create_engine(f"sqlite:///{path}"))
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_register, args=(path, number, results)) for number in range(2)]
    for worker in workers:
        worker.start()
    outcomes = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert outcomes.count("registered") == 1
    assert sqlite3.connect(path).execute("select count(*) from tenant").fetchone() == (1,)


def test_a_database_that_is_not_there_stops_everything(tmp_path: Path) -> None:
    held = TenantRegistry(
        create_engine(f"sqlite:///{tmp_path}/nowhere/tenants.db"), lambda: ("k-1", KEYS["k-1"]), lambda: KEYS
    )
    refused("ledger_unavailable", held.create)
    refused("ledger_unavailable", held.register, "pharmacy-014", FIRST, NOW)
    refused("ledger_unavailable", held.named, "pharmacy-014")
    refused("ledger_unavailable", held.problems)


def test_every_tenant_of_the_reference_can_be_registered(tmp_path: Path) -> None:
    declaration = load(Path(REPOSITORY) / "boundaries.yaml").declaration
    held = registry(create_engine(f"sqlite:///{tmp_path}/tenants.db"))
    bindings = bindings_of(declaration)

    assert set(bindings) == set(declaration.tenants)
    made = {name: held.register(name, one.inputs, NOW).id for name, one in bindings.items()}
    assert len(set(made.values())) == len(bindings)
    assert all(one.key == "tenant-binding-key" for one in bindings.values())
    assert all(one.carried_in == ("header", "row", "signature") for one in bindings.values())


def test_a_declaration_whose_tenants_have_no_good_binding_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.yaml"
    path.write_text(
        """\
version: 1
system: {id: lab}
zones: {inside: {trust: 2}}
components: {a: {zone: inside, kind: service}, b: {zone: inside, kind: service}}
flows: [{id: f, from: a, to: b, carries: [], returns: []}]
keys: {k: {custody: kms, algorithm: HMAC-SHA-256}}
tenants:
  one: {kind: pharmacy}
  two: {kind: pharmacy, npi: "1234567890", binding: {algorithm: HMAC-SHA-256, key: k, inputs: [npi]}}
  three: {kind: pharmacy, title: T, binding: {algorithm: HMAC-SHA-256, key: k, inputs: [title, dea_number]}}
  four: {kind: pharmacy, npi: "1234567893", binding: {algorithm: HMAC-SHA-256, inputs: [npi]}}
  five: {kind: pharmacy, npi: "1234567893", binding: {algorithm: none, inputs: [npi]}}
""",
        encoding="utf-8",
    )
    declaration: Declaration = load(path).declaration
    error = refused("tenant_inputs", bindings_of, declaration)
    words = " ".join(one.message for one in error.problems)
    for name in ("one", "two", "three", "four", "five"):
        assert f"tenant {name}" in words


@given(
    inputs=st.dictionaries(
        st.sampled_from(["npi", "dea_number", "gln", "facility", "name", "id"]) | st.text(max_size=6),
        st.text(max_size=12) | st.sampled_from(["1234567893", "AP5836727", "F-014"]),
        max_size=4,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_inputs_make_an_id_or_are_refused(inputs: dict[str, str]) -> None:
    held = registry(create_engine("sqlite://"))
    try:
        made = held.register("pharmacy-014", inputs, NOW)
    except RefusedError as error:
        assert error.reason == "tenant_inputs"  # noqa: PT017
    else:
        assert made.id == tenant_id(inputs, KEYS["k-1"])
