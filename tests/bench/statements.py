"""The statements that the service sends for a request, as pgbench and the peers send them: recorded, not copied."""
import json
import re
import urllib.request

from recorder import Recorder
from servers import Niched
from store import ZIPF

LITERAL = "literal"
PAGE = "-- api_match:"


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read()


def recorded(store, paths):
    """Of each path ("/match?niche={}" and what filters it has): (first, again): the statements [(sql, values)] that the first
    request for a niche sends and those of every other one. A value that is the niche's id is None, null is LITERAL."""
    one, other = store.niches[0], store.niches[1]
    found = []
    with Recorder(store.url) as recorder, Niched("recorded", store, recorder.url, NICHED_LOOPS="1") as service:
        for path in paths:
            asked = []
            for niche in (one, one, other, other):
                before = len(recorder.statements)
                get(service.port, path.format(niche[1]))
                asked.append([s for s in recorder.statements[before:] if str(niche[0]) in s.values])
            found.append((_parts(asked[0], one, asked[2], other), _parts(asked[1], one, asked[3], other)))
    return found


def _parts(mine, niche, theirs, other):
    if [s.sql for s in mine] != [s.sql for s in theirs]:
        raise RuntimeError(f"the same request sends different statements for {niche[1]} and {other[1]}")
    if not any(s.sql.startswith(PAGE) for s in mine):
        raise RuntimeError(f"a request for a page of {niche[1]} sends no statement that begins with {PAGE}")
    parts = []
    for a, b in zip(mine, theirs, strict=True):
        values = []
        for x, y in zip(a.values, b.values, strict=True):
            is_niche = x == str(niche[0]) and y == str(other[0])
            if x != y and not is_niche:
                raise RuntimeError(f"a parameter differs between niches: {x}, {y}\n{a.sql}")
            values.append(None if is_niche else LITERAL if x is None else x)
        parts.append((a.sql, values))
    return parts


def _choice(ids, low, high):
    """A binary decision tree in pgbench's expressions: from a rank to the id of a niche."""
    if high - low == 1:
        return str(ids[low])
    middle = (low + high) // 2
    return f"case when :rank <= {middle} then {_choice(ids, low, middle)} else {_choice(ids, middle, high)} end"


def script(statements, niches):
    """pgbench's script and its variables (-D): the statements in one pipeline, of Zipf-distributed niches."""
    lines = [f"\\set rank random_zipfian(1, {len(niches)}, {ZIPF})", f"\\set niche {_choice([n[0] for n in niches], 0, len(niches))}"]
    variables = {}
    lines += ["\\startpipeline"] if len(statements) > 1 else []
    for sql, values in statements:
        def put(found, values=values):
            value = values[int(found[1]) - 1]
            if value is None:
                return ":niche"
            if value == LITERAL:
                return "null"
            name = next((n for n, v in variables.items() if v == value), f"p{len(variables)}")
            variables[name] = value
            return f":{name}"
        plain = re.sub(r"--[^\n]*", "", sql).strip().rstrip(";")
        lines.append(re.sub(r"\$(\d+)", put, plain) + ";")
    lines += ["\\endpipeline"] if len(statements) > 1 else []
    return "\n".join(lines) + "\n", variables


# The whole niche, or what of it passes filters, scored and sorted: a ranking by own weights without a bound on the score.
PLAIN = """select m.creator_id, m.account_id,
  round(10000 * exp({score}))::integer as score
from niche_match m
where m.world = {world} and m.niche_id = {niche} and m.related = false{filters}
order by score desc, m.conf desc, m.account_id desc
limit 21;
"""
COLUMNS = {"relevance": "l_rel", "engagement": "l_eng", "authenticity": "l_auth", "affordability": "l_aff", "loyalty": "l_loy",
           "freshness": "l_fresh"}


def plain(store, niche, answer, filters):
    """The weights that `answer` came from over what passes the filters, by plain SQL with typed literals."""
    weights = json.loads(answer)["query"]["weights"]
    score = " + ".join(f"{weights[name]}::float8 * m.{column}" for name, column in COLUMNS.items())
    return PLAIN.format(score=score, world=store.world, niche=niche[0], filters="".join(f" and {f}" for f in filters))
