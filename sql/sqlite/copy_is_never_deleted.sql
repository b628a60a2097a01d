-- A copy is never deleted: its number would be lost and its ledger orphaned. Since 0.1.
CREATE TRIGGER copy_is_never_deleted BEFORE DELETE ON collectibles_copy
BEGIN
    SELECT RAISE(ABORT, 'A copy is never deleted.');
END;
