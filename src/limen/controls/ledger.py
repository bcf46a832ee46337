"""The ledger: what happened, in a chain that can be appended to and never changed (21 CFR 11.10(e), NIST AU-9, AU-10).

A group of entries is durable when `append_all` returns; before, none of them is acknowledged. What is not acknowledged
may be there all the same: after a crash, a failed write or a lost connection nobody knows, so the object refuses
everything, and whoever opens the ledger anew finds out. Nothing whole that was written is ever removed. Half a line,
which a crash left of a group that nobody was told of, gives way to an entry that says how long it was and its digest.

A ledger that can't be written raises; what was to be recorded must then not happen (NIST AU-5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from limen.adapters.ledgers.appending import LedgerStore
from limen.adapters.ledgers.appending_stores import ledger_store
from limen.adapters.ledgers.blocks import StoreError
from limen.controls.ledger_chain import BEGINNING, Chain
from limen.controls.ledger_clock import SKEW, Stamps, system_clock
from limen.controls.ledger_entries import (
    Appended,
    BrokenLedgerError,
    Entry,
    EntryError,
    HeadMovedError,
    LedgerError,
    Line,
    Mark,
    prepared,
)
from limen.controls.ledger_writing import REPAIRED, Ledger
from limen.errors import Problem, UsageError
from limen.integrity.limen_v1 import Head, Prepared, Splicer

__all__ = [
    "REPAIRED",
    "Appended",
    "BrokenLedgerError",
    "Entry",
    "EntryError",
    "Head",
    "HeadMovedError",
    "Ledger",
    "LedgerError",
    "Line",
    "Mark",
    "Prepared",
    "open_ledger",
    "prepared",
]


WAIT = 10.0
"""Seconds that other writers are waited for."""
_NO_KEYS: Mapping[str, bytes] = MappingProxyType({})


def open_ledger(
    endpoint: str | Path,
    *,
    name: str,
    key: tuple[str, bytes] | None = None,
    keys: Mapping[str, bytes] = _NO_KEYS,
    clock: Callable[[], datetime] = system_clock,
    credential: Callable[[], str | None] = lambda: None,
    tenant: str | None = None,
    table: str = "ledger",
    skew: timedelta = SKEW,
    wait: float = WAIT,
    since: Mark | None = None,
) -> Ledger:
    """Open a ledger, verify it and put right what a crash left; a file is made where there is none.

    `endpoint` is a path or file:// (JSON Lines), sqlite:///PATH or postgresql://HOST:PORT/DATABASE. `key` is the id and
    the bytes of the key that new records are bound with by HMAC-SHA-256, `keys` are the chain's earlier ones; without
    `key` it is a chain of SHA-256, whose records anybody who can write the store can make. With `tenant` entries of
    others are refused. `credential` gives a database's login, `table` is where it keeps the ledger. `wait` is in
    seconds: how long other writers are waited for. `clock` tells aware times; where it lies behind the last record by
    more than `skew` nothing is appended. With `since`, a mark of the same ledger that this process holds, only what
    follows it is verified: what is before is believed to be unchanged.

    Raises UsageError where the options are wrong, BrokenLedgerError where the ledger is not what was appended to it,
    LedgerError where it can't be opened.
    """
    chain, splicer = _bound(name, key, keys)
    try:
        store = ledger_store(endpoint, table=table, credential=credential, wait=wait)
    except StoreError as error:
        where = "" if "@" in str(endpoint) else f": {endpoint}"  # whose login is nobody's to read
        hint = f"look whether its place is right, and that it is there{where}"
        raise LedgerError(Problem(message=f"the ledger {name} can't be opened: {error.reason}", hint=hint)) from None
    return ledger_in(store, chain, splicer, Stamps(clock, skew), tenant=tenant, wait=wait, since=since)


def ledger_in(
    store: LedgerStore,
    chain: Chain,
    splicer: Splicer,
    stamps: Stamps,
    *,
    tenant: str | None = None,
    wait: float = WAIT,
    since: Mark | None = None,
) -> Ledger:
    """Return the ledger in an open store, verified, as `open_ledger` does; closes the store where that fails."""
    ledger = Ledger(store, chain, splicer, stamps, tenant=tenant, wait=wait, since=since or BEGINNING)
    try:
        ledger.mark()
    except BaseException:
        ledger.close()
        raise
    return ledger


def _bound(name: str, key: tuple[str, bytes] | None, keys: Mapping[str, bytes]) -> tuple[Chain, Splicer]:
    """Return what verifies the records of a chain and what writes them; raises UsageError where the keys are wrong."""
    if key is None and keys:
        raise UsageError(f"the ledger {name} has earlier keys, and none for new records")
    if key is not None and not (type(key) is tuple and [type(part) for part in key] == [str, bytes]):
        hint = "such as key=keys.secret('log-key'), or key=('log-key.v1', bytes)"
        raise UsageError(Problem(message=f"the key of the ledger {name} is no pair of an id and bytes", hint=hint))
    known = dict(keys)
    if key is not None and known.setdefault(*key) != key[1]:
        raise UsageError(f"two keys of the ledger {name} have the same id")
    try:
        return Chain(name, known), Splicer(*(key or ("", b"")))
    except ValueError as error:
        raise UsageError(f"the keys of the ledger {name}: {error}") from None
