"""Who proposed the change, as the CI system says it: the author and everybody who pushed.

A commit's author is free text. The event of the CI system is not: it is written by the forge into the job. It
counts only if it is about the commit that is judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 8_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """What a CI event says about the change.

    Attributes:
        forge: `github` or `gitlab`.
        author: Login of who opened the request.
        pushers: Logins of who is known to have pushed to it.
        base_commit: Commit id of the base branch, "" if the event does not say.
        head_commit: Commit id of the proposed head, "" if the event does not say.
        number: Number of the request, "" if there is none.
    """

    forge: str
    author: str
    pushers: tuple[str, ...] = ()
    base_commit: str = ""
    head_commit: str = ""
    number: str = ""

    def is_about(self, *commits: str) -> bool:
        """Whether the event names one of `commits` (the judged head, or a parent of a merge the CI made)."""
        return bool(self.head_commit) and self.head_commit in commits


def read_event(environ: Mapping[str, str]) -> Event | None:
    """Return the event of the running CI job; None outside of one, or for an event without a request.

    Reads the file that `GITHUB_EVENT_PATH` names, or the `CI_MERGE_REQUEST_*` variables of GitLab.
    """
    if environ.get("GITHUB_EVENT_PATH"):
        return _github(environ["GITHUB_EVENT_PATH"])
    if environ.get("CI_MERGE_REQUEST_IID") and environ.get("GITLAB_USER_LOGIN"):
        return _gitlab(environ)
    return None


def _github(path: str) -> Event | None:
    try:
        file = Path(path)
        if file.stat().st_size > _LARGEST:
            return None
        payload = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    request = _mapping(_mapping(payload).get("pull_request"))
    author = _text(_mapping(request.get("user")).get("login"))
    if not author:
        return None
    sender = _text(_mapping(_mapping(payload).get("sender")).get("login"))
    return Event(
        forge="github",
        author=author,
        pushers=(sender,) if sender else (),
        base_commit=_text(_mapping(request.get("base")).get("sha")),
        head_commit=_text(_mapping(request.get("head")).get("sha")),
        number=str(request.get("number") or ""),
    )


def _gitlab(environ: Mapping[str, str]) -> Event:
    # GitLab names in a job only who started it; that person is author and pusher as far as the job can tell
    login = environ["GITLAB_USER_LOGIN"]
    return Event(
        forge="gitlab",
        author=login,
        pushers=(login,),
        base_commit=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
        head_commit=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", ""),
        number=environ["CI_MERGE_REQUEST_IID"],
    )


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
