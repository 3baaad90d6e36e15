"""Just enough of C for the rules: comments and strings blanked, functions with their length and nesting, prototypes."""
import re
from dataclasses import dataclass

KEYWORDS = {"if", "for", "while", "switch", "do", "else", "return", "case", "default", "sizeof", "break", "continue",
            "goto", "struct", "union", "enum", "typedef", "static", "extern", "const", "inline", "_Static_assert"}


def blank(text, keep_strings=False):
    """The same text, line for line, with comments, strings and character constants turned into spaces."""
    def gap(m):
        s = m.group(0)
        if keep_strings and s[0] in "\"'":
            return s
        return re.sub(r"[^\n]", " ", s)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', gap, text, flags=re.S)


def blank_directives(text):
    """Preprocessor lines, with their continuations, turned into spaces."""
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.M)


@dataclass
class Token:
    text: str
    line: int


def tokens(text):
    """Words and single punctuation of blanked text, each with its line; strings count as nothing."""
    line, out = 1, []
    for m in re.finditer(r"\n|[A-Za-z_]\w*|\d[\w.]*|[^\s\w]", text):
        if m.group(0) == "\n":
            line += 1
        else:
            out.append(Token(m.group(0), line))
    return out


@dataclass
class Function:
    name: str
    line: int     # of the first word of its definition
    lines: int    # from there to the closing brace, both counted
    nesting: int  # most control statements inside one another; else if does not count as deeper
    deepest: int  # line of the deepest


class Body:
    """Walks one function's statements."""

    def __init__(self, toks, at):
        self.t, self.i, self.nesting, self.deepest = toks, at, 0, toks[at].line

    def word(self, k=0):
        return self.t[self.i + k].text if self.i + k < len(self.t) else ""

    def skip_group(self):
        """Past a balanced group that opens here."""
        depth = 0
        while self.i < len(self.t):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(self.word(), 0)
            self.i += 1
            if depth == 0:
                return

    def deeper(self, depth):
        if depth > self.nesting:
            self.nesting, self.deepest = depth, self.t[self.i].line

    def statement(self, depth):
        w = self.word()
        if w == "{":
            self.block(depth)
        elif w in ("if", "for", "while", "switch"):
            self.control(depth + 1)
        elif w == "do":
            self.deeper(depth + 1)
            self.i += 1
            self.statement(depth + 1)
            self.plain()
        elif w in ("case", "default") or (re.match(r"[A-Za-z_]\w*$", w) and self.word(1) == ":"):
            while self.word() not in (":", ""):
                self.i += 1
            self.i += 1
            if self.word() != "}":
                self.statement(depth)
        elif self.macro_loop():
            self.control(depth + 1)
        else:
            self.plain()

    def control(self, depth):
        self.deeper(depth)
        self.i += 1
        self.skip_group()
        self.statement(depth)
        if self.word() == "else":
            self.i += 1
            if self.word() == "if":
                self.control(depth)
            else:
                self.statement(depth)

    def macro_loop(self):
        """NAME(...) { : a loop made by a macro."""
        if self.word() in KEYWORDS or self.word(1) != "(" or not re.match(r"[A-Za-z_]", self.word()):
            return False
        start = self.i
        self.i += 1
        self.skip_group()
        found = self.word() == "{"
        self.i = start
        return found

    def plain(self):
        while self.word() not in (";", ""):
            if self.word() in "([{":
                self.skip_group()
            elif self.word() == "}":
                return
            else:
                self.i += 1
        self.i += 1

    def block(self, depth):
        self.i += 1
        while self.word() not in ("}", ""):
            self.statement(depth)
        self.i += 1


def functions(text):
    """Every function defined in a source text."""
    toks = tokens(blank_directives(blank(text)))
    out, i, start = [], 0, 0
    while i < len(toks):
        w = toks[i].text
        if w == ";":
            start = i = i + 1
            continue
        if w != "{":
            i += 1
            continue
        name = function_name(toks[start:i])
        body = Body(toks, i)
        if not name:
            body.skip_group()
            i = body.i
            continue
        body.block(0)
        i = body.i
        out.append(Function(name, toks[start].line, toks[i - 1].line - toks[start].line + 1, body.nesting, body.deepest))
        start = i
    return out


def function_name(head):
    """The name in the words before a `{` at file scope, or None when they head no function."""
    words = [t.text for t in head]
    if "=" in words or "(" not in words or (words and words[0] == "typedef"):
        return None
    depth = 0
    for k, w in enumerate(words):
        if w == "(" and depth == 0 and k and re.match(r"[A-Za-z_]\w*$", words[k - 1]):
            if words[k - 1] not in ("__attribute__", "typeof", "PRINTF", "CLEANUP", "_Alignas"):
                return words[k - 1]
        depth += {"(": 1, ")": -1}.get(w, 0)
    return None


def prototypes(text):
    """(name, line) of every function declared, not defined, at file scope of a header."""
    toks = tokens(blank_directives(blank(text)))
    out, i, start = [], 0, 0
    while i < len(toks):
        w = toks[i].text
        if w == "{":
            body = Body(toks, i)
            body.skip_group()
            i = body.i
            if function_name(toks[start:i]) and i < len(toks) and toks[i].text not in (";", "*") \
                    and not any(t.text in ("struct", "union", "enum") for t in toks[start:start + 1]):
                start = i
        elif w == ";":
            name = function_name([t for t in toks[start:i]])
            if name and not any(t.text == "{" for t in toks[start:i]):
                out.append((name, toks[start].line))
            start = i = i + 1
        else:
            i += 1
    return out
