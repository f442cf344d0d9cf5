//! How many files this process may have open: every connection is one.

/// Raises the limit as far as the system lets us. Desktops start programs with 1,024, which would
/// be fewer connections than the daemon promises.
pub(crate) fn raise_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current == maximum {
            return;
        }
        match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            Ok(()) => tracing::debug!(?current, ?maximum, "more files may be open"),
            Err(error) => tracing::warn!(%error, ?current, "the limit of open files stays"),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    #[test]
    fn the_limit_is_raised_to_what_the_system_allows() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(1_024), maximum }).unwrap();
        super::raise_limit();
        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
