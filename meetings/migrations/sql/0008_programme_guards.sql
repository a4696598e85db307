-- The programme is closed with the minutes, like the chairs; the host's agency is
-- the host's.
CREATE TRIGGER meetings_guard_programme BEFORE INSERT OR UPDATE OR DELETE ON meetings_programmeitem
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_chair();

CREATE FUNCTION meetings_guard_host() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM meetings_agency a
                 WHERE a.id = NEW.host_agency_id AND a.municipality_id = NEW.host_id) THEN
    RAISE EXCEPTION '主辦局處須屬主辦縣市。' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meetings_guard_host BEFORE INSERT OR UPDATE OF host_id, host_agency_id ON meetings_meeting
  FOR EACH ROW WHEN (NEW.host_agency_id IS NOT NULL) EXECUTE FUNCTION meetings_guard_host();

ALTER FUNCTION meetings_guard_host() SET search_path = public, pg_temp;
