// Generated from docs/schema/bundle.draft-07.json by `npm run codegen`; do not edit.

/**
 * What an adapter can do.
 */
export type Ability =
  "monitor" | "send" | "stream" | "backfill" | "health" | "callers" | "accounts" | "hooks" | "edit";
/**
 * What budgets count.
 */
export type Resource = "money" | "tokens" | "tool_calls" | "model_time";
/**
 * How full something is.
 */
export type BudgetState = "fine" | "warned" | "exhausted";
/**
 * The name of a conversation, such as `main`, `dm:owner` or `group:telegram:42`.
 */
export type SessionKey = string;
/**
 * An instant in milliseconds since the Unix epoch, UTC.
 */
export type Timestamp = number;
/**
 * ULID of a request
 */
export type RequestId = string;
/**
 * What is done with a file or folder.
 */
export type PathAccess = "read" | "write" | "delete";
/**
 * What a tool can do to the world; decides parallelism, repetition and which policy applies.
 */
export type ToolEffect = "read" | "write" | "network" | "execute" | "delegate";
/**
 * Where people meet: one to one, a group, or a channel many read.
 */
export type PeerKind = "dm" | "group" | "channel";
/**
 * What somebody would do.
 */
export type Verb = "call" | "start_run" | "use_tool" | "deliver" | "approve";
/**
 * What a grant says.
 */
export type GrantEffect = "allow" | "deny";
/**
 * The verb a grant is about.
 */
export type GrantVerb = "call" | "start_run" | "use_tool" | "deliver";
/**
 * The authenticated who. An agent never stands alone: it acts for the principals before it in a
 * [`Chain`].
 */
export type Principal =
  | {
      kind: "owner";
    }
  | {
      id: string;
      kind: "known";
    }
  | {
      id: string;
      kind: "unknown";
    }
  | {
      id: AgentId;
      kind: "agent";
    }
  | {
      id: string;
      kind: "adapter";
    }
  | {
      id: string;
      kind: "api_key";
    }
  | {
      id: string;
      kind: "job";
    }
  | {
      id: string;
      kind: "device";
    }
  | {
      id: string;
      kind: "hook";
    }
  | {
      kind: "system";
    };
/**
 * The name of an agent: a letter or digit, then up to 61 letters, digits, `.`, `_` or `-`;
 * a leading dot marks a temporary agent.
 */
export type AgentId = string;
/**
 * ULID of a grant
 */
export type GrantId = string;
/**
 * ULID of a permission request
 */
export type PermissionId = string;
/**
 * How a permission request stands.
 */
export type PermissionStatus = "pending" | "approved" | "denied" | "expired" | "withdrawn";
/**
 * Where a standing answer holds. Left out, it is the first proposal of the request: the narrowest.
 */
export type StandingPlace =
  | {
      proposal: number;
    }
  | {
      scope: GrantScope;
    };
/**
 * How long an approval holds.
 */
export type ApproveSpan = "once" | "day" | "always";
/**
 * What an action would touch, worked out by the tool. Policies, grants and people look at this,
 * never at arguments as the model wrote them.
 */
export type Target =
  | {
      /**
       * What would be done with it.
       */
      access: PathAccess;
      /**
       * SHA-256 of the content the action starts from, lower-case hex; left out where the
       * content does not matter, or there is none yet.
       */
      content?: string | null;
      kind: "path";
      /**
       * As the tool names it: relative to the workspace, absolute outside of it.
       */
      path: string;
    }
  | {
      /**
       * Name or address, in lower case.
       */
      host: string;
      kind: "host";
      /**
       * Port.
       */
      port: number;
    }
  | {
      /**
       * Words, the program first; never a line that a shell would take apart.
       */
      argv: string[];
      /**
       * SHA-256 of the file that runs, lower-case hex.
       */
      content?: string | null;
      /**
       * Where it runs.
       */
      cwd: string;
      /**
       * Names of the environment variables it is given.
       */
      env: string[];
      kind: "command";
      /**
       * Whether it may ask for other machines; each of them is decided on its own.
       */
      network?: boolean;
      /**
       * The file that runs, resolved.
       */
      program: string;
    }
  | {
      /**
       * The channel.
       */
      channel: string;
      kind: "recipient";
      /**
       * The conversation on it.
       */
      to: string;
    };
/**
 * A person's answer.
 */
export type PermissionAnswer =
  "approve_once" | "approve_day" | "approve_always" | "deny" | "deny_always";
/**
 * Who acts for whom: the invoker first, then the scheduled job that began it, if one did, then the
 * agents in order of delegation. A verdict is the intersection over the chain.
 */
export type Chain = Principal[];
/**
 * Why a person is asked.
 */
export type PermissionKind = "policy" | "unknown_outcome" | "sender";
/**
 * ULID of a turn
 */
export type TurnId = string;
/**
 * A verdict that is expected.
 */
export type ExpectedVerdict = "allow" | "ask" | "deny";
/**
 * The states of an adapter.
 */
export type AdapterState =
  | "stopped"
  | "starting"
  | "running"
  | "degraded"
  | "suspended"
  | "backing_off"
  | "failed"
  | "draining";
/**
 * What a failed run failed of.
 */
export type AgentErrorKind =
  | "context_overflow"
  | "auth_failure"
  | "rate_limit"
  | "model_error"
  | "timeout"
  | "compaction_failure"
  | "budget_exhausted"
  | "internal";
/**
 * A limit of a run.
 */
export type LimitKind = "steps" | "tokens" | "duration";
/**
 * Why a turn ended.
 */
export type StopReason = "end_turn" | "max_tokens" | "limit" | "client_tools" | "aborted" | "error";
/**
 * A file of an agent. No other has a meaning, so no other can be named.
 */
export type AgentFileName = "IDENTITY.md" | "SOUL.md";
/**
 * What new input does to a busy session.
 */
export type QueueMode = "steer" | "interrupt" | "followup" | "collect" | "queue";
/**
 * A class of models by a name that clients of other programs know. Which model it stands for is
 * said in the configuration, under `models.tiers`; a tier that is not named there, like `none`,
 * leaves the agent its own.
 */
export type Tier = "none" | "flash" | "haiku" | "sonnet" | "opus";
/**
 * How a request stands.
 */
export type RequestStatus =
  | "processing"
  | "queued"
  | "parked"
  | "completed"
  | "denied"
  | "handled_by_automation"
  | "cancelled"
  | "failed";
/**
 * How a run stands.
 */
export type RunStatus = "accepted" | "done";
/**
 * When a budget begins anew.
 */
export type BudgetPeriod = "day" | "month" | "total";
/**
 * ULID of a key
 */
export type KeyId = string;
/**
 * The kind of content.
 */
export type ContentType = "text" | "image" | "audio" | "video" | "file" | "reaction";
/**
 * How sure a mapping is, from 0 to 1.
 */
export type Confidence = number;
/**
 * How a mapping came about. Only the first two name anybody.
 */
export type MappingKind = "confirmed" | "inferred" | "pending";
/**
 * Whether somebody waits for the work, or it began by itself.
 */
export type WorkClass = "interactive" | "background";
/**
 * What a budget hangs on.
 */
export type BudgetScope = "owner" | "agent" | "session" | "key";
/**
 * One permission of the control plane. Every method names exactly one.
 */
export type Scope =
  | "runtime.read"
  | "runtime.admin"
  | "agent.read"
  | "agent.write"
  | "session.read"
  | "session.write"
  | "message.send"
  | "tool.read"
  | "tool.invoke"
  | "request.read"
  | "acl.read"
  | "acl.approve"
  | "acl.admin"
  | "config.read"
  | "config.write"
  | "credential.read"
  | "credential.write"
  | "credential.reveal"
  | "access.read"
  | "access.admin";
/**
 * What access control says.
 */
export type CheckVerdict = "allow" | "ask" | "deny";
/**
 * A kind of place where credentials lie in clear.
 */
export type ClearSource = "env" | "config" | "dotenv" | "file";
/**
 * A frame from a client.
 */
export type ClientFrame =
  | {
      /**
       * Proof of identity.
       */
      auth?: ClientAuth | null;
      /**
       * Optional abilities of the client.
       */
      caps?: string[];
      /**
       * Who is calling.
       */
      client: ClientFacts;
      /**
       * Language for texts.
       */
      locale?: string | null;
      /**
       * Highest protocol version the client speaks.
       */
      maxProtocol: number;
      /**
       * Lowest protocol version the client speaks.
       */
      minProtocol: number;
      type: "hello";
      /**
       * The browser's own name for itself.
       */
      userAgent?: string | null;
    }
  | {
      /**
       * The client's id of this call; comes back in the answer.
       */
      id: string;
      /**
       * Wire name of the method.
       */
      method: string;
      /**
       * Input of the method.
       */
      params?: {
        [k: string]: unknown;
      };
      type: "req";
    };
/**
 * Where a value comes from.
 */
export type ConfigSource = "default" | "file" | "environment" | "flag";
/**
 * ULID of a connection
 */
export type ConnectionId = string;
/**
 * Whom a sender is said to be.
 */
export type Whom =
  | "owner"
  | {
      person: string;
    }
  | {
      new: {
        /**
         * The id, as in `person:<id>`; made of the sender when it is left out.
         */
        id?: string | null;
        /**
         * The name, for people.
         */
        name: string;
      };
    };
/**
 * Where a cost figure comes from. Unknown is never shown as zero.
 */
export type CostBasis = "price_table" | "free" | "unknown";
/**
 * Text that is never shown: its `Debug` says nothing, and its memory is wiped.
 */
export type SecretText = string;
/**
 * A store that values can be moved to.
 */
export type MigrateTo = "keychain" | "vault";
/**
 * ULID of a delivery
 */
export type DeliveryId = string;
/**
 * How a delivery stands.
 */
export type DeliveryStatus = "pending" | "sending" | "sent" | "failed" | "unknown" | "dropped";
/**
 * What a session or a file has been exposed to.
 */
export type Label = "untrusted" | "private" | "secret";
/**
 * One piece of a message.
 */
export type Part =
  | {
      kind: "text";
      value: string;
    }
  | {
      kind: "reasoning";
      value: Reasoning;
    }
  | {
      kind: "tool_call";
      value: ToolCall;
    }
  | {
      kind: "tool_result";
      value: ToolResult;
    }
  | {
      kind: "image";
      value: Image;
    };
/**
 * Who speaks in a message.
 */
export type Role = "user" | "assistant" | "tool";
/**
 * How far a tool call has come.
 */
export type ToolCallStatus =
  "pending" | "waiting" | "running" | "completed" | "failed" | "unknown" | "handed_out";
/**
 * How an address is reached.
 */
export type EndpointKind = "direct" | "tailscale";
/**
 * Stable error codes.
 */
export type ErrorCode =
  | "INVALID_REQUEST"
  | "CONFLICT"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "OVERLOADED"
  | "UNAVAILABLE"
  | "INTERNAL";
/**
 * The place of a recorded event in the ledger; the first event has position 1.
 */
export type Position = number;
/**
 * ULID of a message
 */
export type MessageId = string;
/**
 * How a stage ended.
 */
export type StageOutcome = "passed" | "skipped" | "ended" | "failed";
/**
 * The eight stages, in order.
 */
export type Stage =
  | "receiveEvent"
  | "resolveIdentity"
  | "resolveAccess"
  | "runAutomations"
  | "assembleContext"
  | "runAgent"
  | "deliverResponse"
  | "finalize";
/**
 * By what a wake was noticed.
 */
export type Noticed = "announced" | "gap" | "jump" | "stall";
/**
 * How much stands still.
 */
export type PauseMode = "new_work" | "all";
/**
 * What was done to a job.
 */
export type JobChange = "created" | "updated" | "paused" | "resumed" | "deleted";
/**
 * ULID of a job
 */
export type JobId = string;
/**
 * Why nothing ran at a time.
 */
export type SkipReason = "missed" | "overlap" | "unreadable";
/**
 * What kind of thing brought a label.
 */
export type LabelSource = "tool" | "message" | "file" | "session" | "credential";
/**
 * How a turn stands.
 */
export type TurnStatus = "running" | "parked" | "completed" | "failed" | "aborted";
/**
 * Form of an export.
 */
export type ExportFormat = "markdown" | "json";
/**
 * What is announced on the local network.
 */
export type MdnsMode = "off" | "minimal" | "full";
/**
 * To whom the control plane is to be opened.
 */
export type ExposeTarget = "off" | "lan" | "tailnet" | "address";
/**
 * The summary in one word.
 */
export type HealthStatus = "starting" | "healthy" | "degraded" | "unhealthy";
/**
 * A job, or the one heartbeat of an agent.
 */
export type JobKind = "job" | "heartbeat";
/**
 * What becomes of times at which nothing could run: the daemon was off or paused, or the machine
 * slept.
 */
export type MissedPolicy = "skip" | "once" | "catch_up";
/**
 * The conversation in which a job runs.
 */
export type JobSession = "main" | "own" | "isolated";
/**
 * When a job is due.
 */
export type When =
  | {
      kind: "cron";
      value: CronTime;
    }
  | {
      kind: "every";
      value: {
        /**
         * How long in between, in milliseconds.
         */
        ms: number;
      };
    }
  | {
      kind: "at";
      value: {
        /**
         * At this instant.
         */
        at: Timestamp;
      };
    };
/**
 * By what usage is told apart.
 */
export type UsageBy = "agent" | "session" | "model" | "day" | "key" | "class";
/**
 * A frame from the daemon.
 */
export type ServerFrame =
  | {
      /**
       * Who the client is.
       */
      auth: Caller;
      /**
       * What this connection may use.
       */
      features: Features;
      /**
       * Limits.
       */
      policy: Policy;
      /**
       * The protocol version of this connection.
       */
      protocol: number;
      /**
       * Which program answers.
       */
      server: ServerFacts;
      /**
       * The state of the daemon.
       */
      snapshot: Snapshot;
      type: "hello-ok";
    }
  | {
      /**
       * The protocol version the daemon speaks.
       */
      expectedProtocol: number;
      /**
       * The oldest client version that works.
       */
      minClient: string;
      /**
       * Why, in words.
       */
      reason: string;
      type: "hello-error";
    }
  | {
      /**
       * The error.
       */
      error?: WireError | null;
      /**
       * The id of the call; `invalid` when the frame had none that could be read.
       */
      id: string;
      /**
       * Whether it succeeded.
       */
      ok: boolean;
      /**
       * The result.
       */
      payload?: {
        [k: string]: unknown;
      };
      type: "res";
    }
  | {
      /**
       * When it was recorded, for recorded events.
       */
      at?: Timestamp | null;
      /**
       * Event type: a recorded or transient event, or `challenge`, `tick`, `presence`, `health`,
       * `shutdown`, `lagged`.
       */
      event: string;
      /**
       * Its content: for recorded and transient events, the properties.
       */
      payload: {
        [k: string]: unknown;
      };
      /**
       * The position, for recorded events.
       */
      position?: Position | null;
      /**
       * Rises by one with every event frame of this connection, from 1 on after the hello; a gap
       * means frames were dropped. `challenge` has 0.
       */
      seq: number;
      /**
       * Versions after this event, for `presence` and `health`.
       */
      stateVersion?: StateVersion | null;
      type: "event";
    };

export interface Protocol {
  Ability: Ability;
  Account: Account;
  AccountFacts: AccountFacts;
  AclAuditExportParams: AclAuditExportParams;
  AclAuditExportResult: AclAuditExportResult;
  AclAuditListParams: AclAuditListParams;
  AclAuditListResult: AclAuditListResult;
  AclAuditShowParams: AclAuditShowParams;
  AclAuditShowResult: AclAuditShowResult;
  AclAuditStatsParams: AclAuditStatsParams;
  AclAuditStatsResult: AclAuditStatsResult;
  AclAuditVerifyParams: AclAuditVerifyParams;
  AclAuditVerifyResult: AclAuditVerifyResult;
  AclExplainParams: AclExplainParams;
  AclExplainResult: AclExplainResult;
  AclGrantsCreateParams: AclGrantsCreateParams;
  AclGrantsCreateResult: AclGrantsCreateResult;
  AclGrantsListParams: AclGrantsListParams;
  AclGrantsListResult: AclGrantsListResult;
  AclGrantsPreviewParams: AclGrantsPreviewParams;
  AclGrantsPreviewResult: AclGrantsPreviewResult;
  AclGrantsRevokeParams: AclGrantsRevokeParams;
  AclGrantsRevokeResult: AclGrantsRevokeResult;
  AclGrantsShowParams: AclGrantsShowParams;
  AclGrantsShowResult: AclGrantsShowResult;
  AclPoliciesListParams: AclPoliciesListParams;
  AclPoliciesListResult: AclPoliciesListResult;
  AclPoliciesShowParams: AclPoliciesShowParams;
  AclPoliciesShowResult: AclPoliciesShowResult;
  AclPoliciesValidateParams: AclPoliciesValidateParams;
  AclPoliciesValidateResult: AclPoliciesValidateResult;
  AclRequestsApproveParams: AclRequestsApproveParams;
  AclRequestsApproveResult: AclRequestsApproveResult;
  AclRequestsDenyParams: AclRequestsDenyParams;
  AclRequestsDenyResult: AclRequestsDenyResult;
  AclRequestsExtendParams: AclRequestsExtendParams;
  AclRequestsExtendResult: AclRequestsExtendResult;
  AclRequestsListParams: AclRequestsListParams;
  AclRequestsListResult: AclRequestsListResult;
  AclRequestsSeenParams: AclRequestsSeenParams;
  AclRequestsSeenResult: AclRequestsSeenResult;
  AclRequestsShowParams: AclRequestsShowParams;
  AclRequestsShowResult: AclRequestsShowResult;
  AclTestParams: AclTestParams;
  AclTestResult: AclTestResult;
  AclWhoCanParams: AclWhoCanParams;
  AclWhoCanResult: AclWhoCanResult;
  ActiveHours: ActiveHours;
  AdapterConfinement: AdapterConfinement;
  AdapterCounts: AdapterCounts;
  AdapterExit: AdapterExit;
  AdapterFacts: AdapterFacts;
  AdapterState: AdapterState;
  AdapterView: AdapterView;
  AdaptersAccountsAddParams: AdaptersAccountsAddParams;
  AdaptersAccountsAddResult: AdaptersAccountsAddResult;
  AdaptersAccountsListParams: AdaptersAccountsListParams;
  AdaptersAccountsListResult: AdaptersAccountsListResult;
  AdaptersAddParams: AdaptersAddParams;
  AdaptersAddResult: AdaptersAddResult;
  AdaptersBackfillParams: AdaptersBackfillParams;
  AdaptersBackfillResult: AdaptersBackfillResult;
  AdaptersHealthParams: AdaptersHealthParams;
  AdaptersHealthResult: AdaptersHealthResult;
  AdaptersInfoParams: AdaptersInfoParams;
  AdaptersInfoResult: AdaptersInfoResult;
  AdaptersListParams: AdaptersListParams;
  AdaptersListResult: AdaptersListResult;
  AdaptersLogsParams: AdaptersLogsParams;
  AdaptersLogsResult: AdaptersLogsResult;
  AdaptersRemoveParams: AdaptersRemoveParams;
  AdaptersRemoveResult: AdaptersRemoveResult;
  AdaptersRestartParams: AdaptersRestartParams;
  AdaptersRestartResult: AdaptersRestartResult;
  AdaptersStartParams: AdaptersStartParams;
  AdaptersStartResult: AdaptersStartResult;
  AdaptersStopParams: AdaptersStopParams;
  AdaptersStopResult: AdaptersStopResult;
  AgentError: AgentError;
  AgentErrorKind: AgentErrorKind;
  AgentFacts: AgentFacts;
  AgentFile: AgentFile;
  AgentFileName: AgentFileName;
  AgentId: AgentId;
  AgentParams: AgentParams;
  AgentResult: AgentResult;
  AgentWaitParams: AgentWaitParams;
  AgentWaitResult: AgentWaitResult;
  AgentsContextParams: AgentsContextParams;
  AgentsContextResult: AgentsContextResult;
  AgentsCreateParams: AgentsCreateParams;
  AgentsCreateResult: AgentsCreateResult;
  AgentsDeleteParams: AgentsDeleteParams;
  AgentsDeleteResult: AgentsDeleteResult;
  AgentsFilesGetParams: AgentsFilesGetParams;
  AgentsFilesGetResult: AgentsFilesGetResult;
  AgentsFilesListParams: AgentsFilesListParams;
  AgentsFilesListResult: AgentsFilesListResult;
  AgentsFilesSetParams: AgentsFilesSetParams;
  AgentsFilesSetResult: AgentsFilesSetResult;
  AgentsGetParams: AgentsGetParams;
  AgentsGetResult: AgentsGetResult;
  AgentsListParams: AgentsListParams;
  AgentsListResult: AgentsListResult;
  AgentsUpdateParams: AgentsUpdateParams;
  AgentsUpdateResult: AgentsUpdateResult;
  Amounts: Amounts;
  AnswerSignature: AnswerSignature;
  ApiKey: ApiKey;
  ApproveSpan: ApproveSpan;
  Arrival: Arrival;
  Attachment: Attachment;
  Belonging: Belonging;
  BlobsGetParams: BlobsGetParams;
  BlobsGetResult: BlobsGetResult;
  BlobsPutParams: BlobsPutParams;
  BlobsPutResult: BlobsPutResult;
  Broken: Broken;
  Browser: Browser;
  BrowserAuth: BrowserAuth;
  Budget: Budget;
  BudgetFacts: BudgetFacts;
  BudgetPeriod: BudgetPeriod;
  BudgetScope: BudgetScope;
  BudgetState: BudgetState;
  BudgetsGetParams: BudgetsGetParams;
  BudgetsGetResult: BudgetsGetResult;
  BudgetsListParams: BudgetsListParams;
  BudgetsListResult: BudgetsListResult;
  Caller: Caller;
  CanonicalAction: CanonicalAction;
  Chain: Chain;
  CheckVerdict: CheckVerdict;
  Checkpoint: Checkpoint;
  ClearCredential: ClearCredential;
  ClearSource: ClearSource;
  ClientAuth: ClientAuth;
  ClientFacts: ClientFacts;
  ClientFrame: ClientFrame;
  Confidence: Confidence;
  ConfigApplyParams: ConfigApplyParams;
  ConfigApplyResult: ConfigApplyResult;
  ConfigChange: ConfigChange;
  ConfigDifference: ConfigDifference;
  ConfigExplainParams: ConfigExplainParams;
  ConfigExplainResult: ConfigExplainResult;
  ConfigGetParams: ConfigGetParams;
  ConfigGetResult: ConfigGetResult;
  ConfigOrigin: ConfigOrigin;
  ConfigOverride: ConfigOverride;
  ConfigPatchParams: ConfigPatchParams;
  ConfigPatchResult: ConfigPatchResult;
  ConfigSchemaParams: ConfigSchemaParams;
  ConfigSchemaResult: ConfigSchemaResult;
  ConfigSetParams: ConfigSetParams;
  ConfigSetResult: ConfigSetResult;
  ConfigSource: ConfigSource;
  ConfigValue: ConfigValue;
  ConnectionId: ConnectionId;
  Contact: Contact;
  ContactsConfirmParams: ContactsConfirmParams;
  ContactsConfirmResult: ContactsConfirmResult;
  ContactsLinkParams: ContactsLinkParams;
  ContactsLinkResult: ContactsLinkResult;
  ContactsListParams: ContactsListParams;
  ContactsListResult: ContactsListResult;
  ContactsShowParams: ContactsShowParams;
  ContactsShowResult: ContactsShowResult;
  ContactsUnlinkParams: ContactsUnlinkParams;
  ContactsUnlinkResult: ContactsUnlinkResult;
  ContentType: ContentType;
  Cost: Cost;
  CostBasis: CostBasis;
  Count: Count;
  CredentialFacts: CredentialFacts;
  CredentialsAddParams: CredentialsAddParams;
  CredentialsAddResult: CredentialsAddResult;
  CredentialsGetParams: CredentialsGetParams;
  CredentialsGetResult: CredentialsGetResult;
  CredentialsImportParams: CredentialsImportParams;
  CredentialsImportResult: CredentialsImportResult;
  CredentialsListParams: CredentialsListParams;
  CredentialsListResult: CredentialsListResult;
  CredentialsMigrateParams: CredentialsMigrateParams;
  CredentialsMigrateResult: CredentialsMigrateResult;
  CredentialsRemoveParams: CredentialsRemoveParams;
  CredentialsRemoveResult: CredentialsRemoveResult;
  CredentialsScanParams: CredentialsScanParams;
  CredentialsScanResult: CredentialsScanResult;
  CredentialsUnlockParams: CredentialsUnlockParams;
  CredentialsUnlockResult: CredentialsUnlockResult;
  CredentialsVerifyParams: CredentialsVerifyParams;
  CredentialsVerifyResult: CredentialsVerifyResult;
  CronTime: CronTime;
  DecidingPolicy: DecidingPolicy;
  DeliveryFacts: DeliveryFacts;
  DeliveryId: DeliveryId;
  DeliveryStatus: DeliveryStatus;
  Device: Device;
  DeviceAuth: DeviceAuth;
  DevicesApproveParams: DevicesApproveParams;
  DevicesApproveResult: DevicesApproveResult;
  DevicesLinkParams: DevicesLinkParams;
  DevicesLinkResult: DevicesLinkResult;
  DevicesListParams: DevicesListParams;
  DevicesListResult: DevicesListResult;
  DevicesPairParams: DevicesPairParams;
  DevicesPairResult: DevicesPairResult;
  DevicesRejectParams: DevicesRejectParams;
  DevicesRejectResult: DevicesRejectResult;
  DevicesRenameParams: DevicesRenameParams;
  DevicesRenameResult: DevicesRenameResult;
  DevicesRevokeParams: DevicesRevokeParams;
  DevicesRevokeResult: DevicesRevokeResult;
  DevicesRotateParams: DevicesRotateParams;
  DevicesRotateResult: DevicesRotateResult;
  DocumentLabel: DocumentLabel;
  DocumentMessage: DocumentMessage;
  DocumentSession: DocumentSession;
  Endpoint: Endpoint;
  EndpointKind: EndpointKind;
  Entity: Entity;
  Entry: Entry;
  ErrorCode: ErrorCode;
  EventFrame: EventFrame;
  Events: Events;
  EventsSubscribeParams: EventsSubscribeParams;
  EventsSubscribeResult: EventsSubscribeResult;
  ExpectedVerdict: ExpectedVerdict;
  ExplainedLink: ExplainedLink;
  ExportFormat: ExportFormat;
  ExposeSetParams: ExposeSetParams;
  ExposeSetResult: ExposeSetResult;
  ExposeStatusParams: ExposeStatusParams;
  ExposeStatusResult: ExposeStatusResult;
  ExposeTarget: ExposeTarget;
  Features: Features;
  Filter: Filter;
  Foreseen: Foreseen;
  ForkedFrom: ForkedFrom;
  GetParams: GetParams;
  Grant: Grant;
  GrantEffect: GrantEffect;
  GrantId: GrantId;
  GrantLogItem: GrantLogItem;
  GrantScope: GrantScope;
  GrantVerb: GrantVerb;
  HealthCheck: HealthCheck;
  HealthParams: HealthParams;
  HealthResult: HealthResult;
  HealthStatus: HealthStatus;
  HeartbeatGetParams: HeartbeatGetParams;
  HeartbeatGetResult: HeartbeatGetResult;
  HeartbeatNoteParams: HeartbeatNoteParams;
  HeartbeatNoteResult: HeartbeatNoteResult;
  HeartbeatSetParams: HeartbeatSetParams;
  HeartbeatSetResult: HeartbeatSetResult;
  HelloError: HelloError;
  HelloOk: HelloOk;
  HookView: HookView;
  HooksListParams: HooksListParams;
  HooksListResult: HooksListResult;
  HooksSendParams: HooksSendParams;
  HooksSendResult: HooksSendResult;
  Image: Image;
  Imported: Imported;
  Job: Job;
  JobChange: JobChange;
  JobId: JobId;
  JobKind: JobKind;
  JobRun: JobRun;
  JobSession: JobSession;
  JobSpec: JobSpec;
  JobView: JobView;
  KeyBudget: KeyBudget;
  KeyId: KeyId;
  KeysCreateParams: KeysCreateParams;
  KeysCreateResult: KeysCreateResult;
  KeysListParams: KeysListParams;
  KeysListResult: KeysListResult;
  KeysRevokeParams: KeysRevokeParams;
  KeysRevokeResult: KeysRevokeResult;
  KeysRotateParams: KeysRotateParams;
  KeysRotateResult: KeysRotateResult;
  KeysTokenParams: KeysTokenParams;
  KeysTokenResult: KeysTokenResult;
  Label: Label;
  LabelSource: LabelSource;
  Lagged: Lagged;
  LimitKind: LimitKind;
  Limits: Limits;
  LoginBrowsersParams: LoginBrowsersParams;
  LoginBrowsersResult: LoginBrowsersResult;
  LoginEndParams: LoginEndParams;
  LoginEndResult: LoginEndResult;
  LoginPasswordParams: LoginPasswordParams;
  LoginPasswordResult: LoginPasswordResult;
  LogsTailParams: LogsTailParams;
  LogsTailResult: LogsTailResult;
  Manifest: Manifest;
  MappingKind: MappingKind;
  MdnsMode: MdnsMode;
  Message: Message;
  MessageId: MessageId;
  MessagesSendParams: MessagesSendParams;
  MessagesSendResult: MessagesSendResult;
  Methods: Methods;
  MigrateTo: MigrateTo;
  Migrated: Migrated;
  MissedPolicy: MissedPolicy;
  ModelFacts: ModelFacts;
  ModelsListParams: ModelsListParams;
  ModelsListResult: ModelsListResult;
  ModelsTestParams: ModelsTestParams;
  ModelsTestResult: ModelsTestResult;
  Needs: Needs;
  Noticed: Noticed;
  OutboxDropParams: OutboxDropParams;
  OutboxDropResult: OutboxDropResult;
  OutboxListParams: OutboxListParams;
  OutboxListResult: OutboxListResult;
  OutboxRetryParams: OutboxRetryParams;
  OutboxRetryResult: OutboxRetryResult;
  Outcome: Outcome;
  ParentRun: ParentRun;
  Part: Part;
  PathAccess: PathAccess;
  PauseMode: PauseMode;
  Paused: Paused;
  PeerKind: PeerKind;
  PendingDevice: PendingDevice;
  PermissionAnswer: PermissionAnswer;
  PermissionId: PermissionId;
  PermissionKind: PermissionKind;
  PermissionRequest: PermissionRequest;
  PermissionStatus: PermissionStatus;
  PipelineCounts: PipelineCounts;
  Policy: Policy;
  PolicyFinding: PolicyFinding;
  PolicyItem: PolicyItem;
  Position: Position;
  PowerFacts: PowerFacts;
  PresenceEntry: PresenceEntry;
  PresenceNoteParams: PresenceNoteParams;
  PresenceNoteResult: PresenceNoteResult;
  PresenceParams: PresenceParams;
  PresenceResult: PresenceResult;
  PreviewMatch: PreviewMatch;
  Principal: Principal;
  Proposal: Proposal;
  Question: Question;
  QueueMode: QueueMode;
  Reasoning: Reasoning;
  ReplyTarget: ReplyTarget;
  ReplyWish: ReplyWish;
  Request: Request;
  RequestId: RequestId;
  RequestStatus: RequestStatus;
  RequestsCancelParams: RequestsCancelParams;
  RequestsCancelResult: RequestsCancelResult;
  RequestsGetParams: RequestsGetParams;
  RequestsGetResult: RequestsGetResult;
  RequestsListParams: RequestsListParams;
  RequestsListResult: RequestsListResult;
  RequestsReplayParams: RequestsReplayParams;
  RequestsReplayResult: RequestsReplayResult;
  Res: Res;
  Resource: Resource;
  Role: Role;
  Row: Row;
  RunLimits: RunLimits;
  RunStatus: RunStatus;
  RunView: RunView;
  RunWish: RunWish;
  RuntimeHandoverParams: RuntimeHandoverParams;
  RuntimeHandoverResult: RuntimeHandoverResult;
  RuntimePauseParams: RuntimePauseParams;
  RuntimePauseResult: RuntimePauseResult;
  RuntimeReloadParams: RuntimeReloadParams;
  RuntimeReloadResult: RuntimeReloadResult;
  RuntimeResumeParams: RuntimeResumeParams;
  RuntimeResumeResult: RuntimeResumeResult;
  RuntimeShutdownParams: RuntimeShutdownParams;
  RuntimeShutdownResult: RuntimeShutdownResult;
  RuntimeSummaryParams: RuntimeSummaryParams;
  RuntimeSummaryResult: RuntimeSummaryResult;
  ScheduleCreateParams: ScheduleCreateParams;
  ScheduleCreateResult: ScheduleCreateResult;
  ScheduleDeleteParams: ScheduleDeleteParams;
  ScheduleDeleteResult: ScheduleDeleteResult;
  ScheduleGetParams: ScheduleGetParams;
  ScheduleGetResult: ScheduleGetResult;
  ScheduleListParams: ScheduleListParams;
  ScheduleListResult: ScheduleListResult;
  SchedulePauseParams: SchedulePauseParams;
  SchedulePauseResult: SchedulePauseResult;
  SchedulePreviewParams: SchedulePreviewParams;
  SchedulePreviewResult: SchedulePreviewResult;
  ScheduleResumeParams: ScheduleResumeParams;
  ScheduleResumeResult: ScheduleResumeResult;
  ScheduleRunParams: ScheduleRunParams;
  ScheduleRunResult: ScheduleRunResult;
  ScheduleRunsParams: ScheduleRunsParams;
  ScheduleRunsResult: ScheduleRunsResult;
  ScheduleUpdateParams: ScheduleUpdateParams;
  ScheduleUpdateResult: ScheduleUpdateResult;
  Scope: Scope;
  SecretText: SecretText;
  SenderFacts: SenderFacts;
  SenderRef: SenderRef;
  ServerFacts: ServerFacts;
  ServerFrame: ServerFrame;
  Session: Session;
  SessionDefaults: SessionDefaults;
  SessionDocument: SessionDocument;
  SessionKey: SessionKey;
  SessionLabel: SessionLabel;
  SessionsAbortParams: SessionsAbortParams;
  SessionsAbortResult: SessionsAbortResult;
  SessionsCompactParams: SessionsCompactParams;
  SessionsCompactResult: SessionsCompactResult;
  SessionsDeleteParams: SessionsDeleteParams;
  SessionsDeleteResult: SessionsDeleteResult;
  SessionsExportParams: SessionsExportParams;
  SessionsExportResult: SessionsExportResult;
  SessionsForkParams: SessionsForkParams;
  SessionsForkResult: SessionsForkResult;
  SessionsGetParams: SessionsGetParams;
  SessionsGetResult: SessionsGetResult;
  SessionsHistoryParams: SessionsHistoryParams;
  SessionsHistoryResult: SessionsHistoryResult;
  SessionsImportParams: SessionsImportParams;
  SessionsImportResult: SessionsImportResult;
  SessionsListParams: SessionsListParams;
  SessionsListResult: SessionsListResult;
  SessionsPatchParams: SessionsPatchParams;
  SessionsPatchResult: SessionsPatchResult;
  SessionsQueueMoveParams: SessionsQueueMoveParams;
  SessionsQueueMoveResult: SessionsQueueMoveResult;
  SessionsQueueParams: SessionsQueueParams;
  SessionsQueueResult: SessionsQueueResult;
  SessionsResetParams: SessionsResetParams;
  SessionsResetResult: SessionsResetResult;
  SessionsSendParams: SessionsSendParams;
  SessionsSendResult: SessionsSendResult;
  Shutdown: Shutdown;
  SkipReason: SkipReason;
  Snapshot: Snapshot;
  Stage: Stage;
  StageOutcome: StageOutcome;
  StageTrace: StageTrace;
  StandingPlace: StandingPlace;
  StateVersion: StateVersion;
  StatusParams: StatusParams;
  StatusResult: StatusResult;
  StopReason: StopReason;
  StoreFacts: StoreFacts;
  Streaming: Streaming;
  Summary: Summary;
  TailnetAccess: TailnetAccess;
  Target: Target;
  TestCase: TestCase;
  TestOutcome: TestOutcome;
  Tier: Tier;
  Timestamp: Timestamp;
  ToolCall: ToolCall;
  ToolCallRecord: ToolCallRecord;
  ToolCallStatus: ToolCallStatus;
  ToolEffect: ToolEffect;
  ToolFacts: ToolFacts;
  ToolResult: ToolResult;
  ToolsCheckParams: ToolsCheckParams;
  ToolsCheckResult: ToolsCheckResult;
  ToolsInvokeParams: ToolsInvokeParams;
  ToolsInvokeResult: ToolsInvokeResult;
  ToolsListParams: ToolsListParams;
  ToolsListResult: ToolsListResult;
  Transients: Transients;
  Turn: Turn;
  TurnEnd: TurnEnd;
  TurnId: TurnId;
  TurnStatus: TurnStatus;
  Usage: Usage;
  UsageBy: UsageBy;
  UsageFigures: UsageFigures;
  UsageGetParams: UsageGetParams;
  UsageGetResult: UsageGetResult;
  UsageListParams: UsageListParams;
  UsageListResult: UsageListResult;
  UsageRow: UsageRow;
  Verb: Verb;
  When: When;
  WhoCanItem: WhoCanItem;
  Whom: Whom;
  WireError: WireError;
  WishedCall: WishedCall;
  WishedSend: WishedSend;
  WorkClass: WorkClass;
}
/**
 * An account of the outside system.
 */
export interface Account {
  /**
   * Its id.
   */
  account_id: string;
  /**
   * How people know it.
   */
  name?: string | null;
  /**
   * How it stands, in a word.
   */
  state?: string | null;
}
/**
 * One account of a budget in the present period.
 */
export interface AccountFacts {
  /**
   * Whose: `owner`, `agent:main`, `session:main`, `key:…`.
   */
  holder: string;
  /**
   * Calls of models whose price is unknown: their tokens count, their money does not.
   */
  nUnpriced: number;
  /**
   * How much of its tightest limit is spent, in percent.
   */
  percent: number;
  /**
   * Set aside for calls at work.
   */
  reserved: Amounts;
  /**
   * Which limit that is.
   */
  resource: Resource;
  /**
   * How full it is.
   */
  state: BudgetState;
  /**
   * Spent.
   */
  used: Amounts;
}
/**
 * An amount of each resource.
 */
export interface Amounts {
  /**
   * Millionths of a US dollar.
   */
  micro_usd: number;
  /**
   * Milliseconds.
   */
  model_ms: number;
  /**
   * Tokens.
   */
  tokens: number;
  /**
   * Tool calls.
   */
  tool_calls: number;
}
/**
 * Input of `acl.audit.export`.
 */
export interface AclAuditExportParams {
  /**
   * Only rows after this position.
   */
  after?: number;
  /**
   * Only checkpoints after this number.
   */
  afterCheckpoint?: number;
  /**
   * Which rows; an outcome goes with its decision. Only all rows together can be verified.
   */
  filter?: Filter;
  /**
   * Rows on the page, and checkpoints.
   */
  limit?: number | null;
}
/**
 * Which rows are wanted; what is left out matches everything.
 */
export interface Filter {
  /**
   * An action, such as `tool.exec`, `deliver` or `sign_in`, or its part before a point.
   */
  action?: string | null;
  /**
   * A principal anywhere in the chain, such as `owner`, `agent:main` or `job:outbox`.
   */
  principal?: string | null;
  /**
   * In the course of this request: its id, the beginning of it, or `@last`.
   */
  requestId?: string | null;
  /**
   * A part of the resource, in small or capital letters.
   */
  resource?: string | null;
  /**
   * In this session.
   */
  sessionKey?: SessionKey | null;
  /**
   * From then on.
   */
  since?: Timestamp | null;
  /**
   * Until then, itself not included.
   */
  until?: Timestamp | null;
  /**
   * `allow`, `ask` or `deny`.
   */
  verdict?: string | null;
}
/**
 * Result of `acl.audit.export`.
 */
export interface AclAuditExportResult {
  /**
   * Checkpoints in their order.
   */
  checkpoints: Checkpoint[];
  /**
   * Public keys of the checkpoints, in hexadecimal characters.
   */
  keys: string[];
  /**
   * Where the next page of rows goes on; absent when there is nothing more.
   */
  nextAfter?: number | null;
  /**
   * Rows in the order of the chain.
   */
  rows: Row[];
}
/**
 * A signed statement about the chain.
 */
export interface Checkpoint {
  /**
   * When it was signed.
   */
  at: Timestamp;
  /**
   * The last row that was pruned; 0 when none was.
   */
  base: number;
  /**
   * The seal of that row.
   */
  baseHash: string;
  /**
   * The seal of that row.
   */
  headHash: string;
  /**
   * The key it is signed with.
   */
  keyId: string;
  /**
   * Its place among the checkpoints.
   */
  number: number;
  /**
   * The last row it covers.
   */
  position: number;
  /**
   * Ed25519 signature, in hexadecimal characters.
   */
  signature: string;
}
/**
 * A row as it stands in the chain: exactly what its seal covers.
 */
export interface Row {
  /**
   * What was to be done.
   */
  action: string | null;
  /**
   * When it was recorded.
   */
  at: Timestamp;
  /**
   * Who acts for whom, as JSON text.
   */
  chain: string | null;
  /**
   * For an outcome: the decision it belongs to.
   */
  decision: number | null;
  /**
   * Digest of exactly what would be done.
   */
  digest: string | null;
  /**
   * Its seal.
   */
  hash: string;
  /**
   * For an outcome: how the effect ended.
   */
  outcome: string | null;
  /**
   * Its place.
   */
  position: number;
  /**
   * Why.
   */
  reason: string | null;
  /**
   * The request in whose course it was.
   */
  requestId: string | null;
  /**
   * On what.
   */
  resource: string | null;
  /**
   * The turn in whose course it was.
   */
  turnId: string | null;
  /**
   * How it was decided.
   */
  verdict: string | null;
}
/**
 * Input of `acl.audit.list`.
 */
export interface AclAuditListParams {
  /**
   * Only decisions before this position.
   */
  before?: number | null;
  /**
   * Which decisions.
   */
  filter?: Filter;
  /**
   * Items on the page.
   */
  limit?: number | null;
}
/**
 * Result of `acl.audit.list`.
 */
export interface AclAuditListResult {
  /**
   * The decisions, the latest first.
   */
  entries: Entry[];
  /**
   * Where the next page goes on, even when this one came back short or empty: a page looks at a
   * bounded number of rows. Absent when there is nothing more.
   */
  nextBefore?: number | null;
}
/**
 * A decision with how it ended.
 */
export interface Entry {
  /**
   * What was to be done.
   */
  action: string;
  /**
   * When it was decided.
   */
  at: Timestamp;
  /**
   * Digest of exactly what would be done.
   */
  digest?: string | null;
  /**
   * Its seal.
   */
  hash: string;
  /**
   * How the effect ended; most have one outcome, what only was decided has none.
   */
  outcomes: Outcome[];
  /**
   * Its place in the chain.
   */
  position: number;
  /**
   * Who acts for whom, the invoker first.
   */
  principals: string[];
  /**
   * Why.
   */
  reason: string;
  /**
   * The request in whose course it was.
   */
  requestId?: RequestId | null;
  /**
   * On what.
   */
  resource: string;
  /**
   * The session of that request.
   */
  sessionKey?: string | null;
  /**
   * `allow`, `ask` or `deny`.
   */
  verdict: string;
}
/**
 * How an effect ended.
 */
export interface Outcome {
  /**
   * When it was recorded.
   */
  at: Timestamp;
  /**
   * Its own place in the chain.
   */
  position: number;
  /**
   * What came of it.
   */
  text: string;
}
/**
 * Input of `acl.audit.show`.
 */
export interface AclAuditShowParams {
  /**
   * A position; that of an outcome shows its decision. 0 shows the latest decision.
   */
  position: number;
}
/**
 * Result of `acl.audit.show`.
 */
export interface AclAuditShowResult {
  /**
   * The first checkpoint that covers it, once there is one.
   */
  checkpoint?: Checkpoint | null;
  /**
   * The decision.
   */
  entry: Entry;
}
/**
 * Input of `acl.audit.stats`.
 */
export interface AclAuditStatsParams {
  /**
   * From then on; seven days when left out.
   */
  since?: Timestamp | null;
}
/**
 * Result of `acl.audit.stats`.
 */
export interface AclAuditStatsResult {
  /**
   * By action.
   */
  actions: Count[];
  /**
   * By action, of what was refused.
   */
  denied: Count[];
  /**
   * The last row of the chain.
   */
  head: number;
  /**
   * Whether there are more decisions than were counted.
   */
  isCut: boolean;
  /**
   * Decisions since then.
   */
  nDecisions: number;
  /**
   * By the one who acted.
   */
  principals: Count[];
  /**
   * The last row under a checkpoint.
   */
  signedTo: number;
  /**
   * The earliest decision that was counted.
   */
  since?: Timestamp | null;
  /**
   * By verdict, the most frequent first.
   */
  verdicts: Count[];
}
/**
 * How often something occurs.
 */
export interface Count {
  /**
   * How often.
   */
  count: number;
  /**
   * What.
   */
  name: string;
}
/**
 * Input of `acl.audit.verify`.
 */
export interface AclAuditVerifyParams {}
/**
 * Result of `acl.audit.verify`.
 */
export interface AclAuditVerifyResult {
  /**
   * The first row that does not fit.
   */
  broken?: Broken | null;
  /**
   * Whether nothing is wrong.
   */
  isWhole: boolean;
  /**
   * What was found, when nothing is wrong.
   */
  summary?: Summary | null;
}
/**
 * The first row that does not fit.
 */
export interface Broken {
  /**
   * Where.
   */
  position: number;
  /**
   * What is wrong.
   */
  reason: string;
}
/**
 * A chain that is whole.
 */
export interface Summary {
  /**
   * Whether signatures were checked.
   */
  areSignaturesChecked: boolean;
  /**
   * The first of them; the ones before were pruned.
   */
  first: number;
  /**
   * The seal of the last one.
   */
  headHash: string;
  /**
   * How many checkpoints agree with the chain.
   */
  nCheckpoints: number;
  /**
   * How many rows are there.
   */
  nRows: number;
  /**
   * The last row under a checkpoint. Rows after it are held together by their seals alone.
   */
  signedTo: number;
}
/**
 * Input of `acl.explain`.
 */
export interface AclExplainParams {
  /**
   * What would be done.
   */
  question: Question;
  /**
   * Who acts for whom, the invoker first, such as `owner` and `agent:main`. An agent alone acts
   * for the owner.
   *
   * @minItems 1
   * @maxItems 7
   */
  who:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string];
}
/**
 * What would be done, and under which circumstances.
 */
export interface Question {
  /**
   * How; follows from the effect when it is left out.
   */
  access?: PathAccess | null;
  /**
   * The channel the conversation takes place on.
   */
  channel?: string | null;
  /**
   * A command it would run, in words.
   *
   * @maxItems 64
   */
  command?: string[] | null;
  /**
   * What a tool can do to the world; that of a tool of the daemon is known.
   */
  effect?: ToolEffect | null;
  /**
   * A host it would talk to.
   */
  host?: string | null;
  /**
   * What the session has been exposed to: `untrusted`, `private`, `secret`.
   */
  labels?: string[];
  /**
   * A path it would touch.
   */
  path?: string | null;
  /**
   * The kind of conversation, for `start_run`; one to one when it is left out.
   */
  peerKind?: PeerKind | null;
  /**
   * How far it would be confined: `full`, `partial` or `none`.
   */
  posture?: string | null;
  /**
   * The conversation it would reach.
   */
  recipient?: string | null;
  /**
   * On what: a method, an agent, a tool, a channel or a permission request.
   */
  resource: string;
  /**
   * The session.
   */
  sessionKey?: SessionKey | null;
  /**
   * The verb.
   */
  verb: Verb;
}
/**
 * Result of `acl.explain`.
 */
export interface AclExplainResult {
  /**
   * What would be done, in words.
   */
  action: string;
  /**
   * Everybody whose authority is needed, the one that acts first.
   */
  links: ExplainedLink[];
  /**
   * What would have to happen for it to be allowed; empty when it is.
   */
  needed: string[];
  /**
   * Why, in a sentence.
   */
  reason: string;
  /**
   * `allow`, `ask` or `deny`.
   */
  verdict: string;
}
/**
 * What holds for one of those whose authority is needed.
 */
export interface ExplainedLink {
  /**
   * Everything that is satisfied, the strongest first.
   */
  policies: DecidingPolicy[];
  /**
   * The preset, for an agent.
   */
  preset?: string | null;
  /**
   * Who.
   */
  principal: string;
  /**
   * `allow`, `ask` or `deny`.
   */
  verdict: string;
}
/**
 * A policy or grant that is satisfied.
 */
export interface DecidingPolicy {
  /**
   * Its id.
   */
  id: string;
  /**
   * What it says: `forbid`, `guard`, `ask` or `permit`.
   */
  kind: string;
  /**
   * Where it stands, as `file:line`; `grant` for a grant.
   */
  place: string;
  /**
   * Why, in a sentence.
   */
  reason: string;
}
/**
 * Input of `acl.grants.create`.
 */
export interface AclGrantsCreateParams {
  /**
   * How long it holds, in milliseconds; until it is revoked when it is left out.
   */
  durationMs?: number | null;
  /**
   * Yes or no.
   */
  effect: GrantEffect;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Whom it is about, such as `agent:main` or `api_key:ci`.
   */
  principal: string;
  /**
   * Why, for people.
   */
  reason: string;
  /**
   * Where it holds.
   */
  scope: GrantScope;
  /**
   * The verb.
   */
  verb: GrantVerb;
}
/**
 * Where a grant holds. Every field that is set narrows it; what is left out holds for all.
 */
export interface GrantScope {
  /**
   * Commands that begin with these words; the first is the program.
   */
  command?: string[] | null;
  /**
   * Exactly this action.
   */
  digest?: string | null;
  /**
   * This host.
   */
  host?: string | null;
  /**
   * This file, or everything beneath this folder, as the tool names it; a folder ends with `/`.
   */
  path?: string | null;
  /**
   * Only this port of it.
   */
  port?: number | null;
  /**
   * This recipient on the channel.
   */
  recipient?: string | null;
  /**
   * The resource by name: a method, an agent, a tool or a channel.
   */
  resource?: string | null;
  /**
   * Only in this session.
   */
  session_key?: SessionKey | null;
}
/**
 * Result of `acl.grants.create` and `acl.grants.revoke`.
 */
export interface AclGrantsCreateResult {
  /**
   * The grant as it stands now.
   */
  grant: Grant;
}
/**
 * A standing answer as recorded.
 */
export interface Grant {
  /**
   * When it was made.
   */
  created_at: Timestamp;
  /**
   * Yes or no.
   */
  effect: GrantEffect;
  /**
   * When it ends; `None` holds until it is revoked.
   */
  expires_at?: Timestamp | null;
  /**
   * Who made it.
   */
  granted_by: Principal;
  /**
   * Its id; decisions name it as the policy that decided.
   */
  id: GrantId;
  /**
   * The permission request it came from.
   */
  permission_id?: PermissionId | null;
  /**
   * Whom it is about: the one that acts.
   */
  principal: Principal;
  /**
   * Why, for people.
   */
  reason: string;
  /**
   * When it was taken back.
   */
  revoked_at?: Timestamp | null;
  /**
   * Who took it back.
   */
  revoked_by?: Principal | null;
  /**
   * Where it holds.
   */
  scope: GrantScope;
  /**
   * The verb.
   */
  verb: GrantVerb;
}
/**
 * Input of `acl.grants.list`.
 */
export interface AclGrantsListParams {
  /**
   * Only those before this one.
   */
  before?: string | null;
  /**
   * Also those that ran out or were revoked.
   */
  includeEnded?: boolean;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only those of this principal, such as `agent:main`.
   */
  principal?: string | null;
}
/**
 * Result of `acl.grants.list`.
 */
export interface AclGrantsListResult {
  /**
   * The grants, the latest first.
   */
  grants: Grant[];
}
/**
 * Input of `acl.grants.preview`.
 */
export interface AclGrantsPreviewParams {
  /**
   * Yes or no: what allows must cover all that is touched, what denies only meets some of it.
   */
  effect: GrantEffect;
  /**
   * Whom it would be about, such as `agent:main`.
   */
  principal: string;
  /**
   * Where it would hold.
   */
  scope: GrantScope;
  /**
   * The verb.
   */
  verb: GrantVerb;
}
/**
 * Result of `acl.grants.preview`.
 */
export interface AclGrantsPreviewResult {
  /**
   * Whether there were more than are looked at.
   */
  isPartial: boolean;
  /**
   * The latest of those it would have answered, at most 20.
   */
  matched: PreviewMatch[];
  /**
   * How many were looked at: those of this principal.
   */
  nLooked: number;
  /**
   * How many of them it would have answered.
   */
  nMatched: number;
  /**
   * Since when permission requests were looked at.
   */
  since: Timestamp;
}
/**
 * A permission request that a grant would have answered.
 */
export interface PreviewMatch {
  /**
   * When it was asked.
   */
  createdAt: Timestamp;
  /**
   * Its id.
   */
  id: PermissionId;
  /**
   * How it stands.
   */
  status: PermissionStatus;
  /**
   * What would have been done, in one line.
   */
  summary: string;
}
/**
 * Input of `acl.grants.revoke`.
 */
export interface AclGrantsRevokeParams {
  /**
   * The grant: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `acl.grants.create` and `acl.grants.revoke`.
 */
export interface AclGrantsRevokeResult {
  /**
   * The grant as it stands now.
   */
  grant: Grant;
}
/**
 * Input of `acl.grants.show`.
 */
export interface AclGrantsShowParams {
  /**
   * The grant: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
}
/**
 * Result of `acl.grants.show`.
 */
export interface AclGrantsShowResult {
  /**
   * The grant.
   */
  grant: Grant;
  /**
   * What happened to it, the latest first.
   */
  log: GrantLogItem[];
  /**
   * How many decisions rested on it.
   */
  nUses: number;
}
/**
 * Something that happened to a grant.
 */
export interface GrantLogItem {
  /**
   * When.
   */
  at: Timestamp;
  /**
   * Who did it; left out for the passing of time.
   */
  by?: Principal | null;
  /**
   * `created`, `used`, `expired` or `revoked`.
   */
  what: string;
}
/**
 * Input of `acl.policies.list`.
 */
export interface AclPoliciesListParams {}
/**
 * Result of `acl.policies.list`.
 */
export interface AclPoliciesListResult {
  /**
   * Counts the changes of what is in force since the daemon started.
   */
  epoch: number;
  /**
   * The folder where a person's own policies lie.
   */
  folder: string;
  /**
   * The policies in force, the built-in ones first.
   */
  policies: PolicyItem[];
}
/**
 * A policy as listed.
 */
export interface PolicyItem {
  /**
   * Its id.
   */
  id: string;
  /**
   * What it says: `forbid`, `guard` (asks whatever permits), `ask` or `permit`.
   */
  kind: string;
  /**
   * On which line, counted from 1.
   */
  line: number;
  /**
   * Why, in a sentence.
   */
  reason: string;
  /**
   * Where it stands: `built in`, or a file of `state/acl`.
   */
  source: string;
}
/**
 * Input of `acl.policies.show`.
 */
export interface AclPoliciesShowParams {
  /**
   * The policy's id.
   */
  id: string;
}
/**
 * Result of `acl.policies.show`.
 */
export interface AclPoliciesShowResult {
  /**
   * The policy.
   */
  policy: PolicyItem;
  /**
   * Its text.
   */
  text: string;
}
/**
 * Input of `acl.policies.validate`.
 */
export interface AclPoliciesValidateParams {
  /**
   * Policies to check beside the built-in ones, in Cedar; left out, the files in `state/acl`
   * are checked.
   */
  text?: string | null;
}
/**
 * Result of `acl.policies.validate`.
 */
export interface AclPoliciesValidateResult {
  /**
   * What is wrong; empty when they are valid.
   */
  findings: PolicyFinding[];
  /**
   * Whether they could be put in force.
   */
  isValid: boolean;
}
/**
 * Something that is wrong with policies.
 */
export interface PolicyFinding {
  /**
   * The line, counted from 1, when it is known.
   */
  line?: number | null;
  /**
   * What is wrong.
   */
  problem: string;
  /**
   * The file.
   */
  source: string;
}
/**
 * Input of `acl.requests.approve`.
 */
export interface AclRequestsApproveParams {
  /**
   * Said to the model.
   */
  comment?: string | null;
  /**
   * The digest of the action that was shown. With it, a decision can never land on another
   * action than the one the person saw.
   */
  digest?: string | null;
  /**
   * The permission request: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Where an approval for longer than once holds.
   */
  place?: StandingPlace | null;
  /**
   * What a paired device signed.
   */
  signature?: AnswerSignature | null;
  /**
   * For how long it is allowed.
   */
  span?: ApproveSpan & string;
}
/**
 * What a paired device signed when it answered. Checked with the device's key before the answer
 * counts, and kept.
 */
export interface AnswerSignature {
  /**
   * The id of the device that signed.
   */
  device: string;
  /**
   * Ed25519 over `nexus-answer-1|request id|approve or deny|digest of the action`, lower-case
   * hex.
   */
  signature: string;
}
/**
 * Result of the commands about a permission request.
 */
export interface AclRequestsApproveResult {
  /**
   * The permission request as it stands now.
   */
  request: PermissionRequest;
}
/**
 * A permission request as recorded.
 */
export interface PermissionRequest {
  /**
   * What would be done.
   */
  action: CanonicalAction;
  /**
   * The agent that asks, or that the message is for.
   */
  agent_id: AgentId;
  /**
   * The answer, when a person gave one.
   */
  answer?: PermissionAnswer | null;
  /**
   * For whom it acts.
   */
  chain: Chain;
  /**
   * What the person said; the model is told.
   */
  comment?: string | null;
  /**
   * When it was asked.
   */
  created_at: Timestamp;
  /**
   * When silence becomes no.
   */
  expires_at: Timestamp;
  /**
   * The grant that a standing answer made.
   */
  grant_id?: GrantId | null;
  /**
   * Its id.
   */
  id: PermissionId;
  /**
   * Why a person is asked.
   */
  kind: PermissionKind;
  /**
   * Standing answers that could be given, the narrowest first. Empty when only this one call
   * can be answered, with yes or no.
   */
  proposals: Proposal[];
  /**
   * The policy that asks, and its reason.
   */
  reason: string;
  /**
   * The request that waits.
   */
  request_id: RequestId;
  /**
   * When.
   */
  resolved_at?: Timestamp | null;
  /**
   * Who decided.
   */
  resolved_by?: Principal | null;
  /**
   * When it was first shown to a person; until then only the longest time counts.
   */
  seen_at?: Timestamp | null;
  /**
   * The sender, when the question is about one.
   */
  sender?: SenderFacts | null;
  /**
   * The session, or where the message would go.
   */
  session_key: SessionKey;
  /**
   * What the answering device signed; checked before the answer counted.
   */
  signature?: AnswerSignature | null;
  /**
   * How it stands.
   */
  status: PermissionStatus;
  /**
   * The tool call or delivery that waits; none for a question about a sender.
   */
  tool_call_id?: string | null;
  /**
   * The turn that waits; none for a question about a sender.
   */
  turn_id?: TurnId | null;
}
/**
 * Exactly what would be done. Its digest is what a person approves: whatever differs afterwards
 * is another action and is asked again.
 */
export interface CanonicalAction {
  /**
   * The arguments after parsing, in canonical form.
   */
  arguments: {
    [k: string]: unknown;
  };
  /**
   * SHA-256 over the canonical form of tool, arguments, targets and folder, lower-case hex.
   */
  digest: string;
  /**
   * The folder that relative paths of the targets start from; left out when there are none.
   */
  folder?: string | null;
  /**
   * One line for people, such as `GET https://example.org/`.
   */
  summary: string;
  /**
   * What would be touched.
   */
  targets: Target[];
  /**
   * Tool name.
   */
  tool: string;
}
/**
 * A standing answer that could be given: where it would hold.
 */
export interface Proposal {
  /**
   * Where it would hold.
   */
  scope: GrantScope;
  /**
   * The same for people, to follow "allow" or "never allow": `http_fetch from example.org,
   * in this session`.
   */
  text: string;
}
/**
 * What a person is shown of a sender that wants to talk to an agent.
 */
export interface SenderFacts {
  /**
   * Our account that the message came to.
   */
  account_id: string;
  /**
   * The medium.
   */
  channel: string;
  /**
   * The first words of the message, on one line.
   */
  excerpt: string;
  /**
   * When a message first came.
   */
  first_seen: Timestamp;
  /**
   * Messages that came so far, this one included.
   */
  n_seen: number;
  /**
   * The name shown there. Chosen by the sender: it proves nothing.
   */
  name?: string | null;
  /**
   * The sender, in the channel's own terms.
   */
  sender_id: string;
}
/**
 * Input of `acl.requests.deny`.
 */
export interface AclRequestsDenyParams {
  /**
   * Whether the like of it is denied from now on.
   */
  always?: boolean;
  /**
   * Said to the model.
   */
  comment?: string | null;
  /**
   * The digest of the action that was shown.
   */
  digest?: string | null;
  /**
   * The permission request: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Where a denial for good holds.
   */
  place?: StandingPlace | null;
  /**
   * What a paired device signed.
   */
  signature?: AnswerSignature | null;
}
/**
 * Result of the commands about a permission request.
 */
export interface AclRequestsDenyResult {
  /**
   * The permission request as it stands now.
   */
  request: PermissionRequest;
}
/**
 * Input of `acl.requests.seen` and `acl.requests.extend`.
 */
export interface AclRequestsExtendParams {
  /**
   * The permission request: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of the commands about a permission request.
 */
export interface AclRequestsExtendResult {
  /**
   * The permission request as it stands now.
   */
  request: PermissionRequest;
}
/**
 * Input of `acl.requests.list`.
 */
export interface AclRequestsListParams {
  /**
   * Also those that were decided, the latest first after the pending ones.
   */
  includeResolved?: boolean;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only those of this session.
   */
  sessionKey?: SessionKey | null;
}
/**
 * Result of `acl.requests.list`.
 */
export interface AclRequestsListResult {
  /**
   * The permission requests.
   */
  requests: PermissionRequest[];
}
/**
 * Input of `acl.requests.seen` and `acl.requests.extend`.
 */
export interface AclRequestsSeenParams {
  /**
   * The permission request: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of the commands about a permission request.
 */
export interface AclRequestsSeenResult {
  /**
   * The permission request as it stands now.
   */
  request: PermissionRequest;
}
/**
 * Input of `acl.requests.show`.
 */
export interface AclRequestsShowParams {
  /**
   * The permission request: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
}
/**
 * Result of `acl.requests.show`.
 */
export interface AclRequestsShowResult {
  /**
   * The permission request.
   */
  request: PermissionRequest;
}
/**
 * Input of `acl.test`.
 */
export interface AclTestParams {
  /**
   * The cases.
   *
   * @maxItems 1000
   */
  cases: TestCase[];
}
/**
 * One case of `acl.test`.
 */
export interface TestCase {
  /**
   * `allow`, `ask` or `deny`.
   */
  expect: ExpectedVerdict;
  /**
   * What it shows.
   */
  name?: string | null;
  /**
   * What would be done.
   */
  question: Question;
  /**
   * Who acts for whom, the invoker first.
   *
   * @minItems 1
   * @maxItems 7
   */
  who:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string];
}
/**
 * Result of `acl.test`.
 */
export interface AclTestResult {
  /**
   * Whether all went as expected.
   */
  hasPassed: boolean;
  /**
   * The cases, in their order.
   */
  outcomes: TestOutcome[];
}
/**
 * How one case went.
 */
export interface TestOutcome {
  /**
   * The verdict that was expected.
   */
  expected: string;
  /**
   * Whether the verdict is the expected one.
   */
  hasPassed: boolean;
  /**
   * What it shows; who and what, when it has no name.
   */
  name: string;
  /**
   * Why.
   */
  reason: string;
  /**
   * The verdict that came.
   */
  verdict: string;
}
/**
 * Input of `acl.whoCan`.
 */
export interface AclWhoCanParams {
  /**
   * What would be done.
   */
  question: Question;
}
/**
 * Result of `acl.whoCan`.
 */
export interface AclWhoCanResult {
  /**
   * The owner, every agent, one of each other kind of principal, and everybody who has a grant.
   */
  items: WhoCanItem[];
}
/**
 * Somebody, and the verdict.
 */
export interface WhoCanItem {
  /**
   * Why, in a sentence.
   */
  reason: string;
  /**
   * `allow`, `ask` or `deny`.
   */
  verdict: string;
  /**
   * Who; an agent acts for the owner.
   */
  who: string;
}
/**
 * Hours of the day in which a job runs.
 */
export interface ActiveHours {
  /**
   * From this time of day on, such as `08:00`.
   */
  from: string;
  /**
   * IANA name of the time zone in which that is meant.
   */
  time_zone: string;
  /**
   * Until before this time of day, such as `22:00`; earlier than `from` for a night.
   */
  to: string;
}
/**
 * How far an adapter is confined, as far as this machine enforces it.
 */
export interface AdapterConfinement {
  /**
   * What is not enforced here, one sentence each.
   */
  gaps: string[];
  /**
   * What it may reach, one sentence each.
   */
  may: string[];
  /**
   * `full`, `partial` or `none`.
   */
  posture: string;
}
/**
 * The adapters in numbers.
 */
export interface AdapterCounts {
  /**
   * In trouble.
   */
  errored: number;
  /**
   * Running.
   */
  running: number;
  /**
   * Configured.
   */
  total: number;
}
/**
 * How an adapter ended.
 */
export interface AdapterExit {
  /**
   * When.
   */
  at: Timestamp;
  /**
   * Why, in a sentence.
   */
  reason: string;
  /**
   * The last lines it wrote to stderr.
   */
  stderr: string[];
}
/**
 * What an adapter says about itself in answer to `hello`.
 */
export interface AdapterFacts {
  /**
   * The channel it bridges.
   */
  channel: string;
  /**
   * Shortest time between two edits of one message, in milliseconds; 1,000 unless given.
   */
  edit_ms_min?: number | null;
  /**
   * Whether sending twice with one idempotency key sends once.
   */
  has_idempotent_sends: boolean;
  /**
   * Its name.
   */
  name: string;
  /**
   * Contract version it speaks.
   */
  protocol: number;
  /**
   * What it can do.
   */
  supports: Ability[];
  /**
   * Longest text of one message.
   */
  text_chars_max?: number | null;
  /**
   * Its version.
   */
  version: string;
}
/**
 * How an adapter stands.
 */
export interface AdapterView {
  /**
   * The account it serves.
   */
  account: string;
  /**
   * The channel it bridges, once it has said so.
   */
  channel?: string | null;
  /**
   * How it ended last.
   */
  lastExit?: AdapterExit | null;
  /**
   * How often it ended soon after its start, without a good run in between.
   */
  nQuickExits: number;
  /**
   * Its name in nexus.toml.
   */
  name: string;
  /**
   * Its process, while there is one.
   */
  pid?: number | null;
  /**
   * Why it is in this state; empty when there is nothing to say.
   */
  reason: string;
  /**
   * When it will be started again.
   */
  retryAt?: Timestamp | null;
  /**
   * Since when.
   */
  since: Timestamp;
  /**
   * Its state.
   */
  state: AdapterState;
}
/**
 * Input of `adapters.accounts.add`.
 */
export interface AdaptersAccountsAddParams {
  /**
   * The account, when its id is known before.
   */
  account?: string | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The adapter's name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.accounts.list`.
 */
export interface AdaptersAccountsAddResult {
  /**
   * Its accounts.
   */
  accounts: Account[];
}
/**
 * Input of the queries about one adapter.
 */
export interface AdaptersAccountsListParams {
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.accounts.list`.
 */
export interface AdaptersAccountsListResult {
  /**
   * Its accounts.
   */
  accounts: Account[];
}
/**
 * Input of `adapters.add`.
 */
export interface AdaptersAddParams {
  /**
   * The account it serves; `main` when left out.
   */
  account?: string | null;
  /**
   * Program and arguments. No secret belongs here.
   *
   * @minItems 1
   * @maxItems 64
   */
  command: [string, ...string[]];
  /**
   * Where its credential is, as a pointer.
   */
  credential?: string | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The name it gets.
   */
  name: string;
  /**
   * Its own settings.
   */
  settings?: {
    [k: string]: unknown;
  };
}
/**
 * Result of the commands about one adapter.
 */
export interface AdaptersAddResult {
  /**
   * How it stands now.
   */
  adapter: AdapterView;
}
/**
 * Input of `adapters.backfill`.
 */
export interface AdaptersBackfillParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Most messages in all.
   */
  limit?: number | null;
  /**
   * The adapter's name in nexus.toml.
   */
  name: string;
  /**
   * One conversation; all when left out.
   */
  peer?: string | null;
  /**
   * Nothing older than this.
   */
  since?: Timestamp | null;
}
/**
 * Result of `adapters.backfill`.
 */
export interface AdaptersBackfillResult {
  /**
   * Whether there are more.
   */
  hasMore: boolean;
  /**
   * Messages that were known.
   */
  nKnown: number;
  /**
   * Messages that were recorded now; nothing ran.
   */
  nRecorded: number;
  /**
   * Messages that were refused, as for another account.
   */
  nRefused: number;
}
/**
 * Input of the queries about one adapter.
 */
export interface AdaptersHealthParams {
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.health`.
 */
export interface AdaptersHealthResult {
  /**
   * Why not, for people.
   */
  detail: string;
  /**
   * Whether it is well and reaches the outside.
   */
  isHealthy: boolean;
  /**
   * Its name.
   */
  name: string;
  /**
   * How long it took to answer, in milliseconds.
   */
  tookMs: number;
}
/**
 * Input of the queries about one adapter.
 */
export interface AdaptersInfoParams {
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.info`.
 */
export interface AdaptersInfoResult {
  /**
   * How it stands.
   */
  adapter: AdapterView;
  /**
   * Program and arguments.
   */
  command: string[];
  /**
   * How far it is confined.
   */
  confinement: AdapterConfinement;
  /**
   * Where its credential is, as a pointer.
   */
  credential?: string | null;
  /**
   * What it said in answer to `hello`.
   */
  facts?: AdapterFacts | null;
  /**
   * Its own folder.
   */
  folder: string;
  /**
   * Its log.
   */
  log: string;
  /**
   * Its manifest, if it has one.
   */
  manifest?: Manifest | null;
  /**
   * The last lines it wrote to stderr in this run.
   */
  stderr: string[];
}
/**
 * The manifest: `adapter.toml` beside the program, or what `<command> info` prints as JSON.
 */
export interface Manifest {
  /**
   * The channel it bridges.
   */
  channel: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * What it needs of the machine.
   */
  needs: Needs;
  /**
   * Versions of the contract that it speaks.
   */
  protocol: number[];
  /**
   * What it can do.
   */
  supports: Ability[];
  /**
   * Its version.
   */
  version: string;
}
/**
 * What an adapter needs of the machine. Names of settings stand as
 * `setting:NAME`, with what counts unless it is set as `setting:NAME=PLACE`.
 */
export interface Needs {
  /**
   * For which services it needs a credential.
   */
  credentials: string[];
  /**
   * Folders besides its own that it would read; whether it may is for nexus.toml to say.
   */
  folders: string[];
  /**
   * Whom it talks to, as `host:port` or as a URL.
   */
  hosts: string[];
  /**
   * Where it listens, as `address:port`, if others come to it.
   */
  listen: string[];
  /**
   * Memory, in MiB, when the usual cap is too little; granted in nexus.toml only.
   */
  memory_mib?: number | null;
}
/**
 * Input of `adapters.list`.
 */
export interface AdaptersListParams {}
/**
 * Result of `adapters.list`.
 */
export interface AdaptersListResult {
  /**
   * All that are configured, by name.
   */
  adapters: AdapterView[];
}
/**
 * Input of `adapters.logs`.
 */
export interface AdaptersLogsParams {
  /**
   * How many lines from the end.
   */
  lines?: number | null;
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.logs`.
 */
export interface AdaptersLogsResult {
  /**
   * The lines, the oldest first: time, source and text.
   */
  lines: string[];
  /**
   * The file.
   */
  path: string;
}
/**
 * Input of the commands about one adapter.
 */
export interface AdaptersRemoveParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of `adapters.remove`.
 */
export interface AdaptersRemoveResult {
  /**
   * Its folder, which stays.
   */
  folder: string;
}
/**
 * Input of the commands about one adapter.
 */
export interface AdaptersRestartParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of the commands about one adapter.
 */
export interface AdaptersRestartResult {
  /**
   * How it stands now.
   */
  adapter: AdapterView;
}
/**
 * Input of the commands about one adapter.
 */
export interface AdaptersStartParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of the commands about one adapter.
 */
export interface AdaptersStartResult {
  /**
   * How it stands now.
   */
  adapter: AdapterView;
}
/**
 * Input of the commands about one adapter.
 */
export interface AdaptersStopParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name in nexus.toml.
   */
  name: string;
}
/**
 * Result of the commands about one adapter.
 */
export interface AdaptersStopResult {
  /**
   * How it stands now.
   */
  adapter: AdapterView;
}
/**
 * Why a run failed, for people and programs.
 */
export interface AgentError {
  /**
   * How to mend it.
   */
  hint?: string | null;
  /**
   * Whether the same may succeed later.
   */
  is_retryable: boolean;
  /**
   * The kind.
   */
  kind: AgentErrorKind;
  /**
   * What happened, in a plain sentence.
   */
  message: string;
}
/**
 * An agent as it stands.
 */
export interface AgentFacts {
  /**
   * Agents right beneath it.
   */
  child_count: number;
  /**
   * Constraints that its prompt always shows.
   */
  constraints: string[];
  /**
   * When it was made.
   */
  created_at?: Timestamp | null;
  /**
   * For whom it works, if it was made for somebody.
   */
  creator?: Principal | null;
  /**
   * The folder it works in.
   */
  cwd: string;
  /**
   * Agents above it.
   */
  depth: number;
  /**
   * Tools that were taken from it.
   */
  disabled_tools: string[];
  /**
   * Whether it is told something of its own.
   */
  has_system_prompt: boolean;
  /**
   * Its name.
   */
  id: AgentId;
  /**
   * Whether it is at work there.
   */
  is_busy: boolean;
  /**
   * Whether it stands in nexus.toml; others were made while the daemon ran.
   */
  is_configured: boolean;
  /**
   * Whether it ends with the daemon.
   */
  is_temp: boolean;
  /**
   * When something last happened in its conversation.
   */
  last_action_at?: Timestamp | null;
  /**
   * How its last turn there ended; nothing while it is at work or has not begun.
   */
  last_turn?: TurnEnd | null;
  /**
   * Its limits per turn.
   */
  limits: RunLimits;
  /**
   * Messages in it.
   */
  message_count: number;
  /**
   * Models in order of preference; none for the one that is in use anyway.
   */
  models: string[];
  /**
   * The agent above it.
   */
  parent_agent_id?: AgentId | null;
  /**
   * Its preset, by name.
   */
  preset: string;
  /**
   * Its own conversation.
   */
  session_key: SessionKey;
  /**
   * Tools it is offered.
   */
  tools: string[];
  /**
   * What it may write, relative to its folder; nothing stands for all of it where the preset
   * gives that, and for nothing where it does not.
   */
  write_paths: string[];
}
/**
 * How a turn ended.
 */
export interface TurnEnd {
  /**
   * The limit that ended it, when one did.
   */
  limit?: LimitKind | null;
  /**
   * Model replies.
   */
  nSteps: number;
  /**
   * Why.
   */
  stopReason: StopReason;
  /**
   * Tokens.
   */
  usage: Usage;
}
/**
 * Tokens of one or more model calls.
 */
export interface Usage {
  /**
   * Of the sent ones, written to the provider's cache.
   */
  cache_write_tokens: number;
  /**
   * Of the sent ones, read from the provider's cache.
   */
  cached_input_tokens: number;
  /**
   * Tokens sent, cached ones included.
   */
  input_tokens: number;
  /**
   * Tokens received, reasoning included.
   */
  output_tokens: number;
  /**
   * Of the received ones, reasoning.
   */
  reasoning_tokens: number;
}
/**
 * What a run may use up before it is ended.
 */
export interface RunLimits {
  /**
   * Time from start to end, in milliseconds, waiting for people not counted.
   */
  duration_ms_max: number;
  /**
   * Model replies in one turn.
   */
  steps_max: number;
  /**
   * Tokens sent and received in one turn.
   */
  tokens_max: number;
}
/**
 * A file, without its text.
 */
export interface AgentFile {
  /**
   * When it was changed last.
   */
  changedAt?: Timestamp | null;
  /**
   * Its name.
   */
  name: AgentFileName;
  /**
   * Its size in bytes; none when there is no such file yet.
   */
  sizeBytes?: number | null;
}
/**
 * Input of `agent`.
 */
export interface AgentParams {
  /**
   * The agent; the session's own when left out.
   */
  agentId?: AgentId | null;
  /**
   * Lets the command be repeated safely: the same key is the same message.
   */
  idempotencyKey: string;
  /**
   * What the person says.
   */
  message: string;
  /**
   * How to queue when the session is busy.
   */
  queueMode?: QueueMode | null;
  /**
   * The session; the owner's main one when left out.
   */
  sessionKey?: SessionKey | null;
  /**
   * Most model replies of this run; at most what the agent is limited to anyway.
   */
  stepsMax?: number | null;
  /**
   * The class of models for this run.
   */
  tier?: Tier | null;
}
/**
 * Result of `agent`, sent twice on the same id.
 */
export interface AgentResult {
  /**
   * Whether this key had been used before; then nothing new runs.
   */
  isDuplicate: boolean;
  /**
   * How the request ended.
   */
  requestStatus?: RequestStatus | null;
  /**
   * The run, which is the request.
   */
  runId: RequestId;
  /**
   * The session, once it is known.
   */
  sessionKey?: SessionKey | null;
  /**
   * How it stands.
   */
  status: RunStatus;
  /**
   * The reply, or why there is none.
   */
  summary?: string | null;
  /**
   * How the turn ended, when there was one.
   */
  turn?: TurnEnd | null;
  /**
   * The turn, once there is one.
   */
  turnId?: TurnId | null;
}
/**
 * Input of `agent.wait`.
 */
export interface AgentWaitParams {
  /**
   * The run.
   */
  runId: RequestId;
  /**
   * Longest wait, in milliseconds; then the answer says how the run stands.
   */
  timeoutMs?: number | null;
}
/**
 * Result of `agent`, sent twice on the same id.
 */
export interface AgentWaitResult {
  /**
   * Whether this key had been used before; then nothing new runs.
   */
  isDuplicate: boolean;
  /**
   * How the request ended.
   */
  requestStatus?: RequestStatus | null;
  /**
   * The run, which is the request.
   */
  runId: RequestId;
  /**
   * The session, once it is known.
   */
  sessionKey?: SessionKey | null;
  /**
   * How it stands.
   */
  status: RunStatus;
  /**
   * The reply, or why there is none.
   */
  summary?: string | null;
  /**
   * How the turn ended, when there was one.
   */
  turn?: TurnEnd | null;
  /**
   * The turn, once there is one.
   */
  turnId?: TurnId | null;
}
/**
 * Input of `agents.context`.
 */
export interface AgentsContextParams {
  /**
   * The agent.
   */
  agentId: AgentId;
}
/**
 * Result of `agents.context`: what the next call of the agent's own conversation would send to
 * its model, in estimated tokens.
 */
export interface AgentsContextResult {
  /**
   * Tokens that fit into a call of its model.
   */
  budgetTokens: number;
  /**
   * Whether a summary stands for earlier messages.
   */
  hasSummary: boolean;
  /**
   * Whether the agent is told something of its own.
   */
  hasSystemPrompt: boolean;
  /**
   * Messages in the conversation, those that a summary stands for included.
   */
  messageCount: number;
  /**
   * Tokens of messages and summary.
   */
  messageTokens: number;
  /**
   * Tokens of the system prompt.
   */
  systemTokens: number;
  /**
   * Tokens of the tools.
   */
  toolTokens: number;
}
/**
 * Input of `agents.create`.
 */
export interface AgentsCreateParams {
  /**
   * Its name; eight hexadecimal digits when left out.
   */
  agentId?: AgentId | null;
  /**
   * Folders and files it may write, within its folder. Without any, one that is `sandboxed` or
   * a `worker` writes nothing.
   */
  allowedWritePaths?: string[];
  /**
   * The folder it works in: absolute, existing, within its parent's. That of its parent, or one
   * of its own, when left out.
   */
  cwd?: string | null;
  /**
   * Tools it does not get.
   */
  disableTools?: string[];
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Whether it ends with the daemon and is never saved; its name is `.1`, `.2` and so on then.
   */
  isTemp?: boolean;
  /**
   * Its model, as `provider/model`; that of its parent when left out.
   */
  model?: string | null;
  /**
   * The agent above it, which it can never go beyond.
   */
  parentAgentId?: AgentId | null;
  /**
   * How far it may go: `trusted`, `worker`, or `sandboxed`, which it is when left out.
   */
  preset?: string | null;
  /**
   * What it is told to be.
   */
  systemPrompt?: string | null;
}
/**
 * Result of `agents.create` and `agents.update`.
 */
export interface AgentsCreateResult {
  /**
   * The agent as it is now.
   */
  agent: AgentFacts;
}
/**
 * Input of `agents.delete`.
 */
export interface AgentsDeleteParams {
  /**
   * The agent; one that was made.
   */
  agentId: AgentId;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `agents.delete`.
 */
export interface AgentsDeleteResult {
  /**
   * The agents that are gone: this one and everything beneath it, the lowest first.
   */
  deleted: AgentId[];
  /**
   * Requests that were stopped for it.
   */
  nStopped: number;
}
/**
 * Input of `agents.files.get`.
 */
export interface AgentsFilesGetParams {
  /**
   * The agent.
   */
  agentId: AgentId;
  /**
   * The file.
   */
  name: AgentFileName;
}
/**
 * Result of `agents.files.get`.
 */
export interface AgentsFilesGetResult {
  /**
   * SHA-256 of the text, lower-case hex; what `agents.files.set` takes as `was`.
   */
  digest: string;
  /**
   * The file.
   */
  file: AgentFile;
  /**
   * Its text; empty when there is no such file yet.
   */
  text: string;
}
/**
 * Input of `agents.files.list`.
 */
export interface AgentsFilesListParams {
  /**
   * The agent.
   */
  agentId: AgentId;
}
/**
 * Result of `agents.files.list`.
 */
export interface AgentsFilesListResult {
  /**
   * Every file there can be.
   */
  files: AgentFile[];
  /**
   * The agent's folder on the machine of the daemon.
   */
  folder: string;
}
/**
 * Input of `agents.files.set`.
 */
export interface AgentsFilesSetParams {
  /**
   * The agent.
   */
  agentId: AgentId;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The file.
   */
  name: AgentFileName;
  /**
   * Its new text, at most 16 KiB.
   */
  text: string;
  /**
   * The digest that `agents.files.get` gave: if the file is another one by now, nothing is
   * changed.
   */
  was?: string | null;
}
/**
 * Result of `agents.files.set`.
 */
export interface AgentsFilesSetResult {
  /**
   * SHA-256 of its text, lower-case hex.
   */
  digest: string;
  /**
   * The file as it is now.
   */
  file: AgentFile;
}
/**
 * Input of `agents.get`.
 */
export interface AgentsGetParams {
  /**
   * The agent.
   */
  agentId: AgentId;
}
/**
 * Result of `agents.get`.
 */
export interface AgentsGetResult {
  /**
   * The agent.
   */
  agent: AgentFacts;
  /**
   * The agents right beneath it.
   */
  children: AgentId[];
  /**
   * What it was told to be when it was made.
   */
  systemPrompt?: string | null;
}
/**
 * Input of `agents.list`.
 */
export interface AgentsListParams {}
/**
 * Result of `agents.list`.
 */
export interface AgentsListResult {
  /**
   * All of them: those of the configuration first, then the others by age.
   */
  agents: AgentFacts[];
  /**
   * The agent that answers when none is named.
   */
  defaultAgent: AgentId;
}
/**
 * Input of `agents.update`; what is left out stays.
 */
export interface AgentsUpdateParams {
  /**
   * The agent; one that was made.
   */
  agentId: AgentId;
  /**
   * What it may write.
   */
  allowedWritePaths?: string[] | null;
  /**
   * Tools it does not have.
   */
  disableTools?: string[] | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its model; empty for that of its parent.
   */
  model?: string | null;
  /**
   * How far it may go.
   */
  preset?: string | null;
  /**
   * What it is told to be; empty for nothing.
   */
  systemPrompt?: string | null;
}
/**
 * Result of `agents.create` and `agents.update`.
 */
export interface AgentsUpdateResult {
  /**
   * The agent as it is now.
   */
  agent: AgentFacts;
}
/**
 * A key issued to a program, without its value, which nobody keeps.
 */
export interface ApiKey {
  /**
   * The agents it may use; all of them when left out.
   */
  agents?: AgentId[] | null;
  /**
   * How much may be spent on its account.
   */
  budget?: KeyBudget | null;
  /**
   * When it was issued.
   */
  created_at: Timestamp;
  /**
   * Who issued it.
   */
  created_by: Principal;
  /**
   * When it ends; `None` holds until it is revoked.
   */
  expires_at?: Timestamp | null;
  /**
   * Its id; the principal is `api_key:<id>`.
   */
  id: KeyId;
  /**
   * What it is for, in a person's words.
   */
  label: string;
  /**
   * When a connection was last opened with it.
   */
  last_used_at?: Timestamp | null;
  /**
   * When it was taken back.
   */
  revoked_at?: Timestamp | null;
  /**
   * Who took it back.
   */
  revoked_by?: Principal | null;
  /**
   * What its holder may ask for at most, by the names of the scopes.
   */
  scopes: string[];
}
/**
 * How much may be spent on a key's account.
 */
export interface KeyBudget {
  /**
   * Most of each resource in one period.
   */
  limits: Limits;
  /**
   * When it begins anew; days and months begin in UTC.
   */
  period: BudgetPeriod;
}
/**
 * Most of each resource; what is left out has no limit.
 */
export interface Limits {
  /**
   * Millionths of a US dollar.
   */
  micro_usd?: number | null;
  /**
   * Milliseconds.
   */
  model_ms?: number | null;
  /**
   * Tokens.
   */
  tokens?: number | null;
  /**
   * Tool calls.
   */
  tool_calls?: number | null;
}
/**
 * One thing that arrived: the `NexusEvent` of the adapter contract. `(channel, event_id)` names
 * it once and for all; the same pair again is a duplicate and never runs again.
 */
export interface Arrival {
  /**
   * Which of our accounts on that channel received it.
   */
  account_id: string;
  /**
   * Files that came with it.
   */
  attachments?: Attachment[];
  /**
   * The outside medium, such as `telegram`; `control` for the control plane itself.
   */
  channel: string;
  /**
   * The text.
   */
  content: string;
  /**
   * What kind of content it is.
   */
  content_type: ContentType & string;
  /**
   * The source's own id of this event.
   */
  event_id: string;
  /**
   * Whatever else the source says; never trusted.
   */
  metadata?: {
    [k: string]: unknown;
  };
  /**
   * The conversation it belongs to, in the channel's own terms.
   */
  peer_id: string;
  /**
   * What kind of conversation that is.
   */
  peer_kind: PeerKind & string;
  /**
   * The message it answers.
   */
  reply_to_id?: string | null;
  /**
   * Who sent it, in the channel's own terms.
   */
  sender_id: string;
  /**
   * The sender's name as shown on the channel.
   */
  sender_name?: string | null;
  /**
   * The thread inside the conversation.
   */
  thread_id?: string | null;
  /**
   * When it happened at the source.
   */
  timestamp: Timestamp;
}
/**
 * A file that came with an arrival.
 */
export interface Attachment {
  /**
   * MIME type.
   */
  content_type: string;
  /**
   * File name, without a path.
   */
  filename: string;
  /**
   * The sender's id of the file.
   */
  id: string;
  /**
   * Where it lies in the spool folder.
   */
  path?: string | null;
  /**
   * Size in bytes.
   */
  size_bytes?: number | null;
  /**
   * Where it can be fetched.
   */
  url?: string | null;
}
/**
 * To whom a sender belongs.
 */
export interface Belonging {
  /**
   * How sure it is.
   */
  confidence: Confidence;
  /**
   * The person.
   */
  entity: Entity;
  /**
   * How it came about.
   */
  kind: MappingKind;
  /**
   * When it was last changed.
   */
  updated_at: Timestamp;
}
/**
 * Somebody who may have several senders.
 */
export interface Entity {
  /**
   * The id, as in `person:<id>`.
   */
  id: string;
  /**
   * Whether this is the person the installation belongs to.
   */
  is_owner: boolean;
  /**
   * The name, for people.
   */
  name: string;
}
/**
 * Input of `blobs.get`.
 */
export interface BlobsGetParams {
  /**
   * SHA-256 of the file, lower-case hex.
   */
  digest: string;
  /**
   * Where to begin, in bytes.
   */
  offset?: number;
}
/**
 * Result of `blobs.get`.
 */
export interface BlobsGetResult {
  /**
   * The piece from the offset on, as base64.
   */
  data: string;
  /**
   * Where the next piece begins; nothing when this was the last.
   */
  nextOffset?: number | null;
  /**
   * Size of the whole file in bytes.
   */
  sizeBytes: number;
}
/**
 * Input of `blobs.put`.
 */
export interface BlobsPutParams {
  /**
   * The piece, as base64; empty to ask how far the file has come.
   */
  data: string;
  /**
   * SHA-256 of the whole file, lower-case hex.
   */
  digest: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Where this piece begins, in bytes. A piece that does not follow what is there already
   * changes nothing: the answer says where to go on.
   */
  offset: number;
  /**
   * Size of the whole file in bytes.
   */
  sizeBytes: number;
}
/**
 * Result of `blobs.put`.
 */
export interface BlobsPutResult {
  /**
   * Whether all of it is there and is what its name says.
   */
  isWhole: boolean;
  /**
   * How much of the file is there: the offset of the next piece.
   */
  receivedBytes: number;
}
/**
 * A browser that is signed in.
 */
export interface Browser {
  /**
   * Since when the session belongs to a key of the browser. Without one it ends two minutes
   * after signing in.
   */
  boundAt?: Timestamp | null;
  /**
   * Its id: the digest of its session, lower-case hex.
   */
  id: string;
  /**
   * What it runs on, as its page says; nothing before the page has connected.
   */
  platform?: string | null;
  /**
   * Who it is.
   */
  principal: Principal;
  /**
   * Its last visit, to within a few hours.
   */
  seenAt: Timestamp;
  /**
   * When it signed in.
   */
  signedInAt: Timestamp;
}
/**
 * How a browser proves in its hello that the session in its cookie is its own: it signs the nonce
 * of the challenge with a key that no script can take out of it. The first key that is shown
 * after signing in is the session's from then on. The signed text is made by [`browser_text`].
 */
export interface BrowserAuth {
  /**
   * The nonce of the challenge.
   */
  nonce: string;
  /**
   * Its ECDSA public key on P-256: the 65 bytes of the uncompressed point, as base64url without
   * padding.
   */
  publicKey: string;
  /**
   * The signature with SHA-256: `r` and `s`, 64 bytes, as base64url without padding.
   */
  signature: string;
}
/**
 * A budget as configured.
 */
export interface Budget {
  /**
   * The one class of work it is for.
   */
  class?: WorkClass | null;
  /**
   * Most of each resource in one period.
   */
  limits: Limits;
  /**
   * Its name.
   */
  name: string;
  /**
   * The one agent, session or key it is for; each has its own when left out.
   */
  of?: string | null;
  /**
   * When it begins anew.
   */
  period: BudgetPeriod;
  /**
   * What it hangs on.
   */
  scope: BudgetScope;
  /**
   * IANA name of the time zone in which days and months begin.
   */
  time_zone: string;
  /**
   * From which part of a limit on people are warned, in percent.
   */
  warn_percent: number;
}
/**
 * A budget with how it stands.
 */
export interface BudgetFacts {
  /**
   * The accounts, the fullest first; at most 100.
   */
  accounts: AccountFacts[];
  /**
   * As configured.
   */
  budget: Budget;
  /**
   * When the next one begins.
   */
  resetsAt?: Timestamp | null;
  /**
   * How full its fullest account is.
   */
  state: BudgetState;
  /**
   * The present period, such as `2026-11-21`, `2026-11` or `total`.
   */
  window: string;
}
/**
 * Input of `budgets.get`.
 */
export interface BudgetsGetParams {
  /**
   * The budget's name.
   */
  name: string;
}
/**
 * Result of `budgets.get`.
 */
export interface BudgetsGetResult {
  /**
   * The budget.
   */
  budget: BudgetFacts;
}
/**
 * Input of `budgets.list`.
 */
export interface BudgetsListParams {}
/**
 * Result of `budgets.list`.
 */
export interface BudgetsListResult {
  /**
   * The budgets, by name.
   */
  budgets: BudgetFacts[];
}
/**
 * Who the daemon takes the client for.
 */
export interface Caller {
  /**
   * The principal.
   */
  principal: Principal;
  /**
   * Its scopes.
   */
  scopes: Scope[];
}
/**
 * A credential that lies in clear.
 */
export interface ClearCredential {
  /**
   * Whether there is a credential of that name.
   */
  isStored: boolean;
  /**
   * Its key there: a variable or a setting.
   */
  key: string;
  /**
   * Line in the file, counted from 1.
   */
  line?: number | null;
  /**
   * The name proposed for it.
   */
  name: string;
  /**
   * The file; nothing for the environment.
   */
  path?: string | null;
  /**
   * What to do about it, in words.
   */
  proposal: string;
  /**
   * The kind of place.
   */
  source: ClearSource;
}
/**
 * How a client proves who it is, by one of these.
 */
export interface ClientAuth {
  /**
   * The proof of a browser that has a cookie: that it is not somebody else's.
   */
  browser?: BrowserAuth | null;
  /**
   * The proof of a device.
   */
  device?: DeviceAuth | null;
  /**
   * The password.
   */
  password?: string | null;
  /**
   * The control-plane token, an API key, or a signed token.
   */
  token?: string | null;
}
/**
 * How a device proves in its hello who it is: it signs the nonce of the challenge that came
 * before. The signed text is made by [`signed_text`].
 */
export interface DeviceAuth {
  /**
   * The nonce of the challenge.
   */
  nonce: string;
  /**
   * Its Ed25519 public key: 32 bytes as base64url without padding.
   */
  publicKey: string;
  /**
   * Fewer scopes than it was paired with, for this connection.
   *
   * @maxItems 64
   */
  scopes?: Scope[] | null;
  /**
   * The signature: 64 bytes as base64url without padding.
   */
  signature: string;
  /**
   * When it signed, in milliseconds since 1970.
   */
  signedAt: Timestamp;
  /**
   * A pairing ticket of the owner, when it is not paired yet.
   */
  ticket?: string | null;
}
/**
 * What a client says about itself.
 */
export interface ClientFacts {
  /**
   * Tells two instances of one program apart.
   */
  instanceId?: string | null;
  /**
   * `cli`, `ui`, `tray`, `test` or whatever else it is; `cli` is not shown in presence.
   */
  mode: string;
  /**
   * Program name.
   */
  name: string;
  /**
   * Operating system.
   */
  platform: string;
  /**
   * Program version.
   */
  version: string;
}
/**
 * Input of `config.apply`.
 */
export interface ConfigApplyParams {
  /**
   * The `hash` of the file that the change is meant for; a file that is another one by now is
   * left alone.
   */
  baseHash?: string | null;
  /**
   * Only say what would change.
   */
  dryRun?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The whole new text of the file.
   */
  text: string;
}
/**
 * Result of `config.set`, `config.patch` and `config.apply`.
 */
export interface ConfigApplyResult {
  /**
   * Keys that changed and are in force.
   */
  applied: string[];
  /**
   * What differs, in order of the keys.
   */
  changes: ConfigDifference[];
  /**
   * Whether nothing was written, because only this was asked for.
   */
  dryRun: boolean;
  /**
   * SHA-256 of the file after the change.
   */
  hash: string;
  /**
   * Keys that changed and need a restart.
   */
  needsRestart: string[];
  /**
   * Keys whose new value does not count, because something overrules it.
   */
  overruled: ConfigOverride[];
  /**
   * The file.
   */
  path: string;
  /**
   * What the file says that nobody understands, or that should be thought about.
   */
  warnings: string[];
}
/**
 * A value that differs between the configuration before and after a change.
 */
export interface ConfigDifference {
  /**
   * The value after; nothing when it is not set any more and has no default.
   */
  after?: {
    [k: string]: unknown;
  };
  /**
   * The value before; nothing when it was not set and has no default.
   */
  before?: {
    [k: string]: unknown;
  };
  /**
   * The key.
   */
  key: string;
}
/**
 * A value that the file says and something else overrules.
 */
export interface ConfigOverride {
  /**
   * What overrules it.
   */
  by: ConfigSource;
  /**
   * The key.
   */
  key: string;
  /**
   * By its name: the variable, or the option of the command line.
   */
  name: string;
}
/**
 * A change to one key. Without a value the key is taken out of the file, so that its default
 * holds.
 */
export interface ConfigChange {
  /**
   * The key, such as `runtime.port`; a part with other signs stands in quotes, as in TOML.
   */
  key: string;
  /**
   * The new value as a person types it, in place of `value`: TOML, or text without quotes.
   */
  text?: string | null;
  /**
   * The new value.
   */
  value?: {
    [k: string]: unknown;
  };
}
/**
 * Input of `config.explain`.
 */
export interface ConfigExplainParams {
  /**
   * The key, such as `runtime.port`.
   */
  key: string;
}
/**
 * Result of `config.explain`.
 */
export interface ConfigExplainResult {
  /**
   * Whether a change is in force at once; otherwise it needs a restart.
   */
  appliesLive: boolean;
  /**
   * The default; nothing when there is none.
   */
  default?: {
    [k: string]: unknown;
  };
  /**
   * What it means.
   */
  doc: string;
  /**
   * Whether it was changed and waits for a restart.
   */
  isPending: boolean;
  /**
   * The key.
   */
  key: string;
  /**
   * The row of the table it belongs to, such as `agents.*.models`.
   */
  pattern: string;
  /**
   * Every source that says something about it, the one that counts first.
   */
  sources: ConfigOrigin[];
  /**
   * The value in force; nothing when it is not set and has no default.
   */
  value?: {
    [k: string]: unknown;
  };
  /**
   * What values it takes, in words.
   */
  wanted: string;
}
/**
 * One source that says something about a key.
 */
export interface ConfigOrigin {
  /**
   * Whether this is the one that counts.
   */
  isInForce: boolean;
  /**
   * Line in the file, counted from 1.
   */
  line?: number | null;
  /**
   * Which one: the file, the variable, the option; nothing for the default.
   */
  name?: string | null;
  /**
   * The kind of source.
   */
  source: ConfigSource;
  /**
   * What it says.
   */
  value: {
    [k: string]: unknown;
  };
}
/**
 * Input of `config.get`.
 */
export interface ConfigGetParams {
  /**
   * A key such as `runtime.port`, or a table such as `runtime`; everything when left out.
   */
  key?: string | null;
  /**
   * Whether to hand out the text of the file, too, as an editor needs it for `config.apply`.
   */
  text?: boolean;
}
/**
 * Result of `config.get`.
 */
export interface ConfigGetResult {
  /**
   * SHA-256 of the file as it is now, to be given as `baseHash`; nothing while there is none.
   */
  hash?: string | null;
  /**
   * The file it is read from.
   */
  path: string;
  /**
   * Keys that were changed and wait for a restart.
   */
  pendingRestart: string[];
  /**
   * The text of the file, if it was asked for and is what is in force: what was refused may
   * hold a secret in clear.
   */
  text?: string | null;
  /**
   * The values, in order of their keys.
   */
  values: ConfigValue[];
}
/**
 * One value of the configuration. Secrets are never among them.
 */
export interface ConfigValue {
  /**
   * What it means.
   */
  doc: string;
  /**
   * The key, such as `runtime.port`.
   */
  key: string;
  /**
   * Whether a change needs a restart.
   */
  needsRestart: boolean;
  /**
   * Where it comes from.
   */
  source: ConfigSource;
  /**
   * The value in force.
   */
  value: {
    [k: string]: unknown;
  };
}
/**
 * Input of `config.patch`.
 */
export interface ConfigPatchParams {
  /**
   * The `hash` of the file that the change is meant for; a file that is another one by now is
   * left alone.
   */
  baseHash?: string | null;
  /**
   * Only say what would change.
   */
  dryRun?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * A merge patch (RFC 7396) over the tables of the file: objects are merged, null takes out,
   * everything else is set.
   */
  patch: {
    [k: string]: unknown;
  };
}
/**
 * Result of `config.set`, `config.patch` and `config.apply`.
 */
export interface ConfigPatchResult {
  /**
   * Keys that changed and are in force.
   */
  applied: string[];
  /**
   * What differs, in order of the keys.
   */
  changes: ConfigDifference[];
  /**
   * Whether nothing was written, because only this was asked for.
   */
  dryRun: boolean;
  /**
   * SHA-256 of the file after the change.
   */
  hash: string;
  /**
   * Keys that changed and need a restart.
   */
  needsRestart: string[];
  /**
   * Keys whose new value does not count, because something overrules it.
   */
  overruled: ConfigOverride[];
  /**
   * The file.
   */
  path: string;
  /**
   * What the file says that nobody understands, or that should be thought about.
   */
  warnings: string[];
}
/**
 * Input of `config.schema`.
 */
export interface ConfigSchemaParams {}
/**
 * Result of `config.schema`.
 */
export interface ConfigSchemaResult {
  /**
   * The JSON Schema (2020-12) of `nexus.toml`.
   */
  schema: {
    [k: string]: unknown;
  };
}
/**
 * Input of `config.set`.
 */
export interface ConfigSetParams {
  /**
   * The `hash` of the file that the change is meant for; a file that is another one by now is
   * left alone.
   */
  baseHash?: string | null;
  /**
   * The changes; all of them are made, or none.
   *
   * @minItems 1
   * @maxItems 256
   */
  changes: [ConfigChange, ...ConfigChange[]];
  /**
   * Only say what would change.
   */
  dryRun?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `config.set`, `config.patch` and `config.apply`.
 */
export interface ConfigSetResult {
  /**
   * Keys that changed and are in force.
   */
  applied: string[];
  /**
   * What differs, in order of the keys.
   */
  changes: ConfigDifference[];
  /**
   * Whether nothing was written, because only this was asked for.
   */
  dryRun: boolean;
  /**
   * SHA-256 of the file after the change.
   */
  hash: string;
  /**
   * Keys that changed and need a restart.
   */
  needsRestart: string[];
  /**
   * Keys whose new value does not count, because something overrules it.
   */
  overruled: ConfigOverride[];
  /**
   * The file.
   */
  path: string;
  /**
   * What the file says that nobody understands, or that should be thought about.
   */
  warnings: string[];
}
/**
 * A sender that was seen on a channel.
 */
export interface Contact {
  /**
   * To whom the sender belongs, as far as anybody said or guessed.
   */
  belongs_to?: Belonging | null;
  /**
   * The medium.
   */
  channel: string;
  /**
   * When a message first came.
   */
  first_seen: Timestamp;
  /**
   * When the latest came.
   */
  last_seen: Timestamp;
  /**
   * Messages that came.
   */
  n_seen: number;
  /**
   * The name last shown there. Chosen by the sender: it proves nothing.
   */
  name?: string | null;
  /**
   * The sender, in the channel's own terms.
   */
  sender_id: string;
}
/**
 * Input of `contacts.unlink` and `contacts.confirm`.
 */
export interface ContactsConfirmParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The sender.
   */
  sender: SenderRef;
}
/**
 * A sender by name.
 */
export interface SenderRef {
  /**
   * The medium, such as `telegram`.
   */
  channel: string;
  /**
   * The sender, in the channel's own terms.
   */
  senderId: string;
}
/**
 * Result of the commands about a sender.
 */
export interface ContactsConfirmResult {
  /**
   * The sender as it stands now.
   */
  contact: Contact;
}
/**
 * Input of `contacts.link`.
 */
export interface ContactsLinkParams {
  /**
   * How sure that is. Left out, it is a person's word. Above 0.9 it counts at once, 0.7 to 0.9
   * is a guess that waits for confirmation, less is not taken.
   */
  confidence?: Confidence | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The sender; it need not have written yet.
   */
  sender: SenderRef;
  /**
   * Whom the sender belongs to.
   */
  whom: Whom;
}
/**
 * Result of the commands about a sender.
 */
export interface ContactsLinkResult {
  /**
   * The sender as it stands now.
   */
  contact: Contact;
}
/**
 * Input of `contacts.list`.
 */
export interface ContactsListParams {
  /**
   * Only those behind this one in the list.
   */
  after?: SenderRef | null;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only senders that are taken for nobody: without a person, or with a guess that waits.
   */
  unknownOnly?: boolean;
}
/**
 * Result of `contacts.list`.
 */
export interface ContactsListResult {
  /**
   * The senders, the one that wrote last first.
   */
  contacts: Contact[];
  /**
   * Whether there are more.
   */
  hasMore: boolean;
}
/**
 * Input of `contacts.show`.
 */
export interface ContactsShowParams {
  /**
   * The sender.
   */
  sender: SenderRef;
}
/**
 * Result of `contacts.show`.
 */
export interface ContactsShowResult {
  /**
   * The sender.
   */
  contact: Contact;
  /**
   * Messages that wait for a word about the sender.
   */
  nWaiting: number;
  /**
   * The principal that messages of this sender come from, such as `person:anna`.
   */
  principal: string;
  /**
   * The question about the sender that is open.
   */
  question?: PermissionRequest | null;
}
/**
 * Input of `contacts.unlink` and `contacts.confirm`.
 */
export interface ContactsUnlinkParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The sender.
   */
  sender: SenderRef;
}
/**
 * Result of the commands about a sender.
 */
export interface ContactsUnlinkResult {
  /**
   * The sender as it stands now.
   */
  contact: Contact;
}
/**
 * What something cost.
 */
export interface Cost {
  /**
   * Where the figure comes from.
   */
  basis: CostBasis;
  /**
   * Millionths of a US dollar; zero when the basis is `unknown`.
   */
  micro_usd: number;
}
/**
 * One credential, without its value.
 */
export interface CredentialFacts {
  /**
   * When it was added or last replaced.
   */
  addedAt: Timestamp;
  /**
   * Whether it was good then.
   */
  isGood?: boolean | null;
  /**
   * Its name.
   */
  name: string;
  /**
   * The place itself, as a pointer.
   */
  place: string;
  /**
   * Kind of place: `keychain`, `vault`, `systemd`, `1password`, `exec`, `file` or `env`.
   */
  store: string;
  /**
   * Settings that use it.
   */
  usedBy: string[];
  /**
   * When it was last verified.
   */
  verifiedAt?: Timestamp | null;
}
/**
 * Input of `credentials.add`. Either a value or the place of one.
 */
export interface CredentialsAddParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name, such as `provider/openai`.
   */
  name: string;
  /**
   * Where its value is kept instead, such as `op://vault/item/field`.
   */
  pointer?: string | null;
  /**
   * Whether one of this name may be replaced.
   */
  replace?: boolean;
  /**
   * Its value.
   */
  value?: SecretText | null;
}
/**
 * Result of `credentials.add` and `credentials.remove`.
 */
export interface CredentialsAddResult {
  /**
   * Its name.
   */
  name: string;
  /**
   * Where it is, or was.
   */
  place: string;
}
/**
 * Input of `credentials.get`.
 */
export interface CredentialsGetParams {
  /**
   * Its name.
   */
  name: string;
}
/**
 * Result of `credentials.get`. The one answer that holds a value.
 */
export interface CredentialsGetResult {
  /**
   * Its name.
   */
  name: string;
  /**
   * Where it is.
   */
  place: string;
  /**
   * Its value.
   */
  value: SecretText;
}
/**
 * Input of `credentials.import`.
 */
export interface CredentialsImportParams {
  /**
   * Only says what would be done.
   */
  dryRun?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Keys to take; all that look like credentials when left out.
   */
  keys?: string[];
  /**
   * The name of the one that is taken; the proposed one when left out.
   */
  name?: string | null;
  /**
   * The file, for `dotenv` and `file`.
   */
  path?: string | null;
  /**
   * Whether credentials of the same names may be replaced.
   */
  replace?: boolean;
  /**
   * The kind of place.
   */
  source: ClearSource;
}
/**
 * Result of `credentials.import`.
 */
export interface CredentialsImportResult {
  /**
   * What became of each.
   */
  imported: Imported[];
}
/**
 * What became of one credential that lay in clear.
 */
export interface Imported {
  /**
   * Its key in the place it came from.
   */
  key: string;
  /**
   * Its name now.
   */
  name: string;
  /**
   * What was done, or would be, or why nothing was; and what is left to do.
   */
  note: string;
  /**
   * Where it is kept; nothing after a dry run or when it was left alone.
   */
  place?: string | null;
}
/**
 * Input of `credentials.list`.
 */
export interface CredentialsListParams {}
/**
 * Result of `credentials.list`.
 */
export interface CredentialsListResult {
  /**
   * The credentials, by name.
   */
  credentials: CredentialFacts[];
  /**
   * The stores, those first that can keep new ones.
   */
  stores: StoreFacts[];
}
/**
 * How one store stands.
 */
export interface StoreFacts {
  /**
   * How to mend it.
   */
  fix?: string | null;
  /**
   * Whether new credentials go there.
   */
  isChosen: boolean;
  /**
   * Whether it can be used now.
   */
  isReady: boolean;
  /**
   * What is wrong, if something is.
   */
  reason?: string | null;
  /**
   * `keychain`, `vault` or `systemd`.
   */
  store: string;
}
/**
 * Input of `credentials.migrate`.
 */
export interface CredentialsMigrateParams {
  /**
   * Only says what would be done.
   */
  dryRun?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Which; all whose values can be moved when left out.
   */
  names?: string[];
  /**
   * Where they are to be; new ones go there, too, from then on.
   */
  to: MigrateTo;
}
/**
 * Result of `credentials.migrate`.
 */
export interface CredentialsMigrateResult {
  /**
   * What became of each.
   */
  migrated: Migrated[];
  /**
   * How many stayed where they were although they were to move.
   */
  nFailed: number;
}
/**
 * What became of one value.
 */
export interface Migrated {
  /**
   * Where it was.
   */
  from: string;
  /**
   * The name of the credential, or `audit key`.
   */
  name: string;
  /**
   * What was done, or would be, or why nothing was; and what is left to do.
   */
  note: string;
  /**
   * Where it is now; nothing after a dry run or when it stayed.
   */
  to?: string | null;
}
/**
 * Input of `credentials.remove`.
 */
export interface CredentialsRemoveParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name.
   */
  name: string;
}
/**
 * Result of `credentials.add` and `credentials.remove`.
 */
export interface CredentialsRemoveResult {
  /**
   * Its name.
   */
  name: string;
  /**
   * Where it is, or was.
   */
  place: string;
}
/**
 * Input of `credentials.scan`.
 */
export interface CredentialsScanParams {}
/**
 * Result of `credentials.scan`.
 */
export interface CredentialsScanResult {
  /**
   * What was found.
   */
  found: ClearCredential[];
  /**
   * Where was looked, in words.
   */
  lookedAt: string[];
}
/**
 * Input of `credentials.unlock`.
 */
export interface CredentialsUnlockParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The passphrase of the vault; the first one makes it.
   */
  passphrase: SecretText;
}
/**
 * Result of `credentials.unlock`.
 */
export interface CredentialsUnlockResult {
  /**
   * Whether the vault was made just now.
   */
  isNew: boolean;
}
/**
 * Input of `credentials.verify`.
 */
export interface CredentialsVerifyParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its name.
   */
  name: string;
}
/**
 * Result of `credentials.verify`.
 */
export interface CredentialsVerifyResult {
  /**
   * How to mend it.
   */
  hint?: string | null;
  /**
   * What was done: a call to a model, or reading it.
   */
  how: string;
  /**
   * Whether it is good.
   */
  isOk: boolean;
  /**
   * What came of it.
   */
  message: string;
  /**
   * Its name.
   */
  name: string;
}
/**
 * Times by a cron expression.
 */
export interface CronTime {
  /**
   * Five fields: minute, hour, day of the month, month, day of the week; or `@daily` and such.
   */
  expression: string;
  /**
   * IANA name of the time zone it is meant in, such as `Europe/Berlin`.
   */
  time_zone: string;
}
/**
 * A delivery, as people see it.
 */
export interface DeliveryFacts {
  /**
   * The adapter, as `channel/account`.
   */
  adapter: string;
  /**
   * When it changed last.
   */
  changedAt: Timestamp;
  /**
   * When it was decided.
   */
  createdAt: Timestamp;
  /**
   * What went wrong last.
   */
  error?: string | null;
  /**
   * Its id.
   */
  id: DeliveryId;
  /**
   * What the adapter called it.
   */
  messageIds?: string[];
  /**
   * How often it was handed over.
   */
  nTries: number;
  /**
   * When it is tried next, while it waits.
   */
  nextAt?: Timestamp | null;
  /**
   * The request it answers.
   */
  requestId: RequestId;
  /**
   * How it stands.
   */
  state: DeliveryStatus;
  /**
   * The text; only its beginning in a list.
   */
  text: string;
  /**
   * The conversation, in the adapter's own terms.
   */
  to: string;
}
/**
 * A device that was paired.
 */
export interface Device {
  /**
   * SHA-256 of its public key, lower-case hex; the principal is `device:<id>`.
   */
  id: string;
  /**
   * When it last opened a connection.
   */
  last_used_at?: Timestamp | null;
  /**
   * What people call it.
   */
  name: string;
  /**
   * When it was paired.
   */
  paired_at: Timestamp;
  /**
   * Who paired it.
   */
  paired_by: Principal;
  /**
   * Its operating system, as it said.
   */
  platform: string;
  /**
   * Its Ed25519 public key, 32 bytes as base64url.
   */
  public_key: string;
  /**
   * When its pairing was taken back.
   */
  revoked_at?: Timestamp | null;
  /**
   * Who took it back.
   */
  revoked_by?: Principal | null;
  /**
   * What it may ask for at most, by the names of the scopes.
   */
  scopes: string[];
}
/**
 * Input of `devices.approve`.
 */
export interface DevicesApproveParams {
  /**
   * The code that the device shows, or its id or the beginning of it.
   */
  device: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * What it will be called; what it calls itself when left out.
   */
  name?: string | null;
  /**
   * What it may ask for at most; the usual ones when left out. None that the caller lacks.
   *
   * @maxItems 64
   */
  scopes?: Scope[] | null;
}
/**
 * Result of `devices.approve`, `devices.rename` and `devices.revoke`.
 */
export interface DevicesApproveResult {
  /**
   * The device as it stands now.
   */
  device: Device;
}
/**
 * Input of `devices.link`.
 */
export interface DevicesLinkParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `devices.link`.
 */
export interface DevicesLinkResult {
  /**
   * When it ends.
   */
  expiresAt: Timestamp;
  /**
   * Path and query, to be put behind the address where the browser reaches the daemon.
   */
  path: string;
}
/**
 * Input of `devices.list`.
 */
export interface DevicesListParams {
  /**
   * Also those whose pairing was taken back.
   */
  includeEnded?: boolean;
}
/**
 * Result of `devices.list`.
 */
export interface DevicesListResult {
  /**
   * The devices.
   */
  devices: Device[];
  /**
   * Those that ask to be paired.
   */
  pending: PendingDevice[];
}
/**
 * A device that asks to be paired.
 */
export interface PendingDevice {
  /**
   * Where it knocked from.
   */
  address: string;
  /**
   * The code that the device shows, to be compared with it.
   */
  code: string;
  /**
   * Its id: SHA-256 of its public key, lower-case hex.
   */
  deviceId: string;
  /**
   * Until when it can be approved.
   */
  expiresAt: Timestamp;
  /**
   * What it calls itself.
   */
  name: string;
  /**
   * Its operating system, as it says.
   */
  platform: string;
  /**
   * When it asked.
   */
  requestedAt: Timestamp;
}
/**
 * Input of `devices.pair`.
 */
export interface DevicesPairParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * What the device will be called; what it calls itself when left out.
   */
  name?: string | null;
  /**
   * What it may ask for at most; the usual ones when left out. None that the caller lacks.
   *
   * @maxItems 64
   */
  scopes?: Scope[] | null;
}
/**
 * Result of `devices.pair` and `devices.rotate`.
 */
export interface DevicesPairResult {
  /**
   * When it ends.
   */
  expiresAt: Timestamp;
  /**
   * The scopes it gives.
   */
  scopes: Scope[];
  /**
   * A ticket that pairs one device, once.
   */
  ticket: string;
}
/**
 * Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
 */
export interface DevicesRejectParams {
  /**
   * The device: its id or the beginning of it; for one that asks to be paired also its code.
   */
  device: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `devices.reject`.
 */
export interface DevicesRejectResult {
  /**
   * The device that was turned away.
   */
  device: PendingDevice;
}
/**
 * Input of `devices.rename`.
 */
export interface DevicesRenameParams {
  /**
   * The device: its id or the beginning of it.
   */
  device: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Its new name.
   */
  name: string;
}
/**
 * Result of `devices.approve`, `devices.rename` and `devices.revoke`.
 */
export interface DevicesRenameResult {
  /**
   * The device as it stands now.
   */
  device: Device;
}
/**
 * Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
 */
export interface DevicesRevokeParams {
  /**
   * The device: its id or the beginning of it; for one that asks to be paired also its code.
   */
  device: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `devices.approve`, `devices.rename` and `devices.revoke`.
 */
export interface DevicesRevokeResult {
  /**
   * The device as it stands now.
   */
  device: Device;
}
/**
 * Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
 */
export interface DevicesRotateParams {
  /**
   * The device: its id or the beginning of it; for one that asks to be paired also its code.
   */
  device: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `devices.pair` and `devices.rotate`.
 */
export interface DevicesRotateResult {
  /**
   * When it ends.
   */
  expiresAt: Timestamp;
  /**
   * The scopes it gives.
   */
  scopes: Scope[];
  /**
   * A ticket that pairs one device, once.
   */
  ticket: string;
}
/**
 * A label.
 */
export interface DocumentLabel {
  /**
   * What it says.
   */
  label: Label;
}
/**
 * A message. Its id does not come along.
 */
export interface DocumentMessage {
  /**
   * When.
   */
  created_at: Timestamp;
  /**
   * What was said.
   *
   * @maxItems 1000
   */
  parts: Part[];
  /**
   * Who spoke.
   */
  role: Role;
  /**
   * What its calls came to.
   *
   * @maxItems 1000
   */
  tool_calls?: ToolCallRecord[];
  /**
   * The turn it was said in; messages of one turn name the same one.
   */
  turn_id: TurnId;
}
/**
 * Reasoning that a provider returned, with the seal it wants back on the next call.
 */
export interface Reasoning {
  /**
   * The provider's signature over it, opaque.
   */
  signature?: string | null;
  /**
   * Readable text; may be empty.
   */
  text: string;
}
/**
 * A call that the model wants made.
 */
export interface ToolCall {
  /**
   * Arguments, as the model wrote them.
   */
  arguments: {
    [k: string]: unknown;
  };
  /**
   * The call's id, unique in its turn.
   */
  id: string;
  /**
   * Tool name, such as `read_file`.
   */
  name: string;
}
/**
 * What a call came to.
 */
export interface ToolResult {
  /**
   * The id of the call.
   */
  call_id: string;
  /**
   * What the model is told.
   */
  content: string;
  /**
   * Whether the call failed; then `content` says why.
   */
  is_error: boolean;
}
/**
 * A picture, by name: its bytes lie beside the ledger.
 */
export interface Image {
  /**
   * Where its bytes are: SHA-256 of them, lower-case hex; in what an adapter hands in, the name
   * of a file in its spool folder.
   */
  blob: string;
  /**
   * MIME type, such as `image/png`.
   */
  content_type: string;
}
/**
 * A tool call as recorded.
 */
export interface ToolCallRecord {
  /**
   * Arguments, as the model wrote them.
   */
  arguments: {
    [k: string]: unknown;
  };
  /**
   * When it ended.
   */
  completed_at?: Timestamp | null;
  /**
   * The call's id, unique in its turn.
   */
  id: string;
  /**
   * Tool name.
   */
  name: string;
  /**
   * A record for people beside the result: for an edit, the unified diff.
   */
  record?: string | null;
  /**
   * What the model is told, once there is something.
   */
  result?: string | null;
  /**
   * When it began.
   */
  started_at?: Timestamp | null;
  /**
   * How far it has come.
   */
  status: ToolCallStatus;
  /**
   * The turn.
   */
  turn_id: TurnId;
}
/**
 * What of a session comes along.
 */
export interface DocumentSession {
  /**
   * The agent that answered.
   */
  agent_id: AgentId;
  /**
   * Its key where it was.
   */
  key: SessionKey;
  /**
   * Its title.
   */
  title?: string | null;
}
/**
 * An address that others reach.
 */
export interface Endpoint {
  /**
   * Host and port.
   */
  address: string;
  /**
   * When the certificate ends.
   */
  expiresAt?: Timestamp | null;
  /**
   * SHA-256 of the certificate, as `sha256:…` in hex; nothing where it is not ours.
   */
  fingerprint?: string | null;
  /**
   * Whether browsers will warn, because nobody vouches for the certificate.
   */
  isSelfSigned: boolean;
  /**
   * SHA-256 of its public key, in the same form; stays when the certificate is renewed, and may
   * be pinned in its place.
   */
  keyFingerprint?: string | null;
  /**
   * How.
   */
  kind: EndpointKind;
  /**
   * Where a browser opens it, such as `https://192.168.1.5:18789`.
   */
  url: string;
}
/**
 * Something the daemon says by itself.
 */
export interface EventFrame {
  /**
   * When it was recorded, for recorded events.
   */
  at?: Timestamp | null;
  /**
   * Event type: a recorded or transient event, or `challenge`, `tick`, `presence`, `health`,
   * `shutdown`, `lagged`.
   */
  event: string;
  /**
   * Its content: for recorded and transient events, the properties.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * The position, for recorded events.
   */
  position?: Position | null;
  /**
   * Rises by one with every event frame of this connection, from 1 on after the hello; a gap
   * means frames were dropped. `challenge` has 0.
   */
  seq: number;
  /**
   * Versions after this event, for `presence` and `health`.
   */
  stateVersion?: StateVersion | null;
}
/**
 * Versions of the snapshot's parts; they rise with every change.
 */
export interface StateVersion {
  /**
   * Version of the health summary.
   */
  health: number;
  /**
   * Version of the presence list.
   */
  presence: number;
}
/**
 * Properties of every recorded event, by its type.
 */
export interface Events {
  /**
   * Access control decided something.
   */
  "acl.decision": {
    action: string;
    chain: Chain;
    reason: string;
    request_id: RequestId | null;
    verdict: string;
  };
  /**
   * Old messages of an adapter were recorded; nothing ran because of them.
   */
  "adapter.backfilled": {
    adapter: string;
    n_known: number;
    n_recorded: number;
  };
  /**
   * A person had a delivery sent once more, or took it back.
   */
  "adapter.out.changed": {
    delivery_id: DeliveryId;
    is_dropped: boolean;
  };
  /**
   * A delivery failed, or nobody knows how it ended.
   */
  "adapter.out.error": {
    delivery_id: DeliveryId;
    error: string;
    is_unknown: boolean;
  };
  /**
   * A delivery is about to be handed to an adapter.
   */
  "adapter.out.sending": {
    delivery_id: DeliveryId;
    request_id: RequestId;
    target: string;
  };
  /**
   * An adapter confirmed a delivery.
   */
  "adapter.out.sent": {
    delivery_id: DeliveryId;
    message_ids: string[];
  };
  /**
   * An adapter changed its state.
   */
  "adapter.status": {
    adapter: string;
    reason: string;
    state: string;
  };
  /**
   * An adapter claimed what is not its own: a channel or an account of somebody else.
   */
  "adapter.violation": {
    adapter: string;
    what: string;
  };
  /**
   * An agent was made while the daemon runs.
   */
  "agent.created": {
    agent_id: AgentId;
    creator: Principal;
    parent: AgentId | null;
    preset: string;
  };
  /**
   * An agent that was made is gone; what it did stays on record.
   */
  "agent.deleted": {
    agent_id: AgentId;
  };
  /**
   * A run met an error, and what is done about it.
   */
  "agent.error": {
    message: string;
    session_key: SessionKey;
    turn_id: TurnId;
    will_retry: boolean;
  };
  /**
   * A tool call ended.
   */
  "agent.tool.completed": {
    duration_ms: number;
    /**
     * The first lines of the result.
     */
    excerpt: string;
    name: string;
    /**
     * A record for people: for an edit, the unified diff.
     */
    record: string | null;
    session_key: SessionKey;
    status: ToolCallStatus;
    tool_call_id: string;
    turn_id: TurnId;
  };
  /**
   * A tool call began: its effect may have happened from here on.
   */
  "agent.tool.started": {
    name: string;
    session_key: SessionKey;
    summary: string;
    tool_call_id: string;
    turn_id: TurnId;
  };
  /**
   * An agent that was made goes on with other settings.
   */
  "agent.updated": {
    agent_id: AgentId;
    preset: string;
  };
  /**
   * A budget is used up, or what is left of it is too little for a call; told once a period.
   */
  "budget.exhausted": {
    budget: string;
    holder: string;
    limit: number;
    resets_at: Timestamp | null;
    resource: Resource;
    used: number;
  };
  /**
   * A budget is used up to the part from which people are warned; told once a period.
   */
  "budget.warned": {
    budget: string;
    holder: string;
    limit: number;
    resets_at: Timestamp | null;
    resource: Resource;
    used: number;
  };
  /**
   * The configuration in force has changed, whoever changed it: all paths that did, and those
   * among them that need a restart.
   */
  "config.changed": {
    paths: string[];
    requires_restart: string[];
  };
  /**
   * `nexus.toml` was changed to something that cannot be used; what is in force stays.
   */
  "config.rejected": {
    findings: string[];
  };
  /**
   * A sender belongs to somebody from now on, or to nobody any more.
   */
  "contact.changed": {
    by: Principal;
    channel: string;
    /**
     * The person; `None` when the sender belongs to nobody.
     */
    entity_id: string | null;
    kind: MappingKind | null;
    sender_id: string;
  };
  /**
   * A text waits for the next heartbeat of an agent.
   */
  "heartbeat.noted": {
    agent_id: AgentId;
    by: Principal;
  };
  /**
   * The keychain can be used again, or cannot any more.
   */
  "keychain.changed": {
    reason: string;
    state: string;
  };
  /**
   * A message joined a session.
   */
  "message.recorded": {
    message: Message;
    session_key: SessionKey;
  };
  /**
   * The machine has other addresses than before.
   */
  "network.changed": {
    is_online: boolean;
  };
  /**
   * A request ended.
   */
  "nex.request.completed": {
    duration_ms: number;
    error: string | null;
    request_id: RequestId;
    session_key: SessionKey | null;
    status: RequestStatus;
  };
  /**
   * A request waits behind the active run of its session.
   */
  "nex.request.queued": {
    mode: QueueMode;
    request_id: RequestId;
    session_key: SessionKey;
  };
  /**
   * A request left a stage.
   */
  "nex.request.stage": {
    duration_us: number;
    note: string;
    outcome: StageOutcome;
    request_id: RequestId;
    stage: Stage;
  };
  /**
   * A request was admitted.
   */
  "nex.request.started": {
    channel: string;
    event_id: string;
    purpose: string;
    request_id: RequestId;
  };
  /**
   * A run waits for a person.
   */
  "permission.requested": {
    permission: PermissionRequest;
  };
  /**
   * A permission request was decided, ran out or was withdrawn.
   */
  "permission.resolved": {
    /**
     * The answer, when a person gave one.
     */
    answer: PermissionAnswer | null;
    comment: string | null;
    /**
     * The grant that a standing answer made.
     */
    grant_id: GrantId | null;
    permission_id: PermissionId;
    resolved_by: Principal | null;
    session_key: SessionKey;
    status: PermissionStatus;
  };
  /**
   * A permission request was shown to a person, or more time was asked for.
   */
  "permission.updated": {
    expires_at: Timestamp;
    permission_id: PermissionId;
    seen_at: Timestamp | null;
    session_key: SessionKey;
  };
  /**
   * The machine is going to sleep, and said so.
   */
  "power.slept": {};
  /**
   * The machine has woken up. `noticed` says by what this was seen.
   */
  "power.woke": {
    noticed: Noticed;
    slept_ms: number;
  };
  /**
   * The daemon is paused from here on.
   */
  "runtime.paused": {
    by: Principal;
    mode: PauseMode;
    /**
     * When it ends by itself.
     */
    until: Timestamp | null;
  };
  /**
   * A pause is over.
   */
  "runtime.resumed": {
    /**
     * Who ended it; nobody when its time ran out.
     */
    by: Principal | null;
  };
  /**
   * A scheduled job was made, changed, paused, resumed or removed.
   */
  "schedule.changed": {
    by: Principal;
    change: JobChange;
    job_id: JobId;
    name: string;
  };
  /**
   * A run of a scheduled job was handed in; the request tells the rest.
   */
  "schedule.run": {
    due_at: Timestamp;
    job_id: JobId;
    /**
     * Earlier times for which nothing ran, and for which this run stands.
     */
    n_missed: number;
    name: string;
    request_id: RequestId;
  };
  /**
   * A time of a scheduled job passed without a run.
   */
  "schedule.skipped": {
    job_id: JobId;
    n_missed: number;
    name: string;
    why: SkipReason;
  };
  /**
   * Old turns were replaced by a summary.
   */
  "session.compacted": {
    n_messages: number;
    session_key: SessionKey;
    tokens_saved: number;
  };
  /**
   * A session exists now.
   */
  "session.created": {
    agent_id: AgentId;
    session_key: SessionKey;
  };
  /**
   * A session is gone from the lists, and its messages are forgotten.
   */
  "session.deleted": {
    by: Principal;
    n_messages: number;
    session_key: SessionKey;
  };
  /**
   * A session began as a copy of another one.
   */
  "session.forked": {
    by: Principal;
    forked_from: ForkedFrom;
    n_messages: number;
    session_key: SessionKey;
  };
  /**
   * Messages came into a session from a document.
   */
  "session.imported": {
    by: Principal;
    n_messages: number;
    session_key: SessionKey;
  };
  /**
   * A session was exposed to something it had not been exposed to before.
   */
  "session.labelled": {
    label: SessionLabel;
    session_key: SessionKey;
  };
  /**
   * What waits in a session runs in another order.
   */
  "session.queue_changed": {
    by: Principal;
    request_ids: RequestId[];
    session_key: SessionKey;
  };
  /**
   * A session goes on under another key, with all that is in it.
   */
  "session.renamed": {
    earlier_key: SessionKey;
    session_key: SessionKey;
  };
  /**
   * The messages of a session are forgotten; it goes on empty.
   */
  "session.reset": {
    by: Principal;
    n_messages: number;
    session_key: SessionKey;
  };
  /**
   * A session has another title or other defaults.
   */
  "session.updated": {
    by: Principal;
    defaults: SessionDefaults;
    session_key: SessionKey;
    title: string | null;
  };
  /**
   * The configuration was read again.
   */
  "system.config_reloaded": {
    changed: string[];
    needs_restart: string[];
  };
  /**
   * The daemon is up.
   */
  "system.started": {
    version: string;
  };
  /**
   * The daemon stops.
   */
  "system.stopping": {
    reason: string;
  };
  /**
   * A turn ended.
   */
  "turn.completed": {
    cost: Cost;
    error: string | null;
    session_key: SessionKey;
    status: TurnStatus;
    stop_reason: StopReason;
    turn_id: TurnId;
    usage: Usage;
  };
  /**
   * A turn began.
   */
  "turn.created": {
    request_ids: RequestId[];
    session_key: SessionKey;
    turn_id: TurnId;
  };
  /**
   * A turn changed how it stands: parked, running again.
   */
  "turn.updated": {
    session_key: SessionKey;
    status: TurnStatus;
    turn_id: TurnId;
  };
}
/**
 * One message of a session, as recorded.
 */
export interface Message {
  /**
   * When it was recorded.
   */
  created_at: Timestamp;
  /**
   * Its id; known before a reply streams, so that deltas can name it.
   */
  id: MessageId;
  /**
   * What is said.
   */
  parts: Part[];
  /**
   * The request that brought a user message in.
   */
  request_id?: RequestId | null;
  /**
   * Who speaks.
   */
  role: Role;
  /**
   * The turn it belongs to.
   */
  turn_id: TurnId;
}
/**
 * Where a copied session left another one.
 */
export interface ForkedFrom {
  /**
   * The last message there that was copied; none when it began empty.
   */
  message_id?: MessageId | null;
  /**
   * The session it was copied from.
   */
  session_key: SessionKey;
}
/**
 * A label of a session and what brought it.
 */
export interface SessionLabel {
  /**
   * When.
   */
  at: Timestamp;
  /**
   * Which one, in words: `GET https://example.org/`, `notes/page.md`, `person:anna on echo`.
   */
  detail: string;
  /**
   * The label.
   */
  label: Label;
  /**
   * What kind of thing brought it.
   */
  source: LabelSource;
  /**
   * The turn in which it came; left out for what came before any.
   */
  turn_id?: TurnId | null;
}
/**
 * What the runs of a session are where nobody says otherwise. Like a wish, it narrows what the
 * agent has and never widens it.
 */
export interface SessionDefaults {
  /**
   * The model that is asked first, as `provider/model`; the agent's own follow it.
   */
  model?: string | null;
  /**
   * How input queues that does not say.
   */
  queue_mode?: QueueMode | null;
  /**
   * Most model replies of a turn; the agent's own limit where that is lower.
   */
  steps_max?: number | null;
}
/**
 * Input of `events.subscribe`. A second call replaces the first.
 */
export interface EventsSubscribeParams {
  /**
   * Recorded events after this position; from now on when left out.
   */
  after?: Position | null;
  /**
   * Only streaming text of this session; of all when left out.
   */
  sessionKey?: SessionKey | null;
  /**
   * Whether streaming text is wanted at all.
   */
  transient?: boolean;
  /**
   * Event types; `session.*` stands for all that begin so. All when empty.
   */
  types?: string[];
}
/**
 * Result of `events.subscribe`.
 */
export interface EventsSubscribeResult {
  /**
   * Where the subscription begins.
   */
  after: Position;
  /**
   * The latest position when it began; events up to it are a replay.
   */
  latest: Position;
}
/**
 * Input of `expose.set`.
 */
export interface ExposeSetParams {
  /**
   * The address, where that is the target.
   */
  address?: string | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * What is announced from now on; as before when left out.
   */
  mdns?: MdnsMode | null;
  /**
   * To whom.
   */
  target: ExposeTarget;
}
/**
 * Result of `expose.status` and `expose.set`.
 */
export interface ExposeSetResult {
  /**
   * What is announced on the local network, when anything is.
   */
  announced?: string | null;
  /**
   * The setting `runtime.bind`.
   */
  bind: string;
  /**
   * Where others reach it; empty when nobody does.
   */
  endpoints: Endpoint[];
  /**
   * Where programs of this machine reach it, without TLS.
   */
  inside: string;
  /**
   * What the configuration wants and could not be done, and how to mend it.
   */
  problems: string[];
  /**
   * Who comes in over the tailnet without showing a credential, because the configuration names
   * it (`tailscale.logins`).
   */
  tailnetLogins?: TailnetAccess[];
}
/**
 * Somebody who is let in by being somebody in the tailnet.
 */
export interface TailnetAccess {
  /**
   * The login, such as `me@example.com`, or a tag, such as `tag:ci`.
   */
  login: string;
  /**
   * What it may; everything, as the owner, when left out.
   */
  scopes?: Scope[] | null;
}
/**
 * Input of `expose.status`.
 */
export interface ExposeStatusParams {}
/**
 * Result of `expose.status` and `expose.set`.
 */
export interface ExposeStatusResult {
  /**
   * What is announced on the local network, when anything is.
   */
  announced?: string | null;
  /**
   * The setting `runtime.bind`.
   */
  bind: string;
  /**
   * Where others reach it; empty when nobody does.
   */
  endpoints: Endpoint[];
  /**
   * Where programs of this machine reach it, without TLS.
   */
  inside: string;
  /**
   * What the configuration wants and could not be done, and how to mend it.
   */
  problems: string[];
  /**
   * Who comes in over the tailnet without showing a credential, because the configuration names
   * it (`tailscale.logins`).
   */
  tailnetLogins?: TailnetAccess[];
}
/**
 * What this connection may use.
 */
export interface Features {
  /**
   * Event types it may receive.
   */
  events: string[];
  /**
   * Methods it may call.
   */
  methods: string[];
}
/**
 * What access control says about one thing that a run may do. It is asked about a usual call: a
 * real one may meet a rule about its file or machine.
 */
export interface Foreseen {
  /**
   * Why.
   */
  reason: string;
  /**
   * What access control says.
   */
  verdict: CheckVerdict;
  /**
   * The tool; `start` for the run itself, `deliver` for the reply.
   */
  what: string;
}
/**
 * Which work counts. Days are those of UTC.
 */
export interface GetParams {
  /**
   * One agent.
   */
  agentId?: string | null;
  /**
   * One API key.
   */
  key?: string | null;
  /**
   * One model, as `provider/model`.
   */
  model?: string | null;
  /**
   * One session.
   */
  sessionKey?: string | null;
  /**
   * First day, as `2026-11-21`; from the beginning when left out.
   */
  since?: string | null;
  /**
   * Last day, included; until now when left out.
   */
  until?: string | null;
}
/**
 * One thing that is checked.
 */
export interface HealthCheck {
  /**
   * A command that mends it.
   */
  fix?: string | null;
  /**
   * Stable id, such as `ledger` or `model`.
   */
  id: string;
  /**
   * Why, in words.
   */
  reason: string;
  /**
   * Since when.
   */
  since: Timestamp;
  /**
   * How it is.
   */
  status: HealthStatus;
}
/**
 * Input of `health`.
 */
export interface HealthParams {}
/**
 * Result of `health`, and the body of `GET /health`.
 */
export interface HealthResult {
  /**
   * The adapters.
   */
  adapters: AdapterCounts;
  /**
   * Every check.
   */
  checks: HealthCheck[];
  /**
   * The pause, while there is one. It is what somebody wanted, and nothing amiss.
   */
  paused: Paused | null;
  /**
   * Its process id.
   */
  pid: number;
  /**
   * The pipeline.
   */
  pipeline: PipelineCounts;
  /**
   * The last sleep of the machine; nothing when it has not slept since the daemon started.
   */
  power?: PowerFacts | null;
  /**
   * The summary in one word.
   */
  status: HealthStatus;
  /**
   * How long it has been up, in milliseconds.
   */
  uptime_ms: number;
  /**
   * Version of the daemon.
   */
  version: string;
}
/**
 * A pause.
 */
export interface Paused {
  /**
   * How much stands still.
   */
  mode: PauseMode;
  /**
   * Since when.
   */
  since: Timestamp;
  /**
   * When it ends by itself; nothing when it lasts until somebody ends it.
   */
  until: Timestamp | null;
}
/**
 * The pipeline in numbers.
 */
export interface PipelineCounts {
  /**
   * Requests on their way.
   */
  active_requests: number;
  /**
   * Requests ended since the daemon started.
   */
  total_processed: number;
}
/**
 * The last sleep of the machine.
 */
export interface PowerFacts {
  /**
   * When it woke up.
   */
  awake_since: Timestamp;
  /**
   * How long it took until every adapter was heard again, in milliseconds; nothing while it
   * goes on.
   */
  back_ms?: number | null;
  /**
   * How often it has slept since the daemon started.
   */
  n_sleeps: number;
  /**
   * How long it had slept, in milliseconds.
   */
  slept_ms: number;
}
/**
 * Input of `heartbeat.get`.
 */
export interface HeartbeatGetParams {
  /**
   * The agent; the default one when left out.
   */
  agentId?: AgentId | null;
}
/**
 * Result of `heartbeat.get` and `heartbeat.set`.
 */
export interface HeartbeatGetResult {
  /**
   * The agent.
   */
  agentId: AgentId;
  /**
   * Its heartbeat, if it was given one.
   */
  heartbeat?: JobView | null;
  /**
   * Texts that wait for the next beat.
   */
  nWaiting: number;
}
/**
 * A job as callers see it.
 */
export interface JobView {
  /**
   * Whether its last run goes on.
   */
  isRunning: boolean;
  /**
   * The job.
   */
  job: Job;
  /**
   * Its last line of history.
   */
  last?: RunView | null;
  /**
   * Its times in English words.
   */
  timing: string;
  /**
   * Its times within the next 24 hours, 48 at most.
   */
  upcoming: Timestamp[];
}
/**
 * A scheduled job.
 */
export interface Job {
  /**
   * From when `every` counts.
   */
  anchor_at: Timestamp;
  /**
   * When it was made.
   */
  created_at: Timestamp;
  /**
   * The time it is due next, by its own calendar; nothing when it is over or paused.
   */
  due_at: Timestamp | null;
  /**
   * Its id.
   */
  id: JobId;
  /**
   * Whether it runs; a paused one does not, and what passes meanwhile is not made up for.
   */
  is_enabled: boolean;
  /**
   * A job or a heartbeat.
   */
  kind: JobKind;
  /**
   * Who made it: nothing runs that this one may not.
   */
  maker: Principal;
  /**
   * The same with its delay by chance.
   */
  run_at: Timestamp | null;
  /**
   * What was said about it.
   */
  spec: JobSpec;
  /**
   * When it was changed last.
   */
  updated_at: Timestamp;
}
/**
 * What a person says about a job.
 */
export interface JobSpec {
  /**
   * Hours of the day in which it runs; all when left out.
   */
  active_hours?: ActiveHours | null;
  /**
   * The agent that is told.
   */
  agent_id: AgentId;
  /**
   * The conversation outside to which the reply is sent, as `channel/account:conversation`.
   */
  deliver_to?: string | null;
  /**
   * What it is for.
   */
  description?: string;
  /**
   * From this instant on it is not due any more.
   */
  ends_at?: Timestamp | null;
  /**
   * Each run comes up to so many milliseconds later, the same for the same time.
   */
  jitter_ms?: number;
  /**
   * What becomes of missed runs; one run stands for all when left out.
   */
  missed?: MissedPolicy;
  /**
   * A name for people.
   */
  name: string;
  /**
   * What the agent is told. A heartbeat may have none: then it only brings what waits for it.
   */
  prompt: string;
  /**
   * The conversation; one of the job's own when left out.
   */
  session?: JobSession;
  /**
   * When.
   */
  when: When;
}
/**
 * A line of a job's history.
 */
export interface RunView {
  /**
   * Why it failed or was denied.
   */
  error?: string | null;
  /**
   * What was decided.
   */
  run: JobRun;
  /**
   * How its request stands, if it has one.
   */
  status?: RequestStatus | null;
}
/**
 * One line of a job's history: a run, or times that passed without one.
 */
export interface JobRun {
  /**
   * When that was decided.
   */
  decided_at: Timestamp;
  /**
   * The time it was due at; the last of several.
   */
  due_at: Timestamp;
  /**
   * Whether somebody had it run beside its times.
   */
  is_manual: boolean;
  /**
   * The job.
   */
  job_id: JobId;
  /**
   * Times that were missed before it, or with it when nothing ran.
   */
  n_missed: number;
  /**
   * More about it, for people.
   */
  note?: string | null;
  /**
   * The request, when it ran.
   */
  request_id?: RequestId | null;
  /**
   * Why nothing ran, when it did not.
   */
  skipped?: SkipReason | null;
}
/**
 * Input of `heartbeat.note`.
 */
export interface HeartbeatNoteParams {
  /**
   * The agent; the default one when left out.
   */
  agentId?: AgentId | null;
  /**
   * Lets the command be repeated safely: the same key is the same text.
   */
  idempotencyKey: string;
  /**
   * What it is to be told.
   */
  text: string;
}
/**
 * Result of `heartbeat.note`.
 */
export interface HeartbeatNoteResult {
  /**
   * The agent.
   */
  agentId: AgentId;
  /**
   * Whether this key had been used before; then nothing new waits.
   */
  isDuplicate: boolean;
}
/**
 * Input of `heartbeat.set`. What is left out stays as it is; for a new one, it beats every 30
 * minutes, at any hour, with nothing of its own to say.
 */
export interface HeartbeatSetParams {
  /**
   * Hours of the day in which it beats.
   */
  activeHours?: ActiveHours | null;
  /**
   * The agent; the default one when left out.
   */
  agentId?: AgentId | null;
  /**
   * The conversation outside to which replies are sent, as `channel/account:conversation`; empty
   * for none.
   */
  deliverTo?: string | null;
  /**
   * How long between two beats, in milliseconds.
   */
  everyMs?: number | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Whether it beats at any hour again.
   */
  isAtAnyHour?: boolean;
  /**
   * Whether it beats.
   */
  isOn: boolean;
  /**
   * What the agent is told at each beat. With an empty one a beat only brings what waits for it,
   * and asks no model when nothing does.
   */
  prompt?: string | null;
  /**
   * The conversation.
   */
  session?: JobSession | null;
}
/**
 * Result of `heartbeat.get` and `heartbeat.set`.
 */
export interface HeartbeatSetResult {
  /**
   * The agent.
   */
  agentId: AgentId;
  /**
   * Its heartbeat, if it was given one.
   */
  heartbeat?: JobView | null;
  /**
   * Texts that wait for the next beat.
   */
  nWaiting: number;
}
/**
 * The answer to a hello that was refused; the connection closes after it.
 */
export interface HelloError {
  /**
   * The protocol version the daemon speaks.
   */
  expectedProtocol: number;
  /**
   * The oldest client version that works.
   */
  minClient: string;
  /**
   * Why, in words.
   */
  reason: string;
}
/**
 * The answer to a hello that was accepted.
 */
export interface HelloOk {
  /**
   * Who the client is.
   */
  auth: Caller;
  /**
   * What this connection may use.
   */
  features: Features;
  /**
   * Limits.
   */
  policy: Policy;
  /**
   * The protocol version of this connection.
   */
  protocol: number;
  /**
   * Which program answers.
   */
  server: ServerFacts;
  /**
   * The state of the daemon.
   */
  snapshot: Snapshot;
}
/**
 * Limits of this connection.
 */
export interface Policy {
  /**
   * Most bytes that wait for this connection.
   */
  maxBufferedBytes: number;
  /**
   * Largest frame, in bytes.
   */
  maxPayload: number;
  /**
   * Pause between ticks, in milliseconds.
   */
  tickIntervalMs: number;
}
/**
 * Which program answers.
 */
export interface ServerFacts {
  /**
   * The id of this connection.
   */
  connId: ConnectionId;
  /**
   * Name of the machine.
   */
  host: string;
  /**
   * Version of the daemon.
   */
  version: string;
}
/**
 * The state of the daemon when the connection began.
 */
export interface Snapshot {
  /**
   * How the daemon is.
   */
  health: HealthResult;
  /**
   * Position of the latest recorded event: subscribe from here to miss nothing.
   */
  position: Position;
  /**
   * Who is connected.
   */
  presence: PresenceEntry[];
  /**
   * Versions of the two.
   */
  stateVersion: StateVersion;
  /**
   * How long the daemon has been up, in milliseconds.
   */
  uptimeMs: number;
}
/**
 * Who is connected, as everybody may see it.
 */
export interface PresenceEntry {
  /**
   * Program name.
   */
  host: string;
  /**
   * Tells two instances apart.
   */
  instanceId?: string | null;
  /**
   * Where from; left out on loopback.
   */
  ip?: string | null;
  /**
   * How long its person has been idle, in seconds.
   */
  lastInputSeconds?: number | null;
  /**
   * What kind of client.
   */
  mode: string;
  /**
   * Why the entry changed last: `connect`, `disconnect`, `self`, or what a client said.
   */
  reason: string;
  /**
   * Words it is marked with.
   */
  tags?: string[];
  /**
   * What it says about itself.
   */
  text?: string | null;
  /**
   * When it changed last.
   */
  ts: Timestamp;
  /**
   * Program version.
   */
  version: string;
}
/**
 * A hook.
 */
export interface HookView {
  /**
   * The adapter in whose table it stands.
   */
  adapter: string;
  /**
   * The agents it may have run, its own first.
   */
  agents: AgentId[];
  /**
   * Where replies go besides a sender who waits, as `channel/account:conversation`.
   */
  deliver?: string | null;
  /**
   * What its body looks like: `mapped`, `agent` or `wake`; while the adapter runs.
   */
  kind?: string | null;
  /**
   * Its name; it acts as `hook:<name>`.
   */
  name: string;
  /**
   * Conversations of others that it may speak in.
   */
  sessions: SessionKey[];
  /**
   * How that adapter stands; deliveries are taken while it runs.
   */
  state: AdapterState;
  /**
   * Its address, while the adapter runs.
   */
  url?: string | null;
  /**
   * How senders prove themselves, such as `github`; while the adapter runs.
   */
  verify?: string | null;
}
/**
 * Params of `hooks.list`.
 */
export interface HooksListParams {}
/**
 * Result of `hooks.list`.
 */
export interface HooksListResult {
  /**
   * The hooks, by name.
   */
  hooks: HookView[];
}
/**
 * Params of `hooks.send`.
 */
export interface HooksSendParams {
  /**
   * Its type; JSON when left out.
   */
  contentType?: string | null;
  /**
   * The body of the delivery.
   */
  data: string;
  /**
   * The kind of event, for platforms that say it in a header.
   */
  event?: string | null;
  /**
   * The delivery's id; a new one when left out.
   */
  id?: string | null;
  /**
   * Lets the call be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The hook.
   */
  name: string;
  /**
   * How long to wait for the result, in seconds; no longer than the hook allows.
   */
  waitS?: number | null;
}
/**
 * Result of `hooks.send`: what the sender would have been answered.
 */
export interface HooksSendResult {
  /**
   * The body of the answer.
   */
  body: string;
  /**
   * The HTTP status.
   */
  status: number;
}
/**
 * Input of `keys.create`.
 */
export interface KeysCreateParams {
  /**
   * The agents it may use; all of them when left out.
   *
   * @minItems 1
   * @maxItems 100
   */
  agents?: [AgentId, ...AgentId[]] | null;
  /**
   * How much may be spent on its account.
   */
  budget?: KeyBudget | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * What the key is for, in a person's words.
   */
  label: string;
  /**
   * How long it holds, in milliseconds; until it is revoked when left out.
   */
  lifetimeMs?: number | null;
  /**
   * What its holder may ask for at most; `runtime.read` is always among them. None that the
   * caller lacks.
   *
   * @maxItems 64
   */
  scopes: Scope[];
}
/**
 * Result of `keys.create`.
 */
export interface KeysCreateResult {
  /**
   * The key as it is kept.
   */
  key: ApiKey;
  /**
   * Its value. It is shown here and never again.
   */
  value: string;
}
/**
 * Input of `keys.list`.
 */
export interface KeysListParams {
  /**
   * Also those that were revoked.
   */
  includeEnded?: boolean;
}
/**
 * Result of `keys.list`.
 */
export interface KeysListResult {
  /**
   * The keys, the latest first; without their values, which nobody keeps.
   */
  keys: ApiKey[];
}
/**
 * Input of `keys.revoke`.
 */
export interface KeysRevokeParams {
  /**
   * The key: its id, an unambiguous beginning of it, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `keys.revoke`.
 */
export interface KeysRevokeResult {
  /**
   * The key as it stands now.
   */
  key: ApiKey;
}
/**
 * Input of `keys.rotate`.
 */
export interface KeysRotateParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `keys.rotate`.
 */
export interface KeysRotateResult {
  /**
   * From when on earlier tokens open nothing.
   */
  at: Timestamp;
}
/**
 * Input of `keys.token`.
 */
export interface KeysTokenParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * How long it holds, in milliseconds; ten minutes when left out, 24 hours at most. In an
   * address only one of an hour at most is taken.
   */
  lifetimeMs?: number | null;
  /**
   * What its holder may ask for at most; all that the caller may when left out.
   *
   * @maxItems 64
   */
  scopes?: Scope[] | null;
}
/**
 * Result of `keys.token`.
 */
export interface KeysTokenResult {
  /**
   * When it ends.
   */
  expiresAt: Timestamp;
  /**
   * Whom it stands for.
   */
  principal: Principal;
  /**
   * What its holder may ask for at most.
   */
  scopes: Scope[];
  /**
   * The token: a JWT, signed with HS256.
   */
  token: string;
}
/**
 * Payload of `lagged`: the subscriber was too slow and reads on from the ledger.
 */
export interface Lagged {
  /**
   * The last position that was sent; subscribe again after it.
   */
  after: Position;
}
/**
 * Input of `login.browsers`.
 */
export interface LoginBrowsersParams {}
/**
 * Result of `login.browsers`.
 */
export interface LoginBrowsersResult {
  /**
   * The browsers, the one that was seen last first; at most 100.
   */
  browsers: Browser[];
}
/**
 * Input of `login.end`.
 */
export interface LoginEndParams {
  /**
   * The browser's id, or the beginning of it.
   */
  browser: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `login.end`.
 */
export interface LoginEndResult {
  /**
   * The browser that was signed out.
   */
  browser: Browser;
}
/**
 * Input of `login.password`.
 */
export interface LoginPasswordParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The new password; left out, there is none any more.
   */
  password?: string | null;
}
/**
 * Result of `login.password`.
 */
export interface LoginPasswordResult {
  /**
   * Whether there is a password now.
   */
  isSet: boolean;
}
/**
 * Input of `logs.tail`.
 */
export interface LogsTailParams {
  /**
   * Only lines with this text.
   */
  containing?: string | null;
  /**
   * Most lines.
   */
  lines?: number | null;
}
/**
 * Result of `logs.tail`.
 */
export interface LogsTailResult {
  /**
   * The last lines, oldest first; each is a JSON object as it stands in the log.
   */
  lines: string[];
}
/**
 * Input of `messages.send`.
 */
export interface MessagesSendParams {
  /**
   * The adapter, as `channel/account`, or its channel where that has one account. May be left
   * out where only one runs that sends.
   */
  adapter?: string | null;
  /**
   * Lets the command be repeated safely, also after a restart.
   */
  idempotencyKey: string;
  /**
   * The text.
   */
  message: string;
  /**
   * The message that it answers.
   */
  replyToId?: string | null;
  /**
   * The thread inside the conversation.
   */
  threadId?: string | null;
  /**
   * The conversation, in the adapter's own terms, such as `chat:42`.
   */
  to: string;
}
/**
 * Result of `messages.send`: it is in the outbox, which sends it.
 */
export interface MessagesSendResult {
  /**
   * The delivery, as it stands now.
   */
  delivery: DeliveryFacts;
  /**
   * Whether the same message had been handed over before; then it is not sent twice.
   */
  isDuplicate: boolean;
  /**
   * The request that it is.
   */
  requestId: RequestId;
}
/**
 * Every method, by its wire name.
 */
export interface Methods {
  /**
   * Hands out the rows of the chain and its checkpoints, page by page.
   */
  "acl.audit.export": {
    params: AclAuditExportParams;
    result: AclAuditExportResult;
  };
  /**
   * Lists decisions, the latest first.
   */
  "acl.audit.list": {
    params: AclAuditListParams;
    result: AclAuditListResult;
  };
  /**
   * Shows one decision, how it ended, and the checkpoint that covers it.
   */
  "acl.audit.show": {
    params: AclAuditShowParams;
    result: AclAuditShowResult;
  };
  /**
   * Counts decisions by verdict, action and principal.
   */
  "acl.audit.stats": {
    params: AclAuditStatsParams;
    result: AclAuditStatsResult;
  };
  /**
   * Recomputes the chain of decisions and holds it against its signed checkpoints.
   */
  "acl.audit.verify": {
    params: AclAuditVerifyParams;
    result: AclAuditVerifyResult;
  };
  /**
   * Explains a decision: every policy that decides, and what would be needed.
   */
  "acl.explain": {
    params: AclExplainParams;
    result: AclExplainResult;
  };
  /**
   * Makes a grant; it holds from the next decision on.
   */
  "acl.grants.create": {
    params: AclGrantsCreateParams;
    result: AclGrantsCreateResult;
  };
  /**
   * Lists grants, the latest first.
   */
  "acl.grants.list": {
    params: AclGrantsListParams;
    result: AclGrantsListResult;
  };
  /**
   * Says which of the last week's permission requests a grant would have answered; makes none.
   */
  "acl.grants.preview": {
    params: AclGrantsPreviewParams;
    result: AclGrantsPreviewResult;
  };
  /**
   * Takes a grant back; it ends with the next decision.
   */
  "acl.grants.revoke": {
    params: AclGrantsRevokeParams;
    result: AclGrantsRevokeResult;
  };
  /**
   * Shows one grant with what happened to it.
   */
  "acl.grants.show": {
    params: AclGrantsShowParams;
    result: AclGrantsShowResult;
  };
  /**
   * Lists the policies in force.
   */
  "acl.policies.list": {
    params: AclPoliciesListParams;
    result: AclPoliciesListResult;
  };
  /**
   * Shows one policy with its text.
   */
  "acl.policies.show": {
    params: AclPoliciesShowParams;
    result: AclPoliciesShowResult;
  };
  /**
   * Checks policies without putting them in force.
   */
  "acl.policies.validate": {
    params: AclPoliciesValidateParams;
    result: AclPoliciesValidateResult;
  };
  /**
   * Approves one permission request: once, for a day, or until it is revoked.
   */
  "acl.requests.approve": {
    params: AclRequestsApproveParams;
    result: AclRequestsApproveResult;
  };
  /**
   * Denies one permission request, or the like of it for good; the reason is told to the model.
   */
  "acl.requests.deny": {
    params: AclRequestsDenyParams;
    result: AclRequestsDenyResult;
  };
  /**
   * Gives an open permission request more time.
   */
  "acl.requests.extend": {
    params: AclRequestsExtendParams;
    result: AclRequestsExtendResult;
  };
  /**
   * Lists permission requests, the oldest pending first.
   */
  "acl.requests.list": {
    params: AclRequestsListParams;
    result: AclRequestsListResult;
  };
  /**
   * Says that a person is shown a permission request, which starts its clock.
   */
  "acl.requests.seen": {
    params: AclRequestsSeenParams;
    result: AclRequestsSeenResult;
  };
  /**
   * Shows one permission request.
   */
  "acl.requests.show": {
    params: AclRequestsShowParams;
    result: AclRequestsShowResult;
  };
  /**
   * Compares decisions with expected ones.
   */
  "acl.test": {
    params: AclTestParams;
    result: AclTestResult;
  };
  /**
   * Says who may do something.
   */
  "acl.whoCan": {
    params: AclWhoCanParams;
    result: AclWhoCanResult;
  };
  /**
   * Has an adapter link an account; what a person must do for it stands in its log.
   */
  "adapters.accounts.add": {
    params: AdaptersAccountsAddParams;
    result: AdaptersAccountsAddResult;
  };
  /**
   * Asks an adapter which accounts it has.
   */
  "adapters.accounts.list": {
    params: AdaptersAccountsListParams;
    result: AdaptersAccountsListResult;
  };
  /**
   * Writes an adapter into nexus.toml and starts it.
   */
  "adapters.add": {
    params: AdaptersAddParams;
    result: AdaptersAddResult;
  };
  /**
   * Records old messages of an adapter as history; nothing runs because of them.
   */
  "adapters.backfill": {
    params: AdaptersBackfillParams;
    result: AdaptersBackfillResult;
  };
  /**
   * Asks an adapter whether it reaches the outside.
   */
  "adapters.health": {
    params: AdaptersHealthParams;
    result: AdaptersHealthResult;
  };
  /**
   * Shows one adapter: what it said about itself, what it may, how it ended last.
   */
  "adapters.info": {
    params: AdaptersInfoParams;
    result: AdaptersInfoResult;
  };
  /**
   * Lists the adapters with their state, and why.
   */
  "adapters.list": {
    params: AdaptersListParams;
    result: AdaptersListResult;
  };
  /**
   * Reads the last lines of an adapter's log, without secrets.
   */
  "adapters.logs": {
    params: AdaptersLogsParams;
    result: AdaptersLogsResult;
  };
  /**
   * Drains an adapter and takes it out of nexus.toml; its folder stays.
   */
  "adapters.remove": {
    params: AdaptersRemoveParams;
    result: AdaptersRemoveResult;
  };
  /**
   * Drains an adapter and starts it again.
   */
  "adapters.restart": {
    params: AdaptersRestartParams;
    result: AdaptersRestartResult;
  };
  /**
   * Starts an adapter, also one that was given up.
   */
  "adapters.start": {
    params: AdaptersStartParams;
    result: AdaptersStartResult;
  };
  /**
   * Drains an adapter and leaves it stopped until it is started or the daemon is.
   */
  "adapters.stop": {
    params: AdaptersStopParams;
    result: AdaptersStopResult;
  };
  /**
   * Runs an agent: answers `accepted` at once, and a second time when the run has ended.
   */
  agent: {
    params: AgentParams;
    result: AgentResult;
  };
  /**
   * Waits until a run has ended, and says how it stands.
   */
  "agent.wait": {
    params: AgentWaitParams;
    result: AgentWaitResult;
  };
  /**
   * Measures an agent's own conversation.
   */
  "agents.context": {
    params: AgentsContextParams;
    result: AgentsContextResult;
  };
  /**
   * Makes an agent, beneath another one or for itself.
   */
  "agents.create": {
    params: AgentsCreateParams;
    result: AgentsCreateResult;
  };
  /**
   * Removes an agent that was made, with all beneath it, and stops what they are at.
   */
  "agents.delete": {
    params: AgentsDeleteParams;
    result: AgentsDeleteResult;
  };
  /**
   * Reads a file of an agent.
   */
  "agents.files.get": {
    params: AgentsFilesGetParams;
    result: AgentsFilesGetResult;
  };
  /**
   * Lists the files that make up an agent's prompt.
   */
  "agents.files.list": {
    params: AgentsFilesListParams;
    result: AgentsFilesListResult;
  };
  /**
   * Replaces the text of a file of an agent; it counts from the next run on.
   */
  "agents.files.set": {
    params: AgentsFilesSetParams;
    result: AgentsFilesSetResult;
  };
  /**
   * Shows one agent.
   */
  "agents.get": {
    params: AgentsGetParams;
    result: AgentsGetResult;
  };
  /**
   * Lists the agents.
   */
  "agents.list": {
    params: AgentsListParams;
    result: AgentsListResult;
  };
  /**
   * Changes an agent that was made.
   */
  "agents.update": {
    params: AgentsUpdateParams;
    result: AgentsUpdateResult;
  };
  /**
   * Reads a piece of a picture that was shown in a session.
   */
  "blobs.get": {
    params: BlobsGetParams;
    result: BlobsGetResult;
  };
  /**
   * Takes a piece of a file that will come with a message.
   */
  "blobs.put": {
    params: BlobsPutParams;
    result: BlobsPutResult;
  };
  /**
   * Shows one budget with its accounts.
   */
  "budgets.get": {
    params: BudgetsGetParams;
    result: BudgetsGetResult;
  };
  /**
   * Lists the budgets with how they stand.
   */
  "budgets.list": {
    params: BudgetsListParams;
    result: BudgetsListResult;
  };
  /**
   * Replaces the text of nexus.toml and puts it in force.
   */
  "config.apply": {
    params: ConfigApplyParams;
    result: ConfigApplyResult;
  };
  /**
   * Explains one key: value, default, every source that sets it, and whether a change needs a restart.
   */
  "config.explain": {
    params: ConfigExplainParams;
    result: ConfigExplainResult;
  };
  /**
   * Shows the configuration in force, with the source of each value.
   */
  "config.get": {
    params: ConfigGetParams;
    result: ConfigGetResult;
  };
  /**
   * Merges a patch into nexus.toml and puts it in force; all or nothing.
   */
  "config.patch": {
    params: ConfigPatchParams;
    result: ConfigPatchResult;
  };
  /**
   * Hands out the JSON Schema of nexus.toml.
   */
  "config.schema": {
    params: ConfigSchemaParams;
    result: ConfigSchemaResult;
  };
  /**
   * Changes keys of nexus.toml and puts them in force; all or none.
   */
  "config.set": {
    params: ConfigSetParams;
    result: ConfigSetResult;
  };
  /**
   * Confirms a guess about whom a sender belongs to.
   */
  "contacts.confirm": {
    params: ContactsConfirmParams;
    result: ContactsConfirmResult;
  };
  /**
   * Says to whom a sender belongs; it counts from the next message on.
   */
  "contacts.link": {
    params: ContactsLinkParams;
    result: ContactsLinkResult;
  };
  /**
   * Lists the senders that were seen, the one that wrote last first.
   */
  "contacts.list": {
    params: ContactsListParams;
    result: ContactsListResult;
  };
  /**
   * Shows one sender: who it is, and what waits for a word about it.
   */
  "contacts.show": {
    params: ContactsShowParams;
    result: ContactsShowResult;
  };
  /**
   * Forgets to whom a sender belongs; the sender is unknown from the next message on.
   */
  "contacts.unlink": {
    params: ContactsUnlinkParams;
    result: ContactsUnlinkResult;
  };
  /**
   * Keeps a value under a name, or names one that is kept elsewhere.
   */
  "credentials.add": {
    params: CredentialsAddParams;
    result: CredentialsAddResult;
  };
  /**
   * Hands out one value, to the owner only; the audit notes it.
   */
  "credentials.get": {
    params: CredentialsGetParams;
    result: CredentialsGetResult;
  };
  /**
   * Moves credentials that lie in clear into the store.
   */
  "credentials.import": {
    params: CredentialsImportParams;
    result: CredentialsImportResult;
  };
  /**
   * Lists credentials and the stores that keep them; never a value.
   */
  "credentials.list": {
    params: CredentialsListParams;
    result: CredentialsListResult;
  };
  /**
   * Moves the values of credentials from files and the other store into one store.
   */
  "credentials.migrate": {
    params: CredentialsMigrateParams;
    result: CredentialsMigrateResult;
  };
  /**
   * Forgets a credential, and removes its value from keychain or vault.
   */
  "credentials.remove": {
    params: CredentialsRemoveParams;
    result: CredentialsRemoveResult;
  };
  /**
   * Looks for credentials that lie in clear: environment, nexus.toml, .env files of the workspace.
   */
  "credentials.scan": {
    params: CredentialsScanParams;
    result: CredentialsScanResult;
  };
  /**
   * Opens the encrypted vault with a passphrase; the first passphrase makes it.
   */
  "credentials.unlock": {
    params: CredentialsUnlockParams;
    result: CredentialsUnlockResult;
  };
  /**
   * Tries a credential: by the smallest call to its provider, or by reading it.
   */
  "credentials.verify": {
    params: CredentialsVerifyParams;
    result: CredentialsVerifyResult;
  };
  /**
   * Pairs a device that asks.
   */
  "devices.approve": {
    params: DevicesApproveParams;
    result: DevicesApproveResult;
  };
  /**
   * Makes a link that signs one browser in, once, such as that of a phone.
   */
  "devices.link": {
    params: DevicesLinkParams;
    result: DevicesLinkResult;
  };
  /**
   * Lists devices, and those that ask to be paired.
   */
  "devices.list": {
    params: DevicesListParams;
    result: DevicesListResult;
  };
  /**
   * Makes a ticket that pairs one device, once.
   */
  "devices.pair": {
    params: DevicesPairParams;
    result: DevicesPairResult;
  };
  /**
   * Turns a device away that asks.
   */
  "devices.reject": {
    params: DevicesRejectParams;
    result: DevicesRejectResult;
  };
  /**
   * Gives a device another name.
   */
  "devices.rename": {
    params: DevicesRenameParams;
    result: DevicesRenameResult;
  };
  /**
   * Takes a pairing back; the device is cut off.
   */
  "devices.revoke": {
    params: DevicesRevokeParams;
    result: DevicesRevokeResult;
  };
  /**
   * Ends a device's key and makes a ticket with which it comes back with a new one.
   */
  "devices.rotate": {
    params: DevicesRotateParams;
    result: DevicesRotateResult;
  };
  /**
   * Follows recorded events from a cursor, and streaming text.
   */
  "events.subscribe": {
    params: EventsSubscribeParams;
    result: EventsSubscribeResult;
  };
  /**
   * Opens the control plane to the local network, the tailnet or by one address, or closes it.
   */
  "expose.set": {
    params: ExposeSetParams;
    result: ExposeSetResult;
  };
  /**
   * Says where others reach the control plane, with the certificate's fingerprint.
   */
  "expose.status": {
    params: ExposeStatusParams;
    result: ExposeStatusResult;
  };
  /**
   * Says how the daemon and its parts are.
   */
  health: {
    params: HealthParams;
    result: HealthResult;
  };
  /**
   * Shows the heartbeat of an agent, and how much waits for it.
   */
  "heartbeat.get": {
    params: HeartbeatGetParams;
    result: HeartbeatGetResult;
  };
  /**
   * Has a text wait for the next heartbeat of an agent.
   */
  "heartbeat.note": {
    params: HeartbeatNoteParams;
    result: HeartbeatNoteResult;
  };
  /**
   * Gives an agent a heartbeat, changes it or turns it off.
   */
  "heartbeat.set": {
    params: HeartbeatSetParams;
    result: HeartbeatSetResult;
  };
  /**
   * Lists the hooks, with their addresses and what they may.
   */
  "hooks.list": {
    params: HooksListParams;
    result: HooksListResult;
  };
  /**
   * Has an adapter sign a delivery with a hook's secret and take it in; shows the answer.
   */
  "hooks.send": {
    params: HooksSendParams;
    result: HooksSendResult;
  };
  /**
   * Issues a key for a program; its value is in the answer and nowhere else.
   */
  "keys.create": {
    params: KeysCreateParams;
    result: KeysCreateResult;
  };
  /**
   * Lists keys, without their values.
   */
  "keys.list": {
    params: KeysListParams;
    result: KeysListResult;
  };
  /**
   * Takes a key back; whoever is connected with it is cut off.
   */
  "keys.revoke": {
    params: KeysRevokeParams;
    result: KeysRevokeResult;
  };
  /**
   * Replaces the secret of signed tokens; those made before open nothing any more.
   */
  "keys.rotate": {
    params: KeysRotateParams;
    result: KeysRotateResult;
  };
  /**
   * Makes a signed token (JWT) for the caller, with at most what the caller may.
   */
  "keys.token": {
    params: KeysTokenParams;
    result: KeysTokenResult;
  };
  /**
   * Lists the browsers that are signed in.
   */
  "login.browsers": {
    params: LoginBrowsersParams;
    result: LoginBrowsersResult;
  };
  /**
   * Signs a browser out; it is cut off.
   */
  "login.end": {
    params: LoginEndParams;
    result: LoginEndResult;
  };
  /**
   * Sets the password, or forgets it; who came in by the old one is cut off.
   */
  "login.password": {
    params: LoginPasswordParams;
    result: LoginPasswordResult;
  };
  /**
   * Reads the last lines of the daemon's log, without secrets.
   */
  "logs.tail": {
    params: LogsTailParams;
    result: LogsTailResult;
  };
  /**
   * Sends a message outward as it is, through an adapter and without an agent.
   */
  "messages.send": {
    params: MessagesSendParams;
    result: MessagesSendResult;
  };
  /**
   * Lists the models that are configured or found.
   */
  "models.list": {
    params: ModelsListParams;
    result: ModelsListResult;
  };
  /**
   * Makes one small call to a model and says how it went.
   */
  "models.test": {
    params: ModelsTestParams;
    result: ModelsTestResult;
  };
  /**
   * Takes back what was not sent yet, or settles what nobody knows the end of.
   */
  "outbox.drop": {
    params: OutboxDropParams;
    result: OutboxDropResult;
  };
  /**
   * Lists what was sent or is to be sent, the latest first.
   */
  "outbox.list": {
    params: OutboxListParams;
    result: OutboxListResult;
  };
  /**
   * Sends something once more that failed, or of which nobody knows whether it was sent.
   */
  "outbox.retry": {
    params: OutboxRetryParams;
    result: OutboxRetryResult;
  };
  /**
   * Lists who is connected.
   */
  presence: {
    params: PresenceParams;
    result: PresenceResult;
  };
  /**
   * Says something about a client, which everybody is shown in presence.
   */
  "presence.note": {
    params: PresenceNoteParams;
    result: PresenceNoteResult;
  };
  /**
   * Stops one request, whether it waits or runs.
   */
  "requests.cancel": {
    params: RequestsCancelParams;
    result: RequestsCancelResult;
  };
  /**
   * Shows one request with its eight stages, its turn and its tool calls.
   */
  "requests.get": {
    params: RequestsGetParams;
    result: RequestsGetResult;
  };
  /**
   * Lists requests, the latest first.
   */
  "requests.list": {
    params: RequestsListParams;
    result: RequestsListResult;
  };
  /**
   * Does a request again that has ended, as a new one.
   */
  "requests.replay": {
    params: RequestsReplayParams;
    result: RequestsReplayResult;
  };
  /**
   * Drains, then leaves the home and its port to another process of the same owner.
   */
  "runtime.handover": {
    params: RuntimeHandoverParams;
    result: RuntimeHandoverResult;
  };
  /**
   * Has agents begin nothing new, or stand still altogether, until it is ended or its time is up.
   */
  "runtime.pause": {
    params: RuntimePauseParams;
    result: RuntimePauseResult;
  };
  /**
   * Reads the configuration again; an invalid one changes nothing.
   */
  "runtime.reload": {
    params: RuntimeReloadParams;
    result: RuntimeReloadResult;
  };
  /**
   * Ends a pause; what waited runs once.
   */
  "runtime.resume": {
    params: RuntimeResumeParams;
    result: RuntimeResumeResult;
  };
  /**
   * Drains and stops the daemon.
   */
  "runtime.shutdown": {
    params: RuntimeShutdownParams;
    result: RuntimeShutdownResult;
  };
  /**
   * Says in one sentence what needs a person, what is at work and what is amiss.
   */
  "runtime.summary": {
    params: RuntimeSummaryParams;
    result: RuntimeSummaryResult;
  };
  /**
   * Schedules a job; its runs have the rights of whoever makes it, at most.
   */
  "schedule.create": {
    params: ScheduleCreateParams;
    result: ScheduleCreateResult;
  };
  /**
   * Forgets a scheduled job with its history; its requests stay on record.
   */
  "schedule.delete": {
    params: ScheduleDeleteParams;
    result: ScheduleDeleteResult;
  };
  /**
   * Shows one scheduled job.
   */
  "schedule.get": {
    params: ScheduleGetParams;
    result: ScheduleGetResult;
  };
  /**
   * Lists scheduled jobs and heartbeats, the next one due first.
   */
  "schedule.list": {
    params: ScheduleListParams;
    result: ScheduleListResult;
  };
  /**
   * Keeps a scheduled job from running; what passes meanwhile is not made up for.
   */
  "schedule.pause": {
    params: SchedulePauseParams;
    result: SchedulePauseResult;
  };
  /**
   * Says when a job would run, and what its runs would need approval for.
   */
  "schedule.preview": {
    params: SchedulePreviewParams;
    result: SchedulePreviewResult;
  };
  /**
   * Lets a paused job run again, from its next time on.
   */
  "schedule.resume": {
    params: ScheduleResumeParams;
    result: ScheduleResumeResult;
  };
  /**
   * Has a scheduled job run now, beside its times.
   */
  "schedule.run": {
    params: ScheduleRunParams;
    result: ScheduleRunResult;
  };
  /**
   * Reads the history of a scheduled job, the latest first.
   */
  "schedule.runs": {
    params: ScheduleRunsParams;
    result: ScheduleRunsResult;
  };
  /**
   * Gives a scheduled job other words, times or settings.
   */
  "schedule.update": {
    params: ScheduleUpdateParams;
    result: ScheduleUpdateResult;
  };
  /**
   * Stops the active run of a session.
   */
  "sessions.abort": {
    params: SessionsAbortParams;
    result: SessionsAbortResult;
  };
  /**
   * Condenses the older part of a session to a summary, as a run of its agent.
   */
  "sessions.compact": {
    params: SessionsCompactParams;
    result: SessionsCompactResult;
  };
  /**
   * Removes a session with its messages; what was done in it stays on record.
   */
  "sessions.delete": {
    params: SessionsDeleteParams;
    result: SessionsDeleteResult;
  };
  /**
   * Writes a session as Markdown or JSON, page by page, without secrets.
   */
  "sessions.export": {
    params: SessionsExportParams;
    result: SessionsExportResult;
  };
  /**
   * Begins a new session with the messages of another one, up to one of them.
   */
  "sessions.fork": {
    params: SessionsForkParams;
    result: SessionsForkResult;
  };
  /**
   * Shows one session with its active turn.
   */
  "sessions.get": {
    params: SessionsGetParams;
    result: SessionsGetResult;
  };
  /**
   * Reads messages of a session, the newest page first.
   */
  "sessions.history": {
    params: SessionsHistoryParams;
    result: SessionsHistoryResult;
  };
  /**
   * Begins a session with the messages of an exported document; never changes one that is there.
   */
  "sessions.import": {
    params: SessionsImportParams;
    result: SessionsImportResult;
  };
  /**
   * Lists sessions, the latest first.
   */
  "sessions.list": {
    params: SessionsListParams;
    result: SessionsListResult;
  };
  /**
   * Gives a session another title, or other defaults for its runs.
   */
  "sessions.patch": {
    params: SessionsPatchParams;
    result: SessionsPatchResult;
  };
  /**
   * Lists what waits in a session, in order.
   */
  "sessions.queue": {
    params: SessionsQueueParams;
    result: SessionsQueueResult;
  };
  /**
   * Gives a request that waits another place in the queue.
   */
  "sessions.queue.move": {
    params: SessionsQueueMoveParams;
    result: SessionsQueueMoveResult;
  };
  /**
   * Forgets a session's messages; the session itself stays.
   */
  "sessions.reset": {
    params: SessionsResetParams;
    result: SessionsResetResult;
  };
  /**
   * Hands a message to a session and answers once it is recorded; the reply follows as events.
   */
  "sessions.send": {
    params: SessionsSendParams;
    result: SessionsSendResult;
  };
  /**
   * Says what needs a person, what is at work and what it cost today.
   */
  status: {
    params: StatusParams;
    result: StatusResult;
  };
  /**
   * Says what access control thinks of a tool call, without making it.
   */
  "tools.check": {
    params: ToolsCheckParams;
    result: ToolsCheckResult;
  };
  /**
   * Makes one tool call in the name of a session's agent: answers `accepted` at once, and a second time when it has ended.
   */
  "tools.invoke": {
    params: ToolsInvokeParams;
    result: ToolsInvokeResult;
  };
  /**
   * Lists the tools of an agent with the schemas of their arguments.
   */
  "tools.list": {
    params: ToolsListParams;
    result: ToolsListResult;
  };
  /**
   * Sums up what was used and what it cost.
   */
  "usage.get": {
    params: UsageGetParams;
    result: UsageGetResult;
  };
  /**
   * Tells what was used by agent, session, model, day, key or class.
   */
  "usage.list": {
    params: UsageListParams;
    result: UsageListResult;
  };
}
/**
 * Input of `models.list`.
 */
export interface ModelsListParams {}
/**
 * Result of `models.list`.
 */
export interface ModelsListResult {
  /**
   * The models, the active one first.
   */
  models: ModelFacts[];
}
/**
 * One model that can be used.
 */
export interface ModelFacts {
  /**
   * Tokens that fit into one call.
   */
  contextTokensMax: number;
  /**
   * Until when it is left alone after failures, in milliseconds since 1970.
   */
  coolingUntil?: Timestamp | null;
  /**
   * As `provider/model`.
   */
  id: string;
  /**
   * Price of a million tokens sent, in millionths of a US dollar.
   */
  inputMicroUsdPerMtok?: number | null;
  /**
   * Whether it is the one in use.
   */
  isActive: boolean;
  /**
   * Whether what it needs (a key, a local server) was found.
   */
  isReady: boolean;
  /**
   * Price of a million tokens received, in millionths of a US dollar.
   */
  outputMicroUsdPerMtok?: number | null;
  /**
   * The provider.
   */
  provider: string;
  /**
   * Where the credential or server was found, or what is missing. Never a value.
   */
  reason: string;
}
/**
 * Input of `models.test`.
 */
export interface ModelsTestParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * As `provider/model`; the active one when left out.
   */
  model?: string | null;
}
/**
 * Result of `models.test`.
 */
export interface ModelsTestResult {
  /**
   * Cost.
   */
  cost: Cost;
  /**
   * Time to the first token, in milliseconds.
   */
  firstTokenMs?: number | null;
  /**
   * How to mend it.
   */
  hint?: string | null;
  /**
   * Whether it answered.
   */
  isOk: boolean;
  /**
   * What it said, or what went wrong.
   */
  message: string;
  /**
   * As `provider/model`.
   */
  model: string;
  /**
   * Time to the end, in milliseconds.
   */
  totalMs: number;
  /**
   * Tokens.
   */
  usage: Usage;
}
/**
 * Input of `outbox.retry` and `outbox.drop`.
 */
export interface OutboxDropParams {
  /**
   * The delivery: its id, the beginning of it if that is unambiguous, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `outbox.retry` and `outbox.drop`.
 */
export interface OutboxDropResult {
  /**
   * The delivery as it stands now.
   */
  delivery: DeliveryFacts;
}
/**
 * Input of `outbox.list`.
 */
export interface OutboxListParams {
  /**
   * Only deliveries before this one.
   */
  before?: DeliveryId | null;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only deliveries that stand so; all of them when left out.
   *
   * @maxItems 6
   */
  states?:
    | []
    | [DeliveryStatus]
    | [DeliveryStatus, DeliveryStatus]
    | [DeliveryStatus, DeliveryStatus, DeliveryStatus]
    | [DeliveryStatus, DeliveryStatus, DeliveryStatus, DeliveryStatus]
    | [DeliveryStatus, DeliveryStatus, DeliveryStatus, DeliveryStatus, DeliveryStatus]
    | [
        DeliveryStatus,
        DeliveryStatus,
        DeliveryStatus,
        DeliveryStatus,
        DeliveryStatus,
        DeliveryStatus
      ];
}
/**
 * Result of `outbox.list`.
 */
export interface OutboxListResult {
  /**
   * The deliveries, the latest first.
   */
  deliveries: DeliveryFacts[];
  /**
   * Whether older ones exist.
   */
  hasMore: boolean;
}
/**
 * Input of `outbox.retry` and `outbox.drop`.
 */
export interface OutboxRetryParams {
  /**
   * The delivery: its id, the beginning of it if that is unambiguous, or `@last`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `outbox.retry` and `outbox.drop`.
 */
export interface OutboxRetryResult {
  /**
   * The delivery as it stands now.
   */
  delivery: DeliveryFacts;
}
/**
 * Input of `presence`.
 */
export interface PresenceParams {}
/**
 * Result of `presence`.
 */
export interface PresenceResult {
  /**
   * The daemon itself first, then the clients, the latest first.
   */
  presence: PresenceEntry[];
  /**
   * Rises with every change.
   */
  version: number;
}
/**
 * Input of `presence.note`: what a client has to say about itself. What is left out stays as it
 * is.
 */
export interface PresenceNoteParams {
  /**
   * Program or machine.
   */
  host?: string | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Whose entry it is: the `instanceId` of a hello, or a name of its own.
   */
  instanceId?: string | null;
  /**
   * Where from.
   */
  ip?: string | null;
  /**
   * How long its person has been idle, in seconds.
   */
  lastInputSeconds?: number | null;
  /**
   * What kind of client.
   */
  mode?: string | null;
  /**
   * Why this is said.
   */
  reason?: string | null;
  /**
   * Words to be marked with; at most 16 of 50 characters are kept.
   */
  tags?: string[] | null;
  /**
   * One line for people.
   */
  text: string;
  /**
   * Program version.
   */
  version?: string | null;
}
/**
 * Result of `presence.note`.
 */
export interface PresenceNoteResult {
  /**
   * Whether it is taken.
   */
  ok: boolean;
}
/**
 * Input of `requests.cancel`.
 */
export interface RequestsCancelParams {
  /**
   * The request.
   */
  id: RequestId;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `requests.cancel`; it is sent when the request has ended.
 */
export interface RequestsCancelResult {
  /**
   * The request.
   */
  id: RequestId;
  /**
   * Whether it was stopped; it had ended before, or there is none, when not.
   */
  isCancelled: boolean;
}
/**
 * Input of `requests.get`.
 */
export interface RequestsGetParams {
  /**
   * The request: its id, the beginning of it if that is unambiguous, or `@last`.
   */
  id: string;
}
/**
 * Result of `requests.get`.
 */
export interface RequestsGetResult {
  /**
   * What arrived.
   */
  arrival: Arrival;
  /**
   * What its session has been exposed to by now, and what brought each label.
   */
  labels: SessionLabel[];
  /**
   * The permission requests of the turn.
   */
  permissions: PermissionRequest[];
  /**
   * Requests that did it again, the oldest first.
   */
  replayedBy?: RequestId[];
  /**
   * The request with its stages.
   */
  request: Request;
  /**
   * Requests that its run sent to other agents, the oldest first.
   */
  sent?: Request[];
  /**
   * The tool calls of the turn.
   */
  toolCalls: ToolCallRecord[];
  /**
   * Its turn.
   */
  turn?: Turn | null;
}
/**
 * A request as recorded.
 */
export interface Request {
  /**
   * The agent that answers, once known.
   */
  agent_id?: AgentId | null;
  /**
   * When it ended.
   */
  completed_at?: Timestamp | null;
  /**
   * Text that automations added to what the agent gets to see.
   */
  enrichment?: string[];
  /**
   * Why it did not end as completed.
   */
  error?: string | null;
  /**
   * The arrival that caused it, as `{channel}:{event_id}`.
   */
  event_id: string;
  /**
   * Its id.
   */
  id: RequestId;
  /**
   * The run that sent it, when an agent did.
   */
  parent?: ParentRun | null;
  /**
   * Who sent it, once known.
   */
  principal?: Principal | null;
  /**
   * The first line of what came in, shortened; the purpose in words.
   */
  purpose: string;
  /**
   * How it wants to queue.
   */
  queue_mode: QueueMode;
  /**
   * The request that it does again, when somebody asked for that.
   */
  replays?: RequestId | null;
  /**
   * The session it goes to, once known.
   */
  session_key?: SessionKey | null;
  /**
   * The last stage it entered.
   */
  stage: Stage;
  /**
   * What each stage recorded, in order.
   */
  stages: StageTrace[];
  /**
   * When it was admitted.
   */
  started_at: Timestamp;
  /**
   * How it stands.
   */
  status: RequestStatus;
  /**
   * The turn, once one began. Requests that were merged share one.
   */
  turn_id?: TurnId | null;
  /**
   * What the run is asked to be.
   */
  wish?: RunWish;
}
/**
 * The run of an agent that sent a request to another agent.
 */
export interface ParentRun {
  /**
   * Its agent.
   */
  agent_id: AgentId;
  /**
   * Its leading request.
   */
  request_id: RequestId;
  /**
   * Its session.
   */
  session_key: SessionKey;
  /**
   * Its turn.
   */
  turn_id: TurnId;
}
/**
 * What one stage recorded.
 */
export interface StageTrace {
  /**
   * How long it took, in microseconds.
   */
  duration_us: number;
  /**
   * One line for people: who was recognized, which rule matched, why it was skipped.
   */
  note?: string;
  /**
   * How it ended.
   */
  outcome: StageOutcome;
  /**
   * The stage.
   */
  stage: Stage;
  /**
   * When it began.
   */
  started_at: Timestamp;
}
/**
 * What a run is asked to be, beside its message. Wishes narrow what the agent has; they never
 * widen it.
 */
export interface RunWish {
  /**
   * One tool call that makes up the whole turn: no model is asked.
   */
  call?: WishedCall | null;
  /**
   * Whether the sender wants to see the reply while it is written, where its adapter can show
   * that; as the adapter declares when left out.
   */
  is_streamed?: boolean | null;
  /**
   * The scheduled job that began it: the sender acts through the job. Only the daemon says so.
   */
  job?: JobId | null;
  /**
   * The model, as `provider/model`; the agent's own when left out.
   */
  model?: string | null;
  /**
   * Where the reply goes, when not just to whoever asked. Only the daemon says so, by the
   * configuration.
   */
  reply?: ReplyWish | null;
  /**
   * Where the message is to be sent as it is: no agent answers it.
   */
  send?: WishedSend | null;
  /**
   * Most model replies of the turn; the agent's own limit where that is lower.
   */
  steps_max?: number | null;
}
/**
 * A tool call that somebody asks for by name.
 */
export interface WishedCall {
  /**
   * Its arguments.
   */
  arguments: {
    [k: string]: unknown;
  };
  /**
   * Name of the tool.
   */
  tool: string;
}
/**
 * Where a reply goes.
 */
export interface ReplyWish {
  /**
   * Whether whoever asked waits for it. Otherwise it stands in the record.
   */
  is_awaited: boolean;
  /**
   * The conversation that it is sent to besides.
   */
  to?: ReplyTarget | null;
}
/**
 * A conversation of an adapter.
 */
export interface ReplyTarget {
  /**
   * Our account on it.
   */
  account_id: string;
  /**
   * The channel.
   */
  channel: string;
  /**
   * The conversation, in the channel's own terms.
   */
  peer_id: string;
}
/**
 * Where somebody's own words are to go.
 */
export interface WishedSend {
  /**
   * The adapter that sends them, as `channel/account`.
   */
  adapter: string;
  /**
   * The message they answer.
   */
  reply_to_id?: string | null;
  /**
   * The thread inside it.
   */
  thread_id?: string | null;
  /**
   * The conversation, in the adapter's own terms.
   */
  to: string;
}
/**
 * A turn as recorded.
 */
export interface Turn {
  /**
   * The agent that works.
   */
  agent_id: AgentId;
  /**
   * When it ended.
   */
  completed_at?: Timestamp | null;
  /**
   * Cost so far.
   */
  cost: Cost;
  /**
   * What it failed of.
   */
  error?: AgentError | null;
  /**
   * Its id.
   */
  id: TurnId;
  /**
   * The model that answered last, as `provider/model`.
   */
  model?: string | null;
  /**
   * Model replies so far.
   */
  n_steps: number;
  /**
   * The request that caused it.
   */
  request_id: RequestId;
  /**
   * The session it belongs to.
   */
  session_key: SessionKey;
  /**
   * When it began.
   */
  started_at: Timestamp;
  /**
   * How it stands.
   */
  status: TurnStatus;
  /**
   * Why it ended.
   */
  stop_reason?: StopReason | null;
  /**
   * Tokens so far.
   */
  usage: Usage;
}
/**
 * Input of `requests.list`.
 */
export interface RequestsListParams {
  /**
   * Only requests before this one.
   */
  before?: RequestId | null;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only requests of this session.
   */
  sessionKey?: SessionKey | null;
  /**
   * Only requests that stand so.
   */
  status?: RequestStatus | null;
}
/**
 * Result of `requests.list`.
 */
export interface RequestsListResult {
  /**
   * Whether older ones exist.
   */
  hasMore: boolean;
  /**
   * The requests, the latest first.
   */
  requests: Request[];
}
/**
 * Input of `requests.replay`.
 */
export interface RequestsReplayParams {
  /**
   * The request, which has ended.
   */
  id: RequestId;
  /**
   * Lets the command be repeated safely: the same key is the same replay.
   */
  idempotencyKey: string;
}
/**
 * Result of `requests.replay`.
 */
export interface RequestsReplayResult {
  /**
   * Whether this key had been used before; then nothing new runs.
   */
  isDuplicate: boolean;
  /**
   * The old one.
   */
  replays: RequestId;
  /**
   * The new request.
   */
  requestId: RequestId;
  /**
   * How the new one stands by now.
   */
  status: RequestStatus;
}
/**
 * Input of `runtime.handover`.
 */
export interface RuntimeHandoverParams {
  /**
   * The home folder that is wanted, as a whole path: a daemon of another home refuses.
   */
  home: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * How it runs: `headless`, `desktop`, `service`.
   */
  kind: string;
  /**
   * The process that takes over.
   */
  pid: number;
  /**
   * The newest form of the database that it knows: one that is too old for ours is refused.
   */
  schemaVersion: number;
  /**
   * Its version.
   */
  version: string;
}
/**
 * Result of `runtime.handover`: the daemon drains from here on, and then its home is free.
 */
export interface RuntimeHandoverResult {
  /**
   * The lease that ends; the next one has an epoch above it.
   */
  epoch: number;
  /**
   * The process that is about to let go.
   */
  pid: number;
  /**
   * Time within which it has let go, at the latest, in milliseconds.
   */
  withinMs: number;
}
/**
 * Input of `runtime.pause`.
 */
export interface RuntimePauseParams {
  /**
   * After how many milliseconds the pause ends by itself; left out, it lasts until somebody ends
   * it.
   */
  forMs?: number | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * How much stands still.
   */
  mode: PauseMode;
}
/**
 * Result of `runtime.pause` and `runtime.resume`.
 */
export interface RuntimePauseResult {
  /**
   * The pause in force; nothing when there is none.
   */
  paused: Paused | null;
}
/**
 * Input of `runtime.reload`.
 */
export interface RuntimeReloadParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `runtime.reload`.
 */
export interface RuntimeReloadResult {
  /**
   * Keys that changed and are in force.
   */
  changed: string[];
  /**
   * Keys that changed and need a restart.
   */
  needsRestart: string[];
  /**
   * What the file says that nobody understands, with a suggestion.
   */
  warnings: string[];
}
/**
 * Input of `runtime.resume`.
 */
export interface RuntimeResumeParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `runtime.pause` and `runtime.resume`.
 */
export interface RuntimeResumeResult {
  /**
   * The pause in force; nothing when there is none.
   */
  paused: Paused | null;
}
/**
 * Input of `runtime.shutdown`.
 */
export interface RuntimeShutdownParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * Why; shown to the clients.
   */
  reason?: string | null;
  /**
   * When it will be back, in milliseconds, if whoever stops it starts it again; told to the
   * clients.
   */
  restartExpectedMs?: number | null;
}
/**
 * Result of `runtime.shutdown`: the daemon drains from here on.
 */
export interface RuntimeShutdownResult {
  /**
   * The process that is about to end.
   */
  pid: number;
}
/**
 * Input of `runtime.summary`.
 */
export interface RuntimeSummaryParams {}
/**
 * Result of `runtime.summary`: the one sentence, and what it is made of.
 */
export interface RuntimeSummaryResult {
  /**
   * Checks of the health that are not well, the worst first.
   */
  amiss: HealthCheck[];
  /**
   * What was used today cost, from midnight UTC.
   */
  costToday: Cost;
  /**
   * Requests that wait for the end of a pause, and runs that a pause has stopped.
   */
  onHold: number;
  /**
   * The pause, while there is one.
   */
  paused: Paused | null;
  /**
   * What a person must know first comes first: "2 things need you.", "Nothing needs you. 3
   * agents are working."
   */
  sentence: string;
  /**
   * Permission requests that wait for a person.
   */
  waiting: number;
  /**
   * Agents at work.
   */
  working: number;
}
/**
 * Input of `schedule.create`.
 */
export interface ScheduleCreateParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * What it is to do, and when.
   */
  job: JobSpec;
}
/**
 * Result of `schedule.get`, and of what changes a job.
 */
export interface ScheduleCreateResult {
  /**
   * The job as it is now.
   */
  job: JobView;
}
/**
 * Input of what is done to one job.
 */
export interface ScheduleDeleteParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `schedule.delete`.
 */
export interface ScheduleDeleteResult {
  /**
   * The job that is gone.
   */
  id: JobId;
}
/**
 * Input of `schedule.get`.
 */
export interface ScheduleGetParams {
  /**
   * The job: its id, the beginning of it, its name, or `@last` for the newest.
   */
  id: string;
}
/**
 * Result of `schedule.get`, and of what changes a job.
 */
export interface ScheduleGetResult {
  /**
   * The job as it is now.
   */
  job: JobView;
}
/**
 * Input of `schedule.list`.
 */
export interface ScheduleListParams {
  /**
   * Only those of one agent.
   */
  agentId?: AgentId | null;
}
/**
 * Result of `schedule.list`.
 */
export interface ScheduleListResult {
  /**
   * The jobs and heartbeats: the next one due first, those that are not due last.
   */
  jobs: JobView[];
}
/**
 * Input of what is done to one job.
 */
export interface SchedulePauseParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `schedule.get`, and of what changes a job.
 */
export interface SchedulePauseResult {
  /**
   * The job as it is now.
   */
  job: JobView;
}
/**
 * Input of `schedule.preview`.
 */
export interface SchedulePreviewParams {
  /**
   * How many of its next times to list; 5 when left out.
   */
  count?: number | null;
  /**
   * The job that would be changed to this; a new one when left out.
   */
  id?: string | null;
  /**
   * What it would do, and when.
   */
  job: JobSpec;
}
/**
 * Result of `schedule.preview`. Nothing has happened, and what is true now may not be later.
 */
export interface SchedulePreviewResult {
  /**
   * What a run may do, what a person would be asked about, and what it may not.
   */
  foreseen: Foreseen[];
  /**
   * Its next times.
   */
  times: Timestamp[];
  /**
   * Its times in English words.
   */
  timing: string;
}
/**
 * Input of what is done to one job.
 */
export interface ScheduleResumeParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `schedule.get`, and of what changes a job.
 */
export interface ScheduleResumeResult {
  /**
   * The job as it is now.
   */
  job: JobView;
}
/**
 * Input of what is done to one job.
 */
export interface ScheduleRunParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
}
/**
 * Result of `schedule.run`.
 */
export interface ScheduleRunResult {
  /**
   * Whether this key had been used before; then nothing new runs.
   */
  isDuplicate: boolean;
  /**
   * The request that it became.
   */
  requestId: RequestId;
}
/**
 * Input of `schedule.runs`.
 */
export interface ScheduleRunsParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Most lines; 50 when left out. 200 are kept.
   */
  limit?: number | null;
}
/**
 * Result of `schedule.runs`.
 */
export interface ScheduleRunsResult {
  /**
   * The job.
   */
  id: JobId;
  /**
   * Its history, the latest first.
   */
  runs: RunView[];
}
/**
 * Input of `schedule.update`.
 */
export interface ScheduleUpdateParams {
  /**
   * The job, as for `schedule.get`.
   */
  id: string;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * All that it says from now on.
   */
  job: JobSpec;
}
/**
 * Result of `schedule.get`, and of what changes a job.
 */
export interface ScheduleUpdateResult {
  /**
   * The job as it is now.
   */
  job: JobView;
}
/**
 * Input of `sessions.abort`.
 */
export interface SessionsAbortParams {
  /**
   * Also drops the requests that wait behind it.
   */
  dropQueue?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * Only this run: it is stopped if it is at work, and dropped if it still waits.
   */
  runId?: RequestId | null;
  /**
   * Only if this turn is the active one.
   */
  turnId?: TurnId | null;
}
/**
 * Result of `sessions.abort`; it is sent when the run has ended.
 */
export interface SessionsAbortResult {
  /**
   * Requests that were dropped from the queue.
   */
  nDropped: number;
  /**
   * What happened, in words.
   */
  summary: string;
  /**
   * The turn that was stopped; nothing when nothing ran.
   */
  turnId?: TurnId | null;
}
/**
 * Input of `sessions.compact`.
 */
export interface SessionsCompactParams {
  /**
   * Also when it is short.
   */
  force?: boolean;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
}
/**
 * Result of `sessions.compact`; it is sent when it is done.
 */
export interface SessionsCompactResult {
  /**
   * Whether anything was condensed.
   */
  isCompacted: boolean;
  /**
   * The request that did it.
   */
  requestId: RequestId;
  /**
   * What happened, in words.
   */
  summary: string;
  /**
   * The same after.
   */
  tokensAfter: number;
  /**
   * Tokens of the conversation before, estimated.
   */
  tokensBefore: number;
}
/**
 * Input of `sessions.delete`.
 */
export interface SessionsDeleteParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * Also when something runs or waits in it, which is stopped and dropped first.
   */
  stop?: boolean;
}
/**
 * Result of `sessions.delete`.
 */
export interface SessionsDeleteResult {
  /**
   * The session that is gone.
   */
  key: SessionKey;
  /**
   * Messages that were forgotten.
   */
  nMessages: number;
}
/**
 * Input of `sessions.export`.
 */
export interface SessionsExportParams {
  /**
   * `nextCursor` of the page before.
   */
  cursor?: MessageId | null;
  /**
   * The form; Markdown when left out.
   */
  format?: ExportFormat & string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * Messages on the page; a page also ends with the message that makes it longer than 256 KiB.
   */
  limit?: number | null;
}
/**
 * Result of `sessions.export`.
 */
export interface SessionsExportResult {
  /**
   * Messages on this page.
   */
  nMessages: number;
  /**
   * Where the next page begins; none on the last one.
   */
  nextCursor?: MessageId | null;
  /**
   * A piece of the document; the pieces of all pages, joined, are the whole of it. Values of
   * known credentials are blanked out.
   */
  text: string;
}
/**
 * Input of `sessions.fork`: everything said so far when neither `through` nor `before` is there.
 */
export interface SessionsForkParams {
  /**
   * The first message that does not come along, for instance one that is to be said otherwise.
   */
  before?: MessageId | null;
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session that is copied; it stays as it is.
   */
  key: SessionKey;
  /**
   * The last message that comes along.
   */
  through?: MessageId | null;
  /**
   * The name of the new session; that of the old one when left out.
   */
  title?: string | null;
  /**
   * The key of the new session, which must be free; `fork:<key>:<n>` when left out.
   */
  to?: SessionKey | null;
}
/**
 * Result of `sessions.fork`.
 */
export interface SessionsForkResult {
  /**
   * Messages that came along.
   */
  nMessages: number;
  /**
   * The new session.
   */
  session: Session;
}
/**
 * A session as recorded.
 */
export interface Session {
  /**
   * The agent that answers in it.
   */
  agent_id: AgentId;
  /**
   * When it was created.
   */
  created_at: Timestamp;
  /**
   * What its runs are where nobody says otherwise.
   */
  defaults?: SessionDefaults;
  /**
   * Where its first messages come from, when it began as a copy of another session.
   */
  forked_from?: ForkedFrom | null;
  /**
   * Whether a run is active or parked.
   */
  is_busy: boolean;
  /**
   * Its key.
   */
  key: SessionKey;
  /**
   * Messages in it.
   */
  n_messages: number;
  /**
   * Requests that wait behind it.
   */
  n_waiting: number;
  /**
   * The name that a person gave it, else the first line of its first message.
   */
  title?: string | null;
  /**
   * When something last happened in it.
   */
  updated_at: Timestamp;
}
/**
 * Input of `sessions.get`.
 */
export interface SessionsGetParams {
  /**
   * The session.
   */
  key: SessionKey;
}
/**
 * Result of `sessions.get`.
 */
export interface SessionsGetResult {
  /**
   * The turn at work or parked.
   */
  activeTurn?: Turn | null;
  /**
   * What the session has been exposed to, and what brought each label.
   */
  labels: SessionLabel[];
  /**
   * Position up to which this is true: subscribe from here.
   */
  position: Position;
  /**
   * Requests that queue behind the active run.
   */
  queued: Request[];
  /**
   * The session.
   */
  session: Session;
  /**
   * The reply being written.
   */
  streaming?: Streaming | null;
  /**
   * Permission requests that wait in it.
   */
  waiting: PermissionRequest[];
}
/**
 * The text of a reply that is being written.
 */
export interface Streaming {
  /**
   * The message it will become.
   */
  messageId: MessageId;
  /**
   * Number of the last delta in it.
   */
  seq: number;
  /**
   * The text so far.
   */
  text: string;
}
/**
 * Input of `sessions.history`.
 */
export interface SessionsHistoryParams {
  /**
   * Only messages before this one.
   */
  before?: MessageId | null;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * Messages on the page.
   */
  limit?: number | null;
  /**
   * Counts from the first message instead: leaves so many out and gives those that follow.
   */
  offset?: number | null;
  /**
   * Only the messages of this turn, the oldest first.
   */
  turnId?: TurnId | null;
}
/**
 * Result of `sessions.history`.
 */
export interface SessionsHistoryResult {
  /**
   * Whether older messages exist.
   */
  hasMore: boolean;
  /**
   * The messages, oldest first.
   */
  messages: Message[];
  /**
   * Position up to which this is true: subscribe from here.
   */
  position: Position;
  /**
   * Tool calls of the turns on this page.
   */
  toolCalls: ToolCallRecord[];
  /**
   * The turns on this page.
   */
  turns: Turn[];
}
/**
 * Input of `sessions.import`: a document as `sessions.export` writes it in JSON, or a piece of it.
 */
export interface SessionsImportParams {
  /**
   * `lastMessageId` of the piece before: the messages follow it, as long as nothing else was
   * said there since.
   */
  after?: MessageId | null;
  /**
   * The agent that answers in it; as in the document when left out.
   */
  agentId?: AgentId | null;
  /**
   * The document.
   */
  document: SessionDocument;
  /**
   * Lets the command be repeated safely, also after a restart.
   */
  idempotencyKey: string;
  /**
   * What the session is called here; as in the document when left out. There must be none of
   * this name.
   */
  key?: SessionKey | null;
}
/**
 * A session as a document. Fields that are not known are passed over.
 */
export interface SessionDocument {
  /**
   * What it is: `nexus.session/1`.
   */
  document: string;
  /**
   * What it was exposed to.
   *
   * @maxItems 100
   */
  labels?: DocumentLabel[];
  /**
   * What was said, in order.
   *
   * @maxItems 500
   */
  messages: DocumentMessage[];
  /**
   * The session.
   */
  session: DocumentSession;
}
/**
 * Result of `sessions.import`.
 */
export interface SessionsImportResult {
  /**
   * The last of them: the next piece follows it.
   */
  lastMessageId?: MessageId | null;
  /**
   * Messages that came with this piece.
   */
  nMessages: number;
  /**
   * The session as it is now.
   */
  session: Session;
}
/**
 * Input of `sessions.list`.
 */
export interface SessionsListParams {
  /**
   * `nextCursor` of the page before.
   */
  cursor?: string | null;
  /**
   * Items on the page.
   */
  limit?: number | null;
  /**
   * Only sessions with this text in their messages.
   */
  search?: string | null;
}
/**
 * Result of `sessions.list`.
 */
export interface SessionsListResult {
  /**
   * Where the next page begins.
   */
  nextCursor?: string | null;
  /**
   * The sessions, the latest first.
   */
  sessions: Session[];
}
/**
 * Input of `sessions.patch`: what is left out stays, what is `null` is cleared.
 */
export interface SessionsPatchParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * The model that its runs ask first, as `provider/model`.
   */
  model?: string | null;
  /**
   * How input queues that does not say.
   */
  queueMode?: QueueMode | null;
  /**
   * Most model replies of a turn; at most what its agent is limited to anyway.
   */
  stepsMax?: number | null;
  /**
   * Its name, in one line; cleared, it is the first line of the next message.
   */
  title?: string | null;
}
/**
 * Result of `sessions.patch`.
 */
export interface SessionsPatchResult {
  /**
   * The session as it is now.
   */
  session: Session;
}
/**
 * Input of `sessions.queue`.
 */
export interface SessionsQueueParams {
  /**
   * The session.
   */
  key: SessionKey;
}
/**
 * Result of `sessions.queue` and `sessions.queue.move`.
 */
export interface SessionsQueueResult {
  /**
   * The run at work; it is not in the queue.
   */
  active?: RequestId | null;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * How many may wait.
   */
  lenMax: number;
  /**
   * What waits, in order. Requests of mode `queue` run after all others whatever their place,
   * and one that steers or interrupts takes all of them into its turn.
   */
  waiting: Request[];
}
/**
 * Input of `sessions.queue.move`. What is to wait no more is dropped by `requests.cancel`.
 */
export interface SessionsQueueMoveParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * The request that moves; one that waits there.
   */
  runId: RequestId;
  /**
   * Its place from now on: 0 is the first; a place behind the last is the last.
   */
  to: number;
}
/**
 * Result of `sessions.queue` and `sessions.queue.move`.
 */
export interface SessionsQueueMoveResult {
  /**
   * The run at work; it is not in the queue.
   */
  active?: RequestId | null;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * How many may wait.
   */
  lenMax: number;
  /**
   * What waits, in order. Requests of mode `queue` run after all others whatever their place,
   * and one that steers or interrupts takes all of them into its turn.
   */
  waiting: Request[];
}
/**
 * Input of `sessions.reset`.
 */
export interface SessionsResetParams {
  /**
   * Lets the command be repeated safely.
   */
  idempotencyKey: string;
  /**
   * The session.
   */
  key: SessionKey;
  /**
   * Also when something runs or waits in it, which is stopped and dropped first.
   */
  stop?: boolean;
}
/**
 * Result of `sessions.reset`.
 */
export interface SessionsResetResult {
  /**
   * Messages that were forgotten.
   */
  nMessages: number;
  /**
   * The session as it is now: without a message.
   */
  session: Session;
}
/**
 * Input of `sessions.send`.
 */
export interface SessionsSendParams {
  /**
   * The agent, for a session that does not exist yet.
   */
  agentId?: AgentId | null;
  /**
   * Files that come with it.
   */
  attachments?: Attachment[];
  /**
   * Lets the command be repeated safely: the same key is the same message.
   */
  idempotencyKey: string;
  /**
   * The session; it is created when it does not exist.
   */
  key: SessionKey;
  /**
   * What the person says.
   */
  message: string;
  /**
   * How to queue when the session is busy.
   */
  queueMode?: QueueMode | null;
}
/**
 * Result of `sessions.send`.
 */
export interface SessionsSendResult {
  /**
   * Whether this key had been used before; then nothing new runs.
   */
  isDuplicate: boolean;
  /**
   * The pause that it waits for.
   */
  paused?: Paused | null;
  /**
   * The request.
   */
  requestId: RequestId;
  /**
   * How it stands by now.
   */
  status: RequestStatus;
}
/**
 * Input of `status`.
 */
export interface StatusParams {}
/**
 * Result of `status`.
 */
export interface StatusResult {
  /**
   * Where the control plane listens, such as `127.0.0.1:18789`.
   */
  address: string;
  /**
   * Budgets with how they stand, the fullest first.
   */
  budgets: BudgetFacts[];
  /**
   * What was used today cost, from midnight UTC; the same figure as in `usage.get`.
   */
  costToday: Cost;
  /**
   * Where others reach it; empty when only this machine does.
   */
  exposedAt: string[];
  /**
   * How the daemon is.
   */
  health: HealthResult;
  /**
   * The home folder.
   */
  home: string;
  /**
   * The model in use, as `provider/model`.
   */
  model: string;
  /**
   * Why that model: configured, found in the keychain, found on this machine, offline.
   */
  modelReason: string;
  /**
   * The pause, while there is one.
   */
  paused: Paused | null;
  /**
   * The last requests that ended.
   */
  recent: Request[];
  /**
   * Why the daemon runs with an older configuration and without adapters; nothing when it does
   * not.
   */
  safeMode?: string | null;
  /**
   * The sentence of `runtime.summary`.
   */
  summary: string;
  /**
   * Permission requests that wait.
   */
  waiting: PermissionRequest[];
  /**
   * Requests at work.
   */
  working: Request[];
  /**
   * Agents that do whatever is not forbidden without asking, which is to be shown in red.
   */
  yoloAgents: AgentId[];
}
/**
 * Input of `tools.check`.
 */
export interface ToolsCheckParams {
  /**
   * The agent, for a session that does not exist yet.
   */
  agentId?: AgentId | null;
  /**
   * Its arguments, by name.
   */
  args?: {
    [k: string]: unknown;
  };
  /**
   * The session whose agent would act; `tools` when left out.
   */
  sessionKey?: SessionKey | null;
  /**
   * Name of the tool.
   */
  tool: string;
}
/**
 * Result of `tools.check`. Nothing has happened, and what is true now may not be later.
 */
export interface ToolsCheckResult {
  /**
   * Exactly what would be done.
   */
  action: CanonicalAction;
  /**
   * The agent that would act.
   */
  agentId: AgentId;
  /**
   * Why.
   */
  reason: string;
  /**
   * The session.
   */
  sessionKey: SessionKey;
  /**
   * What access control says.
   */
  verdict: CheckVerdict;
}
/**
 * Input of `tools.invoke`.
 */
export interface ToolsInvokeParams {
  /**
   * The agent, for a session that does not exist yet.
   */
  agentId?: AgentId | null;
  /**
   * Its arguments, by name.
   */
  args?: {
    [k: string]: unknown;
  };
  /**
   * Lets the command be repeated safely: the same key is the same call.
   */
  idempotencyKey: string;
  /**
   * The session whose agent acts, and in whose conversation the call stands; `tools` when left
   * out, which is made when it does not exist.
   */
  sessionKey?: SessionKey | null;
  /**
   * Name of the tool.
   */
  tool: string;
}
/**
 * Result of `tools.invoke`, sent twice on the same id.
 */
export interface ToolsInvokeResult {
  /**
   * What the tool says, or why it did not run.
   */
  content?: string | null;
  /**
   * Whether this key had been used before; then nothing new is done.
   */
  isDuplicate: boolean;
  /**
   * Whether access control, or a person, said no.
   */
  isRefused?: boolean;
  /**
   * Whether the tool did what it was asked to.
   */
  ok?: boolean | null;
  /**
   * The question that was put to a person about it, if one was.
   */
  permissionId?: PermissionId | null;
  /**
   * A record for people: for an edit, the unified diff.
   */
  record?: string | null;
  /**
   * How the request ended.
   */
  requestStatus?: RequestStatus | null;
  /**
   * The call's way through the stages.
   */
  runId: RequestId;
  /**
   * The session.
   */
  sessionKey: SessionKey;
  /**
   * How it stands.
   */
  status: RunStatus;
}
/**
 * Input of `tools.list`.
 */
export interface ToolsListParams {
  /**
   * Whose tools; those of the default agent when left out.
   */
  agentId?: AgentId | null;
}
/**
 * Result of `tools.list`.
 */
export interface ToolsListResult {
  /**
   * The agent whose tools they are.
   */
  agentId: AgentId;
  /**
   * The tools.
   */
  tools: ToolFacts[];
}
/**
 * A tool as a caller sees it.
 */
export interface ToolFacts {
  /**
   * What it does, as models are told.
   */
  description: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * JSON Schema of its arguments.
   */
  parameters: {
    [k: string]: unknown;
  };
}
/**
 * Which work counts. Days are those of UTC.
 */
export interface UsageGetParams {
  /**
   * One agent.
   */
  agentId?: string | null;
  /**
   * One API key.
   */
  key?: string | null;
  /**
   * One model, as `provider/model`.
   */
  model?: string | null;
  /**
   * One session.
   */
  sessionKey?: string | null;
  /**
   * First day, as `2026-11-21`; from the beginning when left out.
   */
  since?: string | null;
  /**
   * Last day, included; until now when left out.
   */
  until?: string | null;
}
/**
 * Result of `usage.get`.
 */
export interface UsageGetResult {
  /**
   * The sums.
   */
  total: UsageFigures;
}
/**
 * Sums of what was used. The cost is told apart by where it comes from; unknown is never zero.
 */
export interface UsageFigures {
  /**
   * Cost of calls that broke off, estimated, in millionths of a US dollar.
   */
  estimatedMicroUsd: number;
  /**
   * Time spent waiting for models, in milliseconds.
   */
  modelMs: number;
  /**
   * Model calls.
   */
  nCalls: number;
  /**
   * Calls of models with a known price.
   */
  nPriced: number;
  /**
   * Tool calls that were allowed.
   */
  nToolCalls: number;
  /**
   * Calls of models without one: what they cost is unknown.
   */
  nUnpriced: number;
  /**
   * Cost of calls that the provider reported, in millionths of a US dollar.
   */
  pricedMicroUsd: number;
  /**
   * Tokens of those.
   */
  unpricedTokens: number;
  /**
   * Tokens.
   */
  usage: Usage;
}
/**
 * Input of `usage.list`.
 */
export interface UsageListParams {
  /**
   * By what.
   */
  by?: UsageBy & string;
  /**
   * Where the page before ended.
   */
  cursor?: string | null;
  /**
   * Which work counts.
   */
  filter?: GetParams;
  /**
   * Most rows; 50 when left out.
   */
  limit?: number | null;
}
/**
 * Result of `usage.list`.
 */
export interface UsageListResult {
  /**
   * Where the next page begins.
   */
  nextCursor?: string | null;
  /**
   * The rows: days from the latest on, all others from the dearest on.
   */
  rows: UsageRow[];
  /**
   * The sums of all pages.
   */
  total: UsageFigures;
}
/**
 * One row of usage.
 */
export interface UsageRow {
  /**
   * Its sums.
   */
  figures: UsageFigures;
  /**
   * The agent, session, model, day, key or class; empty for work that has none.
   */
  name: string;
}
/**
 * The answer to a call. `payload` stands when `ok`, `error` otherwise.
 */
export interface Res {
  /**
   * The error.
   */
  error?: WireError | null;
  /**
   * The id of the call; `invalid` when the frame had none that could be read.
   */
  id: string;
  /**
   * Whether it succeeded.
   */
  ok: boolean;
  /**
   * The result.
   */
  payload?: {
    [k: string]: unknown;
  };
}
/**
 * An error as a client sees it.
 */
export interface WireError {
  /**
   * Stable code.
   */
  code: ErrorCode;
  /**
   * Facts for programs.
   */
  details?: {
    [k: string]: unknown;
  };
  /**
   * How to mend it.
   */
  hint?: string | null;
  /**
   * What went wrong.
   */
  message: string;
  /**
   * When, in milliseconds.
   */
  retryAfterMs?: number | null;
  /**
   * Whether the same call may succeed later.
   */
  retryable?: boolean;
}
/**
 * Payload of `shutdown`, sent before the connection closes with code 1012.
 */
export interface Shutdown {
  /**
   * Why.
   */
  reason: string;
  /**
   * When it will be back, if it will.
   */
  restartExpectedMs?: number | null;
}
/**
 * Properties of what streams by without being recorded, by its type.
 */
export interface Transients {
  /**
   * More of what the program of a running tool call writes, to stdout and stderr as it comes.
   * `n_skipped` bytes before it were left out, because they came faster than anybody reads; the
   * call's result is what counts.
   */
  "agent.streaming.output": {
    delta: string;
    n_skipped: number;
    seq: number;
    session_key: SessionKey;
    tool_call_id: string;
    turn_id: TurnId;
  };
  /**
   * More of the model's reasoning, for those who want to watch.
   */
  "agent.streaming.reasoning": {
    delta: string;
    message_id: MessageId;
    seq: number;
    session_key: SessionKey;
    turn_id: TurnId;
  };
  /**
   * The text of a reply so far. Sent to whoever joins in the middle, and whenever a reply
   * starts over after a broken stream; it replaces what was shown.
   */
  "agent.streaming.snapshot": {
    message_id: MessageId;
    seq: number;
    session_key: SessionKey;
    text: string;
    turn_id: TurnId;
  };
  /**
   * More text of a reply; follows the snapshot or delta with the next lower `seq`.
   */
  "agent.streaming.token": {
    delta: string;
    message_id: MessageId;
    seq: number;
    session_key: SessionKey;
    turn_id: TurnId;
  };
}

/**
 * Methods that change something: each call carries an idempotency key.
 */
export const COMMANDS: ReadonlySet<keyof Methods> = new Set<keyof Methods>([
  "acl.grants.create",
  "acl.grants.revoke",
  "acl.requests.approve",
  "acl.requests.deny",
  "acl.requests.extend",
  "acl.requests.seen",
  "adapters.accounts.add",
  "adapters.add",
  "adapters.backfill",
  "adapters.remove",
  "adapters.restart",
  "adapters.start",
  "adapters.stop",
  "agent",
  "agents.create",
  "agents.delete",
  "agents.files.set",
  "agents.update",
  "blobs.put",
  "config.apply",
  "config.patch",
  "config.set",
  "contacts.confirm",
  "contacts.link",
  "contacts.unlink",
  "credentials.add",
  "credentials.import",
  "credentials.migrate",
  "credentials.remove",
  "credentials.unlock",
  "credentials.verify",
  "devices.approve",
  "devices.link",
  "devices.pair",
  "devices.reject",
  "devices.rename",
  "devices.revoke",
  "devices.rotate",
  "expose.set",
  "heartbeat.note",
  "heartbeat.set",
  "hooks.send",
  "keys.create",
  "keys.revoke",
  "keys.rotate",
  "keys.token",
  "login.end",
  "login.password",
  "messages.send",
  "models.test",
  "outbox.drop",
  "outbox.retry",
  "presence.note",
  "requests.cancel",
  "requests.replay",
  "runtime.handover",
  "runtime.pause",
  "runtime.reload",
  "runtime.resume",
  "runtime.shutdown",
  "schedule.create",
  "schedule.delete",
  "schedule.pause",
  "schedule.resume",
  "schedule.run",
  "schedule.update",
  "sessions.abort",
  "sessions.compact",
  "sessions.delete",
  "sessions.fork",
  "sessions.import",
  "sessions.patch",
  "sessions.queue.move",
  "sessions.reset",
  "sessions.send",
  "tools.invoke",
]);
