-- A collectible's status follows minted and circulation: what has a copy is no draft, a full edition is
-- sold_out, a grown one available again; retired stays retired. A change that the writer did not count raises the
-- version. Since 0.1.
CREATE TRIGGER update_collectible_status__update BEFORE UPDATE ON collectibles_collectible FOR EACH ROW
IF NEW.status NOT IN ('retired', IF(NEW.minted >= NEW.circulation, 'sold_out', 'available'))
    AND (NEW.status <> 'draft' OR NEW.minted > 0) THEN
    SET NEW.status = IF(NEW.minted >= NEW.circulation, 'sold_out', 'available'),
        NEW.version = GREATEST(NEW.version, OLD.version + 1),
        NEW.updated_at = UTC_TIMESTAMP(6);
END IF;
