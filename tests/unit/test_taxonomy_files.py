"""The niche taxonomy in sql/taxonomy is well formed.

Every rule is a function from parsed rows to a list of complaints.  The first
test runs all rules on the real files; each further test plants one fault and
shows that its rule sees it.
"""

import collections
import pathlib
import re
import unicodedata

HERE = pathlib.Path(__file__).resolve()
FILES = HERE.parents[2] / "sql" / "taxonomy"

NICHE_COLUMNS = ["slug", "label", "parents", "iab_id", "base_rate", "generic"]
ALIAS_COLUMNS = ["alias", "niche", "lang", "kind", "weight"]
GENERIC_COLUMNS = ["hashtag"]

LANGS = {"en", "de", "es", "fr", "pt", "it", "und"}
NEEDED_LANGS = ("en", "de", "es", "fr", "pt")
MIN_NICHES = 400
MIN_ALIASES = 3000
MIN_FULL_NICHES = 100


def norm(text):
    """NFKC, case folded, marks stripped, hyphen and underscore to blank."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    text = text.casefold().replace("-", " ").replace("_", " ")
    return " ".join(text.split())


def compact(text):
    return norm(text).replace(" ", "")


def lines_of(name):
    data = (FILES / name).read_bytes().decode("utf-8")
    assert data.endswith("\n"), name + ": no newline at the end"
    return data[:-1].split("\n")


def parse(lines, columns):
    """Rows as dicts; only lines with the right number of columns."""
    split = [line.split("\t") for line in lines[1:]]
    return [dict(zip(columns, f)) for f in split if len(f) == len(columns)]


def load():
    return (
        parse(lines_of("niches.tsv"), NICHE_COLUMNS),
        parse(lines_of("aliases.tsv"), ALIAS_COLUMNS),
        parse(lines_of("generic.tsv"), GENERIC_COLUMNS),
    )


def parents_of(row):
    return [p for p in row["parents"].split(",") if p]


def number(text):
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


# Rules


def check_lines(lines, columns):
    bad = []
    if lines[0].split("\t") != columns:
        bad.append("header is not " + " ".join(columns))
    for n, line in enumerate(lines[1:], 2):
        if len(line.split("\t")) != len(columns):
            bad.append(f"line {n}: not {len(columns)} columns")
        if "\r" in line or any(f != f.strip() for f in line.split("\t")):
            bad.append(f"line {n}: stray white space")
    return bad


def check_slugs(niches):
    seen = collections.Counter(r["slug"] for r in niches)
    bad = [f"{s}: slug twice" for s, n in seen.items() if n > 1]
    for s in seen:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", s) or s.startswith("test-"):
            bad.append(f"{s}: bad slug")
    return bad


def check_fields(niches):
    bad = []
    for r in niches:
        if r["iab_id"] and not re.fullmatch(r"[0-9]+", r["iab_id"]):
            bad.append(f"{r['slug']}: iab_id {r['iab_id']} is not digits")
        if r["generic"] not in ("t", "f"):
            bad.append(f"{r['slug']}: generic is not t or f")
        if not r["label"]:
            bad.append(f"{r['slug']}: no label")
    return bad


def check_rates(niches):
    rate = {r["slug"]: number(r["base_rate"]) for r in niches}
    bad = []
    for r in niches:
        own = rate[r["slug"]]
        if own is None or not 0.0005 <= own <= 0.12:
            bad.append(f"{r['slug']}: base_rate {r['base_rate']} out of range")
            continue
        for p in parents_of(r):
            if (rate.get(p) or own) < own:
                bad.append(f"{r['slug']}: base_rate above that of {p}")
    return bad


def check_orphans(niches, aliases):
    slugs = {r["slug"] for r in niches}
    bad = [
        f"{r['slug']}: parent {p} does not exist"
        for r in niches
        for p in parents_of(r)
        if p not in slugs
    ]
    bad += [
        f"{r['alias']}: niche {r['niche']} does not exist"
        for r in aliases
        if r["niche"] not in slugs
    ]
    return bad


def check_cycles(niches):
    """Take away niches without parents until none is left to take."""
    left = {r["slug"]: set(parents_of(r)) for r in niches}
    while True:
        free = [s for s, ps in left.items() if not ps & left.keys()]
        if not free:
            return [f"{s}: in or below a cycle" for s in sorted(left)]
        for s in free:
            del left[s]


def check_alias_fields(aliases):
    bad = []
    for r in aliases:
        a, w = r["alias"], number(r["weight"])
        if w is None or not 0.05 <= w <= 1:
            bad.append(f"{a}: weight {r['weight']} out of range")
        if r["lang"] not in LANGS:
            bad.append(f"{a}: lang {r['lang']}")
        if r["kind"] not in ("word", "hashtag"):
            bad.append(f"{a}: kind {r['kind']}")
        if not norm(a) or "#" in a or "\ufe0f" in a or a != a.lower():
            bad.append(f"{a}: badly written alias")
        if len(norm(a).split()) > 5 or len(norm(a).encode()) > 64:
            bad.append(f"{a}: more than 5 words or 64 bytes, which no matcher looks for")
        if " ".join(a.split()) != a or (r["kind"] == "hashtag" and " " in a):
            bad.append(f"{a}: blanks")
    return bad


def check_alias_unique(aliases):
    seen = collections.defaultdict(list)
    for r in aliases:
        seen[norm(r["alias"])].append(r["niche"])
    return [f"{a}: alias of {', '.join(n)}" for a, n in seen.items() if len(n) > 1]


def check_compact_unique(niches, aliases):
    """Slugs count: without blanks they are matched in hashtags as well."""
    seen = collections.defaultdict(set)
    for r in niches:
        seen[compact(r["slug"])].add(r["slug"])
    for r in aliases:
        seen[compact(r["alias"])].add(r["niche"])
    return [f"{c}: compact form of {sorted(n)}" for c, n in seen.items() if len(n) > 1]


def check_slug_not_alias(niches, aliases):
    words = {norm(r["slug"]): r["slug"] for r in niches}
    return [
        f"{r['alias']}: alias of {r['niche']} is the slug {words[norm(r['alias'])]}"
        for r in aliases
        if norm(r["alias"]) in words
    ]


def check_sizes(niches, aliases):
    bad = []
    if len(niches) < MIN_NICHES:
        bad.append(f"only {len(niches)} niches")
    if len(aliases) < MIN_ALIASES:
        bad.append(f"only {len(aliases)} aliases")
    return bad


def check_languages(niches, aliases):
    have = collections.defaultdict(set)
    for r in aliases:
        have[r["niche"]].add(r["lang"])
    full = [r for r in niches if have[r["slug"]].issuperset(NEEDED_LANGS)]
    return [] if len(full) >= MIN_FULL_NICHES else [f"only {len(full)} full niches"]


def check_generic(niches, aliases, generic):
    seen = collections.Counter(norm(r["hashtag"]) for r in generic)
    bad = [f"{h}: generic hashtag twice" for h, n in seen.items() if n > 1]
    specific = {r["slug"] for r in niches if r["generic"] == "f"}
    tags = {compact(h) for h in seen}
    bad += [
        f"{r['alias']}: generic, yet alias of {r['niche']}"
        for r in aliases
        if r["niche"] in specific and compact(r["alias"]) in tags
    ]
    bad += [f"{r['hashtag']}: # or blank" for r in generic if re.search(r"[#\s]", r["hashtag"])]
    return bad


# The real files


def test_real_files():
    niches, aliases, generic = load()
    bad = []
    bad += check_lines(lines_of("niches.tsv"), NICHE_COLUMNS)
    bad += check_lines(lines_of("aliases.tsv"), ALIAS_COLUMNS)
    bad += check_lines(lines_of("generic.tsv"), GENERIC_COLUMNS)
    bad += check_slugs(niches)
    bad += check_fields(niches)
    bad += check_rates(niches)
    bad += check_orphans(niches, aliases)
    bad += check_cycles(niches)
    bad += check_alias_fields(aliases)
    bad += check_alias_unique(aliases)
    bad += check_compact_unique(niches, aliases)
    bad += check_slug_not_alias(niches, aliases)
    bad += check_sizes(niches, aliases)
    bad += check_languages(niches, aliases)
    bad += check_generic(niches, aliases, generic)
    assert bad == []


# Planted faults


def niche(slug, parents="", rate="0.01", iab="", generic="f", label="L"):
    values = [slug, label, parents, iab, rate, generic]
    return dict(zip(NICHE_COLUMNS, values))


def alias(text, of="a", lang="en", kind="word", weight="1"):
    return dict(zip(ALIAS_COLUMNS, [text, of, lang, kind, weight]))


TWO = [niche("a"), niche("b")]


def test_sees_bad_lines():
    head = "\t".join(ALIAS_COLUMNS)
    assert check_lines([head, "x\ta\ten\tword\t1"], ALIAS_COLUMNS) == []
    assert check_lines([head, "x\ta\ten\tword"], ALIAS_COLUMNS)
    assert check_lines([head, "x\ta\ten\tword\t1\t"], ALIAS_COLUMNS)
    assert check_lines([head, "x \ta\ten\tword\t1"], ALIAS_COLUMNS)
    assert check_lines(["alias\tniche", "x\ta\ten\tword\t1"], ALIAS_COLUMNS)


def test_sees_bad_slugs():
    assert check_slugs(TWO) == []
    assert check_slugs(TWO + [niche("a")])
    assert check_slugs([niche("A")])
    assert check_slugs([niche("-a")])
    assert check_slugs([niche("test-a")])


def test_sees_bad_fields():
    assert check_fields([niche("a", iab="212")]) == []
    assert check_fields([niche("a", iab="II436J")])
    assert check_fields([niche("a", generic="true")])
    assert check_fields([niche("a", label="")])


def test_sees_bad_rates():
    assert check_rates([niche("a"), niche("b", "a", "0.01")]) == []
    assert check_rates([niche("a", rate="0.0001")])
    assert check_rates([niche("a", rate="0.2")])
    assert check_rates([niche("a", rate="nan")])
    assert check_rates([niche("a"), niche("b", "a", "0.02")])


def test_sees_orphans():
    assert check_orphans(TWO, [alias("x")]) == []
    assert check_orphans(TWO + [niche("c", "a,d")], [])
    assert check_orphans(TWO, [alias("x", "d")])


def test_sees_cycles():
    assert check_cycles(TWO + [niche("c", "a,b")]) == []
    assert check_cycles([niche("a", "a")])
    assert check_cycles([niche("a", "c"), niche("b", "a"), niche("c", "b")])


def test_sees_bad_alias_fields():
    assert check_alias_fields([alias("végane"), alias("⚽", weight="0.5")]) == []
    assert check_alias_fields([alias("x", weight="0.01")])
    assert check_alias_fields([alias("x", weight="1.5")])
    assert check_alias_fields([alias("x", weight="")])
    assert check_alias_fields([alias("x", lang="xx")])
    assert check_alias_fields([alias("x", kind="emoji")])
    assert check_alias_fields([alias("#x")])
    assert check_alias_fields([alias("Gym")])
    assert check_alias_fields([alias("two  blanks")])
    assert check_alias_fields([alias("two words", kind="hashtag")])


def test_sees_an_alias_twice():
    assert check_alias_unique([alias("musik"), alias("music", "b")]) == []
    assert check_alias_unique([alias("música"), alias("musica", "b")])
    assert check_alias_unique([alias("plant-based"), alias("plant based", "b")])
    assert check_alias_unique([alias("fußball"), alias("fussball")])


def test_sees_one_compact_form_of_two_niches():
    assert check_compact_unique(TWO, [alias("make up"), alias("makeup")]) == []
    assert check_compact_unique(TWO, [alias("make up"), alias("makeup", "b")])
    assert check_compact_unique([niche("a"), niche("van-life")], [alias("vanlife")])


def test_sees_a_slug_as_alias():
    both = [niche("a"), niche("van-life")]
    assert check_slug_not_alias(both, [alias("vans")]) == []
    assert check_slug_not_alias(both, [alias("van life")])
    assert check_slug_not_alias(both, [alias("van life", "van-life")])


def test_sees_small_files():
    many = [niche(f"n{i}") for i in range(MIN_NICHES)]
    words = [alias(f"w{i}") for i in range(MIN_ALIASES)]
    assert check_sizes(many, words) == []
    assert check_sizes(many[1:], words)
    assert check_sizes(many, words[1:])


def test_sees_missing_languages():
    many = [niche(f"n{i}") for i in range(MIN_FULL_NICHES)]
    words = [alias(f"{x} {r['slug']}", r["slug"], x) for r in many for x in NEEDED_LANGS]
    assert check_languages(many, words) == []
    assert check_languages(many, words[1:])


def test_sees_bad_generic_hashtags():
    fyp = [{"hashtag": "fyp"}]
    assert check_generic(TWO, [alias("x")], fyp) == []
    assert check_generic(TWO, [], fyp + [{"hashtag": "FYP"}])
    assert check_generic(TWO, [alias("fyp")], fyp)
    assert check_generic([niche("a", generic="t")], [alias("fyp")], fyp) == []
    assert check_generic(TWO, [], [{"hashtag": "#fyp"}])
