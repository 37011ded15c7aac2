"""The project's settings, on a mongod and a folder that live as long as the test run."""

import os
import shutil
import tempfile

# In memory where there is room (a container may have 64 MiB, less than one journal of mongod):
# nobody needs the data to outlive a power cut.
IN_MEMORY = "/dev/shm"
ROOM = 4 * 2**30
has_room = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
if "PIALARA_TEST_DIR" not in os.environ:
    # Worker processes inherit the folder, and with it the one embedded server.
    os.environ["PIALARA_TEST_DIR"] = tempfile.mkdtemp(
        prefix="pialara-test-", dir=IN_MEMORY if has_room else None
    )
os.environ["VAR_DIR"] = os.environ["PIALARA_TEST_DIR"]
os.environ["DEBUG"] = "True"
# Another server than the one of our own, for the tests of database users.
os.environ["MONGODB_URI"] = os.environ.get("TEST_MONGODB_URI", "")
os.environ["LC_ALL"] = "en_GB.UTF-8"  # the language of commands
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PIALARA_DB_NAME"] = f"test_pialara_{_worker}"
os.environ["MFLIX_DB_NAME"] = f"test_mflix_{_worker}"

from pialara_site.settings import *  # noqa: E402, F403

# Nothing is collected for tests.
WHITENOISE_AUTOREFRESH = True

MONGODB_OPTIONS["appname"] = f"pialara-{_worker}"  # noqa: F405  (by which fail points know it)
# A machine that pauses for some seconds fails no test.
MONGODB_OPTIONS |= {"connectTimeoutMS": 20_000, "timeoutMS": 30_000}  # noqa: F405
