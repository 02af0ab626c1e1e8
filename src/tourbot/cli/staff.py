"""Accounts of the staff page and their sessions: ``tourbot staff add NAME``."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tourbot.cli.reporting import reporting
from tourbot.errors import UsageError

if TYPE_CHECKING:
    from tourbot.staffroom import Staffroom

app = typer.Typer(no_args_is_help=True, help="Who may use the staff page.")
Name = Annotated[str, typer.Argument(help="Name of the account.")]


@app.command()
def add(name: Name) -> None:
    """Make an account; its password is read from the terminal or stdin."""
    with reporting():
        room = _room()
        room.accounts.require_new(name)  # before anyone types a password
        room.accounts.add(name, _password())
        room.history.note(name, "account-added")
    typer.echo(f"{name} may use the staff page, /staff.")


@app.command()
def password(name: Name) -> None:
    """Give an account a new password, read from the terminal or stdin; its sessions end."""
    with reporting():
        room = _room()
        room.accounts.require(name)
        room.accounts.change(name, _password())
        room.sessions.end_all(name)
        room.history.note(name, "account-password")
    typer.echo(f"{name} has a new password, and signs in again.")


@app.command()
def remove(name: Name) -> None:
    """Remove an account; its sessions end."""
    with reporting():
        room = _room()
        room.accounts.remove(name)
        room.sessions.forget(name)
        room.history.note(name, "account-removed")
    typer.echo(f"{name} may no longer use the staff page.")


@app.command()
def logout(
    name: Annotated[str | None, typer.Argument(help="Name of the account.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="End everyone's sessions.")] = False,
) -> None:
    """End all sessions of an account, and forget the browsers that it was used in."""
    with reporting():
        if (name is None) != everyone:
            raise UsageError("Name one account, or all: tourbot staff logout NAME, or --all")
        room = _room()
        if name is not None:
            room.accounts.require(name)
        ended = room.sessions.end_all(name)
        for whose in [name] if name else room.accounts.names():
            room.history.note(whose, "account-logout")
    typer.echo(f"{ended} {'session' if ended == 1 else 'sessions'} ended.")


@app.command(name="list")
def list_() -> None:
    """List the accounts: since when, their open sessions, when they last signed in."""
    with reporting():
        accounts = _room().sessions.overview()
    width = max((len(account.name) for account in accounts), default=0)
    for account in accounts:
        sessions = f"{account.sessions} open {'session' if account.sessions == 1 else 'sessions'}"
        typer.echo(
            f"{account.name:{width}}  since {_local(account.since, '%Y-%m-%d') or 'unknown'}  "
            f"{sessions}  last sign-in {_local(account.signed_in, '%Y-%m-%d %H:%M') or 'never'}"
        )
    if not accounts:
        typer.echo("There is no account yet. Make one: tourbot staff add NAME")


def _local(when: str, form: str) -> str:
    return dt.datetime.fromisoformat(when).astimezone().strftime(form) if when else ""


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _room() -> Staffroom:
    from tourbot.accounts import Accounts
    from tourbot.settings import load_settings
    from tourbot.staffroom import Staffroom

    return Staffroom(Accounts(load_settings().home / "staff.json"))
