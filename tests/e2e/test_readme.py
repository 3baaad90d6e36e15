"""What README.md shows of an answer is what the service answers about the sandbox world."""
import json
import re
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text()


def within(part, whole, at="answer"):
    """Everything of part is in whole, and in the same order; `...` was left out."""
    if isinstance(part, dict):
        assert [k for k in whole if k in part] == list(part), at
        for key in part:
            within(part[key], whole[key], f"{at}.{key}")
    elif isinstance(part, list):
        assert len(part) == len(whole), at
        for i, (a, b) in enumerate(zip(part, whole, strict=True)):
            within(a, b, f"{at}[{i}]")
    else:
        assert part == whole, at


def test_a_real_answer(client):
    target = re.search(r"^curl 'http://127\.0\.0\.1:8080(/match\?\S+&limit=1)'$", README, re.M)[1]
    shown = json.loads(re.search(r"^```json\n(.*?)^```$", README, re.M | re.S)[1].replace(", ...", ""))
    within(shown, client.get(target).json())


def test_reading_the_score(client):
    item, = client.get("/match?niche=Vegan%20Fitness&country=US&limit=1&explain=true").json()["items"]
    rows = dict(re.findall(r"^\| (\w+) \| (\d\.\d{3} \| 0\.\d\d \| \d\.\d) \|", README, re.M))
    assert rows == {name: f"{c['value']:.3f} | {c['weight']:.2f} | {c['points_lost']:.1f}"
                    for name, c in item["explanation"]["components"].items()}
    lost, score, low, high = map(float, re.search(r"^([\d.]+) points lost, ([\d.]+) left\. `interval80` \(([\d.]+) to ([\d.]+)\)", README, re.M).groups())
    assert (score, [low, high]) == (item["score"], item["explanation"]["interval80"]) and abs(100 - lost - score) < 0.05
