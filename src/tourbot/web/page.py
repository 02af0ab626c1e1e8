"""The members' page: a conversation, and its sources beside it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from tourbot.assistant import MAX_QUESTION_CHARS, Assistant, check_question, readable
from tourbot.errors import SetupError, UsageError
from tourbot.strings import EXAMPLES, say
from tourbot.types import Answer
from tourbot.web.render import answer_html, error_html, sources_html

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
CSS = (_HERE / "style.css").read_text(encoding="utf-8")
HEAD = f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>"
DEFAULT_LANGUAGE = "fr"

Messages = list[dict[str, Any]]


@dataclass
class Conversation:
    """What one visitor's tab remembers."""

    understood: list[str] = field(default_factory=list)
    last: Answer | None = None


def build_page(assistant: Assistant) -> gr.Blocks:
    """Lay out the page and wire it to an assistant."""
    lang = DEFAULT_LANGUAGE
    page = gr.Blocks(analytics_enabled=False, title=say(lang, "title"), fill_width=True)
    with page:
        state = gr.State(Conversation())
        with gr.Row(equal_height=False, elem_id="head-row"):
            head = gr.HTML(_head_html(lang), elem_id="head")
            language = gr.Radio(
                [("Français", "fr"), ("English", "en")],
                value=lang,
                label=say(lang, "language_label"),
                elem_id="language",
                container=False,
                scale=0,
            )
        with gr.Row(equal_height=False):
            with gr.Column(scale=3):
                chat = gr.Chatbot(
                    label=say(lang, "conversation_label"),
                    elem_id="conversation",
                    height=420,
                    buttons=[],
                    feedback_options=None,
                    sanitize_html=True,
                    render_markdown=True,
                    placeholder=f"<p>{say(lang, 'question_placeholder')}</p>",
                )
                with gr.Row(elem_id="ask-row"):
                    box = gr.Textbox(
                        label=say(lang, "question_label"),
                        placeholder=say(lang, "question_placeholder"),
                        lines=1,
                        max_lines=5,
                        max_length=MAX_QUESTION_CHARS * 10,
                        autofocus=True,
                        scale=4,
                        elem_id="question",
                    )
                    send = gr.Button(say(lang, "send"), variant="primary", scale=1, min_width=110)
                with gr.Row(elem_id="examples"):
                    examples = [gr.Button(text, size="sm") for text in EXAMPLES[lang]]
                clear = gr.Button(say(lang, "clear"), size="sm", variant="secondary")
            with gr.Column(scale=2):
                gr.HTML(f"<h2>{say(lang, 'sources_title')}</h2>", elem_id="sources-title")
                sources = gr.HTML(sources_html(None, lang), elem_id="sources")
        foot = gr.HTML(f"<p>{say(lang, 'footer')}</p>", elem_id="foot")

        def reply(
            question: str, messages: Messages, conversation: Conversation, page_lang: str
        ) -> Iterator[tuple[Messages, str, Conversation, str]]:
            yield from _reply(assistant, question, messages, conversation, page_lang)

        outputs = [chat, sources, state, box]
        inputs = [box, chat, state, language]
        for trigger in (box.submit, send.click):
            trigger(reply, inputs, outputs, api_visibility="private", show_progress="hidden")
        for button in examples:
            button.click(
                reply,
                [button, chat, state, language],
                outputs,
                api_visibility="private",
                show_progress="hidden",
            )
        clear.click(
            lambda page_lang: ([], sources_html(None, page_lang), Conversation(), ""),
            [language],
            outputs,
            api_visibility="private",
        )
        language.change(
            _translate,
            [language, state],
            [head, language, chat, box, send, *examples, clear, sources, foot],
            api_visibility="private",
            show_progress="hidden",
        )
    return page


def _reply(
    assistant: Assistant, question: str, messages: Messages, conversation: Conversation, lang: str
) -> Iterator[tuple[Messages, str, Conversation, str]]:
    """Show the question at once, then the answer quote after quote."""
    question = readable(question)
    try:
        check_question(question, lang)
    except UsageError as error:
        shown = [{"role": "user", "content": _escaped(question[:200])}] if question.strip() else []
        refusal = {"role": "assistant", "content": error_html(str(error))}
        yield (
            [*messages, *shown, refusal],
            sources_html(conversation.last, lang),
            conversation,
            question,
        )
        return
    messages = [*messages, {"role": "user", "content": _escaped(question)}]
    waiting = {"role": "assistant", "content": f"<p>{say(lang, 'searching')}</p>"}
    yield [*messages, waiting], sources_html(None, lang), conversation, ""
    try:
        answer = assistant.ask(question, conversation.understood)
    except SetupError:
        _log.exception("the index cannot be used")
        yield (
            [*messages, _failure(lang, "error_setup")],
            sources_html(None, lang),
            conversation,
            question,
        )
        return
    except Exception:
        _log.exception("a question could not be answered")
        yield (
            [*messages, _failure(lang, "error_internal")],
            sources_html(None, lang),
            conversation,
            question,
        )
        return
    conversation = Conversation([*conversation.understood, answer.understood], answer)
    for part in _partial(answer):
        content = {"role": "assistant", "content": answer_html(part)}
        yield [*messages, content], sources_html(part, lang), conversation, ""


def _partial(answer: Answer) -> Iterator[Answer]:
    """Yield the answer with one more citation each time."""
    if answer.abstained:
        yield answer
    for count in range(1, len(answer.citations) + 1):
        yield dataclasses.replace(answer, citations=answer.citations[:count])


def _failure(lang: str, name: str) -> dict[str, Any]:
    return {"role": "assistant", "content": error_html(say(lang, name))}


def _translate(lang: str, conversation: Conversation) -> list[Any]:
    """Put the page, but not what was said, in the other language."""
    return [
        _head_html(lang),
        gr.update(label=say(lang, "language_label")),
        gr.update(label=say(lang, "conversation_label")),
        gr.update(label=say(lang, "question_label"), placeholder=say(lang, "question_placeholder")),
        gr.update(value=say(lang, "send")),
        *(gr.update(value=text) for text in EXAMPLES[lang]),
        gr.update(value=say(lang, "clear")),
        sources_html(conversation.last, lang),
        f"<p>{say(lang, 'footer')}</p>",
    ]


def _head_html(lang: str) -> str:
    return f"<h1>{say(lang, 'title')}</h1><p>{say(lang, 'tagline')}</p>"


def _escaped(text: str) -> str:
    """Keep Markdown and HTML in a question from being rendered."""
    return f'<span class="asked">{escape(text)}</span>'
