-- After the first copy an edition can only grow: a number that was promised stays, and so does the edition's end.
-- Since 0.1.
CREATE TRIGGER edition_only_grows BEFORE UPDATE ON collectibles_collectible FOR EACH ROW
IF OLD.minted > 0 AND (NEW.circulation < OLD.circulation OR (OLD.circulation IS NULL AND NEW.circulation IS NOT NULL))
THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'After the first copy an edition can only grow.';
END IF;
