"""What an endpoint of the storage probe names, and the connections that asking about it takes."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import UNSET

from limen.probes.interface import AttemptError, Contact, Target

SERVICES = {
    "ebs": ("ec2", "volume"),
    "efs": ("efs", "volume"),
    "rds": ("rds", "database"),
    "rds-cluster": ("rds", "database"),
    "dynamodb": ("dynamodb", "database"),
}
"""By the endpoint's scheme, the service that is asked and what the thing is."""
_HOSTS = {"ec2": "ec2", "efs": "elasticfilesystem", "rds": "rds", "dynamodb": "dynamodb", "s3": "s3"}
_FORMS = "https://HOST/BUCKET, s3://BUCKET, ebs:VOLUME, rds:INSTANCE, postgresql://HOST/DATABASE, file:PATH"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that data rests in."""

    form: str
    """bucket, volume, database or records."""
    scheme: str
    """Scheme of the endpoint."""
    service: str = ""
    """The provider's service that is asked; empty for records."""
    address: str = ""
    """URL of that service."""
    name: str = ""
    """Bucket, volume, instance or table; for records, the database's address or the path."""
    prefix: str = ""
    """Prefix of the keys that are meant, in a bucket."""


def place_of(target: Target) -> Place:
    """Return what a target's endpoint names; raises AttemptError where it has no known form."""
    endpoint = target.endpoint
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AttemptError(f"the endpoint is no address: one of {_FORMS} is expected") from None
    if parts.username or parts.password:
        raise AttemptError("a credential has no place in an endpoint; refer to it by credential")
    scheme, rest = parts.scheme, endpoint.partition(":")[2]
    if scheme in ("https", "http") and host:
        bucket, _, prefix = parts.path.lstrip("/").partition("/")
        return _bucket(scheme, f"{scheme}://{parts.netloc}", bucket, prefix)
    if scheme == "s3" and host:
        return _bucket(scheme, _api(target, "s3"), parts.netloc, parts.path.lstrip("/"))
    if scheme in SERVICES and rest:
        service, form = SERVICES[scheme]
        return Place(form=form, scheme=scheme, service=service, address=_api(target, service), name=rest)
    if scheme in ("postgresql", "postgres") and host:
        return Place(form="records", scheme="postgresql", name=f"{parts.netloc}{parts.path}")
    if scheme == "file" and parts.path:
        return Place(form="records", scheme="file", name=unquote(parts.path if not host else rest))
    raise AttemptError(f"the endpoint names nothing that data rests in: one of {_FORMS} is expected")


def contacts_of(target: Target, place: Place) -> list[Contact]:
    """Return the connections that asking about a place takes."""
    if place.form == "records":
        what = "read the times of records, and deletions"
        return [Contact(where=target.endpoint, what=what)]
    host = urlsplit(place.address).netloc
    if place.form != "bucket":
        return [Contact(where=host, what=f"ask {place.service} about {place.name}")]
    found = [
        Contact(where=host, what=f"ask the configuration of the bucket {place.name}"),
        Contact(where=host, what=f"ask for one key of {place.name} without a credential"),
    ]
    prefix = target.options.test_prefix
    if prefix is not UNSET:
        what = f"write two objects to {place.name}/{prefix.strip('/')}/, lock them for seconds, and delete them"
        found.append(Contact(where=host, what=what, writes=True))
    return found


def _bucket(scheme: str, address: str, bucket: str, prefix: str) -> Place:
    if not bucket:
        raise AttemptError("the endpoint names no bucket: https://HOST/BUCKET is expected")
    return Place(
        form="bucket", scheme=scheme, service="s3", address=address, name=unquote(bucket), prefix=unquote(prefix)
    )


def _api(target: Target, service: str) -> str:
    if target.options.api is not UNSET:
        parts = urlsplit(target.options.api)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise AttemptError("the option api is no URL of http or https")
        return target.options.api.rstrip("/")
    return f"https://{_HOSTS[service]}.{region_of(target)}.amazonaws.com"


def region_of(target: Target) -> str:
    """Return the region to ask in."""
    region = target.options.region
    if region is UNSET:
        return "us-east-1"
    if not all(character.isalnum() or character == "-" for character in region):
        raise AttemptError("the option region is no name of a region")
    return region
