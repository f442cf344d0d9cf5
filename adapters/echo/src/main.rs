//! The reference adapter, and the double that tests use: what is sent to it, it writes down; what
//! its settings script, it hands in. It bridges to nothing.
//!
//! `settings.rs` lists what can be configured, including the ways in which it misbehaves on
//! request.

mod record;
mod script;
mod settings;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, EditParams, HelloParams, SendError, SendErrorKind,
    SendParams, SendResult,
};

use crate::record::Record;
use crate::settings::{Hang, Settings};

/// Exit code of a crash that was asked for.
const CRASH_CODE: i32 = 3;

#[derive(Default)]
struct Echo {
    settings: OnceLock<Settings>,
    record: Mutex<Record>,
    n_sends: AtomicU32,
}

impl Echo {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bridge for Echo {
    fn facts(&self) -> AdapterFacts {
        // Asked after the start, when the settings are known.
        let repeats = self.settings.get().is_some_and(|settings| settings.repeats);
        let edit_ms_min = self.settings.get().and_then(|settings| settings.edit_ms_min);
        let mut supports = vec![Ability::Monitor, Ability::Send, Ability::Health];
        supports.extend(edit_ms_min.map(|_| Ability::Edit));
        AdapterFacts {
            has_idempotent_sends: !repeats,
            text_chars_max: self.settings.get().and_then(|settings| settings.text_chars_max),
            edit_ms_min,
            ..nexus_adapter::facts("echo", env!("CARGO_PKG_VERSION"), &supports)
        }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let settings = Settings::read(hello.config)?;
        if settings.hang == Some(Hang::Hello) {
            std::future::pending::<()>().await;
        }
        if let Some(path) = &settings.record {
            *self.record() = Record::open(path)
                .map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
        }
        script::play(&settings, hello.account_id, daemon);
        self.settings.set(settings).map_err(|_| "it was started twice".to_owned())
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let settings = self.settings.get();
        match settings.and_then(|settings| settings.hang) {
            Some(Hang::Send) => std::future::pending().await,
            Some(Hang::All) => loop {
                // On purpose the whole process: it reads and answers nothing from here on.
                std::thread::park();
            },
            Some(Hang::Hello) | None => {}
        }
        if let Some(reason) = settings.and_then(|settings| settings.refuses.as_ref()) {
            return Err(SendError::new(SendErrorKind::ContentRejected, reason.clone()));
        }
        let mut params = params;
        if settings.is_some_and(|settings| settings.repeats) {
            // A key of its own for each, so that none is known.
            params.idempotency_key += &format!("#{}", self.record().len());
        }
        let written = self.record().write(&params);
        let (message_id, is_new) = written.map_err(|error| {
            SendError::new(SendErrorKind::Unknown, format!("it could not be recorded: {error}"))
        })?;
        let n_sends = u32::from(is_new) + self.n_sends.fetch_add(is_new.into(), Ordering::SeqCst);
        if settings.and_then(|settings| settings.crash_after).is_some_and(|n| is_new && n_sends > n)
        {
            std::process::exit(CRASH_CODE);
        }
        Ok(SendResult { message_ids: vec![message_id] })
    }

    async fn edit(&self, params: EditParams) -> Result<(), SendError> {
        let edited = self.record().edit(&params.message_id, &params.text);
        match edited {
            Ok(true) => Ok(()),
            Ok(false) => {
                let message = format!("there is no message {}", params.message_id);
                Err(SendError::new(SendErrorKind::NotFound, message))
            }
            Err(error) => Err(SendError::new(SendErrorKind::Unknown, error.to_string())),
        }
    }
}

fn main() -> ExitCode {
    nexus_adapter::main(Echo::default())
}
