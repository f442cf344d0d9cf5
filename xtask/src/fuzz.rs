//! Runs the fuzz targets of `tests/fuzz`, coverage-guided, for a while each.

use anyhow::{Context, Result};

use crate::count::Count;
use crate::run::{self, Program, root, say, target_dir};

/// What makes the compiler count coverage for libFuzzer; plain code generation flags, so that the
/// stable toolchain does.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=1";

/// Inputs longer than this find nothing that shorter ones do not.
const INPUT_BYTES_MAX: u32 = 8_192;

/// Makes sure that the targets still compile: they are no part of the workspace, so that nothing
/// else would. Beside what the workspace was checked with, this costs the targets themselves and,
/// once, the fuzzer's own library.
pub(crate) fn check() -> Result<()> {
    if !root().join("tests/fuzz/Cargo.toml").is_file() {
        say("there is no tests/fuzz");
        return Ok(());
    }
    let check = Program::cargo()
        .inside("tests/fuzz")
        .args("check --locked --bins")
        .with("CARGO_TARGET_DIR", target_dir());
    say(check.line());
    check.run().context("the fuzz targets do not compile")
}

/// Builds all targets and runs each for `seconds`.
pub(crate) fn run_all(seconds: u32) -> Result<Count> {
    let home = root().join("tests/fuzz");
    if !home.join("Cargo.toml").is_file() {
        say("there is no tests/fuzz");
        return Ok(Count::default());
    }
    let target = target_dir().join("fuzz");
    // Naming the system keeps the flags away from build scripts and macros.
    let host = run::host()?;
    Program::cargo()
        .inside("tests/fuzz")
        .args("build --release --bins --target")
        .args(&host)
        .with("RUSTFLAGS", COVERAGE)
        .with("CARGO_TARGET_DIR", &target)
        .run()
        .context("the fuzz targets do not build")?;
    let mut count = Count::default();
    for name in names()? {
        let found = target.join("corpus").join(&name);
        std::fs::create_dir_all(&found)?;
        let mut fuzz = Program::new(
            &target.join(&host).join("release").join(&name).to_string_lossy(),
        )
        .arg(&found)
        .args(&format!("-max_total_time={seconds} -max_len={INPUT_BYTES_MAX}"))
        .args("-timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -print_funcs=0 -verbosity=0")
        .arg(format!("-artifact_prefix={}/", target.display()));
        // Inputs worth starting from are committed beside the target.
        let seeds = home.join("seeds").join(&name);
        if seeds.is_dir() {
            fuzz = fuzz.arg(seeds);
        }
        say(format!("fuzzing {name} for {seconds} s"));
        let is_good = fuzz.status()?.success();
        count.add(Count::one(is_good));
        if !is_good {
            say(format!("the input that broke {name} is in {}", target.display()));
        }
    }
    Ok(count)
}

fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in root().join("tests/fuzz/targets").read_dir()? {
        let path = entry?.path();
        if let Some(name) = path.file_stem() {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
