"""The truth: documents, passages and vectors in one SQLite database; everything else is derived.

One transaction per document, so that a reader of the file sees its old version or its new one. A
generation carries a copy of the same tables without vectors (``snapshot``), which is all that
answering needs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from tourbot.errors import SetupError
from tourbot.types import Block, Document, Locator, Metadata, Passage

SCHEMA_VERSION = 1

_tables = sa.MetaData()
_documents = sa.Table(
    "documents",
    _tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("blocks", sa.JSON, nullable=False),
)
_passages = sa.Table(
    "passages",
    _tables,
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
_vectors = sa.Table(
    "vectors",
    _tables,
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)
_runs = sa.Table(
    "runs",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("finished", sa.Text, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)
_state = sa.Table(
    "state",
    _tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says about one document, without its text.

    Attributes:
        root: Folder that the document came from.
        digest: SHA-256 of the file.
        reader: Revision of the code that read and cut it.
    """

    root: str
    digest: str
    reader: str


class Catalogue:
    """The database at a path, created when missing.

    Args:
        path: SQLite file.
        read_only: Open an existing file for reading only.

    Raises:
        SetupError: The file was written by another version of the schema, or is no database.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        target = f"file:{path}?mode=ro&uri=true" if read_only else str(path)
        self._engine = sa.create_engine(f"sqlite:///{target}")
        sa.event.listen(self._engine, "connect", _set_pragmas)
        try:
            if read_only:
                version = self._scalar("PRAGMA user_version")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                version = self._create()
        except sa.exc.DatabaseError as error:
            raise SetupError(
                f"The catalogue {path} cannot be read ({error.orig}).\n"
                f"Move it away and ingest again: python ingest.py"
            ) from error
        if version != SCHEMA_VERSION:
            raise SetupError(
                f"The catalogue {path} has schema version {version}, this program reads {SCHEMA_VERSION}.\n"
                f"Move it away and ingest again: python ingest.py"
            )

    def _create(self) -> int:
        with self._engine.begin() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=WAL"))
        version = self._scalar("PRAGMA user_version")
        if version:
            return version
        with self._engine.begin() as connection:
            _tables.create_all(connection)
            connection.execute(sa.text(f"PRAGMA user_version={SCHEMA_VERSION}"))
        return SCHEMA_VERSION

    def _scalar(self, statement: str) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(sa.text(statement)).scalar() or 0)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    # --- writing: one transaction each -----------------------------------------------------------

    def put(self, root: str, reader: str, document: Document, passages: Sequence[Passage]) -> None:
        """Store a document in place of its older version, if any."""
        row = {
            "id": document.id,
            "root": root,
            "digest": document.digest,
            "reader": reader,
            "metadata": asdict(document.metadata),
            "lang": document.lang,
            "text": document.text,
            "blocks": [[b.start, b.end, b.locator.to_dict()] for b in document.blocks],
        }
        rows = [
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
        with self._engine.begin() as connection:
            connection.execute(_documents.delete().where(_documents.c.id == document.id))
            connection.execute(_documents.insert(), row)
            if rows:
                connection.execute(_passages.insert(), rows)
            _advance(connection)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget documents."""
        if not ids:
            return
        with self._engine.begin() as connection:
            for chunk in _chunks(ids):
                connection.execute(_documents.delete().where(_documents.c.id.in_(chunk)))
            _advance(connection)

    def adopt(self, ids: Sequence[str], root: str) -> None:
        """Note that documents now come from another folder (it was moved)."""
        with self._engine.begin() as connection:
            for chunk in _chunks(ids):
                connection.execute(
                    _documents.update().where(_documents.c.id.in_(chunk)).values(root=root)
                )

    def put_vectors(
        self, model: str, hashes: Sequence[str], vectors: npt.NDArray[np.float32]
    ) -> None:
        """Cache vectors, float32 of shape (n, d), under the hash of the text that each was made of."""
        rows = [
            {"model": model, "text_hash": h, "vector": v.tobytes()}
            for h, v in zip(hashes, np.asarray(vectors, dtype=np.float32), strict=True)
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(_vectors.insert().prefix_with("OR REPLACE"), rows)

    def forget_unused_vectors(self) -> None:
        """Drop the vectors of texts that no passage has any more."""
        with self._engine.begin() as connection:
            used = sa.select(_passages.c.text_hash)
            connection.execute(_vectors.delete().where(_vectors.c.text_hash.not_in(used)))

    def record_run(self, report: dict[str, Any], keep: int = 50) -> None:
        """Keep the report of an ingest, and those of the last ``keep`` ones."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._engine.begin() as connection:
            connection.execute(_runs.insert(), {"finished": now, "report": report})
            last = connection.execute(sa.select(sa.func.max(_runs.c.id))).scalar() or 0
            connection.execute(_runs.delete().where(_runs.c.id <= last - keep))

    def snapshot(self, path: Path) -> None:
        """Copy documents and passages into a new database; vectors and runs stay behind."""
        copy = Catalogue(path)
        # A write-ahead log needs a writable folder even to read; a snapshot never changes again.
        with copy._engine.begin() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=DELETE"))
        copy.close()
        names = ("documents", "passages", "state")
        with self._engine.connect() as connection:
            connection.execute(sa.text("ATTACH DATABASE :path AS copy"), {"path": str(path)})
            try:
                for name in names:
                    connection.execute(
                        sa.text(f"INSERT INTO copy.{name} SELECT * FROM main.{name}")
                    )  # noqa: S608
                connection.commit()
            finally:
                connection.execute(sa.text("DETACH DATABASE copy"))

    # --- reading ----------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Number of changes so far: equal revisions mean equal documents and passages."""
        with self._engine.connect() as connection:
            query = sa.select(_state.c.value).where(_state.c.name == "revision")
            return int(connection.execute(query).scalar() or 0)

    def entries(self) -> dict[str, Entry]:
        """Return every document by id."""
        query = sa.select(
            _documents.c.id, _documents.c.root, _documents.c.digest, _documents.c.reader
        )
        with self._engine.connect() as connection:
            return {
                row.id: Entry(row.root, row.digest, row.reader) for row in connection.execute(query)
            }

    def document(self, id_: str) -> Document | None:
        """Return one document, or None."""
        query = sa.select(_documents).where(_documents.c.id == id_)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _document(row)

    def documents(self) -> Iterator[Document]:
        """Yield every document in the order of ids."""
        query = sa.select(_documents).order_by(_documents.c.id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=100).execute(query):
                yield _document(row)

    def metadata(self) -> dict[str, Metadata]:
        """Return the metadata of every document by id."""
        query = sa.select(_documents.c.id, _documents.c.metadata).order_by(_documents.c.id)
        with self._engine.connect() as connection:
            return {row.id: Metadata(**row.metadata) for row in connection.execute(query)}

    def languages(self) -> dict[str, int]:
        """Return how many documents there are in each language."""
        query = sa.select(_documents.c.lang, sa.func.count()).group_by(_documents.c.lang)
        with self._engine.connect() as connection:
            return {str(lang): int(count) for lang, count in connection.execute(query)}

    def count_passages(self) -> int:
        """Return the number of passages."""
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count(_passages.c.id))).scalar() or 0)

    def passages(self, ids: Sequence[str] | None = None) -> list[Passage]:
        """Return passages: those named, in that order (unknown ids are left out), or all, in order."""
        if ids is None:
            query = _passage_query().order_by(_passages.c.document_id, _passages.c.ordinal)
            with self._engine.connect() as connection:
                return [_passage(row) for row in connection.execute(query)]
        found = {}
        with self._engine.connect() as connection:
            for chunk in _chunks(ids):
                for row in connection.execute(_passage_query().where(_passages.c.id.in_(chunk))):
                    found[row.id] = _passage(row)
        return [found[id_] for id_ in ids if id_ in found]

    def missing_vectors(self, model: str) -> dict[str, str]:
        """Return the texts to embed that have no vector of this model yet, by hash."""
        query = (
            _passage_query()
            .outerjoin(
                _vectors,
                (_vectors.c.text_hash == _passages.c.text_hash) & (_vectors.c.model == model),
            )
            .where(_vectors.c.text_hash.is_(None))
        )
        with self._engine.connect() as connection:
            return {row.text_hash: _passage(row).text_to_embed for row in connection.execute(query)}

    def vectors(self, model: str, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return the vectors of passages, float32 of shape (n, d).

        Raises:
            KeyError: A passage was never embedded with this model.
        """
        hashes = [text_hash(p.text_to_embed) for p in passages]
        known: dict[str, bytes] = {}
        with self._engine.connect() as connection:
            for chunk in _chunks(hashes):
                query = sa.select(_vectors.c.text_hash, _vectors.c.vector)
                query = query.where(_vectors.c.model == model, _vectors.c.text_hash.in_(chunk))
                known |= {row.text_hash: row.vector for row in connection.execute(query)}
        return np.array([np.frombuffer(known[h], dtype=np.float32) for h in hashes])

    def last_run(self) -> dict[str, Any] | None:
        """Return the report of the newest ingest, or None."""
        query = sa.select(_runs.c.report).order_by(_runs.c.id.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()


def text_hash(text: str) -> str:
    """Return the name under which a text's vector is cached."""
    return hashlib.sha256(text.encode()).hexdigest()


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _advance(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO state (name, value) VALUES ('revision', 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )
    )


def _chunks(values: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (values[i : i + size] for i in range(0, len(values), size))


def _document(row: Any) -> Document:
    blocks = tuple(Block(a, b, Locator.from_dict(locator)) for a, b, locator in row.blocks)
    return Document(row.id, row.digest, Metadata(**row.metadata), row.lang, row.text, blocks)


def _passage_query() -> sa.Select[Any]:
    length = _passages.c.end - _passages.c.start
    return sa.select(
        _passages,
        _documents.c.digest,
        _documents.c.lang,
        _documents.c.metadata,
        sa.func.substr(_documents.c.text, _passages.c.start + 1, length).label("slice"),
    ).select_from(_passages.join(_documents))


def _passage(row: Any) -> Passage:
    return Passage(
        document_id=row.document_id,
        digest=row.digest,
        title=row.metadata["title"],
        lang=row.lang,
        text=row.slice,
        start=row.start,
        end=row.end,
        locator=Locator.from_dict(row.locator),
    )
