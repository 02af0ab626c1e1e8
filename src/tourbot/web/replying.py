"""What the members' page does when something is asked, chosen or judged on it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import gradio as gr

from tourbot.assistant import MAX_QUESTION_CHARS, Assistant, check_question, readable
from tourbot.errors import SetupError, UsageError
from tourbot.filtering import Filters
from tourbot.strings import say
from tourbot.types import Answer
from tourbot.web.render import answer_html, error_html, question_html, sources_html
from tourbot.web.sent import index_of, language_of, liked, session_of, texts_of, words_of
from tourbot.web.talks import Talk, Talks, Turn
from tourbot.wording import completed

_log = logging.getLogger(__name__)
# What the box takes.
_MOST_CHARS = 10 * MAX_QUESTION_CHARS

# The conversation, the sources, and a question that could not be taken, to be mended.
Shown = tuple[list[dict[str, Any]], str, str]


class Replies:
    """The events of the page; what was said before is remembered, not sent.

    Args:
        assistant: Answers.
        vote: Told what a visitor thinks of an answer.
    """

    def __init__(self, assistant: Assistant, vote: Callable[[Answer, bool], None]) -> None:
        self._assistant = assistant
        self._vote = vote
        self._talks = Talks()

    def reply(
        self, question: object, page_lang: object, request: gr.Request, *chosen: object
    ) -> Iterator[Shown]:
        """Show the question at once, then the answer quote after quote.

        What fails leaves the question in its box, to be mended or sent again.
        """
        lang, session = language_of(page_lang), session_of(request)
        asked = readable(str(question or "")[:_MOST_CHARS])
        talk = self._talks.of(session)
        turn = talk.ask(asked)
        try:
            check_question(asked, lang)
            if self._talks.of(session) is talk:
                yield *_shown(talk, lang), ""
            with talk.one_at_a_time:
                filters = Filters(*map(texts_of, chosen))
                turn.answer = self._assistant.ask(asked, talk.understood, filters=filters)
        except UsageError as error:
            turn.failure = str(error)
        except Exception as error:  # whatever it is, the visitor reads a sentence, the log the rest
            _log.exception("a question could not be answered")
            name = "error_setup" if isinstance(error, SetupError) else "error_internal"
            turn.failure = say(lang, name)
        if self._talks.of(session) is not talk:  # begun anew meanwhile
            yield [], sources_html((), lang), ""
        elif turn.answer is None:
            yield *_shown(talk, lang), asked
        else:
            for part in _partial(turn.answer):
                yield *_shown(talk, lang, turn, part), ""

    def reply_to_choice(
        self, page_lang: object, request: gr.Request, event: gr.EventData, *chosen: object
    ) -> Iterator[Shown]:
        """Ask what the example or the choice that was clicked says."""
        yield from self.reply(words_of(event), page_lang, request, *chosen)

    def judge(self, page_lang: object, request: gr.Request, event: gr.EventData) -> None:
        """Note a thumb; what went wrong is no answer to judge."""
        turns, index = self._talks.of(session_of(request)).turns, index_of(event)
        if index is None or index >= 2 * len(turns) or not (answer := turns[index // 2].answer):
            return
        try:
            self._vote(answer, liked(event))
        except Exception:  # whatever it is, the visitor learns that the opinion was lost
            _log.exception("an opinion could not be noted")
            lang = language_of(page_lang)
            gr.Warning(say(lang, "error_vote"), title=say(lang, "error_vote_title"))

    def begin_anew(self, page_lang: object, request: gr.Request) -> tuple[list[Any], str]:
        """Forget what was said."""
        self._talks.forget(session_of(request))
        return [], sources_html((), language_of(page_lang))

    def forget(self, session: str) -> None:
        """Forget what was said in a session that is gone."""
        self._talks.forget(session)

    def answers(self, request: gr.Request) -> tuple[Answer, ...]:
        """Return those of the conversation, oldest first."""
        return self._talks.answers_of(session_of(request))


def _partial(answer: Answer) -> Iterator[Answer]:
    """Yield the answer with one more citation each time."""
    if answer.abstained:
        yield answer
    for count in range(1, len(answer.citations) + 1):
        yield dataclasses.replace(answer, citations=answer.citations[:count])


def _shown(
    talk: Talk, lang: str, unfinished: Turn | None = None, part: Answer | None = None
) -> tuple[list[dict[str, Any]], str]:
    """Write a conversation and its sources; of one turn, only a part of its answer.

    Each turn is two messages, by which ``Replies.judge`` finds it again.
    """
    messages: list[dict[str, Any]] = []
    answers: list[Answer] = []
    for turn in talk.turns:
        messages.append({"role": "user", "content": question_html(turn.asked)})
        answer = part if turn is unfinished else turn.answer
        if answer is not None:
            answers.append(answer)
            messages.append(_said(answer, len(answers)))
        else:
            waiting = f"<p>{escape(say(lang, 'searching'))}</p>"
            told = error_html(turn.failure) if turn.failure else waiting
            messages.append({"role": "assistant", "content": told})
    return messages, sources_html(answers, lang)


def _said(answer: Answer, number: int) -> dict[str, Any]:
    """Return the message of an answer; one that asks back has a button for each choice."""
    message: dict[str, Any] = {"role": "assistant", "content": answer_html(answer, number)}
    if answer.choices:
        message["options"] = [
            {"value": completed(answer, choice), "label": choice} for choice in answer.choices
        ]
    return message
