"""The command line."""

from tourbot.cli.main import app, ingest_main, main, serve_main
from tourbot.cli.reporting import answer_to_dict

__all__ = ["answer_to_dict", "app", "ingest_main", "main", "serve_main"]
