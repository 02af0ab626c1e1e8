"""What is said around the quotes."""

from __future__ import annotations

import dataclasses

import pytest

from tourbot import wording
from tourbot.assistant import Assistant
from tourbot.strings import NARROW


@pytest.mark.parametrize(
    ("quote", "written"),
    [
        ("Le salon ouvre.", f"«{NARROW}Le salon ouvre.{NARROW}»"),
        ("« Le salon ouvre. »", "« Le salon ouvre. »"),
        ("« Oui », dit-il. « Non »", f"«{NARROW}« Oui », dit-il. « Non »{NARROW}»"),
    ],
)
def test_a_quote_stands_in_one_pair_of_marks(
    assistant: Assistant, quote: str, written: str
) -> None:
    """Where the document sets them around the whole sentence, they are not doubled."""
    citation = assistant.ask("Quand a été lancé Numéric’Emploi ?").citations[0]
    assert wording.quoted("fr", dataclasses.replace(citation, quote=quote, label="")) == written
