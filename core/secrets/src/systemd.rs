//! Credentials that systemd hands to a service (`LoadCredential=`, `LoadCredentialEncrypted=`):
//! files in the folder that `$CREDENTIALS_DIRECTORY` names.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::error::SecretError;
use crate::file::{self, Readers};
use crate::name::CredentialName;
use crate::pointer::Pointer;

/// The variable that names the folder.
pub(crate) const VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// Reads a credential; in its file name, `.` stands for `/`.
pub(crate) fn read(
    folder: Option<PathBuf>,
    name: &CredentialName,
) -> Result<SecretString, SecretError> {
    let missing = || SecretError::NotFound(Pointer::Systemd(name.clone()));
    let path = folder.ok_or_else(missing)?.join(name.file_name());
    if !path.exists() {
        return Err(missing());
    }
    // systemd grants a service's user its files through the group or an access list.
    file::read(&path, Readers::Group)
}
