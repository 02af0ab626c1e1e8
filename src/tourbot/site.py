"""What a site says of itself: its title, a line below it, questions to try."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tourbot.strings import say

Lang = Literal["fr", "en"]


class Site(BaseModel):
    """The texts that depend on whose documents are asked.

    Attributes:
        title: Of the page.
        tagline: By language; a line that fits any documents by default.
        examples: Questions to try, by language; none by default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = "tourbot"
    tagline: dict[Lang, str] = {}
    examples: dict[Lang, list[str]] = {}

    def line(self, lang: str) -> str:
        """Return the line below the title."""
        return {str(k): v for k, v in self.tagline.items()}.get(lang) or say(lang, "tagline")

    def questions(self, lang: str) -> list[str]:
        """Return the questions to try in a language."""
        return {str(k): v for k, v in self.examples.items()}.get(lang, [])
