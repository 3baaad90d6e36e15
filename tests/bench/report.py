"""Figures: build/bench.json and build/bench.md."""
import json

HEAD = ("| what | requests/s | p50 / p99 / p99.9 ms | server us | PostgreSQL us | client us | MB |", "| --- | --- | --- | --- | --- | --- | --- |")


class Report:
    def __init__(self):
        self.figures, self.lines, self.notes = [], [], []

    def figure(self, name, value, unit, against="", target=None, at_least=True):
        value = round(value, 4)
        met = None if target is None else bool(value >= target if at_least else value <= target)
        self.figures.append({"name": name, "value": value, "unit": unit, "against": against, "target": target, "met": met})
        sign = "" if target is None else f" ({'>=' if at_least else '<='} {target:g}: {'met' if met else 'missed'})"
        print(f"{name}: {value:,.10g} {unit}{sign} {against}", flush=True)

    def row(self, name, m):
        """One contestant: a line of the table and its figures."""
        self.lines.append(f"| {name} | {m.rate:,.0f} | {m.p50:.2f} / {m.p99:.2f} / {m.p999:.2f} | {m.server_us:.1f} | {m.postgres_us:.1f} | "
                          f"{m.client_us:.1f} | {m.memory_mb:.0f} |")
        self.figure(f"{name}: rate", m.rate, "requests/s")
        for label, value, unit in (("p50", m.p50, "ms"), ("p99", m.p99, "ms"), ("p99.9", m.p999, "ms"), ("server", m.server_us, "us/request"),
                                   ("PostgreSQL", m.postgres_us, "us/request"), ("client", m.client_us, "us/request"), ("memory", m.memory_mb, "MB")):
            self.figures.append({"name": f"{name}: {label}", "value": round(value, 4), "unit": unit, "against": "", "target": None, "met": None})

    def note(self, text):
        self.notes.append(text)
        print(text, flush=True)

    def write(self, out):
        out.mkdir(parents=True, exist_ok=True)
        (out / "bench.json").write_text(json.dumps(self.figures, indent=1) + "\n")
        aims = [f for f in self.figures if f["target"] is not None]
        text = [*self.notes, ""]
        if self.lines:
            text += [*HEAD, *self.lines, ""]
        if aims:
            text += ["| figure | measured | target | |", "| --- | --- | --- | --- |"]
            text += [f"| {f['name']} | {f['value']:,.4g} {f['unit']} | {f['target']:g} | {'met' if f['met'] else 'missed'} |" for f in aims]
        (out / "bench.md").write_text("\n".join(text) + "\n")
        print("\n".join(text))
