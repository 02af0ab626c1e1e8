"""Passages → an extractive answer: the sentences that answer, or the decision that none does."""

from tourbot.reading.reader import Evidence, Reader

__all__ = ["Evidence", "Reader"]
