"""The Debian FAQ as data sets within and across languages: sections, and titles as questions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import lxml.html

from tourbot.errors import UsageError
from tourbot.evaluation.questions import Dataset, Question
from tourbot.parsing.builder import TextBuilder
from tourbot.types import Document, Metadata


def load(folder: Path, asked: str = "en", written: str = "fr") -> Dataset:
    """Read the sections of one language as documents, and their titles in another as questions.

    Args:
        folder: With ``fr/*.html`` and ``en/*.html``.
        asked: Language of the questions.
        written: Language of the documents.

    Raises:
        UsageError: The folder holds no such pages.
    """
    sections = {lang: _sections(folder / lang) for lang in ("fr", "en")}
    if not all(sections.values()):
        raise UsageError(f"{folder} holds no Debian FAQ (fr/*.html and en/*.html).")
    documents = []
    for id_, (title, lines) in sections[written].items():
        builder = TextBuilder()
        builder.heading(1, title)
        for line in lines:
            builder.line(line)
        parsed = builder.build(Metadata(title=title))
        if parsed.blocks:
            digest = hashlib.sha256(parsed.text.encode()).hexdigest()
            documents.append(
                Document(id_, digest, parsed.metadata, written, parsed.text, parsed.blocks)
            )
    kept = {document.id for document in documents}
    # The same sections are asked about in every language: those whose English title is a question.
    questions = tuple(
        Question(
            id=id_,
            lang=asked,
            kind="faq",
            split="all",
            question=sections[asked][id_][0],
            relevant={id_: 1},
        )
        for id_, (title, _) in sections["en"].items()
        if id_ in kept and id_ in sections[asked] and title.rstrip().endswith("?")
    )
    return Dataset(f"debian-faq-{asked}-{written}", questions, tuple(documents), by_document=True)


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
