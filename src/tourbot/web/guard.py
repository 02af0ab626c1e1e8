"""What stands before the whole server: it lets in what is on the list, within bounds.

An ASGI middleware around FastAPI, so that every reply passes it, those of errors and redirections
too. What it refuses it refuses before anything is read or kept, in a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
from gradio.utils import LRUCache
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from tourbot.web import visitors
from tourbot.web.asking import Asked, Gone, Limits, Refused, Sending, again, bounded, read
from tourbot.web.doors import DATA, HEARTBEAT, JOIN, UPLOAD, Door, Doors
from tourbot.web.joining import joined

_log = logging.getLogger(__name__)

# Of what Gradio keeps for sessions that nobody reads any more.
_MOST_SESSIONS = 500
_MOST_UNREAD = 16


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
        pages: Mapping[str, gr.Blocks],
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
            path: {number: len(fn.inputs) for number, fn in page.fns.items()}
            for path, page in pages.items()
        }
        self._sessions = {path: visitors.Sessions() for path in pages}
        self._open = visitors.Counted()
        for page in pages.values():
            page._queue.pending_messages_per_session = LRUCache(_MOST_SESSIONS)

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
        send = Sending(send, asked)
        self._open.add(client)
        try:
            await self._serve(scope, receive, send, asked)
        finally:
            self._open.take(client)

    async def _serve(self, scope: Scope, receive: Receive, send: Sending, asked: Asked) -> None:
        try:
            door, receive = await self._enter(scope, receive, asked)
        except Refused as refused:
            await asked.refusal(refused)(scope, receive, send)
            return
        except Gone:
            return
        send.page = door.page is not None and door.route == "/"
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception:  # whatever it is, nobody reads a trace of it but the log
            _log.exception("%s %s failed", scope["method"], asked.path)
            if not send.began:
                await asked.refusal(Refused(500, "refused_failed"))(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, asked: Asked) -> tuple[Door, Receive]:
        """Let a request in, or raise why not; returns what the application receives then."""
        door = self._doors.find(scope["method"], asked.path)
        if door is None:
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
        return door, again(scope, body, receive)

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
            self._own(door, door.parameters["session_hash"], asked)
        return body

    def _own(self, door: Door, session: str, asked: Asked) -> None:
        if not self._sessions[str(door.page)].belongs(session, asked.visitor):
            raise Refused(403, "refused_session")

    def _take_turn(self, page: gr.Blocks, session: str, client: str) -> None:
        """Refuse a question where too many wait.

        Raises:
            Refused: For this client, or for all.
        """
        queue = page._queue
        live = [event for event in queue.event_ids_to_events.values() if event.alive]
        of_client = sum(visitors.client_of(event.request.scope) == client for event in live)
        unread = queue.pending_event_ids_session
        if of_client >= self._limits.questions or len(unread.get(session, ())) >= _MOST_UNREAD:
            raise Refused(429, "refused_many", later=True)
        if len(queue) >= self._limits.waiting:
            raise Refused(503, "refused_busy", later=True)
        if len(unread) > _MOST_SESSIONS:
            # Gradio forgets them when a page that goes on reading is closed, and never otherwise.
            kept = {event.session_hash for event in live}
            for name in [name for name in unread if name not in kept][:-_MOST_SESSIONS]:
                del unread[name]
