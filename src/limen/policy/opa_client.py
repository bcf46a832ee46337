"""The client of an OPA server: opa-python-client, with every answer bounded in size and time and nothing followed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from opa_client import OpaClient
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from limen.errors import Problem, UnassessedError
from limen.policy.asking import NoAnswerError
from limen.policy.canonical import parsed
from limen.policy.engines import TOKEN_VARIABLE, EngineOptions
from limen.policy.opa_address import Address, address_of, token_of

ANSWER_BYTES = 64 << 20
"""Largest answer that is read; what is larger is no answer but an attack on memory."""
ATTEMPTS = 4
"""How often a request is sent at most, where the connection fails or the server is overloaded."""
BACKOFF = 0.1
"""Seconds before the second attempt; each further one waits twice as long."""
_PIECE = 1 << 16
_BUSY = {429, 502, 503, 504}
"""Statuses of a server, or of what stands before it, that may soon answer."""
_REFUSED = {401, 403, 407}

T = TypeVar("T")


class BusyError(Exception):
    """The server, or a proxy before it, can't answer now; the text says how it put that."""


class _Reply(requests.Response):
    """An answer that was read whole; its JSON keeps numbers exact."""

    def json(self, **_: Any) -> dict[str, Any]:
        """Return the JSON object; raise UnassessedError where it is none."""
        try:
            found = parsed(self.content)
            if isinstance(found, dict):
                return found
            reason = "no object"
        except ValueError as error:
            reason = f"no JSON: {error}"
        message = f"the policy engine at {self.url.split('/v1/')[0]} answered with {reason}"
        raise UnassessedError(Problem(message=message, hint=f"HTTP status {self.status_code}; is it an OPA server?"))


class _Bounded(HTTPAdapter):
    """Sends requests and reads answers whole, within a size and until a moment."""

    until = 0.0
    """The moment, of time.monotonic, until which an answer must be there."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Return the answer; raise UnassessedError where it is a redirection, a refusal or too large."""
        options["stream"] = True
        found = super().send(request, *arguments, **options)
        with found:
            self._refuse(found)
            body = self._body(found)
        reply = _Reply()
        reply.status_code, reply.reason, reply.url, reply.request = found.status_code, found.reason, found.url, request
        reply.headers["Content-Type"] = found.headers.get("Content-Type", "")
        reply.raw = io.BytesIO(body)
        return reply

    def _refuse(self, found: requests.Response) -> None:
        status = found.status_code
        place = found.url.split("/v1/")[0]
        if found.is_redirect or 300 <= status < 400:
            message = f"the policy engine at {place} redirects elsewhere (HTTP status {status})"
            raise UnassessedError(Problem(message=message, hint="name the address of OPA itself: --engine-url"))
        if status in _REFUSED:
            message = f"the policy engine at {place} refuses us (HTTP status {status})"
            hint = f"it needs a token that may read, write and ask policies: {TOKEN_VARIABLE} or --engine-token-file"
            raise UnassessedError(Problem(message=message, hint=hint))
        if status in _BUSY:
            raise BusyError(f"HTTP status {status} {found.reason}")

    def _body(self, found: requests.Response) -> bytes:
        body = bytearray()
        try:
            while piece := found.raw.read1(_PIECE, decode_content=False):
                body += piece
                self._limit(body)
        except HTTPError as error:
            raise requests.ConnectionError(error) from None
        return bytes(body)

    def _limit(self, body: bytearray) -> None:
        if len(body) > ANSWER_BYTES:
            message = f"the policy engine sent an answer larger than {ANSWER_BYTES:,} bytes"
            raise UnassessedError(Problem(message=message, hint="is it an OPA server?"))
        if time.monotonic() > self.until:
            raise requests.ReadTimeout("the answer came too slowly")


class Client(OpaClient):  # type: ignore[misc]  # untyped
    """OPA's REST API at one address."""

    def __init__(self, address: Address, options: EngineOptions, token: str) -> None:
        """Prepare a session; nothing is sent yet."""
        self.address, self.options = address, options
        self.adapter = _Bounded(max_retries=0)  # what may be tried again is decided here
        version = f"{address.path}/v1".lstrip("/")
        super().__init__(host=address.host, port=address.port, version=version, ssl=address.tls, token=token or None)

    @classmethod
    def of(cls, options: EngineOptions) -> Client:
        """Return the client that options mean; raise UsageError where they can't be meant."""
        return cls(address_of(options), options, token_of(options))

    def _init_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # neither a proxy, nor ~/.netrc, nor another CA file of the environment
        session.headers.update({"Accept-Encoding": "identity"} | (self.headers or {}))  # nothing that unpacks to more
        session.mount("http://", self.adapter)
        session.mount("https://", self.adapter)
        session.verify = str(self.options.ca) if self.options.ca else True
        if self.options.certificate:
            own = str(self.options.certificate)
            session.cert = (own, str(self.options.key)) if self.options.key else own
        return session

    def tried(self, call: Callable[[], T], seconds: float) -> T:
        """Return what a request gives, trying again within the time where the connection failed.

        Only for what may be done twice: all that limen sends. Raises NoAnswerError at the deadline, UnassessedError
        where the server can't be reached, trusted or understood; what opa_client raises passes through.
        """
        begin = time.monotonic()
        until = self.adapter.until = begin + seconds
        attempt, wait = 1, BACKOFF
        while True:
            self.timeout = max(0.001, until - time.monotonic())
            try:
                return call()
            except requests.exceptions.SSLError as error:
                raise self._lost(f"can't be trusted: {_reason(error)}", _TLS_HINT) from None
            except requests.HTTPError:
                raise
            except requests.Timeout:
                raise NoAnswerError(f"no answer within {seconds:g} s") from None
            except (requests.RequestException, BusyError, OSError) as error:
                if attempt == ATTEMPTS or time.monotonic() + wait >= until:
                    tries = f" in {attempt} attempts" if attempt > 1 else ""
                    raise self._lost(f"gave no answer{tries}: {_reason(error)}", _LOST_HINT) from None
            time.sleep(wait)
            attempt, wait = attempt + 1, 2 * wait

    def _lost(self, what: str, hint: str) -> UnassessedError:
        return UnassessedError(Problem(message=f"the policy engine at {self.address} {what}", hint=hint))


_TLS_HINT = "--engine-ca names the authorities that may sign its certificate, --engine-cert what it asks of us"
_LOST_HINT = "start it, or see whether --engine-url is right"


def _reason(error: BaseException) -> str:
    """Return the innermost reason of an error in one line: requests wraps one in another in a third."""
    text = str(error)
    seen: list[BaseException] = [error]
    for one in seen:
        text = str(getattr(one, "verify_message", None) or getattr(one, "strerror", None) or text)
        inner = (getattr(one, "reason", None), *one.args, one.__cause__, one.__context__)
        seen += [other for other in inner if isinstance(other, BaseException) and other not in seen]
    return " ".join(text.split())[:300] or type(error).__name__
