//! Whatever is changed between the decision and the effect: the call is another action by then,
//! and the one that was decided does nothing.

use std::fs;

use super::*;

/// A call as it was decided.
#[derive(Clone, Copy, Debug)]
enum Decided {
    Edit,
    Write,
    Append,
    WriteNew,
}

/// What somebody does before the call runs.
#[derive(Clone, Copy, Debug)]
enum Swap {
    /// Another content in the same file.
    Content,
    /// One byte more.
    Longer,
    /// The file is gone, or is there where none was.
    Presence,
    /// A link to a file with the very same content in place of the file.
    LinkToFile,
    /// A link to a folder with the very same files in place of the folder.
    LinkToFolder,
    /// A folder in place of the file.
    Folder,
}

fn call(decided: Decided) -> (&'static str, Value) {
    let path = "notes/a.txt";
    match decided {
        Decided::Edit => ("edit_file", json!({ "path": path, "old": "one", "new": "two" })),
        Decided::Write => ("write_file", json!({ "path": path, "content": "new\n" })),
        Decided::Append => {
            ("write_file", json!({ "path": path, "content": "more\n", "append": true }))
        }
        Decided::WriteNew => ("write_file", json!({ "path": "notes/new.txt", "content": "x" })),
    }
}

#[cfg(unix)]
fn swap(bench: &Bench, decided: Decided, swap: Swap, text: &str) {
    use std::os::unix::fs::symlink;
    let file = match decided {
        Decided::WriteNew => bench.path("notes/new.txt"),
        _ => bench.path("notes/a.txt"),
    };
    let is_there = file.exists();
    let remove = || {
        if is_there {
            fs::remove_file(&file).unwrap();
        }
    };
    match swap {
        Swap::Content => fs::write(&file, format!("{text}!")).unwrap(),
        Swap::Longer => fs::write(&file, "one\n ").unwrap(),
        Swap::Presence if is_there => fs::remove_file(&file).unwrap(),
        Swap::Presence => fs::write(&file, "").unwrap(),
        Swap::LinkToFile => {
            remove();
            symlink("../other/a.txt", &file).unwrap();
        }
        Swap::LinkToFolder => {
            fs::rename(bench.path("notes"), bench.path("was")).unwrap();
            symlink("other", bench.path("notes")).unwrap();
        }
        Swap::Folder => {
            remove();
            fs::create_dir(&file).unwrap();
        }
    }
}

/// Every file beneath the workspace with its content.
fn all_files(bench: &Bench) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut folders = vec![bench.path("")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match fs::symlink_metadata(&path).unwrap() {
                kind if kind.is_dir() => folders.push(path),
                kind if kind.is_file() => files.push((path.clone(), fs::read(&path).unwrap())),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn filled() -> Bench {
    let bench = Bench::new();
    for folder in ["notes", "other"] {
        fs::create_dir(bench.path(folder)).unwrap();
        bench.write(&format!("{folder}/a.txt"), "one\n");
    }
    bench
}

fn decided() -> impl Strategy<Value = Decided> {
    use Decided::{Append, Edit, Write, WriteNew};
    prop::sample::select(vec![Edit, Write, Append, WriteNew])
}

fn swaps() -> impl Strategy<Value = Swap> {
    use Swap::{Content, Folder, LinkToFile, LinkToFolder, Longer, Presence};
    prop::sample::select(vec![Content, Longer, Presence, LinkToFile, LinkToFolder, Folder])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[cfg(unix)]
    #[test]
    fn what_was_decided_does_nothing_to_anything_else(
        decided in decided(), how in swaps(), text in "[a-z\n]{0,12}",
    ) {
        let bench = filled();
        let (tool, arguments) = call(decided);
        let prepared = bench.tools.prepare(tool, &arguments).unwrap();
        let digest = prepared.action.digest.clone();
        swap(&bench, decided, how, &text);
        if let Ok(again) = bench.tools.prepare(tool, &arguments) {
            prop_assert_ne!(again.action.digest, digest, "{:?} is taken for the same", how);
        }
        let before = all_files(&bench);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(prepared.run(bench.context.clone()));
        prop_assert!(outcome.is_err(), "{:?} after {:?}: {:?}", decided, how, outcome);
        prop_assert_eq!(before, all_files(&bench));
    }

    #[test]
    fn other_arguments_and_another_workspace_are_another_action(
        decided in decided(), text in "[a-z]{1,8}",
    ) {
        let (bench, elsewhere) = (filled(), filled());
        let (tool, arguments) = call(decided);
        let digest = |bench: &Bench, arguments: &Value| {
            bench.tools.prepare(tool, arguments).unwrap().action.digest
        };
        let approved = digest(&bench, &arguments);
        prop_assert_eq!(&approved, &digest(&bench, &arguments), "nothing has changed");
        prop_assert_ne!(&approved, &digest(&elsewhere, &arguments));
        for field in ["new", "content"] {
            let mut altered = arguments.clone();
            if let Some(value) = altered.get_mut(field) {
                *value = format!("{text}{}", value.as_str().unwrap()).into();
                prop_assert_ne!(&approved, &digest(&bench, &altered), "{} altered", field);
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_was_turned_is_not_read_through() {
    let bench = filled();
    bench.write("other/a.txt", "private\n");
    std::os::unix::fs::symlink("notes", bench.path("link")).unwrap();
    let prepared = bench.tools.prepare("read_file", &json!({ "path": "link/a.txt" })).unwrap();
    fs::remove_file(bench.path("link")).unwrap();
    std::os::unix::fs::symlink("other", bench.path("link")).unwrap();
    let outcome = prepared.run(bench.context.clone()).await;
    assert!(outcome.unwrap_err().contains("has changed"), "it was read through the other link");
}
