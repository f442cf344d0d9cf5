pub(super) fn swift() -> Result<String, String> {
    Ok(String::new())
}
