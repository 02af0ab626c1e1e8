"""What several test files share: paths, small documents, and the invariants of every answer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.types import Answer

REPO = Path(__file__).resolve().parent.parent
CORPUS = REPO / "corpus"

# What the page that is tested says of itself.
SITE = {
    "tagline": {"en": "Ask about clubs & fairs."},
    "examples": {
        "fr": ["Qui porte Numéric’Emploi ?", "Qui préside Loir&Cher Tech ?"],
        "en": ["Who backs Numéric’Emploi?"],
    },
}

# Four documents with nothing in common but French.
SMALL = {
    "adhesion.md": (
        "# L’adhésion\n\nL’adhésion coûte 120 euros par an. Le bureau valide chaque adhésion.\n\n"
        "## Résiliation\n\nLa résiliation se fait par lettre avant le 30 novembre.\n"
    ),
    "tour.md": "# Le tour\n\nLe tour passe à Blois en octobre. Il réunit deux cents chefs d’entreprise.\n",
    "club/presidence.md": "# Le club\n\nLe club est présidé par Jeanne Martin depuis 2021.\n",
    "notes.txt": "Réunion du bureau\n\nLe bureau se réunit chaque premier mardi du mois à Orléans.\n",
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files under a folder, which is made when missing, and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    return folder


def copied(home: Path, copy: Path) -> Path:
    """Copy a store in another process, and return where.

    To close a file drops all locks that this process has on it (https://sqlite.org/howtocorrupt.html,
    2.2): if it had the catalogue open, the next process to close it would take its journal away.
    """
    subprocess.run(["cp", "-R", str(home), str(copy)], check=True)
    return copy


def converse(assistant: Assistant, *questions: str) -> Answer:
    """Ask questions one after the other, as a visitor does, and return the last answer."""
    history: list[str] = []
    for earlier in questions[:-1]:
        history.append(assistant.understand(earlier, history))
    return assistant.ask(questions[-1], history)


def said(answer: Answer) -> str:
    """Return everything that an answer quotes, spaces made plain."""
    return " ".join(" ".join(c.quote for c in answer.citations).split())


def assert_sound(answer: Answer, catalogue: Catalogue) -> None:
    """Check what holds for every answer, whatever the question."""
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.abstained == (not answer.citations)
    assert 0 <= answer.confidence <= 1
    for citation in answer.citations:
        document = catalogue.document(citation.document_id)
        assert document is not None, citation.document_id
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
        assert citation.metadata == document.metadata
    for retrieved in answer.passages:
        passage = retrieved.passage
        document = catalogue.document(passage.document_id)
        assert document is not None, passage.document_id
        assert document.text[passage.start : passage.end] == passage.text


def run_program(
    *arguments: str | Path, cwd: Path, timeout: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a program with Python in a folder, with no setting but those given.

    Args:
        arguments: What follows ``python``.
        cwd: Working folder: a ``tourbot.toml`` there would be read.
        timeout: Seconds.
        settings: Environment variables to set.
    """
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@contextmanager
def served(
    home: Path, cwd: Path, log: Path, *, before: Sequence[str] = (), **settings: str
) -> Iterator[str]:
    """Serve a store by ``python app.py`` until the block ends, and yield the address.

    Args:
        home: The store.
        cwd: Working folder.
        log: Where its standard error goes.
        before: What the command begins with, where it is run by another.
        settings: Environment variables to set.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*before, sys.executable, REPO / "app.py"],
            cwd=cwd,
            env=environment(TOURBOT_HOME=str(home), TOURBOT_PORT=str(port), **settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said == f"tourbot: http://127.0.0.1:{port}", log.read_text()
        url = said.removeprefix("tourbot: ")
        for _ in range(300):
            try:
                httpx.get(f"{url}/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        try:
            yield url
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()


def tourbot(
    *arguments: str | Path, cwd: Path, timeout: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the ``tourbot`` command, as ``run_program`` does."""
    command = Path(sys.executable).with_name("tourbot")
    return run_program(command, *arguments, cwd=cwd, timeout=timeout, **settings)


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without any setting of tourbot but those given."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith("TOURBOT_")}
    return kept | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200"} | settings
