"""What the program asks of the database; every change is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from tourbot.catalogue.tables import (
    DOCUMENTS,
    GAPS,
    PASSAGES,
    RUNS,
    SCHEMA,
    SCHEMA_VERSION,
    STATE,
    VECTORS,
    document_row,
    gap_rows,
    passage_query,
    passage_rows,
    text_hash,
    to_document,
    to_passage,
)
from tourbot.errors import SetupError
from tourbot.types import Document, Gap, Metadata, Passage


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


@dataclass(frozen=True, slots=True)
class Overview:
    """A document as a list of documents shows it."""

    id: str
    root: str
    metadata: Metadata
    passages: int


class Catalogue:
    """The database at a path, created when missing.

    Args:
        path: SQLite file.
        read_only: Open an existing file for reading only.

    Raises:
        SetupError: The file was written by another version of the schema, or is no database. Later,
            from any change: the disk is full, or the file cannot be written.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._engine = sa.create_engine(_url(path, read_only))
        sa.event.listen(self._engine, "connect", _set_pragmas)
        sa.event.listen(self._engine, "handle_error", self._explain)
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
                f"The catalogue {path} has schema version {version}, "
                f"this program reads {SCHEMA_VERSION}.\n"
                f"Move it away and ingest again: python ingest.py"
            )

    def _create(self) -> int:
        with self._engine.begin() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=WAL"))
        version = self._scalar("PRAGMA user_version")
        if version:
            if version == SCHEMA_VERSION:
                GAPS.create(self._engine, checkfirst=True)  # there was none at first
            return version
        with self._engine.begin() as connection:
            SCHEMA.create_all(connection)
            connection.execute(sa.text(f"PRAGMA user_version={SCHEMA_VERSION}"))
        return SCHEMA_VERSION

    def _explain(self, context: sa.engine.ExceptionContext) -> None:
        """Say what to do about a file system that takes nothing more."""
        said = str(context.original_exception)
        if any(words in said for words in ("is full", "readonly", "disk I/O", "unable to open")):
            raise SetupError(
                f"The catalogue {self.path} cannot be written ({said}); "
                "what was stored before is intact.\n"
                "Check space and permissions there, then run the same command again."
            ) from context.original_exception

    def _scalar(self, statement: str) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(sa.text(statement)).scalar() or 0)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    # --- writing: one transaction each -----------------------------------------------------------

    def put(
        self,
        root: str,
        reader: str,
        document: Document,
        passages: Sequence[Passage],
        gaps: Sequence[Gap] = (),
    ) -> None:
        """Store a document in place of its older version, with what could not be read of it."""
        rows = passage_rows(passages)
        with self._engine.begin() as connection:
            connection.execute(DOCUMENTS.delete().where(DOCUMENTS.c.id == document.id))
            connection.execute(DOCUMENTS.insert(), document_row(root, reader, document))
            if rows:
                connection.execute(PASSAGES.insert(), rows)
            if gaps:
                connection.execute(GAPS.insert(), gap_rows(document.id, gaps))
            _advance(connection)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget documents."""
        if not ids:
            return
        with self._engine.begin() as connection:
            for chunk in _chunks(ids):
                connection.execute(DOCUMENTS.delete().where(DOCUMENTS.c.id.in_(chunk)))
            _advance(connection)

    def adopt(self, ids: Sequence[str], root: str) -> None:
        """Note that documents now come from another folder (it was moved)."""
        with self._engine.begin() as connection:
            for chunk in _chunks(ids):
                connection.execute(
                    DOCUMENTS.update().where(DOCUMENTS.c.id.in_(chunk)).values(root=root)
                )

    def put_vectors(
        self, model: str, hashes: Sequence[str], vectors: npt.NDArray[np.float32]
    ) -> None:
        """Cache vectors, float32 of shape (n, d), each under the hash of the text it stands for."""
        rows = [
            {"model": model, "text_hash": h, "vector": v.tobytes()}
            for h, v in zip(hashes, np.asarray(vectors, dtype=np.float32), strict=True)
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(VECTORS.insert().prefix_with("OR REPLACE"), rows)

    def forget_unused_vectors(self, former: Path) -> None:
        """Drop the vectors of texts that no passage has any more, here or in the former catalogue.

        Args:
            former: A copy made by ``copy_to``.
        """
        with self._attached(former) as (connection, tables):
            used = sa.union(
                sa.select(PASSAGES.c.text_hash), sa.select(tables[PASSAGES].c.text_hash)
            )
            connection.execute(VECTORS.delete().where(VECTORS.c.text_hash.not_in(used)))
            connection.commit()

    def record_run(self, report: dict[str, Any], keep: int = 50) -> None:
        """Keep the report of an ingest, and those of the last ``keep`` ones."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._engine.begin() as connection:
            connection.execute(RUNS.insert(), {"finished": now, "report": report})
            last = connection.execute(sa.select(sa.func.max(RUNS.c.id))).scalar() or 0
            connection.execute(RUNS.delete().where(RUNS.c.id <= last - keep))

    def snapshot(self, path: Path) -> None:
        """Copy what is to be found into a new database: each text once, without vectors and runs.

        A document whose text another one has already would only be cited beside it.
        """
        self.copy_to(path)
        with self._attached(path) as (connection, tables):
            copied = tables[DOCUMENTS]
            for chunk in _chunks(sorted(self.repeated())):
                connection.execute(copied.delete().where(copied.c.id.in_(chunk)))
            connection.commit()

    def copy_to(self, path: Path) -> None:
        """Copy documents, passages and gaps into a new database; vectors and runs stay behind."""
        copy = Catalogue(path)
        # A write-ahead log needs a writable folder even to read; a snapshot never changes again.
        with copy._engine.begin() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=DELETE"))
        copy.close()
        with self._attached(path) as (connection, tables):
            for table in (DOCUMENTS, PASSAGES, GAPS, STATE):
                rows = tables[table].insert()
                connection.execute(rows.from_select(table.columns.keys(), sa.select(table)))
            connection.commit()

    def restore(self, path: Path) -> None:
        """Take documents, passages and gaps from what ``copy_to`` made, in one transaction."""
        with self._attached(path) as (connection, tables):
            connection.execute(DOCUMENTS.delete())
            there = sa.inspect(connection).get_table_names(schema="other")
            for table in (DOCUMENTS, PASSAGES, GAPS):
                if table.name not in there:  # a copy that was made when there were no gaps
                    continue
                rows = sa.select(tables[table])
                connection.execute(table.insert().from_select(table.columns.keys(), rows))
            _advance(connection)
            connection.commit()

    @contextmanager
    def _attached(self, path: Path) -> Iterator[tuple[sa.Connection, dict[sa.Table, sa.Table]]]:
        """Open another catalogue beside this one: the connection, and its tables by ours."""
        other = sa.MetaData(schema="other")
        tables = {table: table.to_metadata(other) for table in (DOCUMENTS, PASSAGES, GAPS, STATE)}
        with self._engine.connect() as connection:
            connection.execute(sa.text("ATTACH DATABASE :path AS other"), {"path": str(path)})
            try:
                yield connection, tables
            finally:
                connection.rollback()
                connection.execute(sa.text("DETACH DATABASE other"))

    # --- reading ----------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Number of changes so far: equal revisions mean equal documents and passages."""
        with self._engine.connect() as connection:
            query = sa.select(STATE.c.value).where(STATE.c.name == "revision")
            return int(connection.execute(query).scalar() or 0)

    def entries(self) -> dict[str, Entry]:
        """Return every document by id."""
        query = sa.select(DOCUMENTS.c.id, DOCUMENTS.c.root, DOCUMENTS.c.digest, DOCUMENTS.c.reader)
        with self._engine.connect() as connection:
            return {
                row.id: Entry(row.root, row.digest, row.reader) for row in connection.execute(query)
            }

    def document(self, id_: str) -> Document | None:
        """Return one document, or None."""
        query = sa.select(DOCUMENTS).where(DOCUMENTS.c.id == id_)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else to_document(row)

    def documents(self) -> Iterator[Document]:
        """Yield every document in the order of ids."""
        query = sa.select(DOCUMENTS).order_by(DOCUMENTS.c.id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=100).execute(query):
                yield to_document(row)

    def metadata(self) -> dict[str, Metadata]:
        """Return the metadata of every document by id."""
        query = sa.select(DOCUMENTS.c.id, DOCUMENTS.c.metadata).order_by(DOCUMENTS.c.id)
        with self._engine.connect() as connection:
            return {row.id: Metadata.from_dict(row.metadata) for row in connection.execute(query)}

    def languages(self) -> dict[str, int]:
        """Return how many documents there are in each language."""
        query = sa.select(DOCUMENTS.c.lang, sa.func.count()).group_by(DOCUMENTS.c.lang)
        with self._engine.connect() as connection:
            return {str(lang): int(count) for lang, count in connection.execute(query)}

    def count_passages(self) -> int:
        """Return the number of passages."""
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count(PASSAGES.c.id))).scalar() or 0)

    def passages(self, ids: Sequence[str] | None = None) -> list[Passage]:
        """Return passages: those named, in that order and without unknown ids, or all, in order."""
        if ids is None:
            query = passage_query().order_by(PASSAGES.c.document_id, PASSAGES.c.ordinal)
            with self._engine.connect() as connection:
                return [to_passage(row) for row in connection.execute(query)]
        found = {}
        with self._engine.connect() as connection:
            for chunk in _chunks(ids):
                for row in connection.execute(passage_query().where(PASSAGES.c.id.in_(chunk))):
                    found[row.id] = to_passage(row)
        return [found[id_] for id_ in ids if id_ in found]

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return the passages of a document, in order."""
        query = passage_query().where(PASSAGES.c.document_id == document_id)
        with self._engine.connect() as connection:
            return [to_passage(r) for r in connection.execute(query.order_by(PASSAGES.c.ordinal))]

    def gaps(self) -> dict[str, list[Gap]]:
        """Return what could not be read of documents, by id, sorted; whole ones are left out."""
        query = sa.select(GAPS).order_by(GAPS.c.document_id, GAPS.c.ordinal)
        found: dict[str, list[Gap]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                gap = Gap(row.place, row.code, row.reason, row.hint)
                found.setdefault(row.document_id, []).append(gap)
        return found

    def overview(self) -> list[Overview]:
        """Return every document with the number of its passages, in the order of ids."""
        query = (
            sa.select(
                DOCUMENTS.c.id,
                DOCUMENTS.c.root,
                DOCUMENTS.c.metadata,
                sa.func.count(PASSAGES.c.id).label("passages"),
            )
            .select_from(DOCUMENTS.outerjoin(PASSAGES))
            .group_by(DOCUMENTS.c.id)
            .order_by(DOCUMENTS.c.id)
        )
        with self._engine.connect() as connection:
            return [
                Overview(row.id, row.root, Metadata.from_dict(row.metadata), row.passages)
                for row in connection.execute(query)
            ]

    def text_hashes(self) -> dict[str, str]:
        """Return the hash of every document's text by id, in the order of ids."""
        query = sa.select(DOCUMENTS.c.id, DOCUMENTS.c.text).order_by(DOCUMENTS.c.id)
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=100).execute(query)
            return {row.id: text_hash(row.text) for row in rows}

    def repeated(self) -> dict[str, str]:
        """Return the documents whose text an earlier one has, with that one."""
        return repetitions(self.text_hashes())

    def missing_vectors(self, model: str) -> dict[str, str]:
        """Return the texts to embed that have no vector of this model yet, by hash."""
        query = (
            passage_query()
            .outerjoin(
                VECTORS,
                (VECTORS.c.text_hash == PASSAGES.c.text_hash) & (VECTORS.c.model == model),
            )
            .where(VECTORS.c.text_hash.is_(None))
        )
        with self._engine.connect() as connection:
            return {
                row.text_hash: to_passage(row).text_to_embed for row in connection.execute(query)
            }

    def vectors(self, model: str, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return the vectors of passages, float32 of shape (n, d).

        Raises:
            KeyError: A passage was never embedded with this model.
        """
        hashes = [text_hash(p.text_to_embed) for p in passages]
        known: dict[str, bytes] = {}
        with self._engine.connect() as connection:
            for chunk in _chunks(hashes):
                query = sa.select(VECTORS.c.text_hash, VECTORS.c.vector)
                query = query.where(VECTORS.c.model == model, VECTORS.c.text_hash.in_(chunk))
                known |= {row.text_hash: row.vector for row in connection.execute(query)}
        return np.array([np.frombuffer(known[h], dtype=np.float32) for h in hashes])

    def runs(self) -> list[tuple[str, dict[str, Any]]]:
        """Return when each ingest ended (UTC, ISO 8601) and its report, newest first."""
        query = sa.select(RUNS.c.finished, RUNS.c.report).order_by(RUNS.c.id.desc())
        with self._engine.connect() as connection:
            return [(row.finished, row.report) for row in connection.execute(query)]


def repetitions(hashes: Mapping[str, str]) -> dict[str, str]:
    """Return the documents whose hash an earlier one has, with that one.

    >>> repetitions({"b.md": "x", "a.md": "x", "c.md": "y"})
    {'b.md': 'a.md'}
    """
    first: dict[str, str] = {}
    return {
        id_: first[hash_]
        for id_, hash_ in sorted(hashes.items())
        if first.setdefault(hash_, id_) != id_
    }


def _url(path: Path, read_only: bool) -> sa.URL:
    """Return the address of a database file, whatever signs its path holds."""
    if not read_only:
        return sa.URL.create("sqlite", database=str(path))
    address = path.resolve().as_uri()  # percent-encoded, as SQLite's own URI names want it
    return sa.URL.create("sqlite", database=address, query={"mode": "ro", "uri": "true"})


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
