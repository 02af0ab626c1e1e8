"""What is kept of the staff: accounts, sessions, wrong passwords, and who did what."""

from tourbot.staffroom.database import StaffDataError
from tourbot.staffroom.delays import grouped
from tourbot.staffroom.history import ASKED, DONE, NOT_DONE, Deed
from tourbot.staffroom.room import Staffroom
from tourbot.staffroom.sessions import DEVICE_SECONDS, SESSION_SECONDS, Overview

__all__ = [
    "ASKED",
    "DEVICE_SECONDS",
    "DONE",
    "NOT_DONE",
    "SESSION_SECONDS",
    "Deed",
    "Overview",
    "StaffDataError",
    "Staffroom",
    "grouped",
]
