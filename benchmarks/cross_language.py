"""What is found across languages, against the same questions within the documents' language.

    python benchmarks/cross_language.py --data DEBIAN_FAQ_FOLDER

The titles of the sections of the Debian FAQ are asked in French and in English over its French and
its English sections. A title stands above its own section: within one language the words are the
same, which is the hardest figure to come near to.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import debian_faq

from tourbot.embedding import open_embedding
from tourbot.errors import TourbotError
from tourbot.evaluation import figures
from tourbot.evaluation.measure import documents_of
from tourbot.evaluation.run import Run, ask_all
from tourbot.evaluation.systems import Baseline, Tourbot, index_documents
from tourbot.settings import load_settings

COLUMNS = ("recall@1", "recall@5", "recall@10", "nDCG@10")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    embedding = open_embedding()
    print(f"| documents | questions | n | {' | '.join(COLUMNS)} | of the recall@10 within |")
    print(f"|---|---|---|{'---|' * (len(COLUMNS) + 1)}")
    for written, other in (("fr", "en"), ("en", "fr")):
        within = 0.0
        for asked in (written, other):
            try:
                dataset = debian_faq.load(folder, asked, written)
            except TourbotError as error:
                sys.exit(str(error))
            store = index_documents(
                dataset, load_settings().home / "evaluation" / "stores", embedding
            )
            tourbot = Tourbot(store.index, embedding)
            retrieve = tourbot.assistant.retrieve
            system = Baseline(
                "tourbot", tourbot, lambda q, lang, retrieve=retrieve: retrieve(q, lang, 50)
            )
            documents = documents_of(store.index, embedding)
            outcomes = ask_all(system, list(dataset.questions), documents, by_document=True)
            found = figures.figures(Run({"system": "tourbot"}, outcomes))
            recall = found["retrieval/recall@10"].value
            within = within or recall
            cells = [str(found[f"retrieval/{column}"]) for column in COLUMNS]
            row = [written, asked, str(len(outcomes)), *cells, f"{recall / within:.3f}"]
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
