"""Send a server malformed requests, and say what became of it: statuses, memory, log.

    python benchmarks/malformed.py [--requests 100000] [--seed 1]

Serves the store of the settings on a free port of loopback, and ends it. Bodies are anything that JSON can
hold, almost right events, cut and garbled ones; addresses are those on the list, and others; some requests are no
HTTP at all. Bounded by their number.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ADDRESSES = [
    "/", "/health", "/theme.css", "/manifest.json", "/favicon.ico", "/gradio_api/app_id", "/staff", "/staff/connexion",
    "/staff/fichier", "/staff/", "/assets/x", "/static/x", "/gradio_api/queue/data", "/gradio_api/file=/etc/passwd",
    "/gradio_api/upload", "/staff/gradio_api/queue/join", "/config",
]  # fmt: skip
METHODS = ["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"]
CLIENTS = 4


def main() -> None:
    """Serve, send, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(tempfile.mkdtemp()) / "log.txt"
    environment = os.environ | {"TOURBOT_PORT": str(port)}
    app = Path(__file__).parent.parent / "app.py"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, app], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as server,
    ):
        try:
            server.stdout.readline()  # the address
            send(port, 2_000, arguments.seed - 1)  # what is loaded at first use is loaded
            before, began = memory(server.pid), time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as pool:
                share = arguments.requests // CLIENTS
                parts = list(
                    pool.map(lambda n: send(port, share, arguments.seed + n), range(CLIENTS))
                )
            seconds, after = time.monotonic() - began, memory(server.pid)
            alive = status(port, "GET", "/health", b"", {})
        finally:
            server.terminate()
    statuses = sum(parts, Counter())
    print(f"{statuses.total()} requests in {seconds:.0f} s; then /health says {alive}")
    print(
        "statuses: "
        + ", ".join(f"{name} {count}" for name, count in sorted(statuses.items(), key=str))
    )
    print(f"memory: {before} MB before, {after} MB after")
    text = log.read_text(errors="replace")
    print(f"log: {len(text)} bytes, {text.count('Traceback')} traces ({log})")


def send(port: int, count: int, seed: int) -> Counter[object]:
    """Send so many requests one after the other, and count their statuses."""
    chance = random.Random(seed)
    statuses = Counter[object]()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/")
    reply = connection.getresponse()
    reply.read()
    cookie = {"Cookie": (reply.getheader("Set-Cookie") or "").split(";")[0]}
    for _ in range(count):
        try:
            if chance.random() < 0.05:
                statuses[garbage(port, chance)] += 1
                continue
            method, path, body = request(chance)
            headers = cookie | odd_headers(chance)
            connection.request(method, path, body or None, headers)
            reply = connection.getresponse()
            text = reply.read(200_000)
            if b"Traceback" in text:
                statuses["trace shown"] += 1
            statuses[reply.status] += 1
            if reply.isclosed() is False:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            statuses[type(error).__name__] += 1
            connection.close()
    return statuses


def request(chance: random.Random) -> tuple[str, str, bytes]:
    """Make up a request: mostly an event, almost right."""
    if chance.random() < 0.6:
        return "POST", "/gradio_api/queue/join", body(chance)
    path = chance.choice(ADDRESSES)
    if chance.random() < 0.5:
        path += "".join(
            chance.choice("/?=&%.;:@é\\|*" + string.ascii_letters)
            for _ in range(chance.randrange(30))
        )
    path = re.sub(r"[^!-~]", "%C3%A9", path)
    if path.split("?")[0] == "/staff/connexion":
        return "GET", path, b""  # guessing passwords has bounds of its own
    if path == "/gradio_api/queue/data":
        path += "?session_hash=" + "".join(chance.choice(string.ascii_lowercase) for _ in range(10))
    method = chance.choice(METHODS)
    return method, path, body(chance) if method in {"POST", "PUT", "PATCH"} else b""


def body(chance: random.Random) -> bytes:
    """Make up a body."""
    event: object = {
        "session_hash": "".join(chance.choice(string.ascii_lowercase) for _ in range(10)),
        "fn_index": chance.choice([0, 1, 4, 9, 11, 12, 99, -1, None, "0", 1e300]),
        "trigger_id": chance.choice([None, 39, -1, "x"]),
        "data": [anything(chance, 3) for _ in range(chance.randrange(8))],
        "event_data": anything(chance, 3),
    }
    if chance.random() < 0.3:
        event = anything(chance, 5)
    text = json.dumps(event).encode()
    kind = chance.random()
    if kind < 0.2:
        return text[: chance.randrange(len(text) + 1)]
    if kind < 0.3:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(300)))
    if kind < 0.32:
        return b"[" * chance.choice([100, 10_000, 250_000])
    if kind < 0.33:
        return b"x" * 300_000
    return text


def anything(chance: random.Random, depth: int) -> object:
    """Make up a value of JSON."""
    kind = chance.randrange(9 if depth else 5)
    if kind >= 7:
        keys = ["path", "meta", "_type", "url", "value", "text", "index", "liked", "is_stream", "é"]
        made: dict[str, object] = {
            chance.choice(keys): anything(chance, depth - 1) for _ in range(4)
        }
        if chance.random() < 0.5:
            made |= {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
        return made
    if kind >= 5:
        return [anything(chance, depth - 1) for _ in range(chance.randrange(4))]
    scalars: list[object] = [
        None,
        True,
        chance.randrange(-9, 99),
        chance.random() * 1e9,
        "\ud800 é" * chance.randrange(5),
    ]
    return scalars[kind]


def odd_headers(chance: random.Random) -> dict[str, str]:
    """Make up headers, now and then."""
    if chance.random() < 0.8:
        return {}
    odd = [
        {"Origin": "https://ailleurs.example"},
        {"Content-Type": "multipart/form-data; boundary="},
        {"Cookie": "tourbot_staff=" + "x" * chance.randrange(3000)},
        {"X-Forwarded-For": "10.0.0.1, ::1, x"},
        {"Accept-Language": "*" * 100, "Range": "bytes=-9999999999-"},
    ]
    return chance.choice(odd)


def garbage(port: int, chance: random.Random) -> object:
    """Send what is no HTTP, and return what is said of it."""
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
    sent = chance.choice([noise, b"GET " + noise + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
        raw.sendall(sent)
        raw.shutdown(socket.SHUT_WR)
        said = raw.recv(100)
    return int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else "closed"


def status(port: int, method: str, path: str, sent: bytes, headers: dict[str, str]) -> int:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, sent or None, headers)
    return connection.getresponse().status


def memory(pid: int) -> int:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    main()
