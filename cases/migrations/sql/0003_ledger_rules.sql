-- The ledger's rules, held where nobody gets round them.
--
-- Entries are only added. After each transaction that added some, ledger_walk reads
-- all entries of the cases concerned from the first to the last; a step that is not
-- legal fails the transaction, otherwise ledger_settle writes cases_standing anew.
-- A backdated meeting is judged the same way: what follows it must still be legal.

-- Case, group and meeting are of one platform.
ALTER TABLE cases_case ADD CONSTRAINT cases_case_of_platform UNIQUE (id, platform_id);
ALTER TABLE cases_case ADD CONSTRAINT cases_case_group_same_platform
  FOREIGN KEY (group_id, platform_id) REFERENCES meetings_issuegroup (id, platform_id);
ALTER TABLE cases_case ADD CONSTRAINT cases_case_parent_same_platform
  FOREIGN KEY (parent_id, platform_id) REFERENCES cases_case (id, platform_id);

-- A number, once given, stays; the books of past meetings stay with the group.
CREATE FUNCTION cases_guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '合作案不得刪除，案號不再使用。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.number, NEW.platform_id) IS DISTINCT FROM (OLD.number, OLD.platform_id) THEN
    RAISE EXCEPTION '案號與所屬平臺不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.group_id, NEW.name) IS DISTINCT FROM (OLD.group_id, OLD.name)
     AND EXISTS (SELECT 1 FROM cases_ledgerentry l WHERE l.case_id = OLD.id) THEN
    RAISE EXCEPTION '已有列管紀錄的合作案，小組與登錄名稱不得變更；名稱請以更名決定變更。'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_case BEFORE UPDATE OR DELETE ON cases_case
  FOR EACH ROW EXECUTE FUNCTION cases_guard_case();

-- Rule 5: nobody changes or deletes a posted entry.
CREATE FUNCTION ledger_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '列管紀錄一經登錄不得修改或刪除，請以更正紀錄更正。'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER ledger_refuse_rewrite BEFORE UPDATE OR DELETE ON cases_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_rewrite();

-- Rule 3: an entry belongs to a meeting whose minutes are confirmed, and comes in
-- the very transaction that confirms them, or with an erratum recorded in its own.
CREATE FUNCTION ledger_admit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_meeting meetings_meeting;
  v_minutes meetings_minutes;
  v_wrong cases_ledgerentry;
BEGIN
  -- Two transactions of which neither sees the other's entries could both be legal.
  IF current_setting('transaction_isolation') = 'repeatable read' THEN
    RAISE EXCEPTION '列管紀錄不得在 REPEATABLE READ 交易中登錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT * INTO v_meeting FROM meetings_meeting WHERE id = NEW.meeting_id;
  -- Whether the series decides may not change before this is committed.
  PERFORM 1 FROM meetings_meetingseries WHERE id = v_meeting.series_id FOR SHARE;
  SELECT * INTO v_minutes FROM meetings_minutes WHERE meeting_id = NEW.meeting_id;
  IF v_minutes.id IS NULL OR v_minutes.state <> 'confirmed' THEN
    RAISE EXCEPTION '會議紀錄尚未確認，不得登錄列管紀錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.erratum_id IS NULL AND v_minutes.confirmed_at <> transaction_timestamp() THEN
    RAISE EXCEPTION '會議紀錄已確認，列管紀錄僅得以勘誤增補。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.erratum_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM meetings_erratum e
       WHERE e.id = NEW.erratum_id AND e.minutes_id = v_minutes.id
         AND e.recorded_at = transaction_timestamp()) THEN
    RAISE EXCEPTION '更正紀錄須與同一會議紀錄的勘誤一併登錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.resolution_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM meetings_resolution r WHERE r.id = NEW.resolution_id AND r.minutes_id = v_minutes.id) THEN
    RAISE EXCEPTION '所引決議不屬於這次會議。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_case c
             WHERE c.id IN (NEW.case_id, NEW.merged_into_id, NEW.split_from_id)
               AND c.platform_id <> v_meeting.platform_id) THEN
    RAISE EXCEPTION '合作案與會議須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.corrects_id IS NOT NULL THEN
    SELECT * INTO v_wrong FROM cases_ledgerentry WHERE id = NEW.corrects_id;
    IF (v_wrong.case_id, v_wrong.meeting_id) IS DISTINCT FROM (NEW.case_id, NEW.meeting_id) THEN
      RAISE EXCEPTION '更正紀錄須與原紀錄屬同一案件與會議。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.sequence := v_wrong.sequence;  -- it takes the place of the wrong one
  END IF;
  NEW.decided_on := v_meeting.held_on;
  NEW.recorded_at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER ledger_admit BEFORE INSERT ON cases_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION ledger_admit();

-- Where an entry stands in the ledger's order follows from its meeting, which keeps
-- its day, time, series and minutes from the first entry on; within the confirming
-- transaction, too.
CREATE FUNCTION ledger_hold_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_ledgerentry l WHERE l.meeting_id = OLD.id) THEN
    RAISE EXCEPTION '會議已有列管紀錄，日期、時間與系列不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- By its name it comes after meetings_guard_meeting.
CREATE TRIGGER meetings_held_by_ledger BEFORE UPDATE ON meetings_meeting
  FOR EACH ROW WHEN ((OLD.held_on, OLD.starts_at, OLD.series_id) IS DISTINCT FROM
                     (NEW.held_on, NEW.starts_at, NEW.series_id))
  EXECUTE FUNCTION ledger_hold_meeting();

-- Rules 1, 2 and 4: every step of a case, in order, with where it led to and what
-- is wrong with it (null when nothing is). Entries that were corrected do not count.
CREATE FUNCTION ledger_walk(p_case bigint)
RETURNS TABLE (step integer, entry_id bigint, decided_on date, sat_at timestamp,
               meeting_id bigint, code text, name text,
               listed_by_id bigint, ended_by_id bigint, problem text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  e record;
  was_listed boolean := false;
  listed_at bigint;  -- the meeting that listed it last
BEGIN
  step := 0;
  SELECT c.name INTO name FROM cases_case c WHERE c.id = p_case;
  FOR e IN
    SELECT l.id, l.kind, l.new_name, l.decided_on, l.meeting_id, s.is_deciding,
           l.decided_on + coalesce(m.starts_at, time '00:00') AS sat_at
    FROM cases_ledgerentry l
    JOIN meetings_meeting m ON m.id = l.meeting_id
    JOIN meetings_meetingseries s ON s.id = m.series_id
    WHERE l.case_id = p_case AND l.kind <> 'void'
      AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = l.id)
    ORDER BY sat_at, l.meeting_id, l.sequence, l.id
  LOOP
    step := step + 1;
    entry_id := e.id;
    decided_on := e.decided_on;
    sat_at := e.sat_at;
    meeting_id := e.meeting_id;
    problem := NULL;
    -- Listing, and taking off what was listed, is for a deciding meeting alone. A
    -- group may end a case itself only if it never reached the deciding meeting.
    IF e.kind IN ('list', 'relist') AND NOT e.is_deciding THEN
      problem := 'not_deciding';
    ELSIF e.kind IN ('delist', 'merge', 'split') AND NOT e.is_deciding AND was_listed THEN
      problem := 'not_deciding';
    ELSIF e.kind IN ('delist', 'merge', 'split') AND NOT e.is_deciding THEN
      IF code IN ('dropped', 'merged', 'split') THEN problem := 'already_ended'; END IF;
    ELSIF e.kind IN ('continue', 'propose_delist', 'delist', 'merge', 'split')
          AND code IS DISTINCT FROM 'listed' THEN
      problem := 'not_listed';
    ELSIF e.kind IN ('delist', 'merge', 'split') AND listed_at = e.meeting_id THEN
      -- The books cannot count it as new and as gone.
      problem := 'just_listed';
    ELSIF e.kind IN ('carry_in', 'list', 'relist') AND code = 'listed' THEN
      problem := 'already_listed';
    ELSIF e.kind IN ('carry_in', 'list', 'agree', 'withdraw') AND was_listed THEN
      problem := 'was_listed';
    ELSIF e.kind = 'relist' AND NOT was_listed THEN
      problem := 'never_listed';
    ELSIF e.kind = 'rename' AND coalesce(code, 'none') NOT IN ('listed', 'proposed') THEN
      problem := 'not_current';
    ELSIF e.kind = 'withdraw' AND code IS DISTINCT FROM 'proposed' THEN
      problem := 'not_proposed';
    END IF;
    IF e.kind IN ('list', 'relist') THEN
      listed_at := e.meeting_id;
    END IF;

    CASE e.kind
      WHEN 'carry_in', 'list', 'relist' THEN
        code := 'listed'; listed_by_id := e.id; ended_by_id := NULL; was_listed := true;
      WHEN 'agree' THEN
        code := 'proposed'; ended_by_id := NULL;
      WHEN 'defer' THEN
        code := coalesce(code, 'proposed');
      WHEN 'rename' THEN
        name := e.new_name;
      WHEN 'delist' THEN
        code := CASE WHEN was_listed THEN 'delisted' ELSE 'dropped' END; ended_by_id := e.id;
      WHEN 'withdraw' THEN
        code := 'dropped'; ended_by_id := e.id;
      WHEN 'merge' THEN
        code := 'merged'; ended_by_id := e.id;
      WHEN 'split' THEN
        code := 'split'; ended_by_id := e.id;
      ELSE NULL;  -- continue and propose_delist leave a case where it is
    END CASE;
    RETURN NEXT;
  END LOOP;
END $$;

-- What is wrong with the entries of a case, its own steps and those that lead to it
-- or away from it: entry and problem. No row means that all is legal.
CREATE FUNCTION ledger_problems(p_case bigint)
RETURNS TABLE (entry_id bigint, problem text)
LANGUAGE sql STABLE AS $$
  SELECT w.entry_id, w.problem FROM ledger_walk(p_case) w WHERE w.problem IS NOT NULL
  UNION ALL
  -- A case ends into one that goes on: at the end of that meeting the target stands.
  SELECT l.id, 'target_ended'
  FROM cases_ledgerentry l
  JOIN meetings_meeting m ON m.id = l.meeting_id
  WHERE l.kind = 'merge' AND (l.case_id = p_case OR l.merged_into_id = p_case)
    AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = l.id)
    AND coalesce((SELECT w.code FROM ledger_walk(l.merged_into_id) w
                  WHERE (w.sat_at, w.meeting_id)
                        <= (l.decided_on + coalesce(m.starts_at, time '00:00'), m.id)
                  ORDER BY w.step DESC LIMIT 1), 'none')
        NOT IN ('listed', 'proposed')
  UNION ALL
  -- What begins by a split begins at the meeting that split the other case, and
  -- a split case has something that begins.
  SELECT l.id, 'no_split'
  FROM cases_ledgerentry l
  WHERE l.split_from_id IS NOT NULL AND (l.case_id = p_case OR l.split_from_id = p_case)
    AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = l.id)
    AND NOT EXISTS (
      SELECT 1 FROM cases_ledgerentry s
      WHERE s.case_id = l.split_from_id AND s.meeting_id = l.meeting_id AND s.kind = 'split'
        AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = s.id))
  UNION ALL
  SELECT s.id, 'split_into_nothing'
  FROM cases_ledgerentry s
  WHERE s.kind = 'split'
    AND (s.case_id = p_case
         OR s.case_id IN (SELECT l.split_from_id FROM cases_ledgerentry l WHERE l.case_id = p_case))
    AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = s.id)
    AND NOT EXISTS (
      SELECT 1 FROM cases_ledgerentry l
      WHERE l.split_from_id = s.case_id AND l.meeting_id = s.meeting_id AND l.kind = 'list'
        AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = l.id))
$$;

-- Write where the case stood, from day to day. Runs as the owner: the application
-- has no right to write cases_standing.
CREATE FUNCTION ledger_settle(p_case bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_problem record;
BEGIN
  -- One transaction at a time settles a case and those it ends into or begins
  -- from; the next one sees what this one wrote.
  PERFORM 1 FROM cases_case c
  WHERE c.id = p_case
     OR c.id IN (SELECT unnest(ARRAY[l.merged_into_id, l.split_from_id])
                 FROM cases_ledgerentry l WHERE l.case_id = p_case)
  ORDER BY c.id FOR UPDATE;
  SELECT * INTO v_problem FROM ledger_problems(p_case) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '列管紀錄不合規則：%（紀錄 %）', v_problem.problem, v_problem.entry_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_ledger_legal';
  END IF;
  DELETE FROM cases_standing WHERE case_id = p_case;
  INSERT INTO cases_standing (case_id, during, code, name, listed_by_id, ended_by_id)
  WITH days AS (  -- where the case stood in the evening of each day with entries
    SELECT DISTINCT ON (w.decided_on) w.*
    FROM ledger_walk(p_case) w
    ORDER BY w.decided_on, w.step DESC
  ), changes AS (  -- days on which that changed
    SELECT d.*, lag((d.code, d.name, d.listed_by_id, d.ended_by_id)::text)
                  OVER (ORDER BY d.decided_on)
                IS NOT DISTINCT FROM (d.code, d.name, d.listed_by_id, d.ended_by_id)::text AS same
    FROM days d
  )
  SELECT p_case, daterange(c.decided_on, lead(c.decided_on) OVER (ORDER BY c.decided_on)),
         c.code, c.name, c.listed_by_id, c.ended_by_id
  FROM changes c
  WHERE NOT c.same AND c.code IS NOT NULL;
END $$;

CREATE FUNCTION ledger_settle_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_settle(NEW.case_id);
  RETURN NULL;
END $$;

-- Deferred, so that a meeting's entries are judged together when all are there.
CREATE CONSTRAINT TRIGGER ledger_settle AFTER INSERT ON cases_ledgerentry
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_settle_entry();

-- The runtime role may make temporary tables, and those are found first: no table
-- of the same name may stand in for the ledger's own.
ALTER FUNCTION cases_guard_case() SET search_path = public, pg_temp;
ALTER FUNCTION ledger_admit() SET search_path = public, pg_temp;
ALTER FUNCTION ledger_hold_meeting() SET search_path = public, pg_temp;
ALTER FUNCTION ledger_settle_entry() SET search_path = public, pg_temp;
