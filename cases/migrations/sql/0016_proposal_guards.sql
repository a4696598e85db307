-- How a proposal goes on, held where nobody gets round it.
--
--   draft -> submitted -> discussed (at meetings) -> agreed (has a case of the ledger)
--     ^        |  ^  |        |
--     +--------+  |  v        v            from anywhere before that: withdrawn;
--              returned <-----+            from submitted, discussed: merged
--
-- Each step is a row of cases_proposalstep that is added first, with the version the
-- proposal will have, and the proposal follows in the same transaction. Saving a draft
-- or what was returned is no step. What came from a paper is there agreed.

ALTER TABLE cases_proposal ADD CONSTRAINT cases_proposal_group_same_platform
  FOREIGN KEY (group_id, platform_id) REFERENCES meetings_issuegroup (id, platform_id);
ALTER TABLE cases_proposal ADD CONSTRAINT cases_proposal_case_same_platform
  FOREIGN KEY (case_id, platform_id) REFERENCES cases_case (id, platform_id);
ALTER TABLE cases_proposal ADD CONSTRAINT cases_proposal_target_case_same_platform
  FOREIGN KEY (merged_into_case_id, platform_id) REFERENCES cases_case (id, platform_id);
ALTER TABLE cases_proposal ADD CONSTRAINT cases_proposal_of_platform UNIQUE (id, platform_id);
ALTER TABLE cases_proposal ADD CONSTRAINT cases_proposal_target_same_platform
  FOREIGN KEY (merged_into_id, platform_id) REFERENCES cases_proposal (id, platform_id);

-- A meeting took the case up, as the ledger holds it now.
CREATE FUNCTION cases_taken_up(p_case bigint, p_meeting bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM cases_ledgerentry l
    WHERE l.case_id = p_case AND l.kind IN ('agree', 'list', 'carry_in')
      AND (p_meeting IS NULL OR l.meeting_id = p_meeting)
      AND NOT EXISTS (SELECT 1 FROM cases_ledgerentry c WHERE c.corrects_id = l.id))
$$;

CREATE FUNCTION cases_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_step cases_proposalstep;
  v_target cases_proposal;
  v_says boolean;   -- the form says something else than before
  v_moves text;     -- from one state to the next
  v_needs text[];   -- the steps that may be it; null: none may be told
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '合作提案單不得刪除，請撤案。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  -- What the form names is the platform's.
  IF TG_OP = 'INSERT' OR (NEW.types, NEW.partners, NEW.municipality_id, NEW.agency_id, NEW.came_from_motion_id)
     IS DISTINCT FROM (OLD.types, OLD.partners, OLD.municipality_id, OLD.agency_id, OLD.came_from_motion_id) THEN
    IF EXISTS (SELECT 1 FROM unnest(NEW.types) t WHERE NOT EXISTS (
         SELECT 1 FROM cases_proposaltype p WHERE p.platform_id = NEW.platform_id AND p.code = t)) THEN
      RAISE EXCEPTION '沒有這種提案類型。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(NEW.partners || NEW.municipality_id) c WHERE NOT EXISTS (
         SELECT 1 FROM meetings_membership m WHERE m.platform_id = NEW.platform_id AND m.municipality_id = c)) THEN
      RAISE EXCEPTION '提案與合作縣市須為平臺成員。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.agency_id IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM meetings_agency a WHERE a.id = NEW.agency_id AND a.municipality_id = NEW.municipality_id) THEN
      RAISE EXCEPTION '提案局處須屬提案縣市。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.came_from_motion_id IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM meetings_motion o JOIN meetings_minutes i ON i.id = o.minutes_id
         JOIN meetings_meeting m ON m.id = i.meeting_id
         WHERE o.id = NEW.came_from_motion_id AND i.state = 'confirmed' AND m.platform_id = NEW.platform_id) THEN
      RAISE EXCEPTION '來源臨時動議須屬同一平臺已確認的會議紀錄。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;

  IF TG_OP = 'INSERT' THEN
    IF NEW.version <> 0 OR NEW.state NOT IN ('draft', 'agreed') OR (NEW.state = 'agreed') <> (NEW.source <> '') THEN
      RAISE EXCEPTION '提案單須由草稿開始；依文件登錄者須載明來源。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'agreed' AND NOT cases_taken_up(NEW.case_id, NULL) THEN
      RAISE EXCEPTION '列管紀錄沒有同意這個提案的決定。'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_proposal_taken_up';
    END IF;
    RETURN NEW;
  END IF;

  IF NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.platform_id, NEW.roc_year, NEW.serial, NEW.source, NEW.came_from_motion_id, NEW.created_by_id, NEW.created_at)
     IS DISTINCT FROM (OLD.id, OLD.platform_id, OLD.roc_year, OLD.serial, OLD.source, OLD.came_from_motion_id, OLD.created_by_id, OLD.created_at) THEN
    RAISE EXCEPTION '提案單的平臺、編號與來源不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION '提案單的版次須逐次遞增。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  v_says := (NEW.group_id, NEW.title, NEW.municipality_id, NEW.agency_id, NEW.division, NEW.types, NEW.type_words,
             NEW.is_all_members, NEW.partners, NEW.explanation, NEW.actions, NEW.benefits, NEW.ministries)
    IS DISTINCT FROM
            (OLD.group_id, OLD.title, OLD.municipality_id, OLD.agency_id, OLD.division, OLD.types, OLD.type_words,
             OLD.is_all_members, OLD.partners, OLD.explanation, OLD.actions, OLD.benefits, OLD.ministries);
  v_moves := OLD.state || ' ' || NEW.state;
  -- A contact person's telephone may be mended without a word of the form.
  IF v_moves IN ('draft draft', 'returned returned') THEN
    v_needs := NULL;
  ELSIF v_moves = 'discussed discussed' AND NOT v_says THEN
    v_needs := '{discussed,edited}';
  ELSIF v_moves IN ('submitted submitted', 'discussed discussed', 'agreed agreed') THEN
    v_needs := '{edited}';
  ELSIF v_says THEN
    v_needs := '{}';
  ELSE
    v_needs := CASE
      WHEN v_moves IN ('draft submitted', 'returned submitted') THEN '{submitted}'
      WHEN v_moves = 'submitted draft' THEN '{recalled}'
      WHEN v_moves = 'submitted discussed' THEN '{discussed}'
      WHEN v_moves IN ('submitted returned', 'discussed returned') THEN '{returned}'
      WHEN v_moves IN ('submitted agreed', 'discussed agreed') THEN '{agreed}'
      WHEN v_moves IN ('submitted merged', 'discussed merged') THEN '{merged}'
      WHEN OLD.state IN ('draft', 'submitted', 'returned', 'discussed') AND NEW.state = 'withdrawn' THEN '{withdrawn}'
      ELSE '{}' END::text[];
  END IF;
  IF v_needs = '{}' THEN
    RAISE EXCEPTION '提案單不得由「%」改為「%」或逕行修改。', OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_proposal_goes_on';
  END IF;
  SELECT * INTO v_step FROM cases_proposalstep s WHERE s.proposal_id = NEW.id AND s.version = NEW.version;
  IF (v_step.id IS NOT NULL) <> (v_needs IS NOT NULL)
     OR v_step.id IS NOT NULL AND NOT (
       v_step.kind = ANY (v_needs)
       AND (v_step.content ->> 'title', v_step.content ->> 'explanation', v_step.content ->> 'actions', v_step.content ->> 'benefits')
         = (NEW.title, NEW.explanation, NEW.actions, NEW.benefits)) THEN
    RAISE EXCEPTION '提案單的每一步須留下提案歷程。'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_proposal_step_told';
  END IF;

  -- The ledger says what was agreed, and at which meeting.
  IF NEW.case_id IS DISTINCT FROM OLD.case_id
     AND (v_needs <> '{agreed}' OR NOT cases_taken_up(NEW.case_id, v_step.meeting_id)) THEN
    RAISE EXCEPTION '這次會議的列管紀錄沒有同意這個提案的決定。'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_proposal_taken_up';
  END IF;
  IF NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id THEN
    SELECT * INTO v_target FROM cases_proposal p WHERE p.id = NEW.merged_into_id FOR SHARE;
    IF v_target.state NOT IN ('submitted', 'discussed', 'agreed') THEN
      RAISE EXCEPTION '只能併入已送出、討論中或已同意的提案。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  IF v_says AND NEW.saved_by_id IS NULL THEN
    RAISE EXCEPTION '儲存人員須隨內容留下。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_proposal BEFORE INSERT OR UPDATE OR DELETE ON cases_proposal
  FOR EACH ROW EXECUTE FUNCTION cases_guard_proposal();

CREATE FUNCTION cases_admit_proposal_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_proposal cases_proposal;
BEGIN
  SELECT * INTO v_proposal FROM cases_proposal p WHERE p.id = NEW.proposal_id FOR UPDATE;
  IF NEW.version IS DISTINCT FROM v_proposal.version + 1 THEN
    RAISE EXCEPTION '提案歷程須接續提案單的版次。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.meeting_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM meetings_meeting m
       WHERE m.id = NEW.meeting_id AND m.platform_id = v_proposal.platform_id AND m.state <> 'cancelled') THEN
    RAISE EXCEPTION '會議須屬同一平臺，且未取消。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER cases_admit_proposal_step BEFORE INSERT ON cases_proposalstep
  FOR EACH ROW EXECUTE FUNCTION cases_admit_proposal_step();

-- Steps are only added.
CREATE FUNCTION cases_keep_proposal_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '提案歷程不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER cases_keep_proposal_step BEFORE UPDATE OR DELETE ON cases_proposalstep
  FOR EACH ROW EXECUTE FUNCTION cases_keep_proposal_step();

-- A step that is told was taken: cases_guard_proposal has seen it go by.
CREATE FUNCTION cases_proposal_step_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_proposal p WHERE p.id = NEW.proposal_id AND p.version >= NEW.version) THEN
    RAISE EXCEPTION '提案歷程須與提案單的變更一併登錄。'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cases_proposal_step_taken';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER cases_proposal_step_taken AFTER INSERT ON cases_proposalstep
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION cases_proposal_step_taken();

-- Proposals name types by their codes and municipalities by their keys.
CREATE FUNCTION cases_guard_proposal_type() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.platform_id, NEW.code) IS DISTINCT FROM (OLD.platform_id, OLD.code) THEN
    RAISE EXCEPTION '提案類型的平臺與代碼不得變更或刪除，不再使用者請取消「使用中」。'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_proposal_type BEFORE UPDATE OR DELETE ON cases_proposaltype
  FOR EACH ROW EXECUTE FUNCTION cases_guard_proposal_type();

CREATE FUNCTION cases_keep_partner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_proposal p WHERE OLD.id = ANY (p.partners)) THEN
    RAISE EXCEPTION '已有合作提案單的縣市不得刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;

CREATE TRIGGER cases_keep_partner BEFORE DELETE ON meetings_municipality
  FOR EACH ROW EXECUTE FUNCTION cases_keep_partner();

ALTER FUNCTION cases_taken_up(bigint, bigint) SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_proposal() SET search_path = public, pg_temp;
ALTER FUNCTION cases_admit_proposal_step() SET search_path = public, pg_temp;
ALTER FUNCTION cases_keep_proposal_step() SET search_path = public, pg_temp;
ALTER FUNCTION cases_proposal_step_taken() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_proposal_type() SET search_path = public, pg_temp;
ALTER FUNCTION cases_keep_partner() SET search_path = public, pg_temp;
