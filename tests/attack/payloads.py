"""What is sent where a value is expected: families of texts (bytes where no text can say it), JSON values and header values.
All of them apply to every parameter and field; nothing here knows of any."""

TEXTS = {
    "sql": ["' or 1=1--", "'; drop table creator;--", "1;select pg_sleep(5)", "$1", "%' like '", "\\'; --", "1) union select null--",
            "' || pg_sleep(5) || '", "$$;select 1$$", "/*", "E'\\''", "\"; --", "a' and 1=cast((select version()) as int)--", "{1,2}", "{\"", ":x", "?"],
    "like": ["%" * 100, "_" * 100, "\\" * 101, "*", "(" * 60, "(a+)+$", "[", "a|b", "a & | ! b", "':*", "<->", "!!!"],
    "formula": ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")", ";=1", "\"=1\""],
    "header": ["a\r\nX-Injected: 1", "a\nSet-Cookie: x=1", "a\rX-Injected: 1", "%0d%0aX-Injected: 1", "\u560d\u560aX-Injected: 1",
               "a\r\n\r\nHTTP/1.1 200 OK\r\nX-Injected: 1\r\n\r\n", "\u2028X-Injected: 1"],
    "path": ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "....//etc/passwd", "/etc/passwd", "file:///etc/passwd", "..\\..\\x",
             "%2e%2e/", ".", "..", "~", "C:\\x", "/proc/self/environ", "a/b", "//x"],
    "script": ["<script>alert(1)</script>", "\"><img src=x onerror=1>", "javascript:alert(1)", "`id`", "$(id)", "; ls", "| ls",
               "{{7*7}}", "${jndi:ldap://x/a}", "%s%s%n%n", "%x" * 50, "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "http://169.254.169.254/"],
    "number": ["0", "-0", "-1", "1", "1e308", "1e309", "-1e309", "NaN", "-nan", "Infinity", "inf", "0x10", "9223372036854775807",
               "9223372036854775808", "-9223372036854775809", "18446744073709551616", "2147483647", "2147483648", "9" * 180, "1e-400",
               "0." + "0" * 150 + "1", "\u0661\u0662\u0663", "\uff11", "1_000", "1,000", " 1", "1 ", "+1", "1.0.0", "00001", "1e1e1", ".5", "5.", "1pct", "1e308pct", "NaNpct", "-5pct"],
    "time": ["0000-00-00", "9999-12-31T23:59:60Z", "2026-02-30", "-infinity", "infinity", "now", "epoch", "1970-01-01T00:00:00+99:99",
             "10000-01-01", "2026-10-30T18:00:00", "-4713-01-01", "2026-10-30T24:00:00Z", "99999999999999", "2026-10-30 18:00:00.123456789Z", "294277-01-01T00:00:00Z"],
    "list": ["," * 60, "-" * 60, "-,-,-", "a," * 60, ":" * 60, "a:b:c", "US:1e308", "US:NaN", "US:-1", ",US", "US,", "-US,US", "--US",
             "true", "null", "[[[[", "{\"a\":1}", "\"", "'", "\\", " ", "", "@", "@@", "#", "##", "-", "+"],
    "unicode": ["\u202eabc", "a" + "\u0301" * 60, "\u200b", "\ufdfa" * 15, "\ufeff", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufffd", "\u0130",
                "\u00df", "\u0149", "\U0010ffff", "\ufffe", "\u1e9e", "\u0345", "\u2126", "\u0007", "\x1b[31m", "\x7f", "\u0085", "\xa0"],
    "bytes": [b"\x00", b"a\x00b", b"\xff", b"\xc0\xaf", b"\xc1\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xe2\x82",
              b"\xf8\x88\x80\x80\x80", b"\x80", b"\xe9", b"\xff\xfea\x00"],
    "long": ["a" * 300, "vegan " * 40, "\u00e9" * 300, "a" * 2100, "9" * 2100, "\U0001f600" * 500, "=" * 2100],
}

# As they stand in a JSON text, in place of a value
JSON = {
    "json type": [b"true", b"false", b"null", b"0", b"-1", b"0.1", b'""', b"{}", b"[]", b"[[]]", b"[null]", b'{"a":{"b":[]}}', b'["a",1,{}]', b'["a","a"]',
                  b"[" + b",".join([b'"a"'] * 2000) + b"]"],
    "json number": [b"1e308", b"-1e308", b"1e309", b"1e999999999", b"-0", b"-0.0", b"1e-999", b"9223372036854775808", b"12345678901234567890123456789",
                    b"0." + b"0" * 400 + b"1", b"9" * 1000, b"2147483648", b"1.5", b"01", b"+1", b".5", b"1.", b"0x1", b"NaN", b"-Infinity", b"1e", b"--1"],
    "json text": [b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d"', b'"a\\u0000b"', b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\x41"', b'"\\u12"', b'"\x01"', b'"\xff"',
                  b'"\xed\xa0\x80"', b'"\xc0\xaf"', b'"\n"', b'"a', b"'a'", b"a", b'"\\"', b'"\\uD83D\\u0041"', b'"\\u2028"', b'"\\ufffe"'],
    "json deep": [b"[" * 100_000, b"[" * 30_000 + b"]" * 30_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b"[" * 60 + b"]" * 60, b'[{"a":' * 5_000],
    "json long": [b'"' + b"a" * 70_000 + b'"', b'"' + b"\\u0041" * 15_000 + b'"', b'"' + b"a" * 2_000_000 + b'"', b'"' + "\u00e9".encode() * 6_000 + b'"'],
}

# The value of a header
HEADERS = {
    "header value": [b"", b" ", b"*", b"*/*", b",", b"," * 500, b";", b";q=", b"q=1", b"*;q=nan", b"*;q=1e999", b"gzip;q=-1", b"a;q=0.0001, b;q=2", b"\"", b"\"a", b"W/", b"W/\"", b"W/\"x\"",
                     b"\"" + b"a" * 5000 + b"\"", b"a" * 5000, b"null", b"0", b"-1", b"99999999999999999999", b"\xff\xfe", b"\xc3\xa9", b"'; drop table creator;--", b"=1+1",
                     b"../../etc/passwd", b"%0d%0aX-Injected: 1", b"${jndi:ldap://x}", b"<script>", b"http://localhost", b"http://localhost:1@evil.example", b"https://a b", b"text/csv", b"application/json;charset=utf-16",
                     b"multipart/form-data; boundary=" + b"x" * 300, b"100-continue", b"a, b, c", b"a=b; c=d", b"Bearer", b"Bearer ", b"Bearer nk_", b"Bearer nk_1_" + b"0" * 500, b"Basic YTpi",
                     b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00", b"00-" + b"f" * 32 + b"-" + b"f" * 16 + b"-ff", b"x" * 64, b"x" * 65],
}
HEADER_NAMES = ["Accept", "Accept-Encoding", "If-None-Match", "If-Match", "Idempotency-Key", "Origin", "Access-Control-Request-Method", "Content-Type", "Content-Encoding",
                "X-Request-Id", "traceparent", "Authorization", "Cookie", "Range", "Forwarded", "X-Forwarded-For", "Connection", "Expect", "Upgrade", "Host"]
