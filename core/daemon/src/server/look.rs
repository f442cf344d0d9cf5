//! The head of a request as everything reads it that looks at one before a handler does; for the
//! fuzzer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::door::shown;
use super::guard::Doorstep;
use super::{assets, guard, rpc, tools, upgrade};
use crate::exposure::Names;

/// What a head came to.
#[derive(Debug)]
pub struct Looked {
    /// The status it is turned away with; none when it may come in.
    pub refused: Option<u16>,
    /// The subprotocol that would be agreed on.
    pub subprotocol: Option<String>,
}

/// Reads a head: the address in the first line, a header in each of the others. `None` when it is
/// none that HTTP lets through.
#[must_use]
pub fn look_at_head(head: &str) -> Option<Looked> {
    let mut lines = head.split('\n');
    let uri: Uri = lines.next()?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value.trim()).ok()?,
        );
    }
    let allowed_hosts = ["nexus.example:8443".to_owned()];
    let names = Names::default();
    let refused = [false, true].map(|is_tls| {
        let doorstep = Doorstep { is_tls, allowed_hosts: &allowed_hosts, names: &names };
        guard::check(&uri, &headers, &doorstep).err().map(|refusal| refusal.status.as_u16())
    });
    // Whatever is shown: reading it must not fail.
    let _ = (shown::in_headers(&headers), shown::in_upgrade(&headers, &uri));
    let _ = (rpc::is_json(&headers), upgrade::check(&headers).is_ok());
    let codings = headers.get(header::ACCEPT_ENCODING).and_then(|list| list.to_str().ok());
    let _ = codings.map(|list| assets::accepts_coding(list, "br"));
    let subprotocol = shown::agreed_subprotocol(&headers);
    Some(Looked {
        refused: refused[0].and(refused[1]),
        subprotocol: subprotocol.and_then(|name| name.to_str().ok().map(str::to_owned)),
    })
}

/// Reads a body of `POST /tools/invoke`; says why it is refused.
#[must_use]
pub fn look_at_invocation(body: &[u8]) -> Option<nexus_domain::Failure> {
    tools::read(body).err()
}
