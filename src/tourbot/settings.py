"""Settings: ``TOURBOT_*`` variables, then ``tourbot.toml`` in the working folder, then defaults.

Only ``cli`` reads them; inner modules take plain arguments.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tourbot.embedding import BUNDLED, Prefixes
from tourbot.errors import UsageError
from tourbot.site import Site

CONFIG_FILE = "tourbot.toml"


class Settings(BaseSettings):
    """Everything that can be set; the README's table says the same."""

    model_config = SettingsConfigDict(env_prefix="TOURBOT_", toml_file=CONFIG_FILE, extra="forbid")

    home: Path = Path("var")
    corpus: Path = Path("corpus")
    embedding: str = BUNDLED
    query_prefix: str | None = None
    passage_prefix: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    threshold: float | None = Field(default=None, ge=0, le=1)
    proxies: str = ""
    site: Site = Site()
    client_requests: int = Field(default=256, ge=4)
    client_questions: int = Field(default=20, ge=1)

    @property
    def prefixes(self) -> Prefixes | None:
        """The prefixes given, or None to take the model's own."""
        if self.query_prefix is None and self.passage_prefix is None:
            return None
        return Prefixes(self.query_prefix or "", self.passage_prefix or "")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put variables before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(config: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        config: Read instead of ``tourbot.toml``.

    Raises:
        UsageError: One has a value that cannot be used, or the file is missing; the message names
            it.
    """
    if config is not None and not config.is_file():
        raise UsageError(f"{config} is no file of settings.\nGive the path of an existing file.")
    file = config or Path(CONFIG_FILE)

    class Given(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return Given()
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        listing = "\n".join(lines)
        raise UsageError(
            f"These settings cannot be used:\n{listing}\nMend TOURBOT_* variables or {file}."
        ) from error
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}. Mend or remove it.") from error
