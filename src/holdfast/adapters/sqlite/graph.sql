-- name: naming
SELECT wanted.value, m.key
FROM json_each(?) AS wanted
CROSS JOIN entities AS named
ON named.folded = wanted.value AND named.home_key IN (SELECT value FROM json_each(?))
CROSS JOIN memories AS m ON m.key IN ({shown})

-- What names an entity: first what is about it, then the latest. Looked at is a bounded number, shown are those
-- that the scope covers and the view shows.
-- name: shown
SELECT m.key FROM (
    SELECT memory_key, part FROM memory_entities
    WHERE entity_key = named.key AND part > 0
    ORDER BY part DESC, memory_key DESC LIMIT ?
) AS near
CROSS JOIN memories AS m ON m.key = near.memory_key
WHERE {condition}
ORDER BY near.part DESC, near.memory_key DESC LIMIT ?

-- name: neighbours
WITH RECURSIVE walk (start, entity, key, attribute, hop) AS (
    SELECT NULL, NULL, m.key, NULL, 0
    FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.key = wanted.value
    WHERE {condition}
    UNION
    SELECT walk.key, named.folded, m.key, m.attribute, walk.hop + 1
    FROM walk
    CROSS JOIN memory_entities AS mine ON mine.memory_key = walk.key AND mine.part > 0
    CROSS JOIN entities AS own ON own.key = mine.entity_key
    CROSS JOIN entities AS named
    ON named.folded = own.folded AND named.home_key IN (SELECT value FROM json_each(?))
    CROSS JOIN memories AS m ON m.key IN ({shown})
    WHERE walk.hop < ? AND own.folded IS NOT walk.entity AND m.key <> walk.key
    LIMIT ?
)
SELECT start, entity, key, attribute, hop FROM walk WHERE hop > 0
