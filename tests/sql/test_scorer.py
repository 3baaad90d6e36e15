"""The scorer on a real store: evidence in, ranked rows out; twice is once; one bad account stops nobody; time alone
changes what it should."""
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from patience import wait_until

LIVE, SANDBOX = 0, 1
CLOCK = datetime(2026, 11, 1, tzinfo=timezone.utc)  # of the sandbox world
DERIVED = ("account_score", "creator_niche", "niche_match", "niche_version")


def add_account(db, world=SANDBOX, bio=None, followers=12000, platform=1, opted_out=False, username=None, mark=True):
    creator, = db.execute("insert into creator (world, opted_out) values (%s, %s) returning creator_id",
                          [world, opted_out]).fetchone()
    account, = db.execute(
        "insert into account (creator_id, world, platform, username, bio, followers, country, language, source, observed_at)"
        " values (%s, %s, %s, %s, %s, %s, 'US', 'en', 'test', %s) returning account_id",
        [creator, world, platform, username or f"user{creator}", bio, followers, CLOCK]).fetchone()
    if mark:
        mark_dirty(db, creator, account)
    return creator, account


def mark_dirty(db, creator, account):
    db.execute("insert into account_dirty (creator_id, account_id) values (%s, %s) on conflict (creator_id, account_id)"
               " do update set tries = 0, error = null", [creator, account])


def add_posts(db, who, caption, ages, likes=500, now=CLOCK, hashtags=None, key="p"):
    for i, age in enumerate(ages):
        posted = now - timedelta(days=age)
        db.execute("insert into post (creator_id, account_id, post_key, posted_at, caption, hashtags, likes, comments, source,"
                   " observed_at) values (%s, %s, %s, %s, %s, %s, %s, %s, 'test', %s)",
                   [*who, f"{key}{i}", posted, caption, hashtags, likes + i, 10, posted + timedelta(days=3)])


def vegan_athlete(db, **about):
    who = add_account(db, bio="Plant based runner", **about)
    add_posts(db, who, "My #veganfitness day", range(3, 27, 3))
    return who


def matches(db, account):
    return {slug: row for slug, *row in db.execute(
        "select n.slug, m.kind, m.score, m.conf, m.related from niche_match m join niche n using (niche_id)"
        " where account_id = %s", [account])}


def snapshot(db):
    """Every derived row with the transaction that wrote or locked it."""
    return {table: sorted(db.execute(f"select xmin::text, xmax::text, t::text from {table} t")) for table in DERIVED}


def rows_of(snap):
    return {table: sorted(row[2] for row in rows) for table, rows in snap.items() if table != "niche_version"}


def score_of(db, account, *columns):
    return db.execute(f"select {', '.join(columns)} from account_score where account_id = %s", [account]).fetchone()


def test_evidence_in_rows_out(niched, db):
    creator, account = vegan_athlete(db)
    db.execute("insert into price (creator_id, account_id, deliverable, amount_usd, source, valid_from) values"
               " (%(c)s, %(a)s, 'post', 90, 'rate_card', '2025-01-01'), (%(c)s, %(a)s, 'post', 120, 'quote', '2026-01-01'),"
               " (%(c)s, %(a)s, 'reel', 300, 'quote', '2026-02-01'), (%(c)s, %(a)s, 'post', 150, 'quote', '2027-01-01')",
               {"c": creator, "a": account})
    done = niched.run("score")
    assert re.match(r"1 accounts scored, 1 changed, in .* accounts/s .*, peak memory \d+ MB$", done.stdout.strip())
    assert db.execute("select count(*) from account_dirty").fetchone() == (0,)
    world, posts, basis, price, source, due = score_of(db, account, "world", "posts", "engagement_basis", "price_usd",
                                                       "price_source", "due_at")
    assert (world, posts, basis, price, source) == (SANDBOX, 8, "followers", 120, "quote")
    assert due is not None and due > CLOCK and due.astimezone(timezone.utc).time() == datetime.min.time()
    found = matches(db, account)
    assert found["vegan-fitness"][0] == "direct" and found["vegan"][0] == "direct" and found["fitness"][0] == "direct"
    assert found["vegan-fitness"][1] > 6000
    k, n, count, mask, words = db.execute(
        "select k, n, posts, post_mask, words from creator_niche join niche using (niche_id)"
        " where account_id = %s and slug = 'vegan-fitness'", [account]).fetchone()
    assert count == 8 and mask == 255 and "hashtag: veganfitness x8" in words
    weights, bio = score_of(db, account, "post_weights", "bio_weight")
    assert n == pytest.approx(sum(weights) + bio, rel=1e-6) and k <= n
    stored = db.execute("select l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, score from niche_match join niche using (niche_id)"
                        " where account_id = %s and slug = 'vegan-fitness'", [account]).fetchone()
    ln = sum(w * x for w, x in zip((.40, .20, .15, .10, .08, .07), stored))
    assert abs(2.718281828459045 ** ln * 10000 - stored[6]) <= 0.51


def test_twice_is_once(niched, db):
    for i in range(30):
        who = add_account(db, bio=("vegan", "travel and food", "gym", None)[i % 4], followers=1000 + 777 * i,
                          platform=1 + i % 3, world=i % 2)
        add_posts(db, who, ("vegan recipe", "at the #gym", "beach #travel", "hello")[i % 4], range(1, i % 12 + 1))
    env = {"NICHED_NOW": "2026-11-01T10:00:00Z"}
    niched.run("score", env=env)
    before = snapshot(db)
    assert before["niche_match"]
    niched.run("score", "--all", env={"NICHED_NOW": "2026-11-01T23:59:59Z"})  # the same day
    assert snapshot(db) == before
    niched.run("score", "--all", "--batch", "1", "--jobs", "2", env=env)
    assert snapshot(db) == before
    db.execute("truncate account_score, creator_niche, niche_match")
    niched.run("score", "--all", "--batch", "7", env=env)
    assert rows_of(snapshot(db)) == rows_of(before)


def test_only_what_changed_is_written(niched, db):
    who, other = vegan_athlete(db), vegan_athlete(db)
    niched.run("score")
    before = snapshot(db)
    versions = dict(db.execute("select niche_id, version from niche_version where world = %s", [SANDBOX]).fetchall())
    add_posts(db, who, "still #veganfitness", [1], key="new")
    mark_dirty(db, *who)
    niched.run("score")
    of_other = {t: [r for r in rows if f"({other[0]},{other[1]}," in r[2]] for t, rows in before.items()}
    now = snapshot(db)
    assert all(row in now[t] for t, rows in of_other.items() for row in rows)
    touched = {n for n, in db.execute("select niche_id from niche_match where account_id = %s", [who[1]])}
    for niche, version in db.execute("select niche_id, version from niche_version where world = %s", [SANDBOX]):
        assert (version > versions.get(niche, 0)) == (niche in touched)
    assert not db.execute("select 1 from niche_version where world = %s", [LIVE]).fetchone()


def floors_of(db):
    """(niche, floors kept if they are known, the least of its listed rows)."""
    return db.execute("select v.niche_id, case when v.bounded = v.version then v.floors end, (select array[min(l_rel), min(l_eng), min(l_auth),"
                      " min(l_aff), min(l_loy), min(l_fresh)] from niche_match m where m.world = v.world and m.niche_id = v.niche_id"
                      " and not m.related) from niche_version v where v.world = %s order by 1", [SANDBOX]).fetchall()


def sql(name):
    return (Path(__file__).parents[2] / "sql" / "queries" / f"{name}.sql").read_text()


def test_floors_are_the_least_of_what_is_listed(niched, db):
    """Who writes rows and does not know of floors makes them unknown, until the next count."""
    vegan_athlete(db), vegan_athlete(db, followers=90000)
    niched.run("score")
    listed = [(kept, least) for _, kept, least in floors_of(db) if least[0] is not None]
    assert listed and all(kept == least for kept, least in listed)
    db.execute("update niche_version set version = version + 1")
    assert not any(kept for _, kept, _ in floors_of(db))
    niched.run("score")
    assert [(kept, least) for _, kept, least in floors_of(db) if least[0] is not None] == listed


def test_a_batch_lowers_floors(niched, db):
    """The rows of a batch lower what they are below, and raise nothing; where floors are unknown they stay so."""
    who = vegan_athlete(db)
    niched.run("score")
    niches = [n for n, in db.execute("select niche_id from niche_match where not related order by 1")]
    before = {n: kept for n, kept, _ in floors_of(db)}
    unknown, changed, alone = niches[0], niches[1], niches[2]
    db.execute("update niche_version set bounded = -1 where niche_id = %s", [unknown])
    with db.transaction(force_rollback=True):
        db.execute(sql("score_temp"))
        db.execute("insert into score_match select * from niche_match where not related")
        db.execute("update score_match set l_eng = l_eng + 0.01, l_loy = l_loy - 1")
        db.execute("insert into score_touched select world, niche_id, account_id from niche_match where niche_id = any(%s)", [[unknown, changed]])
        db.execute("prepare finish (bigint[], bigint[]) as " + sql("score_finish"))
        db.execute("execute finish (%s, %s)" % (f"'{{{who[0]}}}'", f"'{{{who[1]}}}'"))
        after = {n: kept for n, kept, _ in floors_of(db)}
    assert after[unknown] is None and after[alone] == before[alone]
    assert after[changed] == [x - (i == 4) for i, x in enumerate(before[changed])]


def test_a_count_beside_a_batch_leaves_floors_alone(niched, db, database):
    """What a batch writes after the count has read the niche may be lower than all that it read."""
    vegan_athlete(db)
    niched.run("score")
    niche, = db.execute("select niche_id from niche_match where not related limit 1").fetchone()
    db.execute("update niche_version set version = version + 1, bounded = version + 1 where niche_id = %s", [niche])
    with psycopg.connect(database) as other:
        other.execute("update niche_version set version = version + 1, bounded = version + 1, floors[5] = -3 where niche_id = %s", [niche])
        db.execute("prepare recount (bigint) as " + sql("score_recount"))
        db.execute("execute recount (1000000)")
    assert dict((n, kept) for n, kept, _ in floors_of(db))[niche][4] == -3


def test_rows_that_are_no_more_go(niched, db):
    who = vegan_athlete(db)
    niched.run("score")
    assert "vegan" in matches(db, who[1])
    db.execute("update account set bio = null where account_id = %s", [who[1]])
    db.execute("update post set caption = 'playing #minecraft' where account_id = %s", [who[1]])
    mark_dirty(db, *who)
    niched.run("score")
    found = matches(db, who[1])
    assert found.get("vegan", ["related"])[0] == "related" and found["gaming"][0] == "direct"
    assert not db.execute("select 1 from creator_niche join niche using (niche_id) where slug = 'vegan'").fetchone()
    db.execute("update creator set opted_out = true where creator_id = %s", [who[0]])
    mark_dirty(db, *who)
    niched.run("score")
    assert matches(db, who[1]) == {} and score_of(db, who[1], "posts") == (8,)
    db.execute("delete from account where account_id = %s", [who[1]])
    mark_dirty(db, *who)
    niched.run("score")
    assert all(not rows for table, rows in snapshot(db).items() if table != "niche_version")
    assert db.execute("select count(*) from account_dirty").fetchone() == (0,)


def test_without_followers_unlisted(niched, db):
    who = vegan_athlete(db, followers=None)
    niched.run("score")
    assert matches(db, who[1]) == {}
    assert db.execute("select count(*) > 0 from creator_niche where account_id = %s", [who[1]]).fetchone() == (True,)


def test_private_evidence_does_not_count(niched, db):
    who = vegan_athlete(db)
    workspace, = db.execute("insert into workspace (name) values ('w') returning workspace_id").fetchone()
    db.execute("insert into brand (brand_id, name, brand_key) values (1, 'A', 'a'), (2, 'B', 'b')")
    db.execute("insert into price (creator_id, account_id, workspace_id, amount_usd, source, valid_from)"
               " values (%s, %s, %s, 1, 'quote', '2026-01-01')", [*who, workspace])
    for brand, day, owner in ((1, "2026-01-01", None), (1, "2026-06-01", None), (2, "2026-03-01", workspace)):
        db.execute("insert into collaboration (creator_id, brand_id, workspace_id, started_on, source)"
                   " values (%s, %s, %s, %s, 'test')", [who[0], brand, owner, day])
    niched.run("score")
    assert score_of(db, who[1], "price_source", "brands", "brands_repeated") == ("prior", 1, 1)


def test_rich_evidence(niched, db):
    """Snapshots, samples, comments and rivals reach their signals."""
    who = vegan_athlete(db)
    db.execute("insert into follower_snapshot (creator_id, account_id, day, followers, source)"
               " select %s, %s, date '2026-10-01' - i, 12000 - i, 'test' from generate_series(0, 40) i", [*who])
    db.execute("insert into audience_sample (creator_id, account_id, observed_at, n, flagged, classifier) values"
               " (%s, %s, '2026-09-01', 400, 20, 'c1')", [*who])
    db.execute("insert into comment_stat (creator_id, account_id, post_key, n, distinct_texts, distinct_authors,"
               " recurring_authors, creator_replies) select creator_id, account_id, post_key, 20, 19, 18, 6, 5 from post"
               " where account_id = %s", [who[1]])
    db.execute("insert into brand (brand_id, name, brand_key, category) values (1, 'A', 'a', 'food'), (2, 'B', 'b', 'food')")
    db.execute("insert into collaboration (creator_id, account_id, brand_id, started_on, labelled, source) values"
               " (%(c)s, %(a)s, 1, '2026-05-01', true, 't'), (%(c)s, null, 2, '2026-06-01', true, 't')",
               {"c": who[0], "a": who[1]})
    niched.run("score")
    phi, measured, rivals, returning = score_of(db, who[1], "signal_phi", "signal_measured", "rival_brands",
                                                "returning_audience")
    assert rivals and returning == pytest.approx(1 / 3)
    for signal in (0, 2, 7, 8, 11, 12):  # credibility, growth, duplication, authors, replies, disclosure
        assert measured >> signal & 1, signal
    assert phi[0] == 1 and phi[2] == 0 and phi[11] == pytest.approx(5 / 6) and phi[12] == 1


def test_a_poisoned_account_stops_nobody(niched, db):
    people = [vegan_athlete(db) for _ in range(9)]
    bad = people[4]
    db.execute("create function poison() returns trigger language plpgsql as $$ begin"
               f" if new.account_id = {bad[1]} then raise exception 'poisoned'; end if; return new; end $$")
    db.execute("create trigger poison before insert on account_score for each row execute function poison()")
    done = niched.run("score")
    assert "8 accounts scored" in done.stdout and "3 attempts failed" in done.stdout and "poisoned" in done.stdout
    assert db.execute("select account_id, tries, error ~ 'poisoned' from account_dirty").fetchall() == [(bad[1], 3, True)]
    assert {a for a, in db.execute("select account_id from account_score")} == {a for _, a in people} - {bad[1]}
    assert "0 accounts scored" in niched.run("score").stdout  # set aside
    db.execute("drop trigger poison on account_score")
    mark_dirty(db, *bad)  # new evidence: another chance
    assert "1 accounts scored" in niched.run("score").stdout
    assert matches(db, bad[1])


def test_a_change_under_way_is_not_lost(niched, db, database):
    who = vegan_athlete(db)
    with psycopg.connect(database) as importer:  # in a transaction
        add_posts(importer, who, "beach #travel", [1, 2], key="late")
        mark_dirty(importer, *who)
        assert "0 accounts scored" in niched.run("score").stdout  # it waits for nobody
    assert "1 accounts scored" in niched.run("score").stdout
    assert score_of(db, who[1], "posts") == (10,)


def test_time_alone(niched, db):
    who = add_account(db, world=LIVE, bio="vegan")
    now = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
    add_posts(db, who, "vegan", range(1, 11), now=now)
    at = lambda when: {"NICHED_NOW": when.strftime("%Y-%m-%dT%H:%M:%SZ")}
    niched.run("score", env=at(now))
    fresh, due = score_of(db, who[1], "freshness", "due_at")
    assert due > now
    assert "0 accounts scored" in niched.run("score", env=at(due - timedelta(seconds=1))).stdout
    assert "1 accounts scored, 1 changed" in niched.run("score", env=at(due)).stdout
    later, next_due = score_of(db, who[1], "freshness", "due_at")
    assert later < fresh and next_due >= due + timedelta(days=7)
    niched.run("score", env=at(now + timedelta(days=2000)))
    assert score_of(db, who[1], "freshness", "due_at") == (0.02, None)  # dead: never again


def test_worlds_have_their_clocks(niched, db):
    who = vegan_athlete(db)
    niched.run("score", env={"NICHED_NOW": "2030-01-01T00:00:00Z"})
    assert score_of(db, who[1], "freshness")[0] > 0.5  # its clock stands at 2026-11-01
    assert "0 accounts scored" in niched.run("score", env={"NICHED_NOW": "2031-01-01T00:00:00Z"}).stdout


def test_other_workers_are_told(niched, db):
    heard = []
    db.add_notify_handler(lambda note: heard.append(note.channel))
    db.execute("listen niched")
    vegan_athlete(db)
    niched.run("score")
    db.execute("select 1")
    assert heard == ["niched"]
    niched.run("score", "--all")
    db.execute("select 1")
    assert heard == ["niched"]  # nothing changed


def test_the_worker_scores_and_comes_back(niched, db):
    with niched.serve() as service:
        who = vegan_athlete(db)
        db.execute("notify niched_dirty")
        wait_until(lambda: matches(db, who[1]))
        wait_until(lambda: "msg=scored accounts=1" in service.log)
        assert db.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                          " where application_name = 'niched worker' and datname = current_database()").fetchone() == (1,)
        other = vegan_athlete(db)
        wait_until(lambda: matches(db, other[1]))
        assert "msg=worker" in service.log


def test_arguments(niched):
    for wrong in (("--jobs", "0"), ("--batch", "x"), ("--jobs", "65"), ("extra",), ("--nope",)):
        done = niched.run("score", *wrong, check=False)
        assert done.returncode == 2 and done.stdout == "", wrong
    assert "usage: niched score" in niched.run("score", "--help").stdout


# ---- what filters look at

@pytest.mark.parametrize("table,change", [
    ("account", "name = 'another name'"), ("account", "picture_url = 'https://pictures.example.invalid/2.jpg'"),
    ("account", "username = 'renamed'"), ("account", "observed_at = observed_at + interval '1 day'"), ("account", "has_contact = true"),
    ("account", "bio = 'Plant based runner!'"), ("creator", "display_name = 'Shown Name'")])
def test_a_profile_that_is_shown_raises_the_versions(niched, db, table, change):
    """No score depends on it, yet answers change; what nobody sees raises nothing."""
    who = vegan_athlete(db)
    niched.run("score")
    versions = lambda: dict(db.execute("select niche_id, version from niche_version where world = %s", [SANDBOX]).fetchall())
    ranked = lambda: db.execute("select niche_id, score, conf from niche_match order by 1").fetchall()
    before, scores = versions(), ranked()
    unseen = "bio_link = 'https://x.example.invalid'" if table == "account" else "created_at = created_at - interval '1 day'"
    for what, raised in ((change, True), (unseen, False)):
        db.execute(f"update {table} set {what} where creator_id = %s", [who[0]])
        mark_dirty(db, *who)
        niched.run("score")
        listed = {niche for niche, _, _ in ranked()}
        assert {n for n, v in versions().items() if v > before[n]} == (listed if raised else set())
        before = versions()
    assert ranked() == scores


def test_filtered_columns(niched, db):
    who = vegan_athlete(db)
    niched.run("score")
    columns = ("engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified")
    rate, week, sponsored, day, price, contact, verified = db.execute(f"select distinct {columns} from niche_match").fetchone()
    assert rate > 0 and week > 0 and (sponsored, price, contact, verified) == (None, False, False, None)
    assert day == (CLOCK - timedelta(days=3) - datetime(1970, 1, 1, tzinfo=timezone.utc)).days
    db.execute("update post set sponsored = post_key < 'p2', posted_at = posted_at + interval '1 day'")
    db.execute("update account set verified = false, has_contact = true, name = %s, bio = %s, city = %s",
               ["Änne-Marie's", "Plant based runner 🌱", "Zürich, CH"])
    db.execute("insert into price (creator_id, account_id, amount_usd, source, valid_from) values (%s, %s, 80, 'quote', '2026-01-01')", who)
    mark_dirty(db, *who)
    niched.run("score")
    assert db.execute(f"select distinct {columns}, price_usd from niche_match").fetchall() == [
        (pytest.approx(rate), pytest.approx(week), 0.25, day + 1, True, True, False, 80)]
    assert db.execute("select words, city_key from account_score").fetchone() == (" anne marie s plant based runner 🌱 ", "zurich")
    db.execute("delete from post")
    db.execute("update account set name = null, bio = null, city = null")
    mark_dirty(db, *who)
    niched.run("score")
    assert db.execute("select words, city_key, posts, last_post_at from account_score").fetchone() == (None, None, 0, None)


def test_a_store_of_before_is_scored_anew(empty_niched):
    """The migration that added the columns marks every account; until then nothing is known."""
    migrations = sorted((Path(__file__).parents[2] / "sql/migrations").glob("*.sql"))
    with psycopg.connect(empty_niched.url, autocommit=True) as db:
        for file in migrations[:4]:
            db.execute(file.read_text())
        who = add_account(db, mark=False)
        db.execute("insert into niche_match values (%s, %s, 1, 1, false, 'direct', 1, 1, 1, 1, 1, null, null, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1)", who)
        db.execute(migrations[4].read_text())
        assert migrations[4].name == "0005_filters.sql"
        assert db.execute("select creator_id, account_id from account_dirty").fetchall() == [who]
        assert db.execute("select engagement_rate, posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified"
                          " from niche_match").fetchone() == (None,) * 7


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_the_market_is_not_compared_row_by_row_where_nothing_is_known(db, mode):
    """Of tables without statistics one row is expected, and a join of what is listed with what was paid was a nested loop: 97 s."""
    text = (Path(__file__).parents[2] / "sql/queries/score_market.sql").read_text()
    with db.cursor() as cursor:
        cursor.execute(f"set plan_cache_mode = {mode}")
        cursor.execute(f"prepare market as {text}".encode())
        plan = "\n".join(line for line, in cursor.execute("explain (costs off) execute market (1, 0, 1000)"))
        cursor.execute("deallocate market; reset plan_cache_mode")
    assert len(re.findall(r"(?:Hash|Merge) Full Join", plan)) == 2, plan
