"""A redactor of texts and values: what it knows by name, by form, and because it was told; and that it fails closed."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import enum
import gzip
import json
import logging
import re
import threading
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.exc import IntegrityError

from limen.controls.redaction import LONGEST, MARK, WITHHELD, Redactor
from limen.controls.refusals import RefusedError
from limen.errors import Problem, UsageError
from limen.integrity.tokens import token
from limen.loading import load
from tests.controls.canary_values import BORN, CANARIES, NAMES, encoded_forms, plain_forms, seen
from tests.needs import REPOSITORY

REDACTOR = Redactor(NAMES)
NAME, DOB = CANARIES["patient_name"], CANARIES["dob"]


@dataclasses.dataclass
class Person:
    patient_name: str
    dob: datetime.date
    visits: int = 3


class Dispensed(msgspec.Struct):
    patient_name: str
    quantity: int


BY_NAME = {
    "json": json.dumps({"patient_name": NAME, "quantity": 3}),
    "json, indented": json.dumps({"a": {"patient_name": NAME}, "quantity": 3}, indent=2),
    "json in json": json.dumps({"body": json.dumps({"patient_name": NAME, "quantity": 3})}),
    "json in json in json": json.dumps(json.dumps({"body": json.dumps({"patient_name": NAME})})),
    "json, escaped": json.dumps({"patient_name": "".join(f"\\u{ord(one):04x}" for one in NAME)}),
    "repr of a dict": repr({"patient_name": NAME, "quantity": 3}),
    "repr of bytes": repr(json.dumps({"patient_name": NAME}).encode()),
    "repr of a dataclass": repr(Person(NAME, BORN)),
    "repr of a struct": repr(Dispensed(NAME, 3)),
    "list": repr({"patient_name": [NAME, "Other Body"]}),
    "nested": repr({"patient_name": {"given": NAME.split()[0], "family": NAME.split()[1]}}),
    "pair": repr([("patient_name", NAME), ("quantity", 3)]),
    "name and value": json.dumps({"name": "patient_name", "value": NAME}).replace('name": "', ""),
    "keyword": f"patient_name={NAME} quantity=3",
    "keyword in quotes": f'patient_name="{NAME}" quantity=3',
    "camel case": f"patientName={NAME}, quantity=3",
    "title case": f"Patient-Name: {NAME}",
    "in a longer name": f"the_patient_name={NAME}",
    "with more behind": f"patient_name_typed={NAME}",
    "yaml": f"patient_name: {NAME}\nquantity: 3",
    "yaml, listed": f"patient_names:\n  - {NAME}\n",
    "family name first": f"patient_name={', '.join(reversed(NAME.split()))}, quantity=3",
    "apostrophe": "patient_name='Wilhelmina Quackenbush O\\'Dea' x",
    "bare apostrophe": "patient_name=D'Arcy Wilhelmina Quackenbush, quantity=3",
    "xml": f"<r><patient_name>{NAME}</patient_name><quantity>3</quantity></r>",
    "xml, attribute": f'<r patient_name="{NAME}" quantity="3"/>',
    "html": f"{{&quot;patient_name&quot;: &quot;{NAME}&quot;}}",
    "query": f"/v1/dispense?patient_name={quote(NAME)}&quantity=3",
    "form": f"patient_name={NAME.replace(' ', '+')}&quantity=3",
    "url-encoded json": quote(json.dumps({"patient_name": NAME, "quantity": 3})),
    "base64 json": base64.b64encode(json.dumps({"patient_name": NAME, "quantity": 3}).encode()).decode(),
    "base64 of base64": base64.b64encode(base64.b64encode(json.dumps({"patient_name": NAME}).encode())).decode(),
    "hex json": json.dumps({"patient_name": NAME}).encode().hex(),
    "arrow": f"patient_name => {NAME}",
    "not closed": f'{{"patient_name": "{NAME}',
    "not closed, nested": f'{{"patient_name": ["{NAME}", ',
    "sql": f"UPDATE t SET patient_name = '{NAME}' WHERE id = 3",
    "parameters": f"[parameters: {{'patient_name': '{NAME}', 'id': 3}}]",
    "date object": repr({"dob": BORN}),
    "date": f"dob={DOB}",
    "date beside": f"dob {DOB} checked",
    "serial beside": f"serial {CANARIES['serial']} scanned twice",
    "lot in brackets": f"lot ({CANARIES['lot']})",
    "lot joined": f"lot-{CANARIES['lot']}",
    "log line of another service": f'2026-11-22T10:00:00Z ERROR svc body="{{\\"patient_name\\": \\"{NAME}\\"}}"',
}
"""Texts that name a field."""

BY_FORM = {
    "ssn": f"for {CANARIES['ssn']} today",
    "ssn, blanks": f"for {CANARIES['ssn'].replace('-', ' ')} today",
    "mrn": f"MRN {CANARIES['mrn']}",
    "mrn=": f"mrn={CANARIES['mrn']}",
    "medical record": f"medical record number: {CANARIES['mrn']}",
    "email": f"sent to {CANARIES['email']}",
    "email, url": f"/x?to={quote(CANARIES['email'])}",
    "phone": f"call {CANARIES['phone']}",
    "phone, brackets": "call (515) 555-0142",
    "ndc": f"unregistered {CANARIES['ndc']}",
    "rx": f"Rx {CANARIES['rx_number']} filled",
    "rx#": f"rx#{CANARIES['rx_number']}",
    "gtin": f"scanned {CANARIES['gtin']}",
    "element string": f"(01){CANARIES['gtin']}(21){CANARIES['serial']}",
    "digital link": f"https://id.example/01/{CANARIES['gtin']}/21/{CANARIES['serial']}",
    "urn": f"urn:epc:id:sgtin:952123.0456789.{CANARIES['serial']}",
    "npi": f"NPI {CANARIES['npi']}",
    "dea": f"signed by {CANARIES['dea_number']}",
    "born": "born July 29, 1961",
    "base64": base64.b64encode(f"to {CANARIES['email']} today".encode()).decode(),
}
"""Texts that hold what has a form of its own."""


@pytest.mark.parametrize("case", BY_NAME)
def test_a_field_with_a_sensitive_name_is_taken_out_however_it_is_written(case: str) -> None:
    text = BY_NAME[case]
    shown = REDACTOR.text(text)

    assert not seen(shown), shown
    assert "Wilhelmina" not in shown
    assert "Quackenbush" not in shown
    assert MARK in shown
    assert REDACTOR.text(shown) == shown


@pytest.mark.parametrize("case", BY_FORM)
def test_what_has_a_form_of_its_own_is_taken_out(case: str) -> None:
    shown = REDACTOR.text(BY_FORM[case])

    assert not seen(shown), shown
    assert not re.search(r"\d{4}", shown), shown
    assert REDACTOR.text(shown) == shown


@pytest.mark.parametrize("case", [*BY_NAME, *BY_FORM])
def test_each_of_these_texts_shows_it_to_whoever_does_not_redact(case: str) -> None:
    """So that the tests above can fail: there is something in each to be taken out."""
    text = (BY_NAME | BY_FORM)[case]
    bare = base64.b64decode(text).decode() if "base64" in case else text
    bare = base64.b64decode(bare).decode() if case == "base64 of base64" else bare
    bare = bytes.fromhex(text).decode() if case == "hex json" else bare
    escaped = "".join(f"\\u{ord(one):04x}" for one in NAME)
    told = ("1961", "555-0142", "219 09", NAME.split()[0], NAME.split()[1], CANARIES["serial"], escaped)

    assert seen(bare) or any(one in bare.replace("\\\\", "\\") for one in told)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:00:00Z INFO request 4711 served in 12 ms path=/v1/dispense status=200",
        "request_id=550e8400-e29b-41d4-a716-446655440000 tenant=9f86d081884c7d659a2feaa0c55ad015",
        "lot_count=3 serials_total: 12",
        "Task exception was never retrieved",
        "chain head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 length 650000",
        'File "/srv/app/ledger.py", line 12, in append',
        "serialized the lottery of a pilot",
        "undeclared_flow: dispense-in",
        f"subject {token('x', domain='mrn', key_id='k-2026', key=bytes(32))} opened",
        f"mrn={token('x', domain='mrn', key_id='k-2026', key=bytes(32))}",
        "patient_name=None dob=null",
        f"{MARK} and patient_name={MARK}",
    ],
)
def test_what_says_nothing_about_anybody_stays(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_the_rest_of_a_line_stays_readable() -> None:
    text = f"dispensed patient_name={NAME} quantity=3 drug=oxycodone"

    assert REDACTOR.text(text) == f"dispensed patient_name={MARK} quantity=3 drug=oxycodone"


@pytest.mark.parametrize("field", CANARIES)
@pytest.mark.parametrize("names", [(), NAMES])
def test_a_value_in_flight_is_taken_out_in_every_form(field: str, names: tuple[str, ...]) -> None:
    redactor, value = Redactor(names, personal=False), CANARIES[field]
    with redactor.holding(value):
        for form in plain_forms(value) | encoded_forms(value):
            for text in (f"a {form} b", f"x{form}y", f"<{form}>", form):
                assert not seen(redactor.text(text), {field: value}), text
        inside = base64.b64encode(f'??{{"q": "{value}"}}'.encode()).decode()
        assert redactor.text(inside) == MARK
    assert redactor.text("nothing") == "nothing"


def test_a_value_is_forgotten_once_for_each_time_it_was_remembered() -> None:
    redactor = Redactor()
    redactor.remember(NAME)
    with redactor.holding({"patient_name": NAME}):
        assert redactor.text(NAME) == MARK
    assert redactor.text(NAME) == MARK
    redactor.forget(NAME)
    assert redactor.text(NAME) == NAME
    redactor.forget(NAME)  # once too often, without harm
    redactor.remember(NAME)
    assert redactor.text(NAME) == MARK
    redactor.forget_all()
    assert redactor.text(NAME) == NAME


def test_many_values_are_found_and_forgotten_like_few() -> None:
    redactor = Redactor()
    names = [f"Zz{place:04}canary Quux{place:04}" for place in range(200)]
    with redactor.holding(names):
        for name in names:
            assert redactor.text(f"for {name}.") == f"for {MARK}."
        redactor.forget(names[7])
        assert names[7] in redactor.text(f"for {names[7]}.")
        redactor.remember(names[7])
        assert redactor.text(names[7]) == MARK
    assert redactor.text(names[0]) == names[0]


def test_one_value_too_many_is_refused_and_the_others_stay() -> None:
    redactor = Redactor(most=3)
    redactor.remember(["Alma Quux", "Bela Quux", "Cora Quux"])
    with pytest.raises(RefusedError) as caught:
        redactor.remember(["Dora Quux"])
    assert caught.value.reason == "values_exceeded"
    assert "Dora" not in str(caught.value)
    redactor.remember("Alma Quux")
    assert redactor.text("Alma Quux; Bela Quux; Cora Quux") == "; ".join([MARK] * 3)


def test_short_values_count_where_they_stand_alone() -> None:
    redactor = Redactor()
    with redactor.holding("Ann", 42):
        assert redactor.text("Ann annoys 42 of 421 annual") == f"{MARK} annoys {MARK} of 421 annual"


@pytest.mark.parametrize(
    "text",
    ["Dear Wilhelmina, come back", "QUACKENBUSH", "Ms. Quackenbush's visit", "Quackenbush, W.", "wilhelmina_q"],
)
def test_a_part_of_a_name_in_flight_is_taken_out(text: str) -> None:
    redactor = Redactor()
    with redactor.holding(NAME):
        shown = redactor.text(text)
    assert "wilhelmina" not in shown.lower()
    assert "quackenbush" not in shown.lower()


@pytest.mark.parametrize("text", ["07/29/1961", "29.07.1961", "19610729", "1961, 7, 29", "1961/07/29"])
def test_a_day_in_flight_is_taken_out_however_it_is_written(text: str) -> None:
    redactor = Redactor()
    with redactor.holding(DOB):
        assert redactor.text(f"x {text} y") == f"x {MARK} y"


def test_what_databases_say_of_values_is_taken_out_whole() -> None:
    engine = create_engine("sqlite://", echo=True)
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Keeping()
    logging.getLogger("sqlalchemy.engine").addHandler(handler)
    redactor = Redactor(personal=False)
    try:
        with redactor.install(), engine.begin() as connection:
            connection.exec_driver_sql("create table t (a text primary key, b text)")
            values = {"a": NAME, "b": DOB}
            connection.execute(sql_text("insert into t values (:a, :b)"), values)
            connection.execute(sql_text("select * from t where a in (:a, :b)"), values).all()
            with pytest.raises(IntegrityError) as caught:
                connection.execute(sql_text("insert into t values (:a, :b)"), values)
        told = redactor.exception(caught.value) + redactor.text(str(caught.value))
    finally:
        logging.getLogger("sqlalchemy.engine").removeHandler(handler)
    assert any("insert into t" in line for line in lines)
    assert "Wilhelmina" not in "".join(lines)
    assert "UNIQUE constraint failed" in told
    assert "insert into t values" in told
    assert "Wilhelmina" not in told
    assert DOB not in told
    for text in (
        f"ERROR: null value violates not-null constraint\nDETAIL:  Failing row contains (1, {NAME}, {DOB}, null).",
        f"DETAIL:  Key (patient, born)=({NAME}, {DOB}) already exists.",
        f"DETAIL:  Parameters: $1 = '{NAME}', $2 = '{DOB}'",
    ):
        shown = redactor.text(text)
        assert "Wilhelmina" not in shown
        assert DOB not in shown
        assert redactor.text(shown) == shown


@pytest.mark.parametrize(
    "value",
    [BORN, datetime.datetime(1961, 7, 29, 4, 5, tzinfo=datetime.UTC), uuid.UUID(int=77), b"Wilhelmina", 77312345],
)
def test_values_of_other_types_are_known_by_their_texts(value: Any) -> None:
    redactor = Redactor(personal=False)
    with redactor.holding(value):
        for text in (f"{value}", f"{value!r}"):
            assert MARK in redactor.text(f"x {text} y"), text


def test_values_of_any_shape_are_redacted_and_plain_ones_keep_their_type() -> None:
    class Colour(enum.Enum):
        RED = "red"

    given_value = {
        "patient_name": NAME,
        "quantity": 3,
        "ok": True,
        "none": None,
        "at": BORN.replace(year=2026),
        "colour": Colour.RED,
        "list": [1, {"dob": BORN}, (2.5, f"patient_name={NAME}")],
        f"mrn {CANARIES['mrn']}": "key",
        "person": Person(NAME, BORN),
        "raw": json.dumps({"patient_name": NAME}).encode(),
        "bytes": b"\x00\xff",
        "set": {CANARIES["ssn"]},
        "error": ValueError(f"patient_name={NAME}"),
        "held": REDACTOR.protect("Wilhelmina Quackenbush"),
    }
    shown = REDACTOR.value(given_value)

    assert not seen(repr(shown)), shown
    assert "1961" not in repr(shown)
    assert shown["quantity"] == 3
    assert shown["ok"] is True
    assert shown["none"] is None
    assert shown["at"] == BORN.replace(year=2026)
    assert shown["colour"] is Colour.RED
    assert shown["list"][0] == 1
    assert shown["list"][2][0] == 2.5
    assert shown["bytes"] == b"\x00\xff"
    assert shown["held"] == "[protected]"
    assert given_value["patient_name"] == NAME


def test_what_is_too_deep_or_has_itself_as_member_is_withheld() -> None:
    deep: Any = NAME
    for _ in range(100):
        deep = [deep]
    around: list[Any] = []
    around.append(around)

    assert REDACTOR.value(deep) == WITHHELD
    assert REDACTOR.value(around) == WITHHELD
    assert REDACTOR.value([[0] * 1000] * 100) == WITHHELD


def test_what_can_not_be_redacted_is_withheld() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError(NAME)

    class Broken(Redactor):
        def _redacted(self, *given: Any, **named: Any) -> str:
            raise RuntimeError(NAME)

    assert REDACTOR.text("x" * (LONGEST + 1)) == WITHHELD
    assert REDACTOR.value(Hostile()) == WITHHELD
    assert REDACTOR.value({"a": Hostile()}) == WITHHELD
    assert Broken().text(NAME) == WITHHELD
    assert Broken().value({"a": [NAME]}) == WITHHELD
    assert Broken().exception(ValueError(NAME)) == WITHHELD


@pytest.mark.parametrize(
    "text",
    [
        "dob=(" * 50_000,
        "dob='" * 50_000,
        'patient_name": ' * 15_000,
        "mrn " * 60_000,
        "<Task (" * 30_000,
        "%41" * 80_000,
        "\\" * 250_000,
        "dob = &quot;" * 20_000,
        "serial a" * 30_000,
        "a" * 250_000,
        "0" * 250_000,
        "@a." * 80_000,
    ],
)
def test_no_text_holds_up_whoever_logs(text: str) -> None:
    shown = REDACTOR.text(text[:LONGEST])  # in seconds, where one of them once took hours
    assert shown
    assert REDACTOR.text(text + "x" * LONGEST) == WITHHELD


def test_what_is_packed_is_not_looked_through_without_end() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(4 << 20), mtime=0)).decode()
    assert REDACTOR.text(" ".join([bomb] * 4)) == WITHHELD


def test_the_redactor_of_the_reference_knows_its_fields_and_leaves_its_tenants_numbers() -> None:
    declaration = load(Path(REPOSITORY) / "boundaries.yaml").declaration
    redactor = Redactor.of(declaration)
    numbers = [one for tenant in declaration.tenants.values() for one in (tenant.npi, tenant.dea_number) if one]

    for item in declaration.data.values():
        for field in (*item.identifiers, *item.sensitive_fields):
            assert redactor.sensitive(field)
            assert redactor.text(f"{field}=Zzcanary9") == f"{field}={MARK}"
    assert not redactor.sensitive("quantity")
    assert numbers
    for number in numbers:
        assert str(number) in redactor.text(f"npi {number}, dea {number}")
    assert CANARIES["dea_number"] not in redactor.text(f"dea {CANARIES['dea_number']}")


def test_it_shows_nothing_of_what_it_knows() -> None:
    redactor = Redactor()
    redactor.remember(NAME)

    assert "Wilhelmina" not in repr(redactor)
    assert "Wilhelmina" not in repr(vars(redactor))


def test_threads_remember_and_redact_at_once() -> None:
    redactor, wrong = Redactor(), []

    def work(number: int) -> None:
        for place in range(30):
            name = f"Zz{number:02}{place:03}canary Quux"
            with redactor.holding(name):
                if name in redactor.text(f"for {name}"):
                    wrong.append(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert redactor.text("for Zz01000canary Quux") == "for Zz01000canary Quux"


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=8, max_size=24)


@given(value=WORDS, before=st.text(max_size=20), after=st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_value_in_flight_is_seen_whatever_stands_around_it(value: str, before: str, after: str) -> None:
    redactor = Redactor(personal=False)
    with redactor.holding(value):
        for text in (value, json.dumps(value), repr(value), ascii(value), quote(value, safe="")):
            shown = redactor.text(before + text + after)
            assert shown == WITHHELD or text.strip() not in shown or text.strip() in before + after
        inner = base64.b64encode((before + value + after).encode("utf-8", "surrogatepass")).decode()
        assert redactor.text(inner) != inner


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_redacted_to_what_stays_the_same(text: str) -> None:
    shown = REDACTOR.text(text)

    assert REDACTOR.text(shown) == shown


@given(
    text=st.lists(
        st.sampled_from(
            ["patient_name", "dob", "=", ": ", "'", '"', "{", "}", "[", "]", "(", ")", "\\", ",", " ", "&quot;", "%22",
             "<", ">", "\n", "Jane", "Roe", "1970-01-01", "mrn", "12345678", "\\u004a", MARK, "None", "b'"]
        ),
        max_size=30,
    )
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_texts_of_names_quotes_and_brackets_are_redacted_to_what_stays_the_same(text: list[str]) -> None:
    shown = REDACTOR.text("".join(text))

    assert shown != WITHHELD
    assert REDACTOR.text(shown) == shown


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, where=st.sampled_from(["patient_name", "dob", "Serial", "lotNumber"]))
@settings(max_examples=150, deadline=None)
def test_no_value_under_a_sensitive_name_stays(value: Any, where: str) -> None:
    shown = REDACTOR.value({"around": [value, {where: {"deep": [NAME, value]}}]})

    assert shown == WITHHELD or shown["around"][1] == {where: MARK}


# --- numbers of lines -----------------------------------------------------------------------------------------------


def _thrown(patient_number: int) -> None:
    raise ValueError(f'File "{__file__}", line {patient_number}, in _thrown: {patient_number}')


def _line(function: Any) -> int:
    return int(function.__code__.co_firstlineno) + 1


@pytest.mark.parametrize("off", [0, 1_000])
def test_a_traceback_keeps_its_own_line_numbers_and_no_value_that_looks_like_one(off: int) -> None:
    """A value that is the number of the very line, in a message that is written like a line of a traceback."""
    number = _line(_thrown) + off
    redactor = Redactor(["patient_number"])
    with pytest.raises(ValueError, match="in _thrown") as raised:
        _thrown(number)
    *frames, message = redactor.exception(raised.value).splitlines()
    assert f'  File "{__file__}", line {_line(_thrown)}, in _thrown' in frames
    assert message == f'ValueError: File "{__file__}", line {MARK}, in _thrown: {MARK}'
    assert sum(str(number) in line for line in frames) == (1 if off == 0 else 0)


def test_line_numbers_stay_in_causes_groups_and_where_there_is_too_much() -> None:
    redactor = Redactor(["patient_number"])
    with pytest.raises(ValueError, match="in _thrown") as first:
        _thrown(_line(_thrown))
    with pytest.raises(ExceptionGroup) as raised:
        raise ExceptionGroup(f"line {_line(_thrown)}", [first.value, KeyError(_line(_thrown))]) from first.value
    shown = redactor.exception(raised.value)
    frame = f'File "{__file__}", line {_line(_thrown)}, in _thrown'
    assert shown.count(frame) == 2
    assert shown.replace(frame, "").count(str(_line(_thrown))) == 0
    assert f"ExceptionGroup: line {MARK}" in shown

    def too_much(patient_number: int, deep: Any) -> None:
        raise ValueError(patient_number)

    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(ValueError, match=r"^\d+$") as second:
        too_much(_line(too_much), deep)
    shown = redactor.exception(second.value)
    assert f'File "{__file__}", line {_line(too_much)}, in too_much' in shown
    assert shown.endswith(f"ValueError: {WITHHELD}")


def test_notes_are_redacted_hints_and_places_of_limen_included() -> None:
    def refuse(patient_name: str) -> None:
        raise UsageError(Problem(message="no", hint=f"ask {patient_name}"))

    with pytest.raises(UsageError) as raised:
        refuse(NAME)
    raised.value.add_note(f"seen with {NAME}")
    shown = REDACTOR.exception(raised.value)
    assert shown.splitlines()[-2:] == [f"hint: ask {MARK}", f"seen with {MARK}"]


def test_the_redactor_of_what_was_loaded_is_that_of_its_declaration() -> None:
    loaded = load(REPOSITORY / "boundaries.yaml")
    assert Redactor.of(loaded).text("dob=1957-03-14") == Redactor.of(loaded.declaration).text("dob=1957-03-14")
    assert Redactor.of(loaded).sensitive("patient_name")
