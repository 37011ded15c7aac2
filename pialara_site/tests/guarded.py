"""A mongod that asks everybody who they are."""

import contextlib
import subprocess
from pathlib import Path

from pymongo import MongoClient

from pialara_site import embedded

from .processes import free_port, wait_until

OPTIONS = [*embedded.LOCAL, "--noscripting", "--replSet", "rs0"]
OPTIONS += ["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", *embedded.LIFETIME]
PASSWORD = "a password; of one's own"
ENCODED = "a+password%3B+of+one%27s+own"


@contextlib.contextmanager
def guarded(folder: Path):
    """Run it; yields a function that makes the address of a user, of `root` to begin with."""
    key, data, port = folder / "key", folder / "data", free_port()
    key.touch(mode=0o600)
    key.write_text("members of the set know each other")
    data.mkdir()
    command = [embedded.binary(), "--auth", "--keyFile", str(key), "--port", str(port), *OPTIONS]
    command += ["--dbpath", str(data), "--logpath", str(folder / "log")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with MongoClient("127.0.0.1", port, directConnection=True) as client:
            members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            wait_until(lambda: client.admin.command("hello")["isWritablePrimary"])
            client.admin.command("createUser", "root", pwd=PASSWORD, roles=["root"])
        yield lambda name: f"mongodb://{name}:{ENCODED}@127.0.0.1:{port}/?replicaSet=rs0"
    finally:
        server.kill()
        server.wait()
