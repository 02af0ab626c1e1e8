"""The page as a web server: FastAPI with security headers, Gradio mounted at the root."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from tourbot.accounts import Accounts
from tourbot.assistant import Assistant
from tourbot.errors import SetupError
from tourbot.parsing import MAX_BYTES
from tourbot.web.access import STAFF, protect
from tourbot.web.desk import Desk
from tourbot.web.page import CSS, HEAD, build_page
from tourbot.web.staff import CSS as STAFF_CSS
from tourbot.web.staff import build_staff_page
from tourbot.web.staff_render import FILE

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
    "Referrer-Policy": "no-referrer",
}
# Questions answered at the same time; more wait in the queue.
_CONCURRENCY = 8
# An open page keeps a connection that never ends: without a limit, the server would wait for it.
_SHUTDOWN_SECONDS = 3


def create_app(assistant: Assistant, desk: Desk, accounts: Accounts) -> FastAPI:
    """Return the application, for any ASGI server.

    Args:
        assistant: Answers members.
        desk: What staff work on.
        accounts: Who may do so.
    """
    app = FastAPI(title="tourbot", docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def add_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    protect(app, accounts)

    @app.get(FILE)
    def file(id: str) -> Response:
        path = desk.path(id)
        if path is None:
            return Response(status_code=404)
        # Always as a file to keep: a page among the documents must not run here.
        return FileResponse(path, filename=path.name, media_type="application/octet-stream")

    theme = gr.themes.Default(
        primary_hue="blue",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    shared: dict[str, Any] = {
        "theme": theme,
        "footer_links": [],
        "show_error": False,
        "ssr_mode": False,
    }
    staff = build_staff_page(desk).queue(default_concurrency_limit=_CONCURRENCY, api_open=False)
    app = gr.mount_gradio_app(
        app, staff, path=STAFF, css=STAFF_CSS, max_file_size=MAX_BYTES, **shared
    )
    page = build_page(assistant, desk.vote).queue(
        default_concurrency_limit=_CONCURRENCY, api_open=False
    )
    mounted: FastAPI = gr.mount_gradio_app(app, page, path="/", css=CSS, head=HEAD, **shared)
    return mounted


def run(assistant: Assistant, desk: Desk, accounts: Accounts, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        SetupError: The port is in use or may not be used.
    """
    listening = _bind(host, port)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(
        create_app(assistant, desk, accounts),
        log_level="warning",
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(config)
    print(f"tourbot: http://{host}:{port}", flush=True)  # noqa: T201 - the address is what one waits for
    with suppress(KeyboardInterrupt):  # Ctrl-C is how one stops it
        server.run(sockets=[listening])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        other = port + 1 if port < 65535 else 7861
        raise SetupError(
            f"The page cannot be served on {host}:{port}: {error.strerror}.\n"
            f"Choose another port, for example: TOURBOT_PORT={other} python app.py"
        ) from error
    return listening
