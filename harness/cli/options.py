"""Options that several commands share: same flag, same meaning everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

Decorated = Callable[..., Any]


def format_option(function: Decorated) -> Decorated:
    """Add `--format text|json` for standard output."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What standard output holds."
    )(function)


def repo_option(function: Decorated) -> Decorated:
    """Add `--repo PATH`, so that the program need not run inside the judged checkout (threat model 4.1)."""
    return click.option(
        "--repo",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        default=Path(),
        show_default="this folder",
        help="The repository or folder to read.",
    )(function)


def history_option(function: Decorated) -> Decorated:
    """Add `--history URL`: which store of runs, verifications and deployments."""
    return click.option(
        "--history",
        "place",
        default=None,
        metavar="URL",
        envvar="HARNESS_HISTORY",
        show_envvar=True,
        help="Path, sqlite:///PATH or postgresql://... (default: harness.yaml, else .harness/history.sqlite).",
    )(function)


def as_of_option(function: Decorated) -> Decorated:
    """Add `--as-of DATE`: the day that sunset and expiry rules use."""
    return click.option(
        "--as-of", type=Day(), default=None, help="Day for sunset and expiry rules (YYYY-MM-DD; default: printed)."
    )(function)


class Day(click.ParamType[date]):
    """A calendar day, `YYYY-MM-DD`."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the day, or say how it is written."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f'"{value}" is no day; write it as 2026-11-22', param, ctx)


def no_cache_option(function: Decorated) -> Decorated:
    """Add `--no-cache`, the same as HARNESS_NO_CACHE=1: nothing kept by an earlier run is used, and nothing is kept."""
    return click.option(
        "--no-cache",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_switch_off,
        help="Keep no parsed documents between runs, and use none.",
    )(function)


def _switch_off(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's)
    if value:
        os.environ["HARNESS_NO_CACHE"] = "1"  # read where documents are; children that run inherit it


def spectral_option(function: Decorated) -> Decorated:
    """Add `--spectral FILE`: what Spectral said about the same contracts."""
    return click.option(
        "--spectral",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Results of Spectral (--format json), as extra evidence; may be repeated.",
    )(function)
