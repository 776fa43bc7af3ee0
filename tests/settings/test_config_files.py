from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget
from bot.domain.patch import FileKind
from bot.domain.plan import Risk
from bot.errors import ConfigError
from bot.intake.reviewer_file import parse_reviewer
from bot.settings import (
    config_file,
    config_text,
    load_defaults,
    load_prices,
    load_reviewers,
    load_tiers,
)
from bot.settings.folders import shipped_folder

FRONT = """+++
name = "style"
category = "quality"
tier = "cheap"
signals = ["secrets"]
skip_kinds = ["docs", "lock"]
floor = "medium"
max_findings = 4
+++
"""
PRICE = 'input = "1"\noutput = "2"\ncache_write = "3"\ncache_read = "4"\n'


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_everything_that_ships_loads_and_fits_together() -> None:
    defaults, tiers, prices = load_defaults(), load_tiers(), load_prices()
    assert defaults.run.quiet_s == 10
    assert defaults.policy.budget_usd == defaults.run_usd == Decimal("1.00")
    assert defaults.budget == Budget(Decimal("1.00"), Decimal("25.00"), Decimal("300.00"))
    assert defaults.policy.skip_labels == ("skip-ai-review",)
    assert {each.model for each in tiers.values()} <= set(prices)
    reads = {each.tier_for(risk) for each in load_reviewers() for risk in Risk}
    assert reads <= set(tiers)
    assert {name: each.fallback for name, each in tiers.items()} == {
        "cheap": "standard",
        "standard": "cheap",
        "deep": "standard",
    }


def test_every_default_says_what_it_is() -> None:
    for line in config_text("defaults.toml").splitlines():
        assert "=" not in line.split("#")[0] or "# " in line, line


def test_the_operators_file_wins_and_the_others_still_ship(tmp_path: Path) -> None:
    own = put(tmp_path, "pricing.toml", "models = {}\n")
    assert config_file("pricing.toml", own) == own / "pricing.toml"
    assert config_file("models.toml", own) == shipped_folder() / "models.toml"
    assert config_file("rules", own) == shipped_folder() / "rules"
    assert load_prices(own) == {}


def test_a_file_that_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"prompts/none\.md"):
        config_file("prompts/none.md", tmp_path)


def test_the_operators_defaults_need_only_what_differs(tmp_path: Path) -> None:
    own = put(tmp_path, "defaults.toml", '[policy]\nfail_at = "never"\n[budget]\nrun_usd = "2"\n')
    defaults = load_defaults(own)
    assert defaults.policy.fail_at is None
    assert defaults.policy.budget_usd == defaults.run_usd == defaults.budget.run_usd == 2
    assert defaults.budget.day_usd == load_defaults().budget.day_usd
    assert defaults.run == load_defaults().run


def test_recovery_can_be_turned_off_and_its_limits_are_checked(tmp_path: Path) -> None:
    shipped = load_defaults().recovery
    assert (shipped.deliveries_s, shipped.reconcile_s, shipped.reconcile_days) == (300, 3600, 3)
    own = put(tmp_path, "defaults.toml", "[recovery]\ndeliveries_s = 0\n")
    assert load_defaults(own).recovery == replace(shipped, deliveries_s=0)
    for wrong in ("deliveries_s = -1", "reconcile_days = 0", "often = 1"):
        own = put(tmp_path, "defaults.toml", f"[recovery]\n{wrong}\n")
        with pytest.raises(ConfigError, match="recovery"):
            load_defaults(own)


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        pytest.param('"7.50"', Decimal("7.50"), id="dollars"),
        pytest.param("7", Decimal(7), id="whole-dollars"),
        pytest.param('"0"', Decimal(0), id="nothing"),
        pytest.param('"none"', None, id="no-limit"),
    ],
)
@pytest.mark.parametrize(
    "name", ["day_usd", "month_usd", "installation_day_usd", "installation_month_usd"]
)
def test_a_limit_is_dollars_or_the_word_none(
    tmp_path: Path, name: str, written: str, limit: Decimal | None
) -> None:
    budget = load_defaults(put(tmp_path, "defaults.toml", f"[budget]\n{name} = {written}\n")).budget
    assert budget == replace(load_defaults().budget, **{name: limit})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "[run]\nquiet = 3", "run.quiet is not a setting. Did you mean quiet_s?", id="typo"
        ),
        pytest.param("[run]\nquiet_s = -1", "run.quiet_s cannot be -1", id="negative"),
        pytest.param("[budget]\nrun_usd = 1.5", "between quotes", id="float-money"),
        pytest.param('[budget]\nrun_usd = "nan"', "budget.run_usd cannot be 'nan'", id="nan"),
        pytest.param('[budget]\nrun_usd = "none"', "budget.run_usd cannot be 'none'", id="no-run"),
        pytest.param("[budget]\nday_usd = 1.5", "between quotes", id="float-limit"),
        pytest.param('[budget]\nday_usd = "-1"', "budget.day_usd cannot be '-1'", id="debt"),
        pytest.param('[budget]\nday_usd = "1000001"', "budget.day_usd cannot be", id="too-much"),
        pytest.param('[budget]\nmonth = "9"', "Did you mean month_usd?", id="limit-typo"),
        pytest.param('[policy]\nfail_at = "often"', "policy.fail_at cannot be 'often'", id="word"),
        pytest.param("[policy]\ndraft = true", "Did you mean drafts?", id="nested-typo"),
        pytest.param("[run\n", "is not TOML", id="syntax"),
        pytest.param("[comments]\nminimize = true", "Did you mean minimise?", id="spelling"),
        pytest.param("[feedback]\nmute_share = 0", "mute_share cannot be 0", id="no-share"),
        pytest.param("[feedback]\nmute_after = 0", "mute_after cannot be 0", id="no-opinion"),
        pytest.param("run = 3", "run cannot be 3", id="not-a-table"),
    ],
)
def test_a_wrong_default_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_defaults(put(tmp_path, "defaults.toml", text))
    assert words in str(caught.value)
    assert "defaults.toml" in str(caught.value)


def test_prices_are_exact_and_keep_their_steps(tmp_path: Path) -> None:
    text = f"[[models.m]]\nup_to = 5\n{PRICE}\n[[models.m]]\n{PRICE}".replace('"1"', '"0.10"')
    price = load_prices(put(tmp_path, "pricing.toml", text))["m"]
    assert [step.up_to for step in price.steps] == [5, None]
    assert str(price.steps[0].input) == "0.10"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            f"[[models.m]]\n{PRICE}[[models.m]]\nup_to=5\n{PRICE}", "do not grow", id="order"
        ),
        pytest.param("[[models.m]]\ninput='1'", "models.m[1].output is missing", id="missing"),
        pytest.param(
            f"[[models.m]]\n{PRICE}caches_read='1'", "Did you mean cache_read?", id="typo"
        ),
        pytest.param("[models]\nm = []", "models.m cannot be []", id="no-step"),
        pytest.param(f"[[models.m]]\n{PRICE}".replace('"2"', '"-2"'), "-2", id="negative"),
        pytest.param(
            f"[[models.m]]\n{PRICE}".replace('"2"', '"0.1234567"'), "6 decimal", id="too-fine"
        ),
        pytest.param("", "models is missing", id="empty"),
    ],
)
def test_a_wrong_price_stops_start_up(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_prices(put(tmp_path, "pricing.toml", text))
    assert words in str(caught.value)


def test_a_tier_without_a_model_stops_start_up(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tiers\.cheap\.model is missing"):
        load_tiers(put(tmp_path, "models.toml", "[tiers.cheap]\nmax_output_tokens = 5\n"))


@pytest.mark.parametrize("other", ["dear", "cheap"], ids=["not there", "itself"])
def test_a_fallback_that_is_no_other_tier_stops_start_up(tmp_path: Path, other: str) -> None:
    tier = '[tiers.{}]\nmodel = "m"\nmax_output_tokens = 5\nfallback = "{}"\n'
    text = tier.format("cheap", other) + tier.format("deep", "cheap")
    with pytest.raises(ConfigError, match=rf"tiers\.cheap\.fallback names {other}.* one of deep"):
        load_tiers(put(tmp_path, "models.toml", text))


def test_a_tier_without_a_fallback_has_none(tmp_path: Path) -> None:
    own = put(tmp_path, "models.toml", '[tiers.cheap]\nmodel = "m"\nmax_output_tokens = 5\n')
    assert load_tiers(own)["cheap"].fallback == ""


def test_a_reviewers_tiers_for_other_risks_are_its_own_where_it_names_none() -> None:
    plain = parse_reviewer(FRONT + "Read.", "style")
    assert {plain.tier_for(risk) for risk in Risk} == {"cheap"}
    front = FRONT.replace("signals", 'tier_low = "small"\ntier_high = "deep"\nsignals')
    own = parse_reviewer(front + "Read.", "style")
    assert [own.tier_for(risk) for risk in Risk] == ["small", "cheap", "deep"]


@pytest.mark.parametrize("name", ["tier", "tier_low", "tier_high"])
def test_a_reviewers_tier_that_is_not_there_stops_start_up(tmp_path: Path, name: str) -> None:
    front = FRONT.replace("floor", 'tier_low = "cheap"\ntier_high = "cheap"\nfloor')
    text = front.replace(f'{name} = "cheap"', f'{name} = "dear"') + "Read."
    with pytest.raises(ConfigError, match=r"style\.md asks for the tier dear.* one of cheap, deep"):
        load_reviewers(put(tmp_path, "reviewers/style.md", text))


def test_a_reviewer_is_a_file() -> None:
    reviewer = parse_reviewer(FRONT + "\nRead for style.\n+++\nNot front matter.\n", "style")
    assert (reviewer.category, reviewer.floor) == (Category.QUALITY, Severity.MEDIUM)
    assert reviewer.skip_kinds == (FileKind.DOCS, FileKind.LOCK)
    assert reviewer.brief == "Read for style.\n+++\nNot front matter."


def test_a_reviewer_file_may_have_windows_line_ends() -> None:
    text = (FRONT + "Read.\nAgain.\n").replace("\n", "\r\n")
    assert parse_reviewer(text, "style").brief == "Read.\nAgain."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Read for style.", "does not begin with settings", id="no-front"),
        pytest.param(FRONT.replace('"cheap"', "cheap") + "Read.", "not TOML", id="syntax"),
        pytest.param(FRONT.replace("tier", "teir") + "Read.", "tier is missing", id="missing"),
        pytest.param(FRONT.replace("floor", "flor") + "Read.", "Did you mean floor?", id="typo"),
        pytest.param(FRONT.replace('"docs"', '"doc"') + "Read.", "skip_kinds[1]", id="kind"),
        pytest.param(FRONT.replace("style", "stile") + "Read.", "'stile'", id="other-name"),
        pytest.param(FRONT, "tells the model nothing", id="no-brief"),
    ],
)
def test_a_broken_reviewer_file_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_reviewer(text, "style")
    assert words in str(caught.value)
    assert "style.md" in str(caught.value)


def test_operators_add_and_replace_reviewers_and_shared_rules_are_none(tmp_path: Path) -> None:
    shipped = {each.name for each in load_reviewers()}
    put(tmp_path, "reviewers/style.md", FRONT + "Read for style.")
    put(tmp_path, "reviewers/_shared.md", "Rules for all.")
    own = load_reviewers(tmp_path)
    assert [each.name for each in own] == sorted({*shipped, "style"})
