"""Tables and verdicts: on standard output, as Markdown, as JSON. A verdict is a figure, what it had to reach, and whether
it did; a figure that misses is printed as such and fails nothing."""
import json


class Section:
    """One task: notes, tables (a list of rows, the first its head) and verdicts."""

    def __init__(self, title, label):
        self.title, self.label = title, label  # label: real, semi-synthetic, synthetic
        self.parts, self.verdicts = [], []

    def note(self, text):
        self.parts.append(text)

    def table(self, head, rows):
        self.parts.append([head, *rows])

    def verdict(self, name, value, unit, against, target, met, shown=None):
        value = None if value is None else round(float(value), 4)
        self.verdicts.append({"name": name, "value": value, "unit": unit, "against": against, "target": target,
                              "met": None if met is None else bool(met)})
        word = "not measured" if met is None else "met" if met else "MISSED"
        found = shown or ("-" if value is None else f"{value:.3f}")
        self.parts.append(f"{word}: {name}: {found}" + ("" if unit == "yes/no" else f" {unit}")
                          + f" against {against}; target {target}")

    def tried(self, text):
        """What was tried on the dev part; shown where a verdict of this section is missed."""
        if any(v["met"] is False for v in self.verdicts):
            self.note("tried, on the dev part only: " + text)


def figure(point, low=None, high=None, digits=3):
    if point is None or point != point:
        return "-"
    if low is None:
        return f"{point:.{digits}f}"
    return f"{point:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def difference(point, low, high):
    return f"{point:+.3f} [{low:+.3f}, {high:+.3f}]"


def verdicts(sections):
    """All figures with a target, as a section of its own."""
    out = Section("All figures with a target", "")
    word = {True: "met", False: "MISSED", None: "not measured"}
    out.table(["figure", "value", "unit", "against", "target", "verdict"],
              [[v["name"], "-" if v["value"] is None else f"{v['value']:.3f}", v["unit"], v["against"], v["target"],
                word[v["met"]]] for s in sections for v in s.verdicts])
    return out


def as_text(sections):
    out = []
    for s in sections:
        out += ["", f"== {s.title} ({s.label})" if s.label else f"== {s.title}"]
        for part in s.parts:
            if isinstance(part, str):
                out.append("   " + part)
                continue
            widths = [max(len(str(r[i])) for r in part) for i in range(len(part[0]))]
            for n, row in enumerate(part):
                out.append("   " + "  ".join(str(c).ljust(w) for c, w in zip(row, widths)).rstrip())
                if n == 0:
                    out.append("   " + "  ".join("-" * w for w in widths))
    return "\n".join(out) + "\n"


def as_markdown(sections, head):
    out = ["# What the ranking reaches on public data", "", *head]
    for s in sections:
        out += ["", f"## {s.title}" + (f" ({s.label})" if s.label else ""), ""]
        for part in s.parts:
            if isinstance(part, str):
                out.append(f"- {part}")
                continue
            out += ["", "| " + " | ".join(map(str, part[0])) + " |", "|" + " --- |" * len(part[0])]
            out += ["| " + " | ".join(map(str, row)) + " |" for row in part[1:]]
            out.append("")
    return "\n".join(out) + "\n"


def as_json(sections):
    return json.dumps([v for s in sections for v in s.verdicts], indent=1) + "\n"
