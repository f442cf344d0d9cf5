//! Programs that agents run: what is shown is what runs, confined, and nothing of it stays.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use nexus_agent::StopSignal;
use nexus_agent::tools::{
    BACKGROUND_PER_SESSION_MAX, ExecConfig, HttpConfig, Programs, ToolBox, ToolConfig, ToolContext,
    ToolOutput,
};
use nexus_daemon::clock::SystemClock;
use nexus_domain::id::RequestId;
use nexus_domain::permission::{CanonicalAction, Target};
use nexus_protocol::event::SubscribeParams;
use nexus_sandbox::{Profile, Sandbox, SandboxOptions};
use nexus_tests::talk::{EVENT_WAIT, key};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

struct Bench {
    folder: tempfile::TempDir,
    programs: Arc<Programs>,
    tools: ToolBox,
    stop: StopSignal,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let options = SandboxOptions { helper: Some(NEXUSD.into()), without: Vec::new() };
        let programs = Arc::new(Programs::new(Sandbox::open(options).await));
        let tools = tools(&folder, &programs, "main");
        Self { folder, programs, tools, stop: StopSignal::new() }
    }

    fn write(&self, name: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn action(&self, arguments: Value) -> Result<CanonicalAction, String> {
        Ok(self.tools.prepare("exec", &arguments)?.action)
    }

    async fn call(&self, tool: &str, arguments: Value) -> Result<ToolOutput, String> {
        let context = ToolContext {
            stop: self.stop.clone(),
            clock: Arc::new(SystemClock::new()),
            call: None,
        };
        self.tools.prepare(tool, &arguments)?.run(context).await
    }

    async fn exec(&self, arguments: Value) -> String {
        match self.call("exec", arguments).await {
            Ok(output) => output.content,
            Err(error) => format!("error: {error}"),
        }
    }

    async fn process(&self, arguments: Value) -> String {
        self.call("exec_process", arguments).await.map_or_else(|error| error, |o| o.content)
    }
}

fn tools(folder: &tempfile::TempDir, programs: &Arc<Programs>, session: &str) -> ToolBox {
    let mut profile = Profile::system();
    profile.env.insert("PATH".to_owned(), "/usr/bin:/bin".to_owned());
    let exec = ExecConfig {
        programs: Arc::clone(programs),
        session: session.to_owned(),
        profile,
        writable: None,
        path: ["/usr/bin", "/bin"].map(PathBuf::from).to_vec(),
        sockets: "/tmp".into(),
        allow_private_hosts: false,
    };
    ToolBox::new(ToolConfig {
        workspace: folder.path().to_owned(),
        trash: folder.path().join("trash"),
        http: HttpConfig::default(),
        time_zone: None,
        exec: Some(exec),
        delegate: None,
    })
    .unwrap()
}

#[tokio::test]
async fn what_is_shown_is_what_runs() {
    let bench = Bench::new().await;
    let by_words = bench.action(json!({ "argv": ["echo", "a b", "$HOME"] })).unwrap();
    let by_line = bench.action(json!({ "command": "echo 'a b' '$HOME'" })).unwrap();
    assert_eq!(by_words.summary, "run echo 'a b' '$HOME'");
    assert_eq!(by_words.digest, by_line.digest, "a line is only another way to write words");
    let said = bench.exec(json!({ "command": "echo 'a b' '$HOME'" })).await;
    assert_eq!(said, "[exit code 0]\n--- stdout (10 bytes)\na b $HOME\n");
    let shell = bench.action(json!({ "argv": ["sh", "-c", "echo $((6 * 7)) | cat"] })).unwrap();
    assert_eq!(shell.summary, "run sh -c 'echo $((6 * 7)) | cat'");
    let said = bench.exec(json!({ "argv": ["sh", "-c", "echo $((6 * 7)) | cat; exit 3"] })).await;
    assert_eq!(said, "[exit code 3]\n--- stdout (3 bytes)\n42\n");
    let refused = bench.action(json!({ "command": "ls | wc" })).unwrap_err();
    assert!(refused.contains("needs a shell"), "{refused}");
}

#[tokio::test]
async fn whatever_cannot_be_meant_is_refused_before_anybody_is_asked() {
    let bench = Bench::new().await;
    for (arguments, expected) in [
        (json!({}), "either argv or command"),
        (json!({ "argv": ["ls"], "command": "ls" }), "either argv or command"),
        (json!({ "argv": ["no-such-program"] }), "there is no program"),
        (json!({ "argv": ["ls"], "cwd": "../.." }), "holds `..`"),
        (json!({ "argv": ["ls"], "cwd": "/etc" }), "absolute path"),
        (json!({ "argv": ["ls"], "env": { "LD_PRELOAD": "/x" } }), "set by the sandbox"),
        (json!({ "argv": ["ls"], "env": { "PATH": "/x" } }), "set by the sandbox"),
        (json!({ "argv": ["ls"], "env": { "A=B": "/x" } }), "not a variable"),
    ] {
        let error = bench.action(arguments.clone()).unwrap_err();
        assert!(error.contains(expected), "{arguments}: {error}");
    }
    std::os::unix::fs::symlink("/", bench.folder.path().join("out")).unwrap();
    let error = bench.action(json!({ "argv": ["ls"], "cwd": "out" })).unwrap_err();
    assert!(error.contains("not a folder of the workspace"), "{error}");
}

/// Every part of a command is in its digest, and what has changed since is not run.
#[tokio::test]
async fn nothing_else_than_what_was_allowed_runs() {
    let bench = Bench::new().await;
    bench.write("tool", "#!/bin/sh\necho first\n");
    bench.write("script.py", "print('first')");
    std::fs::create_dir(bench.folder.path().join("sub")).unwrap();
    let base = json!({ "argv": ["./tool", "script.py"], "env": { "A": "1" } });
    let digest = |arguments: &Value| bench.action(arguments.clone()).unwrap().digest;
    let before = digest(&base);
    for (name, value) in [
        ("argv", json!(["./tool", "script.py", "-f"])),
        ("argv", json!(["./tool", "./script.py"])),
        ("env", json!({ "A": "2" })),
        ("env", json!({ "B": "1" })),
        ("pty", json!(true)),
        ("background", json!(true)),
        ("timeout_ms", json!(7)),
    ] {
        let mut other = base.clone();
        other[name] = value;
        assert_ne!(digest(&other), before, "{other}");
    }
    let moved = json!({ "argv": ["../tool", "../script.py"], "env": { "A": "1" }, "cwd": "sub" });
    assert_ne!(digest(&moved), before);
    let context =
        || ToolContext { stop: StopSignal::new(), clock: Arc::new(SystemClock::new()), call: None };
    for file in ["tool", "script.py"] {
        let allowed = bench.tools.prepare("exec", &base).unwrap();
        bench.write(file, "#!/bin/sh\necho second\n");
        assert_ne!(digest(&base), before, "{file} is part of what is decided");
        let error = allowed.run(context()).await.unwrap_err();
        assert!(error.contains("has changed since this was allowed"), "{error}");
    }
    let Some(Target::Command { program, env, .. }) =
        bench.action(base).unwrap().targets.into_iter().next()
    else {
        panic!("the first target is the command")
    };
    assert!(program.ends_with("/tool"));
    assert_eq!(env, ["A", "PATH"]);
}

#[tokio::test]
async fn a_program_is_ended_by_its_limits() {
    let bench = Bench::new().await;
    let late = bench.exec(json!({ "argv": ["sleep", "1000"], "timeout_ms": 300 })).await;
    assert!(late.contains("it took longer than 300 ms"), "{late}");
    let loud = bench.exec(json!({ "argv": ["yes"] })).await;
    assert!(loud.contains("it wrote more than"), "{}", &loud[..200]);
    assert!(loud.contains("bytes left out"), "beginning and end are kept");
    assert!(loud.len() < 40_000);
}

#[tokio::test]
async fn programs_go_on_beside_the_conversation_and_end_with_it() {
    let bench = Bench::new().await;
    let other = tools(&bench.folder, &bench.programs, "other");
    let script = "echo begun; while :; do echo alive >> sign; sleep 0.05; done";
    let started = json!({ "argv": ["sh", "-c", script], "background": true });
    assert!(bench.exec(started.clone()).await.contains("in the background as 1"));
    while !bench.process(json!({ "action": "output", "handle": 1 })).await.contains("begun") {
        tokio::task::yield_now().await;
    }
    let context =
        ToolContext { stop: StopSignal::new(), clock: Arc::new(SystemClock::new()), call: None };
    let foreign = other.prepare("exec_process", &json!({ "action": "kill", "handle": 1 })).unwrap();
    assert!(foreign.run(context).await.unwrap_err().contains("no program 1"));
    let killed = bench.process(json!({ "action": "kill", "handle": 1 })).await;
    assert_eq!(killed, "program 1 and everything it started are gone");
    let size = || std::fs::metadata(bench.folder.path().join("sign")).map_or(0, |m| m.len());
    let before = size();
    for _ in 0..BACKGROUND_PER_SESSION_MAX {
        let one = json!({ "argv": ["sleep", "1000"], "background": true });
        assert!(bench.exec(one).await.contains("in the background"));
    }
    assert!(bench.exec(started).await.contains("already"), "their number is bounded");
    assert_eq!(size(), before, "what was killed does nothing more");
    // The run that started them is stopped.
    bench.stop.stop_now();
    while bench.process(json!({ "action": "list" })).await.contains("running") {
        tokio::task::yield_now().await;
    }
    bench.programs.close().await;
}

/// A daemon, and what its model is told about the program it wants to run.
struct Wish {
    daemon: DaemonProcess,
    talk: Talk,
    request: RequestId,
}

impl Wish {
    async fn made(home: &TestHome, without: &str) -> Result<Self> {
        std::fs::write(home.workspace().join("note.txt"), "hello from the workspace\n")?;
        let variables = [("NEXUS_SANDBOX_WITHOUT", without)];
        let daemon = DaemonProcess::start_with(NEXUSD, home.path(), &variables).await?;
        let talk = Talk::with(&daemon).await?;
        let request = talk.say("main", "read it").await?;
        Ok(Self { daemon, talk, request })
    }

    async fn told(self) -> Result<String> {
        let ended = self.talk.ended(self.request).await?;
        drop(self.daemon);
        let call = ended.tool_calls.into_iter().next().unwrap();
        Ok(format!("{}\n{}", call.result.unwrap_or_default(), call.record.unwrap_or_default()))
    }
}

async fn reader() -> Result<FakeModel> {
    FakeModel::openai(|seen| match seen.brings_results() {
        true => Act::Say(format!("it said: {}", seen.last_text())),
        false => Act::Call(vec![(
            "exec".to_owned(),
            json!({ "argv": ["cat", "note.txt", "../state/nexus.db"] }),
        )]),
    })
    .await
}

/// A system program lies outside of every workspace; that alone is no reason to ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_fully_confined_program_runs_unasked_and_the_record_says_how_far_it_was() -> Result<()> {
    let model = reader().await?;
    let home = TestHome::with_model(&model)?;
    let wish = Wish::made(&home, "").await?;
    let text = wish.told().await?;
    ensure!(text.contains("hello from the workspace"), "{text}");
    ensure!(text.contains("../state/nexus.db: No such file or directory"), "{text}");
    ensure!(text.contains("confinement: full"), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_mechanism_switched_off_the_posture_says_so_and_the_tool_asks() -> Result<()> {
    let model = reader().await?;
    let home = TestHome::with_model(&model)?;
    let wish = Wish::made(&home, "seccomp").await?;
    let permission = wish.talk.approve("main").await?;
    ensure!(permission.reason.contains("not fully confined"), "{}", permission.reason);
    ensure!(permission.action.summary == "run cat note.txt ../state/nexus.db");
    let text = wish.told().await?;
    ensure!(text.contains("confinement: partial: no seccomp: switched off"), "{text}");
    Ok(())
}

/// What `write_paths` says holds for programs too, though nobody can know what one will write.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_runs_programs_that_write_its_paths_only() -> Result<()> {
    let script = "echo yes > notes/in; echo no > out; cat note.txt notes/in";
    let model = FakeModel::openai(move |seen| match seen.brings_results() {
        true => Act::Say(format!("it said: {}", seen.last_text())),
        false => Act::Call(vec![("exec".to_owned(), json!({ "argv": ["sh", "-c", script] }))]),
    })
    .await?;
    let rules = "[agents.main]\npreset = \"worker\"\nwrite_paths = [\"notes/\"]";
    let config = model.config().replacen("[agents.main]", rules, 1);
    let home = TestHome::with_config(&config)?;
    std::fs::create_dir(home.workspace().join("notes"))?;
    let text = Wish::made(&home, "").await?.told().await?;
    ensure!(text.contains("hello from the workspace\nyes"), "{text}");
    ensure!(text.contains("out: Read-only file system"), "{text}");
    ensure!(!home.workspace().join("out").exists());
    Ok(())
}

/// A program that waits for the test, so that what is seen was seen before it ended.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_is_seen_before_the_program_ends() -> Result<()> {
    let script = "echo first; while ! test -e go; do sleep 0.02; done; echo last >&2";
    let model = FakeModel::openai(move |seen| match seen.brings_results() {
        true => Act::Say(format!("it said: {}", seen.last_text())),
        false => Act::Call(vec![("exec".to_owned(), json!({ "argv": ["sh", "-c", script] }))]),
    })
    .await?;
    let home = TestHome::with_model(&model)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let watching = daemon.client().await?;
    let params = SubscribeParams {
        types: vec!["agent.streaming.output".to_owned()],
        session_key: Some(key("main")?),
        transient: true,
        ..SubscribeParams::default()
    };
    let mut events = watching.subscribe(&params).await?;
    let talk = Talk::with(&daemon).await?;
    let request = talk.say("main", "run it").await?;
    let first = tokio::time::timeout(EVENT_WAIT, events.next()).await?;
    let first = first.map_err(|end| anyhow!("{end:?}"))?;
    ensure!(first.payload["delta"] == "first\n" && first.payload["seq"] == 1, "{first:?}");
    std::fs::write(home.workspace().join("go"), "")?;
    let ended = talk.ended(request).await?;
    let call = &ended.tool_calls[0];
    ensure!(first.payload["tool_call_id"] == call.id.as_str(), "{first:?}");
    let result = call.result.clone().unwrap_or_default();
    ensure!(result.contains("first\n") && result.contains("last\n"), "{result}");
    Ok(())
}
