"""Everything that is kept of the staff, together."""

from __future__ import annotations

from tourbot.accounts import Accounts
from tourbot.staffroom.database import Database
from tourbot.staffroom.delays import Delays
from tourbot.staffroom.history import History
from tourbot.staffroom.sessions import Sessions


class Staffroom:
    """The accounts, and what ``staff.db`` beside their file holds.

    Args:
        accounts: Who may use the staff page.
    """

    def __init__(self, accounts: Accounts) -> None:
        database = Database(accounts.path.with_name("staff.db"))
        self.accounts = accounts
        self.sessions = Sessions(database, accounts)
        self.delays = Delays(database)
        self.history = History(database)
