"""The builder of subject tables: equal inputs share a shape, and columns must fit."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from limen.analysis.kinds.access import DutyPairSubject
from limen.analysis.kinds.data import TransformationSubject
from limen.analysis.lattice import BOTTOM, Lattice
from limen.analysis.tables import TableBuilder, classes
from limen.records.subjects import Detail


def pair(**changed: int) -> DutyPairSubject:
    holders = {"known": 2, "principals": 0, "components": 0, "roles": 0, **changed}
    return DutyPairSubject(declared=True, demanded=False, **holders)


def detail(index: int) -> Detail:
    return Detail(path=("separation_of_duties", index))


def test_equal_inputs_share_a_shape() -> None:
    builder = TableBuilder("duty_pair", 2)
    for number, subject in enumerate((pair(), pair(known=1), pair())):
        builder.add(builder.shape(subject), number, number - 1)
    table = builder.finish((("a", "b/c", "d"), ("x", "y")), detail)
    assert list(table.names()) == ["duty_pair:a", "duty_pair:b%2Fc/x", "duty_pair:d/y"]
    assert (table.size, table.shape_count, list(table.shapes)) == (3, 2, [0, 1, 0])
    assert [msgspec.json.decode(table.json(index), type=DutyPairSubject) for index in range(3)] == [
        pair(),
        pair(known=1),
        pair(),
    ]
    assert table.details(1).path == ("separation_of_duties", 1)
    assert table.assumed is None


def test_absent_fields_are_left_out() -> None:
    builder = TableBuilder("transformation", 1)
    point = Lattice(UNSET).part(BOTTOM)
    for number, how in enumerate((UNSET, "redact")):
        subject = TransformationSubject(
            action="produce",
            how=how,
            lowers=False,
            approved=False,
            keyed=False,
            tokens=False,
            declassifies=False,
            before=point,
            after=point,
            trust=0,
            possible=True,
        )
        builder.add(builder.shape(subject), number)
    table = builder.finish((("a", "b"),), detail)
    assert [b'"how"' in table.json(index) for index in range(2)] == [False, True]


def test_assumptions_name_their_flow() -> None:
    builder = TableBuilder("duty_pair", 1)
    builder.add(builder.shape(pair()), 0)
    builder.add(builder.shape(pair()), 1, assumed=0)
    table = builder.finish((("a", "b"),), detail, ("f",))
    assert [table.assumed_flow(index) for index in range(2)] == ["", "f"]


def test_columns_of_different_lengths_are_refused() -> None:
    builder = TableBuilder("duty_pair", 1)
    builder.shapes.append(builder.shape(pair()))
    with pytest.raises(ValueError, match="duty_pair: 1 shapes, but columns of"):
        builder.finish((("a",),), detail)


def test_only_inputs_of_the_kind() -> None:
    with pytest.raises(TypeError, match="expected PathSubject, got DutyPairSubject"):
        TableBuilder("path", 1).shape(pair())
    with pytest.raises(KeyError):
        TableBuilder("nothing", 1)


def test_classes() -> None:
    assert classes(["b", "a", "b", None]) == [0, 1, 0, 2]
