-- Each file of this folder runs with the schema of the store as the only one in search_path.

-- The key of the hashes of what was erased, and the row that whoever adds a kind of fact locks.
CREATE TABLE meta (name text PRIMARY KEY, value bytea NOT NULL);
INSERT INTO meta VALUES ('kinds', '');

-- The sets of playbooks, with their files as JSON, and the numbers of the records by which they stand in order: the
-- first that was decided by a set, and the last that made it the newest.
CREATE TABLE sets (digest text PRIMARY KEY, files text, first bigint, renewed bigint);

-- Calendars of working time, by a name that is made of their contents.
CREATE TABLE calendars (name text PRIMARY KEY, body text NOT NULL);

-- Kinds of facts that are counted, from 1 on.
CREATE TABLE kinds (no smallint PRIMARY KEY, kind text NOT NULL UNIQUE);

-- One row for each incident. Whoever changes anything about it locks this row first.
CREATE TABLE incidents (
  no          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant      text NOT NULL,
  id          text NOT NULL,
  latest      text,                            -- the id of the decision that stands
  latest_set  text,                            -- the set by which it was made
  made        text[] NOT NULL DEFAULT '{}',    -- the ids of those that made the choices on it, in order
  updated_at  timestamptz,                     -- the latest that was seen
  told        bytea,                           -- what was told last, where that was not decided
  told_at     timestamptz,
  next_due    timestamptz,                     -- when something falls due next
  due_by      text NOT NULL DEFAULT '',        -- who looks at what has fallen due
  due_until   timestamptz,                     -- when that claim ends, or when it is tried again
  due_attempt integer NOT NULL DEFAULT 0,
  due_why     text NOT NULL DEFAULT '',        -- why what fell due could not be decided
  looks_at    timestamptz,                     -- when somebody can look at what falls due next
  ready_at    timestamptz,                     -- when a delivery can be claimed next
  kinds       smallint NOT NULL DEFAULT 32767, -- the kinds of facts up to this one are counted
  UNIQUE (tenant, id)
);
CREATE INDEX incidents_kinds ON incidents (kinds);
CREATE INDEX incidents_due ON incidents (tenant, looks_at, no) WHERE looks_at IS NOT NULL;
CREATE INDEX incidents_ready ON incidents (tenant, ready_at, no) WHERE ready_at IS NOT NULL;

-- What was committed is numbered in order, without a cache: of two records, the one that was made from the other has the
-- higher number.
CREATE SEQUENCE numbers;

-- Decisions, marks, refusals and erasures. Nothing in it changes, except that an erasure takes rows out.
CREATE TABLE records (
  number   bigint NOT NULL DEFAULT nextval('numbers'),
  kind     text NOT NULL,                      -- decision, mark, refusal or erasure
  incident bigint,                             -- null for a refusal of an incident without an id, and for an erasure
  tenant   text NOT NULL,
  customer text,
  id       text,                               -- of a decision
  at       timestamptz NOT NULL,
  body     text NOT NULL,                      -- JSON: of a decision, as recovery.Record.AppendJSON writes it
  given    text                                -- JSON: what a decision was made from
);
CREATE INDEX records_number ON records (number);
CREATE INDEX records_incident ON records (incident, id);
CREATE INDEX records_customer ON records (tenant, customer) WHERE customer IS NOT NULL;

-- The host's word about what came of effects.
CREATE TABLE reports (
  number   bigint NOT NULL DEFAULT nextval('numbers'),
  incident bigint NOT NULL,
  action   text NOT NULL,
  outcome  text NOT NULL,
  amount   text NOT NULL,
  at       timestamptz NOT NULL,
  note     text NOT NULL,
  key      text NOT NULL,
  body     text NOT NULL
);
CREATE INDEX reports_number ON reports (number);
CREATE INDEX reports_incident ON reports (incident, number);

-- The incidents on which decisions left choices to somebody, by the choice.
CREATE TABLE choices (tenant text NOT NULL, id text NOT NULL, incident bigint NOT NULL, PRIMARY KEY (id, tenant));
CREATE INDEX choices_incident ON choices (incident);

-- Where incidents count in facts and in the use of partners, and how much. What was erased keeps its use of partners,
-- as incident 0; the kind of all use is 0.
CREATE TABLE entries (
  grp      bytea NOT NULL,
  at       timestamptz NOT NULL,
  incident bigint NOT NULL,
  kind     smallint NOT NULL,
  weight   numeric NOT NULL
);
CREATE INDEX entries_group ON entries (grp, at) INCLUDE (weight);
CREATE INDEX entries_incident ON entries (incident);

-- The entries of a group added up by day in UTC, so that a sum over a year reads hundreds of rows, and not all. Each day
-- has several parts, so that those who add to a large group at the same time do not wait for one row.
CREATE TABLE sums (grp bytea NOT NULL, day date NOT NULL, part smallint NOT NULL, weight numeric NOT NULL, PRIMARY KEY (grp, day, part));

-- Earlier choices that are precedents, and how many of them gave what. An amount without a type counts the choices.
CREATE TABLE precedents (
  grp      bytea NOT NULL,
  number   bigint NOT NULL,
  incident bigint NOT NULL,
  decision text NOT NULL,
  type     text NOT NULL,                      -- of the first action that was chosen, with its amount
  amount   text NOT NULL,
  reason   text NOT NULL,
  gave     jsonb NOT NULL,                     -- its rows in amounts
  PRIMARY KEY (grp, number)
);
CREATE INDEX precedents_incident ON precedents (incident);
CREATE TABLE amounts (
  grp      bytea NOT NULL,
  type     text NOT NULL,
  currency text NOT NULL,
  units    bigint NOT NULL,
  count    bigint NOT NULL,
  PRIMARY KEY (grp, type, currency, units)
);

-- The stream of deliveries, settled ones too, so that no key comes twice.
CREATE TABLE deliveries (
  key        text PRIMARY KEY,
  incident   bigint NOT NULL,
  seq        bigint NOT NULL,                  -- its place in the incident's queue
  do_        text NOT NULL,
  of_        text NOT NULL,                    -- the action's id, or the choice's
  fell_at    timestamptz,
  not_before timestamptz,
  money      boolean NOT NULL,
  state      text NOT NULL,                    -- waiting, claimed, dead or settled
  until      timestamptz,                      -- when the lease ends, or when it is tried again
  claimed_by text NOT NULL DEFAULT '',
  attempt    integer NOT NULL DEFAULT 0,
  failed     integer NOT NULL DEFAULT 0,
  body       text NOT NULL,                    -- JSON, as recovery.Delivery.AppendJSON writes it
  UNIQUE (incident, seq)
);

-- Keyed hashes of the incidents that were erased.
CREATE TABLE erased (hash bytea PRIMARY KEY);

-- Whoever commits what a limit, a partner's capacity or a precedent was looked at for locks the rows of its groups in order.
-- There are as many as can be locked at the same time without waiting, mostly.
CREATE TABLE slots (slot integer PRIMARY KEY) WITH (fillfactor = 40);
INSERT INTO slots SELECT generate_series(0, 4095);

-- In which record of the ledger that mirrors the schema a record or a report is sealed; -1: in none, since the ledger had
-- it already.
CREATE TABLE sealed (number bigint PRIMARY KEY, seq bigint NOT NULL);
CREATE INDEX sealed_seq ON sealed (seq);

-- The one row of the mirror. Every number up to low is sealed, or will never come. top was the highest number once, and
-- horizon a transaction that had not begun by then: when all before it have ended, low can follow.
CREATE TABLE mirror (
  checkpoint bytea NOT NULL DEFAULT '',        -- of the ledger, as it was left
  low        bigint NOT NULL DEFAULT 0,
  top        bigint NOT NULL DEFAULT 0,
  horizon    xid8 NOT NULL DEFAULT pg_current_xact_id()
);
INSERT INTO mirror DEFAULT VALUES;
