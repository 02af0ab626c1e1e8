"""Speed and memory of answering, in a fresh process.

    python benchmarks/answering.py [--questions evaluation/questions.jsonl]

Prints start-up to the first answer, p50 and p95 of one ask (each question once, in file order, so that
sentence vectors are not yet cached for most), and peak memory. The index must exist: python ingest.py.
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
from tourbot.evaluation.questions import load_questions  # noqa: E402
from tourbot.ingestion import Store  # noqa: E402
from tourbot.settings import load_settings  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=Path, default=Path("evaluation/questions.jsonl"))
    questions = load_questions(parser.parse_args().questions)
    assistant = Assistant(Store(load_settings().home).index, open_embedding())
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


if __name__ == "__main__":
    main()
