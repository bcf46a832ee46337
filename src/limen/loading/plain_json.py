"""JSON the quick way: by the standard library's parser, where it can be sure that nothing is wrong.

Whoever gets no answer reads the same text event by event, which finds the trouble and its place.
"""

from __future__ import annotations

import json
from typing import Any

from limen.loading.building import DIGITS_LIMIT


class DoubtError(ValueError):
    """The text is no JSON, or holds something that only the slow way can judge."""


def plain_json(text: str) -> Any:
    """Return the plain value of a JSON text without null, decimal numbers and keys given twice.

    Raises DoubtError wherever the slow way must be asked.
    """
    # json.loads accepts half a surrogate pair, and a null deep inside would have to be searched for.
    if "null" in text or "\\ud" in text or "\\uD" in text:
        raise DoubtError(text[:40])
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise DoubtError(str(error)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DoubtError("a key is given twice")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_LIMIT:
        raise DoubtError(digits)
    return int(digits)


def _refuse(text: str) -> Any:
    raise DoubtError(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_refuse, parse_int=_integer, parse_constant=_refuse)
