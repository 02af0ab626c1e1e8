"""The binary formats of old Office programs, saved anew by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tourbot.errors import DocumentError
from tourbot.parsing import deadline

# What each is saved as; nothing that is commonly installed reads messages of Outlook.
FORMATS = {".doc": ".docx", ".dot": ".docx", ".xls": ".xlsx", ".ppt": ".pptx", ".pps": ".pptx"}
_MESSAGE = ".msg"
SUFFIXES = (*FORMATS, _MESSAGE)


def modern(data: bytes, suffix: str) -> bytes:
    """Return a file in the format that took the place of its own.

    Args:
        data: The whole file.
        suffix: One of ``SUFFIXES``.

    Raises:
        DocumentError: LibreOffice is not installed, or cannot read it in time.
    """
    if suffix == _MESSAGE:
        hint = "Save the message from the mail program as .eml or .html"
        raise DocumentError("unsupported", "messages in Outlook’s own format are not read", hint)
    hint = f"Save it as {FORMATS[suffix]}"
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise DocumentError(
            "unsupported",
            f"the old format {suffix} is read through LibreOffice, which is not installed",
            f"{hint}, or install LibreOffice (apt-get install libreoffice)",
        )
    with tempfile.TemporaryDirectory(prefix="tourbot-") as folder:
        source = Path(folder) / f"a{suffix}"
        source.write_bytes(data)
        target = source.with_suffix(FORMATS[suffix])
        options = ["--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
        try:
            subprocess.run(  # noqa: S603 – a fixed command on a file of our own
                [office, *options, "--convert-to", target.suffix[1:], "--outdir", folder, source],
                capture_output=True,
                check=False,
                timeout=max(0, min(60, deadline.left())),
            )
            return target.read_bytes()
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DocumentError("broken", "LibreOffice could not read it", hint) from error
