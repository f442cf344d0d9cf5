//! How credentials look: names and places, never a value.

use nexus_protocol::credential::{
    ClearCredential, ClearSource, CredentialFacts, ImportResult, ListResult, MigrateResult,
    ScanResult, StoreFacts, VerifyResult,
};

use crate::environment::now;
use crate::failure::Result;
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

pub(super) fn list(result: &ListResult, output: &Output) -> Result<()> {
    let empty = "no credentials are kept: see `nexus credential add --help`";
    let columns =
        [("", 0), ("name", 0), ("store", 0), ("verified", 2), ("added", 3), ("used by", 1)];
    let mut table = Table::new(columns, empty);
    for credential in &result.credentials {
        let (sign, words) = verified_words(credential);
        let (sign, sign_style) = output.sign_parts(sign);
        table.row([
            Cell::styled(sign, sign_style),
            Cell::styled(&credential.name, style::BOLD),
            credential.store.as_str().into(),
            words.into(),
            text::ago(credential.added_at, now()).into(),
            used_by(credential).into(),
        ]);
    }
    table.print(output)?;
    output.note("");
    for store in &result.stores {
        output.note(&store_line(store, output));
        if let (true, Some(fix)) = (store.is_chosen && !store.is_ready, &store.fix) {
            output.note(&format!("  fix  {fix}"));
        }
    }
    if !result.stores.iter().any(|store| store.is_chosen) {
        output.note("the first credential that is added chooses the store: keychain, else vault");
    }
    Ok(())
}

fn store_line(store: &StoreFacts, output: &Output) -> String {
    let (sign, words) = match (store.is_ready, store.is_chosen) {
        (true, true) => (Sign::Good, "new credentials go here".to_owned()),
        (true, false) => (Sign::Idle, "ready".to_owned()),
        (false, is_chosen) => {
            let sign = if is_chosen { Sign::Warn } else { Sign::Idle };
            (sign, store.reason.clone().unwrap_or_default())
        }
    };
    format!("{} {:<9}{words}", output.sign_note(sign), store.store)
}

fn verified_words(credential: &CredentialFacts) -> (Sign, String) {
    match (credential.verified_at, credential.is_good) {
        (Some(at), Some(true)) => (Sign::Good, text::ago(at, now())),
        (Some(at), _) => (Sign::Bad, format!("failed {}", text::ago(at, now()))),
        (None, _) => (Sign::Idle, "never".to_owned()),
    }
}

fn used_by(credential: &CredentialFacts) -> String {
    match credential.used_by.is_empty() {
        true => "nothing".to_owned(),
        false => credential.used_by.join(", "),
    }
}

pub(super) fn one(credential: &CredentialFacts, output: &Output) -> Result<()> {
    let (_, verified) = verified_words(credential);
    let rows = [
        ("name", credential.name.clone()),
        ("place", credential.place.clone()),
        ("used by", used_by(credential)),
        ("added", text::ago(credential.added_at, now())),
        ("verified", verified),
    ];
    for (name, value) in rows {
        output.line(&format!("{name:<10}{}", text::one_line(&value)))?;
    }
    output.note(&format!("its value: nexus credential get {} --reveal", credential.name));
    Ok(())
}

pub(super) fn verified(result: &VerifyResult, output: &Output) -> Result<()> {
    let sign = output.sign(if result.is_ok { Sign::Good } else { Sign::Bad });
    let message = text::one_line(&result.message);
    output.line(&format!("{sign} {}: {}: {message}", result.name, result.how))?;
    if let Some(hint) = &result.hint {
        output.line(&format!("  fix  {}", text::one_line(hint)))?;
    }
    Ok(())
}

pub(super) fn scanned(result: &ScanResult, output: &Output) -> Result<()> {
    if result.found.is_empty() {
        output.line(&format!("{} nothing lies in clear", output.sign(Sign::Good)))?;
    }
    for clear in &result.found {
        let sign = output.sign(if clear.is_stored { Sign::Idle } else { Sign::Warn });
        output.line(&format!("{sign} {} in {}", text::one_line(&clear.key), place(clear)))?;
        output.line(&format!("  fix  {}", text::one_line(&clear.proposal)))?;
    }
    output.note(&format!("looked at: {}", result.looked_at.join("; ")));
    Ok(())
}

fn place(clear: &ClearCredential) -> String {
    let path = clear.path.as_deref().unwrap_or_default();
    match (clear.source, clear.line) {
        (ClearSource::Env, _) => "the daemon's environment".to_owned(),
        (_, Some(line)) => format!("{path}:{line}"),
        (_, None) => path.to_owned(),
    }
}

pub(super) fn imported(result: &ImportResult, output: &Output) -> Result<()> {
    for one in &result.imported {
        let sign = output.sign(if one.place.is_some() { Sign::Good } else { Sign::Idle });
        let place = one.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let line = format!("{sign} {} -> {}{place}: {}", one.key, one.name, one.note);
        output.line(&text::one_line(&line))?;
    }
    Ok(())
}

pub(super) fn migrated(result: &MigrateResult, is_dry: bool, output: &Output) -> Result<()> {
    if result.migrated.is_empty() {
        output.line(&format!("{} nothing is to be moved", output.sign(Sign::Good)))?;
    }
    for one in &result.migrated {
        let sign = match (&one.to, is_dry) {
            (Some(_), _) => Sign::Good,
            (None, true) => Sign::Idle,
            (None, false) => Sign::Bad,
        };
        let to = one.to.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
        let line = format!("{} {}: {}{to}: {}", output.sign(sign), one.name, one.from, one.note);
        output.line(&text::one_line(&line))?;
    }
    Ok(())
}
