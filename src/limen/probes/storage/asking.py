"""How the storage probe asks a provider's API: bounded, at one address, and every answer kept as JSON."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.object_stores.s3 import AwsService, aws_keys
from limen.adapters.object_stores.store import ObjectStoreError, StoreAnswer
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.places import Place, region_of
from limen.records.attempts import RawResponse

ONE_ANSWER = 20.0
"""Seconds that one answer may take, of those that the attempt has."""


class Asker:
    """A client of a place's service that remembers its answers; one attempt."""

    def __init__(self, target: Target, place: Place, context: Context, *, anonymous: bool = False) -> None:
        """Make the client; raises AttemptError where the credential can't be used."""
        self._context, self._host = context, urlsplit(place.address).netloc
        self.answers: dict[str, StoreAnswer] = {}
        """By the name that a question was given."""
        trust = target.options.trust
        try:
            self._service = AwsService(
                place.service,
                place.address,
                None if anonymous else aws_keys(context.credential(target).reveal()),
                region=region_of(target),
                tls=trusting(None if trust is UNSET else target.folder / trust),
                deadline=self._deadline,
            )
        except (ObjectStoreError, BoundsError) as error:
            raise AttemptError(error.reason, again=error.again) from None

    @property
    def date(self) -> str:
        """The server's clock in its last answer, as HTTP writes it."""
        return self._service.date

    def ask(self, name: str, operation: str, /, **parameters: Any) -> StoreAnswer:
        """Ask, and keep the answer under a name; raises AttemptError where there is none."""
        try:
            answer = self._service.ask(operation, **parameters)
        except ObjectStoreError as error:
            raise AttemptError(error.reason, again=error.again) from None
        self.answers[name] = answer
        return answer

    def _deadline(self) -> float:
        self._context.pace(self._host)
        return time.monotonic() + self._context.remaining(ONE_ANSWER)


def response(name: str, content: Any) -> RawResponse:
    """Return what was answered as a raw response in JSON."""
    return RawResponse(name=name, media_type="application/json", content=msgspec.json.encode(content))


def asked(target: Target, place: Place) -> RawResponse:
    """Return what was asked, and what the declaration says that its answers are held against."""
    declared = {
        name: target.declared[name] for name in ("duty", "write_once", "keys", "approvers") if name in target.declared
    }
    return response(
        "asked.json",
        {
            "form": place.form,
            "scheme": place.scheme,
            "name": place.name,
            "prefix": place.prefix,
            "test_prefix": None if target.options.test_prefix is UNSET else target.options.test_prefix,
            "declared": declared,
        },
    )
