"""Bring the index up to date: ``python ingest.py [FOLDER]``. See ``python ingest.py --help``."""

import sys

try:
    from tourbot.cli import ingest_main
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is missing. After make run, use: .venv/bin/python ingest.py")

if __name__ == "__main__":
    ingest_main()
