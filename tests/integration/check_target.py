"""A target for many HTTP checks: one thread with plain sockets. A server with a thread per request would itself be
late."""

import contextlib
import selectors
import socket
import threading
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class CheckTarget:
    """Answers every request with 200 and records when each path was requested."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.arrivals = {}
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with selectors.DefaultSelector() as chooser:
            chooser.register(self.listener, selectors.EVENT_READ)
            while not self.ended.is_set():
                for key, _ in chooser.select(0.2):
                    if key.fileobj is self.listener:
                        self.accept(chooser)
                    elif not self.answer(key.fileobj):
                        chooser.unregister(key.fileobj)
                        key.fileobj.close()

    def accept(self, chooser):
        with contextlib.suppress(BlockingIOError):
            for _ in range(200):
                one, _ = self.listener.accept()
                one.setblocking(False)
                chooser.register(one, selectors.EVENT_READ)

    def answer(self, one):
        """@returns false once the connection has ended."""
        try:
            data = one.recv(4096)
            if not data:
                return False
            now = time.monotonic()
            with self.lock:
                self.arrivals.setdefault(data.split(b" ", 2)[1].decode(), []).append(now)
            one.send(ANSWER)
        except OSError:
            return False
        return True

    def times(self):
        """@returns {path: [seconds, ...]} so far"""
        with self.lock:
            return {path: list(times) for path, times in self.arrivals.items()}

    def forget(self):
        with self.lock:
            self.arrivals.clear()

    def checks(self, count, interval="1s", timeout="900ms"):
        """@returns definitions of `count` checks, each with a path of its own"""
        return [{"ID": f"c{i}", "Name": f"c{i}", "HTTP": f"http://127.0.0.1:{self.port}/{i}", "Interval": interval,
                 "Timeout": timeout, "Status": "passing"} for i in range(count)]

    def close(self):
        self.ended.set()
        self.thread.join()
        self.listener.close()
