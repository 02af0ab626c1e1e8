"""How good are retrieval, answers, citations and abstention? Never imported by what answers.

data set (questions, adapters) ──systems──▶ outcomes (run) ──metrics──▶ figures ──▶ JSON, report,
comparison, gate
"""
