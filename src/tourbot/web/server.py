"""The pages as a web server: Gradio mounted in FastAPI, all of it behind a guard."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from gradio.utils import get_upload_folder
from starlette.types import ASGIApp

from tourbot.accounts import Accounts
from tourbot.assistant import Assistant
from tourbot.errors import SetupError
from tourbot.parsing import MAX_BYTES
from tourbot.site import Site
from tourbot.web import cache
from tourbot.web.access import LOGIN, LOGOUT, STAFF, protect
from tourbot.web.asking import Limits
from tourbot.web.connections import bounded_protocol
from tourbot.web.desk import Desk
from tourbot.web.doors import Doors
from tourbot.web.guard import Guard
from tourbot.web.logs import log_sparingly
from tourbot.web.page import CSS, HEAD, build_page
from tourbot.web.staff import CSS as STAFF_CSS
from tourbot.web.staff import HEAD as STAFF_HEAD
from tourbot.web.staff import build_staff_page
from tourbot.web.staff_render import FILE

HEALTH = "/health"
# What there is beside Gradio's pages.
OWN_ROUTES = {
    HEALTH: ("GET",),
    STAFF: ("GET",),
    LOGIN: ("GET", "POST"),
    LOGOUT: ("POST",),
    FILE: ("GET",),
}
# Questions answered at the same time; more wait in the queue.
_CONCURRENCY = 8
# Of pages whose components Gradio remembers, some 100 KB each; one forgotten is made anew.
_REMEMBERED = 500
# Connections that wait to be taken.
_BACKLOG = 512
# An open page keeps a connection that never ends: without a limit, the server would wait for it.
_SHUTDOWN_SECONDS = 3


def create_app(
    assistant: Assistant,
    desk: Desk,
    accounts: Accounts,
    limits: Limits | None = None,
    site: Site | None = None,
) -> ASGIApp:
    """Return the application, for any ASGI server.

    Args:
        assistant: Answers members.
        desk: What staff work on.
        accounts: Who may do so.
        limits: How much is taken of whoever asks.
        site: What the page says of itself.
    """
    app = FastAPI(title="tourbot", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get(HEALTH)
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

    staff, page = build_staff_page(desk), build_page(assistant, desk.vote, site or Site())
    _mount(app, staff, STAFF, css=STAFF_CSS, head=STAFF_HEAD, max_file_size=MAX_BYTES)
    _mount(app, page, "", css=CSS, head=HEAD)
    return Guard(
        app,
        Doors(STAFF, OWN_ROUTES),
        {STAFF: staff, "": page},
        staff=STAFF,
        uploads=Path(get_upload_folder()),
        limits=limits or Limits(),
    )


def _mount(app: FastAPI, page: gr.Blocks, path: str, **options: Any) -> None:
    """Mount one of Gradio's pages, with as little of what Gradio brings as it takes."""
    page.state_session_capacity = _REMEMBERED
    page.queue(default_concurrency_limit=_CONCURRENCY, api_open=False)
    theme = gr.themes.Default(
        primary_hue="blue",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    gr.mount_gradio_app(
        app,
        page,
        path=path or "/",
        theme=theme,
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        allowed_paths=[],
        **options,
    )


def run(
    assistant: Assistant,
    desk: Desk,
    accounts: Accounts,
    host: str,
    port: int,
    limits: Limits,
    site: Site,
) -> None:
    """Serve until interrupted.

    Raises:
        SetupError: The port is in use or may not be used.
    """
    listening = _bind(host, port)
    log_sparingly()
    _allow_many_files()
    cache.keep_small(Path(get_upload_folder()))
    protocol = bounded_protocol(limits.requests, limits.seconds, limits.proxies)
    config = uvicorn.Config(
        create_app(assistant, desk, accounts, limits, site),
        http=protocol,
        ws="none",
        log_config=None,
        server_header=False,
        proxy_headers=bool(limits.proxies),
        forwarded_allow_ips=limits.proxies,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(config)
    print(f"tourbot: http://{host}:{port}", flush=True)  # noqa: T201 - the address is what one waits for
    with suppress(KeyboardInterrupt):  # Ctrl-C is how one stops it
        server.run(sockets=[listening])


def _allow_many_files() -> None:
    """Raise the number of files, and so of connections, to what the system allows."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such bound
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)  # who comes while the pages are built waits for them
    except OSError as error:
        listening.close()
        other = port + 1 if port < 65535 else 7861
        raise SetupError(
            f"The page cannot be served on {host}:{port}: {error.strerror}.\n"
            f"Choose another port, for example: TOURBOT_PORT={other} python app.py"
        ) from error
    return listening
