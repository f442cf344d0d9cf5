//! The methods of the configuration without a daemon: the same edits by the same code; what they
//! change is in force from the next start on.

use nexus_domain::Failure;
use nexus_protocol::config::{
    ApplyParams, ChangeResult, ConfigValue, ExplainParams, GetParams, PatchParams, SchemaResult,
    SetParams,
};
use nexus_protocol::{Method, parse};
use serde::Serialize;
use serde_json::Value;

use super::change::{prepare, refusal};
use super::explain::explain;
use super::{Edit, Environment, FileText, Loaded, Overlay, file, parse_text, schema};
use crate::home::Home;
use crate::methods::config::shown;

/// Answers one method.
///
/// # Errors
/// Those of the method, and `Invalid` for a method of another resource.
pub fn answer(
    method: &str,
    params: &str,
    home: &Home,
    environment: &Environment,
) -> Result<Value, Failure> {
    let params: Value = serde_json::from_str(params)
        .map_err(|error| Failure::invalid(format!("the params are not JSON: {error}")))?;
    let overlay = Overlay::new(environment.clone(), Vec::new());
    let file = Standalone { home, overlay };
    match Method::by_name(method) {
        Some(method @ Method::ConfigGet) => json(&file.get(&parse::params(method, params)?)?),
        Some(method @ Method::ConfigSet) => {
            let params: SetParams = parse::params(method, params)?;
            let base = params.base_hash.as_deref();
            json(&file.change(Edit::Set(&params.changes), base, params.dry_run)?)
        }
        Some(method @ Method::ConfigPatch) => {
            let params: PatchParams = parse::params(method, params)?;
            let base = params.base_hash.as_deref();
            json(&file.change(Edit::Patch(&params.patch), base, params.dry_run)?)
        }
        Some(method @ Method::ConfigApply) => {
            let params: ApplyParams = parse::params(method, params)?;
            let base = params.base_hash.as_deref();
            json(&file.change(Edit::Apply(&params.text), base, params.dry_run)?)
        }
        Some(method @ Method::ConfigExplain) => {
            let params: ExplainParams = parse::params(method, params)?;
            let (loaded, on_disk) = file.load()?;
            json(&explain(&params.key, &loaded.config, Some(&on_disk), &file.overlay, &[])?)
        }
        Some(Method::ConfigSchema) => json(&SchemaResult { schema: schema() }),
        _ => Err(Failure::invalid(format!("`{method}` needs a running daemon"))
            .hint("start it: nexus up")),
    }
}

struct Standalone<'a> {
    home: &'a Home,
    overlay: Overlay,
}

impl Standalone<'_> {
    fn load(&self) -> Result<(Loaded, FileText), Failure> {
        let path = self.home.config_file();
        let text = file::read(&path).map_err(|finding| refusal(&[finding]))?;
        let text = text.unwrap_or_else(|| FileText::new(String::new()));
        let loaded = parse_text(&text.text, &path, &self.overlay);
        Ok((loaded.map_err(|findings| refusal(&findings))?, text))
    }

    fn get(&self, params: &GetParams) -> Result<nexus_protocol::config::GetResult, Failure> {
        let (loaded, text) = self.load()?;
        let hash = text.hash.clone();
        shown(&loaded.config, params, Some(text), &hash, Vec::new())
    }

    fn change(
        &self,
        edit: Edit<'_>,
        base_hash: Option<&str>,
        dry_run: bool,
    ) -> Result<ChangeResult, Failure> {
        let path = self.home.config_file();
        if !path.exists() {
            return Err(Failure::not_found(format!("there is no {}", path.display()))
                .hint("make it: nexus init"));
        }
        // A file that cannot be used has no values; then everything that is set counts as changed.
        let before: Vec<ConfigValue> =
            self.load().map(|(loaded, _)| loaded.config.values).unwrap_or_default();
        let candidate = prepare(&path, &self.overlay, edit, base_hash)?;
        if !dry_run {
            candidate.write(&path)?;
        }
        let mut result = candidate.result(&before, &self.overlay, dry_run);
        // Nobody runs who could have taken it over.
        result.needs_restart.append(&mut result.applied);
        result.needs_restart.sort();
        Ok(result)
    }
}

fn json(result: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(result).map_err(Failure::internal)
}
