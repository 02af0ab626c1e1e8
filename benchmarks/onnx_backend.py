"""ONNX Runtime called directly or through sentence-transformers: what does each cost?

Both read the same model folder. Each run is a fresh process, the two take turns, medians are shown.
The second Python is that of a virtual environment with ``sentence-transformers``, ``optimum`` and
``optimum-onnx``, which cannot be installed beside tourbot (they need older ``transformers``).

    python benchmarks/onnx_backend.py OTHER_PYTHON SQUAD.json [--runs 5]

The data file has the form of SQuAD 1.1 (PIAF's files do).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

TEXTS = 100
Encode = Callable[[list[str]], npt.NDArray[np.float32]]
ROWS = {
    "start": "Start-up to the first vector (s)",
    "memory_query": "Peak memory after one question (MB)",
    "memory_all": "Peak memory after all passages (MB)",
    "query": "One question (ms)",
    "passages": "Passages per second, in batches",
    "passages_single": "Passages per second, one by one",
}


def main() -> None:
    """Measure both in turn and print a table, or be one measured process (``--child``)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", help="the Python that has sentence-transformers and optimum-onnx")
    parser.add_argument("data", type=Path, help="questions and contexts in the form of SQuAD 1.1")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--child", nargs=4, metavar=("KIND", "FOLDER", "STARTED", "VECTORS"))
    options = parser.parse_args()
    if options.child:
        kind, folder, started, vectors = options.child
        figures = _measure(kind, folder, options.data, float(started), Path(vectors))
        print(json.dumps(figures))
        return
    from tourbot.embedding.bundled import checked_folder

    folder = checked_folder()
    kinds = {"direct": sys.executable, "sentence-transformers": options.python}
    figures = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as name:
        for run in range(options.runs + 1):  # the first one fills the file cache and is dropped
            for kind, python in kinds.items():
                command = [python, __file__, options.python, str(options.data)]
                command += ["--child", kind, str(folder), str(time.time()), f"{name}/{kind}.npy"]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                if run:
                    figures[kind].append(json.loads(output.splitlines()[-1]))
        ours, theirs = (np.load(f"{name}/{kind}.npy") for kind in kinds)
    print(f"| median of {options.runs} | " + " | ".join(kinds) + " |\n|---|---:|---:|")
    for key, title in ROWS.items():
        medians = [statistics.median(run[key] for run in figures[kind]) for kind in kinds]
        print(f"| {title} | " + " | ".join(f"{median:.1f}" for median in medians) + " |")
    cosines = (ours * theirs).sum(axis=1)
    print(f"\nSame text, alone: cosine mean {cosines.mean():.6f}, minimum {cosines.min():.6f}")


def _measure(kind: str, folder: str, data: Path, started: float, vectors: Path) -> dict[str, float]:
    encode = _direct(folder) if kind == "direct" else _sentence_transformers(folder)
    encode(["query: Qui organise la rencontre ?"])
    figures = {"start": time.time() - started, "memory_query": _peak_memory()}
    articles = json.loads(data.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    questions = ["query: " + p["qas"][0]["question"] for p in paragraphs[:TEXTS]]
    passages = ["passage: " + p["context"] for p in paragraphs[:TEXTS]]
    encode(questions[:5])
    begun = time.perf_counter()
    alone = [encode([question]) for question in questions]
    figures["query"] = (time.perf_counter() - begun) / len(questions) * 1000
    begun = time.perf_counter()
    alone += [encode([passage]) for passage in passages]
    figures["passages_single"] = len(passages) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    encode(passages)
    figures["passages"] = len(passages) / (time.perf_counter() - begun)
    figures["memory_all"] = _peak_memory()
    np.save(vectors, np.concatenate(alone))
    return figures


def _direct(folder: str) -> Encode:
    from tourbot.embedding.encoder import OnnxEncoder

    return OnnxEncoder(Path(folder)).encode


def _sentence_transformers(folder: str) -> Encode:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, backend="onnx", local_files_only=True)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def _peak_memory() -> float:
    """Return the peak resident memory of this process in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    main()
