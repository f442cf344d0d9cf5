//! The method table: every call the daemon answers, one row each.
//!
//! The table is applied four times: to the [`Method`] enum below, to dispatch in the daemon, to
//! the exported schemas, and to the permission matrix.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// What a method does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MethodKind {
    /// Reads only, once or for as long as the connection lasts; may be repeated freely.
    Query,
    /// Changes something; needs an idempotency key.
    Command,
    /// A command that answers at once, and a second time when what it began has ended.
    Stream,
}

impl MethodKind {
    /// The name in documents and in the audit, such as `query`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Command => "command",
            Self::Stream => "stream",
        }
    }
}

/// Calls `$with!` with every row of the method table:
/// wire name, variant, `resource::function`, params, result, scope, kind, one line of docs.
#[macro_export]
macro_rules! for_each_method {
    ($with:ident) => { $with! {
        // wire name             variant            resource::function     params                   result                   scope        kind
        "health"               => Health,           health::get,           health::HealthParams,         health::HealthResult,         RuntimeRead, Query,   "Says how the daemon and its parts are.";
        "status"               => Status,           runtime::status,       runtime::StatusParams,        runtime::StatusResult,        RuntimeRead, Query,   "Says what needs a person, what is at work and what it cost today.";
        "logs.tail"            => LogsTail,         logs::tail,            logs::TailParams,             logs::TailResult,             RuntimeAdmin, Query,  "Reads the last lines of the daemon's log, without secrets.";
        "presence"             => Presence,         presence::list,        presence::ListParams,         presence::ListResult,         RuntimeRead, Query,   "Lists who is connected.";
        "presence.note"        => PresenceNote,     presence::note,        presence::NoteParams,         presence::NoteResult,         RuntimeRead, Command, "Says something about a client, which everybody is shown in presence.";
        "runtime.reload"       => RuntimeReload,    runtime::reload,       runtime::ReloadParams,        runtime::ReloadResult,        RuntimeAdmin, Command, "Reads the configuration again; an invalid one changes nothing.";
        "runtime.shutdown"     => RuntimeShutdown,  runtime::shutdown,     runtime::ShutdownParams,      runtime::ShutdownResult,      RuntimeAdmin, Command, "Drains and stops the daemon.";
        "runtime.summary"      => RuntimeSummary,   runtime::summary,      runtime::SummaryParams,       runtime::SummaryResult,       RuntimeRead, Query,   "Says in one sentence what needs a person, what is at work and what is amiss.";
        "runtime.pause"        => RuntimePause,     runtime::pause,        runtime::PauseParams,         runtime::PauseResult,         RuntimeAdmin, Command, "Has agents begin nothing new, or stand still altogether, until it is ended or its time is up.";
        "runtime.resume"       => RuntimeResume,    runtime::resume,       runtime::ResumeParams,        runtime::PauseResult,         RuntimeAdmin, Command, "Ends a pause; what waited runs once.";
        "runtime.handover"     => RuntimeHandover,  runtime::handover,     runtime::HandoverParams,      runtime::HandoverResult,      RuntimeAdmin, Command, "Drains, then leaves the home and its port to another process of the same owner.";
        "config.get"           => ConfigGet,        config::get,           config::GetParams,            config::GetResult,            ConfigRead,  Query,   "Shows the configuration in force, with the source of each value.";
        "config.set"           => ConfigSet,        config::set,           config::SetParams,            config::ChangeResult,         ConfigWrite, Command, "Changes keys of nexus.toml and puts them in force; all or none.";
        "config.patch"         => ConfigPatch,      config::patch,         config::PatchParams,          config::ChangeResult,         ConfigWrite, Command, "Merges a patch into nexus.toml and puts it in force; all or nothing.";
        "config.apply"         => ConfigApply,      config::apply,         config::ApplyParams,          config::ChangeResult,         ConfigWrite, Command, "Replaces the text of nexus.toml and puts it in force.";
        "config.explain"       => ConfigExplain,    config::explain,       config::ExplainParams,        config::ExplainResult,        ConfigRead,  Query,   "Explains one key: value, default, every source that sets it, and whether a change needs a restart.";
        "config.schema"        => ConfigSchema,     config::schema,        config::SchemaParams,         config::SchemaResult,         ConfigRead,  Query,   "Hands out the JSON Schema of nexus.toml.";
        "expose.status"        => ExposeStatus,     expose::status,        expose::StatusParams,         expose::StatusResult,         ConfigRead,  Query,   "Says where others reach the control plane, with the certificate's fingerprint.";
        "expose.set"           => ExposeSet,        expose::set,           expose::SetParams,            expose::StatusResult,         ConfigWrite, Command, "Opens the control plane to the local network, the tailnet or by one address, or closes it.";
        "credentials.list"     => CredentialsList,  credential::list,      credential::ListParams,       credential::ListResult,       CredentialRead,  Query,   "Lists credentials and the stores that keep them; never a value.";
        "credentials.add"      => CredentialsAdd,   credential::add,       credential::AddParams,        credential::PlaceResult,      CredentialWrite, Command, "Keeps a value under a name, or names one that is kept elsewhere.";
        "credentials.get"      => CredentialsGet,   credential::get,       credential::GetParams,        credential::GetResult,        CredentialReveal, Query,  "Hands out one value, to the owner only; the audit notes it.";
        "credentials.verify"   => CredentialsVerify, credential::verify,   credential::VerifyParams,     credential::VerifyResult,     CredentialWrite, Command, "Tries a credential: by the smallest call to its provider, or by reading it.";
        "credentials.scan"     => CredentialsScan,  credential::scan,      credential::ScanParams,       credential::ScanResult,       CredentialRead,  Query,   "Looks for credentials that lie in clear: environment, nexus.toml, .env files of the workspace.";
        "credentials.import"   => CredentialsImport, credential::import,   credential::ImportParams,     credential::ImportResult,     CredentialWrite, Command, "Moves credentials that lie in clear into the store.";
        "credentials.migrate"  => CredentialsMigrate, credential::migrate, credential::MigrateParams,    credential::MigrateResult,    CredentialWrite, Command, "Moves the values of credentials from files and the other store into one store.";
        "credentials.remove"   => CredentialsRemove, credential::remove,   credential::RemoveParams,     credential::PlaceResult,      CredentialWrite, Command, "Forgets a credential, and removes its value from keychain or vault.";
        "credentials.unlock"   => CredentialsUnlock, credential::unlock,   credential::UnlockParams,     credential::UnlockResult,     CredentialWrite, Command, "Opens the encrypted vault with a passphrase; the first passphrase makes it.";
        "agents.list"          => AgentsList,       agent::list,           agent::ListParams,            agent::ListResult,            AgentRead,   Query,   "Lists the agents.";
        "agents.get"           => AgentsGet,        agent::get,            agent::GetParams,             agent::GetResult,             AgentRead,   Query,   "Shows one agent.";
        "agents.create"        => AgentsCreate,     agent::create,         agent::CreateParams,          agent::ChangeResult,          AgentWrite,  Command, "Makes an agent, beneath another one or for itself.";
        "agents.update"        => AgentsUpdate,     agent::update,         agent::UpdateParams,          agent::ChangeResult,          AgentWrite,  Command, "Changes an agent that was made.";
        "agents.delete"        => AgentsDelete,     agent::delete,         agent::DeleteParams,          agent::DeleteResult,          AgentWrite,  Command, "Removes an agent that was made, with all beneath it, and stops what they are at.";
        "agents.context"       => AgentsContext,    agent::context,        agent::ContextParams,         agent::ContextResult,         SessionRead, Query,   "Measures an agent's own conversation.";
        "agents.files.list"    => AgentsFilesList,  agent_file::list,      agent_file::ListParams,       agent_file::ListResult,       AgentRead,   Query,   "Lists the files that make up an agent's prompt.";
        "agents.files.get"     => AgentsFilesGet,   agent_file::get,       agent_file::GetParams,        agent_file::GetResult,        AgentRead,   Query,   "Reads a file of an agent.";
        "agents.files.set"     => AgentsFilesSet,   agent_file::set,       agent_file::SetParams,        agent_file::SetResult,        AgentWrite,  Command, "Replaces the text of a file of an agent; it counts from the next run on.";
        "agent"                => AgentRun,         agent::run,            agent::RunParams,             agent::RunResult,             SessionWrite, Stream, "Runs an agent: answers `accepted` at once, and a second time when the run has ended.";
        "agent.wait"           => AgentWait,        agent::wait,           agent::WaitParams,            agent::RunResult,             SessionRead, Query,   "Waits until a run has ended, and says how it stands.";
        "tools.list"           => ToolsList,        tool::list,            tool::ListParams,             tool::ListResult,             ToolRead,    Query,   "Lists the tools of an agent with the schemas of their arguments.";
        "tools.check"          => ToolsCheck,       tool::check,           tool::CheckParams,            tool::CheckResult,            ToolRead,    Query,   "Says what access control thinks of a tool call, without making it.";
        "tools.invoke"         => ToolsInvoke,      tool::invoke,          tool::InvokeParams,           tool::InvokeResult,           ToolInvoke,  Stream,  "Makes one tool call in the name of a session's agent: answers `accepted` at once, and a second time when it has ended.";
        "models.list"          => ModelsList,       model::list,           model::ListParams,            model::ListResult,            AgentRead,   Query,   "Lists the models that are configured or found.";
        "models.test"          => ModelsTest,       model::test,           model::TestParams,            model::TestResult,            SessionWrite, Command, "Makes one small call to a model and says how it went.";
        "usage.get"            => UsageGet,         usage::get,            usage::GetParams,             usage::GetResult,             AgentRead,   Query,   "Sums up what was used and what it cost.";
        "usage.list"           => UsageList,        usage::list,           usage::ListParams,            usage::ListResult,            AgentRead,   Query,   "Tells what was used by agent, session, model, day, key or class.";
        "budgets.list"         => BudgetsList,      budget::list,          budget::ListParams,           budget::ListResult,           AgentRead,   Query,   "Lists the budgets with how they stand.";
        "budgets.get"          => BudgetsGet,       budget::get,           budget::GetParams,            budget::GetResult,            AgentRead,   Query,   "Shows one budget with its accounts.";
        "sessions.list"        => SessionsList,     session::list,         session::ListParams,          session::ListResult,          SessionRead, Query,   "Lists sessions, the latest first.";
        "sessions.get"         => SessionsGet,      session::get,          session::GetParams,           session::GetResult,           SessionRead, Query,   "Shows one session with its active turn.";
        "sessions.history"     => SessionsHistory,  session::history,      session::HistoryParams,       session::HistoryResult,       SessionRead, Query,   "Reads messages of a session, the newest page first.";
        "sessions.send"        => SessionsSend,     session::send,         session::SendParams,          session::SendResult,          SessionWrite, Command, "Hands a message to a session and answers once it is recorded; the reply follows as events.";
        "sessions.abort"       => SessionsAbort,    session::abort,        session::AbortParams,         session::AbortResult,         SessionWrite, Command, "Stops the active run of a session.";
        "sessions.compact"     => SessionsCompact,  session::compact,      session::CompactParams,       session::CompactResult,       SessionWrite, Command, "Condenses the older part of a session to a summary, as a run of its agent.";
        "sessions.patch"       => SessionsPatch,    session::patch,        session::PatchParams,         session::PatchResult,         SessionWrite, Command, "Gives a session another title, or other defaults for its runs.";
        "sessions.reset"       => SessionsReset,    session::reset,        session::ResetParams,         session::ResetResult,         SessionWrite, Command, "Forgets a session's messages; the session itself stays.";
        "sessions.fork"        => SessionsFork,     session::fork,         session::ForkParams,          session::ForkResult,          SessionWrite, Command, "Begins a new session with the messages of another one, up to one of them.";
        "sessions.delete"      => SessionsDelete,   session::delete,       session::DeleteParams,        session::DeleteResult,        SessionWrite, Command, "Removes a session with its messages; what was done in it stays on record.";
        "sessions.export"      => SessionsExport,   session::export,       session::ExportParams,        session::ExportResult,        SessionRead, Query,   "Writes a session as Markdown or JSON, page by page, without secrets.";
        "sessions.queue"       => SessionsQueue,    session::queue,        session::QueueParams,         session::QueueResult,         SessionRead, Query,   "Lists what waits in a session, in order.";
        "sessions.queue.move"  => SessionsQueueMove, session::queue_move,  session::QueueMoveParams,     session::QueueResult,         SessionWrite, Command, "Gives a request that waits another place in the queue.";
        "sessions.import"      => SessionsImport,   session::import,       session::ImportParams,        session::ImportResult,        SessionWrite, Command, "Begins a session with the messages of an exported document; never changes one that is there.";
        "blobs.put"            => BlobsPut,         blob::put,             blob::PutParams,              blob::PutResult,              SessionWrite, Command, "Takes a piece of a file that will come with a message.";
        "blobs.get"            => BlobsGet,         blob::get,             blob::GetParams,              blob::GetResult,              SessionRead, Query,   "Reads a piece of a picture that was shown in a session.";
        "events.subscribe"     => EventsSubscribe,  event::subscribe,      event::SubscribeParams,       event::SubscribeResult,       SessionRead, Query,   "Follows recorded events from a cursor, and streaming text.";
        "requests.list"        => RequestsList,     request::list,         request::ListParams,          request::ListResult,          RequestRead, Query,   "Lists requests, the latest first.";
        "requests.get"         => RequestsGet,      request::get,          request::GetParams,           request::GetResult,           RequestRead, Query,   "Shows one request with its eight stages, its turn and its tool calls.";
        "requests.cancel"      => RequestsCancel,   request::cancel,       request::CancelParams,        request::CancelResult,        SessionWrite, Command, "Stops one request, whether it waits or runs.";
        "messages.send"        => MessagesSend,     message::send,         message::SendParams,          message::SendResult,          MessageSend, Command, "Sends a message outward as it is, through an adapter and without an agent.";
        "outbox.list"          => OutboxList,       outbox::list,          outbox::ListParams,           outbox::ListResult,           RequestRead, Query,   "Lists what was sent or is to be sent, the latest first.";
        "outbox.retry"         => OutboxRetry,      outbox::retry,         outbox::ChangeParams,         outbox::ChangeResult,         SessionWrite, Command, "Sends something once more that failed, or of which nobody knows whether it was sent.";
        "outbox.drop"          => OutboxDrop,       outbox::drop,          outbox::ChangeParams,         outbox::ChangeResult,         SessionWrite, Command, "Takes back what was not sent yet, or settles what nobody knows the end of.";
        "requests.replay"      => RequestsReplay,   request::replay,       request::ReplayParams,        request::ReplayResult,        SessionWrite, Command, "Does a request again that has ended, as a new one.";
        "acl.requests.list"    => AclRequestsList,  acl::list,             acl::ListParams,              acl::ListResult,              AclRead,     Query,   "Lists permission requests, the oldest pending first.";
        "acl.requests.show"    => AclRequestsShow,  acl::show,             acl::ShowParams,              acl::ShowResult,              AclRead,     Query,   "Shows one permission request.";
        "acl.requests.approve" => AclRequestsApprove, acl::approve,        acl::ApproveParams,           acl::ResolveResult,           AclApprove,  Command, "Approves one permission request: once, for a day, or until it is revoked.";
        "acl.requests.deny"    => AclRequestsDeny,  acl::deny,             acl::DenyParams,              acl::ResolveResult,           AclApprove,  Command, "Denies one permission request, or the like of it for good; the reason is told to the model.";
        "acl.policies.list"    => AclPoliciesList, policy::list,           policy::PoliciesListParams,   policy::PoliciesListResult,   AclRead,     Query,   "Lists the policies in force.";
        "acl.policies.show"    => AclPoliciesShow, policy::show,           policy::PoliciesShowParams,   policy::PoliciesShowResult,   AclRead,     Query,   "Shows one policy with its text.";
        "acl.policies.validate" => AclPoliciesValidate, policy::validate,  policy::PoliciesValidateParams, policy::PoliciesValidateResult, AclRead, Query, "Checks policies without putting them in force.";
        "acl.grants.list"      => AclGrantsList,   grant::list,            grant::ListParams,            grant::ListResult,            AclRead,     Query,   "Lists grants, the latest first.";
        "acl.grants.show"      => AclGrantsShow,   grant::show,            grant::ShowParams,            grant::ShowResult,            AclRead,     Query,   "Shows one grant with what happened to it.";
        "acl.grants.preview"   => AclGrantsPreview, grant::preview,        grant::PreviewParams,         grant::PreviewResult,         AclRead,     Query,   "Says which of the last week's permission requests a grant would have answered; makes none.";
        "acl.grants.create"    => AclGrantsCreate, grant::create,          grant::CreateParams,          grant::ChangeResult,          AclAdmin,    Command, "Makes a grant; it holds from the next decision on.";
        "acl.grants.revoke"    => AclGrantsRevoke, grant::revoke,          grant::RevokeParams,          grant::ChangeResult,          AclAdmin,    Command, "Takes a grant back; it ends with the next decision.";
        "acl.explain"          => AclExplain,      policy::explain,        policy::ExplainParams,        policy::ExplainResult,        AclRead,     Query,   "Explains a decision: every policy that decides, and what would be needed.";
        "acl.test"             => AclTest,         policy::test,           policy::TestParams,           policy::TestResult,           AclRead,     Query,   "Compares decisions with expected ones.";
        "acl.whoCan"           => AclWhoCan,       policy::who_can,        policy::WhoCanParams,         policy::WhoCanResult,         AclRead,     Query,   "Says who may do something.";
        "acl.requests.seen"    => AclRequestsSeen,  acl::seen,             acl::ClockParams,             acl::ResolveResult,           AclApprove,  Command, "Says that a person is shown a permission request, which starts its clock.";
        "acl.requests.extend"  => AclRequestsExtend, acl::extend,          acl::ClockParams,             acl::ResolveResult,           AclApprove,  Command, "Gives an open permission request more time.";
        "contacts.list"        => ContactsList,     contact::list,         contact::ListParams,          contact::ListResult,          AclRead,     Query,   "Lists the senders that were seen, the one that wrote last first.";
        "contacts.show"        => ContactsShow,     contact::show,         contact::ShowParams,          contact::ShowResult,          AclRead,     Query,   "Shows one sender: who it is, and what waits for a word about it.";
        "contacts.link"        => ContactsLink,     contact::link,         contact::LinkParams,          contact::ChangeResult,        AclAdmin,    Command, "Says to whom a sender belongs; it counts from the next message on.";
        "contacts.unlink"      => ContactsUnlink,   contact::unlink,       contact::ChangeParams,        contact::ChangeResult,        AclAdmin,    Command, "Forgets to whom a sender belongs; the sender is unknown from the next message on.";
        "contacts.confirm"     => ContactsConfirm,  contact::confirm,      contact::ChangeParams,        contact::ChangeResult,        AclAdmin,    Command, "Confirms a guess about whom a sender belongs to.";
        "acl.audit.list"       => AclAuditList,     audit::list,           audit::ListParams,            audit::ListResult,            AclRead,     Query,   "Lists decisions, the latest first.";
        "acl.audit.show"       => AclAuditShow,     audit::show,           audit::ShowParams,            audit::ShowResult,            AclRead,     Query,   "Shows one decision, how it ended, and the checkpoint that covers it.";
        "acl.audit.verify"     => AclAuditVerify,   audit::verify,         audit::VerifyParams,          audit::VerifyResult,          AclRead,     Query,   "Recomputes the chain of decisions and holds it against its signed checkpoints.";
        "acl.audit.export"     => AclAuditExport,   audit::export,         audit::ExportParams,          audit::ExportResult,          AclRead,     Query,   "Hands out the rows of the chain and its checkpoints, page by page.";
        "acl.audit.stats"      => AclAuditStats,    audit::stats,          audit::StatsParams,           audit::StatsResult,           AclRead,     Query,   "Counts decisions by verdict, action and principal.";
        "keys.create"          => KeysCreate,      key::create,            key::CreateParams,            key::CreateResult,            AccessAdmin, Command, "Issues a key for a program; its value is in the answer and nowhere else.";
        "keys.list"            => KeysList,        key::list,              key::ListParams,              key::ListResult,              AccessRead,  Query,   "Lists keys, without their values.";
        "keys.revoke"          => KeysRevoke,      key::revoke,            key::RevokeParams,            key::ChangeResult,            AccessAdmin, Command, "Takes a key back; whoever is connected with it is cut off.";
        "keys.token"           => KeysToken,       key::token,             key::TokenParams,             key::TokenResult,             RuntimeRead, Command, "Makes a signed token (JWT) for the caller, with at most what the caller may.";
        "keys.rotate"          => KeysRotate,      key::rotate,            key::RotateParams,            key::RotateResult,            AccessAdmin, Command, "Replaces the secret of signed tokens; those made before open nothing any more.";
        "devices.pair"         => DevicesPair,     device::pair,           device::PairParams,           device::TicketResult,         AccessAdmin, Command, "Makes a ticket that pairs one device, once.";
        "devices.link"         => DevicesLink,     device::link,           device::LinkParams,           device::LinkResult,           AccessAdmin, Command, "Makes a link that signs one browser in, once, such as that of a phone.";
        "devices.list"         => DevicesList,     device::list,           device::ListParams,           device::ListResult,           AccessRead,  Query,   "Lists devices, and those that ask to be paired.";
        "devices.approve"      => DevicesApprove,  device::approve,        device::ApproveParams,        device::ChangeResult,         AccessAdmin, Command, "Pairs a device that asks.";
        "devices.reject"       => DevicesReject,   device::reject,         device::DeviceParams,         device::RejectResult,         AccessAdmin, Command, "Turns a device away that asks.";
        "devices.rename"       => DevicesRename,   device::rename,         device::RenameParams,         device::ChangeResult,         AccessAdmin, Command, "Gives a device another name.";
        "devices.rotate"       => DevicesRotate,   device::rotate,         device::DeviceParams,         device::TicketResult,         AccessAdmin, Command, "Ends a device's key and makes a ticket with which it comes back with a new one.";
        "devices.revoke"       => DevicesRevoke,   device::revoke,         device::DeviceParams,         device::ChangeResult,         AccessAdmin, Command, "Takes a pairing back; the device is cut off.";
        "login.password"       => LoginPassword,   login::password,        login::PasswordParams,        login::PasswordResult,        AccessAdmin, Command, "Sets the password, or forgets it; who came in by the old one is cut off.";
        "login.browsers"       => LoginBrowsers,   login::browsers,        login::BrowsersParams,        login::BrowsersResult,        AccessRead,  Query,   "Lists the browsers that are signed in.";
        "login.end"            => LoginEnd,        login::end,             login::EndParams,             login::EndResult,             AccessAdmin, Command, "Signs a browser out; it is cut off.";
        "schedule.list"        => ScheduleList,     schedule::list,         schedule::ListParams,         schedule::ListResult,         SessionRead, Query,   "Lists scheduled jobs and heartbeats, the next one due first.";
        "schedule.get"         => ScheduleGet,      schedule::get,          schedule::GetParams,          schedule::JobResult,          SessionRead, Query,   "Shows one scheduled job.";
        "schedule.create"      => ScheduleCreate,   schedule::create,       schedule::CreateParams,       schedule::JobResult,          SessionWrite,Command, "Schedules a job; its runs have the rights of whoever makes it, at most.";
        "schedule.update"      => ScheduleUpdate,   schedule::update,       schedule::UpdateParams,       schedule::JobResult,          SessionWrite,Command, "Gives a scheduled job other words, times or settings.";
        "schedule.delete"      => ScheduleDelete,   schedule::delete,       schedule::JobParams,          schedule::DeleteResult,       SessionWrite,Command, "Forgets a scheduled job with its history; its requests stay on record.";
        "schedule.pause"       => SchedulePause,    schedule::pause,        schedule::JobParams,          schedule::JobResult,          SessionWrite,Command, "Keeps a scheduled job from running; what passes meanwhile is not made up for.";
        "schedule.resume"      => ScheduleResume,   schedule::resume,       schedule::JobParams,          schedule::JobResult,          SessionWrite,Command, "Lets a paused job run again, from its next time on.";
        "schedule.run"         => ScheduleRun,      schedule::run,          schedule::JobParams,          schedule::RunResult,          SessionWrite,Command, "Has a scheduled job run now, beside its times.";
        "schedule.runs"        => ScheduleRuns,     schedule::runs,         schedule::RunsParams,         schedule::RunsResult,         SessionRead, Query,   "Reads the history of a scheduled job, the latest first.";
        "schedule.preview"     => SchedulePreview,  schedule::preview,      schedule::PreviewParams,      schedule::PreviewResult,      SessionRead, Query,   "Says when a job would run, and what its runs would need approval for.";
        "heartbeat.get"        => HeartbeatGet,     heartbeat::get,         heartbeat::GetParams,         heartbeat::HeartbeatResult,   SessionRead, Query,   "Shows the heartbeat of an agent, and how much waits for it.";
        "heartbeat.set"        => HeartbeatSet,     heartbeat::set,         heartbeat::SetParams,         heartbeat::HeartbeatResult,   SessionWrite,Command, "Gives an agent a heartbeat, changes it or turns it off.";
        "heartbeat.note"       => HeartbeatNote,    heartbeat::note,        heartbeat::NoteParams,        heartbeat::NoteResult,        SessionWrite,Command, "Has a text wait for the next heartbeat of an agent.";
        "adapters.list"        => AdaptersList,    adapter::list,          adapters::ListParams,         adapters::ListResult,         RuntimeRead, Query,   "Lists the adapters with their state, and why.";
        "adapters.info"        => AdaptersInfo,    adapter::info,          adapters::NameParams,         adapters::InfoResult,         ConfigRead,  Query,   "Shows one adapter: what it said about itself, what it may, how it ended last.";
        "adapters.add"         => AdaptersAdd,     adapter::add,           adapters::AddParams,          adapters::OrderResult,        ConfigWrite, Command, "Writes an adapter into nexus.toml and starts it.";
        "adapters.remove"      => AdaptersRemove,  adapter::remove,        adapters::OrderParams,        adapters::RemoveResult,       ConfigWrite, Command, "Drains an adapter and takes it out of nexus.toml; its folder stays.";
        "adapters.start"       => AdaptersStart,   adapter::start,         adapters::OrderParams,        adapters::OrderResult,        RuntimeAdmin, Command, "Starts an adapter, also one that was given up.";
        "adapters.stop"        => AdaptersStop,    adapter::stop,          adapters::OrderParams,        adapters::OrderResult,        RuntimeAdmin, Command, "Drains an adapter and leaves it stopped until it is started or the daemon is.";
        "adapters.restart"     => AdaptersRestart, adapter::restart,       adapters::OrderParams,        adapters::OrderResult,        RuntimeAdmin, Command, "Drains an adapter and starts it again.";
        "adapters.logs"        => AdaptersLogs,    adapter::logs,          adapters::LogsParams,         adapters::LogsResult,         RuntimeAdmin, Query,  "Reads the last lines of an adapter's log, without secrets.";
        "adapters.health"      => AdaptersHealth,  adapter::health,        adapters::NameParams,         adapters::HealthResult,       RuntimeRead, Query,   "Asks an adapter whether it reaches the outside.";
        "adapters.accounts.list" => AdaptersAccountsList, adapter::accounts, adapters::NameParams,       adapters::AccountsResult,     ConfigRead,  Query,   "Asks an adapter which accounts it has.";
        "adapters.accounts.add" => AdaptersAccountsAdd, adapter::add_account, adapters::AccountAddParams, adapters::AccountsResult,   ConfigWrite, Command, "Has an adapter link an account; what a person must do for it stands in its log.";
        "hooks.list"           => HooksList,       hook::list,             hooks::ListParams,            hooks::ListResult,            ConfigRead,  Query,   "Lists the hooks, with their addresses and what they may.";
        "hooks.send"           => HooksSend,       hook::send,             hooks::SendParams,            hooks::SendResult,            RuntimeAdmin, Command, "Has an adapter sign a delivery with a hook's secret and take it in; shows the answer.";
        "adapters.backfill"    => AdaptersBackfill, adapter::backfill,     adapters::BackfillParams,     adapters::BackfillResult,     RuntimeAdmin, Command, "Records old messages of an adapter as history; nothing runs because of them.";
    } };
}

macro_rules! method_enum {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {
        /// A method of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method { $(#[doc = $doc] $variant,)+ }

        impl Method {
            /// Every method, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Finds a method by its wire name.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($wire => Some(Self::$variant),)+ _ => None }
            }

            /// The wire name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }

            /// The scope it needs.
            #[must_use]
            pub fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope,)+ }
            }

            /// What it does to the world.
            #[must_use]
            pub fn kind(self) -> MethodKind {
                match self { $(Self::$variant => MethodKind::$kind,)+ }
            }

            /// One line for people.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }
        }
    };
}

for_each_method!(method_enum);
