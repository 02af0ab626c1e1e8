"""Bring the index up to date: ``python ingest.py [FOLDER]``. See ``python ingest.py --help``."""

from tourbot.cli import ingest_main

if __name__ == "__main__":
    ingest_main()
