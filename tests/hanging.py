"""A way to the database that can stop working without a word, as a firewall's does that forgot a connection."""

import contextlib
import socket
from threading import Event, Thread


class Tunnel:
    """Passes bytes on to `port`. After `hang()` what is connected stays connected, and nothing comes through any more;
    connections made later work, unless `for_good`: then they are accepted and never answered."""

    def __init__(self, port):
        self.target = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.hung, self.is_shut = Event(), False
        self.sockets = [self.server]
        Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hung.set()
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def hang(self, *, for_good=False):
        self.hung.set()
        self.hung = Event()
        self.is_shut = for_good

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.server.accept()
                self.sockets.append(near)
                if self.is_shut:
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self.sockets.append(far)
                for source, sink in ((near, far), (far, near)):
                    Thread(target=self.pass_on, args=(source, sink, self.hung), daemon=True).start()

    def pass_on(self, source, sink, hung):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not hung.is_set():
                    sink.sendall(data)
