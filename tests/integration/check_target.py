"""Targets for many checks: one thread with plain sockets. A server with a thread per request would itself be late."""

import contextlib
import selectors
import socket
import ssl
import threading
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Target:
    """Records when each check asked. A kind of target says how it takes the bytes of a connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.arrivals = {}
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def connected(self, one):
        """@returns the socket to go on with, and a function of the received bytes that returns what to send"""
        raise NotImplementedError

    def arrived(self, name):
        now = time.monotonic()
        with self.lock:
            self.arrivals.setdefault(name, []).append(now)

    def serve(self):
        with selectors.DefaultSelector() as chooser:
            chooser.register(self.listener, selectors.EVENT_READ)
            while not self.ended.is_set():
                for key, _ in chooser.select(0.2):
                    if key.fileobj is self.listener:
                        self.accept(chooser)
                    elif not self.exchange(key.fileobj, key.data):
                        chooser.unregister(key.fileobj)
                        key.fileobj.close()
            for key in list(chooser.get_map().values()):
                if key.fileobj is not self.listener:
                    key.fileobj.close()

    def accept(self, chooser):
        with contextlib.suppress(BlockingIOError):
            for _ in range(200):
                one, _ = self.listener.accept()
                one.setblocking(False)
                one, take = self.connected(one)
                chooser.register(one, selectors.EVENT_READ, take)

    @staticmethod
    def exchange(one, take):
        """@returns false once the connection has ended."""
        try:
            while data := one.recv(16384):
                if out := take(data):
                    one.send(out)
            return False
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False

    def times(self):
        """@returns {name: [seconds, ...]} so far"""
        with self.lock:
            return {name: list(times) for name, times in self.arrivals.items()}

    def forget(self):
        with self.lock:
            self.arrivals.clear()

    def checks(self, kind, url, count, interval="1s", timeout="900ms"):
        """@returns definitions of `count` checks, each with a name of its own after the URL"""
        return [{"ID": f"c{i}", "Name": f"c{i}", kind: f"{url}{self.port}/{i}", "Interval": interval,
                 "Timeout": timeout, "Status": "passing"} for i in range(count)]

    def close(self):
        self.ended.set()
        self.thread.join()
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class CheckTarget(Target):
    """Answers every HTTP request with 200 and records when each path was requested."""

    def connected(self, one):
        def take(data):
            self.arrived(data.split(b" ", 2)[1].decode())
            return ANSWER

        return one, take

    def checks(self, count, **settings):
        return super().checks("HTTP", "http://127.0.0.1:", count, **settings)
