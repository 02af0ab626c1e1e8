"""Who gets to the staff page: its login, and what stands before every address under ``/staff``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from tourbot.accounts import Accounts
from tourbot.errors import SetupError
from tourbot.web.staff_words import WORDS

STAFF = "/staff"
LOGIN, LOGOUT = f"{STAFF}/connexion", f"{STAFF}/deconnexion"
_COOKIE = "tourbot_staff"
_HOURS = 12
_MOST_BYTES = 4096
# Gradio lets anyone send files to any of its pages; members have none to send.
_UPLOADS = "/gradio_api/upload"

_log = logging.getLogger(__name__)

Next = Callable[[Request], Awaitable[Response]]


def protect(app: FastAPI, accounts: Accounts) -> None:
    """Add the login to an application, and let nobody else under ``/staff``."""
    sessions = _Sessions(accounts)

    @app.middleware("http")
    async def guard(request: Request, call_next: Next) -> Response:
        path = request.url.path
        if path.startswith(_UPLOADS):
            return Response(status_code=404)
        if not f"{path}/".startswith(f"{STAFF}/"):
            return await call_next(request)
        if refusal := _refuse(request, accounts, sessions):
            return refusal
        response = await call_next(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get(LOGIN)
    def show() -> HTMLResponse:
        return HTMLResponse(_page("" if accounts.names() else WORDS["no_account"]))

    @app.post(LOGIN)
    async def log_in(request: Request) -> Response:
        return await _log_in(request, accounts, sessions)

    app.get(LOGOUT)(_log_out)


def _refuse(request: Request, accounts: Accounts, sessions: _Sessions) -> Response | None:
    """Return what is answered under ``/staff`` instead of what was asked for, if anything is."""
    path = request.url.path
    if path == STAFF:
        return RedirectResponse(f"{STAFF}/", status_code=303)
    try:
        known = accounts.names() and sessions.user(request)
    except SetupError as error:
        _log.error("%s", error)
        return HTMLResponse(_page(WORDS["accounts_damaged"]), status_code=503)
    if path == LOGIN or known:
        return None
    if request.method == "GET" and path == f"{STAFF}/":
        return RedirectResponse(LOGIN, status_code=303)
    return Response(status_code=401)


async def _log_in(request: Request, accounts: Accounts, sessions: _Sessions) -> Response:
    form = await _form(request)
    if form is None:
        return Response(status_code=413)
    name, password = (form.get(field, [""])[0] for field in ("nom", "passe"))
    if await run_in_threadpool(accounts.check, name, password):
        return sessions.begin(name, secure=request.url.scheme == "https")
    return HTMLResponse(_page(WORDS["wrong_password"], name), status_code=403)


def _log_out() -> Response:
    response = RedirectResponse(LOGIN, status_code=303)
    response.delete_cookie(_COOKIE, path=STAFF)
    return response


class _Sessions:
    """Signed cookies: nothing is kept on the server, so that replicas share them."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._signer = URLSafeTimedSerializer(accounts.key(), salt="staff")

    def user(self, request: Request) -> str:
        """Return who is logged in, or nothing; a new password ends all sessions."""
        cookie = request.cookies.get(_COOKIE, "")
        try:
            name, stamp = self._signer.loads(cookie, max_age=_HOURS * 3600)
        except (BadSignature, ValueError, TypeError):
            return ""
        return str(name) if stamp and stamp == self._accounts.stamp(str(name)) else ""

    def begin(self, name: str, *, secure: bool) -> Response:
        """Send a person who gave the right password to the page."""
        response = RedirectResponse(f"{STAFF}/", status_code=303)
        response.set_cookie(
            _COOKIE,
            str(self._signer.dumps([name, self._accounts.stamp(name)])),
            max_age=_HOURS * 3600,
            path=STAFF,
            httponly=True,
            samesite="strict",
            secure=secure,
        )
        return response


async def _form(request: Request) -> dict[str, list[str]] | None:
    """Read what a form sends, or None when it is more than a login can be."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:  # more fields
        return None


def _page(message: str, name: str = "") -> str:
    told = f'<p role="alert">{escape(message)}</p>' if message else ""
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{WORDS["login_title"]}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 12vh auto; padding: 0 1rem;
  color: #1f2937; background: #fff; }}
label {{ display: block; margin-top: 1rem; }}
input, button {{ font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; }}
input {{ border: 1px solid #6b7280; border-radius: 6px; }}
button {{ margin-top: 1.5rem; border: 0; border-radius: 6px; background: #1d4ed8; color: #fff; }}
[role=alert] {{ padding: .7rem; border-left: 4px solid #b91c1c; background: #fef2f2; }}
</style>
</head>
<body>
<h1>{WORDS["login_title"]}</h1>
{told}
<form method="post" action="{LOGIN}">
<label>{WORDS["login_name"]}
<input name="nom" autocomplete="username" required autofocus
value="{escape(name, quote=True)}"></label>
<label>{WORDS["login_password"]}
<input name="passe" type="password" autocomplete="current-password" required></label>
<button>{WORDS["login_button"]}</button>
</form>
<p><a href="/">{WORDS["to_members"]}</a></p>
</body>
</html>
"""
