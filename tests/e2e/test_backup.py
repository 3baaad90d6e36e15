"""A dump goes into another PostgreSQL, where there is no role of niched yet, and answers with the same bytes; with another secret it is
not served."""
import subprocess

import psycopg
import pytest
from test_formats import FROZEN, said

OFF = {**FROZEN, "NICHED_WORKER": 0}
QUOTE = {"platform": "tiktok", "username": "ivy.vegan_c", "amount_usd": 77, "deliverable": "reel", "valid_from": "2026-10-01"}
DUMPS = {"custom": ["pg_dump", "--format=custom"], "plain": ["pg_dump"]}


def do(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def restore(kind, dump, url):
    """As README has it: what is granted is left to niched migrate."""
    if kind == "custom":
        do("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={url}", dump)
    else:
        do("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", f"--dbname={url}", "-c", "create role niched_app nologin", "-f", dump)


@pytest.mark.parametrize("kind", DUMPS)
def test_a_dump_in_another_cluster(sandbox_niched, cluster, program, ask, tmp_path, kind):
    settings = {"NICHED_SECRET_FILE": tmp_path / "secret", **OFF}
    niched = program(sandbox_niched.url, **settings)
    niched.run("workspace", "create", "acme")
    keys = [niched.run("key", "create", "--scope", "write", "--workspace", name).stdout.strip() for name in ("acme", "default")]

    def quotes(client):
        return [client.get("/prices?world=sandbox", headers={"Authorization": f"Bearer {key}"}).json()["items"] for key in keys]
    with psycopg.connect(niched.url) as db:
        gone = "/creators/tiktok/%s?world=sandbox" % db.execute("select username from account where world = 1 and platform = 2 order by account_id desc").fetchone()
    with niched.serve() as service:
        client = ask(service)
        assert client.request("DELETE", gone).status_code == 204
        assert client.post("/prices?world=sandbox", json=QUOTE, headers={"Authorization": f"Bearer {keys[0]}"}).status_code == 200
        first, private = said(service, ask), quotes(client)
        assert [len(rows) for rows in private] == [1, 0]
    do(*DUMPS[kind], f"--file={tmp_path / 'dump'}", niched.url)
    with psycopg.connect(cluster.url(), autocommit=True) as db:
        db.execute("create database restored")
    url = cluster.url("restored")
    restore(kind, tmp_path / "dump", url)
    restored = program(url, **settings)
    assert "0 migrations run" in restored.run("migrate").stdout
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("analyze")
        assert db.execute("select has_table_privilege('niched_app', 'price', 'select'), has_table_privilege('niched_app', 'api_key', 'select')").fetchone() == (True, False)
        assert db.execute("select bool_and(relforcerowsecurity) from pg_class where relname in ('price', 'collaboration', 'conversion_report', 'import_job')").fetchone() == (True,)
    with restored.serve() as service:
        again = said(service, ask)
        assert quotes(ask(service)) == private and "kept apart by the program alone" not in service.log
        assert ask(service).request("PUT", gone, json={"followers": 7000}).status_code == 410
    for path in first:
        assert again[path] == first[path], path
    (tmp_path / "another").write_bytes(bytes(32))
    done = restored.run("serve", check=False, env={"NICHED_SECRET_FILE": tmp_path / "another"})
    assert done.returncode == 6 and "put the file of then back" in done.stderr
