"""Answers in words: the text around the quotes, the same on the page and on the command line."""

from __future__ import annotations

from tourbot.strings import NARROW, NBSP, place_label, say
from tourbot.types import Answer, Citation


def answer_text(answer: Answer) -> str:
    """Write an answer as plain text: each quote with its number, or why there is none."""
    if answer.abstained:
        return abstention_text(answer)
    return "\n".join(f"{quoted(answer.language, c)} [{c.number}]" for c in answer.citations)


def abstention_text(answer: Answer) -> str:
    """Say that there is no answer, or ask which of several documents is meant."""
    lang = answer.language
    if answer.choices:
        conjunction = {"fr": " ou ", "en": " or "}[lang]
        *most, last = answer.choices
        listed = conjunction.join([", ".join(most), last]) if most else last
        return say(lang, "choose", choices=listed)
    return say(lang, "abstained" if answer.passages else "abstained_empty")


def quoted(lang: str, citation: Citation) -> str:
    """Put a quote in the quotation marks of a language, after the region or year it is about."""
    marks = {"fr": (f"«{NARROW}", f"{NARROW}»"), "en": ("“", "”")}[lang]
    colon = {"fr": f"{NBSP}: ", "en": ": "}[lang]
    label = citation.label + colon if citation.label else ""
    return f"{label}{marks[0]}{citation.quote}{marks[1]}"


def source_line(lang: str, citation: Citation) -> str:
    """Name the source of a citation on one line."""
    place = place_label(lang, citation.locator)
    return f"[{citation.number}] {citation.metadata.title}, {place}"
