"""Answers → HTML for the page; here every word of a document or a person is escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from tourbot import wording
from tourbot.strings import NBSP, STRINGS, date_label, kind_label, place_label, say
from tourbot.types import Answer, Citation, Metadata, Near, Passage

# What Gradio says by itself begins so.
_OF_GRADIO = {
    "Error": "toast_error",
    "Connection to the server was lost": "toast_lost",
    "File(s) exceed the maximum allowed size": "toast_large",
}
_TOASTS = {
    lang: {begins: say(lang, name) for begins, name in _OF_GRADIO.items()} for lang in STRINGS
}
TOASTS_SCRIPT = (
    f"(() => {{ const TOASTS = {json.dumps(_TOASTS)};"
    f"{(Path(__file__).parent / 'toasts.js').read_text(encoding='utf-8')} }})();"
)
# Older sources would only slow the page down.
_TURNS_SHOWN = 12


def answer_html(answer: Answer, turn: int) -> str:
    """Write the answer as the conversation shows it: quotes with numbered links to the sources.

    Args:
        answer: What to show.
        turn: Its place in the conversation, from 1: numbers start again at each answer, so that a
            link names both.
    """
    parts = []
    lang = answer.language
    if understood := wording.understanding(answer):
        parts.append(f'<p class="understood">{escape(understood)}</p>')
    if answer.abstained:
        parts.append(f'<p class="abstained">{escape(wording.abstention_text(answer))}</p>')
        parts.extend(_near_html(near, lang, turn) for near in answer.near)
    else:
        intro = say(lang, "intro_differ" if answer.differ else "intro")
        parts.append(f"<p>{escape(intro)}</p>")
        parts.extend(_quote_html(citation, lang, turn) for citation in answer.citations)
    return f'<div lang="{lang}">{"".join(parts)}</div>'


def question_html(question: str) -> str:
    """Write a question; on one line, because Markdown begins again after an empty one."""
    return f"<div>{_lines(question)}</div>"


def error_html(message: str) -> str:
    """Write a sentence that says what went wrong."""
    return f'<p class="abstained" role="alert">{_lines(message)}</p>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())


def _quote_html(citation: Citation, lang: str, turn: int) -> str:
    colon = {"fr": f"{NBSP}: ", "en": ": "}[lang]
    label = f"<strong>{escape(citation.label)}</strong>{colon}" if citation.label else ""
    said = [f"({remark})" for remark in wording.remarks(lang, citation)]
    remarks = f' <span class="remark">{escape(" ".join(said))}</span>' if said else ""
    words = _with_answer(citation)
    title = escape(citation.metadata.title, quote=True)
    link = _link(citation.number, lang, turn, title)
    return f'<blockquote lang="{citation.passage.lang}">{label}{words} {link}{remarks}</blockquote>'


def _near_html(near: Near, lang: str, turn: int) -> str:
    title = escape(near.metadata.title, quote=True)
    body = _highlighted(near.passage, near.start, near.end, near.sentence)
    head = f"<strong>{title}</strong> {_link(near.number, lang, turn, title)}"
    return f'<blockquote class="near" lang="{near.passage.lang}">{head}<p>{body}</p></blockquote>'


def _link(number: int, lang: str, turn: int, title: str) -> str:
    """Write the number that leads to a source."""
    label = escape(say(lang, "to_source", number=number), quote=True)
    return (
        f'<a class="mark" id="mark-{turn}-{number}" href="#source-{turn}-{number}"'
        f' title="{title}" aria-label="{label}">{number}</a>'
    )


def _with_answer(citation: Citation) -> str:
    """Write a quote, the words in it that answer in bold."""
    if citation.short is None:
        return _lines(citation.quote)
    start, end = citation.short
    before, answer, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{escape(before)}<strong>{escape(answer)}</strong>{escape(after)}"


def sources_html(answers: Sequence[Answer], lang: str) -> str:
    """Write the sources panel: the last answer's sources, and those of earlier ones folded away.

    Args:
        answers: Of the whole conversation, oldest first.
        lang: Language of the page.
    """
    title = f"<h2>{escape(say(lang, 'sources_title'))}</h2>"
    if not answers:
        return f'{title}<p class="hint">{escape(say(lang, "sources_empty"))}</p>'
    *earlier, last = list(enumerate(answers, start=1))[-_TURNS_SHOWN:]
    folded = "".join(
        f"<details><summary>{escape(answer.question)}</summary>"
        f"{_turn_html(answer, turn, lang)}</details>"
        for turn, answer in reversed(earlier)
    )
    if folded:
        folded = f"<h3>{escape(say(lang, 'sources_earlier'))}</h3>{folded}"
    return f"{title}{_turn_html(last[1], last[0], lang)}{folded}"


def _turn_html(answer: Answer, turn: int, lang: str) -> str:
    """Write the cited passages of one answer, and the nearest others."""
    if answer.citations:
        cards = "".join(_citation_card(c, lang, turn) for c in answer.citations)
        return f'<ol class="sources">{cards}</ol>{_others(answer.near, lang)}'
    if answer.near:
        heading = escape(say(lang, "sources_nearest"))
        cards = "".join(_near_card(n, lang, turn) for n in answer.near)
        return f'<p class="hint">{heading}</p><ul class="sources">{cards}</ul>'
    said = say(lang, "sources_empty" if answer.passages or answer.silence else "nothing")
    return f'<p class="hint">{escape(said)}</p>'


def _citation_card(citation: Citation, lang: str, turn: int) -> str:
    body = _highlighted(citation.passage, citation.start, citation.end, citation.quote)
    about = [place_label(lang, citation.locator), *wording.remarks(lang, citation)]
    text = f'<p lang="{citation.passage.lang}">{body}</p>'
    return _card(citation.number, _head(citation.metadata, about, lang) + text, lang, turn)


def _near_card(near: Near, lang: str, turn: int) -> str:
    """Write where a passage stands; its words are in the conversation."""
    head = _head(near.metadata, [place_label(lang, near.passage.locator)], lang)
    return _card(near.number, head, lang, turn)


def _others(nearest: Sequence[Near], lang: str) -> str:
    """Write passages that an answer does not quote, folded away."""
    if not nearest:
        return ""
    cards = []
    for near in nearest:
        head = _head(near.metadata, [place_label(lang, near.passage.locator)], lang)
        body = _highlighted(near.passage, near.start, near.end, near.sentence)
        cards.append(f'<li>{head}<p lang="{near.passage.lang}">{body}</p></li>')
    title = escape(say(lang, "sources_others"))
    listed = f'<ul class="sources">{"".join(cards)}</ul>'
    return f"<details><summary>{title}</summary>{listed}</details>"


def _card(number: int, inner: str, lang: str, turn: int) -> str:
    back = escape(say(lang, "to_quote", number=number), quote=True)
    link = f'<a class="number" href="#mark-{turn}-{number}" aria-label="{back}">{number}</a>'
    return f'<li id="source-{turn}-{number}" tabindex="-1">{link}{inner}</li>'


def _head(metadata: Metadata, about: Sequence[str], lang: str) -> str:
    region = "" if metadata.region == "France" else metadata.region
    kind, date = kind_label(lang, metadata.kind), date_label(lang, metadata.date)
    if region and "region" in metadata.inferred:
        region = say(lang, "inferred", value=region)
    if "date" in metadata.inferred:
        date = say(lang, "inferred", value=date)
    meta = [part for part in (kind, metadata.publisher, date, region, *about) if part]
    link = ""
    if urlsplit(metadata.url).scheme in {"http", "https"}:
        label, tab = escape(say(lang, "open_source")), escape(say(lang, "opens_new_tab"))
        href = escape(metadata.url, quote=True)
        link = (
            f'<a class="origin" href="{href}" target="_blank" rel="noopener noreferrer">'
            f'{label} <span class="tab">({tab})</span></a>'
        )
    return (
        f"<strong>{escape(metadata.title)}</strong>"
        f'<p class="meta">{escape(" · ".join(meta))}</p>{link}'
    )


def _highlighted(passage: Passage, start: int, end: int, quote: str) -> str:
    """Mark the quoted words inside their passage; a quote that reaches beyond it is shown whole."""
    if start < passage.start or end > passage.end:
        return f"<mark>{escape(quote)}</mark>".replace("\n", "<br>")
    a, b = start - passage.start, end - passage.start
    text = passage.text
    marked = f"{escape(text[:a])}<mark>{escape(text[a:b])}</mark>{escape(text[b:])}"
    return marked.replace("\n", "<br>")
