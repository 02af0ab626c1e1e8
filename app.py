"""Serve the page: ``python app.py``. Settings: README.md."""

import sys

try:
    from tourbot.cli import serve_main
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is missing. After make run, use: .venv/bin/python app.py")

if __name__ == "__main__":
    serve_main()
