"""Asking a bucket: its configuration, a stranger's request, and where allowed a trial of its lock."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.asking import Asker, asked, response
from limen.probes.storage.places import Place
from limen.probes.storage.trial import try_lock
from limen.records.attempts import RawResponse

QUESTIONS = (
    "get_bucket_encryption",
    "get_bucket_policy",
    "get_bucket_policy_status",
    "get_public_access_block",
    "get_bucket_acl",
    "get_bucket_ownership_controls",
    "get_bucket_versioning",
    "get_object_lock_configuration",
    "get_bucket_lifecycle_configuration",
)
"""What is asked about a bucket's configuration."""


def ask_bucket(target: Target, place: Place, context: Context) -> Sequence[RawResponse]:
    """Return a bucket's answers; raises AttemptError where it does not exist or tells nothing at all."""
    asker = Asker(target, place, context)
    for question in QUESTIONS:
        answer = asker.ask(question, question, Bucket=place.name)
        if answer.code in ("NoSuchBucket", "InvalidBucketName"):
            raise AttemptError(f"there is no bucket {place.name}: {answer.code}")
        if answer.status in (301, 307, 308):
            raise AttemptError(f"the bucket {place.name} is in another region; give the region, or its own host")
    told = [answer for answer in asker.answers.values() if not answer.unsupported]
    if not told or all(answer.status >= 500 for answer in told):
        raise AttemptError("what answers there is no object store")
    if all(answer.denied for answer in told):
        raise AttemptError(f"the credential may not ask anything about the bucket {place.name}")
    stranger = Asker(target, place, context, anonymous=True)
    stranger.ask("anonymous", "list_objects_v2", Bucket=place.name, MaxKeys=1)
    answers = dict(asker.answers)
    # Only whether it was let in: the keys that it was shown may name people.
    answers["anonymous"] = msgspec.structs.replace(stranger.answers["anonymous"], content={})
    raw = [asked(target, place), response("answers.json", answers)]
    if target.options.test_prefix is not UNSET:
        raw.append(response("trial.json", try_lock(target, place, context)))
    return raw
