"""The staff page: what will change, what was done, what failed, and what nobody answers yet."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from tourbot.errors import BusyError, TourbotError, UsageError
from tourbot.ingestion import SafetyStopError
from tourbot.staffroom import NOT_DONE
from tourbot.web import staff_render as render
from tourbot.web.access import LOGIN, LOGOUT, Visit, visit_of
from tourbot.web.closed import ClosedBlocks
from tourbot.web.deeds import deeds_html
from tourbot.web.desk import Desk, Ended, Work
from tourbot.web.render import TOASTS_SCRIPT
from tourbot.web.sent import text_of
from tourbot.web.staff_words import WORDS, counted

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
CSS = (_HERE / "staff.css").read_text(encoding="utf-8")
# Gradio words the upload box in the language of the browser; the style sheet puts these over it.
CSS += f'.gradio-container {{ --drop-here: "{WORDS["drop_here"]}"; }}'
_ENDED = dict(
    zip(("before", "link", "after"), WORDS["session_ended_link"].split("|"), strict=True)
) | {"address": LOGIN}
HEAD = (
    # Or browsers would not tell which page the form to sign out stands on.
    '<meta name="referrer" content="same-origin">'
    f"<script>(() => {{ const ENDED = {json.dumps(_ENDED)};"
    f"{(_HERE / 'staff.js').read_text(encoding='utf-8')} }})();"
    f"{TOASTS_SCRIPT}</script>"
)
_HOUR = 3600
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build_staff_page(desk: Desk) -> ClosedBlocks:
    """Lay out the page over a desk."""
    page = ClosedBlocks(
        (WORDS["refused"], WORDS["not_uploaded"]),
        analytics_enabled=False,
        title=WORDS["title"],
        fill_width=True,
    )
    with page:
        gr.HTML(
            f"<h1>{WORDS['title']}</h1><p>{WORDS['tagline']}</p>"
            f'<form method="post" action="{LOGOUT}"><a href="/">{WORDS["to_members"]}</a> · '
            f'<button id="leave">{WORDS["log_out"]}</button></form>',
            elem_id="head",
        )
        with gr.Tabs():
            with gr.Tab(WORDS["tab_add"], id="add"):
                _Adding(desk, page)
            with gr.Tab(WORDS["tab_documents"], id="documents") as documents:
                shown = _Documents(desk)
            with gr.Tab(WORDS["tab_runs"], id="runs") as runs:
                history = _Runs(desk)
            with gr.Tab(WORDS["tab_questions"], id="questions") as questions:
                asked = _Questions(desk)
        documents.select(shown.look, [shown.filter], shown.outputs, preprocess=False, **_QUIET)
        runs.select(history.look, None, history.outputs, **_QUIET)
        questions.select(asked.look, None, asked.outputs, **_QUIET)
    return page


class _Adding:
    """Upload, see the plan, apply it."""

    def __init__(self, desk: Desk, page: ClosedBlocks) -> None:
        self._desk = desk
        self._page = page
        drop = gr.File(
            label=WORDS["drop"], file_count="multiple", elem_id="drop", type="filepath", height=200
        )
        with gr.Row():
            look = gr.Button(WORDS["look"], elem_id="look")
            apply = gr.Button(WORDS["apply"], variant="primary", elem_id="apply", interactive=False)
            sure = gr.Button(WORDS["apply_sure"], variant="stop", elem_id="sure", visible=False)
        plan = gr.HTML(render.note_html(WORDS["plan_first"]), elem_id="plan")
        stopped = gr.State(list[str]())
        seen = [drop, plan, apply, sure]
        drop.upload(self._upload, [drop], seen, **_QUIET)
        look.click(self._look, None, seen, **_QUIET)
        apply.click(self._apply, None, [*seen, stopped], **_QUIET)
        sure.click(self._apply, [stopped], [*seen, stopped], **_QUIET)

    def _upload(self, request: gr.Request, files: list[str] | None) -> Iterator[list[Any]]:
        visit, paths = visit_of(request), [str(path) for path in files or []]
        self._page.check(paths)  # Gradio has asked already: a new one may ask elsewhere
        yield [None, render.work_html(Work()), *_buttons()]
        try:
            visit.note("upload", self._desk.upload([Path(path) for path in paths]))
        except OSError as error:
            visit.note("upload", [Path(path).name for path in paths], NOT_DONE)
            yield [None, _told(error), *_buttons()]
            return
        yield from self._plan()

    def _look(self, request: gr.Request) -> Iterator[list[Any]]:
        visit_of(request)
        yield from self._plan()

    def _plan(self) -> Iterator[list[Any]]:
        yield [None, render.work_html(Work(step="read")), *_buttons()]
        try:
            plans = self._desk.plans()
        except Exception as error:
            yield [None, _told(error), *_buttons()]
            return
        todo = any(not plan.changes_nothing for plan in plans)
        yield [None, render.plan_html(plans), *_buttons(apply=todo)]

    def _apply(self, request: gr.Request, sure: Sequence[str] = ()) -> Iterator[list[Any]]:
        """Apply; staff confirm one folder at a time, the one that the message names."""
        ended = _noted(visit_of(request), "apply")
        for work in self._desk.apply(sure, ended):
            yield [None, render.work_html(work), *_buttons(), []]
        if isinstance(work.error, SafetyStopError):
            stopped = [*sure, work.error.plan.folder]
            yield [None, _told(work.error), *_buttons(sure=True), stopped]
        else:
            yield [None, _outcome(work), *_buttons(), []]


class _Documents:
    """All documents, and what can be done with one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Row(equal_height=False, elem_id="choice-row"):
            self.choice = gr.Dropdown(
                [], label=WORDS["choose"], elem_id="choice", value=None, filterable=True
            )
            reread = gr.Button(WORDS["reread"], elem_id="reread", scale=0)
            remove = gr.Button(WORDS["remove"], variant="stop", elem_id="remove", scale=0)
        self.told = gr.HTML(elem_id="told")
        self.failures = gr.HTML(elem_id="failures")
        self.filter = gr.Textbox(label=WORDS["filter"], elem_id="filter")
        self.table = gr.HTML(elem_id="documents")
        self.outputs = [self.table, self.choice, self.failures]
        # No component looks at what comes in: it would tell the log of what is not offered.
        self.filter.change(self.look, [self.filter], self.outputs, preprocess=False, **_QUIET)
        everything = [self.told, *self.outputs]
        inputs = [self.choice, self.filter]
        reread.click(self._reread, inputs, everything, preprocess=False, **_QUIET)
        remove.click(self._remove, inputs, everything, preprocess=False, **_QUIET)

    def look(self, request: gr.Request, wanted: object) -> list[Any]:
        """Return the list as it is now."""
        visit_of(request)
        return self._shown(wanted)

    def _shown(self, wanted: object) -> list[Any]:
        documents, duplicates = self._desk.documents()
        failures = self._desk.failures()
        choices = [(f"{d.metadata.title} – {d.id}", d.id) for d in documents]
        choices += [(name, name) for name in self._desk.unread()]
        return [
            render.documents_html(documents, duplicates, failures, text_of(wanted)),
            gr.update(choices=choices),
            render.failures_html(failures),
        ]

    def _reread(self, request: gr.Request, chosen: object, wanted: object) -> Iterator[list[Any]]:
        visit, id_ = visit_of(request), text_of(chosen)
        if id_ and self._desk.path(id_) is None:
            visit.note("reread", [id_], NOT_DONE)
            yield [render.alert_html(WORDS["gone"].format(name=id_)), *self._shown(wanted)]
            return
        yield from self._do(visit, "reread", id_, wanted, self._desk.reread)

    def _remove(self, request: gr.Request, chosen: object, wanted: object) -> Iterator[list[Any]]:
        visit, id_ = visit_of(request), text_of(chosen)
        try:
            yield from self._do(visit, "remove", id_, wanted, self._desk.remove)
        except UsageError as error:
            told = WORDS["not_ours"].format(name=id_, folder=error)
            yield [render.alert_html(told), *self._shown(wanted)]

    def _do(
        self,
        visit: Visit,
        action: str,
        id_: str,
        wanted: object,
        what: Callable[[str, Ended], Iterator[Work]],
    ) -> Iterator[list[Any]]:
        if not id_:
            yield [render.alert_html(WORDS["choose_first"]), *([gr.skip()] * 3)]
            return
        ended = _noted(visit, action, [id_])
        try:
            works = what(id_, ended)
        except UsageError as error:
            ended(Work(error=error))
            raise
        for work in works:
            yield [render.work_html(work), *([gr.skip()] * 3)]
        gone = action == "remove" and not work.error
        done = render.note_html(WORDS["removed"].format(name=id_)) if gone else _outcome(work)
        yield [done, *self._shown(wanted)]


class _Runs:
    """What was done, and the way back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        undo = gr.Button(WORDS["undo"], elem_id="undo")
        told = gr.HTML(elem_id="undone")
        self.outputs = [gr.HTML(elem_id="runs"), gr.HTML(elem_id="deeds")]
        undo.click(self._undo, None, [told, *self.outputs], **_QUIET)

    def look(self, request: gr.Request) -> list[str]:
        """Return the last runs, and who did what."""
        return self._shown(visit_of(request))

    def _shown(self, visit: Visit) -> list[str]:
        deeds = visit.room.history.newest()
        return [render.runs_html(self._desk.runs()), deeds_html(deeds)]

    def _undo(self, request: gr.Request) -> Iterator[list[Any]]:
        visit = visit_of(request)
        for work in self._desk.undo(_noted(visit, "undo")):
            yield [render.work_html(work), gr.skip(), gr.skip()]
        yield [self._undone(work), *self._shown(visit)]

    @staticmethod
    def _undone(work: Work) -> str:
        if work.reports:
            (report,) = work.reports
            told = WORDS["undone"].format(
                back=counted("back", len(report.new)),
                restored=counted("restored", len(report.changed)),
                gone=counted("gone", len(report.vanished)),
            )
            return render.note_html(told)
        if isinstance(work.error, UsageError):
            return render.note_html(WORDS["nothing_to_undo"])
        return _outcome(work)


class _Questions:
    """What members asked in vain, and what they found wrong."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        check = gr.Button(WORDS["recheck"], elem_id="recheck")
        self.unanswered = gr.HTML(elem_id="unanswered")
        self.disliked = gr.HTML(elem_id="disliked")
        self.outputs = [self.unanswered, self.disliked]
        check.click(self._check, None, self.outputs, api_visibility="private")

    def look(self, request: gr.Request) -> list[str]:
        """Return the questions and votes."""
        visit_of(request)
        return [
            render.questions_html(self._desk.unanswered()),
            render.votes_html(self._desk.disliked()),
        ]

    def _check(self, request: gr.Request) -> list[str]:
        visit_of(request).note("recheck")
        checked = self._desk.recheck()
        return [
            render.questions_html(self._desk.unanswered(), checked),
            render.votes_html(self._desk.disliked()),
        ]


def _buttons(*, apply: bool = False, sure: bool = False) -> list[Any]:
    return [gr.update(interactive=apply), gr.update(visible=sure)]


def _noted(visit: Visit, action: str, files: Sequence[str] = ()) -> Ended:
    """Write into the history what begins; what it did follows when it has ended."""
    complete = visit.begin(action, files)

    def ended(work: Work) -> None:
        done = {
            name
            for report in work.reports
            for name in (*report.new, *report.changed, *report.vanished)
        }
        complete(files or sorted(done), work.error is None)

    return ended


def _outcome(work: Work) -> str:
    return _told(work.error) if work.error else render.report_html(work.reports)


def _told(error: Exception) -> str:
    """Return the sentence for an error, and put what it does not say into the log."""
    if isinstance(error, BusyError):
        return render.alert_html(WORDS["busy"])
    if isinstance(error, SafetyStopError):
        plan = error.plan
        told = WORDS["stopped"].format(
            vanished=len(plan.vanished), held=plan.held, folder=plan.folder
        )
        return render.alert_html(told)
    if not isinstance(error, TourbotError):
        _log.error("a change of the documents failed", exc_info=error)
    return render.alert_html(WORDS["failed_run"])
