"""The words that give a change away: one rule a signal, riskiest first.

Each rule is a list of words, separated by blanks, every word a small pattern without nested
repeats, so that any line is read in linear time. Lines and paths are in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A signal's name, its words behind the path, and where it is looked for."""

    name: str
    does: str
    code: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None

    def fits(self, path: str, changed: str) -> bool:
        """Whether the path or the changed lines hold one of the words."""
        in_path = self.path is not None and self.path.search(path.lower()) is not None
        return in_path or (self.code is not None and self.code.search(changed) is not None)


def _any(words: str) -> re.Pattern[str]:
    """One of `words`, anywhere."""
    return re.compile("|".join(words.split()))


def _starting(words: str) -> re.Pattern[str]:
    """One of `words` where a word, or a part of a name_like_this, begins."""
    return re.compile("(?<![a-z])(?:" + "|".join(words.split()) + ")")


_AUTHENTICATION = _starting(
    r"""auth(?!or) login log_in logon signin sign_in sso oauth oidc saml jwt passw credential mfa
    totp 2fa ldap kerberos"""
)
_AUTHORIZATION = _starting(
    r"""authori[sz] permission privilege rbac acl\b role is_?admin is_?staff superuser sudo setuid
    allowed forbid can_?access owner tenant polic access_?control"""
)

RULES: tuple[Rule, ...] = (
    Rule("authentication", "touches authentication", _AUTHENTICATION, _AUTHENTICATION),
    Rule("authorization", "touches authorization", _AUTHORIZATION, _AUTHORIZATION),
    Rule(
        "session",
        "handles sessions, cookies or cross-site rules",
        _starting("session cookie csrf xsrf samesite httponly cors access-control-"),
        _starting("session cookie csrf cors"),
    ),
    Rule(
        "crypto",
        "uses cryptography",
        _starting(
            r"""crypt cipher hmac md5 sha1 sha2 aes rsa ecdsa hash nonce random secrets\. bcrypt
            scrypt argon signature verif encrypt decrypt"""
        ),
        _starting("crypt cipher signature signing"),
    ),
    Rule(
        "secrets",
        "handles secrets",
        _starting("secret api_?key token private_?key access_?key bearer vault keyring"),
        _starting(r"secret token \.env vault"),
    ),
    Rule(
        "sql",
        "builds or runs SQL",
        _any(
            r"""\bselect\b[^\n]{0,200}\bfrom\b \bunion\s+select\b \binsert\s+into\b
            \bdelete\s+from\b \bupdate\b[^\n]{0,80}\bset\b \bdrop\s+table\b \.raw\( \braw_?sql
            execute\( executemany\( executescript\( \bquery\( preparestatement createstatement"""
        ),
        _any(r"\.sql$"),
    ),
    Rule(
        "process",
        "starts processes or evaluates code",
        _any(
            r"""subprocess \bos\.(?:system|exec|spawn|popen) \bpopen \bsystem\( \bexec[lv]?p?e?\(
            \beval\( shell\s?=\s?true child_process spawn\( runtime\.getruntime processbuilder
            os/exec shell_exec passthru new\sfunction\( __import__ importlib compile\( vm\.run"""
        ),
    ),
    Rule(
        "deserialise",
        "reads serialised objects",
        _any(
            r"""pickle marshal unserialize deseriali[sz] yaml\.(?:unsafe_|full_)?load jsonpickle
            shelve objectinputstream readobject binaryformatter xstream dill\b torch\.load etree
            xml\. domparser saxparser documentbuilder"""
        ),
    ),
    Rule(
        "path",
        "builds file paths",
        _any(
            r"""path\.join os\.path pathlib filepath\. path\.resolve path\.normalize \.\./ realpath
            sendfile send_file send_from readfile writefile \bopen\( \bfopen createreadstream
            extractall zipfile tarfile unlink symlink chmod chown tempfile mktemp upload basename"""
        ),
    ),
    Rule(
        "redirect",
        "redirects or takes addresses from outside",
        _starting("redirect return_?url next_?url callback_?url location: open_?redirect"),
    ),
    Rule(
        "html",
        "writes HTML",
        _any(
            r"""innerhtml outerhtml insertadjacenthtml document\.write dangerouslyset v-html
            html_?safe mark_?safe \|safe\b autoescape bypasssecuritytrust \.html\( escape
            saniti[sz] <script xss render_template_string content-security-policy markup\("""
        ),
        _any(r"\.(?:html?|jinja2?|j2|erb|ejs|hbs|twig|vue|svelte|cshtml|jsp)$"),
    ),
    Rule(
        "network",
        "talks to the network or sets up TLS",
        _any(
            r"""https?:// requests\. urllib httpx aiohttp \bfetch\( axios \bcurl x509
            http\.(?:get|post|client|request) \bsocket webhook \bssl\b \btls verify\s?=\s?false
            insecureskipverify rejectunauthorized certificat hostname x-forwarded \bproxy
            \blisten\( 0\.0\.0\.0 grpc"""
        ),
    ),
    Rule(
        "memory",
        "handles memory by hand",
        _any(
            r"""\bk?malloc \bcalloc \brealloc \bk?free\( \bmem(?:cpy|move|set|cmp)
            \bstr(?:n?cpy|n?cat|len|dup)\b sprintf \bgets\( \bscanf \balloca sizeof \bunsafe\b
            from_raw transmute uintptr refcount buf(?:fer)?_?(?:len|size) overflow out.of.bounds
            ->len delete\[\]"""
        ),
    ),
    Rule(
        "workflow",
        "decides what runs in CI or in production",
        _any(r"pull_request_target workflow_run \$\{\{\s?(?:github|secrets)\. self-hosted"),
        _any(
            r"""^\.github/(?:workflows|actions)/ \.gitlab-ci jenkinsfile azure-pipelines \.circleci/
            dockerfile docker-compose compose\.ya?ml$ \.tf$ codeowners$
            (?:^|/)(?:helm|charts|k8s|kubernetes)/"""
        ),
    ),
    Rule(
        "dependencies",
        "changes what is installed",
        path=re.compile(
            "(?:^|/)(?:"
            + _any(
                r"""requirements[^/]*\.txt pyproject\.toml setup\.(?:py|cfg) pipfile package\.json
                \.npmrc \.yarnrc[^/]* go\.mod cargo\.toml gemfile [^/]*\.gemspec pom\.xml
                build\.gradle(?:\.kts)? composer\.json [^/]*\.csproj nuget\.config pubspec\.yaml
                mix\.exs package\.swift"""
            ).pattern
            + ")$"
        ),
    ),
    Rule(
        "query",
        "queries a database",
        _any(
            r"""\.objects\. \.filter\( \.findall\( \.find_?(?:one|many|by|all) \.select_related
            prefetch \bselect\b[^\n]{0,200}\bfrom\b order\sby group\sby \blimit\s[0-9] \.scan\(
            n\+1 \.query\( eager lazy\s?="""
        ),
    ),
    Rule(
        "cache",
        "caches or forgets",
        _starting("cach memoi[sz] lru ttl expire invalidat redis memcache usememo"),
        _starting("cach memoi"),
    ),
    Rule(
        "locks",
        "shares state between threads or tasks",
        _any(
            r"""\block\b _lock lock\( mutex semaphore synchronized \batomic \bthread goroutine
            \bgo\sfunc executor concurren parallel \bchan\b waitgroup \bsleep\( deadlock
            promise\.all gather\("""
        ),
    ),
    Rule(
        "pools",
        "manages pools, queues or batches",
        _starting("pool queue batch worker backoff throttl"),
    ),
    Rule(
        "index",
        "changes indexes or the schema",
        _any(
            r"""\bcreate\s(?:unique\s)?index \bdrop\sindex add_?index remove_?index db_index
            \balter\stable create_?table primary\skey \.createindex\("""
        ),
        _any("(?:^|/)migrations?/"),
    ),
    Rule(
        "regex",
        "uses regular expressions",
        _any(
            r"""\bre\.(?:compile|match|search|sub|find) regexp?\b regex\. \.match\(/ \.replace\(/
            preg_"""
        ),
    ),
    Rule(
        "big-data",
        "reads or copies much at once",
        _any(
            r"""\.read\(\) readlines\( read_csv read_?all \.tolist\( deepcopy \.copy\(\) clonedeep
            pandas numpy dataframe json\.stringify \.clone\(\) chunk"""
        ),
    ),
    Rule(
        "cost",
        "speaks of speed, or walks a list",
        _any(
            r"""\bcostly\b \bexpensive\b \bslow(?:er|ly)?\b \bfaster\b \bperformance\b quadratic
            \bo\(n hot[\s-]path \boptimi[sz]\w{0,9}\b while\b[^\n]{0,100}(?:->|\.)next\b"""
        ),
    ),
    Rule(
        "error-handling",
        "changes how errors are handled",
        _any(
            r"""\bexcept\b \bcatch\b \braise\b \bthrow\b \brescue\b \bfinally\b \bpanic\(
            err\s?!=\s?nil unwrap\("""
        ),
    ),
    Rule(
        "public-api",
        "changes a public interface",
        _any(
            r"""@app\. @router\. @(?:get|post|put|delete|patch)mapping module\.exports __all__
            \bexport\s(?:default|function|class|const) \bpublic\s(?:class|interface|static|void)
            \bpub\sfn deprecat"""
        ),
        _any(r"(?:^|/)(?:api|routes|controllers|handlers)/ openapi swagger \.proto$ \.graphql$"),
    ),
)

LOOP = Rule("loop-io", "waits for I/O inside a loop")
"""Found by the shape of the code, not by a word."""

NAMES: tuple[str, ...] = (*(rule.name for rule in RULES), LOOP.name)
"""Every signal a reviewer's file may name, besides "security-evidence" and its like."""
