-- name: homes
SELECT key, change_number, epoch FROM homes WHERE key IN (SELECT value FROM json_each(?1))

-- name: embedder
SELECT embedders.key, embedders.id, embedders.revision, embedders.dimension
FROM store JOIN embedders ON embedders.key = store.embedder_key

-- name: count_after
SELECT (
    SELECT coalesce(sum(length(memory_keys) / 8), 0) FROM vector_blocks
    WHERE embedder_key = ?1 AND home_key = ?2 AND last_memory_key > ?3
) + (
    SELECT count(*) FROM loose_vectors WHERE embedder_key = ?1 AND home_key = ?2 AND memory_key > ?3
)

-- name: blocks_after
SELECT memory_keys, threads, vectors FROM vector_blocks
WHERE embedder_key = ?1 AND home_key = ?2 AND last_memory_key > ?3 ORDER BY last_memory_key

-- name: loose_after
SELECT memory_key, thread, vector FROM loose_vectors
WHERE embedder_key = ?1 AND home_key = ?2 AND memory_key > ?3 ORDER BY memory_key
