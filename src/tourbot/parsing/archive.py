"""ZIP archives: each file in them under a heading with its name, within bounds."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.types import Metadata

MAX_MEMBERS = 500
MAX_UNPACKED_BYTES = 200_000_000
# Text shrinks to a tenth, at best to a fiftieth; what shrinks to less was made to harm.
_MAX_RATIO = 200
_SMALL = 1_000_000  # bytes that do no harm whatever they were packed to
_ENCRYPTED, _UTF8 = 0x1, 0x800


def parse(data: bytes, name: str, read: Callable[[bytes, str], Parsed]) -> Parsed:
    """Read the files of an archive in the order of their names; hidden ones are left out.

    Args:
        data: The whole archive.
        name: Path or name.
        read: Reads a file.

    Raises:
        DocumentError: Too many files, too much in them, or none that can be read.
    """
    builder = TextBuilder()
    errors: list[tuple[str, DocumentError]] = []
    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check(archive.infolist())
        for shown, member in sorted(_members(archive), key=lambda pair: pair[0]):
            try:
                builder.include(shown, read(_bytes(archive, member), shown))
                count += 1
            except DocumentError as error:
                builder.gap(shown, error)
                errors.append((shown, error))
    if not count:
        raise _nothing_read(errors)
    return builder.build(Metadata(title=name_title(name)))


def _check(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES:
        raise DocumentError(
            "too-large",
            f"the archive holds {len(members):,} files with {unpacked:,} bytes in all, and"
            f" {MAX_MEMBERS} files with {MAX_UNPACKED_BYTES:,} bytes are read at most",
            "Unpack it into the folder",
        )
    for member in members:
        if member.file_size > max(_SMALL, _MAX_RATIO * member.compress_size):
            raise DocumentError(
                "too-large",
                f"its file {_name(member)} was packed to less than a {_MAX_RATIO}th of its size,"
                " as only files are that are made to fill a disk",
                "Unpack the archive into the folder if you trust it",
            )


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for member in archive.infolist():
        shown = _name(member)
        parts = PurePosixPath(shown).parts
        hidden = any(p.startswith((".", "~$", "__MACOSX")) or p == "Thumbs.db" for p in parts)
        if parts and not member.is_dir() and not hidden:
            yield shown, member


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a file as it is shown: nothing is ever written under it.

    Macs store names as UTF-8 without saying so.
    """
    name = member.filename
    if not member.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    parts = [clean(part) for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part not in {"", ".", ".."})


def _bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise DocumentError(
            "encrypted", "it asks for a password", "Pack it again without a password"
        )
    try:
        return archive.read(member)
    except Exception as error:  # zipfile raises NotImplementedError, zlib.error and others
        raise DocumentError(
            "broken", f"it cannot be unpacked ({error})", "Pack the archive again"
        ) from error


def _nothing_read(errors: list[tuple[str, DocumentError]]) -> DocumentError:
    if not errors:
        return DocumentError("no-text", "the archive holds no files", "Remove it")
    name, error = errors[0]
    others = f", and {len(errors) - 1} others likewise" if len(errors) > 1 else ""
    same = error.code if len({e.code for _, e in errors}) == 1 else "no-text"
    return DocumentError(
        same,
        f"none of the files in the archive can be read ({name}: {error.reason}{others})",
        error.hint,
    )
