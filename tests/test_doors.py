"""What a client sends is hostile: attacks on a real server, from outside and by its own pages."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import string
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import served

from tourbot.accounts import Accounts
from tourbot.strings import say
from tourbot.web import cache
from tourbot.web.doors import OF_STAFF, Doors
from tourbot.web.joining import joined
from tourbot.web.visitors import Sessions

NAME, PASSWORD = "anne", "trois mots de passe"
PLANTED = "jardin-4f1c-que-personne-ne-doit-lire"
JOIN, DATA = "gradio_api/queue/join", "gradio_api/queue/data"
_LETTERS = string.ascii_lowercase + string.digits
_session_numbers = itertools.count(100_000)


def new_session() -> str:
    """Name a session as a page does."""
    return f"essai{next(_session_numbers)}"


@pytest.fixture(scope="module")
def cwd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the server works in, with a secret in it."""
    folder = tmp_path_factory.mktemp("cwd")
    (folder / "secret.txt").write_text(PLANTED)
    return folder


@pytest.fixture(scope="module")
def secrets(home: Path, cwd: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files that nobody may have: beside the server, in its folder, in its store."""
    outside = tmp_path_factory.mktemp("outside") / "secret.txt"
    outside.write_text(PLANTED)
    (home / "secret.txt").write_text(PLANTED)
    return [outside, cwd / "secret.txt", home / "secret.txt"]


class Server:
    """A running server, and what an attacker can do with it."""

    def __init__(self, address: str, log: Path, home: Path) -> None:
        self.address, self.log, self.home = address, log, home

    def visitor(self) -> httpx.Client:
        """Open the page, as a browser does."""
        client = httpx.Client(base_url=self.address, timeout=20)
        client.get("/")
        return client

    def staff(self) -> httpx.Client:
        """Log in."""
        accounts = Accounts(self.home / "staff.json")
        if NAME not in accounts.names():
            accounts.add(NAME, PASSWORD)
        client = self.visitor()
        entered = client.post("/staff/connexion", data={"nom": NAME, "passe": PASSWORD})
        assert entered.status_code == 303
        client.get("/staff/")
        return client

    def functions(self, client: httpx.Client, page: str) -> list[dict[str, Any]]:
        """Read from a page what events it has."""
        html = client.get(page).text
        found = re.search(r"window\.gradio_config = (\{.*?\});</script>", html, re.DOTALL)
        assert found is not None
        return list(json.loads(found[1])["dependencies"])

    def event(
        self, client: httpx.Client, page: str, body: dict[str, Any]
    ) -> tuple[httpx.Response, str]:
        """Send an event, and return the reply and all that is said of it afterwards."""
        body = {"session_hash": new_session(), **body}
        joined = client.post(f"{page}{JOIN}", json=body)
        if joined.status_code != 200:
            return joined, ""
        said = client.get(f"{page}{DATA}", params={"session_hash": body["session_hash"]})
        return joined, said.text


@pytest.fixture(scope="module")
def server(home: Path, cwd: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose log is kept."""
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with served(home, cwd, log, TOURBOT_CLIENT_QUESTIONS="4") as address:
        yield Server(address, log, home)


def forged(path: Path | str) -> dict[str, Any]:
    """Describe a file as an upload of Gradio does."""
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}, "orig_name": "x.txt"}


def forgeries(path: Path | str) -> list[Any]:
    """Wrap a forged file in everything that a component could take it from."""
    file = forged(path)
    message = {"role": "user", "content": file, "metadata": None, "options": None}
    nested = {"type": "file", "file": file, "alt_text": None}
    return [
        file,
        [file],
        {"value": file},
        [[file, None]],
        [message],
        [message | {"content": [nested]}],
        [message | {"content": {"component": "file", "value": file, "props": {}, "key": None}}],
        {"text": "", "files": [file]},
        [{"name": str(path), "is_file": True, "data": None, **file}],
    ]


class TestFilesOfTheServer:
    @pytest.mark.parametrize("page", ["/", "/staff/"])
    def test_no_event_reads_a_file_that_is_named_to_it(
        self, server: Server, secrets: list[Path], page: str
    ) -> None:
        """Each event of each page, each argument, each way to wrap a file, and the event's data."""
        client = server.staff() if page == "/staff/" else server.visitor()
        replies = []
        for function in server.functions(client, page):
            count = len(function["inputs"])
            attacks: list[dict[str, Any]] = []
            for secret, forgery in itertools.chain(
                *(((s, f) for f in forgeries(s)) for s in (*secrets, "http://127.0.0.1:1/x"))
            ):
                if count:
                    attacks.append({"data": [forgery] * count})
                if secret is secrets[0]:
                    empty = [None] * count
                    attacks += [
                        {"data": [*empty[:n], forgery, *empty[n + 1 :]]} for n in range(count)
                    ]
            # These are taken, without what they bring: one for each of staff's, which do much.
            for forgery in forgeries(secrets[0])[:: 5 if page == "/" else 9]:
                event = {"index": 0, "value": forgery}
                attacks.append({"data": [None] * count, "event_data": event})
            for attack in attacks:
                body = {"fn_index": function["id"], "trigger_id": None, **attack}
                replies.append(server.event(client, page, body))
        assert len(replies) > 100
        for response, said in replies:
            assert PLANTED not in response.text + said
            if response.status_code == 200:  # taken, and what it was taken for is no file
                assert "/file=" not in said
        assert not [
            path
            for path in (server.home / "cache").rglob("*")
            if path.is_file() and PLANTED in path.read_text(errors="replace")
        ]

    @pytest.mark.parametrize("page", ["/", "/staff/"])
    def test_no_address_gives_a_file(self, server: Server, secrets: list[Path], page: str) -> None:
        """However it is written."""
        client = server.staff() if page == "/staff/" else server.visitor()
        for secret in secrets:
            for asked in (
                f"gradio_api/file={secret}",
                f"gradio_api/file=/{secret}",
                f"gradio_api//file={secret}",
                f"./gradio_api/file={secret}",
                f"gradio_api/file%3D{secret}",
                f"gradio_api/file/{secret}",
                f"file={secret}",
                f"file/{secret}",
                f"assets/..%2f..%2f..%2f..%2f..%2f..%2f..{secret}",
                f"static/../../../../../../../../..{secret}",
                f"svelte/..%2f..%2f..%2f..{secret}",
                f"gradio_api/stream/x/y/z/{secret}",
                f"fichier?id={secret}",
                "fichier?id=../secret.txt",
            ):
                for method in ("GET", "HEAD", "POST"):
                    reply = client.request(method, page + asked)
                    assert reply.status_code in {401, 403, 404}, (method, asked)
                    assert PLANTED not in reply.text

    def test_staff_take_in_what_they_uploaded_and_nothing_else(
        self, server: Server, secrets: list[Path]
    ) -> None:
        """An upload is named by its path, which another could name too."""
        client = server.staff()
        (upload,) = (
            f["id"]
            for f in server.functions(client, "/staff/")
            if any(event == "upload" for _, event in f["targets"])
        )
        body = {"fn_index": upload, "trigger_id": None}
        for secret in secrets:
            response, _ = server.event(client, "/staff/", {**body, "data": [[forged(secret)]]})
            assert response.status_code == 400
        sent = client.post(
            "/staff/gradio_api/upload",
            files={"files": ("licornes.md", b"# Les licornes\n\nUn texte.\n")},
        )
        (path,) = sent.json()
        _, said = server.event(client, "/staff/", {**body, "data": [[forged(path)]]})
        assert "process_completed" in said
        names = [path.name for path in (server.home / "uploads").iterdir()]
        assert len(names) == 1  # by the name that the upload gave
        for name in names:
            (server.home / "uploads" / name).unlink()


class TestRelay:
    @pytest.mark.parametrize("page", ["/", "/staff/"])
    def test_the_server_asks_no_other_for_a_client(self, server: Server, page: str) -> None:
        """Neither by an address nor by an event; a listener beside it would hear."""
        client = server.staff() if page == "/staff/" else server.visitor()
        heard = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.2)
            port = listener.getsockname()[1]
            for target in (f"http://127.0.0.1:{port}/x", f"http://localhost:{port}/x"):
                for asked in ("gradio_api/file=", "gradio_api/proxy=", "file=", "proxy="):
                    assert client.get(f"{page}{asked}{target}").status_code == 404
                for function in server.functions(client, page):
                    data = [forged(target) | {"url": target}] * len(function["inputs"])
                    body = {"fn_index": function["id"], "trigger_id": None, "data": data}
                    server.event(client, page, body)
            with suppress(TimeoutError):
                heard.append(listener.accept())
        assert not heard


class TestRoutes:
    @pytest.mark.parametrize(
        "asked",
        [
            "config",
            "openapi.json",
            "docs",
            "monitoring",
            "monitoring/summary",
            "robots.txt",
            "login",
            "token",
            "user",
            "gradio_api/info",
            "gradio_api/openapi.json",
            "gradio_api/runs",
            "gradio_api/queue/status",
            "gradio_api/startup-events",
            "gradio_api/vibe-code/",
            "gradio_api/deep_link?session_hash=abcdefgh",
            "gradio_api/dev/reload",
            "gradio_api/custom_component/x/client/y/z",
        ],
    )
    def test_what_no_page_uses_is_not_there(self, server: Server, asked: str) -> None:
        """For members and staff alike."""
        visitor, staff = server.visitor(), server.staff()
        assert visitor.get(f"/{asked}").status_code == 404
        assert staff.get(f"/staff/{asked}").status_code == 404

    @pytest.mark.parametrize(
        "asked",
        [
            "gradio_api/process_recording",
            "gradio_api/component_server",
            "gradio_api/stream/abc",
            "gradio_api/call/predict",
            "gradio_api/call/v2/predict",
            "gradio_api/run/predict",
            "gradio_api/api/predict",
            "gradio_api/cancel",
            "gradio_api/reset",
            "login",
            "gradio_api/vibe-edit/",
        ],
    )
    def test_nothing_can_be_sent_but_events(self, server: Server, asked: str) -> None:
        """A body that is not read cannot be kept."""
        files = {"files": ("x.mp4", b"x" * 1000)}
        visitor, staff = server.visitor(), server.staff()
        assert visitor.post(f"/{asked}", files=files).status_code == 404
        assert visitor.post("/gradio_api/upload", files=files).status_code == 404
        assert staff.post(f"/staff/{asked}", files=files).status_code == 404
        assert visitor.post("/staff/gradio_api/upload", files=files).status_code == 401

    def test_every_route_of_gradio_is_on_one_list(self) -> None:
        """A new version that brings one must be looked at before it is used."""
        with gr.Blocks(analytics_enabled=False) as blocks:
            gr.Textbox()
        application = gr.routes.App.create_app(blocks)
        there = set(_flat(application.routes))
        assert there - SHUT == set(OF_STAFF)
        assert there >= SHUT - ONLY_SOMETIMES

    def test_only_whole_addresses_are_known(self) -> None:
        """One that begins or ends like one of ours is another."""
        doors = Doors("/staff", {"/health": ("GET",)})
        assert doors.find("GET", "/health") is not None
        assert doors.find("GET", "/staff/").page == "/staff"  # type: ignore[union-attr]
        for path in ("/health/", "//health", "/health\n", "/staff//", "/gradio_api/queue/join/x"):
            assert doors.find("GET", path) is None
            assert doors.find("POST", path) is None
        assert doors.find("DELETE", "/health") is None


# Read one by one in gradio/routes.py. What they do that no page of ours needs:
SHUT = {
    # files and other hosts
    "/gradio_api/file={path_or_url:path}",
    "/gradio_api/file/{path:path}",
    "/gradio_api/proxy={url_path:path}",
    "/gradio_api/process_recording",
    "/gradio_api/stream/{event_id}",
    "/gradio_api/stream/{event_id}/close",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",
    "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
    "/svelte/{path:path}",
    "/pwa_icon",
    "/pwa_icon/{size}",
    "/gradio_api/deep_link",
    # calls by name, past the queue
    "/gradio_api/run/{api_name}",
    "/gradio_api/api/{api_name}",
    "/gradio_api/call/{api_name}",
    "/gradio_api/call/v2/{api_name}",
    "/gradio_api/call/{api_name}/{event_id}",
    "/gradio_api/call/v2/{api_name}/{event_id}",
    "/gradio_api/component_server",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    # what there is, who asked what
    "/config",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/queue/status",
    "/gradio_api/runs",
    "/gradio_api/run-history/connect",
    "/gradio_api/run-history/buckets",
    "/gradio_api/run-history/records",
    "/gradio_api/run-history/records/{endpoint}/{record_id}/assets/{asset_id}",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/{key}",
    "/gradio_api/profiling/traces",
    "/gradio_api/profiling/summary",
    "/gradio_api/profiling/clear",
    # Gradio's own login, and tools of who writes a page
    "/gradio_api/user",
    "/gradio_api/login_check",
    "/gradio_api/token",
    "/login",
    "/logout",
    "/gradio_api/dev/reload",
    "/gradio_api/startup-events",
    "/gradio_api/vibe-edit",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-starter-queries",
    # written elsewhere or not at all
    "/openapi.json",
    "/robots.txt",
    "/gradio_api/theme.css",
}
ONLY_SOMETIMES = {
    "/gradio_api/profiling/traces",
    "/gradio_api/profiling/summary",
    "/gradio_api/profiling/clear",
}


def _flat(routes: Iterable[Any]) -> Iterator[str]:
    """Yield the addresses of all routes, those of routers within included."""
    for route in routes:
        if getattr(route, "path", None) is not None:
            yield route.path.removesuffix("/") or "/"
        inner = getattr(route, "original_router", route)
        yield from _flat(getattr(inner, "routes", None) or [])


class TestBounds:
    def test_a_large_body_is_not_read(self, server: Server) -> None:
        """Refused by what is told of its length, or as soon as it is longer."""
        client = server.visitor()
        told = client.post(f"/{JOIN}", content=b"x" * 100_000_000)
        assert told.status_code == 413
        assert told.json()["detail"] == say("fr", "refused_large")

        def parts() -> Iterator[bytes]:
            for _ in range(100):
                yield b"x" * 100_000

        assert client.post(f"/{JOIN}", content=parts()).status_code == 413
        english = client.post(
            f"/{JOIN}", content=b"x" * 300_000, headers={"Cookie": "tourbot_lang=en"}
        )
        assert english.json()["detail"] == say("en", "refused_large")

    def test_questions_of_one_client_are_bounded(self, server: Server) -> None:
        """What is over is refused with a time to try again; the others are answered."""
        client = server.visitor()
        asking = server.functions(client, "/")[0]
        bodies = [
            {
                "fn_index": asking["id"],
                "trigger_id": None,
                "session_hash": new_session(),
                "data": [f"Qui porte Numéric’Emploi, question {n} ?", "fr", [], [], [], []],
            }
            for n in range(80)
        ]
        with ThreadPoolExecutor(40) as pool:
            replies = list(pool.map(lambda body: client.post(f"/{JOIN}", json=body), bodies))
        refused = [reply for reply in replies if reply.status_code == 429]
        assert refused
        assert all(int(reply.headers["Retry-After"]) > 0 for reply in refused)
        assert refused[0].json()["detail"] == say("fr", "refused_many")
        for body, reply in zip(bodies, replies, strict=True):
            if reply.status_code == 200:
                said = client.get(f"/{DATA}", params={"session_hash": body["session_hash"]}).text
                assert "process_completed" in said
        assert client.post(f"/{JOIN}", json=bodies[0]).status_code == 200

    def test_connections_of_one_client_are_bounded(self, server: Server) -> None:
        """Idle ones are closed; while they are open, one more is told so."""
        host, port = server.address.removeprefix("http://").split(":")
        held = []
        try:
            held += [socket.create_connection((host, int(port)), timeout=5) for _ in range(300)]
            held[-1].settimeout(5)
            assert held[-1].recv(100).startswith(b"HTTP/1.1 429 ")
        finally:
            for one in held:
                one.close()
        assert httpx.get(f"{server.address}/health").status_code == 200

    def test_who_sends_slowly_is_not_waited_for(self, server: Server) -> None:
        """Neither before the headers nor in the body."""
        host, port = server.address.removeprefix("http://").split(":")
        told = "HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
        begun = ["", "GET / HT", f"POST /{JOIN} {told}{{", f"POST /staff/connexion {told}nom="]
        slow = [socket.create_connection((host, int(port)), timeout=30) for _ in begun]
        for one, begin in zip(slow, begun, strict=True):
            one.sendall(begin.encode())
        said = [one.recv(10_000) for one in slow]
        for one in slow:
            one.close()
        assert said[:2] == [b"", b""]
        assert all(one.startswith(b"HTTP/1.1 408 ") for one in said[2:])

    def test_endless_headers_are_cut(self, server: Server) -> None:
        """No more than 64 KB are kept."""
        host, port = server.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as talker:
            talker.sendall(b"GET / HTTP/1.1\r\n")
            cut = False
            for _ in range(2000):
                try:
                    talker.sendall(b"X: " + b"x" * 1000 + b"\r\n")
                except OSError:
                    cut = True
                    break
                time.sleep(0.0005)
        assert cut

    def test_headers_beside_a_reply_and_trailers_are_cut_too(self, server: Server) -> None:
        """A page that is being kept open must not hide what else its connection brings."""
        host, port = server.address.removeprefix("http://").split(":")
        heartbeat = b"GET /gradio_api/heartbeat/abcdefgh HTTP/1.1\r\nHost: x\r\n\r\n"
        chunked = f"POST /{JOIN} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        for begin in (heartbeat + b"GET / HTTP/1.1\r\n", chunked.encode() + b"1\r\n{\r\n0\r\n"):
            with socket.create_connection((host, int(port)), timeout=30) as talker:
                talker.sendall(begin)
                sent = 0
                with suppress(OSError):
                    while sent < 5_000_000:
                        talker.sendall(b"X: " + b"x" * 1000 + b"\r\n")
                        sent += 1000
                        time.sleep(0.0002)
            assert sent < 5_000_000

    def test_what_takes_long_to_parse_is_not_parsed(self, server: Server) -> None:
        """Python reads a cookie of 60 KB for a quarter of a minute, in which nobody is served."""
        client = server.visitor()
        began = time.monotonic()
        for _ in range(5):
            client.get("/health", headers={"Cookie": 'a="' + '\\"' * 30_000 + '"'})
        assert time.monotonic() - began < 10

    @pytest.mark.parametrize(
        ("method", "address", "headers", "status"),
        [
            ("GET", f"/{DATA}?" + "a=1&" * 30, {}, 404),
            ("POST", f"/{JOIN}", {"Origin": "http://[bad"}, 403),
            ("GET", "/assets/" + "a" * 30_000, {}, 404),
            ("GET", "/gradio_api/heartbeat/" + "a" * 30_000, {}, 404),
            ("GET", "/gradio_api/heartbeat/é", {}, 404),
            ("GET", "/static/" + "%2e%2e/" * 400, {}, 404),
        ],
    )
    def test_odd_requests_are_refused_in_words(
        self, server: Server, method: str, address: str, headers: dict[str, str], status: int
    ) -> None:
        """No error of the program, and no trace in the log."""
        before = server.log.stat().st_size
        reply = server.visitor().request(method, address, headers=headers)
        assert reply.status_code == status
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert server.log.stat().st_size == before

    def test_what_only_the_page_does_cannot_be_asked(self, server: Server) -> None:
        """Some events run in the browser alone; Gradio tells the log at length that it cannot."""
        client = server.visitor()
        before = server.log.stat().st_size
        alone = [f for f in server.functions(client, "/") if not f["backend_fn"]]
        assert alone
        for function in alone:
            body = {"fn_index": function["id"], "data": [""] * len(function["inputs"])}
            assert server.event(client, "/", body)[0].status_code == 400
        assert server.log.stat().st_size == before

    def test_one_client_pushes_no_other_out(self) -> None:
        """Who opens page after page loses the first of its own."""
        gone: list[str] = []
        sessions = Sessions(gone.append)
        assert sessions.belongs("voisine", "v", "192.0.2.1")
        for number in range(400):
            assert sessions.belongs(f"page{number}", "a", "192.0.2.2")
        assert gone == [f"page{number}" for number in range(100)]
        assert not sessions.belongs("voisine", "a", "192.0.2.2")
        assert sessions.belongs("voisine", "v", "192.0.2.1")

    def test_a_long_question_is_not_kept(self, server: Server) -> None:
        """It is shown by its beginning, and goes back whole into its box."""
        client = server.visitor()
        asking = server.functions(client, "/")[0]
        question = "mot " * 4000
        body = {"fn_index": asking["id"], "data": [question, "fr", [], [], [], []]}
        _, said = server.event(client, "/", body)
        assert len(said) < 3 * len(question)

    def test_a_broken_upload_is_told_and_swept_away(self, server: Server) -> None:
        """Slow ones are not waited for, and what they left does not stay."""
        client = server.staff()
        request = client.build_request(
            "POST", "/staff/gradio_api/upload", files={"files": ("x.pdf", b"x" * 50_000)}
        )
        host, port = server.address.removeprefix("http://").split(":")
        lines = [f"POST {request.url.raw_path.decode()} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        with socket.create_connection((host, int(port)), timeout=30) as slow:
            slow.sendall("\r\n".join([*lines, "", ""]).encode() + request.read()[:20_000])
            said = b"".join(iter(lambda: slow.recv(10_000), b""))
        assert said.startswith(b"HTTP/1.1 408 ")
        assert json.loads(said.split(b"\r\n\r\n")[1])["detail"] == say("fr", "refused_slow")
        assert cache.removed(server.home / "cache", older_than=-1) >= 1


class TestCache:
    def test_it_is_empty_at_the_start(self, tmp_path: Path) -> None:
        """Whatever a server that was killed had left; that of another port stays."""
        for port in (7860, 7861):
            (cache.prepared(tmp_path, port) / "envoi.pdf").touch()
        folder = cache.prepared(tmp_path, 7860)
        assert folder.is_relative_to(tmp_path)
        assert list(folder.iterdir()) == []
        assert len(list((tmp_path / "cache").rglob("*.pdf"))) == 1

    def test_old_files_go(self, tmp_path: Path) -> None:
        """An upload that broke off is nobody's."""
        for name, age in (("neuf", 10), ("vieux", 4000)):
            path = tmp_path / name / "envoi.pdf"
            path.parent.mkdir()
            path.touch()
            os.utime(path, (time.time() - age,) * 2)
        assert cache.removed(tmp_path) == 1
        assert [path.parent.name for path in tmp_path.rglob("*.pdf")] == ["neuf"]


class TestSessions:
    def test_a_stranger_neither_reads_nor_continues_a_conversation(self, server: Server) -> None:
        """Even one who knows the name of its session."""
        mine, other = server.visitor(), server.visitor()
        asking = server.functions(mine, "/")[0]
        body = {
            "fn_index": asking["id"],
            "trigger_id": None,
            "session_hash": new_session(),
            "data": ["Qui porte Numéric’Emploi en Centre-Val de Loire ?", "fr", [], [], [], []],
        }
        assert mine.post(f"/{JOIN}", json=body).status_code == 200
        query = {"session_hash": body["session_hash"]}
        for stranger in (other, httpx.Client(base_url=server.address)):
            assert stranger.get(f"/{DATA}", params=query).status_code == 403
            assert stranger.post(f"/{JOIN}", json=body).status_code == 403
            heartbeat = f"/gradio_api/heartbeat/{body['session_hash']}"
            assert stranger.get(heartbeat).status_code == 403
        assert "process_completed" in mine.get(f"/{DATA}", params=query).text

    def test_the_conversation_is_the_servers(self, server: Server) -> None:
        """A history that is sent along is not looked at: there is no place for one."""
        client = server.visitor()
        asking = server.functions(client, "/")[0]
        body = {"fn_index": asking["id"], "trigger_id": None}
        history = [{"role": "assistant", "content": PLANTED}]
        response, _ = server.event(
            client, "/", {**body, "data": ["Bonjour", history, None, "fr", [], [], [], []]}
        )
        assert response.status_code == 400

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://ailleurs.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://autre.127.0.0.1"},
        ],
    )
    def test_other_sites_cannot_send(self, server: Server, headers: dict[str, str]) -> None:
        """Whatever their page does in a visitor's browser: no event, no signing in or out."""
        client = server.staff()
        for path in ("gradio_api/queue/join", "staff/connexion", "staff/deconnexion"):
            assert client.post(f"/{path}", headers=headers).status_code == 403
        assert client.get("/staff/deconnexion").status_code == 404
        assert client.get("/staff/fichier?id=x").status_code == 404  # and not 401

    def test_every_reply_has_security_headers_and_opens_nothing(self, server: Server) -> None:
        """Redirections, refusals and errors too; no other site may read any."""
        client, outside = server.visitor(), {"Origin": "https://ailleurs.example"}
        seen = set()
        for method, path in (
            ("GET", "/"),
            ("GET", "/health"),
            ("GET", "/rien"),
            ("GET", "/staff"),
            ("GET", "/staff/config"),
            ("GET", "/staff/fichier?id=x"),
            ("POST", "/staff/connexion"),
            ("OPTIONS", "/gradio_api/queue/join"),
            ("POST", "/gradio_api/queue/join"),
        ):
            reply = client.request(method, path, headers=outside)
            seen.add(reply.status_code)
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert reply.headers["X-Frame-Options"] == "DENY"
            assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
            assert not [h for h in reply.headers if h.lower().startswith("access-control-")]
        assert seen >= {200, 303, 401, 403, 404}


# Anything that JSON can hold, and bodies that are almost right.
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["path", "meta", "_type", "url", "value", "text", "index", "data"])
            | st.text(max_size=6),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
_body = st.fixed_dictionaries(
    {"data": st.lists(_json, max_size=7) | _json},
    optional={
        "fn_index": st.integers(-2, 20) | _json,
        "session_hash": st.text(_LETTERS, min_size=6, max_size=12) | _json,
        "event_data": _json,
        "trigger_id": st.integers(-5, 60) | _json,
        "event_id": _json,
        "oauth_token": _json,
        "batched": _json,
        "simple_format": _json,
    },
)


class TestFuzz:
    @given(_body)
    def test_what_gets_through_holds_nothing_but_texts_and_numbers(self, body: Any) -> None:
        """No object that Gradio could take for a file is ever passed on."""
        passed = joined(
            json.dumps(body).encode(),
            {0: 2, 1: len(body["data"] or "")} if isinstance(body["data"], list) else {0: 2},
        )
        if passed is not None:
            session, written = passed
            assert re.fullmatch(r"[a-z0-9]{6,32}", session)
            for value in json.loads(written)["data"]:
                for one in value if isinstance(value, list) else [value]:
                    assert one is None or isinstance(one, str | int)

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(_body, st.sampled_from(["/", "/staff/"]))
    def test_no_body_makes_the_server_fail(self, server: Server, body: Any, page: str) -> None:
        """Malformed ones are refused in a sentence; the log stays small."""
        client = _remembered(server, page)
        reply = client.post(page + JOIN, content=json.dumps(body))
        assert reply.status_code in {200, 400, 403, 429}
        assert reply.status_code < 500
        assert "Traceback" not in reply.text
        assert server.log.stat().st_size < 100_000


_clients: dict[tuple[str, str], httpx.Client] = {}


def _remembered(server: Server, page: str) -> httpx.Client:
    key = (server.address, page)
    if key not in _clients:
        _clients[key] = server.staff() if page == "/staff/" else server.visitor()
    return _clients[key]
