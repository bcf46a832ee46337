"""A service's log, written through the redactor of limen.controls, and redactors that each forget one thing."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from limen.controls import redaction, values_in_flight
from limen.controls.redaction import Redactor
from limen.records.attempts import ProbeRun
from tests.lab.leak import CANARIES, OF, Made, declaration, probed

RECORD = {"patient_name": OF["name"], "mrn": OF["mrn"], "serial": OF["serial"], "gtin": OF["gtin"], "ndc": OF["ndc"]}
NAMES = ("patient_name", "serial", "gtin", "ndc")


def serve(log: logging.Logger) -> None:
    """Serve one request, and log about it in every way that services do."""
    body = json.dumps(RECORD)
    log.info("request %s began", OF["marker"])
    log.info("body=%s", body)
    log.debug("record %r for %s", RECORD, OF["name"])
    log.info("encoded %s", base64.b64encode(f'{{"v": "{OF["mrn"]}"}}'.encode()).decode())
    log.info("hexadecimal %s", OF["serial"].encode().hex())
    log.info("GET /v1/patients?q=%s", quote(OF["name"]))
    log.info("dispensed", extra={"who": OF["name"], "what": RECORD})
    try:
        raise LookupError(f"nothing for {OF['name']} ({OF['mrn']})")
    except LookupError:
        log.exception("it failed")
    log.info("request %s ended", OF["marker"])


class Formatter(logging.Formatter):
    """Writes message, traceback and extra attributes."""

    def format(self, record: logging.LogRecord) -> str:
        extra = {name: value for name, value in vars(record).items() if name in ("who", "what")}
        return f"{super().format(record)} {json.dumps(extra)}" if extra else super().format(record)


@contextmanager
def _good(log: logging.Logger) -> Iterator[None]:
    redactor = Redactor(NAMES)
    with redactor.install(), redactor.holding(RECORD):
        yield


@contextmanager
def _none(log: logging.Logger) -> Iterator[None]:
    yield


class MessagesOnly(logging.Filter):
    """Redacts messages, and forgets tracebacks."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redactor.text(record.getMessage()), ()
        for name in ("who", "what"):
            if name in vars(record):
                setattr(record, name, self.redactor.value(getattr(record, name)))
        return True


@contextmanager
def _filtered(log: logging.Logger, redactor: Redactor, made: logging.Filter) -> Iterator[None]:
    handlers = [*log.handlers]
    for handler in handlers:
        handler.addFilter(made)
    try:
        with redactor.holding(RECORD):
            yield
    finally:
        for handler in handlers:  # those of pytest live on, and would spoil the records of later tests
            handler.removeFilter(made)


def _no_tracebacks(log: logging.Logger) -> Any:
    redactor = Redactor(NAMES)
    return _filtered(log, redactor, MessagesOnly(redactor))


@contextmanager
def _no_encodings(log: logging.Logger) -> Iterator[None]:
    """Know values only as they are."""

    class PlainRedactor(Redactor):
        def _spans(self, data: bytes, *given: Any) -> Iterator[tuple[int, int]]:
            from limen.controls.sensitive_forms import sensitive_spans

            yield from sensitive_spans(data)
            yield from self._names.spans(data)
            plain = [values_in_flight.Needle(value.lower().encode(), False, frozenset()) for value in RECORD.values()]
            yield from values_in_flight.found_in(data.lower(), plain)

    with PlainRedactor(NAMES).install():
        yield


@contextmanager
def _no_values(log: logging.Logger) -> Iterator[None]:
    """Trust in patterns alone."""
    with Redactor((), personal=False).install():
        yield


@contextmanager
def _on_the_logger(log: logging.Logger) -> Iterator[None]:
    """Put the filter on a parent logger, which sees nothing of what its children pass up."""
    redactor = Redactor(NAMES)
    parent = logging.getLogger("limen-lab")
    parent.addFilter(redactor.filter())
    with redactor.holding(RECORD):
        yield
    parent.filters.clear()


@contextmanager
def _fails_open(log: logging.Logger) -> Iterator[None]:
    """Pass what could not be redacted."""

    class Open(Redactor):
        def text(self, text: str, *given: Any, **named: Any) -> str:
            shown = super().text(text, *given, **named)
            return text if shown == redaction.WITHHELD else shown

        def _redacted(self, text: str, *given: Any, **named: Any) -> str:
            if "failed" in text:
                raise RuntimeError
            return super()._redacted(text, *given, **named)

    with Open(NAMES).install() as _, logging_errors_ignored():
        yield


@contextmanager
def logging_errors_ignored() -> Iterator[None]:
    """Let logging keep quiet about its own errors."""
    before, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    finally:
        logging.raiseExceptions = before


CLEAR, ENCODED = "conformance.leak_found::clear", "conformance.leak_found::encoded"
TWINS: dict[str, tuple[str, Callable[[logging.Logger], Any]]] = {
    "good": ("", _good),
    "no redactor": (CLEAR, _none),
    "forgets tracebacks": (CLEAR, _no_tracebacks),
    "forgets encodings": (ENCODED, _no_encodings),
    "knows no values": (CLEAR, _no_values),
    "filter on a logger": (CLEAR, _on_the_logger),
    "fails open": (CLEAR, _fails_open),
}
"""By name, the finding that must come of it, and what redacts while the service runs."""


def observed(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Run the service with a redactor and probe its log."""
    (folder / "logs").mkdir()
    planted = {"canaries": [{"kind": one.kind, "value": one.value} for one in CANARIES]}
    (folder / "canaries.json").write_text(json.dumps(planted), encoding="utf-8")
    log = logging.getLogger("limen-lab.service")
    handler = logging.FileHandler(folder / "logs" / "service.log", encoding="utf-8")
    handler.setFormatter(Formatter("%(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = name == "filter on a logger"
    try:
        with TWINS[name][1](log):
            serve(log)
    finally:
        log.removeHandler(handler)
        handler.close()
    place = Made(folder, "file:logs")
    return declaration(place), probed(place)
