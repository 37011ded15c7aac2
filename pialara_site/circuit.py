"""Failing at once while MongoDB is away, where the driver alone would let every request wait.

The driver's own monitors hear from each server twice a second, so they are the probe too: what they
hear opens the circuit and closes it again.
"""

import logging
import time
from threading import Lock

import pymongo
from pymongo import MongoClient
from pymongo.errors import NetworkTimeout, ServerSelectionTimeoutError
from pymongo.monitoring import ServerHeartbeatListener

# An election is waited for, but not for longer than this once somebody has waited in vain.
PATIENCE_SECONDS = 2.5
# How often who waits looks whether there is still sense in it.
GLANCE_SECONDS = 0.5

logger = logging.getLogger(__name__)


class DatabaseAway(ServerSelectionTimeoutError):
    """No server to send the command to, and no sense in waiting for one. Nothing was sent.

    As a kind of ServerSelectionTimeoutError it ends the driver's own retries, which then report
    what happened to the first attempt.
    """


class Client(MongoClient):
    """A MongoClient whose commands, while its circuit is open, go to a server that is there now or
    fail at once.
    """

    def __init__(self, *arguments, event_listeners=(), **options):
        self.circuit = Circuit(self)
        super().__init__(*arguments, event_listeners=[self.circuit, *event_listeners], **options)

    def _select_server(self, server_selector, session, operation, address=None, **options):
        """What every command of the driver passes, the repeated ones too.

        Who waits looks up now and then, or they would go on waiting when the circuit opens.
        """
        gives_up = time.monotonic() + self.options.server_selection_timeout
        while True:
            if self.circuit.is_open and not self._has_server(server_selector, address):
                if operation == "commitTransaction":
                    time.sleep(GLANCE_SECONDS)  # the driver repeats it without a pause
                raise DatabaseAway
            began = time.monotonic()
            try:
                # 0 would mean without end.
                with pymongo.timeout(min(GLANCE_SECONDS, max(gives_up - began, 0.001))):
                    return super()._select_server(
                        server_selector, session, operation, address, **options
                    )
            except ServerSelectionTimeoutError as error:
                now = time.monotonic()
                if now >= gives_up:
                    self.circuit.waited_in_vain()
                    # In a transaction the driver would repeat all of it after any other error.
                    raise DatabaseAway from error
                # One that was shorter ended with the time that its caller has.
                if now - began < GLANCE_SECONDS:
                    self.circuit.waited_in_vain()
                    raise

    def _has_server(self, server_selector, address) -> bool:
        return bool(self.topology_description.apply_selector(server_selector, address))


class Circuit(ServerHeartbeatListener):
    """Open while MongoDB is away: no server takes writes, and an election can't help or takes long.

    It is in force only where people wait, in a web process: a command may wait for its server.
    """

    in_force = False

    def __init__(self, client: MongoClient):
        self.is_open = False
        self._client = client
        self._unreachable = {}  # address: the kind of error
        self._in_vain_since = None
        self._away_since = None
        self._changing = Lock()

    def started(self, event):
        pass

    def succeeded(self, event):
        with self._changing:
            self._unreachable.pop(event.connection_id, None)
            if event.reply.is_writable:
                self._in_vain_since = None
            self._review(is_led=event.reply.is_writable)

    def failed(self, event):
        # A connection that ends proves little; the monitor makes a new one at once, and that does.
        if event.awaited and not isinstance(event.reply, NetworkTimeout):
            return
        with self._changing:
            self._unreachable[event.connection_id] = type(event.reply).__name__
            self._review()

    def waited_in_vain(self):
        with self._changing:
            self._in_vain_since = self._in_vain_since or time.monotonic()
            self._review()

    def _review(self, is_led: bool = False):
        """Open or close; `is_led` by a server whose answer the client has yet to take in."""
        is_away = self.in_force and not is_led and self._is_away()
        if is_away and not self.is_open:
            self._away_since = time.monotonic()
            told = ", ".join(
                f"{host}:{port} {error}" for (host, port), error in self._unreachable.items()
            )
            logger.error("MongoDB is away (%s)", told or "no server takes writes")
        elif self.is_open and not is_away:
            seconds = time.monotonic() - self._away_since
            logger.warning("MongoDB is back after %.1f seconds", seconds)
        self.is_open = is_away

    def _is_away(self) -> bool:
        servers = self._client.topology_description.server_descriptions()
        lost = servers.keys() & self._unreachable.keys()
        if any(servers[address].is_writable for address in servers.keys() - lost):
            return False
        has_majority = 2 * len(lost) < len(servers)  # and can elect one that takes writes
        # Once it is open, a majority that has not elected one yet is no return.
        return self.is_open or not has_majority or self._is_patience_over()

    def _is_patience_over(self) -> bool:
        since = self._in_vain_since
        return since is not None and time.monotonic() - since >= PATIENCE_SECONDS
