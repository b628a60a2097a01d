-- A collectible's status follows minted and circulation: what has a copy is no draft, a full edition is
-- sold_out, a grown one available again; retired stays retired. A change that the writer did not count raises the
-- version. Since 0.1.
CREATE TRIGGER update_collectible_status__update AFTER UPDATE OF minted, circulation, status ON collectibles_collectible
WHEN NEW.status <> 'retired' AND (NEW.status <> 'draft' OR NEW.minted > 0)
BEGIN
    UPDATE collectibles_collectible
    SET status = CASE WHEN NEW.minted >= NEW.circulation THEN 'sold_out' ELSE 'available' END,
        version = MAX(NEW.version, OLD.version + 1),
        updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now')
    WHERE id = NEW.id
      AND status <> CASE WHEN NEW.minted >= NEW.circulation THEN 'sold_out' ELSE 'available' END;
END;
