"""Speed and memory of answering, in a fresh process.

    python benchmarks/answering.py [--questions evaluation/questions.jsonl] [--rivals PYTHON]

Prints start-up to the first answer, p50 and p95 of one ask (each question once, in file order, so that
sentence vectors are not yet cached for most), and peak memory. The index must exist: python ingest.py.
With ``--rivals``, the Python of an environment with ``benchmarks/rivals/requirements.txt``, the same
questions are then searched for by LangChain's tutorial retrieval with a cross-encoder behind it.
"""

from __future__ import annotations

import argparse
import resource
import time

BEGAN = time.perf_counter()

from pathlib import Path  # noqa: E402 - the clock starts before any import

import numpy as np  # noqa: E402

from tourbot.assistant import Assistant  # noqa: E402
from tourbot.embedding import open_embedding  # noqa: E402
from tourbot.evaluation.measure import documents_of  # noqa: E402
from tourbot.evaluation.questions import load_questions  # noqa: E402
from tourbot.evaluation.systems import Tourbot  # noqa: E402
from tourbot.settings import load_settings  # noqa: E402
from tourbot.store import Store  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=Path, default=Path("evaluation/questions.jsonl"))
    parser.add_argument("--rivals", help="the Python of the rivals' environment")
    options = parser.parse_args()
    questions = load_questions(options.questions)
    store, embedding = Store(load_settings().home), open_embedding()
    assistant = Assistant(store.index, embedding)
    assistant.ask(questions[0].question, record=False)
    start_up = time.perf_counter() - BEGAN
    seconds = []
    for question in questions[1:]:
        began = time.perf_counter()
        assistant.ask(question.question, question.history, record=False)
        seconds.append(time.perf_counter() - began)
    again = []
    for question in questions[1:]:
        began = time.perf_counter()
        assistant.ask(question.question, question.history, record=False)
        again.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"start-up to the first answer: {start_up:.1f} s (without the page)")
    for name, values in (("first time", seconds), ("asked again", again)):
        p50, p95 = np.quantile(values, [0.5, 0.95]) * 1000
        print(f"one ask, {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(values)} questions)")
    print(f"peak memory: {peak:.0f} MB")
    if options.rivals:
        import systems

        tourbot = Tourbot(store.index, embedding)
        documents = documents_of(store.index, embedding)
        rival = systems.rival(
            options.rivals, "langchain_reranked", tourbot, questions[1:], documents
        )
        p50, p95 = np.quantile(rival.seconds, [0.5, 0.95]) * 1000
        ratio = np.quantile(seconds, 0.95) * 1000 / p95
        print(f"{rival.name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms; our p95 is {ratio:.2f} of it")


if __name__ == "__main__":
    main()
