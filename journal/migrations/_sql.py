"""What models cannot say: the database itself refuses to change or to remove a line or a seal (TRC-1)."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('journal.truncate', true) = 'allowed' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'journal is append-only: % refused on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""

# Each line is found again under the account, the places and the author that it concerns.
FILE = """
CREATE FUNCTION journal_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_filing (subject, event, at, entry)
    SELECT DISTINCT subject, NEW.event, NEW.at, NEW.id
    FROM unnest(NEW.concerns || ('auteur:' || NEW.user_id)::varchar) subject WHERE subject IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_file AFTER INSERT ON journal_entry
    FOR EACH ROW WHEN (NEW.concerns <> '{}') EXECUTE FUNCTION journal_file();
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_filing
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""

AFTER_FILING = [migrations.RunSQL(FILE)]
AFTER = [migrations.RunSQL(PROTECT)]
