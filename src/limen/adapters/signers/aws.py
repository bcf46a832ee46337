"""Private keys in AWS KMS: `aws-kms:KEY`, P-256 or P-384, with credential, region and endpoint of the environment.

Nobody types anything when such a key signs: good for a producer's machine, and refused for a person's signature.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NoReturn

from limen.adapters.key_providers.aws_signing import SPECS, SigningKey
from limen.adapters.key_providers.interface import Access, KeyProviderError
from limen.adapters.signers.signer import Ask, OpenedKey
from limen.errors import Problem, UsageError
from limen.integrity.signatures import public_key

VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


def open_signer(reference: str, ask: Ask | None, environment: Mapping[str, str] | None = None) -> OpenedKey:
    """Return the key that a reference without its scheme names: an id, ARN or alias; `ask` is never called.

    Raises UsageError where there is no such key, it is none that limen signs with, or the credential is refused;
    UnassessedError where the service does not answer.
    """
    variables = os.environ if environment is None else environment
    missing = [name for name in VARIABLES if not variables.get(name)]
    if missing:
        _refuse(f"AWS KMS needs {' and '.join(missing)}", "set the credential of the account that may sign")
    region = _region(reference, variables)
    endpoint = variables.get("AWS_ENDPOINT_URL_KMS") or variables.get("AWS_ENDPOINT_URL")
    secrets = [variables[name] for name in VARIABLES] + [variables.get("AWS_SESSION_TOKEN", "")]
    access = Access(
        provider="aws-kms",
        endpoint=endpoint or f"https://kms.{region}.amazonaws.com",
        key=reference,
        credential=":".join(part for part in secrets if part),
        region=region,
    )
    try:
        key = SigningKey(access)
        public = public_key(key.public_key())
        if public.algorithm not in ("ecdsa-p256", "ecdsa-p384"):
            raise ValueError(f"it is of {public.algorithm}")
    except KeyProviderError as error:
        if error.kind in ("denied", "absent", "refused", "unsupported"):
            hint = error.problems[0].hint or f"limen signs with keys of {' or '.join(SPECS)}, usage SIGN_VERIFY"
            raise UsageError(Problem(message=error.problems[0].message, hint=hint)) from None
        raise
    except ValueError as error:
        _refuse(
            f"{reference} is no key that limen signs with: {error}", f"limen signs with keys of {' or '.join(SPECS)}"
        )
    return OpenedKey(public, key.sign, where=f"AWS KMS, {reference}")


def _region(reference: str, variables: Mapping[str, str]) -> str:
    named = _ARN.match(reference)
    region = named[1] if named else variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION") or ""
    if not _REGION.fullmatch(region):
        _refuse(f"the region of aws-kms:{reference} is not known", "name the key by its ARN, or set AWS_REGION")
    return region


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(Problem(message=message, hint=hint)) from None
