"""The members' page: a conversation, and its sources beside it."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from tourbot.assistant import MAX_QUESTION_CHARS, Assistant, check_question, readable
from tourbot.errors import SetupError, UsageError
from tourbot.filtering import Filters
from tourbot.strings import EXAMPLES, say
from tourbot.types import Answer
from tourbot.web.filters import FilterPanel
from tourbot.web.render import answer_html, error_html, question_html, sources_html
from tourbot.wording import completed

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
CSS = (_HERE / "style.css").read_text(encoding="utf-8")
_VOTES = {
    lang: {"Like": say(lang, "like"), "Dislike": say(lang, "dislike")} for lang in ("fr", "en")
}
HEAD = (
    f"<script>const VOTES = {json.dumps(_VOTES)};"
    f"{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>"
)
DEFAULT_LANGUAGE = "fr"

Messages = list[dict[str, Any]]
# The conversation, the sources, what is remembered, and what stands in the question box.
Shown = tuple[Messages, str, "Conversation", str]


@dataclass(frozen=True)
class Conversation:
    """What one visitor's tab remembers: the answers given, oldest first."""

    answers: tuple[Answer, ...] = ()

    @property
    def understood(self) -> list[str]:
        """The questions so far, each as it was understood."""
        return [answer.understood for answer in self.answers if answer.silence != "courtesy"]


def build_page(assistant: Assistant, vote: Callable[[Answer, bool], None]) -> gr.Blocks:
    """Lay out the page.

    Args:
        assistant: Answers.
        vote: Told what a visitor thinks of an answer.
    """
    lang = DEFAULT_LANGUAGE
    page = gr.Blocks(analytics_enabled=False, title=say(lang, "title"), fill_width=True)
    with page:
        state = gr.State(Conversation())
        with gr.Row(elem_id="head-row"):
            head = gr.HTML(_head_html(lang), elem_id="head")
            language = gr.Radio(
                [("Français", "fr"), ("English", "en")],
                value=lang,
                label=say(lang, "language_label"),
                elem_id="language",
                container=False,
                scale=0,
            )
        with gr.Row(equal_height=False, elem_id="body-row"):
            with gr.Column(scale=3, elem_id="talk"):
                chat = gr.Chatbot(
                    label=say(lang, "conversation_label"),
                    show_label=False,
                    elem_id="conversation",
                    height="max(20rem, calc(100dvh - 18rem))",
                    buttons=[],
                    feedback_options=("Like", "Dislike"),
                    latex_delimiters=[],
                    placeholder=_welcome(lang),
                    examples=_examples(lang),
                )
                with gr.Row(elem_id="ask-row"):
                    box = gr.Textbox(
                        label=say(lang, "question_label"),
                        placeholder=say(lang, "question_placeholder"),
                        lines=1,
                        max_lines=5,
                        max_length=MAX_QUESTION_CHARS * 10,
                        autofocus=True,
                        scale=1,
                        elem_id="question",
                    )
                    send = gr.Button(
                        say(lang, "send"), variant="primary", scale=0, min_width=110, elem_id="send"
                    )
                filters = FilterPanel(assistant.offered, lang)
                clear = gr.Button(
                    say(lang, "clear"), size="sm", variant="secondary", elem_id="clear"
                )
            with gr.Column(scale=2, elem_id="evidence"):
                sources = gr.HTML(sources_html((), lang), elem_id="sources")
        foot = gr.HTML(f"<p>{say(lang, 'footer')}</p>", elem_id="foot")

        def reply(
            question: str,
            messages: Messages,
            conversation: Conversation,
            page_lang: str,
            *chosen: list[str],
        ) -> Iterator[Shown]:
            filters = Filters(*map(tuple, chosen))
            yield from _reply(assistant, question, messages, conversation, page_lang, filters)

        def reply_to_choice(
            messages: Messages,
            conversation: Conversation,
            page_lang: str,
            event: gr.SelectData,
            *chosen: list[str],
        ) -> Iterator[Shown]:
            value = event.value
            question = str(value["text"] if isinstance(value, dict) else value)
            yield from reply(question, messages, conversation, page_lang, *chosen)

        def judge(
            messages: Messages, conversation: Conversation, page_lang: str, event: gr.LikeData
        ) -> None:
            answer = _voted(messages, conversation, event)
            if answer is None:
                return
            try:
                vote(answer, bool(event.liked))
            except Exception:  # whatever it is, the visitor learns that the opinion was lost
                _log.exception("an opinion could not be noted")
                gr.Warning(say(page_lang, "error_vote"), title=say(page_lang, "error_vote_title"))

        outputs = [chat, sources, state, box]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        inputs = [chat, state, language, *filters.lists]
        for trigger in (box.submit, send.click):
            trigger(reply, [box, *inputs], outputs, **quiet)
        for trigger in (chat.example_select, chat.option_select):
            trigger(reply_to_choice, inputs, outputs, **quiet)
        chat.like(judge, [chat, state, language], None, **quiet)
        for one in filters.lists:
            one.change(filters.title, [language, *filters.lists], [filters.fold], **quiet)
        clear.click(
            lambda page_lang: ([], sources_html((), page_lang), Conversation(), ""),
            [language],
            outputs,
            **quiet,
        )
        language.change(
            _translate,
            [language, state],
            [head, language, chat, box, send, clear, sources, foot],
            js="(lang, state) => { document.documentElement.lang = lang; return [lang, state]; }",
            **quiet,
        )
        for moment in (language.change, page.load):
            moment(filters.updates, [language, *filters.lists], filters.components, **quiet)
    return page


def _reply(
    assistant: Assistant,
    question: str,
    messages: Messages,
    conversation: Conversation,
    lang: str,
    filters: Filters,
) -> Iterator[Shown]:
    """Show the question at once, then the answer quote after quote.

    What fails leaves the question in its box, to be mended or sent again.
    """
    question = readable(question)
    earlier = conversation.answers
    try:
        check_question(question, lang)
    except UsageError as error:
        asked = [_asked(question[:200])] if question.strip() else []
        messages = [*messages, *asked, _failure(str(error))]
        yield messages, sources_html(earlier, lang), conversation, question
        return
    messages = [*messages, _asked(question)]
    waiting = {"role": "assistant", "content": f"<p>{escape(say(lang, 'searching'))}</p>"}
    yield [*messages, waiting], sources_html(earlier, lang), conversation, ""
    try:
        answer = assistant.ask(question, conversation.understood, filters=filters)
        conversation = Conversation((*earlier, answer))
        for part in _partial(answer):
            yield (
                [*messages, _said(part, len(earlier) + 1)],
                sources_html((*earlier, part), lang),
                conversation,
                "",
            )
    except UsageError as error:
        messages = [*messages, _failure(str(error))]
        yield messages, sources_html(earlier, lang), Conversation(earlier), question
    except Exception as error:  # whatever it is, the visitor reads a sentence and the log the rest
        _log.exception("a question could not be answered")
        name = "error_setup" if isinstance(error, SetupError) else "error_internal"
        messages = [*messages, _failure(say(lang, name))]
        yield messages, sources_html(earlier, lang), Conversation(earlier), question


def _partial(answer: Answer) -> Iterator[Answer]:
    """Yield the answer with one more citation each time."""
    if answer.abstained:
        yield answer
    for count in range(1, len(answer.citations) + 1):
        yield dataclasses.replace(answer, citations=answer.citations[:count])


def _asked(question: str) -> dict[str, Any]:
    return {"role": "user", "content": question_html(question)}


def _said(answer: Answer, turn: int) -> dict[str, Any]:
    """Return the message of an answer; one that asks back has a button for each choice."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer_html(answer, turn),
        "metadata": {"id": turn},
    }
    if answer.choices:
        message["options"] = [
            {"value": completed(answer, choice), "label": choice} for choice in answer.choices
        ]
    return message


def _voted(messages: Messages, conversation: Conversation, event: gr.LikeData) -> Answer | None:
    """Return the answer that a message holds; sentences about what went wrong are none."""
    index = event.index[0] if isinstance(event.index, list | tuple) else int(event.index)
    turn = (messages[index].get("metadata") or {}).get("id")
    return conversation.answers[turn - 1] if isinstance(turn, int) else None


def _failure(message: str) -> dict[str, Any]:
    return {"role": "assistant", "content": error_html(message)}


def _translate(lang: str, conversation: Conversation) -> list[Any]:
    """Put the page, but not what was said, in the other language."""
    return [
        _head_html(lang),
        gr.update(label=say(lang, "language_label")),
        gr.update(
            label=say(lang, "conversation_label"),
            placeholder=_welcome(lang),
            examples=_examples(lang),
        ),
        gr.update(label=say(lang, "question_label"), placeholder=say(lang, "question_placeholder")),
        gr.update(value=say(lang, "send")),
        gr.update(value=say(lang, "clear")),
        sources_html(conversation.answers, lang),
        f"<p>{say(lang, 'footer')}</p>",
    ]


def _head_html(lang: str) -> str:
    return f"<h1>{say(lang, 'title')}</h1><p>{say(lang, 'tagline')}</p>"


def _welcome(lang: str) -> str:
    return f"<p>{say(lang, 'examples_label')}</p>"


def _examples(lang: str) -> list[Any]:
    return [{"text": text} for text in EXAMPLES[lang]]
