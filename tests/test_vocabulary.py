"""The words and acronyms of the documents, kept with the index and used to mend what is typed."""

from __future__ import annotations

from pathlib import Path

from tourbot.index import Fingerprint
from tourbot.ingestion import ingest
from tourbot.store import Store
from tourbot.testing import hash_embedding
from tourbot.understanding.spelling import Spelling
from tourbot.vocabulary import Vocabulary


def test_what_is_loaded_with_a_generation_is_what_its_documents_hold(tmp_path: Path) -> None:
    """Words by language with their numbers, acronyms with the first of their long forms."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text(
        "# Une aide\n\nLe fonds des ateliers ruraux (FAR) aide les ateliers de Corrèze.\n",
        encoding="utf-8",
    )
    (folder / "b.md").write_text(
        "# Une fête\n\nLa fête des arts de la rue (FAR) réunit les habitants de Corrèze.\n",
        encoding="utf-8",
    )
    store, embedding = Store(tmp_path / "var"), hash_embedding()
    ingest(folder, store, embedding)
    generation = store.index.open(Fingerprint(embedding.fingerprint))
    found = generation.vocabulary
    assert found == Vocabulary.build(generation.catalogue.documents())
    assert found.words["fr"]["Corrèze"] == 2
    assert found.words["fr"]["ateliers"] == 2
    assert found.acronyms["FAR"] in {"fonds des ateliers ruraux", "fête des arts de la rue"}
    generation.close()


def test_of_two_spellings_the_commoner_is_taken() -> None:
    """Accents and capitals are those of most texts; short and known words stay as typed."""
    spelling = Spelling({"Bétoine": 3, "BETOINE": 1, "tisane": 2})
    assert spelling.mended("la betoyne en tisanes") == "la Bétoine en tisanes"
    assert spelling.mended("le thé") == "le thé"
