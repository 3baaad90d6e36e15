"""One person, several accounts: linked and unlinked by an explicit call, suggested by links in profiles, listed once."""
import concurrent.futures
import json

import psycopg
import pytest
from client import send_body
from patience import wait_until

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}
NICHE = "fitness"


@pytest.fixture
def world(sandbox_niched, ask, tmp_path):
    sandbox_niched.settings["NICHED_SECRET_FILE"] = tmp_path / "secret"
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        yield db, ask(service), sandbox_niched, service


def name(creator):
    return f"{creator['platform']}/{creator['username']}"


def top(client, n, niche=NICHE, **params):
    return client.ok("/match", niche=niche, limit=n, **ALL, **params)["items"]


def link(client, who, account, status=201, method="PUT", **headers):
    response = send_body(client, method, f"/creators/{who}/accounts/{account}", **headers)
    assert response.status_code == status, response.text
    return response


def two(client):
    """A creator and a lower one on another platform, both in the niche."""
    items = [item["creator"] for item in top(client, 100)]
    return items[0], next(c for c in items[1:] if c["platform"] != items[0]["platform"])


def answers(client):
    asked = ({"niche": NICHE, "count": "exact", "facets": "platform,tier"}, {"niche": NICHE, "weights": "engagement:3"},
             {"niche": NICHE, "sort_by": "followers"}, {"niche": "fitness,travel", "niche_mode": "any"}, {"niche": "vegan", "include": "related"})
    return [client.ok("/match", limit=100, **ALL, **params) for params in asked]


def test_a_person_is_shown_once_and_whole_again(world):
    db, client, niched, _ = world
    first, second = two(client)
    before, alone = answers(client), client.ok(f"/creators/{second['id']}")
    tag = client.get("/match", params={"niche": NICHE, **ALL}).headers["ETag"]

    said = link(client, first["id"], name(second)).json()
    assert said == client.ok(f"/creators/{first['id']}") and said["id"] == first["id"]
    assert {(a["platform"], a["username"]) for a in said["accounts"]} == {(c["platform"], c["username"]) for c in (first, second)}
    assert client.get("/match", params={"niche": NICHE, **ALL}, headers={"If-None-Match": tag}).status_code == 200
    page = client.ok("/match", niche=NICHE, limit=100, count="exact", **ALL)
    assert page["total"] == before[0]["total"] - 1
    assert [i["creator"]["also_on"] for i in page["items"] if i["creator"]["id"] == first["id"]] == [[name(second)]]
    assert name(second) not in [name(i["creator"]) for i in page["items"]]
    shown = client.ok("/match", niche=NICHE, why_not=name(second), **ALL)["why_not"]["accounts"][0]
    assert (shown["reason"], shown["shown_by"], shown["rank"]) == ("other_account", name(first), None)
    own = client.ok("/match", niche=NICHE, why_not=name(second), weights="engagement:3", **ALL)["why_not"]["accounts"][0]
    assert own["reason"] in ("other_account", "ranked")
    other = client.ok("/match", niche=NICHE, platform=second["platform"], limit=100, **ALL)["items"]
    seen, = [i for i in other if i["creator"]["id"] == first["id"]]
    assert name(seen["creator"]) == name(second) and seen["creator"]["also_on"] == [name(first)]
    assert seen["score"] == next(i["score"] for i in before[0]["items"] if name(i["creator"]) == name(second)), "no score changed"

    linked = answers(client)
    niched.run("score")
    assert answers(client) == linked, "scoring anew changes nothing"
    assert db.execute("select count(*) from score_history").fetchone() == (0,)
    separated = link(client, first["id"], name(second), 200, "DELETE").json()
    assert separated["id"] == second["id"], "under the id that it had"
    niched.run("score")
    assert answers(client) == before and client.ok(f"/creators/{second['id']}") == alone
    assert db.execute("select count(*) from creator_moved").fetchone() == db.execute("select count(*) from score_history").fetchone() == (0,)
    assert db.execute("select count(*) from niche_match where siblings").fetchone() == (0,)


def test_everything_moves_and_comes_back(world):
    """No table keeps a row under the old id; after taking it out again each has the rows that it had."""
    db, client, _, _ = world
    own, other = two(client)
    first, second = own["id"], other["id"]
    tables = [t for t, in db.execute("select table_name from information_schema.columns where column_name = 'creator_id' and table_schema"
                                     " = 'public' and table_name not in ('creator', 'creator_moved', 'account_dirty') order by 1")]

    def rows(who):
        return {t: db.execute(f"select count(*), md5(string_agg(r, '|' order by r)) from"
                              f" (select regexp_replace(to_jsonb(x)::text, '\"siblings\": \\w+', '') r from {t} x where creator_id = %s) y", [who]).fetchone() for t in tables}
    before = rows(first), rows(second)
    assert sum(n > 0 for n, _ in before[1].values()) >= 8
    link(client, first, name(other))
    assert all(n == 0 for n, _ in rows(second).values())
    assert all(n == before[0][t][0] + before[1][t][0] for t, (n, _) in rows(first).items())
    link(client, first, name(other), 200, "DELETE")
    after = rows(first), rows(second)
    assert {t for t in tables for i in (0, 1) if after[i][t] != before[i][t]} == set()


def test_the_old_id_leads_to_the_new_one(world):
    _, client, _, _ = world
    first, second = two(client)
    link(client, first["id"], name(second))
    for path in ("", "/standing", "/similar", "/history", "/accounts/suggestions"):
        problem = client.problem(f"/creators/{second['id']}{path}", 404, "CREATOR_UNKNOWN")
        assert problem["did_you_mean"] == [first["id"]] and f"creator {first['id']} now" in problem["detail"]
        client.problem(f"/creators/999999999{path}", 404, "CREATOR_UNKNOWN")
    for excluded in (first["id"], second["id"], f"@{second['username']}"):
        left = client.ok("/match", niche=NICHE, limit=100, exclude=excluded, **ALL)
        assert first["id"] not in [i["creator"]["id"] for i in left["items"]], excluded
    assert link(client, second["id"], name(first), 404).json()["code"] == "CREATOR_UNKNOWN"


def test_chains(world):
    """Who was linked, and then the one it was linked to: each id leads to the one who has the account now, and comes back."""
    db, client, _, _ = world
    a, b, c = [item["creator"] for item in top(client, 3)]
    link(client, a["id"], name(b))
    refused = link(client, c["id"], name(b), 409).json()
    assert refused["code"] == "CREATOR_LINKED" and a["id"] in refused["detail"]
    assert link(client, c["id"], name(a), 409).json()["code"] == "CREATOR_LINKED"
    fresh = link(client, a["id"], name(a), 200, "DELETE").json()["id"]
    assert int(fresh) > 2000 and client.ok(f"/creators/{a['id']}")["accounts"][0]["username"] == b["username"]
    link(client, c["id"], name(b))
    moved = dict(db.execute("select creator_id::text, moved_to::text from creator_moved").fetchall())
    assert moved == {b["id"]: c["id"], a["id"]: c["id"]}
    assert link(client, c["id"], name(b), 200, "DELETE").json()["id"] == a["id"], "the id it had last"
    assert db.execute("select creator_id::text, moved_to::text from creator_moved").fetchall() == [(b["id"], a["id"])]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_refused(world, method):
    _, client, _, _ = world
    first, second = two(client)
    for path, status, code in (
            ("x/accounts/tiktok/anna", 400, "PARAM_INVALID"), (f"{'9' * 19}/accounts/tiktok/anna", 400, "PARAM_INVALID"),
            ("999999999/accounts/tiktok/anna", 404, "CREATOR_UNKNOWN"), (f"{first['id']}/accounts/tiktok/nobody.at.all", 404, "CREATOR_UNKNOWN"),
            (f"{first['id']}/accounts/myspace/anna", 400, "PARAM_INVALID"), (f"{first['id']}/accounts/tiktok/an%20na", 400, "PARAM_INVALID")):
        response = client.request(method, f"/creators/{path}")
        assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert link(client, first["id"], name(second), 412, method, If_Match='"0.0"').json()["code"] == "CREATOR_CHANGED"
    assert link(client, first["id"], name(first), 409 if method == "DELETE" else 200, method)
    if method == "DELETE":
        assert "is the only account" in link(client, first["id"], name(first), 409, method).json()["detail"]
        assert link(client, first["id"], name(second), 404, method).json()["code"] == "CREATOR_UNKNOWN"


def test_writes_may_be_off(world, ask):
    _, client, niched, _ = world
    first, second = two(client)
    with niched.serve(NICHED_WRITES="off", NICHED_WORKER=0) as service:
        for method in ("PUT", "DELETE"):
            assert link(ask(service), first["id"], name(second), 401, method).json()["code"] == "AUTH_REQUIRED"


def test_tags_and_keys(world):
    """If-Match against lost updates; the same request with the same key is answered, not done again."""
    db, client, _, _ = world
    first, second = two(client)
    tag = client.get(f"/creators/{first['id']}").headers["ETag"]
    said = link(client, first["id"], name(second), If_Match=tag, Idempotency_Key="one")
    assert said.headers["Location"] == f"/creators/{first['id']}"
    assert link(client, first["id"], name(second), 200).json() == said.json(), "linked already"
    assert link(client, first["id"], name(second), If_Match=tag, Idempotency_Key="one").json() == said.json()
    assert link(client, first["id"], name(second), 412, "DELETE", If_Match=tag).json()["code"] == "CREATOR_CHANGED"
    assert link(client, first["id"], name(second), 422, "DELETE", Idempotency_Key="one").json()["code"] == "IDEMPOTENCY_MISMATCH"
    assert link(client, first["id"], name(first), 422, Idempotency_Key="one").json()["code"] == "IDEMPOTENCY_MISMATCH"
    tag = client.get(f"/creators/{first['id']}").headers["ETag"]
    out = link(client, first["id"], name(second), 200, "DELETE", If_Match=tag, Idempotency_Key="two")
    assert link(client, first["id"], name(second), 200, "DELETE", If_Match=tag, Idempotency_Key="two").json() == out.json()
    assert db.execute("select count(*) from creator_moved").fetchone() == (0,)


def test_evidence_goes_on_to_the_person(world):
    """What comes in by the names of either account is theirs; erasure and opting out take all accounts."""
    db, client, niched, _ = world
    first, second = two(client)
    link(client, first["id"], name(second))
    post = {"post_key": "new.1", "posted_at": "2026-10-31T12:00:00Z", "caption": "fitness", "likes": 10, "comments": 1}
    response = client.post(f"/creators/{name(second)}/posts?world=sandbox", json=post)
    assert response.json()["created"] == 1
    assert db.execute("select creator_id::text from post where post_key = 'new.1'").fetchall() == [(first["id"],)]
    assert db.execute("select opt_out_creator(%s, true)", [int(first["id"])]).fetchone() == (True,)
    for who in (first, second):
        client.problem(f"/creators/{name(who)}", 404, "CREATOR_UNKNOWN")
        assert not any(name(i["creator"]) == name(who) for i in top(client, 100))
    third = top(client, 1)[0]["creator"]
    assert link(client, third["id"], name(second), 409).json()["code"] == "CREATOR_OPTED_OUT"
    assert link(client, first["id"], name(third), 404).json()["code"] == "CREATOR_UNKNOWN"
    db.execute("select opt_out_creator(%s, false)", [int(first["id"])])
    assert client.delete(f"/creators/{name(second)}?world=sandbox").status_code == 204
    assert db.execute("select count(*) from account where creator_id = %s", [int(first["id"])]).fetchone() == (0,)
    assert db.execute("select count(*) from creator_moved").fetchone() == (0,)
    for who in (first, second):
        client.problem(f"/creators/{name(who)}", 404, "CREATOR_UNKNOWN")
        assert client.put(f"/creators/{name(who)}?world=sandbox", json={"followers": 5000}).status_code == 410


def test_two_of_one_import(world):
    """What takes an import back notes a row of `creator` for each: they must not meet."""
    _, client, niched, _ = world
    job = client.post("/imports", params={"platform": "tiktok"}, content="username,followers\nann.one,5000\nann.two,6000\n", headers={"Content-Type": "text/csv"})
    wait_until(lambda: client.ok(f"/imports/{job.json()['id']}")["status"] == "done")
    one, two_ = (client.ok(f"/creators/tiktok/{who}", world="live")["id"] for who in ("ann.one", "ann.two"))
    assert len(link(client, one, "tiktok/ann.two").json()["accounts"]) == 2
    assert client.delete(f"/imports/{job.json()['id']}").status_code == 409, "newer writes touched its rows"
    assert link(client, one, "tiktok/ann.two", 200, "DELETE").json()["id"] == two_


def test_sixteen_accounts_are_the_most(world):
    _, client, _, _ = world
    first, *others = [item["creator"] for item in top(client, 17)]
    for other in others[:15]:
        link(client, first["id"], name(other))
    assert "has 16 accounts already" in link(client, first["id"], name(others[15]), 409).json()["detail"]
    assert len(client.ok(f"/creators/{first['id']}")["accounts"]) == 16
    item, = [i for i in client.walk(niche=NICHE, limit=100, **ALL) if i["creator"]["id"] == first["id"]]
    assert len(item["creator"]["also_on"]) == 15
    found = client.ok("/match", niche=NICHE, why_not=first["id"], **ALL)["why_not"]["accounts"]
    assert sorted(a["reason"] for a in found) == ["other_account"] * 15 + ["ranked"]


def test_a_plan_books_a_person_once(world):
    _, client, _, _ = world
    plan = {"niche": NICHE, "budget_usd": 200_000, "max_creators": 100, **ALL}
    chosen = [c["creator"] for c in client.ok("/plan", **plan)["creators"]]
    first, second = chosen[0], chosen[1]
    link(client, first["id"], name(second))
    ids = [c["creator"]["id"] for c in client.ok("/plan", **plan)["creators"]]
    assert ids.count(first["id"]) == 1 and second["id"] not in ids and len(set(ids)) == len(ids)
    included = client.ok("/plan", **plan, include=f"@{second['username']}")["creators"]
    assert [name(c["creator"]) for c in included if c["creator"]["id"] == first["id"]] == [name(second)], "the account that is named"


def test_siblings_are_no_peers_and_no_lookalikes(world):
    _, client, _, _ = world
    first = top(client, 1)[0]["creator"]
    like = client.ok(f"/creators/{first['id']}/similar", limit=50)["items"]
    second = next(i["creator"] for i in like if i["creator"]["platform"] == first["platform"])
    before = client.ok(f"/creators/{first['id']}/standing", niche=NICHE, platform=first["platform"])
    link(client, first["id"], name(second))
    assert name(second) not in [name(i["creator"]) for i in client.ok(f"/creators/{first['id']}/similar", limit=50)["items"]]
    after = client.ok(f"/creators/{first['id']}/standing", niche=NICHE, platform=first["platform"])
    assert before["creator"]["id"] == after["creator"]["id"] and 0 <= before["peers"]["accounts"] - after["peers"]["accounts"] <= 1


def test_two_who_link_at_once(world):
    """Each of two creators takes the other: one call wins, nobody is lost."""
    db, client, _, service = world
    a, b = [item["creator"] for item in top(client, 2)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(client.request, "PUT", f"/creators/{x['id']}/accounts/{name(y)}") for x, y in ((a, b), (b, a))]
        statuses = sorted(c.result().status_code for c in calls)
    assert statuses in ([201, 404], [201, 409]), statuses
    assert db.execute("select count(*) from account where username = any(%s) and creator_id = any(%s)",
                      [[a["username"], b["username"]], [int(a["id"]), int(b["id"])]]).fetchone() == (2,)


# ---- names that were once taken for calls

@pytest.mark.parametrize("username", ["standing", "similar", "history", "accounts"])
def test_a_username_may_be_a_word_of_ours(world, username):
    _, client, _, _ = world
    assert client.put(f"/creators/tiktok/{username}?world=sandbox", json={"followers": 5000}).status_code == 201
    said = client.ok(f"/creators/tiktok/{username}", world="sandbox")
    assert said["accounts"][0]["username"] == username
    client.problem(f"/creators/abc/{username}", 404, "CREATOR_UNKNOWN")


# ---- suggestions

def profile(client, who, **fields):
    response = send_body(client, "PATCH", f"/creators/{name(who)}?world=sandbox", fields)
    assert response.status_code == 200, response.text


def suggested(client, who):
    return [(i["reason"], f"{i['platform']}/{i['username']}", i["shared_by"]) for i in client.ok(f"/creators/{who['id']}/accounts/suggestions")["items"]]


def test_suggestions_by_links(world):
    db, client, _, _ = world
    a, b, c, d, e = [item["creator"] for item in top(client, 5)]
    assert suggested(client, a) == []
    profile(client, a, bio_link="https://www.linktr.ee/Anna.Fit/?utm_source=x")
    profile(client, b, bio="new here http://linktr.ee/anna.fit", bio_link=None)
    profile(client, c, bio_link="linktr.ee/anna.fit/more")
    assert suggested(client, a) == [("same_link", name(b), 2)] and suggested(client, c) == []
    assert suggested(client, b) == [("same_link", name(a), 2)]
    profile(client, d, bio_link=a["url"] + "/")
    assert suggested(client, a) == [("linked_from_it", name(d), 1), ("same_link", name(b), 2)]
    assert suggested(client, d) == [("links_to_it", name(a), 1)]
    assert db.execute("select max(n) from (select count(*) n from account group by creator_id) x").fetchone() == (1,), "nothing was linked"
    link(client, a["id"], name(b))
    assert suggested(client, a) == [("linked_from_it", name(d), 1)]
    db.execute("select opt_out_creator(%s, true)", [int(d["id"])])
    assert suggested(client, a) == []
    db.execute("update account set bio_link = 'https://shop.example' where account_id in (select account_id from account order by 1 limit 20)")
    client.ok("/creators/1/accounts/suggestions")
    assert len(suggested(client, {"id": 1})) == 19
    db.execute("update account set bio_link = 'https://shop.example' where account_id in (select account_id from account order by 1 limit 21)")
    assert suggested(client, {"id": 1}) == [], "an agency's or a shop's"


@pytest.mark.parametrize("bio,bio_link,link_", [
    (None, None, None), ("", "", None), ("no link. really", None, None), ("mail me: a@b.example", None, None),
    ("see https://a.example/x, or call", None, "a.example/x"), ("see www.a.example", None, "a.example"), ("bit.ly/Abc#now", None, "bit.ly/abc"),
    ("https://b.example", "http://WWW.A.example/", "a.example"), (None, "  a.example/x/?y=1  ", "a.example/x"), (None, "https://", None)])
def test_what_a_link_is(db, bio, bio_link, link_):
    assert db.execute("select external_link(%s, %s)", [bio, bio_link]).fetchone() == (link_,)


# ---- the command line

def test_command_line(world):
    _, client, niched, _ = world
    first, second = two(client)
    assert niched.run("link", first["id"], name(second)).stdout == f"{name(second)} is now an account of creator {first['id']}\n"
    assert "already" in niched.run("link", name(first), name(second).upper().replace("TIKTOK", "tiktok").replace("INSTAGRAM", "instagram")
                                   .replace("YOUTUBE", "youtube"), "--world", "sandbox").stdout
    assert len(client.ok(f"/creators/{first['id']}")["accounts"]) == 2
    assert json.loads(niched.run("suggestions", first["id"]).stdout)["items"] == []
    assert json.loads(niched.run("history", first["id"], "--niche", NICHE).stdout)["items"] == []
    assert niched.run("unlink", name(first), name(second), "--world", "sandbox").stdout == f"{name(second)} is creator {second['id']} now\n"
    for words, status, said in ((("link",), 2, "say CREATOR"), (("link", "1", "anna"), 2, "like tiktok/anna"), (("link", "1", "tiktok/a", "--to", "b"), 2, "cannot take"),
                                (("link", "1" * 19, name(first)), 2, "18 digits"), (("link", "999999999", name(first)), 3, "no creator"),
                                (("unlink", first["id"], name(second)), 3, "is no account of"), (("unlink", first["id"], name(first)), 6, "only account"),
                                (("link", "tiktok/nobody.at.all", name(first)), 3, "live world")):
        done = niched.run(*words, check=False)
        assert done.returncode == status and said in done.stderr, done
