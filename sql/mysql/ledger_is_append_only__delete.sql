-- The ledger is append-only: no line of it is changed or deleted. Since 0.1.
CREATE TRIGGER ledger_is_append_only__delete BEFORE DELETE ON collectibles_copyevent FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The ledger is append-only.';
