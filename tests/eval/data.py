"""Reads ../shared/data (README.md there). Nothing of it may be written anywhere: only numbers leave these modules."""
import ast
import csv
import hashlib
import json
import os
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("NICHED_SHARED_DATA") or ROOT / "../shared/data")
FILES = {
    "tides_tiktok": ["tiktok_influencers.csv"],
    "tiktok_famous_2020": ["sug_users_vids1.csv", "sug_users_vids2.csv"],
    "instafake_2019": ["realAccountData.json", "fakeAccountData.json", "nonautomatedAccountData.json"],
}
DAY = 86400.0


class Absent(Exception):
    pass


def need(name):
    """The paths of a data set, or Absent with the words to print."""
    paths = [SHARED / name / f for f in FILES[name]]
    for path in paths:
        if not path.is_file():
            shown = "../shared/data" if not os.environ.get("NICHED_SHARED_DATA") else str(SHARED)
            raise Absent(f"skipped: {shown}/{name}/{path.name} is absent")
    return paths


def in_half(key):
    """True for a fixed, arbitrary half of all keys."""
    return hashlib.sha256(str(key).encode()).digest()[0] < 128


class Account:
    """One account with posts oldest first; `posts` columns: time, likes, comments, shares, views (nan unknown)."""

    def __init__(self, key, platform, followers, following, posts, tags):
        order = sorted(range(len(posts)), key=lambda i: posts[i][0])
        self.key, self.platform, self.followers, self.following = key, platform, followers, following
        self.posts = np.array([posts[i] for i in order], float).reshape(len(posts), 5)
        self.tags = [tags[i] for i in order]

    def engagements(self, rows=slice(None)):
        return np.nansum(self.posts[rows, 1:4], axis=1)


def mature(accounts):
    """Without posts of the last 48 hours before the newest of the whole set (when each account was read is not known)."""
    newest = max(a.posts[-1, 0] for a in accounts if len(a.posts))
    for a in accounts:
        keep = a.posts[:, 0] <= newest - 2 * DAY
        a.tags = [t for t, k in zip(a.tags, keep) if k]
        a.posts = a.posts[keep]
    return accounts


def tiktok():
    by_name = {}
    for path in need("tiktok_famous_2020"):
        with open(path, newline="", encoding="utf-8") as f:
            for row in csv.DictReader(f):
                by_name.setdefault(row["user_name"], {})[row["id"]] = row
    accounts = []
    for name in sorted(by_name):
        rows = list(by_name[name].values())
        posts = [[float(r["create_time"]), float(r["n_likes"]), float(r["n_comments"]), float(r["n_shares"]),
                  float(r["n_plays"])] for r in rows]
        tags = [[t for t in ast.literal_eval(r["hashtags"] or "[]") if t.strip()] for r in rows]
        accounts.append(Account(name, "tiktok", float(rows[0]["n_followers"]), float("nan"), posts, tags))
    return mature(accounts)


def instagram():
    accounts = []
    with open(need("instafake_2019")[2], encoding="utf-8") as f:
        everyone = json.load(f)
    for i, a in enumerate(everyone):
        posts = [[t, likes, comments, np.nan, np.nan] for t, likes, comments in
                 zip(a["mediaUploadTimes"], a["mediaLikeNumbers"], a["mediaCommentNumbers"])]
        accounts.append(Account(i, "instagram", float(a["userFollowerCount"]), float(a["userFollowingCount"]), posts,
                                [[]] * len(posts)))
    return mature(accounts)


def follower_accounts():
    """(features as read, is fake) of the follower accounts, real ones first."""
    rows = []
    paths = need("instafake_2019")
    for path in paths[:2]:
        with open(path, encoding="utf-8") as f:
            rows += json.load(f)
    return rows, np.array([r["isFake"] for r in rows])


def bios():
    with open(need("tides_tiktok")[0], newline="", encoding="utf-8") as f:
        return [r for r in csv.DictReader(f) if r["commerceCategory"] not in ("none", "")]
