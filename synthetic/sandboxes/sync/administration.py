"""What an operator does to the middleware: closes exceptions, replays facts, pauses lanes. All of it is on record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthetic.sandboxes.sync.handlers import HANDLERS
from synthetic.sandboxes.sync.queue import Problem, Replay
from synthetic.sandboxes.sync.storage import Inbound, Storage
from synthetic.sandboxes.sync.sync import Sync


class Kept(MutableMapping[str, dict[str, Any]]):
    """Answers of the admin API by idempotency key, among the settings of the middleware."""

    def __init__(self, storage: Storage) -> None:
        """Keep them beside the inbox."""
        self._storage = storage

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return a kept answer."""
        found = self._storage.setting(f"answer/{key}")
        if not found:
            raise KeyError(key)
        return dict(json.loads(found))

    def __setitem__(self, key: str, value: dict[str, Any]) -> None:
        """Keep an answer."""
        with self._storage.transaction("sync.answer"):
            self._storage.set_setting(f"answer/{key}", json.dumps(value))

    def __delitem__(self, key: str) -> None:
        """Refuse: an answer that was given is kept."""
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        """Go through nothing: keys are not listed."""
        return iter(())

    def __len__(self) -> int:
        """Count nothing."""
        return 0


class LostError(LookupError):
    """A fact that should be sent again was never seen here."""


class BusyError(RuntimeError):
    """A fact is being sent again already."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue that can be paused: a legal entity and an object; `oldest` is seconds since 1970."""

    id: str
    legal_entity: str
    object: str
    is_paused: bool
    waiting: int
    oldest: float | None


class Administration:
    """The operator's side of one middleware."""

    def __init__(self, sync: Sync) -> None:
        """Work on `sync`."""
        self._sync = sync
        self._storage = sync.storage

    def close(self, problem: Problem, cause: str, who: str) -> None:
        """Close an exception with its cause; the event behind it goes on being held if it is not replayed."""
        with self._storage.transaction("sync.release"):
            self._sync.close(problem.event_id, cause, who)
            self._storage.queue.record(self._sync.time(), "close", problem.id, f"{who}: {cause}")

    def start_replay(self, keys: Sequence[Mapping[str, Any]], target: str, reason: str, who: str) -> Replay:
        """Send facts again, in the order of their versions; the target proves by posting key what it has.

        A version that is none of ours, such as that of another system, names every event of the object.

        Raises:
            LostError: A fact was never seen here, so that it cannot be sent.
            BusyError: A replay that is not done sends some of them.
        """
        at = self._sync.time()
        events = [event for key in keys for event in self._events(key)]
        wanted = sorted({one.number: one for one in events}.values(), key=lambda one: (one.version, one.number))
        under_way = self._under_way(wanted)
        if under_way is not None:
            return under_way
        with self._storage.transaction("sync.release"):
            begun = self._storage.queue.begin(
                Replay("", target, reason, who, at, None, 0, 0, 0, tuple(one.event_id for one in wanted))
            )
            for one in wanted:
                if one.state == "held":
                    self._sync.close(one.event_id, f"replayed: {reason}"[:200], who)
                self._storage.again(one.number, at, begun.id)
            self._storage.queue.record(at, "replay", begun.id, f"{who}: {reason}")
        return begun

    def _under_way(self, wanted: Sequence[Inbound]) -> Replay | None:
        """Return the replay that sends just these events and is not done: asking again begins no second one.

        Raises:
            BusyError: Another replay sends some of them.
        """
        for one in wanted:
            known = self._storage.queue.replay(one.replay) if one.replay else None
            if known is None or known.completed is not None:
                continue
            if known.events == tuple(event.event_id for event in wanted):
                return known
            raise BusyError(f"{one.object_id} is being sent by {known.id}; wait until it is done.")
        return None

    def lanes(self) -> list[Lane]:
        """Return every lane that ever held something."""
        paused = self._storage.queue.paused()
        waiting = {queue: (number, oldest) for queue, number, oldest in self._storage.waiting()}
        found = []
        for queue in sorted({*self._storage.queues(), *paused}):
            entity, _, kind = queue.partition(":")
            number, oldest = waiting.get(queue, (0, None))
            found.append(Lane(queue, entity, kind, queue in paused, number, oldest))
        return found

    def set_lane(self, lane: Lane, reason: str, *, is_paused: bool) -> Lane:
        """Pause a lane, or let it go on."""
        with self._storage.transaction("sync.release"):
            if is_paused:
                self._storage.queue.pause(lane.id, reason)
            else:
                self._storage.queue.resume(lane.id)
            self._storage.queue.record(self._sync.time(), "pause" if is_paused else "resume", lane.id, reason)
        return replace(lane, is_paused=is_paused)

    def _events(self, key: Mapping[str, Any]) -> list[Inbound]:
        # events that lead to nothing are on record as well; there is nothing of them to send
        known = [one for one in self._storage.inbound(str(key["object_id"])) if one.kind in HANDLERS]
        if not known:
            raise LostError(f"{key['object']} {key['object_id']} was never seen here.")
        exact = [one for one in known if one.version == key["version"]]
        return exact or known
