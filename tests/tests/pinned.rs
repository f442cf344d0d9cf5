//! Pinned constraints of the configuration: nothing goes past them.

use anyhow::{Context as _, Result, ensure};
use nexus_client::{call, idempotency_key};
use nexus_domain::grant::{GrantEffect, GrantScope, GrantVerb};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_protocol::acl::{ApproveParams, ApproveSpan};
use nexus_protocol::frame::EventFrame;
use nexus_protocol::grant::CreateParams;
use nexus_protocol::policy::{ExplainParams, PoliciesListParams, PoliciesShowParams};
use nexus_protocol::runtime::ReloadParams;
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, Talk, TestHome};
use serde_json::json;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// Calls the tool it is told with the arguments it is told, and repeats what came of it.
fn brain(seen: &Seen) -> Act {
    if seen.brings_results() {
        return Act::Say(format!("It says: {}", seen.last_text()));
    }
    match seen.asked().split_once(' ') {
        Some((tool, arguments)) => match serde_json::from_str(arguments) {
            Ok(arguments) => Act::Call(vec![(tool.to_owned(), arguments)]),
            Err(_) => Act::Say("Those are no arguments.".to_owned()),
        },
        None => Act::Say("Nothing to do.".to_owned()),
    }
}

/// A daemon with rules, and a person at it.
struct Scene {
    model: FakeModel,
    home: TestHome,
    daemon: DaemonProcess,
    talk: Talk,
}

impl Scene {
    async fn with(preset: &str, rules: &str) -> Result<Self> {
        let model = FakeModel::openai(brain).await?;
        let agent = format!("[agents.main]\npreset = \"{preset}\"\n");
        let config = model.config().replace("[agents.main]\n", &agent);
        let home = TestHome::with_config(&format!("{config}\n{rules}\n"))?;
        let at = |name: &str| home.workspace().join(name);
        std::fs::create_dir_all(at("contracts"))?;
        std::fs::write(at("contracts/lease.md"), "the lease\n")?;
        std::fs::write(at("a.md"), "one\n")?;
        std::fs::write(at("b.md"), "one\n")?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        Ok(Self { model, home, daemon, talk })
    }

    fn write_rules(&self, rules: &str) -> Result<()> {
        let text = format!("{}\n{rules}\n", self.model.config());
        Ok(std::fs::write(self.home.path().join("nexus.toml"), text)?)
    }

    async fn reload(&self) -> Result<()> {
        let params = ReloadParams { idempotency_key: idempotency_key()? };
        self.talk.client().request::<call::RuntimeReload>(params).await?;
        Ok(())
    }

    /// What the agent was told about a call, and how many questions it took.
    async fn told(&self, text: &str) -> Result<(String, usize)> {
        let result = self.talk.ended(self.talk.say("one", text).await?).await?;
        let call = result.tool_calls.first().context("no tool was called")?;
        Ok((call.result.clone().unwrap_or_default(), result.permissions.len()))
    }

    fn exists(&self, name: &str) -> bool {
        self.home.workspace().join(name).exists()
    }
}

fn allowing(tool: &str) -> Result<CreateParams> {
    Ok(CreateParams {
        principal: "agent:main".to_owned(),
        verb: GrantVerb::UseTool,
        effect: GrantEffect::Allow,
        scope: GrantScope { resource: Some(tool.to_owned()), ..GrantScope::default() },
        reason: "I trust it".to_owned(),
        duration_ms: None,
        idempotency_key: idempotency_key()?,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_done_is_not_done_whatever_allows_it() -> Result<()> {
    let rules = "[constraints]\nnever = [\"delete\",\n\"contracts/\"]";
    let scene = Scene::with("yolo", rules).await?;
    for tool in ["delete_file", "read_file", "search_files"] {
        scene.talk.client().request::<call::AclGrantsCreate>(allowing(tool)?).await?;
    }
    let (said, n_asked) = scene.told(r#"delete_file {"path":"a.md"}"#).await?;
    ensure!(said.contains("your setting constraints.never (`delete`) forbids it"), "{said}");
    ensure!(n_asked == 0 && scene.exists("a.md"), "{said}");
    // Nothing that leads into the folder: by itself, from above, by another case, by a program.
    for call in [
        r#"read_file {"path":"contracts/lease.md"}"#,
        r#"read_file {"path":"./contracts/../contracts/lease.md"}"#,
        r#"list_dir {"path":"contracts"}"#,
        r#"search_files {"text":"lease"}"#,
        r#"write_file {"path":"Contracts/new.md","content":"x"}"#,
        r#"exec {"argv":["cat","contracts/lease.md"]}"#,
    ] {
        let (said, n_asked) = scene.told(call).await?;
        ensure!(!said.contains("the lease") && n_asked == 0, "{call}: {said}");
        let is_refused = said.contains("your setting constraints.never") || said.contains("`..`");
        ensure!(is_refused, "{call}: {said}");
    }
    ensure!(!scene.exists("Contracts/new.md"));
    let (said, _) = scene.told(r#"read_file {"path":"a.md"}"#).await?;
    ensure!(said.contains("one"), "{said}");

    let client = scene.talk.client();
    let listed = client.request::<call::AclPoliciesList>(PoliciesListParams {}).await?;
    let ours: Vec<_> = listed
        .policies
        .iter()
        .filter(|policy| policy.source == "nexus.toml")
        .map(|policy| (policy.id.as_str(), policy.kind.as_str()))
        .collect();
    ensure!(ours.contains(&("constraints.never.1", "forbid")), "{ours:?}");
    let params = PoliciesShowParams { id: "constraints.never.2".to_owned() };
    let shown = client.request::<call::AclPoliciesShow>(params).await?;
    let config = std::fs::read_to_string(scene.home.path().join("nexus.toml"))?;
    let line = config.lines().position(|line| line.contains("contracts/")).context("no line")?;
    ensure!(shown.policy.line as usize == line + 1, "{:?}", shown.policy);
    let question = json!({ "verb": "use_tool", "resource": "delete_file", "path": "a.md" });
    let question = serde_json::from_value(question)?;
    let params = ExplainParams { who: vec!["agent:main".to_owned()], question };
    let explained = client.request::<call::AclExplain>(params).await?;
    ensure!(explained.verdict == "deny", "{explained:?}");
    ensure!(explained.needed.iter().any(|text| text.contains("nexus.toml:")), "{explained:?}");
    scene.daemon.stop()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_before_is_asked_each_time() -> Result<()> {
    let scene = Scene::with("trusted", "[constraints]\nask_before = [\"delete_file\"]").await?;
    scene.talk.client().request::<call::AclGrantsCreate>(allowing("delete_file")?).await?;
    for path in ["a.md", "b.md"] {
        let id = scene.talk.say(path, &format!(r#"delete_file {{"path":"{path}"}}"#)).await?;
        let here = |event: &EventFrame| event.payload["permission"]["session_key"] == path;
        let asked = scene.talk.until("permission.requested", here).await?;
        let asked: PermissionRequest = serde_json::from_value(asked.payload["permission"].clone())?;
        ensure!(asked.proposals.is_empty(), "no standing answer: {:?}", asked.proposals);
        let why = "your setting constraints.ask_before (`delete_file`) asks you each time";
        ensure!(asked.reason.contains(why), "{}", asked.reason);
        let once = || idempotency_key().map(|key| ApproveParams::once(&asked, key));
        let standing = ApproveParams { span: ApproveSpan::Always, ..once()? };
        let client = scene.talk.client();
        let Err(refused) = client.request::<call::AclRequestsApprove>(standing).await else {
            anyhow::bail!("an answer for good was taken");
        };
        ensure!(refused.to_string().contains("asked each time"), "{refused}");
        client.request::<call::AclRequestsApprove>(once()?).await?;
        let ended = scene.talk.ended(id).await?;
        ensure!(ended.permissions[0].status == PermissionStatus::Approved);
        ensure!(!scene.exists(path), "{path} is still there");
    }
    scene.daemon.stop()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_counts_from_the_next_call_and_a_broken_one_changes_nothing() -> Result<()> {
    let scene = Scene::with("trusted", "").await?;
    let write = r#"write_file {"path":"a.md","content":"two"}"#;
    let (said, _) = scene.told(write).await?;
    ensure!(said.contains("replaced"), "{said}");
    scene.write_rules("[constraints]\nnever = [\"write a.md\"]")?;
    scene.reload().await?;
    let (said, _) = scene.told(write).await?;
    ensure!(said.contains("your setting constraints.never (`write a.md`) forbids it"), "{said}");

    scene.write_rules("[constraints]\nnever = [\n\"remove things\"]")?;
    let Err(refused) = scene.reload().await else { anyhow::bail!("nonsense was taken") };
    let text = refused.to_string();
    ensure!(text.contains("stays as it was") && text.contains("`remove things`"), "{text}");
    let broken = std::fs::read_to_string(scene.home.path().join("nexus.toml"))?;
    let line = broken.lines().position(|line| line.contains("remove things")).context("no line")?;
    ensure!(text.contains(&format!("line {}: ", line + 1)), "{text}");
    let (said, _) = scene.told(write).await?;
    ensure!(said.contains("your setting constraints.never (`write a.md`) forbids it"), "{said}");

    // What is asked already does not run after a rule forbids it.
    scene.write_rules("")?;
    scene.reload().await?;
    let id = scene.talk.say("one", r#"delete_file {"path":"b.md"}"#).await?;
    scene.talk.until("permission.requested", |_| true).await?;
    scene.write_rules("[constraints]\nnever = [\"delete\"]")?;
    scene.reload().await?;
    scene.talk.approve("one").await?;
    let ended = scene.talk.ended(id).await?;
    let said = ended.tool_calls[0].result.clone().unwrap_or_default();
    ensure!(said.contains("your setting constraints.never (`delete`)"), "{said}");
    ensure!(scene.exists("b.md"));
    scene.daemon.stop()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_do_not_see_what_a_rule_names() -> Result<()> {
    let scene = Scene::with("yolo", "[constraints]\nnever = [\"docs/contracts/\"]").await?;
    let docs = scene.home.workspace().join("docs");
    std::fs::create_dir(&docs)?;
    std::fs::rename(scene.home.workspace().join("contracts"), docs.join("contracts"))?;
    let run = |argv: &[&str]| format!("exec {}", json!({ "argv": argv }));
    let (said, _) = scene.told(&run(&["sh", "-c", "cat docs/c*/lease.md; ls"])).await?;
    ensure!(!said.contains("the lease"), "{said}");
    // Where programs are not fully confined, none runs.
    let is_confined = said.contains("a.md");
    ensure!(is_confined || said.contains("could reach it"), "{said}");
    for argv in [
        &["mv", "docs/contracts", "elsewhere"][..],
        &["mv", "docs", "elsewhere"],
        &["rm", "-rf", "docs/contracts"],
        &["sh", "-c", "echo x > docs/contracts/lease.md"],
    ] {
        let (said, _) = scene.told(&run(argv)).await?;
        let lease = std::fs::read_to_string(docs.join("contracts/lease.md")).unwrap_or_default();
        ensure!(lease == "the lease\n", "{argv:?}: {said}");
    }
    scene.daemon.stop()?;
    Ok(())
}
