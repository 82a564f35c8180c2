-- name: there
SELECT key FROM memories WHERE key IN (SELECT value FROM json_each(?1)) AND created_at <= ?2

-- name: changed
SELECT m.key, m.origin, m.speaker, past.text, past.valid_at, past.importance, past.trust
FROM memories AS m
JOIN memory_versions AS past ON past.memory_key = m.key AND past.version = (
    SELECT max(version) FROM memory_versions WHERE memory_key = m.key AND recorded_at <= ?2
)
WHERE m.key IN (SELECT value FROM json_each(?1)) AND m.updated_at > ?2

-- name: outdated_then
WITH wanted AS (SELECT value AS key FROM json_each(?1)),
stood AS NOT MATERIALIZED (
    SELECT
        m.key, m.origin, iif(past.version IS NULL, m.text, past.text) AS text,
        iif(past.version IS NULL, m.version, past.version) AS version,
        iif(past.version IS NULL, m.invalid_at, past.invalid_at) AS invalid_at
    FROM memories AS m
    LEFT JOIN memory_versions AS past ON m.updated_at > ?2 AND past.memory_key = m.key AND past.version = (
        SELECT max(version) FROM memory_versions WHERE memory_key = m.key AND recorded_at <= ?2
    )
    WHERE m.created_at <= ?2
)
SELECT stood.key, 1.0 FROM wanted CROSS JOIN stood USING (key) WHERE stood.invalid_at IS NOT NULL
UNION ALL
SELECT said.key, min(1.0, 1.0 * sum(length(fact.text)) / length(said.text))
FROM wanted
CROSS JOIN stood AS said ON said.key = wanted.key
JOIN memory_sources AS held ON held.memory_key = said.key
JOIN memory_sources AS cited USING (episode_key, position)
JOIN stood AS fact ON fact.key = cited.memory_key
WHERE said.origin <> 'derived' AND said.invalid_at IS NULL
AND fact.origin = 'derived' AND fact.invalid_at IS NOT NULL AND fact.version > 1
AND (held.taken_off_at IS NULL OR held.taken_off_at > ?2)
AND (cited.taken_off_at IS NULL OR cited.taken_off_at > ?2)
GROUP BY said.key

-- name: lost_sources
SELECT 1 FROM memory_sources WHERE memory_key = ?1 AND taken_off_at = ?2 LIMIT 1

-- name: parts_of_change
SELECT memory_key, version FROM memory_versions WHERE change_id = ?1 ORDER BY memory_key, version

-- name: dependents
SELECT fact.key, episodes.id, cited.position
FROM json_each(?2) AS wanted
JOIN episodes ON episodes.id = unhex(wanted.value ->> 0)
JOIN memory_sources AS cited ON cited.episode_key = episodes.key AND cited.position = wanted.value ->> 1
JOIN memories AS fact ON fact.key = cited.memory_key
WHERE fact.key <> ?1 AND fact.origin = 'derived' AND fact.expired_at IS NULL AND cited.taken_off_at IS NULL
AND EXISTS (SELECT 1 FROM memories WHERE key = ?1 AND origin <> 'derived')
AND NOT EXISTS (
    SELECT 1 FROM memory_sources AS held JOIN memories AS other ON other.key = held.memory_key
    WHERE held.episode_key = cited.episode_key AND held.position = cited.position AND held.taken_off_at IS NULL
    AND other.key <> ?1 AND other.origin <> 'derived' AND other.expired_at IS NULL
)
ORDER BY fact.key, cited.episode_key, cited.position

-- name: take_off_source
UPDATE memory_sources SET taken_off_at = ?4
WHERE memory_key = ?1 AND episode_key = (SELECT key FROM episodes WHERE id = ?2) AND position = ?3

-- name: put_back_sources
UPDATE memory_sources SET taken_off_at = NULL WHERE memory_key = ?1 AND taken_off_at = ?2

-- name: steps
SELECT key, version FROM (
    SELECT m.created_at AS at, 0 AS was_there, m.key AS key, 1 AS version FROM memories AS m
    WHERE {reach} AND m.created_at > ? AND m.created_at <= ?
    UNION ALL
    SELECT given.recorded_at, 1, m.key, given.version
    FROM memories AS m JOIN memory_versions AS given ON given.memory_key = m.key
    WHERE {reach} AND given.version > 1 AND given.recorded_at > ? AND given.recorded_at <= ?
)
WHERE (at, was_there, key, version) > (?, ?, ?, ?)
ORDER BY at, was_there, key, version LIMIT ?
