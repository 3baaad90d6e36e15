"""The store that a benchmark asks: one that is kept (a URL), or a sandbox world loaded for it."""
import random
import shutil
from pathlib import Path

import psycopg
from machine import Cluster, measured, tree_cpu

ZIPF = 1.1  # exponent of how often a niche is asked for, the largest most often
LISTED_AT_LEAST = 100  # niches with fewer answer with less than a page under the default filters
SEED = 1


class Store:
    def __init__(self, url, niched, drop=lambda: None):
        self.url, self.niched, self.drop = url, niched, drop
        with self.connect() as db:
            self.world, = db.execute("select case value when 'live' then 0 else 1 end from state where key = 'default_world'").fetchone()
            self.niches = db.execute(  # (id, slug, label, creators listed), the largest first
                "select n.niche_id, n.slug, n.label, v.creators from niche_version v join niche n using (niche_id)"
                " where v.world = %s and v.creators >= %s and n.status = 'active' and n.slug !~ '^test-' order by v.creators desc, n.niche_id",
                [self.world, LISTED_AT_LEAST]).fetchall()
            self.accounts, = db.execute("select count(*) from account where world = %s", [self.world]).fetchone()
            own = db.info.backend_pid
        if len(self.niches) < 2:
            raise RuntimeError(f"no niche of the store lists {LISTED_AT_LEAST} creators: is it scored?")
        stat = Path(f"/proc/{own}/stat")
        self.postmaster = int(stat.read_text().rsplit(")", 1)[1].split()[1]) if stat.exists() else None

    def connect(self):
        return psycopg.connect(self.url, autocommit=True)

    def cpu(self):
        """Processor seconds of the whole server, ended backends too; 0 where it is on another machine."""
        return tree_cpu(self.postmaster) if self.postmaster else 0.0

    @property
    def largest(self):
        return self.niches[0]

    def zipf(self, n):
        """n niches as they are asked for; the same each time."""
        chance = random.Random(SEED)
        return chance.choices(self.niches, [1 / (i + 1) ** ZIPF for i in range(len(self.niches))], k=n)

    def creators(self, n):
        with self.connect() as db:
            return [c for c, in db.execute("select creator_id from account where world = %s and account_id %% %s = 0 order by account_id limit %s",
                                           [self.world, max(1, self.accounts // n), n])]


def loaded(niched, place, creators):
    """A store of its own: a sandbox world, imported and scored. `place` is emptied."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    cluster = Cluster(place / "pg")
    url = cluster.database("store")
    files = place / "files"
    files.mkdir()
    for words in (["migrate"], ["taxonomy", "load", "--yes"], ["sandbox", "--creators", creators, "--seed", SEED, "--out", files],
                  ["import", files / "creators.csv"], ["import", files / "posts.csv"], ["score"]):
        print(f"niched {' '.join(map(str, words))}", flush=True)
        measured([niched, *words], DATABASE_URL=url)
    shutil.rmtree(files)
    with cluster.connect(url) as db:
        db.execute("vacuum analyze")
    return Store(url, niched, cluster.drop)
