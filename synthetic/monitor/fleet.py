"""Hands slots out over a queue in PostgreSQL (Procrastinate), for fleets of workers.

Jobs of workers that died stay as if they were being done; they are queued again here, since the engine does not do it
by itself. A job that is played twice is harmless: the lease of its slot is taken before it is played.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from harness.model import UsageError
from synthetic.monitor.executors import Play, Work, work_of

QUEUE = "probes"
_TASK = "play-slot"
_REQUEUE_SECONDS = 30.0
_SCHEMA_LOCK = 0x70726F62


@dataclass(slots=True)
class Fleet:
    """An executor whose workers may be other processes.

    Attributes:
        url: Address of the database, `postgresql://...`.
        play: Plays one slot in this process.
        size: How many slots this process plays at a time; 0 only hands out.
        stalled_seconds: How long a worker may be unheard of before its jobs are queued again.
    """

    url: str
    play: Play
    size: int = 8
    stalled_seconds: float = 60.0
    _app: Any = field(init=False, default=None)
    _thread: threading.Thread | None = field(init=False, default=None)
    _loop: asyncio.AbstractEventLoop | None = field(init=False, default=None)
    _worker: asyncio.Task[None] | None = field(init=False, default=None)
    _failures: list[BaseException] = field(init=False, default_factory=list)
    _running: int = field(init=False, default=0)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def start(self) -> Fleet:
        """Make the tables of the queue where they are not there yet, and work in a thread.

        Raises:
            UsageError: The extra `fleet` is not installed, or the address is not one of PostgreSQL.
        """
        if not self.url.startswith("postgresql"):
            raise UsageError(
                "workers share a queue in PostgreSQL", remedy="--history postgresql://USER@HOST/NAME, or use threads."
            )
        self.url = "postgresql" + self.url[self.url.index(":") :]
        self._app = self._made(asynchronous=False)
        self._app.open()
        _prepare(self._app, self.url)
        if self.size:
            self._thread = threading.Thread(target=self._work, name="fleet", daemon=True)
            self._thread.start()
        return self

    def submit(self, work: Work) -> None:
        """Queue one slot, unless it waits in the queue already."""
        from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415  (optional)

        with suppress(AlreadyEnqueued):
            self._app.configure_task(_TASK, queueing_lock=work.name, queue=QUEUE).defer(work=work.to_json())

    def running(self) -> int:
        """Return how many slots this process is playing."""
        return self._running

    def failures(self) -> list[BaseException]:
        """Return and forget what went wrong here."""
        with self._lock:
            found, self._failures = self._failures, []
        return found

    def close(self) -> None:
        """Let the slots that are being played end, and stop working."""
        loop, worker = self._loop, self._worker
        if loop is not None and worker is not None and not worker.done():
            loop.call_soon_threadsafe(worker.cancel)
        if self._thread is not None:
            self._thread.join()
        if self._app is not None:
            self._app.close()

    def _made(self, *, asynchronous: bool) -> Any:
        try:
            import procrastinate  # noqa: PLC0415  (optional)
        except ImportError as missing:
            raise UsageError(
                "a fleet of workers needs the extra `fleet`", remedy='pip install "contract-harness[fleet]"'
            ) from missing
        kind = procrastinate.PsycopgConnector if asynchronous else procrastinate.SyncPsycopgConnector
        app = procrastinate.App(connector=kind(conninfo=self.url))
        app.task(name=_TASK, queue=QUEUE)(self._play)
        return app

    def _play(self, work: dict[str, Any]) -> None:
        with self._lock:
            self._running += 1
        try:
            self.play(work_of(work))
        except BaseException as error:
            with self._lock:
                self._failures.append(error)
            raise
        finally:
            with self._lock:
                self._running -= 1

    def _work(self) -> None:
        try:
            asyncio.run(self._worked())
        except Exception as error:  # noqa: BLE001  (told to the loop of the monitor, which reports it)
            with self._lock:
                self._failures.append(error)

    async def _worked(self) -> None:
        app = self._made(asynchronous=True)
        self._loop = asyncio.get_running_loop()
        async with app.open_async():
            requeuing = asyncio.create_task(self._requeue(app))
            self._worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self.size,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=None,
                    update_heartbeat_interval=self.stalled_seconds / 6,
                    stalled_worker_timeout=self.stalled_seconds,
                )
            )
            try:
                with suppress(asyncio.CancelledError):
                    await self._worker
            finally:
                requeuing.cancel()

    async def _requeue(self, app: Any) -> None:
        """Queue the jobs of dead workers again, as long as this one lives."""
        while True:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.stalled_seconds):
                await app.job_manager.retry_job(job)
            await asyncio.sleep(min(_REQUEUE_SECONDS, self.stalled_seconds / 2))


def _prepare(app: Any, url: str) -> None:
    """Make the tables of the queue once, whoever comes first."""
    import psycopg  # noqa: PLC0415  (comes with the queue)

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_SCHEMA_LOCK,))
        row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
        if row is None or not row[0]:
            app.schema_manager.apply_schema()
        connection.execute("SELECT pg_advisory_unlock(%s)", (_SCHEMA_LOCK,))
