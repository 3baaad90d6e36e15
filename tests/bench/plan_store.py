"""`make bench-plan` with DATABASE_URL of a filled, scored store: how long the service takes for lookalikes and plans, by HTTP,
one at a time; adds the figures to the FILE of plan_bench.

    plan_store.py build/niched build/bench-plan.json

Lookalikes: 400 creators, spread evenly over those with niches, each asked twice (the first round warms the caches). Plans: $10,000
in the niche with most creators, of whom /plan looks at 5,000. Reads alone; NICHED_WORKER=0."""
import http.client
import json
import os
import sys
import time

import psycopg
from machine import Service

ASKED, PLANS = 400, 40


def times(port, paths):
    http_client, took = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    for path in paths:
        begin = time.perf_counter()
        http_client.request("GET", path)
        answer = http_client.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        took.append(1e3 * (time.perf_counter() - begin))
    return sorted(took)


def main(program, file):
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        creators = [row[0] for row in db.execute("select distinct creator_id from lookalike_key order by 1")]
        niche, world, listed = db.execute("select n.slug, v.world, v.creators from niche_version v join niche n using (niche_id)"
                                          " order by v.creators desc limit 1").fetchone()
    paths = [f"/creators/{c}/similar" for c in creators[::max(1, len(creators) // ASKED)][:ASKED]]
    with Service(program, os.environ["DATABASE_URL"], NICHED_WORKER="0", NICHED_STATEMENT_TIMEOUT_MS="60000") as service:
        times(service.port, paths)
        alike = times(service.port, paths)
        plans = times(service.port, [f"/plan?niche={niche}&budget_usd=10000&min_score=0&world={('live', 'sandbox')[world]}"] * PLANS)
    against = f"{len(creators)} creators with niches, over HTTP, one at a time"
    at = f"{niche}, {listed} creators, 10,000 dollars, over HTTP, one at a time"
    figures = [("similar_p50", alike[len(alike) // 2], against, None), ("similar_p99", alike[len(alike) * 99 // 100], against, 20),
               ("plan_http_p50", plans[PLANS // 2], at, None), ("plan_http_p99", plans[PLANS * 99 // 100], at, None)]
    with open(file, encoding="utf-8") as old:
        known = [f for f in json.load(old) if f["name"] not in {name for name, *_ in figures}]
    for name, value, what, target in figures:
        known.append({"name": name, "value": round(value, 3), "unit": "ms", "against": what, "target": target,
                      "met": None if target is None else value <= target})
        print(f"  {name:32} {value:10.4f} ms")
    with open(file, "w", encoding="utf-8") as new:
        json.dump(known, new, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
