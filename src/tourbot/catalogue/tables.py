"""The catalogue's tables, and how the program's values become rows and come back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from tourbot.types import Block, Document, Gap, Locator, Metadata, Passage

SCHEMA_VERSION = 1

SCHEMA = sa.MetaData()
DOCUMENTS = sa.Table(
    "documents",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("blocks", sa.JSON, nullable=False),
)
PASSAGES = sa.Table(
    "passages",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("locator", sa.JSON, nullable=False),
    sa.Column("text_hash", sa.Text, nullable=False),
)
# What could not be read of documents, in the order in which it stands there.
GAPS = sa.Table(
    "gaps",
    SCHEMA,
    sa.Column("document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
)
VECTORS = sa.Table(
    "vectors",
    SCHEMA,
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)
RUNS = sa.Table(
    "runs",
    SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("finished", sa.Text, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)
STATE = sa.Table(
    "state",
    SCHEMA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)


def text_hash(text: str) -> str:
    """Return the name under which a text's vector is cached."""
    return hashlib.sha256(text.encode()).hexdigest()


def document_row(root: str, reader: str, document: Document) -> dict[str, Any]:
    """Return the row of ``DOCUMENTS``."""
    return {
        "id": document.id,
        "root": root,
        "digest": document.digest,
        "reader": reader,
        "metadata": asdict(document.metadata),
        "lang": document.lang,
        "text": document.text,
        "blocks": [[b.start, b.end, b.locator.to_dict()] for b in document.blocks],
    }


def passage_rows(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Return rows of ``PASSAGES``, numbered in the order given."""
    return [
        {
            "id": p.id,
            "document_id": p.document_id,
            "ordinal": ordinal,
            "start": p.start,
            "end": p.end,
            "locator": p.locator.to_dict(),
            "text_hash": text_hash(p.text_to_embed),
        }
        for ordinal, p in enumerate(passages)
    ]


def gap_rows(document_id: str, gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Return rows of ``GAPS``, numbered in the order given."""
    return [
        {
            "document_id": document_id,
            "ordinal": ordinal,
            "place": gap.where,
            "code": gap.code,
            "reason": gap.reason,
            "hint": gap.hint,
        }
        for ordinal, gap in enumerate(gaps)
    ]


def to_document(row: Any) -> Document:
    """Return the document of a whole row of ``DOCUMENTS``."""
    blocks = tuple(Block(a, b, Locator.from_dict(locator)) for a, b, locator in row.blocks)
    return Document(
        row.id, row.digest, Metadata.from_dict(row.metadata), row.lang, row.text, blocks
    )


def passage_query() -> sa.Select[Any]:
    """Select what ``to_passage`` needs; the passage's text is cut out of its document's."""
    length = PASSAGES.c.end - PASSAGES.c.start
    return sa.select(
        PASSAGES,
        DOCUMENTS.c.digest,
        DOCUMENTS.c.lang,
        DOCUMENTS.c.metadata,
        sa.func.substr(DOCUMENTS.c.text, PASSAGES.c.start + 1, length).label("slice"),
    ).select_from(PASSAGES.join(DOCUMENTS))


def to_passage(row: Any) -> Passage:
    """Return the passage of a row of ``passage_query``."""
    metadata = Metadata.from_dict(row.metadata)
    return Passage(
        document_id=row.document_id,
        digest=row.digest,
        title=metadata.title,
        lang=row.lang,
        text=row.slice,
        start=row.start,
        end=row.end,
        locator=Locator.from_dict(row.locator),
        title_inferred=metadata.title_inferred,
    )
