import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.errors import ConfigError
from bot.settings import Settings, load

SECRETS = {
    "WEBHOOK_SECRET": "newest" + "1" * 10 + ",oldest" + "2" * 10,
    "ANTHROPIC_API_KEY": "sk-ant-" + "c" * 20,
    "GITHUB_TOKEN": "ghp_" + "a" * 36,
    "DASHBOARD_TOKEN": "dash" + "3" * 10,
    "DATABASE_URL": "postgresql://bot:p%40ssw" + "ord99@db/reviews",
}


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


PEM = pem_of(rsa.generate_private_key(65537, 1024))


def settings(**environ: str) -> Settings:
    return load(environ, env_file=None)


def test_without_anything_set_the_defaults_stand(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings()
    assert found.home == tmp_path / ".ai-review"
    assert found.database_url == f"sqlite:///{tmp_path}/.ai-review/ai-review.db"
    assert (found.port, found.dry_run, found.log_level, found.log_format) == (
        8000,
        False,
        "info",
        "text",
    )
    assert found.github_api_url == "https://api.github.com"
    assert (found.app_id, found.webhook_secrets, found.config_dir) == (None, (), None)
    assert found.own_secrets == ()
    assert not found.home.exists()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings(APP_ID="", PORT=" ", WEBHOOK_SECRET="") == settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        pytest.param("APP_ID", "12", "app_id", 12, id="app-id"),
        pytest.param("PORT", "0", "port", 0, id="any-port"),
        pytest.param("DRY_RUN", "Yes", "dry_run", True, id="yes"),
        pytest.param("DRY_RUN", "off", "dry_run", False, id="off"),
        pytest.param("LOG_LEVEL", "WARNING", "log_level", "warning", id="level"),
        pytest.param("LOG_FORMAT", "json", "log_format", "json", id="format"),
        pytest.param(
            "WEBHOOK_SECRET",
            "a" * 8 + " , " + "b" * 8,
            "webhook_secrets",
            ("a" * 8, "b" * 8),
            id="two-secrets",
        ),
        pytest.param(
            "GITHUB_API_URL",
            "https://ghe.example/api/v3/",
            "github_api_url",
            "https://ghe.example/api/v3",
            id="enterprise",
        ),
        pytest.param(
            "GITHUB_API_URL",
            "http://127.0.0.1:9",
            "github_api_url",
            "http://127.0.0.1:9",
            id="sandbox",
        ),
        pytest.param(
            "ANTHROPIC_BASE_URL",
            "http://models.lan:11434",
            "anthropic_base_url",
            "http://models.lan:11434",
            id="own-model",
        ),
        pytest.param(
            "DATABASE_URL",
            "postgres://u@h/d",
            "database_url",
            "postgresql://u@h/d",
            id="old-scheme",
        ),
    ],
)
def test_a_variable_becomes_its_field(name: str, text: str, field: str, value: object) -> None:
    assert getattr(settings(**{name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("APP_ID", "my-app"),
        ("APP_ID", "0"),
        ("APP_ID", "١٢"),
        ("PORT", "65536"),
        ("PORT", "8e3"),
        ("DRY_RUN", "maybe"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("WEBHOOK_SECRET", "short"),
        ("WEBHOOK_SECRET", "long enough,short"),
        ("WEBHOOK_SECRET", "1234"),
        ("GITHUB_API_URL", "http://github.example"),
        ("GITHUB_API_URL", "api.github.com"),
        ("GITHUB_API_URL", "https://"),
        ("GITHUB_API_URL", "https://host:port"),
        ("ANTHROPIC_BASE_URL", "file:///etc/passwd"),
        ("ANTHROPIC_BASE_URL", "https://bot.example/?a=1"),
        ("ANTHROPIC_BASE_URL", "https://bot.example/a b"),
        ("ANTHROPIC_BASE_URL", "smee"),
        ("DATABASE_URL", "mysql://h/d"),
        ("DATABASE_URL", "sqlite://"),
        ("AI_REVIEW_CONFIG", "/nowhere/at/all"),
        ("PRIVATE_KEY", "not a key"),
        ("PRIVATE_KEY", base64.b64encode(b"nor this").decode()),
        ("PRIVATE_KEY", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_its_variable(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{name: text})
    assert name in str(caught.value)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["ANTHROPIC_BASE_URL", "DATABASE_URL", "WEBHOOK_SECRET", "PRIVATE_KEY"]
)
def test_a_wrong_value_that_may_hold_a_secret_is_not_repeated(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{name: "x://u:pw9@h" if name.endswith("URL") else "pw9"})
    assert "pw9" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PEM, id="as-it-is"),
        pytest.param(PEM.replace("\n", "\\n"), id="on-one-line"),
        pytest.param(base64.b64encode(PEM.encode()).decode(), id="base64"),
        pytest.param(PEM.replace("\n", "\r\n"), id="windows"),
    ],
)
def test_the_key_is_read_however_it_is_written(text: str) -> None:
    app_id, pem = settings(APP_ID="7", PRIVATE_KEY=text).require_app()
    assert (app_id, pem.split()) == (7, PEM.split())


def test_the_key_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text(PEM, encoding="ascii")
    assert settings(APP_ID="7", PRIVATE_KEY_PATH=str(path)).require_app() == (7, PEM)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        pytest.param({}, "APP_ID", id="nothing"),
        pytest.param({"APP_ID": "7"}, "PRIVATE_KEY", id="no-key"),
        pytest.param(
            {"APP_ID": "7", "PRIVATE_KEY_PATH": "/nowhere/app.pem"},
            "/nowhere/app.pem",
            id="no-file",
        ),
        pytest.param({"APP_ID": "7", "PRIVATE_KEY": PEM[:400]}, "damaged", id="cut-off"),
        pytest.param(
            {"APP_ID": "7", "PRIVATE_KEY": pem_of(ec.generate_private_key(ec.SECP256R1()))},
            "RSA",
            id="not-rsa",
        ),
    ],
)
def test_an_app_that_cannot_sign_in_says_what_is_missing(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        settings(**environ).require_app()
    assert caught.value.remedy


def test_without_a_webhook_secret_nothing_is_received() -> None:
    with pytest.raises(ConfigError, match="WEBHOOK_SECRET"):
        settings().require_webhook_secrets()
    assert settings(WEBHOOK_SECRET="a" * 8).require_webhook_secrets() == ("a" * 8,)


def test_no_secret_shows_and_every_secret_is_known_to_the_last_gate() -> None:
    found = settings(APP_ID="7", PRIVATE_KEY=PEM, **SECRETS)
    for secret in (
        *SECRETS["WEBHOOK_SECRET"].split(","),
        SECRETS["ANTHROPIC_API_KEY"],
        SECRETS["GITHUB_TOKEN"],
        SECRETS["DASHBOARD_TOKEN"],
        "p%40ssw" + "ord99",
        "p@ssw" + "ord99",
        PEM.strip(),
        PEM.splitlines()[3],
    ):
        assert secret in found.own_secrets
        assert secret not in repr(found)


def test_a_dummy_key_of_a_local_model_is_not_looked_for_in_texts() -> None:
    assert settings(ANTHROPIC_API_KEY="none").own_secrets == ()


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        f"# ours\nexport PORT=9000\nLOG_LEVEL='debug' # loud\n\nPRIVATE_KEY=\"{PEM}\"\nEMPTY\n",
        encoding="utf-8",
    )
    found = load({"PORT": "9001"}, env_file=path)
    assert (found.port, found.log_level, found.private_key) == (9001, "debug", PEM)


def test_a_broken_line_of_the_env_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=9000\nLOG_LEVEL='debug\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2 of"):
        load({}, env_file=path)


def test_an_env_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"PORT=\xff\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        load({}, env_file=path)


def test_without_arguments_it_reads_the_process_environment(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORT=9000\nLOG_LEVEL=error\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9002")
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    assert (load().port, load().log_level) == (9002, "error")


def test_reading_settings_loads_nothing_heavy() -> None:
    program = (
        "import sys, bot.settings as s; s.load({}, env_file=None);"
        "print(*{'pydantic', 'cryptography', 'dotenv', 'yaml', 'flask'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
