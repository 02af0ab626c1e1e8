"""Pages that take no file from a client but one that it has sent them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.state_holder import SessionState
from gradio.utils import get_upload_folder


class ClosedBlocks(gr.Blocks):
    """Blocks that read no file, and fetch no address, because a client says so.

    Gradio copies whatever a client names as a file into a folder that it serves from, whichever
    component the name is given to. It refuses some of it once ``has_launched`` is set, which
    mounting never does; addresses it fetches all the same.

    Args:
        refusal: Title and text of what a client is told.
        options: Those of ``gr.Blocks``.
    """

    def __init__(self, refusal: tuple[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._refusal = refusal
        self.has_launched = True
        self.on_forget: list[Callable[[str], None]] = []

    def forget(self, session: str) -> None:
        """Let go of what is kept of a session; Gradio does so only of pages that go on reading."""
        queue = self._queue
        for event in queue.event_ids_to_events.values():
            if event.session_hash == session:
                event.alive = False  # nobody is told any more
        queue.pending_messages_per_session.pop(session, None)
        queue.pending_event_ids_session.pop(session, None)
        self.state_holder.session_data.pop(session, None)
        self.state_holder.time_last_used.pop(session, None)
        for forget in self.on_forget:
            forget(session)

    async def preprocess_data(
        self,
        block_fn: BlockFunction,
        inputs: list[Any],
        state: SessionState | None = None,
        explicit_call: bool = False,
    ) -> list[Any]:
        """Look at what a client sends before Gradio does.

        Raises:
            gr.Error: It names a file that was not uploaded here.
        """
        self.check(list(_named(inputs)))
        prepared: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return prepared

    def check(self, paths: Sequence[Any]) -> None:
        """Refuse paths of anything but files that were uploaded to this page.

        Raises:
            gr.Error: One of them is of something else.
        """
        if not all(self._was_uploaded(path) for path in paths):
            title, told = self._refusal
            raise gr.Error(told, title=title, print_exception=False)

    def _was_uploaded(self, path: Any) -> bool:
        if not isinstance(path, str) or path not in self.upload_file_set:
            return False
        # No link has taken its place since.
        folder, real = Path(get_upload_folder()).resolve(), Path(path).resolve()
        return real.is_file() and real.is_relative_to(folder)


def _named(sent: Any) -> Iterator[Any]:
    """Yield everything that is called a path, however deep."""
    waiting = [sent]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "path" in value:
                yield value["path"]
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
