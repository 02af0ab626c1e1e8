"""A real browser before a running server, for the tests of both pages."""

from __future__ import annotations

import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tourbot.strings import say

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER),
    reason="no browser; on Debian: apt-get install chromium chromium-driver",
)
WHO = "Qui porte Numéric’Emploi en Centre-Val de Loire ?"
SECONDS = 30
PHONE = (390, 844)


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
