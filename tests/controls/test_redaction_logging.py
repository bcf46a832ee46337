"""Nothing sensitive gets into a log by any way of logging and structlog; without the redactor each way shows it."""

from __future__ import annotations

import base64
import copy
import io
import json
import logging
import logging.handlers
import pickle
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from limen.controls.redaction import MARK, WITHHELD, Redactor
from tests.controls.canary_values import CANARIES, NAMES, seen

NAME, DOB, SERIAL = CANARIES["patient_name"], CANARIES["dob"], CANARIES["serial"]
RECORD = {"patient_name": NAME, "dob": DOB, "serial": SERIAL, "quantity": 3}


class Leaky:
    """Shows a patient in its repr, as many classes do."""

    def __init__(self, patient_name: str) -> None:
        self.patient_name = patient_name

    def __repr__(self) -> str:
        return f"Leaky(patient_name={self.patient_name!r})"


class Mute:
    """Has no repr that works."""

    def __repr__(self) -> str:
        raise RuntimeError(NAME)

    __str__ = __repr__


def fail(patient_name: str) -> None:
    stock: dict[str, int] = {}
    stock[patient_name]


def raised(patient_name: str = NAME) -> BaseException:
    try:
        try:
            fail(patient_name)
        except KeyError as error:
            error.add_note(f"for {patient_name}")
            raise ValueError(f"nothing for {patient_name}") from error
    except ValueError as error:
        return error
    raise AssertionError


def grouped() -> BaseException:
    try:
        raise ExceptionGroup("all of them", [raised(), raised(CANARIES["email"])])
    except ExceptionGroup as error:
        return error


def log_exception(logger: logging.Logger) -> None:
    try:
        raise raised()
    except ValueError:
        logger.exception("it failed")


class JsonFormatter(logging.Formatter):
    """Writes every attribute of a record, as JSON formatters do, exception included."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            record.exc_text = self.formatException(record.exc_info)
        return json.dumps({**vars(record), "message": record.getMessage()}, default=repr)


WAYS: dict[str, Callable[[logging.Logger], None]] = {
    "message": lambda logger: logger.info(f"patient_name={NAME}"),  # noqa: G004
    "arguments": lambda logger: logger.info("got %s and %r", RECORD, Leaky(NAME)),
    "one dict as arguments": lambda logger: logger.info("for %(patient_name)s", RECORD),
    "one dict as arguments, twice": lambda logger: logger.info("%(patient_name)s, %(dob)s, %(serial)s", RECORD),
    "number as argument": lambda logger: logger.info("npi %d", int(CANARIES["npi"])),
    "split over arguments": lambda logger: logger.info("%s=%s", "patient_name", NAME),
    "message that is no text": lambda logger: logger.info(RECORD),
    "message that is an exception": lambda logger: logger.error(raised()),
    "argument that is an exception": lambda logger: logger.error("failed: %s", raised()),
    "extra": lambda logger: logger.info("dispensed", extra={"patient_name": NAME, "body": json.dumps(RECORD)}),
    "extra, named in the message": lambda logger: logger.info(f"for {NAME}", extra={"patient_name": NAME}),  # noqa: G004
    "extra, nested": lambda logger: logger.info("dispensed", extra={"event": {"who": [Leaky(NAME)]}}),
    "exception": log_exception,
    "exception given": lambda logger: logger.error("it failed", exc_info=raised()),
    "group of exceptions": lambda logger: logger.error("it failed", exc_info=grouped()),
    "stack": lambda logger: logger.info("here", stack_info=True, extra={"mrn": CANARIES["mrn"]}),
    "base64": lambda logger: logger.info("body=%s", base64.b64encode(json.dumps(RECORD).encode()).decode()),
    "base64 of bytes": lambda logger: logger.info("body=%s", base64.b64encode(json.dumps(RECORD).encode())),
    "hex": lambda logger: logger.info("body=%s", json.dumps(RECORD).encode().hex()),
    "url": lambda logger: logger.info("GET /v1?q=%s", quote(json.dumps(RECORD))),
    "bytes": lambda logger: logger.info("body %s", json.dumps(RECORD).encode()),
    "forms": lambda logger: logger.info("%s %s %s", CANARIES["ssn"], CANARIES["email"], f"Rx {CANARIES['rx_number']}"),
    "record made elsewhere": lambda logger: logger.handle(
        logging.makeLogRecord({"name": "far", "levelno": 20, "levelname": "INFO", "msg": "%s", "args": (RECORD,)})
    ),
    "record made by hand": lambda logger: logger.handle(
        logging.LogRecord("far", 20, "", 0, "got %s", (RECORD,), None, "f", f"stack of patient_name={NAME}")
    ),
    "name of the logger": lambda logger: logging.getLogger(f"{logger.name}.mrn-{CANARIES['mrn']}").info("x"),
}
FORMATTERS = {"text": logging.Formatter("%(name)s %(threadName)s %(message)s"), "json": JsonFormatter()}


@contextmanager
def handled(place: str, formatter: logging.Formatter) -> Iterator[tuple[logging.Logger, io.StringIO, Any]]:
    """Yield a logger, what its handler writes, and the handler's logger: its own, its parent or the root."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("limen-test.deep.below")
    owner = {"own": logger, "parent": logging.getLogger("limen-test"), "root": logging.getLogger()}[place]
    before = owner.level
    owner.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield logger, stream, handler
    finally:
        owner.removeHandler(handler)
        owner.setLevel(before)


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("way", WAYS)
def test_without_a_redactor_every_way_shows_something(way: str, formatter: str) -> None:
    with handled("own", FORMATTERS[formatter]) as (logger, stream, _):
        WAYS[way](logger)
    shown = stream.getvalue()
    if way == "stack" and formatter == "text":
        return  # the text formatter does not write extra attributes
    if way in ("base64", "base64 of bytes"):
        shown = base64.b64decode(max(shown.replace("'", "=").replace('"', "=").split("="), key=len) + "==").decode()
    if way == "hex":
        shown = bytes.fromhex(max(shown.replace('"', "=").replace("=", " ").split(), key=len)).decode()
    assert seen(shown) or (way.startswith("extra") and formatter == "text"), shown


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("place", ["own", "parent", "root"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_gets_into_a_log_once_it_is_installed(way: str, place: str, formatter: str) -> None:
    with handled(place, FORMATTERS[formatter]) as (logger, stream, _), Redactor(NAMES).install():
        WAYS[way](logger)
    shown = stream.getvalue()
    assert not seen(shown), shown
    assert shown.strip()


@pytest.mark.parametrize("way", WAYS)
def test_a_handler_that_is_attached_later_gets_redacted_records(way: str) -> None:
    with Redactor(NAMES).install(), handled("own", JsonFormatter()) as (logger, stream, _):
        WAYS[way](logger)
        if way == "record made by hand":  # past the factory: that handler needs the filter
            return
    assert not seen(stream.getvalue()), stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_the_filter_alone_redacts_what_its_handler_handles(way: str) -> None:
    with handled("root", JsonFormatter()) as (logger, stream, handler):
        handler.addFilter(Redactor(NAMES).filter())
        WAYS[way](logger)
    assert not seen(stream.getvalue()), stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_queues_pickles_and_copies_carry_redacted_records(way: str) -> None:
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    kept: list[logging.LogRecord] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    logger = logging.getLogger("limen-test.queued")
    logger.setLevel(logging.DEBUG)
    handlers = [logging.handlers.QueueHandler(waiting), Keeping()]
    for handler in handlers:
        logger.addHandler(handler)
    try:
        with Redactor(NAMES).install():
            WAYS[way](logger)
            copies = [copy.copy(kept[0]), copy.deepcopy(kept[0])]
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
    pickled = pickle.dumps(kept[0])
    for record in (waiting.get(), kept[0], *copies, pickle.loads(pickled)):
        assert not seen(json.dumps(vars(record), default=repr))
        assert record.getMessage() is not None
    assert NAME.encode() not in pickled


def test_what_filters_and_formatters_put_on_a_record_is_redacted() -> None:
    class Context(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            record.patient_name = NAME
            record.request = {"dob": DOB}
            record.msg = f"{record.msg} (patient_name={NAME})"
            record.stack_info = f"at patient_name={NAME}"
            record.exc_info = (KeyError, raised(), None)
            return True

    class Late(JsonFormatter):
        def format(self, record: logging.LogRecord) -> str:
            record.__dict__.update({"who": Leaky(NAME)})
            record.__dict__["mrn"] = CANARIES["mrn"]
            return super().format(record)

    with handled("own", Late()) as (logger, stream, handler), Redactor(NAMES).install():
        handler.addFilter(Context())
        logger.info("dispensed %d", 3)
    found = json.loads(stream.getvalue())
    assert not seen(stream.getvalue()), stream.getvalue()
    assert found["message"].startswith("dispensed 3 (")
    assert found["patient_name"] == MARK


def test_a_value_in_flight_is_in_no_attribute_of_a_record() -> None:
    redactor = Redactor(NAMES)
    with handled("own", JsonFormatter()) as (logger, stream, _), redactor.install(), redactor.holding(RECORD):
        logger.info("the patient %s was here", NAME, extra={"hint": f"see {SERIAL}", "n": 3})
    found = json.loads(stream.getvalue())
    assert not seen(stream.getvalue())
    assert found["message"] == f"the patient {MARK} was here"
    assert found["n"] == 3


def test_an_ordinary_record_stays_what_it_was() -> None:
    with handled("own", JsonFormatter()) as (logger, stream, _), Redactor(NAMES).install():
        logger.warning("served %s in %d ms", "/v1/dispense", 12, extra={"status": 200, "tags": ["a"], "ratio": 0.5})
    found = json.loads(stream.getvalue())
    assert found["message"] == "served /v1/dispense in 12 ms"
    assert (found["status"], found["tags"], found["ratio"]) == (200, ["a"], 0.5)
    assert found["levelname"] == "WARNING"
    assert found["funcName"] == "test_an_ordinary_record_stays_what_it_was"


@pytest.mark.parametrize(
    "log",
    [
        lambda logger: logger.info("%s", Mute(), extra={"patient_name": NAME}),
        lambda logger: logger.info("%d of %s", NAME),  # noqa: PLE1206
        lambda logger: logger.info("x" * 300_000 + NAME),  # noqa: G003
        lambda logger: logger.info("x", extra={"patient": Mute(), "note": NAME}),
        lambda logger: logger.info({"who": Mute(), "note": NAME}),
    ],
)
def test_a_record_that_can_not_be_redacted_is_withheld_and_says_so(
    log: Callable[[logging.Logger], None], capfd: pytest.CaptureFixture[str]
) -> None:
    with handled("own", JsonFormatter()) as (logger, stream, _), Redactor(NAMES).install():
        log(logger)
    found = json.loads(stream.getvalue())
    assert found["message"] == WITHHELD
    assert found["levelname"] == "INFO"
    assert NAME not in stream.getvalue()
    assert NAME not in "".join(capfd.readouterr())


def test_removing_it_puts_back_what_was_there() -> None:
    factory, handlers = logging.getLogRecordFactory(), [list(one.filters) for one in logging.getLogger().handlers]
    with Redactor(NAMES).install(), handled("own", JsonFormatter()):
        assert logging.getLogRecordFactory() is not factory
    assert logging.getLogRecordFactory() is factory
    assert [list(one.filters) for one in logging.getLogger().handlers] == handlers


def test_a_factory_that_was_there_keeps_its_class_of_records() -> None:
    class Braces(logging.LogRecord):
        def getMessage(self) -> str:  # noqa: N802
            return str(self.msg).format(*self.args) if self.args else str(self.msg)

    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(Braces)
    try:
        with Redactor(NAMES).install(), handled("own", JsonFormatter()) as (logger, stream, _):
            logger.info("for {} and {}", f"patient_name='{NAME}'", 3)  # noqa: PLE1205
    finally:
        logging.setLogRecordFactory(before)
    assert json.loads(stream.getvalue())["message"] == f"for patient_name='{MARK}' and 3"


def test_the_handler_of_last_resort_is_redacted(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("limen-test-alone")
    logger.propagate = False
    with Redactor(NAMES).install():
        logger.warning("patient_name=%s", NAME)
    written = capfd.readouterr().err
    assert written.strip() == f"patient_name={MARK}"


# --- structlog ---------------------------------------------------------------------------------------------------

RENDERERS: dict[str, list[Any]] = {
    "json": [structlog.processors.JSONRenderer(default=repr)],
    "json, exception formatted": [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=repr),
    ],
    "key=value": [structlog.processors.KeyValueRenderer()],
    "logfmt": [structlog.processors.LogfmtRenderer()],
    "console": [structlog.dev.ConsoleRenderer(colors=False)],
    "dicts of tracebacks with locals": [
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=True, locals_max_string=1000)
        ),
        structlog.processors.JSONRenderer(default=repr),
    ],
}


def _event_failing(log: Any) -> None:
    try:
        fail(NAME)
    except KeyError:
        log.exception("it failed", request=Leaky(NAME))


EVENTS: dict[str, Callable[[Any], None]] = {
    "field": lambda log: log.info("dispensed", patient_name=NAME, dob=DOB, quantity=3),
    "nested": lambda log: log.info("dispensed", body={"lines": [RECORD, (Leaky(NAME),)]}),
    "event": lambda log: log.info(f"patient_name={NAME}"),  # noqa: G004
    "event repeats a field": lambda log: log.info(f"dispensed to {NAME}", patient_name=NAME),  # noqa: G004
    "bound": lambda log: log.bind(patient_name=NAME, mrn=CANARIES["mrn"]).info("dispensed"),
    "positional": lambda log: log.info("for %s", RECORD),
    "forms": lambda log: log.info("x", note=f"{CANARIES['ssn']} {CANARIES['email']} NDC {CANARIES['ndc']}"),
    "key": lambda log: log.info("x", counts={f"mrn {CANARIES['mrn']}": 3}),
    "exception": _event_failing,
    "exception given": lambda log: log.error("it failed", exc_info=raised()),
    "group": lambda log: log.error("it failed", exc_info=grouped()),
}


@pytest.fixture
def bound() -> Callable[[list[Any]], tuple[Any, io.StringIO]]:
    def make(processors: list[Any]) -> tuple[Any, io.StringIO]:
        stream = io.StringIO()
        log = structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.stdlib.PositionalArgumentsFormatter(),
                *processors,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(0),
        )
        return log, stream

    return make


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("event", EVENTS)
def test_without_the_processor_an_event_shows_something(event: str, renderer: str, bound: Any) -> None:
    log, stream = bound(RENDERERS[renderer])
    EVENTS[event](log)
    exceptions = event in ("exception given", "group") and renderer in ("json", "logfmt", "key=value")
    assert seen(stream.getvalue()) or exceptions, stream.getvalue()


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("event", EVENTS)
def test_the_processor_before_the_renderers_keeps_events_clean(event: str, renderer: str, bound: Any) -> None:
    log, stream = bound([Redactor(NAMES).processor, *RENDERERS[renderer]])
    EVENTS[event](log)
    assert not seen(stream.getvalue()), stream.getvalue()
    assert stream.getvalue().strip()


@pytest.mark.parametrize("event", EVENTS)
def test_between_the_renderers_it_takes_out_what_locals_name(event: str, bound: Any) -> None:
    *before, last = RENDERERS["dicts of tracebacks with locals"]
    log, stream = bound([*before, Redactor(NAMES).processor, last])
    EVENTS[event](log)
    assert not seen(stream.getvalue()), stream.getvalue()


@pytest.mark.parametrize("event", EVENTS)
def test_the_processor_after_the_renderer_redacts_what_was_rendered(event: str, bound: Any) -> None:
    redactor = Redactor(NAMES)
    log, stream = bound([redactor.processor, structlog.processors.JSONRenderer(default=repr), redactor.processor])
    EVENTS[event](log)
    assert not seen(stream.getvalue()), stream.getvalue()
    json.loads(stream.getvalue())


def test_events_keep_what_says_nothing() -> None:
    event = Redactor(NAMES).processor(None, "info", {"event": "served", "status": 200, "path": "/v1", "ms": 1.5})
    assert event == {"event": "served", "status": 200, "path": "/v1", "ms": 1.5}


@pytest.mark.parametrize("event", [{"event": "x", "a": Mute()}, {"event": "x" * 300_000, "note": NAME}, 7, [NAME]])
def test_an_event_that_can_not_be_redacted_is_withheld(event: Any) -> None:
    shown = Redactor(NAMES).processor(None, "info", event)
    assert shown in ({"event": WITHHELD, "level": "info"}, WITHHELD)


@pytest.mark.parametrize("event", EVENTS)
def test_structlog_by_way_of_logging_is_clean_without_the_processor(event: str) -> None:
    renderer = structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(default=repr))
    with handled("root", renderer) as (logger, stream, _), Redactor(NAMES).install():
        log = structlog.wrap_logger(
            logger,
            processors=[
                structlog.stdlib.PositionalArgumentsFormatter(),
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            wrapper_class=structlog.stdlib.BoundLogger,
        )
        EVENTS[event](log)
    assert not seen(stream.getvalue()), stream.getvalue()
    assert json.loads(stream.getvalue())["event"]


@pytest.mark.parametrize("way", WAYS)
def test_two_redactors_redact_what_either_knows(way: str) -> None:
    with handled("own", JsonFormatter()) as (logger, stream, _), Redactor(NAMES).install(), Redactor().install():
        WAYS[way](logger)
    assert not seen(stream.getvalue()), stream.getvalue()
