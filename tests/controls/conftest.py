"""Tests of the controls leave logging as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


def _state() -> tuple[object, list[object]]:
    handlers = [one for ref in logging._handlerList if (one := ref()) is not None]
    return logging.getLogRecordFactory(), [kept for handler in handlers for kept in handler.filters]


@pytest.fixture(autouse=True)
def _logging_stays_as_it_was() -> Iterator[None]:
    """A redactor that a test forgets would redact, or spoil, the records of the tests after it."""
    before = _state()
    yield
    assert _state() == before
