"""A schema of openapi.yaml as one function, eight times as quick as jsonschema, which says what was wrong once something is.
It knows the keywords that openapi.yaml uses and fails on any other; test_examples.py holds it to jsonschema's verdict."""
import re

# Loops, not generators, and one look at type(v): this runs over every value of every answer.
SAYS_NOTHING = {"description", "format", "example", "examples", "default", "title", "deprecated"}
TYPES = {"null": {type(None)}, "boolean": {bool}, "string": {str}, "object": {dict}, "array": {list}, "number": {int, float}, "integer": {int}}
BOUNDS = {"minimum": ("number", lambda v, n: v >= n), "maximum": ("number", lambda v, n: v <= n),
          "exclusiveMinimum": ("number", lambda v, n: v > n),
          "minLength": ("string", lambda v, n: len(v) >= n), "maxLength": ("string", lambda v, n: len(v) <= n),
          "minItems": ("array", lambda v, n: len(v) >= n), "maxItems": ("array", lambda v, n: len(v) <= n)}


def one_of(values):
    def told_apart(v):
        return isinstance(v, bool), v
    assert not any(isinstance(v, (dict, list)) for v in values)
    known = {told_apart(v) for v in values}
    return lambda v: not isinstance(v, (dict, list)) and told_apart(v) in known


class Quick:
    """quick(schema)(value): whether it fits. resolve gives what a $ref names."""

    def __init__(self, resolve):
        self.resolve, self.named = resolve, {}

    def __call__(self, schema):
        tests = [test for keyword, argument in schema.items() if (test := self.test(keyword, argument, schema))]
        if len(tests) == 1:
            return tests[0]

        def test(v):
            for one in tests:
                if not one(v):
                    return False
            return True
        return test

    def reference(self, schema):
        """Made when first used: schemas may hold themselves."""
        name = schema["$ref"]

        def test(v):
            if name not in self.named:
                self.named[name] = self(self.resolve(schema))
            return self.named[name](v)
        return test

    def properties(self, schema):
        known = {name: self(part) for name, part in schema.get("properties", {}).items()}
        required, more = schema.get("required", ()), schema.get("additionalProperties", True)
        other = (lambda v: more) if isinstance(more, bool) else self(more)

        def test(v):
            if type(v) is not dict:
                return True
            for name in required:
                if name not in v:
                    return False
            for name, part in v.items():
                if not known.get(name, other)(part):
                    return False
            return True
        return test

    def test(self, keyword, argument, schema):
        if keyword in SAYS_NOTHING:
            return None
        if keyword in ("properties", "required", "additionalProperties"):  # one test, by the first of them
            first = next(k for k in schema if k in ("properties", "required", "additionalProperties"))
            return self.properties(schema) if keyword == first else None
        if keyword in BOUNDS:
            kind, fits = BOUNDS[keyword]
            types = TYPES[kind]
            return lambda v: type(v) not in types or fits(v, argument)
        return getattr(self, "test_" + keyword.strip("$"))(argument)

    def test_ref(self, name):
        return self.reference({"$ref": name})

    def test_type(self, names):
        names = [names] if isinstance(names, str) else names
        types = set().union(*(TYPES[name] for name in names))
        if "integer" in names and "number" not in names:
            return lambda v: type(v) in types or type(v) is float and v.is_integer()
        return lambda v: type(v) in types

    def test_enum(self, values):
        return one_of(values)

    def test_const(self, value):
        return one_of([value])

    def test_pattern(self, text):
        pattern = re.compile(text)
        return lambda v: type(v) is not str or pattern.search(v) is not None

    def test_items(self, schema):
        test = self(schema)
        return lambda v: type(v) is not list or all(map(test, v))

    def test_propertyNames(self, schema):  # noqa: N802 (the keyword)
        test = self(schema)
        return lambda v: not isinstance(v, dict) or all(map(test, v))

    def test_oneOf(self, schemas):  # noqa: N802
        tests = [self(schema) for schema in schemas]
        return lambda v: sum(1 for test in tests if test(v)) == 1
