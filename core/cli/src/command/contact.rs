//! `nexus contact`: who writes to your agents, and who they are.

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_domain::contact::{Confidence, Contact, MappingKind};
use nexus_protocol::contact::{
    ChangeParams, LinkParams, ListParams, SenderRef, ShowParams, ShowResult, Whom,
};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus contact list
  nexus contact list --unknown --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus contact show telegram:4711
  nexus contact show mail:anna@example.org --json";
const LINK_EXAMPLES: &str = "\
Examples
  nexus contact link telegram:4711 --owner
  nexus contact link telegram:4711 --new \"Anna Smith\" --id anna
  nexus contact link discord:815 --person anna
  nexus contact link mail:anna@example.org --person anna --confidence 0.8";
const UNLINK_EXAMPLES: &str = "\
Examples
  nexus contact unlink telegram:4711
  nexus contact unlink mail:anna@example.org";
const CONFIRM_EXAMPLES: &str = "\
Examples
  nexus contact confirm mail:anna@example.org
  nexus contact confirm discord:815 --json";
/// Columns of the names on the left.
const LABEL_COLUMNS: usize = 10;

/// Senders and the people they belong to.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everybody who wrote, the latest first
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those that belong to nobody yet
        #[arg(long)]
        unknown: bool,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: Option<u32>,
        /// Only those behind this one in the list
        #[arg(long, value_name = "SENDER", value_parser = sender)]
        after: Option<SenderRef>,
    },
    /// One of them: who it is, how sure that is, what waits
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// The sender, as channel:id
        #[arg(value_parser = sender)]
        sender: SenderRef,
    },
    /// Say who a sender is; it counts from the next message on, and for those that wait
    #[command(after_help = LINK_EXAMPLES)]
    Link(Link),
    /// Forget who a sender is: unknown from the next message on
    #[command(after_help = UNLINK_EXAMPLES)]
    Unlink {
        /// The sender, as channel:id
        #[arg(value_parser = sender)]
        sender: SenderRef,
    },
    /// Confirm a guess about who a sender is
    #[command(after_help = CONFIRM_EXAMPLES)]
    Confirm {
        /// The sender, as channel:id
        #[arg(value_parser = sender)]
        sender: SenderRef,
    },
}

/// Whom a sender belongs to.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// The sender, as channel:id
    #[arg(value_parser = sender)]
    sender: SenderRef,
    #[command(flatten)]
    whom: WhomArgs,
    /// The id of somebody new; made of the sender when left out
    #[arg(long, requires = "new")]
    id: Option<String>,
    /// How sure it is, 0 to 1: above 0.9 it counts at once, 0.7 to 0.9 waits to be confirmed; left
    /// out, it is your word
    #[arg(long, value_name = "NUMBER", value_parser = confidence)]
    confidence: Option<Confidence>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct WhomArgs {
    /// You: what the sender writes counts as your own word
    #[arg(long)]
    owner: bool,
    /// A person you know already
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// Somebody new, by name
    #[arg(long, value_name = "NAME")]
    new: Option<String>,
}

fn sender(text: &str) -> std::result::Result<SenderRef, String> {
    let parts = text.split_once(':').filter(|(channel, id)| !channel.is_empty() && !id.is_empty());
    let (channel, sender_id) =
        parts.ok_or("write the channel and the sender, such as telegram:4711")?;
    Ok(SenderRef { channel: channel.to_owned(), sender_id: sender_id.to_owned() })
}

fn confidence(text: &str) -> std::result::Result<Confidence, String> {
    let number = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    Confidence::new(number).map_err(|failure| failure.message)
}

pub(crate) async fn run(command: Command, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    let change = |sender| -> Result<ChangeParams> {
        Ok(ChangeParams { sender, idempotency_key: context.fresh_key()? })
    };
    let contact = match command {
        Command::List { unknown, limit, after } => {
            let params = ListParams { unknown_only: unknown, after, limit };
            let result = client.request::<call::ContactsList>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result.contacts, result.has_more, output)?,
            }
            return Ok(Exit::Ok);
        }
        Command::Show { sender } => {
            let result = client.request::<call::ContactsShow>(ShowParams { sender }).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => details(&result, output)?,
            }
            return Ok(Exit::Ok);
        }
        Command::Link(link) => {
            let whom = match (link.whom.person, link.whom.new) {
                (Some(id), _) => Whom::Person(id),
                (None, Some(name)) => Whom::New { name, id: link.id },
                (None, None) => Whom::Owner,
            };
            let (sender, confidence) = (link.sender, link.confidence);
            let idempotency_key = context.fresh_key()?;
            let params = LinkParams { sender, whom, confidence, idempotency_key };
            client.request::<call::ContactsLink>(params).await?.contact
        }
        Command::Unlink { sender } => {
            client.request::<call::ContactsUnlink>(change(sender)?).await?.contact
        }
        Command::Confirm { sender } => {
            client.request::<call::ContactsConfirm>(change(sender)?).await?.contact
        }
    };
    if output.is_json() {
        output.document(&contact)?;
    } else {
        let (sign, _) = standing(&contact);
        output.line(&format!("{} {} is {}", output.sign(sign), name(&contact), whose(&contact)))?;
    }
    Ok(Exit::Ok)
}

/// The sender as it is written on the command line.
fn name(contact: &Contact) -> String {
    text::one_line(&format!("{}:{}", contact.channel, contact.sender_id))
}

/// Whom the sender is taken for, in words.
fn whose(contact: &Contact) -> String {
    let Some(belongs) = &contact.belongs_to else { return "unknown".to_owned() };
    let who = match belongs.entity.is_owner {
        true => "you".to_owned(),
        false => {
            let name = text::one_line(&belongs.entity.name);
            format!("person:{} ({name})", belongs.entity.id)
        }
    };
    match belongs.kind {
        MappingKind::Confirmed => who,
        MappingKind::Inferred => format!("{who}, inferred: {}", belongs.confidence.number()),
        MappingKind::Pending => {
            format!("unknown; perhaps {who}: {}", belongs.confidence.number())
        }
    }
}

fn standing(contact: &Contact) -> (Sign, &'static str) {
    match contact.belongs_to.as_ref().map(|belongs| belongs.kind) {
        Some(MappingKind::Confirmed) => (Sign::Good, "confirmed"),
        Some(MappingKind::Inferred) => (Sign::Good, "inferred"),
        Some(MappingKind::Pending) => (Sign::Ask, "a guess"),
        None => (Sign::Idle, "unknown"),
    }
}

fn list(contacts: &[Contact], has_more: bool, output: &Output) -> Result<()> {
    let columns = [("", 0), ("sender", 0), ("shown as", 2), ("seen", 1), ("last", 1), ("is", 0)];
    let mut table = Table::new(columns, "nobody has written yet");
    for contact in contacts {
        let (sign, sign_style) = output.sign_parts(standing(contact).0);
        table.row([
            Cell::styled(sign, sign_style),
            name(contact).into(),
            contact.name.as_deref().map(text::one_line).unwrap_or_default().into(),
            times(contact.n_seen).into(),
            last(contact).into(),
            whose(contact).into(),
        ]);
    }
    table.print(output)?;
    if let (true, Some(bottom)) = (has_more, contacts.last()) {
        output.note(&format!("\nmore: nexus contact list --after {}", name(bottom)));
    }
    if output.is_tty() && contacts.iter().any(|contact| contact.belongs_to.is_none()) {
        output.note("\nnexus contact link <sender> --owner · --person ID · --new NAME");
    }
    Ok(())
}

fn times(n: u64) -> String {
    match n {
        0 => "never".to_owned(),
        n => format!("{n}×"),
    }
}

fn last(contact: &Contact) -> String {
    match contact.n_seen {
        0 => "—".to_owned(),
        _ => text::ago(contact.last_seen, now()),
    }
}

fn details(shown: &ShowResult, output: &Output) -> Result<()> {
    let contact = &shown.contact;
    let (sign, word) = standing(contact);
    let head = output.paint(style::BOLD, &name(contact));
    output.line(&format!("{} {head} {word}", output.sign(sign)))?;
    let row = |name: &str, value: &str| {
        let name = output.paint(style::DIM, &text::pad(name, LABEL_COLUMNS));
        output.line(&format!("  {name}{}", text::one_line(value)))
    };
    if let Some(name) = &contact.name {
        row("shown as", &format!("“{name}”, as the sender says"))?;
    }
    row("is", &whose(contact))?;
    row("acts as", &shown.principal)?;
    if contact.n_seen > 0 {
        row("first", &text::day_and_clock(contact.first_seen))?;
        row("last", &text::day_and_clock(contact.last_seen))?;
    }
    row("messages", &times(contact.n_seen))?;
    if let Some(belongs) = &contact.belongs_to {
        let at = text::day_and_clock(belongs.updated_at);
        row("said", &format!("{word}, confidence {}, {at}", belongs.confidence.number()))?;
    }
    if shown.n_waiting > 0 {
        row("waiting", &text::count(shown.n_waiting, "message"))?;
    }
    if let Some(question) = &shown.question {
        output.note(&format!("\nnexus acl request show {}", question.id));
    } else if contact.belongs_to.as_ref().is_some_and(|b| b.kind == MappingKind::Pending) {
        output.note(&format!("\nnexus contact confirm {}", name(contact)));
    }
    Ok(())
}
