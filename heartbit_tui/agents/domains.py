"""The words by which a task and an agent are told to be about something, and how words are compared."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "code": "code implement refactor debug compile function class module rust python javascript typescript java "
        "golang programming syntax bug fix test",
        "research": "research investigate analyze study survey find search explore review literature paper arxiv",
        "database": "database sql query table schema migration postgres mysql sqlite mongodb redis index",
        "frontend": "frontend ui ux component react vue angular css html layout responsive design button form modal",
        "backend": "backend api endpoint server rest graphql middleware authentication authorization route handler",
        "devops": "devops deploy docker kubernetes ci/cd pipeline infrastructure terraform ansible nginx monitoring "
        "logging",
        "writing": "write document documentation readme blog article report summary copywriting content draft",
        "security": "security vulnerability audit penetration encryption auth cors xss injection firewall certificate "
        "tls",
    }
)
_PHRASES: Mapping[str, tuple[str, ...]] = MappingProxyType({"code": ("unit test",), "writing": ("edit text",)})
_WORD = re.compile(r"[^\W_]+")
_VOWEL = re.compile(r"[aeiouy]")
SHORT = 3
"""Letters of a word that is compared as it stands."""
NAMES = frozenset({"cors", "redis", "kubernetes", "postgres", "logging"})
"""Words that would mean something else without their endings."""


def stems(text: str) -> tuple[str, ...]:
    """The words of a text in their order, in the form in which they are compared."""
    return tuple(stem(word) for word in _WORD.findall(text.casefold()))


def stem(word: str) -> str:
    """A word in lower case without the endings of plurals and of English verbs: `queries`, `tested` and `routing`."""
    if len(word) <= SHORT or word in NAMES or not word.isascii():
        return word
    if word.endswith(("ies", "ied")) and len(word) > SHORT + 1:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "sis")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORT and _VOWEL.search(rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > SHORT else word


def doing(name: str) -> frozenset[str]:
    """The stems of what agents with such a name do: `review` of a reviewer, `audit` of a security-auditor."""
    words = (word for word in _WORD.findall(name.casefold()) if len(word) > SHORT + 1 and word.endswith(("er", "or")))
    return frozenset(stem(f"{word[:-2]}ed") for word in words)


def holds(text: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether these words stand in the text one behind the other."""
    size = len(phrase)
    return any(text[start : start + size] == phrase for start in range(len(text) - size + 1))


def counted(text: str) -> Mapping[str, int]:
    """The domains that a text is about, and how many of its words say so."""
    words = stems(text)
    found: dict[str, int] = {}
    for name, known in DOMAINS.items():
        count = sum(word in known for word in words) + sum(holds(words, phrase) for phrase in PHRASES[name])
        if count:
            found[name] = count
    return found


def _phrases(name: str) -> tuple[tuple[str, ...], ...]:
    """What of a domain has several words; a slash is between two."""
    several = (word for word in _WORDS[name].split() if "/" in word)
    return tuple(stems(phrase) for phrase in (*_PHRASES.get(name, ()), *several))


DOMAINS: Mapping[str, frozenset[str]] = MappingProxyType(
    {name: frozenset(stem(word) for word in words.split() if "/" not in word) for name, words in _WORDS.items()}
)
"""Each domain with the stems of its words; the seed's lists."""

PHRASES: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType({name: _phrases(name) for name in _WORDS})
"""Each domain with its words of several parts, as stems."""
