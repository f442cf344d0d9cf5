//! Where credentials are usually kept. A list of names can never be whole: it makes an agent ask,
//! confinement is what keeps it out.

/// Folders and files that hold credentials, by name, wherever they lie.
const SECRET_NAMES: &[&str] = &[
    ".aws",
    ".azure",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".netrc",
    ".npmrc",
    ".password-store",
    ".pgpass",
    ".pypirc",
    ".ssh",
    ".vault-token",
    "gcloud",
    "keyrings",
    "shadow",
];

/// Whether a path leads to where credentials are usually kept, or into the inside of a process.
pub(crate) fn is_secret_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.split(['/', '\\']);
    lower.starts_with("/proc/")
        || parts.any(|part| SECRET_NAMES.contains(&part) || part.starts_with("id_rsa"))
}
