"""EML through the standard library: who wrote what to whom and when, and what was attached."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parsedate_to_datetime
from mimetypes import guess_extension
from pathlib import PurePosixPath

from tourbot.errors import DocumentError
from tourbot.parsing import html, tags
from tourbot.parsing.agenda import french_date, french_time
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode, paragraphs, write_lines
from tourbot.types import Metadata

MAX_ATTACHMENTS = 50
_HEADERS = ("From", "To", "Subject", "Date", "Received", "Message-ID")
_SHOWN = {"From": "De", "To": "À", "Cc": "Copie à"}
_QUOTED = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
# What mail programs add for each other.
_NO_CONTENT = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "message/delivery-status",
    "text/rfc822-headers",
}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_NAMELESS = {".txt": "texte", ".html": "page", ".ics": "invitation"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# How mail programs begin the message that is answered or passed on.
_BEFORE = re.compile(
    r"^(?:>.*\n>|-{2,}\s*(?:message d.origine|original message|message transféré|forwarded)"
    r"|le\s.{6,120}\sa écrit\s*:|on\s.{6,120}\swrote:|_{20,}\s*\n|de\s*:.*\n(?:envoyé|date)\s*:)",
    re.IGNORECASE | re.MULTILINE,
)


def parse(data: bytes, name: str, read: Callable[[bytes, str], Parsed]) -> Parsed:
    """Read a message; the title is its subject, the date the day on which it was sent.

    Args:
        data: The whole file.
        name: Path or name.
        read: Reads an attachment.

    Raises:
        DocumentError: It has none of the headers of a message.
    """
    data = decode(data).encode() if data.startswith(_UTF16) else data
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    if not any(header in message for header in _HEADERS):
        raise DocumentError(
            "mismatch",
            "the file has none of the headers of a mail message",
            "Save the message again from the mail program",
        )
    builder = TextBuilder()
    sent = _sent(message)
    for header, label in _SHOWN.items():
        if value := _header(message, header):
            builder.line(f"{label}\u00a0: {value}")
    if sent:
        builder.line(f"Date\u00a0: {french_date(sent.date())} à {sent:%H h %M}")
    _body(message, builder)
    _attachments(message, builder, read)
    return builder.build(
        Metadata(
            title=_header(message, "Subject") or name_title(name),
            date=sent.date().isoformat() if sent else "",
        )
    )


def _header(message: Message, name: str) -> str:
    """Return a header as it is shown; what is no valid one, as it stands."""
    try:
        return clean(str(message.get(name, "")))
    except Exception:  # the standard library raises many on addresses that are none
        return clean(dict(message.raw_items()).get(name, ""))


def _sent(message: Message) -> dt.datetime | None:
    """Return when a message was sent, by French clocks."""
    try:
        return french_time(parsedate_to_datetime(_header(message, "Date")))
    except (ValueError, TypeError, OverflowError):
        return None


def _body(message: EmailMessage, builder: TextBuilder) -> None:
    """Write the text of a message; the HTML where the text says less than half of it.

    What it quotes of the message before stands apart, under a heading.
    """
    plain, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    words = _content(plain) if plain is not None else ""
    shown = tags.words(_content(page)) if page is not None else ""
    if plain is None and page is None and message.get_content_maintype() == "text":
        plain, words = message, tags.words(_content(message))  # which says wrongly how to show it
    if page is not None and len(_told(shown) & _told(words)) < len(_told(shown)) / 2:
        _page(_content(page), builder)
        words = ""
    answer, before = _parted(words)
    # Marks of what is quoted would stand within the sentences that the program broke.
    for lines in paragraphs(_QUOTED.sub("", answer)):
        write_lines(lines, builder)
    if before:
        builder.heading(2, "Message précédent")
        for lines in paragraphs(_QUOTED.sub("", before)):
            write_lines(lines, builder)
        builder.section(1)


def _parted(words: str) -> tuple[str, str]:
    """Return what a message says, and the message that it answers, quoted below."""
    found = _BEFORE.search(words)
    answered = found is not None and bool(clean(words[: found.start()]))
    return (words[: found.start()], words[found.start() :]) if found and answered else (words, "")


def _told(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _page(content: str, builder: TextBuilder) -> None:
    """Write the blocks of a page without its headings, which in mail are mere decoration."""
    try:
        text = html.parse(content.encode(), "").text
    except DocumentError:  # nothing but what a site would say of itself
        text = tags.words(content)
    for line in text.split("\n"):
        builder.line(line)


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return decode(payload, part.get_content_charset() or "")
    except DocumentError:
        return payload.decode("cp1252", errors="replace")


def _attachments(
    message: EmailMessage, builder: TextBuilder, read: Callable[[bytes, str], Parsed]
) -> None:
    """Write what is attached, each under its name; pictures within the text are left out."""
    if not message.is_multipart():
        return
    for number, part in enumerate(_parts(message), start=1):
        if part.get_content_maintype() == "image" or part.get_content_type() in _NO_CONTENT:
            continue
        name = _name(part, number)
        try:
            if part.get_content_type() in _TNEF:
                raise DocumentError(
                    "unsupported",
                    "Outlook packed what is attached in a format of its own (winmail.dat)",
                    "Ask the sender for the attachments, or save them from Outlook",
                )
            if number > MAX_ATTACHMENTS:
                raise DocumentError(
                    "too-large",
                    f"the message has more than {MAX_ATTACHMENTS} attachments",
                    "Save them as files of their own",
                )
            builder.include(name, read(_bytes(part), name))
        except DocumentError as error:
            builder.gap(name, error)


def _parts(message: EmailMessage) -> list[MIMEPart]:
    """Return the attachments, those among the alternatives of a body too."""
    try:
        found: list[MIMEPart] = list(message.iter_attachments())
        shown = {id(part) for part in found}
        found += [p for p in _leaves(message) if _is_invitation(p) and id(p) not in shown]
    except (AttributeError, KeyError, TypeError):  # a multipart message without parts
        return []
    kept = [p for p in found if not p.is_multipart() or p.get_content_type() == "message/rfc822"]
    # Invitations are sent twice, to be shown and to be saved.
    once = {_bytes(p).strip() if _is_invitation(p) else id(p): p for p in reversed(kept)}
    return list(reversed(once.values()))


def _leaves(message: MIMEPart) -> Iterator[MIMEPart]:
    for part in message.iter_parts():
        if part.get_content_maintype() == "multipart":
            yield from _leaves(part)
        else:
            yield part


def _is_invitation(part: Message) -> bool:
    return part.get_content_type() in {"text/calendar", "application/ics"}


def _name(part: Message, number: int) -> str:
    name = clean((part.get_filename() or "").replace("\\", "/").rsplit("/", 1)[-1])
    if part.get_content_type() == "message/rfc822":
        inner = _inner(part)
        subject = "" if inner is None else _header(inner, "Subject")
        name = name.removesuffix(".eml") or subject or f"message {number}"
        return f"{name}.eml"
    kind = part.get_content_type()
    suffix = "" if kind == "application/octet-stream" else guess_extension(kind) or ""
    if name and (PurePosixPath(name).suffix or not suffix):
        return name
    return f"{name or _NAMELESS.get(suffix, f'pièce jointe {number}')}{suffix}"


def _inner(part: Message) -> Message | None:
    """Return the message that a part holds, if it holds one."""
    payload = part.get_payload()
    first = payload[0] if isinstance(payload, list) and payload else None
    return first if isinstance(first, Message) else None


def _bytes(part: Message) -> bytes:
    inner = _inner(part)
    decoded = part.get_payload(decode=True) if inner is None else inner.as_bytes()
    return decoded if isinstance(decoded, bytes) else b""
