"""Accounts of the staff page: ``tourbot staff add NAME``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tourbot.cli.reporting import reporting

if TYPE_CHECKING:
    from tourbot.accounts import Accounts

app = typer.Typer(no_args_is_help=True, help="Who may use the staff page.")
Name = Annotated[str, typer.Argument(help="Name of the account.")]


@app.command()
def add(name: Name) -> None:
    """Make an account, or give it a new password, read from the terminal or stdin."""
    with reporting():
        if sys.stdin.isatty():
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        else:
            password = sys.stdin.readline().rstrip("\n")
        _accounts().add(name, password)
    typer.echo(f"{name} may use the staff page, /staff.")


@app.command()
def remove(name: Name) -> None:
    """Remove an account; its sessions end."""
    with reporting():
        _accounts().remove(name)
    typer.echo(f"{name} may no longer use the staff page.")


@app.command(name="list")
def list_() -> None:
    """List the accounts."""
    with reporting():
        names = _accounts().names()
    typer.echo("\n".join(names) or "There is no account yet. Make one: tourbot staff add NAME")


def _accounts() -> Accounts:
    from tourbot.accounts import Accounts
    from tourbot.settings import load_settings

    return Accounts(load_settings().home / "staff.json")
