"""What stands before the whole server: it lets in what is on the list, within bounds.

An ASGI middleware around FastAPI, so that every reply passes it, those of errors and redirections
too. What it refuses it refuses before anything is read or kept, in a sentence.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from tourbot.web import visitors
from tourbot.web.asking import Asked, Gone, Limits, Refused, Sending, again, bounded, clean, read
from tourbot.web.closed import ClosedBlocks
from tourbot.web.doors import DATA, HEARTBEAT, JOIN, UPLOAD, Door, Doors
from tourbot.web.joining import SESSION, joined

_log = logging.getLogger(__name__)

# Events of one session: waiting or being done, and done but never read.
_MOST_OF_SESSION, _MOST_UNREAD = 5, 16
_MOST_PATH_CHARS = 1_000


class Guard:
    """The application behind its list and bounds.

    Args:
        app: FastAPI with Gradio mounted.
        doors: What may be asked.
        pages: Gradio's pages by their paths; staff's takes files.
        staff: Path of the staff page.
        uploads: Where Gradio puts them.
        limits: How much is taken.
    """

    def __init__(
        self,
        app: ASGIApp,
        doors: Doors,
        pages: Mapping[str, ClosedBlocks],
        staff: str,
        uploads: Path,
        limits: Limits,
    ) -> None:
        self._app = app
        self._doors = doors
        self._pages = pages
        self._staff = staff
        self._uploads = uploads
        self._limits = limits
        self._inputs = {
            path: {number: len(fn.inputs) for number, fn in page.fns.items() if fn.fn}
            for path, page in pages.items()
        }
        self._sessions = {path: visitors.Sessions(page.forget) for path, page in pages.items()}
        self._open = visitors.Counted()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        client = visitors.client_of(scope)
        asked = Asked(scope, client)
        clean(scope, asked.cookies)
        send = Sending(send, asked)
        self._open.add(client)
        try:
            await self._serve(scope, receive, send, asked)
        finally:
            self._open.take(client)

    async def _serve(self, scope: Scope, receive: Receive, send: Sending, asked: Asked) -> None:
        try:
            door, inner = await self._enter(scope, receive, asked)
            send.page = door.page is not None and door.route == "/"
            with suppress(ClientDisconnect):
                await self._app(scope, inner, send)
            refused = asked.broken
        except Gone:
            return
        except Refused as error:
            refused = error
        except Exception:  # whatever it is, nobody reads a trace of it but the log
            refused = asked.broken or Refused(500, "refused_failed")
            if not asked.broken:
                _log.exception("%s %s failed", scope["method"], asked.path)
        asked.broken = None
        if refused and not send.began:
            await asked.refusal(refused)(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, asked: Asked) -> tuple[Door, Receive]:
        """Let a request in, or raise why not; returns what the application receives then."""
        door = self._doors.find(scope["method"], asked.path[:_MOST_PATH_CHARS])
        if door is None or len(asked.path) > _MOST_PATH_CHARS:
            raise Refused(404, "refused_unknown")
        if self._open.of(asked.client) > self._limits.requests:
            raise Refused(429, "refused_many", later=True)
        if scope["method"] == "POST" and not visitors.from_here(asked.headers):
            raise Refused(403, "refused_origin")
        if door.page == self._staff and door.route == UPLOAD:
            return door, bounded(receive, asked, self._limits.upload, self._limits.seconds)
        body = await read(receive, asked, self._limits)
        if door.page is not None:
            body = self._of_a_page(door, body, asked)
        return door, again(scope, body, receive, json=door.route == JOIN)

    def _of_a_page(self, door: Door, body: bytes, asked: Asked) -> bytes:
        """Hold what a page asks against its session; returns the body to pass on."""
        page = self._pages[str(door.page)]
        if door.route == JOIN:
            uploads = self._uploads if door.page == self._staff else None
            join = joined(body, self._inputs[str(door.page)], uploads)
            if join is None:
                _log.info("a malformed event from %s was refused", asked.client)
                raise Refused(400, "refused_malformed")
            session, body = join
            self._own(door, session, asked)
            self._take_turn(page, session, asked.client)
        elif door.route == DATA:
            session = asked.query("session_hash")
            if session not in page._queue.pending_messages_per_session:
                raise Refused(404, "refused_unknown")
            self._own(door, session, asked)
        elif door.route.startswith(HEARTBEAT):
            if not re.fullmatch(SESSION, door.parameters["session_hash"]):
                raise Refused(404, "refused_unknown")
            self._own(door, door.parameters["session_hash"], asked)
        return body

    def _own(self, door: Door, session: str, asked: Asked) -> None:
        if not self._sessions[str(door.page)].belongs(session, asked.visitor, asked.client):
            raise Refused(403, "refused_session")

    def _take_turn(self, page: ClosedBlocks, session: str, client: str) -> None:
        """Refuse a question where too many wait.

        Raises:
            Refused: For this client, or for all.
        """
        queue = page._queue
        live = [event for event in queue.event_ids_to_events.values() if event.alive]
        of_client = sum(visitors.client_of(event.request.scope) == client for event in live)
        of_session = sum(event.session_hash == session for event in live)
        unread = len(queue.pending_event_ids_session.get(session, ()))
        if (
            of_client >= self._limits.questions
            or of_session >= _MOST_OF_SESSION
            or unread >= _MOST_UNREAD
        ):
            raise Refused(429, "refused_many", later=True)
        if len(queue) >= self._limits.waiting:
            raise Refused(503, "refused_busy", later=True)
