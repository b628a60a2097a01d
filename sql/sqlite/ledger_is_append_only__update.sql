-- The ledger is append-only: no line of it is changed or deleted. Since 0.1.
CREATE TRIGGER ledger_is_append_only__update BEFORE UPDATE ON collectibles_copyevent
BEGIN
    SELECT RAISE(ABORT, 'The ledger is append-only.');
END;
