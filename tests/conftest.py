"""Settings of the whole suite, and the stores that its tests look into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from support import CORPUS, SMALL, write

from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.embedding import Embedding, open_embedding
from tourbot.evaluation.systems import remembering
from tourbot.ingestion import Store, ingest
from tourbot.journal import Journal

# Everyone draws the same examples, so that a red run is red for all; HYPOTHESIS_PROFILE=explore
# looks for new ones.
settings.register_profile("steady", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file, then the one that needs the corpus: two processes share both."""
    first = ["test_crash.py", "test_web.py"]
    items.sort(key=lambda item: first.index(item.path.name) if item.path.name in first else 9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which nothing has been written yet."""
    return Store(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of four small documents."""
    return write(tmp_path / "documents", SMALL)


@pytest.fixture(scope="session")
def real_embedding() -> Embedding:
    """The bundled model, reading no text twice; if it is missing, the error says how to prepare it."""
    return remembering(open_embedding())


@pytest.fixture(scope="session")
def real_store(
    tmp_path_factory: pytest.TempPathFactory, real_embedding: Embedding, worker_id: str
) -> Store:
    """The corpus, ingested with the bundled model, once for all processes. Tests only read it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    store = Store(shared / "corpus" / "home")
    store.home.mkdir(parents=True, exist_ok=True)
    with FileLock(shared / "corpus" / "lock"):  # whoever comes second finds it done
        ingest(CORPUS, store, real_embedding)
    return store


@pytest.fixture(scope="session")
def real_journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    """Where the assistant over the corpus notes questions."""
    return Journal(tmp_path_factory.mktemp("journal") / "journal.db")


@pytest.fixture(scope="session")
def assistant(real_store: Store, real_embedding: Embedding, real_journal: Journal) -> Assistant:
    """The assistant over the corpus, as members use it."""
    return Assistant(real_store.index, real_embedding, real_journal)


@pytest.fixture(scope="session")
def real_catalogue(real_store: Store) -> Iterator[Catalogue]:
    """The catalogue of the corpus."""
    catalogue = real_store.open_catalogue()
    yield catalogue
    catalogue.close()
