"""Wrong shapes: each mistake at its place, in words that say what is right."""

# ruff: noqa: E501, ISC004
from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import DeclarationError
from limen.loading import load
from limen.loading.sections import IDENTIFIED, NAMED, NUMBERED, PLAIN, SINGLE
from limen.loading.shape import misfits
from tests.loading.support import SOUND, problems, shown, underlined, write

NAME = "a name: letters, digits, '_', '.' and '-', where first and last is a letter, digit or '_'"

CASES = [
    # What the sound text says, what it says instead; the message, the hint and the underlined text.
    ("trust: 2", "trust: high", 'zones.inside.trust: expected an integer from 0 to 100; found "high"', "", "high"),
    ("trust: 2", "trust: 101", "zones.inside.trust: expected an integer from 0 to 100; found 101", "", "101"),
    ("trust: 2", 'trust: "7"', 'zones.inside.trust: expected an integer from 0 to 100; found "7"', "remove the quotes", '"7"'),
    ("trust: 2", "trust: true", "zones.inside.trust: expected an integer from 0 to 100; found true", "", "true"),
    ("trust: 2", "trust: [1]", "zones.inside.trust: expected an integer from 0 to 100; found a list", "", "trust"),
    ("trust: 2", "trust: {}", "zones.inside.trust: expected an integer from 0 to 100; found an empty mapping", "", "trust"),
    ("trust: 2", "trust: 1.5", '"1.5" is a number that no field takes', 'quote it where text is meant: "1.5"; numbers are integers', "1.5"),
    ("trust: 2", "trust: 2, rate_limited: yes", 'zones.inside.rate_limited: expected true or false; found "yes"', "", "yes"),
    ("trust: 2", "trst: 2", 'zones.inside.trst: unknown field "trst"', 'did you mean "trust"?', "trst"),
    ("trust: 2", "trst: 2", "zones.inside: the field trust is missing", "expected an integer from 0 to 100", "inside"),
    ("kind: gateway", "kind: gatway", "components.gateway.kind: expected broker, datastore, gateway, ledger, partner, "
     'secret-store or service; found "gatway"', 'did you mean "gateway"?', "gatway"),
    ("kind: gateway", "kind: gateway, open_with: []", 'components.gateway.open_with: unknown field "open_with"',
     'did you mean "opens_with"?', "open_with"),
    ("kind: gateway", "kind: gateway, stores: packet", 'components.gateway.stores: expected a list; found "packet"',
     "write it as a list: [packet]", "packet"),
    ("kind: gateway", "kind: gateway, title: 5", "components.gateway.title: expected text that is not blank; found 5", "quote it", "5"),
    (", kind: gateway", "", "components.gateway: the field kind is missing",
     "expected broker, datastore, gateway, ledger, partner, secret-store or service", "gateway"),
    ("kind: gateway", "kind: gateway, clearance: {}", "components.gateway.clearance: the field level is missing",
     f"expected {NAME}", "clearance"),
    ("kind: gateway", "kind: gateway, clearance: 3",
     "components.gateway.clearance: expected a mapping with level, compartments or basis; found 3", "", "3"),
    ("id: rx", "id: rx.", f'system.id: expected {NAME}; found "rx."', "", "rx."),
    ("version: 1", "version: 2", "version: expected 1; found 2", "", "2"),
    ("version: 1", 'version: "1"', 'version: expected 1; found "1"', "", '"1"'),
    ("version: 1", "version: 1\nzone: {}", 'unknown section "zone"', 'did you mean "zones"?', "zone"),
    ("version: 1", "version: 1\nzones: {}", '"zones" is given twice; first on line 2', "keep one of them", "zones"),
    ("version: 1", "version: 1\nkeys: []", "keys: expected a mapping of names; found an empty list",
     "write each entry as NAME: {...}", "keys"),
    ("version: 1", "version: 1\ntransfers: {a: {}}", "transfers: expected a list; found a mapping", "start each entry with -", "transfers"),
    ("version: 1", "version: 1\nprofiles: zero-trust", 'profiles: expected a list; found "zero-trust"',
     "write it as a list: [zero-trust]", "zero-trust"),
    ("version: 1", "version: 1\nlabels: {levels: []}", "labels.levels: expected a list with at least 1; found an empty list", "", "levels"),
    ("version: 1", "version: 1\nkeys: {a: {rotation: 90 days}}",
     'keys.a.rotation: expected an ISO 8601 duration above zero, such as P365D or PT1H; found "90 days"', "", "90 days"),
    ("version: 1", "version: 1\nkeys: {a: {activated: 2026-13-01}}",
     'keys.a.activated: expected a date, such as 2026-01-31; found "2026-13-01"', "", "2026-13-01"),
    ("version: 1", "version: 1\ntenants: {a: {kind: site, npi: 1234567893}}", "tenants.a.npi: expected text; found 1234567893",
     "quote it", "1234567893"),
    ("version: 1", 'version: 1\ntenants: {a: {kind: site, npi: "12345678901"}}',
     'tenants.a.npi: expected at most 10 characters; found "12345678901"', "shorten it", '"12345678901"'),
    ("version: 1", "version: 1\nseparation_of_duties: [[a]]", "separation_of_duties[0]: expected a list of 2; found a list", "", "[a]"),
    ("version: 1", "version: 1\nprobes: [{probe: tls, credential: hunter2}]",
     'probes[0].credential: expected a reference, never a value: env:NAME, file:PATH or vault:PATH; found "hunter2"', "", "hunter2"),
    ("version: 1", "version: 1\nassertions: [{id: a, never: {from: inside}}]",
     "assertions.a.never: expected either from, to and perhaps except_via, or data, reaches and perhaps in and on; found from",
     "split what belongs apart", "never"),
    ("returns: []", "returns: [], protection: {packet: [{}]}",
     "flows.upload.protection.packet[0]: expected exactly one of sealed, signed and field_encrypted; found nothing",
     "split what belongs apart", "{"),
    ("returns: []", 'returns: [], protection: {"a b": []}',
     "flows.upload.protection.a b: expected a data item or key:NAME: "
     "letters, digits, '_', '.' and '-', where first and last is a letter, digit or '_'; found \"a b\"", "", '"a b"'),
    ("returns: []", "returns: [~]", "null is not allowed", 'leave the field out, or write [], {} or ""', "~"),
    ("returns: []}", "returns: [], title: }", "a value is missing (null is not allowed)", 'leave the field out, or write [], {} or ""', ""),
    ("id: upload, ", "", "flows[0]: the field id is missing", f"expected {NAME}", "{from: portal, to: gateway, carries: [packet], returns: []}"),
    ("packet: {", "a/b: {}\n  packet: {", f'data: expected {NAME}; found "a/b"', "", "a/b"),
    ("id: upload", "id: 7", f"flows[0].id: expected {NAME}; found 7", "quote it", "7"),
    ("version: 1", "version: 1\nzone: {}", 'unknown section "zone"', 'did you mean "zones"?', "zone"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint", "about"), CASES, ids=[f"{case[1]}" for case in CASES])
def test_messages(tmp_path: Path, old: str, new: str, message: str, hint: str, about: str) -> None:
    assert old in SOUND
    found = problems(tmp_path, SOUND.replace(old, new, 1))
    for problem in found:
        if problem.message == message:
            assert (problem.hint, underlined(problem)) == (hint, about)
            return
    raise AssertionError(shown(found))


def test_all_mistakes_of_all_entries_are_found_at_once(tmp_path: Path) -> None:
    text = (
        SOUND.replace("trust: 0", "trust: -1, clearence: {}")
        .replace("trust: 2", "")
        .replace("kind: partner", "kind: x, y: 1")
    )
    assert [problem.message.split(":")[0] for problem in problems(tmp_path, text)] == [
        "zones.outside.trust",
        "zones.outside.clearence",
        "zones.inside",
        "components.portal.kind",
        "components.portal.y",
    ]


def test_more_problems_than_anyone_reads_are_counted_not_listed(tmp_path: Path) -> None:
    lines = "".join(f'{{"id":"f{n}","from":"x","to":"y","a":1}}\n' for n in range(2000))
    root = write(tmp_path, boundaries__yaml="include: [flows.jsonl]\n" + SOUND, flows__jsonl=lines)
    with pytest.raises(DeclarationError, match="more problems follow; these are the first 1000") as caught:
        load(root)
    assert len(caught.value.problems) == 1001


def test_what_could_not_be_read_may_have_declared_any_name(tmp_path: Path) -> None:
    """A mistake is reported once, not once more for each name that got lost with it."""
    assert shown(problems(tmp_path, SOUND.replace("zones:", "zone:"))) == [
        'boundaries.yaml:3:1: unknown section "zone"'
    ]
    assert len(problems(tmp_path, SOUND.replace("zones:", "zones: []\nzones:"))) == 2
    assert len(problems(tmp_path, SOUND.replace("flows:", "flow:"))) == 1
    text = "include: [more.yaml]\n" + SOUND.replace("carries: [packet]", "carries: [x]").replace("to: gateway", "to: y")
    assert shown(problems(tmp_path, text, more__yaml="components: {y: {")) == [
        "more.yaml:1:18: the text ends too early: something was opened and never closed"
    ]


@pytest.mark.parametrize(
    "kind", [*NAMED.values(), *IDENTIFIED.values(), *NUMBERED.values(), *SINGLE.values(), *PLAIN.values()]
)
@pytest.mark.parametrize("value", [5, "text", [], {}, [[]], True, {"": {}}, [5], "a\nb", -1, {"from": {"from": []}}])
def test_whatever_msgspec_refuses_the_schema_explains(kind: object, value: object) -> None:
    import msgspec

    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        assert list(misfits(value, kind))
    else:
        assert list(misfits(value, kind)) == []
