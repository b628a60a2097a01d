-- Every accepted transfer has its line in the ledger. Since 0.1.
CREATE TRIGGER transfer_writes_ledger AFTER UPDATE OF accepted_at ON collectibles_transfer
WHEN OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL
BEGIN
    INSERT INTO collectibles_copyevent (copy_id, kind, from_user_id, to_user_id, at, transfer_id)
    VALUES (NEW.copy_id, 'transferred', NEW.giver_id, NEW.receiver_id, NEW.accepted_at, NEW.id);
END;
