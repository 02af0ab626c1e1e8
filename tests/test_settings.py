"""Settings: variables before the file before the defaults, and messages that name what is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tourbot.embedding import BUNDLED, Prefixes
from tourbot.errors import UsageError
from tourbot.settings import load_settings


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no variable of ours."""
    for name in list(os.environ):
        if name.startswith("TOURBOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_settings_the_defaults_serve_this_machine_only() -> None:
    """A page that listens to the whole network must be asked for."""
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.embedding == BUNDLED
    assert settings.prefixes is None
    assert settings.threshold is None


def test_a_variable_goes_before_the_file(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is the installation's, the variable is this run's."""
    (clean / "tourbot.toml").write_text('port = 8001\nhome = "ici"\n', encoding="utf-8")
    monkeypatch.setenv("TOURBOT_PORT", "8002")
    settings = load_settings()
    assert (settings.port, settings.home) == (8002, Path("ici"))


def test_one_prefix_alone_leaves_the_other_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some models want a prefix before questions only."""
    monkeypatch.setenv("TOURBOT_QUERY_PREFIX", "q: ")
    assert load_settings().prefixes == Prefixes("q: ", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "abc"), ("port", "0"), ("port", "70000"), ("threshold", "1.5"), ("threshold", "x")],
)
def test_a_value_out_of_range_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message says which setting, and where settings are made."""
    monkeypatch.setenv(f"TOURBOT_{name.upper()}", value)
    with pytest.raises(UsageError, match=rf"{name}: (.|\n)*TOURBOT_\*"):
        load_settings()


def test_an_unknown_name_in_the_file_is_refused(clean: Path) -> None:
    """A misspelt setting that is ignored costs hours."""
    (clean / "tourbot.toml").write_text("prot = 8001\n", encoding="utf-8")
    with pytest.raises(UsageError, match="prot"):
        load_settings()


@pytest.mark.parametrize("content", ["port = \n", "[[[", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(clean: Path, content: str | bytes) -> None:
    """Whatever is wrong with the file, the message begins with its name."""
    data = content.encode() if isinstance(content, str) else content
    (clean / "tourbot.toml").write_bytes(data)
    with pytest.raises(UsageError, match=r"tourbot\.toml"):
        load_settings()
