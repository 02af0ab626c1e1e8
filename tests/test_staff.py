"""The staff page: who gets in, and what can be done there, in a real browser."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import documents
import httpx
import pytest
from browsing import SECONDS, Page, needs_browser
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from support import CORPUS, environment, write

from tourbot.accounts import Accounts
from tourbot.assistant import Assistant
from tourbot.errors import BusyError, UsageError
from tourbot.ingestion import SafetyStopError, ingest
from tourbot.journal import Journal
from tourbot.staffroom import Staffroom
from tourbot.store import Store
from tourbot.strings import say
from tourbot.testing import hash_embedding
from tourbot.uploads import Uploads, safe_name
from tourbot.web.desk import Desk, Work
from tourbot.web.staff_words import STATES, WORDS

NAME, PASSWORD = "anne", "trois mots de passe"
QUESTION = "Quel est le tarif du banquet des licornes ?"


@pytest.fixture
def account(home: Path) -> Accounts:
    """Someone who may use the page."""
    accounts = Accounts(home / "staff.json")
    if NAME not in accounts.names():
        accounts.add(NAME, PASSWORD)
    return accounts


class TestAccounts:
    def test_a_password_is_only_kept_as_a_hash(self, tmp_path: Path) -> None:
        """Who reads the file learns no password, and only its owner reads it."""
        accounts = Accounts(tmp_path / "staff.json")
        accounts.add(NAME, PASSWORD)
        text = (tmp_path / "staff.json").read_text()
        assert PASSWORD not in text
        assert "$2b$" in text
        assert [path.name for path in tmp_path.iterdir()] == ["staff.json"]
        assert stat.S_IMODE((tmp_path / "staff.json").stat().st_mode) == 0o600

    def test_only_the_right_password_is_taken(self, tmp_path: Path) -> None:
        """Names are not passwords, and there is no account by default."""
        accounts = Accounts(tmp_path / "staff.json")
        assert not accounts.check(NAME, PASSWORD)
        accounts.add(NAME, PASSWORD)
        assert accounts.check(NAME, PASSWORD)
        for name, password in (
            *((NAME, PASSWORD[:-1]), (NAME, ""), (NAME, PASSWORD + "\ud800")),
            *(("Anne", PASSWORD), ("", "")),
        ):
            assert not accounts.check(name, password)

    def test_files_of_old_are_read(self, tmp_path: Path) -> None:
        """They had nothing but names and hashes."""
        accounts = Accounts(tmp_path / "staff.json")
        accounts.add(NAME, PASSWORD)
        kept = json.loads((tmp_path / "staff.json").read_text())
        (tmp_path / "staff.json").write_text(json.dumps({NAME: kept[NAME]["hash"]}))
        assert accounts.check(NAME, PASSWORD)
        assert accounts.since(NAME) == ""

    @pytest.mark.parametrize(
        ("name", "password"), [("", PASSWORD), ("a b", PASSWORD), (NAME, "court"), (NAME, "é" * 40)]
    )
    def test_bad_names_and_passwords_are_refused(
        self, tmp_path: Path, name: str, password: str
    ) -> None:
        """Before anything is written."""
        with pytest.raises(UsageError):
            Accounts(tmp_path / "staff.json").add(name, password)
        assert not (tmp_path / "staff.json").exists()


class TestCommands:
    @pytest.fixture
    def tourbot(self, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
        """``tourbot staff`` over an empty store, with what it reads from stdin."""

        def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [Path(sys.executable).with_name("tourbot"), "staff", *arguments],
                input=given,
                capture_output=True,
                text=True,
                check=False,
                env=environment(TOURBOT_HOME=str(tmp_path)),
            )

        return run

    def test_accounts_are_made_listed_changed_and_removed(
        self, tourbot: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
    ) -> None:
        """The password comes from stdin, never from the arguments, which others can see."""
        assert "staff add NAME" in tourbot("list").stdout
        assert tourbot("add", NAME, given=PASSWORD + "\n").returncode == 0
        room = Staffroom(Accounts(tmp_path / "staff.json"))
        assert room.accounts.check(NAME, PASSWORD)
        listed = tourbot("list").stdout
        assert re.fullmatch(
            rf"{NAME}  since \d{{4}}-\d\d-\d\d  0 open sessions  last sign-in never\n", listed
        )
        token, _ = room.sessions.begin(NAME)
        assert re.search(r"1 open session  last sign-in \d{4}-", tourbot("list").stdout)
        again = tourbot("add", NAME, given=PASSWORD + "\n")
        assert (again.returncode, f"staff password {NAME}" in again.stderr) == (2, True)
        assert tourbot("password", NAME, given="un autre mot de passe\n").returncode == 0
        assert room.accounts.check(NAME, "un autre mot de passe")
        assert room.sessions.user(token) == ""
        assert tourbot("remove", NAME).returncode == 0
        assert room.accounts.names() == []
        room.accounts.add(NAME, PASSWORD)
        assert room.sessions.overview()[0].signed_in == ""
        actions = [deed.action for deed in room.history.newest()]
        assert actions == ["account-removed", "account-password", "account-added"]

    def test_sessions_are_ended(
        self, tourbot: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
    ) -> None:
        """Those of one account, or everyone's."""
        room = Staffroom(Accounts(tmp_path / "staff.json"))
        for name in ("anne", "paul"):
            room.accounts.add(name, PASSWORD)
        anne, _ = room.sessions.begin("anne")
        paul, _ = room.sessions.begin("paul")
        assert tourbot("logout", "anne").stdout == "1 session ended.\n"
        assert [room.sessions.user(token) for token in (anne, paul)] == ["", "paul"]
        assert tourbot("logout", "--all").stdout == "1 session ended.\n"
        assert room.sessions.user(paul) == ""

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("logout",), "--all"),
            (("logout", "zoé", "--all"), "--all"),
            (("logout", "zoé"), "staff list"),
            (("password", "zoé"), "staff list"),
            (("remove", "zoé"), "staff list"),
            (("add", "a b"), "letters, digits"),
            (("add", NAME), "12 characters"),
        ],
    )
    def test_what_cannot_be_done_is_told(
        self,
        tourbot: Callable[..., subprocess.CompletedProcess[str]],
        arguments: tuple[str, ...],
        told: str,
    ) -> None:
        """With what to do instead."""
        finished = tourbot(*arguments, given="court\n")
        assert finished.returncode == 2
        assert told in finished.stderr
        assert "Traceback" not in finished.stderr


class TestUploads:
    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("bilan été.pdf", "bilan été.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Docs\\bilan.docx", "bilan.docx"),
            (".htaccess", "document.htaccess"),
            ("a\x00b\n.md", "a-b-.md"),
            ("…" * 300 + ".pdf", "…" * 66 + ".pdf"),
            ("", "document"),
        ],
    )
    def test_a_name_cannot_lead_elsewhere(self, name: str, safe: str) -> None:
        """Whatever a browser sends."""
        assert safe_name(name) == safe

    def test_nothing_is_lost(self, tmp_path: Path) -> None:
        """A replaced file and a removed one can be had back."""
        uploads = Uploads(tmp_path / "home")
        for text in ("un", "deux"):
            (tmp_path / "a.md").write_text(text)
            uploads.accept(tmp_path / "a.md", "a.md")
        kept = list((tmp_path / "home" / "removed" / "a.md").iterdir())
        assert [path.read_text() for path in kept] == ["un"]
        uploads.remove("a.md")
        assert uploads.put_back(["a.md", "b.md"]) == ["a.md"]
        assert (uploads.folder / "a.md").read_text() == "deux"

    def test_what_describes_a_file_goes_and_comes_back_with_it(self, tmp_path: Path) -> None:
        """Left behind, it would describe the next file of that name; a new version keeps it."""
        uploads = Uploads(tmp_path / "home")
        sent = write(tmp_path / "sent", {"a.md": "un", "a.md.yaml": "title: A\n"})
        for path in (sent / "a.md.yaml", sent / "a.md", sent / "a.md"):
            uploads.accept(path, path.name)
        assert sorted(path.name for path in uploads.folder.iterdir()) == ["a.md", "a.md.yaml"]
        uploads.remove("a.md")
        assert list(uploads.folder.iterdir()) == []
        assert uploads.put_back(["a.md"]) == ["a.md"]
        assert (uploads.folder / "a.md.yaml").read_text() == "title: A\n"


class TestDesk:
    """What staff do with documents."""

    @pytest.fixture
    def desk(self, tmp_path: Path) -> Desk:
        """A store with two uploads in use, and one that cannot be read."""
        store, uploads = Store(tmp_path), Uploads(tmp_path)
        files = {"bon.md": "# Bon\n\nUn texte.\n", "autre.md": "# Autre\n\nUn autre.\n"}
        for path in write(tmp_path / "sent", {**files, "casse.docx": b"no archive"}).iterdir():
            uploads.accept(path, path.name)
        ingest(uploads.folder, store, hash_embedding())
        assistant = Assistant(store.index, hash_embedding())
        return Desk(store, hash_embedding(), assistant, Journal(tmp_path / "journal.db"))

    @staticmethod
    def done(works: Iterable[Work]) -> Work:
        """Wait for the end of some work."""
        return list(works)[-1]

    def test_two_files_of_one_name_sent_together_are_kept(self, desk: Desk, tmp_path: Path) -> None:
        """They stand in two folders of whoever sends them; later, one name is one file."""
        sent = write(tmp_path / "two", {"nord/bilan.md": "# Nord\n", "sud/bilan.md": "# Sud\n"})
        files = [sent / "nord" / "bilan.md", sent / "sud" / "bilan.md"]
        assert desk.upload(files) == ["bilan.md", "bilan (2).md"]
        assert desk.upload(files[1:]) == ["bilan.md"]
        assert (desk.uploads.folder / "bilan.md").read_text() == "# Sud\n"

    def test_what_cannot_be_read_stays_named_when_another_is_read_again(self, desk: Desk) -> None:
        """It could not be removed otherwise."""
        assert self.done(desk.reread("bon.md")).error is None
        assert [f.document_id for f in desk.failures()] == ["casse.docx"]
        assert self.done(desk.remove("casse.docx")).error is None
        assert desk.failures() == []

    def test_what_is_confirmed_of_one_folder_holds_for_it_alone(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """Another folder may have lost its disk at the same time."""
        other = write(tmp_path / "other", {"bal.md": "# Bal\n\nLe bal.\n"})
        ingest(other, desk.store, hash_embedding())
        (other / "bal.md").unlink()
        for name in ("bon.md", "autre.md"):
            (desk.uploads.folder / name).unlink()
        stops = [self.done(desk.apply()).error, self.done(desk.apply([str(other.resolve())])).error]
        assert all(isinstance(stop, SafetyStopError) for stop in stops)
        assert [stop.plan.folder for stop in stops if isinstance(stop, SafetyStopError)] == [
            str(other.resolve()),
            str(desk.uploads.folder.resolve()),
        ]
        assert sorted(d.id for d in desk.documents()[0]) == ["autre.md", "bon.md"]

    def test_removing_one_applies_no_other(self, desk: Desk, tmp_path: Path) -> None:
        """Drafts wait until someone applies them."""
        folder = write(tmp_path / "draft", {"attente.md": "# Attente\n\nPas encore.\n"})
        desk.upload(sorted(folder.iterdir()))
        (report,) = self.done(desk.remove("autre.md")).reports
        assert report.vanished == ["autre.md"]
        assert [d.id for d in desk.documents()[0]] == ["bon.md"]
        assert desk.unread() == ["attente.md", "casse.docx"]
        assert self.done(desk.remove("attente.md")).error is None
        assert desk.unread() == ["casse.docx"]

    def test_while_another_writes_nothing_is_removed(self, desk: Desk) -> None:
        """A file that is gone and a document that is still there would be half a removal."""
        with desk.store.writing():
            assert isinstance(self.done(desk.remove("autre.md")).error, BusyError)
        assert (desk.uploads.folder / "autre.md").exists()
        assert [d.id for d in desk.documents()[0]] == ["autre.md", "bon.md"]

    def test_a_removal_can_be_undone_and_done_again(self, desk: Desk) -> None:
        """The file goes and comes back with its document."""
        self.done(desk.remove("autre.md"))
        self.done(desk.undo())
        assert (desk.uploads.folder / "autre.md").exists()
        assert [d.id for d in desk.documents()[0]] == ["autre.md", "bon.md"]
        self.done(desk.undo())
        assert not (desk.uploads.folder / "autre.md").exists()
        assert [d.id for d in desk.documents()[0]] == ["bon.md"]


class TestDoor:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "theme.css", 401),
            ("GET", "gradio_api/app_id", 401),
            ("POST", "gradio_api/upload", 401),
            ("GET", "fichier?id=17cyber.md", 401),
            ("GET", "config", 404),
            ("POST", "gradio_api/queue/join", 400),
        ],
    )
    def test_nothing_is_given_without_a_session(
        self, address: str, method: str, path: str, status: int
    ) -> None:
        """Not the page, not its parts, not a document."""
        assert httpx.request(method, f"{address}/staff/{path}").status_code == status
        door = httpx.get(f"{address}/staff", follow_redirects=True)
        assert str(door.url).endswith("/staff/connexion")

    def test_members_cannot_send_files(self, address: str) -> None:
        """Their page has no use for it."""
        sent = httpx.post(f"{address}/gradio_api/upload", files={"files": b"x"})
        assert sent.status_code == 404

    def test_without_an_account_the_page_says_how_to_make_one(
        self, address: str, home: Path
    ) -> None:
        """There is no default password."""
        (home / "staff.json").unlink(missing_ok=True)
        assert "tourbot staff add" in httpx.get(f"{address}/staff/connexion").text

    @pytest.mark.parametrize("content", ["{", "[]", '{"anne": 1}', '{"anne": "x"}'])
    def test_damaged_accounts_are_told(self, address: str, home: Path, content: str) -> None:
        """Members go on; staff read what to do."""
        (home / "staff.json").write_text(content)
        shown = httpx.get(f"{address}/staff/connexion")
        assert (shown.status_code, "staff.json" in shown.text) == (503, True)
        assert httpx.get(address).status_code == 200
        (home / "staff.json").unlink()

    def test_a_form_of_many_fields_is_refused(self, address: str) -> None:
        """A login has two."""
        form = {f"champ{n}": "x" for n in range(11)}
        assert httpx.post(f"{address}/staff/connexion", data=form).status_code == 413

    def test_a_session_ends_with_its_account(self, address: str, account: Accounts) -> None:
        """A document comes as a file to keep."""
        form = {"nom": NAME, "passe": PASSWORD}
        client = httpx.Client(base_url=f"{address}/staff/")
        wrong = client.post("connexion", data=form | {"passe": "x"})
        assert wrong.status_code == 403
        assert client.post("connexion", data={"nom": "x" * 9999}).status_code == 413
        assert client.post("connexion", data=form).status_code == 303
        assert client.get("theme.css").status_code == 200
        file = client.get("fichier?id=17cyber.md")
        assert file.content == (CORPUS / "17cyber.md").read_bytes()
        assert file.headers["content-disposition"].startswith("attachment")
        for id_ in ("../catalogue.db", "/etc/passwd", "rien.md"):
            assert client.get(f"fichier?id={id_}").status_code == 404
        account.remove(NAME)
        assert client.get("theme.css").status_code == 401


@pytest.fixture
def enter(
    browser: webdriver.Chrome, address: str, account: Accounts
) -> Callable[[], webdriver.Chrome]:
    """Log in, and wait for the page."""
    assert NAME in account.names()

    def entered() -> webdriver.Chrome:
        browser.get(f"{address}/staff")
        if browser.find_elements(By.NAME, "nom"):
            browser.find_element(By.NAME, "nom").send_keys(NAME)
            browser.find_element(By.NAME, "passe").send_keys(PASSWORD)
            browser.find_element(By.TAG_NAME, "button").click()
        _until(browser, lambda: browser.find_elements(By.ID, "look"))
        return browser

    return entered


def _until(browser: webdriver.Chrome, true: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS).until(lambda _: true())


def _text(browser: webdriver.Chrome, id_: str) -> str:
    script = "return document.getElementById(arguments[0])?.innerText ?? ''"
    return str(browser.execute_script(script, id_))


def _tab(browser: webdriver.Chrome, name: str) -> None:
    tabs = browser.find_elements(By.CSS_SELECTOR, "button[role=tab]")
    next(tab for tab in tabs if tab.text == name).click()


def _remove(browser: webdriver.Chrome, name: str) -> None:
    box = browser.find_element(By.CSS_SELECTOR, "#choice input")
    box.click()
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(name)
    option = "#choice [role=option]"
    _until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, option)) == 1)
    browser.find_element(By.CSS_SELECTOR, option).click()
    browser.find_element(By.ID, "remove").click()
    _until(browser, lambda: WORDS["removed"].format(name=name) in _text(browser, "told"))


@needs_browser
def test_a_document_is_added_asked_about_and_removed(
    enter: Callable[[], webdriver.Chrome], address: str, tmp_path: Path
) -> None:
    """The whole of what staff do: upload, plan, apply, ask, remove, ask again, undo."""
    pdf, broken = tmp_path / "banquet.pdf", tmp_path / "cassé.docx"
    pdf.write_bytes(
        documents.pdf_bytes(
            ["Le banquet des licornes\n\nLe tarif du banquet des licornes est de 12 euros."]
        )
    )
    broken.write_bytes(b"PK\x03\x04 rien")
    browser = enter()
    browser.find_element(By.CSS_SELECTOR, "#drop input[type=file]").send_keys(f"{pdf}\n{broken}")
    _until(browser, lambda: "banquet.pdf" in _text(browser, "plan"))
    plan = _text(browser, "plan")
    assert "Nouveaux : 1" in plan.replace("\xa0", " ")
    assert "cassé.docx" in plan
    assert "enregistrez-le de nouveau" in plan
    browser.find_element(By.ID, "apply").click()
    _until(browser, lambda: "Terminé" in _text(browser, "plan"))

    def answer() -> str:
        return Page(browser, address, (1280, 900)).ask(QUESTION)

    assert "12 euros" in answer()
    enter()
    _tab(browser, WORDS["tab_documents"])
    _until(browser, lambda: STATES["ok"] in _text(browser, "documents"))
    assert "cassé.docx" in _text(browser, "failures")
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    width = "return document.documentElement.scrollWidth"
    _until(browser, lambda: browser.execute_script(width) <= 390)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | {"width": 1280})
    for name in ("cassé.docx", "banquet.pdf"):
        _remove(browser, name)
    assert "cassé.docx" not in _text(browser, "failures")
    assert say("fr", "nothing") in answer()
    enter()
    _tab(browser, WORDS["tab_runs"])
    _until(browser, lambda: WORDS["uploads"] in _text(browser, "runs"))
    browser.find_element(By.ID, "undo").click()
    _until(browser, lambda: "1 document revenu" in _text(browser, "undone"))
    assert "12 euros" in answer()


@needs_browser
def test_staff_see_what_members_asked_in_vain_and_disliked(
    enter: Callable[[], webdriver.Chrome], address: str
) -> None:
    """A document that is missing shows itself in the questions."""
    browser = enter()
    page = Page(browser, address, (1280, 900))
    page.ask("Combien coûte l’adhésion à Numeum ?")
    page.ask("Qui préside Loir&Cher Tech ?")
    page.wait("#conversation .message-buttons button[title=Dislike]")[-1].click()
    enter()
    _tab(browser, WORDS["tab_questions"])
    _until(browser, lambda: "adhésion à Numeum" in _text(browser, "unanswered"))
    _until(browser, lambda: "Franck Bataille" in _text(browser, "disliked"))
    browser.find_element(By.ID, "recheck").click()
    _until(browser, lambda: WORDS["still_unanswered"] in _text(browser, "unanswered"))
