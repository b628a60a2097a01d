-- The last owner of an active community stays its owner. Since 0.1.
CREATE TRIGGER last_owner_stays__update BEFORE UPDATE OF role, community_id ON communities_membership
WHEN OLD.role = 'owner' AND (NEW.role <> 'owner' OR NEW.community_id <> OLD.community_id)
     AND EXISTS (SELECT 1 FROM communities_community WHERE id = OLD.community_id AND active)
     AND NOT EXISTS (
         SELECT 1 FROM communities_membership other
         WHERE other.community_id = OLD.community_id AND other.role = 'owner' AND other.id <> OLD.id
     )
BEGIN
    SELECT RAISE(ABORT, 'The last owner of a community stays.');
END;
