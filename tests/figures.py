"""What a measuring target found: printed as a table, written as JSON (name, value, unit, against, target, met)."""
import json
from pathlib import Path


class Figures:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, against, target=None, at_least=False):
        """at_least: the target is the smallest good value, else the largest. No target: met by itself."""
        met = target is None or (value >= target if at_least else value <= target)
        self.rows.append({"name": name, "value": round(value, 4), "unit": unit, "against": against, "target": target, "met": met})

    def write(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(self.rows, indent=1) + "\n")

    def table(self):
        lines = ["| what | value | unit | target | met | beside |", "| --- | --- | --- | --- | --- | --- |"]
        for r in self.rows:
            target = "" if r["target"] is None else f"{r['target']:g}"
            lines.append(f"| {r['name']} | {r['value']:,g} | {r['unit']} | {target} | {'yes' if r['met'] else 'NO'} | {r['against']} |")
        return "\n".join(lines)
