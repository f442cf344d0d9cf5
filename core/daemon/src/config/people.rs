//! What agents may do for people who are not the owner, from checked values.

use std::collections::HashMap;

use nexus_iam::{Preset, Reach};

use super::Finding;
use super::typed::Getter;

/// Most people that may be named.
const PEOPLE_MAX: usize = 1_000;
/// Most tools of one.
const TOOLS_MAX: usize = 100;
/// Presets that a person can be given: one without limits is the owner's alone.
const PRESETS: [Preset; 3] = [Preset::Sandboxed, Preset::Worker, Preset::Trusted];

/// Where a person stands in the configuration.
fn path(name: &str) -> Vec<String> {
    ["people", "tools", name].map(str::to_owned).to_vec()
}

/// Reads the people, by id; what cannot be used goes to `errors`.
pub(super) fn people(get: &Getter<'_>, errors: &mut Vec<Finding>) -> HashMap<String, Reach> {
    let mut people = HashMap::new();
    for name in get.names_at(&["people", "tools"]) {
        let read = match people.len() < PEOPLE_MAX {
            true => reach(&get.texts_at(&path(&name))),
            false => Err(format!("is one too many; at most {PEOPLE_MAX} can be named")),
        };
        match read {
            Ok(reach) => {
                // As `nexus contact list` shows it: the id alone is meant.
                let id = name.strip_prefix("person:").unwrap_or(&name).to_owned();
                people.insert(id, reach);
            }
            Err(problem) => errors.push(Finding {
                line: get.line_at(&path(&name)),
                text: format!("`people.tools.\"{}\"` {problem}", name.escape_debug()),
            }),
        }
    }
    people
}

fn reach(words: &[String]) -> Result<Reach, String> {
    let preset = words.first().and_then(|word| Preset::by_name(word));
    let Some(preset) = preset.filter(|preset| PRESETS.contains(preset)) else {
        return Err(
            "begins with no preset; write [\"sandboxed\"], [\"worker\"] or [\"trusted\"], \
                    and behind it the tools if not all of them"
                .to_owned(),
        );
    };
    let tools = words[1..].to_vec();
    if tools.len() > TOOLS_MAX || tools.iter().any(String::is_empty) {
        return Err(format!("names an empty tool, or more than {TOOLS_MAX}"));
    }
    Ok(Reach { preset, tools })
}
