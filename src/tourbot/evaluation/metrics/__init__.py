"""The standard figures, one file each: retrieval, answers, citations, abstention.

All work on plain values (rankings, texts, spans, confidences), so that they can be checked by hand.
"""
