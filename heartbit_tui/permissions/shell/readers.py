"""Commands that only read, with the options of theirs that only read."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.permissions.shell.options import Known, known

_GREP = known(
    "EFGPivwxclLnHhoqsraIyzbTU",
    "emABC",
    "extended-regexp fixed-strings basic-regexp perl-regexp ignore-case invert-match word-regexp line-regexp count "
    "files-with-matches files-without-match line-number with-filename no-filename only-matching quiet silent "
    "no-messages recursive text null-data null color colour no-ignore-case byte-offset initial-tab line-buffered",
    "regexp max-count after-context before-context context include exclude exclude-dir color colour binary-files",
    deep="-r --recursive",
    skip=1,
    counts=True,
)
_RG = known(
    "iSswxvclnNoFUpqHIaP0",
    "egtTmABCMj",
    "ignore-case smart-case case-sensitive word-regexp line-regexp invert-match count files-with-matches "
    "files-without-match line-number no-line-number only-matching fixed-strings multiline pretty quiet with-filename "
    "no-filename heading no-heading files type-list json stats trim vimgrep column count-matches hidden text pcre2 "
    "no-ignore no-config no-messages multiline-dotall",
    "regexp glob iglob type type-not max-count after-context before-context context max-columns max-depth color "
    "colors sort sortr threads max-filesize replace encoding",
    deep="",
    skip=1,
)
_SUM = known("bztw", long="binary text tag zero")
_DIFF = known(
    "urqswbBiNyacetTpd",
    "UCWIF",
    "unified recursive brief report-identical-files ignore-all-space ignore-space-change ignore-blank-lines "
    "ignore-case new-file side-by-side text color minimal suppress-common-lines strip-trailing-cr context",
    "unified context label color width exclude ignore-matching-lines tabsize",
    deep="-r --recursive",
)

READERS: Mapping[str, Known] = MappingProxyType(
    {
        "cat": known(
            "AbeEnstTuv",
            long="show-all number-nonblank show-ends number squeeze-blank show-tabs show-nonprinting",
            careless=True,
        ),
        "tac": known("br", "s", "before regex", "separator"),
        "head": known("qvz", "nc", "quiet silent verbose", "lines bytes", counts=True, careless=True),
        "tail": known(
            "fFqvrz", "ncs", "follow quiet silent verbose retry", "lines bytes pid", counts=True, careless=True
        ),
        "wc": known("clmwL", long="bytes chars lines max-line-length words", careless=True),
        "ls": known(
            "aAbBcCdfFgGhHiklLmnNopqQrRsStuUvxXZ1",
            "IwT",
            "all almost-all author classify color directory full-time group-directories-first human-readable inode "
            "no-group numeric-uid-gid reverse recursive size si literal dereference quote-name file-type",
            "color sort time time-style width block-size ignore hide format indicator-style",
            careless=True,
        ),
        "stat": known("fLtxs", "c", "dereference file-system terse", "format printf", careless=True),
        "file": known("bikhLNrpsv0", "F", "brief mime mime-type mime-encoding keep-going no-dereference version"),
        "pwd": known("LP", most=0),
        "basename": known("az", "s", "multiple zero", "suffix", paths=False, careless=True, open_words=True),
        "dirname": known("z", long="zero", paths=False, careless=True, open_words=True),
        "realpath": known(
            "emLPqsz",
            "",
            "canonicalize-existing canonicalize-missing strip no-symlinks quiet",
            "relative-to relative-base",
        ),
        "readlink": known("femnqsvz", long="canonicalize canonicalize-existing canonicalize-missing no-newline"),
        "uname": known("asnrvmpio", long="all kernel-name kernel-release machine operating-system", most=0),
        "whoami": known(most=0),
        "id": known("agGnruz", long="user group groups name real", paths=False),
        "groups": known(paths=False),
        "nproc": known(long="all", most=0),
        "arch": known(most=0),
        "hostname": known("fsdiI", most=0),
        "uptime": known("ps", long="pretty since", most=0),
        "free": known("bkmghtlw", long="human mega giga total wide", most=0),
        "nl": known("p", "bdfhilnsvw", long_valued="body-numbering number-format number-width starting-line-number"),
        "paste": known("sz", "d", "serial", "delimiters"),
        "cut": known("nsz", "bcdf", "complement only-delimited", "bytes characters delimiter fields output-delimiter"),
        "tr": known("cCdst", long="complement delete squeeze-repeats truncate-set1", paths=False),
        "rev": known(),
        "seq": known("w", "fs", "equal-width", "format separator", paths=False, counts=True),
        "expr": known(paths=False),
        "uniq": known(
            "cduiDz", "fsw", "count repeated unique ignore-case", "skip-fields skip-chars check-chars", most=1
        ),
        "sort": known(
            "bdfghiMnRrVsuzcCm",
            "kt",
            "reverse numeric-sort human-numeric-sort version-sort unique stable check ignore-case general-numeric-sort "
            "dictionary-order ignore-leading-blanks month-sort random-sort zero-terminated",
            "key field-separator sort",
        ),
        "grep": _GREP,
        "egrep": _GREP,
        "fgrep": _GREP,
        "rg": _RG,
        "tree": known("adfipsughDFvtcUrQNqnCAxJX", "LPI", "dirsfirst noreport gitignore du prune", "filelimit charset"),
        "du": known(
            "0abchHklmsSxP",
            "dB",
            "all apparent-size bytes total human-readable summarize one-file-system si",
            "max-depth exclude block-size threshold",
        ),
        "df": known("aBhHiklPTv", "tx", "all human-readable inodes local print-type si total portability", "type"),
        "diff": _DIFF,
        "cmp": known("bls", "in", "print-bytes verbose silent quiet", "ignore-initial bytes"),
        "comm": known("123z", long="check-order nocheck-order total", long_valued="output-delimiter"),
        "md5sum": _SUM,
        "sha1sum": _SUM,
        "sha224sum": _SUM,
        "sha256sum": _SUM,
        "sha384sum": _SUM,
        "sha512sum": _SUM,
        "b2sum": _SUM,
        "cksum": known(),
        "shasum": known("bt0", "a", "binary text", "algorithm"),
        "column": known("texnR", "csNHlo", "table fillrows", "separator columns output-width table-columns"),
        "fold": known("bs", "w", "bytes spaces", "width", counts=True),
        "fmt": known("cstu", "wpg", "uniform-spacing split-only", "width prefix", counts=True),
        "expand": known("i", "t", "initial", "tabs"),
        "unexpand": known("a", "t", "all first-only", "tabs"),
        "od": known("abcdfiloxvs", "AjNtwS", long_valued="address-radix format read-bytes skip-bytes"),
        "hexdump": known("bcCdovx", "ns", "canonical"),
        "xxd": known("abeEipu", "cglos", most=1),
        "strings": known("a", "nt", "all", "bytes radix"),
        "base64": known("d", "w", "decode ignore-garbage", "wrap", most=1),
        "numfmt": known("", "d", long_valued="to from to-unit from-unit field suffix format padding", paths=False),
        "join": known("iz", "aev12jto", "ignore-case header check-order"),
        "tsort": known(most=1),
        "which": known("as", long="all", paths=False),
        "type": known("aptPf", paths=False),
        "true": known(paths=False, open_words=True),
        "false": known(paths=False),
        ":": known(paths=False, most=0),
        "jq": known(
            "rcnseSMCajR",
            "",
            "raw-output compact-output null-input slurp exit-status sort-keys monochrome-output color-output tab "
            "join-output raw-input ascii-output",
            skip=1,
        ),
    }
)

VERSIONED = frozenset(
    (
        *("python", "python3", "node", "npm", "yarn", "pnpm", "cargo", "rustc", "go", "java", "ruby", "gcc", "clang"),
        *("make", "cmake", "docker", "git", "pip", "pip3", "uv", "ruff", "pytest", "mypy", "pyright", "tsc", "deno"),
        *("bun", "rg", "jq", "bash", "g++", "cc", "ld", "curl", "tar", "gem", "php", "perl", "kubectl", "terraform"),
        *("eslint", "prettier", "poetry", "black", "isort", "tox", "pre-commit", "gh", "grep", "sed", "awk", "find"),
    )
)
"""Programs whose version may be asked for."""
