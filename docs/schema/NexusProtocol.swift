// Generated from the method table by `cargo xtask codegen`; do not edit.
//
// Decode with a plain JSONDecoder, encode with a plain JSONEncoder. `NexusCall` ties the params
// of a method to its result.

import Foundation

/// Any JSON.
public enum JSONValue: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

/// A name that is only known when it is read.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A method of the table.
public protocol NexusCall {
    associatedtype Params: Codable
    associatedtype Result: Codable
    /// The wire name.
    static var name: String { get }
}
/// What an adapter can do.
public struct Ability: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Hands in events.
    public static let monitor = Ability(rawValue: "monitor")
    /// Sends messages.
    public static let send = Ability(rawValue: "send")
    /// Shows replies while they are written.
    public static let stream = Ability(rawValue: "stream")
    /// Hands in old messages.
    public static let backfill = Ability(rawValue: "backfill")
    /// Answers health probes.
    public static let health = Ability(rawValue: "health")
    /// Serves callers that show a credential and wait: `submit` and what belongs to it.
    public static let callers = Ability(rawValue: "callers")
    /// Lists its accounts, and links new ones.
    public static let accounts = Ability(rawValue: "accounts")
    /// Takes in webhooks for hooks of the configuration: `hook.submit` and what belongs to it.
    public static let hooks = Ability(rawValue: "hooks")
    /// Replaces the text of messages that it sent: replies grow in them.
    public static let edit = Ability(rawValue: "edit")
}

/// An account of the outside system.
public struct Account: Codable, Hashable, Sendable {
    /// Its id.
    public var accountId: String
    /// How people know it.
    public var name: String?
    /// How it stands, in a word.
    public var state: String?

    public init(accountId: String, name: String? = nil, state: String? = nil) {
        self.accountId = accountId
        self.name = name
        self.state = state
    }

    enum CodingKeys: String, CodingKey {
        case accountId = "account_id"
        case name = "name"
        case state = "state"
    }
}

/// One account of a budget in the present period.
public struct AccountFacts: Codable, Hashable, Sendable {
    /// Whose: `owner`, `agent:main`, `session:main`, `key:…`.
    public var holder: String
    /// Calls of models whose price is unknown: their tokens count, their money does not.
    public var nUnpriced: UInt64
    /// How much of its tightest limit is spent, in percent.
    public var percent: UInt64
    /// Set aside for calls at work.
    public var reserved: Amounts
    /// Which limit that is.
    public var resource: Resource
    /// How full it is.
    public var state: BudgetState
    /// Spent.
    public var used: Amounts

    public init(holder: String, nUnpriced: UInt64, percent: UInt64, reserved: Amounts, resource: Resource, state: BudgetState, used: Amounts) {
        self.holder = holder
        self.nUnpriced = nUnpriced
        self.percent = percent
        self.reserved = reserved
        self.resource = resource
        self.state = state
        self.used = used
    }
}

/// Input of `acl.audit.export`.
public struct AclAuditExportParams: Codable, Hashable, Sendable {
    /// Only rows after this position.
    public var after: UInt64?
    /// Only checkpoints after this number.
    public var afterCheckpoint: UInt64?
    /// Which rows; an outcome goes with its decision. Only all rows together can be verified.
    public var filter: Filter?
    /// Rows on the page, and checkpoints.
    public var limit: Int64?

    public init(after: UInt64? = nil, afterCheckpoint: UInt64? = nil, filter: Filter? = nil, limit: Int64? = nil) {
        self.after = after
        self.afterCheckpoint = afterCheckpoint
        self.filter = filter
        self.limit = limit
    }
}

/// Result of `acl.audit.export`.
public struct AclAuditExportResult: Codable, Hashable, Sendable {
    /// Checkpoints in their order.
    public var checkpoints: [Checkpoint]
    /// Public keys of the checkpoints, in hexadecimal characters.
    public var keys: [String]
    /// Where the next page of rows goes on; absent when there is nothing more.
    public var nextAfter: UInt64?
    /// Rows in the order of the chain.
    public var rows: [Row]

    public init(checkpoints: [Checkpoint], keys: [String], nextAfter: UInt64? = nil, rows: [Row]) {
        self.checkpoints = checkpoints
        self.keys = keys
        self.nextAfter = nextAfter
        self.rows = rows
    }
}

/// Input of `acl.audit.list`.
public struct AclAuditListParams: Codable, Hashable, Sendable {
    /// Only decisions before this position.
    public var before: UInt64?
    /// Which decisions.
    public var filter: Filter?
    /// Items on the page.
    public var limit: Int64?

    public init(before: UInt64? = nil, filter: Filter? = nil, limit: Int64? = nil) {
        self.before = before
        self.filter = filter
        self.limit = limit
    }
}

/// Result of `acl.audit.list`.
public struct AclAuditListResult: Codable, Hashable, Sendable {
    /// The decisions, the latest first.
    public var entries: [Entry]
    /// Where the next page goes on, even when this one came back short or empty: a page looks at a
    /// bounded number of rows. Absent when there is nothing more.
    public var nextBefore: UInt64?

    public init(entries: [Entry], nextBefore: UInt64? = nil) {
        self.entries = entries
        self.nextBefore = nextBefore
    }
}

/// Input of `acl.audit.show`.
public struct AclAuditShowParams: Codable, Hashable, Sendable {
    /// A position; that of an outcome shows its decision. 0 shows the latest decision.
    public var position: UInt64

    public init(position: UInt64) {
        self.position = position
    }
}

/// Result of `acl.audit.show`.
public struct AclAuditShowResult: Codable, Hashable, Sendable {
    /// The first checkpoint that covers it, once there is one.
    public var checkpoint: Checkpoint?
    /// The decision.
    public var entry: Entry

    public init(checkpoint: Checkpoint? = nil, entry: Entry) {
        self.checkpoint = checkpoint
        self.entry = entry
    }
}

/// Input of `acl.audit.stats`.
public struct AclAuditStatsParams: Codable, Hashable, Sendable {
    /// From then on; seven days when left out.
    public var since: Timestamp?

    public init(since: Timestamp? = nil) {
        self.since = since
    }
}

/// Result of `acl.audit.stats`.
public struct AclAuditStatsResult: Codable, Hashable, Sendable {
    /// By action.
    public var actions: [Count]
    /// By action, of what was refused.
    public var denied: [Count]
    /// The last row of the chain.
    public var head: UInt64
    /// Whether there are more decisions than were counted.
    public var isCut: Bool
    /// Decisions since then.
    public var nDecisions: UInt64
    /// By the one who acted.
    public var principals: [Count]
    /// The last row under a checkpoint.
    public var signedTo: UInt64
    /// The earliest decision that was counted.
    public var since: Timestamp?
    /// By verdict, the most frequent first.
    public var verdicts: [Count]

    public init(actions: [Count], denied: [Count], head: UInt64, isCut: Bool, nDecisions: UInt64, principals: [Count], signedTo: UInt64, since: Timestamp? = nil, verdicts: [Count]) {
        self.actions = actions
        self.denied = denied
        self.head = head
        self.isCut = isCut
        self.nDecisions = nDecisions
        self.principals = principals
        self.signedTo = signedTo
        self.since = since
        self.verdicts = verdicts
    }
}
/// Input of `acl.audit.verify`.
public struct AclAuditVerifyParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `acl.audit.verify`.
public struct AclAuditVerifyResult: Codable, Hashable, Sendable {
    /// The first row that does not fit.
    public var broken: Broken?
    /// Whether nothing is wrong.
    public var isWhole: Bool
    /// What was found, when nothing is wrong.
    public var summary: Summary?

    public init(broken: Broken? = nil, isWhole: Bool, summary: Summary? = nil) {
        self.broken = broken
        self.isWhole = isWhole
        self.summary = summary
    }
}

/// Input of `acl.explain`.
public struct AclExplainParams: Codable, Hashable, Sendable {
    /// What would be done.
    public var question: Question
    /// Who acts for whom, the invoker first, such as `owner` and `agent:main`. An agent alone acts
    /// for the owner.
    public var who: [String]

    public init(question: Question, who: [String]) {
        self.question = question
        self.who = who
    }
}

/// Result of `acl.explain`.
public struct AclExplainResult: Codable, Hashable, Sendable {
    /// What would be done, in words.
    public var action: String
    /// Everybody whose authority is needed, the one that acts first.
    public var links: [ExplainedLink]
    /// What would have to happen for it to be allowed; empty when it is.
    public var needed: [String]
    /// Why, in a sentence.
    public var reason: String
    /// `allow`, `ask` or `deny`.
    public var verdict: String

    public init(action: String, links: [ExplainedLink], needed: [String], reason: String, verdict: String) {
        self.action = action
        self.links = links
        self.needed = needed
        self.reason = reason
        self.verdict = verdict
    }
}

/// Input of `acl.grants.create`.
public struct AclGrantsCreateParams: Codable, Hashable, Sendable {
    /// How long it holds, in milliseconds; until it is revoked when it is left out.
    public var durationMs: UInt64?
    /// Yes or no.
    public var effect: GrantEffect
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Whom it is about, such as `agent:main` or `api_key:ci`.
    public var principal: String
    /// Why, for people.
    public var reason: String
    /// Where it holds.
    public var scope: GrantScope
    /// The verb.
    public var verb: GrantVerb

    public init(durationMs: UInt64? = nil, effect: GrantEffect, idempotencyKey: String, principal: String, reason: String, scope: GrantScope, verb: GrantVerb) {
        self.durationMs = durationMs
        self.effect = effect
        self.idempotencyKey = idempotencyKey
        self.principal = principal
        self.reason = reason
        self.scope = scope
        self.verb = verb
    }
}

/// Result of `acl.grants.create` and `acl.grants.revoke`.
public struct AclGrantsCreateResult: Codable, Hashable, Sendable {
    /// The grant as it stands now.
    public var grant: Grant

    public init(grant: Grant) {
        self.grant = grant
    }
}

/// Input of `acl.grants.list`.
public struct AclGrantsListParams: Codable, Hashable, Sendable {
    /// Only those before this one.
    public var before: String?
    /// Also those that ran out or were revoked.
    public var includeEnded: Bool?
    /// Items on the page.
    public var limit: Int64?
    /// Only those of this principal, such as `agent:main`.
    public var principal: String?

    public init(before: String? = nil, includeEnded: Bool? = nil, limit: Int64? = nil, principal: String? = nil) {
        self.before = before
        self.includeEnded = includeEnded
        self.limit = limit
        self.principal = principal
    }
}

/// Result of `acl.grants.list`.
public struct AclGrantsListResult: Codable, Hashable, Sendable {
    /// The grants, the latest first.
    public var grants: [Grant]

    public init(grants: [Grant]) {
        self.grants = grants
    }
}

/// Input of `acl.grants.preview`.
public struct AclGrantsPreviewParams: Codable, Hashable, Sendable {
    /// Yes or no: what allows must cover all that is touched, what denies only meets some of it.
    public var effect: GrantEffect
    /// Whom it would be about, such as `agent:main`.
    public var principal: String
    /// Where it would hold.
    public var scope: GrantScope
    /// The verb.
    public var verb: GrantVerb

    public init(effect: GrantEffect, principal: String, scope: GrantScope, verb: GrantVerb) {
        self.effect = effect
        self.principal = principal
        self.scope = scope
        self.verb = verb
    }
}

/// Result of `acl.grants.preview`.
public struct AclGrantsPreviewResult: Codable, Hashable, Sendable {
    /// Whether there were more than are looked at.
    public var isPartial: Bool
    /// The latest of those it would have answered, at most 20.
    public var matched: [PreviewMatch]
    /// How many were looked at: those of this principal.
    public var nLooked: Int64
    /// How many of them it would have answered.
    public var nMatched: Int64
    /// Since when permission requests were looked at.
    public var since: Timestamp

    public init(isPartial: Bool, matched: [PreviewMatch], nLooked: Int64, nMatched: Int64, since: Timestamp) {
        self.isPartial = isPartial
        self.matched = matched
        self.nLooked = nLooked
        self.nMatched = nMatched
        self.since = since
    }
}

/// Input of `acl.grants.revoke`.
public struct AclGrantsRevokeParams: Codable, Hashable, Sendable {
    /// The grant: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `acl.grants.create` and `acl.grants.revoke`.
public struct AclGrantsRevokeResult: Codable, Hashable, Sendable {
    /// The grant as it stands now.
    public var grant: Grant

    public init(grant: Grant) {
        self.grant = grant
    }
}

/// Input of `acl.grants.show`.
public struct AclGrantsShowParams: Codable, Hashable, Sendable {
    /// The grant: its id, an unambiguous beginning of it, or `@last`.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Result of `acl.grants.show`.
public struct AclGrantsShowResult: Codable, Hashable, Sendable {
    /// The grant.
    public var grant: Grant
    /// What happened to it, the latest first.
    public var log: [GrantLogItem]
    /// How many decisions rested on it.
    public var nUses: UInt64

    public init(grant: Grant, log: [GrantLogItem], nUses: UInt64) {
        self.grant = grant
        self.log = log
        self.nUses = nUses
    }
}
/// Input of `acl.policies.list`.
public struct AclPoliciesListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `acl.policies.list`.
public struct AclPoliciesListResult: Codable, Hashable, Sendable {
    /// Counts the changes of what is in force since the daemon started.
    public var epoch: UInt64
    /// The folder where a person's own policies lie.
    public var folder: String
    /// The policies in force, the built-in ones first.
    public var policies: [PolicyItem]

    public init(epoch: UInt64, folder: String, policies: [PolicyItem]) {
        self.epoch = epoch
        self.folder = folder
        self.policies = policies
    }
}

/// Input of `acl.policies.show`.
public struct AclPoliciesShowParams: Codable, Hashable, Sendable {
    /// The policy's id.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Result of `acl.policies.show`.
public struct AclPoliciesShowResult: Codable, Hashable, Sendable {
    /// The policy.
    public var policy: PolicyItem
    /// Its text.
    public var text: String

    public init(policy: PolicyItem, text: String) {
        self.policy = policy
        self.text = text
    }
}

/// Input of `acl.policies.validate`.
public struct AclPoliciesValidateParams: Codable, Hashable, Sendable {
    /// Policies to check beside the built-in ones, in Cedar; left out, the files in `state/acl`
    /// are checked.
    public var text: String?

    public init(text: String? = nil) {
        self.text = text
    }
}

/// Result of `acl.policies.validate`.
public struct AclPoliciesValidateResult: Codable, Hashable, Sendable {
    /// What is wrong; empty when they are valid.
    public var findings: [PolicyFinding]
    /// Whether they could be put in force.
    public var isValid: Bool

    public init(findings: [PolicyFinding], isValid: Bool) {
        self.findings = findings
        self.isValid = isValid
    }
}

/// Input of `acl.requests.approve`.
public struct AclRequestsApproveParams: Codable, Hashable, Sendable {
    /// Said to the model.
    public var comment: String?
    /// The digest of the action that was shown. With it, a decision can never land on another
    /// action than the one the person saw.
    public var digest: String?
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Where an approval for longer than once holds.
    public var place: StandingPlace?
    /// What a paired device signed.
    public var signature: AnswerSignature?
    /// For how long it is allowed.
    public var span: ApproveSpan?

    public init(comment: String? = nil, digest: String? = nil, id: String, idempotencyKey: String, place: StandingPlace? = nil, signature: AnswerSignature? = nil, span: ApproveSpan? = nil) {
        self.comment = comment
        self.digest = digest
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.place = place
        self.signature = signature
        self.span = span
    }
}

/// Result of the commands about a permission request.
public struct AclRequestsApproveResult: Codable, Hashable, Sendable {
    /// The permission request as it stands now.
    public var request: PermissionRequest

    public init(request: PermissionRequest) {
        self.request = request
    }
}

/// Input of `acl.requests.deny`.
public struct AclRequestsDenyParams: Codable, Hashable, Sendable {
    /// Whether the like of it is denied from now on.
    public var always: Bool?
    /// Said to the model.
    public var comment: String?
    /// The digest of the action that was shown.
    public var digest: String?
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Where a denial for good holds.
    public var place: StandingPlace?
    /// What a paired device signed.
    public var signature: AnswerSignature?

    public init(always: Bool? = nil, comment: String? = nil, digest: String? = nil, id: String, idempotencyKey: String, place: StandingPlace? = nil, signature: AnswerSignature? = nil) {
        self.always = always
        self.comment = comment
        self.digest = digest
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.place = place
        self.signature = signature
    }
}

/// Result of the commands about a permission request.
public struct AclRequestsDenyResult: Codable, Hashable, Sendable {
    /// The permission request as it stands now.
    public var request: PermissionRequest

    public init(request: PermissionRequest) {
        self.request = request
    }
}

/// Input of `acl.requests.seen` and `acl.requests.extend`.
public struct AclRequestsExtendParams: Codable, Hashable, Sendable {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of the commands about a permission request.
public struct AclRequestsExtendResult: Codable, Hashable, Sendable {
    /// The permission request as it stands now.
    public var request: PermissionRequest

    public init(request: PermissionRequest) {
        self.request = request
    }
}

/// Input of `acl.requests.list`.
public struct AclRequestsListParams: Codable, Hashable, Sendable {
    /// Also those that were decided, the latest first after the pending ones.
    public var includeResolved: Bool?
    /// Items on the page.
    public var limit: Int64?
    /// Only those of this session.
    public var sessionKey: SessionKey?

    public init(includeResolved: Bool? = nil, limit: Int64? = nil, sessionKey: SessionKey? = nil) {
        self.includeResolved = includeResolved
        self.limit = limit
        self.sessionKey = sessionKey
    }
}

/// Result of `acl.requests.list`.
public struct AclRequestsListResult: Codable, Hashable, Sendable {
    /// The permission requests.
    public var requests: [PermissionRequest]

    public init(requests: [PermissionRequest]) {
        self.requests = requests
    }
}

/// Input of `acl.requests.seen` and `acl.requests.extend`.
public struct AclRequestsSeenParams: Codable, Hashable, Sendable {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of the commands about a permission request.
public struct AclRequestsSeenResult: Codable, Hashable, Sendable {
    /// The permission request as it stands now.
    public var request: PermissionRequest

    public init(request: PermissionRequest) {
        self.request = request
    }
}

/// Input of `acl.requests.show`.
public struct AclRequestsShowParams: Codable, Hashable, Sendable {
    /// The permission request: its id, an unambiguous beginning of it, or `@last`.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Result of `acl.requests.show`.
public struct AclRequestsShowResult: Codable, Hashable, Sendable {
    /// The permission request.
    public var request: PermissionRequest

    public init(request: PermissionRequest) {
        self.request = request
    }
}

/// Input of `acl.test`.
public struct AclTestParams: Codable, Hashable, Sendable {
    /// The cases.
    public var cases: [TestCase]

    public init(cases: [TestCase]) {
        self.cases = cases
    }
}

/// Result of `acl.test`.
public struct AclTestResult: Codable, Hashable, Sendable {
    /// Whether all went as expected.
    public var hasPassed: Bool
    /// The cases, in their order.
    public var outcomes: [TestOutcome]

    public init(hasPassed: Bool, outcomes: [TestOutcome]) {
        self.hasPassed = hasPassed
        self.outcomes = outcomes
    }
}

/// Input of `acl.whoCan`.
public struct AclWhoCanParams: Codable, Hashable, Sendable {
    /// What would be done.
    public var question: Question

    public init(question: Question) {
        self.question = question
    }
}

/// Result of `acl.whoCan`.
public struct AclWhoCanResult: Codable, Hashable, Sendable {
    /// The owner, every agent, one of each other kind of principal, and everybody who has a grant.
    public var items: [WhoCanItem]

    public init(items: [WhoCanItem]) {
        self.items = items
    }
}

/// Hours of the day in which a job runs.
public struct ActiveHours: Codable, Hashable, Sendable {
    /// From this time of day on, such as `08:00`.
    public var from: String
    /// IANA name of the time zone in which that is meant.
    public var timeZone: String
    /// Until before this time of day, such as `22:00`; earlier than `from` for a night.
    public var to: String

    public init(from: String, timeZone: String, to: String) {
        self.from = from
        self.timeZone = timeZone
        self.to = to
    }

    enum CodingKeys: String, CodingKey {
        case from = "from"
        case timeZone = "time_zone"
        case to = "to"
    }
}

/// How far an adapter is confined, as far as this machine enforces it.
public struct AdapterConfinement: Codable, Hashable, Sendable {
    /// What is not enforced here, one sentence each.
    public var gaps: [String]
    /// What it may reach, one sentence each.
    public var may: [String]
    /// `full`, `partial` or `none`.
    public var posture: String

    public init(gaps: [String], may: [String], posture: String) {
        self.gaps = gaps
        self.may = may
        self.posture = posture
    }
}

/// The adapters in numbers.
public struct AdapterCounts: Codable, Hashable, Sendable {
    /// In trouble.
    public var errored: UInt64
    /// Running.
    public var running: UInt64
    /// Configured.
    public var total: UInt64

    public init(errored: UInt64, running: UInt64, total: UInt64) {
        self.errored = errored
        self.running = running
        self.total = total
    }
}

/// How an adapter ended.
public struct AdapterExit: Codable, Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// Why, in a sentence.
    public var reason: String
    /// The last lines it wrote to stderr.
    public var stderr: [String]

    public init(at: Timestamp, reason: String, stderr: [String]) {
        self.at = at
        self.reason = reason
        self.stderr = stderr
    }
}

/// What an adapter says about itself in answer to `hello`.
public struct AdapterFacts: Codable, Hashable, Sendable {
    /// The channel it bridges.
    public var channel: String
    /// Shortest time between two edits of one message, in milliseconds; 1,000 unless given.
    public var editMsMin: Int64?
    /// Whether sending twice with one idempotency key sends once.
    public var hasIdempotentSends: Bool
    /// Its name.
    public var name: String
    /// Contract version it speaks.
    public var `protocol`: Int64
    /// What it can do.
    public var supports: [Ability]
    /// Longest text of one message.
    public var textCharsMax: Int64?
    /// Its version.
    public var version: String

    public init(channel: String, editMsMin: Int64? = nil, hasIdempotentSends: Bool, name: String, `protocol`: Int64, supports: [Ability], textCharsMax: Int64? = nil, version: String) {
        self.channel = channel
        self.editMsMin = editMsMin
        self.hasIdempotentSends = hasIdempotentSends
        self.name = name
        self.protocol = `protocol`
        self.supports = supports
        self.textCharsMax = textCharsMax
        self.version = version
    }

    enum CodingKeys: String, CodingKey {
        case channel = "channel"
        case editMsMin = "edit_ms_min"
        case hasIdempotentSends = "has_idempotent_sends"
        case name = "name"
        case `protocol` = "protocol"
        case supports = "supports"
        case textCharsMax = "text_chars_max"
        case version = "version"
    }
}
/// The states of an adapter.
public struct AdapterState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Not wanted, not there.
    public static let stopped = AdapterState(rawValue: "stopped")
    /// Spawned; has not answered `hello`.
    public static let starting = AdapterState(rawValue: "starting")
    /// At work.
    public static let running = AdapterState(rawValue: "running")
    /// At work, but not well.
    public static let degraded = AdapterState(rawValue: "degraded")
    /// The machine sleeps or has just woken: nothing is given to it before it was heard again.
    public static let suspended = AdapterState(rawValue: "suspended")
    /// Ended by itself; will be started again.
    public static let backingOff = AdapterState(rawValue: "backing_off")
    /// Given up, until somebody starts it again or changes its settings.
    public static let failed = AdapterState(rawValue: "failed")
    /// Asked to end; has not yet.
    public static let draining = AdapterState(rawValue: "draining")
}

/// How an adapter stands.
public struct AdapterView: Codable, Hashable, Sendable {
    /// The account it serves.
    public var account: String
    /// The channel it bridges, once it has said so.
    public var channel: String?
    /// How it ended last.
    public var lastExit: AdapterExit?
    /// How often it ended soon after its start, without a good run in between.
    public var nQuickExits: Int64
    /// Its name in nexus.toml.
    public var name: String
    /// Its process, while there is one.
    public var pid: Int64?
    /// Why it is in this state; empty when there is nothing to say.
    public var reason: String
    /// When it will be started again.
    public var retryAt: Timestamp?
    /// Since when.
    public var since: Timestamp
    /// Its state.
    public var state: AdapterState

    public init(account: String, channel: String? = nil, lastExit: AdapterExit? = nil, nQuickExits: Int64, name: String, pid: Int64? = nil, reason: String, retryAt: Timestamp? = nil, since: Timestamp, state: AdapterState) {
        self.account = account
        self.channel = channel
        self.lastExit = lastExit
        self.nQuickExits = nQuickExits
        self.name = name
        self.pid = pid
        self.reason = reason
        self.retryAt = retryAt
        self.since = since
        self.state = state
    }
}

/// Input of `adapters.accounts.add`.
public struct AdaptersAccountsAddParams: Codable, Hashable, Sendable {
    /// The account, when its id is known before.
    public var account: String?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The adapter's name in nexus.toml.
    public var name: String

    public init(account: String? = nil, idempotencyKey: String, name: String) {
        self.account = account
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of `adapters.accounts.list`.
public struct AdaptersAccountsAddResult: Codable, Hashable, Sendable {
    /// Its accounts.
    public var accounts: [Account]

    public init(accounts: [Account]) {
        self.accounts = accounts
    }
}

/// Input of the queries about one adapter.
public struct AdaptersAccountsListParams: Codable, Hashable, Sendable {
    /// Its name in nexus.toml.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Result of `adapters.accounts.list`.
public struct AdaptersAccountsListResult: Codable, Hashable, Sendable {
    /// Its accounts.
    public var accounts: [Account]

    public init(accounts: [Account]) {
        self.accounts = accounts
    }
}

/// Input of `adapters.add`.
public struct AdaptersAddParams: Codable, Hashable, Sendable {
    /// The account it serves; `main` when left out.
    public var account: String?
    /// Program and arguments. No secret belongs here.
    public var command: [String]
    /// Where its credential is, as a pointer.
    public var credential: String?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The name it gets.
    public var name: String
    /// Its own settings.
    public var settings: JSONValue?

    public init(account: String? = nil, command: [String], credential: String? = nil, idempotencyKey: String, name: String, settings: JSONValue? = nil) {
        self.account = account
        self.command = command
        self.credential = credential
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.settings = settings
    }
}

/// Result of the commands about one adapter.
public struct AdaptersAddResult: Codable, Hashable, Sendable {
    /// How it stands now.
    public var adapter: AdapterView

    public init(adapter: AdapterView) {
        self.adapter = adapter
    }
}

/// Input of `adapters.backfill`.
public struct AdaptersBackfillParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Most messages in all.
    public var limit: Int64?
    /// The adapter's name in nexus.toml.
    public var name: String
    /// One conversation; all when left out.
    public var peer: String?
    /// Nothing older than this.
    public var since: Timestamp?

    public init(idempotencyKey: String, limit: Int64? = nil, name: String, peer: String? = nil, since: Timestamp? = nil) {
        self.idempotencyKey = idempotencyKey
        self.limit = limit
        self.name = name
        self.peer = peer
        self.since = since
    }
}

/// Result of `adapters.backfill`.
public struct AdaptersBackfillResult: Codable, Hashable, Sendable {
    /// Whether there are more.
    public var hasMore: Bool
    /// Messages that were known.
    public var nKnown: Int64
    /// Messages that were recorded now; nothing ran.
    public var nRecorded: Int64
    /// Messages that were refused, as for another account.
    public var nRefused: Int64

    public init(hasMore: Bool, nKnown: Int64, nRecorded: Int64, nRefused: Int64) {
        self.hasMore = hasMore
        self.nKnown = nKnown
        self.nRecorded = nRecorded
        self.nRefused = nRefused
    }
}

/// Input of the queries about one adapter.
public struct AdaptersHealthParams: Codable, Hashable, Sendable {
    /// Its name in nexus.toml.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Result of `adapters.health`.
public struct AdaptersHealthResult: Codable, Hashable, Sendable {
    /// Why not, for people.
    public var detail: String
    /// Whether it is well and reaches the outside.
    public var isHealthy: Bool
    /// Its name.
    public var name: String
    /// How long it took to answer, in milliseconds.
    public var tookMs: UInt64

    public init(detail: String, isHealthy: Bool, name: String, tookMs: UInt64) {
        self.detail = detail
        self.isHealthy = isHealthy
        self.name = name
        self.tookMs = tookMs
    }
}

/// Input of the queries about one adapter.
public struct AdaptersInfoParams: Codable, Hashable, Sendable {
    /// Its name in nexus.toml.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Result of `adapters.info`.
public struct AdaptersInfoResult: Codable, Hashable, Sendable {
    /// How it stands.
    public var adapter: AdapterView
    /// Program and arguments.
    public var command: [String]
    /// How far it is confined.
    public var confinement: AdapterConfinement
    /// Where its credential is, as a pointer.
    public var credential: String?
    /// What it said in answer to `hello`.
    public var facts: AdapterFacts?
    /// Its own folder.
    public var folder: String
    /// Its log.
    public var log: String
    /// Its manifest, if it has one.
    public var manifest: Manifest?
    /// The last lines it wrote to stderr in this run.
    public var stderr: [String]

    public init(adapter: AdapterView, command: [String], confinement: AdapterConfinement, credential: String? = nil, facts: AdapterFacts? = nil, folder: String, log: String, manifest: Manifest? = nil, stderr: [String]) {
        self.adapter = adapter
        self.command = command
        self.confinement = confinement
        self.credential = credential
        self.facts = facts
        self.folder = folder
        self.log = log
        self.manifest = manifest
        self.stderr = stderr
    }
}
/// Input of `adapters.list`.
public struct AdaptersListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `adapters.list`.
public struct AdaptersListResult: Codable, Hashable, Sendable {
    /// All that are configured, by name.
    public var adapters: [AdapterView]

    public init(adapters: [AdapterView]) {
        self.adapters = adapters
    }
}

/// Input of `adapters.logs`.
public struct AdaptersLogsParams: Codable, Hashable, Sendable {
    /// How many lines from the end.
    public var lines: Int64?
    /// Its name in nexus.toml.
    public var name: String

    public init(lines: Int64? = nil, name: String) {
        self.lines = lines
        self.name = name
    }
}

/// Result of `adapters.logs`.
public struct AdaptersLogsResult: Codable, Hashable, Sendable {
    /// The lines, the oldest first: time, source and text.
    public var lines: [String]
    /// The file.
    public var path: String

    public init(lines: [String], path: String) {
        self.lines = lines
        self.path = path
    }
}

/// Input of the commands about one adapter.
public struct AdaptersRemoveParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name in nexus.toml.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of `adapters.remove`.
public struct AdaptersRemoveResult: Codable, Hashable, Sendable {
    /// Its folder, which stays.
    public var folder: String

    public init(folder: String) {
        self.folder = folder
    }
}

/// Input of the commands about one adapter.
public struct AdaptersRestartParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name in nexus.toml.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of the commands about one adapter.
public struct AdaptersRestartResult: Codable, Hashable, Sendable {
    /// How it stands now.
    public var adapter: AdapterView

    public init(adapter: AdapterView) {
        self.adapter = adapter
    }
}

/// Input of the commands about one adapter.
public struct AdaptersStartParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name in nexus.toml.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of the commands about one adapter.
public struct AdaptersStartResult: Codable, Hashable, Sendable {
    /// How it stands now.
    public var adapter: AdapterView

    public init(adapter: AdapterView) {
        self.adapter = adapter
    }
}

/// Input of the commands about one adapter.
public struct AdaptersStopParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name in nexus.toml.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of the commands about one adapter.
public struct AdaptersStopResult: Codable, Hashable, Sendable {
    /// How it stands now.
    public var adapter: AdapterView

    public init(adapter: AdapterView) {
        self.adapter = adapter
    }
}

/// Why a run failed, for people and programs.
public struct AgentError: Codable, Hashable, Sendable {
    /// How to mend it.
    public var hint: String?
    /// Whether the same may succeed later.
    public var isRetryable: Bool
    /// The kind.
    public var kind: AgentErrorKind
    /// What happened, in a plain sentence.
    public var message: String

    public init(hint: String? = nil, isRetryable: Bool, kind: AgentErrorKind, message: String) {
        self.hint = hint
        self.isRetryable = isRetryable
        self.kind = kind
        self.message = message
    }

    enum CodingKeys: String, CodingKey {
        case hint = "hint"
        case isRetryable = "is_retryable"
        case kind = "kind"
        case message = "message"
    }
}
/// What a failed run failed of.
public struct AgentErrorKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The conversation no longer fits the model.
    public static let contextOverflow = AgentErrorKind(rawValue: "context_overflow")
    /// The provider refused our credential.
    public static let authFailure = AgentErrorKind(rawValue: "auth_failure")
    /// The provider limits us.
    public static let rateLimit = AgentErrorKind(rawValue: "rate_limit")
    /// The provider failed or answered nonsense.
    public static let modelError = AgentErrorKind(rawValue: "model_error")
    /// Nothing came for too long.
    public static let timeout = AgentErrorKind(rawValue: "timeout")
    /// The history could not be summarized.
    public static let compactionFailure = AgentErrorKind(rawValue: "compaction_failure")
    /// A budget has no room for the call.
    public static let budgetExhausted = AgentErrorKind(rawValue: "budget_exhausted")
    /// The daemon itself failed.
    public static let `internal` = AgentErrorKind(rawValue: "internal")
}

/// An agent as it stands.
public struct AgentFacts: Codable, Hashable, Sendable {
    /// Agents right beneath it.
    public var childCount: UInt64
    /// Constraints that its prompt always shows.
    public var constraints: [String]
    /// When it was made.
    public var createdAt: Timestamp?
    /// For whom it works, if it was made for somebody.
    public var creator: Principal?
    /// The folder it works in.
    public var cwd: String
    /// Agents above it.
    public var depth: UInt64
    /// Tools that were taken from it.
    public var disabledTools: [String]
    /// Whether it is told something of its own.
    public var hasSystemPrompt: Bool
    /// Its name.
    public var id: AgentId
    /// Whether it is at work there.
    public var isBusy: Bool
    /// Whether it stands in nexus.toml; others were made while the daemon ran.
    public var isConfigured: Bool
    /// Whether it ends with the daemon.
    public var isTemp: Bool
    /// When something last happened in its conversation.
    public var lastActionAt: Timestamp?
    /// How its last turn there ended; nothing while it is at work or has not begun.
    public var lastTurn: TurnEnd?
    /// Its limits per turn.
    public var limits: RunLimits
    /// Messages in it.
    public var messageCount: UInt64
    /// Models in order of preference; none for the one that is in use anyway.
    public var models: [String]
    /// The agent above it.
    public var parentAgentId: AgentId?
    /// Its preset, by name.
    public var preset: String
    /// Its own conversation.
    public var sessionKey: SessionKey
    /// Tools it is offered.
    public var tools: [String]
    /// What it may write, relative to its folder; nothing stands for all of it where the preset
    /// gives that, and for nothing where it does not.
    public var writePaths: [String]

    public init(childCount: UInt64, constraints: [String], createdAt: Timestamp? = nil, creator: Principal? = nil, cwd: String, depth: UInt64, disabledTools: [String], hasSystemPrompt: Bool, id: AgentId, isBusy: Bool, isConfigured: Bool, isTemp: Bool, lastActionAt: Timestamp? = nil, lastTurn: TurnEnd? = nil, limits: RunLimits, messageCount: UInt64, models: [String], parentAgentId: AgentId? = nil, preset: String, sessionKey: SessionKey, tools: [String], writePaths: [String]) {
        self.childCount = childCount
        self.constraints = constraints
        self.createdAt = createdAt
        self.creator = creator
        self.cwd = cwd
        self.depth = depth
        self.disabledTools = disabledTools
        self.hasSystemPrompt = hasSystemPrompt
        self.id = id
        self.isBusy = isBusy
        self.isConfigured = isConfigured
        self.isTemp = isTemp
        self.lastActionAt = lastActionAt
        self.lastTurn = lastTurn
        self.limits = limits
        self.messageCount = messageCount
        self.models = models
        self.parentAgentId = parentAgentId
        self.preset = preset
        self.sessionKey = sessionKey
        self.tools = tools
        self.writePaths = writePaths
    }

    enum CodingKeys: String, CodingKey {
        case childCount = "child_count"
        case constraints = "constraints"
        case createdAt = "created_at"
        case creator = "creator"
        case cwd = "cwd"
        case depth = "depth"
        case disabledTools = "disabled_tools"
        case hasSystemPrompt = "has_system_prompt"
        case id = "id"
        case isBusy = "is_busy"
        case isConfigured = "is_configured"
        case isTemp = "is_temp"
        case lastActionAt = "last_action_at"
        case lastTurn = "last_turn"
        case limits = "limits"
        case messageCount = "message_count"
        case models = "models"
        case parentAgentId = "parent_agent_id"
        case preset = "preset"
        case sessionKey = "session_key"
        case tools = "tools"
        case writePaths = "write_paths"
    }
}

/// A file, without its text.
public struct AgentFile: Codable, Hashable, Sendable {
    /// When it was changed last.
    public var changedAt: Timestamp?
    /// Its name.
    public var name: AgentFileName
    /// Its size in bytes; none when there is no such file yet.
    public var sizeBytes: UInt64?

    public init(changedAt: Timestamp? = nil, name: AgentFileName, sizeBytes: UInt64? = nil) {
        self.changedAt = changedAt
        self.name = name
        self.sizeBytes = sizeBytes
    }
}
/// A file of an agent. No other has a meaning, so no other can be named.
public struct AgentFileName: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Who the agent is.
    public static let iDENTITYMd = AgentFileName(rawValue: "IDENTITY.md")
    /// How it speaks.
    public static let sOULMd = AgentFileName(rawValue: "SOUL.md")
}
/// The name of an agent: a letter or digit, then up to 61 letters, digits, `.`, `_` or `-`;
/// a leading dot marks a temporary agent.
public typealias AgentId = String

/// Input of `agent`.
public struct AgentParams: Codable, Hashable, Sendable {
    /// The agent; the session's own when left out.
    public var agentId: AgentId?
    /// Lets the command be repeated safely: the same key is the same message.
    public var idempotencyKey: String
    /// What the person says.
    public var message: String
    /// How to queue when the session is busy.
    public var queueMode: QueueMode?
    /// The session; the owner's main one when left out.
    public var sessionKey: SessionKey?
    /// Most model replies of this run; at most what the agent is limited to anyway.
    public var stepsMax: Int64?
    /// The class of models for this run.
    public var tier: Tier?

    public init(agentId: AgentId? = nil, idempotencyKey: String, message: String, queueMode: QueueMode? = nil, sessionKey: SessionKey? = nil, stepsMax: Int64? = nil, tier: Tier? = nil) {
        self.agentId = agentId
        self.idempotencyKey = idempotencyKey
        self.message = message
        self.queueMode = queueMode
        self.sessionKey = sessionKey
        self.stepsMax = stepsMax
        self.tier = tier
    }
}

/// Result of `agent`, sent twice on the same id.
public struct AgentResult: Codable, Hashable, Sendable {
    /// Whether this key had been used before; then nothing new runs.
    public var isDuplicate: Bool
    /// How the request ended.
    public var requestStatus: RequestStatus?
    /// The run, which is the request.
    public var runId: RequestId
    /// The session, once it is known.
    public var sessionKey: SessionKey?
    /// How it stands.
    public var status: RunStatus
    /// The reply, or why there is none.
    public var summary: String?
    /// How the turn ended, when there was one.
    public var turn: TurnEnd?
    /// The turn, once there is one.
    public var turnId: TurnId?

    public init(isDuplicate: Bool, requestStatus: RequestStatus? = nil, runId: RequestId, sessionKey: SessionKey? = nil, status: RunStatus, summary: String? = nil, turn: TurnEnd? = nil, turnId: TurnId? = nil) {
        self.isDuplicate = isDuplicate
        self.requestStatus = requestStatus
        self.runId = runId
        self.sessionKey = sessionKey
        self.status = status
        self.summary = summary
        self.turn = turn
        self.turnId = turnId
    }
}

/// Input of `agent.wait`.
public struct AgentWaitParams: Codable, Hashable, Sendable {
    /// The run.
    public var runId: RequestId
    /// Longest wait, in milliseconds; then the answer says how the run stands.
    public var timeoutMs: UInt64?

    public init(runId: RequestId, timeoutMs: UInt64? = nil) {
        self.runId = runId
        self.timeoutMs = timeoutMs
    }
}

/// Result of `agent`, sent twice on the same id.
public struct AgentWaitResult: Codable, Hashable, Sendable {
    /// Whether this key had been used before; then nothing new runs.
    public var isDuplicate: Bool
    /// How the request ended.
    public var requestStatus: RequestStatus?
    /// The run, which is the request.
    public var runId: RequestId
    /// The session, once it is known.
    public var sessionKey: SessionKey?
    /// How it stands.
    public var status: RunStatus
    /// The reply, or why there is none.
    public var summary: String?
    /// How the turn ended, when there was one.
    public var turn: TurnEnd?
    /// The turn, once there is one.
    public var turnId: TurnId?

    public init(isDuplicate: Bool, requestStatus: RequestStatus? = nil, runId: RequestId, sessionKey: SessionKey? = nil, status: RunStatus, summary: String? = nil, turn: TurnEnd? = nil, turnId: TurnId? = nil) {
        self.isDuplicate = isDuplicate
        self.requestStatus = requestStatus
        self.runId = runId
        self.sessionKey = sessionKey
        self.status = status
        self.summary = summary
        self.turn = turn
        self.turnId = turnId
    }
}

/// Input of `agents.context`.
public struct AgentsContextParams: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId

    public init(agentId: AgentId) {
        self.agentId = agentId
    }
}

/// Result of `agents.context`: what the next call of the agent's own conversation would send to
/// its model, in estimated tokens.
public struct AgentsContextResult: Codable, Hashable, Sendable {
    /// Tokens that fit into a call of its model.
    public var budgetTokens: UInt64
    /// Whether a summary stands for earlier messages.
    public var hasSummary: Bool
    /// Whether the agent is told something of its own.
    public var hasSystemPrompt: Bool
    /// Messages in the conversation, those that a summary stands for included.
    public var messageCount: UInt64
    /// Tokens of messages and summary.
    public var messageTokens: UInt64
    /// Tokens of the system prompt.
    public var systemTokens: UInt64
    /// Tokens of the tools.
    public var toolTokens: UInt64

    public init(budgetTokens: UInt64, hasSummary: Bool, hasSystemPrompt: Bool, messageCount: UInt64, messageTokens: UInt64, systemTokens: UInt64, toolTokens: UInt64) {
        self.budgetTokens = budgetTokens
        self.hasSummary = hasSummary
        self.hasSystemPrompt = hasSystemPrompt
        self.messageCount = messageCount
        self.messageTokens = messageTokens
        self.systemTokens = systemTokens
        self.toolTokens = toolTokens
    }
}

/// Input of `agents.create`.
public struct AgentsCreateParams: Codable, Hashable, Sendable {
    /// Its name; eight hexadecimal digits when left out.
    public var agentId: AgentId?
    /// Folders and files it may write, within its folder. Without any, one that is `sandboxed` or
    /// a `worker` writes nothing.
    public var allowedWritePaths: [String]?
    /// The folder it works in: absolute, existing, within its parent's. That of its parent, or one
    /// of its own, when left out.
    public var cwd: String?
    /// Tools it does not get.
    public var disableTools: [String]?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Whether it ends with the daemon and is never saved; its name is `.1`, `.2` and so on then.
    public var isTemp: Bool?
    /// Its model, as `provider/model`; that of its parent when left out.
    public var model: String?
    /// The agent above it, which it can never go beyond.
    public var parentAgentId: AgentId?
    /// How far it may go: `trusted`, `worker`, or `sandboxed`, which it is when left out.
    public var preset: String?
    /// What it is told to be.
    public var systemPrompt: String?

    public init(agentId: AgentId? = nil, allowedWritePaths: [String]? = nil, cwd: String? = nil, disableTools: [String]? = nil, idempotencyKey: String, isTemp: Bool? = nil, model: String? = nil, parentAgentId: AgentId? = nil, preset: String? = nil, systemPrompt: String? = nil) {
        self.agentId = agentId
        self.allowedWritePaths = allowedWritePaths
        self.cwd = cwd
        self.disableTools = disableTools
        self.idempotencyKey = idempotencyKey
        self.isTemp = isTemp
        self.model = model
        self.parentAgentId = parentAgentId
        self.preset = preset
        self.systemPrompt = systemPrompt
    }
}

/// Result of `agents.create` and `agents.update`.
public struct AgentsCreateResult: Codable, Hashable, Sendable {
    /// The agent as it is now.
    public var agent: AgentFacts

    public init(agent: AgentFacts) {
        self.agent = agent
    }
}

/// Input of `agents.delete`.
public struct AgentsDeleteParams: Codable, Hashable, Sendable {
    /// The agent; one that was made.
    public var agentId: AgentId
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(agentId: AgentId, idempotencyKey: String) {
        self.agentId = agentId
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `agents.delete`.
public struct AgentsDeleteResult: Codable, Hashable, Sendable {
    /// The agents that are gone: this one and everything beneath it, the lowest first.
    public var deleted: [AgentId]
    /// Requests that were stopped for it.
    public var nStopped: UInt64

    public init(deleted: [AgentId], nStopped: UInt64) {
        self.deleted = deleted
        self.nStopped = nStopped
    }
}

/// Input of `agents.files.get`.
public struct AgentsFilesGetParams: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId
    /// The file.
    public var name: AgentFileName

    public init(agentId: AgentId, name: AgentFileName) {
        self.agentId = agentId
        self.name = name
    }
}

/// Result of `agents.files.get`.
public struct AgentsFilesGetResult: Codable, Hashable, Sendable {
    /// SHA-256 of the text, lower-case hex; what `agents.files.set` takes as `was`.
    public var digest: String
    /// The file.
    public var file: AgentFile
    /// Its text; empty when there is no such file yet.
    public var text: String

    public init(digest: String, file: AgentFile, text: String) {
        self.digest = digest
        self.file = file
        self.text = text
    }
}

/// Input of `agents.files.list`.
public struct AgentsFilesListParams: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId

    public init(agentId: AgentId) {
        self.agentId = agentId
    }
}

/// Result of `agents.files.list`.
public struct AgentsFilesListResult: Codable, Hashable, Sendable {
    /// Every file there can be.
    public var files: [AgentFile]
    /// The agent's folder on the machine of the daemon.
    public var folder: String

    public init(files: [AgentFile], folder: String) {
        self.files = files
        self.folder = folder
    }
}

/// Input of `agents.files.set`.
public struct AgentsFilesSetParams: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The file.
    public var name: AgentFileName
    /// Its new text, at most 16 KiB.
    public var text: String
    /// The digest that `agents.files.get` gave: if the file is another one by now, nothing is
    /// changed.
    public var was: String?

    public init(agentId: AgentId, idempotencyKey: String, name: AgentFileName, text: String, was: String? = nil) {
        self.agentId = agentId
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.text = text
        self.was = was
    }
}

/// Result of `agents.files.set`.
public struct AgentsFilesSetResult: Codable, Hashable, Sendable {
    /// SHA-256 of its text, lower-case hex.
    public var digest: String
    /// The file as it is now.
    public var file: AgentFile

    public init(digest: String, file: AgentFile) {
        self.digest = digest
        self.file = file
    }
}

/// Input of `agents.get`.
public struct AgentsGetParams: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId

    public init(agentId: AgentId) {
        self.agentId = agentId
    }
}

/// Result of `agents.get`.
public struct AgentsGetResult: Codable, Hashable, Sendable {
    /// The agent.
    public var agent: AgentFacts
    /// The agents right beneath it.
    public var children: [AgentId]
    /// What it was told to be when it was made.
    public var systemPrompt: String?

    public init(agent: AgentFacts, children: [AgentId], systemPrompt: String? = nil) {
        self.agent = agent
        self.children = children
        self.systemPrompt = systemPrompt
    }
}
/// Input of `agents.list`.
public struct AgentsListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `agents.list`.
public struct AgentsListResult: Codable, Hashable, Sendable {
    /// All of them: those of the configuration first, then the others by age.
    public var agents: [AgentFacts]
    /// The agent that answers when none is named.
    public var defaultAgent: AgentId

    public init(agents: [AgentFacts], defaultAgent: AgentId) {
        self.agents = agents
        self.defaultAgent = defaultAgent
    }
}

/// Input of `agents.update`; what is left out stays.
public struct AgentsUpdateParams: Codable, Hashable, Sendable {
    /// The agent; one that was made.
    public var agentId: AgentId
    /// What it may write.
    public var allowedWritePaths: [String]?
    /// Tools it does not have.
    public var disableTools: [String]?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its model; empty for that of its parent.
    public var model: String?
    /// How far it may go.
    public var preset: String?
    /// What it is told to be; empty for nothing.
    public var systemPrompt: String?

    public init(agentId: AgentId, allowedWritePaths: [String]? = nil, disableTools: [String]? = nil, idempotencyKey: String, model: String? = nil, preset: String? = nil, systemPrompt: String? = nil) {
        self.agentId = agentId
        self.allowedWritePaths = allowedWritePaths
        self.disableTools = disableTools
        self.idempotencyKey = idempotencyKey
        self.model = model
        self.preset = preset
        self.systemPrompt = systemPrompt
    }
}

/// Result of `agents.create` and `agents.update`.
public struct AgentsUpdateResult: Codable, Hashable, Sendable {
    /// The agent as it is now.
    public var agent: AgentFacts

    public init(agent: AgentFacts) {
        self.agent = agent
    }
}

/// An amount of each resource.
public struct Amounts: Codable, Hashable, Sendable {
    /// Millionths of a US dollar.
    public var microUsd: UInt64
    /// Milliseconds.
    public var modelMs: UInt64
    /// Tokens.
    public var tokens: UInt64
    /// Tool calls.
    public var toolCalls: UInt64

    public init(microUsd: UInt64, modelMs: UInt64, tokens: UInt64, toolCalls: UInt64) {
        self.microUsd = microUsd
        self.modelMs = modelMs
        self.tokens = tokens
        self.toolCalls = toolCalls
    }

    enum CodingKeys: String, CodingKey {
        case microUsd = "micro_usd"
        case modelMs = "model_ms"
        case tokens = "tokens"
        case toolCalls = "tool_calls"
    }
}

/// What a paired device signed when it answered. Checked with the device's key before the answer
/// counts, and kept.
public struct AnswerSignature: Codable, Hashable, Sendable {
    /// The id of the device that signed.
    public var device: String
    /// Ed25519 over `nexus-answer-1|request id|approve or deny|digest of the action`, lower-case
    /// hex.
    public var signature: String

    public init(device: String, signature: String) {
        self.device = device
        self.signature = signature
    }
}

/// A key issued to a program, without its value, which nobody keeps.
public struct ApiKey: Codable, Hashable, Sendable {
    /// The agents it may use; all of them when left out.
    public var agents: [AgentId]?
    /// How much may be spent on its account.
    public var budget: KeyBudget?
    /// When it was issued.
    public var createdAt: Timestamp
    /// Who issued it.
    public var createdBy: Principal
    /// When it ends; `None` holds until it is revoked.
    public var expiresAt: Timestamp?
    /// Its id; the principal is `api_key:<id>`.
    public var id: KeyId
    /// What it is for, in a person's words.
    public var label: String
    /// When a connection was last opened with it.
    public var lastUsedAt: Timestamp?
    /// When it was taken back.
    public var revokedAt: Timestamp?
    /// Who took it back.
    public var revokedBy: Principal?
    /// What its holder may ask for at most, by the names of the scopes.
    public var scopes: [String]

    public init(agents: [AgentId]? = nil, budget: KeyBudget? = nil, createdAt: Timestamp, createdBy: Principal, expiresAt: Timestamp? = nil, id: KeyId, label: String, lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil, revokedBy: Principal? = nil, scopes: [String]) {
        self.agents = agents
        self.budget = budget
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.id = id
        self.label = label
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
        self.revokedBy = revokedBy
        self.scopes = scopes
    }

    enum CodingKeys: String, CodingKey {
        case agents = "agents"
        case budget = "budget"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case expiresAt = "expires_at"
        case id = "id"
        case label = "label"
        case lastUsedAt = "last_used_at"
        case revokedAt = "revoked_at"
        case revokedBy = "revoked_by"
        case scopes = "scopes"
    }
}
/// How long an approval holds.
public struct ApproveSpan: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// For this call.
    public static let once = ApproveSpan(rawValue: "once")
    /// For a day.
    public static let day = ApproveSpan(rawValue: "day")
    /// Until it is revoked.
    public static let always = ApproveSpan(rawValue: "always")
}

/// One thing that arrived: the `NexusEvent` of the adapter contract. `(channel, event_id)` names
/// it once and for all; the same pair again is a duplicate and never runs again.
public struct Arrival: Codable, Hashable, Sendable {
    /// Which of our accounts on that channel received it.
    public var accountId: String
    /// Files that came with it.
    public var attachments: [Attachment]?
    /// The outside medium, such as `telegram`; `control` for the control plane itself.
    public var channel: String
    /// The text.
    public var content: String
    /// What kind of content it is.
    public var contentType: ContentType
    /// The source's own id of this event.
    public var eventId: String
    /// Whatever else the source says; never trusted.
    public var metadata: JSONValue?
    /// The conversation it belongs to, in the channel's own terms.
    public var peerId: String
    /// What kind of conversation that is.
    public var peerKind: PeerKind
    /// The message it answers.
    public var replyToId: String?
    /// Who sent it, in the channel's own terms.
    public var senderId: String
    /// The sender's name as shown on the channel.
    public var senderName: String?
    /// The thread inside the conversation.
    public var threadId: String?
    /// When it happened at the source.
    public var timestamp: Timestamp

    public init(accountId: String, attachments: [Attachment]? = nil, channel: String, content: String, contentType: ContentType, eventId: String, metadata: JSONValue? = nil, peerId: String, peerKind: PeerKind, replyToId: String? = nil, senderId: String, senderName: String? = nil, threadId: String? = nil, timestamp: Timestamp) {
        self.accountId = accountId
        self.attachments = attachments
        self.channel = channel
        self.content = content
        self.contentType = contentType
        self.eventId = eventId
        self.metadata = metadata
        self.peerId = peerId
        self.peerKind = peerKind
        self.replyToId = replyToId
        self.senderId = senderId
        self.senderName = senderName
        self.threadId = threadId
        self.timestamp = timestamp
    }

    enum CodingKeys: String, CodingKey {
        case accountId = "account_id"
        case attachments = "attachments"
        case channel = "channel"
        case content = "content"
        case contentType = "content_type"
        case eventId = "event_id"
        case metadata = "metadata"
        case peerId = "peer_id"
        case peerKind = "peer_kind"
        case replyToId = "reply_to_id"
        case senderId = "sender_id"
        case senderName = "sender_name"
        case threadId = "thread_id"
        case timestamp = "timestamp"
    }
}

/// A file that came with an arrival.
public struct Attachment: Codable, Hashable, Sendable {
    /// MIME type.
    public var contentType: String
    /// File name, without a path.
    public var filename: String
    /// The sender's id of the file.
    public var id: String
    /// Where it lies in the spool folder.
    public var path: String?
    /// Size in bytes.
    public var sizeBytes: UInt64?
    /// Where it can be fetched.
    public var url: String?

    public init(contentType: String, filename: String, id: String, path: String? = nil, sizeBytes: UInt64? = nil, url: String? = nil) {
        self.contentType = contentType
        self.filename = filename
        self.id = id
        self.path = path
        self.sizeBytes = sizeBytes
        self.url = url
    }

    enum CodingKeys: String, CodingKey {
        case contentType = "content_type"
        case filename = "filename"
        case id = "id"
        case path = "path"
        case sizeBytes = "size_bytes"
        case url = "url"
    }
}

/// To whom a sender belongs.
public struct Belonging: Codable, Hashable, Sendable {
    /// How sure it is.
    public var confidence: Confidence
    /// The person.
    public var entity: Entity
    /// How it came about.
    public var kind: MappingKind
    /// When it was last changed.
    public var updatedAt: Timestamp

    public init(confidence: Confidence, entity: Entity, kind: MappingKind, updatedAt: Timestamp) {
        self.confidence = confidence
        self.entity = entity
        self.kind = kind
        self.updatedAt = updatedAt
    }

    enum CodingKeys: String, CodingKey {
        case confidence = "confidence"
        case entity = "entity"
        case kind = "kind"
        case updatedAt = "updated_at"
    }
}

/// Input of `blobs.get`.
public struct BlobsGetParams: Codable, Hashable, Sendable {
    /// SHA-256 of the file, lower-case hex.
    public var digest: String
    /// Where to begin, in bytes.
    public var offset: UInt64?

    public init(digest: String, offset: UInt64? = nil) {
        self.digest = digest
        self.offset = offset
    }
}

/// Result of `blobs.get`.
public struct BlobsGetResult: Codable, Hashable, Sendable {
    /// The piece from the offset on, as base64.
    public var data: String
    /// Where the next piece begins; nothing when this was the last.
    public var nextOffset: UInt64?
    /// Size of the whole file in bytes.
    public var sizeBytes: UInt64

    public init(data: String, nextOffset: UInt64? = nil, sizeBytes: UInt64) {
        self.data = data
        self.nextOffset = nextOffset
        self.sizeBytes = sizeBytes
    }
}

/// Input of `blobs.put`.
public struct BlobsPutParams: Codable, Hashable, Sendable {
    /// The piece, as base64; empty to ask how far the file has come.
    public var data: String
    /// SHA-256 of the whole file, lower-case hex.
    public var digest: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Where this piece begins, in bytes. A piece that does not follow what is there already
    /// changes nothing: the answer says where to go on.
    public var offset: UInt64
    /// Size of the whole file in bytes.
    public var sizeBytes: UInt64

    public init(data: String, digest: String, idempotencyKey: String, offset: UInt64, sizeBytes: UInt64) {
        self.data = data
        self.digest = digest
        self.idempotencyKey = idempotencyKey
        self.offset = offset
        self.sizeBytes = sizeBytes
    }
}

/// Result of `blobs.put`.
public struct BlobsPutResult: Codable, Hashable, Sendable {
    /// Whether all of it is there and is what its name says.
    public var isWhole: Bool
    /// How much of the file is there: the offset of the next piece.
    public var receivedBytes: UInt64

    public init(isWhole: Bool, receivedBytes: UInt64) {
        self.isWhole = isWhole
        self.receivedBytes = receivedBytes
    }
}

/// The first row that does not fit.
public struct Broken: Codable, Hashable, Sendable {
    /// Where.
    public var position: UInt64
    /// What is wrong.
    public var reason: String

    public init(position: UInt64, reason: String) {
        self.position = position
        self.reason = reason
    }
}

/// A browser that is signed in.
public struct Browser: Codable, Hashable, Sendable {
    /// Since when the session belongs to a key of the browser. Without one it ends two minutes
    /// after signing in.
    public var boundAt: Timestamp?
    /// Its id: the digest of its session, lower-case hex.
    public var id: String
    /// What it runs on, as its page says; nothing before the page has connected.
    public var platform: String?
    /// Who it is.
    public var principal: Principal
    /// Its last visit, to within a few hours.
    public var seenAt: Timestamp
    /// When it signed in.
    public var signedInAt: Timestamp

    public init(boundAt: Timestamp? = nil, id: String, platform: String? = nil, principal: Principal, seenAt: Timestamp, signedInAt: Timestamp) {
        self.boundAt = boundAt
        self.id = id
        self.platform = platform
        self.principal = principal
        self.seenAt = seenAt
        self.signedInAt = signedInAt
    }
}

/// How a browser proves in its hello that the session in its cookie is its own: it signs the nonce
/// of the challenge with a key that no script can take out of it. The first key that is shown
/// after signing in is the session's from then on. The signed text is made by [`browser_text`].
public struct BrowserAuth: Codable, Hashable, Sendable {
    /// The nonce of the challenge.
    public var nonce: String
    /// Its ECDSA public key on P-256: the 65 bytes of the uncompressed point, as base64url without
    /// padding.
    public var publicKey: String
    /// The signature with SHA-256: `r` and `s`, 64 bytes, as base64url without padding.
    public var signature: String

    public init(nonce: String, publicKey: String, signature: String) {
        self.nonce = nonce
        self.publicKey = publicKey
        self.signature = signature
    }
}

/// A budget as configured.
public struct Budget: Codable, Hashable, Sendable {
    /// The one class of work it is for.
    public var `class`: WorkClass?
    /// Most of each resource in one period.
    public var limits: Limits
    /// Its name.
    public var name: String
    /// The one agent, session or key it is for; each has its own when left out.
    public var of: String?
    /// When it begins anew.
    public var period: BudgetPeriod
    /// What it hangs on.
    public var scope: BudgetScope
    /// IANA name of the time zone in which days and months begin.
    public var timeZone: String
    /// From which part of a limit on people are warned, in percent.
    public var warnPercent: Int64

    public init(`class`: WorkClass? = nil, limits: Limits, name: String, of: String? = nil, period: BudgetPeriod, scope: BudgetScope, timeZone: String, warnPercent: Int64) {
        self.class = `class`
        self.limits = limits
        self.name = name
        self.of = of
        self.period = period
        self.scope = scope
        self.timeZone = timeZone
        self.warnPercent = warnPercent
    }

    enum CodingKeys: String, CodingKey {
        case `class` = "class"
        case limits = "limits"
        case name = "name"
        case of = "of"
        case period = "period"
        case scope = "scope"
        case timeZone = "time_zone"
        case warnPercent = "warn_percent"
    }
}

/// A budget with how it stands.
public struct BudgetFacts: Codable, Hashable, Sendable {
    /// The accounts, the fullest first; at most 100.
    public var accounts: [AccountFacts]
    /// As configured.
    public var budget: Budget
    /// When the next one begins.
    public var resetsAt: Timestamp?
    /// How full its fullest account is.
    public var state: BudgetState
    /// The present period, such as `2026-11-21`, `2026-11` or `total`.
    public var window: String

    public init(accounts: [AccountFacts], budget: Budget, resetsAt: Timestamp? = nil, state: BudgetState, window: String) {
        self.accounts = accounts
        self.budget = budget
        self.resetsAt = resetsAt
        self.state = state
        self.window = window
    }
}
/// When a budget begins anew.
public struct BudgetPeriod: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// At midnight of its time zone.
    public static let day = BudgetPeriod(rawValue: "day")
    /// At midnight before the first of the month.
    public static let month = BudgetPeriod(rawValue: "month")
    /// Never.
    public static let total = BudgetPeriod(rawValue: "total")
}
/// What a budget hangs on.
public struct BudgetScope: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The whole installation.
    public static let owner = BudgetScope(rawValue: "owner")
    /// Each agent, or one.
    public static let agent = BudgetScope(rawValue: "agent")
    /// Each session, or one.
    public static let session = BudgetScope(rawValue: "session")
    /// Each API key, or one.
    public static let key = BudgetScope(rawValue: "key")
}
/// How full something is.
public struct BudgetState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// There is room.
    public static let fine = BudgetState(rawValue: "fine")
    /// The part from which people are warned is passed.
    public static let warned = BudgetState(rawValue: "warned")
    /// Nothing is left of one of its limits.
    public static let exhausted = BudgetState(rawValue: "exhausted")
}

/// Input of `budgets.get`.
public struct BudgetsGetParams: Codable, Hashable, Sendable {
    /// The budget's name.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Result of `budgets.get`.
public struct BudgetsGetResult: Codable, Hashable, Sendable {
    /// The budget.
    public var budget: BudgetFacts

    public init(budget: BudgetFacts) {
        self.budget = budget
    }
}
/// Input of `budgets.list`.
public struct BudgetsListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `budgets.list`.
public struct BudgetsListResult: Codable, Hashable, Sendable {
    /// The budgets, by name.
    public var budgets: [BudgetFacts]

    public init(budgets: [BudgetFacts]) {
        self.budgets = budgets
    }
}

/// Who the daemon takes the client for.
public struct Caller: Codable, Hashable, Sendable {
    /// The principal.
    public var principal: Principal
    /// Its scopes.
    public var scopes: [Scope]

    public init(principal: Principal, scopes: [Scope]) {
        self.principal = principal
        self.scopes = scopes
    }
}

/// Exactly what would be done. Its digest is what a person approves: whatever differs afterwards
/// is another action and is asked again.
public struct CanonicalAction: Codable, Hashable, Sendable {
    /// The arguments after parsing, in canonical form.
    public var arguments: JSONValue
    /// SHA-256 over the canonical form of tool, arguments, targets and folder, lower-case hex.
    public var digest: String
    /// The folder that relative paths of the targets start from; left out when there are none.
    public var folder: String?
    /// One line for people, such as `GET https://example.org/`.
    public var summary: String
    /// What would be touched.
    public var targets: [Target]
    /// Tool name.
    public var tool: String

    public init(arguments: JSONValue, digest: String, folder: String? = nil, summary: String, targets: [Target], tool: String) {
        self.arguments = arguments
        self.digest = digest
        self.folder = folder
        self.summary = summary
        self.targets = targets
        self.tool = tool
    }
}
/// Who acts for whom: the invoker first, then the scheduled job that began it, if one did, then the
/// agents in order of delegation. A verdict is the intersection over the chain.
public typealias Chain = [Principal]
/// What access control says.
public struct CheckVerdict: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// It would run.
    public static let allow = CheckVerdict(rawValue: "allow")
    /// A person would be asked.
    public static let ask = CheckVerdict(rawValue: "ask")
    /// It would not run.
    public static let deny = CheckVerdict(rawValue: "deny")
}

/// A signed statement about the chain.
public struct Checkpoint: Codable, Hashable, Sendable {
    /// When it was signed.
    public var at: Timestamp
    /// The last row that was pruned; 0 when none was.
    public var base: UInt64
    /// The seal of that row.
    public var baseHash: String
    /// The seal of that row.
    public var headHash: String
    /// The key it is signed with.
    public var keyId: String
    /// Its place among the checkpoints.
    public var number: UInt64
    /// The last row it covers.
    public var position: UInt64
    /// Ed25519 signature, in hexadecimal characters.
    public var signature: String

    public init(at: Timestamp, base: UInt64, baseHash: String, headHash: String, keyId: String, number: UInt64, position: UInt64, signature: String) {
        self.at = at
        self.base = base
        self.baseHash = baseHash
        self.headHash = headHash
        self.keyId = keyId
        self.number = number
        self.position = position
        self.signature = signature
    }
}

/// A credential that lies in clear.
public struct ClearCredential: Codable, Hashable, Sendable {
    /// Whether there is a credential of that name.
    public var isStored: Bool
    /// Its key there: a variable or a setting.
    public var key: String
    /// Line in the file, counted from 1.
    public var line: UInt64?
    /// The name proposed for it.
    public var name: String
    /// The file; nothing for the environment.
    public var path: String?
    /// What to do about it, in words.
    public var proposal: String
    /// The kind of place.
    public var source: ClearSource

    public init(isStored: Bool, key: String, line: UInt64? = nil, name: String, path: String? = nil, proposal: String, source: ClearSource) {
        self.isStored = isStored
        self.key = key
        self.line = line
        self.name = name
        self.path = path
        self.proposal = proposal
        self.source = source
    }
}
/// A kind of place where credentials lie in clear.
public struct ClearSource: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The environment of the daemon.
    public static let env = ClearSource(rawValue: "env")
    /// `nexus.toml`.
    public static let config = ClearSource(rawValue: "config")
    /// A file of `NAME=value` lines.
    public static let dotenv = ClearSource(rawValue: "dotenv")
    /// A file that is nothing but one value.
    public static let file = ClearSource(rawValue: "file")
}

/// How a client proves who it is, by one of these.
public struct ClientAuth: Codable, Hashable, Sendable {
    /// The proof of a browser that has a cookie: that it is not somebody else's.
    public var browser: BrowserAuth?
    /// The proof of a device.
    public var device: DeviceAuth?
    /// The password.
    public var password: String?
    /// The control-plane token, an API key, or a signed token.
    public var token: String?

    public init(browser: BrowserAuth? = nil, device: DeviceAuth? = nil, password: String? = nil, token: String? = nil) {
        self.browser = browser
        self.device = device
        self.password = password
        self.token = token
    }
}

/// What a client says about itself.
public struct ClientFacts: Codable, Hashable, Sendable {
    /// Tells two instances of one program apart.
    public var instanceId: String?
    /// `cli`, `ui`, `tray`, `test` or whatever else it is; `cli` is not shown in presence.
    public var mode: String
    /// Program name.
    public var name: String
    /// Operating system.
    public var platform: String
    /// Program version.
    public var version: String

    public init(instanceId: String? = nil, mode: String, name: String, platform: String, version: String) {
        self.instanceId = instanceId
        self.mode = mode
        self.name = name
        self.platform = platform
        self.version = version
    }
}
/// A frame from a client.
public indirect enum ClientFrame: Codable, Hashable, Sendable {
    /// The first frame.
    case hello(HelloCase)
    /// Any later frame.
    case req(ReqCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("type")) {
        case "hello": self = .hello(try HelloCase(from: decoder))
        case "req": self = .req(try ReqCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("type"), in: fields,
                debugDescription: "ClientFrame has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .hello(let value):
            try fields.encode("hello", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        case .req(let value):
            try fields.encode("req", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        }
    }

    /// The first frame.
    public struct HelloCase: Codable, Hashable, Sendable {
        /// Proof of identity.
        public var auth: ClientAuth?
        /// Optional abilities of the client.
        public var caps: [String]?
        /// Who is calling.
        public var client: ClientFacts
        /// Language for texts.
        public var locale: String?
        /// Highest protocol version the client speaks.
        public var maxProtocol: Int64
        /// Lowest protocol version the client speaks.
        public var minProtocol: Int64
        /// The browser's own name for itself.
        public var userAgent: String?

        public init(auth: ClientAuth? = nil, caps: [String]? = nil, client: ClientFacts, locale: String? = nil, maxProtocol: Int64, minProtocol: Int64, userAgent: String? = nil) {
            self.auth = auth
            self.caps = caps
            self.client = client
            self.locale = locale
            self.maxProtocol = maxProtocol
            self.minProtocol = minProtocol
            self.userAgent = userAgent
        }
    }

    /// Any later frame.
    public struct ReqCase: Codable, Hashable, Sendable {
        /// The client's id of this call; comes back in the answer.
        public var id: String
        /// Wire name of the method.
        public var method: String
        /// Input of the method.
        public var params: JSONValue?

        public init(id: String, method: String, params: JSONValue? = nil) {
            self.id = id
            self.method = method
            self.params = params
        }
    }
}
/// How sure a mapping is, from 0 to 1.
public typealias Confidence = Double

/// Input of `config.apply`.
public struct ConfigApplyParams: Codable, Hashable, Sendable {
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    public var baseHash: String?
    /// Only say what would change.
    public var dryRun: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The whole new text of the file.
    public var text: String

    public init(baseHash: String? = nil, dryRun: Bool? = nil, idempotencyKey: String, text: String) {
        self.baseHash = baseHash
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
        self.text = text
    }
}

/// Result of `config.set`, `config.patch` and `config.apply`.
public struct ConfigApplyResult: Codable, Hashable, Sendable {
    /// Keys that changed and are in force.
    public var applied: [String]
    /// What differs, in order of the keys.
    public var changes: [ConfigDifference]
    /// Whether nothing was written, because only this was asked for.
    public var dryRun: Bool
    /// SHA-256 of the file after the change.
    public var hash: String
    /// Keys that changed and need a restart.
    public var needsRestart: [String]
    /// Keys whose new value does not count, because something overrules it.
    public var overruled: [ConfigOverride]
    /// The file.
    public var path: String
    /// What the file says that nobody understands, or that should be thought about.
    public var warnings: [String]

    public init(applied: [String], changes: [ConfigDifference], dryRun: Bool, hash: String, needsRestart: [String], overruled: [ConfigOverride], path: String, warnings: [String]) {
        self.applied = applied
        self.changes = changes
        self.dryRun = dryRun
        self.hash = hash
        self.needsRestart = needsRestart
        self.overruled = overruled
        self.path = path
        self.warnings = warnings
    }
}

/// A change to one key. Without a value the key is taken out of the file, so that its default
/// holds.
public struct ConfigChange: Codable, Hashable, Sendable {
    /// The key, such as `runtime.port`; a part with other signs stands in quotes, as in TOML.
    public var key: String
    /// The new value as a person types it, in place of `value`: TOML, or text without quotes.
    public var text: String?
    /// The new value.
    public var value: JSONValue?

    public init(key: String, text: String? = nil, value: JSONValue? = nil) {
        self.key = key
        self.text = text
        self.value = value
    }
}

/// A value that differs between the configuration before and after a change.
public struct ConfigDifference: Codable, Hashable, Sendable {
    /// The value after; nothing when it is not set any more and has no default.
    public var after: JSONValue?
    /// The value before; nothing when it was not set and has no default.
    public var before: JSONValue?
    /// The key.
    public var key: String

    public init(after: JSONValue? = nil, before: JSONValue? = nil, key: String) {
        self.after = after
        self.before = before
        self.key = key
    }
}

/// Input of `config.explain`.
public struct ConfigExplainParams: Codable, Hashable, Sendable {
    /// The key, such as `runtime.port`.
    public var key: String

    public init(key: String) {
        self.key = key
    }
}

/// Result of `config.explain`.
public struct ConfigExplainResult: Codable, Hashable, Sendable {
    /// Whether a change is in force at once; otherwise it needs a restart.
    public var appliesLive: Bool
    /// The default; nothing when there is none.
    public var `default`: JSONValue?
    /// What it means.
    public var doc: String
    /// Whether it was changed and waits for a restart.
    public var isPending: Bool
    /// The key.
    public var key: String
    /// The row of the table it belongs to, such as `agents.*.models`.
    public var pattern: String
    /// Every source that says something about it, the one that counts first.
    public var sources: [ConfigOrigin]
    /// The value in force; nothing when it is not set and has no default.
    public var value: JSONValue?
    /// What values it takes, in words.
    public var wanted: String

    public init(appliesLive: Bool, `default`: JSONValue? = nil, doc: String, isPending: Bool, key: String, pattern: String, sources: [ConfigOrigin], value: JSONValue? = nil, wanted: String) {
        self.appliesLive = appliesLive
        self.default = `default`
        self.doc = doc
        self.isPending = isPending
        self.key = key
        self.pattern = pattern
        self.sources = sources
        self.value = value
        self.wanted = wanted
    }
}

/// Input of `config.get`.
public struct ConfigGetParams: Codable, Hashable, Sendable {
    /// A key such as `runtime.port`, or a table such as `runtime`; everything when left out.
    public var key: String?
    /// Whether to hand out the text of the file, too, as an editor needs it for `config.apply`.
    public var text: Bool?

    public init(key: String? = nil, text: Bool? = nil) {
        self.key = key
        self.text = text
    }
}

/// Result of `config.get`.
public struct ConfigGetResult: Codable, Hashable, Sendable {
    /// SHA-256 of the file as it is now, to be given as `baseHash`; nothing while there is none.
    public var hash: String?
    /// The file it is read from.
    public var path: String
    /// Keys that were changed and wait for a restart.
    public var pendingRestart: [String]
    /// The text of the file, if it was asked for and is what is in force: what was refused may
    /// hold a secret in clear.
    public var text: String?
    /// The values, in order of their keys.
    public var values: [ConfigValue]

    public init(hash: String? = nil, path: String, pendingRestart: [String], text: String? = nil, values: [ConfigValue]) {
        self.hash = hash
        self.path = path
        self.pendingRestart = pendingRestart
        self.text = text
        self.values = values
    }
}

/// One source that says something about a key.
public struct ConfigOrigin: Codable, Hashable, Sendable {
    /// Whether this is the one that counts.
    public var isInForce: Bool
    /// Line in the file, counted from 1.
    public var line: UInt64?
    /// Which one: the file, the variable, the option; nothing for the default.
    public var name: String?
    /// The kind of source.
    public var source: ConfigSource
    /// What it says.
    public var value: JSONValue

    public init(isInForce: Bool, line: UInt64? = nil, name: String? = nil, source: ConfigSource, value: JSONValue) {
        self.isInForce = isInForce
        self.line = line
        self.name = name
        self.source = source
        self.value = value
    }
}

/// A value that the file says and something else overrules.
public struct ConfigOverride: Codable, Hashable, Sendable {
    /// What overrules it.
    public var by: ConfigSource
    /// The key.
    public var key: String
    /// By its name: the variable, or the option of the command line.
    public var name: String

    public init(by: ConfigSource, key: String, name: String) {
        self.by = by
        self.key = key
        self.name = name
    }
}

/// Input of `config.patch`.
public struct ConfigPatchParams: Codable, Hashable, Sendable {
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    public var baseHash: String?
    /// Only say what would change.
    public var dryRun: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// A merge patch (RFC 7396) over the tables of the file: objects are merged, null takes out,
    /// everything else is set.
    public var patch: JSONValue

    public init(baseHash: String? = nil, dryRun: Bool? = nil, idempotencyKey: String, patch: JSONValue) {
        self.baseHash = baseHash
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
        self.patch = patch
    }
}

/// Result of `config.set`, `config.patch` and `config.apply`.
public struct ConfigPatchResult: Codable, Hashable, Sendable {
    /// Keys that changed and are in force.
    public var applied: [String]
    /// What differs, in order of the keys.
    public var changes: [ConfigDifference]
    /// Whether nothing was written, because only this was asked for.
    public var dryRun: Bool
    /// SHA-256 of the file after the change.
    public var hash: String
    /// Keys that changed and need a restart.
    public var needsRestart: [String]
    /// Keys whose new value does not count, because something overrules it.
    public var overruled: [ConfigOverride]
    /// The file.
    public var path: String
    /// What the file says that nobody understands, or that should be thought about.
    public var warnings: [String]

    public init(applied: [String], changes: [ConfigDifference], dryRun: Bool, hash: String, needsRestart: [String], overruled: [ConfigOverride], path: String, warnings: [String]) {
        self.applied = applied
        self.changes = changes
        self.dryRun = dryRun
        self.hash = hash
        self.needsRestart = needsRestart
        self.overruled = overruled
        self.path = path
        self.warnings = warnings
    }
}
/// Input of `config.schema`.
public struct ConfigSchemaParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `config.schema`.
public struct ConfigSchemaResult: Codable, Hashable, Sendable {
    /// The JSON Schema (2020-12) of `nexus.toml`.
    public var schema: JSONValue

    public init(schema: JSONValue) {
        self.schema = schema
    }
}

/// Input of `config.set`.
public struct ConfigSetParams: Codable, Hashable, Sendable {
    /// The `hash` of the file that the change is meant for; a file that is another one by now is
    /// left alone.
    public var baseHash: String?
    /// The changes; all of them are made, or none.
    public var changes: [ConfigChange]
    /// Only say what would change.
    public var dryRun: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(baseHash: String? = nil, changes: [ConfigChange], dryRun: Bool? = nil, idempotencyKey: String) {
        self.baseHash = baseHash
        self.changes = changes
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `config.set`, `config.patch` and `config.apply`.
public struct ConfigSetResult: Codable, Hashable, Sendable {
    /// Keys that changed and are in force.
    public var applied: [String]
    /// What differs, in order of the keys.
    public var changes: [ConfigDifference]
    /// Whether nothing was written, because only this was asked for.
    public var dryRun: Bool
    /// SHA-256 of the file after the change.
    public var hash: String
    /// Keys that changed and need a restart.
    public var needsRestart: [String]
    /// Keys whose new value does not count, because something overrules it.
    public var overruled: [ConfigOverride]
    /// The file.
    public var path: String
    /// What the file says that nobody understands, or that should be thought about.
    public var warnings: [String]

    public init(applied: [String], changes: [ConfigDifference], dryRun: Bool, hash: String, needsRestart: [String], overruled: [ConfigOverride], path: String, warnings: [String]) {
        self.applied = applied
        self.changes = changes
        self.dryRun = dryRun
        self.hash = hash
        self.needsRestart = needsRestart
        self.overruled = overruled
        self.path = path
        self.warnings = warnings
    }
}
/// Where a value comes from.
public struct ConfigSource: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Nobody set it.
    public static let `default` = ConfigSource(rawValue: "default")
    /// `nexus.toml`.
    public static let file = ConfigSource(rawValue: "file")
    /// The environment.
    public static let environment = ConfigSource(rawValue: "environment")
    /// The command line.
    public static let flag = ConfigSource(rawValue: "flag")
}

/// One value of the configuration. Secrets are never among them.
public struct ConfigValue: Codable, Hashable, Sendable {
    /// What it means.
    public var doc: String
    /// The key, such as `runtime.port`.
    public var key: String
    /// Whether a change needs a restart.
    public var needsRestart: Bool
    /// Where it comes from.
    public var source: ConfigSource
    /// The value in force.
    public var value: JSONValue

    public init(doc: String, key: String, needsRestart: Bool, source: ConfigSource, value: JSONValue) {
        self.doc = doc
        self.key = key
        self.needsRestart = needsRestart
        self.source = source
        self.value = value
    }
}
/// ULID of a connection
public typealias ConnectionId = String

/// A sender that was seen on a channel.
public struct Contact: Codable, Hashable, Sendable {
    /// To whom the sender belongs, as far as anybody said or guessed.
    public var belongsTo: Belonging?
    /// The medium.
    public var channel: String
    /// When a message first came.
    public var firstSeen: Timestamp
    /// When the latest came.
    public var lastSeen: Timestamp
    /// Messages that came.
    public var nSeen: UInt64
    /// The name last shown there. Chosen by the sender: it proves nothing.
    public var name: String?
    /// The sender, in the channel's own terms.
    public var senderId: String

    public init(belongsTo: Belonging? = nil, channel: String, firstSeen: Timestamp, lastSeen: Timestamp, nSeen: UInt64, name: String? = nil, senderId: String) {
        self.belongsTo = belongsTo
        self.channel = channel
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.nSeen = nSeen
        self.name = name
        self.senderId = senderId
    }

    enum CodingKeys: String, CodingKey {
        case belongsTo = "belongs_to"
        case channel = "channel"
        case firstSeen = "first_seen"
        case lastSeen = "last_seen"
        case nSeen = "n_seen"
        case name = "name"
        case senderId = "sender_id"
    }
}

/// Input of `contacts.unlink` and `contacts.confirm`.
public struct ContactsConfirmParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The sender.
    public var sender: SenderRef

    public init(idempotencyKey: String, sender: SenderRef) {
        self.idempotencyKey = idempotencyKey
        self.sender = sender
    }
}

/// Result of the commands about a sender.
public struct ContactsConfirmResult: Codable, Hashable, Sendable {
    /// The sender as it stands now.
    public var contact: Contact

    public init(contact: Contact) {
        self.contact = contact
    }
}

/// Input of `contacts.link`.
public struct ContactsLinkParams: Codable, Hashable, Sendable {
    /// How sure that is. Left out, it is a person's word. Above 0.9 it counts at once, 0.7 to 0.9
    /// is a guess that waits for confirmation, less is not taken.
    public var confidence: Confidence?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The sender; it need not have written yet.
    public var sender: SenderRef
    /// Whom the sender belongs to.
    public var whom: Whom

    public init(confidence: Confidence? = nil, idempotencyKey: String, sender: SenderRef, whom: Whom) {
        self.confidence = confidence
        self.idempotencyKey = idempotencyKey
        self.sender = sender
        self.whom = whom
    }
}

/// Result of the commands about a sender.
public struct ContactsLinkResult: Codable, Hashable, Sendable {
    /// The sender as it stands now.
    public var contact: Contact

    public init(contact: Contact) {
        self.contact = contact
    }
}

/// Input of `contacts.list`.
public struct ContactsListParams: Codable, Hashable, Sendable {
    /// Only those behind this one in the list.
    public var after: SenderRef?
    /// Items on the page.
    public var limit: Int64?
    /// Only senders that are taken for nobody: without a person, or with a guess that waits.
    public var unknownOnly: Bool?

    public init(after: SenderRef? = nil, limit: Int64? = nil, unknownOnly: Bool? = nil) {
        self.after = after
        self.limit = limit
        self.unknownOnly = unknownOnly
    }
}

/// Result of `contacts.list`.
public struct ContactsListResult: Codable, Hashable, Sendable {
    /// The senders, the one that wrote last first.
    public var contacts: [Contact]
    /// Whether there are more.
    public var hasMore: Bool

    public init(contacts: [Contact], hasMore: Bool) {
        self.contacts = contacts
        self.hasMore = hasMore
    }
}

/// Input of `contacts.show`.
public struct ContactsShowParams: Codable, Hashable, Sendable {
    /// The sender.
    public var sender: SenderRef

    public init(sender: SenderRef) {
        self.sender = sender
    }
}

/// Result of `contacts.show`.
public struct ContactsShowResult: Codable, Hashable, Sendable {
    /// The sender.
    public var contact: Contact
    /// Messages that wait for a word about the sender.
    public var nWaiting: UInt64
    /// The principal that messages of this sender come from, such as `person:anna`.
    public var principal: String
    /// The question about the sender that is open.
    public var question: PermissionRequest?

    public init(contact: Contact, nWaiting: UInt64, principal: String, question: PermissionRequest? = nil) {
        self.contact = contact
        self.nWaiting = nWaiting
        self.principal = principal
        self.question = question
    }
}

/// Input of `contacts.unlink` and `contacts.confirm`.
public struct ContactsUnlinkParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The sender.
    public var sender: SenderRef

    public init(idempotencyKey: String, sender: SenderRef) {
        self.idempotencyKey = idempotencyKey
        self.sender = sender
    }
}

/// Result of the commands about a sender.
public struct ContactsUnlinkResult: Codable, Hashable, Sendable {
    /// The sender as it stands now.
    public var contact: Contact

    public init(contact: Contact) {
        self.contact = contact
    }
}
/// The kind of content.
public struct ContentType: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Plain or Markdown text.
    public static let text = ContentType(rawValue: "text")
    /// A picture.
    public static let image = ContentType(rawValue: "image")
    /// Sound.
    public static let audio = ContentType(rawValue: "audio")
    /// A film.
    public static let video = ContentType(rawValue: "video")
    /// Any other file.
    public static let file = ContentType(rawValue: "file")
    /// A reaction to an earlier message.
    public static let reaction = ContentType(rawValue: "reaction")
}

/// What something cost.
public struct Cost: Codable, Hashable, Sendable {
    /// Where the figure comes from.
    public var basis: CostBasis
    /// Millionths of a US dollar; zero when the basis is `unknown`.
    public var microUsd: UInt64

    public init(basis: CostBasis, microUsd: UInt64) {
        self.basis = basis
        self.microUsd = microUsd
    }

    enum CodingKeys: String, CodingKey {
        case basis = "basis"
        case microUsd = "micro_usd"
    }
}
/// Where a cost figure comes from. Unknown is never shown as zero.
public struct CostBasis: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Computed from a price table.
    public static let priceTable = CostBasis(rawValue: "price_table")
    /// The model costs nothing: it runs on this machine.
    public static let free = CostBasis(rawValue: "free")
    /// No price is known for this model.
    public static let unknown = CostBasis(rawValue: "unknown")
}

/// How often something occurs.
public struct Count: Codable, Hashable, Sendable {
    /// How often.
    public var count: UInt64
    /// What.
    public var name: String

    public init(count: UInt64, name: String) {
        self.count = count
        self.name = name
    }
}

/// One credential, without its value.
public struct CredentialFacts: Codable, Hashable, Sendable {
    /// When it was added or last replaced.
    public var addedAt: Timestamp
    /// Whether it was good then.
    public var isGood: Bool?
    /// Its name.
    public var name: String
    /// The place itself, as a pointer.
    public var place: String
    /// Kind of place: `keychain`, `vault`, `systemd`, `1password`, `exec`, `file` or `env`.
    public var store: String
    /// Settings that use it.
    public var usedBy: [String]
    /// When it was last verified.
    public var verifiedAt: Timestamp?

    public init(addedAt: Timestamp, isGood: Bool? = nil, name: String, place: String, store: String, usedBy: [String], verifiedAt: Timestamp? = nil) {
        self.addedAt = addedAt
        self.isGood = isGood
        self.name = name
        self.place = place
        self.store = store
        self.usedBy = usedBy
        self.verifiedAt = verifiedAt
    }
}

/// Input of `credentials.add`. Either a value or the place of one.
public struct CredentialsAddParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name, such as `provider/openai`.
    public var name: String
    /// Where its value is kept instead, such as `op://vault/item/field`.
    public var pointer: String?
    /// Whether one of this name may be replaced.
    public var replace: Bool?
    /// Its value.
    public var value: SecretText?

    public init(idempotencyKey: String, name: String, pointer: String? = nil, replace: Bool? = nil, value: SecretText? = nil) {
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.pointer = pointer
        self.replace = replace
        self.value = value
    }
}

/// Result of `credentials.add` and `credentials.remove`.
public struct CredentialsAddResult: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Where it is, or was.
    public var place: String

    public init(name: String, place: String) {
        self.name = name
        self.place = place
    }
}

/// Input of `credentials.get`.
public struct CredentialsGetParams: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Result of `credentials.get`. The one answer that holds a value.
public struct CredentialsGetResult: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Where it is.
    public var place: String
    /// Its value.
    public var value: SecretText

    public init(name: String, place: String, value: SecretText) {
        self.name = name
        self.place = place
        self.value = value
    }
}

/// Input of `credentials.import`.
public struct CredentialsImportParams: Codable, Hashable, Sendable {
    /// Only says what would be done.
    public var dryRun: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Keys to take; all that look like credentials when left out.
    public var keys: [String]?
    /// The name of the one that is taken; the proposed one when left out.
    public var name: String?
    /// The file, for `dotenv` and `file`.
    public var path: String?
    /// Whether credentials of the same names may be replaced.
    public var replace: Bool?
    /// The kind of place.
    public var source: ClearSource

    public init(dryRun: Bool? = nil, idempotencyKey: String, keys: [String]? = nil, name: String? = nil, path: String? = nil, replace: Bool? = nil, source: ClearSource) {
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
        self.keys = keys
        self.name = name
        self.path = path
        self.replace = replace
        self.source = source
    }
}

/// Result of `credentials.import`.
public struct CredentialsImportResult: Codable, Hashable, Sendable {
    /// What became of each.
    public var imported: [Imported]

    public init(imported: [Imported]) {
        self.imported = imported
    }
}
/// Input of `credentials.list`.
public struct CredentialsListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `credentials.list`.
public struct CredentialsListResult: Codable, Hashable, Sendable {
    /// The credentials, by name.
    public var credentials: [CredentialFacts]
    /// The stores, those first that can keep new ones.
    public var stores: [StoreFacts]

    public init(credentials: [CredentialFacts], stores: [StoreFacts]) {
        self.credentials = credentials
        self.stores = stores
    }
}

/// Input of `credentials.migrate`.
public struct CredentialsMigrateParams: Codable, Hashable, Sendable {
    /// Only says what would be done.
    public var dryRun: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Which; all whose values can be moved when left out.
    public var names: [String]?
    /// Where they are to be; new ones go there, too, from then on.
    public var to: MigrateTo

    public init(dryRun: Bool? = nil, idempotencyKey: String, names: [String]? = nil, to: MigrateTo) {
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
        self.names = names
        self.to = to
    }
}

/// Result of `credentials.migrate`.
public struct CredentialsMigrateResult: Codable, Hashable, Sendable {
    /// What became of each.
    public var migrated: [Migrated]
    /// How many stayed where they were although they were to move.
    public var nFailed: UInt64

    public init(migrated: [Migrated], nFailed: UInt64) {
        self.migrated = migrated
        self.nFailed = nFailed
    }
}

/// Input of `credentials.remove`.
public struct CredentialsRemoveParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of `credentials.add` and `credentials.remove`.
public struct CredentialsRemoveResult: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Where it is, or was.
    public var place: String

    public init(name: String, place: String) {
        self.name = name
        self.place = place
    }
}
/// Input of `credentials.scan`.
public struct CredentialsScanParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `credentials.scan`.
public struct CredentialsScanResult: Codable, Hashable, Sendable {
    /// What was found.
    public var found: [ClearCredential]
    /// Where was looked, in words.
    public var lookedAt: [String]

    public init(found: [ClearCredential], lookedAt: [String]) {
        self.found = found
        self.lookedAt = lookedAt
    }
}

/// Input of `credentials.unlock`.
public struct CredentialsUnlockParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The passphrase of the vault; the first one makes it.
    public var passphrase: SecretText

    public init(idempotencyKey: String, passphrase: SecretText) {
        self.idempotencyKey = idempotencyKey
        self.passphrase = passphrase
    }
}

/// Result of `credentials.unlock`.
public struct CredentialsUnlockResult: Codable, Hashable, Sendable {
    /// Whether the vault was made just now.
    public var isNew: Bool

    public init(isNew: Bool) {
        self.isNew = isNew
    }
}

/// Input of `credentials.verify`.
public struct CredentialsVerifyParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its name.
    public var name: String

    public init(idempotencyKey: String, name: String) {
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of `credentials.verify`.
public struct CredentialsVerifyResult: Codable, Hashable, Sendable {
    /// How to mend it.
    public var hint: String?
    /// What was done: a call to a model, or reading it.
    public var how: String
    /// Whether it is good.
    public var isOk: Bool
    /// What came of it.
    public var message: String
    /// Its name.
    public var name: String

    public init(hint: String? = nil, how: String, isOk: Bool, message: String, name: String) {
        self.hint = hint
        self.how = how
        self.isOk = isOk
        self.message = message
        self.name = name
    }
}

/// Times by a cron expression.
public struct CronTime: Codable, Hashable, Sendable {
    /// Five fields: minute, hour, day of the month, month, day of the week; or `@daily` and such.
    public var expression: String
    /// IANA name of the time zone it is meant in, such as `Europe/Berlin`.
    public var timeZone: String

    public init(expression: String, timeZone: String) {
        self.expression = expression
        self.timeZone = timeZone
    }

    enum CodingKeys: String, CodingKey {
        case expression = "expression"
        case timeZone = "time_zone"
    }
}

/// A policy or grant that is satisfied.
public struct DecidingPolicy: Codable, Hashable, Sendable {
    /// Its id.
    public var id: String
    /// What it says: `forbid`, `guard`, `ask` or `permit`.
    public var kind: String
    /// Where it stands, as `file:line`; `grant` for a grant.
    public var place: String
    /// Why, in a sentence.
    public var reason: String

    public init(id: String, kind: String, place: String, reason: String) {
        self.id = id
        self.kind = kind
        self.place = place
        self.reason = reason
    }
}

/// A delivery, as people see it.
public struct DeliveryFacts: Codable, Hashable, Sendable {
    /// The adapter, as `channel/account`.
    public var adapter: String
    /// When it changed last.
    public var changedAt: Timestamp
    /// When it was decided.
    public var createdAt: Timestamp
    /// What went wrong last.
    public var error: String?
    /// Its id.
    public var id: DeliveryId
    /// What the adapter called it.
    public var messageIds: [String]?
    /// How often it was handed over.
    public var nTries: Int64
    /// When it is tried next, while it waits.
    public var nextAt: Timestamp?
    /// The request it answers.
    public var requestId: RequestId
    /// How it stands.
    public var state: DeliveryStatus
    /// The text; only its beginning in a list.
    public var text: String
    /// The conversation, in the adapter's own terms.
    public var to: String

    public init(adapter: String, changedAt: Timestamp, createdAt: Timestamp, error: String? = nil, id: DeliveryId, messageIds: [String]? = nil, nTries: Int64, nextAt: Timestamp? = nil, requestId: RequestId, state: DeliveryStatus, text: String, to: String) {
        self.adapter = adapter
        self.changedAt = changedAt
        self.createdAt = createdAt
        self.error = error
        self.id = id
        self.messageIds = messageIds
        self.nTries = nTries
        self.nextAt = nextAt
        self.requestId = requestId
        self.state = state
        self.text = text
        self.to = to
    }
}
/// ULID of a delivery
public typealias DeliveryId = String
/// How a delivery stands.
public struct DeliveryStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// It waits: for its time, its adapter, the one before it, or to be tried again.
    public static let pending = DeliveryStatus(rawValue: "pending")
    /// Handed to the adapter; it may have happened.
    public static let sending = DeliveryStatus(rawValue: "sending")
    /// Confirmed.
    public static let sent = DeliveryStatus(rawValue: "sent")
    /// Given up.
    public static let failed = DeliveryStatus(rawValue: "failed")
    /// Handed over, and nobody knows how it ended.
    public static let unknown = DeliveryStatus(rawValue: "unknown")
    /// A person decided that it is not to be sent, or not again.
    public static let dropped = DeliveryStatus(rawValue: "dropped")
}

/// A device that was paired.
public struct Device: Codable, Hashable, Sendable {
    /// SHA-256 of its public key, lower-case hex; the principal is `device:<id>`.
    public var id: String
    /// When it last opened a connection.
    public var lastUsedAt: Timestamp?
    /// What people call it.
    public var name: String
    /// When it was paired.
    public var pairedAt: Timestamp
    /// Who paired it.
    public var pairedBy: Principal
    /// Its operating system, as it said.
    public var platform: String
    /// Its Ed25519 public key, 32 bytes as base64url.
    public var publicKey: String
    /// When its pairing was taken back.
    public var revokedAt: Timestamp?
    /// Who took it back.
    public var revokedBy: Principal?
    /// What it may ask for at most, by the names of the scopes.
    public var scopes: [String]

    public init(id: String, lastUsedAt: Timestamp? = nil, name: String, pairedAt: Timestamp, pairedBy: Principal, platform: String, publicKey: String, revokedAt: Timestamp? = nil, revokedBy: Principal? = nil, scopes: [String]) {
        self.id = id
        self.lastUsedAt = lastUsedAt
        self.name = name
        self.pairedAt = pairedAt
        self.pairedBy = pairedBy
        self.platform = platform
        self.publicKey = publicKey
        self.revokedAt = revokedAt
        self.revokedBy = revokedBy
        self.scopes = scopes
    }

    enum CodingKeys: String, CodingKey {
        case id = "id"
        case lastUsedAt = "last_used_at"
        case name = "name"
        case pairedAt = "paired_at"
        case pairedBy = "paired_by"
        case platform = "platform"
        case publicKey = "public_key"
        case revokedAt = "revoked_at"
        case revokedBy = "revoked_by"
        case scopes = "scopes"
    }
}

/// How a device proves in its hello who it is: it signs the nonce of the challenge that came
/// before. The signed text is made by [`signed_text`].
public struct DeviceAuth: Codable, Hashable, Sendable {
    /// The nonce of the challenge.
    public var nonce: String
    /// Its Ed25519 public key: 32 bytes as base64url without padding.
    public var publicKey: String
    /// Fewer scopes than it was paired with, for this connection.
    public var scopes: [Scope]?
    /// The signature: 64 bytes as base64url without padding.
    public var signature: String
    /// When it signed, in milliseconds since 1970.
    public var signedAt: Timestamp
    /// A pairing ticket of the owner, when it is not paired yet.
    public var ticket: String?

    public init(nonce: String, publicKey: String, scopes: [Scope]? = nil, signature: String, signedAt: Timestamp, ticket: String? = nil) {
        self.nonce = nonce
        self.publicKey = publicKey
        self.scopes = scopes
        self.signature = signature
        self.signedAt = signedAt
        self.ticket = ticket
    }
}

/// Input of `devices.approve`.
public struct DevicesApproveParams: Codable, Hashable, Sendable {
    /// The code that the device shows, or its id or the beginning of it.
    public var device: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// What it will be called; what it calls itself when left out.
    public var name: String?
    /// What it may ask for at most; the usual ones when left out. None that the caller lacks.
    public var scopes: [Scope]?

    public init(device: String, idempotencyKey: String, name: String? = nil, scopes: [Scope]? = nil) {
        self.device = device
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.scopes = scopes
    }
}

/// Result of `devices.approve`, `devices.rename` and `devices.revoke`.
public struct DevicesApproveResult: Codable, Hashable, Sendable {
    /// The device as it stands now.
    public var device: Device

    public init(device: Device) {
        self.device = device
    }
}

/// Input of `devices.link`.
public struct DevicesLinkParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(idempotencyKey: String) {
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `devices.link`.
public struct DevicesLinkResult: Codable, Hashable, Sendable {
    /// When it ends.
    public var expiresAt: Timestamp
    /// Path and query, to be put behind the address where the browser reaches the daemon.
    public var path: String

    public init(expiresAt: Timestamp, path: String) {
        self.expiresAt = expiresAt
        self.path = path
    }
}

/// Input of `devices.list`.
public struct DevicesListParams: Codable, Hashable, Sendable {
    /// Also those whose pairing was taken back.
    public var includeEnded: Bool?

    public init(includeEnded: Bool? = nil) {
        self.includeEnded = includeEnded
    }
}

/// Result of `devices.list`.
public struct DevicesListResult: Codable, Hashable, Sendable {
    /// The devices.
    public var devices: [Device]
    /// Those that ask to be paired.
    public var pending: [PendingDevice]

    public init(devices: [Device], pending: [PendingDevice]) {
        self.devices = devices
        self.pending = pending
    }
}

/// Input of `devices.pair`.
public struct DevicesPairParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// What the device will be called; what it calls itself when left out.
    public var name: String?
    /// What it may ask for at most; the usual ones when left out. None that the caller lacks.
    public var scopes: [Scope]?

    public init(idempotencyKey: String, name: String? = nil, scopes: [Scope]? = nil) {
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.scopes = scopes
    }
}

/// Result of `devices.pair` and `devices.rotate`.
public struct DevicesPairResult: Codable, Hashable, Sendable {
    /// When it ends.
    public var expiresAt: Timestamp
    /// The scopes it gives.
    public var scopes: [Scope]
    /// A ticket that pairs one device, once.
    public var ticket: String

    public init(expiresAt: Timestamp, scopes: [Scope], ticket: String) {
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.ticket = ticket
    }
}

/// Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
public struct DevicesRejectParams: Codable, Hashable, Sendable {
    /// The device: its id or the beginning of it; for one that asks to be paired also its code.
    public var device: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(device: String, idempotencyKey: String) {
        self.device = device
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `devices.reject`.
public struct DevicesRejectResult: Codable, Hashable, Sendable {
    /// The device that was turned away.
    public var device: PendingDevice

    public init(device: PendingDevice) {
        self.device = device
    }
}

/// Input of `devices.rename`.
public struct DevicesRenameParams: Codable, Hashable, Sendable {
    /// The device: its id or the beginning of it.
    public var device: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Its new name.
    public var name: String

    public init(device: String, idempotencyKey: String, name: String) {
        self.device = device
        self.idempotencyKey = idempotencyKey
        self.name = name
    }
}

/// Result of `devices.approve`, `devices.rename` and `devices.revoke`.
public struct DevicesRenameResult: Codable, Hashable, Sendable {
    /// The device as it stands now.
    public var device: Device

    public init(device: Device) {
        self.device = device
    }
}

/// Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
public struct DevicesRevokeParams: Codable, Hashable, Sendable {
    /// The device: its id or the beginning of it; for one that asks to be paired also its code.
    public var device: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(device: String, idempotencyKey: String) {
        self.device = device
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `devices.approve`, `devices.rename` and `devices.revoke`.
public struct DevicesRevokeResult: Codable, Hashable, Sendable {
    /// The device as it stands now.
    public var device: Device

    public init(device: Device) {
        self.device = device
    }
}

/// Input of `devices.reject`, `devices.revoke` and `devices.rotate`.
public struct DevicesRotateParams: Codable, Hashable, Sendable {
    /// The device: its id or the beginning of it; for one that asks to be paired also its code.
    public var device: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(device: String, idempotencyKey: String) {
        self.device = device
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `devices.pair` and `devices.rotate`.
public struct DevicesRotateResult: Codable, Hashable, Sendable {
    /// When it ends.
    public var expiresAt: Timestamp
    /// The scopes it gives.
    public var scopes: [Scope]
    /// A ticket that pairs one device, once.
    public var ticket: String

    public init(expiresAt: Timestamp, scopes: [Scope], ticket: String) {
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.ticket = ticket
    }
}

/// A label.
public struct DocumentLabel: Codable, Hashable, Sendable {
    /// What it says.
    public var label: Label

    public init(label: Label) {
        self.label = label
    }
}

/// A message. Its id does not come along.
public struct DocumentMessage: Codable, Hashable, Sendable {
    /// When.
    public var createdAt: Timestamp
    /// What was said.
    public var parts: [Part]
    /// Who spoke.
    public var role: Role
    /// What its calls came to.
    public var toolCalls: [ToolCallRecord]?
    /// The turn it was said in; messages of one turn name the same one.
    public var turnId: TurnId

    public init(createdAt: Timestamp, parts: [Part], role: Role, toolCalls: [ToolCallRecord]? = nil, turnId: TurnId) {
        self.createdAt = createdAt
        self.parts = parts
        self.role = role
        self.toolCalls = toolCalls
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case parts = "parts"
        case role = "role"
        case toolCalls = "tool_calls"
        case turnId = "turn_id"
    }
}

/// What of a session comes along.
public struct DocumentSession: Codable, Hashable, Sendable {
    /// The agent that answered.
    public var agentId: AgentId
    /// Its key where it was.
    public var key: SessionKey
    /// Its title.
    public var title: String?

    public init(agentId: AgentId, key: SessionKey, title: String? = nil) {
        self.agentId = agentId
        self.key = key
        self.title = title
    }

    enum CodingKeys: String, CodingKey {
        case agentId = "agent_id"
        case key = "key"
        case title = "title"
    }
}

/// An address that others reach.
public struct Endpoint: Codable, Hashable, Sendable {
    /// Host and port.
    public var address: String
    /// When the certificate ends.
    public var expiresAt: Timestamp?
    /// SHA-256 of the certificate, as `sha256:…` in hex; nothing where it is not ours.
    public var fingerprint: String?
    /// Whether browsers will warn, because nobody vouches for the certificate.
    public var isSelfSigned: Bool
    /// SHA-256 of its public key, in the same form; stays when the certificate is renewed, and may
    /// be pinned in its place.
    public var keyFingerprint: String?
    /// How.
    public var kind: EndpointKind
    /// Where a browser opens it, such as `https://192.168.1.5:18789`.
    public var url: String

    public init(address: String, expiresAt: Timestamp? = nil, fingerprint: String? = nil, isSelfSigned: Bool, keyFingerprint: String? = nil, kind: EndpointKind, url: String) {
        self.address = address
        self.expiresAt = expiresAt
        self.fingerprint = fingerprint
        self.isSelfSigned = isSelfSigned
        self.keyFingerprint = keyFingerprint
        self.kind = kind
        self.url = url
    }
}
/// How an address is reached.
public struct EndpointKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// By a listener of the daemon, with its certificate.
    public static let direct = EndpointKind(rawValue: "direct")
    /// By `tailscale serve`, with the certificate of the tailnet.
    public static let tailscale = EndpointKind(rawValue: "tailscale")
}

/// Somebody who may have several senders.
public struct Entity: Codable, Hashable, Sendable {
    /// The id, as in `person:<id>`.
    public var id: String
    /// Whether this is the person the installation belongs to.
    public var isOwner: Bool
    /// The name, for people.
    public var name: String

    public init(id: String, isOwner: Bool, name: String) {
        self.id = id
        self.isOwner = isOwner
        self.name = name
    }

    enum CodingKeys: String, CodingKey {
        case id = "id"
        case isOwner = "is_owner"
        case name = "name"
    }
}

/// A decision with how it ended.
public struct Entry: Codable, Hashable, Sendable {
    /// What was to be done.
    public var action: String
    /// When it was decided.
    public var at: Timestamp
    /// Digest of exactly what would be done.
    public var digest: String?
    /// Its seal.
    public var hash: String
    /// How the effect ended; most have one outcome, what only was decided has none.
    public var outcomes: [Outcome]
    /// Its place in the chain.
    public var position: UInt64
    /// Who acts for whom, the invoker first.
    public var principals: [String]
    /// Why.
    public var reason: String
    /// The request in whose course it was.
    public var requestId: RequestId?
    /// On what.
    public var resource: String
    /// The session of that request.
    public var sessionKey: String?
    /// `allow`, `ask` or `deny`.
    public var verdict: String

    public init(action: String, at: Timestamp, digest: String? = nil, hash: String, outcomes: [Outcome], position: UInt64, principals: [String], reason: String, requestId: RequestId? = nil, resource: String, sessionKey: String? = nil, verdict: String) {
        self.action = action
        self.at = at
        self.digest = digest
        self.hash = hash
        self.outcomes = outcomes
        self.position = position
        self.principals = principals
        self.reason = reason
        self.requestId = requestId
        self.resource = resource
        self.sessionKey = sessionKey
        self.verdict = verdict
    }
}
/// Stable error codes.
public struct ErrorCode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The frame or its params are wrong.
    public static let invalidRequest = ErrorCode(rawValue: "INVALID_REQUEST")
    /// Somebody else changed or decided it first.
    public static let conflict = ErrorCode(rawValue: "CONFLICT")
    /// The caller has not proved who it is.
    public static let unauthorized = ErrorCode(rawValue: "UNAUTHORIZED")
    /// The caller may not.
    public static let forbidden = ErrorCode(rawValue: "FORBIDDEN")
    /// It does not exist.
    public static let notFound = ErrorCode(rawValue: "NOT_FOUND")
    /// A limit is reached; see `retryAfterMs`.
    public static let overloaded = ErrorCode(rawValue: "OVERLOADED")
    /// Not now.
    public static let unavailable = ErrorCode(rawValue: "UNAVAILABLE")
    /// Our fault.
    public static let `internal` = ErrorCode(rawValue: "INTERNAL")
}

/// Something the daemon says by itself.
public struct EventFrame: Codable, Hashable, Sendable {
    /// When it was recorded, for recorded events.
    public var at: Timestamp?
    /// Event type: a recorded or transient event, or `challenge`, `tick`, `presence`, `health`,
    /// `shutdown`, `lagged`.
    public var event: String
    /// Its content: for recorded and transient events, the properties.
    public var payload: JSONValue
    /// The position, for recorded events.
    public var position: Position?
    /// Rises by one with every event frame of this connection, from 1 on after the hello; a gap
    /// means frames were dropped. `challenge` has 0.
    public var seq: UInt64
    /// Versions after this event, for `presence` and `health`.
    public var stateVersion: StateVersion?

    public init(at: Timestamp? = nil, event: String, payload: JSONValue, position: Position? = nil, seq: UInt64, stateVersion: StateVersion? = nil) {
        self.at = at
        self.event = event
        self.payload = payload
        self.position = position
        self.seq = seq
        self.stateVersion = stateVersion
    }
}

/// Something that happened, by its type; what is newer than this file is `unknown`.
public enum RecordedEvent: Hashable, Sendable {
    case aclDecision(AclDecision)
    case adapterBackfilled(AdapterBackfilled)
    case adapterOutChanged(AdapterOutChanged)
    case adapterOutError(AdapterOutError)
    case adapterOutSending(AdapterOutSending)
    case adapterOutSent(AdapterOutSent)
    case adapterStatus(AdapterStatus)
    case adapterViolation(AdapterViolation)
    case agentCreated(AgentCreated)
    case agentDeleted(AgentDeleted)
    case agentError(AgentError)
    case agentToolCompleted(AgentToolCompleted)
    case agentToolStarted(AgentToolStarted)
    case agentUpdated(AgentUpdated)
    case budgetExhausted(BudgetExhausted)
    case budgetWarned(BudgetWarned)
    case configChanged(ConfigChanged)
    case configRejected(ConfigRejected)
    case contactChanged(ContactChanged)
    case heartbeatNoted(HeartbeatNoted)
    case keychainChanged(KeychainChanged)
    case messageRecorded(MessageRecorded)
    case networkChanged(NetworkChanged)
    case nexRequestCompleted(NexRequestCompleted)
    case nexRequestQueued(NexRequestQueued)
    case nexRequestStage(NexRequestStage)
    case nexRequestStarted(NexRequestStarted)
    case permissionRequested(PermissionRequested)
    case permissionResolved(PermissionResolved)
    case permissionUpdated(PermissionUpdated)
    case powerSlept(PowerSlept)
    case powerWoke(PowerWoke)
    case runtimePaused(RuntimePaused)
    case runtimeResumed(RuntimeResumed)
    case scheduleChanged(ScheduleChanged)
    case scheduleRun(ScheduleRun)
    case scheduleSkipped(ScheduleSkipped)
    case sessionCompacted(SessionCompacted)
    case sessionCreated(SessionCreated)
    case sessionDeleted(SessionDeleted)
    case sessionForked(SessionForked)
    case sessionImported(SessionImported)
    case sessionLabelled(SessionLabelled)
    case sessionQueueChanged(SessionQueueChanged)
    case sessionRenamed(SessionRenamed)
    case sessionReset(SessionReset)
    case sessionUpdated(SessionUpdated)
    case systemConfigReloaded(SystemConfigReloaded)
    case systemStarted(SystemStarted)
    case systemStopping(SystemStopping)
    case turnCompleted(TurnCompleted)
    case turnCreated(TurnCreated)
    case turnUpdated(TurnUpdated)
    case unknown(type: String, properties: JSONValue)

    public init(type: String, properties: JSONValue) throws {
        let data = try JSONEncoder().encode(properties)
        switch type {
        case "acl.decision": self = .aclDecision(try JSONDecoder().decode(AclDecision.self, from: data))
        case "adapter.backfilled": self = .adapterBackfilled(try JSONDecoder().decode(AdapterBackfilled.self, from: data))
        case "adapter.out.changed": self = .adapterOutChanged(try JSONDecoder().decode(AdapterOutChanged.self, from: data))
        case "adapter.out.error": self = .adapterOutError(try JSONDecoder().decode(AdapterOutError.self, from: data))
        case "adapter.out.sending": self = .adapterOutSending(try JSONDecoder().decode(AdapterOutSending.self, from: data))
        case "adapter.out.sent": self = .adapterOutSent(try JSONDecoder().decode(AdapterOutSent.self, from: data))
        case "adapter.status": self = .adapterStatus(try JSONDecoder().decode(AdapterStatus.self, from: data))
        case "adapter.violation": self = .adapterViolation(try JSONDecoder().decode(AdapterViolation.self, from: data))
        case "agent.created": self = .agentCreated(try JSONDecoder().decode(AgentCreated.self, from: data))
        case "agent.deleted": self = .agentDeleted(try JSONDecoder().decode(AgentDeleted.self, from: data))
        case "agent.error": self = .agentError(try JSONDecoder().decode(AgentError.self, from: data))
        case "agent.tool.completed": self = .agentToolCompleted(try JSONDecoder().decode(AgentToolCompleted.self, from: data))
        case "agent.tool.started": self = .agentToolStarted(try JSONDecoder().decode(AgentToolStarted.self, from: data))
        case "agent.updated": self = .agentUpdated(try JSONDecoder().decode(AgentUpdated.self, from: data))
        case "budget.exhausted": self = .budgetExhausted(try JSONDecoder().decode(BudgetExhausted.self, from: data))
        case "budget.warned": self = .budgetWarned(try JSONDecoder().decode(BudgetWarned.self, from: data))
        case "config.changed": self = .configChanged(try JSONDecoder().decode(ConfigChanged.self, from: data))
        case "config.rejected": self = .configRejected(try JSONDecoder().decode(ConfigRejected.self, from: data))
        case "contact.changed": self = .contactChanged(try JSONDecoder().decode(ContactChanged.self, from: data))
        case "heartbeat.noted": self = .heartbeatNoted(try JSONDecoder().decode(HeartbeatNoted.self, from: data))
        case "keychain.changed": self = .keychainChanged(try JSONDecoder().decode(KeychainChanged.self, from: data))
        case "message.recorded": self = .messageRecorded(try JSONDecoder().decode(MessageRecorded.self, from: data))
        case "network.changed": self = .networkChanged(try JSONDecoder().decode(NetworkChanged.self, from: data))
        case "nex.request.completed": self = .nexRequestCompleted(try JSONDecoder().decode(NexRequestCompleted.self, from: data))
        case "nex.request.queued": self = .nexRequestQueued(try JSONDecoder().decode(NexRequestQueued.self, from: data))
        case "nex.request.stage": self = .nexRequestStage(try JSONDecoder().decode(NexRequestStage.self, from: data))
        case "nex.request.started": self = .nexRequestStarted(try JSONDecoder().decode(NexRequestStarted.self, from: data))
        case "permission.requested": self = .permissionRequested(try JSONDecoder().decode(PermissionRequested.self, from: data))
        case "permission.resolved": self = .permissionResolved(try JSONDecoder().decode(PermissionResolved.self, from: data))
        case "permission.updated": self = .permissionUpdated(try JSONDecoder().decode(PermissionUpdated.self, from: data))
        case "power.slept": self = .powerSlept(try JSONDecoder().decode(PowerSlept.self, from: data))
        case "power.woke": self = .powerWoke(try JSONDecoder().decode(PowerWoke.self, from: data))
        case "runtime.paused": self = .runtimePaused(try JSONDecoder().decode(RuntimePaused.self, from: data))
        case "runtime.resumed": self = .runtimeResumed(try JSONDecoder().decode(RuntimeResumed.self, from: data))
        case "schedule.changed": self = .scheduleChanged(try JSONDecoder().decode(ScheduleChanged.self, from: data))
        case "schedule.run": self = .scheduleRun(try JSONDecoder().decode(ScheduleRun.self, from: data))
        case "schedule.skipped": self = .scheduleSkipped(try JSONDecoder().decode(ScheduleSkipped.self, from: data))
        case "session.compacted": self = .sessionCompacted(try JSONDecoder().decode(SessionCompacted.self, from: data))
        case "session.created": self = .sessionCreated(try JSONDecoder().decode(SessionCreated.self, from: data))
        case "session.deleted": self = .sessionDeleted(try JSONDecoder().decode(SessionDeleted.self, from: data))
        case "session.forked": self = .sessionForked(try JSONDecoder().decode(SessionForked.self, from: data))
        case "session.imported": self = .sessionImported(try JSONDecoder().decode(SessionImported.self, from: data))
        case "session.labelled": self = .sessionLabelled(try JSONDecoder().decode(SessionLabelled.self, from: data))
        case "session.queue_changed": self = .sessionQueueChanged(try JSONDecoder().decode(SessionQueueChanged.self, from: data))
        case "session.renamed": self = .sessionRenamed(try JSONDecoder().decode(SessionRenamed.self, from: data))
        case "session.reset": self = .sessionReset(try JSONDecoder().decode(SessionReset.self, from: data))
        case "session.updated": self = .sessionUpdated(try JSONDecoder().decode(SessionUpdated.self, from: data))
        case "system.config_reloaded": self = .systemConfigReloaded(try JSONDecoder().decode(SystemConfigReloaded.self, from: data))
        case "system.started": self = .systemStarted(try JSONDecoder().decode(SystemStarted.self, from: data))
        case "system.stopping": self = .systemStopping(try JSONDecoder().decode(SystemStopping.self, from: data))
        case "turn.completed": self = .turnCompleted(try JSONDecoder().decode(TurnCompleted.self, from: data))
        case "turn.created": self = .turnCreated(try JSONDecoder().decode(TurnCreated.self, from: data))
        case "turn.updated": self = .turnUpdated(try JSONDecoder().decode(TurnUpdated.self, from: data))
        default: self = .unknown(type: type, properties: properties)
        }
    }

    /// Access control decided something.
    public struct AclDecision: Codable, Hashable, Sendable {
        public var action: String
        public var chain: Chain
        public var reason: String
        public var requestId: RequestId?
        public var verdict: String

        public init(action: String, chain: Chain, reason: String, requestId: RequestId? = nil, verdict: String) {
            self.action = action
            self.chain = chain
            self.reason = reason
            self.requestId = requestId
            self.verdict = verdict
        }

        enum CodingKeys: String, CodingKey {
            case action = "action"
            case chain = "chain"
            case reason = "reason"
            case requestId = "request_id"
            case verdict = "verdict"
        }
    }

    /// Old messages of an adapter were recorded; nothing ran because of them.
    public struct AdapterBackfilled: Codable, Hashable, Sendable {
        public var adapter: String
        public var nKnown: Int64
        public var nRecorded: Int64

        public init(adapter: String, nKnown: Int64, nRecorded: Int64) {
            self.adapter = adapter
            self.nKnown = nKnown
            self.nRecorded = nRecorded
        }

        enum CodingKeys: String, CodingKey {
            case adapter = "adapter"
            case nKnown = "n_known"
            case nRecorded = "n_recorded"
        }
    }

    /// A person had a delivery sent once more, or took it back.
    public struct AdapterOutChanged: Codable, Hashable, Sendable {
        public var deliveryId: DeliveryId
        public var isDropped: Bool

        public init(deliveryId: DeliveryId, isDropped: Bool) {
            self.deliveryId = deliveryId
            self.isDropped = isDropped
        }

        enum CodingKeys: String, CodingKey {
            case deliveryId = "delivery_id"
            case isDropped = "is_dropped"
        }
    }

    /// A delivery failed, or nobody knows how it ended.
    public struct AdapterOutError: Codable, Hashable, Sendable {
        public var deliveryId: DeliveryId
        public var error: String
        public var isUnknown: Bool

        public init(deliveryId: DeliveryId, error: String, isUnknown: Bool) {
            self.deliveryId = deliveryId
            self.error = error
            self.isUnknown = isUnknown
        }

        enum CodingKeys: String, CodingKey {
            case deliveryId = "delivery_id"
            case error = "error"
            case isUnknown = "is_unknown"
        }
    }

    /// A delivery is about to be handed to an adapter.
    public struct AdapterOutSending: Codable, Hashable, Sendable {
        public var deliveryId: DeliveryId
        public var requestId: RequestId
        public var target: String

        public init(deliveryId: DeliveryId, requestId: RequestId, target: String) {
            self.deliveryId = deliveryId
            self.requestId = requestId
            self.target = target
        }

        enum CodingKeys: String, CodingKey {
            case deliveryId = "delivery_id"
            case requestId = "request_id"
            case target = "target"
        }
    }

    /// An adapter confirmed a delivery.
    public struct AdapterOutSent: Codable, Hashable, Sendable {
        public var deliveryId: DeliveryId
        public var messageIds: [String]

        public init(deliveryId: DeliveryId, messageIds: [String]) {
            self.deliveryId = deliveryId
            self.messageIds = messageIds
        }

        enum CodingKeys: String, CodingKey {
            case deliveryId = "delivery_id"
            case messageIds = "message_ids"
        }
    }

    /// An adapter changed its state.
    public struct AdapterStatus: Codable, Hashable, Sendable {
        public var adapter: String
        public var reason: String
        public var state: String

        public init(adapter: String, reason: String, state: String) {
            self.adapter = adapter
            self.reason = reason
            self.state = state
        }
    }

    /// An adapter claimed what is not its own: a channel or an account of somebody else.
    public struct AdapterViolation: Codable, Hashable, Sendable {
        public var adapter: String
        public var what: String

        public init(adapter: String, what: String) {
            self.adapter = adapter
            self.what = what
        }
    }

    /// An agent was made while the daemon runs.
    public struct AgentCreated: Codable, Hashable, Sendable {
        public var agentId: AgentId
        public var creator: Principal
        public var parent: AgentId?
        public var preset: String

        public init(agentId: AgentId, creator: Principal, parent: AgentId? = nil, preset: String) {
            self.agentId = agentId
            self.creator = creator
            self.parent = parent
            self.preset = preset
        }

        enum CodingKeys: String, CodingKey {
            case agentId = "agent_id"
            case creator = "creator"
            case parent = "parent"
            case preset = "preset"
        }
    }

    /// An agent that was made is gone; what it did stays on record.
    public struct AgentDeleted: Codable, Hashable, Sendable {
        public var agentId: AgentId

        public init(agentId: AgentId) {
            self.agentId = agentId
        }

        enum CodingKeys: String, CodingKey {
            case agentId = "agent_id"
        }
    }

    /// A run met an error, and what is done about it.
    public struct AgentError: Codable, Hashable, Sendable {
        public var message: String
        public var sessionKey: SessionKey
        public var turnId: TurnId
        public var willRetry: Bool

        public init(message: String, sessionKey: SessionKey, turnId: TurnId, willRetry: Bool) {
            self.message = message
            self.sessionKey = sessionKey
            self.turnId = turnId
            self.willRetry = willRetry
        }

        enum CodingKeys: String, CodingKey {
            case message = "message"
            case sessionKey = "session_key"
            case turnId = "turn_id"
            case willRetry = "will_retry"
        }
    }

    /// A tool call ended.
    public struct AgentToolCompleted: Codable, Hashable, Sendable {
        public var durationMs: UInt64
        /// The first lines of the result.
        public var excerpt: String
        public var name: String
        /// A record for people: for an edit, the unified diff.
        public var record: String?
        public var sessionKey: SessionKey
        public var status: ToolCallStatus
        public var toolCallId: String
        public var turnId: TurnId

        public init(durationMs: UInt64, excerpt: String, name: String, record: String? = nil, sessionKey: SessionKey, status: ToolCallStatus, toolCallId: String, turnId: TurnId) {
            self.durationMs = durationMs
            self.excerpt = excerpt
            self.name = name
            self.record = record
            self.sessionKey = sessionKey
            self.status = status
            self.toolCallId = toolCallId
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case durationMs = "duration_ms"
            case excerpt = "excerpt"
            case name = "name"
            case record = "record"
            case sessionKey = "session_key"
            case status = "status"
            case toolCallId = "tool_call_id"
            case turnId = "turn_id"
        }
    }

    /// A tool call began: its effect may have happened from here on.
    public struct AgentToolStarted: Codable, Hashable, Sendable {
        public var name: String
        public var sessionKey: SessionKey
        public var summary: String
        public var toolCallId: String
        public var turnId: TurnId

        public init(name: String, sessionKey: SessionKey, summary: String, toolCallId: String, turnId: TurnId) {
            self.name = name
            self.sessionKey = sessionKey
            self.summary = summary
            self.toolCallId = toolCallId
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case name = "name"
            case sessionKey = "session_key"
            case summary = "summary"
            case toolCallId = "tool_call_id"
            case turnId = "turn_id"
        }
    }

    /// An agent that was made goes on with other settings.
    public struct AgentUpdated: Codable, Hashable, Sendable {
        public var agentId: AgentId
        public var preset: String

        public init(agentId: AgentId, preset: String) {
            self.agentId = agentId
            self.preset = preset
        }

        enum CodingKeys: String, CodingKey {
            case agentId = "agent_id"
            case preset = "preset"
        }
    }

    /// A budget is used up, or what is left of it is too little for a call; told once a period.
    public struct BudgetExhausted: Codable, Hashable, Sendable {
        public var budget: String
        public var holder: String
        public var limit: UInt64
        public var resetsAt: Timestamp?
        public var resource: Resource
        public var used: UInt64

        public init(budget: String, holder: String, limit: UInt64, resetsAt: Timestamp? = nil, resource: Resource, used: UInt64) {
            self.budget = budget
            self.holder = holder
            self.limit = limit
            self.resetsAt = resetsAt
            self.resource = resource
            self.used = used
        }

        enum CodingKeys: String, CodingKey {
            case budget = "budget"
            case holder = "holder"
            case limit = "limit"
            case resetsAt = "resets_at"
            case resource = "resource"
            case used = "used"
        }
    }

    /// A budget is used up to the part from which people are warned; told once a period.
    public struct BudgetWarned: Codable, Hashable, Sendable {
        public var budget: String
        public var holder: String
        public var limit: UInt64
        public var resetsAt: Timestamp?
        public var resource: Resource
        public var used: UInt64

        public init(budget: String, holder: String, limit: UInt64, resetsAt: Timestamp? = nil, resource: Resource, used: UInt64) {
            self.budget = budget
            self.holder = holder
            self.limit = limit
            self.resetsAt = resetsAt
            self.resource = resource
            self.used = used
        }

        enum CodingKeys: String, CodingKey {
            case budget = "budget"
            case holder = "holder"
            case limit = "limit"
            case resetsAt = "resets_at"
            case resource = "resource"
            case used = "used"
        }
    }

    /// The configuration in force has changed, whoever changed it: all paths that did, and those
    /// among them that need a restart.
    public struct ConfigChanged: Codable, Hashable, Sendable {
        public var paths: [String]
        public var requiresRestart: [String]

        public init(paths: [String], requiresRestart: [String]) {
            self.paths = paths
            self.requiresRestart = requiresRestart
        }

        enum CodingKeys: String, CodingKey {
            case paths = "paths"
            case requiresRestart = "requires_restart"
        }
    }

    /// `nexus.toml` was changed to something that cannot be used; what is in force stays.
    public struct ConfigRejected: Codable, Hashable, Sendable {
        public var findings: [String]

        public init(findings: [String]) {
            self.findings = findings
        }
    }

    /// A sender belongs to somebody from now on, or to nobody any more.
    public struct ContactChanged: Codable, Hashable, Sendable {
        public var by: Principal
        public var channel: String
        /// The person; `None` when the sender belongs to nobody.
        public var entityId: String?
        public var kind: MappingKind?
        public var senderId: String

        public init(by: Principal, channel: String, entityId: String? = nil, kind: MappingKind? = nil, senderId: String) {
            self.by = by
            self.channel = channel
            self.entityId = entityId
            self.kind = kind
            self.senderId = senderId
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case channel = "channel"
            case entityId = "entity_id"
            case kind = "kind"
            case senderId = "sender_id"
        }
    }

    /// A text waits for the next heartbeat of an agent.
    public struct HeartbeatNoted: Codable, Hashable, Sendable {
        public var agentId: AgentId
        public var by: Principal

        public init(agentId: AgentId, by: Principal) {
            self.agentId = agentId
            self.by = by
        }

        enum CodingKeys: String, CodingKey {
            case agentId = "agent_id"
            case by = "by"
        }
    }

    /// The keychain can be used again, or cannot any more.
    public struct KeychainChanged: Codable, Hashable, Sendable {
        public var reason: String
        public var state: String

        public init(reason: String, state: String) {
            self.reason = reason
            self.state = state
        }
    }

    /// A message joined a session.
    public struct MessageRecorded: Codable, Hashable, Sendable {
        public var message: Message
        public var sessionKey: SessionKey

        public init(message: Message, sessionKey: SessionKey) {
            self.message = message
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case message = "message"
            case sessionKey = "session_key"
        }
    }

    /// The machine has other addresses than before.
    public struct NetworkChanged: Codable, Hashable, Sendable {
        public var isOnline: Bool

        public init(isOnline: Bool) {
            self.isOnline = isOnline
        }

        enum CodingKeys: String, CodingKey {
            case isOnline = "is_online"
        }
    }

    /// A request ended.
    public struct NexRequestCompleted: Codable, Hashable, Sendable {
        public var durationMs: UInt64
        public var error: String?
        public var requestId: RequestId
        public var sessionKey: SessionKey?
        public var status: RequestStatus

        public init(durationMs: UInt64, error: String? = nil, requestId: RequestId, sessionKey: SessionKey? = nil, status: RequestStatus) {
            self.durationMs = durationMs
            self.error = error
            self.requestId = requestId
            self.sessionKey = sessionKey
            self.status = status
        }

        enum CodingKeys: String, CodingKey {
            case durationMs = "duration_ms"
            case error = "error"
            case requestId = "request_id"
            case sessionKey = "session_key"
            case status = "status"
        }
    }

    /// A request waits behind the active run of its session.
    public struct NexRequestQueued: Codable, Hashable, Sendable {
        public var mode: QueueMode
        public var requestId: RequestId
        public var sessionKey: SessionKey

        public init(mode: QueueMode, requestId: RequestId, sessionKey: SessionKey) {
            self.mode = mode
            self.requestId = requestId
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case mode = "mode"
            case requestId = "request_id"
            case sessionKey = "session_key"
        }
    }

    /// A request left a stage.
    public struct NexRequestStage: Codable, Hashable, Sendable {
        public var durationUs: UInt64
        public var note: String
        public var outcome: StageOutcome
        public var requestId: RequestId
        public var stage: Stage

        public init(durationUs: UInt64, note: String, outcome: StageOutcome, requestId: RequestId, stage: Stage) {
            self.durationUs = durationUs
            self.note = note
            self.outcome = outcome
            self.requestId = requestId
            self.stage = stage
        }

        enum CodingKeys: String, CodingKey {
            case durationUs = "duration_us"
            case note = "note"
            case outcome = "outcome"
            case requestId = "request_id"
            case stage = "stage"
        }
    }

    /// A request was admitted.
    public struct NexRequestStarted: Codable, Hashable, Sendable {
        public var channel: String
        public var eventId: String
        public var purpose: String
        public var requestId: RequestId

        public init(channel: String, eventId: String, purpose: String, requestId: RequestId) {
            self.channel = channel
            self.eventId = eventId
            self.purpose = purpose
            self.requestId = requestId
        }

        enum CodingKeys: String, CodingKey {
            case channel = "channel"
            case eventId = "event_id"
            case purpose = "purpose"
            case requestId = "request_id"
        }
    }

    /// A run waits for a person.
    public struct PermissionRequested: Codable, Hashable, Sendable {
        public var permission: PermissionRequest

        public init(permission: PermissionRequest) {
            self.permission = permission
        }
    }

    /// A permission request was decided, ran out or was withdrawn.
    public struct PermissionResolved: Codable, Hashable, Sendable {
        /// The answer, when a person gave one.
        public var answer: PermissionAnswer?
        public var comment: String?
        /// The grant that a standing answer made.
        public var grantId: GrantId?
        public var permissionId: PermissionId
        public var resolvedBy: Principal?
        public var sessionKey: SessionKey
        public var status: PermissionStatus

        public init(answer: PermissionAnswer? = nil, comment: String? = nil, grantId: GrantId? = nil, permissionId: PermissionId, resolvedBy: Principal? = nil, sessionKey: SessionKey, status: PermissionStatus) {
            self.answer = answer
            self.comment = comment
            self.grantId = grantId
            self.permissionId = permissionId
            self.resolvedBy = resolvedBy
            self.sessionKey = sessionKey
            self.status = status
        }

        enum CodingKeys: String, CodingKey {
            case answer = "answer"
            case comment = "comment"
            case grantId = "grant_id"
            case permissionId = "permission_id"
            case resolvedBy = "resolved_by"
            case sessionKey = "session_key"
            case status = "status"
        }
    }

    /// A permission request was shown to a person, or more time was asked for.
    public struct PermissionUpdated: Codable, Hashable, Sendable {
        public var expiresAt: Timestamp
        public var permissionId: PermissionId
        public var seenAt: Timestamp?
        public var sessionKey: SessionKey

        public init(expiresAt: Timestamp, permissionId: PermissionId, seenAt: Timestamp? = nil, sessionKey: SessionKey) {
            self.expiresAt = expiresAt
            self.permissionId = permissionId
            self.seenAt = seenAt
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case expiresAt = "expires_at"
            case permissionId = "permission_id"
            case seenAt = "seen_at"
            case sessionKey = "session_key"
        }
    }
    /// The machine is going to sleep, and said so.
    public typealias PowerSlept = JSONValue

    /// The machine has woken up. `noticed` says by what this was seen.
    public struct PowerWoke: Codable, Hashable, Sendable {
        public var noticed: Noticed
        public var sleptMs: UInt64

        public init(noticed: Noticed, sleptMs: UInt64) {
            self.noticed = noticed
            self.sleptMs = sleptMs
        }

        enum CodingKeys: String, CodingKey {
            case noticed = "noticed"
            case sleptMs = "slept_ms"
        }
    }

    /// The daemon is paused from here on.
    public struct RuntimePaused: Codable, Hashable, Sendable {
        public var by: Principal
        public var mode: PauseMode
        /// When it ends by itself.
        public var until: Timestamp?

        public init(by: Principal, mode: PauseMode, until: Timestamp? = nil) {
            self.by = by
            self.mode = mode
            self.until = until
        }
    }

    /// A pause is over.
    public struct RuntimeResumed: Codable, Hashable, Sendable {
        /// Who ended it; nobody when its time ran out.
        public var by: Principal?

        public init(by: Principal? = nil) {
            self.by = by
        }
    }

    /// A scheduled job was made, changed, paused, resumed or removed.
    public struct ScheduleChanged: Codable, Hashable, Sendable {
        public var by: Principal
        public var change: JobChange
        public var jobId: JobId
        public var name: String

        public init(by: Principal, change: JobChange, jobId: JobId, name: String) {
            self.by = by
            self.change = change
            self.jobId = jobId
            self.name = name
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case change = "change"
            case jobId = "job_id"
            case name = "name"
        }
    }

    /// A run of a scheduled job was handed in; the request tells the rest.
    public struct ScheduleRun: Codable, Hashable, Sendable {
        public var dueAt: Timestamp
        public var jobId: JobId
        /// Earlier times for which nothing ran, and for which this run stands.
        public var nMissed: Int64
        public var name: String
        public var requestId: RequestId

        public init(dueAt: Timestamp, jobId: JobId, nMissed: Int64, name: String, requestId: RequestId) {
            self.dueAt = dueAt
            self.jobId = jobId
            self.nMissed = nMissed
            self.name = name
            self.requestId = requestId
        }

        enum CodingKeys: String, CodingKey {
            case dueAt = "due_at"
            case jobId = "job_id"
            case nMissed = "n_missed"
            case name = "name"
            case requestId = "request_id"
        }
    }

    /// A time of a scheduled job passed without a run.
    public struct ScheduleSkipped: Codable, Hashable, Sendable {
        public var jobId: JobId
        public var nMissed: Int64
        public var name: String
        public var why: SkipReason

        public init(jobId: JobId, nMissed: Int64, name: String, why: SkipReason) {
            self.jobId = jobId
            self.nMissed = nMissed
            self.name = name
            self.why = why
        }

        enum CodingKeys: String, CodingKey {
            case jobId = "job_id"
            case nMissed = "n_missed"
            case name = "name"
            case why = "why"
        }
    }

    /// Old turns were replaced by a summary.
    public struct SessionCompacted: Codable, Hashable, Sendable {
        public var nMessages: UInt64
        public var sessionKey: SessionKey
        public var tokensSaved: UInt64

        public init(nMessages: UInt64, sessionKey: SessionKey, tokensSaved: UInt64) {
            self.nMessages = nMessages
            self.sessionKey = sessionKey
            self.tokensSaved = tokensSaved
        }

        enum CodingKeys: String, CodingKey {
            case nMessages = "n_messages"
            case sessionKey = "session_key"
            case tokensSaved = "tokens_saved"
        }
    }

    /// A session exists now.
    public struct SessionCreated: Codable, Hashable, Sendable {
        public var agentId: AgentId
        public var sessionKey: SessionKey

        public init(agentId: AgentId, sessionKey: SessionKey) {
            self.agentId = agentId
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case agentId = "agent_id"
            case sessionKey = "session_key"
        }
    }

    /// A session is gone from the lists, and its messages are forgotten.
    public struct SessionDeleted: Codable, Hashable, Sendable {
        public var by: Principal
        public var nMessages: UInt64
        public var sessionKey: SessionKey

        public init(by: Principal, nMessages: UInt64, sessionKey: SessionKey) {
            self.by = by
            self.nMessages = nMessages
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case nMessages = "n_messages"
            case sessionKey = "session_key"
        }
    }

    /// A session began as a copy of another one.
    public struct SessionForked: Codable, Hashable, Sendable {
        public var by: Principal
        public var forkedFrom: ForkedFrom
        public var nMessages: UInt64
        public var sessionKey: SessionKey

        public init(by: Principal, forkedFrom: ForkedFrom, nMessages: UInt64, sessionKey: SessionKey) {
            self.by = by
            self.forkedFrom = forkedFrom
            self.nMessages = nMessages
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case forkedFrom = "forked_from"
            case nMessages = "n_messages"
            case sessionKey = "session_key"
        }
    }

    /// Messages came into a session from a document.
    public struct SessionImported: Codable, Hashable, Sendable {
        public var by: Principal
        public var nMessages: UInt64
        public var sessionKey: SessionKey

        public init(by: Principal, nMessages: UInt64, sessionKey: SessionKey) {
            self.by = by
            self.nMessages = nMessages
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case nMessages = "n_messages"
            case sessionKey = "session_key"
        }
    }

    /// A session was exposed to something it had not been exposed to before.
    public struct SessionLabelled: Codable, Hashable, Sendable {
        public var label: SessionLabel
        public var sessionKey: SessionKey

        public init(label: SessionLabel, sessionKey: SessionKey) {
            self.label = label
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case label = "label"
            case sessionKey = "session_key"
        }
    }

    /// What waits in a session runs in another order.
    public struct SessionQueueChanged: Codable, Hashable, Sendable {
        public var by: Principal
        public var requestIds: [RequestId]
        public var sessionKey: SessionKey

        public init(by: Principal, requestIds: [RequestId], sessionKey: SessionKey) {
            self.by = by
            self.requestIds = requestIds
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case requestIds = "request_ids"
            case sessionKey = "session_key"
        }
    }

    /// A session goes on under another key, with all that is in it.
    public struct SessionRenamed: Codable, Hashable, Sendable {
        public var earlierKey: SessionKey
        public var sessionKey: SessionKey

        public init(earlierKey: SessionKey, sessionKey: SessionKey) {
            self.earlierKey = earlierKey
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case earlierKey = "earlier_key"
            case sessionKey = "session_key"
        }
    }

    /// The messages of a session are forgotten; it goes on empty.
    public struct SessionReset: Codable, Hashable, Sendable {
        public var by: Principal
        public var nMessages: UInt64
        public var sessionKey: SessionKey

        public init(by: Principal, nMessages: UInt64, sessionKey: SessionKey) {
            self.by = by
            self.nMessages = nMessages
            self.sessionKey = sessionKey
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case nMessages = "n_messages"
            case sessionKey = "session_key"
        }
    }

    /// A session has another title or other defaults.
    public struct SessionUpdated: Codable, Hashable, Sendable {
        public var by: Principal
        public var defaults: SessionDefaults
        public var sessionKey: SessionKey
        public var title: String?

        public init(by: Principal, defaults: SessionDefaults, sessionKey: SessionKey, title: String? = nil) {
            self.by = by
            self.defaults = defaults
            self.sessionKey = sessionKey
            self.title = title
        }

        enum CodingKeys: String, CodingKey {
            case by = "by"
            case defaults = "defaults"
            case sessionKey = "session_key"
            case title = "title"
        }
    }

    /// The configuration was read again.
    public struct SystemConfigReloaded: Codable, Hashable, Sendable {
        public var changed: [String]
        public var needsRestart: [String]

        public init(changed: [String], needsRestart: [String]) {
            self.changed = changed
            self.needsRestart = needsRestart
        }

        enum CodingKeys: String, CodingKey {
            case changed = "changed"
            case needsRestart = "needs_restart"
        }
    }

    /// The daemon is up.
    public struct SystemStarted: Codable, Hashable, Sendable {
        public var version: String

        public init(version: String) {
            self.version = version
        }
    }

    /// The daemon stops.
    public struct SystemStopping: Codable, Hashable, Sendable {
        public var reason: String

        public init(reason: String) {
            self.reason = reason
        }
    }

    /// A turn ended.
    public struct TurnCompleted: Codable, Hashable, Sendable {
        public var cost: Cost
        public var error: String?
        public var sessionKey: SessionKey
        public var status: TurnStatus
        public var stopReason: StopReason
        public var turnId: TurnId
        public var usage: Usage

        public init(cost: Cost, error: String? = nil, sessionKey: SessionKey, status: TurnStatus, stopReason: StopReason, turnId: TurnId, usage: Usage) {
            self.cost = cost
            self.error = error
            self.sessionKey = sessionKey
            self.status = status
            self.stopReason = stopReason
            self.turnId = turnId
            self.usage = usage
        }

        enum CodingKeys: String, CodingKey {
            case cost = "cost"
            case error = "error"
            case sessionKey = "session_key"
            case status = "status"
            case stopReason = "stop_reason"
            case turnId = "turn_id"
            case usage = "usage"
        }
    }

    /// A turn began.
    public struct TurnCreated: Codable, Hashable, Sendable {
        public var requestIds: [RequestId]
        public var sessionKey: SessionKey
        public var turnId: TurnId

        public init(requestIds: [RequestId], sessionKey: SessionKey, turnId: TurnId) {
            self.requestIds = requestIds
            self.sessionKey = sessionKey
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case requestIds = "request_ids"
            case sessionKey = "session_key"
            case turnId = "turn_id"
        }
    }

    /// A turn changed how it stands: parked, running again.
    public struct TurnUpdated: Codable, Hashable, Sendable {
        public var sessionKey: SessionKey
        public var status: TurnStatus
        public var turnId: TurnId

        public init(sessionKey: SessionKey, status: TurnStatus, turnId: TurnId) {
            self.sessionKey = sessionKey
            self.status = status
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case sessionKey = "session_key"
            case status = "status"
            case turnId = "turn_id"
        }
    }
}

/// Input of `events.subscribe`. A second call replaces the first.
public struct EventsSubscribeParams: Codable, Hashable, Sendable {
    /// Recorded events after this position; from now on when left out.
    public var after: Position?
    /// Only streaming text of this session; of all when left out.
    public var sessionKey: SessionKey?
    /// Whether streaming text is wanted at all.
    public var transient: Bool?
    /// Event types; `session.*` stands for all that begin so. All when empty.
    public var types: [String]?

    public init(after: Position? = nil, sessionKey: SessionKey? = nil, transient: Bool? = nil, types: [String]? = nil) {
        self.after = after
        self.sessionKey = sessionKey
        self.transient = transient
        self.types = types
    }
}

/// Result of `events.subscribe`.
public struct EventsSubscribeResult: Codable, Hashable, Sendable {
    /// Where the subscription begins.
    public var after: Position
    /// The latest position when it began; events up to it are a replay.
    public var latest: Position

    public init(after: Position, latest: Position) {
        self.after = after
        self.latest = latest
    }
}
/// A verdict that is expected.
public struct ExpectedVerdict: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Go.
    public static let allow = ExpectedVerdict(rawValue: "allow")
    /// A person decides.
    public static let ask = ExpectedVerdict(rawValue: "ask")
    /// No.
    public static let deny = ExpectedVerdict(rawValue: "deny")
}

/// What holds for one of those whose authority is needed.
public struct ExplainedLink: Codable, Hashable, Sendable {
    /// Everything that is satisfied, the strongest first.
    public var policies: [DecidingPolicy]
    /// The preset, for an agent.
    public var preset: String?
    /// Who.
    public var principal: String
    /// `allow`, `ask` or `deny`.
    public var verdict: String

    public init(policies: [DecidingPolicy], preset: String? = nil, principal: String, verdict: String) {
        self.policies = policies
        self.preset = preset
        self.principal = principal
        self.verdict = verdict
    }
}
/// Form of an export.
public struct ExportFormat: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// For people: what was said, and which tools were called.
    public static let markdown = ExportFormat(rawValue: "markdown")
    /// For programs: one JSON document with every message and what its calls came to.
    public static let json = ExportFormat(rawValue: "json")
}

/// Input of `expose.set`.
public struct ExposeSetParams: Codable, Hashable, Sendable {
    /// The address, where that is the target.
    public var address: String?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// What is announced from now on; as before when left out.
    public var mdns: MdnsMode?
    /// To whom.
    public var target: ExposeTarget

    public init(address: String? = nil, idempotencyKey: String, mdns: MdnsMode? = nil, target: ExposeTarget) {
        self.address = address
        self.idempotencyKey = idempotencyKey
        self.mdns = mdns
        self.target = target
    }
}

/// Result of `expose.status` and `expose.set`.
public struct ExposeSetResult: Codable, Hashable, Sendable {
    /// What is announced on the local network, when anything is.
    public var announced: String?
    /// The setting `runtime.bind`.
    public var bind: String
    /// Where others reach it; empty when nobody does.
    public var endpoints: [Endpoint]
    /// Where programs of this machine reach it, without TLS.
    public var inside: String
    /// What the configuration wants and could not be done, and how to mend it.
    public var problems: [String]
    /// Who comes in over the tailnet without showing a credential, because the configuration names
    /// it (`tailscale.logins`).
    public var tailnetLogins: [TailnetAccess]?

    public init(announced: String? = nil, bind: String, endpoints: [Endpoint], inside: String, problems: [String], tailnetLogins: [TailnetAccess]? = nil) {
        self.announced = announced
        self.bind = bind
        self.endpoints = endpoints
        self.inside = inside
        self.problems = problems
        self.tailnetLogins = tailnetLogins
    }
}
/// Input of `expose.status`.
public struct ExposeStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `expose.status` and `expose.set`.
public struct ExposeStatusResult: Codable, Hashable, Sendable {
    /// What is announced on the local network, when anything is.
    public var announced: String?
    /// The setting `runtime.bind`.
    public var bind: String
    /// Where others reach it; empty when nobody does.
    public var endpoints: [Endpoint]
    /// Where programs of this machine reach it, without TLS.
    public var inside: String
    /// What the configuration wants and could not be done, and how to mend it.
    public var problems: [String]
    /// Who comes in over the tailnet without showing a credential, because the configuration names
    /// it (`tailscale.logins`).
    public var tailnetLogins: [TailnetAccess]?

    public init(announced: String? = nil, bind: String, endpoints: [Endpoint], inside: String, problems: [String], tailnetLogins: [TailnetAccess]? = nil) {
        self.announced = announced
        self.bind = bind
        self.endpoints = endpoints
        self.inside = inside
        self.problems = problems
        self.tailnetLogins = tailnetLogins
    }
}
/// To whom the control plane is to be opened.
public struct ExposeTarget: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// To nobody outside this machine.
    public static let off = ExposeTarget(rawValue: "off")
    /// To the local networks of this machine.
    public static let lan = ExposeTarget(rawValue: "lan")
    /// To the tailnet, by `tailscale serve`.
    public static let tailnet = ExposeTarget(rawValue: "tailnet")
    /// On one address of this machine.
    public static let address = ExposeTarget(rawValue: "address")
}

/// What this connection may use.
public struct Features: Codable, Hashable, Sendable {
    /// Event types it may receive.
    public var events: [String]
    /// Methods it may call.
    public var methods: [String]

    public init(events: [String], methods: [String]) {
        self.events = events
        self.methods = methods
    }
}

/// Which rows are wanted; what is left out matches everything.
public struct Filter: Codable, Hashable, Sendable {
    /// An action, such as `tool.exec`, `deliver` or `sign_in`, or its part before a point.
    public var action: String?
    /// A principal anywhere in the chain, such as `owner`, `agent:main` or `job:outbox`.
    public var principal: String?
    /// In the course of this request: its id, the beginning of it, or `@last`.
    public var requestId: String?
    /// A part of the resource, in small or capital letters.
    public var resource: String?
    /// In this session.
    public var sessionKey: SessionKey?
    /// From then on.
    public var since: Timestamp?
    /// Until then, itself not included.
    public var until: Timestamp?
    /// `allow`, `ask` or `deny`.
    public var verdict: String?

    public init(action: String? = nil, principal: String? = nil, requestId: String? = nil, resource: String? = nil, sessionKey: SessionKey? = nil, since: Timestamp? = nil, until: Timestamp? = nil, verdict: String? = nil) {
        self.action = action
        self.principal = principal
        self.requestId = requestId
        self.resource = resource
        self.sessionKey = sessionKey
        self.since = since
        self.until = until
        self.verdict = verdict
    }
}

/// What access control says about one thing that a run may do. It is asked about a usual call: a
/// real one may meet a rule about its file or machine.
public struct Foreseen: Codable, Hashable, Sendable {
    /// Why.
    public var reason: String
    /// What access control says.
    public var verdict: CheckVerdict
    /// The tool; `start` for the run itself, `deliver` for the reply.
    public var what: String

    public init(reason: String, verdict: CheckVerdict, what: String) {
        self.reason = reason
        self.verdict = verdict
        self.what = what
    }
}

/// Where a copied session left another one.
public struct ForkedFrom: Codable, Hashable, Sendable {
    /// The last message there that was copied; none when it began empty.
    public var messageId: MessageId?
    /// The session it was copied from.
    public var sessionKey: SessionKey

    public init(messageId: MessageId? = nil, sessionKey: SessionKey) {
        self.messageId = messageId
        self.sessionKey = sessionKey
    }

    enum CodingKeys: String, CodingKey {
        case messageId = "message_id"
        case sessionKey = "session_key"
    }
}

/// Which work counts. Days are those of UTC.
public struct GetParams: Codable, Hashable, Sendable {
    /// One agent.
    public var agentId: String?
    /// One API key.
    public var key: String?
    /// One model, as `provider/model`.
    public var model: String?
    /// One session.
    public var sessionKey: String?
    /// First day, as `2026-11-21`; from the beginning when left out.
    public var since: String?
    /// Last day, included; until now when left out.
    public var until: String?

    public init(agentId: String? = nil, key: String? = nil, model: String? = nil, sessionKey: String? = nil, since: String? = nil, until: String? = nil) {
        self.agentId = agentId
        self.key = key
        self.model = model
        self.sessionKey = sessionKey
        self.since = since
        self.until = until
    }
}

/// A standing answer as recorded.
public struct Grant: Codable, Hashable, Sendable {
    /// When it was made.
    public var createdAt: Timestamp
    /// Yes or no.
    public var effect: GrantEffect
    /// When it ends; `None` holds until it is revoked.
    public var expiresAt: Timestamp?
    /// Who made it.
    public var grantedBy: Principal
    /// Its id; decisions name it as the policy that decided.
    public var id: GrantId
    /// The permission request it came from.
    public var permissionId: PermissionId?
    /// Whom it is about: the one that acts.
    public var principal: Principal
    /// Why, for people.
    public var reason: String
    /// When it was taken back.
    public var revokedAt: Timestamp?
    /// Who took it back.
    public var revokedBy: Principal?
    /// Where it holds.
    public var scope: GrantScope
    /// The verb.
    public var verb: GrantVerb

    public init(createdAt: Timestamp, effect: GrantEffect, expiresAt: Timestamp? = nil, grantedBy: Principal, id: GrantId, permissionId: PermissionId? = nil, principal: Principal, reason: String, revokedAt: Timestamp? = nil, revokedBy: Principal? = nil, scope: GrantScope, verb: GrantVerb) {
        self.createdAt = createdAt
        self.effect = effect
        self.expiresAt = expiresAt
        self.grantedBy = grantedBy
        self.id = id
        self.permissionId = permissionId
        self.principal = principal
        self.reason = reason
        self.revokedAt = revokedAt
        self.revokedBy = revokedBy
        self.scope = scope
        self.verb = verb
    }

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case effect = "effect"
        case expiresAt = "expires_at"
        case grantedBy = "granted_by"
        case id = "id"
        case permissionId = "permission_id"
        case principal = "principal"
        case reason = "reason"
        case revokedAt = "revoked_at"
        case revokedBy = "revoked_by"
        case scope = "scope"
        case verb = "verb"
    }
}
/// What a grant says.
public struct GrantEffect: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Yes, without asking.
    public static let allow = GrantEffect(rawValue: "allow")
    /// No, whatever else permits it.
    public static let deny = GrantEffect(rawValue: "deny")
}
/// ULID of a grant
public typealias GrantId = String

/// Something that happened to a grant.
public struct GrantLogItem: Codable, Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// Who did it; left out for the passing of time.
    public var by: Principal?
    /// `created`, `used`, `expired` or `revoked`.
    public var what: String

    public init(at: Timestamp, by: Principal? = nil, what: String) {
        self.at = at
        self.by = by
        self.what = what
    }
}

/// Where a grant holds. Every field that is set narrows it; what is left out holds for all.
public struct GrantScope: Codable, Hashable, Sendable {
    /// Commands that begin with these words; the first is the program.
    public var command: [String]?
    /// Exactly this action.
    public var digest: String?
    /// This host.
    public var host: String?
    /// This file, or everything beneath this folder, as the tool names it; a folder ends with `/`.
    public var path: String?
    /// Only this port of it.
    public var port: Int64?
    /// This recipient on the channel.
    public var recipient: String?
    /// The resource by name: a method, an agent, a tool or a channel.
    public var resource: String?
    /// Only in this session.
    public var sessionKey: SessionKey?

    public init(command: [String]? = nil, digest: String? = nil, host: String? = nil, path: String? = nil, port: Int64? = nil, recipient: String? = nil, resource: String? = nil, sessionKey: SessionKey? = nil) {
        self.command = command
        self.digest = digest
        self.host = host
        self.path = path
        self.port = port
        self.recipient = recipient
        self.resource = resource
        self.sessionKey = sessionKey
    }

    enum CodingKeys: String, CodingKey {
        case command = "command"
        case digest = "digest"
        case host = "host"
        case path = "path"
        case port = "port"
        case recipient = "recipient"
        case resource = "resource"
        case sessionKey = "session_key"
    }
}
/// The verb a grant is about.
public struct GrantVerb: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Call a method of the control plane.
    public static let call = GrantVerb(rawValue: "call")
    /// Start a run of an agent.
    public static let startRun = GrantVerb(rawValue: "start_run")
    /// Use a tool.
    public static let useTool = GrantVerb(rawValue: "use_tool")
    /// Deliver a message.
    public static let deliver = GrantVerb(rawValue: "deliver")
}

/// One thing that is checked.
public struct HealthCheck: Codable, Hashable, Sendable {
    /// A command that mends it.
    public var fix: String?
    /// Stable id, such as `ledger` or `model`.
    public var id: String
    /// Why, in words.
    public var reason: String
    /// Since when.
    public var since: Timestamp
    /// How it is.
    public var status: HealthStatus

    public init(fix: String? = nil, id: String, reason: String, since: Timestamp, status: HealthStatus) {
        self.fix = fix
        self.id = id
        self.reason = reason
        self.since = since
        self.status = status
    }
}
/// Input of `health`.
public struct HealthParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `health`, and the body of `GET /health`.
public struct HealthResult: Codable, Hashable, Sendable {
    /// The adapters.
    public var adapters: AdapterCounts
    /// Every check.
    public var checks: [HealthCheck]
    /// The pause, while there is one. It is what somebody wanted, and nothing amiss.
    public var paused: Paused?
    /// Its process id.
    public var pid: Int64
    /// The pipeline.
    public var pipeline: PipelineCounts
    /// The last sleep of the machine; nothing when it has not slept since the daemon started.
    public var power: PowerFacts?
    /// The summary in one word.
    public var status: HealthStatus
    /// How long it has been up, in milliseconds.
    public var uptimeMs: UInt64
    /// Version of the daemon.
    public var version: String

    public init(adapters: AdapterCounts, checks: [HealthCheck], paused: Paused? = nil, pid: Int64, pipeline: PipelineCounts, power: PowerFacts? = nil, status: HealthStatus, uptimeMs: UInt64, version: String) {
        self.adapters = adapters
        self.checks = checks
        self.paused = paused
        self.pid = pid
        self.pipeline = pipeline
        self.power = power
        self.status = status
        self.uptimeMs = uptimeMs
        self.version = version
    }

    enum CodingKeys: String, CodingKey {
        case adapters = "adapters"
        case checks = "checks"
        case paused = "paused"
        case pid = "pid"
        case pipeline = "pipeline"
        case power = "power"
        case status = "status"
        case uptimeMs = "uptime_ms"
        case version = "version"
    }
}
/// The summary in one word.
public struct HealthStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Up, still taking up unfinished work.
    public static let starting = HealthStatus(rawValue: "starting")
    /// All is well.
    public static let healthy = HealthStatus(rawValue: "healthy")
    /// It works, with something amiss.
    public static let degraded = HealthStatus(rawValue: "degraded")
    /// It cannot do its work.
    public static let unhealthy = HealthStatus(rawValue: "unhealthy")
}

/// Input of `heartbeat.get`.
public struct HeartbeatGetParams: Codable, Hashable, Sendable {
    /// The agent; the default one when left out.
    public var agentId: AgentId?

    public init(agentId: AgentId? = nil) {
        self.agentId = agentId
    }
}

/// Result of `heartbeat.get` and `heartbeat.set`.
public struct HeartbeatGetResult: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId
    /// Its heartbeat, if it was given one.
    public var heartbeat: JobView?
    /// Texts that wait for the next beat.
    public var nWaiting: Int64

    public init(agentId: AgentId, heartbeat: JobView? = nil, nWaiting: Int64) {
        self.agentId = agentId
        self.heartbeat = heartbeat
        self.nWaiting = nWaiting
    }
}

/// Input of `heartbeat.note`.
public struct HeartbeatNoteParams: Codable, Hashable, Sendable {
    /// The agent; the default one when left out.
    public var agentId: AgentId?
    /// Lets the command be repeated safely: the same key is the same text.
    public var idempotencyKey: String
    /// What it is to be told.
    public var text: String

    public init(agentId: AgentId? = nil, idempotencyKey: String, text: String) {
        self.agentId = agentId
        self.idempotencyKey = idempotencyKey
        self.text = text
    }
}

/// Result of `heartbeat.note`.
public struct HeartbeatNoteResult: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId
    /// Whether this key had been used before; then nothing new waits.
    public var isDuplicate: Bool

    public init(agentId: AgentId, isDuplicate: Bool) {
        self.agentId = agentId
        self.isDuplicate = isDuplicate
    }
}

/// Input of `heartbeat.set`. What is left out stays as it is; for a new one, it beats every 30
/// minutes, at any hour, with nothing of its own to say.
public struct HeartbeatSetParams: Codable, Hashable, Sendable {
    /// Hours of the day in which it beats.
    public var activeHours: ActiveHours?
    /// The agent; the default one when left out.
    public var agentId: AgentId?
    /// The conversation outside to which replies are sent, as `channel/account:conversation`; empty
    /// for none.
    public var deliverTo: String?
    /// How long between two beats, in milliseconds.
    public var everyMs: UInt64?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Whether it beats at any hour again.
    public var isAtAnyHour: Bool?
    /// Whether it beats.
    public var isOn: Bool
    /// What the agent is told at each beat. With an empty one a beat only brings what waits for it,
    /// and asks no model when nothing does.
    public var prompt: String?
    /// The conversation.
    public var session: JobSession?

    public init(activeHours: ActiveHours? = nil, agentId: AgentId? = nil, deliverTo: String? = nil, everyMs: UInt64? = nil, idempotencyKey: String, isAtAnyHour: Bool? = nil, isOn: Bool, prompt: String? = nil, session: JobSession? = nil) {
        self.activeHours = activeHours
        self.agentId = agentId
        self.deliverTo = deliverTo
        self.everyMs = everyMs
        self.idempotencyKey = idempotencyKey
        self.isAtAnyHour = isAtAnyHour
        self.isOn = isOn
        self.prompt = prompt
        self.session = session
    }
}

/// Result of `heartbeat.get` and `heartbeat.set`.
public struct HeartbeatSetResult: Codable, Hashable, Sendable {
    /// The agent.
    public var agentId: AgentId
    /// Its heartbeat, if it was given one.
    public var heartbeat: JobView?
    /// Texts that wait for the next beat.
    public var nWaiting: Int64

    public init(agentId: AgentId, heartbeat: JobView? = nil, nWaiting: Int64) {
        self.agentId = agentId
        self.heartbeat = heartbeat
        self.nWaiting = nWaiting
    }
}

/// The answer to a hello that was refused; the connection closes after it.
public struct HelloError: Codable, Hashable, Sendable {
    /// The protocol version the daemon speaks.
    public var expectedProtocol: Int64
    /// The oldest client version that works.
    public var minClient: String
    /// Why, in words.
    public var reason: String

    public init(expectedProtocol: Int64, minClient: String, reason: String) {
        self.expectedProtocol = expectedProtocol
        self.minClient = minClient
        self.reason = reason
    }
}

/// The answer to a hello that was accepted.
public struct HelloOk: Codable, Hashable, Sendable {
    /// Who the client is.
    public var auth: Caller
    /// What this connection may use.
    public var features: Features
    /// Limits.
    public var policy: Policy
    /// The protocol version of this connection.
    public var `protocol`: Int64
    /// Which program answers.
    public var server: ServerFacts
    /// The state of the daemon.
    public var snapshot: Snapshot

    public init(auth: Caller, features: Features, policy: Policy, `protocol`: Int64, server: ServerFacts, snapshot: Snapshot) {
        self.auth = auth
        self.features = features
        self.policy = policy
        self.protocol = `protocol`
        self.server = server
        self.snapshot = snapshot
    }
}

/// A hook.
public struct HookView: Codable, Hashable, Sendable {
    /// The adapter in whose table it stands.
    public var adapter: String
    /// The agents it may have run, its own first.
    public var agents: [AgentId]
    /// Where replies go besides a sender who waits, as `channel/account:conversation`.
    public var deliver: String?
    /// What its body looks like: `mapped`, `agent` or `wake`; while the adapter runs.
    public var kind: String?
    /// Its name; it acts as `hook:<name>`.
    public var name: String
    /// Conversations of others that it may speak in.
    public var sessions: [SessionKey]
    /// How that adapter stands; deliveries are taken while it runs.
    public var state: AdapterState
    /// Its address, while the adapter runs.
    public var url: String?
    /// How senders prove themselves, such as `github`; while the adapter runs.
    public var verify: String?

    public init(adapter: String, agents: [AgentId], deliver: String? = nil, kind: String? = nil, name: String, sessions: [SessionKey], state: AdapterState, url: String? = nil, verify: String? = nil) {
        self.adapter = adapter
        self.agents = agents
        self.deliver = deliver
        self.kind = kind
        self.name = name
        self.sessions = sessions
        self.state = state
        self.url = url
        self.verify = verify
    }
}
/// Params of `hooks.list`.
public struct HooksListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `hooks.list`.
public struct HooksListResult: Codable, Hashable, Sendable {
    /// The hooks, by name.
    public var hooks: [HookView]

    public init(hooks: [HookView]) {
        self.hooks = hooks
    }
}

/// Params of `hooks.send`.
public struct HooksSendParams: Codable, Hashable, Sendable {
    /// Its type; JSON when left out.
    public var contentType: String?
    /// The body of the delivery.
    public var data: String
    /// The kind of event, for platforms that say it in a header.
    public var event: String?
    /// The delivery's id; a new one when left out.
    public var id: String?
    /// Lets the call be repeated safely.
    public var idempotencyKey: String
    /// The hook.
    public var name: String
    /// How long to wait for the result, in seconds; no longer than the hook allows.
    public var waitS: UInt64?

    public init(contentType: String? = nil, data: String, event: String? = nil, id: String? = nil, idempotencyKey: String, name: String, waitS: UInt64? = nil) {
        self.contentType = contentType
        self.data = data
        self.event = event
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.name = name
        self.waitS = waitS
    }
}

/// Result of `hooks.send`: what the sender would have been answered.
public struct HooksSendResult: Codable, Hashable, Sendable {
    /// The body of the answer.
    public var body: String
    /// The HTTP status.
    public var status: Int64

    public init(body: String, status: Int64) {
        self.body = body
        self.status = status
    }
}

/// A picture, by name: its bytes lie beside the ledger.
public struct Image: Codable, Hashable, Sendable {
    /// Where its bytes are: SHA-256 of them, lower-case hex; in what an adapter hands in, the name
    /// of a file in its spool folder.
    public var blob: String
    /// MIME type, such as `image/png`.
    public var contentType: String

    public init(blob: String, contentType: String) {
        self.blob = blob
        self.contentType = contentType
    }

    enum CodingKeys: String, CodingKey {
        case blob = "blob"
        case contentType = "content_type"
    }
}

/// What became of one credential that lay in clear.
public struct Imported: Codable, Hashable, Sendable {
    /// Its key in the place it came from.
    public var key: String
    /// Its name now.
    public var name: String
    /// What was done, or would be, or why nothing was; and what is left to do.
    public var note: String
    /// Where it is kept; nothing after a dry run or when it was left alone.
    public var place: String?

    public init(key: String, name: String, note: String, place: String? = nil) {
        self.key = key
        self.name = name
        self.note = note
        self.place = place
    }
}

/// A scheduled job.
public struct Job: Codable, Hashable, Sendable {
    /// From when `every` counts.
    public var anchorAt: Timestamp
    /// When it was made.
    public var createdAt: Timestamp
    /// The time it is due next, by its own calendar; nothing when it is over or paused.
    public var dueAt: Timestamp?
    /// Its id.
    public var id: JobId
    /// Whether it runs; a paused one does not, and what passes meanwhile is not made up for.
    public var isEnabled: Bool
    /// A job or a heartbeat.
    public var kind: JobKind
    /// Who made it: nothing runs that this one may not.
    public var maker: Principal
    /// The same with its delay by chance.
    public var runAt: Timestamp?
    /// What was said about it.
    public var spec: JobSpec
    /// When it was changed last.
    public var updatedAt: Timestamp

    public init(anchorAt: Timestamp, createdAt: Timestamp, dueAt: Timestamp? = nil, id: JobId, isEnabled: Bool, kind: JobKind, maker: Principal, runAt: Timestamp? = nil, spec: JobSpec, updatedAt: Timestamp) {
        self.anchorAt = anchorAt
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.id = id
        self.isEnabled = isEnabled
        self.kind = kind
        self.maker = maker
        self.runAt = runAt
        self.spec = spec
        self.updatedAt = updatedAt
    }

    enum CodingKeys: String, CodingKey {
        case anchorAt = "anchor_at"
        case createdAt = "created_at"
        case dueAt = "due_at"
        case id = "id"
        case isEnabled = "is_enabled"
        case kind = "kind"
        case maker = "maker"
        case runAt = "run_at"
        case spec = "spec"
        case updatedAt = "updated_at"
    }
}
/// What was done to a job.
public struct JobChange: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// It was made.
    public static let created = JobChange(rawValue: "created")
    /// It says something else now.
    public static let updated = JobChange(rawValue: "updated")
    /// It does not run until it is resumed.
    public static let paused = JobChange(rawValue: "paused")
    /// It runs again.
    public static let resumed = JobChange(rawValue: "resumed")
    /// It is gone.
    public static let deleted = JobChange(rawValue: "deleted")
}
/// ULID of a job
public typealias JobId = String
/// A job, or the one heartbeat of an agent.
public struct JobKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A job.
    public static let job = JobKind(rawValue: "job")
    /// The heartbeat of an agent: what is missed is never made up for, and a beat with nothing to
    /// say runs nothing.
    public static let heartbeat = JobKind(rawValue: "heartbeat")
}

/// One line of a job's history: a run, or times that passed without one.
public struct JobRun: Codable, Hashable, Sendable {
    /// When that was decided.
    public var decidedAt: Timestamp
    /// The time it was due at; the last of several.
    public var dueAt: Timestamp
    /// Whether somebody had it run beside its times.
    public var isManual: Bool
    /// The job.
    public var jobId: JobId
    /// Times that were missed before it, or with it when nothing ran.
    public var nMissed: Int64
    /// More about it, for people.
    public var note: String?
    /// The request, when it ran.
    public var requestId: RequestId?
    /// Why nothing ran, when it did not.
    public var skipped: SkipReason?

    public init(decidedAt: Timestamp, dueAt: Timestamp, isManual: Bool, jobId: JobId, nMissed: Int64, note: String? = nil, requestId: RequestId? = nil, skipped: SkipReason? = nil) {
        self.decidedAt = decidedAt
        self.dueAt = dueAt
        self.isManual = isManual
        self.jobId = jobId
        self.nMissed = nMissed
        self.note = note
        self.requestId = requestId
        self.skipped = skipped
    }

    enum CodingKeys: String, CodingKey {
        case decidedAt = "decided_at"
        case dueAt = "due_at"
        case isManual = "is_manual"
        case jobId = "job_id"
        case nMissed = "n_missed"
        case note = "note"
        case requestId = "request_id"
        case skipped = "skipped"
    }
}
/// The conversation in which a job runs.
public struct JobSession: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The agent's own conversation.
    public static let main = JobSession(rawValue: "main")
    /// One of the job's own, which remembers earlier runs.
    public static let own = JobSession(rawValue: "own")
    /// A new one for each run.
    public static let isolated = JobSession(rawValue: "isolated")
}

/// What a person says about a job.
public struct JobSpec: Codable, Hashable, Sendable {
    /// Hours of the day in which it runs; all when left out.
    public var activeHours: ActiveHours?
    /// The agent that is told.
    public var agentId: AgentId
    /// The conversation outside to which the reply is sent, as `channel/account:conversation`.
    public var deliverTo: String?
    /// What it is for.
    public var description: String?
    /// From this instant on it is not due any more.
    public var endsAt: Timestamp?
    /// Each run comes up to so many milliseconds later, the same for the same time.
    public var jitterMs: UInt64?
    /// What becomes of missed runs; one run stands for all when left out.
    public var missed: MissedPolicy?
    /// A name for people.
    public var name: String
    /// What the agent is told. A heartbeat may have none: then it only brings what waits for it.
    public var prompt: String
    /// The conversation; one of the job's own when left out.
    public var session: JobSession?
    /// When.
    public var when: When

    public init(activeHours: ActiveHours? = nil, agentId: AgentId, deliverTo: String? = nil, description: String? = nil, endsAt: Timestamp? = nil, jitterMs: UInt64? = nil, missed: MissedPolicy? = nil, name: String, prompt: String, session: JobSession? = nil, when: When) {
        self.activeHours = activeHours
        self.agentId = agentId
        self.deliverTo = deliverTo
        self.description = description
        self.endsAt = endsAt
        self.jitterMs = jitterMs
        self.missed = missed
        self.name = name
        self.prompt = prompt
        self.session = session
        self.when = when
    }

    enum CodingKeys: String, CodingKey {
        case activeHours = "active_hours"
        case agentId = "agent_id"
        case deliverTo = "deliver_to"
        case description = "description"
        case endsAt = "ends_at"
        case jitterMs = "jitter_ms"
        case missed = "missed"
        case name = "name"
        case prompt = "prompt"
        case session = "session"
        case when = "when"
    }
}

/// A job as callers see it.
public struct JobView: Codable, Hashable, Sendable {
    /// Whether its last run goes on.
    public var isRunning: Bool
    /// The job.
    public var job: Job
    /// Its last line of history.
    public var last: RunView?
    /// Its times in English words.
    public var timing: String
    /// Its times within the next 24 hours, 48 at most.
    public var upcoming: [Timestamp]

    public init(isRunning: Bool, job: Job, last: RunView? = nil, timing: String, upcoming: [Timestamp]) {
        self.isRunning = isRunning
        self.job = job
        self.last = last
        self.timing = timing
        self.upcoming = upcoming
    }
}

/// How much may be spent on a key's account.
public struct KeyBudget: Codable, Hashable, Sendable {
    /// Most of each resource in one period.
    public var limits: Limits
    /// When it begins anew; days and months begin in UTC.
    public var period: BudgetPeriod

    public init(limits: Limits, period: BudgetPeriod) {
        self.limits = limits
        self.period = period
    }
}
/// ULID of a key
public typealias KeyId = String

/// Input of `keys.create`.
public struct KeysCreateParams: Codable, Hashable, Sendable {
    /// The agents it may use; all of them when left out.
    public var agents: [AgentId]?
    /// How much may be spent on its account.
    public var budget: KeyBudget?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// What the key is for, in a person's words.
    public var label: String
    /// How long it holds, in milliseconds; until it is revoked when left out.
    public var lifetimeMs: UInt64?
    /// What its holder may ask for at most; `runtime.read` is always among them. None that the
    /// caller lacks.
    public var scopes: [Scope]

    public init(agents: [AgentId]? = nil, budget: KeyBudget? = nil, idempotencyKey: String, label: String, lifetimeMs: UInt64? = nil, scopes: [Scope]) {
        self.agents = agents
        self.budget = budget
        self.idempotencyKey = idempotencyKey
        self.label = label
        self.lifetimeMs = lifetimeMs
        self.scopes = scopes
    }
}

/// Result of `keys.create`.
public struct KeysCreateResult: Codable, Hashable, Sendable {
    /// The key as it is kept.
    public var key: ApiKey
    /// Its value. It is shown here and never again.
    public var value: String

    public init(key: ApiKey, value: String) {
        self.key = key
        self.value = value
    }
}

/// Input of `keys.list`.
public struct KeysListParams: Codable, Hashable, Sendable {
    /// Also those that were revoked.
    public var includeEnded: Bool?

    public init(includeEnded: Bool? = nil) {
        self.includeEnded = includeEnded
    }
}

/// Result of `keys.list`.
public struct KeysListResult: Codable, Hashable, Sendable {
    /// The keys, the latest first; without their values, which nobody keeps.
    public var keys: [ApiKey]

    public init(keys: [ApiKey]) {
        self.keys = keys
    }
}

/// Input of `keys.revoke`.
public struct KeysRevokeParams: Codable, Hashable, Sendable {
    /// The key: its id, an unambiguous beginning of it, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `keys.revoke`.
public struct KeysRevokeResult: Codable, Hashable, Sendable {
    /// The key as it stands now.
    public var key: ApiKey

    public init(key: ApiKey) {
        self.key = key
    }
}

/// Input of `keys.rotate`.
public struct KeysRotateParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(idempotencyKey: String) {
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `keys.rotate`.
public struct KeysRotateResult: Codable, Hashable, Sendable {
    /// From when on earlier tokens open nothing.
    public var at: Timestamp

    public init(at: Timestamp) {
        self.at = at
    }
}

/// Input of `keys.token`.
public struct KeysTokenParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// How long it holds, in milliseconds; ten minutes when left out, 24 hours at most. In an
    /// address only one of an hour at most is taken.
    public var lifetimeMs: UInt64?
    /// What its holder may ask for at most; all that the caller may when left out.
    public var scopes: [Scope]?

    public init(idempotencyKey: String, lifetimeMs: UInt64? = nil, scopes: [Scope]? = nil) {
        self.idempotencyKey = idempotencyKey
        self.lifetimeMs = lifetimeMs
        self.scopes = scopes
    }
}

/// Result of `keys.token`.
public struct KeysTokenResult: Codable, Hashable, Sendable {
    /// When it ends.
    public var expiresAt: Timestamp
    /// Whom it stands for.
    public var principal: Principal
    /// What its holder may ask for at most.
    public var scopes: [Scope]
    /// The token: a JWT, signed with HS256.
    public var token: String

    public init(expiresAt: Timestamp, principal: Principal, scopes: [Scope], token: String) {
        self.expiresAt = expiresAt
        self.principal = principal
        self.scopes = scopes
        self.token = token
    }
}
/// What a session or a file has been exposed to.
public struct Label: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Content from outside the owner's control: a page, a stranger's message, a file made of it.
    public static let untrusted = Label(rawValue: "untrusted")
    /// Something that is the owner's own business: a private file, the owner's profile.
    public static let `private` = Label(rawValue: "private")
    /// The value of a credential.
    public static let secret = Label(rawValue: "secret")
}
/// What kind of thing brought a label.
public struct LabelSource: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The result of a tool.
    public static let tool = LabelSource(rawValue: "tool")
    /// A message.
    public static let message = LabelSource(rawValue: "message")
    /// A file.
    public static let file = LabelSource(rawValue: "file")
    /// Another session.
    public static let session = LabelSource(rawValue: "session")
    /// A credential.
    public static let credential = LabelSource(rawValue: "credential")
}

/// Payload of `lagged`: the subscriber was too slow and reads on from the ledger.
public struct Lagged: Codable, Hashable, Sendable {
    /// The last position that was sent; subscribe again after it.
    public var after: Position

    public init(after: Position) {
        self.after = after
    }
}
/// A limit of a run.
public struct LimitKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Model replies.
    public static let steps = LimitKind(rawValue: "steps")
    /// Tokens sent and received.
    public static let tokens = LimitKind(rawValue: "tokens")
    /// Time.
    public static let duration = LimitKind(rawValue: "duration")
}

/// Most of each resource; what is left out has no limit.
public struct Limits: Codable, Hashable, Sendable {
    /// Millionths of a US dollar.
    public var microUsd: UInt64?
    /// Milliseconds.
    public var modelMs: UInt64?
    /// Tokens.
    public var tokens: UInt64?
    /// Tool calls.
    public var toolCalls: UInt64?

    public init(microUsd: UInt64? = nil, modelMs: UInt64? = nil, tokens: UInt64? = nil, toolCalls: UInt64? = nil) {
        self.microUsd = microUsd
        self.modelMs = modelMs
        self.tokens = tokens
        self.toolCalls = toolCalls
    }

    enum CodingKeys: String, CodingKey {
        case microUsd = "micro_usd"
        case modelMs = "model_ms"
        case tokens = "tokens"
        case toolCalls = "tool_calls"
    }
}
/// Input of `login.browsers`.
public struct LoginBrowsersParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `login.browsers`.
public struct LoginBrowsersResult: Codable, Hashable, Sendable {
    /// The browsers, the one that was seen last first; at most 100.
    public var browsers: [Browser]

    public init(browsers: [Browser]) {
        self.browsers = browsers
    }
}

/// Input of `login.end`.
public struct LoginEndParams: Codable, Hashable, Sendable {
    /// The browser's id, or the beginning of it.
    public var browser: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(browser: String, idempotencyKey: String) {
        self.browser = browser
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `login.end`.
public struct LoginEndResult: Codable, Hashable, Sendable {
    /// The browser that was signed out.
    public var browser: Browser

    public init(browser: Browser) {
        self.browser = browser
    }
}

/// Input of `login.password`.
public struct LoginPasswordParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The new password; left out, there is none any more.
    public var password: String?

    public init(idempotencyKey: String, password: String? = nil) {
        self.idempotencyKey = idempotencyKey
        self.password = password
    }
}

/// Result of `login.password`.
public struct LoginPasswordResult: Codable, Hashable, Sendable {
    /// Whether there is a password now.
    public var isSet: Bool

    public init(isSet: Bool) {
        self.isSet = isSet
    }
}

/// Input of `logs.tail`.
public struct LogsTailParams: Codable, Hashable, Sendable {
    /// Only lines with this text.
    public var containing: String?
    /// Most lines.
    public var lines: Int64?

    public init(containing: String? = nil, lines: Int64? = nil) {
        self.containing = containing
        self.lines = lines
    }
}

/// Result of `logs.tail`.
public struct LogsTailResult: Codable, Hashable, Sendable {
    /// The last lines, oldest first; each is a JSON object as it stands in the log.
    public var lines: [String]

    public init(lines: [String]) {
        self.lines = lines
    }
}

/// The manifest: `adapter.toml` beside the program, or what `<command> info` prints as JSON.
public struct Manifest: Codable, Hashable, Sendable {
    /// The channel it bridges.
    public var channel: String
    /// Its name.
    public var name: String
    /// What it needs of the machine.
    public var needs: Needs
    /// Versions of the contract that it speaks.
    public var `protocol`: [Int64]
    /// What it can do.
    public var supports: [Ability]
    /// Its version.
    public var version: String

    public init(channel: String, name: String, needs: Needs, `protocol`: [Int64], supports: [Ability], version: String) {
        self.channel = channel
        self.name = name
        self.needs = needs
        self.protocol = `protocol`
        self.supports = supports
        self.version = version
    }
}
/// How a mapping came about. Only the first two name anybody.
public struct MappingKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A person said so.
    public static let confirmed = MappingKind(rawValue: "confirmed")
    /// Found out, with a confidence above 0.9.
    public static let inferred = MappingKind(rawValue: "inferred")
    /// A guess of 0.7 to 0.9 that waits for confirmation; until then the sender stays unknown.
    public static let pending = MappingKind(rawValue: "pending")
}
/// What is announced on the local network.
public struct MdnsMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Nothing.
    public static let off = MdnsMode(rawValue: "off")
    /// Protocol and port.
    public static let minimal = MdnsMode(rawValue: "minimal")
    /// Also the machine's name, the certificate's fingerprint and the path.
    public static let full = MdnsMode(rawValue: "full")
}

/// One message of a session, as recorded.
public struct Message: Codable, Hashable, Sendable {
    /// When it was recorded.
    public var createdAt: Timestamp
    /// Its id; known before a reply streams, so that deltas can name it.
    public var id: MessageId
    /// What is said.
    public var parts: [Part]
    /// The request that brought a user message in.
    public var requestId: RequestId?
    /// Who speaks.
    public var role: Role
    /// The turn it belongs to.
    public var turnId: TurnId

    public init(createdAt: Timestamp, id: MessageId, parts: [Part], requestId: RequestId? = nil, role: Role, turnId: TurnId) {
        self.createdAt = createdAt
        self.id = id
        self.parts = parts
        self.requestId = requestId
        self.role = role
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case id = "id"
        case parts = "parts"
        case requestId = "request_id"
        case role = "role"
        case turnId = "turn_id"
    }
}
/// ULID of a message
public typealias MessageId = String

/// Input of `messages.send`.
public struct MessagesSendParams: Codable, Hashable, Sendable {
    /// The adapter, as `channel/account`, or its channel where that has one account. May be left
    /// out where only one runs that sends.
    public var adapter: String?
    /// Lets the command be repeated safely, also after a restart.
    public var idempotencyKey: String
    /// The text.
    public var message: String
    /// The message that it answers.
    public var replyToId: String?
    /// The thread inside the conversation.
    public var threadId: String?
    /// The conversation, in the adapter's own terms, such as `chat:42`.
    public var to: String

    public init(adapter: String? = nil, idempotencyKey: String, message: String, replyToId: String? = nil, threadId: String? = nil, to: String) {
        self.adapter = adapter
        self.idempotencyKey = idempotencyKey
        self.message = message
        self.replyToId = replyToId
        self.threadId = threadId
        self.to = to
    }
}

/// Result of `messages.send`: it is in the outbox, which sends it.
public struct MessagesSendResult: Codable, Hashable, Sendable {
    /// The delivery, as it stands now.
    public var delivery: DeliveryFacts
    /// Whether the same message had been handed over before; then it is not sent twice.
    public var isDuplicate: Bool
    /// The request that it is.
    public var requestId: RequestId

    public init(delivery: DeliveryFacts, isDuplicate: Bool, requestId: RequestId) {
        self.delivery = delivery
        self.isDuplicate = isDuplicate
        self.requestId = requestId
    }
}
/// Hands out the rows of the chain and its checkpoints, page by page.
public enum AclAuditExportCall: NexusCall {
    public typealias Params = AclAuditExportParams
    public typealias Result = AclAuditExportResult
    public static let name = "acl.audit.export"
}
/// Lists decisions, the latest first.
public enum AclAuditListCall: NexusCall {
    public typealias Params = AclAuditListParams
    public typealias Result = AclAuditListResult
    public static let name = "acl.audit.list"
}
/// Shows one decision, how it ended, and the checkpoint that covers it.
public enum AclAuditShowCall: NexusCall {
    public typealias Params = AclAuditShowParams
    public typealias Result = AclAuditShowResult
    public static let name = "acl.audit.show"
}
/// Counts decisions by verdict, action and principal.
public enum AclAuditStatsCall: NexusCall {
    public typealias Params = AclAuditStatsParams
    public typealias Result = AclAuditStatsResult
    public static let name = "acl.audit.stats"
}
/// Recomputes the chain of decisions and holds it against its signed checkpoints.
public enum AclAuditVerifyCall: NexusCall {
    public typealias Params = AclAuditVerifyParams
    public typealias Result = AclAuditVerifyResult
    public static let name = "acl.audit.verify"
}
/// Explains a decision: every policy that decides, and what would be needed.
public enum AclExplainCall: NexusCall {
    public typealias Params = AclExplainParams
    public typealias Result = AclExplainResult
    public static let name = "acl.explain"
}
/// Makes a grant; it holds from the next decision on.
public enum AclGrantsCreateCall: NexusCall {
    public typealias Params = AclGrantsCreateParams
    public typealias Result = AclGrantsCreateResult
    public static let name = "acl.grants.create"
}
/// Lists grants, the latest first.
public enum AclGrantsListCall: NexusCall {
    public typealias Params = AclGrantsListParams
    public typealias Result = AclGrantsListResult
    public static let name = "acl.grants.list"
}
/// Says which of the last week's permission requests a grant would have answered; makes none.
public enum AclGrantsPreviewCall: NexusCall {
    public typealias Params = AclGrantsPreviewParams
    public typealias Result = AclGrantsPreviewResult
    public static let name = "acl.grants.preview"
}
/// Takes a grant back; it ends with the next decision.
public enum AclGrantsRevokeCall: NexusCall {
    public typealias Params = AclGrantsRevokeParams
    public typealias Result = AclGrantsRevokeResult
    public static let name = "acl.grants.revoke"
}
/// Shows one grant with what happened to it.
public enum AclGrantsShowCall: NexusCall {
    public typealias Params = AclGrantsShowParams
    public typealias Result = AclGrantsShowResult
    public static let name = "acl.grants.show"
}
/// Lists the policies in force.
public enum AclPoliciesListCall: NexusCall {
    public typealias Params = AclPoliciesListParams
    public typealias Result = AclPoliciesListResult
    public static let name = "acl.policies.list"
}
/// Shows one policy with its text.
public enum AclPoliciesShowCall: NexusCall {
    public typealias Params = AclPoliciesShowParams
    public typealias Result = AclPoliciesShowResult
    public static let name = "acl.policies.show"
}
/// Checks policies without putting them in force.
public enum AclPoliciesValidateCall: NexusCall {
    public typealias Params = AclPoliciesValidateParams
    public typealias Result = AclPoliciesValidateResult
    public static let name = "acl.policies.validate"
}
/// Approves one permission request: once, for a day, or until it is revoked.
public enum AclRequestsApproveCall: NexusCall {
    public typealias Params = AclRequestsApproveParams
    public typealias Result = AclRequestsApproveResult
    public static let name = "acl.requests.approve"
}
/// Denies one permission request, or the like of it for good; the reason is told to the model.
public enum AclRequestsDenyCall: NexusCall {
    public typealias Params = AclRequestsDenyParams
    public typealias Result = AclRequestsDenyResult
    public static let name = "acl.requests.deny"
}
/// Gives an open permission request more time.
public enum AclRequestsExtendCall: NexusCall {
    public typealias Params = AclRequestsExtendParams
    public typealias Result = AclRequestsExtendResult
    public static let name = "acl.requests.extend"
}
/// Lists permission requests, the oldest pending first.
public enum AclRequestsListCall: NexusCall {
    public typealias Params = AclRequestsListParams
    public typealias Result = AclRequestsListResult
    public static let name = "acl.requests.list"
}
/// Says that a person is shown a permission request, which starts its clock.
public enum AclRequestsSeenCall: NexusCall {
    public typealias Params = AclRequestsSeenParams
    public typealias Result = AclRequestsSeenResult
    public static let name = "acl.requests.seen"
}
/// Shows one permission request.
public enum AclRequestsShowCall: NexusCall {
    public typealias Params = AclRequestsShowParams
    public typealias Result = AclRequestsShowResult
    public static let name = "acl.requests.show"
}
/// Compares decisions with expected ones.
public enum AclTestCall: NexusCall {
    public typealias Params = AclTestParams
    public typealias Result = AclTestResult
    public static let name = "acl.test"
}
/// Says who may do something.
public enum AclWhoCanCall: NexusCall {
    public typealias Params = AclWhoCanParams
    public typealias Result = AclWhoCanResult
    public static let name = "acl.whoCan"
}
/// Has an adapter link an account; what a person must do for it stands in its log.
public enum AdaptersAccountsAddCall: NexusCall {
    public typealias Params = AdaptersAccountsAddParams
    public typealias Result = AdaptersAccountsAddResult
    public static let name = "adapters.accounts.add"
}
/// Asks an adapter which accounts it has.
public enum AdaptersAccountsListCall: NexusCall {
    public typealias Params = AdaptersAccountsListParams
    public typealias Result = AdaptersAccountsListResult
    public static let name = "adapters.accounts.list"
}
/// Writes an adapter into nexus.toml and starts it.
public enum AdaptersAddCall: NexusCall {
    public typealias Params = AdaptersAddParams
    public typealias Result = AdaptersAddResult
    public static let name = "adapters.add"
}
/// Records old messages of an adapter as history; nothing runs because of them.
public enum AdaptersBackfillCall: NexusCall {
    public typealias Params = AdaptersBackfillParams
    public typealias Result = AdaptersBackfillResult
    public static let name = "adapters.backfill"
}
/// Asks an adapter whether it reaches the outside.
public enum AdaptersHealthCall: NexusCall {
    public typealias Params = AdaptersHealthParams
    public typealias Result = AdaptersHealthResult
    public static let name = "adapters.health"
}
/// Shows one adapter: what it said about itself, what it may, how it ended last.
public enum AdaptersInfoCall: NexusCall {
    public typealias Params = AdaptersInfoParams
    public typealias Result = AdaptersInfoResult
    public static let name = "adapters.info"
}
/// Lists the adapters with their state, and why.
public enum AdaptersListCall: NexusCall {
    public typealias Params = AdaptersListParams
    public typealias Result = AdaptersListResult
    public static let name = "adapters.list"
}
/// Reads the last lines of an adapter's log, without secrets.
public enum AdaptersLogsCall: NexusCall {
    public typealias Params = AdaptersLogsParams
    public typealias Result = AdaptersLogsResult
    public static let name = "adapters.logs"
}
/// Drains an adapter and takes it out of nexus.toml; its folder stays.
public enum AdaptersRemoveCall: NexusCall {
    public typealias Params = AdaptersRemoveParams
    public typealias Result = AdaptersRemoveResult
    public static let name = "adapters.remove"
}
/// Drains an adapter and starts it again.
public enum AdaptersRestartCall: NexusCall {
    public typealias Params = AdaptersRestartParams
    public typealias Result = AdaptersRestartResult
    public static let name = "adapters.restart"
}
/// Starts an adapter, also one that was given up.
public enum AdaptersStartCall: NexusCall {
    public typealias Params = AdaptersStartParams
    public typealias Result = AdaptersStartResult
    public static let name = "adapters.start"
}
/// Drains an adapter and leaves it stopped until it is started or the daemon is.
public enum AdaptersStopCall: NexusCall {
    public typealias Params = AdaptersStopParams
    public typealias Result = AdaptersStopResult
    public static let name = "adapters.stop"
}
/// Runs an agent: answers `accepted` at once, and a second time when the run has ended.
public enum AgentCall: NexusCall {
    public typealias Params = AgentParams
    public typealias Result = AgentResult
    public static let name = "agent"
}
/// Waits until a run has ended, and says how it stands.
public enum AgentWaitCall: NexusCall {
    public typealias Params = AgentWaitParams
    public typealias Result = AgentWaitResult
    public static let name = "agent.wait"
}
/// Measures an agent's own conversation.
public enum AgentsContextCall: NexusCall {
    public typealias Params = AgentsContextParams
    public typealias Result = AgentsContextResult
    public static let name = "agents.context"
}
/// Makes an agent, beneath another one or for itself.
public enum AgentsCreateCall: NexusCall {
    public typealias Params = AgentsCreateParams
    public typealias Result = AgentsCreateResult
    public static let name = "agents.create"
}
/// Removes an agent that was made, with all beneath it, and stops what they are at.
public enum AgentsDeleteCall: NexusCall {
    public typealias Params = AgentsDeleteParams
    public typealias Result = AgentsDeleteResult
    public static let name = "agents.delete"
}
/// Reads a file of an agent.
public enum AgentsFilesGetCall: NexusCall {
    public typealias Params = AgentsFilesGetParams
    public typealias Result = AgentsFilesGetResult
    public static let name = "agents.files.get"
}
/// Lists the files that make up an agent's prompt.
public enum AgentsFilesListCall: NexusCall {
    public typealias Params = AgentsFilesListParams
    public typealias Result = AgentsFilesListResult
    public static let name = "agents.files.list"
}
/// Replaces the text of a file of an agent; it counts from the next run on.
public enum AgentsFilesSetCall: NexusCall {
    public typealias Params = AgentsFilesSetParams
    public typealias Result = AgentsFilesSetResult
    public static let name = "agents.files.set"
}
/// Shows one agent.
public enum AgentsGetCall: NexusCall {
    public typealias Params = AgentsGetParams
    public typealias Result = AgentsGetResult
    public static let name = "agents.get"
}
/// Lists the agents.
public enum AgentsListCall: NexusCall {
    public typealias Params = AgentsListParams
    public typealias Result = AgentsListResult
    public static let name = "agents.list"
}
/// Changes an agent that was made.
public enum AgentsUpdateCall: NexusCall {
    public typealias Params = AgentsUpdateParams
    public typealias Result = AgentsUpdateResult
    public static let name = "agents.update"
}
/// Reads a piece of a picture that was shown in a session.
public enum BlobsGetCall: NexusCall {
    public typealias Params = BlobsGetParams
    public typealias Result = BlobsGetResult
    public static let name = "blobs.get"
}
/// Takes a piece of a file that will come with a message.
public enum BlobsPutCall: NexusCall {
    public typealias Params = BlobsPutParams
    public typealias Result = BlobsPutResult
    public static let name = "blobs.put"
}
/// Shows one budget with its accounts.
public enum BudgetsGetCall: NexusCall {
    public typealias Params = BudgetsGetParams
    public typealias Result = BudgetsGetResult
    public static let name = "budgets.get"
}
/// Lists the budgets with how they stand.
public enum BudgetsListCall: NexusCall {
    public typealias Params = BudgetsListParams
    public typealias Result = BudgetsListResult
    public static let name = "budgets.list"
}
/// Replaces the text of nexus.toml and puts it in force.
public enum ConfigApplyCall: NexusCall {
    public typealias Params = ConfigApplyParams
    public typealias Result = ConfigApplyResult
    public static let name = "config.apply"
}
/// Explains one key: value, default, every source that sets it, and whether a change needs a restart.
public enum ConfigExplainCall: NexusCall {
    public typealias Params = ConfigExplainParams
    public typealias Result = ConfigExplainResult
    public static let name = "config.explain"
}
/// Shows the configuration in force, with the source of each value.
public enum ConfigGetCall: NexusCall {
    public typealias Params = ConfigGetParams
    public typealias Result = ConfigGetResult
    public static let name = "config.get"
}
/// Merges a patch into nexus.toml and puts it in force; all or nothing.
public enum ConfigPatchCall: NexusCall {
    public typealias Params = ConfigPatchParams
    public typealias Result = ConfigPatchResult
    public static let name = "config.patch"
}
/// Hands out the JSON Schema of nexus.toml.
public enum ConfigSchemaCall: NexusCall {
    public typealias Params = ConfigSchemaParams
    public typealias Result = ConfigSchemaResult
    public static let name = "config.schema"
}
/// Changes keys of nexus.toml and puts them in force; all or none.
public enum ConfigSetCall: NexusCall {
    public typealias Params = ConfigSetParams
    public typealias Result = ConfigSetResult
    public static let name = "config.set"
}
/// Confirms a guess about whom a sender belongs to.
public enum ContactsConfirmCall: NexusCall {
    public typealias Params = ContactsConfirmParams
    public typealias Result = ContactsConfirmResult
    public static let name = "contacts.confirm"
}
/// Says to whom a sender belongs; it counts from the next message on.
public enum ContactsLinkCall: NexusCall {
    public typealias Params = ContactsLinkParams
    public typealias Result = ContactsLinkResult
    public static let name = "contacts.link"
}
/// Lists the senders that were seen, the one that wrote last first.
public enum ContactsListCall: NexusCall {
    public typealias Params = ContactsListParams
    public typealias Result = ContactsListResult
    public static let name = "contacts.list"
}
/// Shows one sender: who it is, and what waits for a word about it.
public enum ContactsShowCall: NexusCall {
    public typealias Params = ContactsShowParams
    public typealias Result = ContactsShowResult
    public static let name = "contacts.show"
}
/// Forgets to whom a sender belongs; the sender is unknown from the next message on.
public enum ContactsUnlinkCall: NexusCall {
    public typealias Params = ContactsUnlinkParams
    public typealias Result = ContactsUnlinkResult
    public static let name = "contacts.unlink"
}
/// Keeps a value under a name, or names one that is kept elsewhere.
public enum CredentialsAddCall: NexusCall {
    public typealias Params = CredentialsAddParams
    public typealias Result = CredentialsAddResult
    public static let name = "credentials.add"
}
/// Hands out one value, to the owner only; the audit notes it.
public enum CredentialsGetCall: NexusCall {
    public typealias Params = CredentialsGetParams
    public typealias Result = CredentialsGetResult
    public static let name = "credentials.get"
}
/// Moves credentials that lie in clear into the store.
public enum CredentialsImportCall: NexusCall {
    public typealias Params = CredentialsImportParams
    public typealias Result = CredentialsImportResult
    public static let name = "credentials.import"
}
/// Lists credentials and the stores that keep them; never a value.
public enum CredentialsListCall: NexusCall {
    public typealias Params = CredentialsListParams
    public typealias Result = CredentialsListResult
    public static let name = "credentials.list"
}
/// Moves the values of credentials from files and the other store into one store.
public enum CredentialsMigrateCall: NexusCall {
    public typealias Params = CredentialsMigrateParams
    public typealias Result = CredentialsMigrateResult
    public static let name = "credentials.migrate"
}
/// Forgets a credential, and removes its value from keychain or vault.
public enum CredentialsRemoveCall: NexusCall {
    public typealias Params = CredentialsRemoveParams
    public typealias Result = CredentialsRemoveResult
    public static let name = "credentials.remove"
}
/// Looks for credentials that lie in clear: environment, nexus.toml, .env files of the workspace.
public enum CredentialsScanCall: NexusCall {
    public typealias Params = CredentialsScanParams
    public typealias Result = CredentialsScanResult
    public static let name = "credentials.scan"
}
/// Opens the encrypted vault with a passphrase; the first passphrase makes it.
public enum CredentialsUnlockCall: NexusCall {
    public typealias Params = CredentialsUnlockParams
    public typealias Result = CredentialsUnlockResult
    public static let name = "credentials.unlock"
}
/// Tries a credential: by the smallest call to its provider, or by reading it.
public enum CredentialsVerifyCall: NexusCall {
    public typealias Params = CredentialsVerifyParams
    public typealias Result = CredentialsVerifyResult
    public static let name = "credentials.verify"
}
/// Pairs a device that asks.
public enum DevicesApproveCall: NexusCall {
    public typealias Params = DevicesApproveParams
    public typealias Result = DevicesApproveResult
    public static let name = "devices.approve"
}
/// Makes a link that signs one browser in, once, such as that of a phone.
public enum DevicesLinkCall: NexusCall {
    public typealias Params = DevicesLinkParams
    public typealias Result = DevicesLinkResult
    public static let name = "devices.link"
}
/// Lists devices, and those that ask to be paired.
public enum DevicesListCall: NexusCall {
    public typealias Params = DevicesListParams
    public typealias Result = DevicesListResult
    public static let name = "devices.list"
}
/// Makes a ticket that pairs one device, once.
public enum DevicesPairCall: NexusCall {
    public typealias Params = DevicesPairParams
    public typealias Result = DevicesPairResult
    public static let name = "devices.pair"
}
/// Turns a device away that asks.
public enum DevicesRejectCall: NexusCall {
    public typealias Params = DevicesRejectParams
    public typealias Result = DevicesRejectResult
    public static let name = "devices.reject"
}
/// Gives a device another name.
public enum DevicesRenameCall: NexusCall {
    public typealias Params = DevicesRenameParams
    public typealias Result = DevicesRenameResult
    public static let name = "devices.rename"
}
/// Takes a pairing back; the device is cut off.
public enum DevicesRevokeCall: NexusCall {
    public typealias Params = DevicesRevokeParams
    public typealias Result = DevicesRevokeResult
    public static let name = "devices.revoke"
}
/// Ends a device's key and makes a ticket with which it comes back with a new one.
public enum DevicesRotateCall: NexusCall {
    public typealias Params = DevicesRotateParams
    public typealias Result = DevicesRotateResult
    public static let name = "devices.rotate"
}
/// Follows recorded events from a cursor, and streaming text.
public enum EventsSubscribeCall: NexusCall {
    public typealias Params = EventsSubscribeParams
    public typealias Result = EventsSubscribeResult
    public static let name = "events.subscribe"
}
/// Opens the control plane to the local network, the tailnet or by one address, or closes it.
public enum ExposeSetCall: NexusCall {
    public typealias Params = ExposeSetParams
    public typealias Result = ExposeSetResult
    public static let name = "expose.set"
}
/// Says where others reach the control plane, with the certificate's fingerprint.
public enum ExposeStatusCall: NexusCall {
    public typealias Params = ExposeStatusParams
    public typealias Result = ExposeStatusResult
    public static let name = "expose.status"
}
/// Says how the daemon and its parts are.
public enum HealthCall: NexusCall {
    public typealias Params = HealthParams
    public typealias Result = HealthResult
    public static let name = "health"
}
/// Shows the heartbeat of an agent, and how much waits for it.
public enum HeartbeatGetCall: NexusCall {
    public typealias Params = HeartbeatGetParams
    public typealias Result = HeartbeatGetResult
    public static let name = "heartbeat.get"
}
/// Has a text wait for the next heartbeat of an agent.
public enum HeartbeatNoteCall: NexusCall {
    public typealias Params = HeartbeatNoteParams
    public typealias Result = HeartbeatNoteResult
    public static let name = "heartbeat.note"
}
/// Gives an agent a heartbeat, changes it or turns it off.
public enum HeartbeatSetCall: NexusCall {
    public typealias Params = HeartbeatSetParams
    public typealias Result = HeartbeatSetResult
    public static let name = "heartbeat.set"
}
/// Lists the hooks, with their addresses and what they may.
public enum HooksListCall: NexusCall {
    public typealias Params = HooksListParams
    public typealias Result = HooksListResult
    public static let name = "hooks.list"
}
/// Has an adapter sign a delivery with a hook's secret and take it in; shows the answer.
public enum HooksSendCall: NexusCall {
    public typealias Params = HooksSendParams
    public typealias Result = HooksSendResult
    public static let name = "hooks.send"
}
/// Issues a key for a program; its value is in the answer and nowhere else.
public enum KeysCreateCall: NexusCall {
    public typealias Params = KeysCreateParams
    public typealias Result = KeysCreateResult
    public static let name = "keys.create"
}
/// Lists keys, without their values.
public enum KeysListCall: NexusCall {
    public typealias Params = KeysListParams
    public typealias Result = KeysListResult
    public static let name = "keys.list"
}
/// Takes a key back; whoever is connected with it is cut off.
public enum KeysRevokeCall: NexusCall {
    public typealias Params = KeysRevokeParams
    public typealias Result = KeysRevokeResult
    public static let name = "keys.revoke"
}
/// Replaces the secret of signed tokens; those made before open nothing any more.
public enum KeysRotateCall: NexusCall {
    public typealias Params = KeysRotateParams
    public typealias Result = KeysRotateResult
    public static let name = "keys.rotate"
}
/// Makes a signed token (JWT) for the caller, with at most what the caller may.
public enum KeysTokenCall: NexusCall {
    public typealias Params = KeysTokenParams
    public typealias Result = KeysTokenResult
    public static let name = "keys.token"
}
/// Lists the browsers that are signed in.
public enum LoginBrowsersCall: NexusCall {
    public typealias Params = LoginBrowsersParams
    public typealias Result = LoginBrowsersResult
    public static let name = "login.browsers"
}
/// Signs a browser out; it is cut off.
public enum LoginEndCall: NexusCall {
    public typealias Params = LoginEndParams
    public typealias Result = LoginEndResult
    public static let name = "login.end"
}
/// Sets the password, or forgets it; who came in by the old one is cut off.
public enum LoginPasswordCall: NexusCall {
    public typealias Params = LoginPasswordParams
    public typealias Result = LoginPasswordResult
    public static let name = "login.password"
}
/// Reads the last lines of the daemon's log, without secrets.
public enum LogsTailCall: NexusCall {
    public typealias Params = LogsTailParams
    public typealias Result = LogsTailResult
    public static let name = "logs.tail"
}
/// Sends a message outward as it is, through an adapter and without an agent.
public enum MessagesSendCall: NexusCall {
    public typealias Params = MessagesSendParams
    public typealias Result = MessagesSendResult
    public static let name = "messages.send"
}
/// Lists the models that are configured or found.
public enum ModelsListCall: NexusCall {
    public typealias Params = ModelsListParams
    public typealias Result = ModelsListResult
    public static let name = "models.list"
}
/// Makes one small call to a model and says how it went.
public enum ModelsTestCall: NexusCall {
    public typealias Params = ModelsTestParams
    public typealias Result = ModelsTestResult
    public static let name = "models.test"
}
/// Takes back what was not sent yet, or settles what nobody knows the end of.
public enum OutboxDropCall: NexusCall {
    public typealias Params = OutboxDropParams
    public typealias Result = OutboxDropResult
    public static let name = "outbox.drop"
}
/// Lists what was sent or is to be sent, the latest first.
public enum OutboxListCall: NexusCall {
    public typealias Params = OutboxListParams
    public typealias Result = OutboxListResult
    public static let name = "outbox.list"
}
/// Sends something once more that failed, or of which nobody knows whether it was sent.
public enum OutboxRetryCall: NexusCall {
    public typealias Params = OutboxRetryParams
    public typealias Result = OutboxRetryResult
    public static let name = "outbox.retry"
}
/// Lists who is connected.
public enum PresenceCall: NexusCall {
    public typealias Params = PresenceParams
    public typealias Result = PresenceResult
    public static let name = "presence"
}
/// Says something about a client, which everybody is shown in presence.
public enum PresenceNoteCall: NexusCall {
    public typealias Params = PresenceNoteParams
    public typealias Result = PresenceNoteResult
    public static let name = "presence.note"
}
/// Stops one request, whether it waits or runs.
public enum RequestsCancelCall: NexusCall {
    public typealias Params = RequestsCancelParams
    public typealias Result = RequestsCancelResult
    public static let name = "requests.cancel"
}
/// Shows one request with its eight stages, its turn and its tool calls.
public enum RequestsGetCall: NexusCall {
    public typealias Params = RequestsGetParams
    public typealias Result = RequestsGetResult
    public static let name = "requests.get"
}
/// Lists requests, the latest first.
public enum RequestsListCall: NexusCall {
    public typealias Params = RequestsListParams
    public typealias Result = RequestsListResult
    public static let name = "requests.list"
}
/// Does a request again that has ended, as a new one.
public enum RequestsReplayCall: NexusCall {
    public typealias Params = RequestsReplayParams
    public typealias Result = RequestsReplayResult
    public static let name = "requests.replay"
}
/// Drains, then leaves the home and its port to another process of the same owner.
public enum RuntimeHandoverCall: NexusCall {
    public typealias Params = RuntimeHandoverParams
    public typealias Result = RuntimeHandoverResult
    public static let name = "runtime.handover"
}
/// Has agents begin nothing new, or stand still altogether, until it is ended or its time is up.
public enum RuntimePauseCall: NexusCall {
    public typealias Params = RuntimePauseParams
    public typealias Result = RuntimePauseResult
    public static let name = "runtime.pause"
}
/// Reads the configuration again; an invalid one changes nothing.
public enum RuntimeReloadCall: NexusCall {
    public typealias Params = RuntimeReloadParams
    public typealias Result = RuntimeReloadResult
    public static let name = "runtime.reload"
}
/// Ends a pause; what waited runs once.
public enum RuntimeResumeCall: NexusCall {
    public typealias Params = RuntimeResumeParams
    public typealias Result = RuntimeResumeResult
    public static let name = "runtime.resume"
}
/// Drains and stops the daemon.
public enum RuntimeShutdownCall: NexusCall {
    public typealias Params = RuntimeShutdownParams
    public typealias Result = RuntimeShutdownResult
    public static let name = "runtime.shutdown"
}
/// Says in one sentence what needs a person, what is at work and what is amiss.
public enum RuntimeSummaryCall: NexusCall {
    public typealias Params = RuntimeSummaryParams
    public typealias Result = RuntimeSummaryResult
    public static let name = "runtime.summary"
}
/// Schedules a job; its runs have the rights of whoever makes it, at most.
public enum ScheduleCreateCall: NexusCall {
    public typealias Params = ScheduleCreateParams
    public typealias Result = ScheduleCreateResult
    public static let name = "schedule.create"
}
/// Forgets a scheduled job with its history; its requests stay on record.
public enum ScheduleDeleteCall: NexusCall {
    public typealias Params = ScheduleDeleteParams
    public typealias Result = ScheduleDeleteResult
    public static let name = "schedule.delete"
}
/// Shows one scheduled job.
public enum ScheduleGetCall: NexusCall {
    public typealias Params = ScheduleGetParams
    public typealias Result = ScheduleGetResult
    public static let name = "schedule.get"
}
/// Lists scheduled jobs and heartbeats, the next one due first.
public enum ScheduleListCall: NexusCall {
    public typealias Params = ScheduleListParams
    public typealias Result = ScheduleListResult
    public static let name = "schedule.list"
}
/// Keeps a scheduled job from running; what passes meanwhile is not made up for.
public enum SchedulePauseCall: NexusCall {
    public typealias Params = SchedulePauseParams
    public typealias Result = SchedulePauseResult
    public static let name = "schedule.pause"
}
/// Says when a job would run, and what its runs would need approval for.
public enum SchedulePreviewCall: NexusCall {
    public typealias Params = SchedulePreviewParams
    public typealias Result = SchedulePreviewResult
    public static let name = "schedule.preview"
}
/// Lets a paused job run again, from its next time on.
public enum ScheduleResumeCall: NexusCall {
    public typealias Params = ScheduleResumeParams
    public typealias Result = ScheduleResumeResult
    public static let name = "schedule.resume"
}
/// Has a scheduled job run now, beside its times.
public enum ScheduleRunCall: NexusCall {
    public typealias Params = ScheduleRunParams
    public typealias Result = ScheduleRunResult
    public static let name = "schedule.run"
}
/// Reads the history of a scheduled job, the latest first.
public enum ScheduleRunsCall: NexusCall {
    public typealias Params = ScheduleRunsParams
    public typealias Result = ScheduleRunsResult
    public static let name = "schedule.runs"
}
/// Gives a scheduled job other words, times or settings.
public enum ScheduleUpdateCall: NexusCall {
    public typealias Params = ScheduleUpdateParams
    public typealias Result = ScheduleUpdateResult
    public static let name = "schedule.update"
}
/// Stops the active run of a session.
public enum SessionsAbortCall: NexusCall {
    public typealias Params = SessionsAbortParams
    public typealias Result = SessionsAbortResult
    public static let name = "sessions.abort"
}
/// Condenses the older part of a session to a summary, as a run of its agent.
public enum SessionsCompactCall: NexusCall {
    public typealias Params = SessionsCompactParams
    public typealias Result = SessionsCompactResult
    public static let name = "sessions.compact"
}
/// Removes a session with its messages; what was done in it stays on record.
public enum SessionsDeleteCall: NexusCall {
    public typealias Params = SessionsDeleteParams
    public typealias Result = SessionsDeleteResult
    public static let name = "sessions.delete"
}
/// Writes a session as Markdown or JSON, page by page, without secrets.
public enum SessionsExportCall: NexusCall {
    public typealias Params = SessionsExportParams
    public typealias Result = SessionsExportResult
    public static let name = "sessions.export"
}
/// Begins a new session with the messages of another one, up to one of them.
public enum SessionsForkCall: NexusCall {
    public typealias Params = SessionsForkParams
    public typealias Result = SessionsForkResult
    public static let name = "sessions.fork"
}
/// Shows one session with its active turn.
public enum SessionsGetCall: NexusCall {
    public typealias Params = SessionsGetParams
    public typealias Result = SessionsGetResult
    public static let name = "sessions.get"
}
/// Reads messages of a session, the newest page first.
public enum SessionsHistoryCall: NexusCall {
    public typealias Params = SessionsHistoryParams
    public typealias Result = SessionsHistoryResult
    public static let name = "sessions.history"
}
/// Begins a session with the messages of an exported document; never changes one that is there.
public enum SessionsImportCall: NexusCall {
    public typealias Params = SessionsImportParams
    public typealias Result = SessionsImportResult
    public static let name = "sessions.import"
}
/// Lists sessions, the latest first.
public enum SessionsListCall: NexusCall {
    public typealias Params = SessionsListParams
    public typealias Result = SessionsListResult
    public static let name = "sessions.list"
}
/// Gives a session another title, or other defaults for its runs.
public enum SessionsPatchCall: NexusCall {
    public typealias Params = SessionsPatchParams
    public typealias Result = SessionsPatchResult
    public static let name = "sessions.patch"
}
/// Lists what waits in a session, in order.
public enum SessionsQueueCall: NexusCall {
    public typealias Params = SessionsQueueParams
    public typealias Result = SessionsQueueResult
    public static let name = "sessions.queue"
}
/// Gives a request that waits another place in the queue.
public enum SessionsQueueMoveCall: NexusCall {
    public typealias Params = SessionsQueueMoveParams
    public typealias Result = SessionsQueueMoveResult
    public static let name = "sessions.queue.move"
}
/// Forgets a session's messages; the session itself stays.
public enum SessionsResetCall: NexusCall {
    public typealias Params = SessionsResetParams
    public typealias Result = SessionsResetResult
    public static let name = "sessions.reset"
}
/// Hands a message to a session and answers once it is recorded; the reply follows as events.
public enum SessionsSendCall: NexusCall {
    public typealias Params = SessionsSendParams
    public typealias Result = SessionsSendResult
    public static let name = "sessions.send"
}
/// Says what needs a person, what is at work and what it cost today.
public enum StatusCall: NexusCall {
    public typealias Params = StatusParams
    public typealias Result = StatusResult
    public static let name = "status"
}
/// Says what access control thinks of a tool call, without making it.
public enum ToolsCheckCall: NexusCall {
    public typealias Params = ToolsCheckParams
    public typealias Result = ToolsCheckResult
    public static let name = "tools.check"
}
/// Makes one tool call in the name of a session's agent: answers `accepted` at once, and a second time when it has ended.
public enum ToolsInvokeCall: NexusCall {
    public typealias Params = ToolsInvokeParams
    public typealias Result = ToolsInvokeResult
    public static let name = "tools.invoke"
}
/// Lists the tools of an agent with the schemas of their arguments.
public enum ToolsListCall: NexusCall {
    public typealias Params = ToolsListParams
    public typealias Result = ToolsListResult
    public static let name = "tools.list"
}
/// Sums up what was used and what it cost.
public enum UsageGetCall: NexusCall {
    public typealias Params = UsageGetParams
    public typealias Result = UsageGetResult
    public static let name = "usage.get"
}
/// Tells what was used by agent, session, model, day, key or class.
public enum UsageListCall: NexusCall {
    public typealias Params = UsageListParams
    public typealias Result = UsageListResult
    public static let name = "usage.list"
}
/// A store that values can be moved to.
public struct MigrateTo: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The keychain of the operating system.
    public static let keychain = MigrateTo(rawValue: "keychain")
    /// The encrypted vault.
    public static let vault = MigrateTo(rawValue: "vault")
}

/// What became of one value.
public struct Migrated: Codable, Hashable, Sendable {
    /// Where it was.
    public var from: String
    /// The name of the credential, or `audit key`.
    public var name: String
    /// What was done, or would be, or why nothing was; and what is left to do.
    public var note: String
    /// Where it is now; nothing after a dry run or when it stayed.
    public var to: String?

    public init(from: String, name: String, note: String, to: String? = nil) {
        self.from = from
        self.name = name
        self.note = note
        self.to = to
    }
}
/// What becomes of times at which nothing could run: the daemon was off or paused, or the machine
/// slept.
public struct MissedPolicy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// They are noted and passed over.
    public static let skip = MissedPolicy(rawValue: "skip")
    /// One run stands for all of them.
    public static let once = MissedPolicy(rawValue: "once")
    /// Each of the last ten has its run, one after the other.
    public static let catchUp = MissedPolicy(rawValue: "catch_up")
}

/// One model that can be used.
public struct ModelFacts: Codable, Hashable, Sendable {
    /// Tokens that fit into one call.
    public var contextTokensMax: UInt64
    /// Until when it is left alone after failures, in milliseconds since 1970.
    public var coolingUntil: Timestamp?
    /// As `provider/model`.
    public var id: String
    /// Price of a million tokens sent, in millionths of a US dollar.
    public var inputMicroUsdPerMtok: UInt64?
    /// Whether it is the one in use.
    public var isActive: Bool
    /// Whether what it needs (a key, a local server) was found.
    public var isReady: Bool
    /// Price of a million tokens received, in millionths of a US dollar.
    public var outputMicroUsdPerMtok: UInt64?
    /// The provider.
    public var provider: String
    /// Where the credential or server was found, or what is missing. Never a value.
    public var reason: String

    public init(contextTokensMax: UInt64, coolingUntil: Timestamp? = nil, id: String, inputMicroUsdPerMtok: UInt64? = nil, isActive: Bool, isReady: Bool, outputMicroUsdPerMtok: UInt64? = nil, provider: String, reason: String) {
        self.contextTokensMax = contextTokensMax
        self.coolingUntil = coolingUntil
        self.id = id
        self.inputMicroUsdPerMtok = inputMicroUsdPerMtok
        self.isActive = isActive
        self.isReady = isReady
        self.outputMicroUsdPerMtok = outputMicroUsdPerMtok
        self.provider = provider
        self.reason = reason
    }
}
/// Input of `models.list`.
public struct ModelsListParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `models.list`.
public struct ModelsListResult: Codable, Hashable, Sendable {
    /// The models, the active one first.
    public var models: [ModelFacts]

    public init(models: [ModelFacts]) {
        self.models = models
    }
}

/// Input of `models.test`.
public struct ModelsTestParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// As `provider/model`; the active one when left out.
    public var model: String?

    public init(idempotencyKey: String, model: String? = nil) {
        self.idempotencyKey = idempotencyKey
        self.model = model
    }
}

/// Result of `models.test`.
public struct ModelsTestResult: Codable, Hashable, Sendable {
    /// Cost.
    public var cost: Cost
    /// Time to the first token, in milliseconds.
    public var firstTokenMs: UInt64?
    /// How to mend it.
    public var hint: String?
    /// Whether it answered.
    public var isOk: Bool
    /// What it said, or what went wrong.
    public var message: String
    /// As `provider/model`.
    public var model: String
    /// Time to the end, in milliseconds.
    public var totalMs: UInt64
    /// Tokens.
    public var usage: Usage

    public init(cost: Cost, firstTokenMs: UInt64? = nil, hint: String? = nil, isOk: Bool, message: String, model: String, totalMs: UInt64, usage: Usage) {
        self.cost = cost
        self.firstTokenMs = firstTokenMs
        self.hint = hint
        self.isOk = isOk
        self.message = message
        self.model = model
        self.totalMs = totalMs
        self.usage = usage
    }
}

/// What an adapter needs of the machine. Names of settings stand as
/// `setting:NAME`, with what counts unless it is set as `setting:NAME=PLACE`.
public struct Needs: Codable, Hashable, Sendable {
    /// For which services it needs a credential.
    public var credentials: [String]
    /// Folders besides its own that it would read; whether it may is for nexus.toml to say.
    public var folders: [String]
    /// Whom it talks to, as `host:port` or as a URL.
    public var hosts: [String]
    /// Where it listens, as `address:port`, if others come to it.
    public var listen: [String]
    /// Memory, in MiB, when the usual cap is too little; granted in nexus.toml only.
    public var memoryMib: Int64?

    public init(credentials: [String], folders: [String], hosts: [String], listen: [String], memoryMib: Int64? = nil) {
        self.credentials = credentials
        self.folders = folders
        self.hosts = hosts
        self.listen = listen
        self.memoryMib = memoryMib
    }

    enum CodingKeys: String, CodingKey {
        case credentials = "credentials"
        case folders = "folders"
        case hosts = "hosts"
        case listen = "listen"
        case memoryMib = "memory_mib"
    }
}
/// By what a wake was noticed.
public struct Noticed: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The operating system said so.
    public static let announced = Noticed(rawValue: "announced")
    /// The clock that goes on during sleep ran ahead.
    public static let gap = Noticed(rawValue: "gap")
    /// The time of day jumped.
    public static let jump = Noticed(rawValue: "jump")
    /// The daemon did not run: it was stopped, or its virtual machine was.
    public static let stall = Noticed(rawValue: "stall")
}

/// Input of `outbox.retry` and `outbox.drop`.
public struct OutboxDropParams: Codable, Hashable, Sendable {
    /// The delivery: its id, the beginning of it if that is unambiguous, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `outbox.retry` and `outbox.drop`.
public struct OutboxDropResult: Codable, Hashable, Sendable {
    /// The delivery as it stands now.
    public var delivery: DeliveryFacts

    public init(delivery: DeliveryFacts) {
        self.delivery = delivery
    }
}

/// Input of `outbox.list`.
public struct OutboxListParams: Codable, Hashable, Sendable {
    /// Only deliveries before this one.
    public var before: DeliveryId?
    /// Items on the page.
    public var limit: Int64?
    /// Only deliveries that stand so; all of them when left out.
    public var states: [DeliveryStatus]?

    public init(before: DeliveryId? = nil, limit: Int64? = nil, states: [DeliveryStatus]? = nil) {
        self.before = before
        self.limit = limit
        self.states = states
    }
}

/// Result of `outbox.list`.
public struct OutboxListResult: Codable, Hashable, Sendable {
    /// The deliveries, the latest first.
    public var deliveries: [DeliveryFacts]
    /// Whether older ones exist.
    public var hasMore: Bool

    public init(deliveries: [DeliveryFacts], hasMore: Bool) {
        self.deliveries = deliveries
        self.hasMore = hasMore
    }
}

/// Input of `outbox.retry` and `outbox.drop`.
public struct OutboxRetryParams: Codable, Hashable, Sendable {
    /// The delivery: its id, the beginning of it if that is unambiguous, or `@last`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `outbox.retry` and `outbox.drop`.
public struct OutboxRetryResult: Codable, Hashable, Sendable {
    /// The delivery as it stands now.
    public var delivery: DeliveryFacts

    public init(delivery: DeliveryFacts) {
        self.delivery = delivery
    }
}

/// How an effect ended.
public struct Outcome: Codable, Hashable, Sendable {
    /// When it was recorded.
    public var at: Timestamp
    /// Its own place in the chain.
    public var position: UInt64
    /// What came of it.
    public var text: String

    public init(at: Timestamp, position: UInt64, text: String) {
        self.at = at
        self.position = position
        self.text = text
    }
}

/// The run of an agent that sent a request to another agent.
public struct ParentRun: Codable, Hashable, Sendable {
    /// Its agent.
    public var agentId: AgentId
    /// Its leading request.
    public var requestId: RequestId
    /// Its session.
    public var sessionKey: SessionKey
    /// Its turn.
    public var turnId: TurnId

    public init(agentId: AgentId, requestId: RequestId, sessionKey: SessionKey, turnId: TurnId) {
        self.agentId = agentId
        self.requestId = requestId
        self.sessionKey = sessionKey
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case agentId = "agent_id"
        case requestId = "request_id"
        case sessionKey = "session_key"
        case turnId = "turn_id"
    }
}
/// One piece of a message.
public indirect enum Part: Codable, Hashable, Sendable {
    /// Text for the reader.
    case text(TextCase)
    /// The model's reasoning, as far as the provider shows it.
    case reasoning(ReasoningCase)
    /// A call of a tool.
    case toolCall(ToolCallCase)
    /// The result of a call.
    case toolResult(ToolResultCase)
    /// A picture.
    case image(ImageCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("kind")) {
        case "text": self = .text(try TextCase(from: decoder))
        case "reasoning": self = .reasoning(try ReasoningCase(from: decoder))
        case "tool_call": self = .toolCall(try ToolCallCase(from: decoder))
        case "tool_result": self = .toolResult(try ToolResultCase(from: decoder))
        case "image": self = .image(try ImageCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("kind"), in: fields,
                debugDescription: "Part has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .text(let value):
            try fields.encode("text", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .reasoning(let value):
            try fields.encode("reasoning", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .toolCall(let value):
            try fields.encode("tool_call", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .toolResult(let value):
            try fields.encode("tool_result", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .image(let value):
            try fields.encode("image", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        }
    }

    /// Text for the reader.
    public struct TextCase: Codable, Hashable, Sendable {
        public var value: String

        public init(value: String) {
            self.value = value
        }
    }

    /// The model's reasoning, as far as the provider shows it.
    public struct ReasoningCase: Codable, Hashable, Sendable {
        public var value: Reasoning

        public init(value: Reasoning) {
            self.value = value
        }
    }

    /// A call of a tool.
    public struct ToolCallCase: Codable, Hashable, Sendable {
        public var value: ToolCall

        public init(value: ToolCall) {
            self.value = value
        }
    }

    /// The result of a call.
    public struct ToolResultCase: Codable, Hashable, Sendable {
        public var value: ToolResult

        public init(value: ToolResult) {
            self.value = value
        }
    }

    /// A picture.
    public struct ImageCase: Codable, Hashable, Sendable {
        public var value: Image

        public init(value: Image) {
            self.value = value
        }
    }
}
/// What is done with a file or folder.
public struct PathAccess: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Its content is read.
    public static let read = PathAccess(rawValue: "read")
    /// It is made or changed.
    public static let write = PathAccess(rawValue: "write")
    /// It is removed.
    public static let delete = PathAccess(rawValue: "delete")
}
/// How much stands still.
public struct PauseMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// No request begins its run; what runs goes on to its end.
    public static let newWork = PauseMode(rawValue: "new_work")
    /// Nothing acts: runs stop before their next model call and their next tool call, and nothing
    /// is delivered.
    public static let all = PauseMode(rawValue: "all")
}

/// A pause.
public struct Paused: Codable, Hashable, Sendable {
    /// How much stands still.
    public var mode: PauseMode
    /// Since when.
    public var since: Timestamp
    /// When it ends by itself; nothing when it lasts until somebody ends it.
    public var until: Timestamp?

    public init(mode: PauseMode, since: Timestamp, until: Timestamp? = nil) {
        self.mode = mode
        self.since = since
        self.until = until
    }
}
/// Where people meet: one to one, a group, or a channel many read.
public struct PeerKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// One to one.
    public static let dm = PeerKind(rawValue: "dm")
    /// A group.
    public static let group = PeerKind(rawValue: "group")
    /// A channel.
    public static let channel = PeerKind(rawValue: "channel")
}

/// A device that asks to be paired.
public struct PendingDevice: Codable, Hashable, Sendable {
    /// Where it knocked from.
    public var address: String
    /// The code that the device shows, to be compared with it.
    public var code: String
    /// Its id: SHA-256 of its public key, lower-case hex.
    public var deviceId: String
    /// Until when it can be approved.
    public var expiresAt: Timestamp
    /// What it calls itself.
    public var name: String
    /// Its operating system, as it says.
    public var platform: String
    /// When it asked.
    public var requestedAt: Timestamp

    public init(address: String, code: String, deviceId: String, expiresAt: Timestamp, name: String, platform: String, requestedAt: Timestamp) {
        self.address = address
        self.code = code
        self.deviceId = deviceId
        self.expiresAt = expiresAt
        self.name = name
        self.platform = platform
        self.requestedAt = requestedAt
    }
}
/// A person's answer.
public struct PermissionAnswer: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// This action, this time.
    public static let approveOnce = PermissionAnswer(rawValue: "approve_once")
    /// The like of it, for a day.
    public static let approveDay = PermissionAnswer(rawValue: "approve_day")
    /// The like of it, until it is revoked.
    public static let approveAlways = PermissionAnswer(rawValue: "approve_always")
    /// No.
    public static let deny = PermissionAnswer(rawValue: "deny")
    /// No, and the like of it never.
    public static let denyAlways = PermissionAnswer(rawValue: "deny_always")
}
/// ULID of a permission request
public typealias PermissionId = String
/// Why a person is asked.
public struct PermissionKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A policy says: ask.
    public static let policy = PermissionKind(rawValue: "policy")
    /// The daemon died while this ran; it may have happened already. Approving runs it again.
    public static let unknownOutcome = PermissionKind(rawValue: "unknown_outcome")
    /// A message came from somebody nobody has vouched for; it waits, and so does whatever the
    /// sender writes after it. No turn exists yet.
    public static let sender = PermissionKind(rawValue: "sender")
}

/// A permission request as recorded.
public struct PermissionRequest: Codable, Hashable, Sendable {
    /// What would be done.
    public var action: CanonicalAction
    /// The agent that asks, or that the message is for.
    public var agentId: AgentId
    /// The answer, when a person gave one.
    public var answer: PermissionAnswer?
    /// For whom it acts.
    public var chain: Chain
    /// What the person said; the model is told.
    public var comment: String?
    /// When it was asked.
    public var createdAt: Timestamp
    /// When silence becomes no.
    public var expiresAt: Timestamp
    /// The grant that a standing answer made.
    public var grantId: GrantId?
    /// Its id.
    public var id: PermissionId
    /// Why a person is asked.
    public var kind: PermissionKind
    /// Standing answers that could be given, the narrowest first. Empty when only this one call
    /// can be answered, with yes or no.
    public var proposals: [Proposal]
    /// The policy that asks, and its reason.
    public var reason: String
    /// The request that waits.
    public var requestId: RequestId
    /// When.
    public var resolvedAt: Timestamp?
    /// Who decided.
    public var resolvedBy: Principal?
    /// When it was first shown to a person; until then only the longest time counts.
    public var seenAt: Timestamp?
    /// The sender, when the question is about one.
    public var sender: SenderFacts?
    /// The session, or where the message would go.
    public var sessionKey: SessionKey
    /// What the answering device signed; checked before the answer counted.
    public var signature: AnswerSignature?
    /// How it stands.
    public var status: PermissionStatus
    /// The tool call or delivery that waits; none for a question about a sender.
    public var toolCallId: String?
    /// The turn that waits; none for a question about a sender.
    public var turnId: TurnId?

    public init(action: CanonicalAction, agentId: AgentId, answer: PermissionAnswer? = nil, chain: Chain, comment: String? = nil, createdAt: Timestamp, expiresAt: Timestamp, grantId: GrantId? = nil, id: PermissionId, kind: PermissionKind, proposals: [Proposal], reason: String, requestId: RequestId, resolvedAt: Timestamp? = nil, resolvedBy: Principal? = nil, seenAt: Timestamp? = nil, sender: SenderFacts? = nil, sessionKey: SessionKey, signature: AnswerSignature? = nil, status: PermissionStatus, toolCallId: String? = nil, turnId: TurnId? = nil) {
        self.action = action
        self.agentId = agentId
        self.answer = answer
        self.chain = chain
        self.comment = comment
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.grantId = grantId
        self.id = id
        self.kind = kind
        self.proposals = proposals
        self.reason = reason
        self.requestId = requestId
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.seenAt = seenAt
        self.sender = sender
        self.sessionKey = sessionKey
        self.signature = signature
        self.status = status
        self.toolCallId = toolCallId
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case action = "action"
        case agentId = "agent_id"
        case answer = "answer"
        case chain = "chain"
        case comment = "comment"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case grantId = "grant_id"
        case id = "id"
        case kind = "kind"
        case proposals = "proposals"
        case reason = "reason"
        case requestId = "request_id"
        case resolvedAt = "resolved_at"
        case resolvedBy = "resolved_by"
        case seenAt = "seen_at"
        case sender = "sender"
        case sessionKey = "session_key"
        case signature = "signature"
        case status = "status"
        case toolCallId = "tool_call_id"
        case turnId = "turn_id"
    }
}
/// How a permission request stands.
public struct PermissionStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Nobody has decided.
    public static let pending = PermissionStatus(rawValue: "pending")
    /// Allowed.
    public static let approved = PermissionStatus(rawValue: "approved")
    /// Refused.
    public static let denied = PermissionStatus(rawValue: "denied")
    /// Nobody decided in time, which means no.
    public static let expired = PermissionStatus(rawValue: "expired")
    /// The run that asked has ended.
    public static let withdrawn = PermissionStatus(rawValue: "withdrawn")
}

/// The pipeline in numbers.
public struct PipelineCounts: Codable, Hashable, Sendable {
    /// Requests on their way.
    public var activeRequests: UInt64
    /// Requests ended since the daemon started.
    public var totalProcessed: UInt64

    public init(activeRequests: UInt64, totalProcessed: UInt64) {
        self.activeRequests = activeRequests
        self.totalProcessed = totalProcessed
    }

    enum CodingKeys: String, CodingKey {
        case activeRequests = "active_requests"
        case totalProcessed = "total_processed"
    }
}

/// Limits of this connection.
public struct Policy: Codable, Hashable, Sendable {
    /// Most bytes that wait for this connection.
    public var maxBufferedBytes: UInt64
    /// Largest frame, in bytes.
    public var maxPayload: UInt64
    /// Pause between ticks, in milliseconds.
    public var tickIntervalMs: UInt64

    public init(maxBufferedBytes: UInt64, maxPayload: UInt64, tickIntervalMs: UInt64) {
        self.maxBufferedBytes = maxBufferedBytes
        self.maxPayload = maxPayload
        self.tickIntervalMs = tickIntervalMs
    }
}

/// Something that is wrong with policies.
public struct PolicyFinding: Codable, Hashable, Sendable {
    /// The line, counted from 1, when it is known.
    public var line: Int64?
    /// What is wrong.
    public var problem: String
    /// The file.
    public var source: String

    public init(line: Int64? = nil, problem: String, source: String) {
        self.line = line
        self.problem = problem
        self.source = source
    }
}

/// A policy as listed.
public struct PolicyItem: Codable, Hashable, Sendable {
    /// Its id.
    public var id: String
    /// What it says: `forbid`, `guard` (asks whatever permits), `ask` or `permit`.
    public var kind: String
    /// On which line, counted from 1.
    public var line: Int64
    /// Why, in a sentence.
    public var reason: String
    /// Where it stands: `built in`, or a file of `state/acl`.
    public var source: String

    public init(id: String, kind: String, line: Int64, reason: String, source: String) {
        self.id = id
        self.kind = kind
        self.line = line
        self.reason = reason
        self.source = source
    }
}
/// The place of a recorded event in the ledger; the first event has position 1.
public typealias Position = UInt64

/// The last sleep of the machine.
public struct PowerFacts: Codable, Hashable, Sendable {
    /// When it woke up.
    public var awakeSince: Timestamp
    /// How long it took until every adapter was heard again, in milliseconds; nothing while it
    /// goes on.
    public var backMs: UInt64?
    /// How often it has slept since the daemon started.
    public var nSleeps: UInt64
    /// How long it had slept, in milliseconds.
    public var sleptMs: UInt64

    public init(awakeSince: Timestamp, backMs: UInt64? = nil, nSleeps: UInt64, sleptMs: UInt64) {
        self.awakeSince = awakeSince
        self.backMs = backMs
        self.nSleeps = nSleeps
        self.sleptMs = sleptMs
    }

    enum CodingKeys: String, CodingKey {
        case awakeSince = "awake_since"
        case backMs = "back_ms"
        case nSleeps = "n_sleeps"
        case sleptMs = "slept_ms"
    }
}

/// Who is connected, as everybody may see it.
public struct PresenceEntry: Codable, Hashable, Sendable {
    /// Program name.
    public var host: String
    /// Tells two instances apart.
    public var instanceId: String?
    /// Where from; left out on loopback.
    public var ip: String?
    /// How long its person has been idle, in seconds.
    public var lastInputSeconds: UInt64?
    /// What kind of client.
    public var mode: String
    /// Why the entry changed last: `connect`, `disconnect`, `self`, or what a client said.
    public var reason: String
    /// Words it is marked with.
    public var tags: [String]?
    /// What it says about itself.
    public var text: String?
    /// When it changed last.
    public var ts: Timestamp
    /// Program version.
    public var version: String

    public init(host: String, instanceId: String? = nil, ip: String? = nil, lastInputSeconds: UInt64? = nil, mode: String, reason: String, tags: [String]? = nil, text: String? = nil, ts: Timestamp, version: String) {
        self.host = host
        self.instanceId = instanceId
        self.ip = ip
        self.lastInputSeconds = lastInputSeconds
        self.mode = mode
        self.reason = reason
        self.tags = tags
        self.text = text
        self.ts = ts
        self.version = version
    }
}

/// Input of `presence.note`: what a client has to say about itself. What is left out stays as it
/// is.
public struct PresenceNoteParams: Codable, Hashable, Sendable {
    /// Program or machine.
    public var host: String?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Whose entry it is: the `instanceId` of a hello, or a name of its own.
    public var instanceId: String?
    /// Where from.
    public var ip: String?
    /// How long its person has been idle, in seconds.
    public var lastInputSeconds: UInt64?
    /// What kind of client.
    public var mode: String?
    /// Why this is said.
    public var reason: String?
    /// Words to be marked with; at most 16 of 50 characters are kept.
    public var tags: [String]?
    /// One line for people.
    public var text: String
    /// Program version.
    public var version: String?

    public init(host: String? = nil, idempotencyKey: String, instanceId: String? = nil, ip: String? = nil, lastInputSeconds: UInt64? = nil, mode: String? = nil, reason: String? = nil, tags: [String]? = nil, text: String, version: String? = nil) {
        self.host = host
        self.idempotencyKey = idempotencyKey
        self.instanceId = instanceId
        self.ip = ip
        self.lastInputSeconds = lastInputSeconds
        self.mode = mode
        self.reason = reason
        self.tags = tags
        self.text = text
        self.version = version
    }
}

/// Result of `presence.note`.
public struct PresenceNoteResult: Codable, Hashable, Sendable {
    /// Whether it is taken.
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}
/// Input of `presence`.
public struct PresenceParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `presence`.
public struct PresenceResult: Codable, Hashable, Sendable {
    /// The daemon itself first, then the clients, the latest first.
    public var presence: [PresenceEntry]
    /// Rises with every change.
    public var version: UInt64

    public init(presence: [PresenceEntry], version: UInt64) {
        self.presence = presence
        self.version = version
    }
}

/// A permission request that a grant would have answered.
public struct PreviewMatch: Codable, Hashable, Sendable {
    /// When it was asked.
    public var createdAt: Timestamp
    /// Its id.
    public var id: PermissionId
    /// How it stands.
    public var status: PermissionStatus
    /// What would have been done, in one line.
    public var summary: String

    public init(createdAt: Timestamp, id: PermissionId, status: PermissionStatus, summary: String) {
        self.createdAt = createdAt
        self.id = id
        self.status = status
        self.summary = summary
    }
}
/// The authenticated who. An agent never stands alone: it acts for the principals before it in a
/// [`Chain`].
public indirect enum Principal: Codable, Hashable, Sendable {
    /// The person this installation belongs to.
    case owner(OwnerCase)
    /// A person the owner knows, by entity id.
    case known(KnownCase)
    /// A sender nobody has vouched for, as `channel:identifier`.
    case unknown(UnknownCase)
    /// An agent, by name.
    case agent(AgentCase)
    /// An adapter account, as `adapter/account`.
    case adapter(AdapterCase)
    /// A key issued to a program.
    case apiKey(ApiKeyCase)
    /// A job of the daemon itself.
    case job(JobCase)
    /// A device that was paired, by its id.
    case device(DeviceCase)
    /// An automation that a person configured, by name.
    case hook(HookCase)
    /// The daemon itself, for what it does in nobody's course.
    case system(SystemCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("kind")) {
        case "owner": self = .owner(try OwnerCase(from: decoder))
        case "known": self = .known(try KnownCase(from: decoder))
        case "unknown": self = .unknown(try UnknownCase(from: decoder))
        case "agent": self = .agent(try AgentCase(from: decoder))
        case "adapter": self = .adapter(try AdapterCase(from: decoder))
        case "api_key": self = .apiKey(try ApiKeyCase(from: decoder))
        case "job": self = .job(try JobCase(from: decoder))
        case "device": self = .device(try DeviceCase(from: decoder))
        case "hook": self = .hook(try HookCase(from: decoder))
        case "system": self = .system(try SystemCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("kind"), in: fields,
                debugDescription: "Principal has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .owner(let value):
            try fields.encode("owner", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .known(let value):
            try fields.encode("known", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .unknown(let value):
            try fields.encode("unknown", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .agent(let value):
            try fields.encode("agent", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .adapter(let value):
            try fields.encode("adapter", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .apiKey(let value):
            try fields.encode("api_key", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .job(let value):
            try fields.encode("job", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .device(let value):
            try fields.encode("device", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .hook(let value):
            try fields.encode("hook", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .system(let value):
            try fields.encode("system", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        }
    }

    /// The person this installation belongs to.
    public struct OwnerCase: Codable, Hashable, Sendable {

        public init() {
        }
    }

    /// A person the owner knows, by entity id.
    public struct KnownCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// A sender nobody has vouched for, as `channel:identifier`.
    public struct UnknownCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// An agent, by name.
    public struct AgentCase: Codable, Hashable, Sendable {
        public var id: AgentId

        public init(id: AgentId) {
            self.id = id
        }
    }

    /// An adapter account, as `adapter/account`.
    public struct AdapterCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// A key issued to a program.
    public struct ApiKeyCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// A job of the daemon itself.
    public struct JobCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// A device that was paired, by its id.
    public struct DeviceCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// An automation that a person configured, by name.
    public struct HookCase: Codable, Hashable, Sendable {
        public var id: String

        public init(id: String) {
            self.id = id
        }
    }

    /// The daemon itself, for what it does in nobody's course.
    public struct SystemCase: Codable, Hashable, Sendable {

        public init() {
        }
    }
}

/// A standing answer that could be given: where it would hold.
public struct Proposal: Codable, Hashable, Sendable {
    /// Where it would hold.
    public var scope: GrantScope
    /// The same for people, to follow "allow" or "never allow": `http_fetch from example.org,
    /// in this session`.
    public var text: String

    public init(scope: GrantScope, text: String) {
        self.scope = scope
        self.text = text
    }
}

/// What would be done, and under which circumstances.
public struct Question: Codable, Hashable, Sendable {
    /// How; follows from the effect when it is left out.
    public var access: PathAccess?
    /// The channel the conversation takes place on.
    public var channel: String?
    /// A command it would run, in words.
    public var command: [String]?
    /// What a tool can do to the world; that of a tool of the daemon is known.
    public var effect: ToolEffect?
    /// A host it would talk to.
    public var host: String?
    /// What the session has been exposed to: `untrusted`, `private`, `secret`.
    public var labels: [String]?
    /// A path it would touch.
    public var path: String?
    /// The kind of conversation, for `start_run`; one to one when it is left out.
    public var peerKind: PeerKind?
    /// How far it would be confined: `full`, `partial` or `none`.
    public var posture: String?
    /// The conversation it would reach.
    public var recipient: String?
    /// On what: a method, an agent, a tool, a channel or a permission request.
    public var resource: String
    /// The session.
    public var sessionKey: SessionKey?
    /// The verb.
    public var verb: Verb

    public init(access: PathAccess? = nil, channel: String? = nil, command: [String]? = nil, effect: ToolEffect? = nil, host: String? = nil, labels: [String]? = nil, path: String? = nil, peerKind: PeerKind? = nil, posture: String? = nil, recipient: String? = nil, resource: String, sessionKey: SessionKey? = nil, verb: Verb) {
        self.access = access
        self.channel = channel
        self.command = command
        self.effect = effect
        self.host = host
        self.labels = labels
        self.path = path
        self.peerKind = peerKind
        self.posture = posture
        self.recipient = recipient
        self.resource = resource
        self.sessionKey = sessionKey
        self.verb = verb
    }
}
/// What new input does to a busy session.
public struct QueueMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Lets the step in hand finish, ends the run there, and goes on with everything that waits.
    public static let steer = QueueMode(rawValue: "steer")
    /// Stops the run at once and goes on with everything that waits.
    public static let interrupt = QueueMode(rawValue: "interrupt")
    /// Runs next, alone, before plain queued input.
    public static let followup = QueueMode(rawValue: "followup")
    /// Waits, and runs together with its neighbours that collect, as one turn.
    public static let collect = QueueMode(rawValue: "collect")
    /// Runs alone when everything else is done.
    public static let queue = QueueMode(rawValue: "queue")
}

/// Reasoning that a provider returned, with the seal it wants back on the next call.
public struct Reasoning: Codable, Hashable, Sendable {
    /// The provider's signature over it, opaque.
    public var signature: String?
    /// Readable text; may be empty.
    public var text: String

    public init(signature: String? = nil, text: String) {
        self.signature = signature
        self.text = text
    }
}

/// A conversation of an adapter.
public struct ReplyTarget: Codable, Hashable, Sendable {
    /// Our account on it.
    public var accountId: String
    /// The channel.
    public var channel: String
    /// The conversation, in the channel's own terms.
    public var peerId: String

    public init(accountId: String, channel: String, peerId: String) {
        self.accountId = accountId
        self.channel = channel
        self.peerId = peerId
    }

    enum CodingKeys: String, CodingKey {
        case accountId = "account_id"
        case channel = "channel"
        case peerId = "peer_id"
    }
}

/// Where a reply goes.
public struct ReplyWish: Codable, Hashable, Sendable {
    /// Whether whoever asked waits for it. Otherwise it stands in the record.
    public var isAwaited: Bool
    /// The conversation that it is sent to besides.
    public var to: ReplyTarget?

    public init(isAwaited: Bool, to: ReplyTarget? = nil) {
        self.isAwaited = isAwaited
        self.to = to
    }

    enum CodingKeys: String, CodingKey {
        case isAwaited = "is_awaited"
        case to = "to"
    }
}

/// A request as recorded.
public struct Request: Codable, Hashable, Sendable {
    /// The agent that answers, once known.
    public var agentId: AgentId?
    /// When it ended.
    public var completedAt: Timestamp?
    /// Text that automations added to what the agent gets to see.
    public var enrichment: [String]?
    /// Why it did not end as completed.
    public var error: String?
    /// The arrival that caused it, as `{channel}:{event_id}`.
    public var eventId: String
    /// Its id.
    public var id: RequestId
    /// The run that sent it, when an agent did.
    public var parent: ParentRun?
    /// Who sent it, once known.
    public var principal: Principal?
    /// The first line of what came in, shortened; the purpose in words.
    public var purpose: String
    /// How it wants to queue.
    public var queueMode: QueueMode
    /// The request that it does again, when somebody asked for that.
    public var replays: RequestId?
    /// The session it goes to, once known.
    public var sessionKey: SessionKey?
    /// The last stage it entered.
    public var stage: Stage
    /// What each stage recorded, in order.
    public var stages: [StageTrace]
    /// When it was admitted.
    public var startedAt: Timestamp
    /// How it stands.
    public var status: RequestStatus
    /// The turn, once one began. Requests that were merged share one.
    public var turnId: TurnId?
    /// What the run is asked to be.
    public var wish: RunWish?

    public init(agentId: AgentId? = nil, completedAt: Timestamp? = nil, enrichment: [String]? = nil, error: String? = nil, eventId: String, id: RequestId, parent: ParentRun? = nil, principal: Principal? = nil, purpose: String, queueMode: QueueMode, replays: RequestId? = nil, sessionKey: SessionKey? = nil, stage: Stage, stages: [StageTrace], startedAt: Timestamp, status: RequestStatus, turnId: TurnId? = nil, wish: RunWish? = nil) {
        self.agentId = agentId
        self.completedAt = completedAt
        self.enrichment = enrichment
        self.error = error
        self.eventId = eventId
        self.id = id
        self.parent = parent
        self.principal = principal
        self.purpose = purpose
        self.queueMode = queueMode
        self.replays = replays
        self.sessionKey = sessionKey
        self.stage = stage
        self.stages = stages
        self.startedAt = startedAt
        self.status = status
        self.turnId = turnId
        self.wish = wish
    }

    enum CodingKeys: String, CodingKey {
        case agentId = "agent_id"
        case completedAt = "completed_at"
        case enrichment = "enrichment"
        case error = "error"
        case eventId = "event_id"
        case id = "id"
        case parent = "parent"
        case principal = "principal"
        case purpose = "purpose"
        case queueMode = "queue_mode"
        case replays = "replays"
        case sessionKey = "session_key"
        case stage = "stage"
        case stages = "stages"
        case startedAt = "started_at"
        case status = "status"
        case turnId = "turn_id"
        case wish = "wish"
    }
}
/// ULID of a request
public typealias RequestId = String
/// How a request stands.
public struct RequestStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// On its way.
    public static let processing = RequestStatus(rawValue: "processing")
    /// Waiting behind the session's active run.
    public static let queued = RequestStatus(rawValue: "queued")
    /// Waiting for a person.
    public static let parked = RequestStatus(rawValue: "parked")
    /// Done.
    public static let completed = RequestStatus(rawValue: "completed")
    /// The sender may not.
    public static let denied = RequestStatus(rawValue: "denied")
    /// An automation answered; no agent ran.
    public static let handledByAutomation = RequestStatus(rawValue: "handled_by_automation")
    /// Somebody stopped it.
    public static let cancelled = RequestStatus(rawValue: "cancelled")
    /// Something failed.
    public static let failed = RequestStatus(rawValue: "failed")
}

/// Input of `requests.cancel`.
public struct RequestsCancelParams: Codable, Hashable, Sendable {
    /// The request.
    public var id: RequestId
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: RequestId, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `requests.cancel`; it is sent when the request has ended.
public struct RequestsCancelResult: Codable, Hashable, Sendable {
    /// The request.
    public var id: RequestId
    /// Whether it was stopped; it had ended before, or there is none, when not.
    public var isCancelled: Bool

    public init(id: RequestId, isCancelled: Bool) {
        self.id = id
        self.isCancelled = isCancelled
    }
}

/// Input of `requests.get`.
public struct RequestsGetParams: Codable, Hashable, Sendable {
    /// The request: its id, the beginning of it if that is unambiguous, or `@last`.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Result of `requests.get`.
public struct RequestsGetResult: Codable, Hashable, Sendable {
    /// What arrived.
    public var arrival: Arrival
    /// What its session has been exposed to by now, and what brought each label.
    public var labels: [SessionLabel]
    /// The permission requests of the turn.
    public var permissions: [PermissionRequest]
    /// Requests that did it again, the oldest first.
    public var replayedBy: [RequestId]?
    /// The request with its stages.
    public var request: Request
    /// Requests that its run sent to other agents, the oldest first.
    public var sent: [Request]?
    /// The tool calls of the turn.
    public var toolCalls: [ToolCallRecord]
    /// Its turn.
    public var turn: Turn?

    public init(arrival: Arrival, labels: [SessionLabel], permissions: [PermissionRequest], replayedBy: [RequestId]? = nil, request: Request, sent: [Request]? = nil, toolCalls: [ToolCallRecord], turn: Turn? = nil) {
        self.arrival = arrival
        self.labels = labels
        self.permissions = permissions
        self.replayedBy = replayedBy
        self.request = request
        self.sent = sent
        self.toolCalls = toolCalls
        self.turn = turn
    }
}

/// Input of `requests.list`.
public struct RequestsListParams: Codable, Hashable, Sendable {
    /// Only requests before this one.
    public var before: RequestId?
    /// Items on the page.
    public var limit: Int64?
    /// Only requests of this session.
    public var sessionKey: SessionKey?
    /// Only requests that stand so.
    public var status: RequestStatus?

    public init(before: RequestId? = nil, limit: Int64? = nil, sessionKey: SessionKey? = nil, status: RequestStatus? = nil) {
        self.before = before
        self.limit = limit
        self.sessionKey = sessionKey
        self.status = status
    }
}

/// Result of `requests.list`.
public struct RequestsListResult: Codable, Hashable, Sendable {
    /// Whether older ones exist.
    public var hasMore: Bool
    /// The requests, the latest first.
    public var requests: [Request]

    public init(hasMore: Bool, requests: [Request]) {
        self.hasMore = hasMore
        self.requests = requests
    }
}

/// Input of `requests.replay`.
public struct RequestsReplayParams: Codable, Hashable, Sendable {
    /// The request, which has ended.
    public var id: RequestId
    /// Lets the command be repeated safely: the same key is the same replay.
    public var idempotencyKey: String

    public init(id: RequestId, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `requests.replay`.
public struct RequestsReplayResult: Codable, Hashable, Sendable {
    /// Whether this key had been used before; then nothing new runs.
    public var isDuplicate: Bool
    /// The old one.
    public var replays: RequestId
    /// The new request.
    public var requestId: RequestId
    /// How the new one stands by now.
    public var status: RequestStatus

    public init(isDuplicate: Bool, replays: RequestId, requestId: RequestId, status: RequestStatus) {
        self.isDuplicate = isDuplicate
        self.replays = replays
        self.requestId = requestId
        self.status = status
    }
}

/// The answer to a call. `payload` stands when `ok`, `error` otherwise.
public struct Res: Codable, Hashable, Sendable {
    /// The error.
    public var error: WireError?
    /// The id of the call; `invalid` when the frame had none that could be read.
    public var id: String
    /// Whether it succeeded.
    public var ok: Bool
    /// The result.
    public var payload: JSONValue?

    public init(error: WireError? = nil, id: String, ok: Bool, payload: JSONValue? = nil) {
        self.error = error
        self.id = id
        self.ok = ok
        self.payload = payload
    }
}
/// What budgets count.
public struct Resource: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Money, in millionths of a US dollar.
    public static let money = Resource(rawValue: "money")
    /// Tokens sent and received.
    public static let tokens = Resource(rawValue: "tokens")
    /// Tool calls that were allowed.
    public static let toolCalls = Resource(rawValue: "tool_calls")
    /// Time spent waiting for models, in milliseconds.
    public static let modelTime = Resource(rawValue: "model_time")
}
/// Who speaks in a message.
public struct Role: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A person, or a program that speaks like one.
    public static let user = Role(rawValue: "user")
    /// The model.
    public static let assistant = Role(rawValue: "assistant")
    /// Results of tool calls.
    public static let tool = Role(rawValue: "tool")
}

/// A row as it stands in the chain: exactly what its seal covers.
public struct Row: Codable, Hashable, Sendable {
    /// What was to be done.
    public var action: String?
    /// When it was recorded.
    public var at: Timestamp
    /// Who acts for whom, as JSON text.
    public var chain: String?
    /// For an outcome: the decision it belongs to.
    public var decision: UInt64?
    /// Digest of exactly what would be done.
    public var digest: String?
    /// Its seal.
    public var hash: String
    /// For an outcome: how the effect ended.
    public var outcome: String?
    /// Its place.
    public var position: UInt64
    /// Why.
    public var reason: String?
    /// The request in whose course it was.
    public var requestId: String?
    /// On what.
    public var resource: String?
    /// The turn in whose course it was.
    public var turnId: String?
    /// How it was decided.
    public var verdict: String?

    public init(action: String? = nil, at: Timestamp, chain: String? = nil, decision: UInt64? = nil, digest: String? = nil, hash: String, outcome: String? = nil, position: UInt64, reason: String? = nil, requestId: String? = nil, resource: String? = nil, turnId: String? = nil, verdict: String? = nil) {
        self.action = action
        self.at = at
        self.chain = chain
        self.decision = decision
        self.digest = digest
        self.hash = hash
        self.outcome = outcome
        self.position = position
        self.reason = reason
        self.requestId = requestId
        self.resource = resource
        self.turnId = turnId
        self.verdict = verdict
    }
}

/// What a run may use up before it is ended.
public struct RunLimits: Codable, Hashable, Sendable {
    /// Time from start to end, in milliseconds, waiting for people not counted.
    public var durationMsMax: UInt64
    /// Model replies in one turn.
    public var stepsMax: Int64
    /// Tokens sent and received in one turn.
    public var tokensMax: UInt64

    public init(durationMsMax: UInt64, stepsMax: Int64, tokensMax: UInt64) {
        self.durationMsMax = durationMsMax
        self.stepsMax = stepsMax
        self.tokensMax = tokensMax
    }

    enum CodingKeys: String, CodingKey {
        case durationMsMax = "duration_ms_max"
        case stepsMax = "steps_max"
        case tokensMax = "tokens_max"
    }
}
/// How a run stands.
public struct RunStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Recorded; it will run. This is the first answer.
    public static let accepted = RunStatus(rawValue: "accepted")
    /// Ended; `requestStatus` says how. This is the second answer.
    public static let done = RunStatus(rawValue: "done")
}

/// A line of a job's history.
public struct RunView: Codable, Hashable, Sendable {
    /// Why it failed or was denied.
    public var error: String?
    /// What was decided.
    public var run: JobRun
    /// How its request stands, if it has one.
    public var status: RequestStatus?

    public init(error: String? = nil, run: JobRun, status: RequestStatus? = nil) {
        self.error = error
        self.run = run
        self.status = status
    }
}

/// What a run is asked to be, beside its message. Wishes narrow what the agent has; they never
/// widen it.
public struct RunWish: Codable, Hashable, Sendable {
    /// One tool call that makes up the whole turn: no model is asked.
    public var call: WishedCall?
    /// Whether the sender wants to see the reply while it is written, where its adapter can show
    /// that; as the adapter declares when left out.
    public var isStreamed: Bool?
    /// The scheduled job that began it: the sender acts through the job. Only the daemon says so.
    public var job: JobId?
    /// The model, as `provider/model`; the agent's own when left out.
    public var model: String?
    /// Where the reply goes, when not just to whoever asked. Only the daemon says so, by the
    /// configuration.
    public var reply: ReplyWish?
    /// Where the message is to be sent as it is: no agent answers it.
    public var send: WishedSend?
    /// Most model replies of the turn; the agent's own limit where that is lower.
    public var stepsMax: Int64?

    public init(call: WishedCall? = nil, isStreamed: Bool? = nil, job: JobId? = nil, model: String? = nil, reply: ReplyWish? = nil, send: WishedSend? = nil, stepsMax: Int64? = nil) {
        self.call = call
        self.isStreamed = isStreamed
        self.job = job
        self.model = model
        self.reply = reply
        self.send = send
        self.stepsMax = stepsMax
    }

    enum CodingKeys: String, CodingKey {
        case call = "call"
        case isStreamed = "is_streamed"
        case job = "job"
        case model = "model"
        case reply = "reply"
        case send = "send"
        case stepsMax = "steps_max"
    }
}

/// Input of `runtime.handover`.
public struct RuntimeHandoverParams: Codable, Hashable, Sendable {
    /// The home folder that is wanted, as a whole path: a daemon of another home refuses.
    public var home: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// How it runs: `headless`, `desktop`, `service`.
    public var kind: String
    /// The process that takes over.
    public var pid: Int64
    /// The newest form of the database that it knows: one that is too old for ours is refused.
    public var schemaVersion: UInt64
    /// Its version.
    public var version: String

    public init(home: String, idempotencyKey: String, kind: String, pid: Int64, schemaVersion: UInt64, version: String) {
        self.home = home
        self.idempotencyKey = idempotencyKey
        self.kind = kind
        self.pid = pid
        self.schemaVersion = schemaVersion
        self.version = version
    }
}

/// Result of `runtime.handover`: the daemon drains from here on, and then its home is free.
public struct RuntimeHandoverResult: Codable, Hashable, Sendable {
    /// The lease that ends; the next one has an epoch above it.
    public var epoch: UInt64
    /// The process that is about to let go.
    public var pid: Int64
    /// Time within which it has let go, at the latest, in milliseconds.
    public var withinMs: UInt64

    public init(epoch: UInt64, pid: Int64, withinMs: UInt64) {
        self.epoch = epoch
        self.pid = pid
        self.withinMs = withinMs
    }
}

/// Input of `runtime.pause`.
public struct RuntimePauseParams: Codable, Hashable, Sendable {
    /// After how many milliseconds the pause ends by itself; left out, it lasts until somebody ends
    /// it.
    public var forMs: UInt64?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// How much stands still.
    public var mode: PauseMode

    public init(forMs: UInt64? = nil, idempotencyKey: String, mode: PauseMode) {
        self.forMs = forMs
        self.idempotencyKey = idempotencyKey
        self.mode = mode
    }
}

/// Result of `runtime.pause` and `runtime.resume`.
public struct RuntimePauseResult: Codable, Hashable, Sendable {
    /// The pause in force; nothing when there is none.
    public var paused: Paused?

    public init(paused: Paused? = nil) {
        self.paused = paused
    }
}

/// Input of `runtime.reload`.
public struct RuntimeReloadParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(idempotencyKey: String) {
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `runtime.reload`.
public struct RuntimeReloadResult: Codable, Hashable, Sendable {
    /// Keys that changed and are in force.
    public var changed: [String]
    /// Keys that changed and need a restart.
    public var needsRestart: [String]
    /// What the file says that nobody understands, with a suggestion.
    public var warnings: [String]

    public init(changed: [String], needsRestart: [String], warnings: [String]) {
        self.changed = changed
        self.needsRestart = needsRestart
        self.warnings = warnings
    }
}

/// Input of `runtime.resume`.
public struct RuntimeResumeParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(idempotencyKey: String) {
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `runtime.pause` and `runtime.resume`.
public struct RuntimeResumeResult: Codable, Hashable, Sendable {
    /// The pause in force; nothing when there is none.
    public var paused: Paused?

    public init(paused: Paused? = nil) {
        self.paused = paused
    }
}

/// Input of `runtime.shutdown`.
public struct RuntimeShutdownParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// Why; shown to the clients.
    public var reason: String?
    /// When it will be back, in milliseconds, if whoever stops it starts it again; told to the
    /// clients.
    public var restartExpectedMs: UInt64?

    public init(idempotencyKey: String, reason: String? = nil, restartExpectedMs: UInt64? = nil) {
        self.idempotencyKey = idempotencyKey
        self.reason = reason
        self.restartExpectedMs = restartExpectedMs
    }
}

/// Result of `runtime.shutdown`: the daemon drains from here on.
public struct RuntimeShutdownResult: Codable, Hashable, Sendable {
    /// The process that is about to end.
    public var pid: Int64

    public init(pid: Int64) {
        self.pid = pid
    }
}
/// Input of `runtime.summary`.
public struct RuntimeSummaryParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `runtime.summary`: the one sentence, and what it is made of.
public struct RuntimeSummaryResult: Codable, Hashable, Sendable {
    /// Checks of the health that are not well, the worst first.
    public var amiss: [HealthCheck]
    /// What was used today cost, from midnight UTC.
    public var costToday: Cost
    /// Requests that wait for the end of a pause, and runs that a pause has stopped.
    public var onHold: UInt64
    /// The pause, while there is one.
    public var paused: Paused?
    /// What a person must know first comes first: "2 things need you.", "Nothing needs you. 3
    /// agents are working."
    public var sentence: String
    /// Permission requests that wait for a person.
    public var waiting: UInt64
    /// Agents at work.
    public var working: UInt64

    public init(amiss: [HealthCheck], costToday: Cost, onHold: UInt64, paused: Paused? = nil, sentence: String, waiting: UInt64, working: UInt64) {
        self.amiss = amiss
        self.costToday = costToday
        self.onHold = onHold
        self.paused = paused
        self.sentence = sentence
        self.waiting = waiting
        self.working = working
    }
}

/// Input of `schedule.create`.
public struct ScheduleCreateParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// What it is to do, and when.
    public var job: JobSpec

    public init(idempotencyKey: String, job: JobSpec) {
        self.idempotencyKey = idempotencyKey
        self.job = job
    }
}

/// Result of `schedule.get`, and of what changes a job.
public struct ScheduleCreateResult: Codable, Hashable, Sendable {
    /// The job as it is now.
    public var job: JobView

    public init(job: JobView) {
        self.job = job
    }
}

/// Input of what is done to one job.
public struct ScheduleDeleteParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `schedule.delete`.
public struct ScheduleDeleteResult: Codable, Hashable, Sendable {
    /// The job that is gone.
    public var id: JobId

    public init(id: JobId) {
        self.id = id
    }
}

/// Input of `schedule.get`.
public struct ScheduleGetParams: Codable, Hashable, Sendable {
    /// The job: its id, the beginning of it, its name, or `@last` for the newest.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Result of `schedule.get`, and of what changes a job.
public struct ScheduleGetResult: Codable, Hashable, Sendable {
    /// The job as it is now.
    public var job: JobView

    public init(job: JobView) {
        self.job = job
    }
}

/// Input of `schedule.list`.
public struct ScheduleListParams: Codable, Hashable, Sendable {
    /// Only those of one agent.
    public var agentId: AgentId?

    public init(agentId: AgentId? = nil) {
        self.agentId = agentId
    }
}

/// Result of `schedule.list`.
public struct ScheduleListResult: Codable, Hashable, Sendable {
    /// The jobs and heartbeats: the next one due first, those that are not due last.
    public var jobs: [JobView]

    public init(jobs: [JobView]) {
        self.jobs = jobs
    }
}

/// Input of what is done to one job.
public struct SchedulePauseParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `schedule.get`, and of what changes a job.
public struct SchedulePauseResult: Codable, Hashable, Sendable {
    /// The job as it is now.
    public var job: JobView

    public init(job: JobView) {
        self.job = job
    }
}

/// Input of `schedule.preview`.
public struct SchedulePreviewParams: Codable, Hashable, Sendable {
    /// How many of its next times to list; 5 when left out.
    public var count: Int64?
    /// The job that would be changed to this; a new one when left out.
    public var id: String?
    /// What it would do, and when.
    public var job: JobSpec

    public init(count: Int64? = nil, id: String? = nil, job: JobSpec) {
        self.count = count
        self.id = id
        self.job = job
    }
}

/// Result of `schedule.preview`. Nothing has happened, and what is true now may not be later.
public struct SchedulePreviewResult: Codable, Hashable, Sendable {
    /// What a run may do, what a person would be asked about, and what it may not.
    public var foreseen: [Foreseen]
    /// Its next times.
    public var times: [Timestamp]
    /// Its times in English words.
    public var timing: String

    public init(foreseen: [Foreseen], times: [Timestamp], timing: String) {
        self.foreseen = foreseen
        self.times = times
        self.timing = timing
    }
}

/// Input of what is done to one job.
public struct ScheduleResumeParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `schedule.get`, and of what changes a job.
public struct ScheduleResumeResult: Codable, Hashable, Sendable {
    /// The job as it is now.
    public var job: JobView

    public init(job: JobView) {
        self.job = job
    }
}

/// Input of what is done to one job.
public struct ScheduleRunParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// Result of `schedule.run`.
public struct ScheduleRunResult: Codable, Hashable, Sendable {
    /// Whether this key had been used before; then nothing new runs.
    public var isDuplicate: Bool
    /// The request that it became.
    public var requestId: RequestId

    public init(isDuplicate: Bool, requestId: RequestId) {
        self.isDuplicate = isDuplicate
        self.requestId = requestId
    }
}

/// Input of `schedule.runs`.
public struct ScheduleRunsParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Most lines; 50 when left out. 200 are kept.
    public var limit: Int64?

    public init(id: String, limit: Int64? = nil) {
        self.id = id
        self.limit = limit
    }
}

/// Result of `schedule.runs`.
public struct ScheduleRunsResult: Codable, Hashable, Sendable {
    /// The job.
    public var id: JobId
    /// Its history, the latest first.
    public var runs: [RunView]

    public init(id: JobId, runs: [RunView]) {
        self.id = id
        self.runs = runs
    }
}

/// Input of `schedule.update`.
public struct ScheduleUpdateParams: Codable, Hashable, Sendable {
    /// The job, as for `schedule.get`.
    public var id: String
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// All that it says from now on.
    public var job: JobSpec

    public init(id: String, idempotencyKey: String, job: JobSpec) {
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.job = job
    }
}

/// Result of `schedule.get`, and of what changes a job.
public struct ScheduleUpdateResult: Codable, Hashable, Sendable {
    /// The job as it is now.
    public var job: JobView

    public init(job: JobView) {
        self.job = job
    }
}
/// One permission of the control plane. Every method names exactly one.
public struct Scope: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// See that the daemon lives and how it stands.
    public static let runtimeRead = Scope(rawValue: "runtime.read")
    /// Reload and stop the daemon.
    public static let runtimeAdmin = Scope(rawValue: "runtime.admin")
    /// See agents, models and their prices.
    public static let agentRead = Scope(rawValue: "agent.read")
    /// Make, change and remove agents.
    public static let agentWrite = Scope(rawValue: "agent.write")
    /// Read conversations and follow events.
    public static let sessionRead = Scope(rawValue: "session.read")
    /// Talk to agents and stop their runs.
    public static let sessionWrite = Scope(rawValue: "session.write")
    /// Send messages outward in one's own words, through any adapter.
    public static let messageSend = Scope(rawValue: "message.send")
    /// See which tools there are, and what access control says about a call.
    public static let toolRead = Scope(rawValue: "tool.read")
    /// Make tool calls in the name of an agent.
    public static let toolInvoke = Scope(rawValue: "tool.invoke")
    /// See requests and their traces.
    public static let requestRead = Scope(rawValue: "request.read")
    /// See permission requests, grants, policies and senders.
    public static let aclRead = Scope(rawValue: "acl.read")
    /// Decide permission requests.
    public static let aclApprove = Scope(rawValue: "acl.approve")
    /// Make grants and take them back, and say who a sender is.
    public static let aclAdmin = Scope(rawValue: "acl.admin")
    /// See the configuration.
    public static let configRead = Scope(rawValue: "config.read")
    /// Change the configuration.
    public static let configWrite = Scope(rawValue: "config.write")
    /// See which credentials there are, without values.
    public static let credentialRead = Scope(rawValue: "credential.read")
    /// Add, verify, move and remove credentials; unlock the vault.
    public static let credentialWrite = Scope(rawValue: "credential.write")
    /// See the value of a credential.
    public static let credentialReveal = Scope(rawValue: "credential.reveal")
    /// See who may come in: keys, devices, whether there is a password; never a value.
    public static let accessRead = Scope(rawValue: "access.read")
    /// Let others in: issue keys, pair devices, set the password; and shut them out again.
    public static let accessAdmin = Scope(rawValue: "access.admin")
}
/// Text that is never shown: its `Debug` says nothing, and its memory is wiped.
public typealias SecretText = String

/// What a person is shown of a sender that wants to talk to an agent.
public struct SenderFacts: Codable, Hashable, Sendable {
    /// Our account that the message came to.
    public var accountId: String
    /// The medium.
    public var channel: String
    /// The first words of the message, on one line.
    public var excerpt: String
    /// When a message first came.
    public var firstSeen: Timestamp
    /// Messages that came so far, this one included.
    public var nSeen: UInt64
    /// The name shown there. Chosen by the sender: it proves nothing.
    public var name: String?
    /// The sender, in the channel's own terms.
    public var senderId: String

    public init(accountId: String, channel: String, excerpt: String, firstSeen: Timestamp, nSeen: UInt64, name: String? = nil, senderId: String) {
        self.accountId = accountId
        self.channel = channel
        self.excerpt = excerpt
        self.firstSeen = firstSeen
        self.nSeen = nSeen
        self.name = name
        self.senderId = senderId
    }

    enum CodingKeys: String, CodingKey {
        case accountId = "account_id"
        case channel = "channel"
        case excerpt = "excerpt"
        case firstSeen = "first_seen"
        case nSeen = "n_seen"
        case name = "name"
        case senderId = "sender_id"
    }
}

/// A sender by name.
public struct SenderRef: Codable, Hashable, Sendable {
    /// The medium, such as `telegram`.
    public var channel: String
    /// The sender, in the channel's own terms.
    public var senderId: String

    public init(channel: String, senderId: String) {
        self.channel = channel
        self.senderId = senderId
    }
}

/// Which program answers.
public struct ServerFacts: Codable, Hashable, Sendable {
    /// The id of this connection.
    public var connId: ConnectionId
    /// Name of the machine.
    public var host: String
    /// Version of the daemon.
    public var version: String

    public init(connId: ConnectionId, host: String, version: String) {
        self.connId = connId
        self.host = host
        self.version = version
    }
}
/// A frame from the daemon.
public indirect enum ServerFrame: Codable, Hashable, Sendable {
    /// The hello was accepted.
    case helloOk(HelloOkCase)
    /// The hello was refused.
    case helloError(HelloErrorCase)
    /// The answer to a call.
    case res(ResCase)
    /// Something the daemon says by itself.
    case event(EventCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("type")) {
        case "hello-ok": self = .helloOk(try HelloOkCase(from: decoder))
        case "hello-error": self = .helloError(try HelloErrorCase(from: decoder))
        case "res": self = .res(try ResCase(from: decoder))
        case "event": self = .event(try EventCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("type"), in: fields,
                debugDescription: "ServerFrame has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .helloOk(let value):
            try fields.encode("hello-ok", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        case .helloError(let value):
            try fields.encode("hello-error", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        case .res(let value):
            try fields.encode("res", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        case .event(let value):
            try fields.encode("event", forKey: AnyKey("type"))
            try value.encode(to: encoder)
        }
    }

    /// The hello was accepted.
    public struct HelloOkCase: Codable, Hashable, Sendable {
        /// Who the client is.
        public var auth: Caller
        /// What this connection may use.
        public var features: Features
        /// Limits.
        public var policy: Policy
        /// The protocol version of this connection.
        public var `protocol`: Int64
        /// Which program answers.
        public var server: ServerFacts
        /// The state of the daemon.
        public var snapshot: Snapshot

        public init(auth: Caller, features: Features, policy: Policy, `protocol`: Int64, server: ServerFacts, snapshot: Snapshot) {
            self.auth = auth
            self.features = features
            self.policy = policy
            self.protocol = `protocol`
            self.server = server
            self.snapshot = snapshot
        }
    }

    /// The hello was refused.
    public struct HelloErrorCase: Codable, Hashable, Sendable {
        /// The protocol version the daemon speaks.
        public var expectedProtocol: Int64
        /// The oldest client version that works.
        public var minClient: String
        /// Why, in words.
        public var reason: String

        public init(expectedProtocol: Int64, minClient: String, reason: String) {
            self.expectedProtocol = expectedProtocol
            self.minClient = minClient
            self.reason = reason
        }
    }

    /// The answer to a call.
    public struct ResCase: Codable, Hashable, Sendable {
        /// The error.
        public var error: WireError?
        /// The id of the call; `invalid` when the frame had none that could be read.
        public var id: String
        /// Whether it succeeded.
        public var ok: Bool
        /// The result.
        public var payload: JSONValue?

        public init(error: WireError? = nil, id: String, ok: Bool, payload: JSONValue? = nil) {
            self.error = error
            self.id = id
            self.ok = ok
            self.payload = payload
        }
    }

    /// Something the daemon says by itself.
    public struct EventCase: Codable, Hashable, Sendable {
        /// When it was recorded, for recorded events.
        public var at: Timestamp?
        /// Event type: a recorded or transient event, or `challenge`, `tick`, `presence`, `health`,
        /// `shutdown`, `lagged`.
        public var event: String
        /// Its content: for recorded and transient events, the properties.
        public var payload: JSONValue
        /// The position, for recorded events.
        public var position: Position?
        /// Rises by one with every event frame of this connection, from 1 on after the hello; a gap
        /// means frames were dropped. `challenge` has 0.
        public var seq: UInt64
        /// Versions after this event, for `presence` and `health`.
        public var stateVersion: StateVersion?

        public init(at: Timestamp? = nil, event: String, payload: JSONValue, position: Position? = nil, seq: UInt64, stateVersion: StateVersion? = nil) {
            self.at = at
            self.event = event
            self.payload = payload
            self.position = position
            self.seq = seq
            self.stateVersion = stateVersion
        }
    }
}

/// A session as recorded.
public struct Session: Codable, Hashable, Sendable {
    /// The agent that answers in it.
    public var agentId: AgentId
    /// When it was created.
    public var createdAt: Timestamp
    /// What its runs are where nobody says otherwise.
    public var defaults: SessionDefaults?
    /// Where its first messages come from, when it began as a copy of another session.
    public var forkedFrom: ForkedFrom?
    /// Whether a run is active or parked.
    public var isBusy: Bool
    /// Its key.
    public var key: SessionKey
    /// Messages in it.
    public var nMessages: UInt64
    /// Requests that wait behind it.
    public var nWaiting: UInt64
    /// The name that a person gave it, else the first line of its first message.
    public var title: String?
    /// When something last happened in it.
    public var updatedAt: Timestamp

    public init(agentId: AgentId, createdAt: Timestamp, defaults: SessionDefaults? = nil, forkedFrom: ForkedFrom? = nil, isBusy: Bool, key: SessionKey, nMessages: UInt64, nWaiting: UInt64, title: String? = nil, updatedAt: Timestamp) {
        self.agentId = agentId
        self.createdAt = createdAt
        self.defaults = defaults
        self.forkedFrom = forkedFrom
        self.isBusy = isBusy
        self.key = key
        self.nMessages = nMessages
        self.nWaiting = nWaiting
        self.title = title
        self.updatedAt = updatedAt
    }

    enum CodingKeys: String, CodingKey {
        case agentId = "agent_id"
        case createdAt = "created_at"
        case defaults = "defaults"
        case forkedFrom = "forked_from"
        case isBusy = "is_busy"
        case key = "key"
        case nMessages = "n_messages"
        case nWaiting = "n_waiting"
        case title = "title"
        case updatedAt = "updated_at"
    }
}

/// What the runs of a session are where nobody says otherwise. Like a wish, it narrows what the
/// agent has and never widens it.
public struct SessionDefaults: Codable, Hashable, Sendable {
    /// The model that is asked first, as `provider/model`; the agent's own follow it.
    public var model: String?
    /// How input queues that does not say.
    public var queueMode: QueueMode?
    /// Most model replies of a turn; the agent's own limit where that is lower.
    public var stepsMax: Int64?

    public init(model: String? = nil, queueMode: QueueMode? = nil, stepsMax: Int64? = nil) {
        self.model = model
        self.queueMode = queueMode
        self.stepsMax = stepsMax
    }

    enum CodingKeys: String, CodingKey {
        case model = "model"
        case queueMode = "queue_mode"
        case stepsMax = "steps_max"
    }
}

/// A session as a document. Fields that are not known are passed over.
public struct SessionDocument: Codable, Hashable, Sendable {
    /// What it is: `nexus.session/1`.
    public var document: String
    /// What it was exposed to.
    public var labels: [DocumentLabel]?
    /// What was said, in order.
    public var messages: [DocumentMessage]
    /// The session.
    public var session: DocumentSession

    public init(document: String, labels: [DocumentLabel]? = nil, messages: [DocumentMessage], session: DocumentSession) {
        self.document = document
        self.labels = labels
        self.messages = messages
        self.session = session
    }
}
/// The name of a conversation, such as `main`, `dm:owner` or `group:telegram:42`.
public typealias SessionKey = String

/// A label of a session and what brought it.
public struct SessionLabel: Codable, Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// Which one, in words: `GET https://example.org/`, `notes/page.md`, `person:anna on echo`.
    public var detail: String
    /// The label.
    public var label: Label
    /// What kind of thing brought it.
    public var source: LabelSource
    /// The turn in which it came; left out for what came before any.
    public var turnId: TurnId?

    public init(at: Timestamp, detail: String, label: Label, source: LabelSource, turnId: TurnId? = nil) {
        self.at = at
        self.detail = detail
        self.label = label
        self.source = source
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case at = "at"
        case detail = "detail"
        case label = "label"
        case source = "source"
        case turnId = "turn_id"
    }
}

/// Input of `sessions.abort`.
public struct SessionsAbortParams: Codable, Hashable, Sendable {
    /// Also drops the requests that wait behind it.
    public var dropQueue: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey
    /// Only this run: it is stopped if it is at work, and dropped if it still waits.
    public var runId: RequestId?
    /// Only if this turn is the active one.
    public var turnId: TurnId?

    public init(dropQueue: Bool? = nil, idempotencyKey: String, key: SessionKey, runId: RequestId? = nil, turnId: TurnId? = nil) {
        self.dropQueue = dropQueue
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.runId = runId
        self.turnId = turnId
    }
}

/// Result of `sessions.abort`; it is sent when the run has ended.
public struct SessionsAbortResult: Codable, Hashable, Sendable {
    /// Requests that were dropped from the queue.
    public var nDropped: UInt64
    /// What happened, in words.
    public var summary: String
    /// The turn that was stopped; nothing when nothing ran.
    public var turnId: TurnId?

    public init(nDropped: UInt64, summary: String, turnId: TurnId? = nil) {
        self.nDropped = nDropped
        self.summary = summary
        self.turnId = turnId
    }
}

/// Input of `sessions.compact`.
public struct SessionsCompactParams: Codable, Hashable, Sendable {
    /// Also when it is short.
    public var force: Bool?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey

    public init(force: Bool? = nil, idempotencyKey: String, key: SessionKey) {
        self.force = force
        self.idempotencyKey = idempotencyKey
        self.key = key
    }
}

/// Result of `sessions.compact`; it is sent when it is done.
public struct SessionsCompactResult: Codable, Hashable, Sendable {
    /// Whether anything was condensed.
    public var isCompacted: Bool
    /// The request that did it.
    public var requestId: RequestId
    /// What happened, in words.
    public var summary: String
    /// The same after.
    public var tokensAfter: UInt64
    /// Tokens of the conversation before, estimated.
    public var tokensBefore: UInt64

    public init(isCompacted: Bool, requestId: RequestId, summary: String, tokensAfter: UInt64, tokensBefore: UInt64) {
        self.isCompacted = isCompacted
        self.requestId = requestId
        self.summary = summary
        self.tokensAfter = tokensAfter
        self.tokensBefore = tokensBefore
    }
}

/// Input of `sessions.delete`.
public struct SessionsDeleteParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey
    /// Also when something runs or waits in it, which is stopped and dropped first.
    public var stop: Bool?

    public init(idempotencyKey: String, key: SessionKey, stop: Bool? = nil) {
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.stop = stop
    }
}

/// Result of `sessions.delete`.
public struct SessionsDeleteResult: Codable, Hashable, Sendable {
    /// The session that is gone.
    public var key: SessionKey
    /// Messages that were forgotten.
    public var nMessages: UInt64

    public init(key: SessionKey, nMessages: UInt64) {
        self.key = key
        self.nMessages = nMessages
    }
}

/// Input of `sessions.export`.
public struct SessionsExportParams: Codable, Hashable, Sendable {
    /// `nextCursor` of the page before.
    public var cursor: MessageId?
    /// The form; Markdown when left out.
    public var format: ExportFormat?
    /// The session.
    public var key: SessionKey
    /// Messages on the page; a page also ends with the message that makes it longer than 256 KiB.
    public var limit: Int64?

    public init(cursor: MessageId? = nil, format: ExportFormat? = nil, key: SessionKey, limit: Int64? = nil) {
        self.cursor = cursor
        self.format = format
        self.key = key
        self.limit = limit
    }
}

/// Result of `sessions.export`.
public struct SessionsExportResult: Codable, Hashable, Sendable {
    /// Messages on this page.
    public var nMessages: UInt64
    /// Where the next page begins; none on the last one.
    public var nextCursor: MessageId?
    /// A piece of the document; the pieces of all pages, joined, are the whole of it. Values of
    /// known credentials are blanked out.
    public var text: String

    public init(nMessages: UInt64, nextCursor: MessageId? = nil, text: String) {
        self.nMessages = nMessages
        self.nextCursor = nextCursor
        self.text = text
    }
}

/// Input of `sessions.fork`: everything said so far when neither `through` nor `before` is there.
public struct SessionsForkParams: Codable, Hashable, Sendable {
    /// The first message that does not come along, for instance one that is to be said otherwise.
    public var before: MessageId?
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session that is copied; it stays as it is.
    public var key: SessionKey
    /// The last message that comes along.
    public var through: MessageId?
    /// The name of the new session; that of the old one when left out.
    public var title: String?
    /// The key of the new session, which must be free; `fork:<key>:<n>` when left out.
    public var to: SessionKey?

    public init(before: MessageId? = nil, idempotencyKey: String, key: SessionKey, through: MessageId? = nil, title: String? = nil, to: SessionKey? = nil) {
        self.before = before
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.through = through
        self.title = title
        self.to = to
    }
}

/// Result of `sessions.fork`.
public struct SessionsForkResult: Codable, Hashable, Sendable {
    /// Messages that came along.
    public var nMessages: UInt64
    /// The new session.
    public var session: Session

    public init(nMessages: UInt64, session: Session) {
        self.nMessages = nMessages
        self.session = session
    }
}

/// Input of `sessions.get`.
public struct SessionsGetParams: Codable, Hashable, Sendable {
    /// The session.
    public var key: SessionKey

    public init(key: SessionKey) {
        self.key = key
    }
}

/// Result of `sessions.get`.
public struct SessionsGetResult: Codable, Hashable, Sendable {
    /// The turn at work or parked.
    public var activeTurn: Turn?
    /// What the session has been exposed to, and what brought each label.
    public var labels: [SessionLabel]
    /// Position up to which this is true: subscribe from here.
    public var position: Position
    /// Requests that queue behind the active run.
    public var queued: [Request]
    /// The session.
    public var session: Session
    /// The reply being written.
    public var streaming: Streaming?
    /// Permission requests that wait in it.
    public var waiting: [PermissionRequest]

    public init(activeTurn: Turn? = nil, labels: [SessionLabel], position: Position, queued: [Request], session: Session, streaming: Streaming? = nil, waiting: [PermissionRequest]) {
        self.activeTurn = activeTurn
        self.labels = labels
        self.position = position
        self.queued = queued
        self.session = session
        self.streaming = streaming
        self.waiting = waiting
    }
}

/// Input of `sessions.history`.
public struct SessionsHistoryParams: Codable, Hashable, Sendable {
    /// Only messages before this one.
    public var before: MessageId?
    /// The session.
    public var key: SessionKey
    /// Messages on the page.
    public var limit: Int64?
    /// Counts from the first message instead: leaves so many out and gives those that follow.
    public var offset: Int64?
    /// Only the messages of this turn, the oldest first.
    public var turnId: TurnId?

    public init(before: MessageId? = nil, key: SessionKey, limit: Int64? = nil, offset: Int64? = nil, turnId: TurnId? = nil) {
        self.before = before
        self.key = key
        self.limit = limit
        self.offset = offset
        self.turnId = turnId
    }
}

/// Result of `sessions.history`.
public struct SessionsHistoryResult: Codable, Hashable, Sendable {
    /// Whether older messages exist.
    public var hasMore: Bool
    /// The messages, oldest first.
    public var messages: [Message]
    /// Position up to which this is true: subscribe from here.
    public var position: Position
    /// Tool calls of the turns on this page.
    public var toolCalls: [ToolCallRecord]
    /// The turns on this page.
    public var turns: [Turn]

    public init(hasMore: Bool, messages: [Message], position: Position, toolCalls: [ToolCallRecord], turns: [Turn]) {
        self.hasMore = hasMore
        self.messages = messages
        self.position = position
        self.toolCalls = toolCalls
        self.turns = turns
    }
}

/// Input of `sessions.import`: a document as `sessions.export` writes it in JSON, or a piece of it.
public struct SessionsImportParams: Codable, Hashable, Sendable {
    /// `lastMessageId` of the piece before: the messages follow it, as long as nothing else was
    /// said there since.
    public var after: MessageId?
    /// The agent that answers in it; as in the document when left out.
    public var agentId: AgentId?
    /// The document.
    public var document: SessionDocument
    /// Lets the command be repeated safely, also after a restart.
    public var idempotencyKey: String
    /// What the session is called here; as in the document when left out. There must be none of
    /// this name.
    public var key: SessionKey?

    public init(after: MessageId? = nil, agentId: AgentId? = nil, document: SessionDocument, idempotencyKey: String, key: SessionKey? = nil) {
        self.after = after
        self.agentId = agentId
        self.document = document
        self.idempotencyKey = idempotencyKey
        self.key = key
    }
}

/// Result of `sessions.import`.
public struct SessionsImportResult: Codable, Hashable, Sendable {
    /// The last of them: the next piece follows it.
    public var lastMessageId: MessageId?
    /// Messages that came with this piece.
    public var nMessages: UInt64
    /// The session as it is now.
    public var session: Session

    public init(lastMessageId: MessageId? = nil, nMessages: UInt64, session: Session) {
        self.lastMessageId = lastMessageId
        self.nMessages = nMessages
        self.session = session
    }
}

/// Input of `sessions.list`.
public struct SessionsListParams: Codable, Hashable, Sendable {
    /// `nextCursor` of the page before.
    public var cursor: String?
    /// Items on the page.
    public var limit: Int64?
    /// Only sessions with this text in their messages.
    public var search: String?

    public init(cursor: String? = nil, limit: Int64? = nil, search: String? = nil) {
        self.cursor = cursor
        self.limit = limit
        self.search = search
    }
}

/// Result of `sessions.list`.
public struct SessionsListResult: Codable, Hashable, Sendable {
    /// Where the next page begins.
    public var nextCursor: String?
    /// The sessions, the latest first.
    public var sessions: [Session]

    public init(nextCursor: String? = nil, sessions: [Session]) {
        self.nextCursor = nextCursor
        self.sessions = sessions
    }
}

/// Input of `sessions.patch`: what is left out stays, what is `null` is cleared.
public struct SessionsPatchParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey
    /// The model that its runs ask first, as `provider/model`.
    public var model: String?
    /// How input queues that does not say.
    public var queueMode: QueueMode?
    /// Most model replies of a turn; at most what its agent is limited to anyway.
    public var stepsMax: Int64?
    /// Its name, in one line; cleared, it is the first line of the next message.
    public var title: String?

    public init(idempotencyKey: String, key: SessionKey, model: String? = nil, queueMode: QueueMode? = nil, stepsMax: Int64? = nil, title: String? = nil) {
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.model = model
        self.queueMode = queueMode
        self.stepsMax = stepsMax
        self.title = title
    }
}

/// Result of `sessions.patch`.
public struct SessionsPatchResult: Codable, Hashable, Sendable {
    /// The session as it is now.
    public var session: Session

    public init(session: Session) {
        self.session = session
    }
}

/// Input of `sessions.queue.move`. What is to wait no more is dropped by `requests.cancel`.
public struct SessionsQueueMoveParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey
    /// The request that moves; one that waits there.
    public var runId: RequestId
    /// Its place from now on: 0 is the first; a place behind the last is the last.
    public var to: Int64

    public init(idempotencyKey: String, key: SessionKey, runId: RequestId, to: Int64) {
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.runId = runId
        self.to = to
    }
}

/// Result of `sessions.queue` and `sessions.queue.move`.
public struct SessionsQueueMoveResult: Codable, Hashable, Sendable {
    /// The run at work; it is not in the queue.
    public var active: RequestId?
    /// The session.
    public var key: SessionKey
    /// How many may wait.
    public var lenMax: UInt64
    /// What waits, in order. Requests of mode `queue` run after all others whatever their place,
    /// and one that steers or interrupts takes all of them into its turn.
    public var waiting: [Request]

    public init(active: RequestId? = nil, key: SessionKey, lenMax: UInt64, waiting: [Request]) {
        self.active = active
        self.key = key
        self.lenMax = lenMax
        self.waiting = waiting
    }
}

/// Input of `sessions.queue`.
public struct SessionsQueueParams: Codable, Hashable, Sendable {
    /// The session.
    public var key: SessionKey

    public init(key: SessionKey) {
        self.key = key
    }
}

/// Result of `sessions.queue` and `sessions.queue.move`.
public struct SessionsQueueResult: Codable, Hashable, Sendable {
    /// The run at work; it is not in the queue.
    public var active: RequestId?
    /// The session.
    public var key: SessionKey
    /// How many may wait.
    public var lenMax: UInt64
    /// What waits, in order. Requests of mode `queue` run after all others whatever their place,
    /// and one that steers or interrupts takes all of them into its turn.
    public var waiting: [Request]

    public init(active: RequestId? = nil, key: SessionKey, lenMax: UInt64, waiting: [Request]) {
        self.active = active
        self.key = key
        self.lenMax = lenMax
        self.waiting = waiting
    }
}

/// Input of `sessions.reset`.
public struct SessionsResetParams: Codable, Hashable, Sendable {
    /// Lets the command be repeated safely.
    public var idempotencyKey: String
    /// The session.
    public var key: SessionKey
    /// Also when something runs or waits in it, which is stopped and dropped first.
    public var stop: Bool?

    public init(idempotencyKey: String, key: SessionKey, stop: Bool? = nil) {
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.stop = stop
    }
}

/// Result of `sessions.reset`.
public struct SessionsResetResult: Codable, Hashable, Sendable {
    /// Messages that were forgotten.
    public var nMessages: UInt64
    /// The session as it is now: without a message.
    public var session: Session

    public init(nMessages: UInt64, session: Session) {
        self.nMessages = nMessages
        self.session = session
    }
}

/// Input of `sessions.send`.
public struct SessionsSendParams: Codable, Hashable, Sendable {
    /// The agent, for a session that does not exist yet.
    public var agentId: AgentId?
    /// Files that come with it.
    public var attachments: [Attachment]?
    /// Lets the command be repeated safely: the same key is the same message.
    public var idempotencyKey: String
    /// The session; it is created when it does not exist.
    public var key: SessionKey
    /// What the person says.
    public var message: String
    /// How to queue when the session is busy.
    public var queueMode: QueueMode?

    public init(agentId: AgentId? = nil, attachments: [Attachment]? = nil, idempotencyKey: String, key: SessionKey, message: String, queueMode: QueueMode? = nil) {
        self.agentId = agentId
        self.attachments = attachments
        self.idempotencyKey = idempotencyKey
        self.key = key
        self.message = message
        self.queueMode = queueMode
    }
}

/// Result of `sessions.send`.
public struct SessionsSendResult: Codable, Hashable, Sendable {
    /// Whether this key had been used before; then nothing new runs.
    public var isDuplicate: Bool
    /// The pause that it waits for.
    public var paused: Paused?
    /// The request.
    public var requestId: RequestId
    /// How it stands by now.
    public var status: RequestStatus

    public init(isDuplicate: Bool, paused: Paused? = nil, requestId: RequestId, status: RequestStatus) {
        self.isDuplicate = isDuplicate
        self.paused = paused
        self.requestId = requestId
        self.status = status
    }
}

/// Payload of `shutdown`, sent before the connection closes with code 1012.
public struct Shutdown: Codable, Hashable, Sendable {
    /// Why.
    public var reason: String
    /// When it will be back, if it will.
    public var restartExpectedMs: UInt64?

    public init(reason: String, restartExpectedMs: UInt64? = nil) {
        self.reason = reason
        self.restartExpectedMs = restartExpectedMs
    }
}
/// Why nothing ran at a time.
public struct SkipReason: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Nothing could run then, and it is not made up for.
    public static let missed = SkipReason(rawValue: "missed")
    /// The run before it went on.
    public static let overlap = SkipReason(rawValue: "overlap")
    /// Its time can no longer be worked out.
    public static let unreadable = SkipReason(rawValue: "unreadable")
}

/// The state of the daemon when the connection began.
public struct Snapshot: Codable, Hashable, Sendable {
    /// How the daemon is.
    public var health: HealthResult
    /// Position of the latest recorded event: subscribe from here to miss nothing.
    public var position: Position
    /// Who is connected.
    public var presence: [PresenceEntry]
    /// Versions of the two.
    public var stateVersion: StateVersion
    /// How long the daemon has been up, in milliseconds.
    public var uptimeMs: UInt64

    public init(health: HealthResult, position: Position, presence: [PresenceEntry], stateVersion: StateVersion, uptimeMs: UInt64) {
        self.health = health
        self.position = position
        self.presence = presence
        self.stateVersion = stateVersion
        self.uptimeMs = uptimeMs
    }
}
/// The eight stages, in order.
public struct Stage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The arrival is recorded once and for all.
    public static let receiveEvent = Stage(rawValue: "receiveEvent")
    /// Who sent it?
    public static let resolveIdentity = Stage(rawValue: "resolveIdentity")
    /// May they, and where does it go?
    public static let resolveAccess = Stage(rawValue: "resolveAccess")
    /// Does an automation answer, or add something?
    public static let runAutomations = Stage(rawValue: "runAutomations")
    /// Which session, whose turn is it, what does the agent get to see?
    public static let assembleContext = Stage(rawValue: "assembleContext")
    /// The agent works.
    public static let runAgent = Stage(rawValue: "runAgent")
    /// The reply goes out.
    public static let deliverResponse = Stage(rawValue: "deliverResponse")
    /// The books are closed.
    public static let finalize = Stage(rawValue: "finalize")
}
/// How a stage ended.
public struct StageOutcome: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Went on to the next stage.
    public static let passed = StageOutcome(rawValue: "passed")
    /// Had nothing to do.
    public static let skipped = StageOutcome(rawValue: "skipped")
    /// Ended the request here on purpose.
    public static let ended = StageOutcome(rawValue: "ended")
    /// Failed.
    public static let failed = StageOutcome(rawValue: "failed")
}

/// What one stage recorded.
public struct StageTrace: Codable, Hashable, Sendable {
    /// How long it took, in microseconds.
    public var durationUs: UInt64
    /// One line for people: who was recognized, which rule matched, why it was skipped.
    public var note: String?
    /// How it ended.
    public var outcome: StageOutcome
    /// The stage.
    public var stage: Stage
    /// When it began.
    public var startedAt: Timestamp

    public init(durationUs: UInt64, note: String? = nil, outcome: StageOutcome, stage: Stage, startedAt: Timestamp) {
        self.durationUs = durationUs
        self.note = note
        self.outcome = outcome
        self.stage = stage
        self.startedAt = startedAt
    }

    enum CodingKeys: String, CodingKey {
        case durationUs = "duration_us"
        case note = "note"
        case outcome = "outcome"
        case stage = "stage"
        case startedAt = "started_at"
    }
}
/// Where a standing answer holds. Left out, it is the first proposal of the request: the narrowest.
public typealias StandingPlace = JSONValue

/// Versions of the snapshot's parts; they rise with every change.
public struct StateVersion: Codable, Hashable, Sendable {
    /// Version of the health summary.
    public var health: UInt64
    /// Version of the presence list.
    public var presence: UInt64

    public init(health: UInt64, presence: UInt64) {
        self.health = health
        self.presence = presence
    }
}
/// Input of `status`.
public struct StatusParams: Codable, Hashable, Sendable {
    public init() {}
}

/// Result of `status`.
public struct StatusResult: Codable, Hashable, Sendable {
    /// Where the control plane listens, such as `127.0.0.1:18789`.
    public var address: String
    /// Budgets with how they stand, the fullest first.
    public var budgets: [BudgetFacts]
    /// What was used today cost, from midnight UTC; the same figure as in `usage.get`.
    public var costToday: Cost
    /// Where others reach it; empty when only this machine does.
    public var exposedAt: [String]
    /// How the daemon is.
    public var health: HealthResult
    /// The home folder.
    public var home: String
    /// The model in use, as `provider/model`.
    public var model: String
    /// Why that model: configured, found in the keychain, found on this machine, offline.
    public var modelReason: String
    /// The pause, while there is one.
    public var paused: Paused?
    /// The last requests that ended.
    public var recent: [Request]
    /// Why the daemon runs with an older configuration and without adapters; nothing when it does
    /// not.
    public var safeMode: String?
    /// The sentence of `runtime.summary`.
    public var summary: String
    /// Permission requests that wait.
    public var waiting: [PermissionRequest]
    /// Requests at work.
    public var working: [Request]
    /// Agents that do whatever is not forbidden without asking, which is to be shown in red.
    public var yoloAgents: [AgentId]

    public init(address: String, budgets: [BudgetFacts], costToday: Cost, exposedAt: [String], health: HealthResult, home: String, model: String, modelReason: String, paused: Paused? = nil, recent: [Request], safeMode: String? = nil, summary: String, waiting: [PermissionRequest], working: [Request], yoloAgents: [AgentId]) {
        self.address = address
        self.budgets = budgets
        self.costToday = costToday
        self.exposedAt = exposedAt
        self.health = health
        self.home = home
        self.model = model
        self.modelReason = modelReason
        self.paused = paused
        self.recent = recent
        self.safeMode = safeMode
        self.summary = summary
        self.waiting = waiting
        self.working = working
        self.yoloAgents = yoloAgents
    }
}
/// Why a turn ended.
public struct StopReason: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The model said all it had to say.
    public static let endTurn = StopReason(rawValue: "end_turn")
    /// The model ran into its own output limit.
    public static let maxTokens = StopReason(rawValue: "max_tokens")
    /// Our limit of steps, tokens or time was reached.
    public static let limit = StopReason(rawValue: "limit")
    /// The model called tools that the caller runs itself: the caller goes on.
    public static let clientTools = StopReason(rawValue: "client_tools")
    /// Somebody stopped it.
    public static let aborted = StopReason(rawValue: "aborted")
    /// Something failed.
    public static let error = StopReason(rawValue: "error")
}

/// How one store stands.
public struct StoreFacts: Codable, Hashable, Sendable {
    /// How to mend it.
    public var fix: String?
    /// Whether new credentials go there.
    public var isChosen: Bool
    /// Whether it can be used now.
    public var isReady: Bool
    /// What is wrong, if something is.
    public var reason: String?
    /// `keychain`, `vault` or `systemd`.
    public var store: String

    public init(fix: String? = nil, isChosen: Bool, isReady: Bool, reason: String? = nil, store: String) {
        self.fix = fix
        self.isChosen = isChosen
        self.isReady = isReady
        self.reason = reason
        self.store = store
    }
}

/// The text of a reply that is being written.
public struct Streaming: Codable, Hashable, Sendable {
    /// The message it will become.
    public var messageId: MessageId
    /// Number of the last delta in it.
    public var seq: UInt64
    /// The text so far.
    public var text: String

    public init(messageId: MessageId, seq: UInt64, text: String) {
        self.messageId = messageId
        self.seq = seq
        self.text = text
    }
}

/// A chain that is whole.
public struct Summary: Codable, Hashable, Sendable {
    /// Whether signatures were checked.
    public var areSignaturesChecked: Bool
    /// The first of them; the ones before were pruned.
    public var first: UInt64
    /// The seal of the last one.
    public var headHash: String
    /// How many checkpoints agree with the chain.
    public var nCheckpoints: UInt64
    /// How many rows are there.
    public var nRows: UInt64
    /// The last row under a checkpoint. Rows after it are held together by their seals alone.
    public var signedTo: UInt64

    public init(areSignaturesChecked: Bool, first: UInt64, headHash: String, nCheckpoints: UInt64, nRows: UInt64, signedTo: UInt64) {
        self.areSignaturesChecked = areSignaturesChecked
        self.first = first
        self.headHash = headHash
        self.nCheckpoints = nCheckpoints
        self.nRows = nRows
        self.signedTo = signedTo
    }
}

/// Somebody who is let in by being somebody in the tailnet.
public struct TailnetAccess: Codable, Hashable, Sendable {
    /// The login, such as `me@example.com`, or a tag, such as `tag:ci`.
    public var login: String
    /// What it may; everything, as the owner, when left out.
    public var scopes: [Scope]?

    public init(login: String, scopes: [Scope]? = nil) {
        self.login = login
        self.scopes = scopes
    }
}
/// What an action would touch, worked out by the tool. Policies, grants and people look at this,
/// never at arguments as the model wrote them.
public indirect enum Target: Codable, Hashable, Sendable {
    /// A file or folder.
    case path(PathCase)
    /// Another machine.
    case host(HostCase)
    /// A program.
    case command(CommandCase)
    /// Somebody who would read a message.
    case recipient(RecipientCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("kind")) {
        case "path": self = .path(try PathCase(from: decoder))
        case "host": self = .host(try HostCase(from: decoder))
        case "command": self = .command(try CommandCase(from: decoder))
        case "recipient": self = .recipient(try RecipientCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("kind"), in: fields,
                debugDescription: "Target has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .path(let value):
            try fields.encode("path", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .host(let value):
            try fields.encode("host", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .command(let value):
            try fields.encode("command", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .recipient(let value):
            try fields.encode("recipient", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        }
    }

    /// A file or folder.
    public struct PathCase: Codable, Hashable, Sendable {
        /// What would be done with it.
        public var access: PathAccess
        /// SHA-256 of the content the action starts from, lower-case hex; left out where the
        /// content does not matter, or there is none yet.
        public var content: String?
        /// As the tool names it: relative to the workspace, absolute outside of it.
        public var path: String

        public init(access: PathAccess, content: String? = nil, path: String) {
            self.access = access
            self.content = content
            self.path = path
        }
    }

    /// Another machine.
    public struct HostCase: Codable, Hashable, Sendable {
        /// Name or address, in lower case.
        public var host: String
        /// Port.
        public var port: Int64

        public init(host: String, port: Int64) {
            self.host = host
            self.port = port
        }
    }

    /// A program.
    public struct CommandCase: Codable, Hashable, Sendable {
        /// Words, the program first; never a line that a shell would take apart.
        public var argv: [String]
        /// SHA-256 of the file that runs, lower-case hex.
        public var content: String?
        /// Where it runs.
        public var cwd: String
        /// Names of the environment variables it is given.
        public var env: [String]
        /// Whether it may ask for other machines; each of them is decided on its own.
        public var network: Bool?
        /// The file that runs, resolved.
        public var program: String

        public init(argv: [String], content: String? = nil, cwd: String, env: [String], network: Bool? = nil, program: String) {
            self.argv = argv
            self.content = content
            self.cwd = cwd
            self.env = env
            self.network = network
            self.program = program
        }
    }

    /// Somebody who would read a message.
    public struct RecipientCase: Codable, Hashable, Sendable {
        /// The channel.
        public var channel: String
        /// The conversation on it.
        public var to: String

        public init(channel: String, to: String) {
            self.channel = channel
            self.to = to
        }
    }
}

/// One case of `acl.test`.
public struct TestCase: Codable, Hashable, Sendable {
    /// `allow`, `ask` or `deny`.
    public var expect: ExpectedVerdict
    /// What it shows.
    public var name: String?
    /// What would be done.
    public var question: Question
    /// Who acts for whom, the invoker first.
    public var who: [String]

    public init(expect: ExpectedVerdict, name: String? = nil, question: Question, who: [String]) {
        self.expect = expect
        self.name = name
        self.question = question
        self.who = who
    }
}

/// How one case went.
public struct TestOutcome: Codable, Hashable, Sendable {
    /// The verdict that was expected.
    public var expected: String
    /// Whether the verdict is the expected one.
    public var hasPassed: Bool
    /// What it shows; who and what, when it has no name.
    public var name: String
    /// Why.
    public var reason: String
    /// The verdict that came.
    public var verdict: String

    public init(expected: String, hasPassed: Bool, name: String, reason: String, verdict: String) {
        self.expected = expected
        self.hasPassed = hasPassed
        self.name = name
        self.reason = reason
        self.verdict = verdict
    }
}
/// A class of models by a name that clients of other programs know. Which model it stands for is
/// said in the configuration, under `models.tiers`; a tier that is not named there, like `none`,
/// leaves the agent its own.
public struct Tier: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The agent's own models.
    public static let none = Tier(rawValue: "none")
    /// The quickest.
    public static let flash = Tier(rawValue: "flash")
    /// Small.
    public static let haiku = Tier(rawValue: "haiku")
    /// Of all trades.
    public static let sonnet = Tier(rawValue: "sonnet")
    /// The largest.
    public static let opus = Tier(rawValue: "opus")
}
/// An instant in milliseconds since the Unix epoch, UTC.
public typealias Timestamp = Int64

/// A call that the model wants made.
public struct ToolCall: Codable, Hashable, Sendable {
    /// Arguments, as the model wrote them.
    public var arguments: JSONValue
    /// The call's id, unique in its turn.
    public var id: String
    /// Tool name, such as `read_file`.
    public var name: String

    public init(arguments: JSONValue, id: String, name: String) {
        self.arguments = arguments
        self.id = id
        self.name = name
    }
}

/// A tool call as recorded.
public struct ToolCallRecord: Codable, Hashable, Sendable {
    /// Arguments, as the model wrote them.
    public var arguments: JSONValue
    /// When it ended.
    public var completedAt: Timestamp?
    /// The call's id, unique in its turn.
    public var id: String
    /// Tool name.
    public var name: String
    /// A record for people beside the result: for an edit, the unified diff.
    public var record: String?
    /// What the model is told, once there is something.
    public var result: String?
    /// When it began.
    public var startedAt: Timestamp?
    /// How far it has come.
    public var status: ToolCallStatus
    /// The turn.
    public var turnId: TurnId

    public init(arguments: JSONValue, completedAt: Timestamp? = nil, id: String, name: String, record: String? = nil, result: String? = nil, startedAt: Timestamp? = nil, status: ToolCallStatus, turnId: TurnId) {
        self.arguments = arguments
        self.completedAt = completedAt
        self.id = id
        self.name = name
        self.record = record
        self.result = result
        self.startedAt = startedAt
        self.status = status
        self.turnId = turnId
    }

    enum CodingKeys: String, CodingKey {
        case arguments = "arguments"
        case completedAt = "completed_at"
        case id = "id"
        case name = "name"
        case record = "record"
        case result = "result"
        case startedAt = "started_at"
        case status = "status"
        case turnId = "turn_id"
    }
}
/// How far a tool call has come.
public struct ToolCallStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The model asked; nothing has been decided.
    public static let pending = ToolCallStatus(rawValue: "pending")
    /// A person is being asked.
    public static let waiting = ToolCallStatus(rawValue: "waiting")
    /// Allowed and audited; the effect may have begun.
    public static let running = ToolCallStatus(rawValue: "running")
    /// Done.
    public static let completed = ToolCallStatus(rawValue: "completed")
    /// Tried and failed, or refused.
    public static let failed = ToolCallStatus(rawValue: "failed")
    /// The daemon died between intent and result; nobody knows.
    public static let unknown = ToolCallStatus(rawValue: "unknown")
    /// Handed to the caller, whose tool it is.
    public static let handedOut = ToolCallStatus(rawValue: "handed_out")
}
/// What a tool can do to the world; decides parallelism, repetition and which policy applies.
public struct ToolEffect: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Looks at the workspace or the clock. May run beside others and may be repeated.
    public static let read = ToolEffect(rawValue: "read")
    /// Changes files of the workspace.
    public static let write = ToolEffect(rawValue: "write")
    /// Talks to another machine.
    public static let network = ToolEffect(rawValue: "network")
    /// Runs a program.
    public static let execute = ToolEffect(rawValue: "execute")
    /// Has another agent work, beneath itself. May be repeated: the same call is the same order.
    public static let delegate = ToolEffect(rawValue: "delegate")
}

/// A tool as a caller sees it.
public struct ToolFacts: Codable, Hashable, Sendable {
    /// What it does, as models are told.
    public var description: String
    /// Its name.
    public var name: String
    /// JSON Schema of its arguments.
    public var parameters: JSONValue

    public init(description: String, name: String, parameters: JSONValue) {
        self.description = description
        self.name = name
        self.parameters = parameters
    }
}

/// What a call came to.
public struct ToolResult: Codable, Hashable, Sendable {
    /// The id of the call.
    public var callId: String
    /// What the model is told.
    public var content: String
    /// Whether the call failed; then `content` says why.
    public var isError: Bool

    public init(callId: String, content: String, isError: Bool) {
        self.callId = callId
        self.content = content
        self.isError = isError
    }

    enum CodingKeys: String, CodingKey {
        case callId = "call_id"
        case content = "content"
        case isError = "is_error"
    }
}

/// Input of `tools.check`.
public struct ToolsCheckParams: Codable, Hashable, Sendable {
    /// The agent, for a session that does not exist yet.
    public var agentId: AgentId?
    /// Its arguments, by name.
    public var args: JSONValue?
    /// The session whose agent would act; `tools` when left out.
    public var sessionKey: SessionKey?
    /// Name of the tool.
    public var tool: String

    public init(agentId: AgentId? = nil, args: JSONValue? = nil, sessionKey: SessionKey? = nil, tool: String) {
        self.agentId = agentId
        self.args = args
        self.sessionKey = sessionKey
        self.tool = tool
    }
}

/// Result of `tools.check`. Nothing has happened, and what is true now may not be later.
public struct ToolsCheckResult: Codable, Hashable, Sendable {
    /// Exactly what would be done.
    public var action: CanonicalAction
    /// The agent that would act.
    public var agentId: AgentId
    /// Why.
    public var reason: String
    /// The session.
    public var sessionKey: SessionKey
    /// What access control says.
    public var verdict: CheckVerdict

    public init(action: CanonicalAction, agentId: AgentId, reason: String, sessionKey: SessionKey, verdict: CheckVerdict) {
        self.action = action
        self.agentId = agentId
        self.reason = reason
        self.sessionKey = sessionKey
        self.verdict = verdict
    }
}

/// Input of `tools.invoke`.
public struct ToolsInvokeParams: Codable, Hashable, Sendable {
    /// The agent, for a session that does not exist yet.
    public var agentId: AgentId?
    /// Its arguments, by name.
    public var args: JSONValue?
    /// Lets the command be repeated safely: the same key is the same call.
    public var idempotencyKey: String
    /// The session whose agent acts, and in whose conversation the call stands; `tools` when left
    /// out, which is made when it does not exist.
    public var sessionKey: SessionKey?
    /// Name of the tool.
    public var tool: String

    public init(agentId: AgentId? = nil, args: JSONValue? = nil, idempotencyKey: String, sessionKey: SessionKey? = nil, tool: String) {
        self.agentId = agentId
        self.args = args
        self.idempotencyKey = idempotencyKey
        self.sessionKey = sessionKey
        self.tool = tool
    }
}

/// Result of `tools.invoke`, sent twice on the same id.
public struct ToolsInvokeResult: Codable, Hashable, Sendable {
    /// What the tool says, or why it did not run.
    public var content: String?
    /// Whether this key had been used before; then nothing new is done.
    public var isDuplicate: Bool
    /// Whether access control, or a person, said no.
    public var isRefused: Bool?
    /// Whether the tool did what it was asked to.
    public var ok: Bool?
    /// The question that was put to a person about it, if one was.
    public var permissionId: PermissionId?
    /// A record for people: for an edit, the unified diff.
    public var record: String?
    /// How the request ended.
    public var requestStatus: RequestStatus?
    /// The call's way through the stages.
    public var runId: RequestId
    /// The session.
    public var sessionKey: SessionKey
    /// How it stands.
    public var status: RunStatus

    public init(content: String? = nil, isDuplicate: Bool, isRefused: Bool? = nil, ok: Bool? = nil, permissionId: PermissionId? = nil, record: String? = nil, requestStatus: RequestStatus? = nil, runId: RequestId, sessionKey: SessionKey, status: RunStatus) {
        self.content = content
        self.isDuplicate = isDuplicate
        self.isRefused = isRefused
        self.ok = ok
        self.permissionId = permissionId
        self.record = record
        self.requestStatus = requestStatus
        self.runId = runId
        self.sessionKey = sessionKey
        self.status = status
    }
}

/// Input of `tools.list`.
public struct ToolsListParams: Codable, Hashable, Sendable {
    /// Whose tools; those of the default agent when left out.
    public var agentId: AgentId?

    public init(agentId: AgentId? = nil) {
        self.agentId = agentId
    }
}

/// Result of `tools.list`.
public struct ToolsListResult: Codable, Hashable, Sendable {
    /// The agent whose tools they are.
    public var agentId: AgentId
    /// The tools.
    public var tools: [ToolFacts]

    public init(agentId: AgentId, tools: [ToolFacts]) {
        self.agentId = agentId
        self.tools = tools
    }
}

/// Something that happened, by its type; what is newer than this file is `unknown`.
public enum TransientEvent: Hashable, Sendable {
    case agentStreamingOutput(AgentStreamingOutput)
    case agentStreamingReasoning(AgentStreamingReasoning)
    case agentStreamingSnapshot(AgentStreamingSnapshot)
    case agentStreamingToken(AgentStreamingToken)
    case unknown(type: String, properties: JSONValue)

    public init(type: String, properties: JSONValue) throws {
        let data = try JSONEncoder().encode(properties)
        switch type {
        case "agent.streaming.output": self = .agentStreamingOutput(try JSONDecoder().decode(AgentStreamingOutput.self, from: data))
        case "agent.streaming.reasoning": self = .agentStreamingReasoning(try JSONDecoder().decode(AgentStreamingReasoning.self, from: data))
        case "agent.streaming.snapshot": self = .agentStreamingSnapshot(try JSONDecoder().decode(AgentStreamingSnapshot.self, from: data))
        case "agent.streaming.token": self = .agentStreamingToken(try JSONDecoder().decode(AgentStreamingToken.self, from: data))
        default: self = .unknown(type: type, properties: properties)
        }
    }

    /// More of what the program of a running tool call writes, to stdout and stderr as it comes.
    /// `n_skipped` bytes before it were left out, because they came faster than anybody reads; the
    /// call's result is what counts.
    public struct AgentStreamingOutput: Codable, Hashable, Sendable {
        public var delta: String
        public var nSkipped: UInt64
        public var seq: UInt64
        public var sessionKey: SessionKey
        public var toolCallId: String
        public var turnId: TurnId

        public init(delta: String, nSkipped: UInt64, seq: UInt64, sessionKey: SessionKey, toolCallId: String, turnId: TurnId) {
            self.delta = delta
            self.nSkipped = nSkipped
            self.seq = seq
            self.sessionKey = sessionKey
            self.toolCallId = toolCallId
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case delta = "delta"
            case nSkipped = "n_skipped"
            case seq = "seq"
            case sessionKey = "session_key"
            case toolCallId = "tool_call_id"
            case turnId = "turn_id"
        }
    }

    /// More of the model's reasoning, for those who want to watch.
    public struct AgentStreamingReasoning: Codable, Hashable, Sendable {
        public var delta: String
        public var messageId: MessageId
        public var seq: UInt64
        public var sessionKey: SessionKey
        public var turnId: TurnId

        public init(delta: String, messageId: MessageId, seq: UInt64, sessionKey: SessionKey, turnId: TurnId) {
            self.delta = delta
            self.messageId = messageId
            self.seq = seq
            self.sessionKey = sessionKey
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case delta = "delta"
            case messageId = "message_id"
            case seq = "seq"
            case sessionKey = "session_key"
            case turnId = "turn_id"
        }
    }

    /// The text of a reply so far. Sent to whoever joins in the middle, and whenever a reply
    /// starts over after a broken stream; it replaces what was shown.
    public struct AgentStreamingSnapshot: Codable, Hashable, Sendable {
        public var messageId: MessageId
        public var seq: UInt64
        public var sessionKey: SessionKey
        public var text: String
        public var turnId: TurnId

        public init(messageId: MessageId, seq: UInt64, sessionKey: SessionKey, text: String, turnId: TurnId) {
            self.messageId = messageId
            self.seq = seq
            self.sessionKey = sessionKey
            self.text = text
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case messageId = "message_id"
            case seq = "seq"
            case sessionKey = "session_key"
            case text = "text"
            case turnId = "turn_id"
        }
    }

    /// More text of a reply; follows the snapshot or delta with the next lower `seq`.
    public struct AgentStreamingToken: Codable, Hashable, Sendable {
        public var delta: String
        public var messageId: MessageId
        public var seq: UInt64
        public var sessionKey: SessionKey
        public var turnId: TurnId

        public init(delta: String, messageId: MessageId, seq: UInt64, sessionKey: SessionKey, turnId: TurnId) {
            self.delta = delta
            self.messageId = messageId
            self.seq = seq
            self.sessionKey = sessionKey
            self.turnId = turnId
        }

        enum CodingKeys: String, CodingKey {
            case delta = "delta"
            case messageId = "message_id"
            case seq = "seq"
            case sessionKey = "session_key"
            case turnId = "turn_id"
        }
    }
}

/// A turn as recorded.
public struct Turn: Codable, Hashable, Sendable {
    /// The agent that works.
    public var agentId: AgentId
    /// When it ended.
    public var completedAt: Timestamp?
    /// Cost so far.
    public var cost: Cost
    /// What it failed of.
    public var error: AgentError?
    /// Its id.
    public var id: TurnId
    /// The model that answered last, as `provider/model`.
    public var model: String?
    /// Model replies so far.
    public var nSteps: Int64
    /// The request that caused it.
    public var requestId: RequestId
    /// The session it belongs to.
    public var sessionKey: SessionKey
    /// When it began.
    public var startedAt: Timestamp
    /// How it stands.
    public var status: TurnStatus
    /// Why it ended.
    public var stopReason: StopReason?
    /// Tokens so far.
    public var usage: Usage

    public init(agentId: AgentId, completedAt: Timestamp? = nil, cost: Cost, error: AgentError? = nil, id: TurnId, model: String? = nil, nSteps: Int64, requestId: RequestId, sessionKey: SessionKey, startedAt: Timestamp, status: TurnStatus, stopReason: StopReason? = nil, usage: Usage) {
        self.agentId = agentId
        self.completedAt = completedAt
        self.cost = cost
        self.error = error
        self.id = id
        self.model = model
        self.nSteps = nSteps
        self.requestId = requestId
        self.sessionKey = sessionKey
        self.startedAt = startedAt
        self.status = status
        self.stopReason = stopReason
        self.usage = usage
    }

    enum CodingKeys: String, CodingKey {
        case agentId = "agent_id"
        case completedAt = "completed_at"
        case cost = "cost"
        case error = "error"
        case id = "id"
        case model = "model"
        case nSteps = "n_steps"
        case requestId = "request_id"
        case sessionKey = "session_key"
        case startedAt = "started_at"
        case status = "status"
        case stopReason = "stop_reason"
        case usage = "usage"
    }
}

/// How a turn ended.
public struct TurnEnd: Codable, Hashable, Sendable {
    /// The limit that ended it, when one did.
    public var limit: LimitKind?
    /// Model replies.
    public var nSteps: Int64
    /// Why.
    public var stopReason: StopReason
    /// Tokens.
    public var usage: Usage

    public init(limit: LimitKind? = nil, nSteps: Int64, stopReason: StopReason, usage: Usage) {
        self.limit = limit
        self.nSteps = nSteps
        self.stopReason = stopReason
        self.usage = usage
    }
}
/// ULID of a turn
public typealias TurnId = String
/// How a turn stands.
public struct TurnStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// At work, or to be taken up again after a restart.
    public static let running = TurnStatus(rawValue: "running")
    /// Waiting for a person.
    public static let parked = TurnStatus(rawValue: "parked")
    /// Ended as it should.
    public static let completed = TurnStatus(rawValue: "completed")
    /// Ended by an error.
    public static let failed = TurnStatus(rawValue: "failed")
    /// Ended by somebody who stopped it.
    public static let aborted = TurnStatus(rawValue: "aborted")
}

/// Tokens of one or more model calls.
public struct Usage: Codable, Hashable, Sendable {
    /// Of the sent ones, written to the provider's cache.
    public var cacheWriteTokens: UInt64
    /// Of the sent ones, read from the provider's cache.
    public var cachedInputTokens: UInt64
    /// Tokens sent, cached ones included.
    public var inputTokens: UInt64
    /// Tokens received, reasoning included.
    public var outputTokens: UInt64
    /// Of the received ones, reasoning.
    public var reasoningTokens: UInt64

    public init(cacheWriteTokens: UInt64, cachedInputTokens: UInt64, inputTokens: UInt64, outputTokens: UInt64, reasoningTokens: UInt64) {
        self.cacheWriteTokens = cacheWriteTokens
        self.cachedInputTokens = cachedInputTokens
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.reasoningTokens = reasoningTokens
    }

    enum CodingKeys: String, CodingKey {
        case cacheWriteTokens = "cache_write_tokens"
        case cachedInputTokens = "cached_input_tokens"
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case reasoningTokens = "reasoning_tokens"
    }
}
/// By what usage is told apart.
public struct UsageBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// By agent.
    public static let agent = UsageBy(rawValue: "agent")
    /// By session.
    public static let session = UsageBy(rawValue: "session")
    /// By model.
    public static let model = UsageBy(rawValue: "model")
    /// By day.
    public static let day = UsageBy(rawValue: "day")
    /// By API key.
    public static let key = UsageBy(rawValue: "key")
    /// By class of work: asked for, or begun by a schedule.
    public static let `class` = UsageBy(rawValue: "class")
}

/// Sums of what was used. The cost is told apart by where it comes from; unknown is never zero.
public struct UsageFigures: Codable, Hashable, Sendable {
    /// Cost of calls that broke off, estimated, in millionths of a US dollar.
    public var estimatedMicroUsd: UInt64
    /// Time spent waiting for models, in milliseconds.
    public var modelMs: UInt64
    /// Model calls.
    public var nCalls: UInt64
    /// Calls of models with a known price.
    public var nPriced: UInt64
    /// Tool calls that were allowed.
    public var nToolCalls: UInt64
    /// Calls of models without one: what they cost is unknown.
    public var nUnpriced: UInt64
    /// Cost of calls that the provider reported, in millionths of a US dollar.
    public var pricedMicroUsd: UInt64
    /// Tokens of those.
    public var unpricedTokens: UInt64
    /// Tokens.
    public var usage: Usage

    public init(estimatedMicroUsd: UInt64, modelMs: UInt64, nCalls: UInt64, nPriced: UInt64, nToolCalls: UInt64, nUnpriced: UInt64, pricedMicroUsd: UInt64, unpricedTokens: UInt64, usage: Usage) {
        self.estimatedMicroUsd = estimatedMicroUsd
        self.modelMs = modelMs
        self.nCalls = nCalls
        self.nPriced = nPriced
        self.nToolCalls = nToolCalls
        self.nUnpriced = nUnpriced
        self.pricedMicroUsd = pricedMicroUsd
        self.unpricedTokens = unpricedTokens
        self.usage = usage
    }
}

/// Which work counts. Days are those of UTC.
public struct UsageGetParams: Codable, Hashable, Sendable {
    /// One agent.
    public var agentId: String?
    /// One API key.
    public var key: String?
    /// One model, as `provider/model`.
    public var model: String?
    /// One session.
    public var sessionKey: String?
    /// First day, as `2026-11-21`; from the beginning when left out.
    public var since: String?
    /// Last day, included; until now when left out.
    public var until: String?

    public init(agentId: String? = nil, key: String? = nil, model: String? = nil, sessionKey: String? = nil, since: String? = nil, until: String? = nil) {
        self.agentId = agentId
        self.key = key
        self.model = model
        self.sessionKey = sessionKey
        self.since = since
        self.until = until
    }
}

/// Result of `usage.get`.
public struct UsageGetResult: Codable, Hashable, Sendable {
    /// The sums.
    public var total: UsageFigures

    public init(total: UsageFigures) {
        self.total = total
    }
}

/// Input of `usage.list`.
public struct UsageListParams: Codable, Hashable, Sendable {
    /// By what.
    public var by: UsageBy?
    /// Where the page before ended.
    public var cursor: String?
    /// Which work counts.
    public var filter: GetParams?
    /// Most rows; 50 when left out.
    public var limit: Int64?

    public init(by: UsageBy? = nil, cursor: String? = nil, filter: GetParams? = nil, limit: Int64? = nil) {
        self.by = by
        self.cursor = cursor
        self.filter = filter
        self.limit = limit
    }
}

/// Result of `usage.list`.
public struct UsageListResult: Codable, Hashable, Sendable {
    /// Where the next page begins.
    public var nextCursor: String?
    /// The rows: days from the latest on, all others from the dearest on.
    public var rows: [UsageRow]
    /// The sums of all pages.
    public var total: UsageFigures

    public init(nextCursor: String? = nil, rows: [UsageRow], total: UsageFigures) {
        self.nextCursor = nextCursor
        self.rows = rows
        self.total = total
    }
}

/// One row of usage.
public struct UsageRow: Codable, Hashable, Sendable {
    /// Its sums.
    public var figures: UsageFigures
    /// The agent, session, model, day, key or class; empty for work that has none.
    public var name: String

    public init(figures: UsageFigures, name: String) {
        self.figures = figures
        self.name = name
    }
}
/// What somebody would do.
public struct Verb: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Call a method.
    public static let call = Verb(rawValue: "call")
    /// Start a run of an agent.
    public static let startRun = Verb(rawValue: "start_run")
    /// Use a tool.
    public static let useTool = Verb(rawValue: "use_tool")
    /// Deliver a message.
    public static let deliver = Verb(rawValue: "deliver")
    /// Decide a permission request.
    public static let approve = Verb(rawValue: "approve")
}
/// When a job is due.
public indirect enum When: Codable, Hashable, Sendable {
    /// By the calendar.
    case cron(CronCase)
    /// Again and again, counted from when the job was made or last given another time.
    case every(EveryCase)
    /// Once.
    case at(AtCase)

    public init(from decoder: Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        switch try fields.decode(String.self, forKey: AnyKey("kind")) {
        case "cron": self = .cron(try CronCase(from: decoder))
        case "every": self = .every(try EveryCase(from: decoder))
        case "at": self = .at(try AtCase(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("kind"), in: fields,
                debugDescription: "When has no `\(other)`")
        }
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        switch self {
        case .cron(let value):
            try fields.encode("cron", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .every(let value):
            try fields.encode("every", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        case .at(let value):
            try fields.encode("at", forKey: AnyKey("kind"))
            try value.encode(to: encoder)
        }
    }

    /// By the calendar.
    public struct CronCase: Codable, Hashable, Sendable {
        public var value: CronTime

        public init(value: CronTime) {
            self.value = value
        }
    }

    /// Again and again, counted from when the job was made or last given another time.
    public struct EveryCase: Codable, Hashable, Sendable {
        public var value: JSONValue

        public init(value: JSONValue) {
            self.value = value
        }
    }

    /// Once.
    public struct AtCase: Codable, Hashable, Sendable {
        public var value: JSONValue

        public init(value: JSONValue) {
            self.value = value
        }
    }
}

/// Somebody, and the verdict.
public struct WhoCanItem: Codable, Hashable, Sendable {
    /// Why, in a sentence.
    public var reason: String
    /// `allow`, `ask` or `deny`.
    public var verdict: String
    /// Who; an agent acts for the owner.
    public var who: String

    public init(reason: String, verdict: String, who: String) {
        self.reason = reason
        self.verdict = verdict
        self.who = who
    }
}
/// Whom a sender is said to be.
public typealias Whom = JSONValue

/// An error as a client sees it.
public struct WireError: Codable, Hashable, Sendable {
    /// Stable code.
    public var code: ErrorCode
    /// Facts for programs.
    public var details: JSONValue?
    /// How to mend it.
    public var hint: String?
    /// What went wrong.
    public var message: String
    /// When, in milliseconds.
    public var retryAfterMs: UInt64?
    /// Whether the same call may succeed later.
    public var retryable: Bool?

    public init(code: ErrorCode, details: JSONValue? = nil, hint: String? = nil, message: String, retryAfterMs: UInt64? = nil, retryable: Bool? = nil) {
        self.code = code
        self.details = details
        self.hint = hint
        self.message = message
        self.retryAfterMs = retryAfterMs
        self.retryable = retryable
    }
}

/// A tool call that somebody asks for by name.
public struct WishedCall: Codable, Hashable, Sendable {
    /// Its arguments.
    public var arguments: JSONValue
    /// Name of the tool.
    public var tool: String

    public init(arguments: JSONValue, tool: String) {
        self.arguments = arguments
        self.tool = tool
    }
}

/// Where somebody's own words are to go.
public struct WishedSend: Codable, Hashable, Sendable {
    /// The adapter that sends them, as `channel/account`.
    public var adapter: String
    /// The message they answer.
    public var replyToId: String?
    /// The thread inside it.
    public var threadId: String?
    /// The conversation, in the adapter's own terms.
    public var to: String

    public init(adapter: String, replyToId: String? = nil, threadId: String? = nil, to: String) {
        self.adapter = adapter
        self.replyToId = replyToId
        self.threadId = threadId
        self.to = to
    }

    enum CodingKeys: String, CodingKey {
        case adapter = "adapter"
        case replyToId = "reply_to_id"
        case threadId = "thread_id"
        case to = "to"
    }
}
/// Whether somebody waits for the work, or it began by itself.
public struct WorkClass: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A person or a program asked.
    public static let interactive = WorkClass(rawValue: "interactive")
    /// A job of the daemon began it: schedules and heartbeats.
    public static let background = WorkClass(rawValue: "background")
}
