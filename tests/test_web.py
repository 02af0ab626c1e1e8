"""The page, in a real browser where there is one, over the corpus and a running server."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from support import REPO, environment, write

from tourbot.ingestion import Store
from tourbot.strings import EXAMPLES, say

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER),
    reason="no browser; on Debian: apt-get install chromium chromium-driver",
)
WHO = "Qui porte Numéric’Emploi en Centre-Val de Loire ?"
SECONDS = 30
PHONE = (390, 844)


@pytest.fixture(scope="module")
def home(real_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the store of the corpus, which these tests may write to."""
    copy = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(real_store.home, copy)
    return copy


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page served by ``python app.py``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, REPO / "app.py"],
        cwd=tmp_path_factory.mktemp("cwd"),
        env=environment(TOURBOT_HOME=str(home), TOURBOT_PORT=str(port)),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said == f"tourbot: http://127.0.0.1:{port}"
        url = said.removeprefix("tourbot: ")
        for _ in range(SECONDS * 10):
            try:
                httpx.get(f"{url}/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
        process.terminate()
        try:
            process.wait(SECONDS)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium, for which no other host than this machine exists."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield driver
    driver.quit()


class Page:
    """What a visitor does and sees."""

    def __init__(self, browser: webdriver.Chrome, address: str, size: tuple[int, int]) -> None:
        self.browser = browser
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(address)
        self.wait("#question textarea")

    def wait(self, selector: str, count: int = 1) -> list[WebElement]:
        """Wait until a selector finds at least so many elements."""
        waiting = WebDriverWait(self.browser, SECONDS)
        return waiting.until(
            lambda b: (found := b.find_elements(By.CSS_SELECTOR, selector))[count - 1 :] and found
        )

    def wait_text(self, selector: str, words: str) -> str:
        """Wait until the element that a selector finds holds some words; return its text."""
        WebDriverWait(self.browser, SECONDS).until(lambda _: words in self.text(selector))
        return self.text(selector)

    def text(self, selector: str) -> str:
        """Return the text of the first element that a selector finds."""
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return str(self.browser.execute_script(script, selector))

    def ask(self, question: str) -> str:
        """Type a question, press Enter and return what comes back as an answer."""
        before = len(self.answers())
        box = self.wait("#question textarea")[0]
        box.send_keys(question, Keys.ENTER)
        waiting = WebDriverWait(self.browser, SECONDS)
        waiting.until(lambda _: len(self.answers()) > before and self._settled())
        return self.answers()[-1]

    def _settled(self) -> bool:
        busy = {say(lang, "searching") for lang in ("fr", "en")}
        return not any(words in self.answers()[-1] for words in busy)

    def answers(self) -> list[str]:
        """Return the texts of the program's messages."""
        script = "return [...document.querySelectorAll('#conversation .bot.message')].map(e => e.innerText)"
        return list(self.browser.execute_script(script))

    def focused(self) -> str:
        """Return the id of the element that has the focus."""
        return str(self.browser.execute_script("return document.activeElement.id"))


@pytest.fixture
def page(browser: webdriver.Chrome, address: str) -> Page:
    """The page on a desk."""
    return Page(browser, address, (1280, 900))


class TestServer:
    def test_every_answer_has_security_headers(self, address: str) -> None:
        """Nothing may frame the page, and it may load nothing from elsewhere."""
        headers = httpx.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in policy
        assert "http" not in policy

    def test_the_page_names_no_other_host_to_load_from(self, address: str) -> None:
        """A font or a script of another host would tell it who reads the page."""
        html = httpx.get(address).text
        loaded = re.findall(r"<(?:link|script|img|iframe)\b[^>]*?(?:src|href)=[\"']([^\"']+)", html)
        assert loaded
        assert not [url for url in loaded if urlsplit(url).hostname not in {None, "127.0.0.1"}]

    def test_the_interface_of_the_library_is_closed(self, address: str) -> None:
        """Questions come through the page; no undocumented door is left open beside it."""
        doors = httpx.get(f"{address}/gradio_api/info").json()
        assert doors == {"named_endpoints": {}, "unnamed_endpoints": {}}


@needs_browser
class TestPage:
    def test_a_question_is_answered_with_its_source(self, page: Page) -> None:
        """The whole of the program in one view: quote, number, document, place, quoted words."""
        answer = page.ask(WHO)
        assert "l’ADIRC" in answer
        card = page.wait("#source-1-1")[0]
        assert "Numéric’Emploi Centre-Val de Loire" in card.text
        assert "Programme" in card.text
        assert "18 décembre 2025" in card.text
        assert "section" in card.text
        assert "l’ADIRC" in card.find_element(By.TAG_NAME, "mark").text
        link = card.find_element(By.CSS_SELECTOR, "a.origin")
        assert str(link.get_attribute("href")).startswith("https://numeum.fr/")

    def test_nothing_is_asked_of_another_host(self, page: Page) -> None:
        """Seen from the browser: every request of a whole visit goes to this server."""
        page.browser.get_log("performance")  # what other tests did
        page.browser.refresh()
        page.wait("#question textarea")
        page.ask("Qui préside Loir&Cher Tech ?")
        events = [
            json.loads(entry["message"])["message"] for entry in page.browser.get_log("performance")
        ]
        urls = [
            e["params"]["request"]["url"]
            for e in events
            if e["method"] == "Network.requestWillBeSent"
        ]
        assert len(urls) > 10
        hosts = {urlsplit(url).hostname for url in urls if not url.startswith(("data:", "blob:"))}
        assert hosts == {"127.0.0.1"}

    def test_a_follow_up_shows_how_it_was_understood(self, page: Page) -> None:
        """A visitor must see which region was meant before trusting the number."""
        page.ask(WHO)
        answer = page.ask("Quelle part de femmes ?")
        assert "Question comprise" in answer
        assert "Centre-Val de Loire" in answer
        assert "18 %" in " ".join(answer.split())

    def test_numbers_lead_to_the_source_of_their_own_answer(self, page: Page) -> None:
        """« 1 » of the first answer is not « 1 » of the second: a citation must not point astray."""
        page.ask(WHO)
        page.ask("Qui préside Loir&Cher Tech ?")
        assert "Loir&Cher Tech" in page.text("#source-2-1")
        page.wait("a.mark[href='#source-1-1']")[0].click()
        assert page.focused() == "source-1-1"
        assert page.browser.find_element(By.ID, "source-1-1").is_displayed()
        page.wait("#source-1-1 a.number")[0].click()
        assert page.focused() == "mark-1-1"

    def test_an_unanswered_question_is_said_to_be_so(self, page: Page) -> None:
        """A clear sentence, and the nearest passages under another title than sources."""
        answer = page.ask("Combien coûte l’adhésion à Numeum ?")
        assert say("fr", "near") in answer
        assert say("fr", "sources_nearest") in page.text("#sources")
        assert not page.browser.find_elements(By.CSS_SELECTOR, "#sources mark")

    def test_a_question_back_is_answered_by_a_click(self, page: Page) -> None:
        """Each choice is a button, which asks the question of that year."""
        assert "2023" in page.ask("De combien le marché a-t-il progressé ?")
        before = len(page.answers())
        choice = next(b for b in page.wait("#conversation button") if b.text == "2023")
        choice.click()
        waiting = WebDriverWait(page.browser, SECONDS)
        waiting.until(lambda _: len(page.answers()) > before)
        page.wait("#source-2-1")
        assert "2023" in page.text("#source-2-1")

    def test_chosen_documents_alone_are_searched(self, page: Page) -> None:
        """The title says what is chosen, and an answer outside it is not given."""
        page.wait_text("#filters", say("fr", "filters_all"))
        page.wait("#filters button")[0].click()
        box = page.wait("#filter-kind input")[0]
        WebDriverWait(page.browser, SECONDS).until(lambda _: box.is_displayed())
        box.click()
        box.send_keys("Agenda", Keys.ENTER)
        page.wait_text("#filters button", "Agenda")
        assert say("fr", "only_filtered") in page.ask("Qui préside Loir&Cher Tech ?")

    def test_an_english_question_gets_english_words_around_the_quotes(self, page: Page) -> None:
        """The question's language decides, whatever the page's."""
        answer = page.ask("How many digital companies are there in Centre-Val de Loire?")
        assert say("en", "intro") in answer
        assert "577" in answer

    def test_the_page_can_be_put_in_english(self, page: Page) -> None:
        """All of it: title, box, button, examples, panel, and the language that readers announce."""
        page.wait("#language input[value=en]")[0].click()
        page.wait_text("#send", say("en", "send"))
        assert say("en", "tagline") in page.text("#head")
        assert say("en", "sources_empty") in page.text("#sources")
        assert EXAMPLES["en"][0] in page.wait_text("#conversation", EXAMPLES["en"][0])
        assert page.browser.execute_script("return document.documentElement.lang") == "en"

    def test_an_example_is_one_click_away(self, page: Page) -> None:
        """A newcomer asks the first question without typing."""
        page.wait("#conversation button.example")[1].click()
        page.wait("#source-1-1")
        assert "Franck Bataille" in page.text("#conversation")

    def test_the_page_works_by_keyboard(self, page: Page) -> None:
        """From the box: Tab reaches the button, and a number in an answer opens its source."""
        page.browser.find_element(By.CSS_SELECTOR, "#question textarea").send_keys(WHO)
        seen = []
        for _ in range(30):
            page.browser.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(page.focused())
            if seen[-1] == "send":
                break
        assert "send" in seen
        page.browser.switch_to.active_element.send_keys(Keys.ENTER)
        mark = page.wait("a.mark")[0]
        mark.send_keys(Keys.ENTER)
        assert page.focused() == "source-1-1"

    def test_a_phone_shows_the_page_without_sideways_scrolling(
        self, browser: webdriver.Chrome, address: str
    ) -> None:
        """390 pixels are what most phones have."""
        page = Page(browser, address, PHONE)
        page.ask(WHO)
        page.wait("#source-1-1")
        width = "return document.documentElement.scrollWidth"
        assert page.browser.execute_script(width) <= PHONE[0]
        for selector in ("#question textarea", "#send", "#source-1-1"):
            box = page.wait(selector)[0].rect
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE[0]

    @pytest.mark.parametrize(
        ("question", "words"),
        [
            ("???", "aucun mot"),
            ("a" * 10_000, "10\u202f000 caractères"),
            ("谁支持数字就业？", "alphabet latin"),
        ],
    )
    def test_a_question_that_cannot_be_read_stays_in_its_box(
        self, page: Page, question: str, words: str
    ) -> None:
        """Nothing that was typed is lost, and a sentence says what to do."""
        box = page.wait("#question textarea")[0]
        page.browser.execute_script(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))",
            box,
            question,
        )
        box.send_keys(Keys.ENTER)
        assert "Traceback" not in page.wait_text("#conversation", words)
        assert box.get_attribute("value") == question

    def test_markup_in_a_question_is_shown_not_run(self, page: Page) -> None:
        """A question is data, on the page too."""
        hostile = "<img src=x onerror=\"document.title='pris'\"> **Qui** préside Loir&Cher Tech ?"
        page.ask(hostile)
        assert hostile in page.text("#conversation .user.message")
        assert page.browser.title != "pris"

    def test_markup_in_a_document_is_shown_not_run(
        self, page: Page, home: Path, tmp_path: Path
    ) -> None:
        """Promise 7; and a document that staff add is answered from without a restart."""
        hostile = (
            "Le tarif du banquet des licornes est de 12 euros <img src=x onerror=\"document.title='pris'\">"
            "<script>document.title='pris'</script> par personne."
        )
        folder = write(
            tmp_path / "documents", {"banquet.txt": f"Le banquet des licornes\n\n{hostile}\n"}
        )
        question = "Quel est le tarif du banquet des licornes ?"
        assert say("fr", "nothing") in page.ask(question)
        assert subprocess.run(
            [sys.executable, REPO / "ingest.py", folder],
            env=environment(TOURBOT_HOME=str(home)),
            capture_output=True,
            check=True,
        )
        assert hostile in page.ask(question)
        assert hostile in page.text("#sources mark")
        assert page.browser.title != "pris"
        (folder / "banquet.txt").unlink()
        subprocess.run(
            [sys.executable, REPO / "ingest.py", folder, "--yes"],
            env=environment(TOURBOT_HOME=str(home)),
            capture_output=True,
            check=True,
        )
        assert say("fr", "nothing") in page.ask(question)
