"""The threshold of the reference system's gateways: let in with a label and a way, or refused, kept apart and told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.ingress.accepted import Accepted, IntakeRefusedError
from limen.controls.ingress.directory import Directory
from limen.controls.ingress.directory_files import read_packages
from limen.controls.ingress.forms import Form
from limen.controls.ingress.intake import Intake
from limen.controls.ingress.places import entry_of
from limen.controls.ingress.reading import Limits
from limen.controls.ledger_entries import LedgerError
from limen.controls.refusals import RefusedError
from limen.errors import Problem, UsageError
from tests.controls.ingress.epcis_samples import document, event, events, package, xml
from tests.controls.ingress.ingress_bench import (
    EXCLUDED,
    FREE,
    GONE,
    MAC,
    NOW,
    ODD,
    SCHEDULE_II,
    SCHEDULE_IV,
    Bench,
    declaration,
    directory,
    files,
)


def accept(bench: Bench, raw: bytes, form: Any = "epcis-json", **given: Any) -> Accepted:
    return bench.intake.accept(form, raw, **{"item": "epcis-event", "source": "cmo", **given})


def refused(bench: Bench, raw: bytes, form: Any = "epcis-json", **given: Any) -> IntakeRefusedError:
    with pytest.raises(IntakeRefusedError) as found:
        accept(bench, raw, form, **given)
    return found.value


def test_an_event_gets_label_and_way(make: Any) -> None:
    bench = make()
    accepted = accept(bench, document(event()))
    assert accepted.label == declaration().data["epcis-event"].label
    assert (accepted.route, accepted.routes, accepted.repeated) == ("uncontrolled", ("uncontrolled",), 0)
    assert accepted.records() == [
        {
            "gtin": "00365162100754",
            "serial": serial,
            "lot": "LOT7",
            "expiry": "2028-05-31",
            "biz_step": "commissioning",
            "read_point": "0614141123452",
        }
        for serial in ("A1", "A2")
    ]
    assert bench.log.entries == []
    assert "A1" not in repr(accepted)


@pytest.mark.parametrize(
    ("ndc", "route"), [(FREE, "uncontrolled"), (SCHEDULE_IV, "controlled"), (SCHEDULE_II, "order-form")]
)
def test_ways_by_schedule(make: Any, ndc: str, route: str) -> None:
    assert accept(make(), document(event(epcList=[package("1", ndc)]))).route == route


def test_the_strictest_way_counts(make: Any) -> None:
    mixed = [package("1"), package("1", SCHEDULE_II), package("1", SCHEDULE_IV)]
    assert accept(make(), document(event(epcList=mixed))).route == "order-form"


def test_shipping_units_alone_take_no_way(make: Any) -> None:
    only = event(epcList=["urn:epc:id:sscc:0614141.1234567890"], action="OBSERVE")
    del only["ilmd"]
    assert accept(make(), document(only)).route is None


@pytest.mark.parametrize(
    ("ndc", "reason", "words"),
    [
        (GONE, "discontinued", "a product that is discontinued"),
        (EXCLUDED, "unregistered", "a product that is unregistered"),
        ("99999-999-99", "unregistered", "a product that is unregistered"),
        (ODD, "schedule_unknown", "takes no way"),
    ],
)
def test_products_that_are_refused(make: Any, ndc: str, reason: str, words: str) -> None:
    bench = make()
    error = refused(bench, document(event(epcList=[package("S1", ndc)])))
    assert (error.reason, error.quarantined[:2]) == (reason, "q-")
    assert words in str(error)
    (held,) = bench.quarantine.held()
    assert (held.id, held.reasons, held.item, held.source) == (error.quarantined, (reason,), "epcis-event", "cmo")


def test_a_gtin_of_nobodys_drug_is_unregistered(make: Any) -> None:
    error = refused(make(), document(event(epcList=["urn:epc:id:sgtin:0614141.112345.400"])))
    assert error.reason == "unregistered"


def test_a_gtin_of_two_listed_ndcs_is_refused(make: Any) -> None:
    both = (("1234-5678", "1234-5678-90", "", "", "N", ""), ("12345-678", "12345-678-90", "CII", "", "N", ""))
    listed = Directory(read_packages(*files(both)), dated=NOW, digest="")
    error = refused(make(directory=listed), document(event(epcList=["https://id.gs1.org/01/00312345678906/21/1"])))
    assert error.reason == "identifier_ambiguous"
    assert "1234-5678-90" in error.problems[0].hint
    assert "1234" not in str(error)


def test_two_at_once_with_other_content(make: Any) -> None:
    bench = make()
    other = bench.opened()
    claim = bench.intake._seen.claim

    def late(*given: Any) -> Any:
        # Between the look and the claim somebody else claims the id.
        other.accept("epcis-json", document(event(bizStep="packing")), item="epcis-event", source="cmo")
        return claim(*given)

    bench.intake._seen.claim = late
    error = refused(bench, document(event()))
    assert (error.reason, str(error)) == ("duplicate", "the message: an id of it was here before with other content")
    other.close()


def test_a_message_is_accepted_whole_or_not_at_all(make: Any) -> None:
    bench = make()
    good, bad = event(), event(eventID="urn:uuid:00000000-0000-4000-8000-00000000000b", bizStep="x")
    refused(bench, document(good, bad))
    # Nothing of it was remembered, so the good one still counts as new.
    assert len(accept(bench, document(good)).events) == 1


def test_all_problems_and_all_reasons_at_once(make: Any) -> None:
    bench = make()
    wrong = event(epcList=[package("1", GONE)], eventID="urn:uuid:00000000-0000-4000-8000-00000000000b")
    error = refused(bench, document(event(epcList=["x"]), wrong, event(foo=1, eventID="urn:a:b")))
    assert [problem.message for problem in error.problems] == [
        "event 1, epcList[0]: an EPC URI of no scheme that is read here",
        "event 3: a member that no rule knows",
        "event 2: a product that is discontinued",
    ]
    (held,) = bench.quarantine.held()
    assert held.reasons == ("identifier_invalid", "fields_undeclared", "discontinued")
    assert error.reason == "identifier_invalid"


def test_the_ledger_gets_nothing_of_a_refused_event(make: Any) -> None:
    bench = make()
    raw = document(event(epcList=[package("SERIAL99", GONE)], bizStep="SECRETSTEP"))
    error = refused(bench, raw)
    (entry,) = bench.log.entries
    assert (entry.actor, entry.action, entry.record) == ("epcis-gateway", "quarantined", error.quarantined)
    assert set(entry.details) == {"digest", "form", "item", "reasons", "source"}
    for text in (bench.log.text(), str(error), repr(error), repr(error.problems), repr(bench.quarantine.held())):
        for value in ("SERIAL99", "SECRETSTEP", "11111", "LOT7", "0614141"):
            assert value not in text
    for path in bench.folder.iterdir():
        content = path.read_bytes()
        assert b"SERIAL99" not in content
        assert b"LOT7" not in content
    assert entry.details["digest"].startswith("tok:v1:intake-1:")


def test_the_same_refused_content_has_the_same_digest(make: Any) -> None:
    bench = make()
    for raw in (b"x", b"x", b"y"):
        refused(bench, raw)
    digests = [held.digest for held in bench.quarantine.held()]
    assert sorted(digests.count(one) for one in digests) == [1, 2, 2]


def test_an_event_is_handed_out_until_it_is_acknowledged(make: Any) -> None:
    bench = make()
    first = accept(bench, document(event()))
    assert (len(first.events), first.repeated) == (1, 0)
    again = accept(bench, document(event()))
    assert (len(again.events), again.repeated) == (1, 0)
    bench.intake.acknowledge(again)
    third = accept(bench, document(event()))
    assert (third.events, third.repeated, third.route) == ((), 1, None)
    # In other words, another order, another format: the same event.
    assert accept(bench, xml(event(epcList=[package("A2"), package("A1")])), "epcis-xml").repeated == 1


def test_what_was_acknowledged_is_remembered_over_a_restart(make: Any) -> None:
    bench = make()
    bench.intake.acknowledge(accept(bench, document(event())))
    bench.intake.close()
    bench.intake = bench.opened()
    assert accept(bench, document(event())).repeated == 1
    # And under a new key, as long as the old one is known.
    bench.intake.close()
    bench.intake = Intake(
        declaration(),
        "epcis-gateway",
        mac=("intake-2", b"n" * 32),
        macs=dict([MAC]),
        seen=bench.folder / "seen.sqlite",
        directory=directory(),
        quarantine=bench.quarantine,
        clock=bench.clock,
    )
    assert accept(bench, document(event())).repeated == 1
    assert refused(bench, document(event(bizStep="packing"))).reason == "duplicate"


@pytest.mark.parametrize("acknowledged", [True, False])
def test_the_same_id_with_other_content_is_refused_and_kept(make: Any, acknowledged: bool) -> None:
    bench = make()
    accepted = accept(bench, document(event()))
    if acknowledged:
        bench.intake.acknowledge(accepted)
    error = refused(bench, document(event(epcList=[package("A3")])))
    assert error.reason == "duplicate"
    assert bench.quarantine.look(error.quarantined).state == "held"
    # What was first is what counts.
    assert accept(bench, document(event())).repeated == int(acknowledged)


def test_ids_are_those_of_their_source(make: Any) -> None:
    bench = make()
    bench.intake.acknowledge(accept(bench, document(event())))
    other = accept(bench, document(event(epcList=[package("A3")])), source="threepl")
    assert len(other.events) == 1


def test_the_same_event_twice_in_one_message(make: Any) -> None:
    assert refused(make(), document(event(), event())).reason == "duplicate"


def test_events_without_an_id_are_known_by_their_content(make: Any) -> None:
    bench = make()
    plain = event()
    del plain["eventID"]
    bench.intake.acknowledge(accept(bench, document(plain)))
    assert accept(bench, document(plain)).repeated == 1
    assert accept(bench, document({**plain, "bizStep": "packing"})).repeated == 0


def test_every_kind_of_event_comes_in(make: Any) -> None:
    kinds = ["object", "aggregation", "transaction", "transformation", "association"]
    accepted = accept(make(), document(*(events()[kind] for kind in kinds)))
    assert [one.kind for one in accepted.events] == kinds
    assert set(accepted.records()[0]) <= set(declaration().data["epcis-event"].fields)


def correction(**changes: Any) -> dict[str, Any]:
    return event(errorDeclaration=events()["correction"]["errorDeclaration"], **changes)


def test_a_correction_has_the_id_of_what_it_takes_back(make: Any) -> None:
    bench = make()
    bench.intake.acknowledge(accept(bench, document(event())))
    first = accept(bench, document(correction()))
    assert (len(first.events), first.repeated) == (1, 0)
    assert first.events[0].correction.reason == "incorrect_data"
    bench.intake.acknowledge(first)
    assert accept(bench, document(correction())).repeated == 1
    assert accept(bench, document(event())).repeated == 1


def test_a_correction_of_nothing_or_of_another_event(make: Any) -> None:
    bench = make()
    error = refused(bench, document(correction()))
    assert (error.reason, str(error)) == ("out_of_order", "event 1: a correction of an event that was never here")
    accept(bench, document(event()))
    assert refused(bench, document(correction(epcList=[package("A3")]))).reason == "mismatch"
    accept(bench, document(correction()))
    later = correction()
    later["errorDeclaration"] = {**later["errorDeclaration"], "reason": "did_not_occur"}
    assert refused(bench, document(later)).reason == "duplicate"


def test_what_was_acknowledged_stays_so_when_its_product_goes(make: Any) -> None:
    bench = make()
    bench.intake.acknowledge(accept(bench, document(event())))
    nothing = Directory([], dated=NOW, digest="")
    bench.intake.use(nothing)
    assert accept(bench, document(event())).repeated == 1
    other = event(eventID="urn:uuid:00000000-0000-4000-8000-00000000000c")
    assert refused(bench, document(other)).reason == "unregistered"
    # And what was refused may come again under its own id when it is mended.
    bench.intake.use(directory())
    assert len(accept(bench, document({**other, "epcList": [package("A9")]})).events) == 1


def test_nothing_shows_a_value_when_it_is_printed(make: Any) -> None:
    import rich.pretty

    accepted = accept(make(), document(*(events()[kind] for kind in ("object", "aggregation", "transformation"))))
    for text in (
        repr(accepted),
        str(accepted.events),
        rich.pretty.pretty_repr(accepted),
        f"{accepted.events[1].quantities}",
    ):
        for value in ("A1", "LOT7", "65162", "0614141", "10.5"):
            assert value not in text


ITEMS = [
    ("no-such-item", "undeclared_item"),
    ("cs-movement", "undeclared_item"),
    ("verification-request", "undeclared_route"),
]


@pytest.mark.parametrize(("item", "reason"), ITEMS)
def test_items_that_do_not_enter_here(make: Any, item: str, reason: str) -> None:
    bench = make()
    with pytest.raises(RefusedError) as found:
        accept(bench, document(event()), item=item)
    assert found.value.reason == reason
    assert bench.quarantine.held() == ()


def altered(**changes: Any) -> Any:
    item = msgspec.structs.replace(declaration().data["epcis-event"], **changes)
    return msgspec.structs.replace(declaration(), data={**declaration().data, "epcis-event": item})


def test_an_item_without_a_label_or_above_the_clearance_does_not_enter(make: Any) -> None:
    bench = make()
    label = declaration().data["epcis-event"].label
    for changes, reason in (
        ({"label": msgspec.UNSET}, "label_missing"),
        ({"label": msgspec.structs.replace(label, compartments=("regulatory",))}, "clearance_exceeded"),
    ):
        bench.intake.close()
        bench.intake = Intake(
            altered(**changes),
            "epcis-gateway",
            mac=MAC,
            seen=bench.folder / "seen.sqlite",
            directory=directory(),
            quarantine=bench.quarantine,
        )
        with pytest.raises(RefusedError) as found:
            accept(bench, document(event()))
        assert found.value.reason == reason


def test_what_is_too_large_is_not_read_and_not_kept(make: Any) -> None:
    bench = make(limits=Limits(message_bytes=100))
    error = refused(bench, b"x" * 101)
    assert (error.reason, str(error)) == ("too_large", "more than 100 bytes")
    assert bench.quarantine.held()[0].reasons == ("too_large",)
    with pytest.raises(RefusedError, match="too large to be kept"):
        bench.intake.retry(
            error.quarantined, opens=bench.keyring.opens("quarantine-key"), person="steward", reason="looking at it"
        )


# Our own faults: the message is refused, nothing of it is kept, and its sender tries again.


def test_a_stale_directory(make: Any) -> None:
    bench = make()
    bench.now = NOW + timedelta(days=7)
    with pytest.raises(RefusedError) as found:
        accept(bench, document(event()))
    assert found.value.reason == "directory_unusable"
    assert bench.quarantine.held() == ()


def test_a_dead_key(make: Any) -> None:
    bench = make()
    bench.store.retire("quarantine-key")
    with pytest.raises(RefusedError) as found:
        accept(bench, b"x")
    assert found.value.reason == "key_unavailable"
    assert bench.quarantine.held() == ()


def test_a_dead_ledger(make: Any) -> None:
    bench = make()
    bench.log.fails = LedgerError(Problem(message="gone"))
    with pytest.raises(RefusedError) as found:
        accept(bench, b"x")
    assert found.value.reason == "ledger_unavailable"


def test_a_dead_quarantine(make: Any) -> None:
    bench = make()
    bench.quarantine.close()
    with pytest.raises(RefusedError) as found:
        accept(bench, b"x")
    assert found.value.reason == "quarantine_unavailable"
    assert bench.log.entries == []


def test_a_dead_list_of_events(make: Any) -> None:
    bench = make()
    bench.intake.close()
    with pytest.raises(RefusedError) as found:
        accept(bench, document(event()))
    assert found.value.reason == "replays_unavailable"


def test_what_the_declaration_asks_for_must_be_given(make: Any) -> None:
    bench = make()
    both: dict[str, Any] = {"mac": MAC, "seen": bench.folder / "other.sqlite"}
    with pytest.raises(UsageError, match="no directory is given"):
        Intake(declaration(), "epcis-gateway", quarantine=bench.quarantine, **both)
    with pytest.raises(UsageError, match="declares the quarantine quarantine"):
        Intake(declaration(), "epcis-gateway", directory=directory(), **both)
    for component in ("nobody", "line-1"):
        with pytest.raises(UsageError, match="no such component"):
            Intake(declaration(), component, directory=directory(), quarantine=bench.quarantine, **both)


def test_an_unknown_kind_of_identifier_is_an_error(make: Any) -> None:
    bench = make()
    place = declaration().components["epcis-gateway"]
    block = msgspec.structs.replace(place.ingress, canonicalises=("gtin", "upc", "isbn"))
    changed = msgspec.structs.replace(
        declaration(),
        components={**declaration().components, "epcis-gateway": msgspec.structs.replace(place, ingress=block)},
    )
    with pytest.raises(UsageError) as found:
        Intake(
            changed,
            "epcis-gateway",
            mac=MAC,
            seen=bench.folder / "x",
            directory=directory(),
            quarantine=bench.quarantine,
        )
    assert len(found.value.problems) == 2


def test_short_keys_of_tokens_are_refused(make: Any) -> None:
    bench = make()
    with pytest.raises(ValueError, match="32 at least"):
        Intake(
            declaration(),
            "epcis-gateway",
            mac=("k", b"short"),
            seen=bench.folder / "short.sqlite",
            directory=directory(),
            quarantine=bench.quarantine,
            clock=bench.clock,
        ).accept("epcis-json", document(event()), item="epcis-event", source="cmo")


# A second look


def test_a_steward_tries_again(make: Any) -> None:
    bench = make()
    error = refused(bench, document(event(eventTime="2026-11-22T13:00:00Z")), tenant="site-012")
    opens = bench.keyring.opens("quarantine-key")
    with pytest.raises(IntakeRefusedError) as found:
        bench.intake.retry(error.quarantined, opens=opens, person="steward", reason="the clock was wrong")
    assert found.value.quarantined == error.quarantined
    assert bench.quarantine.look(error.quarantined).attempts == 2
    bench.now += timedelta(hours=2)
    accepted = bench.intake.retry(error.quarantined, opens=opens, person="steward", reason="an hour has passed")
    assert (len(accepted.events), accepted.tenant, accepted.source) == (1, "site-012", "cmo")
    assert bench.quarantine.look(error.quarantined).state == "accepted"
    actions = [(entry.actor, entry.action, entry.tenant) for entry in bench.log.entries]
    assert actions == [
        ("epcis-gateway", "quarantined", "site-012"),
        ("steward", "quarantine-opened", "site-012"),
        ("steward", "quarantine-settled", "site-012"),
        ("steward", "quarantine-opened", "site-012"),
        ("steward", "quarantine-settled", "site-012"),
    ]
    with pytest.raises(RefusedError, match="accepted already"):
        bench.intake.retry(error.quarantined, opens=opens, person="steward", reason="once more, please")


def test_two_processes_share_what_was_seen(make: Any, tmp_path: Path) -> None:
    bench = make()
    other = bench.opened()
    try:
        bench.intake.acknowledge(accept(bench, document(event())))
        assert other.accept("epcis-json", document(event()), item="epcis-event", source="cmo").repeated == 1
    finally:
        other.close()


def test_records_of_a_pharmacy(make: Any) -> None:
    bench = make("pharmacy-gateway")
    row = {"ndc": SCHEDULE_II, "lot": "L1", "quantity": 30, "schedule": "CII", "rx_token": "tok:v1:k:" + "0" * 64}
    accepted = accept(
        bench, json.dumps(row).encode(), "record", item="cs-movement", source="cabinet-014", message="m/1"
    )
    assert (accepted.route, accepted.label.level) == ("order-form", "restricted")
    assert accepted.records() == [{**row, "ndc": "00406-8530-01", "quantity": "30", "schedule": "II"}]


def test_no_error_keeps_the_way_it_came(make: Any) -> None:
    bench = make()
    error = refused(bench, document(event(epcList=[package("SERIAL99", GONE)])))
    assert error.__cause__ is None
    assert error.__context__ is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    raw=st.binary(max_size=200) | st.sampled_from([document(event()), xml(event()), b"{}", b"[{}]"]),
    form=st.sampled_from(get_args(Form)),
    cut=st.integers(0, 2000),
)
def test_any_bytes_in_any_form_are_refused_and_kept_or_let_in(make: Any, raw: bytes, form: Any, cut: int) -> None:
    bench = make()
    given_raw = raw[:cut]
    try:
        accepted = accept(bench, given_raw, form, message="m-1")
    except IntakeRefusedError as error:
        (held,) = bench.quarantine.held()
        told = (error.quarantined, error.reason)
    else:
        (held, told) = (None, None)
        assert accepted.events
    if held is not None:
        assert told == (held.id, held.reasons[0])
        opens = bench.keyring.opens("quarantine-key")
        way = entry_of(declaration(), "epcis-gateway").ways["epcis-event"]
        assert bench.quarantine.release(held.id, way, opens=opens, person="p", reason="a reason of mine") == given_raw
