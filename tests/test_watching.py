"""``--watch``: what changes together is ingested together, and following does not end by itself."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import environment

# The run only tells that it was called; it cannot do its work while there is a file « plein ».
# Where the tests run in the background of a shell, Ctrl-C would be ignored: it is not to be.
_FOLLOWER = """
import signal, sys
from pathlib import Path
from tourbot.cli.watching import follow

signal.signal(signal.SIGINT, signal.default_int_handler)

def run(given):
    full = (given[0] / "plein").exists()
    print("run", flush=True)
    if full:
        raise OSError(28, "No space left on device", str(given[0]))
    return True

follow([Path(sys.argv[1])], run)
"""


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that follows ``documents/``."""
    folder = tmp_path / "documents"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", _FOLLOWER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # « Following … »
        time.sleep(1)
        yield process
        process.kill()


def test_a_folder_is_followed_until_it_is_interrupted(
    follower: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Files that arrive one after the other; a full disk; a folder moved away that comes back."""
    folder = tmp_path / "documents"
    assert follower.stdout is not None
    for number in range(3):
        (folder / f"{number}.md").write_text("Un.")
        time.sleep(0.5)
    assert follower.stdout.readline() == "run\n"
    (folder / "plein").write_text("")
    assert follower.stdout.readline() == "run\n"
    folder.rename(tmp_path / "away")
    assert follower.stdout.readline() == "run\n"
    folder.mkdir()
    assert follower.stdout.readline() == "run\n"
    time.sleep(1)
    (folder / "new.md").write_text("Deux.")
    assert follower.stdout.readline() == "run\n"
    time.sleep(1)  # in the middle of a run, it is the command line that tells of the interruption
    follower.send_signal(signal.SIGINT)
    rest, told = follower.communicate(timeout=30)
    assert (follower.returncode, rest) == (0, "")
    assert f"No space left on device ({folder})" in told.replace("\n", "")
