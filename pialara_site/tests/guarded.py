"""A mongod that asks everybody who they are."""

import contextlib
from pathlib import Path

from tests.replica_set import ReplicaSet

PASSWORD = "a password; of one's own"
ENCODED = "a+password%3B+of+one%27s+own"


@contextlib.contextmanager
def guarded(folder: Path):
    """Run it; yields a function that makes the address of a user, of `root` to begin with."""
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("members of the set know each other")
    with ReplicaSet(folder, 1, "--auth", "--keyFile", str(key)) as replica_set:
        replica_set.client.admin.command("createUser", "root", pwd=PASSWORD, roles=["root"])
        yield lambda name: replica_set.uri.replace("//", f"//{name}:{ENCODED}@")
