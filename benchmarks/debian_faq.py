"""The Debian FAQ as a data set across languages: French sections, English titles as questions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import lxml.html

from tourbot.errors import UsageError
from tourbot.evaluation.questions import Dataset, Question
from tourbot.parsing.builder import TextBuilder
from tourbot.types import Document, Metadata


def load(folder: Path) -> Dataset:
    """Read ``fr/*.html`` as documents, and the titles of the same sections in ``en/*.html``.

    Raises:
        UsageError: The folder holds no such pages.
    """
    french, english = _sections(folder / "fr"), _sections(folder / "en")
    if not french or not english:
        raise UsageError(f"{folder} holds no Debian FAQ (fr/*.html and en/*.html).")
    documents = []
    for id_, (title, lines) in french.items():
        builder = TextBuilder()
        builder.heading(1, title)
        for line in lines:
            builder.line(line)
        parsed = builder.build(Metadata(title=title))
        if parsed.blocks:
            digest = hashlib.sha256(parsed.text.encode()).hexdigest()
            documents.append(
                Document(id_, digest, parsed.metadata, "fr", parsed.text, parsed.blocks)
            )
    kept = {document.id for document in documents}
    questions = tuple(
        Question(id=id_, lang="en", kind="faq", split="all", question=title, relevant={id_: 1})
        for id_, (title, _) in english.items()
        if id_ in kept and title.rstrip().endswith("?")
    )
    return Dataset("debian-faq-en-fr", questions, tuple(documents), by_document=True)


def _sections(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return title (without its number) and paragraphs of each section, by anchor."""
    found = {}
    for path in sorted(folder.glob("*.html")):
        root = lxml.html.fromstring(path.read_bytes())
        for section in root.xpath("//div[@class='section']"):
            anchor = section.xpath("./div[@class='titlepage']//a/@id")
            heading = section.xpath("./div[@class='titlepage']//*[@class='title']")
            if anchor and heading:
                title = " ".join(heading[0].text_content().split()).split(None, 1)[-1]
                own = section.xpath("./*[not(self::div[@class='section' or @class='titlepage'])]")
                lines = [" ".join(part.text_content().split()) for part in own]
                found[str(anchor[0])] = (title, [line for line in lines if line])
    return found
