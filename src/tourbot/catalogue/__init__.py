"""The truth: documents, passages and vectors in one SQLite database; everything else is derived.

One transaction per document, so that a reader of the file sees its old version or its new one. A
generation carries a copy of the same tables without vectors (``snapshot``), which is all that
answering needs.
"""

from tourbot.catalogue.database import Catalogue, Entry, Overview, repetitions
from tourbot.catalogue.tables import SCHEMA_VERSION, text_hash

__all__ = ["SCHEMA_VERSION", "Catalogue", "Entry", "Overview", "repetitions", "text_hash"]
