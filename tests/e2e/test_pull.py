"""niched pull and niched refresh against made-up platforms on 127.0.0.1: paging, quotas, refusals, what is hidden, resuming."""
import datetime
import gzip
import hashlib
import json
import os
import subprocess
import sys
import time

import psycopg
import pytest
from patience import NEVER_S, wait_until
from platforms import Fault, Instagram, YouTube, channel_id, google_error, serve


class Runner:
    """niched on a database, with one platform behind it."""

    def __init__(self, niched, platform, url):
        self.niched, self.platform, self.url = niched, platform, url
        self.env = {"NICHED_PULL_BACKOFF_MS": 5, "NICHED_PULL_TIMEOUT_S": 1,
                    "NICHED_YOUTUBE_URL": url + "/youtube/v3", "NICHED_YOUTUBE_KEY": YouTube.KEY,
                    "NICHED_INSTAGRAM_URL": url + "/v21.0", "NICHED_INSTAGRAM_TOKEN": Instagram.TOKEN,
                    "NICHED_INSTAGRAM_USER_ID": Instagram.USER}

    def run(self, *args, status=0, env=None, input=None):
        done = self.niched.run(*args, check=False, env={**self.env, **(env or {})}, input=input)
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        assert YouTube.KEY not in said and Instagram.TOKEN not in said
        return said

    def youtube(self, *args, query="vegan fitness", status=0, env=None):
        return self.run("pull", "youtube", "--query", query, "--accept-policies", *args, status=status, env=env)

    def instagram(self, names, *args, status=0, env=None):
        return self.run("pull", "instagram", "--usernames", "-", "--accept-policies", *args, status=status, env=env, input="\n".join(names))

    def refresh(self, *args, status=0, env=None):
        return self.run("refresh", *args, status=status, env=env)


@pytest.fixture
def youtube(niched):
    platform = YouTube()
    with serve(platform) as url:
        yield Runner(niched, platform, url)


@pytest.fixture
def instagram(niched):
    platform = Instagram()
    with serve(platform) as url:
        yield Runner(niched, platform, url)


def one(db, sql, *args):
    found = db.execute(sql, args).fetchall()
    assert len(found) == 1, found
    return found[0]


def count(db, table, where="true"):
    return one(db, f"select count(*) from {table} where {where}")[0]


def units(db):
    return one(db, "select coalesce(sum(units), 0)::int from pull_usage")[0]


def fill(runner, n, videos=3, **more):
    return [runner.platform.add(i, videos, **more) for i in range(1, n + 1)]


def test_channels_and_videos_come_in_whole(youtube, db):
    keys = fill(youtube, 120, videos=3)
    said = youtube.youtube("--max", "200")
    assert "found      120, all read" in said and "accounts   120 read, 120 new, 0 changed, 0 gone" in said, said
    assert count(db, "account") == 120 and count(db, "post") == 360
    row = one(db, "select username, name, bio, country, followers, posts_total, views_total, platform_account_id, source, account_created_at,"
                  " now() - observed_at < interval '1 minute' from account where platform_account_id = %s", keys[6])
    assert row == ("vegan.maker7", "Vegan maker 7", "vegan fitness, made up", "US", 5007, 3, 123456, keys[6], "youtube api",
                   datetime.datetime(2020, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc), True)
    post = one(db, "select likes, comments, views, duration_s, hashtags, caption, format, p.source, posted_at from post p join account a"
                   " using (creator_id, account_id) where a.platform_account_id = %s and post_key = %s", keys[6], "v0000070002")
    assert post == (102, 10, 4002, 253, ["vegan", "fitness"], "Vegan squats\nline\nline #vegan", "video", "youtube api",
                    datetime.datetime(2026, 10, 3, 10, tzinfo=datetime.timezone.utc))
    searches = youtube.platform.asked("/search")  # three pages of channels, then one of videos
    assert [q["type"] for q in searches] == ["channel", "channel", "channel", "video"] and searches[0]["q"] == "vegan fitness"
    # 4 searches, 3 lists of channels, 120 playlists, 8 lists of videos (150, 150 and 60 in fifties)
    assert units(db) == 400 + 3 + 120 + 8 and f"{400 + 131} units" in said
    assert one(db, "select kind, status, source, world from import_job order by import_id limit 1") == ("creators", "done", "youtube api", 0)
    assert one(db, "select value from state where key = 'default_world'") == ("live",)
    assert count(db, "pull_item") == 0 and count(db, "pull_job", "closed_at is not null") == 1


def test_max_bounds_what_is_asked(youtube, db):
    fill(youtube, 120, videos=1)
    youtube.youtube("--max", "60")
    assert count(db, "account") == 60 and len(youtube.platform.asked("/search")) == 2
    assert [len(q["id"].split(",")) for q in youtube.platform.asked("/channels")] == [50, 10]


def test_posts_are_the_newest_page_by_page(youtube, db):
    key = youtube.platform.add(1, 70)
    for i, video in enumerate(youtube.platform.channels[key]["videos"]):
        video["at"] = f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}T10:00:00Z"
    youtube.youtube("--posts", "60")
    assert count(db, "post") == 60 and one(db, "select min(post_key) from post") == ("v0000010010",)
    assert len(youtube.platform.asked("/playlistItems")) == 2 and len(youtube.platform.asked("/videos")) == 2


def test_channels_of_videos_come_second(youtube, db):
    fill(youtube, 2)
    youtube.platform.by_video = [youtube.platform.add(9), youtube.platform.add(8)]
    youtube.youtube()
    assert {u for u, in db.execute("select username from account")} == {"vegan.maker1", "vegan.maker2", "vegan.maker8", "vegan.maker9"}


def test_what_is_hidden_stays_unknown(youtube, db):
    hidden = youtube.platform.add(1, hidden=True)
    nameless = youtube.platform.add(2, handle=None)
    key = youtube.platform.add(3, 0)
    video = YouTube.video
    youtube.platform.channels[key]["videos"] = [
        video(key, 0, likes=None), video(key, 1, comments=None), video(key, 2, views=None, likes=None, comments=None),
        video(key, 3, private=True), video(key, 4, live="upcoming", duration="P0D"), video(key, 5, live="live", duration="P0D")]
    empty = youtube.platform.add(4, 0)
    youtube.youtube()
    assert one(db, "select followers from account where platform_account_id = %s", hidden) == (None,)
    assert count(db, "follower_snapshot", f"account_id = (select account_id from account where platform_account_id = '{hidden}')") == 0
    assert one(db, "select username from account where platform_account_id = %s", nameless) == (nameless,)
    assert one(db, "select posts_total from account where platform_account_id = %s", empty) == (0,)
    posts = {k[-1]: row for k, *row in db.execute(
        "select post_key, likes, comments, views, duration_s, format from post join account a using (creator_id, account_id)"
        " where a.platform_account_id = %s", [key])}
    assert posts == {"0": [None, 10, 4000, 253, "video"], "1": [101, None, 4001, 253, "video"], "2": [None, None, None, 253, "video"],
                     "5": [105, 10, 4005, None, "live"]}
    assert not any(q["playlistId"][2:] == empty[2:] for q in youtube.platform.asked("/playlistItems"))


def test_deleted_channels_and_playlists(youtube, db):
    keys = fill(youtube, 4)
    youtube.platform.channels[keys[1]]["gone"] = True
    youtube.platform.fault("/playlistItems", Fault(404, google_error(404, "playlistNotFound")))
    said = youtube.youtube()
    assert "3 read" in said and "1 gone" in said
    assert count(db, "account") == 3 and count(db, "post") == 6


def test_policies_must_be_accepted_once(youtube, db):
    fill(youtube, 1)
    said = youtube.run("pull", "youtube", "--query", "vegan", status=2)
    assert "30 days" in said and "Derived metrics" in said and "--accept-policies" in said
    assert youtube.platform.requests == [] and count(db, "pull_policy") == 0
    assert "30 days" in youtube.youtube()
    assert one(db, "select platform, now() - accepted_at < interval '1 minute' from pull_policy") == (3, True)
    said = youtube.run("pull", "youtube", "--query", "vegan")
    assert "Derived metrics" not in said
    db.execute("update pull_policy set edition = 'an older text'")
    assert "Derived metrics" in youtube.run("pull", "youtube", "--query", "vegan", status=2)


def test_the_policies_are_asked_on_a_terminal(youtube, db):
    fill(youtube, 1)
    ask = ("import os, pty, sys\n"
           "def answer(fd):\n"
           "    data = os.read(fd, 4096)\n"
           "    if b'[y/N]' in data: os.write(fd, sys.argv[1].encode() + b'\\n')\n"
           "    return data\n"
           "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], answer)))\n")
    argv = [os.environ["NICHED"], "pull", "youtube", "--query", "vegan"]
    for word, status, accounts in (("n", 2, 0), ("y", 0, 1)):
        done = subprocess.run([sys.executable, "-c", ask, word, *argv], env=youtube.niched.environment(youtube.env), timeout=NEVER_S,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == status and "[y/N]" in done.stdout, done.stdout + done.stderr
        assert count(db, "account") == accounts
    assert "1 of 1 accounts read" in done.stdout  # progress


def test_the_quota_is_shared_and_kept(youtube, db):
    fill(youtube, 120)
    said = youtube.youtube("--quota", "250", status=5)  # two pages of search
    assert "200 of today's 250 units are used" in said and "it goes on from here" in said, said
    assert units(db) == 200 and count(db, "account") == 0
    said = youtube.youtube("--quota", "430", status=5)  # two more, and 24 accounts: 1 + 24 + 2 units of the 30 left
    assert "(gone on with)" in said and units(db) <= 430, said
    read = count(db, "account")
    assert 20 <= read <= 29 and f"accounts   {read} read" in said
    assert len(youtube.platform.asked("/search")) == 4
    db.execute("update pull_usage set day = day - 1")  # another day
    said = youtube.youtube("--quota", "430")
    assert count(db, "account") == 120 and count(db, "post") == 360 and len(youtube.platform.asked("/search")) == 4
    assert len({q["playlistId"] for q in youtube.platform.asked("/playlistItems")}) == len(youtube.platform.asked("/playlistItems")) == 120


def test_two_queries_share_the_day(youtube, db):
    fill(youtube, 1)
    youtube.youtube("--quota", "300", query="a")
    before = len(youtube.platform.requests)
    youtube.youtube("--quota", "300", query="b", status=5)
    assert units(db) <= 300 and len(youtube.platform.asked("/search")) == 2 and len(youtube.platform.requests) == before


def test_quota_exceeded_on_their_side(youtube, db):
    fill(youtube, 60)
    for path in ("/search", "/channels", "/playlistItems", "/videos"):
        db.execute("select forget_creators(array(select creator_id from creator))")
        youtube.platform.requests.clear()
        youtube.platform.fault(path, None, Fault(403, google_error(403, "quotaExceeded", "The request cannot be completed")))
        said = youtube.youtube(status=5)
        assert "quotaExceeded" in said and "it goes on from here" in said
        assert len(youtube.platform.asked(path)) == 2  # no second try
        assert "(gone on with)" in youtube.youtube()
        assert count(db, "account") == 60 and count(db, "post") == 180 and count(db, "creator") == 60, path


TROUBLE = {
    "429": Fault(429, google_error(429, "rateLimitExceeded"), {"Retry-After": "1"}),
    "rate": Fault(403, google_error(403, "rateLimitExceeded")),
    "user rate": Fault(403, google_error(403, "userRateLimitExceeded")),
    "500": Fault(500, google_error(500, "backendError")),
    "503": Fault(503, raw=b"<html>busy</html>"),
    "truncated": Fault(200, raw=b'{"items": [{"id": "UC'),
    "half": Fault(cut=True),
    "empty": Fault(200, raw=b""),
    "no object": Fault(200, raw=b"[]"),
    "slow": Fault(200, {}, sleep=1.3),
}


def test_asks_again_politely(youtube, db):
    fill(youtube, 2)
    for name, fault in TROUBLE.items():
        db.execute("select forget_creators(array(select creator_id from creator)); delete from pull_usage")
        youtube.platform.requests.clear()
        youtube.platform.fault("/channels", fault)
        began = time.monotonic()
        youtube.youtube()
        assert time.monotonic() - began >= 1 or "Retry-After" not in fault.headers
        assert count(db, "account") == 2 and count(db, "post") == 6 and len(youtube.platform.asked("/channels")) == 2, name
        assert units(db) == 200 + 2 + 2 + 1, name  # a request that failed was paid for, too


def test_gives_up_after_some_tries(youtube, db):
    fill(youtube, 2)
    youtube.platform.fault("/videos", *[Fault(500, google_error(500, "backendError")) for _ in range(5)])
    said = youtube.youtube(status=1)
    assert "youtube answered 500 backendError" in said and "5 times" in said
    assert len(youtube.platform.asked("/videos")) == 5
    youtube.youtube()
    assert count(db, "account") == 2 and count(db, "post") == 6 and len(youtube.platform.asked("/search")) == 2


def test_a_long_retry_after_is_not_waited_for(youtube):
    fill(youtube, 1)
    youtube.platform.fault("/search", Fault(429, google_error(429, "rateLimitExceeded"), {"Retry-After": "3600"}))
    assert "asks to wait 3600 s" in youtube.youtube(status=5)


def test_huge_answers_are_cut_off(youtube, db):
    fill(youtube, 1)
    raw = b'{"items": [], "x": "' + b" " * (17 << 20) + b'"}'
    for fault in (Fault(raw=raw), Fault(raw=gzip.compress(raw, 1), headers={"Content-Encoding": "gzip"})):
        youtube.platform.fault("/channels", fault)
        assert "longer than 16777216 bytes" in youtube.youtube(status=7)
    assert count(db, "account") == 0


def test_redirects_are_not_followed(youtube):
    fill(youtube, 1)
    youtube.platform.fault("/search", Fault(302, {}, {"Location": youtube.url + "/elsewhere"}))
    assert "302" in youtube.youtube(status=1)
    assert [path for path, _, _ in youtube.platform.requests] == ["/youtube/v3/search"]


def test_keys(youtube, db):
    fill(youtube, 1)
    assert "NICHED_YOUTUBE_KEY is not set" in youtube.youtube(status=2, env={"NICHED_YOUTUBE_KEY": ""})
    assert youtube.platform.requests == []
    said = youtube.youtube(status=4, env={"NICHED_YOUTUBE_KEY": "another-made-up-one"})
    assert "API_KEY_INVALID" in said and "another-made-up-one" not in said
    youtube.platform.fault("/search", Fault(403, google_error(403, "forbidden", f"the key {YouTube.KEY} may not")))
    assert "forbidden" in youtube.youtube(status=4)  # run() looks for the key
    for _, query, headers in youtube.platform.requests:
        assert YouTube.KEY not in json.dumps(query) and "key" not in query
    config = youtube.run("config")
    assert "NICHED_YOUTUBE_KEY=***" in config and "NICHED_INSTAGRAM_TOKEN=***" in config


def test_only_https_but_for_loopback(youtube):
    for url in ("http://example.invalid/youtube/v3", "ftp://127.0.0.1/", "file:///etc/passwd", "https://user:word@127.0.0.1/",
                "http://127.0.0.1.example.invalid/", "127.0.0.1", "https://127.0.0.1/?x=y"):
        assert "must be https://" in youtube.youtube(status=2, env={"NICHED_YOUTUBE_URL": url}), url


def test_https_needs_a_certificate(youtube):
    said = youtube.youtube(status=1, env={"NICHED_YOUTUBE_URL": youtube.url.replace("http:", "https:")})
    assert "no whole answer of 127.0.0.1" in said and youtube.platform.requests == []


@pytest.mark.parametrize("args, word", [
    ((), "one platform"), (("youtube",), "--query"), (("instagram",), "--usernames"), (("tiktok",), 'youtube or instagram, got "tiktok"'),
    (("youtube", "--query", " "), "--query must be"), (("youtube", "--query", "x" * 201), "--query must be"),
    (("youtube", "--query", "x", "--usernames", "-"), "--query, not"), (("instagram", "--query", "x"), "--usernames, not"),
    (("youtube", "--query", "x", "--max", "0"), "--max must be 1 to 5000"), (("youtube", "--query", "x", "--max", "5001"), "1 to 5000"),
    (("youtube", "--query", "x", "--posts", "0"), "--posts must be 1 to 100"), (("youtube", "--query", "x", "--posts", "101"), "1 to 100"),
    (("youtube", "--query", "x", "--quota", "-1"), "--quota must be"), (("youtube", "--query", "x", "--days", "3"), "no such option"),
    (("youtube", "--query"), "a value is missing"), (("instagram", "--usernames", "/nonexistent"), "cannot open")])
def test_wrong_usage(tool, args, word):
    done = tool.run("pull", *args, check=False)
    assert done.returncode == (1 if word == "cannot open" else 2) and word in done.stderr, done.stderr


@pytest.mark.parametrize("args, word", [(("tiktok",), "youtube or instagram"), (("--days", "0"), "1 to 30"), (("--days", "31"), "1 to 30"),
                                        (("--max", "3"), "no such option")])
def test_wrong_usage_of_refresh(tool, args, word):
    done = tool.run("refresh", *args, check=False)
    assert done.returncode == 2 and word in done.stderr, done.stderr


@pytest.mark.parametrize("command", ["pull", "refresh"])
def test_help(tool, command):
    assert "examples:" in tool.run(command, "--help").stdout


def test_only_one_run_of_a_pull(youtube, db):
    fill(youtube, 1)
    youtube.youtube("--quota", "150", status=5)
    db.execute("select pg_advisory_lock(20262, (select max(pull_id) from pull_job))")
    assert "another run" in youtube.youtube(status=6)


def test_the_next_pull_does_not_meet_the_last(youtube, db):
    """A backend outlives its client: it empties its temporary schema first and gives back its locks last. Here somebody keeps it at that."""
    fill(youtube, 60, videos=1)
    take_fault, held = youtube.platform.take_fault, []

    def hold(path):
        if path.endswith("/channels") and len(youtube.platform.asked(path)) == 2:  # fifty are in the store, by way of that schema
            name, = one(db, "select nspname from pg_namespace where starts_with(nspname, 'pg_temp_')")
            held.append(holder.execute(f"comment on schema {name} is 'held'"))
        return take_fault(path)
    youtube.platform.take_fault = hold
    youtube.platform.fault("/channels", None, Fault(403, google_error(403, "quotaExceeded")))
    with psycopg.connect(youtube.niched.url) as holder:
        youtube.youtube(status=5)
        wait_until(lambda: count(db, "pg_stat_activity", "datname = current_database() and wait_event_type = 'Lock'"))
        assert "(gone on with)" in youtube.youtube()
    assert held and count(db, "account") == 60


def test_one_pull_after_another(youtube, db):
    fill(youtube, 1, videos=1)
    for status in (0, 5) * 10:
        youtube.youtube("--quota", "1000000" if status == 0 else "1", status=status)


def test_an_open_pull_does_not_outlive_its_data(youtube, db):
    fill(youtube, 120)
    youtube.youtube("--quota", "150", status=5)
    assert count(db, "pull_item") == 50
    db.execute("update pull_job set started_at = started_at - interval '31 days'")
    said = youtube.youtube()
    assert "(gone on with)" not in said and count(db, "account") == 120
    assert [q.get("pageToken") for q in youtube.platform.asked("/search")] == [None, None, "at50", "at100", None]


def test_pulled_creators_are_found(youtube, ask):
    fill(youtube, 5, videos=24)
    youtube.youtube()
    youtube.niched.run("score")
    with youtube.niched.serve() as service:
        found = ask(service).ok("/match", niche="vegan-fitness")
    assert found["world"] == "live" and len(found["items"]) == 5 and found["items"][0]["creator"]["platform"] == "youtube"


def test_erased_creators_stay_away(youtube, db, tmp_path):
    keys = fill(youtube, 2)
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(range(32)))
    tag = hashlib.blake2b(f"0 3 id {keys[0]}".encode(), digest_size=16, key=bytes(range(32)), person=b"tombstone").digest()
    db.execute("insert into tombstone (key_hash) values (%s)", [tag])
    assert "the key to recognise them is not here" in youtube.youtube(status=7)
    said = youtube.youtube(env={"NICHED_SECRET_FILE": secret})
    assert "refused    4 rows: this creator asked to be forgotten" in said, said
    assert one(db, "select platform_account_id from account") == (keys[1],) and count(db, "post") == 3


# ---- refresh

def age(db, days):
    db.execute(f"update account set observed_at = observed_at - interval '{days} days'")
    db.execute(f"update post set observed_at = observed_at - interval '{days} days'")


def test_refresh_asks_for_what_is_old_the_best_first(youtube, db):
    keys = fill(youtube, 60, videos=1)
    youtube.youtube()
    assert "due        0" in youtube.refresh("youtube")
    age(db, 26)
    db.execute("update account set observed_at = now() where followers <= 5002")
    for key in keys:
        youtube.platform.channels[key]["subscribers"] += 1000
    youtube.platform.requests.clear()
    assert "due        58" in youtube.refresh("youtube", "--dry-run") and youtube.platform.requests == []
    said = youtube.refresh("youtube")
    assert "due        58 not seen for 25 days" in said and "accounts   58 read, 0 new, 58 changed, 0 gone" in said, said
    asked = [q["id"].split(",") for q in youtube.platform.asked("/channels")]
    assert [len(a) for a in asked] == [50, 8] and asked[0][0] == keys[59]
    assert one(db, "select count(*), min(followers), max(followers) from account") == (60, 5001, 6060)
    assert one(db, "select count(*) from account where now() - observed_at < interval '1 hour'") == (60,)
    assert "due        0" in youtube.refresh("youtube")


def test_refresh_forgets_whom_the_platform_forgot(youtube, db):
    keys = fill(youtube, 3)
    youtube.youtube()
    age(db, 26)
    youtube.platform.channels[keys[1]]["gone"] = True
    said = youtube.refresh()
    assert "deleted    1 accounts" in said
    assert {k for k, in db.execute("select platform_account_id from account")} == {keys[0], keys[2]}
    assert count(db, "creator") == 2 and count(db, "post") == 6 and count(db, "account_key", f"key = '{keys[1]}'") == 0


def test_refresh_of_one_account_of_a_person(youtube, db):
    keys = fill(youtube, 1)
    youtube.youtube()
    creator, = one(db, "select creator_id from creator")
    db.execute("insert into account (creator_id, world, platform, username, source, observed_at) values (%s, 0, 1, 'made.up', 'a file', now())", [creator])
    age(db, 26)
    youtube.platform.channels[keys[0]]["gone"] = True
    youtube.refresh()
    assert one(db, "select creator_id, username from account") == (creator, "made.up") and count(db, "post") == 0
    assert count(db, "creator") == 1 and count(db, "account_key") == 0


def test_refresh_deletes_old_evidence_but_no_other_source(youtube, db):
    keys = fill(youtube, 1, videos=2)
    youtube.youtube()
    age(db, 31)
    db.execute("update follower_snapshot set day = day - 31")
    youtube.platform.channels[keys[0]]["videos"].pop()  # deleted on the platform
    db.execute("insert into post (creator_id, account_id, post_key, posted_at, source, observed_at) select creator_id, account_id, 'own',"
               " now() - interval '40 days', 'a file', now() - interval '40 days' from account")
    db.execute("insert into follower_snapshot (creator_id, account_id, day, followers, source) select creator_id, account_id,"
               " current_date - 50, 7, 'a file' from account")
    said = youtube.refresh()
    assert "1 accounts" not in said and "late       0" in said, said
    assert {k for k, in db.execute("select post_key from post")} == {"own", "v0000010000"}
    assert [s for s, in db.execute("select source from follower_snapshot order by day")] == ["a file", "youtube api"]
    assert count(db, "account_dirty") == 1


def test_refresh_that_is_stopped(youtube, db):
    fill(youtube, 60, videos=1)
    youtube.youtube()
    age(db, 31)
    used = units(db)
    said = youtube.refresh("--quota", str(used + 30), status=5)
    read = count(db, "account", "now() - observed_at < interval '1 hour'")
    assert 20 <= read <= 29 and f"late       {60 - read}" in said and count(db, "account") == 60, said
    assert count(db, "post") == 60  # what is late stays whole until it is refreshed or --delete-stale
    assert one(db, "select min(followers) from account where now() - observed_at < interval '1 hour'") == (5061 - read,)
    youtube.platform.fault("/channels", *[Fault(500) for _ in range(5)])
    youtube.refresh(status=1)
    assert count(db, "account") == 60  # no answer is no reason to delete
    said = youtube.refresh("--delete-stale", "--quota", str(used + 30), status=5)
    assert count(db, "account") == read and "late       0" in said


def test_delete_stale_needs_no_key(youtube, db):
    fill(youtube, 3)
    youtube.youtube()
    age(db, 29)
    db.execute("update account set observed_at = now() - interval '31 days' where followers = 5001")
    env = {"NICHED_YOUTUBE_KEY": ""}
    assert "NICHED_YOUTUBE_KEY is not set" in youtube.refresh(status=2, env=env)
    assert count(db, "account") == 3
    said = youtube.refresh("--delete-stale", env=env)
    assert "deleted    1 accounts" in said and count(db, "account") == 2


def test_refresh_leaves_imports_alone(youtube, db, tmp_path):
    file = tmp_path / "made.csv"
    file.write_text("username,followers,id\nmade.up,5000," + channel_id(77) + "\n")
    youtube.niched.run("import", "--platform", "youtube", file)
    age(db, 100)
    assert "due        0" in youtube.refresh("--delete-stale") and count(db, "account") == 1


# ---- instagram

def test_professional_accounts_by_username(instagram, db):
    instagram.platform.add("made.up_one", media=30)
    instagram.platform.add("made.up_two", media=2, website=None)
    del instagram.platform.accounts["made.up_two"]["website"]
    del instagram.platform.accounts["made.up_two"]["media"][0]["like_count"]
    said = instagram.instagram(["@made.up_one", "", "private_person", "made.up_two  ", "no){such", "made.up_one"])
    assert "accounts   2 read, 2 new, 0 changed, 2 gone" in said, said
    row = one(db, "select username, name, bio, bio_link, followers, following, posts_total, source, platform from account"
                  " where username = 'made.up_one'")
    assert row == ("made.up_one", "Maker 1", "vegan fitness, made up", "https://made.up_one.example.invalid/", 7000, 12, 30, "instagram api", 1)
    assert count(db, "post") == 26
    posts = db.execute("select likes, comments, format, caption from post join account using (creator_id, account_id)"
                       " where username = 'made.up_two' order by post_key").fetchall()
    assert posts == [(None, 20, "image", "squats #vegan"), (201, 20, "video", "squats #vegan")]
    assert units(db) == 3  # one request each; a name that cannot be one is not asked for


def test_media_page_by_page(instagram, db):
    instagram.platform.add("made.up", media=80)
    instagram.instagram(["made.up"], "--posts", "70")
    assert count(db, "post") == 70 and len(instagram.platform.requests) == 2


def test_refusals(instagram, db):
    for n in range(3):
        instagram.platform.add(f"made.up{n}")
    names = list(instagram.platform.accounts)
    for code, status in ((4, 5), (17, 5), (32, 5), (613, 5), (80002, 5), (190, 4), (10, 4), (100, 1)):
        db.execute("select forget_creators(array(select creator_id from creator))")
        instagram.platform.requests.clear()
        body = {"error": {"message": "made up", "type": "OAuthException", "code": code}}
        instagram.platform.fault(instagram.platform.USER, None, Fault(400, body))
        assert f"code {code}" in instagram.instagram(names, status=status)
        assert count(db, "account") == 1 and count(db, "post") == 3, code  # what was read is kept
        instagram.instagram(names)
        assert count(db, "account") == 3 and count(db, "post") == 9 and len(instagram.platform.requests) == 4, code


def test_usage_header_stops_before_the_limit(instagram, db):
    for n in range(3):
        instagram.platform.add(f"made.up{n}")
    names = list(instagram.platform.accounts)
    usage = {"call_count": 95, "total_cputime": 3, "total_time": 3, "estimated_time_to_regain_access": 12}
    instagram.platform.usage = json.dumps({"123": [{"type": "instagram", **usage}]})
    assert "limit is close: run the same again in 12 minutes" in instagram.instagram(names, status=5)
    assert count(db, "account") == 1 and len(instagram.platform.requests) == 1
    instagram.platform.usage = json.dumps({"123": [{"type": "instagram", **usage, "call_count": 5, "estimated_time_to_regain_access": 0}]})
    instagram.instagram(names)
    assert count(db, "account") == 3 and len(instagram.platform.requests) == 3


def test_refresh_of_instagram(instagram, db):
    for n in range(2):
        instagram.platform.add(f"made.up{n}")
    instagram.instagram(list(instagram.platform.accounts))
    age(db, 26)
    del instagram.platform.accounts["made.up0"]
    instagram.platform.accounts["made.up1"]["followers_count"] = 7777
    said = instagram.refresh("instagram")
    assert "deleted    1 accounts" in said and one(db, "select username, followers from account") == ("made.up1", 7777)
