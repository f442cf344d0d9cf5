//! What a command says when it does not succeed: what, why, how to mend it, and an exit code.

use std::fmt;

use nexus_client::{ClientError, TokenError};
use nexus_protocol::{ErrorCode, PROTOCOL, WireError};
use serde_json::{Value, json};

/// Exit codes. They are part of the interface: scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// Failed.
    Failed = 1,
    /// The command line or its input is wrong, or input is missing that nobody can be asked for.
    Usage = 2,
    /// It does not exist.
    NotFound = 3,
    /// Not signed in, or not allowed.
    Denied = 4,
    /// The daemon is not reachable.
    Unreachable = 5,
    /// Finished, but problems were found.
    Found = 6,
    /// A policy or a person said no.
    Refused = 7,
    /// Timed out or expired.
    Timeout = 8,
    /// Changed meanwhile.
    Conflict = 9,
    /// Interrupted.
    Interrupted = 130,
}

/// The exit codes for people.
pub(crate) const EXIT_CODES: &str = "\
Exit codes
  0    done
  1    failed
  2    wrong usage, or input is missing that nobody could be asked for
  3    not found
  4    not signed in, or not allowed
  5    the daemon is not reachable
  6    finished, but problems were found (doctor, db check)
  7    denied by a policy or a person
  8    timed out or expired
  9    conflict: somebody else changed or decided it first
  130  interrupted";

/// A command that did not succeed.
#[derive(Clone, Debug)]
pub(crate) struct CliError {
    pub(crate) code: String,
    pub(crate) what: String,
    pub(crate) why: Option<String>,
    pub(crate) fix: Vec<String>,
    pub(crate) is_retryable: bool,
    pub(crate) exit: Exit,
    /// Nothing is printed: the reader went away, or everything was said already.
    pub(crate) is_silent: bool,
}

pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

impl CliError {
    pub(crate) fn new(exit: Exit, code: &str, what: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            what: what.into(),
            why: None,
            fix: Vec::new(),
            is_retryable: false,
            exit,
            is_silent: false,
        }
    }

    /// The command line or its input is wrong.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "USAGE", what)
    }

    /// It did not work.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self::new(Exit::Failed, "FAILED", what)
    }

    /// No daemon runs in this home.
    pub(crate) fn not_running(home: &std::path::Path) -> Self {
        let mut error =
            Self::new(Exit::Unreachable, "DAEMON_NOT_RUNNING", "the daemon is not running");
        error.is_retryable = true;
        error.why(format!("no process holds the home {}", home.display())).fix("nexus up")
    }

    /// Ends with a code when everything was said already.
    pub(crate) fn silent(exit: Exit) -> Self {
        let mut error = Self::new(exit, "", "");
        error.is_silent = true;
        error
    }

    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix.push(fix.into());
        self
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "error": {
            "code": self.code, "what": self.what, "why": self.why, "fix": self.fix,
            "retryable": self.is_retryable,
        }})
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // `nexus … | head`: the reader has what it wanted.
            std::io::ErrorKind::BrokenPipe => Self::silent(Exit::Ok),
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<nexus_domain::Failure> for CliError {
    fn from(failure: nexus_domain::Failure) -> Self {
        Self::from(WireError::from(&failure))
    }
}

impl From<WireError> for CliError {
    fn from(wire: WireError) -> Self {
        let exit = match wire.code {
            ErrorCode::InvalidRequest => Exit::Usage,
            ErrorCode::Conflict => Exit::Conflict,
            ErrorCode::Unauthorized | ErrorCode::Forbidden => Exit::Denied,
            ErrorCode::NotFound => Exit::NotFound,
            ErrorCode::Overloaded | ErrorCode::Unavailable | ErrorCode::Internal => Exit::Failed,
        };
        let code = serde_json::to_value(wire.code).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or("INTERNAL");
        let mut error = Self::new(exit, code, wire.message);
        error.fix.extend(wire.hint);
        error.is_retryable = wire.retryable;
        error.why = wire.details.map(|details| match details {
            Value::String(text) => text,
            other => other.to_string(),
        });
        if let Some(ms) = wire.retry_after_ms {
            error.fix.push(format!("try again in {} s", ms.div_ceil(1000)));
        }
        error
    }
}

impl From<TokenError> for CliError {
    fn from(error: TokenError) -> Self {
        let cli = Self::new(Exit::Denied, "TOKEN_UNUSABLE", error.to_string());
        match error {
            TokenError::Missing(_) => {
                cli.why("the daemon makes it when it starts for the first time").fix("nexus up")
            }
            TokenError::Exposed { path, .. } => cli
                .why("whoever can read it can control the daemon")
                .fix(format!("chmod 600 {}", path.display())),
            TokenError::Unusable { path, .. } => cli
                .fix(format!("rm {}", path.display()))
                .fix("nexus daemon restart  (it makes a new one)"),
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        let what = error.to_string();
        let unreachable = |code: &str| {
            let mut cli = Self::new(Exit::Unreachable, code, what.clone());
            cli.is_retryable = true;
            cli
        };
        match error {
            ClientError::Answered(wire) => wire.into(),
            ClientError::Unreachable { .. } | ClientError::HandshakeTimeout { .. } => {
                unreachable("DAEMON_UNREACHABLE").fix("nexus up").fix("nexus daemon logs")
            }
            ClientError::Closed(_) => {
                unreachable("CONNECTION_CLOSED").fix("nexus daemon status").fix("nexus daemon logs")
            }
            ClientError::Untrusted { .. } => Self::new(Exit::Denied, "UNTRUSTED", what)
                .why("nothing was sent to it, least of all the token")
                .fix("compare: nexus expose status, there; then --fingerprint sha256:…"),
            ClientError::NotNexus { .. } => {
                unreachable("NOT_NEXUS").fix("nexus config set runtime.port 18790").fix("nexus up")
            }
            ClientError::Refused(hello) if hello.expected_protocol != PROTOCOL => {
                Self::new(Exit::Failed, "PROTOCOL_MISMATCH", what)
                    .why("the daemon that runs and this program are of different versions")
                    .fix("nexus daemon restart")
            }
            ClientError::Refused(_) | ClientError::Forbidden { .. } => {
                Self::new(Exit::Denied, "UNAUTHORIZED", what)
                    .why("the token of this home was not accepted")
                    .fix("check that --home or NEXUS_ROOT names the home of the running daemon")
                    .fix("nexus daemon restart")
            }
            ClientError::Timeout { .. } => {
                let mut cli = Self::new(Exit::Timeout, "TIMEOUT", what);
                cli.is_retryable = true;
                cli.why("whether the call happened is not known").fix("nexus status")
            }
            ClientError::TooLarge { .. } => Self::new(Exit::Usage, "TOO_LARGE", what)
                .fix("put long text into a file of the workspace and name the file"),
            ClientError::Busy(_) | ClientError::Unreadable { .. } => {
                Self::new(Exit::Failed, "PROTOCOL", what)
            }
        }
    }
}
