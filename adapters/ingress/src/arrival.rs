//! What arrives with a call, as the daemon takes it.

use nexus_adapter::{Part, Role, Said};

use crate::problem::Problem;

/// Longest text that is handed over as it is, in bytes; a longer one comes along, under a title.
const CONTENT_BYTES_MAX: usize = 64 * 1024;
/// Longest title of a message that comes along, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// The text of a message that is only pictures, since none may be without.
const ONLY_PICTURES: &str = "(a picture)";

/// The text of a call and what comes along with it: one text alone; or a title, with the whole
/// message as parts in their order.
///
/// # Errors
/// When nothing is said; `param` is where it would stand.
pub fn arrive(arriving: Vec<Said>, param: &str) -> Result<(String, Vec<Part>), Problem> {
    let n_results = results(&arriving);
    let mut parts: Vec<Part> = arriving.into_iter().flat_map(|said| said.parts).collect();
    parts.retain(|part| !is_blank(part));
    let text = parts.iter().find_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let title = match text {
        _ if parts.is_empty() => {
            let message = "the last message is empty";
            return Err(Problem::invalid(param, "invalid_value", message));
        }
        Some(text) if parts.len() == 1 && text.len() <= CONTENT_BYTES_MAX => {
            return Ok((text.to_owned(), Vec::new()));
        }
        Some(text) => text.trim().chars().take(TITLE_CHARS_MAX).collect(),
        None if n_results > 0 => format!("results of {n_results} tool calls"),
        None => ONLY_PICTURES.to_owned(),
    };
    Ok((title, parts))
}

fn results(said: &[Said]) -> usize {
    let tools = said.iter().filter(|said| said.role == Role::Tool);
    tools.map(|said| said.parts.len()).sum()
}

/// Whether nothing is said with it.
#[must_use]
pub fn is_blank(part: &Part) -> bool {
    matches!(part, Part::Text(text) if text.trim().is_empty())
}
