"""One request: who asks, whether it may, what it brings, and how the reply goes out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from tourbot.strings import say
from tourbot.web import visitors
from tourbot.web.doors import GRADIO
from tourbot.web.sent import language_of

# Everything comes from this server. Gradio's own scripts are inline and compile templates.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LANGUAGE_COOKIE = "tourbot_lang"
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken.

    Attributes:
        body: Bytes of what a page sends.
        upload: Bytes of what staff send in one go.
        requests: Open at the same time by one client; an open page has two.
        questions: Waiting or being answered for one client.
        waiting: Waiting for all.
        seconds: Between two parts of a body; a body of a page has twice as long in all.
        proxies: Addresses of proxies that tell truly whom they speak for, with commas between.
    """

    body: int = 256_000
    upload: int = 500_000_000
    requests: int = 256
    questions: int = 20
    waiting: int = 60
    seconds: float = 10
    proxies: str = ""


class Refused(Exception):  # noqa: N818 - no fault of ours
    """A request is not let in."""

    def __init__(self, status: int, why: str, *, later: bool = False) -> None:
        super().__init__(why)
        self.status, self.why, self.later = status, why, later


class Asked:
    """What is known of a request."""

    def __init__(self, scope: Scope, client: str) -> None:
        self.path = str(scope["path"])
        self.headers = Headers(scope=scope)
        self.client = client
        self.secure = scope.get("scheme") == "https"
        self._scope = scope
        self.cookies = visitors.cookies_of(self.headers)
        self.visitor = visitors.name_of(self.cookies, client)
        # Why a body that is handed on as it comes did not come whole.
        self.broken: Refused | None = None

    @property
    def length(self) -> int | None:
        """Bytes of the body, where they are told."""
        told = str(self.headers.get("content-length", ""))
        return int(told) if told.isascii() and told.isdigit() else None

    def query(self, name: str) -> str:
        """Return a parameter of the address."""
        try:
            given = parse_qs(self._scope["query_string"].decode("latin-1"), max_num_fields=20)
        except ValueError:  # more of them
            return ""
        return str(given.get(name, [""])[0])

    def refusal(self, refused: Refused) -> Response:
        """Say why, in the language of the page, which shows what stands in ``detail``."""
        lang = language_of(self.cookies.get(LANGUAGE_COOKIE))
        told = say(lang, refused.why)
        headers = {"Cache-Control": "no-store"}
        if refused.later:
            headers["Retry-After"] = str(_RETRY_SECONDS)
        if refused.status in {408, 413}:
            headers["Connection"] = "close"  # what is still sent is not waited for
        if GRADIO in self.path:
            return JSONResponse({"detail": told}, refused.status, headers)
        html = (
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
            f"<title>tourbot</title><p>{told}</p>"
        )
        return HTMLResponse(html, refused.status, headers)


class Sending:
    """Sends a reply with our headers, and none that opens it to other sites."""

    def __init__(self, send: Send, asked: Asked) -> None:
        self._send = send
        self._asked = asked
        self.began = False
        self.page = False

    async def __call__(self, message: Message) -> None:
        """Send one message of the reply."""
        if self._asked.broken and not self.began:  # the guard says why, better than Gradio
            return
        if message["type"] == "http.response.start":
            self.began = True
            headers = MutableHeaders(scope=message)
            for name in [n for n in headers if n.lower().startswith("access-control-")]:
                del headers[name]
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if self._asked.secure:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            if self.page:
                headers["Cache-Control"] = "no-store"
                if visitors.COOKIE not in self._asked.cookies:
                    headers.append("Set-Cookie", self._cookie())
        await self._send(message)

    def _cookie(self) -> str:
        # Lax: a visitor who comes back by a link keeps the pages that are open.
        secure = "; Secure" if self._asked.secure else ""
        return f"{visitors.COOKIE}={visitors.new_name()}; Path=/; HttpOnly; SameSite=Lax{secure}"


class Gone(Exception):  # noqa: N818 - no fault
    """Who asked has hung up."""


async def _part(receive: Receive, seconds: float) -> Message:
    """Return the next part of a body.

    Raises:
        Refused: It does not come in time.
        Gone: It will not come.
    """
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        raise Refused(408, "refused_slow") from None
    if message["type"] == "http.disconnect":
        raise Gone
    return message


async def read(receive: Receive, asked: Asked, limits: Limits) -> bytes:
    """Read a body whole; one that is told to be too large is not read at all."""
    if (asked.length or 0) > limits.body:
        raise Refused(413, "refused_large")
    until = asyncio.get_running_loop().time() + 2 * limits.seconds
    body = b""
    while True:
        left = until - asyncio.get_running_loop().time()
        message = await _part(receive, min(limits.seconds, max(left, 0)))
        body += bytes(message.get("body", b""))
        if len(body) > limits.body:
            raise Refused(413, "refused_large")
        if not message.get("more_body"):
            return body


def bounded(receive: Receive, asked: Asked, most: int, seconds: float) -> Receive:
    """Hand a body on as it comes, as long as it keeps within bounds."""
    if (asked.length or 0) > most:
        raise Refused(413, "refused_large")
    came = 0
    whole = False

    async def received() -> Message:
        nonlocal came, whole
        if whole:  # what comes now is that the client goes
            return await receive()
        try:
            message = await _part(receive, seconds)
            came += len(message.get("body", b""))
            if came > most:
                raise Refused(413, "refused_large")
        except (Refused, Gone) as error:
            asked.broken = error if isinstance(error, Refused) else None
            return {"type": "http.disconnect"}
        whole = not message.get("more_body")
        return message

    return received


def clean(scope: Scope, cookies: dict[str, str]) -> None:
    """Leave the application only headers that it may trust.

    What proxies say has been heard already, where they are known. Of cookies ours are left:
    Python's parser takes a time that grows with the square of what it is given.
    """
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in {b"cookie", b"forwarded"} and not name.startswith(b"x-forwarded-")
    ]
    if cookies:
        ours = "; ".join(f"{name}={value}" for name, value in cookies.items())
        kept.append((b"cookie", ours.encode()))
    scope["headers"] = kept


def again(scope: Scope, body: bytes, receive: Receive, *, json: bool) -> Receive:
    """Hand on a body that was read, of the length that it has now; one written anew is JSON."""
    changed = {b"content-length", b"transfer-encoding", *({b"content-type"} if json else ())}
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in changed]
    if body:
        scope["headers"].append((b"content-length", str(len(body)).encode()))
    if json:
        scope["headers"].append((b"content-type", b"application/json"))
    handed_on = False

    async def received() -> Message:
        nonlocal handed_on
        if handed_on:
            return await receive()
        handed_on = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
