-- An edition is made of a locked round, published whole, and never changes after that.

ALTER TABLE cases_editionfile
  ADD CONSTRAINT cases_edition_file_checksum CHECK (sha256 = encode(sha256(content), 'hex')),
  ADD CONSTRAINT cases_edition_file_size CHECK (size = octet_length(content));

CREATE FUNCTION cases_guard_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.published_at IS NOT NULL THEN
      RAISE EXCEPTION '檔案齊備後才能發布。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM cases_reportinground r
                   WHERE r.id = NEW.round_id AND r.locked_at IS NOT NULL) THEN
      RAISE EXCEPTION '這一期尚未鎖定，鎖定後才能發布。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.number <> 1 + (SELECT count(*) FROM cases_reportedition e WHERE e.round_id = NEW.round_id) THEN
      RAISE EXCEPTION '版次須逐次遞增。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.asked_at := transaction_timestamp();
    RETURN NEW;
  END IF;
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION '已發布的辦理情形不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF (NEW.id, NEW.round_id, NEW.number, NEW.why, NEW.dataset, NEW.wanted, NEW.asked_by_id, NEW.asked_at)
     IS DISTINCT FROM
     (OLD.id, OLD.round_id, OLD.number, OLD.why, OLD.dataset, OLD.wanted, OLD.asked_by_id, OLD.asked_at) THEN
    RAISE EXCEPTION '版本的內容不得修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.published_at IS NOT NULL THEN
    IF ARRAY(SELECT f.name::text FROM cases_editionfile f WHERE f.edition_id = NEW.id ORDER BY 1)
       IS DISTINCT FROM ARRAY(SELECT w::text FROM unnest(NEW.wanted) w ORDER BY 1) THEN
      RAISE EXCEPTION '檔案齊備後才能發布。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.published_at := transaction_timestamp();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_edition BEFORE INSERT OR UPDATE OR DELETE ON cases_reportedition
  FOR EACH ROW EXECUTE FUNCTION cases_guard_edition();

-- Of files and corrections: they come and go with an edition in the making.
CREATE FUNCTION cases_guard_edition_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_edition cases_reportedition;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION '版本的檔案與更正不得修改。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- It is published before this, or after it: not meanwhile.
  SELECT * INTO v_edition FROM cases_reportedition e
  WHERE e.id = CASE TG_OP WHEN 'DELETE' THEN OLD.edition_id ELSE NEW.edition_id END FOR SHARE;
  IF v_edition.published_at IS NOT NULL THEN
    RAISE EXCEPTION '已發布的辦理情形不得修改或刪除。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF TG_TABLE_NAME = 'cases_correction' THEN
    IF NOT EXISTS (SELECT 1 FROM cases_progressupdate u
                   WHERE u.id = NEW.slot_id AND u.round_id = v_edition.round_id) THEN
      RAISE EXCEPTION '更正的辦理情形須屬同一期。' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_edition_file BEFORE INSERT OR UPDATE OR DELETE ON cases_editionfile
  FOR EACH ROW EXECUTE FUNCTION cases_guard_edition_part();
CREATE TRIGGER cases_guard_correction BEFORE INSERT OR UPDATE OR DELETE ON cases_correction
  FOR EACH ROW EXECUTE FUNCTION cases_guard_edition_part();

ALTER FUNCTION cases_guard_edition() SET search_path = public, pg_temp;
ALTER FUNCTION cases_guard_edition_part() SET search_path = public, pg_temp;
