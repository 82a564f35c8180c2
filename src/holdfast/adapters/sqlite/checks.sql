-- name: memories_without_words_in_the_index
SELECT count(*) FROM memories WHERE key NOT IN (SELECT rowid FROM words)

-- name: words_in_the_index_of_no_memory
SELECT count(*) FROM words WHERE rowid NOT IN (SELECT key FROM memories)

-- name: memories_without_a_source
SELECT count(*) FROM memories WHERE key NOT IN (SELECT memory_key FROM memory_sources)

