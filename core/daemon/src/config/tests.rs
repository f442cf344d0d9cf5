use std::path::Path;

use serde_json::json;

use super::*;

fn parse(text: &str) -> Result<Loaded, Vec<Finding>> {
    let environment = Environment::of(&[("SET", "x")]);
    parse_text(text, Path::new("/h/nexus.toml"), &environment, &[])
}

/// The one finding of a text that cannot be used, as people see it.
fn error_of(text: &str) -> String {
    let findings = parse(text).expect_err(text);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].to_string()
}

#[test]
fn nothing_configured_is_a_whole_configuration() {
    let config = parse("").unwrap().config;
    assert_eq!(config.runtime.port, 18_789);
    assert!(config.is_power_safe);
    assert_eq!(config.agents.len(), 1);
    assert_eq!(config.agents[0].limits.steps_max, 30);
    assert!(config.values.iter().all(|value| value.source == ConfigSource::Default));
}

#[test]
fn wrong_values_name_their_line_and_what_would_be_right() {
    let cases = [
        (
            "[runtime]\nport = 70000",
            "line 2: `runtime.port` must be a whole number from 0 to 65535, not `70000`",
        ),
        (
            "[runtime]\nport = \"x\"",
            "line 2: `runtime.port` must be a whole number from 0 to 65535, not `\"x\"`",
        ),
        (
            "[ledger]\ndurability = \"fast\"",
            "line 2: `ledger.durability` must be one of \"power\", \"process\", not `\"fast\"`",
        ),
        (
            "[agents.main]\nmodels = \"a/b\"",
            "line 2: `agents.main.models` must be a list of texts, like [\"a\", \"b\"], not `\"a/b\"`",
        ),
        (
            "[agents.main]\nmodels = [\"gpt\"]",
            "line 2: agent `main` wants the model `gpt`: write it as \"provider/model\", with a table [models.<provider>]",
        ),
        (
            "[models.x]\nmodels = []",
            "`models.x` has no `kind`; say which protocol it speaks, such as kind = \"openai_compatible\"",
        ),
        (
            "[models.x]\nkind = \"openai_compatible\"",
            "`models.x` needs a `base_url`, such as \"http://127.0.0.1:8000/v1\"",
        ),
        ("[adapters.a]\naccount = \"b\"", "`adapters.a` has no `command`"),
        (
            "[models.prices.\"a/b\"]\ninput = -1.0",
            "line 2: `models.prices.a/b.input` must be a number, zero or more, not `-1.0`",
        ),
    ];
    for (text, expect) in cases {
        assert_eq!(error_of(text), expect);
    }
    assert!(error_of("[runtime\n").starts_with("line 1: this is not TOML: "));
    assert!(error_of("[runtime]\nbind = \"0.0.0.0\"").contains("only a loopback address"));
}

#[test]
fn a_key_in_the_file_is_refused_and_not_repeated() {
    let text = "[models.x]\nkind = \"anthropic\"\nkey = \"sk-ant-secret\"";
    let error = error_of(text);
    assert!(error.contains("credential:NAME, keychain:NAME"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn unknown_keys_are_warnings_with_a_suggestion() {
    let warnings = parse("[runtime]\nprot = 1\n[nonsense]\na = 1").unwrap().warnings;
    let texts: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "line 2: `runtime.prot` is not a setting and is left alone; did you mean `runtime.port`?",
            "line 3: `[nonsense]` is not a table of settings and is left alone, with everything in it",
        ]
    );
}

#[test]
fn unknown_tables_are_named_once_with_a_suggestion() {
    let loaded = parse("[sesions]\nqueue_len_max = 5\nother = 1\n[xyzzy]\na = 1\n[budgts.a]\n");
    let warnings: Vec<_> = loaded.unwrap().warnings.iter().map(ToString::to_string).collect();
    let rest = "is not a table of settings and is left alone, with everything in it";
    let said = [
        format!("line 1: `[sesions]` {rest}; did you mean `[sessions]`?"),
        format!("line 4: `[xyzzy]` {rest}"),
        format!("line 6: `[budgts]` {rest}; did you mean `[budgets]`?"),
    ];
    assert_eq!(warnings, said);
}

#[test]
fn budgets_are_read_and_that_of_background_work_is_always_there() {
    use nexus_domain::budget::{BudgetPeriod, BudgetScope, WorkClass};
    let config =
        parse("[budgets.a]\nusd_max = 1.5\nscope = \"agent\"\nperiod = \"month\"").unwrap();
    let [a, background] = &config.config.budgets[..] else { panic!("not two") };
    assert_eq!(
        (a.limits.micro_usd, a.scope, a.period),
        (Some(1_500_000), BudgetScope::Agent, BudgetPeriod::Month)
    );
    assert_eq!((a.class, a.warn_percent, a.time_zone.as_str()), (None, 80, "UTC"));
    assert_eq!(
        (background.class, background.limits.micro_usd),
        (Some(WorkClass::Background), Some(1_000_000))
    );
    let config = parse("[budgets.background]\ntokens_max = 5").unwrap().config;
    assert_eq!(
        (config.budgets[0].limits.tokens, config.budgets[0].limits.micro_usd),
        (Some(5), None)
    );
    assert_eq!(config.budgets[0].class, Some(WorkClass::Background));
    assert!(error_of("[budgets.a]\nscope = \"agent\"").contains("limits nothing"));
    assert!(error_of("[budgets.a]\nusd_max = 1\ntime_zone = \"Mars\"").contains("Europe/Berlin"));
    assert!(error_of("[budgets.a]\nusd_max = 1\nof = \"main\"").contains("`scope`"));
    assert!(error_of("[budgets.a]\nusd_max = -1").contains("zero or more"));
}

#[test]
fn environment_and_flags_win_in_this_order() {
    let environment =
        Environment::of(&[("NEXUS__RUNTIME__PORT", "2"), ("NEXUS__LOGGING__LEVEL", "debug")]);
    let flags = [("runtime.port", "3".to_owned())];
    let path = Path::new("/h/nexus.toml");
    let config = parse_text("[runtime]\nport = 1", path, &environment, &flags).unwrap().config;
    assert_eq!(config.runtime.port, 3);
    let level = config.values.iter().find(|value| value.key == "logging.level").unwrap();
    assert_eq!((level.value.clone(), level.source), (json!("debug"), ConfigSource::Environment));
    let wrong = Environment::of(&[("NEXUS__RUNTIME__PORT", "many")]);
    let findings = parse_text("", path, &wrong, &[]).unwrap_err();
    assert!(findings[0].to_string().contains("`runtime.port` must be a whole number"));
}

#[test]
fn a_reload_keeps_the_old_set_unless_the_new_one_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.toml");
    std::fs::write(&path, "[sessions]\nqueue_len_max = 5").unwrap();
    let environment = Environment::default();
    let config = load(&path, &environment, &[]).unwrap().config;
    let handle = ConfigHandle::new(path.clone(), environment, Vec::new(), config);

    std::fs::write(&path, "[sessions]\nqueue_len_max = 0").unwrap();
    assert!(handle.read_again().is_err());
    assert_eq!(handle.current().queue_len_max, 5);

    std::fs::write(&path, "[sessions]\nqueue_len_max = 7\n[runtime]\nport = 9").unwrap();
    let reloaded = handle.put_in_force(handle.read_again().unwrap());
    assert_eq!(reloaded.changed, ["sessions.queue_len_max"]);
    assert_eq!(reloaded.needs_restart, ["runtime.port"]);
    assert_eq!(handle.current().queue_len_max, 7);
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_toml_breaks_the_reader(
        name in "[a-z_.]{1,20}",
        value in "(-?[0-9]{1,20}|true|\"[a-z:/]{0,9}\"|\\[\"a\", 1\\]|\\{ a = 1 \\})",
    ) {
        let _ = parse(&format!("[models.x]\n{name} = {value}\n[runtime]\n{name} = {value}"));
    }
}

#[test]
fn presets_and_ceilings_are_read() {
    use nexus_iam::Preset;
    let text = "[agents.helper]\nparent = \"main\"\npreset = \"reader\"\nwrite_paths = [\"notes/\"]\n\
                [agents.lone]\ntools = [\"time\"]\n[presets.reader]\nextends = \"worker\"\ntools = [\"read_file\"]\n\
                deny_tools = [\"exec\"]";
    let profiles = parse(text).unwrap().config.profiles;
    let of = |name: &str| profiles.iter().find(|p| p.id.as_str() == name).unwrap().clone();
    assert_eq!(of("main").preset, Preset::Trusted, "as it always was");
    assert_eq!(of("lone").preset, Preset::Trusted);
    let helper = of("helper");
    assert_eq!((helper.preset, helper.preset_name.as_str()), (Preset::Worker, "reader"));
    assert_eq!(helper.tools, Some(vec!["read_file".to_owned()]));
    assert!(!helper.offers("exec") && !helper.offers("http_fetch") && helper.offers("read_file"));
    let child = parse("[agents.helper]\nparent = \"main\"").unwrap().config.profiles;
    assert_eq!(child[1].preset, Preset::Sandboxed);
}

#[test]
fn what_goes_beyond_its_parent_is_an_error() {
    let cases = [
        (
            "[agents.a]\nparent = \"main\"\npreset = \"trusted\"",
            "an agent is narrower than its parent",
        ),
        ("[agents.a]\nparent = \"nobody\"", "its parent `nobody` is not an agent"),
        ("[agents.a]\nparent = \"a\"", "a parent cannot be its own descendant"),
        ("[agents.a]\npreset = \"fast\"", "it is one of sandboxed, worker, trusted and yolo"),
        ("[agents.a]\npreset = \"worker\"\nwrite_paths = [\"../x\"]", "relative to the workspace"),
        (
            "[agents.b]\npreset = \"worker\"\n[agents.a]\nparent = \"b\"",
            "only a trusted or yolo agent has agents of its own",
        ),
    ];
    for (text, expected) in cases {
        let finding = error_of(text);
        assert!(finding.contains(expected), "{text}: {finding}");
    }
}

#[test]
fn yolo_is_chosen_in_the_file_only() {
    let text = "[agents.main]\npreset = \"yolo\"";
    let loaded = parse(text).unwrap();
    assert_eq!(loaded.config.profiles[0].preset, nexus_iam::Preset::Yolo);
    let warning = loaded.warnings[0].to_string();
    assert!(warning.starts_with("line 2: agent `main` is yolo: "), "{warning}");
    let flags = [("agents.main.preset", "yolo".to_owned())];
    let environment = Environment::of(&[]);
    let refused = parse_text("", Path::new("/h/nexus.toml"), &environment, &flags).unwrap_err();
    assert!(refused[0].text.contains("only be chosen in nexus.toml"), "{refused:?}");
}

#[test]
fn rules_are_read_with_the_line_of_each() {
    let text = "[constraints]\nnever = [\n  \"delete\",\n  \"~/contracts/\",\n]\n\
                [agents.a]\nask_before = [\"exec\"]\n";
    let environment = Environment::of(&[("HOME", "/home/u")]);
    let read = parse_text(text, Path::new("/h/nexus.toml"), &environment, &[]);
    let pins = read.unwrap().config.pins;
    let shown: Vec<_> =
        pins.iter().map(|p| (p.id(), p.text.as_str(), p.source.as_str(), p.line)).collect();
    assert_eq!(
        shown,
        [
            ("constraints.never.1".to_owned(), "delete", "nexus.toml", Some(3)),
            ("constraints.never.2".to_owned(), "~/contracts/", "nexus.toml", Some(4)),
            ("agents.a.ask_before.1".to_owned(), "exec", "nexus.toml", Some(7)),
        ]
    );
    assert_eq!(pins[2].agent.as_ref().map(|id| id.as_str()), Some("a"));
}

#[test]
fn a_rule_that_cannot_be_used_names_its_line_and_what_would_be_right() {
    let cases = [
        (
            "[constraints]\nnever = [\"exec\",\n\"delet\"]",
            "line 3: `constraints.never`: `delet` is neither a verb",
        ),
        ("[constraints]\nnever = [\"delet\"]", "did you mean `delete`?"),
        ("[constraints]\nask_before = \"delete\"", "must be a list of texts"),
        (
            "[constraints]\nnevr = [\"delete\"]",
            "line 2: `constraints.nevr` is not a setting; did you mean `constraints.never`?",
        ),
        (
            "[agents.a]\nnever = [\"notes/*\"]",
            "line 2: `agents.a.never`: the path `notes/*` is no pattern",
        ),
        ("[constraints]\nnever = [\"~/x\"]", "HOME is not set"),
    ];
    for (text, expected) in cases {
        let finding = error_of(text);
        assert!(finding.contains(expected), "{text}: {finding}");
    }
}
