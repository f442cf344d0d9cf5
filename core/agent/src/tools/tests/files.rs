//! File tools: what they do, and that nothing leads out of the workspace.

use super::*;

/// Outside: `secret.txt`, and `open/` with a file. Inside: links to both, and to a file inside.
fn trapped() -> Bench {
    let bench = Bench::new();
    let outside = bench.folder.path();
    std::fs::write(outside.join("secret.txt"), "SECRET\n").unwrap();
    std::fs::create_dir(outside.join("open")).unwrap();
    std::fs::write(outside.join("open/inner.txt"), "SECRET\n").unwrap();
    bench.write("inside.txt", "fine\n");
    #[cfg(unix)]
    for (target, link) in [
        (outside.join("secret.txt"), "absolute"),
        ("../secret.txt".into(), "relative"),
        (outside.join("open"), "folder"),
        ("..".into(), "up"),
        ("inside.txt".into(), "good"),
        ("loop".into(), "loop"),
    ] {
        std::os::unix::fs::symlink(target, bench.path(link)).unwrap();
    }
    bench
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_leads_out_of_the_workspace() {
    let bench = trapped();
    let secret = bench.folder.path().join("secret.txt").display().to_string();
    let long = "a/".repeat(600);
    let deep = "x".repeat(300);
    let table = [
        ("../secret.txt", "holds `..`"),
        ("a/../../secret.txt", "holds `..`"),
        (secret.as_str(), "absolute path"),
        ("/etc/passwd", "absolute path"),
        ("~/notes", "home folder"),
        ("absolute", "leads out"),
        ("relative", "leads out"),
        ("folder/inner.txt", "leads out"),
        ("up/secret.txt", "leads out"),
        ("loop", ""),
        ("a\0b", "character"),
        ("a\nb", "character"),
        (long.as_str(), "longer than"),
        (deep.as_str(), ""),
        ("inside.txt/x", "not a folder"),
        ("missing/x", "does not exist"),
    ];
    for (path, expect) in table {
        for (tool, arguments) in [
            ("read_file", json!({ "path": path })),
            ("list_dir", json!({ "path": path })),
            ("search_files", json!({ "path": path, "text": "SECRET" })),
            ("edit_file", json!({ "path": path, "old": "SECRET", "new": "x" })),
            ("write_file", json!({ "path": path, "content": "x", "append": true })),
        ] {
            // A missing folder is made by write_file; that is no way out.
            if tool == "write_file" && path.starts_with("missing") {
                continue;
            }
            let said = bench.text(tool, arguments).await;
            assert!(said.starts_with("error: "), "{tool} {path:?}: {said}");
            assert!(!said.contains("SECRET"), "{tool} {path:?}: {said}");
            assert!(said.contains(expect), "{tool} {path:?}: {said}");
        }
    }
    let secret = std::fs::read_to_string(bench.folder.path().join("secret.txt")).unwrap();
    assert_eq!(secret, "SECRET\n");
    let inner = std::fs::read_to_string(bench.folder.path().join("open/inner.txt")).unwrap();
    assert_eq!(inner, "SECRET\n");
}

#[cfg(unix)]
#[tokio::test]
async fn links_inside_are_read_but_not_written_through() {
    let bench = trapped();
    assert_eq!(bench.text("read_file", json!({ "path": "good" })).await, "fine\n");
    let edit = json!({ "path": "good", "old": "fine", "new": "bad" });
    assert!(bench.text("edit_file", edit).await.contains("symbolic link"));
    let write = json!({ "path": "absolute", "content": "x" });
    assert!(bench.text("write_file", write).await.contains("symbolic link"));
    assert_eq!(bench.read("inside.txt"), "fine\n");
}

#[cfg(unix)]
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "only a program can make a pipe without unsafe code")]
async fn special_files_are_refused_and_nothing_hangs() {
    let bench = Bench::new();
    let made = std::process::Command::new("mkfifo").arg(bench.path("pipe")).status();
    assert!(made.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("socket")).unwrap();
    for path in ["pipe", "socket"] {
        for (tool, arguments) in [
            ("read_file", json!({ "path": path })),
            ("edit_file", json!({ "path": path, "old": "a", "new": "b" })),
            ("write_file", json!({ "path": path, "content": "x" })),
            ("search_files", json!({ "path": path, "text": "x" })),
        ] {
            let said = bench.text(tool, arguments).await;
            assert!(said.contains("not a regular file"), "{tool} {path}: {said}");
        }
    }
    let listed = bench.text("list_dir", json!({})).await;
    assert_eq!(listed, "pipe  (special)\nsocket  (special)");
    let found = bench.text("search_files", json!({ "text": "x" })).await;
    assert_eq!(found, "nothing found in 0 files");
}

#[tokio::test]
async fn files_are_read_whole_or_by_lines() {
    let bench = Bench::new();
    let lines: String = (1..=5000).map(|n| format!("line {n}\n")).collect();
    bench.write("long.txt", &lines);
    bench.write("one.txt", "no newline at the end");
    bench.write("empty.txt", "");
    bench.write("binary.bin", [1, 2, 0, 3]);
    bench.write("latin.txt", b"caf\xe9\n");
    bench.write("wide.txt", "x".repeat(100_000));
    let read = |arguments| bench.text("read_file", arguments);
    assert_eq!(read(json!({ "path": "one.txt" })).await, "no newline at the end");
    assert_eq!(read(json!({ "path": "empty.txt" })).await, "[the file is empty]");
    let some = read(json!({ "path": "long.txt", "first_line": 3, "n_lines": 2 })).await;
    assert_eq!(some, "line 3\nline 4\n[more follows: go on with first_line=5]");
    let all = read(json!({ "path": "long.txt" })).await;
    assert!(all.ends_with("line 2000\n[more follows: go on with first_line=2001]"));
    let past = read(json!({ "path": "long.txt", "first_line": 6000 })).await;
    assert_eq!(past, "error: the file has only 5000 lines");
    assert!(read(json!({ "path": "binary.bin" })).await.contains("is binary (4 bytes)"));
    assert_eq!(read(json!({ "path": "latin.txt" })).await, "caf\u{fffd}\n");
    assert!(read(json!({ "path": "wide.txt" })).await.contains("[cut: line of 100000 bytes]"));
    assert!(read(json!({ "path": "." })).await.contains("names a folder"));
    assert!(read(json!({ "path": "long.txt", "n_lines": 0 })).await.contains("n_lines"));
}

#[tokio::test]
async fn files_are_written_in_one_step_with_a_diff() {
    let bench = Bench::new();
    let write = |arguments| bench.call("write_file", arguments);
    let made = write(json!({ "path": "a/b/c.txt", "content": "one\n" })).await.unwrap();
    assert_eq!(made.content, "wrote a/b/c.txt (now 4 bytes)");
    assert_eq!(
        made.record.as_deref(),
        Some("--- /dev/null\n+++ b/a/b/c.txt\n@@ -0,0 +1 @@\n+one\n")
    );
    let more = json!({ "path": "a/b/c.txt", "content": "two\n", "append": true });
    assert_eq!(write(more).await.unwrap().content, "appended to a/b/c.txt (now 8 bytes)");
    let same = json!({ "path": "a/b/c.txt", "content": "one\ntwo\n" });
    let same = write(same).await.unwrap();
    assert!(same.content.contains("unchanged") && same.record.is_none());
    bench.write("tail.txt", "no end");
    let more = json!({ "path": "tail.txt", "content": "next\n", "append": true });
    write(more).await.unwrap();
    assert_eq!(bench.read("tail.txt"), "no end\nnext\n");
    let names: Vec<_> = std::fs::read_dir(bench.path("a/b")).unwrap().collect();
    assert_eq!(names.len(), 1, "a draft was left behind");
    assert!(write(json!({ "path": "a", "content": "" })).await.unwrap_err().contains("folder"));
}

#[cfg(unix)]
#[tokio::test]
async fn permissions_survive_an_edit() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.write("run.sh", "echo a\n");
    std::fs::set_permissions(bench.path("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    let edit = json!({ "path": "run.sh", "old": "a\n", "new": "b\n" });
    bench.call("edit_file", edit).await.unwrap();
    let mode = std::fs::metadata(bench.path("run.sh")).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, bench.read("run.sh").as_str()), (0o755, "echo b\n"));
}

#[tokio::test]
async fn a_stopped_write_leaves_the_file_as_it_was() {
    let bench = Bench::new();
    bench.write("a.txt", "old\n");
    bench.context.stop.stop_now();
    let said = bench.text("write_file", json!({ "path": "a.txt", "content": "new\n" })).await;
    assert!(said.contains("was left as it is"), "{said}");
    assert_eq!(bench.read("a.txt"), "old\n");
    assert_eq!(std::fs::read_dir(bench.path("")).unwrap().count(), 1, "a draft was left behind");
}

#[tokio::test]
async fn text_is_found_where_it_may_be() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path("src/deep")).unwrap();
    bench.write("src/a.rs", "fn Main() {}\nfn main() {}\n");
    bench.write("src/deep/b.rs", "// main (1+1)\n");
    bench.write("ignored.log", "main\n");
    bench.write(".gitignore", "*.log\n");
    bench.write(".hidden", "main\n");
    bench.write("binary", b"main\0main\n");
    let search = |arguments| bench.text("search_files", arguments);
    let found = search(json!({ "text": "main" })).await;
    assert_eq!(
        found,
        "src/a.rs:1: fn Main() {}\nsrc/a.rs:2: fn main() {}\nsrc/deep/b.rs:1: // main (1+1)"
    );
    assert_eq!(search(json!({ "text": "Main" })).await, "src/a.rs:1: fn Main() {}");
    let plain = search(json!({ "text": "(1+1)", "path": "src/deep" })).await;
    assert_eq!(plain, "src/deep/b.rs:1: // main (1+1)");
    let regex = search(json!({ "text": r"^fn m\w+", "is_regex": true })).await;
    assert!(regex.ends_with("src/a.rs:2: fn main() {}"), "{regex}");
    let one = search(json!({ "text": "main", "path": "src/a.rs" })).await;
    assert!(one.contains("a.rs:2"), "{one}");
    assert!(search(json!({ "text": "(", "is_regex": true })).await.contains("searched for"));
    bench.write("many.txt", "needle\n".repeat(1000));
    let many = search(json!({ "text": "needle" })).await;
    assert_eq!(many.lines().count(), 201);
    assert!(many.ends_with("narrow the search for more]"));
}

#[tokio::test]
async fn what_is_deleted_lies_in_the_trash() {
    let bench = Bench::new();
    bench.write("a.md", "once");
    std::os::unix::fs::symlink(bench.folder.path(), bench.path("out")).unwrap();
    let output = bench.call("delete_file", json!({ "path": "./a.md" })).await.unwrap();
    assert!(!bench.path("a.md").exists());
    let (from, kept) = &output.exposure.moved[0];
    assert_eq!((from.as_str(), std::fs::read_to_string(kept).unwrap().as_str()), ("a.md", "once"));
    let note = std::path::Path::new(kept).with_file_name("undo.json");
    assert!(std::fs::read_to_string(note).unwrap().contains("a.md"));

    // A link goes, not what it points to; nothing beyond it can be named.
    bench.text("delete_file", json!({ "path": "out" })).await;
    assert!(bench.folder.path().exists() && !bench.path("out").exists());
    std::os::unix::fs::symlink("..", bench.path("up")).unwrap();
    std::fs::write(bench.folder.path().join("victim"), "x").unwrap();
    let refused = bench.text("delete_file", json!({ "path": "up/victim" })).await;
    assert!(refused.starts_with("error: "), "{refused}");
    assert!(bench.folder.path().join("victim").exists());
    assert!(bench.text("delete_file", json!({ "path": "." })).await.contains("itself"));
    assert!(bench.text("delete_file", json!({ "path": "b" })).await.contains("does not exist"));
}

#[tokio::test]
async fn a_result_says_what_it_was_made_from() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("in")).unwrap();
    bench.write("in/a.md", "needle");
    bench.write("in/b.md", "hay");
    let read = |output: super::ToolOutput| output.exposure.read;
    let found = bench.call("search_files", json!({ "text": "needle" })).await.unwrap();
    assert_eq!(read(found), ["in/a.md"]);
    let listed = bench.call("list_dir", json!({ "path": "in" })).await.unwrap();
    assert_eq!(read(listed), ["in/a.md", "in/b.md"]);
    let write = json!({ "path": "in/a.md", "content": "new" });
    let written = bench.call("write_file", write).await.unwrap();
    assert_eq!(written.exposure.replaced, ["in/a.md"]);
}
