"""The S3 API, and its sisters of the same house, by boto3; every request goes to one host, bounded."""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from limen.adapters.bounded_http import MOST, BoundsError, send
from limen.adapters.object_stores.store import THROTTLED, WRONG_CREDENTIALS, ObjectStoreError, StoreAnswer

_ROOT = re.compile(rb"\s*(?:<\?[^>]*\?>\s*)?<(?:[\w.-]+:)?([A-Za-z]{1,60})[\s/>]")


class AwsKeys(msgspec.Struct, frozen=True, kw_only=True):
    """A credential of the AWS kind."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        """Return a text without the values."""
        return "AwsKeys(…)"


def aws_keys(text: str) -> AwsKeys:
    """Read a credential: JSON with access_key_id and secret_access_key, or `ID:SECRET` or `ID:SECRET:TOKEN`.

    Raises ObjectStoreError, which does not repeat it.
    """
    text = text.strip()
    try:
        if text.startswith("{"):
            return msgspec.json.decode(text, type=AwsKeys)
        parts = text.split(":", 2)
        if len(parts) >= 2 and all(parts):
            return AwsKeys(access_key_id=parts[0], secret_access_key=parts[1], session_token="".join(parts[2:]))
    except (msgspec.MsgspecError, UnicodeError):
        pass
    raise ObjectStoreError("the credential is neither ID:SECRET nor JSON with access_key_id and secret_access_key")


class AwsService:
    """A client of one service at one address; an `ObjectStore` where the service is s3."""

    def __init__(
        self,
        service: str,
        address: str,
        keys: AwsKeys | None,
        *,
        region: str = "us-east-1",
        tls: ssl.SSLContext | None = None,
        deadline: Callable[[], float],
    ) -> None:
        """Make the client; without keys it asks anonymously.

        `address` is the service's URL and `deadline` gives, before each request, when its answer must be there, of
        `time.monotonic`; it may raise. Raises ObjectStoreError where boto3 is not installed or knows no such service.
        """
        try:
            import boto3
            from botocore import UNSIGNED
            from botocore.awsrequest import AWSResponse
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError
            from botocore.parsers import ResponseParserError
        except ImportError:
            raise ObjectStoreError("this needs boto3: pip install 'limen[storage]', or 'limen[kms]' for keys") from None
        self._response: Any = AWSResponse
        self._errors: Any = (BotoCoreError, ResponseParserError, ValueError, KeyError, TypeError, AttributeError)
        self._refusal: Any = ClientError
        self._host, self._tls, self._deadline = urlsplit(address).netloc, tls, deadline
        self._root = ""
        self.date = ""
        """The server's clock in its last answer, as HTTP writes it."""
        config = Config(
            signature_version=UNSIGNED if keys is None else None,
            retries={"total_max_attempts": 1},
            proxies={},
            s3={"addressing_style": "path"},
            parameter_validation=True,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        try:
            self._client: Any = boto3.session.Session().client(
                service,
                endpoint_url=address,
                region_name=region,
                aws_access_key_id=None if keys is None else keys.access_key_id,
                aws_secret_access_key=None if keys is None else keys.secret_access_key,
                aws_session_token=None if keys is None else keys.session_token or None,
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            raise ObjectStoreError(f"the client of {service} can't be made: {type(error).__name__}") from None
        self._client.meta.events.register("before-send.*.*", self._send)

    def ask(self, operation: str, /, **parameters: Any) -> StoreAnswer:
        """Ask one operation, such as get_bucket_policy; a refusal is an answer.

        Raises ObjectStoreError where there is no answer, or the credential itself is refused, or it throttles.
        """
        try:
            answer = getattr(self._client, operation)(**parameters)
            return StoreAnswer(status=_status(answer), content=_plain(answer), root=self._root)
        except self._refusal as error:
            code, status = str(error.response.get("Error", {}).get("Code", "")), _status(error.response)
        except BoundsError as error:
            raise ObjectStoreError(error.reason, again=error.again) from None
        except self._errors as error:
            raise ObjectStoreError(f"{self._host} does not answer as the API does: {type(error).__name__}") from None
        except RecursionError:
            raise ObjectStoreError(f"{self._host} does not answer as the API does: nested too deeply") from None
        if code in WRONG_CREDENTIALS:
            raise ObjectStoreError(f"{self._host} refuses the credential: {code}")
        if code in THROTTLED or status == 429:
            raise ObjectStoreError(f"{self._host} asks to slow down: {code or status}", again=True)
        return StoreAnswer(status=status, code=_word(code) or f"HTTP {status}")

    def _send(self, request: Any, **_: Any) -> Any:
        if urlsplit(request.url).netloc != self._host:
            raise BoundsError(f"the answer of {self._host} leads elsewhere; nothing else is contacted")
        body = request.body
        if hasattr(body, "read"):
            body = body.read()
        # http.client gives the length of a body that is whole; a chunked one would need a framing of its own.
        headers = {
            str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
            if str(name).lower() != "transfer-encoding"
        }
        content = body.encode() if isinstance(body, str) else body or b""
        answer = send(
            request.method, request.url, headers, content, deadline=self._deadline(), tls=self._tls, most=MOST
        )
        self.date = next((value for name, value in answer.headers.items() if name.lower() == "date"), "")
        found = _ROOT.match(answer.body[:4096])
        self._root = "" if found is None else found[1].decode()
        return self._response(request.url, answer.status, answer.headers, _Raw(answer.body))


class _Raw:
    """The body of an answer as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        """Return the whole body as the only chunk."""
        return [self._body]

    def read(self, amount: int | None = None, **_: Any) -> bytes:
        """Return bytes that were not read yet."""
        cut = len(self._body) if amount is None else amount
        found, self._body = self._body[:cut], self._body[cut:]
        return found


def _status(answer: Any) -> int:
    return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _word(code: str) -> str:
    """Return a server's word for a refusal, short and printable: it ends up in reports."""
    return "".join(character for character in code[:60] if character.isascii() and character.isprintable())


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    def other(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if hasattr(value, "read"):
            return value.read().decode("latin-1")
        return str(value)

    kept = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    found: dict[str, Any] = json.loads(json.dumps(kept, default=other))
    return found
