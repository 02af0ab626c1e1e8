"""Passages → an extractive answer: the sentences that answer, or the decision that none does."""

from tourbot.reading.quoting import Evidence, Quoter
from tourbot.reading.reader import Reader

__all__ = ["Evidence", "Quoter", "Reader"]
