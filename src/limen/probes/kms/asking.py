"""Whom the kms probe contacts, and what it asks there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from limen.adapters.key_providers import PROVIDERS, Access, Answer, KeyProviderError, open_key
from limen.probes.interface import AttemptError, Contact, Context, Target
from limen.probes.kms.behaviour import Step, behave
from limen.records.attempts import RawResponse

ANSWERS = "answers.json"
"""What the custodian says of the key, and of which key it was asked."""
BEHAVIOUR = "behaviour.json"
"""How a test key behaved; absent for any other key."""
WITHOUT_CREDENTIAL = frozenset({"file", "pkcs11"})
"""Providers that may answer without a credential: a token shows its public objects, a key store may have none."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of a custodian's answers."""

    provider: str
    key: str
    answers: Mapping[str, Answer]


class _Named(NamedTuple):
    provider: str
    endpoint: str
    key: str
    test: bool


def contacts(target: Target) -> Sequence[Contact]:
    """Return the one custodian that is asked; raises AttemptError where the target names none."""
    named = _named(target)
    asked = f"read the configuration, versions and grants of the key {named.key}"
    tested = "; rotate, disable and enable this test key" if named.test else ""
    return [Contact(where=named.endpoint, what=asked + tested, writes=named.test)]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Ask the custodian of a key, and use the key where it is a declared test key.

    Raises AttemptError where nothing could be learnt.
    """
    named = _named(target)
    options = target.options
    credential = context.credential(target).reveal() if target.credential or not _may_do_without(named) else ""
    kept = "" if options.old_ciphertext is UNSET else context.secret(f"file:{options.old_ciphertext}").reveal()
    access = Access(
        provider=named.provider,
        endpoint=named.endpoint,
        key=named.key,
        credential=credential,
        trust=None if options.trust is UNSET else target.folder / options.trust,
        region="" if options.region is UNSET else options.region,
        deadline=context.deadline,
    )
    context.pace(urlsplit(named.endpoint).netloc or named.endpoint)
    try:
        key = open_key(access)
        try:
            asked = Asked(provider=named.provider, key=named.key, answers=key.describe())
            left = lambda: context.deadline - time.monotonic()  # noqa: E731 - said once, asked later
            steps = behave(key, kept.strip().encode(), left) if named.test and _usable(asked) else None
        finally:
            key.close()
    except KeyProviderError as error:
        raise AttemptError(error.message, again=error.again) from None
    answers = RawResponse(name=ANSWERS, media_type="application/json", content=msgspec.json.encode(asked))
    return [answers] if steps is None else [answers, _behaviour(steps)]


def _behaviour(steps: Sequence[Step]) -> RawResponse:
    return RawResponse(name=BEHAVIOUR, media_type="application/json", content=msgspec.json.encode(steps))


def _usable(asked: Asked) -> bool:
    return asked.answers["key"].outcome == "answered"


def _may_do_without(named: _Named) -> bool:
    return named.provider in WITHOUT_CREDENTIAL


def _named(target: Target) -> _Named:
    """Return the key that is meant: as declared, or as typed, PROVIDER:KEY@ENDPOINT; raises AttemptError for none."""
    if target.section == "typed":
        provider, _, rest = target.endpoint.partition(":")
        key, at, endpoint = rest.partition("@")
        test = False
        if not (provider and key and at and endpoint):
            raise AttemptError("a key is typed as PROVIDER:KEY@ENDPOINT, such as vault:transit/phi@https://kms:8200")
    else:
        provider, key = (str(target.declared.get(field) or "") for field in ("provider", "id"))
        endpoint, test = target.endpoint, target.declared.get("environment") == "test"
        missing = [word for word, value in (("provider", provider), ("id", key)) if not value]
        if missing:
            raise AttemptError(
                f"the key {target.name} declares no {' and no '.join(missing)}: where it is, is not known"
            )
        if not endpoint:
            raise AttemptError(f"the probe of the key {target.name} declares no endpoint")
    if provider not in PROVIDERS:
        raise AttemptError(f"limen knows no key provider {provider}; it knows {', '.join(PROVIDERS)}")
    return _Named(provider, endpoint, key, test)
