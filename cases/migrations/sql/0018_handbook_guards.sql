-- A handbook is made whole, and never changes after that.

ALTER TABLE cases_handbookfile
  ADD CONSTRAINT cases_handbook_file_checksum CHECK (sha256 = encode(sha256(content), 'hex')),
  ADD CONSTRAINT cases_handbook_file_size CHECK (size = octet_length(content));

CREATE FUNCTION cases_guard_handbook() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.made_at IS NOT NULL THEN
      RAISE EXCEPTION '檔案齊備後才算完成。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.number <> 1 + (SELECT count(*) FROM cases_handbookedition e WHERE e.meeting_id = NEW.meeting_id) THEN
      RAISE EXCEPTION '版次須逐次遞增。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.asked_at := transaction_timestamp();
    RETURN NEW;
  END IF;
  IF OLD.made_at IS NOT NULL THEN
    RAISE EXCEPTION '已完成的會議資料不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF (NEW.id, NEW.meeting_id, NEW.number, NEW.dataset, NEW.wanted, NEW.asked_by_id, NEW.asked_at)
     IS DISTINCT FROM
     (OLD.id, OLD.meeting_id, OLD.number, OLD.dataset, OLD.wanted, OLD.asked_by_id, OLD.asked_at) THEN
    RAISE EXCEPTION '會議資料的內容不得修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.made_at IS NOT NULL THEN
    IF ARRAY(SELECT f.name::text FROM cases_handbookfile f WHERE f.edition_id = NEW.id ORDER BY 1)
       IS DISTINCT FROM ARRAY(SELECT w::text FROM unnest(NEW.wanted) w ORDER BY 1) THEN
      RAISE EXCEPTION '檔案齊備後才算完成。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.made_at := transaction_timestamp();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_handbook BEFORE INSERT OR UPDATE OR DELETE ON cases_handbookedition
  FOR EACH ROW EXECUTE FUNCTION cases_guard_handbook();

-- Its files come and go while it is in the making.
CREATE FUNCTION cases_guard_handbook_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_made timestamptz;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION '會議資料的檔案不得修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT made_at INTO v_made FROM cases_handbookedition e
  WHERE e.id = CASE TG_OP WHEN 'DELETE' THEN OLD.edition_id ELSE NEW.edition_id END FOR SHARE;
  IF v_made IS NOT NULL THEN
    RAISE EXCEPTION '已完成的會議資料不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER cases_guard_handbook_file BEFORE INSERT OR UPDATE OR DELETE ON cases_handbookfile
  FOR EACH ROW EXECUTE FUNCTION cases_guard_handbook_file();

ALTER FUNCTION cases_guard_handbook() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_handbook_file() SET search_path = public, pg_temp;
