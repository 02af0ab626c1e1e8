"""What may be asked of the server, by method and address; everything else is not found.

Gradio brings some seventy routes: it reads files, fetches other hosts, keeps recordings and calls
functions by name. The two pages use a dozen. A new route of a new version stays shut, and a test
tells that it came.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import compile_path

GRADIO = "/gradio_api"
JOIN, DATA, HEARTBEAT = (f"{GRADIO}/{name}" for name in ("queue/join", "queue/data", "heartbeat"))
UPLOAD = f"{GRADIO}/upload"
# As Gradio writes them, so that both lists can be compared.
OF_A_PAGE = {
    "/": ("GET", "HEAD"),
    "/assets/{path:path}": ("GET",),
    "/static/{path:path}": ("GET",),
    "/favicon.ico": ("GET",),
    "/manifest.json": ("GET",),
    "/theme.css": ("GET",),
    f"{GRADIO}/app_id": ("GET",),  # asked after a broken connection: is it still the same server?
    f"{HEARTBEAT}/{{session_hash}}": ("GET",),
    DATA: ("GET",),
    JOIN: ("POST",),
}
OF_STAFF = OF_A_PAGE | {UPLOAD: ("POST",), f"{GRADIO}/upload_progress": ("GET",)}


@dataclass(frozen=True, slots=True)
class Door:
    """A request that is let in.

    Attributes:
        page: Path of the page that it belongs to: ``""``, ``"/staff"``; None for our own routes.
        route: Its address below that page, as in ``OF_A_PAGE``; the whole one for our own.
        parameters: What stands in the address where the route has braces.
    """

    page: str | None
    route: str
    parameters: dict[str, str]


class Doors:
    """The list of one server.

    Args:
        staff: Path of the staff page; members' is at the root.
        own: Our own routes with their methods; those of Gradio's pages are known.
    """

    def __init__(self, staff: str, own: dict[str, tuple[str, ...]]) -> None:
        listed = [(None, "", own), (staff, staff, OF_STAFF), ("", "", OF_A_PAGE)]
        self._doors = [
            (page, route, methods, compile_path(prefix + route))
            for page, prefix, routes in listed
            for route, methods in routes.items()
        ]

    def find(self, method: str, path: str) -> Door | None:
        """Return the door of a request, or None where there is none."""
        for page, route, methods, (pattern, _, convertors) in self._doors:
            if method in methods and (match := pattern.fullmatch(path)):
                given = {n: str(convertors[n].convert(v)) for n, v in match.groupdict().items()}
                return Door(page, route, given)
        return None
