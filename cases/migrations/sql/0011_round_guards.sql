-- How a slot of a round goes on, held where nobody gets round it.
--
--   missing -> draft -> submitted -> accepted -> locked
--                ^       |  ^  |        |
--                +-------+  |  v        |
--                        returned <-----+
--
-- Each step is a row of cases_progressstep that is added first, with the version the
-- slot will have, and the slot follows in the same transaction. Saving a draft is no
-- step. What came from a paper is there accepted, and names nobody.

-- A locked round never changes, and what collects never becomes a paper's, or the
-- other way round: that decides what everybody may read.
CREATE FUNCTION cases_guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.locked_at IS NOT NULL THEN
      RAISE EXCEPTION '填報開始時不得已鎖定。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.locked_at IS NOT NULL THEN
    RAISE EXCEPTION '這一期已鎖定，內容不再修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF ((NEW.platform_id, NEW.as_of) IS DISTINCT FROM (OLD.platform_id, OLD.as_of)
      OR (NEW.opens_on IS NULL) <> (OLD.opens_on IS NULL))
     AND EXISTS (SELECT 1 FROM cases_progressupdate u WHERE u.round_id = OLD.id) THEN
    RAISE EXCEPTION '已有辦理情形的填報，平臺、資料時間與收件方式不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_round BEFORE INSERT OR UPDATE OR DELETE ON cases_reportinground
  FOR EACH ROW EXECUTE FUNCTION cases_guard_round();

CREATE FUNCTION cases_guard_progress() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_round cases_reportinground;
  v_step cases_progressstep;
  v_says boolean;   -- another text than before
  v_moves text;     -- from one state to the next
  v_needs text[];   -- the steps that may be it; null: none may be told
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'missing' THEN
      RAISE EXCEPTION '已填報的辦理情形不得刪除。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  -- A round is locked before this, or after it: not meanwhile.
  SELECT * INTO v_round FROM cases_reportinground r
  WHERE r.id = CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END FOR SHARE;
  IF v_round.locked_at IS NOT NULL THEN
    RAISE EXCEPTION '這一期已鎖定，內容不再修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;

  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM cases_case c
                   WHERE c.id = NEW.case_id AND c.platform_id = v_round.platform_id) THEN
      RAISE EXCEPTION '合作案與填報期別須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state NOT IN ('missing', 'accepted', 'locked') THEN
      RAISE EXCEPTION '辦理情形須由「未填」開始填報。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.version <> 0 OR NEW.open_until IS NOT NULL
       OR coalesce(NEW.saved_by_id, NEW.submitted_by_id, NEW.accepted_by_id) IS NOT NULL THEN
      RAISE EXCEPTION '辦理情形的經手人員須由填報步驟留下。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;

  IF OLD.state = 'locked' THEN
    RAISE EXCEPTION '這段辦理情形已鎖定，內容不再修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.case_id, NEW.round_id, NEW.municipality_id)
     IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.round_id, OLD.municipality_id) THEN
    RAISE EXCEPTION '辦理情形的合作案、期別與縣市不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION '辦理情形的版次須逐次遞增。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  v_says := (NEW.text, NEW.is_unchanged) IS DISTINCT FROM (OLD.text, OLD.is_unchanged);
  v_moves := OLD.state || ' ' || NEW.state;
  IF v_moves IN ('missing draft', 'draft draft', 'returned returned') AND v_says THEN
    v_needs := NULL;
  ELSIF v_says AND v_moves IN ('submitted submitted', 'accepted accepted') THEN
    v_needs := '{edited}';
  ELSIF v_says THEN
    v_needs := '{}';
  ELSIF NEW.state = OLD.state AND NEW.open_until IS DISTINCT FROM OLD.open_until
        AND OLD.state IN ('missing', 'draft', 'returned') THEN
    v_needs := '{reopened}';
  ELSE
    v_needs := CASE v_moves
      WHEN 'draft submitted' THEN '{submitted}'
      WHEN 'returned submitted' THEN '{submitted,answered}'
      WHEN 'submitted draft' THEN '{withdrawn}'
      WHEN 'submitted returned' THEN '{returned}'
      WHEN 'submitted accepted' THEN '{accepted}'
      WHEN 'accepted returned' THEN '{reopened}'
      WHEN 'accepted locked' THEN '{locked}'
      ELSE '{}' END::text[];
  END IF;
  IF v_needs = '{}' THEN
    RAISE EXCEPTION '辦理情形不得由「%」改為「%」或逕行修改。', OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_progress_goes_on';
  END IF;
  SELECT * INTO v_step FROM cases_progressstep s WHERE s.slot_id = NEW.id AND s.version = NEW.version;
  IF (v_step.id IS NOT NULL) <> (v_needs IS NOT NULL)
     OR v_step.id IS NOT NULL AND NOT (
       v_step.kind = ANY (v_needs)
       AND (v_step.text, v_step.is_unchanged) = (NEW.text, NEW.is_unchanged)
       AND (v_step.kind <> 'edited' OR (v_step.text_before, v_step.was_unchanged) = (OLD.text, OLD.is_unchanged))) THEN
    RAISE EXCEPTION '辦理情形的每一步須留下填報歷程。'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_progress_step_told';
  END IF;

  -- Who and when follow from the step, and stay.
  IF v_says AND NEW.saved_by_id IS NULL
     OR NOT v_says AND (NEW.saved_by_id, NEW.saved_at) IS DISTINCT FROM (OLD.saved_by_id, OLD.saved_at) THEN
    RAISE EXCEPTION '儲存人員須隨內容留下。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.submitted_by_id, NEW.submitted_at) IS DISTINCT FROM (OLD.submitted_by_id, OLD.submitted_at)
     AND (OLD.submitted_by_id IS NOT NULL OR NEW.state <> 'submitted' OR NEW.submitted_by_id <> v_step.by_id) THEN
    RAISE EXCEPTION '首次送出的人員與時間不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF v_moves = 'submitted accepted' AND NEW.accepted_by_id IS DISTINCT FROM v_step.by_id
     OR v_moves = 'accepted returned' AND NEW.accepted_by_id IS NOT NULL
     OR v_moves NOT IN ('submitted accepted', 'accepted returned')
        AND (NEW.accepted_by_id, NEW.accepted_at) IS DISTINCT FROM (OLD.accepted_by_id, OLD.accepted_at) THEN
    RAISE EXCEPTION '接受人員須隨接受留下。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.open_until IS DISTINCT FROM OLD.open_until
     AND coalesce(v_step.kind NOT IN ('reopened', 'returned'), true) THEN
    RAISE EXCEPTION '補填期限須隨退回或重新開放變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_progress BEFORE INSERT OR UPDATE OR DELETE ON cases_progressupdate
  FOR EACH ROW EXECUTE FUNCTION cases_guard_progress();

-- Steps and reminders are only added, at the time they are added.
CREATE FUNCTION cases_keep_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '填報歷程與催辦紀錄不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER cases_keep_step BEFORE UPDATE OR DELETE ON cases_progressstep
  FOR EACH ROW EXECUTE FUNCTION cases_keep_told();
CREATE TRIGGER cases_keep_reminder BEFORE UPDATE OR DELETE ON cases_reminder
  FOR EACH ROW EXECUTE FUNCTION cases_keep_told();

CREATE FUNCTION cases_admit_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_version integer;
BEGIN
  SELECT u.version INTO v_version FROM cases_progressupdate u WHERE u.id = NEW.slot_id FOR UPDATE;
  IF NEW.version IS DISTINCT FROM v_version + 1 THEN
    RAISE EXCEPTION '填報歷程須接續辦理情形的版次。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER cases_admit_step BEFORE INSERT ON cases_progressstep
  FOR EACH ROW EXECUTE FUNCTION cases_admit_step();

-- A step that is told was taken: cases_guard_progress has seen it go by.
CREATE FUNCTION cases_step_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_progressupdate u
                 WHERE u.id = NEW.slot_id AND u.version >= NEW.version) THEN
    RAISE EXCEPTION '填報歷程須與辦理情形的變更一併登錄。'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_step_taken';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER cases_step_taken AFTER INSERT ON cases_progressstep
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION cases_step_taken();

CREATE FUNCTION cases_admit_reminder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER cases_admit_reminder BEFORE INSERT ON cases_reminder
  FOR EACH ROW EXECUTE FUNCTION cases_admit_reminder();

ALTER FUNCTION cases_guard_round() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_progress() SET search_path = public, pg_temp;
ALTER FUNCTION cases_keep_told() SET search_path = public, pg_temp;
ALTER FUNCTION cases_admit_step() SET search_path = public, pg_temp;
ALTER FUNCTION cases_step_taken() SET search_path = public, pg_temp;
ALTER FUNCTION cases_admit_reminder() SET search_path = public, pg_temp;
