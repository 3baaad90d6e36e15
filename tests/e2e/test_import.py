"""niched import: files as they are in the wild, each ugly trait made here; and the real files, where they are at hand."""

import contextlib
import csv
import gzip
import os
import pathlib
import re
import subprocess

import pytest

EVIDENCE = ("creator", "account", "account_key", "follower_snapshot", "post", "post_metric", "brand", "collaboration",
            "price", "account_dirty", "state")


def rows(db, sql, *args):
    return [tuple(r) for r in db.execute(sql, args).fetchall()]


def one(db, sql, *args):
    found = rows(db, sql, *args)
    assert len(found) == 1, found
    return found[0]


def count(db, table):
    return one(db, f"select count(*) from {table}")[0]


def everything(db):
    """Every row of evidence with the transaction that wrote it: equal only if nothing was written."""
    return {t: sorted(map(str, rows(db, f"select t.xmin::text, t.*::text from {t} t"))) for t in EVIDENCE}


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def done(result, status=0):
    assert result.returncode == status, (result.returncode, result.stdout, result.stderr)
    return result


def summary(result):
    """The counts of the last file."""
    words = (line.split() for line in result.stdout.splitlines())
    return {w[0]: int(w[1]) for w in words if len(w) == 2 and w[1].isdigit()}


def run(niched, *args, **more):
    return niched.run("import", *args, check=False, **more)


def tiktok(niched, *args, status=0, **more):
    return done(run(niched, "--platform", "tiktok", *map(str, args), **more), status)


def last_job(db):
    return one(db, "select kind, status, rows, accepted, refused, duplicates from import_job order by import_id desc limit 1")


CREATORS = (
    "username,continent,tier,language,id,verified,signature,bioLink,commerceCategory,region,following,followers,"
    "total_likes,total_videos\n"
    'Anna.Green,Europe,micro,English,6721396317727622150,False,"Vegan 🌱\nrecipes, ""daily""",linktr.ee/anna,none,GB,'
    "54,5221,34500,67\n"
    "ben_fit,Europe,micro,German,172448238480965632,True,,,Beauty,DE,1,\"12,400\",8.1M,10\n")
POSTS = (
    "id,create_time,user_name,hashtags,song,video_length,n_likes,n_shares,n_comments,n_plays,n_followers,n_total_likes,"
    "n_total_vids\n"
    "6892428462015958273,1604768557,cara,\"['vegan', 'it\\'s']\",x,8,1984,3,18,12800,10000,47000,211\n"
    "6892428462015958274,1604768999,cara,[],x,15,10,0,1,200,10100,47010,212\n")


def test_creators(niched, db, tmp_path):
    r = tiktok(niched, "--observed-at", "2026-01-02", write(tmp_path / "c.csv", CREATORS))
    assert summary(r)["created"] == 2 and summary(r)["rows"] == 2
    assert one(db, "select platform, platform_account_id, username, bio, bio_link, category, country, language, verified,"
               " has_contact, followers, following, posts_total, likes_total, source, observed_at::date::text from account"
               " where username = 'Anna.Green'") == (
        2, "6721396317727622150", "Anna.Green", 'Vegan 🌱\nrecipes, "daily"', "https://linktr.ee/anna", None, "GB", "en",
        False, True, 5221, 54, 67, 34500, "c.csv", "2026-01-02")
    assert one(db, "select followers, likes_total, has_contact from account where username = 'ben_fit'") == (
        12400, 8100000, False)
    assert rows(db, "select kind, key from account_key order by 1, 2") == [
        ("id", "172448238480965632"), ("id", "6721396317727622150"), ("username", "anna.green"), ("username", "ben_fit")]
    assert rows(db, "select day::text, followers from follower_snapshot order by 2") == [
        ("2026-01-02", 5221), ("2026-01-02", 12400)]
    assert count(db, "account_dirty") == 2
    assert one(db, "select value from state where key = 'default_world'") == ("live",)
    assert last_job(db) == ("creators", "done", 2, 2, 0, 0)


def test_posts_create_accounts(niched, db, tmp_path):
    r = tiktok(niched, "--observed-at", "2020-11-08", write(tmp_path / "p.csv", POSTS))
    assert summary(r)["created"] == 2
    assert one(db, "select username, followers, likes_total, posts_total from account") == ("cara", 10100, 47010, 212)
    assert one(db, "select posted_at = to_timestamp(1604768557), hashtags, duration_s, likes, shares, comments, views,"
               " followers_at from post where post_key = '6892428462015958273'") == (
        True, ["vegan", "it's"], 8, 1984, 3, 18, 12800, 10000)
    assert one(db, "select hashtags from post where post_key = '6892428462015958274'") == ([],)
    assert one(db, "select day::text, followers from follower_snapshot") == ("2020-11-08", 10100)


@pytest.mark.parametrize("text", [CREATORS, POSTS], ids=["creators", "posts"])
def test_same_file_twice_changes_nothing(niched, db, tmp_path, text):
    path = write(tmp_path / "f.csv", text)
    tiktok(niched, path)
    db.execute("delete from account_dirty")
    db.commit()
    before = everything(db)
    r = tiktok(niched, path)
    assert everything(db) == before
    assert summary(r)["unchanged"] == 2 and summary(r)["created"] == 0 and summary(r)["updated"] == 0
    assert count(db, "import_job") == 2


def test_newer_file_updates_and_never_wipes(niched, db, tmp_path):
    tiktok(niched, "--observed-at", "2026-01-01", write(tmp_path / "a.csv", "username,followers,bio\nann,100,hello\n"))
    r = tiktok(niched, "--observed-at", "2026-01-05", write(tmp_path / "b.csv", "username,followers,bio\nann,150,\n"))
    assert summary(r)["updated"] == 1
    assert one(db, "select followers, bio, source from account") == (150, "hello", "b.csv")
    # an older observation only fills the history
    r = tiktok(niched, "--observed-at", "2025-12-01", write(tmp_path / "o.csv", "username,followers,bio\nann,90,old\n"))
    assert summary(r)["unchanged"] == 1
    assert one(db, "select followers, bio from account") == (150, "hello")
    assert rows(db, "select day::text, followers from follower_snapshot order by 1") == [
        ("2025-12-01", 90), ("2026-01-01", 100), ("2026-01-05", 150)]


def test_post_counts_move_to_history(niched, db, tmp_path):
    head = "post_id,posted_at,username,likes,views,caption,hashtags\n"
    tiktok(niched, "--observed-at", "2026-01-02", write(tmp_path / "a.csv", head + "p1,2026-01-01,ann,10,100,hi,#x\n"))
    r = tiktok(niched, "--observed-at", "2026-01-09", write(tmp_path / "b.csv", head + "p1,2026-01-01,ann,30,,,\n"))
    assert summary(r)["updated"] == 1
    assert one(db, "select likes, views, caption, hashtags, source from post") == (30, 100, "hi", ["x"], "b.csv")
    assert one(db, "select likes, views, observed_at::date::text, source from post_metric") == (
        10, 100, "2026-01-02", "a.csv")
    tiktok(niched, "--observed-at", "2026-01-02", tmp_path / "a.csv")
    assert one(db, "select likes from post") == (30,)
    assert count(db, "post_metric") == 1


def test_rename_keeps_the_account(niched, db, tmp_path):
    tiktok(niched, "--observed-at", "2026-01-01", write(tmp_path / "a.csv", "id,username,followers\n7,old.name,100\n"))
    tiktok(niched, "--observed-at", "2026-02-01", write(tmp_path / "b.csv", "id,username,followers\n7,New.Name,120\n"))
    account = one(db, "select account_id, username from account")
    assert account[1] == "New.Name"
    assert rows(db, "select key, account_id from account_key where kind = 'username' order by 1") == [
        ("new.name", account[0]), ("old.name", account[0])]
    # an old file by username still finds it; somebody else who takes the old name gets it
    tiktok(niched, "--observed-at", "2026-01-15", write(tmp_path / "c.csv", "username,followers\nold.name,110\n"))
    assert count(db, "account") == 1
    tiktok(niched, "--observed-at", "2026-03-01", write(tmp_path / "d.csv", "id,username,followers\n8,old.name,5\n"))
    assert count(db, "account") == 2
    assert one(db, "select a.platform_account_id from account_key k join account a using (account_id)"
               " where k.kind = 'username' and key = 'old.name'") == ("8",)


def test_duplicates_within_a_file(niched, db, tmp_path):
    r = tiktok(niched, write(tmp_path / "a.csv", "username,followers\nann,1\nbob,2\n@ANN,3\n"))
    assert summary(r)["duplicates"] == 1 and summary(r)["accepted"] == 2
    assert one(db, "select followers from account where lower(username) = 'ann'") == (3,)
    head = "post_id,posted_at,username,likes\n"
    r = tiktok(niched, write(tmp_path / "p.csv", head + "p1,2026-01-01,ann,1\np1,2026-01-01,Ann,2\n"))
    assert summary(r)["duplicates"] == 1
    assert one(db, "select likes from post") == (2,)


def test_rows_with_and_without_id_are_one_account(niched, db, tmp_path):
    tiktok(niched, write(tmp_path / "a.csv", "id,username,followers\n,ann,1\n5,Ann,2\n"))
    assert one(db, "select platform_account_id, followers from account") == ("5", 2)


def test_bad_rows_are_named_and_the_rest_is_imported(niched, db, tmp_path):
    text = "username,followers,region,email\nann,abc,US,\nbob,2,US,\n,3,US,\ncat,4,Atlantis,anna@shop.example\ndan,5\n"
    r = tiktok(niched, write(tmp_path / "a.csv", text))
    assert summary(r)["accepted"] == 1 and summary(r)["refused"] == 4
    assert 'line 2, column followers: "abc" - must be a whole number' in r.stderr
    assert "line 4, column username: is missing" in r.stderr
    assert 'line 5, column region: "Atlantis"' in r.stderr
    assert "line 6: the row has 2 columns, the header 4" in r.stderr
    assert rows(db, "select line, column_name, value from import_error order by 1") == [
        (2, "followers", "abc"), (4, "username", ""), (5, "region", "Atlantis"), (6, "", "")]
    assert last_job(db)[1:] == ("done", 5, 1, 4, 0)
    r = tiktok(niched, "--max-errors-shown", "1", tmp_path / "a.csv")
    assert "line 2" in r.stderr and "line 4" not in r.stderr and "more" in r.stderr


def test_personal_data_in_bad_values_is_masked(niched, db, tmp_path):
    r = tiktok(niched, write(tmp_path / "a.csv", "username,followers\nann,write to ann@shop.example\nbob,1\n"))
    assert "shop.example" not in r.stderr and "***@***" in r.stderr
    assert one(db, "select value from import_error") == ("write to ***@***",)


def test_strict_is_all_or_nothing(niched, db, tmp_path):
    r = tiktok(niched, "--strict", write(tmp_path / "a.csv", "username,followers\nann,abc\nbob,2\n"), status=7)
    assert "--strict" in r.stderr
    assert count(db, "account") == 0
    assert last_job(db)[1] == "failed"
    assert one(db, "select value from state where key = 'default_world'") == ("sandbox",)


def test_dry_run_writes_nothing(niched, db, tmp_path):
    r = tiktok(niched, "--dry-run", write(tmp_path / "a.csv", CREATORS))
    assert "signature" in r.stdout and "-> bio" in r.stdout and "(not used)" in r.stdout and "Anna.Green" in r.stdout
    assert count(db, "import_job") == 0 and count(db, "account") == 0


def test_truncated_file(niched, db, tmp_path):
    text = 'username,followers,bio\nann,1,x\nbob,2,"a bio that\nnever ends'
    r = tiktok(niched, write(tmp_path / "a.csv", text))
    assert "line 3: a quote opened in line 3 is never closed: the file may be cut off" in r.stderr
    assert summary(r)["accepted"] == 1 and summary(r)["refused"] == 1
    r = tiktok(niched, write(tmp_path / "b.csv", "username,followers,bio\nann,1,x\nbob,2"))
    assert "cut off" in r.stderr


def test_stray_quote_costs_one_row(niched, db, tmp_path):
    text = 'username,bio\nann,"x\n' + "".join(f"u{i},y\n" for i in range(1000))
    r = tiktok(niched, write(tmp_path / "a.csv", text))
    assert summary(r)["accepted"] == 1000 and summary(r)["refused"] == 1


@pytest.mark.parametrize("data,words", [
    (b"", "empty"),
    (b"\n \n", "empty"),
    (bytes(range(256)) * 40, "binary"),
    (b"user\0name,followers\nann,1\n", "binary"),
    (gzip.compress(b"username,followers\nann,1\n")[:-4], "gzip data is cut off"),
    (b"\x1f\x8b" + b"x" * 100, "gzip data is damaged"),
    (b"PK\x03\x04" + b"\0" * 100, "Excel"),
    ("username,followers\nann,1\n".encode("utf-16") + b"x", "ends inside a character"),
    (b"[{}]", "one object a line"),
    (b"{\nx", "not valid JSON"),
    (b"x" * (10 << 20), "longer than 1 MiB"),
    (b"a,b\n1,2\n", "no column for username"),
    (b"username:followers\nann:1\n", "--delimiter"),
    (b"username,followers\nann,x\nbob,y\n", "all 2 rows were refused"),
], ids=["empty", "blank", "binary", "nul", "cut-gzip", "bad-gzip", "excel", "utf16", "json-array", "bad-json", "long-line", "no-header", "delimiter", "all-bad"])
def test_unreadable_files_leave_nothing(niched, db, tmp_path, data, words):
    r = tiktok(niched, write(tmp_path / "f.csv", data), status=7)
    assert words in r.stderr, r.stderr
    assert count(db, "account") == 0
    assert last_job(db)[1] == "failed"
    assert one(db, "select count(*) from import_error where line = 0") == (1,)


def test_long_line_among_good_rows(niched, db, tmp_path):
    text = b"username,bio\nann,x\nbob," + b"y" * (10 << 20) + b"\ncat,z\n"
    r = tiktok(niched, write(tmp_path / "a.csv", text))
    assert summary(r)["accepted"] == 2 and "line 3" in r.stderr and "1 MiB" in r.stderr


def test_invalid_utf8_and_nul_refuse_their_row_only(niched, db, tmp_path):
    text = b"username,bio\nann,caf\xe9\nbob,ok \xc3\xa9\ncat,a\0b\ndan,ok\n"
    r = tiktok(niched, write(tmp_path / "a.csv", text))
    assert summary(r)["accepted"] == 2 and summary(r)["refused"] == 2
    assert "line 2, column bio" in r.stderr and "UTF-8" in r.stderr and "line 4" in r.stderr and "NUL" in r.stderr


@pytest.mark.parametrize("text", [
    "username;followers\nann;1,234\n", "username\tfollowers\nann\t1234\n", "username|followers\r\nann|1234\r\n",
    "\ufeffusername,followers\nann,1234\n", 'Username,"#Followers"\n@ann,"1,234"\n', "username,followers\rann,1234\r",
], ids=["semicolon", "tab", "bar-crlf", "bom", "names", "cr"])
def test_dialects(niched, db, tmp_path, text):
    tiktok(niched, write(tmp_path / "a.csv", text))
    assert one(db, "select username, followers from account") == ("ann", 1234)


def test_map_and_platform(niched, db, tmp_path):
    path = write(tmp_path / "a.csv", "wer,anzahl,netz\nann,5,Instagram\nbob,6,YouTube\n")
    done(run(niched, "--map", "wer=username", "--map", "anzahl=followers", "--map", "netz=platform", path))
    assert rows(db, "select platform, username, followers from account order by 1") == [(1, "ann", 5), (3, "bob", 6)]
    r = done(run(niched, "--map", "wer=user", path), 2)
    assert "username" in r.stderr or "no field" in r.stderr
    r = done(run(niched, write(tmp_path / "b.csv", "username,followers\nann,1\n")), 2)
    assert "--platform" in r.stderr


@pytest.mark.parametrize("args", [[], ["--no-such"], ["--platform", "myspace", "x"], ["--map", "x", "x"], ["--kind", "cats", "x"],
                                  ["--delimiter", "ab", "x"], ["--observed-at", "then", "x"]])
def test_wrong_usage(niched, db, args):
    assert "--help" in done(run(niched, *args), 2).stderr


def test_help_and_missing_file(niched, db, tmp_path):
    assert "examples:" in done(run(niched, "--help")).stdout
    assert "cannot open" in tiktok(niched, tmp_path / "none.csv", status=1).stderr
    # a file that cannot be opened does not stop the others
    good = write(tmp_path / "a.csv", "username\nann\n")
    tiktok(niched, tmp_path / "none.csv", good, status=1)
    assert count(db, "account") == 1


def test_progress_bar_on_a_terminal_only(niched, db, tmp_path):
    path = write(tmp_path / "a.csv", "username,followers\n" + "".join(f"u{i},{i}\n" for i in range(60000)))
    assert "\r" not in tiktok(niched, "--dry-run", path).stderr
    ours, theirs = os.openpty()
    process = subprocess.Popen([os.environ["NICHED"], "import", "--platform", "tiktok", path], env=niched.environment(), stdout=subprocess.DEVNULL,
                               stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other side has closed
        while chunk := os.read(ours, 65536):
            shown += chunk
    os.close(ours)
    assert process.wait() == 0, shown
    assert re.search(rb"reading \[[#.]{20}\] \d+ %.* \d+ rows", shown) and b"merging 60000 rows" in shown and shown.endswith(b"\r\x1b[K")


def test_snapshots(niched, db, tmp_path):
    text = "username,date,followers\nann,2026-01-01,100\nann,2026-01-02,110\nann,2026-01-02,111\n"
    r = tiktok(niched, write(tmp_path / "h.csv", text))
    assert summary(r)["created"] == 2 and summary(r)["duplicates"] == 1
    assert rows(db, "select day::text, followers from follower_snapshot order by 1") == [
        ("2026-01-01", 100), ("2026-01-02", 111)]
    assert one(db, "select followers from account") == (111,)
    before = everything(db)
    assert summary(tiktok(niched, tmp_path / "h.csv"))["unchanged"] == 2
    assert everything(db) == before


def test_prices_and_collaborations_of_known_creators(niched, db, tmp_path):
    tiktok(niched, write(tmp_path / "a.csv", "username,followers\nann,1000\n"))
    prices = write(tmp_path / "p.csv", "username,price,deliverable,source,valid from\nann,$120,Reel,quote,2026-01-01\n"
                                       "zoe,100,post,quote,2026-01-01\n")
    r = tiktok(niched, prices)
    assert summary(r)["created"] == 1 and summary(r)["refused"] == 1 and "line 3: the creator is not in the store" in r.stderr
    assert one(db, "select amount_usd::text, deliverable, source, workspace_id from price") == (
        "120.00", "reel", "quote", None)
    deals = write(tmp_path / "c.csv", "username,brand,category,start date,end date,fee,compensation,labelled\n"
                                      "ann,Oat & Co,food,2026-01-01,2026-02-01,300,paid,yes\n")
    tiktok(niched, deals)
    assert one(db, "select b.name, b.brand_key, b.category, c.started_on::text, c.fee_usd::text, c.compensation, c.labelled"
               " from collaboration c join brand b using (brand_id)") == (
        "Oat & Co", "oatco", "food", "2026-01-01", "300.00", "paid", True)
    before = everything(db)
    tiktok(niched, prices)
    tiktok(niched, deals)
    assert everything(db) == before


def test_brands_of_posts(niched, db, tmp_path):
    tiktok(niched, write(tmp_path / "a.csv", "username,followers\nann,1000\n"))
    posts = ("username,post_id,posted_at,sponsored,sponsor\nann,1,2026-01-01T00:00:00Z,true,Oat & Co\n"
             "ann,2,2026-01-02T00:00:00Z,true,OAT CO.\nann,3,2026-01-03T00:00:00Z,false,\nann,4,2026-01-04T00:00:00Z,true,none\n")
    assert summary(tiktok(niched, write(tmp_path / "p.csv", posts), "--observed-at", "2026-01-10T00:00:00Z"))["created"] == 4
    assert rows(db, "select post_key, b.name from post left join brand b using (brand_id) order by 1") == [
        ("1", "Oat & Co"), ("2", "Oat & Co"), ("3", None), ("4", None)]
    later = write(tmp_path / "q.csv", "username,post_id,posted_at,brand\nann,2,2026-01-02T00:00:00Z,\nann,3,2026-01-03T00:00:00Z,Corner Café\n")
    assert summary(tiktok(niched, later, "--observed-at", "2026-02-01T00:00:00Z"))["updated"] == 2
    assert rows(db, "select post_key, b.brand_key from post left join brand b using (brand_id) order by 1") == [
        ("1", "oatco"), ("2", "oatco"), ("3", "cornercafe"), ("4", None)]  # nothing said takes nothing away
    assert rows(db, "select count(*) from brand_partners('{OATCO}', 20450, 20460, null)") == [(2,)]


def test_erased_creators_need_the_key(niched, db, tmp_path):
    db.execute("insert into tombstone (key_hash) values ('\\x00112233445566778899aabbccddeeff')")
    db.commit()
    file = write(tmp_path / "a.csv", "username,followers\nann,1000\n")
    keyless = run(niched, "--platform", "tiktok", file, env={"NICHED_SECRET_FILE": ""})
    assert keyless.returncode == 7 and "the store has erased creators" in keyless.stderr and count(db, "account") == 0
    tiktok(niched, file, env={"NICHED_SECRET_FILE": tmp_path / "secret"})
    assert count(db, "account") == 1


def test_a_job_whose_process_died_is_marked_failed(niched, db, tmp_path):
    db.execute("insert into import_job (kind, source, world, status) values ('posts', 'gone.csv', 0, 'running')")
    db.commit()
    tiktok(niched, write(tmp_path / "a.csv", "username\nann\n"))
    assert one(db, "select status from import_job where source = 'gone.csv'") == ("failed",)


def test_no_store(niched, db, tmp_path):
    path = write(tmp_path / "a.csv", "username\nann\n")
    env = {"DATABASE_URL": "postgresql:///x?host=/nowhere"}
    done(run(niched, "--platform", "tiktok", path, env=env), 6)


def shared_data():
    place = os.environ.get("NICHED_SHARED_DATA") or pathlib.Path(__file__).parents[2] / ".." / "shared" / "data"
    return pathlib.Path(place)


def test_real_files(niched, db):
    folder = shared_data()
    if not (folder / "tides_tiktok").is_dir():
        pytest.skip(f"the shared data sets are not at {folder}")
    creators = folder / "tides_tiktok" / "tiktok_influencers.csv"
    posts = sorted((folder / "tiktok_famous_2020").glob("*.csv"))
    with open(creators, newline="", encoding="utf-8") as f:
        want = {r["username"]: r for r in csv.DictReader(f)}
    assert summary(tiktok(niched, creators))["created"] == len(want) == 5000
    assert one(db, "select sum(followers), count(bio) from account") == (
        sum(int(r["followers"]) for r in want.values()), sum(bool(r["signature"].strip()) for r in want.values()))
    assert dict(rows(db, "select username, platform_account_id from account")) == {u: r["id"] for u, r in want.items()}
    tiktok(niched, *posts)
    assert count(db, "post") == 23824
    before = everything(db)
    tiktok(niched, creators)
    for path in posts:  # each again as the same observation
        tiktok(niched, path)
    assert everything(db)["post"] == before["post"]
