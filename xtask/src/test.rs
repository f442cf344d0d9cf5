//! `cargo xtask test`: every check and every test, one step after the other.

use std::process::ExitCode;

use anyhow::Result;

use crate::Flags;
use crate::count::{self, Count};
use crate::packages::{self, Purpose};
use crate::run::{Program, Stopwatch, complain, root, say, target_dir};
use crate::{clients, codegen, dist, fuzz, icons, licences, ui};

/// How long each fuzz target runs in the long mode.
const FUZZ_SECONDS: u32 = 60;
/// How many cases access control is compared on with its reference in the long mode.
const REFERENCE_CASES: u32 = 1_000_000;
/// How often the daemon and its adapters are killed under load in the long mode.
const KILLS: u32 = 200;

/// What the steps have in common.
struct Plan {
    /// Also what takes minutes.
    is_long: bool,
    /// Only Rust tests whose name contains this.
    filter: Option<String>,
}

/// One step: a name, what it does, and how it is repeated by hand.
struct Step {
    name: &'static str,
    /// Left out when a filter asks for some tests only.
    is_check: bool,
    /// Only in the long mode.
    is_long: bool,
    act: fn(&Plan) -> Result<Count>,
}

/// Every step, in order: what fails fastest comes first.
const STEPS: &[Step] = &[
    check("packages", packages),
    check("format", format),
    check("licences", |_| done(licences::check())),
    check("icons", |_| done(icons::check())),
    check("ui", ui_tests),
    check("lints", lints),
    check("codegen", |_| done(codegen::check())),
    Step { name: "build", is_check: false, is_long: false, act: build },
    Step { name: "rust", is_check: false, is_long: false, act: rust_tests },
    check("fuzz-check", |_| done(fuzz::check())),
    check("docs", doc_tests),
    check("browser", browser_tests),
    check("package", |_| done(dist::inspect())),
    Step { name: "reference", is_check: true, is_long: true, act: reference },
    Step { name: "kills", is_check: true, is_long: true, act: kills },
    Step { name: "dist", is_check: true, is_long: true, act: |_| dist::try_out() },
    Step { name: "fuzz", is_check: true, is_long: true, act: fuzz },
];

const fn check(name: &'static str, act: fn(&Plan) -> Result<Count>) -> Step {
    Step { name, is_check: true, is_long: false, act }
}

/// Runs the steps, stopping at the first that fails; the last line sums up.
pub(crate) fn run(flags: &mut Flags) -> Result<ExitCode> {
    let is_long = flags.take("--long");
    let only = flags.take_value("--step")?;
    let plan = Plan { is_long, filter: flags.finish()? };
    if let Some(name) = &only
        && !STEPS.iter().any(|step| step.name == name)
    {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        anyhow::bail!("there is no step `{name}`; the steps are {}", names.join(", "));
    }
    let is_wanted = |step: &&Step| match &only {
        Some(name) => step.name == name,
        None => (plan.is_long || !step.is_long) && (plan.filter.is_none() || !step.is_check),
    };
    let mut total = Count::default();
    let whole = Stopwatch::start();
    for step in STEPS.iter().filter(is_wanted) {
        say(format!("\n== {} ==", step.name));
        let watch = Stopwatch::start();
        let outcome = (step.act)(&plan);
        let seconds = watch.elapsed().as_secs_f64();
        match outcome {
            Ok(count) if count.failed == 0 => {
                total.add(count);
                say(format!("== {}: good, {seconds:.1} s", step.name));
            }
            outcome => {
                match outcome {
                    Ok(count) => total.add(count),
                    Err(error) => {
                        total.add(Count::one(false));
                        complain(format!("error: {error:#}"));
                    }
                }
                say(format!("== {}: FAILED after {seconds:.1} s", step.name));
                say(format!("again: cargo xtask test --step {}", step.name));
                break;
            }
        }
    }
    say(format!("\nin {:.0} s", whole.elapsed().as_secs_f64()));
    say(format!("{} passed, {} failed", total.passed, total.failed));
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn done(outcome: Result<()>) -> Result<Count> {
    outcome.map(|()| Count::one(true))
}

fn packages(_: &Plan) -> Result<Count> {
    done(packages::ensure(Purpose::Test))
}

fn format(_: &Plan) -> Result<Count> {
    let fmt = Program::cargo().args("fmt --all --check");
    say(fmt.line());
    done(fmt.run())
}

fn lints(_: &Plan) -> Result<Count> {
    let clippy = Program::cargo().args("clippy --locked --workspace --all-targets -- -D warnings");
    say(clippy.line());
    done(clippy.run())
}

/// The page is built before the programs that embed it.
fn ui_tests(_: &Plan) -> Result<Count> {
    if !root().join("ui/package.json").is_file() {
        say("there is no ui/package.json");
        return Ok(Count::default());
    }
    ui::ensure_modules()?;
    let mut count = done(ui::npm("run check").run())?;
    count.add(counted(&ui::npm("test").with("CI", "true").with("NO_COLOR", "1"))?);
    ui::ensure_built()?;
    Ok(count)
}

/// Builds everything the tests start, with the features that the tests are built with, so that
/// nothing is compiled twice.
fn build(_: &Plan) -> Result<Count> {
    clients::ensure()?;
    let build = Program::cargo().args("build --locked --workspace --all-targets");
    say(build.line());
    build.run()?;
    Ok(Count::default())
}

fn rust_tests(plan: &Plan) -> Result<Count> {
    let filter = plan.filter.as_deref().unwrap_or_default();
    let has_nextest = Program::cargo().args("nextest --version").succeeds();
    let tests = if has_nextest {
        // nextest runs the tests of all crates side by side and ends those that hang.
        Program::cargo().args("nextest run --locked --workspace --config-file xtask/nextest.toml")
    } else {
        Program::cargo().args("test --locked --workspace --all-targets --no-fail-fast")
    };
    counted(&tests.args(filter))
}

fn doc_tests(_: &Plan) -> Result<Count> {
    let tests = Program::cargo().args("test --locked --workspace --doc --no-fail-fast");
    say(tests.line());
    let (status, output) = tests.tee()?;
    outcome(&tests, status.success(), count::read(&output))
}

fn browser_tests(plan: &Plan) -> Result<Count> {
    if !root().join("ui/package.json").is_file() {
        say("there is no ui/package.json");
        return Ok(Count::default());
    }
    // Asked for alone, this step would meet a daemon without pages, or with yesterday's.
    ui::ensure_built()?;
    build(plan)?;
    let programs = target_dir().join("debug");
    let tests = ui::npm("run e2e").with("CI", "true").with("NO_COLOR", "1");
    counted(&tests.with("NEXUS_BIN_DIR", programs))
}

/// Without nextest, which would end a test that takes minutes, and optimised, or it would be many.
fn reference(_: &Plan) -> Result<Count> {
    let tests = Program::cargo()
        .args("test --locked --release -p nexus-tests --test iam_reference -- --nocapture")
        .with("NEXUS_IAM_CASES", REFERENCE_CASES.to_string());
    counted(&tests)
}

/// Without nextest, which hides what is counted.
fn kills(_: &Plan) -> Result<Count> {
    let tests = Program::cargo()
        .args("test --locked -p nexus-tests --test kills -- --nocapture")
        .with("NEXUS_KILLS", KILLS.to_string());
    counted(&tests)
}

fn fuzz(_: &Plan) -> Result<Count> {
    fuzz::run_all(FUZZ_SECONDS)
}

/// Runs a test runner and counts what it says; an unexpected silence is a failure.
fn counted(tests: &Program) -> Result<Count> {
    say(tests.line());
    let (status, output) = tests.tee()?;
    let count = count::read(&output);
    if status.success() && count == Count::default() {
        anyhow::bail!("`{}` succeeded without running a test", tests.line());
    }
    outcome(tests, status.success(), count)
}

fn outcome(tests: &Program, is_good: bool, mut count: Count) -> Result<Count> {
    if !is_good {
        complain(format!("error: `{}` failed", tests.line()));
        count.failed = count.failed.max(1);
    }
    Ok(count)
}
