"""Answers → HTML for the page; here every word of a document or a person is escaped."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from tourbot import wording
from tourbot.strings import date_label, kind_label, place_label, say
from tourbot.types import Answer, Citation, Metadata, Passage, Retrieved


def answer_html(answer: Answer) -> str:
    """Write the answer as the conversation shows it: quotes with numbered links to the sources."""
    parts = []
    lang = answer.language
    if answer.understood != answer.question.strip():
        understood = say(lang, "understood", question=answer.understood)
        parts.append(f'<p class="understood">{escape(understood)}</p>')
    if answer.abstained:
        parts.append(f'<p class="abstained">{escape(wording.abstention_text(answer))}</p>')
    else:
        parts.append(f"<p>{escape(say(lang, 'intro'))}</p>")
        parts.extend(_quote_html(citation, lang) for citation in answer.citations)
    return f'<div lang="{lang}">{"".join(parts)}</div>'


def error_html(message: str) -> str:
    """Write a sentence that says what went wrong."""
    return f'<p class="abstained" role="alert">{escape(message)}</p>'


def _quote_html(citation: Citation, lang: str) -> str:
    label = f"<strong>{escape(citation.label)}</strong> " if citation.label else ""
    words = escape(citation.quote).replace("\n", "<br>")
    title = escape(citation.metadata.title, quote=True)
    number, sources = citation.number, escape(say(lang, "sources_title"))
    link = (
        f'<a class="mark" href="#source-{number}" title="{title}"'
        f' aria-label="{sources} {number}">{number}</a>'
    )
    return f'<blockquote lang="fr">{label}{words} {link}</blockquote>'


def sources_html(answer: Answer | None, lang: str) -> str:
    """Write the sources panel: the cited passages, or the nearest ones after an abstention."""
    if answer is None or not (answer.citations or answer.passages):
        return f'<p class="hint">{escape(say(lang, "sources_empty"))}</p>'
    if answer.citations:
        cards = "".join(_citation_card(c, lang) for c in answer.citations)
        return f'<ol class="sources">{cards}</ol>'
    heading = escape(say(lang, "sources_nearest"))
    cards = "".join(_nearest_card(r, lang) for r in answer.passages[:3])
    return f'<h3>{heading}</h3><ul class="sources">{cards}</ul>'


def _citation_card(citation: Citation, lang: str) -> str:
    body = _highlighted(citation.passage, citation.start, citation.end, citation.quote)
    head = _head(citation.metadata, place_label(lang, citation.locator), lang)
    number = f'<span class="number">{citation.number}</span>'
    inner = f'{number}{head}<p lang="fr">{body}</p>'
    return f'<li id="source-{citation.number}" tabindex="-1">{inner}</li>'


def _nearest_card(retrieved: Retrieved, lang: str) -> str:
    passage = retrieved.passage
    head = f"<strong>{escape(passage.title)}</strong>"
    place = escape(place_label(lang, passage.locator))
    text = escape(passage.text).replace("\n", "<br>")
    return f'<li>{head}<p class="meta">{place}</p><p lang="{passage.lang}">{text}</p></li>'


def _head(metadata: Metadata, place: str, lang: str) -> str:
    meta = [kind_label(lang, metadata.kind), date_label(lang, metadata.date), place]
    if metadata.region and metadata.region != "France":
        meta.insert(2, metadata.region)
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
