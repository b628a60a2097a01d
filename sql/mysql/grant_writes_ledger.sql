-- Every grant has its line in the ledger: the copy was minted.
-- Its time is the grant's own, which is now unless somebody brings an older one (an import). Since 0.1.
CREATE TRIGGER grant_writes_ledger AFTER INSERT ON collectibles_grant FOR EACH ROW
INSERT INTO collectibles_copyevent (copy_id, kind, to_user_id, at, grant_id)
VALUES (NEW.copy_id, 'minted', NEW.user_id, NEW.created_at, NEW.id);
