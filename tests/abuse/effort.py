"""How much is tried: a part in `make test`, the whole in `make fuzz`."""

import os

IN_TESTS = 2000
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", IN_TESTS))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
IS_WHOLE = REQUESTS > IN_TESTS
