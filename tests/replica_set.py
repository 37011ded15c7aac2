"""A replica set of real mongods on loopback, to be broken: killed, frozen, emptied."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pymongo
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from pialara_site import embedded
from pialara_site.tests.processes import SECONDS, free_port, wait_until

from . import fail_points

NAME = "rs0"
SETTINGS = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}
# Small, as several sets may run at a time, and open to fail points.
OPTIONS = [*embedded.LOCAL, "--noscripting", "--oplogSize", "64"]
OPTIONS += ["--wiredTigerCacheSizeGB", "0.25", *fail_points.OPTIONS, *embedded.LIFETIME]


class Member:
    """One mongod with its data in `folder`, and with `options` of its own."""

    def __init__(self, folder: Path, *options: str):
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.process = None
        self.is_frozen = False
        # Of this member alone, whatever its state.
        self.client = MongoClient(
            self.host, directConnection=True, serverSelectionTimeoutMS=SECONDS * 1000, connect=False
        )

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        return self.process is not None and not self.is_frozen

    def start(self):
        """Start it, also again, without waiting until it answers."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        command = [embedded.binary(), "--replSet", NAME, "--port", str(self.port), *OPTIONS]
        command += [*self.options, "--dbpath", str(self.folder / "data")]
        command += ["--logpath", str(self.folder / "mongod.log"), "--logappend"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process, self.is_frozen = None, False

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        # Its threads on another core go on for a moment, and may answer.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        self.is_frozen = True

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_frozen = False

    def lose_data(self):
        """Kill it and leave it an empty folder; once started, it copies all from the others."""
        self.kill()
        shutil.rmtree(self.folder / "data")

    def close(self):
        with pymongo.timeout(1):  # it says goodbye, also to a member that is dead
            self.client.close()
        self.kill()

    def is_settled(self) -> bool:
        """Does it lead or follow, and not start, copy or look for who leads?"""
        with pymongo.timeout(1):
            try:
                hello = self.client.admin.command("hello")
            except PyMongoError:
                return False
        return hello["isWritablePrimary"] or hello["secondary"]

    def fail_point(self, name: str, mode: str | dict, **data):
        """Let the server fail in the way `name`, until the `mode` is "off"."""
        self.client.admin.command("configureFailPoint", name, mode=mode, data=data)


class ReplicaSet:
    """`with ReplicaSet(folder) as replica_set:` runs one of three members that can lead."""

    def __init__(self, folder: Path, size: int = 3, *options: str):
        self.members = [Member(folder / str(n), *options) for n in range(size)]

    @property
    def uri(self) -> str:
        hosts = ",".join(member.host for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={NAME}"

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for member in self.members:
                stack.callback(member.close)
                member.start()
            for member in self.members:
                member.client.admin.command("ping")
            config = {"_id": NAME, "settings": SETTINGS, "members": self._configured()}
            self.members[0].client.admin.command("replSetInitiate", config)
            # A fast heartbeat, so that it knows of a new primary as soon as there is one.
            self.client = stack.enter_context(
                MongoClient(self.uri, heartbeatFrequencyMS=500, connectTimeoutMS=1000)
            )
            self.client.admin.command("ping")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self._stack.close()

    def _configured(self) -> list[dict]:
        return [{"_id": n, "host": member.host} for n, member in enumerate(self.members)]

    def primary(self) -> Member:
        """The member that leads; waits for an election."""
        wait_until(self._primary)
        return self._primary()

    def _primary(self) -> Member | None:
        port = self.client.primary and self.client.primary[1]
        return next((each for each in self.members if each.runs and each.port == port), None)

    def secondaries(self) -> list[Member]:
        """All members that run but the primary."""
        primary = self.primary()
        return [member for member in self.members if member.runs and member is not primary]

    def step_down(self):
        """Let the primary give way to another member, or to none if no other may lead."""
        wait = {"secondaryCatchUpPeriodSecs": 5, "force": True}
        with contextlib.suppress(AutoReconnect):
            self.primary().client.admin.command("replSetStepDown", 10, **wait)

    def wait_until_whole(self):
        """Wait until one member leads and all others follow."""
        for member in (self.primary(), *self.members):
            wait_until(member.is_settled)
