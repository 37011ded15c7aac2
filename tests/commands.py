"""What the application asks of MongoDB. Imported before the client is made, or it hears nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pymongo import monitoring


@dataclass(frozen=True)
class Command:
    """One command as it was sent: {"find": "users", "filter": …} is a find on users."""

    name: str
    collection: str
    body: dict
    database: str

    def __str__(self):
        return f"{self.name} {self.collection}"


class Recorder(monitoring.CommandListener):
    def __init__(self):
        self.blocks = []

    def started(self, event):
        if threading.current_thread().name.startswith("changes-"):
            return  # it listens all the time, and no page waits for it
        body = dict(event.command)
        # A getMore names its collection elsewhere than all others.
        collection = body.get("collection", body.get(event.command_name))
        for block in self.blocks:
            block.append(Command(event.command_name, str(collection), body, event.database_name))

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass

    @contextmanager
    def during(self) -> Iterator[list[Command]]:
        """The commands of the `with` block, of all threads but changes.py's, in their order."""
        block = []
        self.blocks.append(block)
        try:
            yield block
        finally:
            self.blocks.remove(block)


recorder = Recorder()
monitoring.register(recorder)
