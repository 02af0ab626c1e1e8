"""Answers in words: the text around the quotes, the same on the page and on the command line."""

from __future__ import annotations

import re

from tourbot.strings import NARROW, NBSP, date_label, place_label, say
from tourbot.text.typography import spaced
from tourbot.types import Answer, Citation, Near

_MARKED = re.compile(r"«[^«»]*»|“[^“”]*”")
_COLON = {"fr": f"{NBSP}: ", "en": ": "}


def answer_text(answer: Answer) -> str:
    """Write an answer as plain text: each quote with its number, or why there is none."""
    if answer.abstained:
        return abstention_text(answer)
    lines = [f"{quoted(answer.language, c)} [{c.number}]" for c in answer.citations]
    head = [say(answer.language, "intro_differ")] if answer.differ else []
    return "\n".join(head + lines)


def abstention_text(answer: Answer) -> str:
    """Say that there is no answer, or ask which of several documents is meant."""
    lang = answer.language
    if answer.choices:
        conjunction = {"fr": " ou ", "en": " or "}[lang]
        *most, last = answer.choices
        listed = conjunction.join([", ".join(most), last]) if most else last
        return say(lang, "choose", choices=listed)
    said = say(lang, answer.silence or answer.outcome)
    return f"{said} {say(lang, 'only_filtered')}" if answer.filtered else said


def understanding(answer: Answer) -> str:
    """Tell what was understood, with the spaces of the language; nothing where that was typed."""
    if answer.understood == answer.question.strip():
        return ""
    if answer.language == "fr":
        question = spaced(answer.understood)
    else:
        question = re.sub(r" (?=[:?])", "", answer.understood)
    return say(answer.language, "understood", question=question)


def completed(answer: Answer, choice: str) -> str:
    """Return the question that was understood, with a choice that it left open.

    Asked again, it names the region or the year.
    """
    mark = {"fr": f"{NARROW}?", "en": "?"}[answer.language]
    return f"{answer.understood.rstrip(f' ?{NARROW}{NBSP}')} ({choice}){mark}"


def remarks(lang: str, citation: Citation) -> list[str]:
    """Say what a reader must know of a citation: that the event is over, that it is outdated."""
    found = [say(lang, "past")] if citation.past else []
    if citation.newer:
        found.append(say(lang, "newer", date=date_label(lang, citation.newer)))
    return found


def quoted(lang: str, citation: Citation) -> str:
    """Put a quote in the quotation marks of a language, after the region or year it is about."""
    label = citation.label + _COLON[lang] if citation.label else ""
    return label + _in_marks(lang, citation.quote)


def _in_marks(lang: str, quote: str) -> str:
    if _MARKED.fullmatch(quote):  # in a document's own marks: no others are set around them
        return quote
    opening, closing = {"fr": (f"«{NARROW}", f"{NARROW}»"), "en": ("“", "”")}[lang]
    return opening + quote + closing


def near_line(lang: str, near: Near) -> str:
    """Name a passage that may answer on one line, and its most convincing sentence."""
    place = place_label(lang, near.passage.locator)
    where = f"[{near.number}] {near.metadata.title}, {place}"
    return where + _COLON[lang] + _in_marks(lang, near.sentence)


def source_line(lang: str, citation: Citation) -> str:
    """Name the source of a citation on one line."""
    place = place_label(lang, citation.locator)
    return ", ".join(
        [f"[{citation.number}] {citation.metadata.title}", place, *remarks(lang, citation)]
    )
