"""The page, in a real browser where there is one, over the corpus and a running server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from browsing import PHONE, SECONDS, WHO, Page, needs_browser
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from support import REPO, SITE, environment, write

from tourbot.strings import say


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
        assert httpx.get(f"{address}/gradio_api/info").status_code == 404


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
        """A clear sentence, then the nearest passages, their best sentence marked."""
        answer = page.ask("Combien coûte l’adhésion à Numeum ?")
        assert say("fr", "near") in answer
        assert say("fr", "sources_nearest") in page.text("#sources")
        marked = page.browser.find_elements(By.CSS_SELECTOR, "#conversation blockquote.near mark")
        assert 1 <= len(marked) <= 3
        assert page.wait("#source-1-1")

    def test_a_question_back_is_answered_by_a_click(self, page: Page) -> None:
        """Each choice is a button, which asks the question of that year."""
        assert "2023" in page.ask("De combien le marché a progressé ?")
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
        assert SITE["tagline"]["en"] in page.text("#head")
        assert say("en", "sources_empty") in page.text("#sources")
        (example,) = SITE["examples"]["en"]
        assert example in page.wait_text("#conversation", example)
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

    def test_what_is_typed_while_an_answer_comes_is_kept(self, page: Page) -> None:
        """The next question is often begun before the answer to the last one is there."""
        box = page.wait("#question textarea")[0]
        box.send_keys(WHO, Keys.ENTER, "Et en ")
        page.wait("#source-1-1")
        box.send_keys("Bretagne ?")
        assert box.get_attribute("value") == "Et en Bretagne ?"

    def test_a_second_question_waits_its_turn(self, page: Page) -> None:
        """Sent while the first is being answered, it is answered next, and neither is lost."""
        box = page.wait("#question textarea")[0]
        box.send_keys(WHO, Keys.ENTER, "Qui préside Loir&Cher Tech ?", Keys.ENTER)
        page.wait("#source-2-1")
        assert len(page.answers()) == 2
        page.wait_text("#conversation", "ADIRC")
        page.wait_text("#conversation", "Franck Bataille")

    def test_a_question_that_is_refused_goes_back_into_its_box(self, page: Page) -> None:
        """Here, since the page is no longer known: loaded anew, as it says, it still has it."""
        page.ask("Qui préside Loir&Cher Tech ?")
        page.browser.delete_all_cookies()
        page.wait("#question textarea")[0].send_keys(WHO, Keys.ENTER)
        assert say("fr", "refused_session") in page.wait_text(".toast-message-text", "Rechargez")
        assert page.text(".toast-title") == say("fr", "toast_error")
        page.browser.refresh()
        value = "return document.querySelector('#question textarea')?.value"
        waiting = WebDriverWait(page.browser, SECONDS)
        waiting.until(lambda b: b.execute_script(value) == WHO)
        page.wait("#question textarea")[0].send_keys(Keys.ENTER)
        page.wait("#source-1-1")

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
