-- Confirmed minutes stay as they were confirmed, whoever writes.
--
-- "In the confirming transaction" is read off confirmed_at: it is set here to the
-- transaction's own time, so equality with transaction_timestamp() means that the
-- minutes are being confirmed right now and their parts may still be written.

-- A meeting's series, and a series' groups, are of the meeting's own platform.
ALTER TABLE meetings_issuegroup ADD CONSTRAINT meetings_group_of_platform UNIQUE (id, platform_id);
ALTER TABLE meetings_meetingseries ADD CONSTRAINT meetings_series_of_platform UNIQUE (id, platform_id);
ALTER TABLE meetings_meeting ADD CONSTRAINT meetings_meeting_of_platform UNIQUE (id, platform_id);
ALTER TABLE meetings_meeting ADD CONSTRAINT meetings_meeting_series_same_platform
  FOREIGN KEY (series_id, platform_id) REFERENCES meetings_meetingseries (id, platform_id);
ALTER TABLE meetings_meetingseries ADD CONSTRAINT meetings_series_group_same_platform
  FOREIGN KEY (group_id, platform_id) REFERENCES meetings_issuegroup (id, platform_id);
ALTER TABLE meetings_issuegroup ADD CONSTRAINT meetings_group_parent_same_platform
  FOREIGN KEY (parent_id, platform_id) REFERENCES meetings_issuegroup (id, platform_id);

CREATE FUNCTION meetings_guard_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state = 'confirmed' THEN
      RAISE EXCEPTION '已確認的會議紀錄不得刪除。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'confirmed' THEN
    -- Publishing is all that happens to them after the confirming transaction.
    IF OLD.confirmed_at <> transaction_timestamp()
       AND (to_jsonb(NEW) - 'published_at') <> (to_jsonb(OLD) - 'published_at') THEN
      RAISE EXCEPTION '已確認的會議紀錄不得修改，請以勘誤更正。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.meeting_id <> OLD.meeting_id THEN
      RAISE EXCEPTION '已確認的會議紀錄不得改屬其他會議。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.confirmed_at := OLD.confirmed_at;
    RETURN NEW;
  END IF;
  IF NEW.state = 'confirmed' THEN
    NEW.confirmed_at := transaction_timestamp();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_minutes BEFORE INSERT OR UPDATE OR DELETE ON meetings_minutes
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_minutes();

-- True while the parts of these minutes may be written. Locks them: who confirms at
-- the same moment waits, or is waited for.
CREATE FUNCTION meetings_minutes_open(p_minutes bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_minutes meetings_minutes;
BEGIN
  SELECT * INTO v_minutes FROM meetings_minutes WHERE id = p_minutes FOR NO KEY UPDATE;
  RETURN v_minutes.id IS NULL OR v_minutes.state <> 'confirmed'
         OR v_minutes.confirmed_at = transaction_timestamp();
END $$;

CREATE FUNCTION meetings_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND NOT meetings_minutes_open(OLD.minutes_id))
     OR (TG_OP <> 'DELETE' AND NOT meetings_minutes_open(NEW.minutes_id)) THEN
    RAISE EXCEPTION '已確認的會議紀錄不得修改，請以勘誤更正。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.minutes_id <> OLD.minutes_id THEN
    RAISE EXCEPTION '會議紀錄的內容不得移到另一份會議紀錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_section
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_resolution
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_remark
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_motion
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_attachment
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();

CREATE FUNCTION meetings_meeting_open(p_meeting bigint) RETURNS boolean LANGUAGE sql AS $$
  SELECT meetings_minutes_open((SELECT m.id FROM meetings_minutes m WHERE m.meeting_id = p_meeting))
$$;

CREATE FUNCTION meetings_guard_chair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND NOT meetings_meeting_open(OLD.meeting_id))
     OR (TG_OP <> 'DELETE' AND NOT meetings_meeting_open(NEW.meeting_id)) THEN
    RAISE EXCEPTION '已確認的會議紀錄不得修改，請以勘誤更正。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_chair BEFORE INSERT OR UPDATE OR DELETE ON meetings_chair
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_chair();

-- The ledger reads date, time and series of a meeting: they may not move under it.
CREATE FUNCTION meetings_guard_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.slug <> OLD.slug AND EXISTS (
       SELECT 1 FROM meetings_minutes m WHERE m.meeting_id = OLD.id AND m.published_at IS NOT NULL) THEN
    RAISE EXCEPTION '會議紀錄公開後網址不得變更。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT meetings_meeting_open(OLD.id) AND (TG_OP = 'DELETE' OR NEW IS DISTINCT FROM OLD) THEN
    RAISE EXCEPTION '會議紀錄已確認，會議資料不得修改，請以勘誤更正。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_meeting BEFORE UPDATE OR DELETE ON meetings_meeting
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_meeting();

CREATE FUNCTION meetings_guard_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.is_deciding, NEW.level, NEW.numbering, NEW.platform_id, NEW.slug)
     IS DISTINCT FROM (OLD.is_deciding, OLD.level, OLD.numbering, OLD.platform_id, OLD.slug)
     AND EXISTS (SELECT 1 FROM meetings_meeting m JOIN meetings_minutes n ON n.meeting_id = m.id
                 WHERE m.series_id = OLD.id AND n.state = 'confirmed') THEN
    RAISE EXCEPTION '此系列已有確認的會議紀錄，層級、編次方式與決定列管與否不得變更。'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_series BEFORE UPDATE ON meetings_meetingseries
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_series();

-- An erratum says when it was recorded by the transaction's own clock (the ledger
-- trusts it), and it belongs to confirmed minutes.
CREATE FUNCTION meetings_guard_erratum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION '勘誤不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM meetings_minutes m WHERE m.id = NEW.minutes_id AND m.state = 'confirmed') THEN
    RAISE EXCEPTION '會議紀錄尚未確認，請直接修改，不需勘誤。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.recorded_at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_erratum BEFORE INSERT OR UPDATE OR DELETE ON meetings_erratum
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_erratum();

-- The runtime role may make temporary tables, and those are found first: no table
-- of the same name may stand in for the minutes.
ALTER FUNCTION meetings_guard_minutes() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_guard_part() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_guard_chair() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_guard_meeting() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_guard_series() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_guard_erratum() SET search_path = public, pg_temp;
