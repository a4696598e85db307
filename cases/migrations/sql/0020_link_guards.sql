-- A link is about two platforms: within one there are merging and splitting.
CREATE FUNCTION cases_guard_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(DISTINCT c.platform_id) FROM cases_case c
      WHERE c.id IN (NEW.first_id, NEW.second_id)) <> 2 THEN
    RAISE EXCEPTION '同一平臺的案件不以連結表示，請以併案、分案辦理。'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_link BEFORE INSERT OR UPDATE ON cases_caselink
  FOR EACH ROW EXECUTE FUNCTION cases_guard_link();

-- Nor may a linked case come to another platform afterwards.
CREATE FUNCTION cases_guard_linked_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.platform_id <> OLD.platform_id AND EXISTS (
      SELECT 1 FROM cases_caselink l WHERE OLD.id IN (l.first_id, l.second_id)) THEN
    RAISE EXCEPTION '已與其他平臺連結的案件，平臺不得變更。'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cases_guard_linked_case BEFORE UPDATE OF platform_id ON cases_case
  FOR EACH ROW EXECUTE FUNCTION cases_guard_linked_case();
