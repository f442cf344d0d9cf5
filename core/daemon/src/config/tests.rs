use std::path::Path;

use serde_json::{Value, json};

use nexus_domain::Failure;
use nexus_protocol::Scope;
use nexus_protocol::config::{ConfigChange, ConfigSource};

use super::*;

fn parse(text: &str) -> Result<Loaded, Vec<Finding>> {
    let environment = Environment::of(&[("SET", "x")]);
    parse_text(text, Path::new("/h/nexus.toml"), &Overlay::new(environment, vec![]))
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
            "[adapters.a]\ncommand = [\"x\"]\n[adapters.a.hooks.ci]\nverify = \"bearer\"",
            "line 3: `adapters.a.hooks.ci`: it has no agents, so that nothing could come of it; write whom it may have run: agents = [\"main\"]",
        ),
        (
            "[adapters.a]\ncommand = [\"x\"]\nhooks = { ci = { agents = [\"main\"] } }\n\
             [adapters.b]\ncommand = [\"x\"]\nhooks = { ci = { agents = [\"main\"] } }",
            "line 6: `adapters.b.hooks.ci`: there is a hook of this name in adapters.a already; a hook's name says who acts: take another one",
        ),
        (
            "[models.prices.\"a/b\"]\ninput = -1.0",
            "line 2: `models.prices.a/b.input` must be a number, zero or more, not `-1.0`",
        ),
    ];
    for (text, expect) in cases {
        assert_eq!(error_of(text), expect);
    }
    assert!(error_of("[runtime\n").starts_with("line 1: this is not TOML: "));
    let open = "[runtime]\nbind = \"lan\"\n[tls]\ngenerate = false\n";
    assert!(error_of(open).starts_with("line 2: `runtime.bind` is `lan`, where others can reach"));
    assert!(error_of("[runtime]\nbind = \"wan\"").contains("must be loopback, lan, tailnet or"));
    assert!(error_of("[tls]\nkey = \"k\"").contains("`tls.key` is given without"));
    let pasted = error_of("[tls]\ncertificate = \"c\"\nkey = \"-----BEGIN KEY abc\"");
    assert!(pasted.contains("not the text itself") && !pasted.contains("abc"), "{pasted}");
}

#[test]
fn a_key_in_the_file_is_refused_and_not_repeated() {
    let text = "[models.x]\nkind = \"anthropic\"\nkey = \"sk-ant-secret\"";
    let error = error_of(text);
    assert!(error.contains("credential:NAME, keychain:NAME"), "{error}");
    assert!(!error.contains("secret"), "{error}");
    let text = "[adapters.a]\ncommand = [\"x\"]\n[adapters.a.credentials]\nci = \"whsec_secret\"";
    let error = error_of(text);
    assert!(error.contains("line 4: `adapters.a.credentials.ci` must say where"), "{error}");
    assert!(!error.contains("whsec"), "{error}");
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
    let config =
        parse_text("[runtime]\nport = 1", path, &Overlay::new(environment, flags.to_vec()))
            .unwrap()
            .config;
    assert_eq!(config.runtime.port, 3);
    let level = config.values.iter().find(|value| value.key == "logging.level").unwrap();
    assert_eq!((level.value.clone(), level.source), (json!("debug"), ConfigSource::Environment));
    let wrong = Environment::of(&[("NEXUS__RUNTIME__PORT", "many")]);
    let findings = parse_text("", path, &Overlay::new(wrong, vec![])).unwrap_err();
    assert!(findings[0].to_string().contains("`runtime.port` must be a whole number"));
}

#[test]
fn a_reload_keeps_the_old_set_unless_the_new_one_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.toml");
    std::fs::write(&path, "[sessions]\nqueue_len_max = 5").unwrap();
    let overlay = Overlay::default();
    let loaded = load(&path, &overlay).unwrap();
    let started = Started { loaded, hash: String::new(), safe_mode: None };
    let handle = ConfigHandle::new(path.clone(), overlay, started);

    std::fs::write(&path, "[sessions]\nqueue_len_max = 0").unwrap();
    assert!(handle.read_again().is_err());
    assert_eq!(handle.current().queue_len_max, 5);

    std::fs::write(&path, "[sessions]\nqueue_len_max = 7\n[runtime]\nport = 9").unwrap();
    let (loaded, file) = handle.read_again().unwrap();
    let reloaded = handle.put_in_force(loaded, file.hash);
    assert_eq!(reloaded.changed, ["sessions.queue_len_max"]);
    assert_eq!(reloaded.needs_restart, ["runtime.port"]);
    assert_eq!(handle.current().queue_len_max, 7);
    assert_eq!(handle.pending_restart(), ["runtime.port"]);

    std::fs::remove_file(&path).unwrap();
    let (findings, _) = handle.read_again().unwrap_err();
    assert!(findings[0].text.contains("is gone"), "{findings:?}");
}

/// What `prepare` says to a change of one key.
fn changed(path: &Path, key: &str, value: Value) -> Result<change::Candidate, Failure> {
    let change = ConfigChange { key: key.to_owned(), value: Some(value), text: None };
    let overlay = Overlay::new(Environment::of(&[("NEXUS__RUNTIME__PORT", "9")]), vec![]);
    change::prepare(path, &overlay, Edit::Set(&[change]), None)
}

#[test]
fn a_change_that_cannot_be_used_is_refused_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.toml");
    std::fs::write(&path, "# mine\n[runtime]\ndrain_ms = 1\n").unwrap();
    let refused = changed(&path, "runtime.drain_ms", json!(-1)).unwrap_err();
    assert!(refused.message.contains("line 3: `runtime.drain_ms` must be a whole number from 0"));
    let secret = changed(&path, "models.x", json!({ "kind": "openai", "key": "sk-secret-12345" }));
    let refused = secret.unwrap_err();
    assert!(refused.message.contains("must say where the key is"), "{refused}");
    assert!(!format!("{refused:?} {:?}", refused.details).contains("sk-secret"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\n[runtime]\ndrain_ms = 1\n");
}

#[test]
fn a_file_that_somebody_else_changed_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.toml");
    std::fs::write(&path, "[runtime]\ndrain_ms = 1\n").unwrap();
    let candidate = changed(&path, "runtime.drain_ms", json!(2)).unwrap();
    std::fs::write(&path, "[runtime]\ndrain_ms = 3\n").unwrap();
    assert_eq!(candidate.write(&path).unwrap_err().code, "CONFLICT");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[runtime]\ndrain_ms = 3\n");
    let stale = change::prepare(
        &path,
        &Overlay::default(),
        Edit::Apply("[runtime]\n"),
        Some(&candidate.before.hash),
    );
    assert_eq!(stale.unwrap_err().code, "CONFLICT");
}

#[test]
fn a_change_says_what_it_comes_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nexus.toml");
    std::fs::write(&path, "").unwrap();
    let overlay = Overlay::new(Environment::of(&[("NEXUS__RUNTIME__PORT", "9")]), vec![]);
    let before = load(&path, &overlay).unwrap().config.values;
    let result = |candidate: change::Candidate| candidate.result(&before, &overlay, false);
    let port = result(changed(&path, "runtime.port", json!(10)).unwrap());
    assert_eq!(port.changes, []);
    assert_eq!(port.overruled[0].name, "NEXUS__RUNTIME__PORT");
    let drain = result(changed(&path, "runtime.drain_ms", json!(10)).unwrap());
    assert_eq!((drain.applied, drain.needs_restart), (vec!["runtime.drain_ms".into()], vec![]));
    assert_eq!(drain.changes[0].before, Some(json!(30_000)));
    assert_eq!(drain.overruled, []);
    let level = result(changed(&path, "logging.level", json!("debug")).unwrap());
    assert_eq!(level.needs_restart, ["logging.level"]);
}

#[test]
fn every_source_of_a_value_is_explained_the_one_that_counts_first() {
    let path = Path::new("/h/nexus.toml");
    let file = FileText::new("# top\n[runtime]\nport = 5\n".to_owned());
    let environment = Environment::of(&[("NEXUS__RUNTIME__PORT", "6")]);
    let overlay = Overlay::new(environment, vec![("runtime.port", "7".to_owned())]);
    let config = parse_text(&file.text, path, &overlay).unwrap().config;
    let explain = |key| explain::explain(key, &config, Some(&file), &overlay, &[]);
    let port = explain("runtime.port").unwrap();
    let shown: Vec<_> = port
        .sources
        .iter()
        .map(|s| (s.name.as_deref(), s.value.clone(), s.line, s.is_in_force))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("--port"), json!(7), None, true),
            (Some("NEXUS__RUNTIME__PORT"), json!(6), None, false),
            (Some("/h/nexus.toml"), json!(5), Some(3), false),
            (None, json!(18_789), None, false),
        ]
    );
    assert!(!port.applies_live);
    let models = explain("agents.someone.models").unwrap();
    assert_eq!((models.pattern.as_str(), models.value), ("agents.*.models", Some(json!([]))));
    assert!(explain("runtime").unwrap_err().message.contains("is a table"));
    let failure = explain("runtime.prot").unwrap_err();
    assert_eq!(failure.hint.as_deref(), Some("did you mean `runtime.port`?"));
}

#[test]
fn a_broken_file_at_start_is_stood_in_for_by_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let home = crate::home::Home::new(folder.path().to_owned());
    home.init().unwrap();
    let write = |text: &str| std::fs::write(home.config_file(), text).unwrap();
    write("[runtime]\nport = 70000\n");
    let refused = start(&home, &Overlay::default()).unwrap_err();
    assert!(refused.message.contains("line 2: `runtime.port`"), "{refused}");
    write("[runtime]\nport = 7\n");
    assert_eq!(start(&home, &Overlay::default()).unwrap().safe_mode, None);
    write("[runtime\nport = 8\n");
    let started = start(&home, &Overlay::default()).unwrap();
    assert!(started.safe_mode.unwrap().contains("not TOML"));
    assert_eq!(started.loaded.config.runtime.port, 7);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = home.last_good_config_file().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_published_schema_is_that_of_the_keys() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/nexus.toml.schema.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == schema_text().unwrap(), "stale: run `cargo xtask codegen`");
}

/// Says the same about a value as the reader, in so far as it is about one key.
#[test]
fn the_published_schema_takes_what_the_reader_takes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let check = |text: &str, is_valid: bool| {
        let value: Value = toml_edit::de::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&value), is_valid, "{text}");
        let loaded = parse(text);
        let is_taken = loaded.is_ok_and(|loaded| loaded.warnings.is_empty());
        assert_eq!(is_taken, is_valid, "{text}");
    };
    check(include_str!("../../templates/nexus.toml"), true);
    check("[runtime]\nport = 1\nbind = \"lan\"\n[discovery]\nmdns = \"minimal\"", true);
    check("[models]\ndiscover = false\n[models.x]\nkind = \"ollama\"\nmodels = [\"a\"]", true);
    check("[models.prices.\"a/b\"]\ninput = 1.5", true);
    check("[adapters.a]\ncommand = [\"x\"]\nsettings = { any = { thing = 1 } }", true);
    check("[runtime]\nport = 70000", false);
    check("[runtime]\nprot = 1", false);
    check("[discovery]\nmdns = \"loud\"", false);
    check("[agents.main]\nmodels = \"a/b\"", false);
    check("[models.prices.\"a/b\"]\ninput = -1.0", false);
    check("[nonsense]\na = 1", false);
}

/// Each line of comment that stands in a text.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.split_once('#').map(|(_, words)| words)).collect()
}

/// A change that the daemon would take, to one of the keys of each kind.
fn valid_change() -> impl proptest::strategy::Strategy<Value = ConfigChange> {
    use proptest::prelude::*;
    let name = "[a-z][a-z0-9]{0,5}";
    let change = |key: String, value: Value| ConfigChange { key, value: Some(value), text: None };
    prop_oneof![
        (0..=65_535_u32).prop_map(move |n| change("runtime.port".to_owned(), json!(n))),
        any::<bool>().prop_map(move |b| change("models.discover".to_owned(), json!(b))),
        "[ -~]{0,12}".prop_map(move |s| change("logging.level".to_owned(), json!(s))),
        prop::collection::vec("[ -~]{0,6}", 0..3)
            .prop_map(move |list| change("runtime.allowed_hosts".to_owned(), json!(list))),
        (name, 1..9_u32).prop_map(move |(n, s)| change(format!("agents.{n}.steps_max"), json!(s))),
        ("[a-z]/[a-z.]{1,4}", 0..9_u32)
            .prop_map(move |(n, v)| change(format!("models.prices.\"{n}\".input"), json!(v))),
        (name, prop::collection::vec("[a-z]{1,4}", 1..3)).prop_map(move |(n, list)| {
            change(format!("adapters.{n}"), json!({ "command": list, "settings": { "a": 1.5 } }))
        }),
        Just(ConfigChange { key: "runtime.port".to_owned(), ..ConfigChange::default() }),
    ]
}

proptest::proptest! {
    #[test]
    fn no_row_of_changes_loses_a_comment_or_makes_a_file_that_is_none(
        changes in proptest::collection::vec(valid_change(), 1..12),
    ) {
        let first = "# hello\n\n[runtime] # one\n# two\nport = 1 # three\n\n\n# four\n\
                     [agents.main]\n# five\nsteps_max = 3\n# six\n";
        let mut text = first.to_owned();
        for change in changes {
            let is_removal = change.value.is_none();
            match edit(&text, Edit::Set(std::slice::from_ref(&change))) {
                Ok(after) => text = after,
                // It was taken out before, or stands as a table already.
                Err(failure) => assert!(
                    is_removal || failure.message.contains("is a table"),
                    "{change:?}: {failure}"
                ),
            }
            let loaded = parse_text(&text, Path::new("/h/nexus.toml"), &Overlay::default());
            let loaded = loaded.unwrap_or_else(|findings| panic!("{text}\n{findings:?}"));
            assert_eq!(loaded.warnings, []);
        }
        // The one behind a value that was taken out goes with it.
        let kept: Vec<_> = comments(&text);
        for comment in comments(first) {
            assert!(kept.contains(&comment) || comment == " three" || comment == " two", "{comment}: {text}");
        }
    }

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
    let refused =
        parse_text("", Path::new("/h/nexus.toml"), &Overlay::new(environment, flags.to_vec()))
            .unwrap_err();
    assert!(refused[0].text.contains("only be chosen in nexus.toml"), "{refused:?}");
}

#[test]
fn rules_are_read_with_the_line_of_each() {
    let text = "[constraints]\nnever = [\n  \"delete\",\n  \"~/contracts/\",\n]\n\
                [agents.a]\nask_before = [\"exec\"]\n";
    let environment = Environment::of(&[("HOME", "/home/u")]);
    let read = parse_text(text, Path::new("/h/nexus.toml"), &Overlay::new(environment, vec![]));
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

#[test]
fn logins_of_the_tailnet_are_named_whole_and_with_what_they_may() {
    let text = "[runtime]\nbind = \"tailnet\"\n[tailscale.logins]\n\"Me@Example.com\" = [\"owner\"]\n\
                \"tag:CI\" = [\"session.write\", \"agent.read\"]\n";
    let loaded = parse(text).unwrap();
    assert_eq!(loaded.warnings, []);
    let ci = [Scope::RuntimeRead, Scope::AgentRead, Scope::SessionWrite];
    let expected = [
        TailnetLogin { name: "me@example.com".to_owned(), gives: Gives::Owner },
        TailnetLogin { name: "tag:ci".to_owned(), gives: Gives::Scopes(ci.to_vec()) },
    ];
    assert_eq!(loaded.config.expose.let_in(), expected);
    let source = &loaded.config.values.iter().find(|v| v.key.contains("Me@")).unwrap().source;
    assert_eq!(*source, ConfigSource::File);
    // Elsewhere it is said that it lets nobody in, and it does not.
    let loaded = parse(&text.replace("\"tailnet\"", "\"loopback\"")).unwrap();
    assert_eq!(loaded.config.expose.let_in(), []);
    let warning = loaded.warnings[0].to_string();
    assert!(warning.starts_with("line 4: `tailscale.logins` lets nobody in"), "{warning}");
    let cases = [
        ("\"example.com\" = [\"owner\"]", "is no login of Tailscale; write one whole"),
        ("\"*@example.com\" = [\"owner\"]", "is no login of Tailscale; write one whole"),
        ("\"a@b\" = []", "gives nothing; write [\"owner\"] or scopes"),
        ("\"a@b\" = [\"session.reed\"]", "which is no scope; did you mean `session.read`?"),
        ("\"a@b\" = [\"owner\", \"session.read\"]", "is the owner and more"),
        ("\"tag:ci\" = [\"owner\"]", "a machine with a tag is nobody's"),
        ("\"A@b\" = [\"owner\"]\n\"a@B\" = [\"session.read\"]", "is there twice"),
    ];
    for (line, expected) in cases {
        let shown = error_of(&format!("[tailscale.logins]\n{line}\n"));
        assert!(shown.starts_with("line ") && shown.contains(expected), "{line}: {shown}");
    }
    let shown = error_of("[tailscale.logins]\n\"a@b\" = \"owner\"\n");
    assert!(shown.contains("must be a list of texts"), "{shown}");
}
