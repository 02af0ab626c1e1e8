"""Settings of the whole suite, and the stores that its tests look into."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import CHROMEDRIVER, CHROMIUM, Page
from filelock import FileLock
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from support import CORPUS, SITE, SMALL, copied, served, write

from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.embedding import Embedding, open_embedding
from tourbot.evaluation.systems import remembering
from tourbot.ingestion import ingest
from tourbot.journal import Journal
from tourbot.store import Store

# Everyone draws the same examples, so that a red run is red for all; HYPOTHESIS_PROFILE=explore
# looks for new ones.
settings.register_profile("steady", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file, then the one that needs the corpus: two processes share both."""
    first = ["test_crash.py", "test_web.py", "test_staff.py"]
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


@pytest.fixture(scope="module")
def home(real_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the store of the corpus, which these tests may write to."""
    copy = tmp_path_factory.mktemp("served") / "home"
    return copied(real_store.home, copy)


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page served by ``python app.py``."""
    folder = tmp_path_factory.mktemp("served")
    with served(home, folder, folder / "log.txt", TOURBOT_SITE=json.dumps(SITE)) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium, for which no other host than this machine exists."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, address: str) -> Page:
    """The page on a desk."""
    return Page(browser, address, (1280, 900))
