"""Background work that waits to be asked for."""

from pialara_site.background import Background


class Held(Background):
    """Nothing is done before flush()."""

    starts = 0

    def _start(self):
        self.starts += 1
