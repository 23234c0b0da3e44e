-- Times are microseconds since 1970 in UTC, such as datetime(at / 1000000, 'unixepoch') shows.

-- The key of the hashes of what was erased, and the like.
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- The sets of playbooks, with their files as JSON, and the numbers of the records by which they stand in order: the
-- first that was decided by a set, and the last that made it the newest.
CREATE TABLE sets (
  digest  TEXT PRIMARY KEY,
  files   TEXT,
  first   INTEGER,
  renewed INTEGER
) STRICT, WITHOUT ROWID;

-- Calendars of working time, by a name that is made of their contents.
CREATE TABLE calendars (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Kinds of facts that are counted: all incidents up to a number are; null: every incident is.
CREATE TABLE kinds (no INTEGER PRIMARY KEY, kind TEXT NOT NULL UNIQUE, counted_to INTEGER) STRICT;

-- One row for each incident.
CREATE TABLE incidents (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  latest       INTEGER,             -- the record of the decision that stands
  made         TEXT NOT NULL DEFAULT '', -- the records of the choices on it, in order
  updated_at   INTEGER,             -- the latest that was seen
  told         BLOB,                -- what was told last, where that was not decided
  told_at      INTEGER,
  next_due     INTEGER,             -- when something falls due next
  due_by       TEXT NOT NULL DEFAULT '', -- who looks at what has fallen due
  due_until    INTEGER,             -- when that claim ends, or when it is tried again
  due_attempt  INTEGER NOT NULL DEFAULT 0,
  due_why      TEXT NOT NULL DEFAULT '', -- why what fell due could not be decided
  looks_at     INTEGER,             -- when somebody can look at what falls due next
  ready_at     INTEGER,             -- when a delivery can be claimed next
  UNIQUE (tenant, id)
) STRICT;
CREATE INDEX incidents_due ON incidents (tenant, looks_at) WHERE looks_at IS NOT NULL;
CREATE INDEX incidents_ready ON incidents (tenant, ready_at) WHERE ready_at IS NOT NULL;

-- What was committed, in order. Nothing in it changes, except that an erasure takes rows out.
CREATE TABLE records (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL,           -- decision, report, mark, refusal or erasure
  incident INTEGER,                 -- null for a refusal of an incident without an id, and for an erasure
  tenant   TEXT NOT NULL,
  customer TEXT,
  id       TEXT,                    -- of a decision
  at       INTEGER NOT NULL,
  body     TEXT NOT NULL,           -- JSON: of a decision, as recovery.Record.AppendJSON writes it
  given    TEXT                     -- JSON: what a decision was made from
) STRICT;
CREATE INDEX records_incident ON records (incident, kind, number);
CREATE INDEX records_customer ON records (tenant, customer) WHERE customer IS NOT NULL;

-- The incidents on which decisions left choices to somebody, by the choice.
CREATE TABLE choices (id TEXT NOT NULL, tenant TEXT NOT NULL, incident INTEGER NOT NULL, PRIMARY KEY (id, tenant)) STRICT, WITHOUT ROWID;
CREATE INDEX choices_incident ON choices (incident);

-- Where incidents count in facts and in the use of partners, and how much: high * 2^80 + middle * 2^40 + low. What was
-- erased keeps its use of partners, as incident 0.
CREATE TABLE entries (
  grp      BLOB NOT NULL,
  at       INTEGER NOT NULL,
  incident INTEGER NOT NULL,
  high     INTEGER NOT NULL,
  middle   INTEGER NOT NULL,
  low      INTEGER NOT NULL,
  PRIMARY KEY (grp, at, incident)
) STRICT, WITHOUT ROWID;

-- The entries of a group added up by day, so that a sum over a year reads hundreds of rows, and not all.
CREATE TABLE sums (
  grp    BLOB NOT NULL,
  day    INTEGER NOT NULL,          -- days since 1970 in UTC
  high   INTEGER NOT NULL,
  middle INTEGER NOT NULL,
  low    INTEGER NOT NULL,
  PRIMARY KEY (grp, day)
) STRICT, WITHOUT ROWID;

-- Earlier choices that are precedents, and how many of them gave what.
CREATE TABLE precedents (
  grp      BLOB NOT NULL,
  number   INTEGER NOT NULL,
  incident INTEGER NOT NULL,
  decision BLOB NOT NULL,
  chosen   TEXT NOT NULL,
  PRIMARY KEY (grp, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX precedents_incident ON precedents (incident);
CREATE TABLE amounts (
  grp      BLOB NOT NULL,
  type     TEXT NOT NULL,           -- empty: the row counts the choices
  currency TEXT NOT NULL,
  units    INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (grp, type, currency, units)
) STRICT, WITHOUT ROWID;

-- The stream of deliveries, settled ones too, so that no key comes twice.
CREATE TABLE deliveries (
  key        TEXT NOT NULL UNIQUE,
  incident   INTEGER NOT NULL,
  seq        INTEGER NOT NULL,      -- its place in the incident's queue
  do         TEXT NOT NULL,
  of         TEXT NOT NULL,         -- the action's id, or the choice's
  fell_at    INTEGER,
  not_before INTEGER,
  money      INTEGER NOT NULL,
  state      TEXT NOT NULL,         -- waiting, claimed, dead or settled
  until      INTEGER,               -- when the lease ends, or when it is tried again
  claimed_by TEXT NOT NULL,
  attempt    INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  body       TEXT NOT NULL,         -- JSON, as recovery.Delivery.AppendJSON writes it
  PRIMARY KEY (incident, seq)
) STRICT, WITHOUT ROWID;

-- Keyed hashes of the incidents that were erased.
CREATE TABLE erased (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- In which record of the ledger that mirrors the file a record is sealed; -1: in none, since the ledger had it already. The
-- ledger itself, as it was left, is the checkpoint in meta.
CREATE TABLE sealed (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE INDEX sealed_seq ON sealed (seq);
