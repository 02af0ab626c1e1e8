"""Generations: built aside, checked, then switched to; damage is refused, never searched."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from support import SMALL, write

from tourbot import planning
from tourbot.assistant import Assistant
from tourbot.errors import IndexUnusableError
from tourbot.index import (
    Fingerprint,
    Generation,
    IndexStore,
    Manifest,
    building,
    check_fingerprint,
)
from tourbot.ingestion import ingest
from tourbot.store import Store
from tourbot.testing import hash_embedding

FINGERPRINT = Fingerprint(hash_embedding().fingerprint)


def build(store: Store, folder: Path) -> str:
    """Ingest a folder and return the name of the generation."""
    return ingest(folder, store, hash_embedding()).generation


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with one generation, to copy from."""
    base = tmp_path_factory.mktemp("template")
    store = Store(base / "home")
    build(store, write(base / "documents", SMALL))
    return store


@pytest.fixture
def built(template: Store, tmp_path: Path) -> Store:
    """A copy of a store with one generation, free to damage."""
    shutil.copytree(template.home, tmp_path / "home")
    return Store(tmp_path / "home")


def rebuild(store: Store) -> str:
    """Build one more generation from the store's own catalogue."""
    catalogue = store.open_catalogue()
    try:
        return store.index.build(catalogue, FINGERPRINT)
    finally:
        catalogue.close()


def answers(store: Store) -> list[tuple[str, list[str], list[tuple[str, float]]]]:
    """Return what a fresh process would answer to some questions, and from which passages."""
    assistant = Assistant(store.index, hash_embedding(), threshold=0)
    found = []
    for question in ("Qui préside le club ?", "Combien coûte l’adhésion ?", "Où passe le tour ?"):
        answer = assistant.ask(question)
        shown = [(r.passage.id, r.score) for r in answer.passages]
        found.append((question, [c.quote for c in answer.citations], shown))
    return found


class TestSearch:
    @pytest.fixture
    def generation(self, template: Store) -> Iterator[Generation]:
        """The template's generation."""
        opened = template.index.open(FINGERPRINT)
        yield opened
        opened.close()

    def test_every_passage_finds_itself(self, generation: Generation) -> None:
        """The vector that comes back for a passage is the one that was stored under its id."""
        for passage in generation.catalogue.passages():
            vector = hash_embedding().passages([passage.text_to_embed])[0]
            (best, similarity), *_ = generation.nearest(vector, 3).items()
            assert best == passage.id
            assert similarity == pytest.approx(1, abs=1e-5)

    def test_similarities_are_cosines(self, generation: Generation) -> None:
        """Chroma speaks of distances; everything above it reckons with cosines."""
        vector = hash_embedding().queries(["Où passe le tour ?"])[0]
        found = generation.nearest(vector, 100)
        stored = generation.vectors(list(found))
        assert len(found) == generation.manifest.passages
        for id_, similarity in found.items():
            assert similarity == pytest.approx(float(stored[id_] @ vector), abs=1e-5)
            assert np.linalg.norm(stored[id_]) == pytest.approx(1, abs=1e-5)

    def test_a_sound_generation_passes_its_check(self, generation: Generation) -> None:
        """The check must not refuse what is good."""
        generation.verify()


class TestFingerprint:
    @pytest.mark.parametrize("part", ["embedding", "chunking", "lexical"])
    def test_a_difference_names_both_values_and_the_command(
        self, template: Store, part: str
    ) -> None:
        """The user must see what was built, what was asked for and how to bring them together."""
        other = Fingerprint(**{"embedding": FINGERPRINT.embedding, part: "autre-2"})
        with pytest.raises(IndexUnusableError) as error:
            template.index.open(other)
        message = str(error.value)
        assert repr(getattr(FINGERPRINT, part)) in message
        assert "'autre-2'" in message
        assert message.endswith("python ingest.py --rebuild")

    def test_equal_fingerprints_pass(self, tmp_path: Path) -> None:
        """Nothing is raised where nothing differs."""
        check_fingerprint(tmp_path, FINGERPRINT, Fingerprint(FINGERPRINT.embedding))


class TestDamage:
    @pytest.mark.parametrize(
        "part",
        [
            "manifest.json",
            "documents.db",
            "chroma/chroma.sqlite3",
            "chroma",
            "lexical",
        ],
    )
    def test_a_missing_part_is_refused_with_the_command(self, built: Store, part: str) -> None:
        """Whatever is missing, the reader gets one kind of error and one remedy."""
        name = built.index.current_name()
        assert name is not None
        path = built.index.folder / name / part
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        with pytest.raises(IndexUnusableError, match=r"python ingest\.py"):
            built.index.open(FINGERPRINT)

    @pytest.mark.parametrize("part", ["manifest.json", "documents.db", "chroma/chroma.sqlite3"])
    def test_a_truncated_file_is_refused_with_the_command(self, built: Store, part: str) -> None:
        """A full disk leaves files cut in the middle."""
        name = built.index.current_name()
        assert name is not None
        path = built.index.folder / name / part
        path.write_bytes(path.read_bytes()[:50])
        with pytest.raises(IndexUnusableError, match=r"python ingest\.py"):
            built.index.open(FINGERPRINT).verify()

    def test_truncated_lexical_files_are_refused(self, built: Store) -> None:
        """Half of the lexical index would silently lose every name it held."""
        name = built.index.current_name()
        assert name is not None
        lexical = built.index.folder / name / "lexical"
        files = [path for path in sorted(lexical.rglob("*")) if path.is_file()]
        assert files
        for path in files:
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])
            with pytest.raises(IndexUnusableError, match=r"python ingest\.py"):
                built.index.open(FINGERPRINT)
            path.write_bytes(data)

    def test_a_flipped_byte_in_any_file_never_changes_an_answer(self, built: Store) -> None:
        """A disk that fails garbles files in silence: half of such flips gave other answers.

        Each file is damaged in several places. It is refused, or the answers are what they were.
        """
        name = built.index.current_name()
        assert name is not None
        folder = built.index.folder / name
        before, rng = answers(built), random.Random(7)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        assert {"chroma.sqlite3", "data_level0.bin", "ids.json", "documents.db"} <= {
            path.name for path in files
        }
        refused = 0
        for path in files:
            data = path.read_bytes()
            for place in (rng.randrange(len(data)) for _ in range(4 if data else 0)):
                garbled = data[place] ^ (1 << rng.randrange(8))
                path.write_bytes(data[:place] + bytes([garbled]) + data[place + 1 :])
                try:
                    assert answers(built) == before, f"{path}, byte {place}"
                except IndexUnusableError as error:
                    assert "python ingest.py" in str(error)
                    refused += 1
                path.write_bytes(data)
        assert refused > len(files), "nothing was noticed"
        assert answers(built) == before

    @pytest.mark.parametrize(
        "part", ["manifest.json", "documents.db", "dates.json", "lexical", "chroma"]
    )
    def test_an_ingest_with_nothing_else_to_do_repairs_it(
        self, built: Store, tmp_path: Path, part: str
    ) -> None:
        """The command that the refusal names is enough."""
        folder = write(tmp_path / "documents", SMALL)
        build(built, folder)
        before, name = answers(built), built.index.current_name()
        assert name is not None
        path = built.index.folder / name / part
        for file in [path] if path.is_file() else path.rglob("*.*"):
            data = bytearray(file.read_bytes())
            data[len(data) // 2 : len(data) // 2 + 1] = b"\x7f"
            file.write_bytes(data)
        with pytest.raises(IndexUnusableError, match=r"python ingest\.py"):
            built.index.open(FINGERPRINT)
        report = ingest(folder, built, hash_embedding())
        assert (report.rebuilt, report.changed, report.embedded) == (True, [], 0)
        assert answers(built) == before

    def test_a_generation_without_digests_is_read_and_built_again(
        self, built: Store, tmp_path: Path
    ) -> None:
        """Those of former versions go on answering until the next ingest."""
        folder = write(tmp_path / "documents", SMALL)
        build(built, folder)
        before, name = answers(built), built.index.current_name()
        assert name is not None
        path = built.index.folder / name / "manifest.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        del data["files"], data["seal"]
        path.write_text(json.dumps(data), encoding="utf-8")
        assert answers(built) == before
        assert ingest(folder, built, hash_embedding()).rebuilt
        assert not ingest(folder, built, hash_embedding()).rebuilt
        assert answers(built) == before

    @pytest.mark.parametrize("part", ["lexical", "documents.db"])
    def test_damage_before_the_check_leaves_the_former_generation(
        self, built: Store, part: str
    ) -> None:
        """What comes out damaged is never switched to: the former one goes on answering."""
        former = built.index.current_name()

        def damage(_units: int) -> None:
            for unfinished in built.index.folder.glob("building-*"):
                path = unfinished / part
                for file in [path] if path.is_file() else path.rglob("*.*"):
                    file.write_bytes(file.read_bytes()[:20])

        catalogue = built.open_catalogue()
        with pytest.raises(IndexUnusableError, match="the former one stays in use"):
            built.index.build(catalogue, FINGERPRINT, damage)
        catalogue.close()
        assert built.index.current_name() == former
        built.index.open(FINGERPRINT).verify()

    def test_a_pointer_to_nothing_is_refused_with_the_command(self, built: Store) -> None:
        """A generation removed by hand is no reason for a traceback."""
        (built.index.folder / "current").write_text("gen-000042\n", encoding="utf-8")
        with pytest.raises(IndexUnusableError, match=r"python ingest\.py --rebuild"):
            built.index.open(FINGERPRINT)
        assert built.index.manifest() is None

    def test_vectors_that_do_not_belong_fail_the_check(self, built: Store) -> None:
        """Counts can agree while the content does not: the check looks passages up."""
        name = built.index.current_name()
        assert name is not None
        generation = Generation(built.index.folder / name)
        ids = generation.lexical.ids
        generation._collection.delete(ids=[ids[0]])
        generation._collection.add(ids=["intrus"], embeddings=[[1.0] + [0.0] * 63])
        with pytest.raises(IndexUnusableError):
            generation.verify()
        generation.close()


class TestSwitching:
    def test_a_reader_opened_before_keeps_answering(self, built: Store) -> None:
        """Questions under way finish on the generation on which they began."""
        reader = built.index.open(FINGERPRINT)
        passages = reader.catalogue.passages()
        vector = hash_embedding().queries(["Où passe le tour ?"])[0]
        before = reader.nearest(vector, 3)
        assert rebuild(built) != reader.name
        assert reader.nearest(vector, 3) == before
        assert reader.catalogue.passages() == passages
        reader.close()

    def test_litter_goes_and_the_former_generation_stays(self, built: Store) -> None:
        """Two generations on disk: one in use, one for readers that have not yet noticed."""
        folder = built.index.folder
        write(folder, {"building-1/chroma/reste": b"x", "gen-000000/manifest.json": b"{}"})
        first = built.index.current_name()
        second = rebuild(built)
        assert {p.name for p in folder.iterdir()} == {"current", first, second}
        assert built.index.current_name() == second

    def test_a_pointer_half_written_is_never_read(self, built: Store) -> None:
        """The pointer is replaced in one step: a file left by a crash beside it means nothing."""
        before = built.index.current_name()
        (built.index.folder / "current.new").write_text("gen-0", encoding="utf-8")
        assert built.index.current_name() == before
        built.index.open(FINGERPRINT).close()

    def test_before_the_first_build_there_is_none(self, tmp_path: Path) -> None:
        """Nothing is made by looking."""
        store = IndexStore(tmp_path / "index")
        assert store.current_name() is None
        assert store.manifest() is None
        with pytest.raises(IndexUnusableError, match=r"python ingest\.py"):
            store.open(FINGERPRINT)
        assert not (tmp_path / "index").exists()

    def test_a_manifest_comes_back_as_written(self, tmp_path: Path) -> None:
        """It decides whether a generation may be searched."""
        manifest = Manifest(7, 12, FINGERPRINT, ("a",), 3, {"dates.json": "0" * 64})
        manifest.write(tmp_path)
        assert Manifest.read(tmp_path) == manifest


def test_threads_may_open_one_generation_at_the_same_time(template: Store) -> None:
    """A page opens what an ingest has just built, whoever else looks at it."""
    name = template.index.current_name()
    assert name is not None
    for _ in range(10):
        with ThreadPoolExecutor(8) as pool:
            opened = list(pool.map(Generation, [template.index.folder / name] * 8))
        for generation in opened:
            generation.close()


class TestManyPassages:
    """Past a size, the collection in use is copied and changed."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Sixty notes, each with a word of its own."""
        notes = {f"{n:02}.md": f"# Note {n}\n\nMot{n} et mot{n * 7}.\n" for n in range(60)}
        return write(tmp_path / "documents", notes)

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ten passages are many."""
        monkeypatch.setattr(building, "_COPIED_FROM", 10)

    def replaced(self, store: Store) -> int:
        """Return what the manifest in use says."""
        manifest = store.index.manifest()
        assert manifest is not None
        return manifest.replaced

    def test_twenty_rounds_lose_nothing(self, store: Store, folder: Path) -> None:
        """Each question still finds the note that a whole build finds, and vectors are the same."""
        ingest(folder, store, hash_embedding())
        kinds = []
        for number in range(20):
            text = f"# Note {number}\n\nMot{number} nouveau{number}.\n"
            write(folder, {f"{number:02}.md": text})
            (folder / f"{59 - number}.md").unlink()
            ingest(folder, store, hash_embedding())
            kinds.append(self.replaced(store))
        assert kinds[:3] == [3, 6, 9]
        assert 0 in kinds, "never built whole"
        whole = Store(store.home.with_name("whole"))
        ingest(folder, whole, hash_embedding())
        found = []
        for one in (store, whole):
            opened = one.index.open(Fingerprint(hash_embedding().fingerprint))
            vectors = {i: v.tolist() for i, v in opened.vectors(opened.lexical.ids).items()}
            near = [
                next(iter(opened.nearest(hash_embedding().queries([f"nouveau{n}"])[0], 3)))
                for n in range(20)
            ]
            found.append((vectors, near))
            opened.close()
        assert found[0] == found[1]

    def test_another_reader_or_a_rebuild_writes_all(
        self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same bytes may then give other vectors."""
        ingest(folder, store, hash_embedding())
        write(folder, {"neuf.md": "# Neuf\n\nNeuf.\n"})
        ingest(folder, store, hash_embedding())
        assert self.replaced(store) == 1
        ingest(folder, store, hash_embedding(), rebuild=True)
        assert self.replaced(store) == 0
        write(folder, {"dix.md": "# Dix\n\nDix.\n"})
        ingest(folder, store, hash_embedding())
        assert self.replaced(store) == 1
        monkeypatch.setattr(planning, "READER", "another")
        write(folder, {"onze.md": "# Onze\n\nOnze.\n"})
        ingest(folder, store, hash_embedding())
        assert self.replaced(store) == 0
