"""What an answer says: numbers, lists and words in the many forms in which people write them."""

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from itertools import islice

MOST = 10_000
NUMBER = re.compile(r"[+-]?(\d{1,15}\.?\d*|\.\d+)(e[+-]?\d{1,2})?(/\d{1,15})?%?")
THOUSANDS = re.compile(r"(?<!\S)-?\d{1,3}(,\d{3})+(?=,?(\s|$))")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def plain(value):
    """Tensors, arrays, tuples, ranges, iterators as lists; a single number; words in lower case."""
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=repr)
    if hasattr(value, "__next__") or isinstance(value, range):
        value = list(islice(value, MOST))
    if isinstance(value, tuple | list | range):
        return [plain(part) for part in value]
    return value.strip().casefold() if isinstance(value, str) else value


def same(a, b, tolerance=1e-6):
    """Whether two plain values agree: fractions up to a relative tolerance, all else exactly."""
    if isinstance(a, list) != isinstance(b, list):
        a, b = (part[0] if isinstance(part, list) and len(part) == 1 else part for part in (a, b))
        return not isinstance(a, list) and not isinstance(b, list) and same(a, b, tolerance)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if is_number(a) and is_number(b):
        if a % 1 == 0 == b % 1:
            return a == b
        close = math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-6)
        return (a != a and b != b) or (close and (b % 1 != 0 or abs(a - b) < 0.01))
    return type(a) is type(b) and a == b


def understood(text):
    """The number in a text, "15/2", "10 %" or "28,868,968", or numbers, "5 × 5", "5 and 6"."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    text = text.replace("−", "-").replace("_", "").replace(" %", "%")
    if "**" in text:
        return None
    text = re.sub(r"\b(and|by)\b", " ", text)
    text = THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    parts = [part for part in re.split(r"\s*[x×*·,;\s]\s*", text.strip("()[] ")) if part]
    if not all(map(NUMBER.fullmatch, parts)):
        return None
    try:
        numbers = [
            float(Fraction(part.rstrip("%")) / (100 if "%" in part else 1)) for part in parts
        ]
    except (ZeroDivisionError, OverflowError):
        return None
    return (numbers[0] if len(numbers) == 1 else numbers) if numbers else None


def product(text):
    """What a text such as "49 · 25" comes to; None if it is no product."""
    numbers = understood(text)
    parts = re.split(r"[x×*·]", text.strip().casefold())
    is_one = isinstance(numbers, list) and len(parts) == len(numbers) > 1
    return math.prod(numbers) if is_one and all(map(str.strip, parts)) else None


def meant(given, right):
    """What else an answer may mean: a number for a square, a square for its side, or several."""
    if (
        is_number(given)
        and isinstance(right, list)
        and len(right) > 1
        and len(set(map(str, right))) == 1
    ):
        yield [given] * len(right)
    if isinstance(given, list) and is_number(right) and len(given) == 2 and same(*given):
        yield given[0]
    if isinstance(given, list) and isinstance(right, list):
        flat = [number for part in given for number in (part if isinstance(part, list) else [part])]
        pairs = list(zip(flat[::2], flat[1::2], strict=False))
        if (
            len(flat) == 2 * len(right)
            and all(map(is_number, flat))
            and all(same(*pair) for pair in pairs)
        ):
            yield [pair[0] for pair in pairs]


def partly(given, right, tolerance):
    """What of a list of numbers is right, in words; "" if nothing is."""
    if not isinstance(right, list) or are_words(right):
        return ""
    if is_number(given):
        return "There is more than one number to give."
    if not isinstance(given, list) or len(given) != len(right):
        return ""
    hits = [
        name for name, a, b in zip(ORDINALS, given, right, strict=False) if same(a, b, tolerance)
    ]
    return f"Right so far: the {' and the '.join(hits)}." if hits else ""


def is_number(value):
    """Whether it is a plain number; True and False are none."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def are_words(value):
    """Whether it is a list of texts, and not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def letters(value):
    """The letters in "AC", "a, c" or ["A", "C"], each once, in order; [] in what is no text."""
    if not isinstance(value, str | list | tuple):
        return []
    words = re.findall("[a-z]+", unicodedata.normalize("NFKC", str(value)).casefold())
    return sorted({word for word in words if len(word) == 1} or set("".join(words)))
