"""Sessions, delays and the history of staff, apart from the page that uses them."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tourbot.accounts import Accounts
from tourbot.staffroom import DEVICE_SECONDS, SESSION_SECONDS, StaffDataError, Staffroom
from tourbot.staffroom.database import Database
from tourbot.staffroom.delays import Delays
from tourbot.staffroom.history import FAILED
from tourbot.staffroom.sessions import Sessions

NAME, PASSWORD = "anne", "trois mots de passe"
HERE = "192.0.2.1"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """One account."""
    accounts = Accounts(tmp_path / "staff.json")
    accounts.add(NAME, PASSWORD)
    return accounts


@pytest.fixture
def room(accounts: Accounts) -> Staffroom:
    """What is kept of it."""
    return Staffroom(accounts)


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


class TestDatabase:
    def test_only_its_owner_reads_it(self, room: Staffroom, tmp_path: Path) -> None:
        """Nor what SQLite puts beside it."""
        room.sessions.begin(NAME)
        kept = list(tmp_path.glob("staff.*"))
        assert len(kept) > 1
        for path in kept:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name

    def test_a_damaged_file_is_told_and_can_be_removed(
        self, room: Staffroom, tmp_path: Path
    ) -> None:
        """While the server runs: everyone signs in again."""
        path = tmp_path / "staff.db"
        path.write_bytes(b"no database" * 1000)
        with pytest.raises(StaffDataError, match="remove it"):
            room.sessions.user("x")
        path.unlink()
        token, _ = room.sessions.begin(NAME)
        assert room.sessions.user(token) == NAME
        for beside in tmp_path.glob("staff.db"):  # what is left of it is not taken for the new one
            beside.unlink()
        assert room.sessions.user(token) == ""

    def test_a_full_disk_stops_no_work(self, room: Staffroom, tmp_path: Path) -> None:
        """What cannot be noted is logged."""
        (tmp_path / "staff.db").mkdir()
        line = room.history.note(NAME, "apply")
        room.history.complete(line, ["a.md"], "done")
        room.history.failed(NAME, HERE)
        assert line == 0


class TestSessions:
    def test_sessions_end_after_twelve_hours(self, accounts: Accounts, clock: Clock) -> None:
        """And the rows of those that have ended go."""
        database = Database(accounts.path.with_name("staff.db"))
        sessions = Sessions(database, accounts, clock)
        token, _ = sessions.begin(NAME)
        clock.now += SESSION_SECONDS - 1
        assert sessions.user(token) == NAME
        clock.now += 1
        assert sessions.user(token) == ""
        clock.now += DEVICE_SECONDS
        sessions.begin(NAME)
        with database.reading() as connection:
            for query in ("SELECT COUNT(*) FROM sessions", "SELECT COUNT(*) FROM devices"):
                assert connection.execute(query).fetchone() == (1,)

    def test_sessions_end_with_password_and_account(
        self, room: Staffroom, accounts: Accounts
    ) -> None:
        """An account of the same name made later is another one."""
        for change in (
            lambda: accounts.change(NAME, PASSWORD),
            lambda: (accounts.remove(NAME), accounts.add(NAME, PASSWORD)),
        ):
            token, device = room.sessions.begin(NAME)
            assert room.sessions.user(token) == NAME
            change()
            assert room.sessions.user(token) == ""
            assert not room.sessions.tries(device, NAME)

    def test_they_outlive_the_server_and_are_shared(
        self, room: Staffroom, accounts: Accounts
    ) -> None:
        """By replicas over one store."""
        token, _ = room.sessions.begin(NAME)
        other = Staffroom(Accounts(accounts.path))
        assert other.sessions.user(token) == NAME
        other.sessions.end(token)
        assert room.sessions.user(token) == ""

    def test_what_is_known_of_an_account_can_be_listed(self, room: Staffroom) -> None:
        """For the command line."""
        (account,) = room.sessions.overview()
        assert (account.name, account.sessions, account.signed_in) == (NAME, 0, "")
        assert account.since
        room.sessions.begin(NAME)
        room.sessions.begin(NAME)
        (account,) = room.sessions.overview()
        assert (account.sessions, bool(account.signed_in)) == (2, True)
        assert room.sessions.end_all(NAME) == 2

    def test_a_known_browser_is_so_for_its_names_and_ten_passwords(
        self, room: Staffroom, accounts: Accounts
    ) -> None:
        """A stolen one is no way to guess for ever."""
        accounts.add("paul", PASSWORD)
        _, device = room.sessions.begin(NAME)
        _, device = room.sessions.begin("paul", device=device)
        assert not room.sessions.tries(device, "zoé")
        assert all(room.sessions.tries(device, name) for name in (NAME, "paul"))
        known = [room.sessions.tries(device, NAME) for _ in range(12)]
        assert known == [True] * 9 + [False] * 3
        assert room.sessions.tries(device, "paul")


class TestDelays:
    @pytest.fixture
    def delays(self, tmp_path: Path, clock: Clock) -> Delays:
        """Counts of nobody yet."""
        return Delays(Database(tmp_path / "staff.db"), clock)

    @staticmethod
    def waits(take: Callable[[], float], clock: Clock, times: int) -> list[float]:
        """Wait as told, and return how long that was each time."""
        told = []
        for _ in range(times):
            wait = take()
            told.append(wait)
            clock.now += wait
            if wait:
                assert take() == 0
        return told

    def test_the_wait_doubles_up_to_a_quarter_of_an_hour(
        self, delays: Delays, clock: Clock
    ) -> None:
        """Whoever errs from one address; the right one gets in after a quarter of an hour."""
        told = self.waits(lambda: delays.take(NAME, HERE), clock, 15)
        assert told[:5] == [0] * 5
        assert told[5:14] == [5, 10, 20, 40, 80, 160, 320, 640, 900]
        assert max(told) == 900

    def test_another_address_or_name_does_not_wait(self, delays: Delays) -> None:
        """Until there are many of them."""
        for _ in range(10):
            delays.take(NAME, HERE)
        assert delays.take(NAME, HERE) > 0
        assert delays.take(NAME, "192.0.2.2") == 0
        assert delays.take("paul", HERE) == 0

    def test_an_attack_from_everywhere_delays_by_a_minute_at_most(
        self, delays: Delays, clock: Clock
    ) -> None:
        """And whoever has waited is let through, however the attack goes on."""
        for number in range(500):
            delays.take(NAME, f"198.51.{number // 250}.{number % 250}")
        wait = delays.take(NAME, HERE)
        assert 0 < wait <= 60
        for second in range(int(wait)):
            clock.now += 1
            for number in range(5):
                delays.take(NAME, f"203.0.{second}.{number}")
        clock.now += 1
        assert delays.take(NAME, HERE) == 0

    def test_the_right_password_ends_the_wait(self, delays: Delays) -> None:
        """And what nobody looked at does not count."""
        for _ in range(4):
            delays.take(NAME, HERE)
        delays.give_back(NAME, HERE, right=True)
        for _ in range(30):
            assert delays.take(NAME, HERE) == 0
            delays.give_back(NAME, HERE, right=False)

    def test_many_guesses_at_once_are_few(self, delays: Delays) -> None:
        """Comparing takes its time: what is guessed meanwhile counts already."""
        with ThreadPoolExecutor(20) as pool:
            waits = list(pool.map(lambda _: delays.take(NAME, HERE), range(40)))
        assert waits.count(0) == 5

    def test_memory_is_bounded_and_forgets(
        self, delays: Delays, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Names and addresses can be made up."""
        monkeypatch.setattr("tourbot.staffroom.delays._MOST_ROWS", 100)
        for number in range(300):
            clock.now += 0.1
            delays.take(f"nom {number}", f"198.51.100.{number}")
        with Database(tmp_path / "staff.db").reading() as connection:
            assert connection.execute("SELECT COUNT(*) FROM delays").fetchone()[0] <= 103
        for _ in range(9):
            delays.take(NAME, HERE)
        clock.now += 86_401
        assert delays.take(NAME, HERE) == 0

    def test_made_up_names_do_not_push_out_what_counts(
        self, delays: Delays, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An address that tries many names tries them one after the other, and is not forgotten."""
        monkeypatch.setattr("tourbot.staffroom.delays._MOST_ROWS", 100)
        for _ in range(5):
            assert delays.take(NAME, HERE) == 0
        assert delays.take(NAME, HERE) > 0
        looked_at = 0
        for number in range(2000):
            clock.now += 0.001
            looked_at += delays.take(f"nom {number}", HERE) == 0
            assert delays.take(NAME, HERE) > 0
        assert looked_at < 30

    def test_a_clock_put_right_locks_nobody_out(self, delays: Delays, clock: Clock) -> None:
        """It was a year ahead."""
        clock.now += 31_536_000
        for _ in range(9):
            delays.take(NAME, HERE)
        clock.now -= 31_536_000
        assert delays.take(NAME, HERE) == 0


class TestHistory:
    def test_a_flood_of_failures_pushes_nothing_out(
        self, room: Staffroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They are counted by name, address and hour, and have a part of their own."""
        monkeypatch.setattr("tourbot.staffroom.history._MOST_FAILURES", 20)
        room.history.note(NAME, "upload", ["a.md"], HERE)
        for _ in range(30):
            room.history.failed(NAME, HERE)
        (failure, upload) = room.history.newest()
        assert (failure.action, failure.times, upload.files) == (FAILED, 30, ("a.md",))
        for number in range(50):
            room.history.failed("", f"198.51.100.{number}")
        deeds = room.history.newest()
        assert len(deeds) == 21
        assert [deed.action for deed in deeds].count("upload") == 1

    def test_it_is_bounded(self, room: Staffroom, monkeypatch: pytest.MonkeyPatch) -> None:
        """In lines, and in what a line holds."""
        monkeypatch.setattr("tourbot.staffroom.history._MOST_DEEDS", 10)
        for number in range(15):
            room.history.note(NAME, "upload", [f"{number} {'x' * 999}"] * 70)
        deeds = room.history.newest()
        assert [deed.files[0].split()[0] for deed in deeds] == [str(n) for n in range(14, 4, -1)]
        assert (deeds[0].number, len(deeds[0].files), len(deeds[0].files[0])) == (70, 50, 200)

    def test_what_began_says_how_it_ended(self, room: Staffroom) -> None:
        """Until then it is said to have been asked for."""
        line = room.history.note(NAME, "apply", outcome="asked")
        assert room.history.newest()[0].outcome == "asked"
        room.history.complete(line, ["a.md"], "not-done")
        deed = room.history.newest()[0]
        assert (deed.outcome, deed.files, deed.number) == ("not-done", ("a.md",), 1)
