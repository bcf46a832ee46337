"""Messages and identifiers that once said one thing here and another elsewhere, or that somebody could still change."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import msgspec
import pytest

from limen.analysis.check_digits import gs1_check_digit
from limen.controls.envelope import EnvelopeError
from limen.controls.identifiers import parse_link
from limen.controls.ingress.accepted import IntakeRefusedError
from limen.controls.ingress.reading import Limits, Reading
from limen.controls.ingress.records import read_records
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.ingress.epcis_samples import CONTEXT, document, event, events, xml
from tests.controls.ingress.ingress_bench import FREE, NOW, Bench, declaration, directory
from tests.controls.ingress.test_x12 import SET_852, SET_867, interchange
from tests.controls.ingress.test_x12 import read as read_x12

STEWARD: dict[str, Any] = {"person": "steward-1", "reason": "asked by the sender"}


@pytest.fixture
def make(tmp_path: Any) -> Any:
    made: list[Bench] = []

    def bench(component: str = "epcis-gateway", **given: Any) -> Bench:
        folder = tmp_path / f"{component}-{len(made)}"
        folder.mkdir()
        made.append(Bench(folder, component, **given))
        return made[-1]

    yield bench
    for one in made:
        one.close()


def read_xml(raw: bytes, **limits: Any) -> tuple[list[Any], list[str]]:
    from limen.controls.ingress.epcis_xml import read_xml as read

    one = Reading(now=NOW, limits=Limits(**limits), directory=directory())
    found = read(raw, one)
    return found, [problem.message for problem in one.problems()]


def read_json(raw: bytes) -> tuple[list[Any], list[str]]:
    from limen.controls.ingress.epcis_json import read_json as read

    one = Reading(now=NOW, limits=Limits(), directory=directory())
    return read(raw, one), [problem.message for problem in one.problems()]


@pytest.mark.parametrize("body", ["1", "03614141", "036141411", "0361414112"])
def test_a_number_that_is_no_gtin_does_not_become_one_by_zeros_in_front(body: str) -> None:
    with pytest.raises(RefusedError):
        parse_link(f"https://id.gs1.org/01/{body}{gs1_check_digit(body)}/21/A")


def test_a_link_whose_first_key_is_percent_encoded_has_two() -> None:
    # RFC 3986, 6.2.2.2: %30%31 is 01 to whoever normalises, and then another GTIN comes first.
    with pytest.raises(RefusedError):
        parse_link("https://h/%30%31/00614141999996/01/09506000134352/21/A")


@pytest.mark.parametrize("name", ["urn", "https", "http", "ni"])
def test_a_context_gives_the_scheme_of_identifiers_no_other_meaning(name: str) -> None:
    # JSON-LD: with a prefix "urn", urn:epc:id:sgtin:… is a compact IRI of whatever the prefix says.
    raw = document(event(), **{"@context": [CONTEXT, {name: "https://example.org/other#"}]})
    found, problems = read_json(raw)
    assert any(one.startswith("@context") for one in problems), (found, problems)


@pytest.mark.parametrize("inside", ["1<!-- -->0", "<!-- -->10", "1<?x y?>0", "10<!-- -->", "1<![CDATA[]]><!-- -->0"])
def test_a_comment_within_a_value_is_read_by_others_as_its_end(inside: str) -> None:
    raw = xml(events()["aggregation"]).replace(b"<quantity>10.5<", f"<quantity>{inside}<".encode())
    assert inside.encode() in raw
    found, problems = read_xml(raw)
    assert (found, len(problems)) == ([], 1), "lxml reads 1, expat 10"


def test_comments_between_elements_stay_welcome() -> None:
    raw = xml(event()).replace(b"<EventList>", b"<!-- made by hand --><EventList><?x y?>")
    assert read_xml(raw)[1] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<eventTime>", '<eventTime xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'),
        ("<ObjectEvent>", '<ObjectEvent revoked="true">'),
        ("<epcList>", '<epcList of="something else">'),
        ("<readPoint>", '<readPoint only="maybe">'),
        ("<ilmd>", '<ilmd draft="1">'),
        ("<extension>", '<extension draft="1">'),
        ("<action>", '<action not="true">'),
    ],
)
def test_an_attribute_that_nobody_reads_does_not_pass_unread(old: str, new: str) -> None:
    raw = xml(event()).replace(old.encode(), new.encode())
    assert new.encode() in raw
    assert read_xml(raw)[1]


def test_what_an_admitted_element_says_in_attributes_is_kept() -> None:
    def with_sensor(value: str) -> Any:
        sensor = f'<sensorElementList><sensorElement><sensorReport type="T" value="{value}"/></sensorElement>'
        raw = xml(event(), version="2.0").replace(b"<action>", f"{sensor}</sensorElementList><action>".encode())
        found, problems = read_xml(raw, extensions=frozenset({"sensorElementList"}))
        assert problems == []
        return found[0].content()

    assert with_sensor("4.0") != with_sensor("40")


@pytest.mark.parametrize("encoding", ["UTF-7", "cp037", "cp1252", "utf-8-sig", "IBM500", "ISO-2022-JP"])
def test_an_encoding_that_others_may_lack(encoding: str) -> None:
    text = xml(event()).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    for raw in (text.encode(), text.encode("cp037")):
        assert read_xml(raw)[1]


@pytest.mark.parametrize("declared", ["UTF-8", "utf-8", "UTF-16"])
def test_encodings_that_every_processor_has(declared: str) -> None:
    text = xml(event()).decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    assert read_xml(text.encode(declared))[1] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("N1*RL*Corbel DC 4*11*AP5836727", "N1*RL*Corbel DC 4*92*S>2"), ("SDQ*EA*92*STORE1*3", "SDQ*EA*92*STORE>1*3")],
)
def test_an_element_with_the_separator_of_components_is_another_to_others(old: str, new: str) -> None:
    assert read_x12(interchange(tuple(one.replace(old, new) for one in SET_852)))[1]


def test_an_element_that_repeats_is_another_to_others() -> None:
    changed = tuple(one.replace("*92*S-2", "*92*S-2^S-3") for one in SET_867)
    assert read_x12(interchange(changed, version="00501", repeats="^"), "867")[1]


def test_a_problem_does_not_name_what_the_message_calls_itself() -> None:
    # A control number may be anything of nine letters and digits, such as somebody's DEA number.
    changed = tuple(one.replace("0001", "BB1388568") for one in SET_852 if not one.startswith("CTT"))
    changed = (*changed[:-1], f"SE*{len(changed)}*BB1388568")
    assert "CTT is missing" in " ".join(read_x12(interchange(changed))[1])
    assert "BB1388568" not in " ".join(read_x12(interchange(changed))[1])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source", "wholesaler"),
        ("tenant", "other"),
        ("people", '["a","b"]'),
        ("form", "epcis-xml"),
        ("item", "dispense-record"),
        ("message", "m-2"),
    ],
)
def test_a_held_message_is_opened_as_what_it_came_as(make: Any, column: str, value: str) -> None:
    bench = make()
    with pytest.raises(IntakeRefusedError) as refused:
        bench.intake.accept("epcis-json", b"{}", item="epcis-event", source="cmo", tenant="site-012")
    with sqlite3.connect(bench.folder / "quarantine.sqlite") as connection:
        connection.execute(f"UPDATE held SET {column} = ?", (value,))
    connection.close()
    with pytest.raises((EnvelopeError, UsageError)):  # else it was read as what somebody made of it
        bench.intake.retry(refused.value.quarantined, opens=bench.keyring.opens("quarantine-key"), **STEWARD)


def test_a_message_id_that_is_none_is_not_kept_in_the_clear(make: Any) -> None:
    bench = make()
    with pytest.raises(IntakeRefusedError):
        bench.intake.accept("epcis-json", b"{}", item="epcis-event", source="cmo", message="Jane Doe, born 1970-01-01")
    kept = b"".join(path.read_bytes() for path in bench.folder.glob("*.sqlite*"))
    assert b"Jane Doe" not in kept
    assert "Jane Doe" not in bench.log.text()


def test_the_same_id_for_another_tenant_is_not_taken_for_known(make: Any) -> None:
    bench = make()
    raw = document(event())
    bench.intake.acknowledge(
        bench.intake.accept("epcis-json", raw, item="epcis-event", source="cmo", tenant="pharmacy-014")
    )
    # It was acknowledged as known once, and the second tenant never got it.
    with pytest.raises(IntakeRefusedError) as refused:
        bench.intake.accept("epcis-json", raw, item="epcis-event", source="cmo", tenant="pharmacy-022")
    assert refused.value.reason == "duplicate"


def test_names_in_json_are_once() -> None:
    raw = document(event()).replace(b'"action": "ADD"', b'"action": "OBSERVE", "action": "ADD"')
    assert read_json(raw)[1]
    assert json.loads(raw)  # others read the last one


@pytest.mark.parametrize("name", ["patient_name", "rx_number"])
@pytest.mark.parametrize("value", [None, "", "   ", "\u200b", "\u00a0", True, False, 1.5, [], {}])
def test_an_identifier_that_identifies_nobody_is_none(make: Any, name: str, value: Any) -> None:
    """Null, empty and true once counted as present."""
    item = msgspec.structs.replace(declaration().data["dispense-record"], identifiers=(name, "dob"))
    one = Reading(now=NOW, directory=directory(), products={"drug": "ndc"})
    row = {"patient_name": "Jane Roe", "dob": "1970-01-01", "rx_number": "rx-1", "drug": FREE, "quantity": 30}
    found = read_records(json.dumps({**row, name: value}).encode(), one, item, frozenset(), "m-1")
    assert (found, [problem.message.partition(":")[0] for problem in one.problems()]) == ([], [f"record 1, {name}"])


@pytest.mark.parametrize("value", ["Jane Roe", " 7 ", 0, 7])
def test_an_identifier_is_a_text_or_a_whole_number(value: Any) -> None:
    item = msgspec.structs.replace(declaration().data["dispense-record"], identifiers=("rx_number",))
    one = Reading(now=NOW)
    row = {"rx_number": value, "quantity": 30}
    assert read_records(json.dumps(row).encode(), one, item, frozenset(), "m-1")
    assert one.problems() == []


@pytest.mark.parametrize(
    ("source", "tenant", "reason", "problems"),
    [
        ("", "", "wrong_identity", 1),
        ("nobody", "", "wrong_identity", 1),
        ("CMO", "", "wrong_identity", 1),
        ("cmo", "no-such-tenant", "wrong_tenant", 1),
        ("cmo", "cmo", "wrong_tenant", 1),
        ("", "no-such-tenant", "wrong_identity", 2),
    ],
)
def test_nothing_comes_in_from_nobody_or_for_nobody(
    make: Any, source: str, tenant: str, reason: str, problems: int
) -> None:
    bench = make()
    with pytest.raises(RefusedError) as refused:
        bench.intake.accept("epcis-json", document(event()), item="epcis-event", source=source, tenant=tenant)
    assert (refused.value.reason, len(refused.value.problems)) == (reason, problems)
    assert "no-such-tenant" not in str(refused.value)
    # The sender is whoever called us wrong: there is nothing for stewards to look at.
    assert (bench.quarantine.held(None), bench.log.entries) == ((), [])


@pytest.mark.parametrize("source", ["cmo", "m-lindqvist"])
def test_components_and_principals_send(make: Any, source: str) -> None:
    bench = make()
    given: dict[str, Any] = {"item": "epcis-event", "source": source, "tenant": "pharmacy-014"}
    assert bench.intake.accept("epcis-json", document(event()), **given).source == source


def test_two_stewards_at_once_do_not_both_decide(make: Any) -> None:
    """The ledger said accepted and discarded, and the row only one of them."""
    bench = make()
    late = document(event(eventTime="2026-11-22T13:00:00Z"))
    with pytest.raises(IntakeRefusedError) as refused:
        bench.intake.accept("epcis-json", late, item="epcis-event", source="cmo")
    name = refused.value.quarantined
    bench.now = NOW.replace(hour=14)
    append, others = bench.log.append, []

    def meanwhile(entry: Any) -> None:
        if entry.action == "quarantine-settled" and not others:
            others.append(entry)
            with pytest.raises(RefusedError, match="somebody else is deciding") as second:
                bench.quarantine.settle(name, "discarded", person="other", reason="it looks forged")
            assert second.value.reason == "quarantine_unavailable"
        append(entry)

    bench.log.append = meanwhile
    accepted = bench.intake.retry(name, opens=bench.keyring.opens("quarantine-key"), **STEWARD)
    assert (len(accepted.events), len(others), bench.quarantine.look(name).state) == (1, 1, "accepted")
    settled = [entry for entry in bench.log.entries if entry.action == "quarantine-settled"]
    assert [(entry.actor, entry.details["state"]) for entry in settled] == [("steward-1", "accepted")]
