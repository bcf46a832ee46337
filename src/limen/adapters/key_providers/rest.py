"""Custodians that speak JSON over HTTP with a bearer token: one host, bounded, no redirect."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from limen.adapters.bounded_http import BoundsError, HttpAnswer, send, trusting
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError

PAGES = 50
"""Pages of one list that are read at most."""


class Rest:
    """One service."""

    def __init__(self, access: Access, what: str) -> None:
        """Keep where it is; `what` is its name for people. Raises KeyProviderError where nobody can be trusted."""
        self._access, self._what = access, what
        self.root = access.endpoint.rstrip("/")
        self.token: Callable[[], str] = access.credential.strip
        """Returns the bearer token; asked before each request."""
        if urlsplit(self.root).scheme not in ("http", "https"):
            raise KeyProviderError("absent", f"{access.endpoint} is no URL", hint="begin it with https://")
        try:
            self._tls = trusting(access.trust)
        except BoundsError as error:
            raise KeyProviderError("unreachable", error.reason) from None

    def ask(self, path: str) -> Answer:
        """Return the answer to a question that changes nothing; what it may not ask is an answer too."""
        self.token()  # that there is none is no answer of the custodian
        try:
            return Answer(outcome="answered", body=self.use("GET", path))
        except KeyProviderError as error:
            if error.kind in ("absent", "denied", "unsupported"):
                return Answer(outcome=error.kind)
            raise

    def pages(self, path: str, field: str, following: Callable[[Mapping[str, Any]], str]) -> Answer:
        """Return all pages of a list as one; `following` gives the path of the next page, empty after the last."""
        found: list[Any] = []
        for _ in range(PAGES):
            page = self.ask(path)
            if page.outcome != "answered":
                return page
            items = page.body.get(field, [])
            if not isinstance(items, list):
                raise self.odd()
            found += items
            path = following(page.body)
            if not path:
                return Answer(outcome="answered", body=found)
        raise KeyProviderError("odd", f"{self.root} goes on listing {field} without end")

    def use(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Return the answer to one request; raises KeyProviderError where it was not done."""
        content = b"" if body is None else msgspec.json.encode(body)
        headers = {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}
        return self.read(self.send(method, f"{self.root}{path}", headers, content))

    def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> HttpAnswer:
        """Send one request within the bounds; raises KeyProviderError where there is no answer."""
        more = {"Content-Type": "application/json"} if content and "Content-Type" not in headers else {}
        try:
            deadline = time.monotonic() + self._access.left()
            return send(method, url, {**headers, **more}, content, deadline=deadline, tls=self._tls)
        except BoundsError as error:
            raise KeyProviderError("unreachable", error.reason, again=error.again) from None

    def read(self, answer: HttpAnswer) -> dict[str, Any]:
        """Return the JSON object in an answer; raises KeyProviderError where the answer is none or a refusal."""
        status = answer.status
        if status == 429:
            raise KeyProviderError("throttled", f"{self.root} asks for fewer requests")
        if status in (401, 403):
            raise KeyProviderError("denied", f"{self.root} does not let the credential do this")
        if status == 404:
            raise KeyProviderError("absent", f"{self.root} knows no such key")
        if status in (400, 409, 412, 422):
            raise KeyProviderError("refused", f"{self.root} refuses this with this key")
        if status in (405, 501):
            raise KeyProviderError("unsupported", f"{self.root} knows no such operation")
        if status >= 500:
            raise KeyProviderError("unreachable", f"{self.root} failed: HTTP {status}", again=True)
        if not 200 <= status < 300:
            hint = "nothing else is contacted" if status < 400 else ""
            raise KeyProviderError("odd", f"{self.root} answered HTTP {status}", hint=hint)
        try:
            found = msgspec.json.decode(answer.body or b"{}")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self.odd() from None
        if not isinstance(found, dict):
            raise self.odd()
        return found

    def odd(self) -> KeyProviderError:
        """Return the error for an answer that is none."""
        return KeyProviderError("odd", f"{self.root} does not answer as {self._what} does")
