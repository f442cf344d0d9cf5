//! The bytes of pictures, on their way to a provider.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_domain::message::Image;

/// What stands for a picture whose bytes are gone.
pub(super) const GONE: &str = "[a picture that is no longer kept]";

/// The bytes of pictures by their digest.
#[derive(Clone, Debug, Default)]
pub struct Pictures(Arc<HashMap<String, Vec<u8>>>);

impl Pictures {
    /// From their bytes, by digest.
    #[must_use]
    pub fn new(by_digest: HashMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(by_digest))
    }

    /// A picture in base64; `None` when its bytes are not there.
    pub(super) fn base64(&self, image: &Image) -> Option<String> {
        self.0.get(&image.blob).map(|bytes| STANDARD.encode(bytes))
    }

    /// A picture as a `data:` URL; `None` when its bytes are not there.
    pub(super) fn data_url(&self, image: &Image) -> Option<String> {
        self.base64(image).map(|data| format!("data:{};base64,{data}", image.content_type))
    }
}
