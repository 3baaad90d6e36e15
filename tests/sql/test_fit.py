"""niched fit on a real store: truth comes back from made-up live accounts, the sandbox never enters, versions go back and
forth, and what there is too little data for stays."""
import math
import random
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

LIVE, SANDBOX = 0, 1
INSTAGRAM, TIKTOK = 1, 2
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)
TRUTH = {"alpha": math.log(0.05), "beta": -0.15, "tau": 0.9, "s": 0.5}
TEXTS = ("a #veganrecipes dinner", "leg day at the gym", "my new lipstick", "nothing in particular")
NUMBERS = {  # what a fit finds, by table
    "benchmark": "select platform, basis, alpha, beta, tau, s, n_accounts, origin from benchmark where model_version = %s",
    "niche_fit": "select niche_id, base_rate, base_rate_posts, median_followers, creators from niche_fit where model_version = %s",
    "niche_related": "select niche_id, related_id, npmi, support from niche_related where model_version = %s"}


def copy(db, table, columns, rows):
    with db.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin") as out:
        for row in rows:
            out.write_row(row)


def people(db, count, seed=1, world=LIVE, platform=INSTAGRAM, posts=(4, 20), truth=TRUTH, brand=None, opted_out=False,
           followers=(1e3, 1e5), prefix="p"):
    """Made-up accounts of known alpha, beta, tau and s. posts=None: totals alone. Ids are given by the store."""
    rng = random.Random(seed)
    creators = [row[0] for row in db.execute(
        "insert into creator (world, is_brand, opted_out) select %s, %s, %s from generate_series(1, %s) returning creator_id",
        [world, brand, opted_out, count])]
    accounts, all_posts = [], []
    for i, creator in enumerate(creators):
        size = int(math.exp(rng.uniform(math.log(followers[0]), math.log(followers[1]))))
        mean = truth["alpha"] + truth["beta"] * math.log(size / 1e4) + truth["tau"] * rng.gauss(0, 1)
        totals = (None, None) if posts else (1000, int(1000 * size * math.exp(mean)))
        accounts.append((creator, world, platform, f"{prefix}{i}", size, *totals, "test", NOW))
        for j in range(rng.randint(*posts) if posts else 0):
            posted = NOW - timedelta(days=3 + 4 * j)
            likes = max(0, round(size * math.exp(mean + truth["s"] * rng.gauss(0, 1)) - 0.5))
            all_posts.append((creator, f"k{j}", posted, TEXTS[i % 4], likes, 0, size, "test", posted + timedelta(days=3)))
    copy(db, "account", "creator_id, world, platform, username, followers, posts_total, likes_total, source, observed_at", accounts)
    ids = dict(db.execute("select creator_id, account_id from account").fetchall())
    copy(db, "post", "creator_id, account_id, post_key, posted_at, caption, likes, comments, followers_at, source, observed_at",
         [(post[0], ids[post[0]], *post[1:]) for post in all_posts])
    db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account"
               " where creator_id = any(%s)", [creators])
    return creators


@pytest.fixture(scope="module")
def scored_template(databases, migrated_template, program):
    """Name of a database with 400 such people, scored."""
    url = databases.make(migrated_template)
    with psycopg.connect(url, autocommit=True) as db:
        people(db, 400)
    program(url).run("score")
    return databases.name(url)


@pytest.fixture
def scored(databases, scored_template, program):
    """The program and a connection, on a copy of it."""
    with databases.one(scored_template) as url, psycopg.connect(url, autocommit=True) as db:
        yield program(url), db


def active(db):
    version, = db.execute("select model_version from model where status = 'active'").fetchone()
    return version


def curve(db, platform, basis, version=None):
    row = db.execute("select alpha, beta, tau, s, n_accounts, origin, source from benchmark where model_version = %s"
                     " and platform = %s and basis = %s", [version or active(db), platform, basis]).fetchone()
    return dict(zip(("alpha", "beta", "tau", "s", "n_accounts", "origin", "source"), row))


def numbers(db, version=None):
    return {table: sorted(db.execute(query, [version or active(db)]).fetchall()) for table, query in NUMBERS.items()}


def models(db):
    return db.execute("select model_version, status from model order by 1").fetchall()


def close(found, truth, alpha=0.12, beta=0.1, tau=0.1, s=0.03):
    for name, most in (("alpha", alpha), ("beta", beta), ("tau", tau), ("s", s)):
        assert found[name] == pytest.approx(truth[name], abs=most), name


def line(text, platform, basis):
    return next(row for row in text.splitlines() if row.split()[:2] == [platform, basis])


def test_sandbox_alone_fits_nothing_and_says_why(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        assert db.execute("select count(*) from account where world = 1").fetchone()[0] >= 2000
        said = sandbox_niched.run("fit").stdout
        assert "nothing fitted: there are no live accounts, and the sandbox never enters; model 2026.1 stays in force" in said
        assert "0 accounts, 300 needed" in line(said, "instagram", "followers")
        assert models(db) == [("2026.1", "active")]
        for table in ("account_dirty", "benchmark", "niche_fit", "niche_related"):
            assert db.execute(f"select count(*) from {table}").fetchone() == (0,), table


def test_truth_comes_back(scored):
    niched, db = scored
    said = niched.run("fit", "--note", "a note", env={"NICHED_NOW": "2026-11-23T10:00:00Z"}).stdout
    assert "model 2026.2 is in force, 400 accounts are to be scored again" in said
    assert "fitted" in line(said, "instagram", "followers") and " 400 " in line(said, "instagram", "followers")
    found = curve(db, INSTAGRAM, "followers")
    close(found, TRUTH)
    assert found["n_accounts"] == 400 and found["origin"] == "fit" and "live accounts" in found["source"]
    assert models(db) == [("2026.1", "retired"), ("2026.2", "active")]
    assert db.execute("select created_on::text, note from model where model_version = '2026.2'").fetchone() == ("2026-11-23", "a note")
    assert db.execute("select count(*) from account_dirty").fetchone() == (400,)


def test_version_is_complete(scored):
    """What there is too little data for is carried over: the seeds, with their source and date."""
    niched, db = scored
    niched.run("fit")
    rows = db.execute("select platform, basis, origin, measured_on::text, n_accounts from benchmark where model_version = '2026.2'").fetchall()
    assert len(rows) == 9 and [row[:2] for row in rows if row[2] == "fit"] == [(INSTAGRAM, "followers")]
    assert {row[3] for row in rows if row[:2] == (TIKTOK, "totals")} == {"2026-11-01"}
    seed = curve(db, TIKTOK, "totals")
    assert (round(math.exp(seed["alpha"]), 6), seed["beta"], seed["n_accounts"]) == (0.089, -0.34, 2142) and "TIDES" in seed["source"]


def test_scorer_takes_the_fit_up_and_back(scored):
    niched, db = scored
    derived = "select to_jsonb(s) from account_score s order by account_id", "select to_jsonb(m) from niche_match m order by account_id, niche_id"
    before = [db.execute(query).fetchall() for query in derived]
    niched.run("fit")
    niched.run("score")
    found = curve(db, INSTAGRAM, "followers")
    for size, usual, tau, version in db.execute("select followers, engagement_usual, engagement_tau, model_version"
                                                " from account_score join account using (creator_id, account_id)"):
        assert usual == pytest.approx(math.exp(found["alpha"] + found["beta"] * math.log(size / 1e4)))
        assert tau == found["tau"] and version == "2026.2"
    middle, = db.execute("select percentile_cont(0.5) within group (order by engagement_theta) from account_score").fetchone()
    assert abs(middle) < 0.1  # the median creator is as usual as can be
    said = niched.run("fit", "--activate", "2026.1").stdout
    assert "model 2026.1 is in force, 400 accounts are to be scored again" in said
    assert models(db) == [("2026.1", "active"), ("2026.2", "retired")]
    niched.run("score")
    assert [db.execute(query).fetchall() for query in derived] == before
    niched.run("fit", "--activate", "2026.2")
    assert active(db) == "2026.2" and curve(db, INSTAGRAM, "followers") == found


def test_twice_is_once(scored):
    niched, db = scored
    niched.run("fit")
    first = numbers(db)
    said = niched.run("fit").stdout  # nothing of the new model was scored yet
    assert "nothing new: these are the numbers of model 2026.2" in said
    niched.run("score")
    said = niched.run("fit").stdout
    assert "nothing new" in said and numbers(db) == first and len(models(db)) == 2
    assert db.execute("select count(*) from account_dirty").fetchone() == (0,)
    niched.run("fit", "--activate", "2026.1")
    niched.run("fit")  # against the seeds it is new again, and the same
    assert active(db) == "2026.3" and numbers(db) == first


def test_sandbox_changes_no_number(scored, sandbox_niched):
    niched, db = scored
    niched.run("fit")
    with psycopg.connect(sandbox_niched.url, autocommit=True) as other:
        people(other, 400)
        people(other, 400, seed=5, world=SANDBOX, truth={**TRUTH, "alpha": 0.0}, prefix="s")
        sandbox_niched.run("score")
        sandbox_niched.run("fit")
        assert numbers(other) == numbers(db)
        assert db.execute("select count(*) from niche_related where model_version = '2026.2'").fetchone()[0] > 0


def test_only_people_of_the_sizes_ranked_enter(scored):
    niched, db = scored
    niched.run("fit")
    plain = curve(db, INSTAGRAM, "followers", "2026.2")
    wild = {**TRUTH, "alpha": 0.0, "beta": 1.0}
    people(db, 300, seed=2, truth=wild, brand=True, prefix="b")
    people(db, 300, seed=3, truth=wild, opted_out=True, prefix="o")
    people(db, 300, seed=4, truth=wild, followers=(2e5, 2e6), prefix="m")
    people(db, 300, seed=6, truth=wild, posts=(2, 2), prefix="few")
    niched.run("score")
    niched.run("fit")
    assert curve(db, INSTAGRAM, "followers") == plain


def test_giveaways_and_early_counts_do_not_count(niched, db):
    """By the scorer's own rules."""
    people(db, 400)
    db.execute("insert into post (creator_id, account_id, post_key, posted_at, likes, followers_at, giveaway, source, observed_at)"
               " select creator_id, account_id, 'g', %s, 10 * followers, followers, true, 'test', %s from account", [NOW - timedelta(days=9), NOW])
    db.execute("insert into post (creator_id, account_id, post_key, posted_at, likes, followers_at, source, observed_at)"
               " select creator_id, account_id, 'e', %s, 10 * followers, followers, 'test', %s from account",
               [NOW - timedelta(days=4), NOW - timedelta(days=3)])
    niched.run("fit")
    close(curve(db, INSTAGRAM, "followers"), TRUTH)


def test_too_few_stay_and_keep_an_earlier_fit(niched, db):
    creators = people(db, 299)
    niched.run("score")
    said = niched.run("fit").stdout
    assert "kept (seed): 299 accounts, 300 needed" in line(said, "instagram", "followers")
    more = people(db, 101, seed=9, prefix="q")
    niched.run("score")
    niched.run("fit")
    fitted = curve(db, INSTAGRAM, "followers")
    assert fitted["n_accounts"] == 400
    db.execute("select forget_creators(%s)", [creators[:150] + more])
    niched.run("score")
    said = niched.run("fit").stdout
    assert "kept (an earlier fit): 149 accounts, 300 needed" in line(said, "instagram", "followers")
    assert curve(db, INSTAGRAM, "followers") == fitted


def test_seeds_are_those_of_the_program(niched, db):
    """A seed that an older program left in a version gives way to the one of today."""
    db.execute("insert into model values ('2026.5', 'retired', '2026-11-02', 'x'); insert into benchmark select '2026.5', 2, b, -9, 0, 1, 1,"
               " 5, 'old', '2020-01-01', o from (values ('views', 'seed'), ('totals', 'fit')) v(b, o)")
    niched.run("fit", "--activate", "2026.5")
    said = niched.run("fit").stdout
    assert active(db) == "2026.6" and "model 2026.6 is in force" in said
    assert curve(db, TIKTOK, "totals")["source"] == "old" and curve(db, TIKTOK, "views")["source"] != "old"
    assert "nothing fitted" in niched.run("fit").stdout and active(db) == "2026.6"


def test_totals_and_views(niched, db):
    truth = {"alpha": math.log(0.12), "beta": -0.3, "tau": 0.7, "s": 0.3}
    people(db, 350, platform=TIKTOK, posts=None, truth=truth)
    people(db, 350, seed=2, platform=TIKTOK, truth=truth, prefix="v")
    db.execute("update post set views = 10 * followers_at")
    said = niched.run("fit", "--dry-run").stdout
    assert "dry run: model 2026.1 stays in force" in said and models(db) == [("2026.1", "active")]
    assert db.execute("select count(*) from benchmark").fetchone() == (0,)
    niched.run("fit")
    totals, followers, views = (curve(db, TIKTOK, basis) for basis in ("totals", "followers", "views"))
    assert [c["n_accounts"] for c in (totals, followers, views)] == [350, 350, 350]
    close({**totals, "tau": math.hypot(totals["tau"], math.sqrt(2) * totals["s"]), "s": 0.3}, truth)
    close(followers, truth)
    close(views, {**truth, "alpha": truth["alpha"] - math.log(10)})


def test_niches(niched, db):
    """A quarter of the accounts each: vegan recipes, gym, make-up, nothing."""
    people(db, 600, posts=(10, 10))
    ids = dict(db.execute("select slug, niche_id from niche").fetchall())
    niched.run("score")
    said = niched.run("fit").stdout
    assert "base rates:     fitted" in said
    found = {row[0]: row[1:] for row in numbers(db)["niche_fit"]}
    seeds = dict(db.execute("select niche_id, base_rate from niche").fetchall())
    posts = found[ids["vegan"]][1]
    assert posts == pytest.approx(600 * sum(2 ** (-4 * j / 60) for j in range(10)), rel=1e-3)
    share = (0.25 * posts + 5000 * seeds[ids["vegan"]]) / (posts + 5000)
    assert found[ids["vegan"]][0] == pytest.approx(share, rel=0.02)
    assert found[ids["gaming"]][0] == pytest.approx(5000 * seeds[ids["gaming"]] / (posts + 5000), rel=1e-6)
    sizes = sorted(size for size, in db.execute("select followers from account where username ~ '^p' and creator_id in"
                                                " (select creator_id from creator_niche where niche_id = %s)", [ids["vegan"]]))
    assert found[ids["vegan"]][2:] == (round((sizes[74] + sizes[75]) / 2 + 1e-9), 150)
    assert found[ids["gaming"]][2:] == (10000, 0)


def test_related_niches(niched, db):
    """Those who make two unlike niches make them related; a niche and one above it are not."""
    creators = people(db, 400)
    db.execute("update post set caption = 'my new lipstick, then leg day at the gym' where creator_id = any(%s)", [creators[:60]])
    niched.run("score")
    niched.run("fit")
    pairs = {(a, b): (npmi, n) for a, b, npmi, n in db.execute(
        "select x.slug, y.slug, npmi, support from niche_related r join niche x on x.niche_id = r.niche_id"
        " join niche y on y.niche_id = r.related_id where model_version = '2026.2'")}
    assert pairs and all((b, a) in pairs for a, b in pairs)
    assert all(npmi >= 0.3 and n >= 3 for npmi, n in pairs.values())
    makers = {slug: {c for c, in db.execute("select creator_id from creator_niche join niche using (niche_id) where slug = %s"
                                            " and k >= 0.6", [slug])} for slug in {a for a, _ in pairs}}
    all_makers, = db.execute("select count(distinct creator_id) from creator_niche where k >= 0.6").fetchone()
    for (a, b), (npmi, n) in pairs.items():
        assert len(makers[a] & makers[b]) == n
        both = n / all_makers
        assert npmi == pytest.approx(math.log(both * all_makers ** 2 / (len(makers[a]) * len(makers[b]))) / -math.log(both))
    assert ("vegan-recipes", "vegan") not in pairs and ("vegan", "vegan-recipes") not in pairs
    most, = db.execute("select max(n) from (select count(*) n from niche_related group by model_version, niche_id) c").fetchone()
    assert most <= 10
    assert db.execute("select count(*) from niche_related r join niche n on n.niche_id = r.related_id where n.is_generic").fetchone() == (0,)


def test_accounts_that_wait_are_told(niched, db):
    people(db, 400)
    said = niched.run("fit").stdout
    assert "400 accounts wait to be scored" in said and "base rates:     kept" in said


def test_next_number_of_the_year(niched, db):
    db.execute("insert into model values ('2026.9', 'retired', '2026-11-02', 'x'), ('2026.10', 'retired', '2026-11-03', 'x'),"
               " ('2025.44', 'retired', '2025-11-03', 'x'), ('2026.x', 'retired', '2026-11-03', 'x')")
    people(db, 400)
    niched.run("fit", env={"NICHED_NOW": "2026-12-31T23:59:59Z"})
    assert active(db) == "2026.11"
    niched.run("fit", "--activate", "2026.1")
    niched.run("fit", env={"NICHED_NOW": "2027-01-01T00:00:00Z"})
    assert active(db) == "2027.1"
    listed = [row.split()[:2] for row in niched.run("fit", "--list").stdout.splitlines()[1:]]
    assert listed[:2] == [["2027.1", "active"], ["2026.11", "retired"]] and len(listed) == 7


@pytest.mark.parametrize("arguments,says", [
    (("--activate", "2031.1"), 'there is no model version "2031.1"; there are 2026.1'), (("--list", "--dry-run"), "exclude each other"),
    (("--activate", "2026.1", "--list"), "exclude each other"), (("--activate", "2026.1", "--note", "x"), "exclude each other"),
    (("--note", ""), "1 to 500 bytes"), (("--note", "x" * 501), "1 to 500 bytes"), (("now",), 'takes no argument "now"'),
    (("--fast",), "see niched fit --help")])
def test_wrong_usage(niched, db, arguments, says):
    done = niched.run("fit", *arguments, check=False)
    assert done.returncode == 2 and says in done.stderr
    assert models(db) == [("2026.1", "active")]


def test_help(niched):
    assert "--activate VERSION" in niched.run("fit", "--help").stdout
