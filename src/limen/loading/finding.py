"""From a path to the characters it names: walks the events of a text until the path ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from limen.loading.json_events import JsonSyntaxError

_STARTS = (MappingStartEvent, SequenceStartEvent)
_ENDS = (MappingEndEvent, SequenceEndEvent)
_NODES = (ScalarEvent, AliasEvent, *_STARTS, *_ENDS)


class Span(NamedTuple):
    """Characters of a text, from `start` up to but not including `end`."""

    start: int
    end: int


def find(events: Iterable[Event], path: tuple[str | int, ...], key: bool = False) -> Span | None:
    """Return the deepest part of the path that exists in the text.

    That is the value where it is a scalar or an element of a list, and otherwise (or where `key` is set) its key.
    None means the whole text: a collection with nothing of the path in it.
    """
    nodes: Iterator[Any] = (event for event in events if isinstance(event, _NODES))
    best: Span | None = None
    try:
        event = next(nodes)
        depth = 0
        while True:
            if isinstance(event, (ScalarEvent, AliasEvent)):
                return best if key and best is not None and depth == len(path) else _span(event)
            if depth == len(path):
                return best or _first(event)
            step = path[depth]
            found = None
            if isinstance(event, MappingStartEvent):
                while not isinstance(name := next(nodes), MappingEndEvent):
                    value = next(nodes)
                    if isinstance(name, ScalarEvent) and name.value == step:
                        best, found = _span(name), value
                        break
                    _skip(value, nodes)
            elif isinstance(step, int):
                count = 0
                while not isinstance(value := next(nodes), SequenceEndEvent):
                    if count == step:
                        best, found = None if not isinstance(value, _STARTS) else _first(value), value
                        break
                    _skip(value, nodes)
                    count += 1
            if found is None:
                return best
            event = found
            depth += 1
    except (StopIteration, YAMLError, JsonSyntaxError):
        return best


def _skip(event: Any, nodes: Iterator[Any]) -> None:
    depth = isinstance(event, _STARTS)
    level = int(depth)
    while level:
        event = next(nodes)
        if isinstance(event, _STARTS):
            level += 1
        elif isinstance(event, _ENDS):
            level -= 1


def _span(event: Any) -> Span:
    return Span(event.start_mark.index, event.end_mark.index)


def _first(event: Any) -> Span:
    return Span(event.start_mark.index, max(event.end_mark.index, event.start_mark.index + 1))
