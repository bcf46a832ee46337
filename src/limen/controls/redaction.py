"""Keeps declared identifiers out of logs, tracebacks and repr: one redactor for all the ways out of a process.

    redactor = Redactor.of(declaration)
    redactor.install()                    # once, when the process starts, after logging was configured
    with redactor.holding(record):        # while a record is in flight: its values, whatever they look like
        ...

It knows an identifier by the name of its field, by its form, or because it was told the value; in the clear and in
common encodings. It fails closed: where it can't say that a text is clean, the text is withheld and that is said.
45 CFR 164.312(b), 21 CFR 11.10(d), NIST SP 800-53 SI-11, AU-9, AC-4. What is written past logging, warnings and
exception hooks does not come by here: print, traceback.print_exc, what multiprocessing prints of a child that fails,
a C library's own messages, core dumps.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from limen.analysis.field_names import PERSONAL
from limen.controls.loop_objects import loop_object_spans
from limen.controls.protected import Protected, Value
from limen.controls.values_in_flight import MOST, Needle, ValuesInFlight, found_in, loose_spans, needles, texts
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    import asyncio
    import logging

    from limen.controls.redaction_hooks import Installation
    from limen.loading.load import Loaded
    from limen.model.declaration import Declaration

WITHHELD = "redaction failed: record withheld"
"""What stands in place of a text that could not be redacted."""
MARK = "[redacted]"
"""What stands in place of a value."""
LONGEST = 1 << 16
"""Characters of a text beyond which it is withheld: looking through it would hold up whoever logs."""
_MOST_DECODED = 1 << 22
"""Bytes that encodings in a text may hold, all together."""
_LAYERS = 3
"""Encodings around one another that are undone."""
_MAY_BE_ENCODED = re.compile(rb"[A-Za-z0-9+/_\-]{20}|%[2-7]|\\|[\r\n]")
"""What stands in every text in which an encoded run stands; a run may go on over the ends of lines."""
_EVERYWHERE = PERSONAL - {"name"}
"""Names that are sensitive in every system; `name` alone names loggers, threads and tasks as well."""


_SEARCHING = threading.RLock()
"""Held while RE2 searches: it has locks of its own, which a child forked meanwhile would wait for, for ever."""
if hasattr(os, "register_at_fork"):  # no fork elsewhere
    os.register_at_fork(
        before=_SEARCHING.acquire, after_in_parent=_SEARCHING.release, after_in_child=_SEARCHING.release
    )


class Redactor:
    """Takes sensitive values out of texts, records, events and exceptions; safe for threads; shows nothing itself."""

    def __init__(
        self, names: Iterable[str] = (), *, allowed: Iterable[str] = (), most: int = MOST, personal: bool = True
    ) -> None:
        """Take out fields of these names, and those that name people everywhere unless `personal` is false.

        `allowed` are values that stay, such as registrants' numbers that the declaration itself gives; `most` is how
        many values may be in flight. Raises UsageError where RE2 or Aho-Corasick is not installed.
        """
        try:
            import ahocorasick  # noqa: F401  # now, and not when the first record is logged
            import re2  # noqa: F401

            from limen.controls.sensitive_names import SensitiveNames
        except ImportError:
            message = "redaction looks for identifiers with RE2 and Aho-Corasick, of which one is not installed"
            raise UsageError(Problem(message=message, hint="pip install 'limen[controls]'")) from None
        self._names = SensitiveNames([*names, *(_EVERYWHERE if personal else ())])
        self._allowed = frozenset(one.encode() for one in allowed)
        self._values = ValuesInFlight(most)

    @classmethod
    def of(cls, declaration: Declaration | Loaded, *, most: int = MOST) -> Redactor:
        """Return the redactor of a declaration: fields that data items call identifiers or sensitive.

        The NPI and DEA numbers of declared tenants are names of businesses that the declaration gives, and stay.
        """
        from limen.loading.load import Loaded

        if isinstance(declaration, Loaded):
            declaration = declaration.declaration
        items = declaration.data.values()
        names = {name for item in items for name in (*item.identifiers, *item.sensitive_fields)}
        numbers = (number for tenant in declaration.tenants.values() for number in (tenant.npi, tenant.dea_number))
        return cls(sorted(names), allowed=[number for number in numbers if isinstance(number, str)], most=most)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"

    def remember(self, value: object) -> None:
        """Take a value out from now on, and all members of a record or list; raises RefusedError beyond `most`."""
        self._values.remember(value)

    def forget(self, value: object) -> None:
        """Stop looking for a value, once for each time it was remembered."""
        self._values.forget(value)

    def forget_all(self) -> None:
        """Forget every value that was remembered."""
        self._values.clear()

    @contextmanager
    def holding(self, *values: object) -> Iterator[None]:
        """Remember values as long as a block of code runs."""
        held = [text for value in values for text in texts(value, strict=True)]
        self.remember(held)
        try:
            yield
        finally:
            self.forget(held)

    def protect(self, value: Value) -> Protected[Value]:
        """Return a value that nothing shows, and remember it as long as the protected value lives."""
        import weakref

        held = list(texts(value, strict=True))
        self.remember(held)
        made = Protected(value)
        weakref.finalize(made, self._values.forget_later, held)
        return made

    def sensitive(self, name: object) -> bool:
        """Return whether a field of this name is taken out."""
        return self._names.sensitive(name)

    def text(
        self, text: str, known: Iterable[str] = (), *, calls: bool = False, kept: Iterable[tuple[int, int]] = ()
    ) -> str:
        """Return a text without what it must not show; never raises, and withholds what it can't redact.

        `known` are more values to take out of this text only; `calls` says that asyncio wrote
        it, and takes out arguments of calls as well. `kept` are places of characters that are no value, such as the
        number of a line, whatever stands there: they go only with what is around them.
        """
        try:
            every = tuple(dict.fromkeys(known))
            wanted = [needle for value in every for needle in needles(value)]
            return self._redacted(text, wanted, every, calls=calls, kept=kept)
        except Exception:  # noqa: BLE001  # whatever it is: a text that was not redacted does not pass
            return WITHHELD

    def value(self, value: object) -> Any:
        """Return a copy of a value, with mappings and lists, without what it must not show; never raises.

        What is neither a plain type nor a container comes back as its redacted repr.
        """
        from limen.controls.redacted_values import redacted

        try:
            return redacted(self, value)
        except Exception:  # noqa: BLE001
            return WITHHELD

    def exception(self, error: BaseException) -> str:
        """Return the redacted traceback of an exception, its causes, groups and notes; never raises."""
        from limen.controls.redacted_failures import traceback_text

        return traceback_text(self, error)

    def filter(self) -> logging.Filter:
        """Return a filter for handlers (a logger's own filters see nothing of what its children pass up)."""
        from limen.controls.redacted_records import RedactionFilter

        return RedactionFilter(self)

    def processor(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
        """Redact a structlog event; never raises.

        Give `redactor.processor` as a processor before those that render exceptions (it renders them itself, while it
        can still see their frames), and once more last where others in between put something into the event.
        """
        from limen.controls.redacted_records import redacted_event

        return redacted_event(self, method, event)

    def hook(self, kind: type[BaseException], error: BaseException, traceback: Any) -> None:
        """Print an uncaught exception, redacted, to standard error; what `sys.excepthook` is replaced with."""
        from limen.controls.redaction_hooks import print_failure

        print_failure(self, error, traceback)

    def loop_handler(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log what an event loop reports, redacted; for `loop.set_exception_handler`."""
        from limen.controls.redaction_hooks import log_loop_failure

        log_loop_failure(self, context)

    def install(self, *, loop: asyncio.AbstractEventLoop | None = None) -> Installation:
        """Redact from now on whatever this process logs, warns of or dies from; returns what undoes it.

        Call it once a process, worker processes included, after logging was configured and after any library that
        replaces `sys.excepthook`; structlog needs `processor` besides, where it does not write through logging.
        Records are redacted when they are made, by the record factory, so that neither propagation nor a handler that
        is attached later escapes; handlers that are there get the filter as well. A running `loop` gets the
        handler; of other loops the reports still go through logging.
        """
        from limen.controls.redaction_hooks import Installation

        return Installation(self, loop)

    def _redacted(
        self,
        text: str,
        wanted: list[Needle],
        every: tuple[str, ...],
        *,
        calls: bool,
        kept: Iterable[tuple[int, int]],
    ) -> str:
        if len(text) > LONGEST:
            raise ValueError("too long to be looked through")
        data = text.encode("utf-8", "surrogatepass")
        with _SEARCHING:
            spans = sorted(
                [
                    *self._spans(data, wanted, _LAYERS, [_MOST_DECODED]),
                    *loop_object_spans(data, everywhere=calls),
                    *loose_spans(data, every),
                ]
            )
        if places := [_place(text, *place) for place in kept]:
            spans = [one for one in spans if not any(start <= one[0] and one[1] <= end for start, end in places)]
        if not spans:
            return text
        parts: list[bytes] = []
        at = 0
        for start, end in spans:
            if end <= at:
                continue
            if start >= at and not (start == at and parts):
                parts += [data[at:start], MARK.encode()]
            at = end
        return b"".join([*parts, data[at:]]).decode("utf-8", "replace")

    def _spans(self, data: bytes, wanted: list[Needle], layers: int, left: list[int]) -> Iterator[tuple[int, int]]:
        """Yield what must not be shown; raises ValueError where more is decoded than there is time for."""
        from limen.analysis.decoding import decoded
        from limen.controls.database_texts import database_spans
        from limen.controls.sensitive_forms import sensitive_spans

        yield from database_spans(data)
        yield from sensitive_spans(data, self._allowed)
        yield from self._names.spans(data)
        yield from self._values.spans(data)
        if wanted:
            yield from found_in(data.lower(), wanted)
        if layers and _MAY_BE_ENCODED.search(data) is not None:
            for run in decoded(data):
                left[0] -= len(run.content)
                if left[0] < 0:
                    raise ValueError("too much of it is encoded to be looked through")
                if next(self._spans(run.content, wanted, layers - 1, left), None) is not None:
                    yield run.start, run.end


def _place(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place of characters as one of bytes."""
    before = len(text[:start].encode("utf-8", "surrogatepass"))
    return before, before + len(text[start:end].encode("utf-8", "surrogatepass"))
