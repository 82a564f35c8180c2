-- name: homes
SELECT key, change_number, epoch, feedback FROM homes WHERE key IN (SELECT value FROM json_each(?1))

-- name: embedder
SELECT embedders.key, embedders.id, embedders.revision, embedders.dimension
FROM store JOIN embedders ON embedders.key = store.embedder_key

-- name: turns_between
SELECT memory_key, thread, deleted, speaker, at, traits, importance, trust, terms FROM turns
WHERE home_key = ?1 AND memory_key > ?2 AND memory_key <= ?3 ORDER BY memory_key

-- name: turn_blocks_after
SELECT before_key, last_key, turns, speakers, terms FROM turn_blocks
WHERE home_key = ?1 AND last_key > ?2 ORDER BY last_key

-- name: ends_of_turn_blocks
SELECT before_key, last_key FROM turn_blocks WHERE home_key = ?1 ORDER BY last_key

-- name: insert_turn_block
INSERT INTO turn_blocks (home_key, before_key, last_key, turns, speakers, terms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: terms_of_turns
SELECT terms FROM turns
WHERE home_key = (SELECT home_key FROM memories WHERE key = ?1) AND memory_key = ?1

-- name: feedback
SELECT key, useful_count, useless_count, accessed_at FROM memories
WHERE home_key = ?1 AND (useful_count > 0 OR useless_count > 0) ORDER BY key

-- name: outdated
SELECT key, 1.0 FROM memories WHERE home_key = ?1 AND invalid_at IS NOT NULL
UNION ALL
SELECT said.key, min(1.0, 1.0 * sum(length(fact.text)) / length(said.text))
FROM memories AS fact
JOIN memory_sources AS cited ON cited.memory_key = fact.key
JOIN memory_sources AS held USING (episode_key, position)
JOIN memories AS said ON said.key = held.memory_key
WHERE fact.home_key = ?1 AND fact.invalid_at IS NOT NULL AND fact.origin = 'derived' AND fact.version > 1
AND said.origin <> 'derived' AND said.invalid_at IS NULL
GROUP BY said.key
ORDER BY 1

-- name: blocks_after
SELECT memory_keys, vectors FROM vector_blocks
WHERE embedder_key = ?1 AND home_key = ?2 AND last_memory_key > ?3 ORDER BY last_memory_key

-- name: loose_after
SELECT memory_key, vector FROM loose_vectors
WHERE embedder_key = ?1 AND home_key = ?2 AND memory_key > ?3 ORDER BY memory_key
