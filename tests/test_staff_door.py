"""The door of the staff page over a running server: who gets in, and what a client may send."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
import uvicorn
from browsing import SECONDS, needs_browser
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from support import SMALL, write

from tourbot.accounts import Accounts
from tourbot.assistant import Assistant
from tourbot.ingestion import ingest
from tourbot.journal import Journal
from tourbot.staffroom import StaffDataError, Staffroom, delays
from tourbot.staffroom.sessions import Sessions
from tourbot.store import Store
from tourbot.testing import hash_embedding
from tourbot.text.typography import plain
from tourbot.uploads import Uploads
from tourbot.web import checking, login
from tourbot.web.access import LOGIN, LOGOUT, STAFF, protect
from tourbot.web.desk import Desk
from tourbot.web.staff import CSS, HEAD, build_staff_page
from tourbot.web.staff_render import FILE
from tourbot.web.staff_words import DEEDS, WORDS

NAME, PASSWORD = "anne", "trois mots de passe"
FORM = {"nom": NAME, "passe": PASSWORD}
PLANTED = "le secret du coffre"


@dataclass
class Served:
    """The staff page, served by this process.

    Attributes:
        address: Of the server.
        home: The store.
        room: What is kept of staff.
        desk: What they work on.
        page: What Gradio runs.
    """

    address: str
    home: Path
    room: Staffroom
    desk: Desk
    page: gr.Blocks

    def client(self, **cookies: str) -> httpx.Client:
        """Return someone's browser."""
        return httpx.Client(base_url=self.address, cookies=cookies, timeout=SECONDS)

    def signed_in(self) -> httpx.Client:
        """Return the browser of someone who has signed in."""
        client = self.client()
        assert client.post(LOGIN, data=FORM).status_code == 303
        return client

    def join(
        self, client: httpx.Client, event: str | int, *data: Any, session: str = "s"
    ) -> httpx.Response:
        """Ask for an event of the page, by its function or number, as its script does."""
        index = event
        if isinstance(event, str):
            index = next(i for i, fn in self.page.fns.items() if fn.name == event)
        body = {"fn_index": index, "data": data, "session_hash": session}
        return client.post(f"{STAFF}/gradio_api/queue/join", json=body)

    def event(self, client: httpx.Client, event: str | int, *data: Any) -> dict[str, Any]:
        """Return the last thing that an event says."""
        asked = {"session_hash": f"s{time.monotonic_ns()}"}
        joined = self.join(client, event, *data, session=asked["session_hash"])
        assert joined.status_code == 200, joined.text
        with client.stream("GET", f"{STAFF}/gradio_api/queue/data", params=asked) as told:
            for line in told.iter_lines():
                if line.startswith("data:"):
                    message: dict[str, Any] = json.loads(line[5:])
                    if message["msg"] == "process_completed":
                        return message
        raise AssertionError("the event did not end")

    def upload(self, client: httpx.Client, name: str, content: bytes) -> str:
        """Send a file, as the page does, and return where Gradio keeps it."""
        sent = client.post(f"{STAFF}/gradio_api/upload", files={"files": (name, content)})
        assert sent.status_code == 200, sent.text
        (path,) = sent.json()
        return str(path)

    def deeds(self) -> list[tuple[str, str, tuple[str, ...], str]]:
        """Return the history, newest first, without its times."""
        return [(d.name, d.action, d.files, d.outcome) for d in self.room.history.newest()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The staff page over two uploads."""
    base = tmp_path_factory.mktemp("staff")
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADIO_TEMP_DIR", str(base / "gradio"))
    store = Store(base / "home")
    uploads = Uploads(store.home)
    for path in sorted(write(base / "sent", SMALL).glob("*.*")):
        uploads.accept(path, path.name)
    ingest(uploads.folder, store, hash_embedding())
    assistant = Assistant(store.index, hash_embedding())
    desk = Desk(store, hash_embedding(), assistant, Journal(store.home / "journal.db"))
    accounts = Accounts(store.home / "staff.json")
    accounts.add(NAME, PASSWORD)
    app = FastAPI()
    protect(app, accounts)

    @app.get(FILE)
    def file(id: str) -> Response:
        path = desk.path(id)
        return FileResponse(path) if path else Response(status_code=404)

    page = build_staff_page(desk).queue(api_open=False)
    app = gr.mount_gradio_app(app, page, path=STAFF, css=CSS, head=HEAD, footer_links=[])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield Served(address, store.home, Staffroom(accounts), desk, page)
    server.should_exit = True
    thread.join()
    patch.undo()


@pytest.fixture(autouse=True)
def _calm(served: Served) -> None:
    """No test waits for the wrong passwords of another."""
    with served.room.delays._database.writing() as connection:
        connection.execute("DELETE FROM delays")


class TestSessions:
    def test_signing_out_ends_the_session_on_the_server(self, served: Served) -> None:
        """A copy of the cookie is worth nothing afterwards."""
        client = served.signed_in()
        copy = served.client(tourbot_staff=client.cookies["tourbot_staff"])
        assert copy.get(f"{STAFF}/config").status_code == 200
        left = client.post(LOGOUT)
        assert (left.status_code, left.headers["location"]) == (303, LOGIN)
        assert copy.get(f"{STAFF}/config").status_code == 401
        assert served.deeds()[0][:2] == (NAME, "sign-out")

    def test_no_picture_signs_anyone_out(self, served: Served) -> None:
        """It would only have to name the address; forms of other sites the guard refuses."""
        client = served.signed_in()
        assert client.get(LOGOUT).status_code == 404
        assert client.get(f"{STAFF}/config").status_code == 200

    def test_cookies_say_nothing_and_stay_here(self, served: Served) -> None:
        """Random, for this path, out of reach of scripts and of other sites."""
        entered = served.client().post(LOGIN, data=FORM)
        cookies = entered.headers.get_list("set-cookie")
        assert len(cookies) == 2
        for cookie in cookies:
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert f"Path={STAFF}" in cookie
            value = cookie.split(";")[0].partition("=")[2]
            assert len(value) >= 43
            for path in served.home.glob("staff.*"):
                assert value.encode() not in path.read_bytes()
        behind = served.client().post(LOGIN, data=FORM, headers={"X-Forwarded-Proto": "https"})
        assert all("Secure" in cookie for cookie in behind.headers.get_list("set-cookie"))

    @pytest.mark.parametrize("host", ["a/staff/connexion?", "a/staff/connexion#", "a/x?", "@/"])
    def test_no_name_of_a_host_opens_the_door(self, served: Served, host: str) -> None:
        """It is part of the address that a library makes of a request."""
        for path in ("/config", "/", "/gradio_api/info"):
            answer = served.client().get(f"{STAFF}{path}", headers={"Host": host})
            assert answer.status_code in {303, 400, 401}, path

    def test_a_new_session_ends_the_former_of_the_browser(self, served: Served) -> None:
        """Whoever planted the former one is not in the new one."""
        client = served.signed_in()
        former = served.client(tourbot_staff=client.cookies["tourbot_staff"])
        client.post(LOGIN, data=FORM)
        assert client.get(f"{STAFF}/config").status_code == 200
        assert former.get(f"{STAFF}/config").status_code == 401

    def test_a_new_password_ends_sessions(self, served: Served) -> None:
        """And so does a command, at once, in a server that runs."""
        client = served.signed_in()
        served.room.accounts.change(NAME, PASSWORD)
        assert client.get(f"{STAFF}/config").status_code == 401
        client = served.signed_in()
        Staffroom(Accounts(served.home / "staff.json")).sessions.end_all(NAME)
        assert client.get(f"{STAFF}/config").status_code == 401

    def test_an_ended_session_is_told_in_words(self, served: Served) -> None:
        """To a script, to someone who follows a link, and on the form."""
        client = served.client(tourbot_staff="autrefois")
        told = served.join(client, "look")
        assert (told.status_code, told.json()["detail"]) == (401, WORDS["session_ended"])
        link = client.get(f"{FILE}?id=tour.md", headers={"Accept": "text/html"})
        assert (link.status_code, LOGIN in link.text) == (401, True)
        shown = client.get(STAFF, follow_redirects=True)
        assert shown.url.path == LOGIN
        assert WORDS["session_ended"] in shown.text
        assert WORDS["session_ended"] not in served.client().get(LOGIN).text

    def test_what_cannot_be_read_is_told(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Staff read what to do; nobody gets in meanwhile."""
        client = served.signed_in()

        def broken(*_: object) -> str:
            raise StaffDataError("staff.db")

        monkeypatch.setattr(Sessions, "user", broken)
        monkeypatch.setattr(Sessions, "begin", broken)
        assert client.get(f"{STAFF}/config").status_code == 503
        refused = client.post(LOGIN, data=FORM)
        assert (refused.status_code, "staff.db" in refused.text) == (503, True)
        assert client.post(LOGOUT).status_code == 503


class TestPasswords:
    def test_who_errs_often_waits_and_is_told_how_long(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In words and for programs; another name from another browser does not wait."""
        client = served.client()
        monkeypatch.setattr(delays, "_FIRST_SECONDS", 61.0)
        wrong = FORM | {"passe": "faux"}
        codes = [client.post(LOGIN, data=wrong).status_code for _ in range(5)]
        assert codes == [403] * 5
        refused = client.post(LOGIN, data=FORM)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert "Réessayez dans" in refused.text
        assert client.post(LOGIN, data=wrong | {"nom": "paul"}).status_code == 403

    def test_a_known_browser_never_waits_for_others(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever attacks a name does not shut its owner out."""
        monkeypatch.setattr(delays, "_FIRST_SECONDS", 600.0)
        owner = served.signed_in()
        owner.post(LOGOUT)
        with ThreadPoolExecutor(6) as pool:
            wrong = FORM | {"passe": "faux"}
            list(pool.map(lambda _: served.client().post(LOGIN, data=wrong), range(6)))
        assert served.client().post(LOGIN, data=FORM).status_code == 429
        assert owner.post(LOGIN, data=FORM).status_code == 303
        assert served.client(tourbot_appareil="x").post(LOGIN, data=FORM).status_code == 429

    def test_a_network_of_ipv6_is_one_address(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who has one address of it has all of them."""
        monkeypatch.setattr(delays, "_FIRST_SECONDS", 600.0)
        codes = [
            served.client()
            .post(LOGIN, data={"nom": "zoé"}, headers={"X-Forwarded-For": f"2001:db8::{number}"})
            .status_code
            for number in range(6)
        ]
        assert codes == [403] * 5 + [429]
        assert served.room.history.newest(1)[0].address == "2001:db8::/64"

    def test_too_many_at_once_are_sent_away(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Comparing has a thread of its own and a short queue; what was not compared costs nothing."""
        gate = threading.Event()
        monkeypatch.setattr(Accounts, "check", lambda *_: gate.wait(SECONDS) and False)
        with ThreadPoolExecutor(12) as pool:
            names = [f"n{number}" for number in range(12)]
            sent = [pool.submit(served.client().post, LOGIN, data=FORM | {"nom": n}) for n in names]
            while sum(future.done() for future in sent) < 4:
                time.sleep(0.05)
            assert served.client().get(LOGIN).status_code == 200
            gate.set()
            answers = [future.result() for future in sent]
        assert sorted(a.status_code for a in answers) == [403] * 8 + [503] * 4
        assert all("retry-after" in a.headers for a in answers if a.status_code == 503)

    def test_comparing_is_in_a_thread_of_its_own(self) -> None:
        """Threads that answer members are none of it."""
        import asyncio

        pool, seen = checking.Checking(), list[str]()

        def check(*_: str) -> bool:
            seen.append(threading.current_thread().name)
            return True

        assert asyncio.run(pool.run(check, NAME, PASSWORD))
        assert seen[0].startswith("passwords")


class TestForms:
    def _send(self, served: Served, data: bytes, pause: float = 0.0) -> bytes:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(data)
            if pause:
                connection.settimeout(pause)
                return connection.recv(4096)
        time.sleep(0.3)
        return b""

    def test_a_form_that_breaks_off_leaves_no_trace(
        self, served: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Many of them would fill the disk."""
        head = f"POST {LOGIN} HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nnom=anne&pa"
        with caplog.at_level(logging.INFO):
            for _ in range(5):
                self._send(served, head.encode())
            time.sleep(1)
        logged = [record for record in caplog.records if record.name != "httpx"]
        assert not [record for record in logged if record.exc_info]
        assert len(logged) <= 5
        assert all(len(record.getMessage()) < 100 for record in logged)

    def test_an_upload_that_breaks_off_leaves_no_trace(
        self, served: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Someone closes a laptop."""
        cookie = f"tourbot_staff={served.signed_in().cookies['tourbot_staff']}"
        head = (
            f"POST {STAFF}/gradio_api/upload HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nUn'
        )
        with caplog.at_level(logging.INFO):
            self._send(served, head.encode())
            time.sleep(1)
        assert not [record for record in caplog.records if record.exc_info]

    def test_a_slow_form_is_given_up(self, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would keep a connection open for ever."""
        monkeypatch.setattr(login, "_MOST_SECONDS", 0.3)
        head = f"POST {LOGIN} HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nnom=a"
        answer = self._send(served, head.encode(), SECONDS)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"connection: close" in answer.lower()

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"x" * 9999, 413), (b"a=1&" * 11, 413), (b"\xff\x00%", 403), (b"nom=%ff&passe=", 403)],
    )
    def test_malformed_forms_are_answered(self, served: Served, body: bytes, status: int) -> None:
        """None is an error of the server."""
        assert served.client().post(LOGIN, content=body).status_code == status


class TestHistory:
    def test_what_staff_do_is_noted_with_their_name(self, served: Served) -> None:
        """Signing in, files, and how it ended; the name is the session's."""
        client = served.signed_in()
        path = served.upload(client, "bal.md", "# Le bal\n\nLe bal est à Blois.\n".encode())
        sent = {"path": path, "orig_name": "bal.md", "meta": {"_type": "gradio.FileData"}}
        assert served.event(client, "_upload", [sent])["success"]
        assert served.event(client, "_apply")["success"]
        assert served.event(client, "look", "")["success"]  # the list, which the choice is of
        assert served.event(client, "_check")["success"]
        part = client.get(f"{FILE}?id=bal.md", headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, b"# Le")
        assert served.event(client, "_undo")["success"]
        assert served.deeds()[:6] == [
            (NAME, "undo", ("bal.md",), "done"),
            (NAME, "download", ("bal.md",), "done"),
            (NAME, "recheck", (), "done"),
            (NAME, "apply", ("bal.md",), "done"),
            (NAME, "upload", ("bal.md",), "done"),
            (NAME, "sign-in", (), "done"),
        ]
        address = served.room.history.newest(1)[0].address
        assert address == "127.0.0.1"

    def test_what_staff_read_of_it_is_escaped(self, served: Served) -> None:
        """A file's name is what anyone chose."""
        served.room.history.note(NAME, "upload", ["<img src=x onerror=alert(1)>.md"], "<b>")
        client = served.signed_in()
        (index,) = (
            number
            for number, fn in served.page.fns.items()
            if fn.name == "look"
            and [getattr(o, "elem_id", "") for o in fn.outputs][1:] == ["deeds"]
        )
        shown = served.event(client, index)["output"]["data"][1]
        assert DEEDS["upload"] in shown
        assert "&lt;img src=x" in shown
        assert "<img" not in shown
        assert "<b>" not in shown

    def test_a_wrong_password_is_noted_without_what_was_typed_as_a_name(
        self, served: Served
    ) -> None:
        """Some type their password there."""
        client = served.client()
        for name in (NAME, "mon mot de passe !"):
            client.post(LOGIN, data={"nom": name, "passe": "faux"})
        failures = [deed for deed in served.deeds() if deed[1] == "sign-in-failed"]
        assert {deed[0] for deed in failures} == {NAME, ""}


class TestEvents:
    def test_all_are_private(self, served: Served) -> None:
        """None has a name that a program may call."""
        assert served.page.fns
        assert {fn.api_visibility for fn in served.page.fns.values()} == {"private"}

    def test_all_refuse_who_is_not_signed_in(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even where the door would let them by; a session that ends while one waits is one."""
        client = served.signed_in()
        monkeypatch.setattr("tourbot.web.access.Visit.goes_on", lambda _: False)
        before = served.deeds()
        for index, fn in served.page.fns.items():
            told = served.event(client, index, *(None for _ in fn.inputs))
            assert not told["success"], fn.name
            assert told["output"]["error"] == WORDS["session_ended"]
        assert served.deeds() == before

    def test_files_of_the_server_are_not_taken_in(self, served: Served, tmp_path: Path) -> None:
        """Wherever the path stands, in the upload and in every other argument."""
        client = served.signed_in()
        folder = served.home.parent / "gradio"
        outside, inside = tmp_path / "secret.md", served.home / "secret.md"
        own, link = folder / "not-uploaded.md", folder / "link.md"
        folder.mkdir(exist_ok=True)
        for path in (outside, inside, own):
            path.write_text(PLANTED)
        link.symlink_to(inside)
        meta = {"orig_name": "a.md", "meta": {"_type": "gradio.FileData"}}
        paths = (*map(str, (outside, inside, own, link)), f"{folder}/../home/secret.md")
        forged = [{"path": path} | meta for path in (*paths, "http://127.0.0.1:1/secret")]
        sent = [("_upload", [[file]]) for file in forged]
        passwd = {"path": "/etc/passwd"}
        for file in (
            *(passwd, passwd | meta, passwd | meta | {"is_stream": True}),
            *(passwd | meta | {"url": "http://127.0.0.1:1/x"}, {"path": ["/etc/passwd"]}),
        ):
            sent += [("_upload", [file]), ("_upload", [[forged[0], [file]]]), ("look", [file])]
            sent += [("_reread", [file, ""]), ("_remove", [{"a": [file]}, file])]
        for event, data in sent:
            told = served.event(client, event, *data)
            assert not told["success"], (event, data)
            assert PLANTED not in json.dumps(told)
        held = [path for path in served.desk.uploads.folder.rglob("*") if path.is_file()]
        assert not [
            path for path in held if PLANTED in (text := path.read_text()) or "root:" in text
        ]
        copies = [path for path in folder.rglob("*") if path.is_file() and path not in {own, link}]
        assert not [path for path in copies if PLANTED.encode() in path.read_bytes()]

    def test_a_file_that_became_a_link_is_not_taken_in(self, served: Served) -> None:
        """What was uploaded is looked at once more."""
        client = served.signed_in()
        path = Path(served.upload(client, "lien.md", b"# Lien\n\nOui.\n"))
        time.sleep(0.3)
        path.unlink()
        path.symlink_to(served.home / "staff.json")
        sent = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
        told = served.event(client, "_upload", [sent])
        assert told["output"]["error"] == WORDS["not_uploaded"]
        assert not (served.desk.uploads.folder / "lien.md").exists()


@needs_browser
class TestBrowser:
    @pytest.fixture
    def entered(self, browser: webdriver.Chrome, served: Served) -> webdriver.Chrome:
        """Someone who has signed in."""
        browser.get(f"{served.address}{STAFF}")
        if browser.find_elements(By.NAME, "nom"):
            browser.find_element(By.NAME, "nom").send_keys(NAME)
            browser.find_element(By.NAME, "passe").send_keys(PASSWORD)
            browser.find_element(By.TAG_NAME, "button").click()
        _until(browser, lambda: browser.find_elements(By.ID, "look"))
        return browser

    def test_a_session_that_ends_meanwhile_is_told_with_a_link(
        self, entered: webdriver.Chrome, served: Served
    ) -> None:
        """Not by an error of a parser."""
        served.room.sessions.end_all()
        entered.find_element(By.ID, "look").click()
        _until(entered, lambda: entered.find_elements(By.ID, "ended"))
        told = entered.find_element(By.ID, "ended")
        assert plain(told.text) == plain(WORDS["session_ended"])
        shown = entered.find_element(By.TAG_NAME, "body").text
        assert "JSON" not in shown
        assert "token" not in shown
        told.find_element(By.TAG_NAME, "a").click()
        _until(entered, lambda: entered.find_elements(By.NAME, "nom"))
        shown = entered.find_element(By.TAG_NAME, "body").text
        assert plain(WORDS["session_ended"]) in plain(shown)

    def test_one_signs_out_by_a_button(self, entered: webdriver.Chrome) -> None:
        """And the way back leads to the form."""
        entered.find_elements(By.CSS_SELECTOR, "button[role=tab]")[2].click()
        _until(
            entered,
            lambda: DEEDS["sign-in"] in entered.find_element(By.ID, "deeds").text,
        )
        entered.find_element(By.ID, "leave").click()
        _until(entered, lambda: entered.find_elements(By.NAME, "nom"))
        assert not entered.find_elements(By.CSS_SELECTOR, "[role=alert]")
        assert entered.get_cookie("tourbot_staff") is None


def _until(browser: webdriver.Chrome, true: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS).until(lambda _: true())
