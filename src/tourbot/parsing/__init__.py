"""Files → text with located blocks. One module per family of formats; ``parse`` is the only door.

Whatever is wrong with a file comes out as a ``DocumentError``; a parser library's own exception
never does.
"""

from tourbot.parsing.deadline import SECONDS
from tourbot.parsing.describing import describe
from tourbot.parsing.dispatch import MAX_BYTES, SUFFIXES, check_size, parse
from tourbot.parsing.plain import decode

__all__ = ["MAX_BYTES", "SECONDS", "SUFFIXES", "check_size", "decode", "describe", "parse"]
