"""Retrieval of tourbot, of its two halves, and of the LangChain tutorial pipeline, in one run.

    python benchmarks/retrieval.py --squad PIAF_DEV.json --faq DEBIAN_FAQ_FOLDER [--without-rival]

``--squad`` takes a file in SQuAD's format (one document per context, its article's title on top).
``--faq`` takes the Debian FAQ's folder (``en/*.html``, ``fr/*.html``): the documents are the French
sections, the questions the English titles of the same sections. Every system gets the same texts.
Figures: nDCG@10 and recall@5 over documents, with 95 % bootstrap intervals over questions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import ir_measures
import lxml.html
import numpy as np
from ir_measures import R, nDCG

from tourbot import chunking
from tourbot.embedding import Embedding, open_embedding
from tourbot.evaluation.datasets import Question, Quote, load_squad
from tourbot.evaluation.metrics import ranking
from tourbot.index import Fingerprint
from tourbot.ingestion import Store
from tourbot.parsing.builder import TextBuilder
from tourbot.retrieval import FOREIGN_LEXICAL_WEIGHT, LEXICAL_WEIGHT, Retriever
from tourbot.types import Document, Metadata

MEASURES = [nDCG @ 10, R @ 5]
DEPTH = 50
Search = Callable[[str, str], dict[str, float]]


def main() -> None:
    """Run what the arguments name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--faq", type=Path)
    parser.add_argument("--without-rival", action="store_true")
    arguments = parser.parse_args()
    if arguments.squad is None and arguments.faq is None:
        parser.error("name at least one data set")
    if arguments.squad:
        compare(arguments.squad.name, *load_squad(arguments.squad), arguments.without_rival)
    if arguments.faq:
        name = "English questions over the French Debian FAQ"
        compare(name, *load_faq(arguments.faq), arguments.without_rival)


def compare(
    name: str, documents: list[Document], questions: list[Question], without_rival: bool
) -> None:
    """Print one table."""
    print(f"\n{name}: {len(documents)} documents, {len(questions)} questions\n")
    print("| system | nDCG@10 | recall@5 |\n|---|---|---|")
    qrels = {q.id: dict.fromkeys(q.relevant, 1) for q in questions}
    with tempfile.TemporaryDirectory() as folder:
        for system, search in systems(documents, Store(Path(folder)), without_rival):
            runs = {q.id: search(q.question, q.lang) for q in questions}
            print(f"| {system} | {' | '.join(figures(qrels, runs))} |", flush=True)


def figures(qrels: dict[str, dict[str, int]], runs: dict[str, dict[str, float]]) -> list[str]:
    """Return each measure with its 95 % interval."""
    values: dict[str, list[float]] = {str(measure): [] for measure in MEASURES}
    for metric in ir_measures.iter_calc(MEASURES, qrels, runs):
        values[str(metric.measure)].append(metric.value)
    rng = np.random.default_rng(0)
    cells = []
    for measure in MEASURES:
        sample = np.array(values[str(measure)])
        means = [rng.choice(sample, len(sample)).mean() for _ in range(1000)]
        low, high = np.quantile(means, [0.025, 0.975])
        cells.append(f"{sample.mean():.3f} [{low:.3f}, {high:.3f}]")
    return cells


def systems(
    documents: Sequence[Document], store: Store, without_rival: bool
) -> list[tuple[str, Search]]:
    """Index the documents in each system."""
    embedding = open_embedding()
    generation = build(documents, store, embedding).index.open(Fingerprint(embedding.fingerprint))

    def ours(own: float, foreign: float) -> Search:
        retriever = Retriever(generation, embedding, own, foreign)
        return lambda question, lang: ranking(retriever.retrieve(question, lang, DEPTH))

    bm25, dense = ours(1, 1), ours(0, 0)
    found = [
        ("BM25 alone", bm25),
        ("dense alone", dense),
        ("both, by rank (RRF)", lambda q, lang: reciprocal_ranks(bm25(q, lang), dense(q, lang))),
        ("tourbot (fused)", ours(LEXICAL_WEIGHT, FOREIGN_LEXICAL_WEIGHT)),
    ]
    if not without_rival:
        sys.path.insert(0, str(Path(__file__).parent))
        try:
            import tutorial_rag

            texts = [(d.id, f"{d.metadata.title}\n\n{d.text}") for d in documents]
            search = tutorial_rag.build(texts)
        except ImportError as error:
            sys.exit(
                f"The rival needs {error.name}: "
                "pip install -r benchmarks/requirements-rivals.txt -c constraints.txt, "
                "or use --without-rival."
            )
        found.append(("LangChain tutorial", lambda q, _: _by_rank(search(q, DEPTH))))
    return found


def reciprocal_ranks(*rankings: dict[str, float]) -> dict[str, float]:
    """Fuse rankings by rank alone.

    Source:
        Cormack, Clarke and Büttcher, doi:10.1145/1571941.1572114, with their k = 60.
    """
    fused: dict[str, float] = {}
    for ranking_ in rankings:
        best_first = sorted(ranking_, key=lambda id_: -ranking_[id_])
        for rank, id_ in enumerate(best_first, start=1):
            fused[id_] = fused.get(id_, 0) + 1 / (60 + rank)
    return fused


def build(documents: Sequence[Document], store: Store, embedding: Embedding) -> Store:
    """Put documents in a store and index them."""
    catalogue = store.open_catalogue()
    for document in documents:
        catalogue.put("benchmark", "benchmark", document, chunking.chunk(document))
    missing = catalogue.missing_vectors(embedding.fingerprint)
    vectors = embedding.passages(list(missing.values()))
    catalogue.put_vectors(embedding.fingerprint, list(missing), vectors)
    store.index.build(catalogue, Fingerprint(embedding.fingerprint))
    catalogue.close()
    return store


def load_faq(folder: Path) -> tuple[list[Document], list[Question]]:
    """Read French sections and the English titles of the same sections."""
    french, english = sections(folder / "fr"), sections(folder / "en")
    documents = []
    for id_, (title, lines) in french.items():
        builder = TextBuilder()
        builder.heading(1, title)
        for line in lines:
            builder.line(line)
        parsed = builder.build(Metadata(title=title))
        if parsed.blocks:
            documents.append(
                Document(id_, "0" * 64, parsed.metadata, "fr", parsed.text, parsed.blocks)
            )
    kept = {document.id for document in documents}
    questions = [
        Question(id_, "en", "faq", "all", title, answers=("",), quotes=(Quote(id_, title),))
        for id_, (title, _) in english.items()
        if id_ in kept and title.rstrip().endswith("?")
    ]
    return documents, questions


def sections(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return title (without its number) and paragraphs of each section, by anchor."""
    found = {}
    for path in sorted(folder.glob("*.html")):
        root = lxml.html.fromstring(path.read_bytes())
        for section in root.xpath("//div[@class='section']"):
            anchor = section.xpath("./div[@class='titlepage']//a/@id")
            heading = section.xpath("./div[@class='titlepage']//*[@class='title']")
            if anchor and heading:
                title = " ".join(heading[0].text_content().split()).split(None, 1)[-1]
                own = section.xpath("./*[not(self::div[@class='section' or @class='titlepage'])]")
                lines = [" ".join(part.text_content().split()) for part in own]
                found[str(anchor[0])] = (title, [line for line in lines if line])
    return found


def _by_rank(ids: Sequence[str]) -> dict[str, float]:
    return {id_: -float(rank) for rank, id_ in enumerate(ids)}


if __name__ == "__main__":
    main()
