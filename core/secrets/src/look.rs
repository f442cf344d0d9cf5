//! How the keychain of this session stands, found out without asking anybody: reading and writing
//! may open a dialog, and a locked keychain answers a reader that there is no such item.

use crate::error::SecretError;

#[cfg(target_os = "linux")]
pub(crate) use linux::{is_refusal, look};

#[cfg(target_os = "linux")]
mod linux {
    use secret_service::EncryptionType;
    use secret_service::Error;
    use secret_service::blocking::SecretService;

    use super::SecretError;

    /// What the bus says to whom it does not let speak to a service.
    const REFUSED: &str = "org.freedesktop.DBus.Error.AccessDenied";

    /// Fails when nothing could be read or written now. Blocks.
    pub(crate) fn look() -> Result<(), SecretError> {
        let service = SecretService::connect(EncryptionType::Plain).map_err(translate)?;
        let collection = service.get_default_collection().map_err(translate)?;
        match collection.is_locked().map_err(translate)? {
            true => Err(translate(Error::Locked)),
            false => Ok(()),
        }
    }

    /// Whether an error of the store says that this program may not use the keychain.
    pub(crate) fn is_refusal(cause: &(dyn std::error::Error + 'static)) -> bool {
        cause.downcast_ref::<Error>().is_some_and(refuses)
    }

    fn refuses(error: &Error) -> bool {
        match error {
            Error::Zbus(zbus::Error::MethodError(name, ..)) => name.as_str() == REFUSED,
            Error::Zbus(zbus::Error::FDO(error)) => {
                matches!(**error, zbus::fdo::Error::AccessDenied(_))
            }
            Error::ZbusFdo(error) => matches!(error, zbus::fdo::Error::AccessDenied(_)),
            _ => false,
        }
    }

    fn translate(error: Error) -> SecretError {
        let cause = error.to_string();
        match error {
            // Without a collection there is nothing to write to before somebody made one.
            Error::Locked | Error::NoResult | Error::Prompt => {
                SecretError::KeychainLocked { cause }
            }
            error if refuses(&error) => SecretError::KeychainDenied { cause },
            _ => SecretError::KeychainMissing { cause },
        }
    }
}

/// Nothing is known there before it is tried.
#[cfg(not(target_os = "linux"))]
pub(crate) fn look() -> Result<(), SecretError> {
    Ok(())
}

/// Their stores say so themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_refusal(_cause: &(dyn std::error::Error + 'static)) -> bool {
    false
}
