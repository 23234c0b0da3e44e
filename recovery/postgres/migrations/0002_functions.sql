-- A function for each thing that a commit does in one round trip. What counts, and how much, is worked out before by the
-- rules of package store; these compare it with what is true at the moment, and write.
--
-- The functions that are called from outside set the search_path, and those that they call have it from them: to set it again
-- each time takes longer than what they do. They are in plpgsql, and plan a statement once for a connection: planning takes longer
-- than looking up some rows. Lists out of
-- JSON are made into arrays where rows are looked up by them: PostgreSQL takes such a list for long, and would read the table.

-- The first moment of the day after a time.
CREATE FUNCTION day_after(a timestamptz) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN ((a AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC';

-- What lies in a group from a time on, and before another unless it is null.
CREATE FUNCTION total(g bytea, a timestamptz, b timestamptz) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
  t numeric;
BEGIN
  SELECT coalesce(sum(weight), 0) INTO t FROM (
    SELECT weight FROM sums WHERE grp = g AND day > (a AT TIME ZONE 'UTC')::date
    UNION ALL SELECT weight FROM entries WHERE grp = g AND at >= a AND at < day_after(a)) x;
  IF b IS NOT NULL THEN
    t := t - total(g, b, NULL);
  END IF;
  RETURN t;
END
$$;

-- The summary of the precedents under a key, without those of an incident.
CREATE FUNCTION summary(g bytea, own bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (WITH every AS (
  SELECT type, currency, units, count FROM amounts WHERE grp = g
  UNION ALL SELECT o.type, o.currency, o.units, -o.count FROM precedents p,
    jsonb_to_recordset(p.gave) AS o(type text, currency text, units bigint, count bigint) WHERE p.incident = own AND p.grp = g
), rest AS (
  SELECT type, currency, units, sum(count)::bigint AS n FROM every GROUP BY type, currency, units HAVING sum(count) > 0
), placed AS (
  SELECT type, currency, units, (sum(n) OVER (PARTITION BY type, currency ORDER BY units))::bigint AS upto,
    (sum(n) OVER (PARTITION BY type, currency))::bigint AS total FROM rest WHERE type <> ''
), spreads AS (
  SELECT type, currency, min(units) FILTER (WHERE upto > (total - 1) / 2) AS lower, min(units) FILTER (WHERE upto > total / 2) AS upper,
    min(units) AS lowest, max(units) AS highest FROM placed GROUP BY type, currency
), recent AS (
  SELECT number, decision, type, amount, reason FROM precedents WHERE grp = g AND incident <> own ORDER BY number DESC LIMIT 5
)
SELECT jsonb_build_object(
  'count', coalesce((SELECT n FROM rest WHERE type = ''), 0),
  'amounts', coalesce((SELECT jsonb_agg(jsonb_build_array(type, currency, lower, upper, lowest, highest) ORDER BY type COLLATE "C", currency COLLATE "C") FROM spreads), '[]'),
  'recent', coalesce((SELECT jsonb_agg(jsonb_build_array(decision, type, amount, reason) ORDER BY number DESC) FROM recent), '[]')));
END
$$;

-- When a delivery of an incident can be claimed next; null: never. It is store.Queue.Ready.
CREATE FUNCTION ready(i bigint) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT min(greatest(coalesce(not_before, '-infinity'), held)) FROM (
  SELECT not_before, max(coalesce(until, '-infinity')) OVER (ORDER BY seq) AS held FROM (
    SELECT seq, not_before, until, state, money, bool_or(state = 'dead' AND money) OVER (ORDER BY seq) AS stuck
    FROM deliveries WHERE incident = i AND state <> 'settled') open
  WHERE state <> 'dead' AND NOT (money AND stuck)) free);
END
$$;

-- What a query asks for, as of one moment: an incident, or that of a choice, and totals of groups. uncounted says that some incident
-- was not counted in all of the kinds that are asked for.
CREATE FUNCTION answer(of text, want text, choice text, asking text, groups bytea[], since timestamptz[], till timestamptz[], newest smallint,
  OUT i incidents, OUT latest text, OUT made text[], OUT said text[], OUT older boolean, OUT totals text[], OUT queue text, OUT uncounted boolean)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF want <> '' OR choice = '' THEN
    SELECT * INTO i FROM incidents x WHERE x.tenant = of AND x.id = want;
  ELSE
    SELECT * INTO i FROM incidents x WHERE x.no = (SELECT c.incident FROM choices c WHERE c.id = choice AND c.tenant = of);
  END IF;
  older := false;
  IF i.no IS NOT NULL THEN
    SELECT r.body INTO latest FROM records r WHERE r.incident = i.no AND r.id = i.latest;
    IF cardinality(i.made) > 0 THEN
      made := ARRAY(SELECT r.body FROM unnest(i.made) WITH ORDINALITY m(id, o) JOIN records r ON r.incident = i.no AND r.id = m.id ORDER BY m.o);
    END IF;
    said := ARRAY(SELECT r.body FROM reports r WHERE r.incident = i.no ORDER BY r.number);
    queue := (SELECT json_agg(json_build_object('key', d.key, 'seq', d.seq, 'do', d.do_, 'of', d.of_, 'fell', d.fell_at, 'from', d.not_before, 'money', d.money,
      'state', d.state, 'until', d.until, 'by', d.claimed_by, 'attempt', d.attempt, 'failed', d.failed) ORDER BY d.seq) FROM deliveries d WHERE d.incident = i.no)::text;
    IF asking <> '' AND asking <> i.latest_set THEN
      older := coalesce((SELECT max(greatest(o.first, o.renewed)) < max(greatest(l.first, l.renewed)) FROM sets o, sets l
        WHERE o.digest = asking AND l.digest = i.latest_set AND o.first IS NOT NULL AND l.first IS NOT NULL), false);
    END IF;
  END IF;
  uncounted := false;
  IF cardinality(groups) > 0 THEN
    totals := ARRAY(SELECT total(x.g, x.a, x.b)::text FROM unnest(groups, since, till) WITH ORDINALITY x(g, a, b, o) ORDER BY x.o);
    uncounted := coalesce((SELECT min(kinds) FROM incidents) < newest, false);
  END IF;
END
$$;

-- The row of an incident, locked; made where there is none and it is wanted. A null row was erased.
CREATE FUNCTION locked(c jsonb, wanted boolean, OUT t incidents, OUT fresh boolean, OUT gone boolean) LANGUAGE plpgsql AS $$
BEGIN
  fresh := false;
  gone := false;
  LOOP
    SELECT * INTO t FROM incidents WHERE tenant = c->>'tenant' AND id = c->>'incident' FOR UPDATE;
    IF t.no IS NOT NULL OR NOT wanted THEN
      RETURN;
    END IF;
    IF EXISTS (SELECT FROM erased WHERE hash = decode(c->>'hash', 'hex')) THEN
      IF NOT coalesce((c->>'anew')::boolean, false) THEN
        gone := true;
        RETURN;
      END IF;
      DELETE FROM erased WHERE hash = decode(c->>'hash', 'hex');
    END IF;
    INSERT INTO incidents (tenant, id) VALUES (c->>'tenant', c->>'incident') ON CONFLICT DO NOTHING RETURNING * INTO t;
    IF t.no IS NOT NULL THEN
      fresh := true;
      RETURN;
    END IF;
  END LOOP;
END
$$;

-- What has changed of an incident since a commit was read, among what it says is to be compared; null: nothing.
CREATE FUNCTION changed(t incidents, c jsonb, told bytea) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF c->>'on' <> coalesce(t.latest, '') THEN
    RETURN 'the decision that the choice hangs on is not the latest';
  ELSIF c->>'latest' IS DISTINCT FROM t.latest THEN
    RETURN 'the incident''s previous decision';
  ELSIF c ? 'made' AND ARRAY(SELECT jsonb_array_elements_text(c->'made')) <> coalesce(t.made, '{}') THEN
    RETURN 'the choices made on the incident';
  ELSIF c ? 'updated' AND (c->>'updated')::timestamptz IS DISTINCT FROM t.updated_at THEN
    RETURN 'a later version of the incident was told of';
  ELSIF c ? 'tells' AND told IS DISTINCT FROM t.told THEN
    RETURN 'what was told of the incident last';
  ELSIF c ? 'waiting' AND ARRAY(SELECT jsonb_array_elements_text(c->'waiting')) <> ARRAY(SELECT key FROM deliveries WHERE incident = t.no AND state = 'waiting' ORDER BY seq) THEN
    RETURN 'the deliveries that nobody has claimed';
  ELSIF c ? 'reports' AND (c->>'reports')::bigint <> (SELECT count(*) FROM reports WHERE incident = t.no) THEN
    RETURN 'the reports on the incident';
  END IF;
  RETURN NULL;
END
$$;

-- What has changed of other incidents; null: nothing that matters.
CREATE FUNCTION counts_changed(c jsonb, own bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  what text;
BEGIN
  IF c ? 'slots' THEN
    PERFORM FROM slots WHERE slot = ANY (ARRAY(SELECT x::integer FROM jsonb_array_elements(c->'slots') x)) ORDER BY slot FOR UPDATE;
  END IF;
  IF c ? 'totals' THEN
    SELECT q.what INTO what FROM jsonb_to_recordset(c->'totals') AS q(grp text, since timestamptz, until timestamptz, total numeric, own numeric, real float8, what text)
      WHERE CASE WHEN q.real IS NULL THEN total(decode(q.grp, 'hex'), q.since, q.until) <> q.total
        ELSE ((total(decode(q.grp, 'hex'), q.since, q.until) - q.own) * 0.000000000001)::float8 <> q.real END LIMIT 1;
    IF FOUND THEN
      RETURN what;
    END IF;
  END IF;
  IF c ? 'precedents' THEN
    SELECT q.what INTO what FROM jsonb_to_recordset(c->'precedents') AS q(grp text, summary jsonb, what text)
      WHERE summary(decode(q.grp, 'hex'), own) <> q.summary LIMIT 1;
    IF FOUND THEN
      RETURN what;
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- Changes the stream of an incident, and returns its row as it then is.
CREATE FUNCTION streamed(t incidents, c jsonb, bodies text[]) RETURNS incidents LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_array_length(c->'withdrawn') > 0 THEN
    UPDATE deliveries SET state = 'settled' WHERE incident = t.no AND state = 'waiting' AND key = ANY (ARRAY(SELECT jsonb_array_elements_text(c->'withdrawn')));
  END IF;
  IF jsonb_array_length(c->'put') > 0 THEN
    INSERT INTO deliveries (key, incident, seq, do_, of_, fell_at, not_before, money, state, body)
      SELECT n.key, t.no, (SELECT coalesce(max(seq), 0) FROM deliveries WHERE incident = t.no) + row_number() OVER (ORDER BY o), n.do_, n.of_, n.fell_at, n.not_before, n.money, 'waiting', bodies[o]
      FROM ROWS FROM (jsonb_to_recordset(c->'put') AS (key text, do_ text, of_ text, fell_at timestamptz, not_before timestamptz, money boolean)) WITH ORDINALITY n(key, do_, of_, fell_at, not_before, money, o)
      WHERE n.key <> ALL (ARRAY(SELECT key FROM deliveries WHERE key = ANY (ARRAY(SELECT x->>'key' FROM jsonb_array_elements(c->'put') x)))) ORDER BY o
      ON CONFLICT (key) DO NOTHING;
  END IF;
  t.next_due := (c->>'next_due')::timestamptz;
  t.looks_at := t.next_due;
  t.due_by := '';
  t.due_until := NULL;
  t.due_attempt := 0;
  t.due_why := '';
  t.ready_at := ready(t.no);
  RETURN t;
END
$$;

CREATE FUNCTION saved(t incidents) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE incidents SET latest = t.latest, latest_set = t.latest_set, made = t.made, updated_at = t.updated_at, told = t.told, told_at = t.told_at,
  next_due = t.next_due, due_by = t.due_by, due_until = t.due_until, due_attempt = t.due_attempt, due_why = t.due_why, looks_at = t.looks_at, ready_at = t.ready_at, kinds = t.kinds
  WHERE no = t.no;
END
$$;

-- A part of a sum by day: each connection adds to one of a few.
CREATE FUNCTION part() RETURNS smallint LANGUAGE sql STABLE RETURN (pg_backend_pid() % 8)::smallint;

-- Puts the entries of an incident in the place of those that it has.
CREATE FUNCTION counted(i bigint, list jsonb, fresh boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  was entries[];
BEGIN
  IF NOT fresh THEN
    WITH gone AS (DELETE FROM entries WHERE incident = i RETURNING entries AS e) SELECT array_agg(e) INTO was FROM gone;
  END IF;
  INSERT INTO entries (grp, at, incident, kind, weight)
    SELECT decode(e.grp, 'hex'), e.at, i, e.kind, e.weight FROM jsonb_to_recordset(list) AS e(grp text, at timestamptz, kind smallint, weight numeric);
  INSERT INTO sums (grp, day, part, weight)
    SELECT grp, day, part(), sum(weight) FROM (
      SELECT decode(e.grp, 'hex') AS grp, (e.at AT TIME ZONE 'UTC')::date AS day, e.weight FROM jsonb_to_recordset(list) AS e(grp text, at timestamptz, kind smallint, weight numeric)
      UNION ALL SELECT grp, (at AT TIME ZONE 'UTC')::date, -weight FROM unnest(was)) x
    GROUP BY grp, day HAVING sum(weight) <> 0 ORDER BY grp, day
    ON CONFLICT (grp, day, part) DO UPDATE SET weight = sums.weight + excluded.weight;
END
$$;

-- Takes out precedents of an incident that do not stand any more, and adds those that do.
CREATE FUNCTION preceded(i bigint, c jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  was precedents[];
BEGIN
  WITH gone AS (DELETE FROM precedents WHERE incident = i AND decision = ANY (ARRAY(SELECT jsonb_array_elements_text(c->'gone'))) RETURNING precedents AS p)
    SELECT array_agg(p) INTO was FROM gone;
  INSERT INTO precedents (grp, number, incident, decision, type, amount, reason, gave)
    SELECT decode(p.grp, 'hex'), (SELECT number FROM records WHERE incident = i AND id = p.decision), i, p.decision, p.type, p.amount, p.reason, p.gave
    FROM jsonb_to_recordset(c->'new') AS p(grp text, decision text, type text, amount text, reason text, gave jsonb);
  INSERT INTO amounts (grp, type, currency, units, count)
    SELECT x.grp, o.type, o.currency, o.units, sum(x.by * o.count) FROM (
      SELECT decode(p.grp, 'hex') AS grp, 1 AS by, p.gave FROM jsonb_to_recordset(c->'new') AS p(grp text, gave jsonb)
      UNION ALL SELECT grp, -1, gave FROM unnest(was)) x, jsonb_to_recordset(x.gave) AS o(type text, currency text, units bigint, count bigint)
    GROUP BY x.grp, o.type, o.currency, o.units ORDER BY x.grp, o.type, o.currency, o.units
    ON CONFLICT (grp, type, currency, units) DO UPDATE SET count = amounts.count + excluded.count;
END
$$;

-- Commits a decision. It returns an empty text, or what has changed; "kinds" where other kinds of facts are counted than
-- the caller knows, "entries" where those of the incident are wanted, since kinds have come, and "erased" where the incident was erased.
CREATE FUNCTION commit_record(c jsonb, body text, given text, told bytea, bodies text[]) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  l record;
  t incidents;
  why text;
  n bigint;
BEGIN
  l := locked(c, true);
  t := l.t;
  IF l.gone THEN
    RETURN 'erased';
  END IF;
  IF NOT l.fresh AND EXISTS (SELECT FROM records WHERE incident = t.no AND id = c->>'id') THEN
    RETURN '';
  END IF;
  why := changed(t, c->'seen', told);
  IF why IS NULL AND (SELECT count(*) FROM kinds) <> (c->>'kinds')::bigint THEN
    why := 'kinds';
  END IF;
  IF why IS NULL THEN
    why := counts_changed(c, t.no);
  END IF;
  IF why IS NULL AND t.kinds < (c->>'kinds')::smallint AND NOT (c ? 'entries') THEN
    why := 'entries';
  END IF;
  IF why IS NOT NULL THEN
    IF l.fresh THEN
      DELETE FROM incidents WHERE no = t.no;
    END IF;
    RETURN why;
  END IF;
  INSERT INTO records (kind, incident, tenant, customer, id, at, body, given)
    VALUES ('decision', t.no, t.tenant, c->>'customer', c->>'id', (c->>'at')::timestamptz, body, given) RETURNING number INTO n;
  IF c ? 'calendars' THEN
    INSERT INTO calendars (name, body) SELECT key, value FROM jsonb_each_text(c->'calendars') ORDER BY key ON CONFLICT DO NOTHING;
  END IF;
  IF c ? 'choices' THEN
    INSERT INTO choices (tenant, id, incident) SELECT t.tenant, jsonb_array_elements_text(c->'choices'), t.no ON CONFLICT DO NOTHING;
  END IF;
  IF NOT EXISTS (SELECT FROM sets WHERE digest = c->>'set' AND first IS NOT NULL) THEN
    INSERT INTO sets (digest, first) VALUES (c->>'set', n) ON CONFLICT (digest) DO UPDATE SET first = excluded.first WHERE sets.first IS NULL;
  END IF;
  IF c ? 'newest' THEN
    UPDATE sets SET renewed = n WHERE digest = c->>'set';
  END IF;
  IF c ? 'entries' THEN
    PERFORM counted(t.no, c->'entries', l.fresh);
    t.kinds := (c->>'kinds')::smallint;
  END IF;
  IF c ? 'new' THEN
    PERFORM preceded(t.no, c);
  END IF;
  IF NOT (c ? 'choice') THEN
    t.latest := c->>'id';
    t.latest_set := c->>'set';
  END IF;
  t.made := ARRAY(SELECT jsonb_array_elements_text(c->'made'));
  t.updated_at := greatest(t.updated_at, (c->>'updated_at')::timestamptz);
  IF c ? 'decided' THEN
    t.told := NULL;
    t.told_at := NULL;
  END IF;
  IF c ? 'stream' THEN
    t := streamed(t, c->'stream', bodies);
  END IF;
  PERFORM saved(t);
  RETURN '';
END
$$;

-- Commits a refusal or a mark.
CREATE FUNCTION commit_told(c jsonb, body text, told bytea, tells bytea) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  l record;
  t incidents;
  why text;
BEGIN
  PERFORM pg_current_xact_id(); -- a transaction that takes a number is one that a mirror can wait for
  IF c->>'incident' <> '' THEN
    l := locked(c, c->>'kind' = 'refusal');
    t := l.t;
    IF l.gone THEN
      RETURN 'erased';
    END IF;
    IF c ? 'seen' THEN
      why := changed(t, c->'seen', told);
      IF why IS NOT NULL THEN
        IF l.fresh THEN
          DELETE FROM incidents WHERE no = t.no;
        END IF;
        RETURN why;
      END IF;
    END IF;
  END IF;
  IF c->>'kind' = 'mark' THEN
    IF t.no IS NULL OR ((c->>'at')::timestamptz <= coalesce(t.updated_at, '-infinity') AND tells IS NOT DISTINCT FROM t.told) THEN
      RETURN '';
    END IF;
    IF (c->>'at')::timestamptz > coalesce(t.updated_at, '-infinity') THEN
      t.updated_at := (c->>'at')::timestamptz;
    END IF;
  END IF;
  INSERT INTO records (kind, incident, tenant, customer, at, body) VALUES (c->>'kind', t.no, c->>'tenant', c->>'customer', (c->>'at')::timestamptz, body);
  IF c->>'kind' = 'mark' OR tells IS NOT NULL THEN
    t.told := tells;
    t.told_at := CASE WHEN tells IS NOT NULL AND isfinite((c->>'at')::timestamptz) THEN (c->>'at')::timestamptz END;
    PERFORM saved(t);
  END IF;
  RETURN '';
END
$$;

-- Commits what has fallen due on an incident.
CREATE FUNCTION commit_fallen(c jsonb, bodies text[]) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  l record;
  t incidents;
  why text;
BEGIN
  l := locked(c, false);
  t := l.t;
  why := changed(t, c->'seen', NULL);
  IF why IS NOT NULL THEN
    RETURN why;
  END IF;
  IF t.no IS NOT NULL THEN
    IF c ? 'calendars' THEN
      INSERT INTO calendars (name, body) SELECT key, value FROM jsonb_each_text(c->'calendars') ORDER BY key ON CONFLICT DO NOTHING;
    END IF;
    PERFORM saved(streamed(t, c->'stream', bodies));
  END IF;
  RETURN '';
END
$$;

-- Commits reports, each on its incident, in order of the incidents.
CREATE FUNCTION commit_reports(list jsonb, c jsonb, bodies text[]) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  l record;
  t incidents;
  why text;
  r record;
BEGIN
  IF c IS NOT NULL THEN
    l := locked(c, false);
    t := l.t;
    why := changed(t, c->'seen', NULL);
    IF why IS NOT NULL THEN
      RETURN why;
    END IF;
  END IF;
  FOR r IN SELECT x.value AS report FROM jsonb_array_elements(list) WITH ORDINALITY x ORDER BY value->>'tenant', value->>'incident', ordinality LOOP
    l := locked(r.report, true);
    t := l.t;
    IF l.gone THEN
      RETURN 'erased';
    END IF;
    PERFORM reported(t, r.report);
  END LOOP;
  IF c IS NOT NULL THEN
    l := locked(c, false);
    t := l.t;
    IF t.no IS NOT NULL THEN
      PERFORM saved(streamed(t, c->'stream', bodies));
    END IF;
  END IF;
  RETURN '';
END
$$;

-- Keeps a report that is a new one, and does to the stream what store.Queue.Report does.
CREATE FUNCTION reported(t incidents, r jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  k text := r->>'key';
BEGIN
  IF EXISTS (SELECT FROM reports x WHERE x.incident = t.no AND x.action = r->>'action' AND x.outcome = r->>'outcome' AND x.amount = r->>'amount'
    AND x.at = (r->>'at')::timestamptz AND x.note = r->>'note' AND (x.key = k OR x.key = '' AND NOT starts_with(k, 'say_') OR k = '' AND NOT starts_with(x.key, 'say_'))) THEN
    RETURN;
  END IF;
  INSERT INTO reports (incident, action, outcome, amount, at, note, key, body)
    VALUES (t.no, r->>'action', r->>'outcome', r->>'amount', (r->>'at')::timestamptz, r->>'note', k, r->>'body');
  IF k = '' THEN
    RETURN;
  END IF;
  IF r->>'outcome' <> 'failed' THEN
    UPDATE deliveries SET state = 'settled' WHERE incident = t.no AND key = k;
  ELSE
    UPDATE deliveries SET state = CASE WHEN failed > 0 THEN 'dead' ELSE 'waiting' END, failed = failed + 1, attempt = 0, until = NULL
      WHERE incident = t.no AND key = k AND state <> 'dead';
  END IF;
  UPDATE incidents SET ready_at = ready(t.no) WHERE no = t.no;
END
$$;

-- Adds up the parts of the sums of groups, and takes out those that are nothing, so that nothing of a group is left once
-- its entries are gone.
CREATE FUNCTION gathered(groups bytea[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r sums;
  l sums;
BEGIN
  FOR r IN SELECT * FROM sums WHERE grp = ANY (groups) ORDER BY grp, day, part FOR UPDATE LOOP
    IF l.grp = r.grp AND l.day = r.day THEN
      l.weight := l.weight + r.weight;
      UPDATE sums SET weight = 0 WHERE grp = r.grp AND day = r.day AND part = r.part;
      UPDATE sums SET weight = l.weight WHERE grp = l.grp AND day = l.day AND part = l.part;
    ELSE
      l := r;
    END IF;
  END LOOP;
  DELETE FROM sums WHERE grp = ANY (groups) AND weight = 0;
END
$$;

-- Takes out an incident with everything about it, and returns the numbers of its records and reports.
CREATE FUNCTION forgotten(i bigint, hashed bytea) RETURNS bigint[] LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  groups bytea[] := ARRAY(SELECT DISTINCT grp FROM entries WHERE incident = i);
  keys bytea[] := ARRAY(SELECT DISTINCT grp FROM precedents WHERE incident = i);
  numbers bigint[];
  more bigint[];
BEGIN
  PERFORM counted(i, '[]', false);
  PERFORM gathered(groups);
  PERFORM preceded(i, jsonb_build_object('gone', coalesce((SELECT jsonb_agg(decision) FROM precedents WHERE incident = i), '[]'), 'new', '[]'::jsonb));
  DELETE FROM amounts WHERE grp = ANY (keys) AND count = 0;
  WITH gone AS (DELETE FROM records WHERE incident = i RETURNING number) SELECT array_agg(number) INTO numbers FROM gone;
  WITH gone AS (DELETE FROM reports WHERE incident = i RETURNING number) SELECT array_agg(number) INTO more FROM gone;
  DELETE FROM choices WHERE incident = i;
  DELETE FROM deliveries WHERE incident = i;
  DELETE FROM incidents WHERE no = i;
  INSERT INTO erased (hash) VALUES (hashed) ON CONFLICT DO NOTHING;
  RETURN coalesce(numbers, '{}') || coalesce(more, '{}');
END
$$;

-- Locks the rows of incidents in order, those of new ones too, and then what they count in.
CREATE FUNCTION lock_incidents(of text, ids text[], hashes bytea[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  INSERT INTO incidents (tenant, id) SELECT of, x.id FROM unnest(ids, hashes) x(id, hash)
    WHERE NOT EXISTS (SELECT FROM erased e WHERE e.hash = x.hash) ORDER BY x.id ON CONFLICT DO NOTHING;
  PERFORM FROM incidents WHERE tenant = of AND id = ANY (ids) ORDER BY id FOR UPDATE;
  PERFORM FROM slots WHERE slot = ANY (ARRAY(SELECT (get_byte(e.grp, 0) << 4) | (get_byte(e.grp, 1) >> 4) FROM entries e JOIN incidents i ON i.no = e.incident WHERE i.tenant = of AND i.id = ANY (ids)))
    ORDER BY slot FOR UPDATE;
END
$$;
