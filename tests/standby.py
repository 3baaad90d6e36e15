"""A streaming replica of a cluster that src/run/cluster.sh made, in the cluster's directory."""
import contextlib
import os
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict


class Standby:
    def __init__(self, primary_dir, primary_url):
        self.primary_dir, self.primary = Path(primary_dir), conninfo_to_dict(primary_url)
        self.dir, self.bin = self.primary_dir / "standby", sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.user = (self.primary_dir / "data").owner()
        self._as_user("pg_basebackup", "-h", self.primary["host"], "-U", "postgres", "-D", self.dir, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def _as_user(self, program, *words):
        command = [str(self.bin / program), *map(str, words)]
        front = [] if os.getuid() else ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", "--"]
        done = subprocess.run(front + command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def start(self):
        self._as_user("pg_ctl", "-D", self.dir, "-l", self.primary_dir / "standby.log", "-w", "-o", f"-c unix_socket_directories={self.dir}", "start")

    def promote(self):
        self._as_user("pg_ctl", "-D", self.dir, "-w", "promote")

    def pid(self):
        return int((self.dir / "postmaster.pid").read_text().split()[0])

    def stop(self):
        """As a crash would."""
        with contextlib.suppress(RuntimeError):
            self._as_user("pg_ctl", "-D", self.dir, "-m", "immediate", "-w", "stop")

    def url(self, database="niched"):
        return f"postgresql:///{database}?host={self.dir}&port=5432&user=postgres"

    def both(self, attributes=None):
        """The URL of the primary and this one."""
        more = f"&target_session_attrs={attributes}" if attributes else ""
        return f"postgresql:///niched?host={self.primary['host']},{self.dir}&port=5432&user=postgres{more}"
