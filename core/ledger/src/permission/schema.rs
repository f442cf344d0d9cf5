//! The tables of permission requests, step by step.

pub(crate) const SCHEMA: &str = "
CREATE TABLE permission_requests (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    request_id   TEXT NOT NULL REFERENCES requests (id),
    turn_id      TEXT NOT NULL REFERENCES turns (id),
    tool_call_id TEXT NOT NULL,
    session_key  TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    chain        TEXT NOT NULL,
    action       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    resolved_by  TEXT,
    resolved_at  INTEGER,
    comment      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX permission_requests_due ON permission_requests (expires_at)
    WHERE status = 'pending';
CREATE INDEX permission_requests_pending ON permission_requests (id) WHERE status = 'pending';
CREATE INDEX permission_requests_session ON permission_requests (session_key, id);
CREATE INDEX permission_requests_turn ON permission_requests (turn_id, tool_call_id, id);
";

/// What came with standing answers and with the clock that starts when a person is shown a
/// request.
pub(crate) const STANDING: &str = "
ALTER TABLE permission_requests ADD COLUMN proposals TEXT NOT NULL DEFAULT '[]';
ALTER TABLE permission_requests ADD COLUMN seen_at INTEGER;
ALTER TABLE permission_requests ADD COLUMN answer TEXT;
ALTER TABLE permission_requests ADD COLUMN grant_id TEXT;
ALTER TABLE permission_requests ADD COLUMN signature TEXT;
";

/// A question about a sender comes before any turn, so turn and call may be missing. SQLite cannot
/// take a NOT NULL away: the table is made anew.
pub(crate) const WITHOUT_TURN: &str = "
CREATE TABLE permission_requests_new (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    request_id   TEXT NOT NULL REFERENCES requests (id),
    turn_id      TEXT REFERENCES turns (id),
    tool_call_id TEXT,
    sender       TEXT,
    session_key  TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    chain        TEXT NOT NULL,
    action       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    resolved_by  TEXT,
    resolved_at  INTEGER,
    comment      TEXT,
    proposals    TEXT NOT NULL DEFAULT '[]',
    seen_at      INTEGER,
    answer       TEXT,
    grant_id     TEXT,
    signature    TEXT,
    CHECK ((turn_id IS NULL) = (tool_call_id IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO permission_requests_new
    SELECT id, kind, request_id, turn_id, tool_call_id, NULL, session_key, agent_id, chain, action,
           reason, status, created_at, expires_at, resolved_by, resolved_at, comment, proposals,
           seen_at, answer, grant_id, signature
    FROM permission_requests;
DROP TABLE permission_requests;
ALTER TABLE permission_requests_new RENAME TO permission_requests;
CREATE INDEX permission_requests_due ON permission_requests (expires_at)
    WHERE status = 'pending';
CREATE INDEX permission_requests_pending ON permission_requests (id) WHERE status = 'pending';
CREATE INDEX permission_requests_session ON permission_requests (session_key, id);
CREATE INDEX permission_requests_turn ON permission_requests (turn_id, tool_call_id, id)
    WHERE turn_id IS NOT NULL;
CREATE INDEX permission_requests_request ON permission_requests (request_id, id);
";
