"""Who gets to the staff page: signing in and out, and what stands before all under ``/staff``."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tourbot.accounts import Accounts
from tourbot.errors import BusyError, SetupError
from tourbot.staffroom import (
    ASKED,
    DEVICE_SECONDS,
    DONE,
    NOT_DONE,
    SESSION_SECONDS,
    StaffDataError,
    Staffroom,
    grouped,
)
from tourbot.web.checking import Checking
from tourbot.web.login import (
    LOGIN,
    LOGOUT,
    STAFF,
    FormError,
    ended_html,
    login_html,
    read_form,
)
from tourbot.web.staff_render import FILE
from tourbot.web.staff_words import WORDS, lasting

__all__ = ["LOGIN", "LOGOUT", "STAFF", "Visit", "protect", "visit_of"]

_SESSION, _DEVICE = "tourbot_staff", "tourbot_appareil"
_VISIT = "tourbot.visit"
_BUSY_SECONDS = 5
# Where the browser tells which page a form comes from, we must be told; others learn nothing.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of someone who is signed in.

    Attributes:
        name: Of the account.
        token: Of the session.
        address: Where it comes from.
        room: Where the session is kept.
    """

    name: str
    token: str
    address: str
    room: Staffroom

    def goes_on(self) -> bool:
        """Tell whether the session is still open."""
        return bool(_known(self.room, self.token))

    def note(self, action: str, files: Sequence[str] = (), outcome: str = DONE) -> None:
        """Write into the history what was done."""
        self.room.history.note(self.name, action, files, self.address, outcome)

    def begin(self, action: str, files: Sequence[str] = ()) -> Callable[[Sequence[str], bool], Any]:
        """Write into the history what begins.

        Returns:
            What to call at its end, with the files that it was about, and whether it was done.
        """
        line = self.room.history.note(self.name, action, files, self.address, ASKED)

        def complete(files: Sequence[str], done: bool) -> None:
            self.room.history.complete(line, files, DONE if done else NOT_DONE)

        return complete


def visit_of(request: gr.Request) -> Visit:
    """Return whose request an event of the page is; nothing that a client sends says so.

    Raises:
        gr.Error: Of nobody who is signed in.
    """
    visit = getattr(request.request, "scope", {}).get(_VISIT)
    if not isinstance(visit, Visit) or not visit.goes_on():
        raise gr.Error(WORDS["session_ended"], title=WORDS["refused"], print_exception=False)
    return visit


def protect(app: FastAPI, accounts: Accounts) -> None:
    """Add signing in and out to an application, and let nobody else under ``/staff``."""
    door = _Door(Staffroom(accounts))
    app.get(LOGIN)(door.show)
    app.post(LOGIN)(door.sign_in)
    app.post(LOGOUT)(door.sign_out)
    app.add_middleware(_Guard, room=door.room)


class _Guard:
    """Stands before every address under ``/staff``; as plain ASGI, so that bodies pass unread."""

    def __init__(self, app: ASGIApp, room: Staffroom) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if not f"{path}/".startswith(f"{STAFF}/"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if scope["path"] == FILE and message["status"] in {200, 206}:
                    files = [request.query_params.get("id", "")]
                    await asyncio.to_thread(scope[_VISIT].note, "download", files)
            await send(message)

        answer = await self._refuse(request) or self._app
        with suppress(ClientDisconnect):  # nobody is there to be answered
            await answer(scope, receive, sending)

    async def _refuse(self, request: Request) -> Response | None:
        """Return what is answered instead of what was asked for, if anything is."""
        path = request.scope["path"]  # what routes go by; a URL is made of what a client says
        if path == STAFF:
            return RedirectResponse(f"{STAFF}/", status_code=303)
        return None if path == LOGIN else await self._admit(request)

    async def _admit(self, request: Request) -> Response | None:
        """Note whose request it is, or return the answer to one that is nobody's."""
        path = request.scope["path"]
        token = request.cookies.get(_SESSION, "")
        try:
            name = await asyncio.to_thread(self._room.sessions.user, token)
        except SetupError as error:
            return _broken(error)
        if name:
            request.scope[_VISIT] = Visit(name, token, _address(request), self._room)
            return None
        if path == LOGOUT or (request.method == "GET" and path == f"{STAFF}/"):
            return RedirectResponse(LOGIN, status_code=303)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(ended_html(), status_code=401)
        return JSONResponse({"detail": WORDS["session_ended"]}, status_code=401)


class _Door:
    """Signing in and out."""

    def __init__(self, room: Staffroom) -> None:
        self.room = room
        # Known browsers do not wait for what all others try.
        self._known, self._others = Checking(), Checking()

    async def show(self, request: Request) -> Response:
        """Show the form."""
        token = request.cookies.get(_SESSION, "")
        try:
            names = self.room.accounts.names()
            ended = token and not await asyncio.to_thread(self.room.sessions.user, token)
        except SetupError as error:
            return _broken(error)
        told = WORDS["session_ended"] if ended else ""
        return HTMLResponse(login_html(told if names else WORDS["no_account"]))

    async def sign_in(self, request: Request) -> Response:
        """Take the form."""
        try:
            name, password = await read_form(request)
            return await self._compare(request, name, password)
        except FormError as error:
            _log.info("a form to sign in could not be read: %d", error.status)
            told = WORDS["form_slow" if error.status == 408 else "form_bad"]
            close = {"Connection": "close"}
            return HTMLResponse(login_html(told), status_code=error.status, headers=close)
        except SetupError as error:
            return _broken(error)

    async def _compare(self, request: Request, name: str, password: str) -> Response:
        address, device = _address(request), request.cookies.get(_DEVICE, "")
        known = await asyncio.to_thread(self.room.sessions.tries, device, name)
        if not known:
            wait = await asyncio.to_thread(self.room.delays.take, name, address)
            if wait:
                await self._note_failure(name, address)
                return _wait("too_many", wait, 429, name)
        try:
            checking = self._known if known else self._others
            right = await checking.run(self.room.accounts.check, name, password)
        except BusyError:
            if not known:
                await asyncio.to_thread(self.room.delays.give_back, name, address, right=False)
            return _wait("door_busy", _BUSY_SECONDS, 503, name)
        if not right:
            await self._note_failure(name, address)
            return HTMLResponse(login_html(WORDS["wrong_password"], name), status_code=403)
        if not known:
            await asyncio.to_thread(self.room.delays.give_back, name, address, right=True)
        return await self._let_in(request, name)

    async def _note_failure(self, name: str, address: str) -> None:
        """Note it, but for a name that is no account: it may be a password."""
        typed = name if name in self.room.accounts.names() else ""
        await asyncio.to_thread(self.room.history.failed, typed, address)

    async def _let_in(self, request: Request, name: str) -> Response:
        former, device = (request.cookies.get(cookie, "") for cookie in (_SESSION, _DEVICE))
        tokens = await asyncio.to_thread(self.room.sessions.begin, name, former, device)
        await asyncio.to_thread(self.room.history.note, name, "sign-in", (), _address(request))
        response = RedirectResponse(f"{STAFF}/", status_code=303)
        for cookie, token, seconds in (
            (_SESSION, tokens[0], SESSION_SECONDS),
            (_DEVICE, tokens[1], DEVICE_SECONDS),
        ):
            response.set_cookie(
                cookie,
                token,
                max_age=seconds,
                path=STAFF,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session, here and in the browser."""
        visit: Visit = request.scope[_VISIT]
        try:
            await asyncio.to_thread(self.room.sessions.end, visit.token)
        except SetupError as error:
            return _broken(error)
        await asyncio.to_thread(visit.note, "sign-out")
        response = RedirectResponse(LOGIN, status_code=303)
        response.delete_cookie(_SESSION, path=STAFF)
        return response


def _known(room: Staffroom, token: str) -> str:
    try:
        return room.sessions.user(token)
    except SetupError as error:
        _log.error("%s", error)
        return ""


def _address(request: Request) -> str:
    return grouped(request.client.host) if request.client else ""


def _broken(error: SetupError) -> Response:
    _log.error("%s", error)
    told = "door_broken" if isinstance(error, StaffDataError) else "accounts_damaged"
    return HTMLResponse(login_html(WORDS[told]), status_code=503)


def _wait(told: str, seconds: float, status: int, name: str) -> Response:
    whole = math.ceil(seconds)
    message = WORDS[told].format(wait=lasting(whole))
    return HTMLResponse(
        login_html(message, name), status_code=status, headers={"Retry-After": str(whole)}
    )
