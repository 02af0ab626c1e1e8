"""Promise 4: nothing of what is ingested or asked leaves the machine, by any library's doing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest
from support import SMALL, run_program, write

# The whole of the program in one process: ingest, question, page. Python's own sockets are heard
# through an audit hook; a library in machine code is heard by the proxy that it is told to use.
_SCRIPT = """
import json, sys

asked = []

def listen(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        asked.append(str(arguments[1][0]))
    elif event == "socket.getaddrinfo":
        asked.append(str(arguments[0]))

sys.addaudithook(listen)
from tourbot.cli import app

for command in (["ingest", sys.argv[1]], ["ask", "--json", "Qui préside le club ?"]):
    app(command, standalone_mode=False)

from tourbot.cli.main import _assistant
from tourbot.accounts import Accounts
from tourbot.store import Store
from tourbot.journal import Journal
from tourbot.web.desk import Desk
from tourbot.web.server import create_app

settings, assistant = _assistant()
home = settings.home
desk = Desk(Store(home), assistant.embedding, assistant, Journal(home / "journal.db"))
create_app(assistant, desk, Accounts(home / "staff.json"))
import time

time.sleep(2)  # what is sent from a thread in the background
print(json.dumps(asked))
"""


class Proxy:
    """A port that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            with visitor:
                self.heard.append(visitor.recv(200))

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A listening proxy."""
    listening = Proxy()
    yield listening
    listening.close()


def test_no_library_calls_home(proxy: Proxy, tmp_path: Path) -> None:
    """Gradio, Chroma, Hugging Face and ONNX Runtime each report their use unless told not to.

    Libraries that keep quiet where ``CI`` is set must not pass for that reason.
    """
    folder = write(tmp_path / "documents", SMALL)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "tourbot").symlink_to(platformdirs.user_cache_path("tourbot"))
    variables = [f"{scheme}_proxy" for scheme in ("http", "https", "all")]
    proxies = {n: proxy.address for name in variables for n in (name, name.upper())}
    finished = run_program(
        *("-c", _SCRIPT, folder),
        cwd=tmp_path,
        TOURBOT_HOME=str(tmp_path / "home"),
        XDG_CACHE_HOME=str(cache),
        HOME=str(tmp_path),
        **proxies,
        **dict.fromkeys(("CI", "GITHUB_ACTIONS", "TF_BUILD", "PYTEST_CURRENT_TEST"), ""),
    )
    assert finished.returncode == 0, finished.stderr
    asked = json.loads(finished.stdout.splitlines()[-1])
    assert not [host for host in asked if host not in {"127.0.0.1", "localhost", "::1"}]
    assert proxy.heard == []
    left = [path.name for path in cache.rglob("*") if "tourbot" not in path.parts]
    assert "deviceid" not in left, "ONNX Runtime has numbered this machine"
