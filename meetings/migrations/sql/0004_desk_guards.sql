-- What the desk keeps beside draft minutes is closed with them.
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_attendance
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_minutesfile
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_draftpart
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON meetings_acceptedwarning
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();

-- Minutes become public, or stop being so, only by a publication recorded in the
-- same transaction: nobody takes them back without a reason that stays.
CREATE FUNCTION meetings_guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM meetings_minutes m WHERE m.id = NEW.minutes_id AND m.state = 'confirmed') THEN
    RAISE EXCEPTION '會議紀錄確認後才能公開。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.recorded_at := transaction_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_publication BEFORE INSERT ON meetings_publication
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_publication();

CREATE FUNCTION meetings_keep_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '公開紀錄不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER meetings_keep_publication BEFORE UPDATE OR DELETE ON meetings_publication
  FOR EACH ROW EXECUTE FUNCTION meetings_keep_publication();

CREATE FUNCTION meetings_published_on_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
       SELECT 1 FROM meetings_publication p
       WHERE p.minutes_id = NEW.id AND p.recorded_at = transaction_timestamp()
         AND ((p.kind = 'publish' AND p.takes_effect_at = NEW.published_at)
              OR (p.kind = 'unpublish' AND NEW.published_at IS NULL))) THEN
    RAISE EXCEPTION '會議紀錄的公開與停止公開須留下紀錄。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_published_on_record BEFORE INSERT OR UPDATE OF published_at ON meetings_minutes
  FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION meetings_published_on_record();
CREATE TRIGGER meetings_taken_back_on_record BEFORE UPDATE OF published_at ON meetings_minutes
  FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND NEW.published_at IS NULL)
  EXECUTE FUNCTION meetings_published_on_record();

ALTER FUNCTION meetings_guard_publication() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_keep_publication() SET search_path = public, pg_temp;
ALTER FUNCTION meetings_published_on_record() SET search_path = public, pg_temp;
