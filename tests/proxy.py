"""A proxy in front of a PostgreSQL that can lose its connections while that lives on."""
import select
import shutil
import socket
import tempfile
import threading


class Proxy:
    """A socket in front of PostgreSQL's. pass_on: hands bytes on; cut: closes and refuses; hold: lets them lie."""

    def __init__(self, socket_dir):
        self.target = f"{socket_dir}/.s.PGSQL.5432"
        self.dir = tempfile.mkdtemp(prefix="niched-proxy.", dir="/tmp")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.dir}/.s.PGSQL.5432")
        self.listener.listen(64)
        self.mode, self.pairs, self.over = "pass_on", [], False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.over = True
        self.thread.join()
        self.listener.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def _drop(self, pair):
        self.pairs.remove(pair)
        for end in pair:
            end.close()

    def _accept(self):
        front, _ = self.listener.accept()
        back = socket.socket(socket.AF_UNIX)
        try:
            if self.mode == "cut":
                raise ConnectionRefusedError
            back.connect(self.target)
            self.pairs.append((front, back))
        except OSError:
            front.close()
            back.close()

    def _move(self, ready):
        for pair in list(self.pairs):
            for source, sink in (pair, pair[::-1]):
                if source not in ready or pair not in self.pairs:
                    continue
                try:
                    data = source.recv(65536)
                    if not data:
                        raise ConnectionError
                    sink.sendall(data)
                except OSError:
                    self._drop(pair)

    def _run(self):
        while not self.over:
            if self.mode == "cut":
                for pair in list(self.pairs):
                    self._drop(pair)
            ends = [end for pair in self.pairs for end in pair] if self.mode == "pass_on" else []
            ready = select.select([self.listener, *ends], [], [], 0.05)[0]
            if self.listener in ready:
                self._accept()
            self._move(ready)
        for pair in list(self.pairs):
            self._drop(pair)
