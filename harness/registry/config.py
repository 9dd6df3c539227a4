"""`harness.yaml`: what is watched and how strictly. Everything in it has a default."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from harness.documents import Document, EntryKind, Library
from harness.model import JSON, UsageError

CONFIG_PATH = "harness.yaml"
PROFILES = ("starter", "standard", "finance")
_LISTS = ("contracts", "exclude", "catalog", "pacts", "plugins")
_LEVELS = ("error", "warning", "info", "off")
_KEYS = ("profile", *_LISTS, "policy", "history", "levels", "version")


@dataclass(frozen=True, slots=True)
class Config:
    """What `harness.yaml` says.

    Attributes:
        profile: `starter`, `standard` or `finance`.
        contracts: Globs of contract files; empty: found by content, anywhere.
        exclude: Globs of files that are no contracts whatever they hold.
        catalog: Globs of catalog files.
        pacts: Globs of pact files.
        plugins: Distributions whose commands may be loaded; the gate loads none.
        policy: Path of the sign-off policy; "" means the default place.
        history: Where the history store is: a path in this repository, or a URL without password; "" is the default.
        levels: Rule id and level, sorted, where they differ from the profile.
        found: Whether the file exists.
    """

    profile: str = "starter"
    contracts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    catalog: tuple[str, ...] = ("catalog/**/*.yaml", "catalog/**/*.yml", "**/catalog-info.yaml", "**/catalog-info.yml")
    pacts: tuple[str, ...] = ("contracts/pacts/**/*.json", "**/pacts/**/*.json")
    plugins: tuple[str, ...] = ()
    policy: str = ""
    history: str = ""
    levels: tuple[tuple[str, str], ...] = ()
    found: bool = False


def read_config(library: Library) -> Config:
    """Return the configuration of one tree, the defaults where it has none.

    Raises:
        UsageError: An unknown key (a near one is named) or a value of the wrong kind; with line and column.
        UnreadableError: The file is no YAML.
    """
    entry = library.tree.entries().get(CONFIG_PATH)
    if entry is None:
        return Config()
    if entry.kind is not EntryKind.FILE:
        library.tree.read(CONFIG_PATH)  # says why it is not read
    document = library.load(CONFIG_PATH)
    value = document.value
    if value is None:
        return Config(found=True)
    if not isinstance(value, dict):
        raise _wrong(document, "", "names and values are needed here", "Start it with: profile: starter")
    _check_keys(document, value)
    defaults = Config()
    lists = {key: _globs(document, key, value[key]) for key in _LISTS if key in value}
    return Config(
        profile=_profile(document, value.get("profile", defaults.profile)),
        contracts=lists.get("contracts", defaults.contracts),
        exclude=lists.get("exclude", defaults.exclude),
        catalog=lists.get("catalog", defaults.catalog),
        pacts=lists.get("pacts", defaults.pacts),
        plugins=lists.get("plugins", defaults.plugins),
        policy=_policy(document, value.get("policy", "")),
        history=_history(document, value.get("history", "")),
        levels=_levels(document, value.get("levels")),
        found=True,
    )


def _check_keys(document: Document, value: dict[str, JSON]) -> None:
    for key in value:
        if key not in _KEYS and not key.startswith("x-"):
            near = difflib.get_close_matches(key, _KEYS, 1)
            remedy = f'Did you mean "{near[0]}"?' if near else f"Known keys: {', '.join(_KEYS)}."
            raise _wrong(document, f"/{key}", f'"{key}" is no key of {CONFIG_PATH}', remedy)


def _profile(document: Document, value: JSON) -> str:
    if value not in PROFILES:
        raise _wrong(document, "/profile", f'no profile "{value}"', f"One of: {', '.join(PROFILES)}.")
    return str(value)


def _policy(document: Document, value: JSON) -> str:
    if not isinstance(value, str):
        raise _wrong(document, "/policy", "a path is needed here", "Write policy: catalog/policies.yaml")
    return value


def _history(document: Document, value: JSON) -> str:
    """Return the place of the history; a password does not belong in a committed file."""
    if not isinstance(value, str):
        raise _wrong(document, "/history", "a path or URL is needed here", "Write history: .harness/history.sqlite")
    authority = value.partition("://")[2].partition("/")[0]
    if ":" in authority.rpartition("@")[0] or "password=" in value:
        remedy = "Take the password out, and set HARNESS_HISTORY where the program runs."
        raise _wrong(document, "/history", "this address holds a password", remedy)
    if not authority and (value.startswith("/") or ".." in value.split("/")):
        raise _wrong(document, "/history", "this path leaves the repository", "Name a place inside, or use --history.")
    return value


def _globs(document: Document, key: str, value: JSON) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise _wrong(document, f"/{key}", "a list of texts is needed here", f"Write {key}: [apis/*/openapi.yaml]")
    for index, item in enumerate(items):
        if not isinstance(item, str) or not item:
            raise _wrong(document, f"/{key}/{index}", "a text is needed here", "Quote it.")
    return tuple(str(item) for item in items)


def _levels(document: Document, value: JSON) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise _wrong(document, "/levels", "rule ids and levels are needed here", "Write levels: {field-removed: error}")
    for rule, level in value.items():
        if level not in _LEVELS:
            raise _wrong(document, f"/levels/{rule}", f'no level "{level}"', f"One of: {', '.join(_LEVELS)}.")
    return tuple(sorted((rule, str(level)) for rule, level in value.items()))


def _wrong(document: Document, pointer: str, message: str, remedy: str) -> UsageError:
    return UsageError(message, location=document.location(pointer), remedy=remedy)
