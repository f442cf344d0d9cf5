//! The list of what a release is made of (SBOM), as CycloneDX 1.6 in JSON
//! (<https://cyclonedx.org/docs/1.6/json/>).

use anyhow::Result;
use serde_json::{Value, json};

use super::parts::{Part, Parts};
use super::{Release, sha256};
use crate::run::Program;

/// Makes it. The serial number comes from what the list says, so that the same list has the same.
pub(super) fn make(release: &Release, parts: &Parts) -> Result<String> {
    let components: Vec<Value> = parts.values().map(component).collect();
    let whole = format!("pkg:generic/nexus@{}", release.version);
    let ours = parts.values().filter(|part| part.is_ours).map(|part| part.purl.as_str());
    let mut dependencies = vec![json!({ "ref": whole, "dependsOn": ours.collect::<Vec<_>>() })];
    dependencies
        .extend(parts.values().map(|part| json!({ "ref": part.purl, "dependsOn": part.needs })));
    let date = format!("--utc --date=@{} +%Y-%m-%dT%H:%M:%SZ", release.epoch);
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": Program::new("date").args(&date).output()?.trim(),
            "tools": { "components": [
                { "type": "application", "name": "cargo xtask dist", "version": release.version },
            ] },
            "component": {
                "type": "application", "bom-ref": whole, "name": "nexus",
                "version": release.version, "purl": whole,
                "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    let digest = sha256(document.to_string().as_bytes());
    document["serialNumber"] = format!(
        "urn:uuid:{}-{}-4{}-8{}-{}",
        &digest[..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
    .into();
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn component(part: &Part) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "scope": "required",
    });
    if !part.licence.is_empty() {
        component["licenses"] = json!([{ "expression": part.licence }]);
    }
    if let Some((algorithm, digest)) = &part.digest {
        component["hashes"] = json!([{ "alg": algorithm, "content": digest }]);
    }
    if let Some(repository) = &part.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

/// What is wrong with a list, by the rules that every reader relies on: each component is named
/// once, has a version and a licence, and every edge leads to one that is there.
pub(super) fn problems(document: &Value) -> Vec<String> {
    let none = Vec::new();
    let components = document["components"].as_array().unwrap_or(&none);
    let mut refs = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    refs.extend(document["metadata"]["component"]["bom-ref"].as_str());
    for component in components {
        let name = component["bom-ref"].as_str().unwrap_or_default();
        if name.is_empty() || !refs.insert(name) {
            wrong.push(format!("the component `{name}` has no name, or is there twice"));
        }
        for key in ["name", "version", "purl", "licenses"] {
            if component[key].is_null() || component[key] == "" {
                wrong.push(format!("`{name}` has no {key}"));
            }
        }
    }
    if components.is_empty() {
        wrong.push("there are no components".to_owned());
    }
    for dependency in document["dependencies"].as_array().unwrap_or(&none) {
        let needs = dependency["dependsOn"].as_array().unwrap_or(&none);
        for name in needs.iter().chain([&dependency["ref"]]).filter_map(Value::as_str) {
            if !refs.contains(name) {
                wrong.push(format!("nothing is called `{name}`, which something needs"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_a_hole_is_found() {
        let part = json!({
            "bom-ref": "a", "name": "a", "version": "1", "purl": "a",
            "licenses": [{ "expression": "MIT" }],
        });
        let whole = json!({
            "components": [part], "dependencies": [{ "ref": "a", "dependsOn": [] }],
        });
        assert_eq!(problems(&whole), Vec::<String>::new());
        let mut wrong = whole.clone();
        wrong["dependencies"][0]["dependsOn"] = json!(["b"]);
        assert_eq!(problems(&wrong).len(), 1);
        let mut wrong = whole.clone();
        wrong["components"] = json!([part, part]);
        assert_eq!(problems(&wrong).len(), 1);
        let mut wrong = whole;
        wrong["components"][0]["licenses"] = Value::Null;
        assert_eq!(problems(&wrong).len(), 1);
    }
}
