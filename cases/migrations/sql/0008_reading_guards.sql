-- What was uploaded stays as it came: the checksum is the file's own, and neither
-- changes. A file that minutes or a round were made of is not removed.
CREATE FUNCTION cases_guard_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.round_id IS NOT NULL THEN
      RAISE EXCEPTION '已據以寫入填報的文件不得移除。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION '上傳的文件不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.size <> octet_length(NEW.content) OR NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
    RAISE EXCEPTION '檔案與其校驗碼不符。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.uploaded_at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_reading BEFORE INSERT OR DELETE ON cases_reading
  FOR EACH ROW EXECUTE FUNCTION cases_guard_reading();
CREATE TRIGGER cases_keep_reading
  BEFORE UPDATE OF platform_id, kind, name, media_type, content, size, sha256, uploaded_by_id, uploaded_at ON cases_reading
  FOR EACH ROW EXECUTE FUNCTION cases_guard_reading();

-- Series, groups, cases, rounds and meetings a reading refers to are of its own
-- platform: the same title on two platforms is two cases.
CREATE FUNCTION cases_reading_keeps_platform() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.round_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM cases_reportinground r WHERE r.id = NEW.round_id AND r.platform_id = NEW.platform_id) THEN
    RAISE EXCEPTION '填報期別須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_reading_keeps_platform BEFORE INSERT OR UPDATE OF round_id ON cases_reading
  FOR EACH ROW EXECUTE FUNCTION cases_reading_keeps_platform();

CREATE FUNCTION cases_guard_read_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_platform bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.minutes_id IS NOT NULL THEN
      RAISE EXCEPTION '已據以製成草稿的文件不得移除。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  SELECT r.platform_id INTO v_platform FROM cases_reading r WHERE r.id = NEW.reading_id;
  IF NEW.series_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM meetings_meetingseries s WHERE s.id = NEW.series_id AND s.platform_id = v_platform) THEN
    RAISE EXCEPTION '會議系列須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.minutes_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM meetings_minutes n JOIN meetings_meeting m ON m.id = n.meeting_id
       WHERE n.id = NEW.minutes_id AND m.platform_id = v_platform) THEN
    RAISE EXCEPTION '會議紀錄須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.reading_id, NEW."order") IS DISTINCT FROM (OLD.reading_id, OLD."order") THEN
    RAISE EXCEPTION '讀到的會議紀錄不得移到另一份文件。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_read_minutes BEFORE INSERT OR UPDATE OR DELETE ON cases_readminutes
  FOR EACH ROW EXECUTE FUNCTION cases_guard_read_minutes();

-- What was accepted stays as it was when the draft was made of it; what was read
-- stays as it was read.
CREATE FUNCTION cases_guard_read_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_platform bigint;
  v_minutes cases_readminutes;
BEGIN
  SELECT * INTO v_minutes FROM cases_readminutes WHERE id = NEW.read_minutes_id FOR NO KEY UPDATE;
  IF v_minutes.minutes_id IS NOT NULL THEN
    RAISE EXCEPTION '已製成草稿，請在會議工作桌修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.read_minutes_id, NEW."order", NEW."group", NEW.name, NEW.action, NEW.source_start, NEW.source_end)
     IS DISTINCT FROM (OLD.read_minutes_id, OLD."order", OLD."group", OLD.name, OLD.action, OLD.source_start, OLD.source_end) THEN
    RAISE EXCEPTION '讀到的文字不得變更，請變更審閱的選擇。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT r.platform_id INTO v_platform FROM cases_reading r WHERE r.id = v_minutes.reading_id;
  IF EXISTS (SELECT 1 FROM cases_case c
             WHERE c.id IN (NEW.case_id, NEW.merged_into_id, NEW.split_from_id) AND c.platform_id <> v_platform)
     OR EXISTS (SELECT 1 FROM meetings_issuegroup g
                WHERE g.id = NEW.issue_group_id AND g.platform_id <> v_platform) THEN
    RAISE EXCEPTION '合作案與議題小組須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.merged_into_new_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM cases_readdecision d
       WHERE d.id = NEW.merged_into_new_id AND d.read_minutes_id = NEW.read_minutes_id) THEN
    RAISE EXCEPTION '併入的新案須在同一份會議紀錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_read_decision BEFORE INSERT OR UPDATE ON cases_readdecision
  FOR EACH ROW EXECUTE FUNCTION cases_guard_read_decision();

CREATE FUNCTION cases_guard_read_progress() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_reading record;
BEGIN
  SELECT r.platform_id, r.round_id INTO v_reading FROM cases_reading r WHERE r.id = NEW.reading_id FOR NO KEY UPDATE;
  IF v_reading.round_id IS NOT NULL THEN
    RAISE EXCEPTION '已寫入填報，請在辦理情形修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.reading_id, NEW."order", NEW."group", NEW.name) IS DISTINCT FROM (OLD.reading_id, OLD."order", OLD."group", OLD.name) THEN
    RAISE EXCEPTION '讀到的文字不得變更，請變更審閱的選擇。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.platform_id <> v_reading.platform_id)
     OR EXISTS (SELECT 1 FROM meetings_issuegroup g
                WHERE g.id = NEW.issue_group_id AND g.platform_id <> v_reading.platform_id) THEN
    RAISE EXCEPTION '合作案與議題小組須屬同一平臺。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_read_progress BEFORE INSERT OR UPDATE ON cases_readprogress
  FOR EACH ROW EXECUTE FUNCTION cases_guard_read_progress();

ALTER FUNCTION cases_guard_reading() SET search_path = public, pg_temp;
ALTER FUNCTION cases_reading_keeps_platform() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_read_minutes() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_read_decision() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_read_progress() SET search_path = public, pg_temp;
