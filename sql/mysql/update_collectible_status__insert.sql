-- A collectible's status follows minted and circulation: what has a copy is no draft, a full edition is
-- sold_out, a grown one available again; retired stays retired. Since 0.1.
CREATE TRIGGER update_collectible_status__insert BEFORE INSERT ON collectibles_collectible FOR EACH ROW
IF NEW.status <> 'retired' AND (NEW.status <> 'draft' OR NEW.minted > 0) THEN
    SET NEW.status = IF(NEW.minted >= NEW.circulation, 'sold_out', 'available');
END IF;
