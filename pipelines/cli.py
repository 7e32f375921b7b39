"""The `peerlift` command: make a programme, run it, see what came in, find what came out.

What belongs here: arguments, words on the terminal, exit codes. Work is done in the stages; heavy imports happen
where they are used, so that help and status answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

if TYPE_CHECKING:
    from pipelines.settings import Programme

OK = 0
FAILED = 1
WRONG_USE = 2
SOMETHING_REFUSED = 3
BUSY = 4

EXIT_CODES = """
\b
Exit codes:
  0  done, or nothing new
  1  the run failed; the last release stands
  2  wrong use or wrong settings
  3  done, but a file was refused or rows were set aside: see `peerlift status`
  4  another run is going on
"""

P = ParamSpec("P")


def _ends_in_words(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn the errors a user can mend into one sentence and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from pipelines.errors import BUSY_ERRORS, FAILURES, USER_ERRORS

        try:
            code = command(*args, **kwargs)
        except BUSY_ERRORS as error:
            _say(str(error), BUSY)
        except USER_ERRORS as error:
            _say(str(error), WRONG_USE)
        except FAILURES as error:
            _say(str(error), FAILED)
        else:
            sys.exit(code or OK)

    return run


def _say(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(package_name="peerlift")
@click.option(
    "--programme",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the programme; else PEERLIFT_PROGRAMME, else this folder, else ./data.",
)
@click.pass_context
def main(context: click.Context, folder: Path | None) -> None:
    """Measure what a peer-coaching programme is worth, honestly, every week."""
    context.obj = folder


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_ends_in_words
def init(folder: Path) -> int:
    """Make a programme in FOLDER: an inbox, settings, ready forms, and one commented source file per input."""
    from pipelines.new_programme import make_programme

    made = make_programme(folder)
    click.echo(f"Made {folder}:")
    for path in made:
        click.echo(f"  {path}")
    click.echo(
        f"\nNext: set name and time_zone in {folder / 'peerlift.toml'}, make the files in {folder / 'sources'}\n"
        f"fit your exports, drop exports in {folder / 'inbox'}, and run `peerlift --programme {folder} run`."
    )
    return OK


@main.command()
@click.pass_obj
@_ends_in_words
def run(folder: Path | None) -> int:
    """Read what is new in the inbox and publish the site, the report and the DuckDB files."""
    from pipelines.running import run_programme

    return SOMETHING_REFUSED if run_programme(_programme(folder), sys.stderr) else OK


@main.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("peerlift-demo"),
    show_default=True,
    help="Folder the made-up programme is put in.",
)
@_ends_in_words
def demo(into: Path) -> int:
    """Make a made-up programme, run the real pipeline on it, and say where everything is."""
    from pipelines.new_programme import make_demo
    from pipelines.places import place
    from pipelines.running import run_programme
    from pipelines.settings import SETTINGS_FILE

    if not (into / SETTINGS_FILE).exists():
        make_demo(into)
    run_programme(_programme(into), sys.stderr)  # its exports hold a few bad rows on purpose
    for name in ("site", "report", "published", "analyst", "quarantine"):
        click.echo(f"{name:>10}  {place(_programme(into), name)}")
    return OK


@main.command()
@click.pass_obj
@_ends_in_words
def status(folder: Path | None) -> int:
    """Say what came in, what was refused and why, and how fresh it is."""
    from pipelines.status import print_status

    return SOMETHING_REFUSED if print_status(_programme(folder)) else OK


@main.command()
@click.argument(
    "what", type=click.Choice(["site", "report", "published", "analyst", "quarantine", "inbox", "dagster"])
)
@click.pass_obj
@_ends_in_words
def where(folder: Path | None, what: str) -> int:
    """Print the path of the site, report, published or analyst file, quarantine, inbox, or Dagster's home."""
    from pipelines.places import place

    click.echo(place(_programme(folder), what))
    return OK


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--rows", "every_row", is_flag=True, help="Say what becomes of each single row too.")
@click.pass_obj
@_ends_in_words
def check(folder: Path | None, /, file: Path, *, every_row: bool) -> int:
    """Say what would be read from FILE and what refused; change nothing."""
    from pipelines.check_file import check_file

    return SOMETHING_REFUSED if check_file(_programme(folder), file, every_row=every_row) else OK


@main.command(name="map")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", "name", help="Name of the source; from the file's name where left out.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to; else the programme's."
)
@click.pass_obj
@_ends_in_words
def map_(folder: Path | None, /, file: Path, name: str | None, into: Path | None) -> int:
    """Draft the source file of the export FILE; no file that is there is written over."""
    from pipelines.map_file import map_file

    mapped = map_file(_programme(folder), file, name, into)
    click.echo("\n".join(mapped.said))
    return OK if mapped.is_complete else SOMETHING_REFUSED


@main.command()
@click.option("--file", help="Only rows of this file; a pattern as 'pulse*' too.")
@click.option("--rule", help="Only rows that break this rule; a pattern as 'readable:*' too.")
@click.pass_obj
@_ends_in_words
def quarantine(folder: Path | None, /, file: str | None, rule: str | None) -> int:
    """List the rows that were set aside, what that means, and what to do."""
    from pipelines.quarantine import print_quarantine

    return SOMETHING_REFUSED if print_quarantine(_programme(folder), file, rule) else OK


@main.command()
@click.argument("groups", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--within",
    type=click.Choice(["person", "group"]),
    default="person",
    show_default=True,
    help="Draw in blocks over a person's sessions, or over a group's people session by session.",
)
@click.option("--from-session", type=int, default=1, show_default=True, help="First session drawn for.")
@click.option("--to-session", type=int, default=6, show_default=True, help="Last session drawn for.")
@click.option("--block-size", type=int, default=4, show_default=True, help="Check-outs in a block.")
@click.option("--seed", type=int, help="Seed of the draw; one nobody chose where left out.")
@click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else in the inbox."
)
@click.pass_obj
@_ends_in_words
def assign(folder: Path | None, /, groups: Path, into: Path | None, seed: int | None, **asked: Any) -> int:
    """Draw at which coming check-outs the prompt to book a date is shown, for the members in GROUPS."""
    from pipelines.assign import Draw, draw_assignments, fresh_seed, said_of
    from pipelines.settings import now

    draw = Draw(**asked, seed=fresh_seed() if seed is None else seed)
    click.echo(said_of(draw_assignments(_programme(folder), groups, draw, now(), into)))
    return OK


def entry() -> None:
    """The command as a program: run it, then leave at once.

    Great Expectations keeps DuckDB objects to the very end, and DuckDB's binding then prints pages of warnings
    about them. Everything is written and closed by now, so the interpreter's own farewell is left out.
    """
    code: object = OK
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else FAILED)


def _programme(folder: Path | None) -> Programme:
    from pipelines.settings import find_programme_folder, load_programme

    return load_programme(find_programme_folder(folder))
