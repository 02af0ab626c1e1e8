"""Pages from the web: what is fetched, how it is named, and what no server can make of it."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import socket
import ssl
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tourbot import parsing
from tourbot.errors import UsageError
from tourbot.fetching import Fetched, Limits, fetch
from tourbot.fetching.addresses import is_public, parse
from tourbot.fetching.deposit import Deposit

PAGE = (
    "<!doctype html><html lang=fr><head><title>{0}</title></head><body><article>"
    "<h1>{0}</h1><p>L’adhésion coûte 120 euros par an, et le bureau valide chaque adhésion.</p>"
    "</article></body></html>"
)
PUBLIC = "93.184.216.34"


@dataclass
class Answer:
    """What the server gives for a path.

    Attributes:
        write: Writes the body itself, bit by bit, in place of ``body``.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[Callable[[bytes], object]], None] | None = None


def page(title: str, **headers: str) -> Answer:
    """Return a small web page."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(PAGE.format(title).encode(), 200, {"Content-Type": "text/html"} | given)


def moved(target: str, status: int = 302) -> Answer:
    """Return a redirect."""
    return Answer(status=status, headers={"Location": target})


class Site:
    """A server on this machine.

    Attributes:
        answers: By path; a path that is not there gives 404. ETags are honoured.
        asked: Path and headers of each request, robots.txt apart.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # visitors that go away

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.host = f"127.0.0.1+{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        if handler.path != "/robots.txt":
            self.asked.append((handler.path, dict(handler.headers.items())))
        found = self.answers.get(handler.path, Answer(status=404))
        etag = found.headers.get("ETag")
        if etag and handler.headers.get("If-None-Match") == etag:
            found = Answer(status=304, headers={"ETag": etag})
        try:
            handler.send_response(found.status)
            for name, value in found.headers.items():
                handler.send_header(name, value)
            if found.write is not None:
                handler.send_header("Connection", "close")
                handler.end_headers()
                found.write(handler.wfile.write)
                return
            if "Content-Length" not in found.headers and found.status != 304:
                handler.send_header("Content-Length", str(len(found.body)))
            handler.end_headers()
            handler.wfile.write(found.body)
        except OSError:  # the other side has had enough
            handler.close_connection = True

    @property
    def paths(self) -> list[str]:
        """The paths asked for, robots.txt apart."""
        return [path for path, _ in self.asked]

    def sitemap(self, *paths: str, extra: str = "") -> Answer:
        """Return a sitemap of paths."""
        rows = "".join(f"<url><loc>{self.url}{path}</loc>{extra}</url>" for path in paths)
        return Answer(
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"{rows}</urlset>".encode()
        )


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that answers nothing yet."""
    serving = Site()
    yield serving
    serving.server.shutdown()
    serving.server.server_close()


def run(site: Site, path: str, folder: Path, **limits: float) -> Fetched:
    """Fetch from the server on this machine."""
    return fetch(site.url + path, folder, allow_private=True, limits=Limits(**limits))  # type: ignore[arg-type]


def sidecar(folder: Path, name: str) -> dict[str, str]:
    """Read what stands beside a file."""
    values = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return {key: str(value) for key, value in values.items()}


def files(folder: Path) -> set[str]:
    """Return the paths of all files that an ingest would see, sidecars apart."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.endswith(".yaml") and "/." not in name}


def stem(name: str) -> str:
    """Return the readable part of a file name."""
    match = re.fullmatch(r"(?:.*/)?(.+)-[0-9a-f]{10}\.\w+", name)
    assert match, name
    return match[1]


def archive(*names: str) -> bytes:
    """Return a ZIP archive of members that say nothing."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return data.getvalue()


class TestOneDocument:
    def test_a_page_is_written_with_its_address(self, site: Site, tmp_path: Path) -> None:
        site.answers["/adhesion/"] = page("Adhérer")
        done = run(site, "/adhesion/#tarif", tmp_path)
        (name,) = done.written
        assert name.startswith(f"{site.host}/adhesion-")
        assert done.folder == tmp_path
        data = (tmp_path / name).read_bytes()
        assert data == site.answers["/adhesion/"].body
        assert "120 euros" in parsing.parse(data, name).text
        assert sidecar(tmp_path, name) == {"url": f"{site.url}/adhesion/"}

    @pytest.mark.parametrize(
        ("link", "cited"),
        [
            ('<link rel="canonical" href="https://asso.example/adhérer?a=1&amp;b=2">', None),
            ("<link href=/adhesion/ rel=canonical>", "/adhesion/"),
            ('<link rel="canonical" href="javascript:alert(1)">', "/a"),
            ('<link rel="stylesheet" href="/style.css">', "/a"),
        ],
    )
    def test_the_address_that_a_page_gives_as_its_own_is_cited(
        self, site: Site, tmp_path: Path, link: str, cited: str | None
    ) -> None:
        """A page stands at many addresses, with and without the tail of a newsletter."""
        body = page("Adhérer").body.decode().replace("<body", f"<head>{link}</head><body")
        site.answers["/a"] = replace(page("Adhérer"), body=body.encode())
        (name,) = run(site, "/a", tmp_path).written
        wanted = f"{site.url}{cited}" if cited else "https://asso.example/adh%C3%A9rer?a=1&b=2"
        assert sidecar(tmp_path, name)["url"] == wanted

    @pytest.mark.parametrize(
        ("body", "media_type", "path", "suffix"),
        [
            (b"%PDF-1.7 x", "text/html", "/a", ".pdf"),
            (archive("[Content_Types].xml", "word/document.xml"), "application/zip", "/a", ".docx"),
            (archive("ppt/presentation.xml"), "", "/a.zip", ".pptx"),
            (archive("xl/workbook.xml"), "", "/a", ".xlsx"),
            (b"\xef\xbb\xbfBEGIN:VCALENDAR\r\nEND:VCALENDAR", "text/plain", "/a", ".ics"),
            (b"# Titre\n\nTexte", "text/plain; charset=utf-8", "/a.md", ".md"),
            (b"# Titre\n\nTexte", "text/markdown", "/a", ".md"),
            (b"Texte", "text/plain", "/a", ".txt"),
            (b"Texte", "TEXT/HTML", "/a.pdf", ".html"),
            (PAGE.encode(), "text/plain", "/a", ".html"),
            (PAGE.encode("utf-16"), "", "/a", ".html"),
            (PAGE.encode(), "application/xml", "/a.xml", ".html"),
        ],
    )
    def test_the_content_says_what_it_is(
        self, body: bytes, media_type: str, path: str, suffix: str, site: Site, tmp_path: Path
    ) -> None:
        site.answers[path] = Answer(body, headers={"Content-Type": media_type})
        (name,) = run(site, path, tmp_path).written
        assert Path(name).suffix == suffix
        assert (tmp_path / name).read_bytes() == body

    @pytest.mark.parametrize(
        ("body", "media_type", "reason"),
        [
            (b"", "text/html", "empty"),
            (b"\x89PNG\r\n\x00\x00", "image/png", r"\(image/png\) is not read"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "is not read"),
            (b"{}", "application/json", "is not read"),
            (b"\x1f\x8b\x08\x00broken", "application/gzip", "cut short|broken"),
            (b"PK\x03\x04broken", "application/zip", "damaged"),
            (b"<urlset><url>", "text/xml", "no valid XML"),
            (b"<urlset></urlset>", "text/xml", "lists no address on its own site"),
        ],
    )
    def test_what_is_no_document_is_refused(
        self, body: bytes, media_type: str, reason: str, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = Answer(body, headers={"Content-Type": media_type})
        with pytest.raises(UsageError, match=reason):
            run(site, "/a", tmp_path)
        assert not files(tmp_path)

    def test_the_date_of_a_file_is_when_it_changed(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a.txt"] = Answer(
            b"Texte",
            headers={
                "Content-Type": "text/plain",
                "Last-Modified": "Tue, 04 Mar 2025 10:00:00 GMT",
            },
        )
        (name,) = run(site, "/a.txt", tmp_path).written
        assert sidecar(tmp_path, name)["date"] == "2025-03-04"

    def test_the_address_of_a_page_that_has_moved_for_good(
        self, site: Site, tmp_path: Path
    ) -> None:
        site.answers |= {
            "/old": moved("/middle", 301),
            "/middle": moved("/new", 308),
            "/new": moved("/session?id=1", 302),
            "/session?id=1": page("Page"),
        }
        (name,) = run(site, "/old", tmp_path).written
        assert stem(name) == "old"
        assert sidecar(tmp_path, name)["url"] == f"{site.url}/new"

    def test_addresses_in_utf_8_are_followed(self, site: Site, tmp_path: Path) -> None:
        location = "/adhésion".encode().decode("latin-1")
        site.answers |= {"/a": moved(location), "/adh%C3%A9sion": page("Page")}
        assert run(site, "/a", tmp_path).written


class TestListings:
    def test_a_sitemap_gives_its_pages(self, site: Site, tmp_path: Path) -> None:
        lastmod = "<lastmod>2025-02-03T10:00:00+01:00</lastmod>"
        site.answers |= {"/a": page("A"), "/b?x=1&y=2": page("B")}
        site.answers["/sitemap.xml"] = site.sitemap("/a", "/b?x=1&amp;y=2", "/a#b", extra=lastmod)
        steps: list[tuple[str, int] | int] = []

        class Progress:
            def start(self, step: str, total: int) -> None:
                steps.append((step, total))

            def advance(self, units: int) -> None:
                steps.append(units)

        done = fetch(f"{site.url}/sitemap.xml", tmp_path, allow_private=True, progress=Progress())
        assert [stem(name) for name in done.written] == ["a", "b"]
        assert not done.failed
        assert sidecar(tmp_path, done.written[1]) == {
            "url": f"{site.url}/b?x=1&y=2",
            "date": "2025-02-03",
        }
        assert steps == [("fetch", 2), 1, 1]

    def test_a_page_that_dates_itself_keeps_its_date(self, site: Site, tmp_path: Path) -> None:
        dated = page("A")
        dated.body = dated.body.replace(b"<p>", b"<p><time datetime=2024-01-02>2 janvier</time> ")
        site.answers |= {"/a": dated}
        site.answers["/s"] = site.sitemap("/a", extra="<lastmod>2025-02-03</lastmod>")
        (name,) = run(site, "/s", tmp_path).written
        assert "date" not in sidecar(tmp_path, name)

    def test_an_index_of_packed_sitemaps(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B"), "/c": page("C")}
        packed = gzip.compress(site.sitemap("/a").body) + gzip.compress(b"")
        site.answers["/1.xml.gz"] = Answer(packed)
        twice = gzip.compress(gzip.compress(site.sitemap("/b").body))
        site.answers["/2.xml.gz"] = Answer(twice, headers={"Content-Encoding": "gzip"})
        site.answers["/page"] = page("No sitemap")
        deeper = "".join(
            f"<sitemap><loc>{path}</loc></sitemap>"
            for path in ("/1.xml.gz", site.url + "/2.xml.gz", "/index", "/deep", "/page", "/none")
        )
        site.answers["/deep"] = Answer(
            b"<sitemapindex><sitemap><loc>/3.xml</loc></sitemap></sitemapindex>"
        )
        site.answers["/index"] = Answer(f"<sitemapindex>{deeper}</sitemapindex>".encode())
        done = run(site, "/index", tmp_path)
        assert [stem(name) for name in done.written] == ["a", "b"]
        reasons = [sentence for _, sentence in done.failed]
        assert [address.removeprefix(site.url) for address, _ in done.failed] == [
            "/3.xml",
            "/page",
            "/none",
        ]
        assert "too deep" in reasons[0]
        assert "no sitemap" in reasons[1]
        assert "404 (Not Found)" in reasons[2]

    def test_feeds_give_titles_and_dates(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B"), "/c": page("C"), "/d": page("D")}
        site.answers["/rss"] = Answer(
            b"<?xml version='1.0'?><rss version='2.0'><channel><link>/</link>"
            b"<item><title><![CDATA[L&eacute;lan &amp; <b>nous</b>]]></title><link>/a</link>"
            b"<pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate></item>"
            b"<item><title>B &nbsp; <!-- x -->b</title><guid>"
            + site.url.encode()
            + b"/b</guid></item>"
            b"</channel></rss>"
        )
        site.answers["/atom"] = Answer(
            b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='html'>C&amp;#039;est</title>"
            b"<link rel='self' href='/x'/><link href='c'/><updated>2025-03-05T00:00:00Z</updated>"
            b"<published>2025-03-04</published></entry></feed>"
        )
        rss, atom = run(site, "/rss", tmp_path), run(site, "/atom", tmp_path)
        found = [sidecar(tmp_path, name) for name in rss.written + atom.written]
        assert [(one.get("title"), one.get("date")) for one in found] == [
            ("Lélan & nous", "2025-03-04"),
            ("B b", None),
            ("C'est", "2025-03-04"),
        ]

    def test_only_the_site_itself_is_fetched(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        rows = ("/a", "https://elsewhere.example/b", "ftp://x/", "http://u:secret@h/", "http://[")
        listed = "".join(f"<url><loc>{row}</loc></url>" for row in rows)
        site.answers["/s"] = Answer(f"<urlset>{listed}</urlset>".encode())
        done = run(site, "/s", tmp_path)
        assert [stem(name) for name in done.written] == ["a"]
        assert len(done.failed) == 3
        assert "1 of the addresses" in done.notes[0]

    def test_invalid_addresses_are_named_up_to_a_number(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A")}
        site.answers["/s"] = site.sitemap("/a", extra="</url><url><loc>x://</loc>" * 50)
        done = run(site, "/s", tmp_path)
        assert len(done.written) == 1
        assert len(done.failed) == 20
        assert "50 of the addresses" in done.notes[0]

    def test_a_sitemap_that_is_reached_by_a_redirect(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/s": moved("/dir/s", 301), "/dir/s": site.sitemap("/a")}
        assert len(run(site, "/s", tmp_path).written) == 1

    def test_a_page_that_is_no_longer_a_page(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/s": page("S")}
        (name,) = run(site, "/s", tmp_path).written
        site.answers["/s"] = site.sitemap("/a")
        assert run(site, "/s", tmp_path).removed == [name]

    def test_no_more_than_allowed(self, site: Site, tmp_path: Path) -> None:
        paths = [f"/{n}" for n in range(5)]
        site.answers |= {path: page(path) for path in paths} | {"/s": site.sitemap(*paths)}
        done = run(site, "/s", tmp_path, documents=2)
        assert [stem(name) for name in done.written] == ["0", "1"]
        assert "5 addresses are listed; the first 2 are taken" in done.notes[0]

    def test_a_run_out_of_time_is_taken_up_by_the_next(self, site: Site, tmp_path: Path) -> None:
        paths = [f"/{n}" for n in range(6)]
        site.answers |= {path: page(path) for path in paths} | {"/s": site.sitemap(*paths)}
        site.answers["/robots.txt"] = Answer(b"User-agent: tourbot\nCrawl-delay: 0.3")
        first = run(site, "/s", tmp_path, total_seconds=1.5)
        assert 0 < len(first.written) < 6
        assert "were not asked: the 1.5 s" in first.failed[-1].sentence
        second = run(site, "/s", tmp_path, total_seconds=1.5)
        assert second.written
        assert not set(first.written) & set(second.written)

    def test_two_addresses_of_one_page(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": moved("/b"), "/b": page("B"), "/s": site.sitemap("/a", "/b")}
        done = run(site, "/s", tmp_path)
        assert [stem(name) for name in done.written] == ["b"]
        assert not done.failed


class TestRunAgain:
    def test_what_has_not_changed_is_not_sent_or_written(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A", ETag='"1"'), "/b": page("B")}
        site.answers["/s"] = site.sitemap("/a", "/b")
        first = run(site, "/s", tmp_path)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html*")}
        site.asked.clear()
        second = run(site, "/s", tmp_path)
        assert second.unchanged == first.written
        assert not second.written
        assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html*")}
        assert dict(site.asked)["/a"]["If-None-Match"] == '"1"'

    def test_what_has_changed_is_written(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A", ETag='"1"')
        first = run(site, "/a", tmp_path)
        site.answers["/a"] = page("B", ETag='"2"')
        second = run(site, "/a", tmp_path)
        assert second.written == first.written
        assert b"<h1>B" in (tmp_path / second.written[0]).read_bytes()

    def test_a_file_that_was_changed_here_is_asked_for_again(
        self, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = page("A", ETag='"1"')
        (name,) = run(site, "/a", tmp_path).written
        (tmp_path / name).write_text("changed")
        assert run(site, "/a", tmp_path).written == [name]
        assert b"<h1>A" in (tmp_path / name).read_bytes()

    def test_another_format_takes_another_name(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        first = run(site, "/a", tmp_path)
        site.answers["/a"] = Answer(b"%PDF-1.7 x")
        second = run(site, "/a", tmp_path)
        assert second.removed == first.written
        assert files(tmp_path) == set(second.written)

    @pytest.mark.parametrize("status", [404, 410])
    def test_what_is_gone_is_removed(self, status: int, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B"), "/s": site.sitemap("/a", "/b")}
        first = run(site, "/s", tmp_path)
        site.answers["/b"] = Answer(status=status)
        second = run(site, "/s", tmp_path)
        assert [stem(name) for name in second.removed] == ["b"]
        assert not second.failed
        assert files(tmp_path) == {first.written[0]}
        assert len(list(tmp_path.rglob("*.yaml"))) == 1

    def test_a_page_that_is_gone_is_removed(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        first = run(site, "/a", tmp_path)
        del site.answers["/a"]
        assert run(site, "/a", tmp_path).removed == first.written
        assert not files(tmp_path)
        with pytest.raises(UsageError, match=r"the server answers 404 \(Not Found\)"):
            run(site, "/a", tmp_path)

    def test_what_fails_is_kept(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/s": site.sitemap("/a")}
        first = run(site, "/s", tmp_path)
        site.answers["/a"] = Answer(status=500)
        second = run(site, "/s", tmp_path)
        assert not second.removed
        assert second.failed == [
            (
                f"{site.url}/a",
                "The server answers 500 (Internal Server Error). Try again later.",
            )
        ]
        assert files(tmp_path) == set(first.written)

    def test_what_is_listed_no_more_is_removed(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B"), "/c": page("C")}
        site.answers["/s"] = site.sitemap("/a", "/b", "/c")
        first = run(site, "/s", tmp_path)
        run(site, "/c", tmp_path)  # asked for by itself, it stays
        mine = tmp_path / site.host / "mine.html"
        mine.write_text("mine")
        site.answers["/s"] = site.sitemap("/a")
        second = run(site, "/s", tmp_path)
        assert [stem(name) for name in second.removed] == ["b"]
        assert files(tmp_path) == {first.written[0], first.written[2], f"{site.host}/mine.html"}

    def test_a_part_of_a_sitemap_removes_nothing(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B")}
        site.answers |= {"/1": site.sitemap("/a"), "/2": site.sitemap("/b")}
        rows = "".join(f"<sitemap><loc>/{n}</loc></sitemap>" for n in (1, 2))
        site.answers["/i"] = Answer(f"<sitemapindex>{rows}</sitemapindex>".encode())
        run(site, "/i", tmp_path)
        site.answers["/2"] = Answer(status=503)
        done = run(site, "/i", tmp_path)
        assert not done.removed
        assert len(files(tmp_path)) == 2

    def test_what_leaves_a_feed_stays(self, site: Site, tmp_path: Path) -> None:
        site.answers |= {"/a": page("A"), "/b": page("B")}
        for path in ("/a", "/b"):
            feed = f"<rss><channel><item><link>{path}</link></item></channel></rss>"
            site.answers["/rss"] = Answer(feed.encode())
            assert not run(site, "/rss", tmp_path).removed
        assert len(files(tmp_path)) == 2

    @pytest.mark.parametrize(
        "state",
        [
            "{",
            "[]",
            '{"documents": 1}',
            '{"documents": {"/a": 1}}',
            "[" * 100_000,
            "../",
        ],
    )
    def test_a_damaged_memory_removes_nothing(self, state: str, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        (name,) = run(site, "/a", tmp_path).written
        memory = tmp_path / site.host / ".fetched.json"
        outside = tmp_path / "outside.html"
        outside.write_text("mine")
        if state == "../":
            state = memory.read_text().replace(Path(name).name, "../outside.html")
        memory.write_text(state)
        assert run(site, "/a", tmp_path).unchanged == [name]
        del site.answers["/a"]
        assert run(site, "/a", tmp_path).removed == [name]
        assert outside.exists()

    def test_a_folder_that_cannot_be_written(self, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        (tmp_path / "file").write_text("x")
        with pytest.raises(UsageError, match="cannot be written"):
            run(site, "/a", tmp_path / "file")


class TestNames:
    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("https://exemple.fr", "exemple.fr/page"),
            ("https://EXEMPLE.fr:443/", "exemple.fr/page"),
            ("http://exemple.fr:8080/", "exemple.fr+8080/page"),
            ("https://exämple.fr/Adh%C3%A9sion.HTML", "xn--exmple-cua.fr/adhesion"),
            ("https://exemple.fr/../../etc/passwd", "exemple.fr/etc-passwd"),
            ("https://exemple.fr/%2e%2e%2f%2e%2e/x", "exemple.fr/x"),
            ("https://exemple.fr/a\\..\\b", "exemple.fr/a-b"),
            ("https://exemple.fr/con", "exemple.fr/con"),
            ("https://exemple.fr/C:%00|<>*?q", "exemple.fr/c"),
            ("http://con/", "_con/page"),
            ("http://[::1]:81/", "_--1+81/page"),
            ("https://exemple.fr/" + "é" * 300, "exemple.fr/" + "e" * 80),
        ],
    )
    def test_are_readable_and_safe(self, address: str, name: str, tmp_path: Path) -> None:
        url = parse(address)
        deposit = Deposit(tmp_path, url)
        made = deposit.path(deposit.file_name(url, ".html"))
        assert f"{Path(made).parent}/{stem(made)}" == name

    @given(
        st.lists(
            st.text(st.characters(codec="utf-8"), max_size=12), min_size=2, max_size=2, unique=True
        )
    )
    def test_are_unique_and_inside(self, paths: list[str]) -> None:
        names = set()
        urls = set()
        for path in paths:
            url = parse(f"https://exemple.fr/{urllib.parse.quote(path, safe='/')}")
            urls.add(url.raw_path)
            deposit = Deposit(Path("folder"), url)
            name = deposit.file_name(url, ".html")
            assert re.fullmatch(r"[a-z0-9][a-z0-9-]*\.html", name)
            assert len(name) < 120
            names.add(name)
        assert len(names) == len(urls)

    def test_http_and_https_are_one_page(self, tmp_path: Path) -> None:
        one, other = parse("http://exemple.fr/a%c3%a9"), parse("https://exemple.fr./aé#x")
        names = {
            Deposit(tmp_path, u).path(Deposit(tmp_path, u).file_name(u, ".md"))
            for u in (one, other)
        }
        assert len(names) == 1


class Internet:
    """Names that lead to the server on this machine, by way of addresses that look public.

    Attributes:
        hosts: Addresses by name; those of successive look-ups, the last for all that follow.
        looked_up: Names, in order.
        connected: Addresses, in order.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
        self.hosts: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        really_look_up, really_connect = socket.getaddrinfo, socket.create_connection

        def look_up(host: str, *rest: object, **named: object) -> list[tuple[object, ...]]:
            if host not in self.hosts:
                return really_look_up(host, *rest, **named)  # type: ignore[arg-type, return-value]
            self.looked_up.append(host)
            answers = self.hosts[host]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0)) for ip in found]

        def connect(address: tuple[str, int], *rest: object, **named: object) -> socket.socket:
            self.connected.append(address[0])
            real = ("127.0.0.1", port) if is_public(address[0]) else address
            return really_connect(real, *rest, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, site: Site) -> Internet:
    """An internet on which « site.example » is public and « intranet.example » is not."""
    net = Internet(monkeypatch, site.port)
    net.hosts |= {"site.example": [[PUBLIC]], "intranet.example": [["10.0.0.1"]]}
    return net


class TestWhereItMayGo:
    @pytest.mark.parametrize(
        "address",
        "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1 "
        "192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 "
        "240.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 ::8.8.8.8 64:ff9b::808:808 "
        "64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:db8::1 2002:808:808::1 3fff::1 "
        "5f00::1 fc00::1 fd00::1 fe80::1 fe80::1%1 fec0::1 ff02::1".split(),
    )
    def test_special_addresses_are_not_public(self, address: str) -> None:
        assert not is_public(address)

    def test_where_clouds_keep_their_keys_is_never_asked(self, site: Site, tmp_path: Path) -> None:
        """Not even where an intranet may be, and not by a detour."""
        site.answers["/a"] = moved("http://169.254.169.254/latest/meta-data/")
        with pytest.raises(UsageError, match=r"169\.254\.169\.254, which is never asked"):
            run(site, "/a", tmp_path)

    @pytest.mark.parametrize("address", f"8.8.8.8 {PUBLIC} 2001:4860:4860::8888 2a00::1".split())
    def test_others_are(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://localhost/",
            "http://intranet.example/",
        ],
    )
    def test_a_private_address_is_not_asked(
        self, address: str, internet: Internet, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match="no public address.*\n.*--allow-private"):
            fetch(address, tmp_path)
        assert not internet.connected

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("", "no complete address"),
            ("exemple.fr/a", "no complete address"),
            ("file:///etc/passwd", "begins with file:"),
            ("ftp://exemple.fr/", "begins with ftp:"),
            ("http://", "no name of a host"),
            ("http://a b/", "no name of a host"),
            ("http://a..b/", "no name of a host"),
            ("http://[fe80::1%25lo]/", "no name of a host"),
            ("http://exemple.fr:99999/", "no port 99999"),
            ("http://exemple.fr/\x00", "no valid address"),
            ("http://exemple.fr/" + "a" * 3000, "longer than 2,000"),
            ("https://me:secret@exemple.fr/", "user name or password"),
        ],
    )
    def test_other_addresses_are_refused(
        self, address: str, reason: str, internet: Internet, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match=reason) as caught:
            fetch(address, tmp_path)
        assert "secret" not in str(caught.value)

    def test_a_host_that_is_not_known(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(UsageError, match=r"its host, no\.example, is not known"):
            fetch("https://no.example/", tmp_path)

    def test_a_look_up_that_hangs(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5))
        began = time.monotonic()
        with pytest.raises(UsageError, match=r"longer than 0\.2 s"):
            fetch("https://slow.example/", tmp_path, limits=Limits(request_seconds=0.2))
        assert time.monotonic() - began < 2

    def test_one_private_address_among_public_ones(
        self, internet: Internet, tmp_path: Path
    ) -> None:
        internet.hosts["mixed.example"] = [[PUBLIC, "127.0.0.1"]]
        with pytest.raises(UsageError, match="no public address"):
            fetch("http://mixed.example/", tmp_path)
        assert not internet.connected

    def test_the_address_that_was_checked_is_the_one_asked(
        self, internet: Internet, site: Site, tmp_path: Path
    ) -> None:
        """A name that becomes private after the check leads nowhere private."""
        internet.hosts["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
        site.answers["/a"] = page("A", Connection="close")
        site.answers["/robots.txt"] = Answer(b"", headers={"Connection": "close"})
        with pytest.raises(UsageError, match="no public address"):
            fetch("http://rebinding.example/a", tmp_path)
        assert internet.connected == [PUBLIC]  # for robots.txt
        assert not site.asked

    def test_the_server_hears_the_name(
        self, internet: Internet, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = page("A", Set_Cookie="id=1")
        fetch("http://site.example/a", tmp_path)
        (name,) = fetch("http://site.example/a", tmp_path).unchanged
        assert name.startswith("site.example/a-")
        assert set(internet.connected) == {PUBLIC}
        for _, headers in site.asked:
            assert headers["Host"] == "site.example"
            assert headers["User-Agent"].startswith("tourbot/")
            assert "Cookie" not in headers

    def test_addresses_that_do_not_answer_are_passed_over(
        self, internet: Internet, site: Site, tmp_path: Path
    ) -> None:
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        site.answers["/a"] = page("A")
        with pytest.raises(UsageError, match="the connection failed"):
            fetch(f"http://127.0.0.1:{port}/a", tmp_path, allow_private=True)
        internet.hosts["two.example"] = [["127.0.0.1", PUBLIC]]
        assert fetch(f"http://two.example:{port}/a", tmp_path, allow_private=True).written

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("http://127.0.0.1:{port}/secret", "no public address"),
            ("http://intranet.example/secret", "no public address"),
            ("//127.0.0.1/secret", "no public address"),
            ("file:///etc/passwd", "begins with file:"),
            ("http://me:secret@site.example/", "user name or password"),
            ("http://[", "not followed"),
            ("/loop", "more than 5 times"),
        ],
    )
    def test_every_redirect_is_checked(
        self, target: str, reason: str, internet: Internet, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/loop"] = moved(target.format(port=site.port))
        site.answers["/secret"] = page("Secret")
        with pytest.raises(UsageError, match=reason):
            fetch("http://site.example/loop", tmp_path)
        assert "/secret" not in site.paths
        assert set(internet.connected) == {PUBLIC}
        assert site.paths.count("/loop") <= 6

    def test_no_proxy_of_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, site: Site, tmp_path: Path
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        site.answers["/a"] = page("A")
        assert run(site, "/a", tmp_path).written


class TestSecureConnections:
    @pytest.fixture
    def secure(
        self, monkeypatch: pytest.MonkeyPatch, site: Site, tmp_path: Path, internet: Internet
    ) -> list[str]:
        """Make the server speak TLS as « site.example »; return the names that it hears."""
        certificate = _certificate("site.example", tmp_path / "certificate.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        heard: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: heard.append(name)
        site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
        return heard

    def test_the_certificate_is_checked_against_the_name(
        self, secure: list[str], internet: Internet, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = page("A")
        (name,) = fetch("https://site.example/a", tmp_path).written
        assert sidecar(tmp_path, name)["url"] == "https://site.example/a"
        assert secure[0] == "site.example"
        internet.hosts["other.example"] = [[PUBLIC]]
        with pytest.raises(UsageError, match=r"the connection failed .*certificate"):
            fetch("https://other.example/a", tmp_path)

    def test_it_does_not_lead_back_to_http(
        self, secure: list[str], site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = moved("http://site.example/b")
        with pytest.raises(UsageError, match="from https to http"):
            fetch("https://site.example/a", tmp_path)


def _certificate(host: str, path: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(pem))
    return path


class TestRobots:
    def test_what_it_forbids_is_not_asked(self, site: Site, tmp_path: Path) -> None:
        site.answers["/robots.txt"] = Answer(
            b"User-agent: *\nDisallow: /\n\nUser-agent: tourbot\nDisallow: /*/private\nAllow: /\n"
        )
        site.answers |= {"/a": page("A"), "/s": site.sitemap("/a", "/x/private", "/b")}
        site.answers["/b"] = moved("/y/private")
        done = run(site, "/s", tmp_path)
        assert [stem(name) for name in done.written] == ["a"]
        assert ["forbids it" in sentence for _, sentence in done.failed] == [True, True]
        assert site.paths == ["/s", "/a", "/b"]

    @pytest.mark.parametrize(
        ("answer", "allowed"),
        [
            (Answer(status=404), True),
            (Answer(status=403), True),
            (Answer(b"<html>not found</html>"), True),
            (Answer(b"\xff\xfe\x00" * 50), True),
            (Answer(status=429), False),
            (Answer(status=500), False),
            (moved("/robots.txt"), False),
            (Answer(b"x" * 1_000_001), False),
        ],
    )
    def test_without_a_clear_answer_nothing_is_asked(
        self, answer: Answer, allowed: bool, site: Site, tmp_path: Path
    ) -> None:
        site.answers |= {"/robots.txt": answer, "/a": page("A")}
        if allowed:
            assert run(site, "/a", tmp_path).written
        else:
            with pytest.raises(UsageError, match="its robots.txt cannot be read"):
                run(site, "/a", tmp_path)
            assert not site.asked

    def test_it_is_asked_as_slowly_as_the_site_wishes(self, site: Site, tmp_path: Path) -> None:
        site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 3600")
        site.answers["/a"] = page("A")
        began = time.monotonic()
        assert run(site, "/a", tmp_path, crawl_delay=0.3).written
        assert 0.3 <= time.monotonic() - began < 3


class TestHostileServers:
    def test_a_body_that_unpacks_to_too_much(self, site: Site, tmp_path: Path) -> None:
        bomb = gzip.compress(b"\0" * 60_000_000)
        site.answers["/a"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
        site.answers["/sitemap.xml.gz"] = Answer(bomb)
        for path in site.answers:
            with pytest.raises(UsageError, match="larger than 1,000,000 bytes"):
                run(site, path, tmp_path, document_bytes=1_000_000)

    @pytest.mark.parametrize("length", ["1000001", "9" * 40])
    def test_a_body_that_is_announced_as_too_long(
        self, length: str, site: Site, tmp_path: Path
    ) -> None:
        site.answers["/a"] = Answer(b"x", headers={"Content-Length": length})
        with pytest.raises(UsageError, match="larger than 1,000,000 bytes|the connection failed"):
            run(site, "/a", tmp_path, document_bytes=1_000_000)

    def test_a_body_without_end(self, site: Site, tmp_path: Path) -> None:
        def write(send: Callable[[bytes], object]) -> None:
            while True:
                send(b"x" * 65536)

        site.answers["/a"] = Answer(write=write)
        with pytest.raises(UsageError, match="larger than 1,000,000 bytes"):
            run(site, "/a", tmp_path, document_bytes=1_000_000)

    def test_a_body_that_drips(self, site: Site, tmp_path: Path) -> None:
        def write(send: Callable[[bytes], object]) -> None:
            for _ in range(100):
                send(b"x")
                time.sleep(0.05)

        site.answers["/a"] = Answer(write=write)
        began = time.monotonic()
        with pytest.raises(UsageError, match=r"longer than 0\.5 s"):
            run(site, "/a", tmp_path, request_seconds=0.5)
        assert time.monotonic() - began < 2

    def test_a_body_that_is_cut_short(self, site: Site, tmp_path: Path) -> None:
        packed = gzip.compress(b"Texte" * 1000)
        for answer in (
            Answer(b"Texte", headers={"Content-Length": "50", "Connection": "close"}),
            Answer(packed[:-10], headers={"Content-Encoding": "gzip"}),
            Answer(b"Texte", headers={"Content-Encoding": "gzip"}),
            Answer(b"Texte", headers={"Content-Encoding": "br"}),
        ):
            site.answers["/a"] = answer
            with pytest.raises(UsageError, match="failed|cut short|broken|unknown way"):
                run(site, "/a", tmp_path, request_seconds=1)
        assert not files(tmp_path)

    @pytest.mark.parametrize(
        "definitions",
        [
            '<!ENTITY a "aaaaaaaaaa">'
            + "".join(
                f'<!ENTITY {c} "{f"&{p};" * 10}">'
                for p, c in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            '<!ENTITY i SYSTEM "file:///etc/passwd">',
            '<!ENTITY i SYSTEM "{url}/secret">',
            '<!ENTITY % x SYSTEM "{url}/secret"> %x;<!ENTITY i "">',
        ],
    )
    def test_entities_are_not_replaced(self, definitions: str, site: Site, tmp_path: Path) -> None:
        site.answers["/a"] = page("A")
        site.answers["/rss"] = Answer(
            f"<!DOCTYPE rss [{definitions.replace('{url}', site.url)}]><rss><channel><item>"
            "<title>Titre &i;</title><link>/a</link></item></channel></rss>".encode()
        )
        try:
            (name,) = run(site, "/rss", tmp_path).written
        except UsageError as error:
            assert "lists no address" in str(error)
        else:
            assert sidecar(tmp_path, name).get("title", "Titre") == "Titre"
        assert "/secret" not in site.paths

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        answer=st.one_of(
            st.binary(max_size=300),
            st.builds(
                lambda status, headers, body: (
                    b"HTTP/1.1 %d x\r\n" % status
                    + b"".join(b"%s: %s\r\n" % pair for pair in headers)
                    + b"\r\n"
                    + body
                ),
                st.sampled_from([100, 101, 103, 200, 204, 206, 301, 302, 304, 404, 416, 600, 999]),
                st.lists(
                    st.tuples(
                        st.sampled_from(
                            b"Location Content-Encoding Content-Type Content-Length ETag "
                            b"Last-Modified Transfer-Encoding Set-Cookie".split()
                        ),
                        st.one_of(
                            st.sampled_from(
                                b"gzip chunked text/html 5 -1 identity application/pdf".split()
                            ),
                            st.binary(max_size=20),
                        ),
                    ),
                    max_size=4,
                ),
                st.one_of(
                    st.binary(max_size=100),
                    st.sampled_from(
                        [b"<urlset><url><loc>/a</loc></url></urlset>", b"<rss>", b"%PDF-"]
                    ),
                ),
            ),
        )
    )
    def test_no_answer_breaks_it(self, raw: RawServer, tmp_path: Path, answer: bytes) -> None:
        raw.answer = answer
        try:
            done = fetch(raw.url, tmp_path, allow_private=True, limits=Limits(request_seconds=0.5))
        except UsageError as error:
            assert str(error).startswith(raw.url)
        else:
            assert files(tmp_path) >= {*done.written, *done.unchanged}


class RawServer:
    """A server that answers every request with the same bytes, except that for robots.txt."""

    def __init__(self) -> None:
        self.answer = b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/a"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
                with visitor:
                    asked = visitor.recv(65536)
                    none = b"HTTP/1.1 404 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    visitor.sendall(none if b"/robots.txt" in asked else self.answer)
            except OSError:
                if self.socket.fileno() < 0:
                    return


@pytest.fixture
def raw() -> Iterator[RawServer]:
    """A server of raw bytes."""
    serving = RawServer()
    yield serving
    serving.socket.close()
