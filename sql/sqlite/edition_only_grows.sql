-- After the first copy an edition can only grow: a number that was promised stays, and so does the edition's end.
-- Since 0.1.
CREATE TRIGGER edition_only_grows BEFORE UPDATE OF circulation ON collectibles_collectible
WHEN OLD.minted > 0
    AND (NEW.circulation < OLD.circulation OR (OLD.circulation IS NULL AND NEW.circulation IS NOT NULL))
BEGIN
    SELECT RAISE(ABORT, 'After the first copy an edition can only grow.');
END;
