import pytest

from pialara_site.tests.processes import Started, environment
from tests.replica_set import ReplicaSet

from .wire import Wire


@pytest.fixture(scope="package")
def member(tmp_path_factory):
    """The one mongod behind the site."""
    with ReplicaSet(tmp_path_factory.mktemp("mongod"), size=1) as replica_set:
        yield replica_set.primary()


@pytest.fixture(scope="package")
def wire(member):
    with Wire(member.port) as wire:
        yield wire


@pytest.fixture(scope="package")
def site(wire, tmp_path_factory):
    """Two web processes, as a centre has them, with the demo's people; `site.log` is what they say.

    The log goes to a file: a pipe that nobody reads would let them wait.
    """
    folder = tmp_path_factory.mktemp("site")
    uri = f"mongodb://127.0.0.1:{wire.port}/?directConnection=true"
    with (folder / "log").open("w") as log:
        env = environment(folder / "var", MONGODB_URI=uri)
        with Started("--no-input", "--workers", "2", env=env, log=log) as site:
            site.log = folder / "log"
            yield site
