"""Who may go on listening to /live: the agents that work here, asked for at most once a minute."""

import asyncio
import time

import psycopg

from rung.config import data_folder
from rung.config.connection_timeouts import with_timeouts

EVERY = 60.0  # seconds after which it is asked again
NEWCOMER = 1.0  # seconds after which somebody unknown is asked for again
_WORKING = "select id from people_agent where is_active"


class Readers:
    """The agents that were active when it was last asked. One query for all pages, however many are open."""

    def __init__(self) -> None:
        self._active: frozenset[int] = frozenset()
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def has(self, agent: int) -> bool:
        """Whether this agent works here. Raises OperationalError while the database does not say."""
        await self.ask(older_than=EVERY)
        if agent not in self._active:
            await self.ask(older_than=NEWCOMER)
        return agent in self._active

    async def ask(self, *, older_than: float) -> frozenset[int]:
        """All who work here, by an answer at most so many seconds old."""
        async with self._asking:
            if time.monotonic() - self._asked >= older_than:
                url = with_timeouts(data_folder.database_url(data_folder.data_folder()) or "")
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    found = await (await connection.execute(_WORKING)).fetchall()
                self._active, self._asked = frozenset(row[0] for row in found), time.monotonic()
        return self._active
