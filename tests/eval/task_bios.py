"""Niches from bios: bio and username against the category that some creators chose for themselves, a weak label.

Nothing is fitted, so nothing is split; part="dev" takes a fixed half of the rows. CLASSES was written from the names of
categories and of the taxonomy's niches, before any figure was looked at. The prediction is a set: every class of which the
matcher finds a niche. The taxonomy was written by people who had seen some of these bios (its README counts emoji in 13)."""
import re
import unicodedata

import numpy as np

import data
import metrics
import tool
from report import Section, difference, figure

LEAST = 10
# class: names of the category over the years; niches of the taxonomy (with all below them); words for the keyword match
CLASSES = {
    "Media & Entertainment": (("Media & Entertainment", "Entertainment", "Media"),
                              ("entertainment", "comedy", "dance", "music", "film-tv", "theatre", "magic", "media-broadcasting",
                               "pop-culture"), "media entertainment entertainer"),
    "Personal Blog": (("Personal Blog",), ("lifestyle",), "personal blog blogger"),
    "Beauty": (("Beauty",), ("beauty",), "beauty"),
    "Sports, Fitness & Outdoors": (("Sports, Fitness & Outdoors", "Sports/Fitness"), ("sports", "fitness", "outdoors"),
                                   "sport sports fitness outdoor outdoors"),
    "Art & Crafts": (("Art & Crafts", "Art"), ("art", "diy-crafts"), "art arts artist craft crafts"),
    "Clothing & Accessories": (("Clothing & Accessories", "Fashion"), ("fashion",), "clothing clothes accessories fashion"),
    "Gaming": (("Gaming",), ("gaming",), "gaming games gamer"),
    "Travel & Tourism": (("Travel & Tourism", "Travel"), ("travel",), "travel tourism traveler traveller"),
    "Education & Training": (("Education & Training", "Education"), ("education",), "education training teacher"),
    "Food & Beverage": (("Food & Beverage", "Food/Beverage"), ("food",), "food beverage foodie"),
    "Shopping & Retail": (("Shopping/Retail", "Shopping & Retail"), ("shopping",), "shopping retail shop"),
    "Others": (("Others", "Other"), (), ""),
}


def folded(text):
    text = unicodedata.normalize("NFKD", text).casefold()
    return set(re.findall(r"\w+", "".join(c for c in text if not unicodedata.combining(c))))


def by_keywords(rows):
    words = [folded(r["signature"]) | folded(r["username"]) for r in rows]
    return {name: np.array([bool(w & set(keys.split())) for w in words]) for name, (_, _, keys) in CLASSES.items()}


def by_taxonomy(rows, where=("bio", "username")):
    source = {"bio": "signature", "username": "username"}
    found = []
    for answer in tool.run([tool.line("match", *(x for w in where for x in (w, tool.plain(r[source[w]])))) for r in rows]):
        found.append({slug for slug, _ in tool.pairs(answer)})
    return {name: np.array([bool(f & set(niches)) for f in found]) for name, (_, niches, _) in CLASSES.items()}


def macro(predicted, actual, names, pick=slice(None)):
    return np.mean([metrics.f1(predicted[n][pick], actual[n][pick]) for n in names])


def run(part):
    rows = data.bios()
    if part == "dev":
        rows = [r for r in rows if data.in_half(r["username"])]
    least = LEAST if part == "test" else LEAST // 2
    actual = {name: np.array([r["commerceCategory"] in labels for r in rows]) for name, (labels, _, _) in CLASSES.items()}
    methods = {"keywords": by_keywords(rows), "niched": by_taxonomy(rows), "niched, bio alone": by_taxonomy(rows, ("bio",))}
    labelled = [n for n in CLASSES if actual[n].sum() >= least]
    judged = [n for n in labelled if n != "Others"]
    s = Section("niche inference from bios", "real, weak labels")
    s.note(f"{len(rows)} rows with a category; classes with {least} rows or more; unit of the bootstrap: the account")
    s.note('"Others" names nothing and no method can predict it: left out of the verdict, included in the last line')
    table = [[n, int(actual[n].sum()), *(figure(metrics.f1(p[n], actual[n])) for p in methods.values()),
              *(f"{(p[n] & actual[n]).sum() / max(1, p[n].sum()):.2f} / {(p[n] & actual[n]).sum() / actual[n].sum():.2f}"
                for p in list(methods.values())[:2])] for n in judged]
    rng = np.random.default_rng(17)
    picks = [rng.integers(0, len(rows), len(rows)) for _ in range(1000)]
    for words, names in (("macro-F1", judged), ("macro-F1 with Others", labelled)):
        point = {m: macro(p, actual, names) for m, p in methods.items()}
        draws = {m: np.array([macro(p, actual, names, pick) for pick in picks]) for m, p in methods.items()}
        table.append([words, "", *(figure(point[m], *metrics.interval(point[m], draws[m])) for m in methods), "", ""])
        if names is judged:
            gap = point["niched"] - point["keywords"]
            shown = difference(gap, *metrics.interval(gap, draws["niched"] - draws["keywords"]))
    s.table(["class", "rows", *methods, "precision / recall, keywords", "precision / recall, niched"], table)
    s.verdict("niche inference from bios", gap, "macro-F1 difference", "keyword match", ">= +0.10", gap >= .10, shown)
    return [s]
