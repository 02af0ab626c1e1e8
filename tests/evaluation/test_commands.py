"""``tourbot evaluate`` as it is typed: runs, comparison, gate, and what is said when they fail.

Most commands are run within this process; the first and the gate's failure, on which CI relies,
in one of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from unittest import mock

import pytest
from click.testing import Result
from support import SMALL, environment, tourbot, write
from typer.testing import CliRunner

from tourbot.cli.main import app

QUESTIONS = [
    {
        "id": "q1",
        "lang": "fr",
        "kind": "person",
        "split": "dev",
        "question": "Qui préside le club ?",
        "answers": ["Jeanne Martin"],
        "quotes": [
            {
                "document_id": "club/presidence.md",
                "text": "Le club est présidé par Jeanne Martin depuis 2021.",
            }
        ],
    },
    {
        "id": "q2",
        "lang": "fr",
        "kind": "unanswerable",
        "split": "dev",
        "question": "Quelle est la capitale du Pérou ?",
        "unanswerable": True,
        "reason": "off topic",
    },
]
BOUNDS = 'data = "mine-dev"\n[at_least]\n"answers/right" = {bound}\n'


def evaluate(*arguments: str | Path, cwd: Path) -> Result:
    """Run ``tourbot evaluate`` in a folder, with no setting of this process."""
    with contextlib.chdir(cwd), mock.patch.dict(os.environ, environment(), clear=True):
        return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents, questions and thresholds, whose documents are ingested."""
    folder = tmp_path_factory.mktemp("evaluation")
    lines = "\n".join(json.dumps(q, ensure_ascii=False) for q in QUESTIONS)
    write(folder, {f"corpus/{name}": text for name, text in SMALL.items()})
    write(folder, {"mine.jsonl": lines, "low.toml": BOUNDS.format(bound=0.5)})
    write(folder, {"high.toml": BOUNDS.format(bound=1.1)})
    assert tourbot("ingest", cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def located(place: Path) -> str:
    """What is said when the questions' offsets are filled in."""
    done = tourbot("evaluate", "locate", "mine.jsonl", cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def finished(place: Path, located: str) -> str:
    """What is printed of one run over the located questions."""
    assert located
    done = evaluate("--data", "mine.jsonl", cwd=place)
    assert done.exit_code == 0, done.stderr
    return done.stdout


class TestRun:
    def test_offsets_are_filled_in(self, located: str, place: Path) -> None:
        """Who writes questions copies words; the command counts."""
        assert "1 quotes placed" in located
        quote = json.loads((place / "mine.jsonl").read_text(encoding="utf-8").splitlines()[0])
        assert quote["quotes"][0]["start"] > 0

    def test_figures_are_printed_and_both_files_written(self, finished: str, place: Path) -> None:
        """The table on the terminal, the run and its report on disk, named at the end."""
        assert "answers/right" in finished
        assert "1.000" in finished
        run = place / re.search(r"Run: (\S+)", finished).group(1)
        data = json.loads(run.read_text(encoding="utf-8"))
        assert [q["id"] for q in data["questions"]] == ["q1", "q2"]
        assert data["questions"][0]["citations"][0]["quote"].endswith("depuis 2021.")
        assert "Qui préside" not in data["settings"]["data"]
        assert run.with_suffix(".html").read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_other_settings_are_measured_from_a_file(self, place: Path, finished: str) -> None:
        """Threshold 1: nothing is ever answered, and the run says so."""
        (place / "strict.toml").write_text("threshold = 1.0\n", encoding="utf-8")
        out = place / "strict.json"
        strict = ("--config", "strict.toml", "--out", out)
        again = evaluate("--data", "mine.jsonl", *strict, cwd=place)
        assert again.exit_code == 0, again.stderr
        data = json.loads(out.read_text(encoding="utf-8"))
        assert data["settings"]["threshold"] == 1.0
        assert all(q["abstained"] for q in data["questions"])
        run = place / re.search(r"Run: (\S+)", finished).group(1)
        compared = evaluate("compare", run, out, cwd=place)
        assert compared.exit_code == 0, compared.stderr
        assert "Lost: 1 questions" in compared.stdout
        assert "Won: 0 questions" in compared.stdout
        assert "second: (abstained)" in compared.stdout

    def test_a_squad_file_brings_its_own_documents(self, place: Path) -> None:
        """And is asked again without them; the index in use is not touched."""
        context = "Le club est présidé par Jeanne Martin depuis 2021."
        answer = {"text": "Jeanne Martin", "answer_start": 24}
        qa = {"id": "1", "question": "Qui préside le club ?", "answers": [answer]}
        article = {"title": "Club", "paragraphs": [{"context": context, "qas": [qa]}]}
        write(place, {"squad.json": json.dumps({"data": [article]})})
        out = place / "squad-run.json"
        made = evaluate("--data", "squad.json", "--removed", "--out", out, cwd=place)
        assert made.exit_code == 0, made.stderr
        data = json.loads(out.read_text(encoding="utf-8"))
        assert [q["id"] for q in data["questions"]] == ["1", "1#removed"]
        assert data["settings"]["documents"] == 1


class TestGate:
    def test_a_run_above_the_bounds_passes(self, place: Path, finished: str) -> None:
        """The latest run is taken when none is named."""
        held = evaluate("gate", "--thresholds", "low.toml", cwd=place)
        assert held.exit_code == 0, held.stderr
        assert re.search(r"held +answers/right: 1\.000 \(bound 0\.500\)", held.stdout)

    def test_a_run_below_the_bounds_exits_with_1(self, place: Path, finished: str) -> None:
        """What CI looks at; the message says how to find out why."""
        fell = tourbot("evaluate", "gate", "--thresholds", "high.toml", "--ratchet", cwd=place)
        assert fell.returncode == 1
        assert "FELL  answers/right: 1.000 (bound 1.100)" in fell.stdout
        assert "tourbot evaluate compare" in fell.stdout
        assert "1.1" in (place / "high.toml").read_text(encoding="utf-8")


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("--data", "none.jsonl"), "none.jsonl cannot be read"),
            (("--data", "mine.jsonl", "--split", "test"), "no question of the part 'test'"),
            (("--data", "broken.jsonl"), "line 2: not valid JSON"),
            (("--data", "unknown.jsonl"), "the index holds no document 'gone.md'"),
            (("--data", "mine.jsonl", "--config", "none.toml"), "none.toml is no file of settings"),
            (("--data", "mine.jsonl", "--distractors", "mine.jsonl"), "ingest further documents"),
            (("compare", "mine.jsonl", "mine.jsonl"), "is not a run"),
            (("gate", "--thresholds", "none.toml"), "none.toml cannot be read"),
        ],
    )
    def test_what_cannot_be_done_is_a_sentence(
        self, place: Path, located: str, arguments: tuple[str, ...], reason: str
    ) -> None:
        """Status 2, the file, the line, the reason; never a traceback."""
        good, other = (place / "mine.jsonl").read_text(encoding="utf-8").splitlines()
        write(place, {"broken.jsonl": f"{other}\n{{\n"})
        write(place, {"unknown.jsonl": good.replace("club/presidence.md", "gone.md")})
        refused = evaluate(*arguments, cwd=place)
        assert refused.exit_code == 2, refused.stdout
        assert reason in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_without_an_index_the_command_says_how_to_build_it(self, tmp_path: Path) -> None:
        """Nothing to ask is not nothing to report."""
        write(tmp_path, {"mine.jsonl": json.dumps(QUESTIONS[1])})
        refused = evaluate("--data", "mine.jsonl", cwd=tmp_path)
        assert refused.exit_code == 2
        assert "python ingest.py" in refused.stderr
        none = evaluate("gate", "--thresholds", "none.toml", cwd=tmp_path)
        assert none.exit_code == 2
