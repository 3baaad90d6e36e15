"""Files as people have them: each trait of an export that somebody really has, made here, imported by the program."""
import gzip
import json
import os

import pytest
from test_import import done, one, rows, run, summary, write

CREATORS = "username,name,followers\nann,Jürgen,1234\nbob,Zoë,8.1M\n"


def load(niched, tmp_path, data, *args, platform="instagram", status=0):
    return done(run(niched, "--platform", platform, *args, write(tmp_path / "file", data)), status)


@pytest.mark.parametrize("data", [
    CREATORS.encode("utf-8-sig"), CREATORS.encode("utf-16"), CREATORS.encode("utf-16-le"), CREATORS.encode("utf-16-be"),
    CREATORS.encode("latin-1"), CREATORS.replace("\n", "\r\n").encode(), CREATORS.replace(",", ";").encode("cp1252"),
    CREATORS.replace(",", "\t").encode("utf-16"), gzip.compress(CREATORS.encode()),
    gzip.compress(CREATORS.encode("utf-16")), gzip.compress(CREATORS[:20].encode()) + gzip.compress(CREATORS[20:].encode()),
], ids=["bom", "utf-16", "utf-16le", "utf-16be", "latin-1", "crlf", "semicolon-1252", "tab-utf-16", "gzip", "gzip-utf-16",
        "gzip-members"])
def test_encodings_and_packings(niched, db, tmp_path, data):
    load(niched, tmp_path, data)
    assert rows(db, "select username, name, followers from account order by 1") == [("ann", "Jürgen", 1234),
                                                                                    ("bob", "Zoë", 8100000)]


def test_an_encoding_can_be_said(niched, db, tmp_path):
    text = "username,name\nann,Jürgen\n".encode("cp1252") + "bob,Zoë\n".encode()  # neither the one nor the other
    r = load(niched, tmp_path, text)
    assert summary(r)["refused"] == 1 and "--encoding" in r.stderr
    load(niched, tmp_path, text, "--encoding", "windows-1252")
    assert one(db, "select name from account where username = 'ann'") == ("Jürgen",)
    assert "utf-16" in load(niched, tmp_path, text, "--encoding", "klingon", status=2).stderr


def test_a_gzip_that_unpacks_to_much_stays_small_in_memory(niched, db, tmp_path):
    r = load(niched, tmp_path, gzip.compress(b"username,bio\nann,x\n" + b"\n" * 50_000_000))
    assert summary(r)["accepted"] == 1
    memory = next(line for line in r.stdout.splitlines() if line.startswith("peak memory"))
    assert float(memory.split()[2]) < 32 or os.environ["NICHED"].split("/")[-2] != "build"  # a sanitizer takes more


def ndjson(*objects):
    return "".join(json.dumps(o) + "\n" for o in objects)


def test_ndjson(niched, db, tmp_path):
    r = load(niched, tmp_path, ndjson(
        {"id": 6892428462015958273, "username": "ann", "followersCount": 1234, "bio": "a\nb", "verified": True},
        {"id": "7", "username": "bob", "followersCount": None, "author": {"x": 1}}) + "\n  \nnot json\n[1]\n")
    assert rows(db, "select platform_account_id, username, followers, bio, verified from account order by 2") == [
        ("6892428462015958273", "ann", 1234, "a\nb", True), ("7", "bob", None, None, None)]
    assert summary(r)["refused"] == 2 and "line 5" in r.stderr and "not valid JSON" in r.stderr and "line 6" in r.stderr
    # again, packed: nothing new
    assert summary(load(niched, tmp_path, gzip.compress(ndjson({"id": "7", "username": "bob"}).encode())))["created"] == 0


def test_ndjson_with_nested_posts(niched, db, tmp_path):
    load(niched, tmp_path, ndjson(
        {"id": "v1", "authorMeta": {"name": "ann", "fans": 1200}, "text": "tofu", "createTimeISO": "2026-01-02T03:04:05.000Z",
         "hashtags": [{"name": "vegan"}, {"name": "fitness"}], "diggCount": 10, "playCount": 1e3},
        {"id": "v2", "authorMeta": {"name": "ann", "fans": 1200}, "text": "", "createTimeISO": "2026-01-03T03:04:05.000Z",
         "hashtags": [], "diggCount": 11, "playCount": 1100}), platform="tiktok")
    assert rows(db, "select post_key, caption, hashtags, likes, views, followers_at from post order by 1") == [
        ("v1", "tofu", ["vegan", "fitness"], 10, 1000, 1200), ("v2", None, [], 11, 1100, 1200)]


def test_a_key_that_comes_late_is_not_lost_silently(niched, db, tmp_path):
    lines = [{"username": f"user{i}"} for i in range(1000)] + [{"username": "late", "followers": 5}]
    r = load(niched, tmp_path, ndjson(*lines))
    assert summary(r)["refused"] == 1 and 'the key "followers"' in r.stderr


@pytest.mark.parametrize("header,row,want", [
    ("Username, Category, #Followers, #Followees, #Posts", "ann,food,12345,345,678", ("ann", None, 12345, 345, 678)),
    ('Influencer insta name,instagram name,category_1,Followers,Audience country(mostly from),"Authentic engagement\n"',
     "ann,Ann B,Food,8.1M,Brazil,400.3K", ("ann", "Ann B", 8100000, None, None)),
    ("S.no,Tiktoker name,Tiktok name,Subscribers count,Views avg.,Likes avg", "1,ann,Ann B,142M,25M,1.9M",
     ("ann", "Ann B", 142000000, None, None)),
    ("youtuber name,channel name,Category,Subscribers,Audience Country,avg views", "ann,Ann B,Music & Dance,637000.0,IN,1K",
     ("ann", "Ann B", 637000, None, None)),
    ("Platform;Username;Full name;Profile URL;Followers;Engagement rate;Avg. views;Country;Emails",
     "Instagram;@ann;Ann B;https://www.instagram.com/ann/;1.234.567;2,67%;\"1.234,5\";Germany;a@b.example",
     ("ann", "Ann B", 1234567, None, None)),
    ("Name,Link,ER,AQS,FOLLOWERS,Following", "Ann B,https://www.instagram.com/ann?hl=en,2.67%,81,12.5K,1\u00a0234",
     None),
    ("Profile link,Full Name,FOLLOWERS,Following", "https://www.instagram.com/ann?hl=en,Ann B,12.5K,1\u00a0234",
     ("ann", "Ann B", 12500, 1234, None)),
], ids=["account list", "kaggle instagram", "kaggle tiktok", "kaggle youtube", "marketplace semicolons", "no handle", "link only"])
def test_exports(niched, db, tmp_path, header, row, want):
    r = load(niched, tmp_path, f"{header}\n{row}\n", status=0 if want else 7)
    if want:
        assert one(db, "select username, name, followers, following, posts_total from account") == want
    else:
        assert "no column for username" in r.stderr and "--map" in r.stderr


CHANNELS = ("id,title,description,customUrl,publishedAt,country,viewCount,subscriberCount,videoCount\n"
            "UCaaaaaaaaaaaaaaaaaaaaaa,Ann cooks,vegan cooking,@anncooks,2019-05-01T10:00:00Z,GB,1000000,12000,150\n"
            "UCbbbbbbbbbbbbbbbbbbbbbb,Old channel,,,2009-05-01T10:00:00Z,,500,3000,7\n")
VIDEOS = ("id,channelId,title,description,publishedAt,tags,duration,viewCount,likeCount,commentCount\n"
          "vid1,UCaaaaaaaaaaaaaaaaaaaaaa,Tofu at home,the recipe,2026-02-01T10:00:00Z,\"vegan, tofu\",PT15M33S,5000,300,20\n"
          "vid2,UCbbbbbbbbbbbbbbbbbbbbbb,My shed,,2026-02-02T10:00:00Z,,PT45S,100,,\n"
          "vid3,UCcccccccccccccccccccccc,Nobody,,2026-02-02T10:00:00Z,,PT1H0M1S,100,1,2\n")


def test_youtube_dumps_join_by_channel(niched, db, tmp_path):
    load(niched, tmp_path, CHANNELS, platform="youtube")
    load(niched, tmp_path, VIDEOS, platform="youtube")
    assert rows(db, "select username, name, followers, views_total, country from account order by account_id") == [
        ("anncooks", "Ann cooks", 12000, 1000000, "GB"), ("UCbbbbbbbbbbbbbbbbbbbbbb", "Old channel", 3000, 500, None),
        ("UCcccccccccccccccccccccc", None, None, None, None)]
    assert rows(db, "select a.username, post_key, caption, duration_s, likes, hashtags from post join account a"
                " using (creator_id, account_id) order by 2") == [
        ("anncooks", "vid1", "Tofu at home\nthe recipe", 933, 300, ["vegan", "tofu"]),
        ("UCbbbbbbbbbbbbbbbbbbbbbb", "vid2", "My shed", 45, None, None),
        ("UCcccccccccccccccccccccc", "vid3", "Nobody", 3601, 1, None)]
    # a handle that comes later is a rename, not another channel
    load(niched, tmp_path, CHANNELS.replace("Old channel,,,", "Old channel,,@shed,"), platform="youtube")
    assert one(db, "select count(*), max(username) filter (where account_id = 2) from account") == (3, "shed")


def test_rows_by_id_alone_need_a_known_account(niched, db, tmp_path):
    load(niched, tmp_path, "id,username\n77,ann\n", platform="tiktok")
    text = "video id,author id,create time,likes\nv1,77,1767312000,5\nv2,78,1767312000,6\n"
    r = load(niched, tmp_path, text, platform="tiktok")
    assert rows(db, "select post_key, likes from post") == [("v1", 5)]
    assert summary(r)["refused"] == 1 and "line 3" in r.stderr and "not in the store" in r.stderr
    r = load(niched, tmp_path, "username,author id,video id,create time\n,,v3,1767312000\nann,,v4,1767312000\n", platform="tiktok")
    assert summary(r)["refused"] == 1 and "a row needs a username or" in r.stderr


def test_words_for_nothing_and_broken_cells(niched, db, tmp_path):
    r = load(niched, tmp_path, "username,name,followers\nann,none,null\nbob,N/A,n/a\ncat,#N/A,\ndan,#NAME?,5\neve,Eve,#REF!\n")
    assert rows(db, "select username, name, followers from account order by 1") == [
        ("ann", None, None), ("bob", None, None), ("cat", None, None)]
    assert summary(r)["refused"] == 2 and r.stderr.count("is an error of a spreadsheet") == 2


def test_headers_with_newlines_blanks_and_case(niched, db, tmp_path):
    load(niched, tmp_path, '"USER\nNAME", Followers ,  full name\n@Ann,"1,234",Ann\n')
    assert one(db, "select username, followers, name from account") == ("Ann", 1234, "Ann")


def test_the_last_of_duplicate_rows_wins_and_is_counted(niched, db, tmp_path):
    r = load(niched, tmp_path, "username,followers\nann,1\nANN,2\n@ann,3\n")
    assert one(db, "select followers from account") == (3,) and summary(r)["duplicates"] == 2


def test_audiences(niched, db, tmp_path):
    load(niched, tmp_path, "username,followers\nann,5000\n")
    text = ("username,dimension,bucket,share,sample\nann,country,United States,62.5%,400\nann,Countries,de,0.1,400\n"
            "ann,age,25-34,\"40,5 %\",\nann,gender,Female,0.7,\nann,country,US,0.63,500\nann,age,old,0.1,\nann,gender,m,130%,\n")
    r = load(niched, tmp_path, text, "--observed-at", "2026-11-01")
    assert rows(db, "select dimension, bucket, share, sample_n from audience_share order by 1, 2") == [
        ("age", "25-34", 0.405, None), ("country", "DE", 0.1, 400), ("country", "US", 0.63, 500), ("gender", "f", 0.7, None)]
    assert summary(r)["refused"] == 2 and summary(r)["duplicates"] == 1 and summary(r)["created"] == 4
    assert summary(load(niched, tmp_path, text, "--observed-at", "2026-11-01"))["updated"] == 0


def test_dry_run_says_what_it_understood(niched, tmp_path):
    r = load(niched, tmp_path, gzip.compress(CREATORS.replace(",", ";").encode("utf-16")), "--dry-run")
    assert "gzip of CSV in utf-16le, 3 columns, delimiter semicolon, read as creators" in r.stdout
    assert "followers            1234 | 8.1M" in r.stdout
    assert "NDJSON in utf-8, 2 columns" in load(niched, tmp_path, ndjson({"username": "a", "likes": 2}), "--dry-run").stdout
