"""Names that stood in a log once although the redactor had been told of them, or could have known."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

import msgspec
import pytest

from limen.controls.redaction import WITHHELD, Redactor
from limen.controls.refusals import RefusedError
from limen.errors import LimenError

NAME = "Nilufar Castellane"


@dataclasses.dataclass
class Plain:
    patient_name: str


@dataclasses.dataclass(slots=True)
class Slotted:
    patient_name: str


class Struct(msgspec.Struct):
    patient_name: str


class Mapped:
    def __init__(self, patient_name: str) -> None:
        self.patient_name = patient_name
        self._kept = {"also": [patient_name]}

    def fails(self) -> None:
        raise KeyError(self.patient_name)


class Bare:
    __slots__ = ("patient_name",)

    def __init__(self, patient_name: str) -> None:
        self.patient_name = patient_name


@pytest.mark.parametrize("kind", [Plain, Slotted, Struct, Mapped, Bare])
@pytest.mark.parametrize("around", [lambda one: one, lambda one: [one], lambda one: {"record": one}])
def test_the_members_of_an_object_are_held(kind: Any, around: Any) -> None:
    """A dataclass, a Struct or a mapped class was looked into by nobody, and nothing said so."""
    redactor = Redactor()
    with redactor.holding(around(kind(NAME))):
        assert redactor.text(f"hello {NAME}") == "hello [redacted]"
    assert redactor.text(f"hello {NAME}") == f"hello {NAME}"
    protected = redactor.protect(around(kind(NAME)))
    assert redactor.text(f"hello {NAME}") == "hello [redacted]"
    assert repr(protected) == "[protected]"


@pytest.mark.parametrize("value", [iter([NAME]), (one for one in [NAME]), object(), lambda: NAME, memoryview])
def test_what_can_not_be_looked_into_is_not_taken_for_held(value: Any) -> None:
    redactor = Redactor()
    with pytest.raises(LimenError) as refused, redactor.holding({"record": value}):
        pytest.fail("held nothing, and said nothing")
    assert isinstance(refused.value, RefusedError)
    assert NAME not in str(refused.value)


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("Zoé Léger", "Zoé LÉGER"),
        ("Zoé Léger", "ZOÉ léger"),
        ("Øyvind Ås", "ØYVIND ås"),
        (NAME, "Nilufar\nCastellane"),
        (NAME, "Nilufar\u00a0Castellane"),
        (NAME, "Nilufar  Castellane"),
        (NAME, "Nilufar\tCastellane"),
        (NAME, "Nilufar\r\n    Castellane"),
        (NAME, "'Nilufar\\nCastellane'"),
    ],
)
def test_a_name_in_other_case_or_broken_over_lines_is_the_name(held: str, shown: str) -> None:
    redactor = Redactor()
    with redactor.holding(held):
        assert redactor.text(f"<{shown}>").replace("'", "") == "<[redacted]>"


def raised(call: Any, *given: Any) -> BaseException:
    try:
        call(*given)
    except Exception as error:  # noqa: BLE001 that is what is looked at
        return error
    raise AssertionError("it did not fail")


def deep(levels: int) -> None:
    if levels:
        deep(levels - 1)
    else:
        patient_name = NAME
        raise KeyError(patient_name)


@pytest.mark.parametrize("levels", [1, 63, 80, 400])
def test_the_innermost_frames_are_looked_into_however_deep(levels: int) -> None:
    assert NAME not in Redactor(["patient_name"]).exception(raised(deep, levels))


def crowded() -> None:
    rows = [{"patient_name": f"Nilufar{number} Castellane"} for number in range(5_000)]
    raise KeyError(rows[-1]["patient_name"])


def test_where_there_is_too_much_to_look_through_nothing_is_shown() -> None:
    shown = Redactor(["patient_name"]).exception(raised(crowded))
    assert "Castellane" not in shown


def test_an_attribute_of_an_object_on_the_way_is_known() -> None:
    shown = Redactor(["patient_name"]).exception(raised(Mapped(NAME).fails))
    assert NAME not in shown
    assert "KeyError" in shown or shown == WITHHELD


@pytest.mark.parametrize(
    "put",
    [
        lambda held: held.setdefault("who", NAME),
        lambda held: held.__ior__({"who": NAME}),
        lambda held: held.update(who=NAME),
        lambda held: held.update([("who", NAME)]),
    ],
)
def test_however_an_attribute_is_put_on_a_record_it_is_redacted(put: Any) -> None:
    redactor = Redactor()
    with redactor.install(), redactor.holding(NAME):
        record = logging.getLogger("x").makeRecord("x", 20, "f", 1, "m", (), None)
        put(vars(record))
        assert record.__dict__["who"] == "[redacted]"
