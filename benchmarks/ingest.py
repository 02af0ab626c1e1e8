"""How fast a folder becomes searchable, against the pipelines that people build for it.

    python benchmarks/ingest.py --folder FOLDER [--rivals PYTHON] [--many N]

In one run, with the same files: an ingest into an empty store; a second one that finds nothing to
do; LangChain's tutorial (load, split, embed, store in Chroma on disk) with tourbot's model through
sentence-transformers; markitdown and a plain loop, which embeds paragraph after paragraph with the
same. Passages are of different length in each, so characters a second are compared.

``--many`` makes folders of a tenth of N and of N small files, and measures a first ingest with
vectors that cost nothing, a second one, and the peak memory of the program; the processes that read
files are bounded, and as many for any folder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROLES = ("tourbot", "again", "tutorial", "markitdown", "many")


def main() -> None:
    """Run each role in a process of its own, and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rivals", default=sys.executable, help="Python with the rivals' packages")
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--role", choices=_ROLES, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role:
        print(json.dumps(_run(arguments.role, arguments.folder, arguments.home)))
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        if arguments.folder:
            _compare(arguments.folder, arguments.rivals, work)
        if arguments.many:
            _grow(arguments.many, work)


def _compare(folder: Path, rivals: str, work: Path) -> None:
    print("| pipeline | seconds | documents | passages | characters/s | peak MB | tourbot's rate |")
    print("|---|---|---|---|---|---|---|")
    ours = 0.0
    from systems import export_model

    model = export_model(work / "model")
    homes = {"tourbot": "home", "again": "home"}
    for role in _ROLES[:4]:
        python = sys.executable if role in homes else rivals
        home = work / homes.get(role, f"home-{role}")
        done = _child(python, role, folder, home, TOURBOT_BENCH_MODEL=model)
        rate = done["characters"] / done["seconds"]
        ours = ours or rate
        times = "–" if role in {"tourbot", "again"} else f"{ours / rate:.1f} ×"
        print(
            f"| {role} | {done['seconds']:.1f} | {done['documents']} | {done['passages']} | "
            f"{rate:,.0f} | {done['megabytes']:.0f} | {times} |",
            flush=True,
        )


def _grow(most: int, work: Path) -> None:
    print("\n| files | first ingest, s | nothing to do, s | peak MB |\n|---|---|---|---|")
    for count in (most // 10, most):
        folder = work / f"files-{count}"
        folder.mkdir()
        for n in range(count):
            text = f"# Note {n}\n\nLa note numéro {n} parle du bureau {n % 97}.\n"
            (folder / f"note-{n:06}.md").write_text(text, encoding="utf-8")
        first = _child(sys.executable, "many", folder, work / f"home-{count}")
        again = _child(sys.executable, "many", folder, work / f"home-{count}")
        print(
            f"| {count:,} | {first['seconds']:.1f} | {again['seconds']:.2f} | "
            f"{first['megabytes']:.0f} |",
            flush=True,
        )


def _child(python: str, role: str, folder: Path, home: Path, **settings: str) -> dict[str, float]:
    command = [python, __file__, "--role", role, "--folder", str(folder), "--home", str(home)]
    finished = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | settings
    )
    if finished.returncode:
        sys.exit(f"{role} failed:\n{finished.stderr[-2000:]}")
    return dict(json.loads(finished.stdout.splitlines()[-1]))


def _run(role: str, folder: Path, home: Path) -> dict[str, float]:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    work = {"tutorial": _tutorial, "markitdown": _markitdown}.get(role)
    done = _ours(folder, home, free=role == "many") if work is None else work(folder, home)
    return done | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _ours(folder: Path, home: Path, *, free: bool) -> dict[str, float]:
    from tourbot.embedding import open_embedding
    from tourbot.ingestion import ingest
    from tourbot.store import Store
    from tourbot.testing import hash_embedding

    embedding = hash_embedding() if free else open_embedding()
    if not free:
        _ = embedding.encoder  # loading is not what is measured
    store = Store(home)
    began = time.perf_counter()
    report = ingest(folder, store, embedding)
    seconds = time.perf_counter() - began
    catalogue = store.open_catalogue()
    characters = sum(len(document.text) for document in catalogue.documents())
    return {
        "seconds": seconds,
        "documents": report.documents,
        "passages": report.passages,
        "characters": characters,
    }


def _texts(folder: Path) -> list[tuple[str, str]]:
    """Read with markitdown what it can; what fails is left out, as a plain loop would."""
    from markitdown import MarkItDown

    reader = MarkItDown()
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            text = reader.convert(path).text_content
        except Exception:  # noqa: S112 - whatever it raises on a broken file
            continue
        if text.strip():
            found.append((str(path), text))
    return found


def _tutorial(folder: Path, home: Path) -> dict[str, float]:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(os.environ["TOURBOT_BENCH_MODEL"], local_files_only=True)

    class Vectors(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            lines = [f"passage: {text}" for text in texts]
            return model.encode(lines, show_progress_bar=False).tolist()

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    began = time.perf_counter()
    texts = _texts(folder)
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents([Document(t, metadata={"id": n}) for n, t in texts])
    store = Chroma(
        collection_name="tutorial", embedding_function=Vectors(), persist_directory=str(home)
    )
    for start in range(0, len(chunks), 5000):
        store.add_documents(chunks[start : start + 5000])
    return _numbers(began, texts, len(chunks))


def _markitdown(folder: Path, home: Path) -> dict[str, float]:
    import chromadb
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(os.environ["TOURBOT_BENCH_MODEL"], local_files_only=True)
    began = time.perf_counter()
    texts = _texts(folder)
    collection = chromadb.PersistentClient(str(home)).create_collection("naive")
    count = 0
    for name, text in texts:
        for part in (p for p in text.split("\n\n") if p.strip()):
            vector = model.encode(f"passage: {part}", show_progress_bar=False).tolist()
            collection.add(ids=[f"{name}-{count}"], embeddings=[vector], documents=[part])
            count += 1
    return _numbers(began, texts, count)


def _numbers(began: float, texts: list[tuple[str, str]], passages: int) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - began,
        "documents": len(texts),
        "passages": passages,
        "characters": sum(len(text) for _, text in texts),
    }


if __name__ == "__main__":
    main()
