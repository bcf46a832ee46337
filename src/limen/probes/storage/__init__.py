"""Where data rests: buckets, volumes and databases by their APIs, locks by behaviour, records by their age.

A bucket is `https://HOST/BUCKET[/PREFIX]` or `s3://BUCKET[/PREFIX]`, a volume or a managed database `ebs:vol-…`,
`efs:fs-…`, `rds:INSTANCE`, `rds-cluster:CLUSTER` or `dynamodb:TABLE`, records `postgresql://HOST:PORT/DATABASE` or
`file:PATH`. What the asker may not know is unseen, never absent. Without the option `test_prefix` nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.probes.interface import Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "storage"
VERSION = "2"
KIND = "storage_observation"
# Of a bucket; what a volume or records leave unseen shows in the rules that need it.
CAPABILITY = (
    "seal.algorithm",
    "seal.key",
    "tls_only",
    "open.block",
    "open.policy",
    "open.acl",
    "open.anonymous",
    "versioning",
    "lock.mode",
    "lock.retention",
    "lifecycle.expiries",
    "trial.delete",
    "trial.bypass",
    "trial.shorten",
    "trial.hold",
)


def contacts(target: Target) -> Sequence[Contact]:
    """Return every connection that an attempt would make; raises AttemptError where the endpoint has no known form."""
    from limen.probes.storage.places import contacts_of, place_of

    return contacts_of(target, place_of(target))


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Ask what the endpoint is the address of; raises AttemptError where nothing could be learnt."""
    from limen.probes.storage.places import place_of

    place = place_of(target)
    if place.form == "bucket":
        from limen.probes.storage.buckets import ask_bucket

        return ask_bucket(target, place, context)
    if place.form == "records":
        from limen.probes.storage.records import ask_records

        return ask_records(target, place, context)
    from limen.probes.storage.media import ask_medium

    return ask_medium(target, place, context)


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts in the answers; raises AttemptError where they say nothing."""
    from limen.probes.storage.reading import read

    return read(raw, at)
