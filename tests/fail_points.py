"""Letting the real mongod of the tests fail, as a network or a replica set does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from pymongo import MongoClient

OPTIONS = ["--setParameter", "enableTestCommands=1"]

# How commands fail: done, but not confirmed by a majority; or never answered.
UNCONFIRMED = {"writeConcernError": {"code": 50, "errmsg": "operation exceeded time limit"}}
CUT_OFF = {"closeConnection": True}


@contextmanager
def failing(*commands: str, how: dict, mode="alwaysOn") -> Iterator[None]:
    """Let these commands of this process fail in the block. One process at a time can."""
    from pialara_site.mongo import client

    data = {"failCommands": commands, "appName": settings.MONGODB_OPTIONS["appname"], **how}
    with (
        open(Path(os.environ["PIALARA_TEST_DIR"]) / "fail_points", "w") as lock,
        # One of its own, whose connections no failure closes: it has to end them.
        MongoClient(*client.address, directConnection=True) as control,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        control.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
        try:
            yield
        finally:
            control.admin.command("configureFailPoint", "failCommand", mode="off")
