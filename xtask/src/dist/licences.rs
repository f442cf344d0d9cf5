//! The licences of everything by others that is in a release, in one file: each text once, with
//! those that are under it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::parts::{Part, Parts};

/// What files with the words of a licence are called.
const NAMES: &[&str] = &["licen", "copying", "notice", "unlicense", "copyright"];

/// Collects them.
pub(super) fn collect(parts: &Parts) -> Result<String> {
    let mut texts: BTreeMap<String, Vec<&Part>> = BTreeMap::new();
    let mut silent = Vec::new();
    let others: Vec<&Part> = parts.values().filter(|part| !part.is_ours).collect();
    for part in &others {
        let found = texts_in(&part.folder)?;
        if found.is_empty() {
            silent.push(*part);
        }
        for text in found {
            texts.entry(text).or_default().push(part);
        }
    }
    let mut all = format!(
        "Nexus contains the work of others: {} libraries, listed with their licences, and then\n\
         the words of those licences, each with the libraries that came with it.\n\n",
        others.len()
    );
    for part in &others {
        all += &format!("{} {}: {}\n", part.name, part.version, part.licence);
    }
    if !silent.is_empty() {
        all += "\nThese name their licence and bring no text of it:\n\n";
        for part in silent {
            let place = part.repository.as_deref().unwrap_or(&part.purl);
            all += &format!("{} {}: {} ({place})\n", part.name, part.version, part.licence);
        }
    }
    for (text, users) in texts {
        let names: Vec<_> = users.iter().map(|p| format!("{} {}", p.name, p.version)).collect();
        let rule = "=".repeat(79);
        all += &format!("\n{rule}\n{}\n{rule}\n\n{text}\n", wrapped(&names));
    }
    Ok(all)
}

fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    if folder.is_dir() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let texts = paths.iter().map(|path| Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned()));
    // The same words with other line endings are the same words.
    let texts = texts.map(|text: Result<String>| {
        let lines = text?.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        Ok(lines.join("\n").trim().to_owned())
    });
    let texts = texts.collect::<Result<Vec<_>>>()?;
    Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
}

/// Names in lines of a readable length.
fn wrapped(names: &[String]) -> String {
    let (mut text, mut n_chars) = (String::new(), 0);
    for name in names {
        if n_chars > 0 {
            text += ",";
            text += if n_chars + name.len() > 76 { "\n" } else { " " };
            n_chars = if n_chars + name.len() > 76 { 0 } else { n_chars };
        }
        text += name;
        n_chars += name.len() + 2;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_wrapped() {
        let names: Vec<_> = (0..20).map(|n| format!("library-{n} 1.0.0")).collect();
        let text = wrapped(&names);
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.len() <= 80), "{text}");
        assert_eq!(text.matches("library").count(), 20);
    }
}
