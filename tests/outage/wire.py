"""A network that can be cut, on loopback."""

import contextlib
import select
import socket
import threading


class Wire:
    """A port of ours whose connections go to another's, until the wire is cut.

    Cut, it still takes connections and bytes, as a network that drops packets seems to; mended, it
    hands on what it holds.
    """

    def __init__(self, port: int):
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._ended = False
        self.cut, self.mend = self._whole.clear, self._whole.set

    def __enter__(self):
        self.mend()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error):
        self._ended = True
        self.mend()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):  # the end
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket):
        with contextlib.suppress(OSError), near:  # one side is gone, and with it the other
            self._whole.wait()
            with socket.create_connection(self._target) as far:
                while not self._ended:
                    for ready in select.select([near, far], [], [], 0.5)[0]:
                        self._pass_on(ready, far if ready is near else near)

    def _pass_on(self, source: socket.socket, to: socket.socket):
        data = source.recv(65536)
        self._whole.wait()
        to.sendall(data)
        if not data:
            raise ConnectionResetError
