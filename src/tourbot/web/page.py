"""The members' page: a conversation, and its sources beside it.

It sends a question, a language, filters, or which of the things shown was clicked; never a file,
and never what was said before, which the server remembers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from tourbot.assistant import MAX_QUESTION_CHARS, Assistant
from tourbot.site import Site
from tourbot.strings import say
from tourbot.types import Answer
from tourbot.web.closed import ClosedBlocks
from tourbot.web.filters import FilterPanel
from tourbot.web.render import TOASTS_SCRIPT, sources_html
from tourbot.web.replying import Replies
from tourbot.web.sent import DEFAULT_LANGUAGE, LANGUAGES, language_of

_HERE = Path(__file__).parent
CSS = (_HERE / "style.css").read_text(encoding="utf-8")
_VOTES = {lang: {"Like": say(lang, "like"), "Dislike": say(lang, "dislike")} for lang in LANGUAGES}
HEAD = (
    f"<script>const VOTES = {json.dumps(_VOTES)};"
    f"{(_HERE / 'page.js').read_text(encoding='utf-8')}"
    f"{TOASTS_SCRIPT}</script>"
)


def build_page(
    assistant: Assistant, vote: Callable[[Answer, bool], None], site: Site
) -> ClosedBlocks:
    """Lay out the page.

    Args:
        assistant: Answers.
        vote: Told what a visitor thinks of an answer.
        site: What the page says of itself.
    """
    lang = DEFAULT_LANGUAGE
    replies = Replies(assistant, vote)
    page = ClosedBlocks(
        (site.title, say(lang, "refused_malformed")),
        analytics_enabled=False,
        title=site.title,
        fill_width=True,
    )
    page.on_forget.append(replies.forget)
    with page:
        unsent = gr.Textbox(visible=False)
        with gr.Row(elem_id="head-row"):
            head = gr.HTML(_head_html(lang, site), elem_id="head")
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
                    placeholder=_welcome(lang, site),
                    examples=_examples(lang, site),
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

        def translate(page_lang: object, request: gr.Request) -> list[Any]:
            return _translated(language_of(page_lang), site, replies.answers(request))

        # No component looks at what comes in: ``sent`` does, and nothing is taken for a file.
        quiet: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "hidden",
            "preprocess": False,
        }
        outputs = [chat, sources, unsent]
        chosen = [language, *filters.lists]
        for trigger in (box.submit, send.click):
            asked = trigger(
                replies.reply,
                [box, *chosen],
                outputs,
                trigger_mode="multiple",
                js="(...sent) => takeQuestion(sent)",
                **quiet,
            )
            asked.then(None, [unsent, box], [box], js="(unsent, draft) => draft || unsent", **quiet)
        for trigger in (chat.example_select, chat.option_select):
            trigger(replies.reply_to_choice, chosen, outputs, **quiet)
        chat.like(replies.judge, [language], None, **quiet)
        for one in filters.lists:
            one.change(filters.title, chosen, [filters.fold], **quiet)
        clear.click(replies.begin_anew, [language], [chat, sources], **quiet)
        language.change(
            translate,
            [language],
            [head, language, chat, box, send, clear, sources, foot],
            js="(lang) => speak(lang)",
            **quiet,
        )
        for moment in (language.change, page.load):
            moment(filters.updates, chosen, filters.components, **quiet)
    return page


def _translated(lang: str, site: Site, answers: tuple[Answer, ...]) -> list[Any]:
    """Put the page, but not what was said, in the other language."""
    return [
        _head_html(lang, site),
        gr.update(label=say(lang, "language_label")),
        gr.update(
            label=say(lang, "conversation_label"),
            placeholder=_welcome(lang, site),
            examples=_examples(lang, site),
        ),
        gr.update(label=say(lang, "question_label"), placeholder=say(lang, "question_placeholder")),
        gr.update(value=say(lang, "send")),
        gr.update(value=say(lang, "clear")),
        sources_html(answers, lang),
        f"<p>{say(lang, 'footer')}</p>",
    ]


def _head_html(lang: str, site: Site) -> str:
    return f"<h1>{escape(site.title)}</h1><p>{escape(site.line(lang))}</p>"


def _welcome(lang: str, site: Site) -> str:
    return f"<p>{say(lang, 'examples_label' if site.questions(lang) else 'welcome')}</p>"


def _examples(lang: str, site: Site) -> list[Any]:
    return [{"text": text} for text in site.questions(lang)]
