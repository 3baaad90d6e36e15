"""What a program really sends to PostgreSQL: a unix socket that hands all bytes on and notes the statements that pass.

    with Recorder("postgresql:///niched?host=/dir/socket&user=postgres") as recorder:
        ...  a program with DATABASE_URL=recorder.url ...
        recorder.statements   [Statement(sql, values, binary)], in the order in which they were bound; values are the parameters' texts,
                              binary is whether the answer comes so
        recorder.simple       texts sent without being prepared
"""
import collections
import contextlib
import socket
import struct
import tempfile
import threading
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

Statement = collections.namedtuple("Statement", "sql values binary")


def _text(data, at=0):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def _bound(data):
    """(name of the statement, values, whether the answer is wanted binary) of a Bind message."""
    _, at = _text(data)
    name, at = _text(data, at)
    formats = struct.unpack_from("!H", data, at)[0]
    at += 2 + 2 * formats
    count, at, values = struct.unpack_from("!H", data, at)[0], at + 2, []
    for _ in range(count):
        size = struct.unpack_from("!i", data, at)[0]
        at += 4
        values.append(None if size < 0 else data[at:at + size].decode())
        at += max(size, 0)
    count, at = struct.unpack_from("!H", data, at)[0], at + 2
    return name, tuple(values), 1 in struct.unpack_from(f"!{count}H", data, at)


class _Reader:
    """The messages of one connection from the program."""

    def __init__(self, recorder):
        self.recorder, self.rest, self.started, self.named = recorder, b"", False, {}

    def feed(self, data):
        self.rest += data
        while True:
            head = 5 if self.started else 4
            if len(self.rest) < head:
                return
            size = struct.unpack_from("!i", self.rest, head - 4)[0] + head - 4
            if len(self.rest) < size:
                return
            if self.started:
                self.take(self.rest[:1], self.rest[5:size])
            self.started, self.rest = True, self.rest[size:]

    def take(self, kind, body):
        if kind == b"P":
            name, at = _text(body)
            self.named[name] = _text(body, at)[0]
        elif kind == b"B":
            name, values, binary = _bound(body)
            self.recorder.statements.append(Statement(self.named[name], values, binary))
        elif kind == b"Q":
            self.recorder.simple.append(_text(body)[0])


class Recorder:
    def __init__(self, url):
        known = conninfo_to_dict(url)
        self.target = f"{known['host']}/.s.PGSQL.{known.get('port', 5432)}"
        self.statements, self.simple, self.open = [], [], []
        self.folder = tempfile.TemporaryDirectory(prefix="niched-record.", dir="/tmp")
        self.url = f"postgresql:///{known['dbname']}?host={self.folder.name}&port=5432&user={known.get('user', 'postgres')}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(Path(self.folder.name) / ".s.PGSQL.5432"))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                program = self.listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
                self.open += [program, server]
                threading.Thread(target=self._hand_on, args=(program, server, _Reader(self)), daemon=True).start()
                threading.Thread(target=self._hand_on, args=(server, program, None), daemon=True).start()

    @staticmethod
    def _hand_on(source, sink, reader):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if reader:
                    reader.feed(data)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in [self.listener, *self.open]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.folder.cleanup()
