"""The form by which staff sign in: what it looks like, and how it is read."""

from __future__ import annotations

import asyncio
from html import escape
from urllib.parse import parse_qs

from fastapi import Request
from starlette.requests import ClientDisconnect

from tourbot.web.staff_words import WORDS

STAFF = "/staff"
LOGIN, LOGOUT = f"{STAFF}/connexion", f"{STAFF}/deconnexion"
NAME_FIELD, PASSWORD_FIELD = "nom", "passe"
_MOST_BYTES, _MOST_FIELDS = 4096, 10
_MOST_SECONDS = 10.0


class FormError(Exception):
    """A form that cannot be read; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_form(request: Request) -> tuple[str, str]:
    """Return the name and the password that a form sends.

    Raises:
        FormError: It is too long, too slow, or breaks off.
    """
    body = b""
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > _MOST_BYTES:
                    raise FormError(413)
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except TimeoutError as error:
        raise FormError(408) from error
    except ClientDisconnect as error:
        raise FormError(400) from error
    except ValueError as error:  # more fields
        raise FormError(413) from error
    name, password = (form.get(field, [""])[0] for field in (NAME_FIELD, PASSWORD_FIELD))
    return name, password


def login_html(message: str = "", name: str = "") -> str:
    """Return the page with the form."""
    told = f'<p role="alert">{escape(message)}</p>' if message else ""
    form = f"""<form method="post" action="{LOGIN}">
<label>{WORDS["login_name"]}
<input name="{NAME_FIELD}" autocomplete="username" required autofocus
value="{escape(name, quote=True)}"></label>
<label>{WORDS["login_password"]}
<input name="{PASSWORD_FIELD}" type="password" autocomplete="current-password" required></label>
<button>{WORDS["login_button"]}</button>
</form>
<p><a href="/">{WORDS["to_members"]}</a></p>"""
    return _page(told + form)


def ended_html() -> str:
    """Return a page that says that the session has ended, with the way back."""
    return _page(
        f'<p role="alert">{escape(WORDS["session_ended"])}</p>'
        f'<p><a href="{LOGIN}">{WORDS["login_button"]}</a></p>'
    )


def _page(body: str) -> str:
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{WORDS["login_title"]}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 12vh auto; padding: 0 1rem;
  color: #1f2937; background: #fff; }}
label {{ display: block; margin-top: 1rem; }}
input, button {{ font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; }}
input {{ border: 1px solid #6b7280; border-radius: 6px; }}
button {{ margin-top: 1.5rem; border: 0; border-radius: 6px; background: #1d4ed8; color: #fff; }}
[role=alert] {{ padding: .7rem; border-left: 4px solid #b91c1c; background: #fef2f2; }}
</style>
</head>
<body>
<h1>{WORDS["login_title"]}</h1>
{body}
</body>
</html>
"""
