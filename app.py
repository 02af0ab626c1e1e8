"""Serve the page: ``python app.py``. Settings: README.md."""

from tourbot.cli import serve_main

if __name__ == "__main__":
    serve_main()
