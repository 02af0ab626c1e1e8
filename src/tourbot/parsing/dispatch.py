"""Which parser reads which file, and what a file must look like to be what its name says."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from importlib import import_module
from pathlib import PurePosixPath

from tourbot.errors import DocumentError
from tourbot.parsing import deadline, legacy, xml
from tourbot.parsing.builder import Parsed
from tourbot.parsing.plain import utf16

MAX_BYTES = 100_000_000
# Of what is text from end to end: a book has one million bytes.
MAX_TEXT_BYTES = 6_000_000
# A small archive that unpacks to more than this is taken for a decompression bomb.
MAX_UNPACKED_BYTES = 500_000_000

# Each parser imports its library when first used: ingesting Markdown loads no PDF code.
_PARSERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".pptx": "slides",
    ".xlsx": "sheets",
    ".ics": "agenda",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".odt": "opendocument",
    ".odp": "opendocument",
    ".ods": "opendocument",
    ".rtf": "rtf",
    ".org": "org",
    ".rst": "restructured",
}
# These are given a function that reads what they hold.
_CONTAINERS = {".docx": "word", ".eml": "mail", ".zip": "archive"}
SUFFIXES = (*_PARSERS, *_CONTAINERS)
MAX_DEPTH = 3  # a file attached to a message that is attached to a message
_TEXTS = frozenset(".md .markdown .txt .ics .csv .tsv .org .rst".split())
_ZIP_MEMBERS = {
    ".docx": "word/",
    ".pptx": "ppt/",
    ".xlsx": "xl/",
    ".odt": "content.xml",
    ".odp": "content.xml",
    ".ods": "content.xml",
}
_NAMES = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive or an Office file",
    b"\xd0\xcf\x11\xe0": "an old Office file or an encrypted Office file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip archive",
    b"{\\rtf": "an RTF file",
}


def parse(data: bytes, name: str, *, seconds: float = deadline.SECONDS) -> Parsed:
    """Read one file.

    Args:
        data: The whole file.
        name: Path or name; its suffix says which format is expected.
        seconds: After which the caller gives the file up; what may take long stops before.

    Returns:
        Non-empty text with at least one block, the metadata that the file holds, and which parts
        of it could not be read.

    Raises:
        DocumentError: The file is empty, of an unknown format, encrypted, broken, too large, holds
            no text, or is not what its suffix says.
    """
    with deadline.within(seconds):
        return _parse(data, name, ())


def _parse(data: bytes, name: str, within: tuple[str, ...]) -> Parsed:
    """Read one file that may stand within others, whose suffixes ``within`` gives."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in legacy.SUFFIXES:
        data = legacy.modern(data, suffix)
        suffix = legacy.FORMATS[suffix]
        name = str(PurePosixPath(name).with_suffix(suffix))
    if suffix not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise DocumentError(
            "unsupported",
            f"the format {suffix or 'without suffix'} is not read",
            f"Convert the file to one of: {known}",
        )
    _check_content(data, suffix)
    _check_depth(suffix, within)
    try:
        module = import_module(f"tourbot.parsing.{(_PARSERS | _CONTAINERS)[suffix]}")
        inner = (partial(_parse, within=(*within, suffix)),) if suffix in _CONTAINERS else ()
        parsed: Parsed = module.parse(data, name, *inner)
    except DocumentError:
        raise
    except RecursionError as error:
        raise DocumentError("broken", "its structure is nested too deeply to be read") from error
    except Exception as error:  # a parser library may raise anything on a broken file
        detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise DocumentError(
            "broken",
            f"the {suffix} file is damaged or not valid ({detail})",
            "Open it in its own program and save it again",
        ) from error
    if not parsed.blocks:
        raise DocumentError(
            "no-text", "no text was found in it", "Check that it holds text, not only images"
        )
    return parsed


def check_size(size: int, name: str) -> None:
    """Refuse a file that is too large, before it fills the memory.

    Args:
        size: In bytes.
        name: Path or name; its suffix says which format is expected.

    Raises:
        DocumentError: It is.
    """
    suffix = PurePosixPath(name).suffix.lower()
    most = MAX_TEXT_BYTES if suffix in _TEXTS else MAX_BYTES
    if size > most:
        raise DocumentError(
            "too-large",
            f"the file has {size:,} bytes and {most:,} are read at most of a {suffix} file",
            "Split it",
        )


def _check_content(data: bytes, suffix: str) -> None:
    if not data.strip():
        raise DocumentError("empty", "the file is empty", "Fill it or remove it")
    check_size(len(data), "a" + suffix)
    seen = next((label for magic, label in _NAMES.items() if data.startswith(magic)), "")
    if suffix == ".zip":
        fits = data.startswith(b"PK\x03\x04")
    elif suffix == ".pdf":
        fits = b"%PDF-" in data[:1024]
    elif suffix in _ZIP_MEMBERS:
        fits = data.startswith(b"PK\x03\x04")
    elif suffix == ".rtf":  # pictures may stand in it as they are
        fits = data.lstrip().startswith(b"{\\rtf")
    else:
        fits = not seen and (b"\x00" not in data[:65536] or bool(utf16(data)))
    if data.startswith(b"\xd0\xcf\x11\xe0") and suffix in _ZIP_MEMBERS:
        raise DocumentError(
            "encrypted",
            "the Office file is encrypted or in the old binary format",
            "Save it without a password as " + suffix,
        )
    if not fits:
        raise DocumentError(
            "mismatch",
            f"the name ends in {suffix} but the content is {seen or 'something else'}",
            "Give the file the suffix of its real format",
        )
    if suffix in _ZIP_MEMBERS:
        _check_archive(data, suffix)


def _check_depth(suffix: str, within: tuple[str, ...]) -> None:
    if suffix == ".zip" and suffix in within:
        raise DocumentError(
            "nested", "it is an archive within an archive, which is not opened", "Unpack it"
        )
    if len(within) >= MAX_DEPTH:
        raise DocumentError(
            "nested", "it stands in a message in a message in another", "Save it as a file"
        )


def _check_archive(data: bytes, suffix: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        if sum(member.file_size for member in members) <= MAX_UNPACKED_BYTES:
            xml.refuse_declarations(data)
    except DocumentError:
        raise
    except Exception as error:  # zipfile raises NotImplementedError and others on odd archives
        raise DocumentError(
            "broken",
            f"the {suffix} file is damaged ({error})",
            "Open it in its own program and save it again",
        ) from error
    if not any(member.filename.startswith(_ZIP_MEMBERS[suffix]) for member in members):
        raise DocumentError(
            "mismatch",
            f"the name ends in {suffix} but the archive holds another kind of content",
            "Give the file the suffix of its real format",
        )
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise DocumentError(
            "too-large", "the archive unpacks to more than 500 MB", "Remove large media from it"
        )
