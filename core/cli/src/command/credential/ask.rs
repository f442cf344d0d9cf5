//! Takes a secret in: from stdin, or typed by a person who does not see it. Never from the
//! command line or the environment, where others can look.

use std::io::Read;

use nexus_protocol::credential::{SecretText, VALUE_CHARS_MAX};

use crate::context::Context;
use crate::failure::{CliError, Result};

/// Reads one secret.
pub(crate) fn secret(context: &Context, what: &str) -> Result<SecretText> {
    let text = if context.environment.is_stdin_tty {
        rpassword::prompt_password(format!("{what} (not shown): "))
            .map_err(|error| CliError::usage(format!("the {what} was not read: {error}")))?
    } else {
        // Made large enough at once: a text that grows leaves copies behind.
        let mut text = String::with_capacity(VALUE_CHARS_MAX + 1);
        std::io::stdin()
            .lock()
            .take(VALUE_CHARS_MAX as u64 + 1)
            .read_to_string(&mut text)
            .map_err(|error| CliError::usage(format!("the {what} was not read: {error}")))?;
        text
    };
    let secret = SecretText::new(text);
    let trimmed = secret.expose().trim();
    if trimmed.is_empty() {
        return Err(CliError::usage(format!("the {what} is empty"))
            .fix("type it when asked, or write it to stdin"));
    }
    if trimmed.len() > VALUE_CHARS_MAX {
        return Err(CliError::usage(format!("the {what} is too long")));
    }
    Ok(SecretText::new(trimmed.to_owned()))
}
