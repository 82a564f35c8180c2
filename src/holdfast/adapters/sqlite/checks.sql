-- name: memories_without_words_in_the_index
SELECT count(*) FROM memories WHERE key NOT IN (SELECT rowid FROM words)

-- name: words_in_the_index_of_no_memory
SELECT count(*) FROM words WHERE rowid NOT IN (SELECT key FROM memories)

-- name: memories_without_a_source
SELECT count(*) FROM memories WHERE key NOT IN (SELECT memory_key FROM memory_sources)


-- name: vectors_too_few_or_too_many
SELECT abs(
    (SELECT count(*) FROM memories)
    - (SELECT count(*) FROM loose_vectors JOIN store USING (embedder_key))
    - (
        SELECT coalesce(sum(length(vector_blocks.memory_keys) / 8), 0)
        FROM vector_blocks JOIN store USING (embedder_key)
    )
)

-- name: homes_that_miscount_their_loose_vectors
SELECT count(*) FROM homes WHERE loose_vectors <> (
    SELECT count(*) FROM loose_vectors JOIN store USING (embedder_key)
    WHERE loose_vectors.home_key = homes.key
)
