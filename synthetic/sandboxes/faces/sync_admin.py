"""`sync-admin`: exceptions, lanes and replays of the middleware."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthetic.sandboxes.faces.face import Answer, Asked, RefusalError, page
from synthetic.sandboxes.sync import Sync
from synthetic.sandboxes.sync.administration import Administration, BusyError, Lane, LostError
from synthetic.sandboxes.sync.events import Guide, instant, object_key
from synthetic.sandboxes.sync.queue import Problem, Replay


class SyncAdmin:
    """Operations of the contract over one middleware."""

    OPERATIONS = (
        "listExceptions",
        "getException",
        "closeException",
        "startReplay",
        "getReplay",
        "listLanes",
        "setLaneState",
    )

    def __init__(self, sync: Sync, guide: Guide) -> None:
        """Work on `sync`."""
        self._admin = Administration(sync)
        self._queue = sync.storage.queue
        self._guide = guide

    def answers(self) -> Mapping[str, Answer]:
        """Return every operation by its id."""
        return {
            "listExceptions": self._list_exceptions,
            "getException": lambda asked: self._shown(self._problem(asked)),
            "closeException": self._close,
            "startReplay": self._start_replay,
            "getReplay": self._get_replay,
            "listLanes": lambda asked: page(
                [_lane(one) for one in self._admin.lanes()], asked, lambda row: str(row["id"])
            ),
            "setLaneState": self._set_lane,
        }

    def _list_exceptions(self, asked: Asked) -> Any:
        rows = [self._shown(one) for one in self._queue.problems(only_open=False)]
        for name in ("status", "category", "legal_entity"):
            if asked[name] is not None:
                rows = [row for row in rows if row[name] == asked[name]]
        return page(rows, asked, lambda row: str(row["id"]))

    def _problem(self, asked: Asked) -> Problem:
        found = self._queue.problem(str(asked["exception_id"]))
        if found is None:
            raise RefusalError(404, f"No exception {asked['exception_id']}.")
        return found

    def _close(self, asked: Asked) -> Any:
        found = self._problem(asked)
        if found.closed is not None:
            raise RefusalError(409, f"{found.id} was closed before.")
        self._admin.close(found, asked.body["cause"], asked.body["closed_by"])
        return self._shown(self._problem(asked))

    def _start_replay(self, asked: Asked) -> Any:
        body = asked.body
        keys = [body["key"]] if "key" in body else body.get("keys", [])
        if not keys or ("key" in body and "keys" in body):
            raise RefusalError(422, "Send one of `key` and `keys`.")
        try:
            found = self._admin.start_replay(keys, body["target"], body["reason"], body["requested_by"])
        except LostError as error:
            raise RefusalError(422, str(error)) from None
        except BusyError as error:
            raise RefusalError(409, str(error)) from None
        return _replay(found)

    def _get_replay(self, asked: Asked) -> Any:
        found = self._queue.replay(str(asked["replay_id"]))
        if found is None:
            raise RefusalError(404, f"No replay {asked['replay_id']}.")
        return _replay(found)

    def _set_lane(self, asked: Asked) -> Any:
        lane = next((one for one in self._admin.lanes() if one.id == asked["lane_id"]), None)
        if lane is None:
            raise RefusalError(404, f"No lane {asked['lane_id']}.")
        return _lane(self._admin.set_lane(lane, asked.body["reason"], is_paused=asked.body["paused"]))

    def _shown(self, one: Problem) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": one.id,
            "category": one.category,
            "status": "open" if one.closed is None else "closed",
            "object_key": object_key(one),
            "legal_entity": one.legal_entity,
            "detected_at": instant(one.opened),
            "message": one.message or one.code,
            "next_step": self._guide.step(one.category),
            "owner": self._guide.owner(one.category),
            "amount": one.amount,
            "currency": one.currency,
            "closed_at": None if one.closed is None else instant(one.closed),
        }
        return shown | ({"cause": one.cause} if one.cause else {})


def _replay(one: Replay) -> dict[str, Any]:
    done = one.sent + one.skipped + one.failed
    status = "queued" if not done else "running"
    if one.completed is not None:
        status = "failed" if one.failed else "completed"
    return {
        "id": one.id,
        "status": status,
        "target": one.target,
        "sent": one.sent,
        "skipped": one.skipped,
        "failed": one.failed,
        "event_ids": list(one.events),
        "requested_at": instant(one.requested),
        "completed_at": None if one.completed is None else instant(one.completed),
    }


def _lane(one: Lane) -> dict[str, Any]:
    return {
        "id": one.id,
        "legal_entity": one.legal_entity,
        "object": one.object,
        "paused": one.is_paused,
        "waiting": one.waiting,
        "oldest_at": None if one.oldest is None else instant(one.oldest),
    }
