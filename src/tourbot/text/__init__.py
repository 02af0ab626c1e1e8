"""French and English text: words, sentences, dates, regions and how they are written."""
