"""One attempt: canaries are sent or known, their arrival is proven, and the place is looked through."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from limen.model.scalars import duration_seconds
from limen.probes.interface import AttemptError, Contact, Context, Target
from limen.probes.leak.canaries import KINDS, Canary, CanaryList, derive, read_list
from limen.probes.leak.driving import drive, settle
from limen.probes.leak.places import look, place_of
from limen.probes.leak.searching import Search
from limen.records.attempts import RawResponse

_MOST_LIST = 4 << 20
"""Bytes of a list of canaries at most."""
_SETTLE = 2.0
"""Seconds that canaries take, where nothing else is said."""


def contacts_of(target: Target) -> list[Contact]:
    """Return what an attempt would contact and run."""
    options = target.options
    found = []
    if options.driver is not UNSET:
        found.append(Contact(where=options.driver[0], what="run it to send canaries through the flow", writes=True))
    if options.delivered is not UNSET:
        where = place_of(options.delivered.endpoint).endpoint
        found.append(Contact(where=where, what="look for canaries that are delivered there"))
    return [*found, Contact(where=place_of(target.endpoint).endpoint, what="look for canaries that must not be there")]


def ask(target: Target, context: Context) -> Sequence[RawResponse]:
    """Return what was found, as counts, offsets and kinds; raises AttemptError where it can't be looked."""
    options = target.options
    place = place_of(target.endpoint, target.credential)
    delivered = None
    if options.delivered is not UNSET:
        credential = "" if options.delivered.credential is UNSET else options.delivered.credential
        delivered = place_of(options.delivered.endpoint, credential)
    known = _canaries(target, context)
    arrived = None
    if delivered is not None:
        control = Search(known.canaries)
        try:
            look(control, delivered, target, context)
        except AttemptError as error:
            raise AttemptError(f"where canaries are delivered: {error.reason}", again=error.again) from None
        arrived = control.result()
    search = Search(known.canaries)
    look(search, place, target, context)
    content = {
        "kinds": [one.kind for one in known.canaries],
        "sent_at": known.sent_at,
        "delivered": None if arrived is None else msgspec.structs.replace(arrived, hits=()),
        "searched": search.result(),
    }
    return [RawResponse(name="search.json", media_type="application/json", content=msgspec.json.encode(content))]


def _canaries(target: Target, context: Context) -> CanaryList:
    """Return the canaries that were planted, or derive them and have the driver send them."""
    options = target.options
    if options.canaries is not UNSET and options.driver is UNSET:
        return _from_file(target)
    if options.driver is UNSET:
        raise AttemptError("there are no canaries: name a list (canaries), or a driver that sends some (driver)")
    if options.canaries is not UNSET:
        raise AttemptError("canaries are planted (canaries) or sent (driver), not both")
    run = secrets.token_hex(8)
    seed = secrets.token_bytes(32) if options.seed is UNSET else context.secret(options.seed).reveal().encode()
    kinds = KINDS if options.kinds is UNSET else options.kinds
    canaries: tuple[Canary, ...] = derive(seed, run, kinds)
    if all(one.kind == "marker" for one in canaries):
        raise AttemptError("a marker is no canary: add a kind that must not be found")
    sent_at = int(time.time())
    drive(options.driver, canaries, run, target.folder, context)
    settle(_SETTLE if options.settle is UNSET else duration_seconds(options.settle), context)
    return CanaryList(canaries=canaries, sent_at=sent_at)


def _from_file(target: Target) -> CanaryList:
    name = str(target.options.canaries)
    try:
        with (target.folder / name).open("rb") as file:
            content = file.read(_MOST_LIST + 1)
    except OSError as error:
        raise AttemptError(f"the list of canaries {name} can't be read: {error.strerror}") from None
    if len(content) > _MOST_LIST:
        raise AttemptError(f"the list of canaries {name} is too long")
    try:
        found = read_list(content)
    except ValueError as error:
        raise AttemptError(f"the list of canaries {name} can't be used: {error}") from None
    if target.options.kinds is UNSET:
        return found
    kept = tuple(one for one in found.canaries if one.kind in target.options.kinds)
    if all(one.kind == "marker" for one in kept):
        raise AttemptError(f"the list of canaries {name} has none of the kinds that are asked for")
    return CanaryList(canaries=kept, sent_at=found.sent_at)
