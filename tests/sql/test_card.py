"""account_score.card: what a list shows of an account as one value, made by PostgreSQL from the columns."""
import struct

NUMBERS = "engagement_rate, authenticity, price_usd, engagement_usual, engagement_typical"
TEXTS = "name, bio, picture_url, platform, username, url, engagement_basis, price_source"
ORDER = ("name", "bio", "picture_url", "platform", "username", "url", "engagement_rate", "engagement_basis", "authenticity", "price_usd",
         "price_source", "last_post_at", "engagement_usual", "observed_at", "niche_ids", "posts", "engagement_typical", "signal_measured",
         "signal_unusual")
READ = {**dict.fromkeys(NUMBERS.split(", "), lambda b: struct.unpack(">d", b)[0]), **dict.fromkeys(TEXTS.split(", "), bytes.decode)}


def values(card):
    """The bytes of each value, None for null."""
    found, at = [], 0
    while at < len(card):
        n, = struct.unpack_from(">i", card, at)
        at += 4
        found.append(None if n < 0 else card[at:at + n])
        if n >= 0:
            assert card[at + n] == 0
            at += n + 1
    return found


def numbers(array):
    dimensions, nulls, of = struct.unpack_from(">iii", array)
    if not dimensions:
        return []
    n, = struct.unpack_from(">i", array, 12)
    assert (dimensions, nulls, of, len(array)) == (1, 0, 23, 20 + 8 * n)
    return [struct.unpack_from(">i", array, 24 + 8 * i)[0] for i in range(n)]


def card_of(db, creator):
    row = db.execute(f"select card, extract(epoch from last_post_at), extract(epoch from observed_at), {', '.join(ORDER)}"
                     " from account_score where creator_id = %s", [creator]).fetchone()
    return values(row[0]), row[1:3], dict(zip(ORDER, row[3:], strict=True))


def check(card, times, columns):
    assert len(card) == len(ORDER)
    for name, value in zip(ORDER, card, strict=True):
        if name == "niche_ids":
            read = numbers(value)
        elif name in ("last_post_at", "observed_at"):
            seconds = times[name == "observed_at"]
            assert (None if value is None else struct.unpack(">q", value)[0]) == (None if seconds is None else int(seconds * 1_000_000)), name
            continue
        else:
            read = None if value is None else READ.get(name, lambda b: struct.unpack(">q", b)[0])(value)
        assert read == columns[name], name


def test_card_is_what_the_columns_say(sandbox_db):
    creators = [c for c, in sandbox_db.execute("select creator_id from account_score order by creator_id limit 300")]
    for creator in creators:
        check(*card_of(sandbox_db, creator))


def test_cards_of_what_is_rare(sandbox_db):
    """Null, empty, of other alphabets, long."""
    of = dict.fromkeys(TEXTS.split(", "), "x") | dict.fromkeys(NUMBERS.split(", "), 0.25)
    of |= {"last_post_at": None, "observed_at": None, "posts": 0, "signal_measured": 2**31 - 1, "signal_unusual": 0, "niche_ids": []}
    for rare in ({"name": None, "bio": None, "picture_url": None, "engagement_rate": None}, {"name": "", "bio": "", "niche_ids": [1]},
                 {"name": "日本 🌱 \\ \"", "bio": "x\n" * 4096, "engagement_rate": -1.5, "niche_ids": [7, 8, 2**31 - 1]}):
        columns = of | rare
        card, = sandbox_db.execute(f"select account_card({', '.join(name + ' => %s' for name in ORDER)})".replace(
            "niche_ids => %s", "niche_ids => %s::integer[]").replace("_at => %s", "_at => %s::timestamptz"),
            [columns[name] for name in ORDER]).fetchone()
        check(values(card), (None, None), columns)
