"""Let one rival index documents and answer questions; run by ``benchmarks/systems.py``.

    RIVALS_PYTHON benchmarks/rivals/run.py MODULE INPUT.json OUTPUT.json MODEL_FOLDER [QUERY PASSAGE]

The input has ``documents`` (id, title, text) and ``questions`` (id, question); the output, for each
question, the stretches found: document, start, end, score, in offsets of the document's text.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

DEPTH = 50


def main() -> None:
    """Read, index, search, write."""
    module, source, target, folder, *prefixes = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).parent))
    from shared import Model, Text

    rival = importlib.import_module(module)
    given = json.loads(Path(source).read_text(encoding="utf-8"))
    texts = [Text(d["id"], d["title"], d["text"]) for d in given["documents"]]
    began = time.perf_counter()
    search = rival.build(texts, Model(Path(folder), *prefixes))
    built = time.perf_counter() - began
    shifts = {text.id: text.shift for text in texts}
    found, seconds = {}, []
    for question in given["questions"]:
        began = time.perf_counter()
        hits = search(question["question"], DEPTH)
        seconds.append(time.perf_counter() - began)
        found[question["id"]] = [
            (h.id, max(0, h.start - shifts[h.id]), max(0, h.end - shifts[h.id]), float(h.score))
            for h in hits
        ]
    result = {"name": rival.NAME, "built": built, "seconds": seconds, "found": found}
    Path(target).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
