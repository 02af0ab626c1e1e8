"""tourbot: cited answers over French event and programme documents."""

from importlib.metadata import version

__version__ = version("tourbot")
