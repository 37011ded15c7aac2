"""The project's settings, on a mongod and a folder that live as long as the test run."""

import os
import tempfile

# In memory where there is such a place: nobody needs the data to outlive a power cut.
IN_MEMORY = "/dev/shm"
if "PIALARA_TEST_DIR" not in os.environ:
    # Worker processes inherit the folder, and with it the one embedded server.
    os.environ["PIALARA_TEST_DIR"] = tempfile.mkdtemp(
        prefix="pialara-test-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    )
os.environ["VAR_DIR"] = os.environ["PIALARA_TEST_DIR"]
os.environ["DEBUG"] = "True"
os.environ["MONGODB_URI"] = ""
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PIALARA_DB_NAME"] = f"test_pialara_{_worker}"
os.environ["MFLIX_DB_NAME"] = f"test_mflix_{_worker}"

from pialara_site.settings import *  # noqa: E402, F403

# Nothing is collected for tests.
WHITENOISE_AUTOREFRESH = True
