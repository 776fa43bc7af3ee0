"""What a file is for, told from its name, its first lines and the repository's own marks.

Whoever is in doubt is read: an unknown name is source.
"""

from __future__ import annotations

import re
from functools import lru_cache

from identify.identify import tags_from_filename

from bot.diff.attributes import DOCUMENTATION, GENERATED, VENDORED, Attributes
from bot.domain.patch import FileKind


def kind_of(path: str, text: str | None = None, marks: Attributes | None = None) -> FileKind:
    """Classify `path`, the first rule that applies.

    `text` is the file, or as much of its beginning as is known. `marks` come before our own
    table, in both directions: a path marked `-linguist-vendored` is never vendored.
    """
    said = {
        kind: None if marks is None else marks.says(attribute, path)
        for attribute, kind in _MARKS.items()
    }
    for kind, state in said.items():
        if state:
            return kind
    named = _by_name(path)
    if said.get(named) is False:
        named = FileKind.SOURCE if named is FileKind.DOCS else _by_use(path)
    if text is not None and "\0" in text[:8000]:
        return FileKind.LOCK if named is FileKind.LOCK else FileKind.BINARY
    if text is not None and named is FileKind.BINARY:
        named = _by_use(path)  # a script called logo.png is a script
    if named in _READ and said[FileKind.GENERATED] is None and _says_generated(text):
        return FileKind.GENERATED
    if named is FileKind.CONFIG and _is_manifest(path, text):
        return FileKind.INFRASTRUCTURE
    return named


_MARKS = {
    GENERATED: FileKind.GENERATED,
    VENDORED: FileKind.VENDORED,
    DOCUMENTATION: FileKind.DOCS,
}
_READ = (FileKind.SOURCE, FileKind.TEST, FileKind.CONFIG)


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern that matches where any of `patterns` does, from the start of a path's part."""
    return re.compile("|".join(rf"(?:^|/){each}" for each in patterns))


_LOCKS = _any(
    r"(?:[^/]*[.-])?lock(?:file)?(?:\.json|\.ya?ml|\.hcl|b)?$",
    r"[^/]*\.lock\.(?:json|ya?ml)$",
    r"go\.(?:sum|work\.sum)$",
    r"(?:npm-shrinkwrap|packages\.lock|Package\.resolved|project\.assets)(?:\.json)?$",
    r"(?:pnpm-lock|pubspec\.lock|gradle\.lockfile|Podfile\.lock|Cartfile\.resolved)[^/]*$",
    r"\.terraform\.lock\.hcl$",
)
_WORKFLOWS = re.compile(r"^\.github/(?:workflows|actions)/.*\.ya?ml$")
_INFRASTRUCTURE = _any(
    r"\.github/(?:workflows|actions)/",
    r"action\.ya?ml$",
    r"(?:[^/]*\.)?(?:Dockerfile|Containerfile)(?:[.-][^/]*)?$",
    r"(?:docker-)?compose(?:[.-][^/]*)?\.ya?ml$",
    r"\.dockerignore$",
    r"[^/]*\.(?:tf|tfvars|tofu|hcl|nomad|bicep)(?:\.json)?$",
    r"(?:k8s|kubernetes|helm|charts|kustomize|manifests|ansible|terraform|\.circleci)/"
    r"(?:[^/]*/)*[^/]*\.(?:ya?ml|json|tpl|toml|conf|cfg|j2)$",
    r"(?:kustomization|Chart|Pulumi|serverless|skaffold|playbook|cloudbuild|buildspec)\.ya?ml$",
    r"\.(?:gitlab-ci|travis|drone|appveyor)\.ya?ml$",
    r"(?:appveyor|azure-pipelines|bitbucket-pipelines)[^/]*\.ya?ml$",
    r"(?:Jenkinsfile|Vagrantfile|Procfile|Tiltfile|nginx\.conf|Caddyfile)$",
    r"[^/]*\.(?:service|timer)$",
)
_VENDORED = _any(
    r"(?:vendor|vendors|node_modules|bower_components|jspm_packages|third[-_]?party)/",
    r"(?:Pods|Carthage/Checkouts|site-packages|external_libs|\.yarn/(?:releases|plugins|sdks))/",
)
_GENERATED = _any(
    r"(?:dist|__generated__|__snapshots__|\.next|\.nuxt)/",
    r"[^/]*(?:\.pb\.(?:go|cc|h|gw\.go|dart)|_pb2(?:_grpc)?\.pyi?|_pb\.(?:js|ts|rb)|\.pb\.swift)$",
    r"[^/]*\.(?:min\.(?:js|css|mjs)|bundle\.js|(?:js|css|mjs|cjs|ts)\.map|map)$",
    r"[^/]*\.(?:g|freezed|gr|mocks)\.dart$",
    r"[^/]*\.(?:g|designer|Designer|generated|Generated)\.(?:cs|vb|ts|js|go|swift|kt|rs|dart)$",
    r"[^/]*(?:_generated|\.gen|_gen|\.generated)\.(?:go|ts|tsx|js|rs|py|java|swift|kt|graphql)$",
    r"(?:zz_generated[^/]*\.go|[^/]*_string\.go|bindata\.go|[^/]*\.snap)$",
)
_TESTS = _any(
    r"(?:tests?|__tests__|__mocks__|specs?|e2e|testdata|test[-_]fixtures|androidTest|Tests)/",
    r"[^/]*\.Tests?/",
    r"conftest\.py$",
    r"test[-_][^/]*\.[A-Za-z]+$",
    r"[^/]*[-_](?:tests?|unittest|spec)\.[A-Za-z]+$",
    r"[^/]*\.(?:tests?|spec|cy|e2e)\.[A-Za-z]+$",
    r"[A-Z][A-Za-z0-9_]*(?:Test|Tests|TestCase|Spec|IT)\.(?:java|kt|kts|scala|groovy|cs|fs|vb"
    r"|swift|php|m|mm|hs|cpp|ts|js)$",
    r"[^/]*\.(?:bats|feature|t)$",
)
_DOCS = _any(
    r"(?:README|LICEN[CS]E|COPYING|NOTICE|AUTHORS|CONTRIBUTORS|MAINTAINERS|CHANGELOG|CHANGES|NEWS"
    r"|HISTORY|readme|licen[cs]e|changelog)(?:-[A-Za-z0-9]+)?$",
)
_CODE_IN_TEXT = _any(
    r"(?:[^/]*[-_.])?(?:requirements|constraints)(?:[-_.][^/]*)?\.(?:txt|in)$",
    r"requirements/[^/]*\.(?:txt|in)$",
    r"(?:CMakeLists|robots|runtime|conanfile)\.txt$",
)
_DOC_TAGS = frozenset({"markdown", "rst", "asciidoc", "mdx", "tex", "bib", "plantuml", "myst"})
_CONFIG_TAGS = frozenset(
    re.findall(
        r"\S+",
        """
        babelrc bowerrc browserslistrc cargo codespellrc coveragerc csproj csslintrc csv dtd
        dockerignore dotenv editorconfig edn entitlements flake8 fsproj geojson gitattributes
        gitconfig gitignore gitmodules go-mod hgrc ini isort java-properties jshintrc json json5
        jsonld mailmap manifest msbuild npmignore pem plist pofile pom prettierignore pylintrc
        pyproject resx sln slnx svg textproto toml tsv vbproj vcxproj xcconfig xcodebuild xcscheme
        xcsettings xcworkspacedata xliff xml xsd yaml yamllint
        """,
    )
)
_BINARY_NAMES = _any(
    r"[^/]*\.(?:7z|a|apk|avi|bin|class|dat|db|deb|dmg|doc|docx|dylib|exe|flac|gz|heic|iso|jks|jpe?g"
    r"|keystore|ko|lib|mkv|mov|mp3|mp4|npy|npz|o|obj|odt|ogg|onnx|otf|parquet|pdb|pickle|pkl|ppt"
    r"|pptx|psd|pyc|pyd|pyo|rar|rpm|safetensors|sqlite3?|tgz|wasm|webm|whl|xls|xlsx|xz|zst)$",
)
_BY_NAME = (
    (_WORKFLOWS, FileKind.INFRASTRUCTURE),  # before locks: x.lock.yml runs there like any other
    (_LOCKS, FileKind.LOCK),
    (_INFRASTRUCTURE, FileKind.INFRASTRUCTURE),
)
_BY_PLACE = (
    (_VENDORED, FileKind.VENDORED),
    (_GENERATED, FileKind.GENERATED),
)


@lru_cache(maxsize=4096)
def _by_name(path: str) -> FileKind:
    for pattern, kind in _BY_NAME:
        if pattern.search(path) and not _VENDORED.search(path):
            return kind
    if _is_binary_name(path):
        return FileKind.BINARY
    for pattern, kind in _BY_PLACE:
        if pattern.search(path):
            return kind
    return _by_use(path)


def _by_use(path: str) -> FileKind:
    """What the file is for, leaving aside who wrote it."""
    tags = tags_from_filename(path)
    if _CODE_IN_TEXT.search(path):
        return FileKind.CONFIG
    if tags & _DOC_TAGS:
        return FileKind.DOCS
    if _TESTS.search(path):
        return FileKind.TEST
    if _DOCS.search(path) or "plain-text" in tags:
        return FileKind.DOCS
    if "jupyter" in tags:
        return FileKind.SOURCE
    if tags & _CONFIG_TAGS or path.rpartition("/")[2].startswith(".env"):
        return FileKind.CONFIG
    return FileKind.SOURCE


def _is_binary_name(path: str) -> bool:
    return "binary" in tags_from_filename(path) or _BINARY_NAMES.search(path.lower()) is not None


_SAYS_GENERATED = re.compile(
    r"^[ \t]*(?://|#|/?\*|<!--|--|;|%).{0,200}?"
    r"(?:\bCode generated\b.{0,400}\bDO NOT EDIT\b|(?<![\w@])@generated\b"
    r"|\b(?:auto-?generated|generated by)\b.{0,400}\bdo not (?:edit|modify)\b)",
    re.IGNORECASE | re.MULTILINE,
)


def _says_generated(text: str | None) -> bool:
    """Whether a comment in the first 20 lines says a tool wrote the file."""
    if text is None:
        return False
    return _SAYS_GENERATED.search("\n".join(text[:4000].split("\n")[:20])) is not None


def _is_manifest(path: str, text: str | None) -> bool:
    """Whether YAML is a Kubernetes object or a CloudFormation template."""
    if text is None or not path.endswith((".yml", ".yaml")):
        return False
    head = text[:4000]
    return bool(
        (re.search(r"^apiVersion:", head, re.MULTILINE) and re.search(r"^kind:", head, re.M))
        or re.search(r"^AWSTemplateFormatVersion:", head, re.MULTILINE)
    )
