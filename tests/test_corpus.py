"""The corpus: its built files are those of their sources, and come out of the parsers whole."""

from __future__ import annotations

import functools
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from support import CORPUS, REPO

from tourbot import sources
from tourbot.parsing import parse
from tourbot.parsing.builder import Parsed
from tourbot.text.typography import fold


@functools.cache
def _build() -> ModuleType:
    """Return ``scripts/corpus/build.py``, which is no part of the package."""
    spec = importlib.util.spec_from_file_location(
        "corpus_build", REPO / "scripts" / "corpus" / "build.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@functools.cache
def _parsed(name: str) -> Parsed:
    return parse((CORPUS / name).read_bytes(), name)


def _plain(text: str) -> str:
    """One line without the no-break spaces that the standard PDF fonts do not have."""
    return " ".join(text.split())


BUILT = {f"{name}{suffix}": name for name, (suffix, _) in _build().DOCUMENTS.items()}
FILES = [file.id for file in sources.find(CORPUS).files]
built = pytest.mark.parametrize("name", sorted(BUILT))


class TestBuild:
    """``python scripts/corpus/build.py``."""

    def test_the_files_are_those_of_their_sources(self) -> None:
        """A text that is mended in one place only would answer differently from its source."""
        assert _build().differing(CORPUS) == []

    def test_a_changed_file_is_named(self, tmp_path: Path) -> None:
        """The message says what to build again."""
        for name in BUILT:
            shutil.copy(CORPUS / name, tmp_path)
        shutil.copy(CORPUS / "atos-bull-angers.docx", tmp_path / "inria.docx")
        (tmp_path / "brgm.pdf").unlink()
        assert sorted(_build().differing(tmp_path)) == ["brgm.pdf", "inria.docx"]

    def test_sources_are_not_ingested_beside_what_is_built_of_them(self) -> None:
        """Each text would be found, and cited, twice."""
        assert not [id_ for id_ in FILES if id_.startswith("sources/")]
        assert set(BUILT) <= set(FILES)


class TestBuiltFiles:
    """What our parsers make of files that we know the words of."""

    @built
    def test_title_date_region_and_address_come_with_the_file(self, name: str) -> None:
        """They tell look-alikes apart and lead the reader to the source."""
        source = _build().read(CORPUS / "sources" / f"{BUILT[name]}.md")
        metadata = _parsed(name).metadata
        assert metadata.title == source.title
        for key, value in source.properties.items():
            assert getattr(metadata, key) == value

    @built
    def test_every_sentence_of_the_source_comes_out_whole(self, name: str) -> None:
        """Columns, page breaks and running headers must not cut one."""
        source = _build().read(CORPUS / "sources" / f"{BUILT[name]}.md")
        found = _plain(_parsed(name).text)
        for part in source.parts:
            assert _plain(part.text) in found

    @built
    def test_every_cell_comes_out_in_its_row(self, name: str) -> None:
        """A figure away from its name is worse than none."""
        source = _build().read(CORPUS / "sources" / f"{BUILT[name]}.md")
        lines = [_plain(line) for line in _parsed(name).text.split("\n")]
        for part in source.parts:
            for row in part.rows[1:]:
                cells = [_plain(cell) for cell in row if cell]
                assert any(all(cell in line for cell in cells) for line in lines)

    @built
    def test_blocks_stand_in_the_order_of_the_source(self, name: str) -> None:
        """The second column comes after the first."""
        source = _build().read(CORPUS / "sources" / f"{BUILT[name]}.md")
        found = _plain(_parsed(name).text)
        headings = [_plain(part.text) for part in source.parts if part.kind == "heading"]
        places = [found.index(f" {heading} ") for heading in headings]
        assert places == sorted(places)

    def test_headers_footers_and_contents_of_the_programme_stay_out(self) -> None:
        """They stand on each page of it, and answer nothing."""
        text = _parsed("forum-incyber-lille.pdf").text
        assert text.count("Forum InCyber (ex-FIC) à Lille") == 1
        assert "Page " not in text
        assert "Sommaire" not in text
        assert ". ." not in text

    def test_the_programme_names_page_and_chapter(self) -> None:
        """Each chapter begins a page."""
        parsed = _parsed("forum-incyber-lille.pdf")
        (block,) = [b for b in parsed.blocks if "European" in parsed.text[b.start : b.end]]
        assert block.locator.page == 9
        assert block.locator.headings[-1] == "L’European Cyber Cup"

    def test_figures_of_the_workbook_stand_with_their_year_and_source(self) -> None:
        """A row is quoted alone."""
        rows = [_plain(row) for row in _parsed("chiffres-cles-numerique.xlsx").text.split("\n")]
        (row,) = [row for row in rows if "Taille" in row and "69,4" in row]
        assert "Année : 2024 ; Valeur : 69,4 Md€" in row
        assert "ChannelNews, décembre 2024" in row


class TestAllFiles:
    """Every file that is ingested."""

    @pytest.mark.parametrize("name", FILES)
    def test_it_is_read_and_titled(self, name: str) -> None:
        """A title that is the name of the file says that nobody gave one."""
        parsed = _parsed(name)
        assert len(parsed.text) > 500
        assert fold(parsed.metadata.title) != fold(Path(name).stem)
