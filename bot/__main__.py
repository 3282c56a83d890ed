"""`python -m bot …`: parse arguments, nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from bot import __version__, memory

cli = typer.Typer(
    name="ai-daily-bot",
    help="A Telegram bot that delivers a daily Markdown digest. Settings come from the environment or .env.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Digest = Annotated[Path, typer.Argument(help="A digest, e.g. posts/2026-02-06-….md")]


@cli.command()
def run() -> None:
    """Run the bot on Telegram (needs BOT_TOKEN)."""
    from bot import app

    _finish(app.run)


Port = Annotated[int, typer.Option(help="Port of the chat page on 127.0.0.1; 0, or one that is taken: a free one.")]


@cli.command()
def sandbox(port: Port = 8081) -> None:
    """Run the bot on a local Telegram with a chat page. Needs no token; nothing leaves this machine."""
    from bot import playground

    _finish(lambda: playground.sandbox(port))


@cli.command()
def start(port: Port = 8081) -> None:
    """What `make run` does: `run` when BOT_TOKEN is set, else `sandbox`."""
    from bot import playground

    _finish(lambda: playground.start(port))


@cli.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Digests; none: all of POSTS_DIR.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with digests, where, and how to mend it. Exit 1 when an error is among it."""
    from bot import author

    _finish(lambda: author.check(files or [], as_json=as_json))


@cli.command()
def preview(
    file: Digest,
    style: Annotated[
        Literal["full", "card", "rich"], typer.Option(help="A group's messages, a reader's card, or rich messages.")
    ] = "full",
    as_json: AsJson = False,
    html: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write a page that looks like the chat into this file.")
    ] = None,
) -> None:
    """Show the exact messages a digest becomes: in the terminal, as a page, or as Bot API calls."""
    from bot import author

    _finish(lambda: author.preview(file, style=style, as_json=as_json, html=html))


@cli.command()
def publish(file: Digest) -> None:
    """Send a digest of POSTS_DIR now, whatever its hour. A running bot takes it over within seconds."""
    from bot import console

    _finish(lambda: console.publish(file))


@cli.command(context_settings={"ignore_unknown_options": True})  # a query may begin with a dash
def search(
    query: Annotated[str, typer.Argument(help="Words; quotes, tag:, after: and before: as in the chat.")],
    limit: Annotated[int, typer.Option(min=0)] = 5,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Search the archive; it is brought up to date first."""
    from bot import console

    _finish(lambda: console.search(query, limit=limit, offset=offset, as_json=as_json))


@cli.command()
def init() -> None:
    """Ask for token, group and admin, try each on Telegram, and write .env."""
    from bot import interview

    _finish(interview.init)


@cli.command()
def doctor() -> None:
    """Look whether token, groups, folders, database and clock are as they must be. Exit 1 when one is not."""
    from bot import doctor

    _finish(doctor.doctor)


@cli.command()
def stats() -> None:
    """Print subscribers, the tags most followed and the last campaigns."""
    from bot import operations

    _finish(operations.stats)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to; nothing is ever overwritten.")]) -> None:
    """Copy the state's database into a file, also while the bot runs."""
    from bot import operations

    _finish(lambda: operations.backup(file))


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="A file written by `backup`.")]) -> None:
    """Put a backup in the place of the state's database; the old one is kept beside it. Stop the bot first."""
    from bot import operations

    _finish(lambda: operations.restore(file))


@cli.command()
def migrate() -> None:
    """Bring the state's database to this version's schema."""
    from bot import console

    _finish(console.migrate)


@cli.command()
def config() -> None:
    """Print every setting with its value and where it came from; secrets are masked."""
    from bot import console

    _finish(console.config)


def _finish(command: Callable[[], int | None]) -> NoReturn:
    from bot.exits import explained

    memory.end_loading()
    raise typer.Exit(explained(command))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@cli.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """A Telegram bot that delivers a daily Markdown digest. Settings come from the environment or .env."""


def main() -> None:
    """The console script's entry."""
    memory.begin_loading()
    # Started with its output closed (`>&-`), Python gives None in its place.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
    sys.stderr = sys.stderr or sys.stdout
    try:
        sys.exit(cli())
    except OSError as error:
        from bot.exits import told_of_file

        sys.exit(told_of_file(error))


if __name__ == "__main__":
    main()
