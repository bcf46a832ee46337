"""A session of `requests` for libraries that want one, whose every request keeps the bounds of `bounded_http`."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable
from typing import Any, cast

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from limen.adapters.bounded_http import send


class BoundedAdapter(BaseAdapter):
    """Sends by `bounded_http.send`: no proxy, a total deadline, a most of bytes."""

    def __init__(self, deadline: Callable[[], float], tls: ssl.SSLContext | None) -> None:
        """Ask `deadline` before each request when its answer must be there, of `time.monotonic`; it may raise."""
        super().__init__()
        self._deadline, self._tls = deadline, tls

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Return the answer; raises BoundsError where there is none. Every other argument is of no effect here."""
        body = request.body or b""
        answer = send(
            cast(str, request.method),
            cast(str, request.url),
            request.headers,
            body.encode() if isinstance(body, str) else body,
            deadline=self._deadline(),
            tls=self._tls,
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url, response.request = cast(str, request.url), request
        response.encoding = "utf-8"
        response.raw = HTTPResponse(io.BytesIO(answer.body), status=answer.status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is kept open between requests."""


def bounded_session(deadline: Callable[[], float], tls: ssl.SSLContext | None = None) -> requests.Session:
    """Return a session that keeps the bounds, follows no redirect and reads nothing of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    adapter = BoundedAdapter(deadline, tls)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
