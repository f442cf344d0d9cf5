//! Contacts: senders that were seen, and the people they belong to.

use nexus_domain::contact::{Confidence, Contact};
use nexus_domain::permission::PermissionRequest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Input of `contacts.list`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListParams {
    /// Only senders that are taken for nobody: without a person, or with a guess that waits.
    #[serde(default)]
    pub unknown_only: bool,
    /// Only those behind this one in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SenderRef>,
    /// Items on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
}

/// A sender by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SenderRef {
    /// The medium, such as `telegram`.
    #[schemars(length(min = 1, max = 512), extend("pattern" = "^[^:]+$"))]
    pub channel: String,
    /// The sender, in the channel's own terms.
    #[schemars(length(min = 1, max = 512))]
    pub sender_id: String,
}

/// Result of `contacts.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The senders, the one that wrote last first.
    pub contacts: Vec<Contact>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Input of `contacts.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowParams {
    /// The sender.
    pub sender: SenderRef,
}

/// Result of `contacts.show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowResult {
    /// The sender.
    pub contact: Contact,
    /// The principal that messages of this sender come from, such as `person:anna`.
    pub principal: String,
    /// Messages that wait for a word about the sender.
    pub n_waiting: u64,
    /// The question about the sender that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<PermissionRequest>,
}

/// Whom a sender is said to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Whom {
    /// The person this installation belongs to: everything the sender writes counts as the owner's
    /// own word.
    Owner,
    /// A person that is known already, by id.
    Person(String),
    /// Somebody new.
    New {
        /// The name, for people.
        #[schemars(length(min = 1, max = 80))]
        name: String,
        /// The id, as in `person:<id>`; made of the sender when it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

/// Input of `contacts.link`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkParams {
    /// The sender; it need not have written yet.
    pub sender: SenderRef,
    /// Whom the sender belongs to.
    pub whom: Whom,
    /// How sure that is. Left out, it is a person's word. Above 0.9 it counts at once, 0.7 to 0.9
    /// is a guess that waits for confirmation, less is not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Input of `contacts.unlink` and `contacts.confirm`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeParams {
    /// The sender.
    pub sender: SenderRef,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of the commands about a sender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeResult {
    /// The sender as it stands now.
    pub contact: Contact,
}
