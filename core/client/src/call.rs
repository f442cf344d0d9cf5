//! The method table as types: one marker per row, so that a call cannot mix up its params and
//! its result.

use nexus_protocol::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row of the method table as a type.
pub trait Call {
    /// What the method takes.
    type Params: Serialize + Send;
    /// What it answers.
    type Result: DeserializeOwned;
    /// The row.
    const METHOD: Method;
}

macro_rules! calls {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        pub struct $variant;

        impl Call for $variant {
            type Params = nexus_protocol::$($params)::+;
            type Result = nexus_protocol::$($result)::+;
            const METHOD: Method = Method::$variant;
        }
    )+};
}

nexus_protocol::for_each_method!(calls);
