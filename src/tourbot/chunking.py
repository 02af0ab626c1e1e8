"""Documents → passages: whole sentences, inside one block, verbatim.

A passage is what is embedded, found and shown; title and headings are added for embedding only
(``Passage.text_to_embed``), so that offsets always lead back to the exact words.
"""

from __future__ import annotations

from tourbot.text.sentences import Segment, segments
from tourbot.types import Block, Document, Passage

# Changes whenever the same document would give other passages; part of the index fingerprint.
REVISION = "sentences-3"
PASSAGE_CHARS = 700
# E5 reads 512 tokens, about 1 800 French characters; a longer "sentence" is cut at a space.
SENTENCE_CHARS = 1500


def chunk(document: Document, passage_chars: int = PASSAGE_CHARS) -> list[Passage]:
    """Cut a document into passages.

    Args:
        document: The document; its blocks are never crossed.
        passage_chars: Length aimed at, in characters; a passage is longer only when one sentence
            is.

    Returns:
        Passages in reading order. Every sentence of every block is in exactly one of them.
    """
    found = []
    for block in document.blocks:
        for start, end in _spans(document.text, block, passage_chars):
            found.append(
                Passage(
                    document_id=document.id,
                    digest=document.digest,
                    title=document.metadata.title,
                    lang=document.lang,
                    text=document.text[start:end],
                    start=start,
                    end=end,
                    locator=block.locator,
                    title_inferred=document.metadata.title_inferred,
                )
            )
    return found


def _spans(text: str, block: Block, limit: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    units = _units(text, block, limit)
    for start, end in units:
        if spans and end - spans[-1][0] <= limit:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _units(text: str, block: Block, limit: int) -> list[tuple[int, int]]:
    """Sentences and items; an introducing line sticks to the first item of its list."""
    found = segments(text, block.start, block.end)
    units: list[tuple[int, int]] = []
    previous: Segment | None = None
    for segment in found:
        introduced = (
            previous is not None
            and segment.intro == (previous.start, previous.end)
            and segment.end - previous.start <= limit
        )
        pieces = _pieces(text, segment.start, segment.end)
        if introduced:
            units[-1] = (units[-1][0], pieces[0][1])
            pieces = pieces[1:]
        units.extend(pieces)
        previous = segment
    return units


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what no model could read in one piece, at a space where there is one."""
    pieces = []
    while end - start > SENTENCE_CHARS:
        space = text.rfind(" ", start + 1, start + SENTENCE_CHARS)
        cut = space if space > start else start + SENTENCE_CHARS
        pieces.append((start, cut))
        start = cut + 1 if cut == space else cut
    if start < end:
        pieces.append((start, end))
    return pieces
